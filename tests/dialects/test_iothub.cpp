// SPDX-License-Identifier: GPL-3.0-or-later
// What the IoT hub (dialect 2) does that cannot be seen from outside in a test's time: timers, limits, slow readers, the desk's part.
// Everything else is tests/e2e/test_iothub.py's.
#include "models/domain/Channels.h"
#include "server/dialects/PeopleDirectory.h"
#include "server/dialects/iothub/EnginePackets.h"
#include "server/dialects/iothub/HubDialect.h"
#include "server/dialects/iothub/HubRoutes.h"
#include "server/dialects/iothub/HubTelemetry.h"
#include "tests/dialects/RightsWorld.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

const auto base = QStringLiteral("/socket.io/?EIO=4&transport=");

/// The token is the account's id; all have until `until`.
class FakeAuthorizer final : public net::Authorizer
{
public:
    [[nodiscard]] net::AuthResult authenticate(const QByteArray &token, TimePoint) const override
    {
        const QString id = QString::fromLatin1(token);
        for (const world::Person &person : world::people) {
            if (id == QLatin1String(person.id))
                return {world::principalOf(person), {}, net::Credential{id, id, {}, {}, {}, until}};
        }
        return {{}, QStringLiteral("forged"), {}};
    }
    [[nodiscard]] QString objection(const net::Credential &credential) const override
    {
        return credential.account == revoked ? QStringLiteral("revoked") : QString();
    }
    [[nodiscard]] quint64 revision() const override { return changes; }
    TimePoint until = TimePoint::max();
    QString revoked;
    quint64 changes = 1;
};

/// One request, and whether its sender still waits.
struct Asked
{
    net::HttpResponse answer;
    bool gone = false;
    [[nodiscard]] bool isAnswered() const { return answer.status != 0; }
    [[nodiscard]] QByteArrayList packets() const { return answer.body.split('\x1e'); }
};

/// Dialect 2 with everything around it fake; the clock stands until it is moved.
class HubStage
{
public:
    explicit HubStage(Posture posture = Posture::Open, HubSettings settings = {}, DialectOptions options = {})
        : m_posture(posture)
    {
        mirror.setSnapshot(world::snapshot());
        options.posture = posture;
        options.clock = [this] { return now; };
        AccountsSnapshot accounts;
        for (const world::Person &person : world::people)
            accounts.accounts.insert(QString::fromLatin1(person.id), {});
        accounts.idByEmail.insert(QStringLiteral("anna@example.org"), QStringLiteral("anna"));
        const auto board = std::make_shared<AccountsBoard>();
        board->publish(std::make_shared<const AccountsSnapshot>(accounts));
        dialect = std::make_unique<HubDialect>(
            options, HubDialect::Parts{{mirror, latest, sink, desk, archive}, authorizer, board, settings});
    }

    [[nodiscard]] std::shared_ptr<Asked> ask(const QByteArray &method, const QString &query,
                                             const QByteArray &body = {}) const
    {
        const auto asked = std::make_shared<Asked>();
        asked->answer.status = 0;
        net::HttpRequest request;
        request.method = method;
        request.path = query.section(QLatin1Char('?'), 0, 0);
        request.query = QUrlQuery(query.section(QLatin1Char('?'), 1));
        request.body = body;
        request.peerAddress = QStringLiteral("192.0.2.1");
        request.isAwaited = [asked] { return !asked->gone && !asked->isAnswered(); };
        dialect->http(request, m_posture == Posture::Open ? std::optional<Principal>(anonymousAdmin()) : std::nullopt,
                      [asked](net::HttpResponse response) { asked->answer = std::move(response); });
        QCoreApplication::processEvents();
        return asked;
    }
    /// A socket over a WebSocket that has joined.
    [[nodiscard]] std::unique_ptr<FakeSession> join(const Principal &who = somebody(QStringLiteral("anonymous"),
                                                                                    Role::Admin)) const
    {
        auto session = std::make_unique<FakeSession>(base + QStringLiteral("websocket"), who);
        dialect->opened(session.get());
        session->say(QByteArray("40"));
        session->wires.clear();
        return session;
    }
    /// A session that polls and has joined; its sid.
    [[nodiscard]] QString joinPolling(const QByteArray &auth = {}) const
    {
        const auto hello = ask("GET", base + QStringLiteral("polling"));
        const QString sid = objectOf(hello->answer.body.mid(1)).value(QLatin1String("sid")).toString();
        (void)post(sid, "40" + auth);
        (void)poll(sid);
        return sid;
    }
    [[nodiscard]] std::shared_ptr<Asked> poll(const QString &sid) const
    {
        return ask("GET", base + QStringLiteral("polling&sid=") + sid);
    }
    [[nodiscard]] std::shared_ptr<Asked> post(const QString &sid, const QByteArray &body) const
    {
        return ask("POST", base + QStringLiteral("polling&sid=") + sid, body);
    }
    /// Telemetry as it comes back from the sink.
    void deliver()
    {
        const QList<Reading> readings = std::exchange(sink.taken, {});
        latest.put(readings);
        dialect->publish(readings);
    }
    /// The timers of a moment later.
    void pass(Duration time)
    {
        now += time;
        dialect->tick(now);
        QCoreApplication::processEvents();
    }

    TimePoint now = fromEpochMillis(1'700'000'000'000);
    DeskMirror mirror;
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    FakeArchive archive;
    std::shared_ptr<FakeAuthorizer> authorizer = std::make_shared<FakeAuthorizer>();
    std::unique_ptr<HubDialect> dialect;

private:
    const Posture m_posture;
};

QByteArrayList textsOf(FakeSession &session)
{
    QByteArrayList texts;
    for (const QByteArray &wire : std::exchange(session.wires, {}))
        texts.append(payloadOfWire(wire));
    return texts;
}

QByteArray telemetryOf(const QByteArray &imei, const QByteArray &data)
{
    return R"(42["telemetry_data",{"imei":")" + imei + R"(","data":)" + data + "}]";
}

} // namespace

class TestIotHub : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void packetsAreRead_data();
    void packetsAreRead();
    void telemetryIsRead_data();
    void telemetryIsRead();
    void whoAnswersPingsStays_data();
    void whoAnswersPingsStays();
    void whoDoesNotJoinIsSentAway();
    void aPollIsHeldAndComesBack();
    void aPollThatNobodyAwaitsEndsTheSession();
    void whatWaitsGoesOverWithTheUpgrade();
    void anUpgradeThatIsNotFinishedEnds();
    void pollingIsBounded();
    void aSlowPollerIsBounded();
    void anEndedTokenEndsPolling();
    void bothTransportsGetTheSameBytes();
    void aSilentDeviceIsDisconnected();
    void everyEventIsAuthorized();
    void anOwnerIsAddedThroughTheDesk();
    void alertsAreToldWhenTheyMatch();
};

void TestIotHub::packetsAreRead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    QTest::addColumn<QByteArray>("nsp");
    QTest::addColumn<int>("attachments");
    QTest::addColumn<qint64>("ack");
    QTest::addColumn<QByteArray>("json");
    const auto row = [](const char *text, bool good, const char *nsp = "/", int attachments = 0, qint64 ack = -1,
                        const char *json = "") {
        QTest::newRow(*text ? text : "empty")
            << QByteArray(text) << good << QByteArray(nsp) << attachments << ack << QByteArray(json);
    };
    row("0", true);
    row("0{\"token\":\"x\"}", true, "/", 0, -1, "{\"token\":\"x\"}");
    row("0/admin,{}", true, "/admin", 0, -1, "{}");
    row("0/admin", true, "/admin");
    row("0/admin?x=1,", true, "/admin");
    row("2[\"a\"]", true, "/", 0, -1, "[\"a\"]");
    row("2123[\"a\"]", true, "/", 0, 123, "[\"a\"]");
    row("2/n,7[\"a\"]", true, "/n", 0, 7, "[\"a\"]");
    row("52-[\"a\"]", true, "/", 2, -1, "[\"a\"]");
    row("51-/n,3[\"a\"]", true, "/n", 1, 3, "[\"a\"]");
    row("", false);
    row("7", false);
    row("x", false);
    row("5[\"a\"]", false);
    row("5-[\"a\"]", false);
    row("52[\"a\"]", false);
    row("59999999999-", false);
    row("29999999999[]", false);
}

void TestIotHub::packetsAreRead()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, good);
    const auto read = engine::readSocketPacket(text);
    QCOMPARE(std::holds_alternative<engine::SocketPacket>(read), good);
    if (!good)
        return;
    const auto &packet = std::get<engine::SocketPacket>(read);
    QTEST(packet.nsp, "nsp");
    QTEST(packet.attachments, "attachments");
    QTEST(packet.ack.value_or(-1), "ack");
    QTEST(packet.json, "json");
}

void TestIotHub::telemetryIsRead_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QString>("channel"); // or the field to blame
    QTest::addColumn<double>("value");    // NaN: an error; infinite: there, and not known
    const auto good = [](const char *name, const char *data, const QString &channel, double value) {
        QTest::newRow(name) << R"({"imei":"1","data":)" + QByteArray(data) + '}' << channel << value;
    };
    const auto nested = [](const char *name, const char *data, const QString &channel, double value) {
        QTest::newRow(name) << R"({"imei":"1","payload":{"state":{"reported":)" + QByteArray(data) + "}}}" << channel
                            << value;
    };
    const auto bad = [](const char *name, const char *message, const char *field) {
        QTest::newRow(name) << QByteArray(message) << QString::fromLatin1(field) << std::nan("");
    };
    good("rpm", R"({"engineRpm":2500})", channel::EngineRpm, 2500);
    good("volts", R"({"batteryVoltage":12.5})", channel::BatteryVoltage, 12.5);
    good("millivolts outside", R"({"externalVoltage":12500})", channel::ExternalVoltage, 12.5);
    good("a crash as a flag", R"({"crashDetection":true})", channel::Crash, 1);
    good("null is not zero", R"({"speed":null})", channel::Speed, qInf());
    good("unknown ones are kept", R"({"tirePressure":{"frontLeft":2.2}})", QStringLiteral("tirePressure.frontLeft"),
         2.2);
    good("names of others", R"({"engine_metrics":{"temperature":99}})", channel::EngineTemperature, 99);
    nested("numbered millivolts", R"({"67":12600})", channel::BatteryVoltage, 12.6);
    nested("plain volts", R"({"batteryVoltage":12.6})", channel::BatteryVoltage, 12.6);
    nested("the vehicle's speed before the receiver's", R"({"24":65,"sp":64})", channel::Speed, 65);
    nested("the receiver's speed alone", R"({"sp":64})", channel::Speed, 64);
    nested("mileage", R"({"16":123456})", channel::Odometer, 123456);
    nested("satellites", R"({"sat":9})", channel::Satellites, 9);
    bad("no imei", R"({"data":{}})", "imei");
    bad("an imei that is a list", R"({"imei":[],"data":{}})", "imei");
    bad("a broken number for an imei", R"({"imei":1e30,"data":{}})", "imei");
    bad("no data", R"({"imei":"1"})", "data");
    bad("data is text", R"({"imei":"1","data":"x"})", "data");
    bad("text for a number", R"({"imei":"1","data":{"engineRpm":"x"}})", "data.engineRpm");
    bad("a list for a number", R"({"imei":"1","data":{"dtc":[1]}})", "data.dtc");
    bad("half a position", R"({"imei":"1","data":{"position":{"latitude":1}}})", "data.position.longitude");
    bad("a position that is text", R"({"imei":"1","data":{"position":"x"}})", "data.position");
    bad("no state", R"({"imei":"1","payload":{}})", "payload.state");
    bad("no report", R"({"imei":"1","payload":{"state":{}}})", "payload.state.reported");
    bad("a report that is a list", R"({"imei":"1","payload":{"state":{"reported":[]}}})", "payload.state.reported");
    bad("half a pair", R"({"imei":"1","payload":{"state":{"reported":{"latlng":"1"}}}})",
        "payload.state.reported.latlng");
    bad("a time that is none", R"({"imei":"1","timestamp":"soon","data":{}})", "timestamp");
}

void TestIotHub::telemetryIsRead()
{
    QFETCH(QByteArray, message);
    QFETCH(QString, channel);
    QFETCH(double, value);
    const HubTelemetry read = readHubTelemetry(objectOf(message));
    if (std::isnan(value)) {
        QVERIFY(std::holds_alternative<FieldError>(read));
        QCOMPARE(std::get<FieldError>(read).field, channel);
        return;
    }
    QVERIFY(std::holds_alternative<Reading>(read));
    const auto &reading = std::get<Reading>(read);
    QCOMPARE(reading.deviceId, QStringLiteral("1"));
    QVERIFY(reading.find(channel));
    if (std::isinf(value))
        QVERIFY(!reading.number(channel));
    else
        QCOMPARE(reading.number(channel).value_or(-1), value);
}

void TestIotHub::whoAnswersPingsStays_data()
{
    QTest::addColumn<bool>("polling");
    QTest::newRow("over a WebSocket") << false;
    QTest::newRow("by polling") << true;
}

void TestIotHub::whoAnswersPingsStays()
{
    QFETCH(bool, polling);
    HubStage stage;
    const auto session = polling ? nullptr : stage.join();
    const QString sid = polling ? stage.joinPolling() : QString();
    const auto heard = [&]() -> QByteArrayList {
        if (!polling)
            return textsOf(*session);
        const auto poll = stage.poll(sid);
        return poll->isAnswered() ? poll->packets() : QByteArrayList();
    };
    stage.pass(24'999ms);
    QCOMPARE(stage.dialect->counters().sockets, 1);
    stage.pass(1ms);
    QCOMPARE(heard(), QByteArrayList{"2"});
    stage.pass(19'999ms);
    if (polling)
        (void)stage.post(sid, "3");
    else
        session->say(QByteArray("3"));
    stage.pass(24'999ms);
    stage.pass(1ms);
    QCOMPARE(heard(), QByteArrayList{"2"});
    stage.pass(19'999ms);
    QCOMPARE(stage.dialect->counters().sockets, 1);
    stage.pass(1ms);
    QCOMPARE(stage.dialect->counters().sockets, 0);
    if (polling)
        QCOMPARE(stage.poll(sid)->answer.status, 400);
    else
        QVERIFY(!session->isOpen());
}

void TestIotHub::whoDoesNotJoinIsSentAway()
{
    for (const Posture posture : {Posture::Open, Posture::Secure}) {
        HubStage stage(posture);
        const auto patience = posture == Posture::Open ? 45'000ms : 2'000ms;
        FakeSession silent(base + QStringLiteral("websocket"),
                           posture == Posture::Open ? anonymousAdmin() : Principal());
        stage.dialect->opened(&silent);
        const auto hello = stage.ask("GET", base + QStringLiteral("polling"));
        const QString sid = objectOf(hello->answer.body.mid(1)).value(QLatin1String("sid")).toString();
        QCOMPARE(stage.dialect->counters().polling, 1);
        QCOMPARE(silent.messageLimit, posture == Posture::Open ? 10'485'760 : 65'536);
        stage.pass(patience - 1ms);
        QVERIFY(silent.isOpen());
        QCOMPARE(stage.dialect->counters().polling, 1);
        stage.pass(1ms);
        QCOMPARE(silent.closeCode, posture == Posture::Open ? 1000 + 8 : 4001);
        QCOMPARE(stage.dialect->counters().polling, 0);
        QCOMPARE(stage.poll(sid)->answer.status, 400);
    }
}

void TestIotHub::aPollIsHeldAndComesBack()
{
    HubStage stage;
    const QString sid = stage.joinPolling();
    const auto held = stage.poll(sid);
    QVERIFY(!held->isAnswered());
    // Everything of one turn is one answer.
    (void)stage.post(sid, R"(42["nonsense",{}])"
                          "\x1e"
                          R"(42["nonsense",{}])");
    QVERIFY(held->isAnswered());
    QCOMPARE(held->packets().size(), 2);
    // With nothing to tell it comes back before an intermediary loses patience.
    const auto idle = stage.poll(sid);
    (void)stage.post(sid, "3");
    stage.pass(25'000ms);
    QVERIFY(idle->isAnswered());
}

void TestIotHub::aPollThatNobodyAwaitsEndsTheSession()
{
    HubStage stage;
    const QString sid = stage.joinPolling();
    const auto held = stage.poll(sid);
    held->gone = true;
    (void)stage.post(sid, R"(42["nonsense",{}])");
    QVERIFY(!held->isAnswered());
    QTRY_COMPARE(stage.dialect->counters().polling, 0);
    QCOMPARE(stage.poll(sid)->answer.status, 400);
}

void TestIotHub::whatWaitsGoesOverWithTheUpgrade()
{
    HubStage stage;
    const QString sid = stage.joinPolling();
    const auto held = stage.poll(sid);
    FakeSession web(base + QStringLiteral("websocket&sid=") + sid, anonymousAdmin());
    stage.dialect->opened(&web);
    web.say(QByteArray("2probe"));
    QCOMPARE(textsOf(web), QByteArrayList{"3probe"});
    QCOMPARE(held->answer.body, QByteArray("6"));           // so that the client's polling can pause
    (void)stage.post(sid, R"(42["nonsense",{"first":1}])"); // what it still had to say the old way
    web.say(QByteArray("5"));
    QCOMPARE(stage.dialect->counters().polling, 0);
    const QByteArrayList waited = textsOf(web);
    QCOMPARE(waited.size(), 1);
    QVERIFY(waited.first().startsWith(R"(42["error")"));
    web.say(QByteArray(R"(421["heartbeat",{"imei":"van-1"}])"));
    QCOMPARE(textsOf(web), QByteArrayList{R"(431[{"success":true}])"});
    QCOMPARE(stage.poll(sid)->answer.status, 400); // it polls no more
    QCOMPARE(stage.dialect->counters().sockets, 1);
    web.hangUp();
    QCoreApplication::processEvents();
    QCOMPARE(stage.dialect->counters().sockets, 0);
}

void TestIotHub::anUpgradeThatIsNotFinishedEnds()
{
    HubStage stage;
    const QString sid = stage.joinPolling();
    FakeSession slow(base + QStringLiteral("websocket&sid=") + sid, anonymousAdmin());
    stage.dialect->opened(&slow);
    slow.say(QByteArray("2probe"));
    stage.pass(9'999ms);
    QVERIFY(slow.isOpen());
    FakeSession second(base + QStringLiteral("websocket&sid=") + sid, anonymousAdmin());
    stage.dialect->opened(&second);
    QVERIFY(!second.isOpen());
    stage.pass(1ms);
    QVERIFY(!slow.isOpen());
    // Polling goes on.
    QCOMPARE(stage.post(sid, R"(421["heartbeat",{"imei":"van-1"}])")->answer.body, QByteArray("ok"));
    QCOMPARE(stage.poll(sid)->packets().last(), QByteArray(R"(431[{"success":true}])"));
    // Steps in the wrong order are none.
    FakeSession hasty(base + QStringLiteral("websocket&sid=") + sid, anonymousAdmin());
    stage.dialect->opened(&hasty);
    hasty.say(QByteArray("5"));
    QVERIFY(!hasty.isOpen());
    QCOMPARE(stage.dialect->counters().polling, 1);
}

void TestIotHub::pollingIsBounded()
{
    HubSettings settings;
    settings.engine.pollingPerAddress = 3;
    settings.engine.packetsPerPost = 10;
    HubStage stage(Posture::Open, settings);
    QString sid;
    for (int i = 0; i < 3; ++i)
        sid = stage.joinPolling();
    const auto refused = stage.ask("GET", base + QStringLiteral("polling"));
    QCOMPARE(refused->answer.status, 503);
    QCOMPARE(stage.dialect->counters().polling, 3);
    (void)stage.post(sid, "1"); // its client leaves
    QCOMPARE(stage.dialect->counters().polling, 2);
    sid = stage.joinPolling();
    QCOMPARE(stage.dialect->counters().polling, 3);
    QCOMPARE(stage.post(sid, QByteArray("3\x1e", 2).repeated(10))->answer.status, 400);
    QCOMPARE(stage.post(sid, {})->answer.status, 400);
    QCOMPARE(stage.post(sid, "\xff")->answer.status, 400);
    QCOMPARE(stage.post(sid, QByteArray("3\x1e", 2).repeated(9) + '3')->answer.status, 200);
}

void TestIotHub::aSlowPollerIsBounded()
{
    HubStage stage;
    const QString sid = stage.joinPolling();
    // Telemetry conflates to the latest of each device …
    const QByteArray filler(2'000, 'x');
    for (int i = 0; i < 2'000; ++i) {
        stage.sink.taken = {
            Reading{QStringLiteral("van-1"),
                    QStringLiteral("dialect1"),
                    stage.now,
                    {},
                    {},
                    {{channel::Speed, double(i)}, {QStringLiteral("filler"), QString::fromLatin1(filler)}}}};
        stage.deliver();
    }
    QByteArray last;
    qsizetype bytes = 0;
    for (int i = 0; i < 20; ++i) {
        const auto poll = stage.poll(sid);
        if (!poll->isAnswered()) {
            poll->gone = true;
            break;
        }
        bytes += poll->answer.body.size();
        last = poll->packets().last();
    }
    QVERIFY2(bytes < 1'048'576, qPrintable(QString::number(bytes)));
    QVERIFY(last.contains(R"("speed":1999)"));
    // … and whoever never fetches what must not be lost is given up.
    HubStage other;
    const QString deaf = other.joinPolling();
    for (int i = 0; i < 600 && other.dialect->counters().polling > 0; ++i) {
        (void)other.ask("POST", QStringLiteral("/api/realtime/broadcast"),
                        R"({"event":"notice","data":{"x":")" + QByteArray(4'000, 'y') + "\"}}");
        other.desk.answer(Outcome::done({})); // it is in the audit
        QCoreApplication::processEvents();
    }
    QCOMPARE(other.dialect->counters().polling, 0);
    QCOMPARE(other.poll(deaf)->answer.status, 400);
}

void TestIotHub::anEndedTokenEndsPolling()
{
    for (const bool revoked : {false, true}) {
        HubStage stage(Posture::Secure);
        stage.authorizer->until = stage.now + 1min;
        const QString sid = stage.joinPolling(R"({"token":"anna"})");
        QCOMPARE(stage.dialect->counters().sockets, 1);
        stage.pass(1s);
        QCOMPARE(stage.dialect->counters().sockets, 1);
        if (revoked) {
            stage.authorizer->revoked = QStringLiteral("anna");
            ++stage.authorizer->changes;
        } else {
            stage.pass(23s); // before the first ping
            (void)stage.post(sid, "3");
            stage.pass(24s);
            (void)stage.post(sid, "3");
            stage.pass(11s);
            QCOMPARE(stage.dialect->counters().sockets, 1);
        }
        stage.pass(1s);
        QCOMPARE(stage.dialect->counters().sockets, 0);
    }
}

void TestIotHub::bothTransportsGetTheSameBytes()
{
    HubStage stage;
    const auto first = stage.join();
    const auto second = stage.join();
    const QString sid = stage.joinPolling();
    first->say(telemetryOf("van-1", R"({"engineRpm":2500,"externalVoltage":12500})"));
    first->wires.clear();
    stage.deliver();
    // Nobody registered van-1 or subscribed to anna: the broadcast alone.
    QCOMPARE(first->wires.size(), 1);
    QCOMPARE(first->deliveries.last(), net::Delivery::B);
    QVERIFY(!first->keys.last().isEmpty());
    QVERIFY(first->wires.first().constData() == second->wires.first().constData()); // encoded once
    const QByteArray text = payloadOfWire(first->wires.first());
    QCOMPARE(stage.poll(sid)->packets(), QByteArrayList{text});
    const QJsonArray event = QJsonDocument::fromJson(text.mid(2)).array();
    QCOMPARE(event.at(0).toString(), QStringLiteral("telemetry_broadcast"));
    QCOMPARE(event.at(1).toObject().value(QLatin1String("data")),
             QJsonValue(objectOf(R"({"engineRpm":2500,"externalVoltage":12500})")));
}

void TestIotHub::aSilentDeviceIsDisconnected()
{
    HubStage stage;
    const auto device = stage.join();
    device->say(QByteArray(R"(42["register_device",{"imei":"van-1"}])"));
    const auto listed = [&] {
        return objectOf(stage.ask("GET", QStringLiteral("/api/realtime/devices"))->answer.body)
            .value(QLatin1String("data"))
            .toObject()
            .value(QLatin1String("devices"))
            .toArray()
            .size();
    };
    const auto answerPing = [&] { device->say(QByteArray("3")); };
    QCOMPARE(listed(), 1);
    for (int i = 0; i < 14; ++i) {
        stage.pass(20s);
        answerPing();
    }
    device->say(QByteArray(R"(42["heartbeat",{"imei":"van-1"}])")); // 280 s
    for (int i = 0; i < 14; ++i) {
        stage.pass(20s);
        answerPing();
    }
    QCOMPARE(listed(), 1);
    stage.pass(20s);
    QCOMPARE(listed(), 0);
    QCOMPARE(stage.dialect->counters().sockets, 1); // its socket stays
    device->say(QByteArray(R"(42["register_device",{"imei":"van-1"}])"));
    QCOMPARE(listed(), 1);
    device->hangUp();
    QCoreApplication::processEvents();
    QCOMPARE(listed(), 0);
}

/// Role × event × own, owned, foreign and unknown object, from the tables that the server uses.
void TestIotHub::everyEventIsAuthorized()
{
    for (const HubEventRule &rule : hubEvents) {
        for (const world::Person &person : world::people) {
            HubStage stage(Posture::Secure);
            QByteArrayList refusals;
            const bool aboutUsers = rule.message == HubEvent::Subscribe;
            const QList<const char *> objects =
                aboutUsers ? QList<const char *>(world::users.begin(), world::users.end())
                           : QList<const char *>(world::vehicles.begin(), world::vehicles.end());
            for (const char *object : objects) {
                const auto session = stage.join(world::principalOf(person));
                const QByteArray name(rule.type.data(), qsizetype(rule.type.size()));
                session->say("42[\"" + name + "\",{\"imei\":\"" + object + "\",\"email\":\"" + object +
                             R"(","data":{"speed":1}}])");
                QByteArray said;
                for (const QByteArray &text : textsOf(*session))
                    said += text;
                // A user that no account stands for is nobody here.
                const bool isThere = !aboutUsers || (QByteArray(object) != "ben" && QByteArray(object) != "unknown");
                const bool expected =
                    isThere && world::isRight(person, rule.rule.act(), QString::fromLatin1(object), !aboutUsers);
                const QByteArray what = QByteArray(person.id) + ' ' + name + ' ' + object + ": " + said;
                QVERIFY2(said.contains("\"error\"") != expected, what.constData());
                if (!expected)
                    refusals.append(said);
                QVERIFY2(stage.sink.taken.size() == (expected && rule.message == HubEvent::Telemetry ? 1 : 0),
                         what.constData());
                stage.sink.taken.clear();
            }
            QVERIFY(stage.desk.requests.isEmpty());
            // Foreign and unknown: one answer.
            for (const QByteArray &refusal : std::as_const(refusals))
                QCOMPARE(refusal, refusals.first());
        }
    }
}

void TestIotHub::anOwnerIsAddedThroughTheDesk()
{
    HubStage stage(Posture::Secure);
    const auto dora = stage.join(somebody(QStringLiteral("dora"), Role::Dispatcher));
    dora->say(QByteArray(R"(42["register_device",{"imei":"van-2","userEmail":"Anna@example.org"}])"));
    QVERIFY(dora->wires.isEmpty()); // first the desk
    const auto asked = stage.desk.asked<PutDevice>();
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked.first().device.owners, (QStringList{QStringLiteral("ben"), QStringLiteral("anna")}));
    QCOMPARE(stage.desk.requests.first().actor.kind, Actor::Kind::Operator);
    stage.desk.answer(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("Full")));
    QVERIFY(textsOf(*dora).value(0).contains("Failed to register device"));
    dora->say(QByteArray(R"(42["register_device",{"imei":"van-2","userEmail":"anna@example.org"}])"));
    stage.desk.answer(Outcome::done(QStringLiteral("van-2")));
    QVERIFY(textsOf(*dora).value(0).contains("device_registered"));
    // Known, and hers already: nothing to ask.
    const qsizetype before = stage.desk.requests.size();
    dora->say(QByteArray(R"(42["register_device",{"imei":"van-1","userEmail":"anna@example.org"}])"));
    QVERIFY(textsOf(*dora).value(0).contains("device_registered"));
    QCOMPARE(stage.desk.requests.size(), before);
    // Gone before the answer: nobody is told, nothing breaks.
    dora->say(QByteArray(R"(42["register_device",{"imei":"van-2","userEmail":"anna@example.org"}])"));
    dora->hangUp();
    QCoreApplication::processEvents();
    stage.desk.answer(Outcome::done(QStringLiteral("van-2")));
}

void TestIotHub::alertsAreToldWhenTheyMatch()
{
    HubStage stage;
    const auto device = stage.join();
    const auto owner = stage.join();
    const auto stranger = stage.join();
    device->say(QByteArray(R"(42["register_device",{"imei":"van-1"}])"));
    device->say(QByteArray(R"(42["subscribe_user",{"email":"anna@example.org"}])")); // by both ways
    owner->say(QByteArray(R"(42["subscribe_user",{"email":"anna"}])"));
    const auto tell = [&](AlertVerb verb, AlertState from, AlertState to, const char *code) {
        AlertChange change{verb, from, to, alertOf(QStringLiteral("a"), QStringLiteral("van-1"))};
        change.alert.code = QString::fromLatin1(code);
        change.alert.title = QStringLiteral("A title");
        Q_EMIT stage.mirror.alertChanged(change);
    };
    const auto none = AlertState::Normal;
    const auto open = AlertState::Unacknowledged;
    (void)textsOf(*device);
    (void)textsOf(*owner);
    (void)textsOf(*stranger);
    for (const auto &[code, event] :
         {std::pair{"LOW_BATTERY", "vehicle_alert"}, std::pair{"HIGH_RPM", "vehicle_alert"},
          std::pair{"CRASH_DETECTED", "crash_detected"}, std::pair{"DTC_DETECTED", "health_warning"},
          std::pair{"engine_overheat", "vehicle_alert"}}) {
        tell(AlertVerb::Raise, none, open, code);
        for (FakeSession *session : {device.get(), owner.get()}) {
            QCOMPARE(session->deliveries.last(), net::Delivery::Alert);
            const QByteArrayList texts = textsOf(*session);
            QCOMPARE(texts.size(), 1);
            const QJsonArray said = QJsonDocument::fromJson(texts.first().mid(2)).array();
            QCOMPARE(said.at(0).toString(), QLatin1String(event));
            QCOMPARE(said.at(1).toObject().value(QLatin1String("type")).toString(), QLatin1String(event));
            QCOMPARE(said.at(1).toObject().value(QLatin1String("alert")),
                     QJsonValue(QJsonObject{{QStringLiteral("level"), QStringLiteral("warning")},
                                            {QStringLiteral("message"), QStringLiteral("A title")},
                                            {QStringLiteral("code"), QLatin1String(code)}}));
        }
    }
    tell(AlertVerb::Repeat, open, open, "HIGH_RPM");
    QCOMPARE(textsOf(*owner).size(), 1);
    tell(AlertVerb::LevelChange, open, open, "HIGH_RPM");
    QCOMPARE(textsOf(*owner).size(), 1);
    // What the desk does with it is not a match.
    tell(AlertVerb::Acknowledge, open, AlertState::Acknowledged, "HIGH_RPM");
    tell(AlertVerb::Clearing, open, open, "HIGH_RPM");
    tell(AlertVerb::Return, open, none, "HIGH_RPM");
    QCOMPARE(textsOf(*owner).size(), 0);
    QCOMPARE(textsOf(*stranger).size(), 0);

    // Whoever listens to a person may be holding that person's phone: a cancel under duress is nothing that the desk makes of it.
    AlertChange panic{AlertVerb::Raise, none, open, alertOf(QStringLiteral("p"), QStringLiteral("anna"))};
    panic.alert.kind = AlertKind::Incident;
    panic.alert.userId = QStringLiteral("anna");
    panic.alert.incident.edit([](IncidentFacts &) {});
    Q_EMIT stage.mirror.alertChanged(panic);
    QCOMPARE(textsOf(*owner).size(), 1);
    panic.alert.incident.edit([&stage](IncidentFacts &facts) {
        facts.duress = true;
        facts.canceledAtSource = stage.now;
    });
    for (const AlertVerb verb : {AlertVerb::Duress, AlertVerb::Repeat, AlertVerb::LevelChange, AlertVerb::Escalate}) {
        panic.verb = verb;
        panic.from = open;
        Q_EMIT stage.mirror.alertChanged(panic);
    }
    QCOMPARE(textsOf(*owner).size(), 0);
}

QTEST_GUILESS_MAIN(TestIotHub)
#include "test_iothub.moc"
