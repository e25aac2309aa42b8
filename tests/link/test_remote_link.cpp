// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/link/FakeServer.h"
#include "tests/link/QuickLink.h"
#include "tests/support/Events.h"

#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using test::quick;
using namespace std::chrono_literals;
using State = RemoteLink::State;
using Grant = wire::StreamGrant::State;

namespace {
DeskSnapshot someState()
{
    DeskSnapshot state;
    for (int i = 0; i < 10; ++i) {
        Device device;
        device.id = QStringLiteral("van-%1").arg(i);
        state.devices.append(device);
    }
    return state;
}

/// What a console sees of the link.
class Watcher
{
public:
    explicit Watcher(RemoteLink &link)
    {
        QObject::connect(&link, &RemoteLink::events, &link, [this](const QList<Event> &events) {
            for (const Event &event : events)
                seqs.append(event.seq);
        });
        QObject::connect(&link, &RemoteLink::snapshot, &link,
                         [this](const DeskSnapshot &snapshot) { snapshots.append(snapshot); });
        QObject::connect(&link, &RemoteLink::replied, &link,
                         [this](const QString &id, const Outcome &outcome) { replies.insert(id, outcome); });
        QObject::connect(&link, &RemoteLink::stateChanged, &link, [this](State state) {
            if (states.isEmpty() || states.last() != state)
                states.append(state);
        });
    }
    QList<qint64> seqs;
    QList<DeskSnapshot> snapshots;
    QHash<QString, Outcome> replies;
    QList<State> states;
};

wire::Reply done(const QString &id)
{
    return wire::replyOf(id, Outcome::done(QStringLiteral("a-1")));
}
} // namespace

class TestRemoteLink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anAddressIsReadInManySpellings_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("url");
        QTest::newRow("ws") << QStringLiteral("ws://desk:8000") << QStringLiteral("ws://desk:8000/ws/v1");
        QTest::newRow("wss") << QStringLiteral("wss://desk/") << QStringLiteral("wss://desk/ws/v1");
        QTest::newRow("https") << QStringLiteral("https://desk:1") << QStringLiteral("wss://desk:1/ws/v1");
        QTest::newRow("host and port") << QStringLiteral("127.0.0.1:8000")
                                       << QStringLiteral("ws://127.0.0.1:8000/ws/v1");
        QTest::newRow("IPv6") << QStringLiteral("[::1]:8000") << QStringLiteral("ws://[::1]:8000/ws/v1");
        QTest::newRow("a path of a proxy")
            << QStringLiteral("wss://desk/tocsin/ws/v1") << QStringLiteral("wss://desk/tocsin/ws/v1");
        QTest::newRow("nothing") << QString() << QString();
        QTest::newRow("another scheme") << QStringLiteral("ftp://desk") << QString();
        QTest::newRow("a token in it") << QStringLiteral("ws://desk:8000/?token=x") << QString();
        QTest::newRow("a user in it") << QStringLiteral("ws://me:x@desk:8000") << QString();
        QTest::newRow("no port number") << QStringLiteral("ws://desk:port") << QString();
    }
    void anAddressIsReadInManySpellings()
    {
        QFETCH(QString, text);
        QFETCH(QString, url);
        QString error;
        QCOMPARE(LinkTarget::parseUrl(text, &error).toString(), url);
        QCOMPARE(error.isEmpty(), !url.isEmpty());
    }

    void aFingerprintIsSixtyFourDigits()
    {
        QString error;
        const QString hex = QString(64, QLatin1Char('a'));
        QCOMPARE(LinkTarget::parseFingerprint(QStringLiteral("sha256:") + hex, &error).size(), 32);
        QCOMPARE(LinkTarget::parseFingerprint(hex.toUpper(), &error).size(), 32);
        QVERIFY(error.isEmpty());
        for (const QString &wrong : {QString(), hex.mid(1), hex + QLatin1Char('a'), QString(64, QLatin1Char('g'))}) {
            error.clear();
            QVERIFY(LinkTarget::parseFingerprint(wrong, &error).isEmpty());
            QVERIFY(!error.isEmpty());
        }
    }

    void theDelayDoublesWithinItsBoundsAndHearsTheServer()
    {
        ReconnectDelay delay(100ms, 1s);
        QCOMPARE(delay.next(0).count(), 50);
        QCOMPARE(delay.next(0).count(), 100);
        QCOMPARE(delay.next(0.999).count(), 399);
        QCOMPARE(delay.next(0, 5s).count(), 5000);
        QCOMPARE(delay.next(0).count(), 500);
        QCOMPARE(delay.next(0).count(), 500);
        delay.reset();
        QCOMPARE(delay.next(0).count(), 50);
    }

    void itBeginsWithTheWholeStateAndGoesOnWithEvents_data()
    {
        QTest::addColumn<bool>("messagePack");
        QTest::newRow("JSON") << false;
        QTest::newRow("MessagePack") << true;
    }
    void itBeginsWithTheWholeStateAndGoesOnWithEvents()
    {
        QFETCH(bool, messagePack);
        FakeServer server;
        server.onHello = [&](const wire::Hello &hello) {
            QCOMPARE(hello.token, QStringLiteral("secret"));
            server.welcome(Grant::Reset);
            server.snapshot(someState(), 7);
            server.events({test::chatEvent(8), test::chatEvent(9)});
        };
        RemoteLink::Options options = quick();
        options.messagePack = messagePack;
        RemoteLink link({server.url(), QStringLiteral("secret"), {}, {}}, options);
        Watcher watcher(link);
        link.start();
        QCOMPARE(link.state(), State::Connecting);
        QTRY_COMPARE(watcher.seqs, (QList<qint64>{8, 9}));
        QCOMPARE(link.state(), State::Open);
        QCOMPARE(link.self().name, QStringLiteral("Dana"));
        QCOMPARE(watcher.snapshots.size(), 1);
        QCOMPARE(watcher.snapshots.first().devices.size(), 10);
        QCOMPARE(watcher.snapshots.first().seq, 7);
        QTRY_VERIFY(!server.heard<wire::Ack>().isEmpty() &&
                    server.heard<wire::Ack>().last().cursors.value(QStringLiteral("desk")) == 9);
        link.stop();
        QTRY_COMPARE(link.state(), State::Closed);
        QCOMPARE(watcher.states, (QList<State>{State::Connecting, State::Open, State::Closing, State::Closed}));
    }

    void aLostServerIsFoundAgainAndNothingComesTwice()
    {
        FakeServer server;
        server.onHello = [&](const wire::Hello &hello) {
            if (hello.cursors.isEmpty()) {
                server.welcome(Grant::Reset);
                server.snapshot(someState(), 1);
                server.events({test::chatEvent(2), test::chatEvent(3)});
            } else {
                QCOMPARE(hello.cursors.value(QStringLiteral("desk")).seq, 3);
                server.welcome(Grant::Resumed);
                server.events({test::chatEvent(3), test::chatEvent(4)}); // one that is known
            }
        };
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        Watcher watcher(link);
        link.start();
        QTRY_COMPARE(watcher.seqs.size(), 2);
        server.die();
        QTRY_COMPARE(link.state(), State::Reconnecting);
        QTest::qWait(150); // some attempts find nobody
        QCOMPARE(link.state(), State::Reconnecting);
        QVERIFY(!link.reason().isEmpty());
        server.open();
        QTRY_COMPARE(watcher.seqs, (QList<qint64>{2, 3, 4}));
        QCOMPARE(watcher.snapshots.size(), 1);
        QCOMPARE(watcher.states, (QList<State>{State::Connecting, State::Open, State::Reconnecting, State::Open}));
    }

    void whatTheOperatorDoesMeanwhileIsKeptAndSentOnce()
    {
        FakeServer server;
        server.letIn(1);
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        Watcher watcher(link);
        const QString early = link.request(CancelCommand{QStringLiteral("k-0")});
        QTRY_COMPARE(watcher.replies.value(early).code, QStringLiteral("offline")); // it was never started
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        // One that the server took, but whose answer was lost.
        const QString first = link.request(CancelCommand{QStringLiteral("k-1")});
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 1);
        server.die();
        QTRY_COMPARE(link.state(), State::Reconnecting);
        const QString second = link.request(CancelCommand{QStringLiteral("k-2")});
        QCOMPARE(link.pending(), 2);
        QVERIFY(!watcher.replies.contains(first) && !watcher.replies.contains(second));
        server.open();
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 3);
        const QList<wire::Ask> asked = server.heard<wire::Ask>();
        QCOMPARE(asked.at(1).cmdId, first); // the same again: the server knows it
        QCOMPARE(asked.at(2).cmdId, second);
        server.say(done(first));
        server.say(
            wire::Reply::refusal(second, QStringLiteral("not_found"), QStringLiteral("There is no such command.")));
        QTRY_COMPARE(link.pending(), 0);
        QVERIFY(watcher.replies.value(first).ok);
        QCOMPARE(watcher.replies.value(second).code, QStringLiteral("not_found"));
    }

    void tooManyActionsAreRefusedAndSaidSo()
    {
        FakeServer server;
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        Watcher watcher(link);
        link.start();
        for (int i = 0; i < 1000; ++i)
            (void)link.request(CancelCommand{QStringLiteral("k")});
        const QString over = link.request(CancelCommand{QStringLiteral("k")});
        QTRY_COMPARE(watcher.replies.value(over).code, QStringLiteral("overloaded"));
        QCOMPARE(link.pending(), 1000);
    }

    void anActionThatIsToWaitIsSentAgainLater()
    {
        FakeServer server;
        server.letIn();
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        Watcher watcher(link);
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        const QString id = link.request(CancelCommand{QStringLiteral("k")});
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 1);
        wire::Reply later = wire::Reply::refusal(id, QStringLiteral("rate_limited"), QStringLiteral("Later."));
        later.retryAfterMs = 30;
        server.say(later);
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 2);
        QVERIFY(watcher.replies.isEmpty());
    }

    void aRefusedTokenIsFailedAndNotTriedAgain_data()
    {
        QTest::addColumn<quint16>("code");
        QTest::addColumn<QString>("says");
        QTest::newRow("not authenticated") << quint16(4001) << QStringLiteral("token was refused");
        QTest::newRow("forbidden") << quint16(4003) << QStringLiteral("may not use");
    }
    void aRefusedTokenIsFailedAndNotTriedAgain()
    {
        QFETCH(quint16, code);
        QFETCH(QString, says);
        FakeServer server;
        server.onHello = [&](const wire::Hello &) { server.peer->close(QWebSocketProtocol::CloseCode(code)); };
        RemoteLink link({server.url(), QStringLiteral("bad"), {}, {}}, quick());
        Watcher watcher(link);
        link.start();
        const QString waiting = link.request(CancelCommand{QStringLiteral("k")});
        QTRY_COMPARE(link.state(), State::Failed);
        QVERIFY2(link.reason().contains(says), qPrintable(link.reason()));
        QCOMPARE(watcher.replies.value(waiting).code, QStringLiteral("offline"));
        QTest::qWait(200);
        QCOMPARE(server.connections, 1);
    }

    void aStreamThatIsDeniedIsFailed()
    {
        FakeServer server;
        server.onHello = [&](const wire::Hello &) { server.welcome(Grant::Denied); };
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        link.start();
        QTRY_COMPARE(link.state(), State::Failed);
    }

    void whatIsNoTocsinIsFailed()
    {
        QTcpServer web;
        QVERIFY(web.listen(QHostAddress::LocalHost));
        connect(&web, &QTcpServer::newConnection, this, [&web] {
            QTcpSocket *socket = web.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                socket->write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                socket->disconnectFromHost();
            });
        });
        RemoteLink link({QUrl(QStringLiteral("ws://127.0.0.1:%1/ws/v1").arg(web.serverPort())), {}, {}, {}}, quick());
        link.start();
        QTRY_COMPARE(link.state(), State::Failed);
        QVERIFY2(link.reason().contains(QLatin1String("404")), qPrintable(link.reason()));
    }

    void aServerThatSaysNothingIsGivenUpAndTriedAgain()
    {
        FakeServer server; // no welcome
        RemoteLink::Options options = quick();
        options.handshake = 100ms;
        RemoteLink link({server.url(), {}, {}, {}}, options);
        link.start();
        QTRY_VERIFY(server.connections >= 2);
        QCOMPARE(link.state(), State::Connecting);
    }

    void aServerThatFallsSilentIsLeft()
    {
        FakeServer server;
        server.letIn();
        RemoteLink::Options options = quick();
        options.pingEvery = 100h; // nobody is asked, so nobody answers
        options.deadAfter = 300ms;
        RemoteLink link({server.url(), {}, {}, {}}, options);
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        QTRY_COMPARE(link.state(), State::Reconnecting);
        QTRY_VERIFY(server.connections >= 2);
    }

    void pingsKeepAQuietConnection()
    {
        FakeServer server;
        server.letIn();
        RemoteLink::Options options = quick();
        options.pingEvery = 50ms;
        options.deadAfter = 1s;
        RemoteLink link({server.url(), {}, {}, {}}, options);
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        QTest::qWait(1500);
        QCOMPARE(link.state(), State::Open);
        QCOMPARE(server.connections, 1);
    }

    void aGapOrNonsenseEndsTheConnectionNotTheLink_data()
    {
        QTest::addColumn<bool>("gap");
        QTest::newRow("gap") << true;
        QTest::newRow("nonsense") << false;
    }
    void aGapOrNonsenseEndsTheConnectionNotTheLink()
    {
        QFETCH(bool, gap);
        FakeServer server;
        server.onHello = [&](const wire::Hello &hello) {
            server.welcome(hello.cursors.isEmpty() ? Grant::Reset : Grant::Resumed);
            if (hello.cursors.isEmpty()) {
                server.snapshot({}, 1);
                server.events({test::chatEvent(2)});
                if (gap)
                    server.events({test::chatEvent(4)});
                else
                    server.peer->sendBinaryMessage("\xc1");
            } else {
                server.events({test::chatEvent(3), test::chatEvent(4)});
            }
        };
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        Watcher watcher(link);
        link.start();
        QTRY_COMPARE(watcher.seqs, (QList<qint64>{2, 3, 4}));
        QCOMPARE(server.connections, 2);
    }

    void anotherEpochBringsANewPicture()
    {
        FakeServer server;
        server.onHello = [&](const wire::Hello &hello) {
            server.welcome(Grant::Reset);
            if (!hello.cursors.isEmpty())
                server.say(wire::Resync{QStringLiteral("desk")});
            server.snapshot(someState(), hello.cursors.isEmpty() ? 100 : 5);
        };
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        Watcher watcher(link);
        link.start();
        QTRY_COMPARE(watcher.snapshots.size(), 1);
        server.die();
        QTRY_COMPARE(link.state(), State::Reconnecting);
        server.epoch = QStringLiteral("e2"); // restored from a backup
        server.open();
        QTRY_COMPARE(watcher.snapshots.size(), 2);
        QCOMPARE(watcher.snapshots.last().seq, 5);
        server.events({test::chatEvent(6)});
        QTRY_COMPARE(watcher.seqs, QList<qint64>{6});
    }

    void telemetryComesOncePerFrameAndTheNewest()
    {
        FakeServer server;
        server.letIn();
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        QList<LatestReading> got;
        int calls = 0;
        connect(&link, &RemoteLink::latest, this, [&](const QList<LatestReading> &readings) {
            got += readings;
            ++calls;
        });
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        for (int i = 0; i < 200; ++i) {
            LatestReading reading;
            reading.deviceId = QStringLiteral("van");
            reading.channels.insert(QStringLiteral("speed"), {double(i), {}});
            server.say(wire::Live{QStringLiteral("telemetry"), QList<LatestReading>{reading}});
        }
        QTRY_VERIFY(!got.isEmpty() && got.last().number(QStringLiteral("speed")) == 199.0);
        QVERIFY2(calls < 100, qPrintable(QString::number(calls)));
    }

    void aCertificateIsTrustedByPinOrByAuthorityAlone_data()
    {
        QTest::addColumn<bool>("pinned");
        QTest::addColumn<bool>("authority");
        QTest::addColumn<bool>("right");
        QTest::addColumn<bool>("opens");
        QTest::newRow("neither") << false << false << false << false;
        QTest::newRow("the pin") << true << false << true << true;
        QTest::newRow("another pin") << true << false << false << false;
        QTest::newRow("the authority") << false << true << true << true;
        QTest::newRow("the authority, but another pin") << true << true << false << false;
    }
    void aCertificateIsTrustedByPinOrByAuthorityAlone()
    {
        QFETCH(bool, pinned);
        QFETCH(bool, authority);
        QFETCH(bool, right);
        QFETCH(bool, opens);
        QTemporaryDir dir;
        const QString certFile = dir.filePath(QStringLiteral("cert.pem"));
        const QString keyFile = dir.filePath(QStringLiteral("key.pem"));
        QProcess openssl;
        openssl.start(QStringLiteral("openssl"),
                      {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"),
                       QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:prime256v1"),
                       QStringLiteral("-nodes"), QStringLiteral("-keyout"), keyFile, QStringLiteral("-out"), certFile,
                       QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"),
                       QStringLiteral("/CN=127.0.0.1"), QStringLiteral("-addext"),
                       QStringLiteral("subjectAltName=IP:127.0.0.1")});
        QVERIFY(openssl.waitForFinished());
        QCOMPARE(openssl.exitCode(), 0);
        QFile cert(certFile);
        QFile key(keyFile);
        QVERIFY(cert.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly));
        const QSslCertificate certificate(&cert);
        QSslConfiguration ssl;
        ssl.setLocalCertificate(certificate);
        ssl.setPrivateKey(QSslKey(&key, QSsl::Ec));

        FakeServer server(QWebSocketServer::SecureMode);
        server.die();
        server.configure = [&ssl](QWebSocketServer &s) { s.setSslConfiguration(ssl); };
        server.letIn();
        server.open();
        LinkTarget target;
        target.url = server.url(QStringLiteral("wss"));
        target.token = QStringLiteral("secret");
        if (pinned)
            target.fingerprint = right ? certificate.digest(QCryptographicHash::Sha256) : QByteArray(32, 'x');
        if (authority)
            target.caFile = certFile;
        RemoteLink link(target, quick());
        link.start();
        QTRY_COMPARE(link.state(), opens ? State::Open : State::Failed);
        if (!opens) {
            QVERIFY2(link.reason().contains(QLatin1String("certificate")), qPrintable(link.reason()));
            QVERIFY(server.frames.isEmpty()); // the token was not shown
        }
    }
};

QTEST_GUILESS_MAIN(TestRemoteLink)
#include "test_remote_link.moc"
