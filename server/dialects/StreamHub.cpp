// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/StreamHub.h"

#include "models/domain/Streams.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonDocument>

#include <algorithm>

namespace tocsin {

const QJsonObject &SharedEvent::document() const
{
    if (m_document.isEmpty())
        m_document = wire::toJson(m_event);
    return m_document;
}

qsizetype SharedEvent::size() const
{
    if (m_size == 0)
        m_size = QJsonDocument(document()).toJson(QJsonDocument::Compact).size();
    return m_size;
}

StreamHub::StreamHub(const DeskMirror &mirror, QObject *parent) : QObject(parent), m_mirror(mirror)
{
    connect(&mirror, &DeskMirror::eventsApplied, this, &StreamHub::take);
    connect(&mirror, &DeskMirror::snapshotApplied, this, &StreamHub::restart);
}

qint64 StreamHub::head(const QString &stream) const
{
    return stream == deskStream() ? m_mirror.seq() : m_mirror.heads().value(stream);
}

void StreamHub::take(const QList<Event> &events)
{
    for (const Event &event : events) {
        const auto shared = std::make_shared<const SharedEvent>(event);
        m_recent.push_back(shared);
        for (const StreamPosition &position : event.streams)
            m_byStream[position.stream].push_back({position.seq, shared});
        m_bytes += shared->size();
        while (m_recent.size() > maxEvents || m_bytes > maxBytes)
            drop();
    }
    Q_EMIT grown();
}

/// The events up to the snapshot did not come one by one: what is here no longer reaches up to the heads.
void StreamHub::restart()
{
    m_recent.clear();
    m_byStream.clear();
    m_bytes = 0;
    Q_EMIT grown();
}

void StreamHub::drop()
{
    const SharedEventPtr oldest = m_recent.front();
    m_recent.pop_front();
    m_bytes -= oldest->size();
    for (const StreamPosition &position : oldest->event().streams) {
        const auto stream = m_byStream.find(position.stream);
        if (stream == m_byStream.end())
            continue;
        stream->pop_front();
        if (stream->empty())
            m_byStream.erase(stream);
    }
}

std::optional<QList<PlacedEvent>> StreamHub::recent(const QString &stream, qint64 after, qsizetype limit) const
{
    QList<PlacedEvent> found;
    if (stream == deskStream()) {
        if (m_recent.empty() || m_recent.front()->event().seq > after + 1)
            return std::nullopt;
        for (auto i = static_cast<std::size_t>(after + 1 - m_recent.front()->event().seq);
             i < m_recent.size() && found.size() < limit; ++i)
            found.append({m_recent[i]->event().seq, m_recent[i]});
        return found;
    }
    const auto there = m_byStream.constFind(stream);
    if (there == m_byStream.cend() || there->front().seq > after + 1)
        return std::nullopt;
    auto next = std::lower_bound(there->begin(), there->end(), after + 1,
                                 [](const PlacedEvent &placed, qint64 seq) { return placed.seq < seq; });
    for (; next != there->end() && found.size() < limit; ++next)
        found.append(*next);
    return found;
}

} // namespace tocsin
