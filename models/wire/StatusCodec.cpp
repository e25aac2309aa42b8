// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/StatusCodec.h"

#include "models/wire/JsonFields.h"

#include <limits>

namespace tocsin::wire {

namespace {

std::optional<Presence> presenceNamed(QStringView text)
{
    for (const Presence presence : {Presence::Unknown, Presence::Online, Presence::Stale, Presence::Offline}) {
        if (text == toString(presence))
            return presence;
    }
    return std::nullopt;
}

std::optional<AdapterStatus::State> adapterStateNamed(QStringView text)
{
    using State = AdapterStatus::State;
    for (const State state :
         {State::Stopped, State::Connecting, State::Running, State::Waiting, State::Failed, State::Finished}) {
        if (text == toString(state))
            return state;
    }
    return std::nullopt;
}

// One list of fields per type, for both directions.

template<class Io, class T>
void noticeFields(Io &io, T &notice)
{
    fieldOf(io, "alert_id", notice.alertId);
    fieldOf(io, "step", notice.step);
    fieldOf(io, "title", notice.title);
    fieldOf(io, "text", notice.text);
}

template<class Io, class T>
void presenceFields(Io &io, T &presence)
{
    fieldOf(io, "device", presence.deviceId);
    fieldOf(io, "last_seen", presence.lastSeen);
}

template<class Io, class T>
void personFields(Io &io, T &person)
{
    fieldOf(io, "id", person.id);
    fieldOf(io, "name", person.name);
    fieldOf(io, "since", person.since);
}

template<class Io, class T>
void typingFields(Io &io, T &notice)
{
    fieldOf(io, "thread", notice.thread);
    fieldOf(io, "person", notice.personId);
    fieldOf(io, "name", notice.personName);
    fieldOf(io, "at", notice.at);
}

template<class Io, class T>
void statsFields(Io &io, T &stats)
{
    fieldOf(io, "listeners", stats.listeners);
    fieldOf(io, "connections", stats.connections);
    fieldOf(io, "users", stats.users);
    fieldOf(io, "connections_total", stats.connectionsTotal);
    fieldOf(io, "messages_in", stats.messagesIn);
    fieldOf(io, "messages_out", stats.messagesOut);
    fieldOf(io, "messages_per_second", stats.messagesPerSecond);
    fieldOf(io, "p95_latency_ms", stats.p95LatencyMs);
}

template<class Io, class T>
void hearingFields(Io &io, T &hearing)
{
    fieldOf(io, "consoles", hearing.consoles);
    fieldOf(io, "consoles_heard", hearing.heard);
    fieldOf(io, "nobody_hears", hearing.nobodyHears);
}

template<class Io, class T>
void limitFields(Io &io, T &band)
{
    fieldOf(io, "channel", band.channel);
    fieldOf(io, "warning_below", band.warnLow);
    fieldOf(io, "warning_above", band.warnHigh);
    fieldOf(io, "critical_below", band.criticalLow);
    fieldOf(io, "critical_above", band.criticalHigh);
}

template<class Io, class T>
void adapterFields(Io &io, T &adapter)
{
    fieldOf(io, "id", adapter.adapterId);
    fieldOf(io, "driver", adapter.driver);
    fieldOf(io, "target", adapter.target);
    fieldOf(io, "error", adapter.error);
    fieldOf(io, "readings", adapter.readings);
    fieldOf(io, "bad_frames", adapter.badFrames);
    fieldOf(io, "retry_at", adapter.retryAt);
}

template<class T, class Write>
QJsonArray listToJson(const QList<T> &items, Write write)
{
    QJsonArray array;
    for (const T &item : items) {
        JsonWriter out;
        write(out, item);
        array.append(out.object());
    }
    return array;
}

template<class T, class Read>
std::optional<QList<T>> listFromJson(const QJsonArray &json, QString *error, Read read)
{
    QList<T> items;
    for (const QJsonValueConstRef item : json) {
        JsonReader in(item.toObject());
        T value;
        read(in, value);
        if (!in.error().isEmpty()) {
            *error = in.error();
            return std::nullopt;
        }
        items.append(value);
    }
    return items;
}

} // namespace

QJsonArray toJson(const QList<DevicePresence> &presence)
{
    return listToJson(presence, [](JsonWriter &out, const DevicePresence &one) {
        presenceFields(out, one);
        out.put(QLatin1String("presence"), toString(one.presence));
    });
}

std::optional<QList<DevicePresence>> presenceFromJson(const QJsonArray &json, QString *error)
{
    return listFromJson<DevicePresence>(json, error, [](JsonReader &in, DevicePresence &one) {
        presenceFields(in, one);
        in.get(QLatin1String("presence"), one.presence, presenceNamed);
    });
}

QJsonArray toJson(const QList<OnlinePerson> &people)
{
    return listToJson(people, [](JsonWriter &out, const OnlinePerson &one) {
        personFields(out, one);
        out.put(QLatin1String("role"), toString(one.role));
    });
}

std::optional<QList<OnlinePerson>> peopleFromJson(const QJsonArray &json, QString *error)
{
    return listFromJson<OnlinePerson>(json, error, [](JsonReader &in, OnlinePerson &one) {
        personFields(in, one);
        in.get(QLatin1String("role"), one.role, roleFromString);
    });
}

QJsonObject toJson(const TypingNotice &notice)
{
    JsonWriter out;
    typingFields(out, notice);
    return out.object();
}

std::optional<TypingNotice> typingFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    TypingNotice notice;
    typingFields(in, notice);
    *error = in.error();
    return error->isEmpty() ? std::optional<TypingNotice>(notice) : std::nullopt;
}

QJsonObject toJson(const DesktopNotice &notice)
{
    JsonWriter out;
    noticeFields(out, notice);
    out.put(QLatin1String("level"), toString(notice.level));
    return out.object();
}

std::optional<DesktopNotice> noticeFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    DesktopNotice notice;
    noticeFields(in, notice);
    in.get(QLatin1String("level"), notice.level, alertLevelFromString);
    *error = in.error();
    return error->isEmpty() ? std::optional<DesktopNotice>(notice) : std::nullopt;
}

QJsonObject toJson(const ServerStats &stats)
{
    JsonWriter out;
    statsFields(out, stats);
    hearingFields(out, stats.hearing);
    return out.object();
}

std::optional<ServerStats> statsFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    ServerStats stats;
    statsFields(in, stats);
    if (!in.value(QLatin1String("consoles")).isUndefined()) // an earlier server says nothing of it
        hearingFields(in, stats.hearing);
    *error = in.error();
    return error->isEmpty() ? std::optional<ServerStats>(stats) : std::nullopt;
}

QJsonArray toJson(const QList<ChannelBand> &limits)
{
    return listToJson(limits.mid(0, mostLimits),
                      [](JsonWriter &out, const ChannelBand &one) { limitFields(out, one); });
}

std::optional<QList<ChannelBand>> limitsFromJson(const QJsonArray &json, QString *error)
{
    return listFromJson<ChannelBand>(json, error, [](JsonReader &in, ChannelBand &one) {
        limitFields(in, one);
        if (one.channel.isEmpty())
            in.fail(QLatin1String("channel"));
    });
}

QJsonArray toJson(const QList<AdapterStatus> &adapters)
{
    return listToJson(adapters, [](JsonWriter &out, const AdapterStatus &one) {
        adapterFields(out, one);
        out.put(QLatin1String("state"), toString(one.state));
    });
}

std::optional<QList<AdapterStatus>> adaptersFromJson(const QJsonArray &json, QString *error)
{
    return listFromJson<AdapterStatus>(json, error, [](JsonReader &in, AdapterStatus &one) {
        adapterFields(in, one);
        in.get(QLatin1String("state"), one.state, adapterStateNamed);
    });
}

} // namespace tocsin::wire
