// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace tocsin::net {

/// RFC 6455 11.8.
enum class Opcode : quint8 { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// RFC 6455 7.4.1, the IANA registry, and our own from 4000 (PROTOCOL, RELIABILITY).
namespace CloseCode {
constexpr quint16 Normal = 1000;
constexpr quint16 GoingAway = 1001;
constexpr quint16 Protocol = 1002;
constexpr quint16 BadText = 1007;
constexpr quint16 Policy = 1008;
constexpr quint16 TooBig = 1009;
constexpr quint16 Internal = 1011;
constexpr quint16 Overloaded = 1013;
constexpr quint16 Unauthorized = 4001; ///< the token ended or was revoked
constexpr quint16 Slow = 4008;
constexpr quint16 Disconnected = 4010; ///< by an operator
} // namespace CloseCode

/// A masking key of zeros makes a client's frame without touching its payload.
enum class Masking { None, ZeroKey };

/// One whole frame, final, with the shortest length encoding.
[[nodiscard]] QByteArray encodeFrame(Opcode opcode, QByteArrayView payload, Masking masking = Masking::None);

/// The payload of one whole, unmasked frame as encodeFrame() makes it.
[[nodiscard]] QByteArrayView payloadOfFrame(QByteArrayView frame);

/// Codes that may stand in a Close frame on the wire.
[[nodiscard]] constexpr bool isValidCloseCode(quint16 code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

} // namespace tocsin::net
