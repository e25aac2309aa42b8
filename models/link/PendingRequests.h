// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"

#include <QList>
#include <QString>

#include <optional>
#include <utility>

namespace tocsin {

/// The operator's actions that the server has not answered yet, in the order in which they were made. Kept across a loss of the
/// connection, in memory alone: they end with the console, unconfirmed. Each is sent again with its id after a reconnect, so the server applies it once whatever was lost on
/// the way. Plain value logic. Bounded: beyond `capacity` an action is refused at once.
class PendingRequests
{
public:
    static constexpr qsizetype capacity = 1000;

    struct Pending
    {
        QString id;
        RequestBody body;
        bool sent = false; ///< over this connection
        bool everSent = false;
    };

    /// False: full.
    [[nodiscard]] bool add(const QString &id, const RequestBody &body)
    {
        if (m_pending.size() >= capacity)
            return false;
        m_pending.append({id, body});
        return true;
    }
    /// The oldest that was not sent over this connection; counts as sent from now on.
    [[nodiscard]] std::optional<Pending> takeUnsent()
    {
        for (Pending &pending : m_pending) {
            if (!pending.sent) {
                pending.sent = pending.everSent = true;
                return pending;
            }
        }
        return std::nullopt;
    }
    /// It was answered; false: nobody waits for it.
    bool answered(const QString &id)
    {
        return m_pending.removeIf([&id](const Pending &pending) { return pending.id == id; }) > 0;
    }
    /// The answer was "later": it goes again.
    void again(const QString &id)
    {
        for (Pending &pending : m_pending)
            pending.sent = pending.sent && pending.id != id;
    }
    /// The connection is lost: whether they arrived nobody knows, so all go again.
    void connectionLost()
    {
        for (Pending &pending : m_pending)
            pending.sent = false;
    }
    [[nodiscard]] QList<Pending> takeAll() { return std::exchange(m_pending, {}); }
    [[nodiscard]] qsizetype count() const { return m_pending.size(); }

private:
    QList<Pending> m_pending;
};

} // namespace tocsin
