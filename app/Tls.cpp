// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Tls.h"

#include "server/net/ListenAddress.h"
#include "server/store/DataDirectory.h"

#include <algorithm>
#include <cstdio>

namespace tocsin {

namespace {

net::TlsIdentity identityOf(const Settings &settings, TimePoint now)
{
    net::TlsIdentity identity;
    if (settings.certificate.isEmpty() != settings.privateKey.isEmpty()) {
        identity.error = settings.certificate.isEmpty()
                             ? QStringLiteral("server.private_key needs server.certificate beside it.")
                             : QStringLiteral("server.certificate needs server.private_key beside it.");
        return identity;
    }
    if (!settings.certificate.isEmpty())
        return net::readTlsIdentity(settings.certificate, settings.privateKey, now);
    DataDirectory directory(settings.dataDir);
    identity.error = directory.prepare();
    if (!identity.error.isEmpty())
        return identity;
    return net::ownTlsIdentity(directory.file(QStringLiteral("tls")), net::namesOfThisHost(settings.certificateNames),
                               now);
}

void print(std::FILE *to, const QString &line)
{
    std::fputs(qPrintable(line + QLatin1Char('\n')), to);
}

QString validity(const net::CertificateFacts &facts)
{
    return QStringLiteral("%1 to %2").arg(toIso8601(facts.from).left(10), toIso8601(facts.until).left(10));
}

} // namespace

net::TlsIdentity tlsIdentity(const Settings &settings, TimePoint now)
{
    const bool wanted = std::any_of(settings.listen.begin(), settings.listen.end(),
                                    [](const QString &text) { return net::parseListenAddress(text).encrypted; });
    return wanted ? identityOf(settings, now) : net::TlsIdentity();
}

QStringList fingerprintLines(const net::TlsIdentity &identity)
{
    QStringList lines;
    if (!identity.chain.isEmpty())
        lines.append(QStringLiteral("certificate sha256 ") + identity.certificate.fingerprint);
    if (!identity.authorityFile.isEmpty())
        lines.append(
            QStringLiteral("authority sha256 %1 %2").arg(identity.authority.fingerprint, identity.authorityFile));
    return lines;
}

int runCertificate(const Settings &settings)
{
    const net::TlsIdentity identity = identityOf(settings, systemNow());
    if (!identity.error.isEmpty()) {
        print(stderr, QStringLiteral("tocsin: ") + identity.error);
        return 2;
    }
    for (const QString &warning : identity.warnings)
        print(stderr, QStringLiteral("tocsin: ") + warning);
    print(stdout, QStringLiteral("names      ") + identity.certificate.names.join(QStringLiteral(", ")));
    print(stdout, QStringLiteral("valid      ") + validity(identity.certificate));
    print(stdout, QStringLiteral("sha256     ") + identity.certificate.fingerprint);
    if (!identity.authorityFile.isEmpty()) {
        print(stdout, QStringLiteral("authority  ") + identity.authorityFile);
        print(stdout, QStringLiteral("valid      ") + validity(identity.authority));
        print(stdout, QStringLiteral("sha256     ") + identity.authority.fingerprint);
    }
    return 0;
}

} // namespace tocsin
