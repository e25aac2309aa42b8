// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/MessagePack.h"
#include "models/wire/RequestCodec.h"
#include "server/dialects/LiveTopics.h"
#include "tests/dialects/NativeStage.h"

using namespace tocsin;

namespace {
Principal nobody()
{
    return {{}, {}, Role::Citizen, true};
}

QJsonObject errorOf(const QJsonObject &reply)
{
    return reply.value(QStringLiteral("error")).toObject();
}

RequestBody chatTo(const QString &thread)
{
    SendChat chat;
    chat.thread = thread;
    chat.text = QStringLiteral("hello");
    return chat;
}
} // namespace

/// Hello, requests, queries and topics of the native protocol.
class TestNativeDialect : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void withoutATokenTheFirstFrameMustBringOne_data()
    {
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<int>("closed");
        QTest::newRow("a valid token") << QByteArray(R"({"type":"hello","v":1,"token":"good"})") << 0;
        QTest::newRow("a wrong token") << QByteArray(R"({"type":"hello","v":1,"token":"bad"})") << 4001;
        QTest::newRow("no token") << QByteArray(R"({"type":"hello","v":1})") << 4001;
    }
    void withoutATokenTheFirstFrameMustBringOne()
    {
        QFETCH(QByteArray, first);
        QFETCH(int, closed);
        NativeStage stage(Posture::Secure);
        stage.authorizer->tokens["good"] = somebody(QStringLiteral("dana"), Role::Dispatcher);
        const auto session = stage.connect(nobody());
        QCOMPARE(session->messageLimit, 65536);
        session->say(first);
        QCOMPARE(int(session->closeCode), closed);
        if (closed != 0)
            return;
        QCOMPARE(session->messageLimit, 1048576);
        const QJsonObject you = session->takeOne().value(QStringLiteral("you")).toObject();
        QCOMPARE(you.value(QStringLiteral("id")), QStringLiteral("dana"));
        QCOMPARE(you.value(QStringLiteral("role")), QStringLiteral("dispatcher"));
        QCOMPARE(session->principal().id, QStringLiteral("dana"));
    }

    void ordersAreTakenByTheDeviceOrByStaffWhileTheyAreThere_data()
    {
        QTest::addColumn<QString>("who");
        QTest::addColumn<int>("role");
        QTest::addColumn<QStringList>("streams");
        QTest::addColumn<QStringList>("devices");
        QTest::addColumn<QStringList>("served");
        const QString rig = QStringLiteral("rig-1");
        const QStringList stream{QStringLiteral("device/rig-1")};
        QTest::newRow("the device") << rig << int(Role::Device) << stream << QStringList{rig} << QStringList{rig};
        QTest::newRow("twice") << rig << int(Role::Device) << stream << QStringList{rig, rig} << QStringList{rig};
        QTest::newRow("without its stream")
            << rig << int(Role::Device) << QStringList() << QStringList{rig} << QStringList();
        QTest::newRow("it only follows") << rig << int(Role::Device) << stream << QStringList() << QStringList();
        QTest::newRow("another device") << QStringLiteral("rig-2") << int(Role::Device) << stream << QStringList{rig}
                                        << QStringList();
        QTest::newRow("its owner") << QStringLiteral("anna") << int(Role::Citizen) << stream << QStringList{rig}
                                   << QStringList();
        QTest::newRow("a gateway") << QStringLiteral("dana") << int(Role::Dispatcher)
                                   << stream + QStringList{QStringLiteral("device/rig-2")}
                                   << QStringList{rig, QStringLiteral("rig-2")}
                                   << QStringList{rig, QStringLiteral("rig-2")};
    }
    void ordersAreTakenByTheDeviceOrByStaffWhileTheyAreThere()
    {
        QFETCH(QString, who);
        QFETCH(int, role);
        QFETCH(QStringList, streams);
        QFETCH(QStringList, devices);
        QFETCH(QStringList, served);
        NativeStage stage(Posture::Secure);
        stage.publish(
            {vehicleOf(QStringLiteral("rig-1"), {QStringLiteral("anna")}), vehicleOf(QStringLiteral("rig-2"))});
        const auto session = stage.connect(somebody(who, Role(role)));
        wire::Hello hello;
        hello.streams = streams;
        hello.devices = devices;
        NativeStage::say(*session, hello);
        const QJsonObject welcome = ofType(session->take(), "welcome").value(0);
        QCOMPARE(welcome.value(QStringLiteral("devices")).toArray(), QJsonArray::fromStringList(served));
        for (const char *device : {"rig-1", "rig-2"})
            QCOMPARE(stage.outlet.carries(QLatin1String(device)), served.contains(QLatin1String(device)));
        session->hangUp();
        NativeStage::settle();
        QVERIFY(!stage.outlet.carries(QStringLiteral("rig-1")));
    }
    void twoSessionsMayTakeOrdersOfOneDevice()
    {
        NativeStage stage(Posture::Secure);
        const QString rig = QStringLiteral("rig-1");
        stage.publish({vehicleOf(rig)});
        wire::Hello hello;
        hello.streams = {QStringLiteral("device/rig-1")};
        hello.devices = {rig};
        const auto first = stage.connect(somebody(rig, Role::Device));
        const auto second = stage.connect(somebody(rig, Role::Device));
        NativeStage::say(*first, hello);
        NativeStage::say(*second, hello);
        first->hangUp();
        QVERIFY(stage.outlet.carries(rig));
        second->hangUp();
        QVERIFY(!stage.outlet.carries(rig));
    }

    void whoeverSaysNoHelloIsClosedAfterTwoSeconds()
    {
        NativeStage stage(Posture::Secure);
        const auto session = stage.connect(nobody());
        stage.tick(std::chrono::seconds(2));
        QVERIFY(session->isOpen());
        stage.tick(std::chrono::seconds(1));
        QCOMPARE(session->closeCode, 4001);
    }

    void theUpgradeIsRefusedWithAWrongTokenAlone()
    {
        NativeStage stage(Posture::Secure);
        net::HttpRequest request;
        request.path = QStringLiteral("/ws/v1");
        QCOMPARE(stage.dialect->authorizeUpgrade(request, std::nullopt).status, 0);
        request.headers.emplaceBack("authorization", "Bearer wrong");
        QCOMPARE(stage.dialect->authorizeUpgrade(request, std::nullopt).status, 401);
        QCOMPARE(stage.dialect->authorizeUpgrade(request, somebody(QStringLiteral("d"), Role::Dispatcher)).status, 0);
    }

    void whatIsSaidOutOfOrderIsAnsweredAndTheConnectionLivesOn()
    {
        NativeStage stage;
        const auto session = stage.connect(anonymousAdmin());
        NativeStage::say(*session, wire::Typing{QStringLiteral("user/7")});
        QCOMPARE(errorOf(session->takeOne()).value(QStringLiteral("field")), QStringLiteral("type"));
        NativeStage::hello(*session);
        (void)session->take();
        NativeStage::say(*session, wire::Hello());
        QCOMPARE(errorOf(session->takeOne()).value(QStringLiteral("field")), QStringLiteral("type"));
        session->say(QByteArray("{\"type\":"));
        QCOMPARE(errorOf(session->takeOne()).value(QStringLiteral("code")), QStringLiteral("invalid"));
        session->sayBinary("\x81");
        QVERIFY(!errorOf(session->takeOne()).isEmpty());
        session->say(QByteArray(R"({"type":"ping","id":"1","id":"2"})"));
        QCOMPARE(errorOf(session->takeOne()).value(QStringLiteral("field")), QStringLiteral("id"));
        NativeStage::say(*session, wire::Ping{QStringLiteral("p")});
        QCOMPARE(session->takeOne(), wire::toJson(wire::Pong{QStringLiteral("p")}));
        QVERIFY(session->isOpen());
    }

    void messagePackIsSpokenToThoseWhoAskForIt()
    {
        NativeStage stage(Posture::Open, 3);
        FakeSession session(QStringLiteral("/ws/v1"), anonymousAdmin());
        session.protocol = "tocsin.v1.msgpack";
        stage.dialect->opened(&session);
        wire::Hello hello;
        hello.cursors = {{QStringLiteral("desk"), {QStringLiteral("e1"), 1}}};
        session.sayBinary(toMessagePack(wire::toJson(hello)));
        NativeStage::settle();
        QList<qint64> seqs;
        for (const QByteArray &wire : std::as_const(session.wires)) {
            QCOMPARE(int(wire.at(0) & 0x0F), 2);
            const auto document = parseMessagePackObject(payloadOfWire(wire));
            QVERIFY(std::holds_alternative<QJsonObject>(document));
            seqs += seqsOf({std::get<QJsonObject>(document)});
        }
        QCOMPARE(seqs, (QList<qint64>{2, 3}));
        (void)session.take();
        session.say(QByteArray(R"({"type":"ping"})"));
        QVERIFY(session.isOpen());
    }

    void inAnOpenServerSomebodyIsWhoTheySayAndTheAuditSaysThatItIsUnproven()
    {
        NativeStage stage;
        const auto come = [](NativeStage &to, const char *name, const Principal &who = anonymousAdmin()) {
            auto session = to.connect(who);
            wire::Hello hello;
            hello.name = QString::fromUtf8(name);
            NativeStage::say(*session, hello);
            NativeStage::settle();
            return session;
        };
        const auto idOf = [](FakeSession &session) {
            return ofType(session.take(), "welcome").first().value(QStringLiteral("you")).toObject();
        };
        const auto dana = come(stage, "  Dana \u0007  R. ");
        const QJsonObject you = idOf(*dana);
        QCOMPARE(you.value(QStringLiteral("name")), QStringLiteral("Dana R."));
        QCOMPARE(you.value(QStringLiteral("id")), QStringLiteral("name/dana_r.")); // a slash: no account has one
        const QList<NoteAudit> noted = stage.desk.asked<NoteAudit>();
        QCOMPARE(noted.size(), 1);
        QCOMPARE(noted.first().record.action, QStringLiteral("named"));
        QCOMPARE(noted.first().record.object, QStringLiteral("name/dana_r."));
        QVERIFY(noted.first().record.detail.startsWith(QLatin1String("Unproven")));
        // The same name is the same person, another one is not; once is noted once.
        const auto again = come(stage, "dana r.");
        QCOMPARE(idOf(*again).value(QStringLiteral("id")), QStringLiteral("name/dana_r."));
        QCOMPARE(stage.desk.asked<NoteAudit>().size(), 1);
        const auto kim = come(stage, "Kim");
        QCOMPARE(idOf(*kim).value(QStringLiteral("id")), QStringLiteral("name/kim"));
        QCOMPARE(stage.desk.asked<NoteAudit>().size(), 2);
        HandleAlert claim;
        claim.verb = AlertVerb::Claim;
        claim.alertId = QStringLiteral("a-1");
        NativeStage::say(*again, wire::Ask{QStringLiteral("c"), claim});
        QCOMPARE(stage.desk.requests.last().actor.id, QStringLiteral("name/dana_r."));
        QCOMPARE(stage.desk.requests.last().actor.kind, Actor::Kind::Operator);
        // Without a name nobody; an account is its own, whatever it says; and so it is where accounts are needed.
        const auto nobody = come(stage, " \u200b ");
        QCOMPARE(idOf(*nobody).value(QStringLiteral("name")), QStringLiteral("anonymous"));
        const Principal sam = somebody(QStringLiteral("sam"), Role::Dispatcher);
        const auto account = come(stage, "Kim", sam);
        QCOMPARE(idOf(*account).value(QStringLiteral("id")), QStringLiteral("sam"));
        NativeStage secure(Posture::Secure);
        const auto proven = come(secure, "Kim", sam);
        QCOMPARE(idOf(*proven).value(QStringLiteral("id")), QStringLiteral("sam"));
        QCOMPARE(secure.desk.asked<NoteAudit>().size(), 0);
        QCOMPARE(stage.desk.asked<NoteAudit>().size(), 2);
    }

    void aRequestIsAnsweredWhenTheDeskHasAnswered()
    {
        NativeStage stage(Posture::Secure);
        const auto session = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        NativeStage::hello(*session, {});
        (void)session->take();
        NativeStage::say(*session, wire::Ask{QStringLiteral("c-1"), chatTo(QStringLiteral("user/7"))});
        QVERIFY(session->take().isEmpty());
        QCOMPARE(stage.desk.requests.size(), 1);
        const Request &request = stage.desk.requests.first();
        QCOMPARE(request.id, QStringLiteral("c-1"));
        QCOMPARE(request.actor.kind, Actor::Kind::Operator);
        QCOMPARE(request.actor.id, QStringLiteral("dana"));
        QVERIFY(std::get<SendChat>(request.body).fromDesk);
        Outcome outcome = Outcome::done(QStringLiteral("m-1"));
        outcome.dup = true;
        stage.desk.answer(outcome);
        const QJsonObject reply = session->takeOne();
        QCOMPARE(reply.value(QStringLiteral("id")), QStringLiteral("c-1"));
        QCOMPARE(reply.value(QStringLiteral("dup")), true);
        QCOMPARE(reply.value(QStringLiteral("result")).toObject().value(QStringLiteral("ref")), QStringLiteral("m-1"));
    }

    void anAnswerToAClientThatHasGoneHurtsNobody()
    {
        NativeStage stage;
        {
            const auto session = stage.connect(anonymousAdmin());
            NativeStage::hello(*session, {});
            NativeStage::say(*session, wire::Ask{QStringLiteral("c"), chatTo(QStringLiteral("user/7"))});
        }
        NativeStage::settle();
        stage.desk.answer(Outcome::done({}));
        QCOMPARE(stage.dialect->counters().sessions, 0);
    }

    void theTwoHundredAndFirstRequestOfAMinuteIsRefusedButNoPanic()
    {
        NativeStage stage;
        const auto session = stage.connect(anonymousAdmin());
        NativeStage::hello(*session, {});
        (void)session->take();
        for (int i = 0; i < 200; ++i)
            NativeStage::say(*session, wire::Ask{QString::number(i), chatTo(QStringLiteral("user/7"))});
        QVERIFY(session->take().isEmpty());
        NativeStage::say(*session, wire::Ask{QStringLiteral("x"), chatTo(QStringLiteral("user/7"))});
        const QJsonObject error = errorOf(session->takeOne());
        QCOMPARE(error.value(QStringLiteral("code")), QStringLiteral("rate_limited"));
        QVERIFY(error.value(QStringLiteral("retry_after_ms")).toInteger() > 0);
        for (int i = 0; i < 300; ++i)
            NativeStage::say(*session, wire::Ask{QStringLiteral("p%1").arg(i), RaisePanic()});
        QVERIFY(session->take().isEmpty());
        QCOMPARE(stage.desk.asked<RaisePanic>().size(), 300);
        QVERIFY(session->isOpen());
    }

    void whoMayDoWhat_data()
    {
        QTest::addColumn<Role>("role");
        QTest::addColumn<QJsonObject>("body");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char *name, Role role, const RequestBody &body, bool allowed) {
            QTest::newRow(name) << role << wire::toJson(body) << allowed;
        };
        const Acknowledge panic{QStringLiteral("panic"), 0, AlertLevel::Emergency, {}};
        const Acknowledge own{QStringLiteral("own-van"), 0, AlertLevel::Warning, {}};
        const Acknowledge foreign{QStringLiteral("other-van"), 0, AlertLevel::Warning, {}};
        row("staff takes a panic", Role::Dispatcher, panic, true);
        row("a citizen takes no panic, not even the own", Role::Citizen, panic, false);
        row("a citizen takes the own van's alert", Role::Citizen, own, true);
        row("a citizen takes no other van's alert", Role::Citizen, foreign, false);
        row("a device takes nothing", Role::Device, own, false);
        row("unknown alert", Role::Citizen, Acknowledge{QStringLiteral("x"), 0, AlertLevel::Info, {}}, false);
        row("own chat", Role::Citizen, chatTo(QStringLiteral("user/me")), true);
        row("foreign chat", Role::Citizen, chatTo(QStringLiteral("user/you")), false);
        row("own incident's chat", Role::Citizen, chatTo(QStringLiteral("incident/panic")), true);
        row("foreign incident's chat", Role::Citizen, chatTo(QStringLiteral("incident/other-panic")), false);
        row("operators' room", Role::Citizen, chatTo(QStringLiteral("operators")), false);
        row("broadcast by a citizen", Role::Citizen, chatTo(QStringLiteral("broadcast")), false);
        row("broadcast by staff", Role::Dispatcher, chatTo(QStringLiteral("broadcast")), true);
        row("broadcast is read by all", Role::Citizen,
            MarkChat{QStringLiteral("broadcast"), QStringLiteral("m"), ChatReceipt::Kind::Read}, true);
        row("foreign receipt", Role::Citizen,
            MarkChat{QStringLiteral("user/you"), QStringLiteral("m"), ChatReceipt::Kind::Read}, false);
        row("a panic by anybody", Role::Citizen, RaisePanic(), true);
        row("cancel of the own panic", Role::Citizen, CancelPanic{QStringLiteral("panic"), {}}, true);
        row("cancel of another's panic", Role::Citizen, CancelPanic{QStringLiteral("other-panic"), {}}, false);
        row("a device's record by a citizen", Role::Citizen, PutDevice{vehicleOf(QStringLiteral("own"))}, false);
        row("a device's record by staff", Role::Dispatcher, PutDevice{vehicleOf(QStringLiteral("own"))}, true);
        const IssueCommand command{QStringLiteral("own"), QStringLiteral("stop"), {}, std::chrono::seconds(5), 0};
        row("a command by a citizen", Role::Citizen, command, false);
        row("a command by staff", Role::Dispatcher, command, true);
        row("a command's report by a device", Role::Device,
            ReportCommand{QStringLiteral("k"), CommandState::Succeeded, {}, {}}, true);
        row("a command's report by a citizen", Role::Citizen,
            ReportCommand{QStringLiteral("k"), CommandState::Succeeded, {}, {}}, false);
        row("taking a command back", Role::Citizen, CancelCommand{QStringLiteral("k")}, false);
        row("audit of an export", Role::Dispatcher, NoteAudit{{QStringLiteral("export"), {}, {}, true, {}}}, true);
        row("audit of a login that was none", Role::Dispatcher, NoteAudit{{QStringLiteral("login"), {}, {}, true, {}}},
            false);
        row("audit by a citizen", Role::Citizen, NoteAudit{{QStringLiteral("export"), {}, {}, true, {}}}, false);
        row("a report about the own van", Role::Citizen,
            ReportAlert{{},
                        QStringLiteral("own"),
                        {},
                        QStringLiteral("C"),
                        {},
                        {},
                        {},
                        AlertLevel::Info,
                        false,
                        {},
                        {},
                        {},
                        {}},
            true);
        row("a report about another's van", Role::Citizen,
            ReportAlert{{},
                        QStringLiteral("other"),
                        {},
                        QStringLiteral("C"),
                        {},
                        {},
                        {},
                        AlertLevel::Info,
                        false,
                        {},
                        {},
                        {},
                        {}},
            false);
    }
    void whoMayDoWhat()
    {
        QFETCH(Role, role);
        QFETCH(QJsonObject, body);
        QFETCH(bool, allowed);
        NativeStage stage(Posture::Secure);
        const auto alert = [](const QString &id, const QString &source, const QString &user) {
            Alert raised = alertOf(id, source);
            raised.userId = user;
            raised.kind = user.isEmpty() ? AlertKind::Condition : AlertKind::Incident;
            return AlertChange{AlertVerb::Raise, AlertState::Normal, AlertState::Unacknowledged, raised};
        };
        stage.publish({vehicleOf(QStringLiteral("own"), {QStringLiteral("me")}), vehicleOf(QStringLiteral("other")),
                       alert(QStringLiteral("own-van"), QStringLiteral("own"), {}),
                       alert(QStringLiteral("other-van"), QStringLiteral("other"), {}),
                       alert(QStringLiteral("panic"), QStringLiteral("me"), QStringLiteral("me")),
                       alert(QStringLiteral("other-panic"), QStringLiteral("you"), QStringLiteral("you"))});
        const auto session = stage.connect(somebody(QStringLiteral("me"), role));
        NativeStage::hello(*session, {});
        (void)session->take();
        session->say(QJsonObject{{QStringLiteral("type"), QStringLiteral("request")},
                                 {QStringLiteral("cmd_id"), QStringLiteral("c")},
                                 {QStringLiteral("body"), body}});
        QCOMPARE(stage.desk.requests.size(), allowed ? 1 : 0);
        if (!allowed)
            QCOMPARE(errorOf(session->takeOne()).value(QStringLiteral("code")), QStringLiteral("forbidden"));
    }

    void aCitizenPanicsForItselfAndSpeaksForNobodyElse()
    {
        NativeStage stage(Posture::Secure);
        const auto session = stage.connect(somebody(QStringLiteral("me"), Role::Citizen));
        NativeStage::hello(*session, {});
        RaisePanic panic;
        panic.userId = QStringLiteral("you");
        panic.simulated = true;
        NativeStage::say(*session, wire::Ask{QStringLiteral("c"), panic});
        QCOMPARE(stage.desk.asked<RaisePanic>().first().userId, QStringLiteral("me"));
        QVERIFY(!stage.desk.asked<RaisePanic>().first().simulated);
        SendChat chat{QStringLiteral("user/me"), QStringLiteral("I am the desk"), {}, true, true, false, {}, {}};
        NativeStage::say(*session, wire::Ask{QStringLiteral("d"), chat});
        QVERIFY(!stage.desk.asked<SendChat>().first().fromDesk);
        QCOMPARE(stage.desk.requests.last().actor.kind, Actor::Kind::User);
    }

    void whoMayFollowWhat_data()
    {
        QTest::addColumn<Role>("role");
        QTest::addColumn<QString>("stream");
        QTest::addColumn<bool>("allowed");
        const auto row = [](Role role, const char *stream, bool allowed) {
            QTest::addRow("%s %s", qPrintable(toString(role)), stream)
                << role << QString::fromLatin1(stream) << allowed;
        };
        for (const char *stream : {"desk", "alerts", "devices", "commands", "chat/operators"}) {
            row(Role::Citizen, stream, false);
            row(Role::Device, stream, false);
            row(Role::Dispatcher, stream, true);
            row(Role::Admin, stream, true);
        }
        row(Role::Dispatcher, "audit", false);
        row(Role::Supervisor, "audit", true);
        row(Role::Citizen, "user/me", true);
        row(Role::Citizen, "user/you", false);
        row(Role::Dispatcher, "user/you", true);
        row(Role::Citizen, "chat/user/me", true);
        row(Role::Citizen, "chat/user/you", false);
        row(Role::Citizen, "chat/broadcast", true);
        row(Role::Citizen, "device/own", true);
        row(Role::Citizen, "device/other", false);
        row(Role::Citizen, "device/", false);
        row(Role::Admin, "device/", false);
        row(Role::Admin, "nonsense", false);
        row(Role::Admin, "", false);
    }
    void whoMayFollowWhat()
    {
        QFETCH(Role, role);
        QFETCH(QString, stream);
        QFETCH(bool, allowed);
        NativeStage stage(Posture::Secure);
        stage.publish({vehicleOf(QStringLiteral("own"), {QStringLiteral("me")}), vehicleOf(QStringLiteral("other"))});
        const auto session = stage.connect(somebody(QStringLiteral("me"), role));
        NativeStage::hello(*session, {stream});
        const QJsonObject grant = ofType(session->take(), "welcome")
                                      .first()
                                      .value(QStringLiteral("streams"))
                                      .toObject()
                                      .value(stream)
                                      .toObject();
        QCOMPARE(grant.value(QStringLiteral("state")), allowed ? QStringLiteral("reset") : QStringLiteral("denied"));
        NativeStage::say(*session, wire::Query{QStringLiteral("q"),
                                               EventsQuery{stream.isEmpty() ? QStringLiteral("-") : stream, 0, 10}});
        NativeStage::settle();
        QCOMPARE(ofType(session->take(), "reply").first().value(QStringLiteral("ok")), allowed);
    }

    void queriesAreAnsweredFromTheArchive()
    {
        NativeStage stage(Posture::Open, 5);
        stage.log.alertsResult.alerts = {alertOf(QStringLiteral("a"), QStringLiteral("van"))};
        const auto session = stage.connect(anonymousAdmin());
        NativeStage::hello(*session, {});
        (void)session->take();
        const auto ask = [&](const auto &what) {
            NativeStage::say(*session, wire::Query{QStringLiteral("q"), what});
            NativeStage::settle();
            const QJsonObject reply = session->takeOne();
            return reply.value(QStringLiteral("ok")).toBool() ? reply.value(QStringLiteral("result")).toObject()
                                                              : QJsonObject();
        };
        QCOMPARE(ask(AlertsQuery()).value(QStringLiteral("alerts")).toArray().size(), 1);
        QVERIFY(ask(HistoryQuery{QStringLiteral("van"), {}, {}, {}, 10}).contains(QStringLiteral("series")));
        QVERIFY(ask(ReadingsQuery{QStringLiteral("van"), {}, {}, 10}).contains(QStringLiteral("readings")));
        const QJsonObject events = ask(EventsQuery{QStringLiteral("desk"), 3, 10});
        QCOMPARE(events.value(QStringLiteral("head")).toInt(), 5);
        QCOMPARE(events.value(QStringLiteral("events")).toArray().size(), 2);
        Event change;
        change.seq = 5;
        change.body = AlertChange{AlertVerb::Raise, AlertState::Normal, AlertState::Unacknowledged, Alert()};
        stage.log.alertEventsResult = {{}, {change}, 3};
        const QJsonObject happened = ask(AlertEventsQuery{QStringLiteral("a1"), 0, 10});
        QCOMPARE(happened.value(QStringLiteral("before")).toInt(), 3);
        QCOMPARE(happened.value(QStringLiteral("events")).toArray().first().toObject().value(QStringLiteral("seq")), 5);
        const QJsonObject state = ask(wire::SnapshotQuery{QStringLiteral("desk")});
        QCOMPARE(state.value(QStringLiteral("seq")).toInt(), 5);
    }

    void telemetryConflatesToTheNewestAndASlowReaderMissesNoDevice()
    {
        NativeStage stage;
        const auto session = stage.connect(anonymousAdmin());
        NativeStage::hello(*session, {});
        NativeStage::say(*session, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("telemetry")}, 10});
        (void)session->take();
        const auto hear = [&](const QString &device, double speed) {
            const Reading reading{device, QStringLiteral("t"), stage.now, {}, {}, {{QStringLiteral("speed"), speed}}};
            stage.latest.put({reading});
            stage.dialect->publish({reading});
        };
        const auto speeds = [&] {
            QStringList heard;
            for (const QJsonObject &frame : ofType(session->take(), "live")) {
                for (const QJsonValueConstRef item : frame.value(QStringLiteral("readings")).toArray()) {
                    const QJsonObject channels = item.toObject().value(QStringLiteral("channels")).toObject();
                    heard.append(item.toObject().value(QStringLiteral("device")).toString() + QLatin1Char(' ') +
                                 QString::number(channels.value(QStringLiteral("speed")).toArray().first().toInt()));
                }
            }
            return heard.join(QLatin1String(", "));
        };
        session->behind = true;
        for (int i = 0; i <= 100; ++i)
            hear(QStringLiteral("a"), i);
        hear(QStringLiteral("b"), 5);
        QTest::qWait(80);
        QCOMPARE(speeds(), QString());
        session->behind = false;
        stage.now += std::chrono::seconds(1);
        QString heard;
        const auto heardSome = [&] { return !(heard += speeds()).isEmpty(); };
        QTRY_VERIFY(heardSome());
        QCOMPARE(heard, QStringLiteral("a 100, b 5"));
        heard.clear();
        hear(QStringLiteral("b"), 6);
        stage.now += std::chrono::seconds(1);
        QTRY_VERIFY(heardSome());
        QCOMPARE(heard, QStringLiteral("b 6"));
    }

    void topicsAreForThoseWhoMayHearThem()
    {
        NativeStage stage(Posture::Secure);
        stage.publish({vehicleOf(QStringLiteral("own"), {QStringLiteral("me")})});
        const auto session = stage.connect(somebody(QStringLiteral("me"), Role::Citizen));
        NativeStage::hello(*session, {});
        (void)session->take();
        NativeStage::say(*session,
                         wire::Subscribe{QStringLiteral("s"),
                                         {QStringLiteral("telemetry"), QStringLiteral("telemetry/own"),
                                          QStringLiteral("telemetry/other"), QStringLiteral("stats"),
                                          QStringLiteral("presence"), QStringLiteral("typing"), QStringLiteral("x")},
                                         0});
        const QJsonObject result = ofType(session->take(), "reply").first().value(QStringLiteral("result")).toObject();
        QCOMPARE(result.value(QStringLiteral("topics")).toArray(),
                 (QJsonArray{QStringLiteral("telemetry/own"), QStringLiteral("typing")}));
        QCOMPARE(result.value(QStringLiteral("denied")).toArray().size(), 5);
    }

    void typingIsToldToThoseWhoMayReadTheConversation()
    {
        NativeStage stage(Posture::Secure);
        const auto dana = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        const auto anna = stage.connect(somebody(QStringLiteral("anna"), Role::Citizen));
        const auto ben = stage.connect(somebody(QStringLiteral("ben"), Role::Citizen));
        for (FakeSession *session : {dana.get(), anna.get(), ben.get()}) {
            NativeStage::hello(*session, {});
            NativeStage::say(*session, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("typing")}, 0});
            (void)session->take();
        }
        NativeStage::say(*dana, wire::Typing{QStringLiteral("user/anna")});
        QCOMPARE(ofType(anna->take(), "live").size(), 1);
        QVERIFY(ben->take().isEmpty());
        QVERIFY(dana->take().isEmpty());
        NativeStage::say(*dana, wire::Typing{QStringLiteral("user/anna")}); // once a second
        QVERIFY(anna->take().isEmpty());
        NativeStage::say(*ben, wire::Typing{QStringLiteral("user/anna")});
        QVERIFY(anna->take().isEmpty());
    }

    void aNoticeGoesToEachConsoleOfThoseWhomItNames()
    {
        NativeStage stage(Posture::Secure);
        QList<QStringList> reached;
        connect(&stage.dialect->topics(), &LiveTopics::noticeReadersChanged, this,
                [&reached](const QList<OnlinePerson> &people) {
                    QStringList ids;
                    for (const OnlinePerson &person : people)
                        ids.append(person.id);
                    reached.append(ids);
                });
        const auto come = [&stage](const char *id, Role role, bool listens = true) {
            auto session = stage.connect(somebody(QString::fromLatin1(id), role));
            NativeStage::hello(*session, {});
            if (listens)
                NativeStage::say(*session, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("notices")}, 0});
            (void)session->take();
            return session;
        };
        auto dana = come("dana", Role::Dispatcher);
        auto other = come("dana", Role::Dispatcher); // a second screen
        const auto sam = come("sam", Role::Supervisor);
        const auto kim = come("kim", Role::Dispatcher, false); // a program of theirs, no console
        const auto anna = come("anna", Role::Citizen);         // may not listen
        QCOMPARE(reached.constLast(), (QStringList{QStringLiteral("dana"), QStringLiteral("sam")}));
        DesktopNotice notice{
            QStringLiteral("a-1"),    1,
            AlertLevel::Critical,     QStringLiteral("Unit 07"),
            QStringLiteral("118 °C"), {QStringLiteral("dana"), QStringLiteral("kim"), QStringLiteral("anna")}};
        stage.dialect->topics().tellNotice(notice);
        for (FakeSession *session : {dana.get(), other.get()}) {
            const QJsonObject told = session->takeOne();
            QCOMPARE(told.value(QStringLiteral("topic")), QStringLiteral("notices"));
            QCOMPARE(told.value(QStringLiteral("notice")).toObject(),
                     (QJsonObject{{QStringLiteral("alert_id"), QStringLiteral("a-1")},
                                  {QStringLiteral("step"), 1},
                                  {QStringLiteral("level"), QStringLiteral("critical")},
                                  {QStringLiteral("title"), QStringLiteral("Unit 07")},
                                  {QStringLiteral("text"), QStringLiteral("118 °C")}})); // not who else gets it
        }
        for (FakeSession *session : {sam.get(), kim.get(), anna.get()})
            QVERIFY(session->take().isEmpty());
        // Whoever comes later is not told what was; who leaves is not reached any more.
        const auto late = come("dana", Role::Dispatcher);
        QVERIFY(late->take().isEmpty());
        dana.reset();
        other.reset();
        QCOMPARE(reached.constLast(), (QStringList{QStringLiteral("dana"), QStringLiteral("sam")}));
        NativeStage::say(*late, wire::Unsubscribe{QStringLiteral("u"), {QStringLiteral("notices")}});
        QCOMPARE(reached.constLast(), QStringList{QStringLiteral("sam")});
        (void)late->take();
        stage.dialect->topics().tellNotice(notice);
        QVERIFY(late->take().isEmpty());
    }

    void aConsoleTellsWhetherItIsHeardForAsLongAsItIsThere()
    {
        NativeStage stage(Posture::Secure);
        auto dana = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        NativeStage::hello(*dana, {});
        NativeStage::say(*dana, wire::Hearing{true, {}});
        NativeStage::say(*dana, wire::Hearing{false, QStringLiteral("muted")});
        QCOMPARE(stage.hearing.reports.size(), 2);
        QCOMPARE(stage.hearing.reports.first(), (HearingReport{dana->id(), QStringLiteral("dana"), true, {}}));
        QCOMPARE(stage.hearing.reports.last().why, QStringLiteral("muted"));
        QVERIFY(ofType(dana->take(), "reply").isEmpty()); // nobody waits for an answer
        const QString console = dana->id();
        dana.reset();
        QCOMPARE(stage.hearing.left, QStringList{console});

        // A citizen is no console, and who never told has nothing to take back.
        auto anna = stage.connect(somebody(QStringLiteral("anna"), Role::Citizen));
        NativeStage::hello(*anna, {});
        (void)anna->take();
        NativeStage::say(*anna, wire::Hearing{true, {}});
        const QJsonObject refusal = ofType(anna->take(), "reply").first();
        QCOMPARE(refusal.value(QStringLiteral("error")).toObject().value(QStringLiteral("code")).toString(),
                 QStringLiteral("forbidden"));
        anna.reset();
        QCOMPARE(stage.hearing.reports.size(), 2);
        QCOMPARE(stage.hearing.left.size(), 1);
    }

    void thoseOnShiftAreSeen()
    {
        NativeStage stage(Posture::Secure);
        const auto dana = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        NativeStage::hello(*dana, {});
        NativeStage::say(
            *dana, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("presence"), QStringLiteral("stats")}, 0});
        (void)dana->take();
        auto sam = stage.connect(somebody(QStringLiteral("sam"), Role::Supervisor));
        NativeStage::hello(*sam, {});
        QJsonArray people = ofType(dana->take(), "live").last().value(QStringLiteral("people")).toArray();
        QCOMPARE(people.size(), 2);
        sam.reset();
        people = ofType(dana->take(), "live").last().value(QStringLiteral("people")).toArray();
        QCOMPARE(people.size(), 1);
        // Those at a console of the server's own process are on shift too, each once.
        QSignalSpy seen(&stage.dialect->topics(), &LiveTopics::peopleChanged);
        const OnlinePerson ortiz{QStringLiteral("ortiz"), QStringLiteral("M. Ortiz"), Role::Dispatcher, {}};
        stage.dialect->topics().setResidents(
            {ortiz, {QStringLiteral("dana"), QStringLiteral("dana"), Role::Dispatcher, {}}});
        people = ofType(dana->take(), "live").last().value(QStringLiteral("people")).toArray();
        QCOMPARE(people.size(), 2);
        QCOMPARE(people.first().toObject().value(QStringLiteral("name")), QStringLiteral("M. Ortiz"));
        QCOMPARE(seen.count(), 1);
        stage.dialect->topics().setResidents(
            {ortiz, {QStringLiteral("dana"), QStringLiteral("dana"), Role::Dispatcher, {}}});
        QCOMPARE(seen.count(), 1); // nothing new
        stage.dialect->setStats(ServerStats{{}, 7, 0, 0, 0, 0, 0, 0});
        QCOMPARE(ofType(dana->take(), "live")
                     .last()
                     .value(QStringLiteral("stats"))
                     .toObject()
                     .value(QStringLiteral("connections"))
                     .toInt(),
                 7);
    }

    void theLimitsOfTheRulesComeWithTheFigures()
    {
        NativeStage stage(Posture::Secure);
        ChannelBand band;
        band.channel = QStringLiteral("engine.rpm");
        band.warnHigh = 3500;
        stage.dialect->topics().setLimits({band});
        const auto limitsTold = [](FakeSession &session) {
            QList<QJsonArray> told;
            for (const QJsonObject &frame : ofType(session.take(), "live")) {
                if (frame.contains(QStringLiteral("limits")))
                    told.append(frame.value(QStringLiteral("limits")).toArray());
            }
            return told;
        };
        const auto dana = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        NativeStage::hello(*dana, {});
        NativeStage::say(*dana, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("stats")}, 0});
        const QList<QJsonArray> told = limitsTold(*dana);
        QCOMPARE(told.size(), 1);
        QCOMPARE(told.first(), (QJsonArray{QJsonObject{{QStringLiteral("channel"), QStringLiteral("engine.rpm")},
                                                       {QStringLiteral("warning_above"), 3500}}}));
        const auto anna = stage.connect(somebody(QStringLiteral("anna"), Role::Citizen)); // not for everybody
        NativeStage::hello(*anna, {});
        NativeStage::say(*anna, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("stats")}, 0});
        QVERIFY(limitsTold(*anna).isEmpty());
    }

    void whatIsSupersededIsAnsweredWithTheAlertAsItIs()
    {
        NativeStage stage(Posture::Secure, 0);
        AlertChange again;
        again.alert = alertOf(QStringLiteral("a1"), QStringLiteral("van"), AlertLevel::Critical);
        again.alert.occurrence = 2;
        again.to = stateOf(again.alert);
        stage.publish({again});
        const auto dana = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        NativeStage::hello(*dana, {});
        Acknowledge request{QStringLiteral("a1")};
        request.occurrence = 1;
        NativeStage::say(*dana, wire::Ask{QStringLiteral("c1"), request});
        stage.desk.answer(
            Outcome::refused(QStringLiteral("superseded"), QStringLiteral("It came again."), QStringLiteral("a1")));
        NativeStage::settle();
        const QJsonObject reply = ofType(dana->take(), "reply").first();
        const QJsonObject alert =
            reply.value(QStringLiteral("error")).toObject().value(QStringLiteral("alert")).toObject();
        QCOMPARE(alert.value(QStringLiteral("id")).toString(), QStringLiteral("a1"));
        QCOMPARE(alert.value(QStringLiteral("occurrence")).toInt(), 2);
    }

    void staffReadTheFiguresOfAlerts()
    {
        NativeStage stage(Posture::Secure, 0);
        const auto dana = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        NativeStage::hello(*dana, {});
        AlertChange raised;
        raised.alert = alertOf(QStringLiteral("a1"), QStringLiteral("van"), AlertLevel::Critical);
        raised.to = stateOf(raised.alert);
        stage.publish({raised});
        NativeStage::say(*dana, wire::Ask{QStringLiteral("c1"), Acknowledge{QStringLiteral("a1")}});
        stage.desk.answer(Outcome::refused(QStringLiteral("superseded"), QStringLiteral("It came again.")));
        NativeStage::settle();
        const auto read = [&](const std::optional<Principal> &who) {
            net::HttpRequest request;
            request.method = "GET";
            request.path = QStringLiteral("/api/alerts/figures");
            std::optional<net::HttpResponse> response;
            stage.dialect->http(request, who, [&](const net::HttpResponse &r) { response = r; });
            return response.value_or(net::HttpResponse());
        };
        const net::HttpResponse answer = read(somebody(QStringLiteral("dana"), Role::Dispatcher));
        QCOMPARE(answer.status, 200);
        const QJsonObject figures = objectOf(answer.body);
        QCOMPARE(figures.value(QStringLiteral("operators")).toInt(), 1);
        QCOMPARE(figures.value(QStringLiteral("new_per_operator_10min")).toInt(), 1);
        QCOMPARE(figures.value(QStringLiteral("refused")).toInt(), 1);
        const QJsonObject critical =
            figures.value(QStringLiteral("levels")).toObject().value(QStringLiteral("critical")).toObject();
        QCOMPARE(critical.value(QStringLiteral("open")).toInt(), 1);
        QVERIFY(!critical.contains(QStringLiteral("ack_p50_seconds"))); // not known is not 0
        QCOMPARE(read(somebody(QStringLiteral("anna"), Role::Citizen)).status, 403);
        QCOMPARE(read(std::nullopt).status, 401);
    }

    void streamsAreReadOverHttpToo_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("events");
        QTest::newRow("all") << QStringLiteral("/api/streams/desk") << QString() << 200 << 5;
        QTest::newRow("behind") << QStringLiteral("/api/streams/desk") << QStringLiteral("after=3") << 200 << 2;
        QTest::newRow("some") << QStringLiteral("/api/streams/chat/user/7") << QStringLiteral("after=1&limit=2") << 200
                              << 2;
        QTest::newRow("not a number") << QStringLiteral("/api/streams/desk") << QStringLiteral("after=x") << 422 << 0;
        QTest::newRow("below zero") << QStringLiteral("/api/streams/desk") << QStringLiteral("after=-1") << 422 << 0;
        QTest::newRow("too many") << QStringLiteral("/api/streams/desk") << QStringLiteral("limit=1001") << 422 << 0;
        QTest::newRow("none") << QStringLiteral("/api/streams/desk") << QStringLiteral("limit=0") << 422 << 0;
        QTest::newRow("forbidden") << QStringLiteral("/api/streams/audit") << QString() << 403 << 0;
        QTest::newRow("unknown") << QStringLiteral("/api/streams/x") << QString() << 403 << 0;
    }
    void streamsAreReadOverHttpToo()
    {
        QFETCH(QString, path);
        QFETCH(QString, query);
        QFETCH(int, status);
        QFETCH(int, events);
        NativeStage stage(Posture::Secure, 5);
        net::HttpRequest request;
        request.method = "GET";
        request.path = path;
        request.query = QUrlQuery(query);
        QVERIFY(stage.dialect->claimsHttp("GET", path));
        std::optional<net::HttpResponse> response;
        stage.dialect->http(request, somebody(QStringLiteral("dana"), Role::Dispatcher),
                            [&](const net::HttpResponse &r) { response = r; });
        NativeStage::settle();
        QVERIFY(response);
        QCOMPARE(response->status, status);
        QCOMPARE(objectOf(response->body).value(QStringLiteral("events")).toArray().size(), events);
        response.reset();
        stage.dialect->http(request, std::nullopt, [&](const net::HttpResponse &r) { response = r; });
        QCOMPARE(response->status, 401);
    }
};

QTEST_GUILESS_MAIN(TestNativeDialect)
#include "test_native_dialect.moc"
