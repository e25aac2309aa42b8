// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/StreamMemory.h"

#include <algorithm>

namespace tocsin::hardware {

QString StreamMemory::keyOf(const Principal &who, const QString &client)
{
    return QStringLiteral("%1 %2").arg(who.id.size()).arg(who.id + client);
}

void StreamMemory::put(const Principal &who, const QString &client, const QList<Remembered> &streams, TimePoint now)
{
    if (client.isEmpty() || streams.isEmpty())
        return;
    if (m_gone.size() >= most)
        m_gone.removeIf([now](std::pair<const QString &, Gone &> entry) { return entry.second.at + keep <= now; });
    if (m_gone.size() >= most)
        m_gone.erase(
            std::min_element(m_gone.cbegin(), m_gone.cend(), [](const Gone &a, const Gone &b) { return a.at < b.at; }));
    m_gone.insert(keyOf(who, client), {now, streams});
}

QList<StreamMemory::Remembered> StreamMemory::take(const Principal &who, const QString &client, TimePoint now)
{
    const Gone gone = m_gone.take(keyOf(who, client));
    return gone.at + keep > now ? gone.streams : QList<Remembered>();
}

} // namespace tocsin::hardware
