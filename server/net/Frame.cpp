// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FrameCodec.h"
#include "server/net/Session.h"

#include <QtEndian>

namespace tocsin::net {

QByteArray encodeFrame(Opcode opcode, QByteArrayView payload, Masking masking)
{
    constexpr char finalBit = static_cast<char>(0x80);
    constexpr quint8 maskBit = 0x80;
    constexpr quint8 length16 = 126;
    constexpr quint8 length64 = 127;
    const quint8 mask = masking == Masking::ZeroKey ? maskBit : 0;

    QByteArray frame;
    frame.reserve(payload.size() + 14);
    frame.append(static_cast<char>(finalBit | static_cast<char>(opcode)));
    const qsizetype size = payload.size();
    if (size < length16) {
        frame.append(static_cast<char>(mask | static_cast<quint8>(size)));
    } else if (size <= 0xFFFF) {
        const quint16 big = qToBigEndian(static_cast<quint16>(size));
        frame.append(static_cast<char>(mask | length16));
        frame.append(reinterpret_cast<const char *>(&big), sizeof big);
    } else {
        const quint64 big = qToBigEndian(static_cast<quint64>(size));
        frame.append(static_cast<char>(mask | length64));
        frame.append(reinterpret_cast<const char *>(&big), sizeof big);
    }
    if (masking == Masking::ZeroKey)
        frame.append(4, '\0');
    frame.append(payload);
    return frame;
}

Frame Frame::text(const QByteArray &utf8)
{
    return Frame(encodeFrame(Opcode::Text, utf8));
}

Frame Frame::binary(const QByteArray &payload)
{
    return Frame(encodeFrame(Opcode::Binary, payload));
}

} // namespace tocsin::net
