// SPDX-License-Identifier: GPL-3.0-or-later
// What a peer that sends too much, or takes nothing, may cost: no turn of the loop for itself, no memory without end.
#include "server/net/FrontDoor.h"
#include "server/net/GuardSocket.h"
#include "server/net/HttpConnection.h"
#include "tests/net/FakeTransport.h"
#include "tests/net/ServerFixture.h"

#include <QTest>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 everything = 1LL << 40;

/// A guard whose upgrade is done; its owner echoes.
class Guarded final : public GuardSocket::Owner
{
public:
    /// `deaf`: takes nothing until it is told to, and little may wait for it.
    explicit Guarded(bool deaf = false)
    {
        auto owned = std::make_unique<FakeTransport>();
        wire = owned.get();
        if (deaf)
            settings.limits.unsent = settings.limits.waitingA = 1000;
        else
            wire->takesAtOnce = everything;
        guard = std::make_unique<GuardSocket>(1, std::move(owned),
                                              GuardSocket::Shared{settings, turns, gate, halfSent, traffic});
        [[maybe_unused]] const bool open = guard->attach(this);
        guard->read({});
    }
    void guardText(const QByteArray &utf8) override { guardBinary(utf8); }
    void guardBinary(const QByteArray &payload) override
    {
        got.append(payload);
        if (echoes)
            refused = refused || !guard->send(Frame::binary(payload), Delivery::A, {});
    }
    void guardFault(quint16 code, const QString &) override { faults.append(code); }
    void guardStalled() override { faults.append(CloseCode::Slow); }
    void guardSent(quint64) override {}
    void guardDrained() override {}
    void guardClosed() override {}
    void guardEnded() override { ended = true; }

    ServerSettings settings;
    TurnQueue turns;
    ReadGate gate{std::make_shared<InwardGauge>()};
    HalfSent halfSent{ServerSettings().limits.halfSent};
    TrafficCounters traffic;
    QByteArrayList got;
    QList<int> faults;
    bool echoes = false;
    bool refused = false;
    bool ended = false;
    FakeTransport *wire = nullptr;
    std::unique_ptr<GuardSocket> guard;
};

QByteArray numbered(int count)
{
    QByteArray wire;
    for (int i = 0; i < count; ++i)
        wire += RawClient::frame(Opcode::Text, QByteArray::number(i));
    return wire;
}

QByteArrayList numbers(int count)
{
    QByteArrayList list;
    for (int i = 0; i < count; ++i)
        list.append(QByteArray::number(i));
    return list;
}

/// One HTTP connection of the test dialect.
class Called final : public HttpConnection::Owner
{
public:
    explicit Called(bool deaf = false)
        : router(std::make_shared<OneTokenAuthorizer>(), Posture::Open)
        , door(router, settings)
    {
        auto owned = std::make_unique<TestDialect>();
        dialect = owned.get();
        router.add(std::move(owned));
        auto transport = std::make_unique<FakeTransport>();
        wire = transport.get();
        if (!deaf)
            wire->takesAtOnce = everything;
        HttpConnection::Arrival arrival;
        arrival.peer = {transport->peerAddress(), transport->peerPort()};
        arrival.since = HttpConnection::Clock::now();
        arrival.transport = std::move(transport);
        connection = std::make_unique<HttpConnection>(
            std::move(arrival), HttpConnection::Shared{door, settings, halfSent, counters, *this}, nullptr);
        connection->start();
    }
    void httpUpgraded(HttpConnection *, Judgement, std::unique_ptr<Transport>, QByteArray) override {}
    void httpEnded(HttpConnection *) override { ended = true; }
    [[nodiscard]] bool httpClientIs(HttpConnection *, const QHostAddress &) override { return true; }

    ServerSettings settings;
    HalfSent halfSent{settings.limits.halfSent};
    ServerCounters counters;
    Router router;
    FrontDoor door;
    TestDialect *dialect = nullptr;
    bool ended = false;
    FakeTransport *wire = nullptr;
    std::unique_ptr<HttpConnection> connection;
};

const QByteArray get = "GET /http/a HTTP/1.1\r\nHost: localhost\r\n\r\n";

} // namespace

class TestFloods : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesAFewMessagesPerTurn();
    void takesOneLargeMessagePerTurn();
    void takesAFewPingsPerTurn();
    void goesOnWhereItStopped();
    void forgetsTheRestAfterAFault();
    void readsNoMoreThanIsAnsweredToADeafPeer();
    void givesUpADeafPeer();
    void answersAFewRequestsPerTurn();
    void answersNoMoreThanIsTaken();
    void givesUpARequesterThatTakesNothing();
    void doesNotCallADeafRequesterSlowBefore();
    void keepsNoBufferBetweenRequests();
    void whatIsHalfSentIsBoundedInAll();
};

void TestFloods::takesAFewMessagesPerTurn()
{
    Guarded g;
    g.wire->receive(numbered(9000));
    QVERIFY2(g.got.size() < 200, qPrintable(QString::number(g.got.size())));
    QVERIFY(!g.wire->reading); // or the system's buffer would be emptied into ours
    const qsizetype before = g.got.size();
    QCoreApplication::sendPostedEvents();
    QVERIFY(g.got.size() > before);
    QVERIFY(g.got.size() < before + 200);
    QTRY_COMPARE(g.got, numbers(9000));
    QTRY_VERIFY(g.wire->reading);
}

void TestFloods::takesOneLargeMessagePerTurn()
{
    Guarded g;
    const QByteArray large(2'000'000, 'x');
    QByteArray wire = RawClient::frame(Opcode::Binary, large) + RawClient::frame(Opcode::Binary, large);
    g.wire->receive(wire);
    QCOMPARE(g.got.size(), 1);
    QTRY_COMPARE(g.got.size(), 2);
}

void TestFloods::takesAFewPingsPerTurn()
{
    Guarded g;
    QByteArray wire;
    for (int i = 0; i < 5000; ++i)
        wire += RawClient::frame(Opcode::Ping, "p");
    g.wire->receive(wire + numbered(1));
    QVERIFY(g.got.isEmpty());
    for (int turn = 0; turn < 20; ++turn)
        QCoreApplication::sendPostedEvents();
    QVERIFY(g.got.isEmpty());
    QTRY_COMPARE(g.got, numbers(1));
}

void TestFloods::goesOnWhereItStopped()
{
    // Cut anywhere, also inside a frame, and with more coming while the rest waits.
    const QByteArray wire = numbered(500);
    for (const qsizetype cut : {1, 500, 997, 2000}) {
        Guarded g;
        g.wire->receive(wire.first(cut));
        g.wire->receive(wire.sliced(cut));
        QTRY_COMPARE(g.got, numbers(500));
        QTRY_VERIFY(g.wire->reading);
    }
}

void TestFloods::forgetsTheRestAfterAFault()
{
    Guarded g;
    g.wire->receive(numbered(300) + RawClient::frame(static_cast<Opcode>(3), "x") + numbered(300));
    QTRY_COMPARE(g.faults, QList<int>{1002});
    QCOMPARE(g.got, numbers(300));
    g.guard->kill();
    QTRY_VERIFY(g.ended);
}

void TestFloods::readsNoMoreThanIsAnsweredToADeafPeer()
{
    Guarded g(true);
    g.echoes = true;
    const QByteArray large = RawClient::frame(Opcode::Binary, QByteArray(20'000, 'x'));
    for (int i = 0; i < 3; ++i)
        g.wire->receive(large);
    for (int turn = 0; turn < 10; ++turn)
        QCoreApplication::sendPostedEvents();
    QCOMPARE(g.got.size(), 1); // the others wait in the system's buffer or in what was read already
    QVERIFY(!g.wire->reading);
    QVERIFY(!g.refused);
    g.wire->drain(everything);
    QTRY_COMPARE(g.got.size(), 2);
    g.wire->drain(everything);
    QTRY_COMPARE(g.got.size(), 3);
    g.wire->drain(everything);
    QTRY_VERIFY(g.wire->reading);
    QVERIFY(!g.refused);
}

void TestFloods::givesUpADeafPeer()
{
    Guarded g(true);
    g.echoes = true;
    g.wire->receive(RawClient::frame(Opcode::Binary, QByteArray(20'000, 'x')).repeated(2));
    QCoreApplication::sendPostedEvents();
    QVERIFY(!g.wire->reading);
    const auto now = GuardSocket::Clock::now();
    g.guard->tick(now + 15s);
    QCOMPARE(g.faults, QList<int>());
    g.wire->drain(1000); // slow is not deaf
    g.guard->tick(now + 19s);
    QCOMPARE(g.faults, QList<int>());
    g.guard->tick(now + 30s);
    QCOMPARE(g.faults, QList<int>{4008});
}

void TestFloods::answersAFewRequestsPerTurn()
{
    Called c;
    c.wire->receive(get.repeated(500));
    QVERIFY2(c.dialect->requests.size() <= 32, qPrintable(QString::number(c.dialect->requests.size())));
    QVERIFY(!c.wire->reading);
    QTRY_COMPARE(c.dialect->requests.size(), 500);
    QTRY_VERIFY(c.wire->reading);
    QCOMPARE(c.wire->written().count("HTTP/1.1 200"), 500);
}

void TestFloods::answersNoMoreThanIsTaken()
{
    Called c(true);
    const QByteArray wordy = "GET /http/" + QByteArray(4000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const QByteArray block = wordy.repeated(16);
    for (int i = 0; i < 10; ++i)
        c.wire->receive(block);
    for (int turn = 0; turn < 50; ++turn)
        QCoreApplication::sendPostedEvents();
    QVERIFY2(c.wire->unsent() < 100'000, qPrintable(QString::number(c.wire->unsent())));
    QVERIFY(!c.wire->reading);
    for (int i = 0; i < 100 && c.dialect->requests.size() < 160; ++i) {
        c.wire->drain(everything);
        QCoreApplication::sendPostedEvents();
        QVERIFY(c.wire->unsent() < 100'000);
    }
    QCOMPARE(c.dialect->requests.size(), 160);
}

void TestFloods::givesUpARequesterThatTakesNothing()
{
    Called c(true);
    c.wire->receive(get);
    QVERIFY(c.wire->unsent() > 0);
    const auto now = HttpConnection::Clock::now();
    c.connection->tick(now + 29s);
    QVERIFY(!c.ended);
    c.connection->tick(now + 31s);
    QVERIFY(c.ended);
    QVERIFY(!c.wire->open);
}

void TestFloods::doesNotCallADeafRequesterSlowBefore()
{
    Called c(true);
    const QByteArray wordy = "GET /http/" + QByteArray(4000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    c.wire->receive(wordy.repeated(40));
    for (int turn = 0; turn < 10; ++turn)
        QCoreApplication::sendPostedEvents();
    QVERIFY(!c.wire->reading);
    c.connection->tick(HttpConnection::Clock::now() + 10s); // its requests are here; it is we who wait
    QVERIFY(!c.wire->written().contains("HTTP/1.1 408"));
    while (c.wire->unsent() > 0) {
        c.wire->drain(everything);
        QCoreApplication::sendPostedEvents();
    }
    QCOMPARE(c.dialect->requests.size(), 40);
}

void TestFloods::keepsNoBufferBetweenRequests()
{
    RequestParser parser({32'768, 100});
    const QByteArray body(60'000, 'b');
    parser.append("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + body);
    QCOMPARE(parser.advance(), RequestParser::State::Head);
    parser.setBodyLimit(100'000);
    QCOMPARE(parser.advance(), RequestParser::State::Complete);
    QCOMPARE(parser.takeBody(), body);
    parser.next();
    QCOMPARE(parser.reserved(), 0);
    parser.append(get);
    QCOMPARE(parser.advance(), RequestParser::State::Head);
}

/// Whoever began first is given up, be it a message or a body; who came later gets through.
void TestFloods::whatIsHalfSentIsBoundedInAll()
{
    constexpr qsizetype size = 400'000;
    const ServerFixture f([](ServerSettings &settings) { settings.limits.halfSent = 1'000'000; });
    const QByteArray message = RawClient::frame(Opcode::Binary, QByteArray(size, 'x'));
    const auto half = [&] {
        auto client = std::make_unique<RawClient>(f.port, RawClient::upgrade("/ws?token=good"));
        [&] { QTRY_VERIFY(client->got.endsWith("\r\n\r\n")); }();
        client->got.clear();
        client->send(message.chopped(1));
        return client;
    };
    const auto handed = [](const RawClient &client) { return client.socket.bytesToWrite() == 0; };
    const auto first = half();
    QTRY_VERIFY(handed(*first));
    RawClient body(f.port, "POST /http?token=good HTTP/1.1\r\nHost: x\r\nContent-Length: " + QByteArray::number(size) +
                               "\r\n\r\n" + QByteArray(size - 1, 'x'));
    QTRY_VERIFY(handed(body));
    QVERIFY(first->got.isEmpty());
    const auto third = half();
    QTRY_VERIFY(first->got.startsWith("\x88") && first->got.mid(2).startsWith("\x03\xf5")); // Close, 1013
    QVERIFY(body.got.isEmpty());
    const auto fourth = half();
    QTRY_COMPARE(body.status(), 503);
    QVERIFY(third->got.isEmpty());
    for (const auto &client : {third.get(), fourth.get()}) {
        client->send(message.right(1));
        QTRY_VERIFY(client->got.size() >= size);
    }
}

QTEST_GUILESS_MAIN(TestFloods)
#include "test_floods.moc"
