// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/ListenAddress.h"

#include <QTcpServer>

namespace tocsin::net {

/// Accepts connections for the server and hands on bare descriptors; keeps none pending. Server thread.
class Listener final : public QTcpServer
{
    Q_OBJECT
public:
    explicit Listener(QObject *parent);

    /// Empty, or one sentence that names the address and the cause.
    [[nodiscard]] QString listenOn(const ListenAddress &where);
    [[nodiscard]] QString boundTo() const { return toText(serverAddress(), serverPort()); }

Q_SIGNALS:
    void accepted(qintptr descriptor);

protected:
    void incomingConnection(qintptr descriptor) override { Q_EMIT accepted(descriptor); }
};

} // namespace tocsin::net
