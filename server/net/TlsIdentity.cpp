// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TlsIdentity.h"

#include "server/net/CertificateMaker.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHostInfo>
#include <QLockFile>
#include <QNetworkInterface>
#include <QSaveFile>
#include <QSslCertificate>
#include <QSslCipher>
#include <QSslConfiguration>
#include <QSslDiffieHellmanParameters>
#include <QSslKey>

#include <algorithm>

namespace tocsin::net {

namespace {

using std::chrono::hours;

constexpr auto authorityLifetime = hours(24 * 3650);
constexpr auto serverLifetime = hours(24 * 397); // the longest that clients accept
constexpr auto renewBefore = hours(24 * 30);
constexpr int lockPatience = 10'000; // ms
constexpr int shortestRsaKey = 2048; // bits
constexpr qint64 largestFile = 1'048'576;
constexpr QFile::Permissions ownerOnly = QFile::ReadOwner | QFile::WriteOwner;

TimePoint timeOf(const QDateTime &at)
{
    return fromEpochMillis(at.toMSecsSinceEpoch());
}

QString dayOf(TimePoint at)
{
    return toIso8601(at).left(10);
}

TlsIdentity failed(const QString &error)
{
    TlsIdentity identity;
    identity.error = error;
    return identity;
}

CertificateFacts factsOf(const QSslCertificate &certificate)
{
    CertificateFacts facts;
    facts.from = timeOf(certificate.effectiveDate());
    facts.until = timeOf(certificate.expiryDate());
    facts.fingerprint = QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex(':').toUpper());
    const auto names = certificate.subjectAlternativeNames();
    facts.names = names.values(QSsl::DnsEntry);
    const QStringList addresses = names.values(QSsl::IpAddressEntry);
    for (const QString &address : addresses)
        facts.names.append(QHostAddress(address).toString());
    return facts;
}

QSslKey keyFrom(const QByteArray &pem)
{
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Ec, QSsl::Rsa}) {
        const QSslKey key(pem, algorithm);
        if (!key.isNull())
            return key;
    }
    return {};
}

struct Content
{
    QByteArray bytes;
    QString error;
};

Content contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, file.errorString()};
    Content content{file.read(largestFile), {}};
    if (content.bytes.isEmpty())
        content.error = QStringLiteral("it is empty");
    return content;
}

/// The file appears whole or not at all, and never readable by others.
QString keep(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.setPermissions(ownerOnly) && file.write(bytes) == bytes.size() &&
        file.commit())
        return {};
    return QStringLiteral("%1 cannot be written: %2.").arg(path, file.errorString());
}

/// The files of our own identity.
class OwnFiles
{
public:
    explicit OwnFiles(const QString &directory) : m_directory(directory) {}
    [[nodiscard]] QString path(const char *name) const { return m_directory + QLatin1Char('/') + QLatin1String(name); }
    [[nodiscard]] CertificatePair read(const char *certificate, const char *key) const
    {
        return {contentOf(path(certificate)).bytes, contentOf(path(key)).bytes};
    }
    /// The key first: a crash in between leaves a pair that does not match, which is made anew.
    [[nodiscard]] QString write(const char *certificate, const char *key, const CertificatePair &pair) const
    {
        if (pair.certificate.isEmpty() || pair.key.isEmpty())
            return QStringLiteral("The certificate could not be made.");
        const QString error = keep(path(key), pair.key);
        return error.isEmpty() ? keep(path(certificate), pair.certificate) : error;
    }

private:
    QString m_directory;
};

bool authorityServes(const CertificatePair &authority, TimePoint now)
{
    const QSslCertificate certificate(authority.certificate);
    return keyMatches(authority) && timeOf(certificate.effectiveDate()) <= now &&
           timeOf(certificate.expiryDate()) >= now + serverLifetime;
}

bool serverServes(const CertificatePair &server, const CertificatePair &authority, const QStringList &names,
                  TimePoint now)
{
    if (!keyMatches(server) || !isSignedBy(server.certificate, authority.certificate))
        return false;
    const CertificateFacts facts = factsOf(QSslCertificate(server.certificate));
    return facts.from <= now && facts.until >= now + renewBefore &&
           QSet<QString>(facts.names.begin(), facts.names.end()) == QSet<QString>(names.begin(), names.end());
}

QString makeDirectory(const QString &directory)
{
    if (!QDir().mkpath(directory))
        return QStringLiteral("%1 cannot be made.").arg(directory);
    if (!QFile::setPermissions(directory, ownerOnly | QFile::ExeOwner))
        return QStringLiteral("The permissions of %1 cannot be set.").arg(directory);
    return {};
}

} // namespace

TlsIdentity readTlsIdentity(const QString &certificateFile, const QString &keyFile, TimePoint now)
{
    const Content chain = contentOf(certificateFile);
    if (!chain.error.isEmpty())
        return failed(QStringLiteral("The certificate %1 cannot be read: %2.").arg(certificateFile, chain.error));
    const Content key = contentOf(keyFile);
    if (!key.error.isEmpty())
        return failed(QStringLiteral("The private key %1 cannot be read: %2.").arg(keyFile, key.error));
    const QList<QSslCertificate> certificates = QSslCertificate::fromData(chain.bytes, QSsl::Pem);
    if (certificates.isEmpty())
        return failed(QStringLiteral("%1 holds no certificate (PEM).").arg(certificateFile));
    if (key.bytes.contains("ENCRYPTED"))
        return failed(QStringLiteral("The private key %1 needs a passphrase; give one without.").arg(keyFile));
    const QSslKey parsed = keyFrom(key.bytes);
    if (!parsed.isNull() && parsed.algorithm() == QSsl::Rsa && parsed.length() < shortestRsaKey)
        return failed(QStringLiteral("The RSA key %1 has %2 bits; clients want %3 at least.")
                          .arg(keyFile)
                          .arg(parsed.length())
                          .arg(shortestRsaKey));
    if (parsed.isNull())
        return failed(QStringLiteral("%1 holds no private key that is understood (PEM; RSA or EC).").arg(keyFile));
    if (!keyMatches({chain.bytes, key.bytes}))
        return failed(
            QStringLiteral("The private key %1 belongs to another certificate than %2.").arg(keyFile, certificateFile));
    TlsIdentity identity;
    identity.certificate = factsOf(certificates.constFirst());
    if (identity.certificate.until <= now)
        return failed(QStringLiteral("The certificate %1 expired on %2.")
                          .arg(certificateFile, dayOf(identity.certificate.until)));
    if (identity.certificate.from > now)
        return failed(QStringLiteral("The certificate %1 is not valid before %2.")
                          .arg(certificateFile, dayOf(identity.certificate.from)));
    if (identity.certificate.until < now + renewBefore)
        identity.warnings.append(QStringLiteral("The certificate %1 expires on %2.")
                                     .arg(certificateFile, dayOf(identity.certificate.until)));
    if ((QFileInfo(keyFile).permissions() & (QFile::ReadOther | QFile::WriteOther)) != 0)
        identity.warnings.append(QStringLiteral("Everybody on this machine can read the private key %1; "
                                                "chmod 600 takes that away.")
                                     .arg(keyFile));
    identity.chain = chain.bytes;
    identity.key = key.bytes;
    return identity;
}

TlsIdentity ownTlsIdentity(const QString &directory, const QStringList &names, TimePoint now)
{
    if (const QString error = makeDirectory(directory); !error.isEmpty())
        return failed(error);
    const OwnFiles files(directory);
    QLockFile lock(files.path("lock"));
    if (!lock.tryLock(lockPatience))
        return failed(QStringLiteral("%1 is in use by another process.").arg(directory));

    CertificatePair authority = files.read("ca.pem", "ca.key");
    if (!authorityServes(authority, now)) {
        authority = makeAuthority(QStringLiteral("Tocsin authority of %1").arg(QHostInfo::localHostName()), now,
                                  authorityLifetime);
        if (const QString error = files.write("ca.pem", "ca.key", authority); !error.isEmpty())
            return failed(error);
    }
    CertificatePair server = files.read("server.pem", "server.key");
    if (!serverServes(server, authority, names, now)) {
        server = makeServerCertificate(authority, names, now, serverLifetime);
        if (const QString error = files.write("server.pem", "server.key", server); !error.isEmpty())
            return failed(error);
    }
    TlsIdentity identity;
    identity.chain = server.certificate;
    identity.key = server.key;
    identity.certificate = factsOf(QSslCertificate(server.certificate));
    identity.authority = factsOf(QSslCertificate(authority.certificate));
    identity.authorityFile = files.path("ca.pem");
    return identity;
}

QStringList namesOfThisHost(const QStringList &more)
{
    QStringList names{QStringLiteral("localhost")};
    QStringList addresses{QStringLiteral("127.0.0.1"), QStringLiteral("::1")};
    const auto add = [&](const QString &text) {
        const QHostAddress address(text);
        QStringList &list = address.isNull() ? names : addresses;
        const QString normal = address.isNull() ? text.toLower() : address.toString();
        if (!normal.isEmpty() && !list.contains(normal))
            list.append(normal);
    };
    add(QHostInfo::localHostName());
    const QList<QHostAddress> own = QNetworkInterface::allAddresses();
    for (QHostAddress address : own) {
        if (address.isLinkLocal())
            continue; // cannot be written into a URL without naming the interface
        address.setScopeId(QString());
        add(address.toString());
    }
    for (const QString &text : more)
        add(text);
    std::sort(names.begin() + 1, names.end());
    std::sort(addresses.begin() + 2, addresses.end());
    return names + addresses;
}

QSslConfiguration serverConfiguration(const TlsIdentity &identity)
{
    // ECDHE for forward secrecy, AEAD because the older modes have a history of attacks (RFC 9325).
    static const QStringList wanted{
        QStringLiteral("TLS_AES_128_GCM_SHA256"),       QStringLiteral("TLS_AES_256_GCM_SHA384"),
        QStringLiteral("TLS_CHACHA20_POLY1305_SHA256"), QStringLiteral("ECDHE-ECDSA-AES128-GCM-SHA256"),
        QStringLiteral("ECDHE-RSA-AES128-GCM-SHA256"),  QStringLiteral("ECDHE-ECDSA-AES256-GCM-SHA384"),
        QStringLiteral("ECDHE-RSA-AES256-GCM-SHA384"),  QStringLiteral("ECDHE-ECDSA-CHACHA20-POLY1305"),
        QStringLiteral("ECDHE-RSA-CHACHA20-POLY1305"),
    };
    QList<QSslCipher> ciphers;
    for (const QString &name : wanted) {
        const QSslCipher cipher(name);
        if (!cipher.isNull())
            ciphers.append(cipher);
    }
    QSslConfiguration configuration;
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setCiphers(ciphers);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setCaCertificates({}); // clients show no certificates: none of the system's need be kept per socket
    configuration.setLocalCertificateChain(QSslCertificate::fromData(identity.chain, QSsl::Pem));
    configuration.setPrivateKey(keyFrom(identity.key));
    configuration.setDiffieHellmanParameters({}); // Qt's own have 1,024 bits, which OpenSSL refuses
    // Qt makes a context per socket, with ticket keys of its own: no ticket could ever be redeemed.
    configuration.setSslOption(QSsl::SslOptionDisableSessionTickets, true);
    configuration.setSslOption(QSsl::SslOptionDisableCompression, true);
    configuration.setSslOption(QSsl::SslOptionDisableServerNameIndication, true);
    return configuration;
}

} // namespace tocsin::net
