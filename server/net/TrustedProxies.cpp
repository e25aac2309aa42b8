// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TrustedProxies.h"

#include "server/net/ListenAddress.h"

#include <algorithm>

namespace tocsin::net {

namespace {

/// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711".
QHostAddress forwardedAddress(QByteArray text)
{
    if (text.startsWith('[')) {
        text = text.mid(1, text.indexOf(']') - 1);
    } else if (text.count(':') == 1) {
        text.truncate(text.indexOf(':'));
    }
    return plainAddress(strictAddress(QString::fromLatin1(text)));
}

QByteArrayList listOf(const RequestHead &head, const char *name)
{
    QByteArrayList all;
    for (const auto &[field, value] : head.headers) {
        if (field == name)
            all += value.split(',');
    }
    for (QByteArray &item : all)
        item = item.trimmed();
    return all;
}

} // namespace

QHostAddress plainAddress(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    return isV4 ? QHostAddress(v4) : address;
}

TrustedProxies::Parsed TrustedProxies::parse(const QStringList &texts)
{
    Parsed parsed;
    for (const QString &text : texts) {
        const qsizetype slash = text.indexOf(QLatin1Char('/'));
        const QHostAddress address = strictAddress(text.left(slash));
        const int longest = address.protocol() == QAbstractSocket::IPv4Protocol ? 32 : 128;
        bool isNumber = true;
        const int prefix = slash < 0 ? longest : text.mid(slash + 1).toInt(&isNumber);
        if (address.isNull() || !isNumber || prefix < 0 || prefix > longest) {
            parsed.error = QStringLiteral("The trusted proxy \"%1\" is neither an address nor a network such as "
                                          "10.0.0.0/8.")
                               .arg(text);
            return parsed;
        }
        parsed.proxies.m_networks.append({address, prefix});
    }
    return parsed;
}

bool TrustedProxies::contains(const QHostAddress &address) const
{
    const QHostAddress plain = plainAddress(address);
    return std::any_of(m_networks.begin(), m_networks.end(), [&plain](const auto &network) {
        return network.first.protocol() == plain.protocol() && plain.isInSubnet(network.first, network.second);
    });
}

TrustedProxies::Client TrustedProxies::clientOf(const RequestHead &head, const Client &peer) const
{
    if (!contains(peer.address))
        return peer;
    Client client = peer;
    const QByteArrayList hops = listOf(head, "x-forwarded-for");
    for (auto hop = hops.crbegin(); hop != hops.crend(); ++hop) {
        const QHostAddress address = forwardedAddress(*hop);
        if (address.isNull())
            break; // nothing left of it can be believed
        client.address = address;
        if (!contains(address))
            break;
    }
    const QByteArrayList protocols = listOf(head, "x-forwarded-proto");
    if (!protocols.isEmpty())
        client.encrypted = protocols.constLast().toLower() == "https";
    return client;
}

} // namespace tocsin::net
