// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QByteArray>
#include <QHash>
#include <QSet>

#include <memory>
#include <mutex>
#include <utility>

namespace tocsin {

/// What a token check needs to know of every account. Immutable once published; holds no password hash.
struct AccountsSnapshot
{
    struct Entry
    {
        QString name;
        Role role = Role::Citizen;
        bool disabled = false;
        /// Tokens of an earlier time open nothing: the password or the role was another, or all were revoked.
        TimePoint validFrom{};
        QString email{};
        QString firstName{};
        QString lastName{};
        bool operator==(const Entry &) const = default;
    };
    QHash<QString, Entry> accounts;    ///< by id
    QHash<QString, QString> idByEmail; ///< lower case addresses
    QSet<QByteArray> revoked;          ///< revocationKey() of tokens and sessions that have not expired yet
};

enum class Revocable { Token, Session };
/// What is kept of a token (by its `jti`) or a session: a hash, so that a copy of the file opens nothing.
[[nodiscard]] QByteArray revocationKey(Revocable kind, const QString &id);

/// Where the newest snapshot hangs. Any thread; the owner of the accounts publishes, the server thread looks.
/// (A lock for two instructions: std::atomic<std::shared_ptr> is missing in libc++.)
class AccountsBoard
{
public:
    void publish(std::shared_ptr<const AccountsSnapshot> snapshot)
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshot.swap(snapshot); // the old one dies outside the lock, with the argument
        ++m_revision;
    }
    /// Counts the publications: who has seen this one has nothing new to look at.
    [[nodiscard]] quint64 revision() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_revision;
    }
    [[nodiscard]] std::shared_ptr<const AccountsSnapshot> current() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_snapshot;
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const AccountsSnapshot> m_snapshot = std::make_shared<const AccountsSnapshot>();
    quint64 m_revision = 0;
};

} // namespace tocsin
