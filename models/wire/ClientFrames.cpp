// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/ClientFrames.h"

#include "models/domain/Hearing.h"
#include "models/wire/JsonFields.h"
#include "models/wire/RequestCodec.h"

#include <QJsonArray>

#include <array>
#include <cmath>
#include <limits>

namespace tocsin::wire {

namespace {

constexpr double maxHz = 1000;
constexpr int maxPoints = 10'000;
constexpr int maxLimit = 1'000;

template<class T>
void readOptional(JsonReader &in, const char *key, T &into)
{
    if (!in.value(QLatin1String(key)).isUndefined())
        in.get(QLatin1String(key), into);
}

void readLimit(JsonReader &in, const char *key, int &into, int most)
{
    readOptional(in, key, into);
    if (into < 1 || into > most)
        in.fail(QLatin1String(key));
}

void readId(JsonReader &in, const char *key, QString &into)
{
    in.get(QLatin1String(key), into);
    if (into.isEmpty() || into.size() > maxIdLength)
        in.fail(QLatin1String(key));
}

void readNames(JsonReader &in, const char *key, QStringList &into, qsizetype most)
{
    in.get(QLatin1String(key), into);
    if (into.size() > most)
        in.fail(QLatin1String(key));
}

std::optional<qint64> seqOf(const QJsonValue &json)
{
    const qint64 seq = json.toInteger(-1);
    return json.isDouble() && seq >= 0 ? std::optional<qint64>(seq) : std::nullopt;
}

// --- hello

void write(JsonWriter &out, const Hello &hello)
{
    out.put(QLatin1String("v"), hello.version);
    out.put(QLatin1String("token"), hello.token);
    out.put(QLatin1String("client"), hello.client);
    out.put(QLatin1String("name"), hello.name);
    out.put(QLatin1String("streams"), hello.streams);
    out.put(QLatin1String("devices"), hello.devices);
    if (hello.cursors.isEmpty())
        return;
    QJsonObject cursors;
    for (auto it = hello.cursors.begin(); it != hello.cursors.end(); ++it)
        cursors.insert(it.key(), QJsonArray{it->epoch, it->seq});
    out.put(QLatin1String("cursors"), cursors);
}

void read(JsonReader &in, Hello &hello)
{
    in.get(QLatin1String("v"), hello.version);
    in.get(QLatin1String("token"), hello.token);
    in.get(QLatin1String("client"), hello.client);
    in.get(QLatin1String("name"), hello.name);
    readNames(in, "streams", hello.streams, maxStreams);
    readNames(in, "devices", hello.devices, maxStreams);
    if (hello.client.size() > maxIdLength)
        in.fail(QLatin1String("client"));
    if (hello.name.size() > maxIdLength)
        in.fail(QLatin1String("name"));
    const QJsonValue cursors = in.value(QLatin1String("cursors"));
    if (cursors.isUndefined())
        return;
    const QJsonObject object = cursors.toObject();
    if (!cursors.isObject() || object.size() > maxStreams)
        return in.fail(QLatin1String("cursors"));
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QJsonArray pair = it.value().toArray();
        const auto seq = seqOf(pair.at(1));
        if (pair.size() != 2 || !pair.at(0).isString() || !seq)
            return in.fail(QLatin1String("cursors"));
        hello.cursors.insert(it.key(), {pair.at(0).toString(), *seq});
    }
}

// --- subscribe, unsubscribe, typing, ping, ack

void write(JsonWriter &out, const Subscribe &subscribe)
{
    out.put(QLatin1String("id"), subscribe.id);
    out.put(QLatin1String("topics"), subscribe.topics);
    if (subscribe.hz > 0)
        out.put(QLatin1String("hz"), subscribe.hz);
}

void read(JsonReader &in, Subscribe &subscribe)
{
    readId(in, "id", subscribe.id);
    readNames(in, "topics", subscribe.topics, maxTopics);
    readOptional(in, "hz", subscribe.hz);
    if (!(subscribe.hz >= 0 && subscribe.hz <= maxHz))
        in.fail(QLatin1String("hz"));
}

void write(JsonWriter &out, const Unsubscribe &unsubscribe)
{
    out.put(QLatin1String("id"), unsubscribe.id);
    out.put(QLatin1String("topics"), unsubscribe.topics);
}

void read(JsonReader &in, Unsubscribe &unsubscribe)
{
    readId(in, "id", unsubscribe.id);
    readNames(in, "topics", unsubscribe.topics, maxTopics);
}

void write(JsonWriter &out, const Typing &typing)
{
    out.put(QLatin1String("thread"), typing.thread);
}

void read(JsonReader &in, Typing &typing)
{
    readId(in, "thread", typing.thread);
}

void write(JsonWriter &out, const Ping &ping)
{
    out.put(QLatin1String("id"), ping.id);
}

void read(JsonReader &in, Ping &ping)
{
    in.get(QLatin1String("id"), ping.id);
    if (ping.id.size() > maxIdLength)
        in.fail(QLatin1String("id"));
}

void write(JsonWriter &out, const Hearing &hearing)
{
    out.put(QLatin1String("heard"), QByteArray(hearing.heard ? "true" : "false")); // always said
    out.put(QLatin1String("why"), hearing.why);
}

void read(JsonReader &in, Hearing &hearing)
{
    if (!in.value(QLatin1String("heard")).isBool())
        in.fail(QLatin1String("heard"));
    readOptional(in, "heard", hearing.heard);
    readOptional(in, "why", hearing.why);
    if (hearing.why.size() > HearingReport::longestWhy)
        in.fail(QLatin1String("why"));
}

// --- disconnect, tap

void write(JsonWriter &out, const Disconnect &disconnect)
{
    out.put(QLatin1String("id"), disconnect.id);
    out.put(QLatin1String("client"), disconnect.client);
    out.put(QLatin1String("reason"), disconnect.reason);
}

void read(JsonReader &in, Disconnect &disconnect)
{
    readId(in, "id", disconnect.id);
    readId(in, "client", disconnect.client);
    in.get(QLatin1String("reason"), disconnect.reason);
}

template<class Io, class T>
void filterFields(Io &io, T &filter)
{
    fieldOf(io, "client", filter.client);
    fieldOf(io, "dialect", filter.dialect);
    fieldOf(io, "user", filter.user);
    fieldOf(io, "text", filter.text);
}

void write(JsonWriter &out, const Tap &tap)
{
    out.put(QLatin1String("id"), tap.id);
    if (!tap.filter)
        return;
    JsonWriter filter;
    filterFields(filter, *tap.filter);
    out.put(QLatin1String("filter"), filter.object());
}

void read(JsonReader &in, Tap &tap)
{
    readId(in, "id", tap.id);
    const QJsonValue json = in.value(QLatin1String("filter"));
    if (json.isUndefined())
        return;
    JsonReader filter(json.toObject());
    filterFields(filter, tap.filter.emplace());
    if (!json.isObject() || !filter.error().isEmpty())
        in.fail(QLatin1String("filter"));
}

// --- ack

void write(JsonWriter &out, const Ack &ack)
{
    QJsonObject cursors;
    for (auto it = ack.cursors.begin(); it != ack.cursors.end(); ++it)
        cursors.insert(it.key(), it.value());
    out.put(QLatin1String("cursors"), cursors);
}

void read(JsonReader &in, Ack &ack)
{
    const QJsonValue cursors = in.value(QLatin1String("cursors"));
    const QJsonObject object = cursors.toObject();
    if (!cursors.isObject() || object.size() > maxStreams)
        return in.fail(QLatin1String("cursors"));
    for (auto it = object.begin(); it != object.end(); ++it) {
        const auto seq = seqOf(it.value());
        if (!seq)
            return in.fail(QLatin1String("cursors"));
        ack.cursors.insert(it.key(), *seq);
    }
}

// --- query

void write(JsonWriter &out, const HistoryQuery &query)
{
    out.put(QLatin1String("device"), query.deviceId);
    out.put(QLatin1String("channels"), query.channels);
    out.put(QLatin1String("from"), query.from);
    out.put(QLatin1String("to"), query.to);
    out.put(QLatin1String("max_points"), query.maxPoints);
}

void read(JsonReader &in, HistoryQuery &query)
{
    readId(in, "device", query.deviceId);
    readNames(in, "channels", query.channels, maxTopics);
    in.get(QLatin1String("from"), query.from);
    in.get(QLatin1String("to"), query.to);
    readLimit(in, "max_points", query.maxPoints, maxPoints);
}

void write(JsonWriter &out, const ReadingsQuery &query)
{
    out.put(QLatin1String("device"), query.deviceId);
    out.put(QLatin1String("from"), query.from);
    out.put(QLatin1String("to"), query.to);
    out.put(QLatin1String("limit"), query.limit);
}

void read(JsonReader &in, ReadingsQuery &query)
{
    readId(in, "device", query.deviceId);
    in.get(QLatin1String("from"), query.from);
    in.get(QLatin1String("to"), query.to);
    readLimit(in, "limit", query.limit, maxLimit);
}

void write(JsonWriter &out, const AlertsQuery &query)
{
    out.put(QLatin1String("source"), query.source);
    out.put(QLatin1String("open_only"), query.openOnly);
    out.put(QLatin1String("alert_id"), query.alertId);
    if (query.closedOnly)
        out.put(QLatin1String("closed_only"), true);
    if (!query.before.isEmpty())
        out.put(QLatin1String("before"), query.before);
    if (query.incidentsOnly)
        out.put(QLatin1String("incidents_only"), true);
    out.put(QLatin1String("limit"), query.limit);
}

void read(JsonReader &in, AlertsQuery &query)
{
    in.get(QLatin1String("source"), query.source);
    in.get(QLatin1String("open_only"), query.openOnly);
    in.get(QLatin1String("alert_id"), query.alertId);
    in.get(QLatin1String("closed_only"), query.closedOnly);
    in.get(QLatin1String("before"), query.before);
    if (query.closedOnly && query.openOnly)
        in.fail(QLatin1String("closed_only"));
    if (query.before.size() > maxIdLength)
        in.fail(QLatin1String("before"));
    in.get(QLatin1String("incidents_only"), query.incidentsOnly);
    readLimit(in, "limit", query.limit, maxLimit);
}

void write(JsonWriter &out, const EventsQuery &query)
{
    out.put(QLatin1String("stream"), query.stream);
    out.put(QLatin1String("after"), query.after);
    out.put(QLatin1String("limit"), query.limit);
}

void read(JsonReader &in, EventsQuery &query)
{
    readId(in, "stream", query.stream);
    readOptional(in, "after", query.after);
    if (query.after < 0)
        in.fail(QLatin1String("after"));
    readLimit(in, "limit", query.limit, maxLimit);
}

void write(JsonWriter &out, const SnapshotQuery &query)
{
    out.put(QLatin1String("stream"), query.stream);
}

void read(JsonReader &in, SnapshotQuery &query)
{
    readId(in, "stream", query.stream);
}

void write(JsonWriter &out, const AlertLogQuery &query)
{
    out.put(QLatin1String("alert"), query.alertId);
    out.put(QLatin1String("after"), query.after);
    out.put(QLatin1String("limit"), query.limit);
}

void read(JsonReader &in, AlertLogQuery &query)
{
    readId(in, "alert", query.alertId);
    readOptional(in, "after", query.after);
    if (query.after < 0)
        in.fail(QLatin1String("after"));
    readLimit(in, "limit", query.limit, maxLimit);
}

void write(JsonWriter &out, const ContactsQuery &query)
{
    out.put(QLatin1String("user"), query.userId);
}

void read(JsonReader &in, ContactsQuery &query)
{
    readId(in, "user", query.userId);
}

void write(JsonWriter &out, const AlertEventsQuery &query)
{
    out.put(QLatin1String("alert"), query.alertId);
    if (query.before > 0)
        out.put(QLatin1String("before"), query.before);
    out.put(QLatin1String("limit"), query.limit);
}

void read(JsonReader &in, AlertEventsQuery &query)
{
    readId(in, "alert", query.alertId);
    readOptional(in, "before", query.before);
    if (query.before < 0)
        in.fail(QLatin1String("before"));
    readLimit(in, "limit", query.limit, maxLimit);
}

/// In the order of Query::what.
constexpr std::array queryWords{"history",  "readings",     "alerts",    "events",
                                "snapshot", "alert_events", "alert_log", "contacts"};

template<std::size_t index = 0>
void readWhat(JsonReader &in, const QString &word, Query &query)
{
    if constexpr (index == queryWords.size()) {
        in.fail(QLatin1String("what"));
    } else if (word == QLatin1String(queryWords[index])) {
        std::variant_alternative_t<index, decltype(Query::what)> what;
        read(in, what);
        query.what = what;
    } else {
        readWhat<index + 1>(in, word, query);
    }
}

void write(JsonWriter &out, const Query &query)
{
    out.put(QLatin1String("id"), query.id);
    out.put(QLatin1String("what"), QString::fromLatin1(queryWords[query.what.index()]));
    std::visit([&out](const auto &what) { write(out, what); }, query.what);
}

void read(JsonReader &in, Query &query)
{
    readId(in, "id", query.id);
    readWhat(in, in.value(QLatin1String("what")).toString(), query);
}

// --- rules

/// In the order of AskRules::what.
constexpr std::array rulesWords{"current", "check", "try"};

void readText(JsonReader &in, const char *key, QByteArray &into)
{
    QString text;
    in.get(QLatin1String(key), text);
    into = text.toUtf8();
    if (into.isEmpty())
        in.fail(QLatin1String(key));
}

void write(JsonWriter &out, const AskRules &ask)
{
    out.put(QLatin1String("id"), ask.id);
    out.put(QLatin1String("what"), QString::fromLatin1(rulesWords[ask.what.index()]));
    if (const auto *text = std::get_if<QByteArray>(&ask.what))
        out.put(QLatin1String("text"), QString::fromUtf8(*text));
    const auto *trial = std::get_if<RuleTrial>(&ask.what);
    if (!trial)
        return;
    out.put(QLatin1String("rule"), QString::fromUtf8(trial->rule));
    out.put(QLatin1String("device"), trial->deviceId);
    out.put(QLatin1String("from"), trial->from);
    out.put(QLatin1String("to"), trial->to);
}

void read(JsonReader &in, AskRules &ask)
{
    readId(in, "id", ask.id);
    const QString word = in.value(QLatin1String("what")).toString();
    if (word == QLatin1String(rulesWords[0]))
        return;
    if (word == QLatin1String(rulesWords[1])) {
        readText(in, "text", ask.what.emplace<QByteArray>());
    } else if (word == QLatin1String(rulesWords[2])) {
        RuleTrial &trial = ask.what.emplace<RuleTrial>();
        readText(in, "rule", trial.rule);
        readId(in, "device", trial.deviceId);
        in.get(QLatin1String("from"), trial.from);
        in.get(QLatin1String("to"), trial.to);
    } else {
        in.fail(QLatin1String("what"));
    }
}

void write(JsonWriter &out, const ApplyRules &apply)
{
    out.put(QLatin1String("id"), apply.id);
    out.put(QLatin1String("text"), QString::fromUtf8(apply.text));
    out.put(QLatin1String("revision"), apply.revision);
}

void read(JsonReader &in, ApplyRules &apply)
{
    readId(in, "id", apply.id);
    readText(in, "text", apply.text);
    readId(in, "revision", apply.revision);
}

// --- request

void write(JsonWriter &out, const Ask &ask)
{
    out.put(QLatin1String("cmd_id"), ask.cmdId);
    out.put(QLatin1String("body"), toJson(ask.body));
}

void read(JsonReader &in, Ask &ask)
{
    readId(in, "cmd_id", ask.cmdId);
    if (!in.value(QLatin1String("body")).isObject())
        in.fail(QLatin1String("body"));
}

/// In the order of ClientFrame.
constexpr std::array<const char *, std::variant_size_v<ClientFrame>> types{
    "hello", "subscribe",  "unsubscribe", "request", "query",       "ack",    "typing",
    "ping",  "disconnect", "tap",         "rules",   "apply_rules", "hearing"};

template<std::size_t index = 0>
std::variant<ClientFrame, FrameError> readFrame(const QString &type, const QString &id, const QJsonObject &json)
{
    if constexpr (index == types.size()) {
        return FrameError{id,
                          QStringLiteral("unknown_type"),
                          {QStringLiteral("type"), QStringLiteral("The type \"%1\" is not known.").arg(type.left(64))}};
    } else {
        if (type != QLatin1String(types[index]))
            return readFrame<index + 1>(type, id, json);
        JsonReader in(json);
        std::variant_alternative_t<index, ClientFrame> frame;
        read(in, frame);
        if (!in.error().isEmpty())
            return FrameError{id, QStringLiteral("invalid"), {in.errorField(), in.error()}};
        if constexpr (std::is_same_v<decltype(frame), Ask>) {
            auto body = requestFromJson(json.value(QLatin1String("body")).toObject());
            if (const auto *error = std::get_if<FieldError>(&body))
                return FrameError{
                    id, QStringLiteral("invalid"), {QStringLiteral("body.") + error->field, error->message}};
            frame.body = std::get<RequestBody>(body);
        }
        return ClientFrame(frame);
    }
}

} // namespace

QJsonObject toJson(const ClientFrame &frame)
{
    JsonWriter out;
    out.put(QLatin1String("type"), QString::fromLatin1(types[frame.index()]));
    std::visit([&out](const auto &alternative) { write(out, alternative); }, frame);
    return out.object();
}

std::variant<ClientFrame, FrameError> clientFrameFromJson(const QJsonObject &json)
{
    const QString type = json.value(QLatin1String("type")).toString();
    const QString key = type == QLatin1String("request") ? QStringLiteral("cmd_id") : QStringLiteral("id");
    return readFrame(type, json.value(key).toString().left(maxIdLength), json);
}

} // namespace tocsin::wire
