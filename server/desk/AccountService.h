// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsPort.h"
#include "models/domain/Requests.h"
#include "models/domain/UserImportPort.h"
#include "server/desk/AccountSessions.h"
#include "server/desk/Accounts.h"
#include "server/desk/LoginBackoff.h"

#include <QThreadPool>

#include <atomic>
#include <functional>
#include <memory>

namespace tocsin {

/// The accounts for everybody on other threads. Files are touched on the accounts' thread; passwords are hashed by two workers, because
/// each takes 64 MiB and a tenth of a second; no more than a fixed number of requests is under way. A name or an address that
/// failed often must wait, and an unknown name costs the time of a wrong password.
/// stop() comes before the accounts are stopped and deleted; the service goes after them.
class AccountService final : public AccountsPort, public UserImportPort
{
public:
    struct Options
    {
        AccountSessions::Lifetimes lifetimes{};
        LoginBackoff::Limits backoff{};
        /// What is to be remembered of logins and revocations; on the accounts' thread, never after stop().
        std::function<void(const Actor &actor, const AuditRecord &record)> audit{};
        int workers = 2;
        int maxWaiting = 32;
    };

    AccountService(Accounts &accounts, const Options &options);
    ~AccountService() override;
    /// No more answers; waits for the hashing under way.
    void stop();

    void login(const LoginAttempt &attempt, Reply reply) override;
    void registerAccount(const Registration &registration, Reply reply) override;
    void refresh(const QString &refreshToken, Reply reply) override;
    void logout(const Logout &logout, Reply reply) override;
    void revoke(const RevokeTokens &tokens, Reply reply) override;
    void profile(const QString &account, Reply reply) override;
    /// One at a time; the hashing of all its passwords is one task of a hasher.
    void importUsers(const UserImport &wanted, Done reply) override;

private:
    /// One request under way: answers once and gives its place back.
    class Ticket;
    using Work = std::function<void(const std::shared_ptr<Ticket> &)>;
    void admit(Reply reply, Work work);
    void onAccounts(std::function<void()> work);
    void finishLogin(const LoginAttempt &attempt, const std::optional<Account> &account, bool right,
                     const std::shared_ptr<Ticket> &ticket);
    void finishRegistration(const Registration &registration, const Account &account,
                            const std::shared_ptr<Ticket> &ticket);
    void note(const QString &by, const AuditRecord &record) const;
    void published(const AccountsAnswer &answer, const std::shared_ptr<Ticket> &ticket);

    Accounts &m_accounts;
    const Options m_options;
    AccountSessions m_sessions; ///< this and the next on the accounts' thread alone
    LoginBackoff m_backoff;
    QThreadPool m_hashers;
    std::shared_ptr<std::atomic<int>> m_waiting = std::make_shared<std::atomic<int>>(0);
    std::atomic<bool> m_importing = false;
    std::atomic<bool> m_stopped = false;
};

} // namespace tocsin
