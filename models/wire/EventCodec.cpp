// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/EventCodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>
#include <limits>

namespace tocsin {

namespace {
constexpr int bodyVersion = 1;

QJsonValue numberToJson(double value)
{
    if (std::isnan(value))
        return QStringLiteral("nan");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("inf") : QStringLiteral("-inf");
    return value;
}

std::optional<double> numberFromJson(const QJsonValue &value)
{
    if (value.isDouble())
        return value.toDouble();
    const QString text = value.toString();
    if (text == QLatin1String("nan"))
        return std::numeric_limits<double>::quiet_NaN();
    if (text == QLatin1String("inf"))
        return std::numeric_limits<double>::infinity();
    if (text == QLatin1String("-inf"))
        return -std::numeric_limits<double>::infinity();
    return std::nullopt;
}

/// Writes one object; empty values are left out.
class Writer
{
public:
    void put(QLatin1String key, const QString &value)
    {
        if (!value.isEmpty())
            m_object.insert(key, value);
    }
    void put(QLatin1String key, const QStringList &value)
    {
        if (!value.isEmpty())
            m_object.insert(key, QJsonArray::fromStringList(value));
    }
    void put(QLatin1String key, bool value)
    {
        if (value)
            m_object.insert(key, true);
    }
    void put(QLatin1String key, int value) { m_object.insert(key, value); }
    void put(QLatin1String key, TimePoint value) { m_object.insert(key, toEpochMicros(value)); }
    void put(QLatin1String key, const std::optional<TimePoint> &value)
    {
        if (value)
            put(key, *value);
    }
    void put(QLatin1String key, const std::optional<double> &value)
    {
        if (value)
            m_object.insert(key, numberToJson(*value));
    }
    void put(QLatin1String key, const QJsonObject &value) { m_object.insert(key, value); }
    [[nodiscard]] QJsonObject object() const { return m_object; }

private:
    QJsonObject m_object;
};

/// Reads one object. The first field that is missing or of the wrong kind is remembered; reading goes on with defaults.
class Reader
{
public:
    explicit Reader(const QJsonObject &object) : m_object(object) {}

    [[nodiscard]] QString error() const { return m_error; }
    void fail(QLatin1String key)
    {
        if (m_error.isEmpty())
            m_error = QStringLiteral("The field \"%1\" is missing or not valid.").arg(key);
    }

    void get(QLatin1String key, QString &into)
    {
        const QJsonValue value = m_object.value(key);
        if (value.isString())
            into = value.toString();
        else if (!value.isUndefined())
            fail(key);
    }
    void get(QLatin1String key, QStringList &into)
    {
        const QJsonValue value = m_object.value(key);
        if (value.isUndefined())
            return;
        if (!value.isArray())
            return fail(key);
        for (const QJsonValueConstRef item : value.toArray()) {
            if (!item.isString())
                return fail(key);
            into.append(item.toString());
        }
    }
    void get(QLatin1String key, bool &into)
    {
        const QJsonValue value = m_object.value(key);
        if (!value.isUndefined() && !value.isBool())
            return fail(key);
        into = value.toBool();
    }
    void get(QLatin1String key, int &into)
    {
        const std::optional<qint64> value = integer(key);
        if (!value || *value < std::numeric_limits<int>::min() || *value > std::numeric_limits<int>::max())
            return fail(key);
        into = static_cast<int>(*value);
    }
    void get(QLatin1String key, TimePoint &into)
    {
        const std::optional<qint64> value = integer(key);
        if (!value)
            return fail(key);
        into = fromEpochMicros(*value);
    }
    void get(QLatin1String key, std::optional<TimePoint> &into)
    {
        if (m_object.contains(key))
            get(key, into.emplace());
    }
    void get(QLatin1String key, std::optional<double> &into)
    {
        if (!m_object.contains(key))
            return;
        into = numberFromJson(m_object.value(key));
        if (!into)
            fail(key);
    }
    void get(QLatin1String key, double &into)
    {
        std::optional<double> value;
        get(key, value);
        if (!value)
            return fail(key);
        into = *value;
    }
    /// An enumeration by its word.
    template<class Enum, class FromString>
    void get(QLatin1String key, Enum &into, FromString fromString)
    {
        const std::optional<Enum> value = fromString(m_object.value(key).toString());
        if (!value)
            return fail(key);
        into = *value;
    }
    [[nodiscard]] QJsonValue value(QLatin1String key) const { return m_object.value(key); }

private:
    [[nodiscard]] std::optional<qint64> integer(QLatin1String key) const
    {
        const QJsonValue value = m_object.value(key);
        constexpr qint64 mark = std::numeric_limits<qint64>::min();
        const qint64 number = value.toInteger(mark);
        return value.isDouble() && number != mark ? std::optional<qint64>(number) : std::nullopt;
    }

    const QJsonObject m_object;
    QString m_error;
};

std::optional<AlertState> stateFromString(QStringView text)
{
    for (const AlertState state : {AlertState::Normal, AlertState::Unacknowledged, AlertState::Acknowledged,
                                   AlertState::ReturnedUnacknowledged}) {
        if (text == toString(state))
            return state;
    }
    return std::nullopt;
}

std::optional<DeviceKind> kindFromString(QStringView text)
{
    const DeviceKind kind = deviceKindFromString(text);
    return toString(kind) == text ? std::optional<DeviceKind>(kind) : std::nullopt;
}

std::optional<AlertQuality> qualityFromString(QStringView text)
{
    if (text == QLatin1String("good"))
        return AlertQuality::Good;
    return text == QLatin1String("stale") ? std::optional<AlertQuality>(AlertQuality::Stale) : std::nullopt;
}

/// The one list of fields per type: `io` writes them or reads them, so that the two cannot drift apart.
template<class Io, class A>
void alertTexts(Io &io, A &a)
{
    const auto field = [&io](const char *key, auto &value) {
        if constexpr (std::is_same_v<Io, Writer>)
            io.put(QLatin1String(key), value);
        else
            io.get(QLatin1String(key), value);
    };
    field("id", a.id);
    field("source", a.source);
    field("source_name", a.sourceName);
    field("code", a.code);
    field("instance", a.instance);
    field("rule_id", a.ruleId);
    field("title", a.title);
    field("message", a.message);
    field("category", a.category);
    field("user_id", a.userId);
    field("acked", a.acked);
    field("simulated", a.simulated);
    field("silent", a.silentAtSource);
    field("occurrence", a.occurrence);
    field("revision", a.revision);
    field("count", a.count);
    field("channel", a.channel);
    field("unit", a.unit);
    field("value", a.value);
    field("threshold", a.threshold);
    field("actions", a.recommendedActions);
    field("raised_at", a.raisedAt);
    field("last_seen_at", a.lastSeenAt);
    field("cleared_at", a.clearedAt);
    field("acked_at", a.ackedAt);
    field("acked_by", a.ackedBy);
    field("ack_comment", a.ackComment);
}

template<class Io, class M>
void chatFields(Io &io, M &m)
{
    const auto field = [&io](const char *key, auto &value) {
        if constexpr (std::is_same_v<Io, Writer>)
            io.put(QLatin1String(key), value);
        else
            io.get(QLatin1String(key), value);
    };
    field("id", m.id);
    field("thread", m.thread);
    field("sender_id", m.senderId);
    field("sender_name", m.senderName);
    field("from_desk", m.fromDesk);
    field("automatic", m.automatic);
    field("simulated", m.simulated);
    field("text", m.text);
    field("client_message_id", m.clientMessageId);
    field("at", m.at);
}

template<class Io, class D>
void deviceFields(Io &io, D &d)
{
    const auto field = [&io](const char *key, auto &value) {
        if constexpr (std::is_same_v<Io, Writer>)
            io.put(QLatin1String(key), value);
        else
            io.get(QLatin1String(key), value);
    };
    field("id", d.id);
    field("name", d.name);
    field("class", d.deviceClass);
    field("source", d.source);
    field("simulated", d.simulated);
    field("owners", d.owners);
    field("tags", d.tags);
    field("first_seen", d.firstSeen);
}

QJsonObject positionToJson(const Position &p)
{
    Writer out;
    out.put(QLatin1String("lat"), std::optional<double>(p.latitude));
    out.put(QLatin1String("lon"), std::optional<double>(p.longitude));
    out.put(QLatin1String("altitude_m"), p.altitudeM);
    out.put(QLatin1String("accuracy_m"), p.accuracyM);
    out.put(QLatin1String("heading_deg"), p.headingDeg);
    out.put(QLatin1String("speed_kmh"), p.speedKmh);
    return out.object();
}

std::optional<Position> positionFromJson(const QJsonValue &value)
{
    if (!value.isObject())
        return std::nullopt;
    Reader in(value.toObject());
    Position p;
    in.get(QLatin1String("lat"), p.latitude);
    in.get(QLatin1String("lon"), p.longitude);
    in.get(QLatin1String("altitude_m"), p.altitudeM);
    in.get(QLatin1String("accuracy_m"), p.accuracyM);
    in.get(QLatin1String("heading_deg"), p.headingDeg);
    in.get(QLatin1String("speed_kmh"), p.speedKmh);
    return in.error().isEmpty() ? std::optional<Position>(p) : std::nullopt;
}

QJsonObject alertToJson(const Alert &a)
{
    Writer out;
    alertTexts(out, a);
    out.put(QLatin1String("kind"), toString(a.kind));
    out.put(QLatin1String("level"), toString(a.level));
    out.put(QLatin1String("peak_level"), toString(a.peakLevel));
    out.put(QLatin1String("cond"), toString(a.cond));
    out.put(QLatin1String("quality"),
            a.quality == AlertQuality::Good ? QStringLiteral("good") : QStringLiteral("stale"));
    if (a.position)
        out.put(QLatin1String("position"), positionToJson(*a.position));
    return out.object();
}

std::optional<Alert> alertFromJson(const QJsonObject &object, QString *error)
{
    Reader in(object);
    Alert a;
    alertTexts(in, a);
    in.get(QLatin1String("kind"), a.kind, alertKindFromString);
    in.get(QLatin1String("level"), a.level, alertLevelFromString);
    in.get(QLatin1String("peak_level"), a.peakLevel, alertLevelFromString);
    in.get(QLatin1String("cond"), a.cond, alertConditionFromString);
    in.get(QLatin1String("quality"), a.quality, qualityFromString);
    if (const QJsonValue position = in.value(QLatin1String("position")); !position.isUndefined()) {
        a.position = positionFromJson(position);
        if (!a.position)
            in.fail(QLatin1String("position"));
    }
    *error = in.error();
    return error->isEmpty() ? std::optional<Alert>(a) : std::nullopt;
}

QByteArray toBytes(QJsonObject object)
{
    object.insert(QLatin1String("v"), bodyVersion);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

std::optional<QJsonObject> toObject(const QByteArray &body, QString *error)
{
    QJsonParseError parse{};
    const QJsonDocument document = QJsonDocument::fromJson(body, &parse);
    if (!document.isObject()) {
        *error = QStringLiteral("The body is not a JSON object (%1).").arg(parse.errorString());
        return std::nullopt;
    }
    QJsonObject object = document.object();
    if (object.value(QLatin1String("v")).toInt() != bodyVersion) {
        *error = QStringLiteral("The body has a version that this Tocsin does not know.");
        return std::nullopt;
    }
    return object;
}
} // namespace

QByteArray encodeAlert(const Alert &alert)
{
    return toBytes(alertToJson(alert));
}

std::optional<Alert> decodeAlert(const QByteArray &body, QString *error)
{
    const auto object = toObject(body, error);
    return object ? alertFromJson(*object, error) : std::nullopt;
}

QByteArray encodeChat(const ChatMessage &message)
{
    Writer out;
    chatFields(out, message);
    return toBytes(out.object());
}

std::optional<ChatMessage> decodeChat(const QByteArray &body, QString *error)
{
    const auto object = toObject(body, error);
    if (!object)
        return std::nullopt;
    Reader in(*object);
    ChatMessage message;
    chatFields(in, message);
    *error = in.error();
    return error->isEmpty() ? std::optional<ChatMessage>(message) : std::nullopt;
}

QByteArray encodeDevice(const Device &device)
{
    Writer out;
    deviceFields(out, device);
    out.put(QLatin1String("kind"), toString(device.kind));
    return toBytes(out.object());
}

std::optional<Device> decodeDevice(const QByteArray &body, QString *error)
{
    const auto object = toObject(body, error);
    if (!object)
        return std::nullopt;
    Reader in(*object);
    Device device;
    deviceFields(in, device);
    in.get(QLatin1String("kind"), device.kind, kindFromString);
    *error = in.error();
    return error->isEmpty() ? std::optional<Device>(device) : std::nullopt;
}

EncodedEvent encodeEvent(const EventBody &body)
{
    if (const auto *change = std::get_if<AlertChange>(&body)) {
        Writer out;
        out.put(QLatin1String("verb"), toString(change->verb));
        out.put(QLatin1String("from"), toString(change->from));
        out.put(QLatin1String("to"), toString(change->to));
        out.put(QLatin1String("alert"), alertToJson(change->alert));
        return {QStringLiteral("alerts"), QStringLiteral("alert"), toBytes(out.object())};
    }
    if (const auto *message = std::get_if<ChatMessage>(&body))
        return {QStringLiteral("chat/") + message->thread, QStringLiteral("chat"), encodeChat(*message)};
    return {QStringLiteral("devices"), QStringLiteral("device"), encodeDevice(std::get<Device>(body))};
}

std::optional<EventBody> decodeEvent(const QString &kind, const QByteArray &body, QString *error)
{
    if (kind == QLatin1String("chat")) {
        auto message = decodeChat(body, error);
        return message ? std::optional<EventBody>(*message) : std::nullopt;
    }
    if (kind == QLatin1String("device")) {
        auto device = decodeDevice(body, error);
        return device ? std::optional<EventBody>(*device) : std::nullopt;
    }
    if (kind != QLatin1String("alert")) {
        *error = QStringLiteral("The kind \"%1\" is not known.").arg(kind);
        return std::nullopt;
    }
    const auto object = toObject(body, error);
    if (!object)
        return std::nullopt;
    Reader in(*object);
    AlertChange change;
    in.get(QLatin1String("verb"), change.verb, alertVerbFromString);
    in.get(QLatin1String("from"), change.from, stateFromString);
    in.get(QLatin1String("to"), change.to, stateFromString);
    *error = in.error();
    if (!error->isEmpty())
        return std::nullopt;
    const auto alert = alertFromJson(in.value(QLatin1String("alert")).toObject(), error);
    if (!alert)
        return std::nullopt;
    change.alert = *alert;
    return change;
}

QString actorKindName(Actor::Kind kind)
{
    switch (kind) {
    case Actor::Kind::Operator:
        return QStringLiteral("operator");
    case Actor::Kind::Device:
        return QStringLiteral("device");
    case Actor::Kind::User:
        return QStringLiteral("user");
    case Actor::Kind::System:
        break;
    }
    return QStringLiteral("system");
}

std::optional<Actor::Kind> actorKindNamed(QStringView text)
{
    for (const Actor::Kind kind :
         {Actor::Kind::System, Actor::Kind::Operator, Actor::Kind::Device, Actor::Kind::User}) {
        if (text == actorKindName(kind))
            return kind;
    }
    return std::nullopt;
}

} // namespace tocsin
