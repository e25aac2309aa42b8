// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FanOut.h"
#include "server/net/FrameBatch.h"
#include "server/net/SendQueue.h"
#include "tests/net/FakeSession.h"

#include <QTest>

#include <memory>

using namespace tocsin;
using namespace tocsin::net;
using namespace Qt::StringLiterals;
using tocsin::test::FakeSession;

namespace {

QByteArray kib(qsizetype count, char fill = 'x')
{
    return QByteArray(count * 1024, fill);
}

/// What may go when the transport still holds `unsent` bytes.
QByteArrayList taken(SendQueue &queue, qsizetype unsent, const GapEncoder *encodeGap = nullptr)
{
    QByteArrayList chunks;
    queue.take(unsent, chunks, encodeGap);
    return chunks;
}

const GapEncoder tellGap = [](const Gap &gap) {
    return Frame::text(gap.key.toUtf8() + ' ' + QByteArray::number(gap.frames) + ' ' + QByteArray::number(gap.bytes));
};

constexpr qsizetype full = 65'536; ///< what a transport holds when it takes no more

} // namespace

class TestFanOut : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void encodesOnceAndOnlyForListeners();
    void subscribesOnce();
    void forgetsSessionsThatCloseOrGo();
    void survivesChangesWhilePublishing();
    void passesDeliveryOn();
    void leavesInConstantTimeWithoutMixingUp();
    void publishesTheFramesOfATurnAsOnePiece();
    void keepsOrderAroundABatch();
    void keepsABatchFromThoseWhoComeLater();

    void keepsOrderWhileTheReaderKeepsUp();
    void conflatesOnlyClassBAndOnlyBehind();
    void sendsClassAFirstOnceBehind();
    void sendsTheClassesInOrderOnceBehind();
    void handsOutNoMoreThanFits();
    void overflowsWithClassA();
    void boundsClassBWithoutKeys();
    void overwritesTheOldestOfClassC();
    void tellsTheGapsOfClassC();
    void boundsAllClassesTogether();
    void chargesTinyFrames();
    void keepsOnlyTheLatestPongWhenBehind();
    void sendsTheLastFrameLast();
};

void TestFanOut::encodesOnceAndOnlyForListeners()
{
    FanOut fanOut;
    int encoded = 0;
    const auto encode = [&encoded] {
        ++encoded;
        return Frame::text("x");
    };
    QCOMPARE(fanOut.publish(u"t"_s, encode), 0);
    QCOMPARE(encoded, 0);
    FakeSession one;
    FakeSession two;
    FakeSession other;
    QVERIFY(fanOut.subscribe(&one, u"t"_s));
    QVERIFY(fanOut.subscribe(&two, u"t"_s));
    QVERIFY(fanOut.subscribe(&other, u"u"_s));
    QCOMPARE(fanOut.publish(u"t"_s, encode), 2);
    QCOMPARE(encoded, 1);
    QCOMPARE(one.sent.size(), 1);
    QCOMPARE(two.sent.size(), 1);
    QVERIFY(other.sent.isEmpty());
    QCOMPARE(one.sent.first().frame.wire().constData(), two.sent.first().frame.wire().constData()); // shared
    QCOMPARE(fanOut.publish(u"t"_s, encode, Delivery::A, {}, [&](const Session *s) { return s != &one; }), 1);
    QCOMPARE(one.sent.size(), 1);
    QCOMPARE(fanOut.publish(u"t"_s, encode, Delivery::A, {}, [](const Session *) { return false; }), 0);
    QCOMPARE(encoded, 2);
}

void TestFanOut::subscribesOnce()
{
    FanOut fanOut;
    FakeSession session;
    QVERIFY(fanOut.subscribe(&session, u"t"_s));
    QVERIFY(!fanOut.subscribe(&session, u"t"_s));
    QVERIFY(fanOut.subscribe(&session, u"u"_s));
    QCOMPARE(fanOut.topicsOf(&session), (QStringList{u"t"_s, u"u"_s}));
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("x")), 1);
    QCOMPARE(fanOut.subscriptionCounts(), (QHash<QString, int>{{u"t"_s, 1}, {u"u"_s, 1}}));
    QVERIFY(fanOut.unsubscribe(&session, u"t"_s));
    QVERIFY(!fanOut.unsubscribe(&session, u"t"_s));
    QVERIFY(fanOut.unsubscribe(&session, u"u"_s));
    QVERIFY(fanOut.subscriptionCounts().isEmpty());
    session.open = false;
    QVERIFY(!fanOut.subscribe(&session, u"t"_s));
}

void TestFanOut::forgetsSessionsThatCloseOrGo()
{
    FanOut fanOut;
    FakeSession closing;
    auto going = std::make_unique<FakeSession>();
    for (Session *session : {static_cast<Session *>(&closing), static_cast<Session *>(going.get())}) {
        QVERIFY(fanOut.subscribe(session, u"t"_s));
        QVERIFY(fanOut.subscribe(session, u"u"_s));
    }
    closing.close(1000, {});
    QCOMPARE(fanOut.subscriberCount(u"t"_s), 1);
    going.reset();
    QVERIFY(fanOut.subscriptionCounts().isEmpty());
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("x")), 0);
}

void TestFanOut::survivesChangesWhilePublishing()
{
    FanOut fanOut;
    auto one = std::make_unique<FakeSession>();
    auto two = std::make_unique<FakeSession>();
    FakeSession late;
    QVERIFY(fanOut.subscribe(one.get(), u"t"_s));
    QVERIFY(fanOut.subscribe(two.get(), u"t"_s));
    one->onSend = [&] {
        two.reset(); // a session that goes while its turn is still to come
        fanOut.subscribe(&late, u"t"_s);
    };
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("x")), 1);
    QVERIFY(late.sent.isEmpty());
    one->onSend = nullptr;
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("y")), 2);
}

void TestFanOut::passesDeliveryOn()
{
    FanOut fanOut;
    FakeSession session;
    QVERIFY(fanOut.subscribe(&session, u"t"_s));
    fanOut.publish(u"t"_s, Frame::text("x"), Delivery::B, u"vehicle-1"_s);
    QCOMPARE(session.sent.first().delivery, Delivery::B);
    QCOMPARE(session.sent.first().conflationKey, u"vehicle-1"_s);
}

void TestFanOut::leavesInConstantTimeWithoutMixingUp()
{
    FanOut fanOut;
    std::vector<std::unique_ptr<FakeSession>> sessions;
    for (int i = 0; i < 100; ++i) {
        sessions.push_back(std::make_unique<FakeSession>());
        QVERIFY(fanOut.subscribe(sessions.back().get(), u"t"_s));
        QVERIFY(fanOut.subscribe(sessions.back().get(), i % 2 == 0 ? u"even"_s : u"odd"_s));
    }
    for (int i = 0; i < 100; i += 3) { // from both ends and the middle
        (void)fanOut.unsubscribe(sessions.at(static_cast<std::size_t>(i)).get(), u"t"_s);
        fanOut.unsubscribeAll(sessions.at(static_cast<std::size_t>(99 - i)).get());
    }
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("x")), fanOut.subscriberCount(u"t"_s));
    QCOMPARE(fanOut.publish(u"even"_s, Frame::text("y")), fanOut.subscriberCount(u"even"_s));
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        const bool onT = i % 3 != 0 && (99 - i) % 3 != 0;
        const bool onEven = i % 2 == 0 && (99 - i) % 3 != 0;
        QCOMPARE(fanOut.isSubscribed(sessions.at(i).get(), u"t"_s), onT);
        QCOMPARE(sessions.at(i)->sent.size(), (onT ? 1 : 0) + (onEven ? 1 : 0));
    }
    sessions.clear();
    QVERIFY(fanOut.subscriptionCounts().isEmpty());
}

void TestFanOut::publishesTheFramesOfATurnAsOnePiece()
{
    FanOut fanOut;
    FakeSession one;
    FakeSession two;
    FakeSession apart; // one that has no room: it is sent frame by frame
    one.joins = two.joins = true;
    for (FakeSession *session : {&one, &two, &apart})
        QVERIFY(fanOut.subscribe(session, u"t"_s));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(fanOut.publish(u"t"_s, Frame::text(QByteArray::number(i))), 3);
    QCOMPARE(one.batches.size(), std::size_t(1));
    QCOMPARE(one.batches.front(), two.batches.front());
    QCOMPARE(one.batches.front()->wire(), Frame::text("0").wire() + Frame::text("1").wire() + Frame::text("2").wire());
    QCOMPARE(one.batches.front()->frames(), 3U);
    QVERIFY(one.sent.isEmpty());
    QCOMPARE(apart.sent.size(), 3);
    one.batches.front()->seal(); // written
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("3")), 3);
    QCOMPARE(one.batches.size(), std::size_t(2));
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text(kib(32))), 3); // too large to gather
    QCOMPARE(one.sent.size(), 1);
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text(kib(31))), 3);
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text(kib(31))), 3); // the piece before has no room for it
    QCOMPARE(one.batches.size(), std::size_t(3));
}

void TestFanOut::keepsOrderAroundABatch()
{
    SendQueue queue({});
    const auto batch = std::make_shared<FrameBatch>(Frame::text("1"));
    QVERIFY(queue.join(batch, false, 0));
    batch->append(Frame::text("2"));
    QVERIFY(batch->takes(Frame::text("4")));
    QCOMPARE(queue.push("3", Delivery::A, {}, 0), SendQueue::Result::Queued);
    QVERIFY(!batch->takes(Frame::text("4"))); // what comes now belongs behind "3"
    QCOMPARE(taken(queue, 0), (QByteArrayList{Frame::text("1").wire() + Frame::text("2").wire(), "3"}));
    QCOMPARE(queue.takeBatchedMessages(), 2U);
    QCOMPARE(queue.takeBatchedMessages(), 0U);
    QVERIFY(!queue.join(std::make_shared<FrameBatch>(Frame::text("5")), false, 40'000)); // no room kept free
    QVERIFY(queue.push("late", Delivery::A, {}, full) == SendQueue::Result::Queued);
    QVERIFY(!queue.join(std::make_shared<FrameBatch>(Frame::text("6")), false, 0)); // it would overtake
    // One piece for those with permessage-deflate, another for those without.
    SendQueue plain({});
    SendQueue packed({});
    const Frame large = Frame::text(QByteArray(4'000, 'x'));
    const auto both = std::make_shared<FrameBatch>(large);
    QVERIFY(plain.join(both, false, 0) && packed.join(both, true, 0));
    both->append(large);
    QCOMPARE(taken(plain, 0), QByteArrayList{large.wire() + large.wire()});
    QCOMPARE(taken(packed, 0), QByteArrayList{large.compressedWire() + large.compressedWire()});
}

void TestFanOut::keepsABatchFromThoseWhoComeLater()
{
    FanOut fanOut;
    FakeSession first;
    FakeSession late;
    first.joins = late.joins = true;
    QVERIFY(fanOut.subscribe(&first, u"t"_s));
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("1")), 1);
    QVERIFY(fanOut.subscribe(&late, u"t"_s));
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("2")), 2);
    QCOMPARE(late.batches.size(), std::size_t(1));
    QCOMPARE(late.batches.front()->wire(), Frame::text("2").wire());
    QVERIFY(fanOut.unsubscribe(&first, u"t"_s));
    QCOMPARE(fanOut.publish(u"t"_s, Frame::text("3")), 1);
    QCOMPARE(first.batches.back()->wire(), Frame::text("2").wire());
}

void TestFanOut::keepsOrderWhileTheReaderKeepsUp()
{
    SendQueue queue({});
    QCOMPARE(queue.push("b1", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("a1", Delivery::A, {}, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("b2", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(taken(queue, 0), (QByteArrayList{"b1", "a1", "b2"}));
    QVERIFY(queue.isEmpty());
    QVERIFY(taken(queue, 0).isEmpty());
}

void TestFanOut::conflatesOnlyClassBAndOnlyBehind()
{
    SendQueue queue({});
    const qsizetype behind = 65'536;
    QCOMPARE(queue.push("b1", Delivery::B, u"k"_s, behind), SendQueue::Result::Queued);
    QCOMPARE(queue.push("c1", Delivery::B, u"l"_s, behind), SendQueue::Result::Queued);
    QCOMPARE(queue.push("b2", Delivery::B, u"k"_s, behind), SendQueue::Result::Conflated);
    QCOMPARE(queue.push("a1", Delivery::A, u"k"_s, behind), SendQueue::Result::Queued);
    QCOMPARE(queue.push("a2", Delivery::A, u"k"_s, behind), SendQueue::Result::Queued);
    QVERIFY(taken(queue, behind).isEmpty());
    QCOMPARE(taken(queue, 0), (QByteArrayList{"a1", "a2", "b2", "c1"}));
    QVERIFY(queue.isEmpty());
    // Caught up: every frame goes again.
    QCOMPARE(queue.push("b3", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("b4", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(taken(queue, 0), (QByteArrayList{"b3", "b4"}));
}

void TestFanOut::sendsClassAFirstOnceBehind()
{
    SendQueue queue({});
    QCOMPARE(queue.push(kib(64), Delivery::A, {}, 0), SendQueue::Result::Queued); // now 64 KiB are ready
    QCOMPARE(queue.push("b", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("a", Delivery::A, {}, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.waitingBytes(), 65'536 + 2);
    QCOMPARE(taken(queue, 0), QByteArrayList{kib(64)}); // never more than that at once
    QCOMPARE(taken(queue, 65'536 - 1), QByteArrayList{"a"});
    QCOMPARE(taken(queue, 0), QByteArrayList{"b"});
}

void TestFanOut::overflowsWithClassA()
{
    SendQueue queue({});
    const qsizetype behind = 65'536;
    // One frame may be larger than the whole allowance; it is the next one that is too many.
    QCOMPARE(queue.push(kib(2048), Delivery::A, {}, behind), SendQueue::Result::Queued);
    QCOMPARE(queue.push("a", Delivery::A, {}, behind), SendQueue::Result::Overflow);
    QCOMPARE(queue.push("b", Delivery::B, u"k"_s, behind), SendQueue::Result::Queued);
    queue.dropBacklog();
    QVERIFY(queue.isEmpty());
    for (int i = 0; i < 1024; ++i)
        QCOMPARE(queue.push(QByteArray(1024 - 64, 'x'), Delivery::A, {}, behind), SendQueue::Result::Queued);
    // exactly 1 MiB waits
    QCOMPARE(queue.push(kib(1), Delivery::Alert, {}, behind), SendQueue::Result::Queued);
    QCOMPARE(queue.push(kib(1), Delivery::A, {}, behind), SendQueue::Result::Overflow);
    QCOMPARE(queue.push("a", Delivery::Alert, {}, behind), SendQueue::Result::Overflow);
}

void TestFanOut::boundsClassBWithoutKeys()
{
    SendQueue queue({});
    for (int i = 0; i < 2000; ++i)
        (void)queue.push(QByteArray(1024 - 64, static_cast<char>('a' + i % 20)), Delivery::B, {}, full);
    QVERIFY(queue.waitingBytes() <= 262'144);
    QCOMPARE(taken(queue, 0).first().front(), static_cast<char>('a' + (2000 - 256) % 20)); // the oldest went
}

void TestFanOut::sendsTheClassesInOrderOnceBehind()
{
    SendQueue queue({});
    for (const char *round : {"1", "2"}) {
        QCOMPARE(queue.push(QByteArray("raw") + round, Delivery::C, u"r"_s, full), SendQueue::Result::Queued);
        (void)queue.push(QByteArray("telemetry") + round, Delivery::B, u"k"_s, full);
        QCOMPARE(queue.push(QByteArray("chat") + round, Delivery::A, {}, full), SendQueue::Result::Queued);
        QCOMPARE(queue.push(QByteArray("alert") + round, Delivery::Alert, {}, full), SendQueue::Result::Queued);
    }
    QCOMPARE(taken(queue, 0), (QByteArrayList{"alert1", "alert2", "chat1", "chat2", "telemetry2", "raw1", "raw2"}));
    QVERIFY(queue.isEmpty());
}

void TestFanOut::handsOutNoMoreThanFits()
{
    SendQueue queue({});
    for (int i = 0; i < 100; ++i)
        QCOMPARE(queue.push(kib(10), Delivery::A, {}, full), SendQueue::Result::Queued);
    QCOMPARE(taken(queue, 0).size(), 6);         // 60 of 64 KiB
    QCOMPARE(taken(queue, 60 * 1024).size(), 0); // the next would not fit
    QCOMPARE(taken(queue, 54 * 1024).size(), 1); // exactly
    QCOMPARE(queue.push("alert", Delivery::Alert, {}, 60 * 1024), SendQueue::Result::Queued);
    QCOMPARE(taken(queue, 60 * 1024), QByteArrayList{"alert"}); // past all bulk
    SendQueue large({});
    QCOMPARE(large.push(kib(500), Delivery::A, {}, 0), SendQueue::Result::Queued);
    QCOMPARE(taken(large, 0).size(), 1); // larger than everything: it goes when nothing else is under way
}

void TestFanOut::overwritesTheOldestOfClassC()
{
    SendQueue queue({});
    for (int i = 0; i < 1000; ++i)
        (void)queue.push(QByteArray::number(i).rightJustified(1024 - 64), Delivery::C, u"imu"_s, full);
    QCOMPARE(queue.waitingBytes(), 256 * (1024 - 64));
    const QByteArrayList first = taken(queue, 0);
    QCOMPARE(first.first().trimmed(), QByteArray("744")); // without an encoder nothing tells of the loss
    QCOMPARE(first.at(1).trimmed(), QByteArray("745"));
}

void TestFanOut::tellsTheGapsOfClassC()
{
    SendQueue queue({});
    const QByteArray frame(1024 - 64, 'x');
    for (int i = 0; i < 300; ++i)
        (void)queue.push(frame, Delivery::C, i % 3 == 0 ? u"gps"_s : u"imu"_s, full);
    // 44 were overwritten: every third from the first on is of the one, the others of the other.
    QByteArrayList out = taken(queue, 0, &tellGap);
    QCOMPARE(out.value(0), Frame::text("gps 15 14400").wire());
    QCOMPARE(out.value(1), Frame::text("imu 29 27840").wire());
    QCOMPARE(out.value(2), frame);
    // Told once; what is lost from here on is a new gap.
    QCOMPARE(queue.push(frame, Delivery::C, u"imu"_s, full), SendQueue::Result::Queued);
    out = taken(queue, 0, &tellGap);
    QCOMPARE(out.value(0), frame);
    for (int i = 0; i < 300; ++i)
        (void)queue.push(frame, Delivery::C, u"imu"_s, full);
    QVERIFY(taken(queue, 0, &tellGap).value(0) != frame);
}

void TestFanOut::boundsAllClassesTogether()
{
    SendQueue queue({});
    const QByteArray frame(1024 - 64, 'x');
    for (int i = 0; i < 2000; ++i) {
        (void)queue.push(frame, Delivery::C, u"raw"_s, full);
        (void)queue.push(frame, Delivery::B, {}, full);
    }
    int a = 0;
    while (queue.push(frame, Delivery::A, {}, full) != SendQueue::Result::Overflow) {
        ++a;
        QVERIFY(queue.waitingBytes() <= 1'048'576);
    }
    QCOMPARE(a, 1025); // class A has all of it in the end
    queue.dropBacklog();
    QVERIFY(queue.isEmpty());
}

void TestFanOut::chargesTinyFrames()
{
    SendQueue queue({});
    int a = 0;
    while (queue.push("x", Delivery::A, {}, full) != SendQueue::Result::Overflow)
        ++a;
    QVERIFY(a <= 1'048'576 / 64);
    SendQueue raw({});
    for (int i = 0; i < 100'000; ++i)
        (void)raw.push("x", Delivery::C, {}, full);
    QVERIFY(raw.waitingBytes() <= 262'144 / 64);
}

void TestFanOut::keepsOnlyTheLatestPongWhenBehind()
{
    SendQueue queue({});
    queue.pushPong("p1", 0);
    queue.pushPong("p2", 0);
    QCOMPARE(taken(queue, 0), (QByteArrayList{"p1", "p2"}));
    queue.pushPong("p3", 65'536);
    queue.pushPong("p4", 65'536);
    QCOMPARE(taken(queue, 0), QByteArrayList{"p4"});
}

void TestFanOut::sendsTheLastFrameLast()
{
    SendQueue queue({});
    (void)queue.push("a", Delivery::A, {}, 65'536);
    (void)queue.push("b", Delivery::B, u"k"_s, 65'536);
    queue.pushLast("close");
    QCOMPARE(taken(queue, 0), (QByteArrayList{"a", "b", "close"}));
    QVERIFY(queue.isEmpty());
}

QTEST_GUILESS_MAIN(TestFanOut)
#include "test_fan_out.moc"
