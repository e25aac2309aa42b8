// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/dialects/TelemetryReader.h"
#include "server/dialects/VehicleFrames.h"
#include "tests/dialects/Fakes.h"

#include <QJsonArray>
#include <QtTest>

using namespace tocsin;

namespace {
const QString data = QStringLiteral("data");

Reading readOk(const QByteArray &json)
{
    auto read = telemetry::read(objectOf(json), data);
    if (const auto *error = std::get_if<FieldError>(&read))
        qWarning("unexpected error: %s", qPrintable(error->message));
    return std::holds_alternative<Reading>(read) ? std::get<Reading>(read) : Reading();
}
} // namespace

class TestTelemetryReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFullForm();
    void theFlatForm();
    void aMissingReadingIsNotZero();
    void nullMeansUnknown();
    void unknownFieldsKeepTheirPath();
    void wrongTypesNameTheField_data();
    void wrongTypesNameTheField();
    void times_data();
    void times();
    void places_data();
    void places();
    void limits();
    void whatIsReadIsWrittenAgain();
    void oldValuesAreLeftOut();
};

void TestTelemetryReader::theFullForm()
{
    const Reading r = readOk(R"({"vehicle_id":"v","timestamp":"2024-01-01T12:00:00Z","speed":65.5,
        "engine_metrics":{"temperature":95.2,"rpm":2500,"oil_pressure":45.8},"battery_metrics":{"voltage":13.8,"level":85},
        "fuel_metrics":{"level":67.5,"consumption":8.2},"location":{"latitude":40.7128,"longitude":-74.006,"altitude":12},
        "diagnostic_codes":["P0301"],"environmental_data":{"ambient_temp":21,"humidity":40}})");
    QVERIFY(r.number(channel::Speed) == 65.5);
    QVERIFY(r.number(channel::EngineTemperature) == 95.2);
    QVERIFY(r.number(channel::EngineRpm) == 2500.0);
    QVERIFY(r.number(channel::OilPressure) == 45.8);
    QVERIFY(r.number(channel::BatteryVoltage) == 13.8);
    QVERIFY(r.number(channel::BatteryLevel) == 85.0);
    QVERIFY(r.number(channel::FuelLevel) == 67.5);
    QVERIFY(r.number(channel::FuelConsumption) == 8.2);
    QVERIFY(r.number(channel::AmbientTemperature) == 21.0);
    QVERIFY(r.number(channel::Humidity) == 40.0);
    QVERIFY(*r.find(channel::TroubleCodes) == Value(QStringList{QStringLiteral("P0301")}));
    QVERIFY(!r.find(channel::TroubleCount));
    QVERIFY(r.position && r.position->latitude == 40.7128 && r.position->altitudeM == 12.0);
    QVERIFY(r.sourceTime == fromEpochMillis(1'704'110'400'000));
    QCOMPARE(r.samples.size(), 11);
}

void TestTelemetryReader::theFlatForm()
{
    const Reading r = readOk(R"({"engine_temp":95,"oil_pressure":40,"battery_voltage":12.6,"rpm":900,"speed":0,
        "fuel_level":5,"battery_level":50,"latitude":1,"longitude":2,"heading":90})");
    QVERIFY(r.number(channel::EngineTemperature) == 95.0);
    QVERIFY(r.number(channel::OilPressure) == 40.0);
    QVERIFY(r.number(channel::BatteryVoltage) == 12.6);
    QVERIFY(r.number(channel::EngineRpm) == 900.0);
    QVERIFY(r.number(channel::Speed) == 0.0);
    QVERIFY(r.number(channel::FuelLevel) == 5.0);
    QVERIFY(r.number(channel::BatteryLevel) == 50.0);
    QVERIFY(r.position && r.position->longitude == 2.0 && r.position->headingDeg == 90.0);
}

void TestTelemetryReader::aMissingReadingIsNotZero()
{
    const Reading r = readOk(R"({"speed":50,"location":{},"environmental_data":{},"diagnostic_codes":[]})");
    QCOMPARE(r.samples.size(), 2);
    QVERIFY(!r.find(channel::OilPressure));
    QVERIFY(!r.position);
    QVERIFY(*r.find(channel::TroubleCodes) == Value(QStringList()));
    QVERIFY(readOk("{}").samples.isEmpty());
}

void TestTelemetryReader::nullMeansUnknown()
{
    const Reading r = readOk(R"({"speed":null,"engine_metrics":{"rpm":null},"location":null,"timestamp":null,
        "diagnostic_codes":null,"battery_metrics":null})");
    QVERIFY(std::holds_alternative<std::monostate>(*r.find(channel::Speed)));
    QVERIFY(!r.number(channel::EngineRpm));
    QVERIFY(r.find(channel::EngineRpm));
    QVERIFY(!r.position);
    QVERIFY(!r.sourceTime);
}

void TestTelemetryReader::unknownFieldsKeepTheirPath()
{
    const Reading r = readOk(R"({"tire_pressure":{"front_left":32.5,"unit":"psi"},"door_open":true,
        "engine_metrics":{"boost":1.2},"tags":["a","b"],"wheels":[{"rpm":1},{"rpm":2}],"mixed":[1,"x"],"engine":{"rpm":700}})");
    QVERIFY(r.number(QStringLiteral("tire_pressure.front_left")) == 32.5);
    QVERIFY(*r.find(QStringLiteral("tire_pressure.unit")) == Value(QStringLiteral("psi")));
    QVERIFY(*r.find(QStringLiteral("door_open")) == Value(true));
    QVERIFY(r.number(QStringLiteral("engine_metrics.boost")) == 1.2);
    QVERIFY(*r.find(QStringLiteral("tags")) == Value(QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QVERIFY(r.number(QStringLiteral("wheels.1.rpm")) == 2.0);
    QVERIFY(*r.find(QStringLiteral("mixed.1")) == Value(QStringLiteral("x")));
    QVERIFY(r.number(channel::EngineRpm) == 700.0); // the console's own name
}

void TestTelemetryReader::wrongTypesNameTheField_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("field");
    const auto row = [](const QByteArray &json, const char *field) {
        QTest::newRow(field + json) << json << QString::fromLatin1(field);
    };
    row(R"({"speed":"fast"})", "data.speed");
    row(R"({"speed":true})", "data.speed");
    row(R"({"speed":[]})", "data.speed");
    row(R"({"speed":{}})", "data.speed");
    row(R"({"rpm":"900"})", "data.rpm");
    row(R"({"engine_metrics":{"rpm":"900"}})", "data.engine_metrics.rpm");
    row(R"({"engine_metrics":5})", "data.engine_metrics");
    row(R"({"battery_metrics":[1]})", "data.battery_metrics");
    row(R"({"diagnostic_codes":"P0301"})", "data.diagnostic_codes");
    row(R"({"diagnostic_codes":[1]})", "data.diagnostic_codes");
    row(R"({"location":[1,2]})", "data.location");
    row(R"({"location":"here"})", "data.location");
    row(R"({"location":{"latitude":"1","longitude":2}})", "data.location.latitude");
    row(R"({"location":{"latitude":1,"longitude":false}})", "data.location.longitude");
    row(R"({"location":{"latitude":1}})", "data.location.longitude");
    row(R"({"location":{"longitude":1}})", "data.location.latitude");
    row(R"({"location":{"latitude":1,"longitude":2,"altitude":"high"}})", "data.location.altitude");
    row(R"({"latitude":1})", "data.longitude");
    row(R"({"vehicle_id":5})", "data.vehicle_id");
    row(R"({"timestamp":"yesterday"})", "data.timestamp");
    row(R"({"timestamp":true})", "data.timestamp");
    row(R"({"timestamp":-1})", "data.timestamp");
    row(R"({"engine.rpm":"x"})", "data.engine.rpm");
}

void TestTelemetryReader::wrongTypesNameTheField()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, field);
    const auto read = telemetry::read(objectOf(json), data);
    const auto *error = std::get_if<FieldError>(&read);
    QVERIFY(error);
    QCOMPARE(error->field, field);
    QVERIFY(error->message.startsWith(field));
}

void TestTelemetryReader::times_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<qint64>("ms");
    const qint64 ms = 1'704'110'400'123;
    QTest::newRow("with Z") << QByteArray("\"2024-01-01T12:00:00.123Z\"") << ms;
    QTest::newRow("without a zone: UTC") << QByteArray("\"2024-01-01T12:00:00.123\"") << ms;
    QTest::newRow("microseconds") << QByteArray("\"2024-01-01T12:00:00.123456\"") << ms;
    QTest::newRow("with a zone") << QByteArray("\"2024-01-01T14:00:00.123+02:00\"") << ms;
    QTest::newRow("milliseconds") << QByteArray("1704110400123") << ms;
    QTest::newRow("seconds") << QByteArray("1704110400.123") << ms;
    QTest::newRow("a recording of 1999") << QByteArray("\"1999-12-31T23:59:59Z\"") << qint64(946'684'799'000);
}

void TestTelemetryReader::times()
{
    QFETCH(QByteArray, value);
    QFETCH(qint64, ms);
    const Reading r = readOk("{\"timestamp\":" + value + "}");
    QVERIFY(r.sourceTime);
    QCOMPARE(toEpochMillis(*r.sourceTime), ms);
}

void TestTelemetryReader::places_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<bool>("isPosition");
    QTest::newRow("zero is a place") << QByteArray(R"({"latitude":0,"longitude":0})") << true;
    QTest::newRow("the poles") << QByteArray(R"({"latitude":-90,"longitude":180})") << true;
    QTest::newRow("short names") << QByteArray(R"({"lat":1,"lng":2})") << true;
    QTest::newRow("too far north") << QByteArray(R"({"latitude":90.1,"longitude":0})") << false;
    QTest::newRow("too far east") << QByteArray(R"({"latitude":0,"longitude":180.5})") << false;
    QTest::newRow("empty") << QByteArray("{}") << false;
    QTest::newRow("nulls") << QByteArray(R"({"latitude":null,"longitude":null})") << false;
}

void TestTelemetryReader::places()
{
    QFETCH(QByteArray, json);
    QFETCH(bool, isPosition);
    const Reading r = readOk("{\"location\":" + json + "}");
    QCOMPARE(r.position.has_value(), isPosition);
    const bool said = json.contains("90.1") || json.contains("180.5");
    QCOMPARE(r.find(QStringLiteral("location.latitude")) != nullptr, said);
}

void TestTelemetryReader::limits()
{
    QJsonObject many;
    for (int i = 0; i < 256; ++i)
        many.insert(QStringLiteral("f%1").arg(i), i);
    QVERIFY(std::holds_alternative<Reading>(telemetry::read(many, data)));
    many.insert(QStringLiteral("one_more"), 1);
    QVERIFY(std::holds_alternative<FieldError>(telemetry::read(many, data)));
    QVERIFY(std::holds_alternative<FieldError>(
        telemetry::read({{QStringLiteral("note"), QString(1025, QLatin1Char('x'))}}, data)));
    QVERIFY(std::holds_alternative<FieldError>(telemetry::read({{QString(129, QLatin1Char('x')), 1}}, data)));
}

void TestTelemetryReader::whatIsReadIsWrittenAgain()
{
    const QByteArray json =
        R"({"speed":65.5,"engine_metrics":{"temperature":95.2,"rpm":2500,"oil_pressure":45.8,"boost":1},
        "battery_metrics":{"voltage":13.8,"level":85},"fuel_metrics":{"level":67.5,"consumption":8.2},
        "location":{"latitude":40.7128,"longitude":-74.006,"altitude":12},"diagnostic_codes":["P0301"],
        "environmental_data":{"ambient_temp":21,"humidity":40},"tire":{"front":{"left":30}},"ok":true,"note":"x"})";
    Reading reading = readOk(json);
    reading.deviceId = QStringLiteral("v");
    LatestReading known;
    known.merge(reading);
    QJsonObject written = vehicle::telemetryObject(known, fromEpochMillis(0), {});
    QCOMPARE(written.take(QStringLiteral("vehicle_id")).toString(), QStringLiteral("v"));
    QCOMPARE(written.take(QStringLiteral("timestamp")).toString(), QStringLiteral("1970-01-01T00:00:00.000Z"));
    QCOMPARE(written, objectOf(json));
}

void TestTelemetryReader::oldValuesAreLeftOut()
{
    Reading old = readOk(R"({"speed":50,"fuel_level":10,"location":{"latitude":1,"longitude":2}})");
    old.receivedAt = fromEpochMillis(1000);
    Reading fresh = readOk(R"({"speed":60,"battery_level":null})");
    fresh.receivedAt = fromEpochMillis(301'000);
    LatestReading known;
    known.merge(old);
    known.merge(fresh);
    const QJsonObject all = vehicle::telemetryObject(known, fresh.receivedAt, fromEpochMillis(1000));
    QVERIFY(all.contains(QLatin1String("fuel_metrics")));
    QVERIFY(!all.contains(QLatin1String("battery_metrics"))); // unknown is not written
    const QJsonObject some = vehicle::telemetryObject(known, fresh.receivedAt, fromEpochMillis(1001));
    QVERIFY(!some.contains(QLatin1String("fuel_metrics")));
    QVERIFY(!some.contains(QLatin1String("location")));
    QCOMPARE(some.value(QLatin1String("speed")).toDouble(), 60.0);
}

QTEST_GUILESS_MAIN(TestTelemetryReader)
#include "test_telemetry_reader.moc"
