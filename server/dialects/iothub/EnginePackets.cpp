// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/EnginePackets.h"

#include <QJsonArray>

namespace tocsin::engine {

namespace {

constexpr int longestNumber = 9; // digits
constexpr qsizetype longestNamespace = 128;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes the digits at the front; nothing: there are none, or too many.
std::optional<int> takeNumber(QByteArrayView &text)
{
    qsizetype count = 0;
    while (count < text.size() && isDigit(text.at(count)))
        ++count;
    if (count == 0 || count > longestNumber)
        return std::nullopt;
    const int number = text.first(count).toInt();
    text = text.sliced(count);
    return number;
}

FieldError wrong(const QString &why)
{
    return {{}, why};
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

std::variant<SocketPacket, FieldError> readSocketPacket(QByteArrayView text)
{
    using Type = SocketPacket::Type;
    if (text.isEmpty() || text.front() < '0' || text.front() > '6')
        return wrong(QStringLiteral("Unknown packet type"));
    SocketPacket packet;
    packet.type = Type(text.front() - '0');
    text = text.sliced(1);
    if (packet.type == Type::BinaryEvent || packet.type == Type::BinaryAck) {
        const auto count = takeNumber(text);
        if (!count || text.isEmpty() || text.front() != '-')
            return wrong(QStringLiteral("Illegal attachments"));
        packet.attachments = *count;
        text = text.sliced(1);
    }
    if (!text.isEmpty() && text.front() == '/') {
        const qsizetype comma = text.indexOf(',');
        packet.nsp = (comma < 0 ? text : text.first(comma)).toByteArray();
        text = comma < 0 ? QByteArrayView() : text.sliced(comma + 1);
        const qsizetype query = packet.nsp.indexOf('?');
        packet.nsp.truncate(query < 0 ? packet.nsp.size() : query);
        if (packet.nsp.size() > longestNamespace)
            return wrong(QStringLiteral("The namespace is too long"));
    }
    if (!text.isEmpty() && isDigit(text.front())) {
        const auto id = takeNumber(text);
        if (!id)
            return wrong(QStringLiteral("The acknowledgement id is too long"));
        packet.ack = *id;
    }
    packet.json = text.toByteArray();
    return packet;
}

QByteArray eventMessage(const QString &name, const QByteArray &json)
{
    // As an array the name is escaped like any other text.
    QByteArray head = QJsonDocument(QJsonArray{name}).toJson(QJsonDocument::Compact);
    head.chop(1);
    return "42" + head + ',' + json + ']';
}

QByteArray eventMessage(const QString &name, const QJsonObject &payload)
{
    return eventMessage(name, compact(payload));
}

QByteArray ackMessage(qint64 id, const QJsonObject &payload)
{
    return "43" + QByteArray::number(id) + '[' + compact(payload) + ']';
}

QByteArray connectMessage(const QString &socketId)
{
    return "40" + compact({{QStringLiteral("sid"), socketId}});
}

QByteArray connectErrorMessage(const QByteArray &nsp, const QString &message, const QString &code)
{
    QJsonObject body{{QStringLiteral("message"), message}};
    if (!code.isEmpty())
        body.insert(QStringLiteral("data"), QJsonObject{{QStringLiteral("code"), code}});
    return "44" + (nsp == "/" ? QByteArray() : nsp + ',') + compact(body);
}

} // namespace tocsin::engine
