// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/EventCodec.h"

#include "models/wire/AlertCodec.h"
#include "models/wire/JsonFields.h"

namespace tocsin {

namespace {
std::optional<DeviceKind> kindFromString(QStringView text)
{
    const DeviceKind kind = deviceKindFromString(text);
    return toString(kind) == text ? std::optional<DeviceKind>(kind) : std::nullopt;
}

/// The one list of fields per type: `io` writes them or reads them, so that the two cannot drift apart.
template<class Io, class M>
void chatFields(Io &io, M &m)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("id", m.id);
    field("thread", m.thread);
    field("sender_id", m.senderId);
    field("sender_name", m.senderName);
    field("from_desk", m.fromDesk);
    field("automatic", m.automatic);
    field("simulated", m.simulated);
    field("urgent", m.urgent);
    field("asked", m.asked);
    field("text", m.text);
    field("attachments", m.attachments);
    field("quick_reply", m.quickReply);
    field("client_message_id", m.clientMessageId);
    field("at", m.at);
}

template<class Io, class D>
void deviceFields(Io &io, D &d)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("id", d.id);
    field("name", d.name);
    field("class", d.deviceClass);
    field("source", d.source);
    field("simulated", d.simulated);
    field("owners", d.owners);
    field("tags", d.tags);
    field("actions", d.actions);
    field("first_seen", d.firstSeen);
}

template<class Io, class R>
void receiptFields(Io &io, R &r)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("thread", r.thread);
    field("message_id", r.messageId);
    field("person_id", r.personId);
    field("person_name", r.personName);
    field("at", r.at);
}

template<class Io, class C>
void commandFields(Io &io, C &c)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("id", c.id);
    field("device_id", c.deviceId);
    field("action", c.action);
    field("parameters", c.parameters);
    field("issued_by", c.issuedById);
    field("issued_by_name", c.issuedByName);
    field("issued_at", c.issuedAt);
    field("timeout_us", c.timeout);
    field("retries", c.retries);
    field("attempt", c.attempt);
    field("sent_at", c.sentAt);
    field("finished_at", c.finishedAt);
    field("response", c.response);
    field("error", c.error);
    field("simulated", c.simulated);
}

template<class Io, class A>
void auditFields(Io &io, A &a)
{
    const auto field = [&io](const char *key, auto &value) { fieldOf(io, key, value); };
    field("action", a.action);
    field("object", a.object);
    field("detail", a.detail);
    field("ok", a.ok);
    field("address", a.address);
}

template<class T, class Read>
std::optional<T> decoded(const QByteArray &body, QString *error, Read read)
{
    const auto object = fromBody(body, error);
    if (!object)
        return std::nullopt;
    JsonReader in(*object);
    T value;
    read(in, value);
    *error = in.error();
    return error->isEmpty() ? std::optional<T>(value) : std::nullopt;
}
} // namespace

QByteArray encodeChat(const ChatMessage &message)
{
    JsonWriter out;
    chatFields(out, message);
    return toBody(out.object());
}

std::optional<ChatMessage> decodeChat(const QByteArray &body, QString *error)
{
    return decoded<ChatMessage>(body, error, [](JsonReader &in, ChatMessage &message) { chatFields(in, message); });
}

QByteArray encodeDevice(const Device &device)
{
    JsonWriter out;
    deviceFields(out, device);
    out.put(QLatin1String("kind"), toString(device.kind));
    return toBody(out.object());
}

std::optional<Device> decodeDevice(const QByteArray &body, QString *error)
{
    return decoded<Device>(body, error, [](JsonReader &in, Device &device) {
        deviceFields(in, device);
        in.get(QLatin1String("kind"), device.kind, kindFromString);
    });
}

QByteArray encodeReceipt(const ChatReceipt &receipt)
{
    JsonWriter out;
    receiptFields(out, receipt);
    out.put(QLatin1String("kind"), toString(receipt.kind));
    return toBody(out.object());
}

std::optional<ChatReceipt> decodeReceipt(const QByteArray &body, QString *error)
{
    return decoded<ChatReceipt>(body, error, [](JsonReader &in, ChatReceipt &receipt) {
        receiptFields(in, receipt);
        in.get(QLatin1String("kind"), receipt.kind, receiptKindFromString);
    });
}

QByteArray encodeCommand(const Command &command)
{
    JsonWriter out;
    commandFields(out, command);
    out.put(QLatin1String("state"), toString(command.state));
    return toBody(out.object());
}

std::optional<Command> decodeCommand(const QByteArray &body, QString *error)
{
    return decoded<Command>(body, error, [](JsonReader &in, Command &command) {
        commandFields(in, command);
        in.get(QLatin1String("state"), command.state, commandStateFromString);
    });
}

QByteArray encodeAudit(const AuditRecord &record)
{
    JsonWriter out;
    auditFields(out, record);
    return toBody(out.object());
}

std::optional<AuditRecord> decodeAudit(const QByteArray &body, QString *error)
{
    return decoded<AuditRecord>(body, error, [](JsonReader &in, AuditRecord &record) { auditFields(in, record); });
}

EncodedEvent encodeEvent(const EventBody &body)
{
    struct Encode
    {
        EncodedEvent operator()(const AlertChange &change) const
        {
            return {QStringLiteral("alerts"), QStringLiteral("alert"), encodeChange(change)};
        }
        EncodedEvent operator()(const ChatMessage &message) const
        {
            return {QStringLiteral("chat/") + message.thread, QStringLiteral("chat"), encodeChat(message)};
        }
        EncodedEvent operator()(const Device &device) const
        {
            return {QStringLiteral("devices"), QStringLiteral("device"), encodeDevice(device)};
        }
        EncodedEvent operator()(const ChatReceipt &receipt) const
        {
            return {QStringLiteral("chat/") + receipt.thread, QStringLiteral("receipt"), encodeReceipt(receipt)};
        }
        EncodedEvent operator()(const Command &command) const
        {
            return {QStringLiteral("commands"), QStringLiteral("command"), encodeCommand(command)};
        }
        EncodedEvent operator()(const AuditRecord &record) const
        {
            return {QStringLiteral("audit"), QStringLiteral("audit"), encodeAudit(record)};
        }
    };
    return std::visit(Encode{}, body);
}

std::optional<EventBody> decodeEvent(const QString &kind, const QByteArray &body, QString *error)
{
    const auto widened = [](auto &&decodedBody) {
        return decodedBody ? std::optional<EventBody>(*decodedBody) : std::nullopt;
    };
    if (kind == QLatin1String("alert"))
        return widened(decodeChange(body, error));
    if (kind == QLatin1String("chat"))
        return widened(decodeChat(body, error));
    if (kind == QLatin1String("device"))
        return widened(decodeDevice(body, error));
    if (kind == QLatin1String("receipt"))
        return widened(decodeReceipt(body, error));
    if (kind == QLatin1String("command"))
        return widened(decodeCommand(body, error));
    if (kind == QLatin1String("audit"))
        return widened(decodeAudit(body, error));
    *error = QStringLiteral("The kind \"%1\" is not known.").arg(kind);
    return std::nullopt;
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
