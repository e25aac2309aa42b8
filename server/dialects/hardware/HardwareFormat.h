// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/Json.h"
#include "server/net/Session.h"

namespace tocsin::hardware {

/// How documents of dialect 3 go over the wire: JSON in text frames, or MessagePack in binary ones; either squeezed into a zlib stream
/// (a binary frame whose first byte is 0x78) where that pays.
struct Format
{
    bool binary = false;   ///< MessagePack
    bool compress = false; ///< what is longer than 1,024 bytes and gets shorter by more than a tenth
    bool operator==(const Format &) const = default;
};

[[nodiscard]] QByteArray encode(const QJsonObject &document, const Format &format); ///< before compression
[[nodiscard]] net::Frame frameOf(const QByteArray &encoded, const Format &format);

/// A binary message of a client: MessagePack or JSON, as it is or in a zlib stream, which may inflate to limits.maxBytes.
[[nodiscard]] std::variant<QJsonObject, FieldError> parseBinary(const QByteArray &payload, const JsonLimits &limits);

/// The members of an object as they stand in a document, without what opens and closes it: encoded once, put into many.
struct Members
{
    QByteArray bytes;
    qsizetype count = 0;
};
[[nodiscard]] Members membersOf(const QJsonObject &object, bool binary);

/// {type: "telemetry", stream_id, device_id, data{…, _timestamp, _device_id, _stream_id[, _skipped]}, _sent_at}: what is the same in all frames of a
/// stream is made once.
class TelemetryFrames
{
public:
    TelemetryFrames(const QString &streamId, const QString &deviceId, bool binary);
    /// Times in seconds since 1970. `skipped` 0: not mentioned.
    [[nodiscard]] QByteArray encode(const Members &values, double timestamp, qint64 skipped, double sentAt) const;

private:
    bool m_binary;
    Members m_head; ///< before `data`
    Members m_ids;  ///< in `data`
};

} // namespace tocsin::hardware
