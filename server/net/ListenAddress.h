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
    bool encrypted = false; ///< TLS
    QString error;          ///< one sentence that quotes the text
};

/// "127.0.0.1:8000", "[::1]:8000", "localhost:8000", "*:8000" (every IPv4 and IPv6 address); port 0 picks one. With
/// "https://" before it TLS is spoken there; "http://" may stand for its absence.
[[nodiscard]] ListenAddress parseListenAddress(const QString &text);
/// An address in its usual form: IPv4 with four parts ("10.1" is none, though the system's parser takes it), IPv6 without a
/// zone. Null when it is none.
[[nodiscard]] QHostAddress strictAddress(const QString &text);
/// The same form back; IPv6 in brackets.
[[nodiscard]] QString toText(const QHostAddress &address, quint16 port);
/// "https://127.0.0.1:8443".
[[nodiscard]] QString toUrl(const ListenAddress &where);

} // namespace tocsin::net
