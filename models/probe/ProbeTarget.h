// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QString>
#include <QUrl>
#include <QUrlQuery>

namespace tocsin::probe {

/// A server of any make, how we know that it is the right one, and who we are there. Plain values.
struct ProbeTarget
{
    QUrl base;              ///< ws or wss, host and port; a path is put before all others
    QString token;          ///< empty: none
    QString caFile;         ///< PEM: trusted besides the system's authorities
    QByteArray fingerprint; ///< SHA-256 of the certificate, 32 bytes: this one and no other; empty: none
    bool insecure = false;  ///< any certificate will do

    /// "ws://…", "wss://…", "http://…", "https://…" or HOST:PORT. A sentence in `error` when it is none.
    [[nodiscard]] static QUrl parseBase(const QString &text, QString *error);

    /// With the token in the query, unless there is none or it is not wanted.
    [[nodiscard]] QUrl socketUrl(const QString &path, QUrlQuery query = {}, bool withToken = true) const;
    [[nodiscard]] QUrl httpUrl(const QString &path) const;
    [[nodiscard]] QSslConfiguration ssl() const;
    /// Of a connection whose certificate the authorities do, or do not, vouch for.
    [[nodiscard]] bool accepts(const QSslCertificate &certificate, bool vouchedFor) const;

    /// What the token says of itself, unproved; empty: nothing.
    [[nodiscard]] QString claim(const QString &name) const;
};

} // namespace tocsin::probe
