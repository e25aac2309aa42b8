// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>
#include <QString>

namespace tocsin::net {

/// Where to listen. `error` is empty when the text was good.
struct ListenAddress
{
    QHostAddress address;
    quint16 port = 0;
    QString error; ///< one sentence that quotes the text
};

/// "127.0.0.1:8000", "[::1]:8000", "localhost:8000", "*:8000" (every IPv4 and IPv6 address); port 0 picks one.
[[nodiscard]] ListenAddress parseListenAddress(const QString &text);
/// The same form back; IPv6 in brackets.
[[nodiscard]] QString toText(const QHostAddress &address, quint16 port);

} // namespace tocsin::net
