// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/HeadScanner.h"

#include <QHostAddress>
#include <QStringList>

#include <utility>

namespace tocsin::net {

/// The proxies before us whose word about their clients counts. Plain value logic.
class TrustedProxies
{
public:
    /// Addresses and networks: "10.0.0.7", "10.0.0.0/8", "2001:db8::/32".
    struct Parsed;
    [[nodiscard]] static Parsed parse(const QStringList &texts);

    [[nodiscard]] bool contains(const QHostAddress &address) const;
    [[nodiscard]] bool isEmpty() const { return m_networks.isEmpty(); }

    struct Client
    {
        QHostAddress address;
        bool encrypted = false; ///< between it and the outermost proxy, as far as that says
    };
    /// Whose request this is when `peer` sent it. Of X-Forwarded-For, read from the right, the first address that is not a
    /// trusted proxy: what stands left of it the client may have written itself. X-Forwarded-Proto counts by its last word.
    /// From others than the trusted proxies both are ignored.
    [[nodiscard]] Client clientOf(const RequestHead &head, const Client &peer) const;

private:
    QList<std::pair<QHostAddress, int>> m_networks;
};

struct TrustedProxies::Parsed
{
    TrustedProxies proxies;
    QString error; ///< one sentence that quotes the text
};

/// An IPv4 address that came over an IPv6 socket as what it is.
[[nodiscard]] QHostAddress plainAddress(const QHostAddress &address);

} // namespace tocsin::net
