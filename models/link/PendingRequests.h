// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"

#include <QList>
#include <QString>

#include <optional>
#include <utility>

namespace tocsin {

/// The operator's actions that the server has not answered yet, in the order in which they were made. Kept across a loss of the
/// connection; each is sent again with its id after a reconnect, so the server applies it once whatever was lost on
/// the way. Plain value logic; time is an argument. Bounded: beyond `capacity` an action is refused at once.
///
/// None goes when it is too old: an order to a device after five minutes, when the situation may be another; anything else after 20 hours,
/// because the server knows ids for 24.
class PendingRequests
{
public:
    static constexpr qsizetype capacity = 1000;
    static constexpr Duration longestOrder = std::chrono::minutes(5);
    static constexpr Duration longest = std::chrono::hours(20);

    /// False: full.
    [[nodiscard]] bool add(const QString &id, const RequestBody &body, TimePoint now)
    {
        return restore({id, now, false, body});
    }
    /// One of an earlier console.
    [[nodiscard]] bool restore(const PendingAction &action)
    {
        if (m_pending.size() >= capacity)
            return false;
        m_pending.append({action, false});
        return true;
    }
    /// The oldest that was not sent over this connection; counts as sent from now on.
    [[nodiscard]] std::optional<PendingAction> takeUnsent()
    {
        for (Pending &pending : m_pending) {
            if (!pending.sent) {
                pending.sent = pending.action.everSent = true;
                return pending.action;
            }
        }
        return std::nullopt;
    }
    /// Those that are too old to be sent over this connection; they wait no longer.
    [[nodiscard]] QList<PendingAction> takeExpired(TimePoint now)
    {
        QList<PendingAction> expired;
        m_pending.removeIf([&](const Pending &pending) {
            const bool order = std::holds_alternative<IssueCommand>(pending.action.body);
            const bool old = !pending.sent && now - pending.action.at > (order ? longestOrder : longest);
            if (old)
                expired.append(pending.action);
            return old;
        });
        return expired;
    }
    /// It was answered; false: nobody waits for it.
    bool answered(const QString &id)
    {
        return m_pending.removeIf([&id](const Pending &pending) { return pending.action.id == id; }) > 0;
    }
    /// The answer was "later": it goes again.
    void again(const QString &id)
    {
        for (Pending &pending : m_pending)
            pending.sent = pending.sent && pending.action.id != id;
    }
    /// The connection is lost: whether they arrived nobody knows, so all go again.
    void connectionLost()
    {
        for (Pending &pending : m_pending)
            pending.sent = false;
    }
    [[nodiscard]] QList<PendingAction> takeAll()
    {
        QList<PendingAction> all = list();
        m_pending.clear();
        return all;
    }
    [[nodiscard]] QList<PendingAction> list() const
    {
        QList<PendingAction> all;
        for (const Pending &pending : m_pending)
            all.append(pending.action);
        return all;
    }
    [[nodiscard]] qsizetype count() const { return m_pending.size(); }

private:
    struct Pending
    {
        PendingAction action;
        bool sent = false; ///< over this connection
    };
    QList<Pending> m_pending;
};

} // namespace tocsin
