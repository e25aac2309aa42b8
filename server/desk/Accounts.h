// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsSnapshot.h"
#include "server/store/AccountStore.h"

#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

class QTimer;

namespace tocsin {

// The rules of accounts; plain functions, any thread.

/// The id of an account: the name in lower case (and Unicode's composed form). Names have 1–64 characters and neither control or
/// invisible formatting characters nor a slash, nor spaces at an end.
struct AccountId
{
    QString id;
    QString error; ///< a sentence; empty: the name will do
};
[[nodiscard]] AccountId accountIdOf(const QString &name);

/// A sentence when it is shorter than 8 or longer than 1,024 characters.
[[nodiscard]] QString passwordProblem(const QString &password);
/// Argon2id, 2 passes over 64 MiB (about a tenth of a second): not on a thread that others wait for. Empty when there is no memory.
[[nodiscard]] QString hashPassword(const QString &password);
/// Does the same work whether there is an account or not, so that time tells nothing. False for a disabled one.
[[nodiscard]] bool passwordMatches(const std::optional<Account> &account, const QString &password);

/// An address of the usual shape, in lower case; empty when it is not one. At most 254 characters (RFC 5321).
[[nodiscard]] QString emailOf(const QString &text);

/// A first or last name as it is shown: nothing invisible, at most 64 characters.
[[nodiscard]] QString shownName(const QString &text);

/// What a new account is made of.
struct NewAccount
{
    QString name;
    Role role = Role::Citizen;
    QString email{};
    QString firstName{};
    QString lastName{};
};
/// The account without its password, or a sentence. Looks whether the name is taken; the insert decides.
struct Prepared
{
    Account account;
    QString error; ///< a sentence
    bool exists = false;
};
[[nodiscard]] Prepared prepareAccount(AccountStore &store, const NewAccount &wanted, const QString &password);

/// Checks and stores a new account; a sentence when it was not. Takes as long as hashPassword().
[[nodiscard]] QString addAccount(AccountStore &store, const NewAccount &wanted, const QString &password,
                                 const AuditRow &audit);

/// The accounts of a running server. Lives on one thread of app's choice that may wait for a disk (not the desk's, not the
/// server's): start(), stop() and all calls there. Publishes an immutable snapshot on the board at the start and whenever accounts
/// or revocations changed, by itself or by another process (looked for twice a second). Forgets what has expired.
class Accounts : public QObject
{
    Q_OBJECT
public:
    Accounts(QString path, std::shared_ptr<AccountsBoard> board,
             std::chrono::milliseconds pollInterval = std::chrono::milliseconds(500), QObject *parent = nullptr);
    ~Accounts() override;

    /// Opens or makes accounts.db; a sentence when that fails.
    [[nodiscard]] QString start();
    void stop();

    [[nodiscard]] AccountStore &store() { return m_store; }
    /// Puts on the board what was changed through store() or, until now unnoticed, by another process. When that cannot be read the old
    /// snapshot stays, and the next look tries again.
    void publishChanges();

Q_SIGNALS:
    /// A new snapshot is on the board: somebody may have lost a right.
    void changed();

private:
    void poll();
    bool publish();

    const QString m_path;
    const std::shared_ptr<AccountsBoard> m_board;
    const std::chrono::milliseconds m_pollInterval;
    AccountStore m_store;
    QTimer *m_timer = nullptr;
    TimePoint m_pruned;
    bool m_stale = false; ///< the last look at the file failed
};

} // namespace tocsin
