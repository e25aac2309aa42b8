// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dialects/Fakes.h"

#include <QJsonArray>
#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

const QString typeKey = QStringLiteral("type");
const QString telemetryPath = QStringLiteral("/ws/telemetry/van-1");
const QString alertsPath = QStringLiteral("/ws/alerts/anna");
const QString chatPath = QStringLiteral("/ws/chat/anna");
const QByteArray simulator =
    R"({"type":"client_info","data":{"vehicle_id":"van-1","client_type":"vehicle_simulator"}})";

QString typeOf(const QJsonObject &frame)
{
    return frame.value(typeKey).toString();
}
QJsonObject dataOf(const QJsonObject &frame)
{
    return frame.value(QLatin1String("data")).toObject();
}
QString codeOf(const QJsonObject &frame)
{
    return dataOf(frame).value(QLatin1String("code")).toString();
}
QString fieldOf(const QJsonObject &frame)
{
    return dataOf(frame).value(QLatin1String("field")).toString();
}

/// A strict client drops a frame in which data is no object or one of the last two is no text.
bool isStrict(const QJsonObject &frame)
{
    return frame.size() == 4 && frame.value(typeKey).isString() && frame.value(QLatin1String("data")).isObject() &&
           frame.value(QLatin1String("timestamp")).isString() && frame.value(QLatin1String("message_id")).isString() &&
           timeFromIso8601(frame.value(QLatin1String("timestamp")).toString()) &&
           !frame.value(QLatin1String("message_id")).toString().isEmpty();
}

AlertChange changeOf(const Alert &alert, AlertVerb verb, AlertState from = AlertState::Unacknowledged)
{
    return {verb, from, stateOf(alert), alert};
}

} // namespace

class TestVehicleDialect : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void pathsDecide_data();
    void pathsDecide();
    void nothingIsSaidBeforeTheClientSpeaks();
    void telemetryComesBackToWhoSentIt();
    void telemetryIsEncodedOnceForAllSubscribers();
    void aPureProducerHearsNothingOfItsOwn();
    void aProducerGetsAHandfulOfErrorsAtMost();
    void anUpdateIsCompletedByWhatIsStillKnown();
    void anUnknownVehicleIsIntroducedOnce();
    void foreignChannelsAreBounded();
    void wrongMessagesAreAnsweredAndChangeNothing_data();
    void wrongMessagesAreAnsweredAndChangeNothing();
    void pingIsAnsweredByPong();
    void heartbeatsRunPerConnection();
    void alertsGoToOwnersAndSubscribers();
    void socketsThatBringAlertsAreReadWhateverTheDeskHasToDo();
    void anAlertOfNobodyGoesToAllInTheOpenPosture();
    void anAlertOfNobodyGoesToStaffInTheSecurePosture();
    void whichChangesAreTold_data();
    void whichChangesAreTold();
    void aReportedAlertIsRecordedAndRepeatedAsSent();
    void anAcknowledgeAsksTheDesk();
    void aRefusedRequestIsAnsweredWithTheFieldThatNamedIt();
    void chatGoesToTheDeskAndRepliesComeBackBare();
    void chatErrorsAreBare();
    void staffWriteInAnothersThreadAsTheDesk();
    void aPongDeliversTheLinesBeforeIt();
    void aPongOfSomebodyElseDeliversNothing();
    void aDeliveryThatTheDeskHasNoRoomForIsToldAgain();
    void phonesTellWhatTheyReadAndAcknowledge();
    void exactlyTwoHundredMessagesPass();
    void whatDoesNotCountIsNeverRefused();
    void rolesAndPostures_data();
    void rolesAndPostures();
    void aTokenDoesNotOutliveTheVehiclesOwner();
    void anAnswerForAClosedSessionIsDropped();
    void aSessionMayCloseWhileItIsWrittenTo();
};

void TestVehicleDialect::pathsDecide_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("ours");
    const auto row = [](const char *path, bool ours) { QTest::newRow(path) << QString::fromLatin1(path) << ours; };
    row("/ws/telemetry/test-vehicle-123", true);
    row("/ws/alerts/a@b.c", true);
    row("/ws/chat/1", true);
    row("/ws/telemetry/", false);
    row("/ws/telemetry", false);
    row("/ws/telemetry/v/", false);
    row("/ws/alerts/x/", false);
    row("/ws/chat/x/", false);
    row("/ws/alerts/", false);
    row("/ws/telemetry/a/b", false);
    row("/ws/telemetry/a\n", false);
    row("/ws", false);
    row("/ws/v1", false);
    row("/ws/hardware", false);
    row("/ws/user/x/", false);
    row("/WS/telemetry/v", false);
    row("/", false);
}

void TestVehicleDialect::pathsDecide()
{
    QFETCH(QString, path);
    QFETCH(bool, ours);
    const Stage stage;
    QCOMPARE(stage.dialect->claimsUpgrade(path), ours);
    QVERIFY(!stage.dialect->claimsUpgrade(QStringLiteral("/ws/telemetry/") + QString(129, QLatin1Char('x'))));
}

void TestVehicleDialect::nothingIsSaidBeforeTheClientSpeaks()
{
    Stage stage;
    for (const QString &path : {telemetryPath, alertsPath, chatPath}) {
        const auto session = stage.connect(path);
        QCoreApplication::processEvents();
        QVERIFY(session->take().isEmpty());
    }
}

void TestVehicleDialect::telemetryComesBackToWhoSentIt()
{
    Stage stage(Posture::Open, {vehicleOf(QStringLiteral("van-1"))});
    const auto session = stage.connect(telemetryPath);
    session->say(R"({"type":"telemetry_data","data":{"vehicle_id":"van-1","speed":65.5,"engine_metrics":{"rpm":2500},
        "location":{"latitude":40.7,"longitude":-74}},"timestamp":"2024-01-01T12:00:00"})");
    QCOMPARE(stage.sink.taken.size(), 1);
    const Reading &reading = stage.sink.taken.first();
    QCOMPARE(reading.deviceId, QStringLiteral("van-1"));
    QCOMPARE(reading.source, QStringLiteral("dialect1"));
    QVERIFY(reading.receivedAt == stage.now);
    QVERIFY(reading.sourceTime == fromEpochMillis(1'704'110'400'000));
    stage.deliver();
    const QJsonObject frame = session->takeOne();
    QVERIFY(isStrict(frame));
    QCOMPARE(typeOf(frame), QStringLiteral("telemetry_update"));
    const QJsonObject expected = objectOf(R"({"vehicle_id":"van-1","timestamp":"2024-01-01T12:00:00.000Z","speed":65.5,
        "engine_metrics":{"rpm":2500},"location":{"latitude":40.7,"longitude":-74}})");
    QCOMPARE(dataOf(frame), expected);
    QVERIFY(session->deliveries.last() == net::Delivery::B);
    QCOMPARE(session->keys.last(), QStringLiteral("telemetry/van-1"));

    session->say(R"({"type":"telemetry_update","vehicle_id":"van-1","data":{"engine_temp":95,"oil_pressure":40,
        "battery_voltage":12.6,"rpm":900,"speed":0,"fuel_level":5}})");
    stage.deliver();
    const QJsonObject flat = dataOf(session->takeOne());
    QCOMPARE(flat.value(QLatin1String("engine_metrics")).toObject(),
             objectOf(R"({"temperature":95,"rpm":900,"oil_pressure":40})"));
    QCOMPARE(flat.value(QLatin1String("fuel_metrics")).toObject(), objectOf(R"({"level":5})"));
    QCOMPARE(flat.value(QLatin1String("timestamp")).toString(), toIso8601(stage.now));
}

void TestVehicleDialect::telemetryIsEncodedOnceForAllSubscribers()
{
    Stage stage;
    const auto one = stage.connect(telemetryPath);
    const auto two = stage.connect(telemetryPath);
    const auto other = stage.connect(QStringLiteral("/ws/telemetry/van-2"));
    Reading reading;
    reading.deviceId = QStringLiteral("van-1");
    reading.source = QStringLiteral("serial:gps"); // whatever adapter it came from
    reading.receivedAt = stage.now;
    reading.samples = {{QStringLiteral("gps.satellites"), 7.0}};
    reading.position = Position{1, 2, {}, {}, 90.0, 36.0};
    stage.dialect->publish({reading, reading});
    QCOMPARE(one->take().size(), 2);
    QCOMPARE(two->take().size(), 2);
    QVERIFY(other->take().isEmpty());
    // The very same bytes, not equal ones.
    QVERIFY(one->wires.first().constData() == two->wires.first().constData());
    QVERIFY(one->wires.at(0) != one->wires.at(1));
}

void TestVehicleDialect::aPureProducerHearsNothingOfItsOwn()
{
    DialectOptions options;
    options.heartbeat = 1ms;
    Stage stage(Posture::Open, {}, options);
    const auto producer = stage.connect(telemetryPath);
    const auto dashboard = stage.connect(telemetryPath);
    producer->say(simulator);
    for (int i = 0; i < 20; ++i)
        producer->say(R"({"type":"telemetry_data","data":{"speed":1},"timestamp":"2024-01-01T12:00:00"})");
    QCOMPARE(stage.sink.taken.size(), 20);
    stage.deliver();
    stage.tell(changeOf(alertOf(QStringLiteral("a"), QStringLiteral("van-1")), AlertVerb::Raise));
    const qsizetype before = dashboard->wires.size();
    QCOMPARE(before, 21); // telemetry and the alert
    stage.now += 10s;
    QTRY_VERIFY(dashboard->wires.size() > before); // a heartbeat
    producer->say(R"({"type":"ping"})");
    QVERIFY(producer->take().isEmpty());
}

void TestVehicleDialect::aProducerGetsAHandfulOfErrorsAtMost()
{
    Stage stage;
    const auto producer = stage.connect(telemetryPath);
    producer->say(simulator);
    for (int i = 0; i < 100; ++i)
        producer->say(R"({"type":"telemetry_data","data":{"speed":"x"}})");
    QCOMPARE(producer->take().size(), 5);
    QCOMPARE(stage.dialect->counters().errors, 100);
}

void TestVehicleDialect::anUpdateIsCompletedByWhatIsStillKnown()
{
    // Its clients show a missing speed as 0: what was said lately is repeated, what is old is not.
    Stage stage;
    const auto session = stage.connect(telemetryPath);
    session->say(R"({"type":"telemetry_update","data":{"speed":50}})");
    stage.deliver();
    stage.now += 299s;
    session->say(R"({"type":"telemetry_update","data":{"rpm":900}})");
    stage.deliver();
    stage.now += 2s;
    session->say(R"({"type":"telemetry_update","data":{"rpm":901}})");
    stage.deliver();
    const QList<QJsonObject> frames = session->take();
    QCOMPARE(frames.size(), 3);
    QCOMPARE(dataOf(frames.at(1)).value(QLatin1String("speed")).toDouble(), 50.0);
    QVERIFY(!dataOf(frames.at(2)).contains(QLatin1String("speed")));
}

void TestVehicleDialect::anUnknownVehicleIsIntroducedOnce()
{
    Stage stage;
    const auto session = stage.connect(telemetryPath);
    QVERIFY(stage.desk.requests.isEmpty()); // listening alone makes no vehicle
    session->say(simulator);
    session->say(R"({"type":"telemetry_data","data":{"speed":1}})");
    session->say(R"({"type":"telemetry_data","data":{"speed":2}})");
    QCOMPARE(stage.desk.requests.size(), 1);
    const Device device = stage.desk.asked<PutDevice>().value(0).device;
    QCOMPARE(device.id, QStringLiteral("van-1"));
    QVERIFY(device.kind == DeviceKind::Vehicle);
    QCOMPARE(device.source, QStringLiteral("dialect1"));
    QVERIFY(stage.desk.requests.first().actor.kind == Actor::Kind::Device);
    stage.desk.answer(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("full")));
    session->say(R"({"type":"telemetry_data","data":{"speed":3}})");
    QCOMPARE(stage.desk.requests.size(), 1); // not with every message
    stage.now += 11s;
    session->say(R"({"type":"telemetry_data","data":{"speed":3}})");
    QCOMPARE(stage.desk.requests.size(), 2);
    stage.tell(device);
    stage.now += 11s;
    session->say(R"({"type":"telemetry_data","data":{"speed":3}})");
    QCOMPARE(stage.desk.requests.size(), 2);
    QCOMPARE(stage.sink.taken.size(), 5);
}

void TestVehicleDialect::foreignChannelsAreBounded()
{
    Stage stage;
    const auto session = stage.connect(telemetryPath);
    for (int i = 0; i < 300; ++i) {
        session->say(QJsonObject{
            {typeKey, QStringLiteral("telemetry_update")},
            {QStringLiteral("data"), QJsonObject{{QStringLiteral("x%1").arg(i), i}, {QStringLiteral("speed"), i}}}});
    }
    int foreign = 0;
    for (const Reading &reading : stage.sink.taken) {
        QVERIFY(reading.find(QStringLiteral("speed")));
        foreign += static_cast<int>(reading.samples.size()) - 1;
    }
    QCOMPARE(foreign, 256);
    QCOMPARE(stage.dialect->counters().droppedChannels, 44);
}

void TestVehicleDialect::wrongMessagesAreAnsweredAndChangeNothing_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("field");
    const auto row = [](const char *name, const QString &path, const QByteArray &message, const char *code,
                        const char *field) {
        QTest::newRow(name) << path << message << QString::fromLatin1(code) << QString::fromLatin1(field);
    };
    const QByteArray deep = QByteArray("[").repeated(65) + QByteArray("]").repeated(65);
    row("no JSON", telemetryPath, "hello", "invalid_json", "");
    row("nothing", telemetryPath, "", "invalid_json", "");
    row("a list", telemetryPath, "[]", "invalid_json", "");
    row("too deep", telemetryPath, "{\"a\":" + deep + "}", "invalid_json", "");
    row("a key twice", telemetryPath, R"({"type":"ping","type":"alert"})", "invalid_json", "type");
    row("type is a number", telemetryPath, R"({"type":5})", "invalid_field", "type");
    row("no type", telemetryPath, R"({"data":{}})", "unknown_type", "type");
    row("an unknown type", telemetryPath, R"({"type":"dance"})", "unknown_type", "type");
    row("chat on telemetry", telemetryPath, R"({"type":"chat","message":"x"})", "unknown_type", "type");
    row("telemetry on alerts", alertsPath, R"({"type":"telemetry_data","data":{}})", "unknown_type", "type");
    row("telemetry without data", telemetryPath, R"({"type":"telemetry_data"})", "invalid_field", "data");
    row("telemetry data is a list", telemetryPath, R"({"type":"telemetry_data","data":[1]})", "invalid_field", "data");
    row("telemetry data is null", telemetryPath, R"({"type":"telemetry_data","data":null})", "invalid_field", "data");
    row("speed is text", telemetryPath, R"({"type":"telemetry_data","data":{"speed":"x"}})", "invalid_field",
        "data.speed");
    row("rpm is text", telemetryPath, R"({"type":"telemetry_update","data":{"engine_metrics":{"rpm":"x"}}})",
        "invalid_field", "data.engine_metrics.rpm");
    row("timestamp is nonsense", telemetryPath, R"({"type":"telemetry_data","data":{},"timestamp":"soon"})",
        "invalid_field", "timestamp");
    row("another vehicle", telemetryPath, R"({"type":"telemetry_data","data":{"vehicle_id":"van-2"}})", "invalid_field",
        "data.vehicle_id");
    row("another vehicle on top", telemetryPath, R"({"type":"telemetry_update","vehicle_id":"van-2","data":{}})",
        "invalid_field", "vehicle_id");
    row("a vehicle that is a number", telemetryPath, R"({"type":"telemetry_update","vehicle_id":2,"data":{}})",
        "invalid_field", "vehicle_id");
    row("client_info without data", telemetryPath, R"({"type":"client_info"})", "invalid_field", "data");
    row("client_type is a number", telemetryPath, R"({"type":"client_info","data":{"client_type":1}})", "invalid_field",
        "data.client_type");
    row("alert without data", alertsPath, R"({"type":"alert"})", "invalid_field", "data");
    row("an empty alert", alertsPath, R"({"type":"alert","data":{}})", "invalid_field", "data.message");
    row("an unknown severity", alertsPath, R"({"type":"alert","data":{"type":"x","severity":"terrible"}})",
        "invalid_field", "data.severity");
    row("severity is a number", alertsPath, R"({"type":"alert","data":{"type":"x","severity":5}})", "invalid_field",
        "data.severity");
    row("acknowledged is text", alertsPath, R"({"type":"alert","data":{"type":"x","acknowledged":"no"}})",
        "invalid_field", "data.acknowledged");
    row("alert data is text", alertsPath, R"({"type":"alert","data":{"type":"x","data":"y"}})", "invalid_field",
        "data.data");
    row("actions are text", alertsPath, R"({"type":"alert","data":{"type":"x","recommended_actions":"stop"}})",
        "invalid_field", "data.recommended_actions");
    row("alert id is a flag", alertsPath, R"({"type":"alert","data":{"type":"x","id":true}})", "invalid_field",
        "data.id");
    row("alert time", alertsPath, R"({"type":"alert","data":{"type":"x","timestamp":"?"}})", "invalid_field",
        "data.timestamp");
    row("acknowledge nothing", alertsPath, R"({"type":"acknowledge_alert","data":{}})", "invalid_field",
        "data.alert_id");
    row("acknowledge an empty id", alertsPath, R"({"type":"acknowledge_alert","data":{"alert_id":""}})",
        "invalid_field", "data.alert_id");
    row("acknowledge a list", alertsPath, R"({"type":"acknowledge_alert","data":{"alert_id":[]}})", "invalid_field",
        "data.alert_id");
    row("acknowledge without data", alertsPath, R"({"type":"acknowledge_alert"})", "invalid_field", "data");
}

void TestVehicleDialect::wrongMessagesAreAnsweredAndChangeNothing()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, message);
    QFETCH(QString, code);
    QFETCH(QString, field);
    Stage stage;
    const auto session = stage.connect(path);
    session->say(message);
    const QJsonObject frame = session->takeOne();
    QVERIFY(isStrict(frame));
    QCOMPARE(typeOf(frame), QStringLiteral("error"));
    QCOMPARE(codeOf(frame), code);
    QCOMPARE(fieldOf(frame), field);
    QVERIFY(!dataOf(frame).value(QLatin1String("message")).toString().isEmpty());
    QVERIFY(stage.sink.taken.isEmpty());
    QVERIFY(stage.desk.requests.isEmpty());
    // The connection lives on.
    QVERIFY(session->isOpen());
    session->say(R"({"type":"ping"})");
    QCOMPARE(typeOf(session->takeOne()), QStringLiteral("pong"));
    session->sayBinary("x");
    QCOMPARE(codeOf(session->takeOne()), QStringLiteral("invalid_json"));
}

void TestVehicleDialect::pingIsAnsweredByPong()
{
    Stage stage;
    for (const QString &path : {telemetryPath, alertsPath, chatPath}) {
        const auto session = stage.connect(path);
        session->say(R"({"type":"ping","timestamp":"2024-01-01T12:00:00.000"})");
        const QJsonObject frame = session->takeOne();
        QVERIFY(isStrict(frame));
        QCOMPARE(typeOf(frame), QStringLiteral("pong"));
        QCOMPARE(dataOf(frame).value(QLatin1String("timestamp")).toString(), toIso8601(stage.now));
        session->say(R"({"type":"heartbeat"})");
        session->say(R"({"type":"pong"})");
        QVERIFY(session->take().isEmpty());
    }
}

void TestVehicleDialect::heartbeatsRunPerConnection()
{
    DialectOptions options;
    options.heartbeat = 20ms;
    Stage stage(Posture::Open, {}, options);
    const auto session = stage.connect(alertsPath);
    QTest::qWait(1);
    QVERIFY(session->take().isEmpty()); // the clock stands
    stage.now += 20ms;
    QTRY_VERIFY(!session->wires.isEmpty());
    const QJsonObject frame = session->takeOne();
    QVERIFY(isStrict(frame));
    QCOMPARE(typeOf(frame), QStringLiteral("heartbeat"));
    const QJsonObject expected{{QStringLiteral("timestamp"), toIso8601(stage.now)},
                               {QStringLiteral("server_status"), QStringLiteral("healthy")}};
    QCOMPARE(dataOf(frame), expected);
}

void TestVehicleDialect::socketsThatBringAlertsAreReadWhateverTheDeskHasToDo()
{
    Stage stage;
    const auto alerts = stage.connect(alertsPath);
    const auto chat = stage.connect(chatPath);
    const auto telemetry = stage.connect(telemetryPath);
    QVERIFY(alerts->urgent);
    QVERIFY(!chat->urgent);
    QVERIFY(!telemetry->urgent);
    telemetry->say(R"({"type":"telemetry_data","data":{"speed":1}})");
    QVERIFY(!telemetry->urgent);
    telemetry->say(R"({"type":"alert","data":{"id":"a1","type":"crash","severity":"critical","message":"crash"}})");
    QVERIFY(telemetry->urgent); // it may have more to report
}

void TestVehicleDialect::alertsGoToOwnersAndSubscribers()
{
    Stage stage(Posture::Open, {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")})});
    const auto owner = stage.connect(alertsPath);
    const auto stranger = stage.connect(QStringLiteral("/ws/alerts/ben"));
    const auto subscriber = stage.connect(telemetryPath);
    const auto chat = stage.connect(chatPath);
    stage.tell(
        changeOf(alertOf(QStringLiteral("a1"), QStringLiteral("van-1"), AlertLevel::Critical), AlertVerb::Raise));
    QVERIFY(stranger->take().isEmpty());
    QVERIFY(chat->take().isEmpty());
    QCOMPARE(subscriber->take().size(), 1);
    const QJsonObject frame = owner->takeOne();
    QVERIFY(isStrict(frame));
    QCOMPARE(typeOf(frame), QStringLiteral("alert"));
    QVERIFY(owner->deliveries.last() == net::Delivery::Alert);
    const QJsonObject expected = objectOf(R"({"id":"a1","type":"engine_overheat","title":"Engine too hot",
        "severity":"critical","category":"engine","message":"121 °C, limit 115 °C","timestamp":"2023-11-14T22:13:20.000Z",
        "acknowledged":false,"status":"active","vehicle_id":"van-1","user_id":"anna","data":{"value":121,"threshold":115},
        "recommended_actions":["Stop the vehicle"]})");
    QCOMPARE(dataOf(frame), expected);

    Alert panic = alertOf(QStringLiteral("p1"), QStringLiteral("ben"), AlertLevel::Emergency);
    panic.kind = AlertKind::Incident;
    panic.userId = QStringLiteral("ben");
    stage.tell(changeOf(panic, AlertVerb::Raise));
    const QJsonObject panicData = dataOf(stranger->takeOne());
    QCOMPARE(panicData.value(QLatin1String("severity")).toString(), QStringLiteral("critical"));
    QCOMPARE(panicData.value(QLatin1String("class")).toString(), QStringLiteral("emergency"));
    QCOMPARE(panicData.value(QLatin1String("vehicle_id")).toString(), QString());
    QVERIFY(owner->take().isEmpty());
}

void TestVehicleDialect::anAlertOfNobodyGoesToAllInTheOpenPosture()
{
    Stage stage(Posture::Open, {vehicleOf(QStringLiteral("van-1"))});
    const auto anna = stage.connect(alertsPath);
    const auto ben = stage.connect(QStringLiteral("/ws/alerts/ben"));
    stage.tell(changeOf(alertOf(QStringLiteral("a1"), QStringLiteral("van-1")), AlertVerb::Raise));
    QCOMPARE(anna->take().size(), 1);
    QCOMPARE(ben->take().size(), 1);
}

void TestVehicleDialect::anAlertOfNobodyGoesToStaffInTheSecurePosture()
{
    Stage stage(Posture::Secure, {vehicleOf(QStringLiteral("van-1"))});
    const auto anna = stage.connect(alertsPath, somebody(QStringLiteral("anna"), Role::Citizen));
    const auto staff =
        stage.connect(QStringLiteral("/ws/alerts/dora"), somebody(QStringLiteral("dora"), Role::Dispatcher));
    stage.tell(changeOf(alertOf(QStringLiteral("a1"), QStringLiteral("van-1")), AlertVerb::Raise));
    QVERIFY(anna->take().isEmpty());
    QCOMPARE(staff->take().size(), 1);
}

void TestVehicleDialect::whichChangesAreTold_data()
{
    QTest::addColumn<int>("verb");
    QTest::addColumn<bool>("ruled");
    QTest::addColumn<bool>("otherState");
    QTest::addColumn<bool>("told");
    const auto row = [](AlertVerb verb, bool ruled, bool otherState, bool told) {
        QTest::addRow("%s%s%s", qPrintable(toString(verb)), ruled ? " of a rule" : "",
                      otherState ? " to another state" : "")
            << int(verb) << ruled << otherState << told;
    };
    for (const AlertVerb verb :
         {AlertVerb::Raise, AlertVerb::Acknowledge, AlertVerb::LevelChange, AlertVerb::Return, AlertVerb::Cancel})
        row(verb, true, false, true);
    row(AlertVerb::Repeat, true, false, false);
    row(AlertVerb::Repeat, false, false, true);
    row(AlertVerb::Repeat, true, true, true);
    for (const AlertVerb verb : {AlertVerb::Clearing, AlertVerb::Reactivate, AlertVerb::Stale, AlertVerb::Fresh}) {
        row(verb, true, false, false);
        row(verb, true, true, true);
    }
}

void TestVehicleDialect::whichChangesAreTold()
{
    QFETCH(int, verb);
    QFETCH(bool, ruled);
    QFETCH(bool, otherState);
    QFETCH(bool, told);
    Stage stage;
    const auto session = stage.connect(telemetryPath);
    Alert alert = alertOf(QStringLiteral("a1"), QStringLiteral("van-1"));
    if (!ruled)
        alert.ruleId.clear();
    stage.tell(changeOf(alert, AlertVerb(verb), otherState ? AlertState::Acknowledged : AlertState::Unacknowledged));
    QCOMPARE(session->take().size(), told ? 1 : 0);
}

void TestVehicleDialect::aReportedAlertIsRecordedAndRepeatedAsSent()
{
    Stage stage;
    const auto sender = stage.connect(alertsPath);
    const auto other = stage.connect(alertsPath);
    sender->say(R"({"type":"alert","data":{"id":"alert-002","type":"low_oil_pressure","severity":"high",
        "message":"Oil pressure below safe levels","timestamp":"2024-01-01T12:00:00","data":{"pressure":12,"threshold":20},
        "acknowledged":false},"timestamp":"2024-01-01T12:00:00"})");
    QVERIFY(sender->take().isEmpty()); // the row changes when the event comes back
    const ReportAlert asked = stage.desk.asked<ReportAlert>().value(0);
    QCOMPARE(asked.alertId, QStringLiteral("alert-002"));
    QCOMPARE(asked.userId, QStringLiteral("anna"));
    QCOMPARE(asked.source, QString());
    QCOMPARE(asked.code, QStringLiteral("low_oil_pressure"));
    QVERIFY(asked.level == AlertLevel::Critical);
    QVERIFY(asked.value == 12.0 && asked.threshold == 20.0);
    QVERIFY(asked.sourceTime);
    const Request request = stage.desk.requests.first();
    QVERIFY(request.actor.kind == Actor::Kind::User);
    QCOMPARE(request.actor.id, QStringLiteral("anna"));
    QCOMPARE(request.actor.session, sender->id());

    Alert alert = alertOf(asked.alertId, QStringLiteral("anna"), AlertLevel::Critical);
    alert.userId = QStringLiteral("anna");
    alert.ruleId.clear();
    alert.value = 12;
    alert.threshold = 20;
    stage.tell(changeOf(alert, AlertVerb::Raise));
    QCOMPARE(other->take().size(), 1);
    const QJsonObject data = dataOf(sender->takeOne());
    QCOMPARE(data.value(QLatin1String("id")).toString(), QStringLiteral("alert-002"));
    QCOMPARE(data.value(QLatin1String("severity")).toString(), QStringLiteral("high"));
    QCOMPARE(data.value(QLatin1String("data")).toObject(), objectOf(R"({"pressure":12,"threshold":20,"value":12})"));
    // The desk lowered it: the sender's word no longer says what is.
    alert.level = AlertLevel::Info;
    stage.tell(changeOf(alert, AlertVerb::LevelChange));
    QCOMPARE(dataOf(sender->takeOne()).value(QLatin1String("severity")).toString(), QStringLiteral("info"));

    // Nobody re-words somebody else's alert by its id.
    stage.tell(
        changeOf(alertOf(QStringLiteral("rule-1"), QStringLiteral("van-1"), AlertLevel::Critical), AlertVerb::Raise));
    (void)sender->take();
    sender->say(R"({"type":"alert","data":{"id":"rule-1","type":"x","level":"high","data":{"fake":1}}})");
    stage.tell(changeOf(alertOf(QStringLiteral("rule-1"), QStringLiteral("van-1"), AlertLevel::Critical),
                        AlertVerb::Acknowledge));
    const QJsonObject kept = dataOf(sender->takeOne());
    QCOMPARE(kept.value(QLatin1String("severity")).toString(), QStringLiteral("critical"));
    QVERIFY(!kept.value(QLatin1String("data")).toObject().contains(QLatin1String("fake")));

    // From a vehicle's own socket the vehicle is the source; an id is made when none came.
    const auto vehicle = stage.connect(telemetryPath);
    vehicle->say(R"({"type":"critical_alert","data":{"type":"crash","priority":"low"}})");
    const ReportAlert own = stage.desk.asked<ReportAlert>().last();
    QCOMPARE(own.source, QStringLiteral("van-1"));
    QVERIFY(!own.alertId.isEmpty());
    QVERIFY(own.level == AlertLevel::Info);
}

void TestVehicleDialect::anAcknowledgeAsksTheDesk()
{
    Stage stage;
    const auto session = stage.connect(alertsPath);
    const auto second = stage.connect(alertsPath);
    Alert alert = alertOf(QStringLiteral("a1"), QStringLiteral("van-1"));
    stage.tell(changeOf(alert, AlertVerb::Raise));
    (void)session->take();
    (void)second->take();
    session->say(R"({"type":"acknowledge_alert","data":{"alert_id":"a1"},"timestamp":"2024-01-01T12:00:00"})");
    const Acknowledge asked = stage.desk.asked<Acknowledge>().value(0);
    QCOMPARE(asked.alertId, QStringLiteral("a1"));
    QCOMPARE(asked.occurrence, 0); // a client that names only the alert takes it as of now
    QVERIFY(session->take().isEmpty());
    alert.acked = true;
    stage.tell(changeOf(alert, AlertVerb::Acknowledge));
    stage.desk.answer(Outcome::done(QStringLiteral("a1")));
    for (FakeSession *each : {session.get(), second.get()}) {
        const QJsonObject data = dataOf(each->takeOne());
        QCOMPARE(data.value(QLatin1String("acknowledged")).toBool(), true);
        QCOMPARE(data.value(QLatin1String("status")).toString(), QStringLiteral("acknowledged"));
    }
    // A second one changes nothing, so no event comes: the asker alone is told how it stands.
    session->say(R"({"type":"acknowledge_alert","data":{"alert_id":"a1"}})");
    stage.desk.answer(Outcome::done(QStringLiteral("a1"), false));
    QCOMPARE(dataOf(session->takeOne()).value(QLatin1String("acknowledged")).toBool(), true);
    QVERIFY(second->take().isEmpty());
}

void TestVehicleDialect::aRefusedRequestIsAnsweredWithTheFieldThatNamedIt()
{
    Stage stage;
    const auto session = stage.connect(alertsPath);
    session->say(R"({"type":"acknowledge_alert","data":{"alert_id":"nope"}})");
    stage.desk.answer(Outcome::refused(QStringLiteral("not_found"), QStringLiteral("Alert not found")));
    const QJsonObject frame = session->takeOne();
    QCOMPARE(codeOf(frame), QStringLiteral("not_found"));
    QCOMPARE(fieldOf(frame), QStringLiteral("data.alert_id"));
    QCOMPARE(dataOf(frame).value(QLatin1String("message")).toString(), QStringLiteral("Alert not found"));
}

void TestVehicleDialect::chatGoesToTheDeskAndRepliesComeBackBare()
{
    Stage stage;
    const auto phone = stage.connect(chatPath);
    const auto tablet = stage.connect(chatPath);
    const auto other = stage.connect(QStringLiteral("/ws/chat/ben"));
    phone->say(R"({"message":"Where is my van?","timestamp":"2024-01-01T12:00:00","context":{"screen":"map"}})");
    const SendChat asked = stage.desk.asked<SendChat>().value(0);
    QCOMPARE(asked.thread, QStringLiteral("user/anna"));
    QCOMPARE(asked.text, QStringLiteral("Where is my van?"));
    QVERIFY(!asked.fromDesk);
    QVERIFY(stage.desk.requests.first().actor.kind == Actor::Kind::User);
    stage.desk.answer(Outcome::done(QStringLiteral("m1")));
    ChatMessage line;
    line.id = QStringLiteral("m1");
    line.thread = QStringLiteral("user/anna");
    line.text = asked.text;
    stage.tell(line);
    QVERIFY(phone->take().isEmpty()); // its own line is no reply
    line.id = QStringLiteral("m2");
    line.text = QStringLiteral("Your message reached the desk.");
    line.automatic = true;
    line.at = stage.now;
    stage.tell(line);
    const QJsonObject expected = objectOf(R"({"message_id":"m2","response":"Your message reached the desk.",
        "timestamp":"2023-11-14T22:13:20.000Z","agent":"Desk","user_id":"anna"})");
    QCOMPARE(phone->takeOne(), expected);
    QCOMPARE(tablet->takeOne(), expected);
    QVERIFY(other->take().isEmpty());
    line.id = QStringLiteral("m3");
    line.automatic = false;
    line.fromDesk = true;
    line.senderName = QStringLiteral("Dora");
    stage.tell(line);
    QCOMPARE(phone->takeOne().value(QLatin1String("agent")).toString(), QStringLiteral("Dora"));
    // Also with a type and an envelope, as some clients write it.
    phone->say(R"({"type":"chat_message","data":{"message":"again"}})");
    QCOMPARE(stage.desk.asked<SendChat>().last().text, QStringLiteral("again"));
}

void TestVehicleDialect::chatErrorsAreBare()
{
    Stage stage;
    const auto phone = stage.connect(chatPath);
    const auto bare = [&phone](const QByteArray &message) {
        phone->say(message);
        const QJsonObject frame = phone->takeOne();
        return frame.contains(typeKey) || !frame.value(QLatin1String("timestamp")).isString()
                   ? QStringLiteral("not bare")
                   : frame.value(QLatin1String("error")).toString();
    };
    QCOMPARE(bare("hello"), QStringLiteral("Invalid JSON message"));
    QCOMPARE(bare("{}"), QStringLiteral("message is missing"));
    QCOMPARE(bare(R"({"message":5})"), QStringLiteral("message must be text"));
    QCOMPARE(bare(R"({"message":"  "})"), QStringLiteral("Empty message"));
    QCOMPARE(bare(R"({"message":"x","timestamp":"?"})"),
             QStringLiteral("timestamp must be an ISO 8601 time or seconds or milliseconds since 1970"));
    QCOMPARE(bare("{\"message\":\"" + QByteArray(8001, 'x') + "\"}"),
             QStringLiteral("message is longer than 8000 characters"));
    QCOMPARE(bare(R"({"type":"alert","data":{}})"), QStringLiteral("Unknown message type: alert"));
    QVERIFY(stage.desk.requests.isEmpty());
    phone->say("{\"message\":\"" + QByteArray(8000, 'x') + "\"}");
    stage.desk.answer(Outcome::refused(QStringLiteral("storage_failed"), QStringLiteral("The disk is full")));
    QCOMPARE(phone->takeOne().value(QLatin1String("error")).toString(), QStringLiteral("The disk is full"));
}

void TestVehicleDialect::staffWriteInAnothersThreadAsTheDesk()
{
    Stage stage(Posture::Secure);
    const auto staff = stage.connect(chatPath, somebody(QStringLiteral("dora"), Role::Dispatcher));
    staff->say(R"({"message":"On our way"})");
    QVERIFY(stage.desk.asked<SendChat>().value(0).fromDesk);
    QCOMPARE(stage.desk.requests.first().actor.id, QStringLiteral("dora"));
    const auto own = stage.connect(QStringLiteral("/ws/chat/Dora"), somebody(QStringLiteral("dora"), Role::Dispatcher));
    own->say(R"({"message":"I need help myself"})");
    const SendChat second = stage.desk.asked<SendChat>().value(1);
    QVERIFY(!second.fromDesk);
    QCOMPARE(second.thread, QStringLiteral("user/dora"));
}

namespace {
ChatMessage deskLine(const QString &id, const QString &user = QStringLiteral("anna"))
{
    ChatMessage line;
    line.id = id;
    line.thread = chatThreadOfUser(user);
    line.senderId = QStringLiteral("dora");
    line.senderName = QStringLiteral("Dora");
    line.text = id;
    line.fromDesk = true;
    return line;
}
} // namespace

void TestVehicleDialect::aPongDeliversTheLinesBeforeIt()
{
    Stage stage(Posture::Secure);
    const auto phone = stage.connect(chatPath, somebody(QStringLiteral("anna"), Role::Citizen));
    ChatMessage automatic = deskLine(QStringLiteral("m0"));
    automatic.automatic = true;
    stage.tell(automatic);
    QTRY_COMPARE(phone->pings.size(), 1);
    Q_EMIT phone->pongReceived(phone->pings[0]);
    QVERIFY(stage.desk.asked<MarkChat>().isEmpty()); // nobody wrote it

    stage.tell(deskLine(QStringLiteral("m1")));
    QTRY_COMPARE(phone->pings.size(), 2);
    stage.tell(deskLine(QStringLiteral("m2")));
    stage.tell(deskLine(QStringLiteral("m3")));
    QTRY_COMPARE(phone->pings.size(), 3);
    QVERIFY(stage.desk.asked<MarkChat>().isEmpty()); // sent is not delivered
    Q_EMIT phone->pongReceived(phone->pings[1]);
    Q_EMIT phone->pongReceived(phone->pings[1]); // the same again tells nothing new
    QCOMPARE(stage.desk.requests.size(), 1);
    const MarkChat first = stage.desk.asked<MarkChat>().value(0);
    QCOMPARE(first.thread, QStringLiteral("user/anna"));
    QCOMPARE(first.messageId, QStringLiteral("m1"));
    QVERIFY(first.kind == ChatReceipt::Kind::Delivered);
    QVERIFY(stage.desk.requests.first().actor.kind == Actor::Kind::User);
    QCOMPARE(stage.desk.requests.first().actor.id, QStringLiteral("anna"));
    // While the desk decides, the next waits.
    Q_EMIT phone->pongReceived(phone->pings[2]);
    QCOMPARE(stage.desk.requests.size(), 1);
    stage.desk.answer(Outcome::done(QStringLiteral("m1")));
    QTRY_COMPARE(stage.desk.requests.size(), 2);
    QCOMPARE(stage.desk.asked<MarkChat>().value(1).messageId, QStringLiteral("m3"));
    stage.desk.answer(Outcome::done(QStringLiteral("m3")));
    Q_EMIT phone->pongReceived(QByteArray("999")); // of nothing that was sent
    QCOMPARE(stage.desk.requests.size(), 2);
}

void TestVehicleDialect::aPongOfSomebodyElseDeliversNothing()
{
    Stage stage(Posture::Secure);
    const auto staff = stage.connect(chatPath, somebody(QStringLiteral("dora"), Role::Dispatcher));
    const auto producer = stage.connect(chatPath, somebody(QStringLiteral("anna"), Role::Citizen));
    producer->say(R"({"type":"client_info","data":{"client_type":"vehicle_simulator"}})");
    stage.tell(deskLine(QStringLiteral("m1")));
    QTRY_COMPARE(staff->pings.size(), 1);
    for (const auto *session : {staff.get(), producer.get()}) {
        for (const QByteArray &payload : session->pings)
            Q_EMIT const_cast<FakeSession *>(session)->pongReceived(payload);
    }
    QVERIFY(stage.desk.asked<MarkChat>().isEmpty());
}

void TestVehicleDialect::aDeliveryThatTheDeskHasNoRoomForIsToldAgain()
{
    Stage stage;
    auto phone = stage.connect(chatPath);
    stage.tell(deskLine(QStringLiteral("m1")));
    QTRY_COMPARE(phone->pings.size(), 1);
    Q_EMIT phone->pongReceived(phone->pings[0]);
    QCOMPARE(stage.desk.requests.size(), 1);
    stage.desk.answer(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("Too much to do")));
    phone.reset(); // it has the line, whatever becomes of the phone
    QTRY_COMPARE(stage.desk.requests.size(), 2);
    QCOMPARE(stage.desk.asked<MarkChat>().value(1).messageId, QStringLiteral("m1"));
    stage.desk.answer(Outcome::done(QStringLiteral("m1")));
}

void TestVehicleDialect::phonesTellWhatTheyReadAndAcknowledge()
{
    Stage stage;
    const auto phone = stage.connect(chatPath);
    ChatMessage urgent = deskLine(QStringLiteral("m1"));
    urgent.urgent = true;
    urgent.attachments = {QStringLiteral("p1")};
    stage.tell(urgent);
    const QJsonObject told = phone->takeOne();
    QCOMPARE(told.value(QLatin1String("urgent")), QJsonValue(true));
    QCOMPARE(told.value(QLatin1String("attachments")), QJsonValue(QJsonArray{QStringLiteral("p1")}));
    phone->say(R"({"type":"receipt","message_id":"m1","receipt":"read"})");
    phone->say(R"({"type":"receipt","message_id":"m1","receipt":"acknowledged"})");
    const QList<MarkChat> marks = stage.desk.asked<MarkChat>();
    QCOMPARE(marks.size(), 2);
    QVERIFY(marks[0].kind == ChatReceipt::Kind::Read);
    QVERIFY(marks[1].kind == ChatReceipt::Kind::Acknowledged);
    QCOMPARE(marks[1].messageId, QStringLiteral("m1"));
    QVERIFY(phone->take().isEmpty());
    const auto refused = [&phone](const QByteArray &message) {
        phone->say(message);
        return phone->takeOne().value(QLatin1String("field")).toString();
    };
    QCOMPARE(refused(R"({"type":"receipt","receipt":"read"})"), QStringLiteral("message_id"));
    QCOMPARE(refused(R"({"type":"receipt","message_id":7,"receipt":"read"})"), QStringLiteral("message_id"));
    QCOMPARE(refused(R"({"type":"receipt","message_id":"m1","receipt":"delivered"})"), QStringLiteral("receipt"));
    QCOMPARE(refused(R"({"type":"receipt","message_id":"m1"})"), QStringLiteral("receipt"));
    QCOMPARE(stage.desk.asked<MarkChat>().size(), 2);
    stage.desk.answer(Outcome::done(QStringLiteral("m1")));
    stage.desk.answer(Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no such message.")));
    QList<QJsonObject> heard;
    const auto isRefused = [&] {
        heard += phone->take();
        return !heard.isEmpty();
    };
    QTRY_VERIFY(isRefused());
    QCOMPARE(heard.first().value(QLatin1String("error")).toString(), QStringLiteral("There is no such message."));
}

void TestVehicleDialect::exactlyTwoHundredMessagesPass()
{
    Stage stage;
    const auto phone = stage.connect(chatPath);
    for (int i = 0; i < 205; ++i)
        phone->say(R"({"message":"x"})");
    QCOMPARE(stage.desk.requests.size(), 200);
    const QList<QJsonObject> refused = phone->take();
    QCOMPARE(refused.size(), 5);
    QCOMPARE(refused.first().value(QLatin1String("retry_after_ms")).toInteger(), 60000);
    QVERIFY(phone->isOpen());
    stage.now += 60s;
    phone->say(R"({"message":"x"})");
    QCOMPARE(stage.desk.requests.size(), 201);

    const auto alerts = stage.connect(alertsPath);
    for (int i = 0; i < 201; ++i)
        alerts->say("no json");
    const QList<QJsonObject> errors = alerts->take();
    QCOMPARE(errors.size(), 201);
    QCOMPARE(codeOf(errors.at(199)), QStringLiteral("invalid_json"));
    QCOMPARE(codeOf(errors.at(200)), QStringLiteral("rate_limited"));
    QCOMPARE(dataOf(errors.at(200)).value(QLatin1String("retry_after_ms")).toInteger(), 60000);
    QCOMPARE(stage.dialect->counters().rateLimited, 6);
}

void TestVehicleDialect::whatDoesNotCountIsNeverRefused()
{
    Stage stage;
    const auto session = stage.connect(telemetryPath);
    for (int i = 0; i < 500; ++i) {
        session->say(R"({"type":"telemetry_data","data":{"speed":1}})");
        session->say(R"({"type":"ping"})");
        session->say(R"({"type":"heartbeat"})");
        session->say(R"({"type":"acknowledge_alert","data":{"alert_id":"a"}})");
    }
    QCOMPARE(stage.sink.taken.size(), 500);
    QCOMPARE(session->take().size(), 500);
    QCOMPARE(stage.desk.asked<Acknowledge>().size(), 500);
    QCOMPARE(stage.dialect->counters().rateLimited, 0);
}

void TestVehicleDialect::rolesAndPostures_data()
{
    QTest::addColumn<int>("posture");
    QTest::addColumn<QString>("who"); // "role:id", empty: no token
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("status");
    const auto row = [](Posture posture, const char *who, const char *path, int status) {
        QTest::addRow("%s %s %s", posture == Posture::Open ? "open" : "secure", who, path)
            << int(posture) << QString::fromLatin1(who) << QString::fromLatin1(path) << status;
    };
    for (const char *path :
         {"/ws/telemetry/van-1", "/ws/telemetry/nobodys", "/ws/telemetry/unknown", "/ws/alerts/anna", "/ws/chat/ben"}) {
        row(Posture::Open, "", path, 0);
        row(Posture::Open, "citizen:anna", path, 0);
        row(Posture::Secure, "", path, 401);
    }
    row(Posture::Secure, "citizen:anna", "/ws/telemetry/van-1", 0);
    row(Posture::Secure, "citizen:ben", "/ws/telemetry/van-1", 403);
    row(Posture::Secure, "citizen:anna", "/ws/telemetry/nobodys", 403);
    row(Posture::Secure, "citizen:anna", "/ws/telemetry/unknown", 403);
    row(Posture::Secure, "device:van-1", "/ws/telemetry/van-1", 0);
    row(Posture::Secure, "device:van-1", "/ws/telemetry/nobodys", 403);
    row(Posture::Secure, "device:unknown", "/ws/telemetry/unknown", 0); // its own account: will be introduced
    row(Posture::Secure, "device:other", "/ws/telemetry/unknown", 403);
    for (const char *who : {"dispatcher:dora", "supervisor:sam", "admin:root"}) {
        row(Posture::Secure, who, "/ws/telemetry/van-1", 0);
        row(Posture::Secure, who, "/ws/telemetry/nobodys", 0);
        row(Posture::Secure, who, "/ws/telemetry/unknown", 403);
        row(Posture::Secure, who, "/ws/alerts/anna", 0);
        row(Posture::Secure, who, "/ws/chat/anna", 0);
    }
    row(Posture::Secure, "citizen:anna", "/ws/alerts/anna", 0);
    row(Posture::Secure, "citizen:anna", "/ws/alerts/Anna", 0); // account names are lower case
    row(Posture::Secure, "citizen:anna", "/ws/alerts/ben", 403);
    row(Posture::Secure, "citizen:anna", "/ws/chat/anna", 0);
    row(Posture::Secure, "citizen:anna", "/ws/chat/ben", 403);
    row(Posture::Secure, "device:van-1", "/ws/alerts/van-1", 0);
    row(Posture::Secure, "device:van-1", "/ws/alerts/anna", 403);
    row(Posture::Secure, "device:van-1", "/ws/chat/anna", 403);
    row(Posture::Secure, "admin:root", "/ws/elsewhere", 404);
}

void TestVehicleDialect::rolesAndPostures()
{
    QFETCH(int, posture);
    QFETCH(QString, who);
    QFETCH(QString, path);
    QFETCH(int, status);
    const Stage stage(Posture(posture), {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")}),
                                         vehicleOf(QStringLiteral("nobodys"))});
    std::optional<Principal> caller;
    if (!who.isEmpty())
        caller = somebody(who.section(QLatin1Char(':'), 1), *roleFromString(who.section(QLatin1Char(':'), 0, 0)));
    QCOMPARE(stage.verdict(path, caller), status);
}

void TestVehicleDialect::aTokenDoesNotOutliveTheVehiclesOwner()
{
    // Every message is authorized, not only the connection.
    Stage stage(Posture::Secure, {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")})});
    const auto session = stage.connect(telemetryPath, somebody(QStringLiteral("anna"), Role::Citizen));
    session->say(R"({"type":"telemetry_data","data":{"speed":1}})");
    QCOMPARE(stage.sink.taken.size(), 1);
    stage.tell(vehicleOf(QStringLiteral("van-1"), {QStringLiteral("ben")}));
    session->say(R"({"type":"telemetry_data","data":{"speed":2}})");
    QCOMPARE(stage.sink.taken.size(), 1);
    QCOMPARE(codeOf(session->takeOne()), QStringLiteral("forbidden"));

    // A citizen takes the alerts of the own vehicle, but no panic and nobody else's; unknown and foreign look alike.
    Stage desk(Posture::Secure, {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")})});
    const auto anna = desk.connect(alertsPath, somebody(QStringLiteral("anna"), Role::Citizen));
    const auto device = desk.connect(telemetryPath, somebody(QStringLiteral("van-1"), Role::Device));
    Alert panic = alertOf(QStringLiteral("panic"), QStringLiteral("anna"), AlertLevel::Emergency);
    panic.kind = AlertKind::Incident;
    panic.userId = QStringLiteral("anna");
    desk.tell(changeOf(alertOf(QStringLiteral("own"), QStringLiteral("van-1")), AlertVerb::Raise));
    desk.tell(changeOf(alertOf(QStringLiteral("foreign"), QStringLiteral("van-2")), AlertVerb::Raise));
    desk.tell(changeOf(panic, AlertVerb::Raise));
    (void)anna->take();
    (void)device->take();
    for (const char *id : {"foreign", "panic", "unknown"}) {
        anna->say(QByteArray(R"({"type":"acknowledge_alert","data":{"alert_id":")") + id + "\"}}");
        QCOMPARE(codeOf(anna->takeOne()), QStringLiteral("not_found"));
    }
    device->say(R"({"type":"acknowledge_alert","data":{"alert_id":"own"}})");
    QCOMPARE(codeOf(device->takeOne()), QStringLiteral("not_found"));
    QVERIFY(desk.desk.requests.isEmpty());
    anna->say(R"({"type":"acknowledge_alert","data":{"alert_id":"own"}})");
    QCOMPARE(desk.desk.requests.size(), 1);
    // In the name of a vehicle that is not hers she reports nothing.
    anna->say(R"({"type":"alert","data":{"type":"x","vehicle_id":"van-2"}})");
    QCOMPARE(codeOf(anna->takeOne()), QStringLiteral("forbidden"));
    QCOMPARE(desk.desk.requests.size(), 1);
}

void TestVehicleDialect::anAnswerForAClosedSessionIsDropped()
{
    Stage stage;
    auto session = stage.connect(alertsPath);
    session->say(R"({"type":"acknowledge_alert","data":{"alert_id":"a"}})");
    session->say(R"({"type":"acknowledge_alert","data":{"alert_id":"b"}})");
    session->hangUp();
    session.reset();
    QCOMPARE(stage.dialect->counters().sockets, 0);
    stage.desk.answer(Outcome::refused(QStringLiteral("not_found"), QStringLiteral("gone")));
    // The last one even after the dialect is gone.
    stage.dialect.reset();
    stage.desk.answer(Outcome::done(QStringLiteral("b")));
    QVERIFY(stage.desk.replies.isEmpty());
}

void TestVehicleDialect::aSessionMayCloseWhileItIsWrittenTo()
{
    Stage stage;
    const auto slow = stage.connect(telemetryPath);
    const auto well = stage.connect(telemetryPath);
    slow->closesOnSend = true;
    Reading reading;
    reading.deviceId = QStringLiteral("van-1");
    reading.receivedAt = stage.now;
    stage.dialect->publish({reading, reading});
    QCOMPARE(slow->closeCode, 4008);
    QCOMPARE(slow->take().size(), 1);
    QCOMPARE(well->take().size(), 2);
    QCOMPARE(stage.dialect->counters().sockets, 1);
    QCoreApplication::processEvents();
    slow->closesOnSend = false;
    const auto again = stage.connect(telemetryPath);
    stage.dialect->publish({reading});
    QCOMPARE(again->take().size(), 1);
}

QTEST_GUILESS_MAIN(TestVehicleDialect)
#include "test_vehicle_dialect.moc"
