// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

QT_BEGIN_NAMESPACE
class QSslConfiguration;
QT_END_NAMESPACE

namespace tocsin::net {

/// What people need to know of a certificate.
struct CertificateFacts
{
    QStringList names; ///< alternative names: host names, then addresses; as text
    TimePoint from;
    TimePoint until;
    QString fingerprint; ///< SHA-256, upper-case hexadecimal, in pairs with colons
};

/// Who the server says it is: a certificate chain (the server's own first) and its private key, both PEM, checked.
struct TlsIdentity
{
    QByteArray chain;
    QByteArray key; ///< never logged
    CertificateFacts certificate;
    QString authorityFile; ///< of our own authority: what clients need in order to trust us; else empty
    CertificateFacts authority;
    QStringList warnings;
    QString error; ///< one sentence naming the file and the cause; then nothing else is set
};

/// The user's own certificate and key. Refused: unreadable or not PEM, a key that needs a passphrase or belongs to another
/// certificate, a certificate that has expired or is not valid yet. Any thread.
[[nodiscard]] TlsIdentity readTlsIdentity(const QString &certificateFile, const QString &keyFile, TimePoint now);

/// The certificate that Tocsin makes for itself: a private authority and a server certificate signed by it, kept in
/// `directory` (0700: ca.pem, ca.key, server.pem, server.key). What is missing or damaged is made; the server's
/// certificate is made anew when it is near its end or `names` are not those it was made for, and the authority, which
/// clients were given, stays. Two processes that ask at once get the same one. Any thread.
[[nodiscard]] TlsIdentity ownTlsIdentity(const QString &directory, const QStringList &names, TimePoint now);

/// What this machine is called: localhost, its host name, its addresses; then `more`. Sorted within each kind.
[[nodiscard]] QStringList namesOfThisHost(const QStringList &more);

/// TLS 1.2 and 1.3 with ECDHE and AEAD alone; no session tickets.
[[nodiscard]] QSslConfiguration serverConfiguration(const TlsIdentity &identity);

} // namespace tocsin::net
