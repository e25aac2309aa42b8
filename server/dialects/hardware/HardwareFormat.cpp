// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareFormat.h"

#include "models/wire/MessagePack.h"
#include "server/net/Deflate.h"

namespace tocsin::hardware {

namespace {
constexpr char zlibMark = 0x78; ///< deflate with a window of 32 KiB: the first byte of a zlib stream (RFC 1950)
constexpr qsizetype zlibHead = 2;
constexpr qsizetype zlibTail = 4; ///< Adler-32
constexpr qsizetype worthCompressing = 1024;
constexpr qsizetype qtLengthPrefix = 4; ///< what qCompress() puts before the stream
constexpr int quickly = 1;

quint32 adler32(const QByteArray &bytes)
{
    constexpr quint32 base = 65521;
    constexpr qsizetype untilOverflow = 5552;
    quint32 a = 1;
    quint32 b = 0;
    for (qsizetype from = 0; from < bytes.size(); from += untilOverflow) {
        const qsizetype to = std::min(bytes.size(), from + untilOverflow);
        for (qsizetype i = from; i < to; ++i) {
            a += static_cast<unsigned char>(bytes[i]);
            b += a;
        }
        a %= base;
        b %= base;
    }
    return (b << 16U) | a;
}

std::variant<QByteArray, FieldError> inflate(const QByteArray &stream, qsizetype limit)
{
    FieldError broken{{}, QStringLiteral("Invalid zlib message")};
    const auto byte = [&stream](qsizetype i) { return static_cast<quint32>(static_cast<unsigned char>(stream[i])); };
    constexpr quint32 headCheck = 31;
    constexpr quint32 dictionary = 0x20;
    if (stream.size() < zlibHead + zlibTail || ((byte(0) << 8U) | byte(1)) % headCheck != 0 ||
        (byte(1) & dictionary) != 0)
        return broken;
    net::Inflater inflater;
    QByteArray out;
    const QByteArrayView body(stream.constData() + zlibHead, stream.size() - zlibHead - zlibTail);
    const auto result = inflater.feed(body, out, limit);
    if (result == net::Inflater::Result::TooLarge)
        return FieldError{{}, QStringLiteral("Message is larger than %1 bytes").arg(limit)};
    quint32 sum = 0; // tells a whole stream from one that is cut off
    for (qsizetype i = stream.size() - zlibTail; i < stream.size(); ++i)
        sum = (sum << 8U) | byte(i);
    if (result != net::Inflater::Result::Good || sum != adler32(out))
        return broken;
    return out;
}

/// The head of a MessagePack map.
QByteArray mapHead(qsizetype count)
{
    constexpr qsizetype fewest = 16;
    constexpr qsizetype most = 65536;
    constexpr unsigned small = 0x80;
    const auto n = static_cast<unsigned>(count);
    QByteArray head;
    if (count < fewest)
        return head.append(static_cast<char>(small | n));
    if (count < most)
        return head.append('\xde').append(static_cast<char>(n >> 8U)).append(static_cast<char>(n));
    head.append('\xdf').append(static_cast<char>(n >> 24U)).append(static_cast<char>(n >> 16U));
    return head.append(static_cast<char>(n >> 8U)).append(static_cast<char>(n));
}

Members together(const Members &a, const Members &b, bool binary)
{
    const bool comma = !binary && a.count > 0 && b.count > 0;
    return {a.bytes + (comma ? "," : "") + b.bytes, a.count + b.count};
}

QByteArray asObject(const Members &members, bool binary)
{
    return binary ? mapHead(members.count) + members.bytes : '{' + members.bytes + '}';
}

Members member(const char *key, const QByteArray &encoded, bool binary)
{
    Members made = membersOf({{QLatin1String(key), QJsonValue::Null}}, binary);
    made.bytes.chop(binary ? 1 : 4); // the null
    made.bytes += encoded;
    return made;
}
} // namespace

QByteArray encode(const QJsonObject &document, const Format &format)
{
    return format.binary ? toMessagePack(document) : QJsonDocument(document).toJson(QJsonDocument::Compact);
}

net::Frame frameOf(const QByteArray &encoded, const Format &format)
{
    if (format.compress && encoded.size() > worthCompressing) {
        const QByteArray squeezed = qCompress(encoded, quickly).mid(qtLengthPrefix);
        if (!squeezed.isEmpty() && squeezed.size() < encoded.size() - encoded.size() / 10)
            return net::Frame::binary(squeezed);
    }
    return format.binary ? net::Frame::binary(encoded) : net::Frame::text(encoded);
}

std::variant<QJsonObject, FieldError> parseBinary(const QByteArray &payload, const JsonLimits &limits)
{
    QByteArray document = payload;
    if (document.startsWith(zlibMark)) {
        auto inflated = inflate(document, limits.maxBytes);
        if (const auto *error = std::get_if<FieldError>(&inflated))
            return *error;
        document = std::get<QByteArray>(std::move(inflated));
    }
    // A MessagePack map never begins with what JSON may begin with.
    const bool json = document.startsWith('{') || document.startsWith(' ') || document.startsWith('\n');
    return json ? parseJsonObject(document, limits) : parseMessagePackObject(document, limits);
}

Members membersOf(const QJsonObject &object, bool binary)
{
    if (!binary) {
        const QByteArray text = QJsonDocument(object).toJson(QJsonDocument::Compact);
        return {text.mid(1, text.size() - 2), object.size()};
    }
    return {toMessagePack(object).mid(mapHead(object.size()).size()), object.size()};
}

TelemetryFrames::TelemetryFrames(const QString &streamId, const QString &deviceId, bool binary)
    : m_binary(binary)
    , m_head(membersOf({{QStringLiteral("type"), QStringLiteral("telemetry")},
                        {QStringLiteral("stream_id"), streamId},
                        {QStringLiteral("device_id"), deviceId}},
                       binary))
    , m_ids(membersOf({{QStringLiteral("_device_id"), deviceId}, {QStringLiteral("_stream_id"), streamId}}, binary))
{
}

QByteArray TelemetryFrames::encode(const Members &values, double timestamp, qint64 skipped, double sentAt) const
{
    QJsonObject varying{{QStringLiteral("_timestamp"), timestamp}};
    if (skipped > 0)
        varying.insert(QStringLiteral("_skipped"), skipped);
    const Members data = together(together(values, m_ids, m_binary), membersOf(varying, m_binary), m_binary);
    const Members all = together(together(m_head, member("data", asObject(data, m_binary), m_binary), m_binary),
                                 membersOf({{QStringLiteral("_sent_at"), sentAt}}, m_binary), m_binary);
    return asObject(all, m_binary);
}

} // namespace tocsin::hardware
