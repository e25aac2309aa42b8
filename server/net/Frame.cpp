// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Deflate.h"
#include "server/net/FrameCodec.h"
#include "server/net/Session.h"

#include <QtEndian>

#include <algorithm>

namespace tocsin::net {

namespace {

constexpr quint8 finalBit = 0x80;
constexpr quint8 deflatedBit = 0x40; // RSV1, RFC 7692 7.2.3.1

/// Compressing less gains nothing; compressing more would hold up everybody else on this thread.
constexpr qsizetype smallestCompressed = 1'024;
constexpr qsizetype largestCompressed = 262'144;

} // namespace

QByteArray encodeFrame(Opcode opcode, QByteArrayView payload, Masking masking)
{
    constexpr quint8 maskBit = 0x80;
    constexpr quint8 length16 = 126;
    constexpr quint8 length64 = 127;
    const quint8 mask = masking == Masking::ZeroKey ? maskBit : 0;

    QByteArray frame;
    frame.reserve(payload.size() + 14);
    frame.append(static_cast<char>(finalBit | static_cast<quint8>(opcode)));
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

QByteArrayView payloadOfFrame(QByteArrayView frame)
{
    constexpr quint8 lengthBits = 0x7F;
    constexpr quint8 length16 = 126;
    if (frame.size() < 2)
        return {};
    const auto length = static_cast<quint8>(static_cast<quint8>(frame.at(1)) & lengthBits);
    const qsizetype header = length < length16 ? 2 : length == length16 ? 4 : 10;
    return frame.sliced(std::min(header, frame.size()));
}

struct Frame::Shared
{
    QByteArray wire;
    QByteArray compressed;
    qsizetype header = 0; ///< bytes before the payload
    bool compressible = false;
};

Frame Frame::text(const QByteArray &utf8)
{
    auto shared = std::make_shared<Shared>();
    shared->wire = encodeFrame(Opcode::Text, utf8);
    shared->header = shared->wire.size() - utf8.size();
    shared->compressible = utf8.size() >= smallestCompressed && utf8.size() <= largestCompressed;
    return Frame(std::move(shared));
}

Frame Frame::binary(const QByteArray &payload)
{
    auto shared = std::make_shared<Shared>();
    shared->wire = encodeFrame(Opcode::Binary, payload);
    return Frame(std::move(shared));
}

Frame Frame::ping(const QByteArray &payload)
{
    constexpr qsizetype controlLimit = 125;
    auto shared = std::make_shared<Shared>();
    shared->wire = encodeFrame(Opcode::Ping, payload.left(controlLimit));
    return Frame(std::move(shared));
}

const QByteArray &Frame::wire() const
{
    static const QByteArray none;
    return m_shared ? m_shared->wire : none;
}

const QByteArray &Frame::compressedWire() const
{
    if (!m_shared || (!m_shared->compressible && m_shared->compressed.isEmpty()))
        return wire();
    if (m_shared->compressible) {
        m_shared->compressible = false; // tried
        const auto payload = deflated(QByteArrayView(m_shared->wire).sliced(m_shared->header));
        if (!payload)
            return wire();
        m_shared->compressed = encodeFrame(Opcode::Text, *payload);
        m_shared->compressed[0] = static_cast<char>(finalBit | deflatedBit | static_cast<quint8>(Opcode::Text));
    }
    return m_shared->compressed;
}

} // namespace tocsin::net
