// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "server/store/Store.h"

#include <QHash>

#include <deque>
#include <utility>

namespace tocsin {

/// The requests that the desk has decided, so that the same one is not done twice (RELIABILITY.md, Delivery). Holds the newest, whether they are
/// durable yet or not; the store has the others. Plain value logic on the desk's thread; bounded by `capacity`, beyond which
/// only what is not durable stays (the commit queue bounds that).
class RequestMemory
{
public:
    explicit RequestMemory(const RequestHistory &history, std::size_t capacity = 20'000);

    enum class Known { No, Same, Other, AskTheStore };
    struct Found
    {
        Known known = Known::No;
        Outcome outcome; ///< with Same and Other: what is to be answered
    };
    [[nodiscard]] Found find(const QString &sender, const QString &id, const QByteArray &bodyHash) const;
    /// The same judgement about what the store has found.
    [[nodiscard]] static Found judge(const RememberedRequest &before, const QByteArray &bodyHash);

    void add(const RememberedRequest &request);
    /// `count` of the added ones, in their order, are durable.
    void durable(quint64 count);

    /// Whether an outcome is kept: not when it would be another one in a moment, by no fault of the request.
    [[nodiscard]] static bool keeps(const Outcome &outcome);

private:
    using Key = std::pair<QString, QString>; // sender, id
    struct Entry
    {
        QByteArray bodyHash;
        Outcome outcome;
    };
    void trim();

    const std::size_t m_capacity;
    QHash<Key, Entry> m_entries;
    std::deque<Key> m_order;   ///< oldest first
    std::size_t m_pending = 0; ///< the last ones of m_order are not durable
    bool m_complete = true;    ///< nothing was left out or forgotten
};

} // namespace tocsin
