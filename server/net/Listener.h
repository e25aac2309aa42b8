// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/ListenAddress.h"

#include <QObject>

#include <memory>

namespace tocsin::net {

/// Accepts connections on one address for the server and hands on bare descriptors; keeps none pending. Server thread.
class Listener : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Empty, or one sentence that names the address and the cause.
    [[nodiscard]] virtual QString listenOn(const ListenAddress &where) = 0;
    /// The address in force; its port is the system's choice where 0 was asked for.
    [[nodiscard]] virtual ListenAddress boundTo() const = 0;

    /// The sentence for listenOn().
    [[nodiscard]] static QString refusal(const ListenAddress &where, int error);

Q_SIGNALS:
    void accepted(qintptr descriptor); ///< the receiver's to close

protected:
    /// Thousands of clients come back at once after a restart; the system's default of 50 makes them wait for minutes.
    static constexpr int backlog = 4096;
    static constexpr int pauseAfterError = 100; ///< ms
};

/// The best listener that this platform has.
[[nodiscard]] std::unique_ptr<Listener> makeListener();

} // namespace tocsin::net
