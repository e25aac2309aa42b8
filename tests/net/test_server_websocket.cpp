// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/ServerFixture.h"

#include <QSignalSpy>
#include <QWebSocketHandshakeOptions>

#include <vector>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

QByteArray closeFrame(quint16 code, const QByteArray &reason = {})
{
    QByteArray payload;
    payload.append(static_cast<char>(code >> 8));
    payload.append(static_cast<char>(code & 0xFF));
    return encodeFrame(Opcode::Close, payload + reason);
}

void openRaw(RawClient &client)
{
    client.send(RawClient::upgrade("/ws?token=good"));
    QTRY_VERIFY(client.got.contains("\r\n\r\n"));
    QCOMPARE(client.status(), 101);
    client.got.clear();
}

/// Stops reading: what the server sends piles up there.
void stopReading(RawClient &client)
{
    client.socket.setReadBufferSize(1);
    QObject::disconnect(&client.socket, &QTcpSocket::readyRead, nullptr, nullptr);
}

} // namespace

class TestServerWebSocket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void echoes_data();
    void echoes();
    void refusesBeforeTheUpgrade_data();
    void refusesBeforeTheUpgrade();
    void checksTheOrigin();
    void selectsASubprotocol_data();
    void selectsASubprotocol();
    void greetsInOpened();
    void closesInOpened();
    void takesFramesThatComeWithTheHead();
    void takesTheHeadByteByByte();
    void joinsACharacterSplitOverFragments();
    void answersPings();
    void closesForBrokenFrames_data();
    void closesForBrokenFrames();
    void refusesAMessageAboveTheLimit();
    void closesWithTheCodeOfTheDialect();
    void answersEverythingBeforeTheClose();
    void saysNothingAfterTheClose();
    void pingsAndDropsTheDead();
    void conflatesForASlowReader();
    void closesAReaderThatNeverReads();
    void abortsAPeerThatDoesNotClose();
    void publishesToTwoHundredClients();
    void stopClosesEverybody();
    void stopAbortsThoseWhoDoNotRead();
    void dropsASessionWhosePeerVanishes();
};

void TestServerWebSocket::echoes_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 125, 126, 65535, 65536, 3'000'000})
        QTest::addRow("%d bytes", size) << size;
}

void TestServerWebSocket::echoes()
{
    QFETCH(int, size);
    const ServerFixture f;
    QWebSocket socket;
    QSignalSpy text(&socket, &QWebSocket::textMessageReceived);
    QSignalSpy binary(&socket, &QWebSocket::binaryMessageReceived);
    QSignalSpy connected(&socket, &QWebSocket::connected);
    socket.open(f.url(u"/ws?token=good"_s));
    QVERIFY(connected.wait());
    socket.sendTextMessage(QString(size, u'x'));
    QTRY_COMPARE(text.size(), 1);
    QCOMPARE(text.first().first().toString(), QString(size, u'x'));
    socket.sendBinaryMessage(QByteArray(size, '\xFE'));
    QTRY_COMPARE(binary.size(), 1);
    QCOMPARE(binary.first().first().toByteArray(), QByteArray(size, '\xFE'));
    const ServerCounters counters = f.server->counters();
    QCOMPARE(counters.sessionsNow, 1);
    QCOMPARE(counters.traffic.messagesIn, 2U);
    QCOMPARE(counters.dialects.value(u"test"_s).messagesOut, 2U);
}

void TestServerWebSocket::refusesBeforeTheUpgrade_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("no token") << QByteArray("/ws") << 401 << QByteArray(R"({"detail":"no token"})");
    QTest::newRow("bad token") << QByteArray("/ws?token=bad") << 401 << QByteArray(R"({"detail":"no token"})");
    QTest::newRow("forbidden") << QByteArray("/ws/forbidden?token=good") << 403
                               << QByteArray(R"({"detail":"forbidden"})");
    QTest::newRow("unknown path") << QByteArray("/nowhere?token=good") << 404
                                  << QByteArray(R"({"detail":"Not Found"})");
}

void TestServerWebSocket::refusesBeforeTheUpgrade()
{
    QFETCH(QByteArray, target);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const ServerFixture f;
    RawClient client(f.port, RawClient::upgrade(target));
    QTRY_COMPARE(client.afterHead(), body);
    QCOMPARE(client.status(), status);
    QVERIFY(f.dialect->sessions.isEmpty());
}

void TestServerWebSocket::checksTheOrigin()
{
    const ServerFixture f([](ServerSettings &s) { s.allowedOrigins = {"https://desk.example.org"}; });
    const auto statusFor = [&f](const QByteArray &origin) {
        RawClient client(f.port, RawClient::upgrade("/ws?token=good", "Origin: " + origin + "\r\n"));
        [&client] { QTRY_VERIFY(client.got.contains("\r\n\r\n")); }();
        return client.status();
    };
    QCOMPARE(statusFor("https://evil.example"), 403);
    QCOMPARE(statusFor("null"), 403);
    QCOMPARE(statusFor("https://desk.example.org"), 101);
    QCOMPARE(statusFor("http://127.0.0.1"), 101); // same origin
}

void TestServerWebSocket::selectsASubprotocol_data()
{
    QTest::addColumn<QByteArray>("offer");
    QTest::addColumn<QByteArray>("selected"); // empty: none
    QTest::newRow("none") << QByteArray() << QByteArray();
    QTest::newRow("unknown") << QByteArray("x-unknown") << QByteArray();
    QTest::newRow("websocket") << QByteArray("websocket") << QByteArray("websocket");
    QTest::newRow("token pair") << QByteArray("bearer, good") << QByteArray("bearer");
    QTest::newRow("the dialect's") << QByteArray("bearer, good, tocsin.v1.json") << QByteArray("tocsin.v1.json");
}

void TestServerWebSocket::selectsASubprotocol()
{
    QFETCH(QByteArray, offer);
    QFETCH(QByteArray, selected);
    const ServerFixture f;
    const QByteArray token = offer.contains("bearer") ? "" : "?token=good";
    const QByteArray header = offer.isEmpty() ? QByteArray() : "Sec-WebSocket-Protocol: " + offer + "\r\n";
    RawClient client(f.port, RawClient::upgrade("/ws" + token, header));
    QTRY_VERIFY(client.got.contains("\r\n\r\n"));
    QCOMPARE(client.status(), 101);
    QVERIFY(client.got.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    if (selected.isEmpty())
        QVERIFY(!client.got.toLower().contains("sec-websocket-protocol"));
    else
        QVERIFY(client.got.contains("Sec-WebSocket-Protocol: " + selected + "\r\n"));
}

void TestServerWebSocket::greetsInOpened()
{
    const ServerFixture f;
    QWebSocket socket;
    QSignalSpy text(&socket, &QWebSocket::textMessageReceived);
    socket.open(f.url(u"/ws/greeting?token=good"_s));
    QTRY_COMPARE(text.size(), 1);
    QCOMPARE(text.first().first().toString(), u"hello dora"_s);
    QCOMPARE(f.dialect->sessions.first()->query().queryItemValue(u"token"_s), u"good"_s);
}

void TestServerWebSocket::closesInOpened()
{
    const ServerFixture f;
    QWebSocket socket;
    QSignalSpy disconnected(&socket, &QWebSocket::disconnected);
    socket.open(f.url(u"/ws/unwelcome?token=good"_s));
    QVERIFY(disconnected.wait());
    QCOMPARE(static_cast<int>(socket.closeCode()), 4003);
    QCOMPARE(socket.closeReason(), u"not you"_s);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
    QCOMPARE(f.dialect->closedCount, 1);
}

void TestServerWebSocket::takesFramesThatComeWithTheHead()
{
    const ServerFixture f;
    RawClient client(f.port, RawClient::upgrade("/ws?token=good") + RawClient::frame(Opcode::Text, "early"));
    QTRY_COMPARE(client.afterHead(), Frame::text("early").wire());
    QCOMPARE(client.status(), 101);
}

void TestServerWebSocket::takesTheHeadByteByByte()
{
    const ServerFixture f;
    RawClient client(f.port);
    client.socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    QTRY_COMPARE(client.socket.state(), QAbstractSocket::ConnectedState);
    const QByteArray wire = RawClient::upgrade("/ws?token=good") + RawClient::frame(Opcode::Text, "hi");
    for (const char byte : wire) {
        client.send(QByteArray(1, byte));
        client.socket.flush();
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE(client.afterHead(), Frame::text("hi").wire());
}

void TestServerWebSocket::joinsACharacterSplitOverFragments()
{
    const ServerFixture f;
    RawClient client(f.port);
    openRaw(client);
    const QByteArray euro = "€";
    client.send(RawClient::frame(Opcode::Text, "10 " + euro.left(1), false) + RawClient::frame(Opcode::Ping, "p") +
                RawClient::frame(Opcode::Continuation, euro.mid(1)));
    QTRY_COMPARE(client.got, encodeFrame(Opcode::Pong, "p") + Frame::text("10 €").wire());
    QCOMPARE(f.dialect->received, QByteArrayList{"10 €"});
}

void TestServerWebSocket::answersPings()
{
    const ServerFixture f;
    RawClient client(f.port);
    openRaw(client);
    QByteArray expected;
    for (const char *payload : {"", "a", "b"}) {
        client.send(RawClient::frame(Opcode::Ping, payload));
        expected += encodeFrame(Opcode::Pong, payload);
    }
    client.send(RawClient::frame(Opcode::Pong, "unsolicited"));
    QTRY_COMPARE(client.got, expected);

    // Qt writes a frame's head and its payload apart: no payload may be taken for a head.
    client.got.clear();
    expected.clear();
    for (int byte = 0; byte < 256; ++byte) {
        const QByteArray payload(1 + byte % 3, static_cast<char>(byte));
        client.send(RawClient::frame(Opcode::Ping, payload));
        expected += encodeFrame(Opcode::Pong, payload);
    }
    QTRY_COMPARE(client.got, expected);

    QWebSocket socket;
    QSignalSpy pong(&socket, &QWebSocket::pong);
    QSignalSpy connected(&socket, &QWebSocket::connected);
    socket.open(f.url(u"/ws?token=good"_s));
    QVERIFY(connected.wait());
    socket.ping("from Qt");
    QTRY_COMPARE(pong.size(), 1);
    QCOMPARE(pong.first().at(1).toByteArray(), QByteArray("from Qt"));
}

void TestServerWebSocket::closesForBrokenFrames_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("code");
    QTest::newRow("unmasked") << encodeFrame(Opcode::Text, "x") << 1002;
    QTest::newRow("reserved opcode") << RawClient::frame(static_cast<Opcode>(3), "x") << 1002;
    QTest::newRow("bad text") << RawClient::frame(Opcode::Text, "\xC3\x28") << 1007;
    QTest::newRow("continuation of nothing") << RawClient::frame(Opcode::Continuation, "x") << 1002;
}

void TestServerWebSocket::closesForBrokenFrames()
{
    QFETCH(QByteArray, wire);
    QFETCH(int, code);
    const ServerFixture f;
    RawClient client(f.port);
    openRaw(client);
    client.send(RawClient::frame(Opcode::Text, "good") + wire + RawClient::frame(Opcode::Text, "after"));
    QTRY_VERIFY(client.ended); // our half is closed at once; the client's socket follows
    const QByteArray good = Frame::text("good").wire();
    QVERIFY(client.got.startsWith(good));
    QCOMPARE(client.got.mid(good.size(), 4).toHex(),
             closeFrame(static_cast<quint16>(code)).toHex().replace("8802", client.got.mid(good.size(), 2).toHex()));
    QCOMPARE(f.dialect->received, QByteArrayList{"good"});
    QTRY_COMPARE(f.dialect->closedCount, 1);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
}

void TestServerWebSocket::refusesAMessageAboveTheLimit()
{
    const ServerFixture f([](ServerSettings &s) { s.limits.message = 1000; });
    QWebSocket socket;
    QSignalSpy connected(&socket, &QWebSocket::connected);
    QSignalSpy disconnected(&socket, &QWebSocket::disconnected);
    QSignalSpy text(&socket, &QWebSocket::textMessageReceived);
    socket.open(f.url(u"/ws?token=good"_s));
    QVERIFY(connected.wait());
    socket.sendTextMessage(QString(1000, u'x'));
    QTRY_COMPARE(text.size(), 1);
    socket.sendTextMessage(QString(1001, u'x'));
    QTRY_COMPARE(disconnected.size(), 1);
    QCOMPARE(static_cast<int>(socket.closeCode()), 1009);
}

void TestServerWebSocket::closesWithTheCodeOfTheDialect()
{
    const ServerFixture f;
    QWebSocket socket;
    QSignalSpy connected(&socket, &QWebSocket::connected);
    QSignalSpy disconnected(&socket, &QWebSocket::disconnected);
    socket.open(f.url(u"/ws?token=good"_s));
    QVERIFY(connected.wait());
    socket.sendTextMessage(u"close me"_s);
    QVERIFY(disconnected.wait());
    QCOMPARE(static_cast<int>(socket.closeCode()), 4001);
    QCOMPARE(socket.closeReason(), u"as you wish"_s);
    QTRY_COMPARE(f.dialect->closedCount, 1);
}

void TestServerWebSocket::answersEverythingBeforeTheClose()
{
    const ServerFixture f;
    RawClient client(f.port);
    openRaw(client);
    QByteArray wire;
    QByteArray expected;
    for (int i = 0; i < 500; ++i) {
        const QByteArray text = "m" + QByteArray::number(i);
        wire += RawClient::frame(Opcode::Text, text);
        expected += Frame::text(text).wire();
    }
    client.send(wire + RawClient::frame(Opcode::Close, closeFrame(1000, "bye").mid(2)));
    QTRY_VERIFY(client.ended);
    QCOMPARE(client.got, expected + closeFrame(1000, "bye"));
}

void TestServerWebSocket::saysNothingAfterTheClose()
{
    const ServerFixture f;
    RawClient client(f.port);
    openRaw(client);
    client.send(RawClient::frame(Opcode::Close, "") + RawClient::frame(Opcode::Text, "x") +
                RawClient::frame(Opcode::Ping, "x"));
    QTRY_VERIFY(client.ended);
    QCOMPARE(client.got, closeFrame(1000));
    QVERIFY(f.dialect->received.isEmpty());
}

void TestServerWebSocket::pingsAndDropsTheDead()
{
    const ServerFixture f([](ServerSettings &s) { s.deadlines.pingInterval = 50ms; });
    QWebSocket alive; // answers by itself
    QSignalSpy connected(&alive, &QWebSocket::connected);
    alive.open(f.url(u"/ws?token=good"_s));
    QVERIFY(connected.wait());
    RawClient dead(f.port);
    openRaw(dead);
    QTRY_VERIFY(dead.ended);
    QCOMPARE(dead.got, encodeFrame(Opcode::Ping, "").repeated(2));
    QCOMPARE(alive.state(), QAbstractSocket::ConnectedState);
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
}

void TestServerWebSocket::conflatesForASlowReader()
{
    const ServerFixture f;
    RawClient client(f.port);
    openRaw(client);
    stopReading(client);
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    // Far more than the system's buffers hold, of which only the latest per key may be kept.
    const QByteArray filling(32'768, 'x');
    constexpr int rounds = 1000;
    for (int i = 0; i < rounds; ++i) {
        f.dialect->fanOut.publish(u"all"_s, Frame::text("one " + QByteArray::number(i) + ' ' + filling), Delivery::B,
                                  u"one"_s);
        f.dialect->fanOut.publish(u"all"_s, Frame::text("two " + QByteArray::number(i) + ' ' + filling), Delivery::B,
                                  u"two"_s);
        QCoreApplication::processEvents();
    }
    f.dialect->fanOut.publish(u"all"_s, Frame::text("the end"));
    QVERIFY(f.dialect->sessions.first()->isOpen());
    // It reads again: nothing older follows something newer, and the latest of each key is among it.
    client.socket.setReadBufferSize(0);
    QObject::connect(&client.socket, &QTcpSocket::readyRead, &client.socket,
                     [&client] { client.got += client.socket.readAll(); });
    const QByteArray lastTwo = "two " + QByteArray::number(rounds - 1) + ' ';
    QTRY_VERIFY(client.got.contains(lastTwo) && client.got.endsWith(filling));
    QVERIFY(client.got.contains("one " + QByteArray::number(rounds - 1) + ' '));
    QVERIFY(client.got.contains("the end"));
    QVERIFY2(client.got.indexOf("the end") < client.got.indexOf(lastTwo), "class A goes first");
    QVERIFY(client.got.count("one ") < rounds);
    QVERIFY(f.dialect->sessions.first()->isOpen());
}

void TestServerWebSocket::closesAReaderThatNeverReads()
{
    const ServerFixture f([](ServerSettings &s) { s.deadlines.closeLinger = 200ms; });
    RawClient client(f.port);
    openRaw(client);
    stopReading(client);
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    const Frame frame = Frame::binary(QByteArray(65'536, 'x'));
    int sent = 0;
    while (!f.dialect->sessions.isEmpty() && sent < 1000) {
        f.dialect->fanOut.publish(u"all"_s, frame);
        QCoreApplication::processEvents();
        ++sent;
    }
    QVERIFY2(sent < 1000, "64 MiB were taken for a peer that does not read");
    QCOMPARE(f.server->counters().closedSlow, 1U);
    QCOMPARE(f.dialect->closedCount, 1);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0); // aborted after the linger
}

void TestServerWebSocket::abortsAPeerThatDoesNotClose()
{
    const ServerFixture f([](ServerSettings &s) { s.deadlines.closeLinger = 100ms; });
    RawClient client(f.port);
    openRaw(client);
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    f.dialect->sessions.first()->close(1008, u"go"_s);
    QTRY_COMPARE(client.got, closeFrame(1008, "go"));
    QTRY_VERIFY(client.ended);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
}

void TestServerWebSocket::publishesToTwoHundredClients()
{
    const ServerFixture f;
    constexpr int clients = 200;
    constexpr int messages = 20;
    std::vector<std::unique_ptr<QWebSocket>> sockets;
    int received = 0;
    int disordered = 0;
    for (int i = 0; i < clients; ++i) {
        auto socket = std::make_unique<QWebSocket>();
        auto next = std::make_shared<int>(0);
        QObject::connect(socket.get(), &QWebSocket::textMessageReceived, socket.get(),
                         [&received, &disordered, next](const QString &text) {
                             ++received;
                             if (text.toInt() != (*next)++)
                                 ++disordered;
                         });
        socket->open(f.url(u"/ws?token=good"_s));
        sockets.push_back(std::move(socket));
    }
    QTRY_COMPARE_WITH_TIMEOUT(f.dialect->sessions.size(), clients, 20'000);
    int encoded = 0;
    for (int i = 0; i < messages; ++i) {
        const int reached = f.dialect->fanOut.publish(u"all"_s, [&encoded, i] {
            ++encoded;
            return Frame::text(QByteArray::number(i));
        });
        QCOMPARE(reached, clients);
    }
    QTRY_COMPARE_WITH_TIMEOUT(received, clients * messages, 20'000);
    QCOMPARE(disordered, 0);
    QCOMPARE(encoded, messages);
    QCOMPARE(f.server->counters().sessionsNow, clients);
    sockets.clear();
    QTRY_COMPARE_WITH_TIMEOUT(f.server->counters().connectionsNow, 0, 20'000);
    QCOMPARE(f.server->counters().sessionsNow, 0);
    QCOMPARE(f.dialect->closedCount, clients);
    QVERIFY(f.dialect->fanOut.subscriptionCounts().isEmpty());
}

void TestServerWebSocket::stopClosesEverybody()
{
    const ServerFixture f;
    QWebSocket one;
    QWebSocket two;
    QSignalSpy oneGone(&one, &QWebSocket::disconnected);
    QSignalSpy twoGone(&two, &QWebSocket::disconnected);
    QSignalSpy text(&two, &QWebSocket::textMessageReceived);
    one.open(f.url(u"/ws?token=good"_s));
    two.open(f.url(u"/ws?token=good"_s));
    QTRY_COMPARE(f.dialect->sessions.size(), 2);
    QSignalSpy stopped(f.server.get(), &Server::stopped);
    f.dialect->fanOut.publish(u"all"_s, Frame::text("last words"));
    f.server->stop();
    QTRY_COMPARE(stopped.size(), 1);
    QTRY_COMPARE(oneGone.size(), 1);
    QTRY_COMPARE(twoGone.size(), 1);
    QCOMPARE(static_cast<int>(one.closeCode()), 1001);
    QVERIFY(one.closeReason().contains(u"retry_ms="_s));
    QCOMPARE(text.size(), 1);
    QCOMPARE(f.dialect->closedCount, 2);
}

void TestServerWebSocket::stopAbortsThoseWhoDoNotRead()
{
    const ServerFixture f([](ServerSettings &s) { s.deadlines.stopLinger = 300ms; });
    RawClient client(f.port);
    openRaw(client);
    stopReading(client);
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    for (int i = 0; i < 200 && !f.dialect->sessions.isEmpty(); ++i) {
        f.dialect->fanOut.publish(u"all"_s, Frame::binary(QByteArray(65'536, 'x')), Delivery::B, u"k"_s);
        QCoreApplication::processEvents();
    }
    QSignalSpy stopped(f.server.get(), &Server::stopped);
    f.server->stop();
    QTRY_COMPARE(stopped.size(), 1);
    QCOMPARE(f.server->counters().connectionsNow, 0);
    QCOMPARE(f.dialect->closedCount, 1);
}

void TestServerWebSocket::dropsASessionWhosePeerVanishes()
{
    const ServerFixture f;
    {
        RawClient client(f.port);
        openRaw(client);
        QTRY_COMPARE(f.dialect->sessions.size(), 1);
        client.socket.abort();
    }
    QTRY_COMPARE(f.dialect->closedCount, 1);
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
    QCOMPARE(f.server->counters().dialects.value(u"test"_s).sessionsNow, 0);
}

QTEST_GUILESS_MAIN(TestServerWebSocket)
#include "test_server_websocket.moc"
