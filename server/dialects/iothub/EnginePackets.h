// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/Json.h"

#include <QByteArrayView>

#include <optional>
#include <variant>

// The two layers of framing below the IoT hub's events: Engine.IO v4 packets and, inside its messages, Socket.IO v5 packets.
// Plain functions, any thread.

namespace tocsin::engine {

/// The first byte of an Engine.IO packet.
enum class Packet : char {
    Open = '0',
    Close = '1',
    Ping = '2',
    Pong = '3',
    Message = '4',
    Upgrade = '5',
    Noop = '6',
};

inline constexpr char payloadSeparator = '\x1e'; ///< between the packets of one polling body
inline constexpr char binaryMark = 'b';          ///< of a polling packet that is base64

/// A Socket.IO packet as it stands in an Engine.IO message; the JSON is not read yet.
struct SocketPacket
{
    enum class Type { Connect, Disconnect, Event, Ack, ConnectError, BinaryEvent, BinaryAck };
    Type type = Type::Event;
    int attachments = 0;       ///< binary messages that follow
    QByteArray nsp = "/";      ///< namespace
    std::optional<qint64> ack; ///< wants an answer under this number
    QByteArray json;           ///< may be empty
};
/// `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`.
[[nodiscard]] std::variant<SocketPacket, FieldError> readSocketPacket(QByteArrayView text);

// Whole Engine.IO messages.
[[nodiscard]] QByteArray eventMessage(const QString &name, const QByteArray &json);
[[nodiscard]] QByteArray eventMessage(const QString &name, const QJsonObject &payload);
[[nodiscard]] QByteArray ackMessage(qint64 id, const QJsonObject &payload);
[[nodiscard]] QByteArray connectMessage(const QString &socketId);
[[nodiscard]] QByteArray connectErrorMessage(const QByteArray &nsp, const QString &message, const QString &code = {});

} // namespace tocsin::engine
