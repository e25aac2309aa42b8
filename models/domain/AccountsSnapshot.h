// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"

#include <QHash>

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
        bool operator==(const Entry &) const = default;
    };
    QHash<QString, Entry> accounts; ///< by id
};

/// Where the newest snapshot hangs. Any thread; the owner of the accounts publishes, the server thread looks.
/// (A lock for two instructions: std::atomic<std::shared_ptr> is missing in libc++.)
class AccountsBoard
{
public:
    void publish(std::shared_ptr<const AccountsSnapshot> snapshot)
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshot.swap(snapshot); // the old one dies outside the lock, with the argument
    }
    [[nodiscard]] std::shared_ptr<const AccountsSnapshot> current() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_snapshot;
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const AccountsSnapshot> m_snapshot = std::make_shared<const AccountsSnapshot>();
};

} // namespace tocsin
