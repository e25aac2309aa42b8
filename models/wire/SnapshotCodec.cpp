// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/SnapshotCodec.h"

#include "models/wire/EventCodec.h"
#include "models/wire/JsonFields.h"
#include "models/wire/StatusCodec.h"

#include <QJsonDocument>

namespace tocsin::wire {

namespace {

QJsonObject objectOf(const QByteArray &body)
{
    return QJsonDocument::fromJson(body).object();
}

QByteArray bodyOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

template<class Io, class A>
void actorFields(Io &io, A &actor)
{
    fieldOf(io, "id", actor.id);
    fieldOf(io, "name", actor.name);
    fieldOf(io, "session", actor.session);
}

template<class T, class Decode>
bool readList(const QJsonObject &json, const char *key, QList<T> &into, QString *error, Decode decode)
{
    for (const QJsonValueConstRef item : json.value(QLatin1String(key)).toArray()) {
        const auto value = decode(bodyOf(item.toObject()), error);
        if (!value)
            return false;
        into.append(*value);
    }
    return true;
}

/// What leaves the server.
EventBody forOthers(const EventBody &body)
{
    const auto *change = std::get_if<AlertChange>(&body);
    if (!change || !change->alert.incident)
        return body;
    AlertChange bare = *change;
    bare.alert = withoutPins(bare.alert);
    return bare;
}

/// Collects items until a part is full. Sizes are those of the JSON text.
class Parts
{
public:
    explicit Parts(qsizetype bytes) : m_room(bytes) {}

    void add(const char *list, const QByteArray &body) { add(list, objectOf(body), body.size()); }
    void add(const char *list, const QJsonValue &item, qsizetype size)
    {
        if (m_size > 0 && m_size + size > m_room)
            next();
        m_lists[QLatin1String(list)].append(item);
        m_size += size;
    }
    [[nodiscard]] QList<QJsonObject> finish()
    {
        if (m_size > 0 || m_done.isEmpty())
            next();
        return m_done;
    }

private:
    void next()
    {
        QJsonObject part;
        for (auto it = m_lists.begin(); it != m_lists.end(); ++it)
            part.insert(it.key(), it.value());
        m_done.append(part);
        m_lists.clear();
        m_size = 0;
    }

    qsizetype m_room;
    qsizetype m_size = 0;
    QMap<QString, QJsonArray> m_lists;
    QList<QJsonObject> m_done;
};

} // namespace

QJsonObject toJson(const Event &event)
{
    JsonWriter actor;
    actorFields(actor, event.actor);
    actor.put(QLatin1String("kind"), actorKindName(event.actor.kind));
    const EncodedEvent encoded = encodeEvent(forOthers(event.body));
    JsonWriter out;
    out.put(QLatin1String("at"), event.at);
    out.put(QLatin1String("actor"), actor.object());
    out.put(QLatin1String("request_id"), event.requestId);
    out.put(QLatin1String("kind"), encoded.kind);
    out.put(QLatin1String("body"), objectOf(encoded.body));
    return out.object();
}

std::optional<Event> eventFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    Event event;
    in.get(QLatin1String("at"), event.at);
    in.get(QLatin1String("request_id"), event.requestId);
    JsonReader actor(in.value(QLatin1String("actor")).toObject());
    actorFields(actor, event.actor);
    actor.get(QLatin1String("kind"), event.actor.kind, actorKindNamed);
    if (!actor.error().isEmpty())
        in.fail(QLatin1String("actor"));
    *error = in.error();
    if (!error->isEmpty())
        return std::nullopt;
    const auto body = decodeEvent(json.value(QLatin1String("kind")).toString(),
                                  bodyOf(json.value(QLatin1String("body")).toObject()), error);
    if (!body)
        return std::nullopt;
    event.body = *body;
    return event;
}

QJsonArray alertsToJson(const QList<Alert> &alerts)
{
    QJsonArray array;
    for (const Alert &alert : alerts)
        array.append(objectOf(encodeAlert(withoutPins(alert))));
    return array;
}

std::optional<QList<Alert>> alertsFromJson(const QJsonArray &json, QString *error)
{
    QList<Alert> alerts;
    const QJsonObject wrapped{{QLatin1String("alerts"), json}};
    return readList(wrapped, "alerts", alerts, error, decodeAlert) ? std::optional<QList<Alert>>(alerts) : std::nullopt;
}

QJsonObject toJson(const AlertsResult &result)
{
    return {{QLatin1String("alerts"), alertsToJson(result.alerts)}};
}

std::optional<AlertsResult> alertsResultFromJson(const QJsonObject &json, QString *error)
{
    const QJsonValue list = json.value(QLatin1String("alerts"));
    if (!list.isArray()) {
        *error = QStringLiteral("alerts: must be a list.");
        return std::nullopt;
    }
    const auto alerts = alertsFromJson(list.toArray(), error);
    return alerts ? std::optional<AlertsResult>({{}, *alerts, 0}) : std::nullopt;
}

QJsonObject toJson(const AlertEventsResult &result)
{
    QJsonArray events;
    for (const Event &event : result.events) {
        QJsonObject document = toJson(event);
        document.insert(QLatin1String("seq"), event.seq);
        events.append(document);
    }
    return {{QLatin1String("events"), events}, {QLatin1String("before"), result.before}};
}

std::optional<AlertEventsResult> alertEventsFromJson(const QJsonObject &json, QString *error)
{
    const QJsonValue list = json.value(QLatin1String("events"));
    AlertEventsResult result;
    result.before = json.value(QLatin1String("before")).toInteger(-1);
    if (!list.isArray() || result.before < 0) {
        *error = list.isArray() ? QStringLiteral("before: must be a whole number from 0.")
                                : QStringLiteral("events: must be a list.");
        return std::nullopt;
    }
    for (const QJsonValueConstRef item : list.toArray()) {
        auto event = eventFromJson(item.toObject(), error);
        if (!event)
            return std::nullopt;
        event->seq = item.toObject().value(QLatin1String("seq")).toInteger();
        result.events.append(*event);
    }
    return result;
}

QList<QJsonObject> snapshotParts(const DeskSnapshot &snapshot, qsizetype bytes)
{
    constexpr qsizetype presenceSize = 80;
    Parts parts(bytes);
    for (const Device &device : snapshot.devices)
        parts.add("devices", encodeDevice(device));
    const QJsonArray presence = toJson(snapshot.presence);
    for (const QJsonValueConstRef one : presence)
        parts.add("presence", one, presenceSize);
    for (const Alert &alert : snapshot.alerts)
        parts.add("alerts", encodeAlert(withoutPins(alert)));
    for (const ChatMessage &message : snapshot.messages)
        parts.add("messages", encodeChat(message));
    for (const Command &command : snapshot.commands)
        parts.add("commands", encodeCommand(command));
    for (const ChatReceipt &receipt : snapshot.receipts)
        parts.add("receipts", encodeReceipt(receipt));
    return parts.finish();
}

QJsonObject toJson(const DeskSnapshot &snapshot)
{
    return snapshotParts(snapshot, std::numeric_limits<qsizetype>::max()).constFirst();
}

std::optional<DeskSnapshot> snapshotFromJson(const QJsonObject &json, QString *error)
{
    DeskSnapshot snapshot;
    const auto presence = presenceFromJson(json.value(QLatin1String("presence")).toArray(), error);
    if (!presence || !readList(json, "devices", snapshot.devices, error, decodeDevice) ||
        !readList(json, "alerts", snapshot.alerts, error, decodeAlert) ||
        !readList(json, "messages", snapshot.messages, error, decodeChat) ||
        !readList(json, "commands", snapshot.commands, error, decodeCommand) ||
        !readList(json, "receipts", snapshot.receipts, error, decodeReceipt))
        return std::nullopt;
    snapshot.presence = *presence;
    return snapshot;
}

} // namespace tocsin::wire
