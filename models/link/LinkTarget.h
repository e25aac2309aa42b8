// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>

namespace tocsin {

/// Where a remote console connects and how it knows that it is there. Plain values.
struct LinkTarget
{
    QUrl url; ///< ws or wss, with the path
    QString token;
    QString caFile;         ///< PEM: trusted besides the system's authorities
    QByteArray fingerprint; ///< SHA-256 of the server's certificate, 32 bytes: this one and no other; empty: none

    /// Whom the token says that it is for, unproved; `otherwise` when it says nobody. Only names things, opens nothing.
    [[nodiscard]] QString claimedPerson(const QString &otherwise) const;

    /// "ws://…", "wss://…", "http://…", "https://…" or HOST:PORT. A sentence in `error` when it is none.
    [[nodiscard]] static QUrl parseUrl(const QString &text, QString *error);
    /// "sha256:" and 64 hex digits, with or without colons. Empty, with a sentence in `error`, when it is not that.
    [[nodiscard]] static QByteArray parseFingerprint(const QString &text, QString *error);
};

} // namespace tocsin
