// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Descriptor.h"

#include <QObject>
#include <QSocketNotifier>

#include <chrono>

namespace tocsin::net {

/// A connection that was accepted and has to show something before it is worth a transport: the PROXY header of a proxy, or
/// the first byte of a TLS handshake. A peer that stays silent costs no more here than on a plain port; the encryption is
/// made for those alone that begin it. Server thread; owned by the server.
class Doorstep final : public QObject
{
    Q_OBJECT
public:
    using Clock = std::chrono::steady_clock;
    struct Expected
    {
        bool proxyHeader = false;
        bool tls = false;
    };

    /// Takes the descriptor, which does not block.
    Doorstep(qintptr descriptor, const Endpoint &peer, Expected expected, QObject *parent);
    ~Doorstep() override;

    [[nodiscard]] Clock::time_point since() const { return m_since; }
    /// The other end: the client that the PROXY header names, else the peer itself.
    [[nodiscard]] const Endpoint &client() const { return m_client; }
    /// After passed(): the descriptor, the caller's from here on.
    [[nodiscard]] qintptr takeDescriptor();

Q_SIGNALS:
    void passed(); ///< at most one of both, from the event loop
    void failed(); ///< the connection is closed

private:
    void onReadable();
    [[nodiscard]] bool readHeader();
    [[nodiscard]] bool lookForTls();
    void fail();

    QSocketNotifier m_readable;
    QByteArray m_header;
    Endpoint m_client;
    Clock::time_point m_since;
    qintptr m_descriptor;
    Expected m_expected;
};

} // namespace tocsin::net
