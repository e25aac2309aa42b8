// SPDX-License-Identifier: GPL-3.0-or-later
// Dialect 3 where the outside cannot reach: slow readers, orders and their outcomes, who may what.
#include "tests/dialects/HardwareRig.h"

#include <QtTest>

using namespace tocsin;
using namespace tocsin::hardware;
using namespace std::chrono_literals;

namespace {

QJsonObject frame(const char *type, const QJsonObject &data = {})
{
    return {{QStringLiteral("type"), QLatin1String(type)}, {QStringLiteral("data"), data}};
}

QJsonObject subscription(double hz, const char *mode, const char *device = "van-1")
{
    return frame("subscribe_telemetry", {{QStringLiteral("device_id"), QLatin1String(device)},
                                         {QStringLiteral("frequency_hz"), hz},
                                         {QStringLiteral("mode"), QLatin1String(mode)}});
}

QList<double> values(const QList<QJsonObject> &frames, const QString &key = QStringLiteral("motor.rpm"))
{
    QList<double> found;
    for (const QJsonObject &one : frames)
        found.append(one.value(QLatin1String("data")).toObject().value(key).toDouble());
    return found;
}

qint64 skipped(const QList<QJsonObject> &frames)
{
    qint64 sum = 0;
    for (const QJsonObject &one : frames)
        sum += one.value(QLatin1String("data")).toObject().value(QLatin1String("_skipped")).toInteger();
    return sum;
}

} // namespace

class TestHardware : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fullRepeatsWhatIsKnown();
    void deltaHasWhatChangedSinceItWasSent();
    void aSlowReaderIsSkippedAndTold();
    void aReaderThatIsGivenUpLeavesNothingBehind();
    void aStreamComesBackToItsClient();
    void memoryOfTheGoneIsBounded();
    void anOrderIsToldToItsAskerAlone();
    void anOrderThatCannotBeSentInTimeIsTakenBack();
    void thePenaltyGrows();
    void comingAndGoingIsTold();
    void aStreamEndsWithTheRight();

    void noMessageLeaks_data();
    void noMessageLeaks();
};

void TestHardware::fullRepeatsWhatIsKnown()
{
    Rig rig;
    const auto session = rig.connect();
    session->say(subscription(100, "full"));
    QCOMPARE(session->takeOne().value(QLatin1String("success")), true);
    rig.pass(1s);
    QVERIFY(session->take().isEmpty()); // nothing is known yet
    rig.sample(QStringLiteral("van-1"), 1);
    QCOMPARE(values(session->take()), QList<double>{1}); // at once
    rig.pass(10s);
    const QList<QJsonObject> repeated = session->take();
    QVERIFY(std::abs(repeated.size() - 1000) <= 1);
    QCOMPARE(skipped(repeated), 0);
    const double sentAt = repeated.last().value(QLatin1String("_sent_at")).toDouble();
    QVERIFY(std::abs(sentAt - epochSeconds(rig.now)) < 0.011); // of the sending
    QCOMPARE(repeated.last().value(QLatin1String("data")).toObject().value(QLatin1String("_timestamp")).toDouble(),
             epochSeconds(rig.now - 10s)); // of the sample

    // Slower than the device: the newest, at the rate.
    session->say(
        frame("set_stream_mode", {{QStringLiteral("stream_id"), repeated.last().value(QLatin1String("stream_id"))},
                                  {QStringLiteral("frequency_hz"), 10}}));
    QCOMPARE(session->takeOne().value(QLatin1String("frequency_hz")), 10);
    for (int i = 0; i < 1000; ++i) {
        rig.pass(1ms);
        rig.sample(QStringLiteral("van-1"), i);
    }
    QVERIFY(std::abs(session->take().size() - 10) <= 2);
}

void TestHardware::deltaHasWhatChangedSinceItWasSent()
{
    Rig rig;
    rig.sample(QStringLiteral("van-1"), 1, QStringLiteral("a"));
    const auto session = rig.connect();
    session->say(subscription(100, "delta"));
    (void)session->take();
    const auto keys = [&] {
        QStringList found;
        for (const QJsonObject &one : session->take()) {
            for (const QString &key : one.value(QLatin1String("data")).toObject().keys()) {
                if (!key.startsWith(QLatin1Char('_')))
                    found.append(key);
            }
        }
        return found;
    };
    rig.pass(20ms);
    QCOMPARE(keys(), QStringList{QStringLiteral("a")}); // what was known before
    rig.pass(1s);
    QVERIFY(keys().isEmpty());
    rig.sample(QStringLiteral("van-1"), 2, QStringLiteral("b"));
    QCOMPARE(keys(), QStringList{QStringLiteral("b")});
    rig.pass(100ms);
    rig.sample(QStringLiteral("van-1"), 2, QStringLiteral("b"));
    QVERIFY(keys().isEmpty());
    // What a slow reader was not sent is still a change when it reads again.
    session->behind = true;
    rig.pass(100ms);
    rig.sample(QStringLiteral("van-1"), 5, QStringLiteral("a"));
    rig.pass(100ms);
    rig.sample(QStringLiteral("van-1"), 6, QStringLiteral("b"));
    rig.pass(1s);
    session->behind = false;
    rig.pass(20ms);
    QCOMPARE(keys(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
}

void TestHardware::aSlowReaderIsSkippedAndTold()
{
    Rig rig;
    const auto slow = rig.connect();
    const auto other = rig.connect();
    for (const char *mode : {"full", "sampled"}) {
        slow->say(subscription(100, mode));
        other->say(subscription(100, mode));
        (void)slow->take();
        (void)other->take();
        rig.sample(QStringLiteral("van-1"), -1);
        rig.pass(15ms);
        (void)slow->take();
        (void)other->take();
        slow->behind = true;
        for (int i = 0; i < 100; ++i) {
            rig.pass(10ms);
            rig.sample(QStringLiteral("van-1"), i);
        }
        QVERIFY(slow->take().isEmpty());
        const QList<QJsonObject> all = other->take();
        for (int i = 0; i < 100; ++i)
            QVERIFY(values(all).contains(i)); // nobody else waits
        slow->behind = false;
        rig.pass(20ms);
        const QList<QJsonObject> then = slow->take();
        QVERIFY(!then.isEmpty());
        QCOMPARE(values(then).first(), 99.0); // the newest
        QVERIFY2(std::abs(skipped(then) - 100) <= 2, qPrintable(QString::number(skipped(then))));
        QVERIFY(std::all_of(slow->deliveries.cbegin() + 1, slow->deliveries.cend(),
                            [](net::Delivery d) { return d == net::Delivery::C || d == net::Delivery::A; }));
        slow->say(frame("unsubscribe_telemetry"));
        other->say(frame("unsubscribe_telemetry"));
        (void)slow->take();
        (void)other->take();
    }
}

void TestHardware::aReaderThatIsGivenUpLeavesNothingBehind()
{
    Rig rig;
    auto session = rig.connect();
    const auto other = rig.connect();
    for (const char *mode : {"full", "sampled", "delta"}) {
        session->say(subscription(100, mode));
        other->say(subscription(100, mode));
    }
    (void)other->take();
    session->closesOnSend = true;
    rig.sample(QStringLiteral("van-1"), 1); // closes in the middle of publishing
    QCOMPARE(session->closeCode, 4008);
    QCOMPARE(other->take().size(), 3);
    session.reset();
    auto third = rig.connect();
    third->say(subscription(100, "full"));
    third->closesOnSend = true;
    rig.pass(20ms); // and in the middle of a tick
    QCOMPARE(third->closeCode, 4008);
    QCOMPARE(rig.dialect->metrics().first().value, 3.0);
    third.reset();
    rig.pass(1s);
}

void TestHardware::aStreamComesBackToItsClient()
{
    Rig rig(Posture::Secure);
    const Principal dora = somebody(QStringLiteral("dora"), Role::Dispatcher);
    const auto named = [](QJsonObject message) {
        message.insert(QStringLiteral("client_id"), QStringLiteral("panel"));
        return message;
    };
    auto session = rig.connect(dora);
    session->say(named(subscription(25, "delta")));
    const QString first = session->takeOne().value(QLatin1String("stream_id")).toString();
    QVERIFY(first.startsWith(QLatin1String("panel_van-1_")));
    session->say(named(subscription(5, "sampled", "van-2")));
    (void)session->take();
    session.reset();

    const QJsonObject resume = named(frame("subscribe_telemetry", {{QStringLiteral("resume"), true}}));
    // Somebody else with the same client id has nothing to resume.
    const auto stranger = rig.connect(somebody(QStringLiteral("sam"), Role::Supervisor));
    stranger->say(resume);
    QCOMPARE(stranger->takeOne().value(QLatin1String("resumed")).toArray().size(), 0);

    auto again = rig.connect(dora);
    again->say(resume);
    const QJsonObject answer = again->takeOne();
    QCOMPARE(answer.value(QLatin1String("stream_id")), first);
    QCOMPARE(answer.value(QLatin1String("mode")), QLatin1String("delta"));
    QCOMPARE(answer.value(QLatin1String("frequency_hz")), 25);
    QCOMPARE(answer.value(QLatin1String("resumed")).toArray().size(), 2);
    rig.sample(QStringLiteral("van-2"), 4);
    QCOMPARE(values(again->take()), QList<double>{4});

    again.reset();
    rig.pass(5min, 1min);
    const auto late = rig.connect(dora);
    late->say(resume);
    QCOMPARE(late->takeOne().value(QLatin1String("resumed")).toArray().size(), 0);
}

void TestHardware::memoryOfTheGoneIsBounded()
{
    StreamMemory memory;
    const Principal who = somebody(QStringLiteral("dora"), Role::Dispatcher);
    const TimePoint start = fromEpochMillis(0);
    for (int i = 0; i < 1500; ++i)
        memory.put(who, QString::number(i), {{QStringLiteral("s"), {}}}, start + Duration(i));
    QCOMPARE(memory.size(), StreamMemory::most);
    QVERIFY(memory.take(who, QStringLiteral("499"), start).isEmpty());
    QCOMPARE(memory.take(who, QStringLiteral("1499"), start).size(), 1);
    QVERIFY(memory.take(who, QStringLiteral("1499"), start).isEmpty()); // once
}

void TestHardware::anOrderIsToldToItsAskerAlone()
{
    Rig rig;
    const auto asker = rig.connect();
    const auto other = rig.connect();
    const QJsonObject order = frame(
        "device_command", {{QStringLiteral("device_id"), QStringLiteral("van-1")},
                           {QStringLiteral("command"), QJsonObject{{QStringLiteral("action"), QStringLiteral("stop")}}},
                           {QStringLiteral("timeout"), 2.5},
                           {QStringLiteral("retries"), 1}});
    const auto issue = [&] {
        asker->say(order);
        return rig.desk.requests.last().id;
    };
    Command command;
    command.deviceId = QStringLiteral("van-1");
    const auto response = [&](CommandState state, const QByteArray &said, const QString &error) {
        command.state = state;
        command.response = said;
        command.error = error;
        rig.tell(command);
        const QJsonObject told = asker->takeOne();
        return told.value(QLatin1String("type")) == QLatin1String("command_response") &&
                       told.value(QLatin1String("command_id")) == command.id
                   ? QJsonDocument(
                         QJsonArray{told.value(QLatin1String("status")), told.value(QLatin1String("response"))})
                         .toJson(QJsonDocument::Compact)
                   : QJsonDocument(told).toJson(QJsonDocument::Compact);
    };
    // The desk's answer first, or the event first: it is told as queued once.
    for (const bool eventFirst : {false, true}) {
        const QString request = issue();
        QCOMPARE(rig.desk.asked<IssueCommand>().last().timeout, 2500ms);
        QCOMPARE(rig.desk.asked<IssueCommand>().last().retries, 1);
        command.id = eventFirst ? QStringLiteral("c2") : QStringLiteral("c1");
        command.state = CommandState::Queued;
        if (!eventFirst)
            rig.desk.answer(Outcome::done(command.id));
        rig.tell(command, request);
        if (eventFirst)
            rig.desk.answer(Outcome::done(command.id));
        const QJsonObject queued = asker->takeOne();
        QCOMPARE(queued.value(QLatin1String("command_id")), command.id);
        QCOMPARE(queued.value(QLatin1String("queued")), true);
        QVERIFY(queued.value(QLatin1String("type")) != QLatin1String("command_response"));
        command.state = CommandState::Sent;
        rig.tell(command);
        QVERIFY(asker->take().isEmpty());
        QCOMPARE(response(CommandState::Succeeded, "7", {}), QByteArray(R"(["success",7])"));
        rig.tell(command); // late, and again
        QVERIFY(asker->take().isEmpty());
    }
    const auto next = [&](const char *id) {
        (void)issue();
        command.id = QLatin1String(id);
        rig.desk.answer(Outcome::done(command.id));
        (void)asker->take();
    };
    next("c3");
    QCOMPARE(response(CommandState::Failed, {}, QStringLiteral("Jammed.")),
             QByteArray(R"(["error",{"error":"Jammed."}])"));
    next("c4");
    QCOMPARE(response(CommandState::TimedOut, {}, QStringLiteral("No answer.")),
             QByteArray(R"(["timeout",{"error":"Command timeout"}])"));
    next("c5");
    QCOMPARE(response(CommandState::Canceled, {}, {}), QByteArray(R"(["error",{"error":"Command canceled"}])"));
    next("c6");
    QCOMPARE(response(CommandState::Unknown, {}, {}), QByteArray(R"(["error",{"error":"Outcome unknown"}])"));
    (void)issue();
    rig.desk.answer(Outcome::refused(QStringLiteral("offline"), QStringLiteral("It is away.")));
    QCOMPARE(asker->takeOne().value(QLatin1String("error")), QLatin1String("It is away."));
    QVERIFY(other->take().isEmpty());
}

void TestHardware::anOrderThatCannotBeSentInTimeIsTakenBack()
{
    Rig rig;
    DialectOptions options;
    options.clock = [&rig] { return rig.now; };
    HardwareCommands commands(options, {rig.mirror, rig.latest, rig.sink, rig.desk, rig.archive});
    QSignalSpy finished(&commands, &HardwareCommands::finished);
    IssueCommand order;
    order.deviceId = QStringLiteral("van-1");
    order.action = QStringLiteral("stop");
    order.timeout = 1s;
    order.retries = 1;
    for (const char *id : {"c1", "c2"}) {
        commands.issue(1, {}, order);
        rig.desk.answer(Outcome::done(QLatin1String(id)));
    }
    Command sent;
    sent.id = QStringLiteral("c2");
    sent.state = CommandState::Sent;
    rig.tell(sent);
    rig.now += 1999ms;
    commands.tick();
    QVERIFY(rig.desk.asked<CancelCommand>().isEmpty());
    rig.now += 1ms;
    commands.tick();
    commands.tick();
    QCOMPARE(rig.desk.asked<CancelCommand>().size(), 1); // once, and not the one that is under way
    QCOMPARE(rig.desk.asked<CancelCommand>().first().commandId, QStringLiteral("c1"));
    Command canceled;
    canceled.id = QStringLiteral("c1");
    canceled.state = CommandState::Canceled;
    rig.tell(canceled);
    QCOMPARE(finished.size(), 1);
    QCOMPARE(finished.first().at(3), QStringLiteral("timeout"));
    QCOMPARE(finished.first().at(4).toJsonValue(),
             QJsonValue(QJsonObject{{QStringLiteral("error"), QStringLiteral("Command timeout")}}));
    // The event of the other is lost for good: its asker hears that, and nothing is kept.
    rig.now += 10min;
    commands.tick();
    QCOMPARE(finished.size(), 2);
    QCOMPARE(finished.last().at(3), QStringLiteral("error"));
    QCOMPARE(commands.waiting(), 0);
}

void TestHardware::thePenaltyGrows()
{
    HardwareDialect::Limits limits;
    limits.messagesPerWindow = 3;
    Rig rig(Posture::Open, limits);
    const auto session = rig.connect();
    const QJsonObject ask = frame("get_device_list");
    const auto flood = [&] {
        QList<QJsonObject> refused;
        for (int i = 0; i < 5; ++i) {
            session->say(ask);
            const QJsonObject told = session->takeOne();
            if (told.value(QLatin1String("type")) == QLatin1String("rate_limit"))
                refused.append(told);
        }
        return refused;
    };
    for (const int seconds : {60, 120, 180, 240, 300, 300}) {
        const QList<QJsonObject> refused = flood();
        QCOMPARE(refused.size(), 2);
        QCOMPARE(refused.first().value(QLatin1String("retry_after_ms")).toInteger(), seconds * 1000);
        session->say(frame("ping")); // does not count
        QCOMPARE(session->takeOne().value(QLatin1String("type")), QLatin1String("pong"));
        rig.now += std::chrono::seconds(seconds) - 1ms;
        session->say(ask);
        QCOMPARE(session->takeOne().value(QLatin1String("type")), QLatin1String("rate_limit"));
        rig.now += 1ms;
    }
    QVERIFY(session->isOpen());
}

void TestHardware::comingAndGoingIsTold()
{
    Rig rig(Posture::Secure);
    const auto staff = rig.connect(somebody(QStringLiteral("dora"), Role::Dispatcher));
    const auto anna = rig.connect(somebody(QStringLiteral("anna"), Role::Citizen));
    const auto types = [](FakeSession &session) {
        QStringList found;
        for (const QJsonObject &one : session.take())
            found.append(one.value(QLatin1String("type")).toString() + QLatin1Char(' ') +
                         one.value(QLatin1String("data")).toObject().value(QLatin1String("device_id")).toString());
        return found;
    };
    rig.mirror.applyPresence({{QStringLiteral("van-1"), Presence::Stale, rig.now}});
    QVERIFY(types(*staff).isEmpty());
    rig.mirror.applyPresence(
        {{QStringLiteral("van-1"), Presence::Offline, rig.now}, {QStringLiteral("van-2"), Presence::Offline, rig.now}});
    QCOMPARE(types(*staff),
             (QStringList{QStringLiteral("device_disconnected van-1"), QStringLiteral("device_disconnected van-2")}));
    QCOMPARE(types(*anna), QStringList{QStringLiteral("device_disconnected van-1")}); // hers alone
    rig.mirror.applyPresence({{QStringLiteral("van-1"), Presence::Online, rig.now}});
    QCOMPARE(types(*staff), QStringList{QStringLiteral("device_connected van-1")});
    QCOMPARE(types(*anna), QStringList{QStringLiteral("device_connected van-1")});

    // One that an adapter carries goes with the adapter.
    Device gps = vehicleOf(QStringLiteral("gps-1"));
    gps.source = QStringLiteral("serial:gps-1");
    Event event;
    event.seq = rig.mirror.seq() + 1;
    event.body = gps;
    rig.mirror.apply({event});
    AdapterStatus adapter;
    adapter.adapterId = QStringLiteral("gps-1");
    adapter.state = AdapterStatus::State::Running;
    rig.dialect->setAdapters({adapter});
    rig.mirror.applyPresence({{QStringLiteral("gps-1"), Presence::Online, rig.now}});
    QCOMPARE(types(*staff), QStringList{QStringLiteral("device_connected gps-1")});
    adapter.state = AdapterStatus::State::Waiting;
    adapter.error = QStringLiteral("The port is gone.");
    rig.dialect->setAdapters({adapter});
    QCOMPARE(types(*staff),
             (QStringList{QStringLiteral("device_error gps-1"), QStringLiteral("device_disconnected gps-1")}));
    rig.dialect->setAdapters({adapter}); // nothing new
    QVERIFY(types(*staff).isEmpty());
    QVERIFY(anna->take().isEmpty());
}

void TestHardware::aStreamEndsWithTheRight()
{
    Rig rig(Posture::Secure);
    const auto anna = rig.connect(somebody(QStringLiteral("anna"), Role::Citizen));
    anna->say(subscription(10, "sampled"));
    (void)anna->take();
    rig.sample(QStringLiteral("van-1"), 1);
    QCOMPARE(values(anna->take()), QList<double>{1});
    Event event;
    event.seq = rig.mirror.seq() + 1;
    event.body = vehicleOf(QStringLiteral("van-1"), {QStringLiteral("ben")});
    rig.mirror.apply({event});
    QCOMPARE(anna->takeOne().value(QLatin1String("error")), QLatin1String("Device van-1 not found"));
    rig.sample(QStringLiteral("van-1"), 2);
    rig.pass(1s);
    QVERIFY(anna->take().isEmpty());
}

void TestHardware::noMessageLeaks_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < messages.size(); ++i)
        QTest::addRow("%s", QByteArray(messages[i].type.data(), qsizetype(messages[i].type.size())).constData())
            << int(i);
}

/// role × message × own, owned, foreign and unknown device, from the tables that the server uses.
void TestHardware::noMessageLeaks()
{
    QFETCH(int, index);
    const HardwareRule &rule = messages[std::size_t(index)];
    for (const world::Person &person : world::people) {
        for (const char *device : world::vehicles) {
            Rig rig(Posture::Secure);
            const auto session = rig.connect(world::principalOf(person));
            const auto witness = rig.connect(somebody(QStringLiteral("root"), Role::Admin));
            const QString id = QLatin1String(device);
            session->say(
                frame(QByteArray(rule.type.data(), qsizetype(rule.type.size())).constData(),
                      {{QStringLiteral("device_id"), id},
                       {QStringLiteral("active_only"), false},
                       {QStringLiteral("stream_id"), QStringLiteral("x")},
                       {QStringLiteral("command"), QJsonObject{{QStringLiteral("action"), QStringLiteral("stop")}}}}));
            const bool watch = world::isRight(person, Act::WatchVehicle, id, true);
            const bool order = world::isRight(person, Act::CommandDevice, id, true) && id != QLatin1String("unknown");
            const QByteArray what = QByteArray(person.id) + " on " + device;
            QVERIFY2(rig.desk.requests.size() == (rule.message == Message::Command && order ? 1 : 0), what);
            QVERIFY2(witness->take().isEmpty(), what);
            const QJsonObject told = rule.message == Message::Command && order ? QJsonObject() : session->takeOne();
            const QString error = told.value(QLatin1String("error")).toString();
            switch (rule.message) {
            case Message::Subscribe:
            case Message::DeviceStatus:
                QVERIFY2(error == (watch ? QString() : QStringLiteral("Device %1 not found").arg(id)), what);
                break;
            case Message::Command:
                if (!order)
                    QVERIFY2(error == (watch ? QStringLiteral("Access denied")
                                             : QStringLiteral("Device %1 not found").arg(id)),
                             what);
                break;
            case Message::DeviceList: {
                QStringList listed;
                for (const QJsonValueConstRef one : told.value(QLatin1String("devices")).toArray())
                    listed.append(one.toObject().value(QLatin1String("device_id")).toString());
                for (const char *one : {"van-1", "van-2"})
                    QVERIFY2(listed.contains(QLatin1String(one)) ==
                                 world::isRight(person, Act::WatchVehicle, QLatin1String(one), true),
                             what);
                break;
            }
            case Message::Relay:
                QVERIFY2(error == QLatin1String("Access denied"), what);
                break;
            case Message::SetMode:
            case Message::Unsubscribe:
                QVERIFY2(error == QLatin1String("Stream not found or unauthorized"), what);
                break;
            case Message::Ping:
                QVERIFY2(told.value(QLatin1String("type")) == QLatin1String("pong"), what);
                break;
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestHardware)
#include "test_hardware.moc"
