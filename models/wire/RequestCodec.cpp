// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/RequestCodec.h"

#include "models/wire/EventCodec.h"
#include "models/wire/JsonFields.h"
#include "models/wire/ReadingCodec.h"

#include <QJsonDocument>

#include <array>

namespace tocsin::wire {

namespace {

/// Reads what may be left out: the default stays.
template<class Io, class T>
void optionalField(Io &io, const char *key, T &value)
{
    if constexpr (!std::is_same_v<Io, JsonWriter>) {
        if (io.value(QLatin1String(key)).isUndefined())
            return;
    }
    fieldOf(io, key, value);
}

/// A text that must be there and say something.
template<class Io>
void requiredText(Io &io, const char *key,
                  std::conditional_t<std::is_same_v<Io, JsonWriter>, const QString, QString> &value)
{
    fieldOf(io, key, value);
    if constexpr (!std::is_same_v<Io, JsonWriter>) {
        if (value.isEmpty())
            io.fail(QLatin1String(key));
    }
}

/// An enumeration by its word; when reading it may be left out.
template<class Io, class Enum, class FromString>
void word(Io &io, const char *key, Enum &value, FromString fromString)
{
    if constexpr (std::is_same_v<Io, JsonWriter>)
        io.put(QLatin1String(key), toString(value));
    else if (!io.value(QLatin1String(key)).isUndefined())
        io.get(QLatin1String(key), value, fromString);
}

// One list of fields per request, for both directions. B is the body, const when it is written.

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, Acknowledge>
void fields(Io &io, B &b)
{
    requiredText(io, "alert_id", b.alertId);
    optionalField(io, "occurrence", b.occurrence);
    word(io, "seen_level", b.seenLevel, alertLevelFromString);
    fieldOf(io, "comment", b.comment);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, SendChat>
void fields(Io &io, B &b)
{
    requiredText(io, "thread", b.thread);
    fieldOf(io, "text", b.text);
    fieldOf(io, "client_message_id", b.clientMessageId);
    fieldOf(io, "from_desk", b.fromDesk);
    fieldOf(io, "simulated", b.simulated);
    fieldOf(io, "urgent", b.urgent);
    fieldOf(io, "attachments", b.attachments);
    fieldOf(io, "quick_reply", b.quickReply);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, ReportAlert>
void fields(Io &io, B &b)
{
    fieldOf(io, "alert_id", b.alertId);
    fieldOf(io, "source", b.source);
    fieldOf(io, "user_id", b.userId);
    fieldOf(io, "code", b.code);
    fieldOf(io, "title", b.title);
    fieldOf(io, "message", b.message);
    fieldOf(io, "category", b.category);
    word(io, "level", b.level, alertLevelFromString);
    fieldOf(io, "acknowledged", b.acknowledged);
    fieldOf(io, "value", b.value);
    fieldOf(io, "threshold", b.threshold);
    fieldOf(io, "source_time", b.sourceTime);
    fieldOf(io, "actions", b.recommendedActions);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, RaisePanic>
void fields(Io &io, B &b)
{
    fieldOf(io, "user_id", b.userId);
    fieldOf(io, "user_name", b.userName);
    fieldOf(io, "client_alert_id", b.clientAlertId);
    fieldOf(io, "message", b.message);
    fieldOf(io, "alert_type", b.alertType);
    fieldOf(io, "silent", b.silent);
    fieldOf(io, "simulated", b.simulated);
    if constexpr (std::is_same_v<Io, JsonWriter>) {
        if (b.position)
            io.put(QLatin1String("position"), positionToJson(*b.position));
    } else if (const QJsonValue json = io.value(QLatin1String("position")); !json.isUndefined()) {
        b.position = positionFromJson(json);
        if (!b.position)
            io.fail(QLatin1String("position"));
    }
    optionalField(io, "priority", b.priority);
    fieldOf(io, "address", b.address);
    fieldOf(io, "auto_call_emergency", b.autoCallEmergency);
    fieldOf(io, "gps_unavailable", b.gpsUnavailable);
    fieldOf(io, "device_info", b.deviceInfo);
    fieldOf(io, "network_info", b.networkInfo);
    fieldOf(io, "pin", b.pin);
    fieldOf(io, "duress_pin", b.duressPin);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, CancelPanic>
void fields(Io &io, B &b)
{
    fieldOf(io, "alert_id", b.alertId);
    fieldOf(io, "user_id", b.userId);
    fieldOf(io, "pin", b.pin);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, MarkSeen>
void fields(Io &io, B &b)
{
    requiredText(io, "alert_id", b.alertId);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, SetStage>
void fields(Io &io, B &b)
{
    requiredText(io, "alert_id", b.alertId);
    word(io, "stage", b.stage, incidentStageFromString);
    fieldOf(io, "comment", b.comment);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, CloseAlert>
void fields(Io &io, B &b)
{
    requiredText(io, "alert_id", b.alertId);
    optionalField(io, "occurrence", b.occurrence);
    word(io, "disposition", b.disposition, dispositionFromString);
    fieldOf(io, "comment", b.comment);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, HandleAlert>
void fields(Io &io, B &b)
{
    if constexpr (std::is_same_v<Io, JsonWriter>)
        io.put(QLatin1String("verb"), toString(b.verb));
    else
        io.get(QLatin1String("verb"), b.verb, alertVerbFromString);
    requiredText(io, "alert_id", b.alertId);
    optionalField(io, "occurrence", b.occurrence);
    word(io, "seen_level", b.seenLevel, alertLevelFromString);
    fieldOf(io, "comment", b.comment);
    fieldOf(io, "until", b.until);
    fieldOf(io, "one_shot", b.oneShot);
    fieldOf(io, "to_id", b.toId);
    fieldOf(io, "to_name", b.toName);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, TakeOutOfService>
void fields(Io &io, B &b)
{
    requiredText(io, "alert_id", b.alertId);
    optionalField(io, "occurrence", b.occurrence);
    fieldOf(io, "until", b.until);
    fieldOf(io, "comment", b.comment);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, ReturnToService>
void fields(Io &io, B &b)
{
    requiredText(io, "alert_id", b.alertId);
    fieldOf(io, "comment", b.comment);
}

/// A body of the log inside a request. What the log always has and a client need not know is filled in.
template<class T, class Decode>
void nested(JsonReader &io, const char *key, T &value, Decode decode)
{
    QJsonObject object = io.value(QLatin1String(key)).toObject();
    object.insert(QLatin1String("v"), 1);
    QString error;
    const auto read = decode(QJsonDocument(object).toJson(QJsonDocument::Compact), &error);
    if (read)
        value = *read;
    else
        io.fail(QLatin1String(key));
}

QJsonObject objectOf(const QByteArray &body)
{
    return QJsonDocument::fromJson(body).object();
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, PutDevice>
void fields(Io &io, B &b)
{
    if constexpr (std::is_same_v<Io, JsonWriter>) {
        io.put(QLatin1String("device"), objectOf(encodeDevice(b.device)));
    } else {
        nested(io, "device", b.device, [](const QByteArray &body, QString *error) {
            QJsonObject object = objectOf(body);
            if (!object.contains(QLatin1String("first_seen")))
                object.insert(QLatin1String("first_seen"), 0);
            if (!object.contains(QLatin1String("kind")))
                object.insert(QLatin1String("kind"), toString(DeviceKind::Other));
            return decodeDevice(QJsonDocument(object).toJson(QJsonDocument::Compact), error);
        });
        if (b.device.id.isEmpty())
            io.fail(QLatin1String("device"));
    }
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, IssueCommand>
void fields(Io &io, B &b)
{
    requiredText(io, "device_id", b.deviceId);
    requiredText(io, "action", b.action);
    fieldOf(io, "parameters", b.parameters);
    optionalField(io, "timeout", b.timeout);
    optionalField(io, "retries", b.retries);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, ReportCommand>
void fields(Io &io, B &b)
{
    requiredText(io, "command_id", b.commandId);
    word(io, "state", b.state, commandStateFromString);
    fieldOf(io, "response", b.response);
    fieldOf(io, "error", b.error);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, CancelCommand>
void fields(Io &io, B &b)
{
    requiredText(io, "command_id", b.commandId);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, MarkChat>
void fields(Io &io, B &b)
{
    requiredText(io, "thread", b.thread);
    requiredText(io, "message_id", b.messageId);
    word(io, "receipt", b.kind, receiptKindFromString);
}

template<class Io, class B>
    requires std::is_same_v<std::remove_const_t<B>, NoteAudit>
void fields(Io &io, B &b)
{
    if constexpr (std::is_same_v<Io, JsonWriter>)
        io.put(QLatin1String("record"), objectOf(encodeAudit(b.record)));
    else
        nested(io, "record", b.record, decodeAudit);
}

/// In the order of RequestBody.
constexpr std::array<const char *, std::variant_size_v<RequestBody>> kinds{
    "acknowledge",   "send_chat",      "report_alert",   "raise_panic",    "cancel_panic",     "put_device",
    "issue_command", "report_command", "cancel_command", "mark_chat",      "note_audit",       "mark_seen",
    "set_stage",     "close_alert",    "handle_alert",   "out_of_service", "return_to_service"};
static_assert(kinds.back() != nullptr);

template<std::size_t index = 0>
std::variant<RequestBody, FieldError> read(QLatin1String kind, const QJsonObject &json)
{
    if constexpr (index == kinds.size()) {
        return FieldError{QStringLiteral("kind"), QStringLiteral("The request \"%1\" is not known.").arg(kind)};
    } else {
        if (kind != QLatin1String(kinds[index]))
            return read<index + 1>(kind, json);
        JsonReader in(json);
        std::variant_alternative_t<index, RequestBody> body;
        fields(in, body);
        if (!in.error().isEmpty())
            return FieldError{in.errorField(), in.error()};
        return RequestBody(body);
    }
}

} // namespace

QString kindOf(const RequestBody &body)
{
    return QString::fromLatin1(kinds[body.index()]);
}

QJsonObject toJson(const RequestBody &body)
{
    JsonWriter out;
    std::visit([&out](const auto &alternative) { fields(out, alternative); }, body);
    out.put(QLatin1String("kind"), kindOf(body));
    return out.object();
}

std::variant<RequestBody, FieldError> requestFromJson(const QJsonObject &json)
{
    const QByteArray kind = json.value(QLatin1String("kind")).toString().left(64).toLatin1();
    return read(QLatin1String(kind), json);
}

QJsonObject toJson(const Outcome &outcome)
{
    JsonWriter out;
    out.put(QLatin1String("changed"), outcome.changed);
    out.put(QLatin1String("ref"), outcome.ref);
    return out.object();
}

Outcome outcomeFromJson(const QJsonObject &result)
{
    return Outcome::done(result.value(QLatin1String("ref")).toString(),
                         result.value(QLatin1String("changed")).toBool());
}

} // namespace tocsin::wire
