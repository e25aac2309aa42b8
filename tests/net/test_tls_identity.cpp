// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/CertificateMaker.h"
#include "server/net/TlsIdentity.h"

#include <QFile>
#include <QFileInfo>
#include <QSslCertificate>
#include <QSslCertificateExtension>
#include <QSslCipher>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::net;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr auto day = std::chrono::hours(24);
const TimePoint now = fromEpochMillis(1'800'000'000'000);
const QStringList names{u"localhost"_s, u"desk.example.org"_s, u"127.0.0.1"_s, u"::1"_s};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void put(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
}

QVariant extension(const QByteArray &pem, const QString &name)
{
    const QList<QSslCertificateExtension> all = QSslCertificate(pem).extensions();
    for (const QSslCertificateExtension &one : all) {
        if (one.name() == name)
            return one.value();
    }
    return {};
}

/// A certificate and key as an administrator would bring them.
struct Brought
{
    explicit Brought(TimePoint at = now, std::chrono::hours lifetime = day * 90)
        : authority(makeAuthority(u"Test"_s, at, day * 3650))
        , pair(makeServerCertificate(authority, names, at, lifetime))
        , certificate(directory.filePath(u"server.pem"_s))
        , key(directory.filePath(u"server.key"_s))
    {
        put(certificate, pair.certificate);
        put(key, pair.key);
    }
    QTemporaryDir directory;
    CertificatePair authority;
    CertificatePair pair;
    QString certificate;
    QString key;
};

} // namespace

class TestTlsIdentity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void makesAnAuthorityAndAServersCertificate();
    void keepsWhatItMade();
    void makesANewOneWhenNeeded_data();
    void makesANewOneWhenNeeded();
    void mendsWhatIsDamaged_data();
    void mendsWhatIsDamaged();
    void saysWhyItCannotWrite();
    void takesTheUsersOwn();
    void warnsOfTheUsersOwn();
    void refusesWithTheCause_data();
    void refusesWithTheCause();
    void namesThisHost();
    void offersForwardSecrecyAlone();
};

void TestTlsIdentity::makesAnAuthorityAndAServersCertificate()
{
    const QTemporaryDir directory;
    const QString place = directory.filePath(u"tls"_s);
    const TlsIdentity identity = ownTlsIdentity(place, names, now);
    QCOMPARE(identity.error, QString());
    QCOMPARE(identity.authorityFile, place + u"/ca.pem"_s);
    const QByteArray authority = contentOf(identity.authorityFile);
    QVERIFY(isSignedBy(identity.chain, authority));
    QVERIFY(keyMatches({identity.chain, identity.key}));
    QCOMPARE(identity.certificate.fingerprint.count(u':'), 31);
    QVERIFY(identity.certificate.fingerprint != identity.authority.fingerprint);

    const QSslCertificate leaf(identity.chain);
    QCOMPARE(leaf.publicKey().algorithm(), QSsl::Ec);
    QCOMPARE(leaf.publicKey().length(), 256);
    QVERIFY(leaf.effectiveDate().daysTo(leaf.expiryDate()) <= 397);
    QCOMPARE(QSet<QString>(identity.certificate.names.begin(), identity.certificate.names.end()),
             QSet<QString>(names.begin(), names.end()));
    QCOMPARE(extension(identity.chain, u"basicConstraints"_s).toMap().value(u"ca"_s).toBool(), false);
    QCOMPARE(extension(authority, u"basicConstraints"_s).toMap().value(u"ca"_s).toBool(), true);
    QCOMPARE(extension(authority, u"basicConstraints"_s).toMap().value(u"pathLenConstraint"_s).toInt(), 0);
    QVERIFY(QSslCertificate(authority).expiryDate() > leaf.expiryDate());

    for (const QString &name : {u"ca.key"_s, u"server.key"_s}) {
        const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QCOMPARE(QFileInfo(place + u'/' + name).permissions() & others, QFile::Permissions());
    }
    QCOMPARE(QFileInfo(place).permissions() & (QFile::ExeGroup | QFile::ExeOther | QFile::ReadOther),
             QFile::Permissions());
}

void TestTlsIdentity::keepsWhatItMade()
{
    const QTemporaryDir directory;
    const TlsIdentity first = ownTlsIdentity(directory.path(), names, now);
    QStringList reordered = names;
    std::reverse(reordered.begin(), reordered.end());
    const TlsIdentity second = ownTlsIdentity(directory.path(), reordered, now + day * 300);
    QCOMPARE(second.certificate.fingerprint, first.certificate.fingerprint);
    QCOMPARE(second.key, first.key);
}

void TestTlsIdentity::makesANewOneWhenNeeded_data()
{
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<int>("days");
    QTest::addColumn<bool>("sameAuthority");
    QTest::newRow("near its end") << names << 380 << true;
    QTest::newRow("after its end") << names << 1000 << true;
    QTest::newRow("another name") << QStringList(names + QStringList{u"new.example.org"_s}) << 1 << true;
    QTest::newRow("a name less") << names.mid(1) << 1 << true;
    QTest::newRow("the authority is near its end") << names << 3300 << false;
    QTest::newRow("made in the future") << names << -400 << false;
}

void TestTlsIdentity::makesANewOneWhenNeeded()
{
    QFETCH(QStringList, names);
    QFETCH(int, days);
    QFETCH(bool, sameAuthority);
    const QTemporaryDir directory;
    const TlsIdentity first = ownTlsIdentity(directory.path(), ::names, now);
    const TlsIdentity second = ownTlsIdentity(directory.path(), names, now + day * days);
    QCOMPARE(second.error, QString());
    QVERIFY(second.certificate.fingerprint != first.certificate.fingerprint);
    QCOMPARE(second.authority.fingerprint == first.authority.fingerprint, sameAuthority);
    QVERIFY(second.certificate.from <= now + day * days && second.certificate.until > now + day * days + day * 300);
    QVERIFY(isSignedBy(second.chain, contentOf(second.authorityFile)));
}

void TestTlsIdentity::mendsWhatIsDamaged_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("removed");
    QTest::addColumn<bool>("sameAuthority");
    for (const bool removed : {false, true}) {
        for (const char *file : {"ca.pem", "ca.key", "server.pem", "server.key"}) {
            QTest::addRow("%s %s", file, removed ? "is missing" : "is cut off")
                << QString::fromLatin1(file) << removed << QByteArrayView(file).startsWith("server");
        }
    }
}

void TestTlsIdentity::mendsWhatIsDamaged()
{
    QFETCH(QString, file);
    QFETCH(bool, removed);
    QFETCH(bool, sameAuthority);
    const QTemporaryDir directory;
    const TlsIdentity first = ownTlsIdentity(directory.path(), names, now);
    const QString path = directory.filePath(file);
    if (removed)
        QVERIFY(QFile::remove(path));
    else
        put(path, contentOf(path).left(100));
    const TlsIdentity second = ownTlsIdentity(directory.path(), names, now);
    QCOMPARE(second.error, QString());
    QCOMPARE(second.authority.fingerprint == first.authority.fingerprint, sameAuthority);
    QVERIFY(isSignedBy(second.chain, contentOf(second.authorityFile)));
    QVERIFY(keyMatches({second.chain, second.key}));
}

void TestTlsIdentity::saysWhyItCannotWrite()
{
    const QTemporaryDir directory;
    put(directory.filePath(u"tls"_s), "a file stands there");
    const TlsIdentity identity = ownTlsIdentity(directory.filePath(u"tls"_s), names, now);
    QCOMPARE(identity.error, directory.filePath(u"tls"_s) + u" cannot be made."_s);
    QVERIFY(identity.key.isEmpty());
}

void TestTlsIdentity::takesTheUsersOwn()
{
    const Brought brought;
    const TlsIdentity identity = readTlsIdentity(brought.certificate, brought.key, now);
    QCOMPARE(identity.error, QString());
    QCOMPARE(identity.warnings, QStringList());
    QCOMPARE(identity.chain, brought.pair.certificate);
    QVERIFY(identity.authorityFile.isEmpty());
    QVERIFY(identity.certificate.names.contains(u"desk.example.org"_s));
    // With the chain behind it.
    put(brought.certificate, brought.pair.certificate + brought.authority.certificate);
    const TlsIdentity chained = readTlsIdentity(brought.certificate, brought.key, now);
    QCOMPARE(serverConfiguration(chained).localCertificateChain().size(), 2);
    QCOMPARE(chained.certificate.fingerprint, identity.certificate.fingerprint);
}

void TestTlsIdentity::warnsOfTheUsersOwn()
{
    const Brought brought;
    QFile::setPermissions(brought.key, QFile::ReadOwner | QFile::ReadOther);
    const TlsIdentity readable = readTlsIdentity(brought.certificate, brought.key, now);
    QCOMPARE(readable.error, QString());
    QCOMPARE(readable.warnings.size(), 1);
    QVERIFY(readable.warnings.first().contains(u"chmod 600"_s));
    QFile::setPermissions(brought.key, QFile::ReadOwner);
    const TlsIdentity late = readTlsIdentity(brought.certificate, brought.key, now + day * 80);
    QCOMPARE(late.warnings.size(), 1);
    QVERIFY(late.warnings.first().contains(u"expires on"_s));
}

void TestTlsIdentity::refusesWithTheCause_data()
{
    using Change = std::function<void(Brought &)>;
    QTest::addColumn<std::function<void(Brought &)>>("change");
    QTest::addColumn<int>("days");
    QTest::addColumn<QString>("cause");
    const auto row = [](const char *name, const Change &change, const char *cause, int days = 0) {
        QTest::newRow(name) << change << days << QString::fromLatin1(cause);
    };
    const Change nothing = [](Brought &) {};
    row("expired", nothing, "server.pem expired on 2027-04-15.", 90);
    row("not valid yet", nothing, "server.pem is not valid before 2027-01-15.", -2);
    row(
        "no certificate file", [](Brought &b) { QFile::remove(b.certificate); },
        "server.pem cannot be read: No such file or directory.");
    row(
        "no key file", [](Brought &b) { QFile::remove(b.key); },
        "server.key cannot be read: No such file or directory.");
    row("a directory", [](Brought &b) { b.key = b.directory.path(); }, " cannot be read: ");
    row("an empty certificate", [](Brought &b) { put(b.certificate, {}); }, "server.pem cannot be read: it is empty.");
    row("no PEM", [](Brought &b) { put(b.certificate, "hello"); }, "server.pem holds no certificate (PEM).");
    row("swapped", [](Brought &b) { std::swap(b.certificate, b.key); }, "server.key holds no certificate (PEM).");
    row(
        "no key in the key", [](Brought &b) { put(b.key, b.pair.certificate); },
        "server.key holds no private key that is understood");
    row(
        "another key", [](Brought &b) { put(b.key, b.authority.key); },
        "server.key belongs to another certificate than ");
    row(
        "a passphrase", [](Brought &b) { put(b.key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n"); },
        "server.key needs a passphrase; give one without.");
}

void TestTlsIdentity::refusesWithTheCause()
{
    QFETCH(std::function<void(Brought &)>, change);
    QFETCH(int, days);
    QFETCH(QString, cause);
    Brought brought;
    change(brought);
    const TlsIdentity identity = readTlsIdentity(brought.certificate, brought.key, now + day * days);
    QVERIFY2(identity.error.contains(cause), qPrintable(identity.error));
    QVERIFY(identity.key.isEmpty());
}

void TestTlsIdentity::namesThisHost()
{
    const QStringList all = namesOfThisHost({u"Desk.Example.org"_s, u"192.0.2.7"_s, u"127.0.0.1"_s, u"::ffff"_s});
    QCOMPARE(all.first(), u"localhost"_s);
    for (const QString &wanted : {u"127.0.0.1"_s, u"::1"_s, u"desk.example.org"_s, u"192.0.2.7"_s})
        QCOMPARE(all.count(wanted), 1);
    QVERIFY(!all.contains(QString()));
}

void TestTlsIdentity::offersForwardSecrecyAlone()
{
    const Brought brought;
    const QSslConfiguration configuration = serverConfiguration(readTlsIdentity(brought.certificate, brought.key, now));
    QCOMPARE(configuration.protocol(), QSsl::TlsV1_2OrLater);
    QCOMPARE(configuration.ciphers().size(), 9);
    for (const QSslCipher &cipher : configuration.ciphers()) {
        const QString name = cipher.name();
        QVERIFY2(name.startsWith(u"TLS_"_s) || name.startsWith(u"ECDHE-"_s), qPrintable(name));
        QVERIFY2(name.contains(u"GCM"_s) || name.contains(u"POLY1305"_s), qPrintable(name));
    }
}

QTEST_GUILESS_MAIN(TestTlsIdentity)
#include "test_tls_identity.moc"
