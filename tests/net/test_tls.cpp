// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/CertificateMaker.h"
#include "tests/net/ServerFixture.h"

#include <QSslCipher>
#include <QSslConfiguration>
#include <QSslSocket>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QByteArray request = "GET /http/a HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer good\r\n\r\n";

const CertificatePair &authority()
{
    static const CertificatePair pair = makeAuthority(u"Test"_s, systemNow(), std::chrono::hours(24 * 365));
    return pair;
}

void overTls(ServerSettings &settings)
{
    static const CertificatePair pair =
        makeServerCertificate(authority(), {u"localhost"_s, u"127.0.0.1"_s}, systemNow(), std::chrono::hours(24 * 90));
    settings.listen = QStringList{u"https://127.0.0.1:0"_s};
    settings.tls.chain = pair.certificate;
    settings.tls.key = pair.key;
}

/// A client that trusts the authority, unless told otherwise.
class TlsClient
{
public:
    explicit TlsClient(quint16 port, const std::function<void(QSslConfiguration &)> &change = {})
    {
        QSslConfiguration configuration;
        configuration.setCaCertificates({QSslCertificate(authority().certificate)});
        if (change)
            change(configuration);
        socket.setSslConfiguration(configuration);
        QObject::connect(&socket, &QSslSocket::readyRead, &socket, [this] { got += socket.readAll(); });
        QObject::connect(&socket, &QSslSocket::disconnected, &socket, [this] { ended = true; });
        socket.connectToHostEncrypted(u"127.0.0.1"_s, port);
    }
    [[nodiscard]] int status() const { return got.mid(9, 3).toInt(); }

    QSslSocket socket;
    QByteArray got;
    bool ended = false;
};

} // namespace

class TestTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void speaksHttpAndWebSocketEncrypted();
    void servesPlainBeside();
    void isRefusedByThoseWhoDoNotTrustIt();
    void agreesOnStrongProtocolsAlone_data();
    void agreesOnStrongProtocolsAlone();
    void endsHandshakesThatDoNotEnd_data();
    void endsHandshakesThatDoNotEnd();
    void silentPeersKeepNobodyOut();
    void countsAWantedHandshake();
    void tellsPlainClients();
    void closesWithACleanEnd();
    void stopsWithHandshakesUnderWay();
    void needsACertificate();
    void takesANewCertificateWhileItRuns();
};

void TestTls::speaksHttpAndWebSocketEncrypted()
{
    const ServerFixture f(overTls);
    QCOMPARE(f.started.error, QString());
    QVERIFY(f.started.listening.first().startsWith(u"https://127.0.0.1:"_s));
    TlsClient client(f.port);
    client.socket.write(request);
    QTRY_VERIFY(client.got.endsWith("GET /http/a dora "));
    QCOMPARE(client.status(), 200);

    QWebSocket socket;
    QSslConfiguration configuration;
    configuration.setCaCertificates({QSslCertificate(authority().certificate)});
    socket.setSslConfiguration(configuration);
    QStringList texts;
    connect(&socket, &QWebSocket::textMessageReceived, this, [&texts](const QString &text) { texts.append(text); });
    socket.open(QUrl(u"wss://127.0.0.1:%1/ws/greeting?token=good"_s.arg(f.port)));
    QTRY_COMPARE(texts, QStringList{u"hello dora"_s});
    const QString large(3'000'000, u'x');
    socket.sendTextMessage(large);
    QTRY_COMPARE(texts.size(), 2);
    QCOMPARE(texts.last(), large);
}

void TestTls::servesPlainBeside()
{
    const ServerFixture f([](ServerSettings &s) {
        overTls(s);
        s.listen.prepend(u"127.0.0.1:0"_s);
    });
    QCOMPARE(f.started.listening.size(), 2);
    RawClient plain(f.port, request);
    QTRY_COMPARE(plain.status(), 200);
    TlsClient encrypted(static_cast<quint16>(QUrl(f.started.listening.last()).port()));
    encrypted.socket.write(request);
    QTRY_COMPARE(encrypted.status(), 200);
}

void TestTls::isRefusedByThoseWhoDoNotTrustIt()
{
    const ServerFixture f(overTls);
    TlsClient client(f.port, [](QSslConfiguration &c) {
        c.setCaCertificates(
            {QSslCertificate(makeAuthority(u"Test"_s, systemNow(), std::chrono::hours(24)).certificate)});
    });
    QTRY_VERIFY(client.socket.error() == QAbstractSocket::SslHandshakeFailedError);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
}

void TestTls::agreesOnStrongProtocolsAlone_data()
{
    QTest::addColumn<int>("protocol");
    QTest::addColumn<QString>("cipher");
    QTest::addColumn<bool>("agreed");
    QTest::newRow("TLS 1.3") << int(QSsl::TlsV1_3) << u"TLS_AES_256_GCM_SHA384"_s << true;
    QTest::newRow("TLS 1.2, ECDHE and AEAD") << int(QSsl::TlsV1_2) << u"ECDHE-ECDSA-AES128-GCM-SHA256"_s << true;
    QTest::newRow("TLS 1.2, CBC") << int(QSsl::TlsV1_2) << u"ECDHE-ECDSA-AES128-SHA256"_s << false;
    QTest::newRow("TLS 1.2, no forward secrecy") << int(QSsl::TlsV1_2) << u"AES128-GCM-SHA256"_s << false;
    QT_WARNING_PUSH
    QT_WARNING_DISABLE_DEPRECATED
    QTest::newRow("TLS 1.1") << int(QSsl::TlsV1_1) << u"ECDHE-ECDSA-AES128-SHA"_s << false;
    QT_WARNING_POP
}

void TestTls::agreesOnStrongProtocolsAlone()
{
    QFETCH(int, protocol);
    QFETCH(QString, cipher);
    QFETCH(bool, agreed);
    const ServerFixture f(overTls);
    TlsClient client(f.port, [&](QSslConfiguration &c) {
        c.setProtocol(static_cast<QSsl::SslProtocol>(protocol));
        c.setCiphers({QSslCipher(cipher)});
    });
    client.socket.write(request);
    if (agreed)
        QTRY_COMPARE(client.status(), 200);
    else
        QTRY_COMPARE(client.socket.error(), QAbstractSocket::SslHandshakeFailedError);
    QCOMPARE(client.socket.isEncrypted(), agreed);
}

void TestTls::endsHandshakesThatDoNotEnd_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("silent") << QByteArray();
    QTest::newRow("one byte") << QByteArray("\x16", 1);
    QTest::newRow("half a record") << QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
}

void TestTls::endsHandshakesThatDoNotEnd()
{
    QFETCH(QByteArray, bytes);
    const ServerFixture f([](ServerSettings &s) {
        overTls(s);
        s.deadlines.handshake = 200ms;
        s.deadlines.requestHead = 60s;
    });
    RawClient client(f.port, bytes);
    QTRY_COMPARE(f.server->counters().connectionsNow, 1);
    QTRY_VERIFY(client.ended);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
}

void TestTls::silentPeersKeepNobodyOut()
{
    const ServerFixture f(overTls);
    std::vector<std::unique_ptr<RawClient>> silent;
    constexpr int many = 200; // QSslServer lets nobody in after 120
    for (int i = 0; i < many; ++i)
        silent.push_back(std::make_unique<RawClient>(f.port, i % 2 == 0 ? QByteArray() : QByteArray("\x16", 1)));
    QTRY_COMPARE(f.server->counters().connectionsNow, many);
    TlsClient client(f.port);
    client.socket.write(request);
    QTRY_COMPARE(client.status(), 200);
}

void TestTls::countsAWantedHandshake()
{
    const ServerFixture f([](ServerSettings &s) {
        overTls(s);
        s.limits.connectionsPerAddress = 2;
    });
    RawClient silent(f.port);
    RawClient begun(f.port, QByteArray("\x16", 1));
    QTRY_COMPARE(f.server->counters().connectionsNow, 2);
    TlsClient third(f.port);
    third.socket.write(request);
    QTRY_COMPARE(third.status(), 503);
    QCOMPARE(f.server->counters().connectionsRefused, 1U);
    silent.socket.abort();
    begun.socket.abort();
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
    TlsClient again(f.port);
    again.socket.write(request);
    QTRY_COMPARE(again.status(), 200);
}

void TestTls::tellsPlainClients()
{
    const ServerFixture f(overTls);
    RawClient http(f.port, request);
    QTRY_VERIFY(http.ended);
    QCOMPARE(http.status(), 400);
    QCOMPARE(http.afterHead(), QByteArray("{\"detail\":\"This port speaks TLS: use https or wss.\"}"));
    QVERIFY(http.got.contains("Connection: close\r\n"));
    RawClient noise(f.port, QByteArray("\x00\x01\x02", 3));
    QTRY_VERIFY(noise.ended);
    QVERIFY(noise.got.isEmpty());
    QVERIFY(f.dialect->requests.isEmpty());
}

void TestTls::closesWithACleanEnd()
{
    const ServerFixture f(overTls);
    TlsClient client(f.port);
    client.socket.write(QByteArray(request).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    QTRY_VERIFY(client.ended);
    QVERIFY(client.got.endsWith("GET /http/a dora "));
    // A cut-off stream would be an error of its own.
    QCOMPARE(client.socket.error(), QAbstractSocket::RemoteHostClosedError);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
}

void TestTls::stopsWithHandshakesUnderWay()
{
    const ServerFixture f(overTls);
    RawClient silent(f.port);
    RawClient begun(f.port, QByteArray("\x16", 1));
    QTRY_COMPARE(f.server->counters().connectionsNow, 2);
    f.server->stop();
    QTRY_VERIFY(silent.ended && begun.ended);
    QCOMPARE(f.server->counters().connectionsNow, 0);
}

void TestTls::needsACertificate()
{
    const ServerFixture f([](ServerSettings &s) { s.listen = QStringList{u"https://127.0.0.1:0"_s}; });
    QCOMPARE(f.started.error, u"There is no certificate for https://127.0.0.1:0."_s);
}

void TestTls::takesANewCertificateWhileItRuns()
{
    const ServerFixture f(overTls);
    TlsClient before(f.port);
    before.socket.write(request);
    QTRY_COMPARE(before.status(), 200);
    const CertificatePair renewed =
        makeServerCertificate(authority(), {u"127.0.0.1"_s}, systemNow(), std::chrono::hours(24 * 90));
    TlsIdentity identity;
    identity.chain = renewed.certificate;
    identity.key = renewed.key;
    f.server->setTlsIdentity(identity);
    TlsClient after(f.port);
    after.socket.write(request);
    QTRY_COMPARE(after.status(), 200);
    QCOMPARE(after.socket.peerCertificate(), QSslCertificate(renewed.certificate));
    before.got.clear();
    before.socket.write(request); // who is in stays in
    QTRY_COMPARE(before.status(), 200);
    QVERIFY(before.socket.peerCertificate() != after.socket.peerCertificate());
}

QTEST_GUILESS_MAIN(TestTls)
#include "test_tls.moc"
