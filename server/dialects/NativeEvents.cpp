// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeEvents.h"

#include "models/domain/Streams.h"
#include "models/wire/ServerFrames.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonArray>

#include <algorithm>

namespace tocsin::native {

qint64 seqIn(const QString &stream, const Event &event)
{
    if (stream == deskStream())
        return event.seq;
    for (const StreamPosition &position : event.streams) {
        if (position.stream == stream)
            return position.seq;
    }
    return 0;
}

bool isPersonal(const Reader &reader, const EventBody &body)
{
    const auto *change = std::get_if<AlertChange>(&body);
    return change && change->alert.incident && !seesWhole(reader);
}

Event asSeenBy(const Reader &reader, Event event)
{
    if (isPersonal(reader, event.body))
        event.body = asOriginatorSees(std::get<AlertChange>(event.body));
    return event;
}

QList<Alert> asSeenBy(const Reader &reader, QList<Alert> alerts)
{
    if (!seesWhole(reader))
        std::transform(alerts.begin(), alerts.end(), alerts.begin(),
                       [](const Alert &alert) { return asOriginatorSees(alert); });
    return alerts;
}

QJsonObject alertEventsToJson(const Reader &reader, const AlertEventsResult &result)
{
    AlertEventsResult seen{{}, {}, result.before};
    for (const Event &event : result.events) {
        if (maySee(reader, event.body))
            seen.events.append(asSeenBy(reader, event));
    }
    return wire::toJson(seen);
}

QJsonObject eventsToJson(const Reader &reader, const QString &stream, const EventsResult &result)
{
    QJsonArray events;
    for (const Event &event : result.events) {
        const qint64 seq = seqIn(stream, event);
        const bool seen = maySee(reader, event.body);
        events.append(wire::eventDocument(
            seq, seen ? std::optional<QJsonObject>(wire::toJson(asSeenBy(reader, event))) : std::nullopt,
            seen ? event.seq : seq));
    }
    return {{QLatin1String("stream"), stream},
            {QLatin1String("epoch"), result.epoch},
            {QLatin1String("head"), result.head},
            {QLatin1String("events"), events}};
}

} // namespace tocsin::native
