// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RequestMemory.h"

#include <algorithm>

namespace tocsin {

RequestMemory::RequestMemory(const RequestHistory &history, std::size_t capacity)
    : m_capacity(capacity)
    , m_complete(history.complete)
{
    for (const RememberedRequest &request : history.newest)
        add(request);
    m_pending = 0;
    trim();
}

RequestMemory::Found RequestMemory::find(const QString &sender, const QString &id, const QByteArray &bodyHash) const
{
    const auto entry = m_entries.constFind({sender, id});
    if (entry == m_entries.cend())
        return {m_complete ? Known::No : Known::AskTheStore, {}};
    return judge({sender, id, entry->bodyHash, entry->outcome, 0, {}}, bodyHash);
}

RequestMemory::Found RequestMemory::judge(const RememberedRequest &before, const QByteArray &bodyHash)
{
    if (before.bodyHash != bodyHash)
        return {Known::Other,
                Outcome::refused(QStringLiteral("id_conflict"),
                                 QStringLiteral("id: another request has had this id; a new request needs a new one."),
                                 before.outcome.ref)};
    Outcome outcome = before.outcome;
    outcome.dup = true;
    return {Known::Same, outcome};
}

void RequestMemory::add(const RememberedRequest &request)
{
    const Key key{request.sender, request.id};
    if (m_entries.contains(key))
        return; // the store keeps the first one too
    m_entries.insert(key, {request.bodyHash, request.outcome});
    m_order.push_back(key);
    ++m_pending;
}

void RequestMemory::durable(quint64 count)
{
    m_pending -= std::min(m_pending, static_cast<std::size_t>(count));
    trim();
}

void RequestMemory::trim()
{
    while (m_order.size() > m_capacity && m_order.size() > m_pending) {
        m_entries.remove(m_order.front());
        m_order.pop_front();
        m_complete = false;
    }
}

bool RequestMemory::keeps(const Outcome &outcome)
{
    // PINs are not in the fingerprint: the same request may come with another one.
    return outcome.code != QLatin1String("overloaded") && outcome.code != QLatin1String("storage_failed") &&
           outcome.code != QLatin1String("pin_invalid");
}

} // namespace tocsin
