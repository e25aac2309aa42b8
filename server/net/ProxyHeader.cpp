// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/ProxyHeader.h"

#include "server/net/ListenAddress.h"

#include <QByteArrayList>
#include <QtEndian>

#include <algorithm>

namespace tocsin::net {

namespace {

constexpr QByteArrayView signature2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr QByteArrayView signature1("PROXY ");
constexpr qsizetype longestLine = 107; ///< with CR LF; section 2.1
constexpr qsizetype fixedSize = 16;    ///< signature, command, family, length; section 2.2

ProxyHeader refused(const char *why)
{
    ProxyHeader header;
    header.state = ProxyHeader::State::Refused;
    header.why = why;
    return header;
}

/// Decimal without sign or leading zeros, 0 to 65535; -1 when it is not.
int portOf(const QByteArray &text)
{
    const bool digits = !text.isEmpty() && text.size() <= 5 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (text.size() > 1 && text.front() == '0'))
        return -1;
    const int port = text.toInt();
    return port <= 65'535 ? port : -1;
}

/// An address in the form that its family is written in; null when it is not.
QHostAddress addressOf(const QByteArray &text, QAbstractSocket::NetworkLayerProtocol family)
{
    const QHostAddress address = strictAddress(QString::fromLatin1(text));
    return address.protocol() == family ? address : QHostAddress();
}

ProxyHeader readLine(QByteArrayView bytes)
{
    const qsizetype end = bytes.indexOf('\n');
    if (end < 0)
        return bytes.size() < longestLine ? ProxyHeader() : refused("the line is too long");
    if (end >= longestLine)
        return refused("the line is too long");
    if (bytes[end - 1] != '\r')
        return refused("the line does not end with CR LF");
    const QByteArray line = bytes.first(end - 1).toByteArray();
    const QByteArrayList words = line.split(' ');
    ProxyHeader header;
    header.state = ProxyHeader::State::Complete;
    header.size = end + 1;
    if (words.at(1) == "UNKNOWN")
        return header; // whatever follows in the line is to be ignored
    const bool six = words.at(1) == "TCP6";
    if (!six && words.at(1) != "TCP4")
        return refused("the protocol is neither TCP4, TCP6 nor UNKNOWN");
    if (words.size() != 6)
        return refused("the line does not have two addresses and two ports");
    const auto family = six ? QAbstractSocket::IPv6Protocol : QAbstractSocket::IPv4Protocol;
    const QHostAddress source = addressOf(words.at(2), family);
    const int port = portOf(words.at(4));
    if (source.isNull() || addressOf(words.at(3), family).isNull() || port < 0 || portOf(words.at(5)) < 0)
        return refused("an address or port is malformed");
    header.isForwarded = true;
    header.client = {source, static_cast<quint16>(port)};
    return header;
}

ProxyHeader readBinary(QByteArrayView bytes)
{
    constexpr int local = 0x20;
    constexpr int proxied = 0x21;
    constexpr int unspecified = 0x00;
    constexpr int tcp4 = 0x11;
    constexpr int tcp6 = 0x21;
    constexpr qsizetype size4 = 12;
    constexpr qsizetype size6 = 36;
    constexpr qsizetype portOffset4 = 8;
    constexpr qsizetype portOffset6 = 32;

    if (bytes.size() < fixedSize)
        return {};
    const int command = static_cast<quint8>(bytes[12]);
    const int family = static_cast<quint8>(bytes[13]);
    const qsizetype length = qFromBigEndian<quint16>(bytes.data() + 14);
    if (command != local && command != proxied)
        return refused("the version or command is unknown");
    if (fixedSize + length > longestProxyHeader)
        return refused("the header is too long");
    if (command == proxied && family != tcp4 && family != tcp6 && family != unspecified)
        return refused("the family is not TCP");
    if (command == proxied && ((family == tcp4 && length < size4) || (family == tcp6 && length < size6)))
        return refused("the addresses are cut off");
    ProxyHeader header;
    if (bytes.size() < fixedSize + length)
        return header;
    header.state = ProxyHeader::State::Complete;
    header.size = fixedSize + length;
    if (command == local || family == unspecified)
        return header;
    header.isForwarded = true;
    const char *const addresses = bytes.data() + fixedSize;
    if (family == tcp4) {
        header.client = {QHostAddress(qFromBigEndian<quint32>(addresses)),
                         qFromBigEndian<quint16>(addresses + portOffset4)};
    } else {
        header.client = {QHostAddress(reinterpret_cast<const quint8 *>(addresses)),
                         qFromBigEndian<quint16>(addresses + portOffset6)};
    }
    return header;
}

} // namespace

ProxyHeader readProxyHeader(QByteArrayView bytes)
{
    const auto begins = [&bytes](QByteArrayView signature) {
        const qsizetype common = std::min(bytes.size(), signature.size());
        return bytes.first(common) == signature.first(common);
    };
    if (begins(signature2))
        return bytes.size() < signature2.size() ? ProxyHeader() : readBinary(bytes);
    if (begins(signature1))
        return bytes.size() < signature1.size() ? ProxyHeader() : readLine(bytes);
    return refused("it does not begin with a PROXY header");
}

} // namespace tocsin::net
