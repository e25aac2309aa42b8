// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeFormat.h"

#include "models/wire/MessagePack.h"

namespace tocsin::native {

Format formatOf(const QByteArray &subprotocol)
{
    return subprotocol == messagePackSubprotocol ? Format::MessagePack : Format::Json;
}

net::Frame frameOf(const QJsonObject &document, Format format)
{
    return format == Format::MessagePack ? net::Frame::binary(toMessagePack(document))
                                         : net::Frame::text(QJsonDocument(document).toJson(QJsonDocument::Compact));
}

std::variant<QJsonObject, FieldError> documentOf(const QByteArray &payload, Format format, const JsonLimits &limits)
{
    return format == Format::MessagePack ? parseMessagePackObject(payload, limits) : parseJsonObject(payload, limits);
}

} // namespace tocsin::native
