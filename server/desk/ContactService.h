// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ContactsPort.h"
#include "server/desk/Accounts.h"

#include <atomic>
#include <functional>
#include <memory>

namespace tocsin {

/// The emergency contacts for everybody on other threads: rows of accounts.db, touched on the accounts' thread. Nothing is called after
/// the accounts were deleted.
class ContactService final : public ContactsPort
{
public:
    static constexpr int maxWaiting = 256;

    explicit ContactService(Accounts &accounts) : m_accounts(accounts) {}

    void contactsOf(const QString &account, Reply reply) override;
    void put(const EmergencyContact &contact, Reply reply) override;
    void remove(const QString &account, qint64 id, Reply reply) override;

private:
    using Work = std::function<ContactsAnswer(AccountStore &)>;
    void run(Reply reply, Work work);

    Accounts &m_accounts;
    std::shared_ptr<std::atomic<int>> m_waiting = std::make_shared<std::atomic<int>>(0);
};

} // namespace tocsin
