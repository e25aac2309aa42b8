// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QList>
#include <QString>

#include <functional>

namespace tocsin {

/// Whom to tell when the owner of the account needs help.
struct EmergencyContact
{
    qint64 id = 0;   ///< the store's; never used twice
    QString account; ///< id
    QString name;
    QString phone; ///< this or the address is there
    QString email;
    QString relationship; ///< free text
    int priority = 1;     ///< 1 first
    TimePoint createdAt;
    bool operator==(const EmergencyContact &) const = default;
};

struct ContactsAnswer
{
    enum class Code { Done, NotFound, TooMany, Busy, Failed };
    Code code = Code::Failed;
    QList<EmergencyContact> contacts{}; ///< those that were asked for, in their order; of put() the one as it is kept
};

/// Keeps everybody's emergency contacts. Call from any thread; replies come once, when the change is durable, on another thread, or at once on the
/// caller's when too many wait. A reply may be dropped when the program stops.
class ContactsPort
{
public:
    static constexpr int mostContacts = 20; ///< of one account

    using Reply = std::function<void(const ContactsAnswer &)>;
    ContactsPort() = default;
    ContactsPort(const ContactsPort &) = delete;
    ContactsPort &operator=(const ContactsPort &) = delete;
    virtual ~ContactsPort() = default;
    virtual void contactsOf(const QString &account, Reply reply) = 0;
    /// Without an id: a new one. With one: takes its place, if it is that account's.
    virtual void put(const EmergencyContact &contact, Reply reply) = 0;
    virtual void remove(const QString &account, qint64 id, Reply reply) = 0;
};

} // namespace tocsin
