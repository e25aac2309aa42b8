// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/GuardSocket.h"
#include "tests/net/FakeTransport.h"

#include <QTest>

using namespace tocsin;
using namespace tocsin::net;
using namespace Qt::StringLiterals;
using tocsin::test::FakeTransport;

namespace {

class Listener final : public GuardSocket::Owner
{
public:
    void guardText(const QByteArray &text) override
    {
        texts.append(text);
        if (onText)
            onText();
    }
    void guardBinary(const QByteArray &) override {}
    void guardFault(quint16, const QString &) override { ++faults; }
    void guardStalled() override { ++stalled; }
    void guardSent(quint64 count) override { messages += count; }
    void guardDrained() override {}
    void guardClosed() override {}
    void guardEnded() override {}
    QByteArrayList texts;
    std::function<void()> onText;
    int faults = 0;
    int stalled = 0;
    quint64 messages = 0;
};

/// An open session's socket whose peer reads as the test wants it.
struct Line
{
    Line()
    {
        auto owned = std::make_unique<FakeTransport>();
        transport = owned.get();
        guard = std::make_unique<GuardSocket>(1, std::move(owned),
                                              GuardSocket::Shared{settings, turns, gate, halfSent, traffic});
        open = guard->attach(&listener);
    }
    void endTurn() { QCoreApplication::processEvents(); }
    /// The peer reads again, in small steps, until nothing is left.
    void readEverything()
    {
        for (qsizetype before = -1; before != transport->taken.size();) {
            before = transport->taken.size();
            transport->drain(4096);
            endTurn();
        }
    }

    ServerSettings settings;
    TurnQueue turns;
    std::shared_ptr<InwardGauge> desk = std::make_shared<InwardGauge>();
    ReadGate gate{desk};
    HalfSent halfSent{ServerSettings().limits.halfSent};
    TrafficCounters traffic;
    Listener listener;
    FakeTransport *transport = nullptr;
    std::unique_ptr<GuardSocket> guard;
    bool open = false;
};

QByteArray clientText(const QByteArray &text)
{
    return encodeFrame(Opcode::Text, text, Masking::ZeroKey);
}

Frame named(const QByteArray &name, qsizetype size = 0)
{
    return Frame::text(name.leftJustified(size, '.'));
}

} // namespace

/// The classes on a socket that stalls, whatever carries it.
class TestDelivery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sendsEverythingInOrderWhileThePeerReads();
    void neverLetsAnAlertWaitBehindBulk_data();
    void neverLetsAnAlertWaitBehindBulk();
    void resumesWithTheLatestAndItsGaps();
    void costsLittleHoweverMuchIsSent();
    void refusesMoreOfClassAThanFits();
    void callsAPeerStalledThatTakesNothing();
    void writesOncePerTurn();
    void stopsReadingWhileTheDeskIsBehind();
    void goesOnReadingWhatMayBeAnAlert();
    void blamesNobodyForItsOwnPause();
    void readsOnToSeeThePeerOff();
    void lastsAsLongAsTheDeskNeeds();
};

void TestDelivery::sendsEverythingInOrderWhileThePeerReads()
{
    Line line;
    QVERIFY(line.open);
    line.transport->takesAtOnce = 100'000'000;
    QByteArray expected;
    const Delivery classes[] = {Delivery::C, Delivery::B, Delivery::A, Delivery::Alert};
    for (int i = 0; i < 2000; ++i) {
        const Frame frame = named(QByteArray::number(i), 500);
        QVERIFY(line.guard->send(frame, classes[i % 4], u"k"_s));
        expected += frame.wire();
    }
    line.endTurn();
    QVERIFY(line.transport->taken == expected);
    QCOMPARE(line.transport->mostUnsent, 0);
}

void TestDelivery::neverLetsAnAlertWaitBehindBulk_data()
{
    QTest::addColumn<Delivery>("bulk");
    QTest::addColumn<qsizetype>("size");
    for (const qsizetype size : {200, 20'000, 60'000}) {
        QTest::addRow("chat of %d bytes", int(size)) << Delivery::A << size;
        QTest::addRow("telemetry of %d bytes", int(size)) << Delivery::B << size;
        QTest::addRow("raw streams of %d bytes", int(size)) << Delivery::C << size;
    }
}

void TestDelivery::neverLetsAnAlertWaitBehindBulk()
{
    QFETCH(Delivery, bulk);
    QFETCH(qsizetype, size);
    Line line;
    const int count = int((bulk == Delivery::A ? 900'000 : 5'000'000) / (size + 64));
    for (int i = 0; i < count; ++i) {
        QVERIFY(line.guard->send(named("bulk", size), bulk, QString::number(i)));
        if (i % 7 == 0)
            line.endTurn();
    }
    line.endTurn();
    const qsizetype before = line.transport->taken.size();
    QVERIFY(line.guard->send(named("alert"), Delivery::Alert, {}));
    line.readEverything();
    const qsizetype at = line.transport->taken.indexOf("alert") - before;
    QVERIFY(at > 0);
    QVERIFY2(at <= 65'536, QByteArray::number(at));
    QVERIFY(line.transport->mostUnsent <= 65'536);
    QVERIFY(line.transport->taken.size() > 65'536 + size); // the bulk came too, behind it
    QCOMPARE(line.transport->taken.count("alert"), 1);
}

void TestDelivery::resumesWithTheLatestAndItsGaps()
{
    Line line;
    line.guard->setGapEncoder(
        [](const Gap &gap) { return Frame::text("gap " + gap.key.toUtf8() + ' ' + QByteArray::number(gap.frames)); });
    for (int i = 0; i < 3000; ++i) {
        QVERIFY(line.guard->send(named("speed=" + QByteArray::number(i)), Delivery::B, u"van"_s));
        QVERIFY(line.guard->send(named("imu=" + QByteArray::number(i), 1000), Delivery::C, u"imu"_s));
        QVERIFY(line.guard->send(named("chat=" + QByteArray::number(i)), Delivery::A, {}));
    }
    line.readEverything();
    const QByteArray &got = line.transport->taken;
    QVERIFY(got.contains("speed=2999") && got.contains("imu=2999")); // the latest
    QCOMPARE(got.count("gap imu "), 1);
    const int told = got.mid(got.indexOf("gap imu ") + 8).left(4).toInt();
    QVERIFY(told > 2000);
    QCOMPARE(got.count("imu=") + told, 3000); // each either came or was told to be missing
    QCOMPARE(got.count("chat="), 3000);       // and of class A nothing was lost
    qsizetype at = 0;
    for (int i = 0; i < 3000; ++i) {
        at = got.indexOf("chat=" + QByteArray::number(i), at);
        QVERIFY2(at >= 0, QByteArray::number(i));
    }
    QVERIFY(got.count("speed=") < 1000);
}

void TestDelivery::costsLittleHoweverMuchIsSent()
{
    Line line;
    qint64 most = 0;
    for (int i = 0; i < 20'000; ++i) {
        QVERIFY(line.guard->send(named("b", 700), Delivery::B, QString::number(i)));
        QVERIFY(line.guard->send(named("c", 700), Delivery::C, u"imu"_s));
        if (i % 25 == 0)
            QVERIFY(line.guard->send(named("a", 700), Delivery::A, {}));
        most = std::max(most, line.guard->backlog());
    }
    QVERIFY2(most <= 1'048'576 + 65'536, QByteArray::number(most));
}

void TestDelivery::refusesMoreOfClassAThanFits()
{
    Line line;
    int count = 0;
    while (line.guard->send(named("a", 1000), Delivery::A, {}))
        ++count;
    QVERIFY(line.guard->backlog() > 900'000);
    QVERIFY(line.guard->backlog() <= 1'048'576 + 65'536 + 1000);
    QVERIFY(count > 900);
    line.guard->dropBacklog();
    QVERIFY(line.guard->backlog() <= 65'536);
}

void TestDelivery::callsAPeerStalledThatTakesNothing()
{
    Line line;
    const auto start = GuardSocket::Clock::now();
    using namespace std::chrono_literals;
    const auto patience = line.settings.deadlines.readStall;
    line.guard->tick(start + patience + 1h);
    QCOMPARE(line.listener.stalled, 0); // nothing waits
    QVERIFY(line.guard->send(named("b", 1000), Delivery::B, {}));
    line.endTurn();
    line.guard->tick(start + patience + 1h + patience - 1ms);
    QCOMPARE(line.listener.stalled, 0);
    line.guard->tick(start + patience + 1h + patience);
    QCOMPARE(line.listener.stalled, 1);

    Line slow; // a byte now and then is a slow reader, not a dead one
    QVERIFY(slow.guard->send(named("b", 1000), Delivery::B, {}));
    slow.endTurn();
    slow.guard->tick(GuardSocket::Clock::now());
    slow.transport->drain(1);
    slow.guard->tick(GuardSocket::Clock::now() + patience - 1s);
    QCOMPARE(slow.listener.stalled, 0);
    slow.guard->tick(GuardSocket::Clock::now() + patience);
    QCOMPARE(slow.listener.stalled, 1);
}

void TestDelivery::writesOncePerTurn()
{
    Line line;
    line.transport->takesAtOnce = 100'000'000;
    const auto batch = std::make_shared<FrameBatch>(named("1"));
    QVERIFY(line.guard->join(batch));
    for (int i = 2; i <= 50; ++i)
        batch->append(named(QByteArray::number(i)));
    QVERIFY(line.transport->taken.isEmpty());
    line.endTurn();
    QCOMPARE(line.transport->taken, batch->wire());
    QCOMPARE(line.listener.messages, 50U);
    QVERIFY(!batch->takes(named("51"))); // it has left
}

void TestDelivery::stopsReadingWhileTheDeskIsBehind()
{
    Line line;
    line.guard->read({});
    QVERIFY(line.transport->reading);
    // Each message is one more for the desk, which has room for three.
    line.desk->add(4093, 0);
    line.listener.onText = [&line] { line.desk->add(1, 0); };
    line.transport->receive(clientText("1") + clientText("2") + clientText("3") + clientText("4") +
                            clientText("5").left(3));
    QCOMPARE(line.listener.texts, (QByteArrayList{"1", "2", "3"})); // in the middle of what came
    QVERIFY(!line.transport->reading);
    line.desk->add(-2047, 0); // one more than half
    line.gate.poll();
    line.endTurn();
    QVERIFY(!line.transport->reading);
    line.desk->add(-1, 0);
    line.gate.poll();
    line.endTurn();
    QVERIFY(line.transport->reading);
    line.transport->receive(clientText("5").mid(3));
    QCOMPARE(line.listener.texts, (QByteArrayList{"1", "2", "3", "4", "5"})); // nothing was lost, nothing came twice
    // Large things count by their size.
    line.desk->add(-2000, 16'777'216);
    line.transport->receive(clientText("6"));
    QVERIFY(!line.transport->reading);
    line.desk->add(0, -8'388'608);
    QTRY_VERIFY(line.transport->reading); // it looks by itself
    QCOMPARE(line.listener.texts.last(), QByteArray("6"));
    QCOMPARE(line.gate.closings(), 2U);
}

void TestDelivery::goesOnReadingWhatMayBeAnAlert()
{
    Line line;
    line.guard->read({});
    line.guard->setUrgent();
    line.desk->add(100'000, 100'000'000);
    line.transport->receive(clientText("panic"));
    QCOMPARE(line.listener.texts, QByteArrayList{"panic"});
    QVERIFY(line.transport->reading);
}

void TestDelivery::blamesNobodyForItsOwnPause()
{
    using namespace std::chrono_literals;
    Line line;
    line.guard->read({});
    line.transport->receive(clientText("half").left(4)); // a message that has begun
    line.desk->add(5'000, 0);
    line.transport->receive(clientText("half").mid(4));
    QVERIFY(!line.transport->reading);
    line.guard->pingSent();
    line.guard->pingSent();
    line.guard->tick(GuardSocket::Clock::now() + 1h);
    QCOMPARE(line.guard->unansweredPings(), 0);
    QCOMPARE(line.listener.faults, 0);
    line.desk->add(-5'000, 0);
    line.gate.poll();
    line.endTurn();
    QCOMPARE(line.listener.texts, QByteArrayList{"half"});
}

void TestDelivery::readsOnToSeeThePeerOff()
{
    Line line;
    line.guard->read({});
    line.desk->add(5'000, 0);
    line.transport->receive(clientText("too much"));
    QVERIFY(!line.transport->reading);
    line.guard->write("HTTP/1.1 101\r\n\r\n"); // as Qt does
    line.guard->write(QByteArray("\x88\x00", 2));
    line.guard->close();
    line.endTurn();
    QVERIFY(line.transport->reading); // for the peer's Close
    QVERIFY(line.listener.texts.isEmpty());
    QCOMPARE(line.gate.waiting(), std::size_t(0));
    Line gone;
    gone.guard->read({});
    gone.desk->add(5'000, 0);
    gone.transport->receive(clientText("x"));
    QCOMPARE(gone.gate.waiting(), std::size_t(1));
    gone.guard.reset();
    QCOMPARE(gone.gate.waiting(), std::size_t(0));
}

void TestDelivery::lastsAsLongAsTheDeskNeeds()
{
    // Several lines at one gate: first come, first served, and what closes it again leaves the others waiting.
    const auto desk = std::make_shared<InwardGauge>();
    ReadGate gate(desk, {10, 1'000'000});
    struct Sender final : ReadGate::Waiter
    {
        void readAgain() override
        {
            desk->add(4, 0);
            ++turns;
            if (turns < 3)
                gate->wait(this);
        }
        InwardGauge *desk = nullptr;
        ReadGate *gate = nullptr;
        int turns = 0;
    };
    Sender senders[4];
    desk->add(10, 0);
    QVERIFY(!gate.isOpen());
    for (Sender &sender : senders) {
        sender.desk = desk.get();
        sender.gate = &gate;
        gate.wait(&sender);
    }
    gate.poll();
    QCOMPARE(senders[0].turns, 0);
    for (int round = 0; round < 20 && gate.waiting() > 0; ++round) {
        desk->add(-desk->items(), 0); // the desk takes all of it
        gate.poll();
        QVERIFY(desk->items() <= 12);
        for (const Sender &sender : senders)
            QVERIFY(senders[0].turns - sender.turns <= 1);
    }
    for (const Sender &sender : senders)
        QCOMPARE(sender.turns, 3);
}

QTEST_GUILESS_MAIN(TestDelivery)
#include "test_delivery.moc"
