// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FanOut.h"
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

    void keepsOrderWhileTheReaderKeepsUp();
    void conflatesOnlyClassBAndOnlyBehind();
    void sendsClassAFirstOnceBehind();
    void overflowsWithClassA();
    void boundsClassBWithoutKeys();
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

void TestFanOut::keepsOrderWhileTheReaderKeepsUp()
{
    SendQueue queue({});
    QCOMPARE(queue.push("b1", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("a1", Delivery::A, {}, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("b2", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.take(0), (QByteArrayList{"b1", "a1", "b2"}));
    QVERIFY(queue.isEmpty());
    QVERIFY(queue.take(0).isEmpty());
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
    QVERIFY(queue.take(behind).isEmpty());
    QCOMPARE(queue.take(0), (QByteArrayList{"a1", "a2", "b2", "c1"}));
    QVERIFY(queue.isEmpty());
    // Caught up: every frame goes again.
    QCOMPARE(queue.push("b3", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("b4", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.take(0), (QByteArrayList{"b3", "b4"}));
}

void TestFanOut::sendsClassAFirstOnceBehind()
{
    SendQueue queue({});
    QCOMPARE(queue.push(kib(64), Delivery::A, {}, 0), SendQueue::Result::Queued); // now 64 KiB are ready
    QCOMPARE(queue.push("b", Delivery::B, u"k"_s, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.push("a", Delivery::A, {}, 0), SendQueue::Result::Queued);
    QCOMPARE(queue.waitingBytes(), 65'536 + 2);
    QCOMPARE(queue.take(0), QByteArrayList{kib(64)}); // never more than that at once
    QCOMPARE(queue.take(65'536 - 1), QByteArrayList{"a"});
    QCOMPARE(queue.take(0), QByteArrayList{"b"});
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
        QCOMPARE(queue.push(kib(1), Delivery::A, {}, behind), SendQueue::Result::Queued);
    QCOMPARE(queue.push(kib(1), Delivery::A, {}, behind), SendQueue::Result::Queued); // exactly 1 MiB waits
    QCOMPARE(queue.push(kib(1), Delivery::A, {}, behind), SendQueue::Result::Overflow);
}

void TestFanOut::boundsClassBWithoutKeys()
{
    SendQueue queue({});
    const qsizetype behind = 65'536;
    for (int i = 0; i < 2000; ++i)
        (void)queue.push(kib(1, static_cast<char>('a' + i % 20)), Delivery::B, {}, behind);
    QVERIFY(queue.waitingBytes() <= 1'048'576);
    QCOMPARE(queue.take(0).first().front(), 'a' + (2000 - 1024) % 20); // the oldest went
}

void TestFanOut::keepsOnlyTheLatestPongWhenBehind()
{
    SendQueue queue({});
    queue.pushPong("p1", 0);
    queue.pushPong("p2", 0);
    QCOMPARE(queue.take(0), (QByteArrayList{"p1", "p2"}));
    queue.pushPong("p3", 65'536);
    queue.pushPong("p4", 65'536);
    QCOMPARE(queue.take(0), QByteArrayList{"p4"});
}

void TestFanOut::sendsTheLastFrameLast()
{
    SendQueue queue({});
    (void)queue.push("a", Delivery::A, {}, 65'536);
    (void)queue.push("b", Delivery::B, u"k"_s, 65'536);
    queue.pushLast("close");
    QCOMPARE(queue.take(0), (QByteArrayList{"a", "b", "close"}));
    QVERIFY(queue.isEmpty());
}

QTEST_GUILESS_MAIN(TestFanOut)
#include "test_fan_out.moc"
