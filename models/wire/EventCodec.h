// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QByteArray>
#include <QString>

#include <optional>

// Domain events ↔ the JSON bodies of the log. Plain functions, any thread. Every fact survives the round trip; what is empty
// is left out. Times are microseconds since 1970 as integers; numbers that JSON cannot say ("nan", "inf", "-inf") are
// text. Every body carries its version as "v"; a later version is refused, never half read.

namespace tocsin {

/// An event as columns of the log's table; seq and at need no coding.
struct EncodedEvent
{
    QString stream; ///< "alerts", "chat/user/5", "devices", "commands", "audit": what it belongs to first of all
    QString kind;   ///< "alert", "chat", "device", "receipt", "command", "audit": how to read the body
    QByteArray body;
};

[[nodiscard]] EncodedEvent encodeEvent(const EventBody &body);
/// nullopt with a sentence naming the field in `error` when the body is not one of ours.
[[nodiscard]] std::optional<EventBody> decodeEvent(const QString &kind, const QByteArray &body, QString *error);

[[nodiscard]] QByteArray encodeAlert(const Alert &alert);
[[nodiscard]] QByteArray encodeChat(const ChatMessage &message);
[[nodiscard]] QByteArray encodeDevice(const Device &device);
[[nodiscard]] QByteArray encodeReceipt(const ChatReceipt &receipt);
[[nodiscard]] QByteArray encodeCommand(const Command &command);
[[nodiscard]] QByteArray encodeAudit(const AuditRecord &record);
[[nodiscard]] std::optional<Alert> decodeAlert(const QByteArray &body, QString *error);
[[nodiscard]] std::optional<ChatMessage> decodeChat(const QByteArray &body, QString *error);
[[nodiscard]] std::optional<Device> decodeDevice(const QByteArray &body, QString *error);
[[nodiscard]] std::optional<ChatReceipt> decodeReceipt(const QByteArray &body, QString *error);
[[nodiscard]] std::optional<Command> decodeCommand(const QByteArray &body, QString *error);
[[nodiscard]] std::optional<AuditRecord> decodeAudit(const QByteArray &body, QString *error);

[[nodiscard]] QString actorKindName(Actor::Kind kind); ///< "system", "operator", "device", "user"
[[nodiscard]] std::optional<Actor::Kind> actorKindNamed(QStringView text);

} // namespace tocsin
