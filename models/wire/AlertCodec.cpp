// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/AlertCodec.h"

#include "models/wire/EventCodec.h"
#include "models/wire/JsonFields.h"
#include "models/wire/ReadingCodec.h"

namespace tocsin {

namespace {

std::optional<AlertQuality> qualityFromString(QStringView text)
{
    if (text == QLatin1String("good"))
        return AlertQuality::Good;
    return text == QLatin1String("stale") ? std::optional<AlertQuality>(AlertQuality::Stale) : std::nullopt;
}

/// A number that is left out when it is 0.
template<class Io, class T>
void optionalNumber(Io &io, const char *key, T &value)
{
    if constexpr (std::is_same_v<Io, JsonWriter>) {
        if (value != 0)
            io.put(QLatin1String(key), value);
    } else if (!io.value(QLatin1String(key)).isUndefined()) {
        io.get(QLatin1String(key), value);
    }
}

/// An enumeration by its word, left out when it is `usual`.
template<class Io, class Enum, class FromString>
void optionalWord(Io &io, const char *key, Enum &value, std::remove_const_t<Enum> usual, FromString fromString)
{
    if constexpr (std::is_same_v<Io, JsonWriter>) {
        if (value != usual)
            io.put(QLatin1String(key), toString(value));
    } else if (!io.value(QLatin1String(key)).isUndefined()) {
        io.get(QLatin1String(key), value, fromString);
    }
}

// The one list of fields per type: `io` writes them or reads them, so that the two cannot drift apart.

template<class Io, class A>
void alertTexts(Io &io, A &a)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
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
    field("guidance", a.guidance);
    field("comment_wanted", a.commentWanted);
    field("raised_at", a.raisedAt);
    field("last_seen_at", a.lastSeenAt);
    field("source_time", a.sourceTime);
    field("cleared_at", a.clearedAt);
    field("acked_at", a.ackedAt);
    field("acked_by", a.ackedBy);
    field("ack_comment", a.ackComment);
    field("latched", a.latched);
    optionalWord(io, "hold", a.hold, AlertHold::None, alertHoldFromString);
    field("chattering", a.chattering);
    field("first_in_group", a.firstInGroup);
    optionalNumber(io, "escalation", a.escalation);
    field("escalate_at", a.escalateAt);
    field("silenced_until", a.silencedUntil);
}

template<class Io, class C>
void careFields(Io &io, C &c)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("owner_id", c.ownerId);
    field("owner_name", c.ownerName);
    field("owned_until", c.ownedUntil);
    field("offered_to_id", c.offeredToId);
    field("offered_to_name", c.offeredToName);
    field("offered_by", c.offeredBy);
    field("offered_by_id", c.offeredById);
    field("offer_note", c.offerNote);
    field("held_by", c.heldBy);
    field("hold_reason", c.holdReason);
    field("held_until", c.heldUntil);
    field("held_once", c.heldOnce);
    optionalNumber(io, "held_level", c.heldLevel);
    field("proposed_by", c.proposedBy);
    field("ack_due", c.ackDue);
    field("reminded", c.reminded);
    optionalWord(io, "disposition", c.disposition, Disposition::None, dispositionFromString);
    field("closed_at", c.closedAt);
    field("closed_by_id", c.closedById);
    field("closed_by", c.closedBy);
    field("close_comment", c.closeComment);
    field("open_cond", c.openCond);
    field("open_acked", c.openAcked);
    field("open_stage", c.openStage);
    field("flaps", c.flaps);
}

/// A text in ASCII that is no JSON.
template<class Io>
void asciiField(Io &io, const char *key,
                std::conditional_t<std::is_same_v<Io, JsonWriter>, const QByteArray, QByteArray> &value)
{
    QString text = QString::fromLatin1(value);
    fieldOf(io, key, text);
    if constexpr (!std::is_same_v<Io, JsonWriter>)
        value = text.toLatin1();
}

template<class Io, class F>
void incidentFields(Io &io, F &f)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("alert_type", f.alertType);
    optionalNumber(io, "priority", f.priority);
    field("description", f.description);
    field("address", f.address);
    field("auto_call_emergency", f.autoCallEmergency);
    field("gps_unavailable", f.gpsUnavailable);
    field("device_info", f.deviceInfo);
    field("network_info", f.networkInfo);
    optionalWord(io, "stage", f.stage, IncidentStage::Received, incidentStageFromString);
    field("seen_at", f.seenAt);
    field("seen_by", f.seenBy);
    field("canceled_at_source", f.canceledAtSource);
    field("confirm_by", f.confirmBy);
    field("duress", f.duress);
    field("contact_lost", f.contactLost);
    field("last_heard_at", f.lastHeardAt);
    field("welfare_due", f.welfareDue);
    optionalNumber(io, "welfare_misses", f.welfareMisses);
    field("welfare_asked", f.welfareAsked);
    asciiField(io, "pin", f.pin);
    asciiField(io, "duress_pin", f.duressPin);
}

/// An object of its own, when there is one.
template<class T, class Fields>
void putShared(JsonWriter &out, const char *key, const Shared<T> &value, Fields fields)
{
    if (!value)
        return;
    JsonWriter inner;
    fields(inner, *value);
    out.put(QLatin1String(key), inner.object());
}

template<class T, class Fields>
void getShared(JsonReader &in, const char *key, Shared<T> &into, Fields fields)
{
    const QJsonValue value = in.value(QLatin1String(key));
    if (value.isUndefined())
        return;
    JsonReader inner(value.toObject());
    T read;
    fields(inner, read);
    if (!value.isObject() || !inner.error().isEmpty())
        return in.fail(QLatin1String(key));
    into = Shared<T>(std::move(read));
}

constexpr auto care = [](auto &io, auto &value) { careFields(io, value); };
constexpr auto incident = [](auto &io, auto &value) { incidentFields(io, value); };

QJsonObject alertToJson(const Alert &a)
{
    JsonWriter out;
    alertTexts(out, a);
    out.put(QLatin1String("kind"), toString(a.kind));
    out.put(QLatin1String("level"), toString(a.level));
    out.put(QLatin1String("peak_level"), toString(a.peakLevel));
    out.put(QLatin1String("cond"), toString(a.cond));
    out.put(QLatin1String("quality"),
            a.quality == AlertQuality::Good ? QStringLiteral("good") : QStringLiteral("stale"));
    if (a.position)
        out.put(QLatin1String("position"), wire::positionToJson(*a.position));
    putShared(out, "care", a.care, care);
    putShared(out, "incident", a.incident, incident);
    return out.object();
}

std::optional<Alert> alertFromJson(const QJsonObject &object, QString *error)
{
    JsonReader in(object);
    Alert a;
    alertTexts(in, a);
    in.get(QLatin1String("kind"), a.kind, alertKindFromString);
    in.get(QLatin1String("level"), a.level, alertLevelFromString);
    in.get(QLatin1String("peak_level"), a.peakLevel, alertLevelFromString);
    in.get(QLatin1String("cond"), a.cond, alertConditionFromString);
    in.get(QLatin1String("quality"), a.quality, qualityFromString);
    if (const QJsonValue position = in.value(QLatin1String("position")); !position.isUndefined()) {
        a.position = wire::positionFromJson(position);
        if (!a.position)
            in.fail(QLatin1String("position"));
    }
    getShared(in, "care", a.care, care);
    getShared(in, "incident", a.incident, incident);
    *error = in.error();
    return error->isEmpty() ? std::optional<Alert>(a) : std::nullopt;
}

} // namespace

QByteArray encodeAlert(const Alert &alert)
{
    return toBody(alertToJson(alert));
}

std::optional<Alert> decodeAlert(const QByteArray &body, QString *error)
{
    const auto object = fromBody(body, error);
    return object ? alertFromJson(*object, error) : std::nullopt;
}

QByteArray encodeChange(const AlertChange &change)
{
    JsonWriter out;
    out.put(QLatin1String("verb"), toString(change.verb));
    out.put(QLatin1String("from"), toString(change.from));
    out.put(QLatin1String("to"), toString(change.to));
    out.put(QLatin1String("reason"), change.reason);
    out.put(QLatin1String("comment"), change.comment);
    out.put(QLatin1String("alert"), alertToJson(change.alert));
    return toBody(out.object());
}

std::optional<AlertChange> decodeChange(const QByteArray &body, QString *error)
{
    const auto object = fromBody(body, error);
    if (!object)
        return std::nullopt;
    JsonReader in(*object);
    AlertChange change;
    in.get(QLatin1String("verb"), change.verb, alertVerbFromString);
    in.get(QLatin1String("from"), change.from, alertStateFromString);
    in.get(QLatin1String("to"), change.to, alertStateFromString);
    in.get(QLatin1String("reason"), change.reason);
    in.get(QLatin1String("comment"), change.comment);
    *error = in.error();
    if (!error->isEmpty())
        return std::nullopt;
    const auto alert = alertFromJson(in.value(QLatin1String("alert")).toObject(), error);
    if (!alert)
        return std::nullopt;
    change.alert = *alert;
    return change;
}

} // namespace tocsin
