// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Descriptor.h"

#include <QByteArrayView>

namespace tocsin::net {

/// The PROXY protocol (haproxy.org, proxy-protocol.txt, versions 1 and 2): what a proxy that passes bytes on unread says
/// first about the client behind it. Plain value logic.
struct ProxyHeader
{
    enum class State { NeedMore, Complete, Refused };

    State state = State::NeedMore;
    qsizetype size = 0;       ///< Complete: bytes of the header; what follows is the client's
    bool isForwarded = false; ///< false: the proxy speaks for itself (LOCAL, UNKNOWN), e.g. to see whether we live
    Endpoint client;
    const char *why = ""; ///< Refused
};

/// The longest header that is taken: version 2 with its addresses and some TLVs, which are skipped.
constexpr qsizetype longestProxyHeader = 1024;

/// Reads the header at the begin of `bytes`, which only grow between calls. Strict: the exact signature and line form of
/// the text, TCP alone, addresses in their plain form.
[[nodiscard]] ProxyHeader readProxyHeader(QByteArrayView bytes);

} // namespace tocsin::net
