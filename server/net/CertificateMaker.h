// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>

namespace tocsin::net {

/// A certificate and its private key, both PEM (RFC 7468; the key as PKCS #8). An empty certificate: it could not be made.
struct CertificatePair
{
    QByteArray certificate;
    QByteArray key;
};

/// Makes X.509 certificates (RFC 5280) with ECDSA keys on P-256. Plain functions: any thread, no files. The one place that
/// calls OpenSSL itself; TLS is QSslSocket's.
///
/// The authority signs server certificates and nothing else below it (pathlen 0).
[[nodiscard]] CertificatePair makeAuthority(const QString &commonName, TimePoint now, std::chrono::hours lifetime);

/// `names` are host names and IP addresses, all of them subject alternative names; the first is the common name too.
/// Clients refuse server certificates that live longer than 397 days.
[[nodiscard]] CertificatePair makeServerCertificate(const CertificatePair &authority, const QStringList &names,
                                                    TimePoint now, std::chrono::hours lifetime);

/// The private key is the one that the (first) certificate was made for.
[[nodiscard]] bool keyMatches(const CertificatePair &pair);

/// `certificate` was signed by the authority's key.
[[nodiscard]] bool isSignedBy(const QByteArray &certificate, const QByteArray &authority);

} // namespace tocsin::net
