// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/ContactService.h"

#include <utility>

namespace tocsin {

namespace {
using Code = ContactsAnswer::Code;

ContactsAnswer answerOf(AccountStore::Written written, const EmergencyContact &contact)
{
    switch (written) {
    case AccountStore::Written::Yes:
        return {Code::Done, {contact}};
    case AccountStore::Written::Duplicate:
        return {Code::TooMany};
    case AccountStore::Written::Missing:
        return {Code::NotFound};
    case AccountStore::Written::Failed:
        break;
    }
    return {Code::Failed};
}
} // namespace

void ContactService::run(Reply reply, Work work)
{
    if (++*m_waiting > maxWaiting) {
        --*m_waiting;
        reply({Code::Busy});
        return;
    }
    QMetaObject::invokeMethod(
        &m_accounts,
        [&accounts = m_accounts, waiting = m_waiting, reply = std::move(reply), work = std::move(work)] {
            --*waiting;
            reply(work(accounts.store()));
        },
        Qt::QueuedConnection);
}

void ContactService::contactsOf(const QString &account, Reply reply)
{
    run(std::move(reply), [account](AccountStore &store) {
        auto contacts = store.contacts(account);
        return contacts ? ContactsAnswer{Code::Done, *contacts} : ContactsAnswer{Code::Failed};
    });
}

void ContactService::put(const EmergencyContact &contact, Reply reply)
{
    run(std::move(reply), [contact](AccountStore &store) {
        EmergencyContact kept = contact;
        const AccountStore::Written written = store.putContact(kept, mostContacts);
        return answerOf(written, kept);
    });
}

void ContactService::remove(const QString &account, qint64 id, Reply reply)
{
    run(std::move(reply), [account, id](AccountStore &store) {
        EmergencyContact gone;
        gone.id = id;
        gone.account = account;
        return answerOf(store.removeContact(account, id), gone);
    });
}

} // namespace tocsin
