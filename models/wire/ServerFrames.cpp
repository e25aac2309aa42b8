// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/ServerFrames.h"

#include "models/wire/JsonFields.h"
#include "models/wire/ReadingCodec.h"
#include "models/wire/RequestCodec.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonArray>

#include <array>

namespace tocsin::wire {

namespace {

std::optional<StreamGrant::State> grantNamed(QStringView text)
{
    using State = StreamGrant::State;
    for (const State state : {State::Resumed, State::Reset, State::Denied}) {
        if (text == toString(state))
            return state;
    }
    return std::nullopt;
}

// One list of fields per type, for both directions.

template<class Io, class T>
void limitFields(Io &io, T &limits)
{
    fieldOf(io, "message_bytes", limits.messageBytes);
    fieldOf(io, "depth", limits.depth);
    fieldOf(io, "window_events", limits.windowEvents);
    fieldOf(io, "window_bytes", limits.windowBytes);
    fieldOf(io, "ack_timeout_ms", limits.ackTimeoutMs);
    fieldOf(io, "requests_per_minute", limits.requestsPerMinute);
}

template<class Io, class T>
void personFields(Io &io, T &welcome)
{
    fieldOf(io, "id", welcome.personId);
    fieldOf(io, "name", welcome.personName);
}

template<class Io, class T>
void grantFields(Io &io, T &grant)
{
    fieldOf(io, "epoch", grant.epoch);
    fieldOf(io, "seq", grant.seq);
}

// --- welcome

void write(JsonWriter &out, const Welcome &welcome)
{
    out.put(QLatin1String("v"), welcome.version);
    out.put(QLatin1String("server"), welcome.server);
    out.put(QLatin1String("version"), welcome.serverVersion);
    out.put(QLatin1String("epoch"), welcome.epoch);
    JsonWriter you;
    personFields(you, welcome);
    you.put(QLatin1String("role"), toString(welcome.role));
    out.put(QLatin1String("you"), you.object());
    JsonWriter limits;
    limitFields(limits, welcome.limits);
    out.put(QLatin1String("limits"), limits.object());
    QJsonObject streams;
    for (auto it = welcome.streams.begin(); it != welcome.streams.end(); ++it) {
        JsonWriter grant;
        grantFields(grant, *it);
        grant.put(QLatin1String("state"), toString(it->state));
        streams.insert(it.key(), grant.object());
    }
    out.put(QLatin1String("streams"), streams);
    out.put(QLatin1String("devices"), welcome.devices);
}

void read(JsonReader &in, Welcome &welcome)
{
    in.get(QLatin1String("v"), welcome.version);
    in.get(QLatin1String("server"), welcome.server);
    in.get(QLatin1String("version"), welcome.serverVersion);
    in.get(QLatin1String("epoch"), welcome.epoch);
    JsonReader you(in.value(QLatin1String("you")).toObject());
    personFields(you, welcome);
    you.get(QLatin1String("role"), welcome.role, roleFromString);
    if (!you.error().isEmpty())
        in.fail(QLatin1String("you"));
    JsonReader limits(in.value(QLatin1String("limits")).toObject());
    limitFields(limits, welcome.limits);
    if (!limits.error().isEmpty())
        in.fail(QLatin1String("limits"));
    const QJsonObject streams = in.value(QLatin1String("streams")).toObject();
    for (auto it = streams.begin(); it != streams.end(); ++it) {
        JsonReader grant(it.value().toObject());
        StreamGrant granted;
        grantFields(grant, granted);
        grant.get(QLatin1String("state"), granted.state, grantNamed);
        if (!grant.error().isEmpty())
            in.fail(QLatin1String("streams"));
        welcome.streams.insert(it.key(), granted);
    }
    in.get(QLatin1String("devices"), welcome.devices);
}

// --- snapshot

template<class Io, class T>
void snapshotFields(Io &io, T &snapshot)
{
    fieldOf(io, "stream", snapshot.stream);
    fieldOf(io, "epoch", snapshot.epoch);
    fieldOf(io, "seq", snapshot.seq);
    fieldOf(io, "part", snapshot.part);
    fieldOf(io, "parts", snapshot.parts);
}

void write(JsonWriter &out, const SnapshotPart &snapshot)
{
    snapshotFields(out, snapshot);
    out.put(QLatin1String("state"), snapshot.state);
}

void read(JsonReader &in, SnapshotPart &snapshot)
{
    snapshotFields(in, snapshot);
    if (snapshot.part < 1 || snapshot.part > snapshot.parts)
        in.fail(QLatin1String("part"));
    if (!in.value(QLatin1String("state")).isObject())
        in.fail(QLatin1String("state"));
    snapshot.state = in.value(QLatin1String("state")).toObject();
}

// --- events

QJsonArray documentsOf(const Events &events)
{
    QJsonArray array;
    for (const StreamEvent &one : events.events) {
        array.append(one.event ? eventDocument(one.seq, toJson(*one.event), one.event->seq)
                               : eventDocument(one.seq, std::nullopt, one.seq));
    }
    return array;
}

void read(JsonReader &in, Events &events)
{
    in.get(QLatin1String("stream"), events.stream);
    in.get(QLatin1String("epoch"), events.epoch);
    for (const QJsonValueConstRef item : in.value(QLatin1String("events")).toArray()) {
        const QJsonObject json = item.toObject();
        StreamEvent one;
        JsonReader position(json);
        position.get(QLatin1String("seq"), one.seq);
        qint64 logSeq = one.seq;
        if (json.contains(QLatin1String("log")))
            position.get(QLatin1String("log"), logSeq);
        if (json.value(QLatin1String("kind")).toString() != QLatin1String("withheld")) {
            QString error;
            one.event = eventFromJson(json, &error);
            if (!one.event)
                return in.fail(QLatin1String("events"));
            one.event->seq = logSeq;
        }
        if (!position.error().isEmpty() || (!events.events.isEmpty() && one.seq != events.events.last().seq + 1))
            return in.fail(QLatin1String("events"));
        events.events.append(one);
    }
}

// --- live

constexpr QLatin1String readingsKey("readings");
constexpr QLatin1String presenceKey("presence");
constexpr QLatin1String peopleKey("people");
constexpr QLatin1String statsKey("stats");
constexpr QLatin1String adaptersKey("adapters");
constexpr QLatin1String typingKey("typing");
constexpr QLatin1String limitsKey("limits");
constexpr QLatin1String clientsKey("connections");
constexpr QLatin1String framesKey("frames");
constexpr QLatin1String noticeKey("notice");

QJsonObject toJson(const Live &live)
{
    struct Encode
    {
        std::pair<QLatin1String, QJsonValue> operator()(const QList<LatestReading> &readings) const
        {
            QJsonArray array;
            for (const LatestReading &reading : readings)
                array.append(wire::toJson(reading));
            return {readingsKey, array};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const QList<DevicePresence> &presence) const
        {
            return {presenceKey, wire::toJson(presence)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const QList<OnlinePerson> &people) const
        {
            return {peopleKey, wire::toJson(people)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const ServerStats &stats) const
        {
            return {statsKey, wire::toJson(stats)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const QList<AdapterStatus> &adapters) const
        {
            return {adaptersKey, wire::toJson(adapters)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const TypingNotice &notice) const
        {
            return {typingKey, wire::toJson(notice)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const QList<ChannelBand> &limits) const
        {
            return {limitsKey, wire::toJson(limits)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const ClientsUpdate &clients) const
        {
            return {clientsKey, wire::toJson(clients)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const FrameReport &frames) const
        {
            return {framesKey, wire::toJson(frames)};
        }
        std::pair<QLatin1String, QJsonValue> operator()(const DesktopNotice &notice) const
        {
            return {noticeKey, wire::toJson(notice)};
        }
    };
    const auto [key, value] = std::visit(Encode{}, live.what);
    return {{QLatin1String("topic"), live.topic}, {key, value}};
}

void read(JsonReader &in, Live &live)
{
    in.get(QLatin1String("topic"), live.topic);
    QString error;
    const auto take = [&](QLatin1String key, auto &&decoded) {
        if (decoded)
            live.what = *decoded;
        else
            in.fail(key);
    };
    if (const QJsonValue json = in.value(readingsKey); json.isArray()) {
        QList<LatestReading> readings;
        for (const QJsonValueConstRef item : json.toArray()) {
            const auto reading = latestFromJson(item.toObject(), &error);
            if (!reading)
                return in.fail(readingsKey);
            readings.append(*reading);
        }
        live.what = readings;
    } else if (const QJsonValue presence = in.value(presenceKey); presence.isArray()) {
        take(presenceKey, presenceFromJson(presence.toArray(), &error));
    } else if (const QJsonValue people = in.value(peopleKey); people.isArray()) {
        take(peopleKey, peopleFromJson(people.toArray(), &error));
    } else if (const QJsonValue stats = in.value(statsKey); stats.isObject()) {
        take(statsKey, statsFromJson(stats.toObject(), &error));
    } else if (const QJsonValue adapters = in.value(adaptersKey); adapters.isArray()) {
        take(adaptersKey, adaptersFromJson(adapters.toArray(), &error));
    } else if (const QJsonValue typing = in.value(typingKey); typing.isObject()) {
        take(typingKey, typingFromJson(typing.toObject(), &error));
    } else if (const QJsonValue limits = in.value(limitsKey); limits.isArray()) {
        take(limitsKey, limitsFromJson(limits.toArray(), &error));
    } else if (const QJsonValue clients = in.value(clientsKey); clients.isObject()) {
        take(clientsKey, clientsFromJson(clients.toObject(), &error));
    } else if (const QJsonValue frames = in.value(framesKey); frames.isObject()) {
        take(framesKey, framesFromJson(frames.toObject(), &error));
    } else if (const QJsonValue notice = in.value(noticeKey); notice.isObject()) {
        take(noticeKey, noticeFromJson(notice.toObject(), &error));
    } else {
        in.fail(QLatin1String("topic"));
    }
}

// --- reply, resync, pong

void write(JsonWriter &out, const Reply &reply)
{
    out.put(QLatin1String("id"), reply.id);
    out.put(QLatin1String("dup"), reply.dup);
    if (reply.ok) {
        out.put(QLatin1String("result"), reply.result);
        return;
    }
    JsonWriter error;
    error.put(QLatin1String("code"), reply.code);
    error.put(QLatin1String("message"), reply.message);
    error.put(QLatin1String("field"), reply.field);
    error.put(QLatin1String("ref"), reply.ref);
    if (reply.retryAfterMs)
        error.put(QLatin1String("retry_after_ms"), *reply.retryAfterMs);
    if (!reply.alert.isEmpty())
        error.put(QLatin1String("alert"), reply.alert);
    out.put(QLatin1String("error"), error.object());
}

void read(JsonReader &in, Reply &reply)
{
    in.get(QLatin1String("id"), reply.id);
    in.get(QLatin1String("dup"), reply.dup);
    const QJsonValue ok = in.value(QLatin1String("ok"));
    if (!ok.isBool())
        return in.fail(QLatin1String("ok"));
    reply.ok = ok.toBool();
    reply.result = in.value(QLatin1String("result")).toObject();
    if (reply.ok)
        return;
    JsonReader error(in.value(QLatin1String("error")).toObject());
    error.get(QLatin1String("code"), reply.code);
    error.get(QLatin1String("message"), reply.message);
    error.get(QLatin1String("field"), reply.field);
    error.get(QLatin1String("ref"), reply.ref);
    reply.alert = error.value(QLatin1String("alert")).toObject();
    if (!error.value(QLatin1String("retry_after_ms")).isUndefined())
        error.get(QLatin1String("retry_after_ms"), reply.retryAfterMs.emplace());
    if (!error.error().isEmpty() || reply.code.isEmpty())
        in.fail(QLatin1String("error"));
}

void write(JsonWriter &out, const Resync &resync)
{
    out.put(QLatin1String("stream"), resync.stream);
}

void read(JsonReader &in, Resync &resync)
{
    in.get(QLatin1String("stream"), resync.stream);
}

void write(JsonWriter &out, const Pong &pong)
{
    out.put(QLatin1String("id"), pong.id);
}

void read(JsonReader &in, Pong &pong)
{
    in.get(QLatin1String("id"), pong.id);
}

template<class T>
QJsonObject document(const T &frame)
{
    JsonWriter out;
    write(out, frame);
    return out.object();
}
QJsonObject document(const Live &live)
{
    return toJson(live);
}
QJsonObject document(const Events &events)
{
    return eventsFrame(events.stream, events.epoch, documentsOf(events));
}
QJsonObject document(const Reply &reply)
{
    JsonWriter out;
    write(out, reply);
    QJsonObject object = out.object();
    object.insert(QLatin1String("ok"), reply.ok); // false must be said
    return object;
}

/// In the order of ServerFrame.
constexpr std::array<const char *, std::variant_size_v<ServerFrame>> types{"welcome", "snapshot", "events", "live",
                                                                           "reply",   "resync",   "pong"};

template<std::size_t index = 0>
std::variant<ServerFrame, FieldError> readFrame(const QString &type, const QJsonObject &json)
{
    if constexpr (index == types.size()) {
        return FieldError{QStringLiteral("type"), QStringLiteral("The type \"%1\" is not known.").arg(type.left(64))};
    } else {
        if (type != QLatin1String(types[index]))
            return readFrame<index + 1>(type, json);
        JsonReader in(json);
        std::variant_alternative_t<index, ServerFrame> frame;
        read(in, frame);
        if (!in.error().isEmpty())
            return FieldError{in.errorField(), in.error()};
        return ServerFrame(frame);
    }
}

} // namespace

QString toString(StreamGrant::State state)
{
    switch (state) {
    case StreamGrant::State::Resumed:
        return QStringLiteral("resumed");
    case StreamGrant::State::Reset:
        return QStringLiteral("reset");
    case StreamGrant::State::Denied:
        break;
    }
    return QStringLiteral("denied");
}

QJsonObject toJson(const ServerFrame &frame)
{
    QJsonObject object = std::visit([](const auto &alternative) { return document(alternative); }, frame);
    object.insert(QLatin1String("type"), QString::fromLatin1(types[frame.index()]));
    return object;
}

std::variant<ServerFrame, FieldError> serverFrameFromJson(const QJsonObject &json)
{
    return readFrame(json.value(QLatin1String("type")).toString(), json);
}

QJsonObject eventsFrame(const QString &stream, const QString &epoch, const QJsonArray &events)
{
    return {{QLatin1String("type"), QStringLiteral("events")},
            {QLatin1String("stream"), stream},
            {QLatin1String("epoch"), epoch},
            {QLatin1String("events"), events}};
}

QJsonObject eventDocument(qint64 seq, const std::optional<QJsonObject> &event, qint64 logSeq)
{
    QJsonObject document = event ? *event : QJsonObject{{QLatin1String("kind"), QStringLiteral("withheld")}};
    document.insert(QLatin1String("seq"), seq);
    if (logSeq != seq)
        document.insert(QLatin1String("log"), logSeq);
    return document;
}

Reply replyOf(const QString &id, const Outcome &outcome)
{
    Reply reply;
    reply.id = id;
    reply.ok = outcome.ok;
    reply.dup = outcome.dup;
    if (outcome.ok) {
        reply.result = toJson(outcome);
        return reply;
    }
    reply.code = outcome.code;
    reply.message = outcome.message;
    reply.ref = outcome.ref;
    return reply;
}

Outcome outcomeOf(const Reply &reply)
{
    Outcome outcome = reply.ok ? outcomeFromJson(reply.result) : Outcome::refused(reply.code, reply.message, reply.ref);
    outcome.dup = reply.dup;
    return outcome;
}

} // namespace tocsin::wire
