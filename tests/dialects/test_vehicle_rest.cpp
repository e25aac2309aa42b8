// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dialects/Fakes.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

const QString ingest = QStringLiteral("/api/v1/telemetry/ingest");
const QString batch = QStringLiteral("/api/v1/telemetry/batch-ingest");
const QString van = QStringLiteral("/api/v1/telemetry/vehicle/van-1");

QJsonArray arrayOf(const net::HttpResponse &response)
{
    return QJsonDocument::fromJson(response.body).array();
}

/// "body.sensor_data.rpm" of the first entry of a 422.
QString placeOf(const net::HttpResponse &response)
{
    const QJsonObject entry = objectOf(response.body).value(QLatin1String("detail")).toArray().at(0).toObject();
    if (!entry.value(QLatin1String("msg")).isString() || !entry.value(QLatin1String("type")).isString())
        return QStringLiteral("incomplete");
    QStringList steps;
    const QJsonArray loc = entry.value(QLatin1String("loc")).toArray();
    for (const auto &step : loc)
        steps.append(step.isDouble() ? QStringLiteral("[%1]").arg(step.toInt()) : step.toString());
    return steps.join(QLatin1Char('.'));
}

QList<Device> devices()
{
    return {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")}), vehicleOf(QStringLiteral("nobodys"))};
}

} // namespace

class TestVehicleRest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneReadingIsTakenIn();
    void wrongBodiesNameTheField_data();
    void wrongBodiesNameTheField();
    void aBatchIsTakenInWholeOrNotAtAll();
    void batchLimits();
    void theHistoryIsAsked();
    void wrongQueriesNameTheParameter_data();
    void wrongQueriesNameTheParameter();
    void alertsOfAVehicle();
    void statsOfAVehicle();
    void statusOfEveryDevice();
    void anUnknownFigureIsNull();
    void afterARestartTheHistoryKnows();
    void whoMaySeeWhat_data();
    void whoMaySeeWhat();
    void unknownPagesAndMethods_data();
    void unknownPagesAndMethods();
    void aBrokenArchiveIsSaid();
};

void TestVehicleRest::oneReadingIsTakenIn()
{
    Stage stage;
    const auto answer = stage.call("POST", ingest, R"({"vehicle_id":"van-9","sensor_data":{"engine_temp":95,"rpm":900},
        "timestamp":"2024-01-01T12:00:00Z","location":{"latitude":40.7,"longitude":-74}})");
    QCOMPARE(answer.status, 201);
    QCOMPARE(answer.contentType, QByteArray("application/json"));
    const QJsonObject body = objectOf(answer.body);
    QCOMPARE(body.value(QLatin1String("message")).toString(), QStringLiteral("Telemetry data ingested successfully"));
    QCOMPARE(body.value(QLatin1String("processing_status")).toString(), QStringLiteral("queued"));
    QCOMPARE(stage.sink.taken.size(), 1);
    const Reading reading = stage.sink.taken.first();
    QCOMPARE(reading.deviceId, QStringLiteral("van-9"));
    QVERIFY(reading.number(QStringLiteral("engine.temperature")) == 95.0);
    QVERIFY(reading.position && reading.position->latitude == 40.7);
    QVERIFY(reading.sourceTime == fromEpochMillis(1'704'110'400'000));
    QCOMPARE(stage.desk.asked<PutDevice>().size(), 1);
    // The id finds the record again.
    stage.latest.put(stage.sink.taken);
    stage.archive.readingsResult.readings = stage.sink.taken;
    const QJsonArray records = arrayOf(stage.call("GET", QStringLiteral("/api/v1/telemetry/vehicle/van-9")));
    QCOMPARE(records.at(0).toObject().value(QLatin1String("id")), body.value(QLatin1String("telemetry_id")));
}

void TestVehicleRest::wrongBodiesNameTheField_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("place");
    const auto row = [](const char *name, const QString &path, const QByteArray &body, const char *place) {
        QTest::newRow(name) << path << body << QString::fromLatin1(place);
    };
    row("no JSON", ingest, "hello", "body");
    row("no body", ingest, "", "body");
    row("a list", ingest, "[]", "body");
    row("a key twice", ingest, R"({"vehicle_id":"a","vehicle_id":"b"})", "body.vehicle_id");
    row("no vehicle", ingest, R"({"sensor_data":{"rpm":1}})", "body.vehicle_id");
    row("an empty vehicle", ingest, R"({"vehicle_id":"","sensor_data":{"rpm":1}})", "body.vehicle_id");
    row("a vehicle that is a number", ingest, R"({"vehicle_id":7,"sensor_data":{"rpm":1}})", "body.vehicle_id");
    row("no data", ingest, R"({"vehicle_id":"v"})", "body.sensor_data");
    row("empty data", ingest, R"({"vehicle_id":"v","sensor_data":{}})", "body.sensor_data");
    row("data is a list", ingest, R"({"vehicle_id":"v","sensor_data":[1]})", "body.sensor_data");
    row("a value is text", ingest, R"({"vehicle_id":"v","sensor_data":{"rpm":"x"}})", "body.sensor_data.rpm");
    row("a time is nonsense", ingest, R"({"vehicle_id":"v","sensor_data":{"rpm":1},"timestamp":"x"})",
        "body.timestamp");
    row("a place is text", ingest, R"({"vehicle_id":"v","sensor_data":{"rpm":1},"location":"x"})", "body.location");
    row("half a place", ingest, R"({"vehicle_id":"v","sensor_data":{"rpm":1},"location":{"latitude":1}})",
        "body.location.longitude");
    row("batch without list", batch, R"({"vehicle_id":"v"})", "body.telemetry_data");
    row("batch list is an object", batch, R"({"vehicle_id":"v","telemetry_data":{}})", "body.telemetry_data");
    row("batch entry is a number", batch, R"({"vehicle_id":"v","telemetry_data":[1]})", "body.telemetry_data.[0]");
    row("batch without vehicle", batch, R"({"telemetry_data":[{"sensor_data":{"rpm":1}}]})", "body.vehicle_id");
    row("batch entry without vehicle", batch, R"([{"sensor_data":{"rpm":1}}])", "body.[0].vehicle_id");
    row("second entry is wrong", batch,
        R"({"vehicle_id":"v","telemetry_data":[{"sensor_data":{"rpm":1}},{"sensor_data":{"rpm":"x"}}]})",
        "body.telemetry_data.[1].sensor_data.rpm");
}

void TestVehicleRest::wrongBodiesNameTheField()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, body);
    QFETCH(QString, place);
    Stage stage;
    const auto answer = stage.call("POST", path, body);
    QCOMPARE(answer.status, 422);
    QCOMPARE(placeOf(answer), place);
    QVERIFY(stage.sink.taken.isEmpty());
    QVERIFY(stage.desk.requests.isEmpty());
}

void TestVehicleRest::aBatchIsTakenInWholeOrNotAtAll()
{
    Stage stage(Posture::Secure, devices());
    const auto anna = somebody(QStringLiteral("anna"), Role::Citizen);
    const auto answer = stage.call("POST", batch, R"({"vehicle_id":"van-1","telemetry_data":[
        {"timestamp":"2024-01-01T12:00:00","sensor_data":{"rpm":1},"location":{"latitude":1,"longitude":2}},
        {"sensor_data":{"rpm":2}},{"rpm":3,"timestamp":1704110400}]})",
                                   anna);
    QCOMPARE(answer.status, 201);
    const QJsonObject body = objectOf(answer.body);
    QCOMPARE(body.value(QLatin1String("message")).toString(),
             QStringLiteral("Batch telemetry data ingested successfully"));
    QCOMPARE(body.value(QLatin1String("records_processed")).toInt(), 3);
    QCOMPARE(body.value(QLatin1String("processing_status")).toString(), QStringLiteral("queued"));
    QCOMPARE(stage.sink.taken.size(), 3);
    for (int i = 0; i < 3; ++i)
        QVERIFY(stage.sink.taken.at(i).number(QStringLiteral("engine.rpm")) == i + 1.0);
    QVERIFY(stage.sink.taken.at(2).sourceTime);
    QVERIFY(stage.sink.taken.at(0).receivedAt < stage.sink.taken.at(1).receivedAt);
    const QJsonArray ids = body.value(QLatin1String("telemetry_ids")).toArray();
    QVERIFY(ids.at(0) != ids.at(1));

    stage.sink.taken.clear();
    const auto refused =
        stage.call("POST", batch, R"([{"vehicle_id":"van-1","rpm":1},{"vehicle_id":"nobodys","rpm":2}])", anna);
    QCOMPARE(refused.status, 404);
    QVERIFY(stage.sink.taken.isEmpty());
}

void TestVehicleRest::batchLimits()
{
    Stage stage;
    const auto bodyOf = [](int entries) {
        QByteArray list = "{\"rpm\":1}";
        for (int i = 1; i < entries; ++i)
            list += ",{\"rpm\":1}";
        return "{\"vehicle_id\":\"v\",\"telemetry_data\":[" + (entries == 0 ? QByteArray() : list) + "]}";
    };
    QCOMPARE(stage.call("POST", batch, bodyOf(0)).status, 201);
    QVERIFY(stage.sink.taken.isEmpty());
    QCOMPARE(stage.call("POST", batch, bodyOf(1000)).status, 201);
    QCOMPARE(stage.sink.taken.size(), 1000);
    const auto tooMany = stage.call("POST", batch, bodyOf(1001));
    QCOMPARE(tooMany.status, 422);
    QCOMPARE(placeOf(tooMany), QStringLiteral("body.telemetry_data"));
    QCOMPARE(stage.sink.taken.size(), 1000);
}

void TestVehicleRest::theHistoryIsAsked()
{
    Stage stage(Posture::Open, devices());
    Reading reading;
    reading.deviceId = QStringLiteral("van-1");
    reading.receivedAt = stage.now;
    reading.samples = {{QStringLiteral("engine.rpm"), 900.0}, {QStringLiteral("speed"), std::monostate()}};
    reading.position = Position{1, 2, {}, {}, {}, {}};
    stage.archive.readingsResult.readings = {reading, reading};
    auto answer = stage.call("GET", van);
    QCOMPARE(answer.status, 200);
    QCOMPARE(stage.archive.readingsAsked.last().deviceId, QStringLiteral("van-1"));
    QCOMPARE(stage.archive.readingsAsked.last().limit, 100);
    QVERIFY(!stage.archive.readingsAsked.last().from);
    QCOMPARE(arrayOf(answer).size(), 2);
    const QJsonObject record = arrayOf(answer).at(0).toObject();
    QCOMPARE(record.value(QLatin1String("vehicle_id")).toString(), QStringLiteral("van-1"));
    QCOMPARE(record.value(QLatin1String("timestamp")).toString(), toIso8601(stage.now));
    QCOMPARE(record.value(QLatin1String("sensor_data")).toObject(), objectOf(R"({"rpm":900})"));
    QCOMPARE(record.value(QLatin1String("engine_metrics")).toObject(), objectOf(R"({"rpm":900})"));
    QVERIFY(record.contains(QLatin1String("location")));
    QVERIFY(qAbs(record.value(QLatin1String("quality_score")).toDouble() - 2.0 / 3) < 1e-9);

    answer =
        stage.call("GET", van + QStringLiteral("?limit=5&offset=1&from=2024-01-01T12:00:00%2B02:00&to=1704110400"));
    QCOMPARE(answer.status, 200);
    const ReadingsQuery asked = stage.archive.readingsAsked.last();
    QCOMPARE(asked.limit, 6);
    QVERIFY(asked.from == fromEpochMillis(1'704'103'200'000));
    QVERIFY(asked.to == fromEpochMillis(1'704'110'400'000));
    QCOMPARE(arrayOf(answer).size(), 1); // the first one was skipped
    stage.archive.readingsResult.readings.clear();
    QCOMPARE(stage.call("GET", van).body, QByteArray("[]"));
}

void TestVehicleRest::wrongQueriesNameTheParameter_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("place");
    const auto row = [](const char *query, const char *place) {
        QTest::newRow(query) << van + QLatin1String(query) << QString::fromLatin1(place);
    };
    row("?limit=0", "query.limit");
    row("?limit=1001", "query.limit");
    row("?limit=many", "query.limit");
    row("?limit=", "query.limit");
    row("?offset=-1", "query.offset");
    row("?from=yesterday", "query.from");
    row("?start_date=x", "query.start_date");
    row("?to=-5", "query.to");
    row("/alerts?limit=201", "query.limit");
    row("/alerts?severity=terrible", "query.severity");
    row("/alerts?active_only=maybe", "query.active_only");
    row("/stats?days=0", "query.days");
    row("/stats?days=366", "query.days");
}

void TestVehicleRest::wrongQueriesNameTheParameter()
{
    QFETCH(QString, target);
    QFETCH(QString, place);
    Stage stage(Posture::Open, devices());
    const auto answer = stage.call("GET", target);
    QCOMPARE(answer.status, 422);
    QCOMPARE(placeOf(answer), place);
    QVERIFY(stage.archive.readingsAsked.isEmpty() && stage.archive.alertsAsked.isEmpty());
}

void TestVehicleRest::alertsOfAVehicle()
{
    Stage stage(Posture::Open, devices());
    stage.archive.alertsResult.alerts = {alertOf(QStringLiteral("e"), QStringLiteral("van-1"), AlertLevel::Emergency),
                                         alertOf(QStringLiteral("c"), QStringLiteral("van-1"), AlertLevel::Critical),
                                         alertOf(QStringLiteral("w"), QStringLiteral("van-1"), AlertLevel::Warning)};
    auto answer = stage.call("GET", van + QStringLiteral("/alerts"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(stage.archive.alertsAsked.last().source, QStringLiteral("van-1"));
    QVERIFY(!stage.archive.alertsAsked.last().openOnly);
    QCOMPARE(arrayOf(answer).size(), 3);
    const QJsonObject first = arrayOf(answer).at(0).toObject();
    QCOMPARE(first.value(QLatin1String("id")).toString(), QStringLiteral("e"));
    QCOMPARE(first.value(QLatin1String("description")), first.value(QLatin1String("message")));
    QCOMPARE(first.value(QLatin1String("user_id")).toString(), QStringLiteral("anna"));
    QCOMPARE(first.value(QLatin1String("affected_sensors")).toArray(),
             (QJsonArray{QStringLiteral("engine.temperature")}));
    answer = stage.call("GET", van + QStringLiteral("/alerts?severity=high&limit=1&active_only=true"));
    QCOMPARE(arrayOf(answer).size(), 1);
    QVERIFY(stage.archive.alertsAsked.last().openOnly);
    answer = stage.call("GET", van + QStringLiteral("/alerts?severity=medium"));
    QCOMPARE(arrayOf(answer).size(), 1);
    QCOMPARE(arrayOf(answer).at(0).toObject().value(QLatin1String("id")).toString(), QStringLiteral("w"));
}

void TestVehicleRest::statsOfAVehicle()
{
    Stage stage(Posture::Open, devices());
    for (int i = 3; i >= 1; --i) { // newest first
        Reading reading;
        reading.deviceId = QStringLiteral("van-1");
        reading.receivedAt = stage.now - 10min + i * 1min;
        reading.samples = {{QStringLiteral("engine.temperature"), 100.0 + i},
                           {QStringLiteral("speed"), std::monostate()}};
        stage.archive.readingsResult.readings.append(reading);
    }
    Alert old = alertOf(QStringLiteral("old"), QStringLiteral("van-1"));
    old.raisedAt = stage.now - 24h * 40;
    stage.archive.alertsResult.alerts = {alertOf(QStringLiteral("new"), QStringLiteral("van-1")), old};
    stage.tell(AlertChange{AlertVerb::Raise, AlertState::Normal, AlertState::Unacknowledged,
                           alertOf(QStringLiteral("new"), QStringLiteral("van-1"), AlertLevel::Critical)});
    const auto answer = stage.call("GET", van + QStringLiteral("/stats"));
    QCOMPARE(answer.status, 200);
    const QJsonObject body = objectOf(answer.body);
    QCOMPARE(body.value(QLatin1String("vehicle_id")).toString(), QStringLiteral("van-1"));
    QCOMPARE(body.value(QLatin1String("total_records")).toInt(), 3);
    QCOMPARE(body.value(QLatin1String("truncated")).toBool(), false);
    QCOMPARE(body.value(QLatin1String("anomaly_count")).toInt(), 1);
    QCOMPARE(body.value(QLatin1String("average_quality_score")).toDouble(), 0.5);
    QCOMPARE(body.value(QLatin1String("metrics")).toObject(),
             objectOf(R"({"engine.temperature":{"min":101,"max":103,"avg":102,"last":103,"count":3}})"));
    QCOMPARE(body.value(QLatin1String("sensor_health")).toObject(), objectOf(R"({"engine.temperature":0})"));
    const QJsonObject range = body.value(QLatin1String("date_range")).toObject();
    QCOMPARE(range.value(QLatin1String("start")).toString(), toIso8601(stage.now - 9min));
    QVERIFY(stage.archive.readingsAsked.last().from == stage.now - 24h * 30);
    QVERIFY(stage.archive.readingsAsked.last().to == stage.now);
}

void TestVehicleRest::statusOfEveryDevice()
{
    // A receiver on a serial port, that no dialect ever saw.
    Stage stage;
    Reading reading;
    reading.deviceId = QStringLiteral("gps-1");
    reading.source = QStringLiteral("serial:gps-1");
    reading.receivedAt = stage.now - 299s;
    reading.position = Position{48.1, 11.5, 520.0, {}, 90.0, 36.0};
    reading.samples = {{QStringLiteral("gps.satellites"), 7.0}};
    stage.latest.put({reading});
    const QString target = QStringLiteral("/api/v1/telemetry/vehicle/gps-1/status");
    QJsonObject body = objectOf(stage.call("GET", target).body);
    QCOMPARE(body.value(QLatin1String("is_online")).toBool(), true);
    QCOMPARE(body.value(QLatin1String("last_update")).toString(), toIso8601(reading.receivedAt));
    QCOMPARE(body.value(QLatin1String("location")).toObject(),
             objectOf(R"({"latitude":48.1,"longitude":11.5,"altitude":520,"heading":90,"speed":36})"));
    QCOMPARE(body.value(QLatin1String("speed")).toDouble(), 36.0);
    QVERIFY(body.value(QLatin1String("alerts")).isArray());
    stage.now += 1s;
    body = objectOf(stage.call("GET", target).body);
    QCOMPARE(body.value(QLatin1String("is_online")).toBool(), false);
    QVERIFY(body.contains(QLatin1String("location"))); // the last place stays

    // A vehicle with an engine and an open alert.
    reading.deviceId = QStringLiteral("van-1");
    reading.receivedAt = stage.now;
    reading.samples = {{QStringLiteral("engine.rpm"), 0.0},
                       {QStringLiteral("engine.temperature"), 90.0},
                       {QStringLiteral("battery.level"), 80.0},
                       {QStringLiteral("fuel.level"), 0.0}};
    stage.latest.put({reading});
    stage.tell(AlertChange{AlertVerb::Raise, AlertState::Normal, AlertState::Unacknowledged,
                           alertOf(QStringLiteral("a"), QStringLiteral("van-1"))});
    body = objectOf(stage.call("GET", van + QStringLiteral("/status")).body);
    QCOMPARE(body.value(QLatin1String("engine_status")).toObject(),
             objectOf(R"({"rpm":0,"temperature":90,"running":false})"));
    QCOMPARE(body.value(QLatin1String("battery_level")).toDouble(), 80.0);
    QCOMPARE(body.value(QLatin1String("fuel_level")), QJsonValue(0.0)); // known to be empty
    QCOMPARE(body.value(QLatin1String("alerts")).toArray().size(), 1);
}

void TestVehicleRest::anUnknownFigureIsNull()
{
    Stage stage(Posture::Open, devices());
    const QJsonObject body = objectOf(stage.call("GET", van + QStringLiteral("/status")).body);
    QCOMPARE(body,
             objectOf(R"({"vehicle_id":"van-1","is_online":false,"last_update":null,"engine_status":{},"speed":null,
        "battery_level":null,"fuel_level":null,"location":{},"alerts":[]})"));
    // After a restart the desk still knows when it was heard.
    stage.mirror.applyPresence({{QStringLiteral("van-1"), Presence::Online, stage.now - 10s}});
    QCOMPARE(
        objectOf(stage.call("GET", van + QStringLiteral("/status")).body).value(QLatin1String("is_online")).toBool(),
        true);
}

void TestVehicleRest::afterARestartTheHistoryKnows()
{
    Stage stage(Posture::Open, devices());
    Reading newest;
    newest.deviceId = QStringLiteral("van-1");
    newest.receivedAt = stage.now - 10s;
    newest.samples = {{QStringLiteral("fuel.level"), 40.0}};
    Reading older = newest;
    older.receivedAt = stage.now - 20s;
    older.samples = {{QStringLiteral("fuel.level"), 41.0}, {QStringLiteral("battery.level"), 80.0}};
    stage.archive.readingsResult.readings = {newest, older};
    const QJsonObject body = objectOf(stage.call("GET", van + QStringLiteral("/status")).body);
    QCOMPARE(body.value(QLatin1String("is_online")).toBool(), true);
    QCOMPARE(body.value(QLatin1String("last_update")).toString(), toIso8601(newest.receivedAt));
    QCOMPARE(body.value(QLatin1String("fuel_level")).toDouble(), 40.0);
    QCOMPARE(body.value(QLatin1String("battery_level")).toDouble(), 80.0);
    // Once it speaks, memory is asked alone.
    stage.latest.put({newest});
    const qsizetype asked = stage.archive.readingsAsked.size();
    QCOMPARE(stage.call("GET", van + QStringLiteral("/status")).status, 200);
    QCOMPARE(stage.archive.readingsAsked.size(), asked);
}

void TestVehicleRest::whoMaySeeWhat_data()
{
    QTest::addColumn<int>("posture");
    QTest::addColumn<QString>("who");
    QTest::addColumn<QString>("vehicle");
    QTest::addColumn<int>("reads");
    QTest::addColumn<int>("writes");
    const auto row = [](Posture posture, const char *who, const char *vehicle, int reads, int writes) {
        QTest::addRow("%s %s %s", posture == Posture::Open ? "open" : "secure", who, vehicle)
            << int(posture) << QString::fromLatin1(who) << QString::fromLatin1(vehicle) << reads << writes;
    };
    row(Posture::Open, "", "van-1", 200, 201);
    row(Posture::Open, "", "unknown", 404, 201); // it is made by what it sends
    row(Posture::Open, "citizen:ben", "van-1", 200, 201);
    row(Posture::Secure, "", "van-1", 401, 401);
    row(Posture::Secure, "", "unknown", 401, 401);
    row(Posture::Secure, "citizen:anna", "van-1", 200, 201);
    row(Posture::Secure, "citizen:anna", "nobodys", 404, 404);
    row(Posture::Secure, "citizen:anna", "unknown", 404, 404);
    row(Posture::Secure, "citizen:ben", "van-1", 404, 404);
    row(Posture::Secure, "device:van-1", "van-1", 200, 201);
    row(Posture::Secure, "device:van-1", "nobodys", 404, 404);
    row(Posture::Secure, "device:unknown", "unknown", 404, 201);
    row(Posture::Secure, "dispatcher:dora", "van-1", 200, 201);
    row(Posture::Secure, "dispatcher:dora", "nobodys", 200, 201);
    row(Posture::Secure, "admin:root", "unknown", 404, 404);
}

void TestVehicleRest::whoMaySeeWhat()
{
    QFETCH(int, posture);
    QFETCH(QString, who);
    QFETCH(QString, vehicle);
    QFETCH(int, reads);
    QFETCH(int, writes);
    Stage stage(Posture(posture), devices());
    std::optional<Principal> caller;
    if (!who.isEmpty())
        caller = somebody(who.section(QLatin1Char(':'), 1), *roleFromString(who.section(QLatin1Char(':'), 0, 0)));
    for (const char *page : {"", "/alerts", "/stats", "/status"}) {
        const auto answer =
            stage.call("GET", QStringLiteral("/api/v1/telemetry/vehicle/") + vehicle + QLatin1String(page), {}, caller);
        QCOMPARE(answer.status, reads);
        if (reads == 404)
            QCOMPARE(answer.body, QByteArray(R"({"detail":"Vehicle not found or access denied"})"));
        if (reads == 401)
            QVERIFY(answer.headers.contains(std::pair<QByteArray, QByteArray>("WWW-Authenticate", "Bearer")));
    }
    const QByteArray body = "{\"vehicle_id\":\"" + vehicle.toUtf8() + "\",\"sensor_data\":{\"rpm\":1}}";
    QCOMPARE(stage.call("POST", ingest, body, caller).status, writes);
    QCOMPARE(stage.sink.taken.size(), writes == 201 ? 1 : 0);
    const QByteArray many = "{\"vehicle_id\":\"" + vehicle.toUtf8() + "\",\"telemetry_data\":[{\"rpm\":1}]}";
    QCOMPARE(stage.call("POST", batch, many, caller).status, writes);
}

void TestVehicleRest::unknownPagesAndMethods_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QString>("target");
    QTest::addColumn<int>("status"); // 0: not claimed, so the front door answers 404, or 405 with what is allowed
    const auto row = [](const QByteArray &method, const QString &target, int status) {
        QTest::newRow(method + ' ' + target.toUtf8()) << method << target << status;
    };
    row("GET", ingest, 0);
    row("DELETE", van, 0);
    row("POST", van + QStringLiteral("/status"), 0);
    row("GET", QStringLiteral("/api/v1/telemetry"), 0);
    row("PUT", QStringLiteral("/api/v1/telemetry/vehicle"), 0);
    row("GET", QStringLiteral("/api/v1/telemetry/nothing"), 0);
    row("GET", van + QStringLiteral("/nothing"), 0);
    row("GET", van + QStringLiteral("/status/more"), 0);
    row("GET", van + QStringLiteral("/status/"), 200);
    row("GET", van + QStringLiteral("/status"), 200);
    row("POST", ingest, 422);
}

void TestVehicleRest::unknownPagesAndMethods()
{
    QFETCH(QByteArray, method);
    QFETCH(QString, target);
    QFETCH(int, status);
    Stage stage(Posture::Open, devices());
    QCOMPARE(stage.dialect->claimsHttp(method, target), status != 0);
    QVERIFY(!stage.dialect->claimsHttp("GET", QStringLiteral("/api/v1/telemetrywhatever")));
    QVERIFY(!stage.dialect->claimsHttp("GET", QStringLiteral("/api/v1/auth/login")));
    const auto answer = stage.call(method, target);
    QCOMPARE(answer.status, status == 0 ? 404 : status);
    if (status == 0)
        QCOMPARE(answer.body, QByteArray(R"({"detail":"Not Found"})"));
}

void TestVehicleRest::aBrokenArchiveIsSaid()
{
    Stage stage(Posture::Open, devices());
    stage.archive.readingsResult.error = QStringLiteral("The history is busy");
    stage.archive.alertsResult.error = QStringLiteral("The log is busy");
    QCOMPARE(stage.call("GET", van).status, 503);
    QCOMPARE(stage.call("GET", van + QStringLiteral("/alerts")).body, QByteArray(R"({"detail":"The log is busy"})"));
    QCOMPARE(stage.call("GET", van + QStringLiteral("/stats")).body, QByteArray(R"({"detail":"The history is busy"})"));
    stage.archive.readingsResult.error.clear();
    QCOMPARE(stage.call("GET", van + QStringLiteral("/stats")).status, 503);
}

QTEST_GUILESS_MAIN(TestVehicleRest)
#include "test_vehicle_rest.moc"
