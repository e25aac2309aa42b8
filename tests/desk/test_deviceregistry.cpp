// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/desk/DeviceRegistry.h"
#include "server/desk/Ledger.h"
#include "tests/desk/Fakes.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
constexpr TimePoint start{1'700'000'000s};
const Actor adapter{Actor::Kind::Device, QStringLiteral("sim"), {}, {}};

Device deviceOf(const QString &id)
{
    Device device;
    device.id = id;
    return device;
}
} // namespace

/// Device records and presence, and the durable state that consumers start from.
class TestDeviceRegistry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anUnknownDeviceIsGuessedByWhatItTells_data()
    {
        QTest::addColumn<QString>("channel");
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("kind");
        QTest::newRow("engine") << channel::EngineRpm << QStringLiteral("dialect4") << QStringLiteral("vehicle");
        QTest::newRow("speed over dialect 1")
            << channel::Speed << QStringLiteral("dialect1") << QStringLiteral("vehicle");
        QTest::newRow("motor") << channel::MotorRpm << QStringLiteral("sim:rig") << QStringLiteral("hardware");
        QTest::newRow("satellites") << channel::Satellites << QStringLiteral("serial:gps")
                                    << QStringLiteral("receiver");
        QTest::newRow("phone") << channel::BatteryLevel << QStringLiteral("dialect5") << QStringLiteral("phone");
        QTest::newRow("anything") << QStringLiteral("x") << QStringLiteral("y") << QStringLiteral("other");
    }
    void anUnknownDeviceIsGuessedByWhatItTells()
    {
        QFETCH(QString, channel);
        QFETCH(QString, source);
        QFETCH(QString, kind);
        DeviceRegistry registry;
        Reading reading = readingOf(QStringLiteral("d"), channel, 1.0, start);
        reading.source = source;
        const auto heard = registry.heard(reading, start);
        QVERIFY(heard.known);
        QCOMPARE(toString(heard.introduced->kind), kind);
        QCOMPARE(heard.introduced->simulated, source.startsWith(QStringLiteral("sim:")));
        QVERIFY(!registry.heard(reading, start).introduced);
    }

    void thereIsRoomForSoMany()
    {
        DeviceLimits limits;
        limits.devices = 2;
        DeviceRegistry registry(limits);
        const auto heard = [&registry](const QString &id) {
            return registry.heard(readingOf(id, channel::Speed, 1.0, start), start).known;
        };
        QVERIFY(heard(QStringLiteral("a")));
        QVERIFY(heard(QStringLiteral("b")));
        QVERIFY(!heard(QStringLiteral("c")));
        QVERIFY(heard(QStringLiteral("a")));
        QVERIFY(!heard(QString()));
        QCOMPARE(registry.put(deviceOf(QStringLiteral("c")), adapter, start).outcome.code,
                 QStringLiteral("overloaded"));
    }

    void presenceFollowsTheClock()
    {
        DeviceRegistry registry;
        const Reading reading = readingOf(QStringLiteral("a"), channel::Speed, 1.0, start);
        (void)registry.heard(reading, start);
        (void)registry.put(deviceOf(QStringLiteral("never heard")), adapter, start);
        const auto at = [&registry](Duration after) {
            registry.tick(start + after);
            const auto changes = registry.takeChanges();
            return changes.isEmpty() ? QString() : toString(changes.first().presence);
        };
        QCOMPARE(at(0s), QStringLiteral("online"));
        QCOMPARE(at(89s), QString());
        QCOMPARE(at(90s), QStringLiteral("stale"));
        QCOMPARE(at(299s), QString());
        QCOMPARE(at(300s), QStringLiteral("offline"));
        QCOMPARE(at(24h), QString());
    }

    void presenceIsRestored()
    {
        DeviceRegistry registry;
        registry.restore({deviceOf(QStringLiteral("a")), deviceOf(QStringLiteral("b"))},
                         {{QStringLiteral("a"), Presence::Online, start - 2min}}, start);
        for (const DevicePresence &presence : registry.presence())
            QCOMPARE(toString(presence.presence),
                     presence.deviceId == QStringLiteral("a") ? QStringLiteral("stale") : QStringLiteral("unknown"));
    }

    void anAdapterIntroducesItselfWithoutTakingAnythingAway()
    {
        DeviceRegistry registry;
        Device van = deviceOf(QStringLiteral("van"));
        van.name = QStringLiteral("Unit 07");
        van.deviceClass = QStringLiteral("Delivery van");
        van.kind = DeviceKind::Vehicle;
        van.owners = {QStringLiteral("dana")};
        QVERIFY(registry.put(van, operatorOf(QStringLiteral("M. Ortiz")), start).changed);
        Device self = deviceOf(QStringLiteral("van"));
        self.owners = {QStringLiteral("amir")};
        const auto result = registry.put(self, adapter, start + 1h);
        QCOMPARE(result.changed->name, QStringLiteral("Unit 07"));
        QCOMPARE(result.changed->deviceClass, QStringLiteral("Delivery van"));
        QCOMPARE(result.changed->owners, (QStringList{QStringLiteral("dana"), QStringLiteral("amir")}));
        QVERIFY(result.changed->firstSeen == start);
        QVERIFY(!registry.put(self, adapter, start + 2h).outcome.changed);
        Device emptied = deviceOf(QStringLiteral("van"));
        QVERIFY(registry.put(emptied, operatorOf(QStringLiteral("M. Ortiz")), start).changed->owners.isEmpty());
    }

    void theLedgerKeepsWhatASnapshotMayHold()
    {
        Ledger ledger({});
        qint64 seq = 0;
        Alert alert;
        for (int i = 0; i < 600; ++i) {
            alert.id = QString::number(i);
            alert.acked = i >= 10;
            alert.cond = i >= 10 ? AlertCondition::Clear : AlertCondition::Active;
            alert.raisedAt = start + i * 1s;
            ledger.apply({++seq, start, {}, {}, AlertChange{AlertVerb::Raise, {}, {}, alert}});
        }
        for (int i = 0; i < 300; ++i) {
            ChatMessage message;
            message.id = QString::number(i);
            message.thread = QStringLiteral("user/dana");
            message.at = start + i * 1s;
            ledger.apply({++seq, start, {}, {}, message});
        }
        const DeskSnapshot snapshot = ledger.snapshot();
        QCOMPARE(snapshot.seq, seq);
        QCOMPARE(snapshot.alerts.size(), 510);
        QCOMPARE(snapshot.alerts.at(0).id, QStringLiteral("0"));
        QCOMPARE(snapshot.alerts.at(10).id, QStringLiteral("599")); // the newest closed one
        QCOMPARE(snapshot.messages.size(), 200);
        QCOMPARE(snapshot.messages.first().id, QStringLiteral("100"));
        const DeskSnapshot again = Ledger(snapshot).snapshot();
        QVERIFY(again.messages == snapshot.messages);
        QCOMPARE(again.alerts.size(), snapshot.alerts.size());
    }

    void whoIsSilentIsMissedInTimeAfterTheClockWasSetBack()
    {
        DeviceRegistry registry;
        TimePoint now = start;
        (void)registry.heard(readingOf(QStringLiteral("van-1"), QStringLiteral("x"), 1.0, now), now);
        (void)registry.heard(readingOf(QStringLiteral("van-2"), QStringLiteral("x"), 1.0, now), now);
        now += 60s;
        registry.tick(now);
        now -= 1h;
        (void)registry.heard(readingOf(QStringLiteral("van-2"), QStringLiteral("x"), 1.0, now), now);
        const auto presenceOf = [&registry](const char *id) {
            return registry.presenceOf(QString::fromLatin1(id)).presence;
        };
        registry.tick(now + 29s);
        QVERIFY(presenceOf("van-1") == Presence::Online);
        registry.tick(now + 30s); // 90 s
        QVERIFY(presenceOf("van-1") == Presence::Stale);
        QVERIFY(presenceOf("van-2") == Presence::Online);

        DeviceRegistry next; // started under a clock that was set back meanwhile
        const Device van = *registry.find(QStringLiteral("van-1"));
        next.restore({van}, {{van.id, Presence::Unknown, now + 1h}}, now);
        next.tick(now + 90s);
        QVERIFY(next.presenceOf(van.id).presence == Presence::Stale);
    }

    void theLedgerForgetsTheLeastRecentThread()
    {
        Ledger ledger({});
        for (int i = 0; i <= Ledger::threadsKept; ++i) {
            ChatMessage message;
            message.thread = chatThreadOfUser(QString::number(i));
            message.at = start + i * 1s;
            ledger.apply({i + 1, start, {}, {}, message});
        }
        const DeskSnapshot snapshot = ledger.snapshot();
        QCOMPARE(snapshot.messages.size(), Ledger::threadsKept);
        QCOMPARE(snapshot.messages.first().thread, QStringLiteral("user/1"));
    }
};

QTEST_GUILESS_MAIN(TestDeviceRegistry)
#include "test_deviceregistry.moc"
