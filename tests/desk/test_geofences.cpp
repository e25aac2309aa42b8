// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/desk/Fakes.h"

#include "models/domain/AlertBook.h"
#include "models/domain/GeofenceWatch.h"
#include "server/desk/Desk.h"
#include "server/desk/GeofenceFile.h"
#include "server/desk/GeofenceSeeds.h"
#include "server/desk/RuleRecall.h"
#include "server/desk/RulesFile.h"

#include <QTemporaryFile>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint start{std::chrono::hours(500'000)};
constexpr double metre = 1 / 111'195.08; ///< of latitude, in degrees

QByteArray collection(const QByteArray &features)
{
    return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

const QByteArray depot = R"({"type":"Feature","properties":{"id":"depot","name":"Depot","radius_m":200},
    "geometry":{"type":"Point","coordinates":[-6.5,37]}})";
/// A street from south to north: its left is the west.
const QByteArray bridge =
    R"({"type":"Feature","id":"bridge","geometry":{"type":"LineString","coordinates":[[10,50],[10,50.001],[10,50.002]]}})";

Geofence fenceOf(const QByteArray &feature)
{
    const GeofencesResult result = readGeofences(collection(feature));
    for (const QString &error : result.errors)
        qWarning("%s", qPrintable(error));
    return result.fences.value(0);
}

Device van()
{
    Device device;
    device.id = device.name = QStringLiteral("van-1");
    device.kind = DeviceKind::Vehicle;
    return device;
}

/// One van and what its fixes say, every ten seconds.
class Drive
{
public:
    explicit Drive(QList<Geofence> fences) : watch(std::move(fences)) { watch.setDevice(van()); }
    /// Metres north and east of the depot, with a 68 % radius; none: certain.
    QStringList at(double north, double east = 0, std::optional<double> accuracy = {})
    {
        return fix({37 + north * metre, -6.5 + east * metre / std::cos(37 * M_PI / 180), {}, accuracy, {}, {}});
    }
    QStringList fix(const Position &position, std::optional<TimePoint> sourceTime = {})
    {
        now += 10s;
        Reading reading;
        reading.deviceId = QStringLiteral("van-1");
        reading.receivedAt = now;
        reading.sourceTime = sourceTime;
        reading.position = position;
        QStringList told;
        const QList<Sample> samples = watch.judge(reading);
        for (const Sample &sample : samples)
            told.append(sample.channel + u'=' + text(sample.value));
        return told;
    }
    GeofenceWatch watch;
    TimePoint now = start;
};

const QStringList outside{QStringLiteral("fence.depot=false"), QStringLiteral("fence.depot.seconds=0")};

QStringList inside(int seconds)
{
    return {QStringLiteral("fence.depot=true"), QStringLiteral("fence.depot.seconds=%1").arg(seconds)};
}

QStringList with(QStringList told, bool entered, bool exited)
{
    told.append(QStringLiteral("fence.depot.entered=") + (entered ? QStringLiteral("true") : QStringLiteral("false")));
    told.append(QStringLiteral("fence.depot.exited=") + (exited ? QStringLiteral("true") : QStringLiteral("false")));
    return told;
}

/// Has one answer, at once.
class OneReading : public ArchivePort
{
public:
    void history(const HistoryQuery &, std::function<void(const HistoryResult &)> reply) override { reply({}); }
    void alerts(const AlertsQuery &, std::function<void(const AlertsResult &)> reply) override { reply({}); }
    void events(const EventsQuery &, std::function<void(const EventsResult &)> reply) override { reply({}); }
    void messages(const ChatQuery &, std::function<void(const ChatResult &)> reply) override { reply({}); }
    void alertEvents(const AlertEventsQuery &, std::function<void(const AlertEventsResult &)> reply) override
    {
        reply({});
    }
    void alertLog(const AlertLogQuery &, std::function<void(const AlertLogResult &)> reply) override { reply({}); }
    void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) override
    {
        asked.append(query.deviceId);
        ReadingsResult result;
        if (!told.isEmpty())
            result.readings = told;
        else if (query.deviceId == QLatin1String("van-1"))
            result.readings = {Reading{query.deviceId, {}, start - 1min, {}, {}, {}},
                               Reading{query.deviceId, {}, start - 2min, {}, Position{37, -6.5, {}, {}, {}, {}}, {}}};
        reply(result);
    }
    QStringList asked;
    QList<Reading> told; ///< newest first; empty: that one
};

} // namespace

class TestGeofences : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aVanComesStaysAndGoes()
    {
        Drive drive({fenceOf(depot)});
        QCOMPARE(drive.at(1000), outside);
        QCOMPARE(drive.at(201), outside);
        QCOMPARE(drive.at(150), with(inside(0), true, false));
        QCOMPARE(drive.at(0, 199), with(inside(10), false, false));
        QCOMPARE(drive.at(0), inside(20));
        QCOMPARE(drive.at(0, -250), with(outside, false, true));
        QCOMPARE(drive.at(0, -260), with(outside, false, false));
        QCOMPARE(drive.at(0, -270), outside);
    }

    void whoeverIsThereFromTheBeginningHasNotEntered()
    {
        Drive drive({fenceOf(depot)});
        QCOMPARE(drive.at(0), inside(0));
        QCOMPARE(drive.at(300), with(outside, false, true));
    }

    void onTheBorderNothingFlaps()
    {
        Drive drive({fenceOf(depot)});
        drive.at(400, 0, 30);
        // Five metres inside, known to thirty: who can say.
        QCOMPARE(drive.at(195, 0, 30), outside);
        QCOMPARE(drive.at(205, 0, 30), outside);
        QCOMPARE(drive.at(195, 0, 30), outside);
        QCOMPARE(drive.at(190, 0, 30), outside);
        QCOMPARE(drive.at(192, 0, 30),
                 with(inside(0), true, false)); // the third in doubt that says so, and none said otherwise in between …
        QCOMPARE(drive.at(205, 0, 30), with(inside(10), false, false));
        QCOMPARE(drive.at(240, 0, 30), with(outside, false, true)); // … or one that is certain
    }

    void aFixThatCouldBeAnywhereIsPassedOver()
    {
        Drive drive({fenceOf(depot)});
        drive.at(0);
        QCOMPARE(drive.at(2000, 0, 501), QStringList());
        QCOMPARE(drive.fix({91, 0, {}, {}, {}, {}}), QStringList());
        QCOMPARE(drive.at(10, 0, 20), inside(30));
    }

    void aLateFixChangesNothingUntilTheClockIsSeenToBeSetBack()
    {
        Drive drive({fenceOf(depot)});
        const Position there{37, -6.5, {}, {}, {}, {}};
        const Position away{38, -6.5, {}, {}, {}, {}};
        drive.fix(there, start + 1h);
        QCOMPARE(drive.fix(away, start + 30min), QStringList()); // it had kept this one back
        QCOMPARE(drive.fix(there, start + 61min), inside(20));
        drive.now += 1min;
        QCOMPARE(drive.fix(away, start), with(outside, false, true));
    }

    void shapes_data()
    {
        QTest::addColumn<QByteArray>("feature");
        QTest::addColumn<double>("latitude");
        QTest::addColumn<double>("longitude");
        QTest::addColumn<double>("depth"); ///< metres
        const QByteArray square =
            R"({"type":"Feature","id":"s","geometry":{"type":"Polygon","coordinates":[[[10,50],[10.1,50],[10.1,50.1],[10,50.1],[10,50]],
                [[10.04,50.04],[10.06,50.04],[10.06,50.06],[10.04,50.06],[10.04,50.04]]]}})";
        QTest::newRow("middle of the outline, in the hole") << square << 50.05 << 10.05 << -714.0;
        QTest::newRow("between hole and outline") << square << 50.02 << 10.05 << 2224.0;
        QTest::newRow("south of it") << square << 49.99 << 10.05 << -1112.0;
        QTest::newRow("level with a corner") << square << 50.0 << 10.2 << -7148.0;
        QTest::newRow("on the other side of the Earth") << square << -50.0 << -169.95 << -17'000'000.0;
        QTest::newRow("the same place by another count") << square << 50.02 << 10.05 - 360 << 2224.0;
        const QByteArray pacific =
            R"({"type":"Feature","id":"p","geometry":{"type":"Polygon","coordinates":[[[179,-1],[-179,-1],[-179,1],[179,1],[179,-1]]]}})";
        QTest::newRow("on the antimeridian, from the west") << pacific << 0.0 << 179.9 << 100'075.0;
        QTest::newRow("on the antimeridian, from the east") << pacific << 0.0 << -179.9 << 100'075.0;
        QTest::newRow("far from the antimeridian") << pacific << 0.0 << 0.0 << -19'900'000.0;
        const QByteArray corridor =
            QByteArray(bridge).replace(R"("id":"bridge",)", R"("id":"bridge","properties":{"width_m":40},)");
        QTest::newRow("in the corridor") << corridor << 50.001 << 10.0001 << 12.85;
        QTest::newRow("beside it") << corridor << 50.001 << 10.001 << -51.5;
        QTest::newRow("beyond its end") << corridor << 50.003 << 10.0 << -91.2;
        QTest::newRow("at the centre of a circle") << depot << 37.0 << -6.5 << 200.0;
    }
    void shapes()
    {
        QFETCH(QByteArray, feature);
        QFETCH(double, latitude);
        QFETCH(double, longitude);
        QFETCH(double, depth);
        const double is = depthInside(fenceOf(feature), {latitude, longitude});
        QVERIFY2(std::abs(is - depth) <= std::max(0.2, std::abs(depth) * 0.01), qPrintable(QString::number(is)));
    }

    void aLineIsCrossedOnceEachWay()
    {
        Drive drive({fenceOf(bridge)});
        const auto at = [&drive](double latitude, double longitude, double accuracy = 5) {
            return drive.fix({latitude, longitude, {}, accuracy, {}, {}}).join(u' ');
        };
        const QString none = QStringLiteral("fence.bridge.crossed=0");
        QCOMPARE(at(50.0005, 9.999), none);
        QCOMPARE(at(50.0005, 9.9995), none);
        QCOMPARE(at(50.0005, 10.00001), QString()); // on it: wait and see
        QCOMPARE(at(50.0005, 9.99999), QString());
        QCOMPARE(at(50.0005, 10.0005), QStringLiteral("fence.bridge.crossed=1"));
        QCOMPARE(at(50.0005, 10.001), none);
        QCOMPARE(at(50.001, 9.999), QStringLiteral("fence.bridge.crossed=-1")); // through the corner of two segments
        QCOMPARE(at(50.003, 9.999), none);
        QCOMPARE(at(50.003, 10.001), none); // past its end
        QCOMPARE(at(50.0005, 9.999), QStringLiteral("fence.bridge.crossed=-1"));
    }

    void aFenceIsForSome()
    {
        Geofence fence = fenceOf(depot);
        fence.match.tags = {QStringLiteral("night")};
        Drive drive({fence});
        QCOMPARE(drive.at(0), QStringList());
        Device device = van();
        device.tags = {QStringLiteral("night")};
        QVERIFY(drive.watch.isFor(device));
        drive.watch.setDevice(device);
        QCOMPARE(drive.at(0), inside(0));
        device.name = QStringLiteral("Renamed");
        drive.watch.setDevice(device); // what was known of it stays
        QCOMPARE(drive.at(0), inside(10));
    }

    // --- as rules see it

    void aDwellIsADelayAndGoesOnWithoutFixes()
    {
        const RulesResult rules =
            parseRules(R"({"rules":[{"id":"stay","code":"DWELL","metric":"fence.depot","condition":"==",
            "limit":1,"level":"warning","onDelay":600}]})");
        QVERIFY2(rules.ok(), rules.ok() ? "" : qPrintable(toString(rules.errors.constFirst())));
        AlertLimits limits;
        limits.deviceStale = 0s; // it may sleep
        AlertBook book(rules.rules, limits);
        book.setDevice(van());
        Drive drive({fenceOf(depot)});
        const auto feed = [&](double north) {
            drive.now += 10s;
            Reading reading{
                QStringLiteral("van-1"), {}, drive.now, {}, Position{37 + north * metre, -6.5, {}, {}, {}, {}}, {}};
            reading.samples = drive.watch.judge(reading);
            return book.apply(reading, drive.now);
        };
        QVERIFY(feed(1000).isEmpty());
        QVERIFY(feed(0).isEmpty());
        drive.now += 599s;
        QVERIFY(book.tick(drive.now).isEmpty());
        drive.now += 1s; // parked and asleep
        const auto raised = book.tick(drive.now);
        QCOMPARE(raised.size(), 1);
        QCOMPARE(raised.constFirst().alert.code, QStringLiteral("DWELL"));
        const auto left = feed(1000);
        QCOMPARE(toString(left.constFirst().verb), QStringLiteral("clearing"));
    }

    void aDwellGoesOnOverARestart_data()
    {
        QTest::addColumn<QByteArray>("rule");
        QTest::newRow("by a delay") << QByteArray(R"("metric":"fence.depot","condition":"==","limit":1,"onDelay":600)");
        QTest::newRow("by its length") << QByteArray(R"("metric":"fence.depot.seconds","condition":">=","limit":600)");
    }
    void aDwellGoesOnOverARestart()
    {
        QFETCH(QByteArray, rule);
        const RulesResult rules =
            parseRules(R"({"rules":[{"id":"stay","code":"DWELL","level":"warning",)" + rule + "}]}");
        QVERIFY2(rules.ok(), rules.ok() ? "" : qPrintable(toString(rules.errors.constFirst())));
        const auto fix = [](double north, TimePoint at) {
            return Reading{QStringLiteral("van-1"),
                           QStringLiteral("dialect1"),
                           at,
                           {},
                           Position{37 + north * metre, -6.5, {}, {}, {}, {}},
                           {}};
        };
        OneReading past;
        past.told = {fix(1000, start - 310s)};
        for (int i = 300; i > 0; i -= 10) // as the history has it: without the fences
            past.told.append(fix(0, start - std::chrono::seconds(i)));
        std::reverse(past.told.begin(), past.told.end());
        FakeStore store;
        FakeArchive archive;
        TimePoint now = start;
        DeskSnapshot initial;
        initial.devices = {van()};
        initial.presence = {{van().id, {}, start - 10s}};
        DeskSettings settings;
        settings.clock = [&now] { return now; };
        settings.alerts.deviceStale = 0s;
        settings.fences = {fenceOf(depot)};
        settings.recall = recallReadings(rules.rules, initial, past);
        Desk desk(settings, rules.rules, store, archive, initial);
        desk.start();
        const auto tells = [&](TimePoint at) {
            now = at;
            bool done = false;
            desk.take({fix(0, at)});
            desk.snapshot([&done](const DeskSnapshot &) { done = true; });
            QTRY_VERIFY(done);
            desk.tick();
        };
        tells(start + 299s);
        QVERIFY(store.stored().isEmpty());
        tells(start + 300s); // ten minutes, of which the server saw five
        QTRY_COMPARE(store.stored().size(), 1);
        QCOMPARE(std::get<AlertChange>(store.stored().constFirst().body).alert.code, QStringLiteral("DWELL"));
        desk.stop();
    }

    void aDwellIsAsLongAfterTheClockWasSetBack()
    {
        Drive drive({fenceOf(depot)});
        QCOMPARE(drive.at(0), inside(0));
        QCOMPARE(drive.at(0), inside(10));
        drive.now -= 1h;
        QCOMPARE(drive.at(0), inside(10));
        QCOMPARE(drive.at(0), inside(20));
    }

    void theDeskRaisesWhoeverLeftWhileItWasDown()
    {
        FakeStore store;
        FakeArchive archive;
        TimePoint now = start;
        DeskSettings settings;
        settings.clock = [&now] { return now; };
        settings.fences = {fenceOf(depot)};
        const RulesResult rules =
            parseRules(R"({"rules":[{"id":"left","code":"LEFT_DEPOT","kind":"event","metric":"fence.depot.exited",
            "condition":"==","limit":1,"level":"critical"}]})");
        QVERIFY2(rules.ok(), rules.ok() ? "" : qPrintable(toString(rules.errors.constFirst())));
        DeskSnapshot initial;
        initial.devices = {van()};
        Desk desk(settings, rules.rules, store, archive, initial);
        desk.start();
        OneReading past;
        std::make_shared<GeofenceSeeds>(
            past, QStringList{QStringLiteral("van-0"), QStringLiteral("van-1"), QStringLiteral("van-2")},
            [&desk](const QString &device, const Position &position, TimePoint at) {
                desk.seedFence(device, position, at);
            })
            ->next();
        QCOMPARE(past.asked.size(), 3);
        desk.take({Reading{
            QStringLiteral("van-1"), QStringLiteral("dialect1"), now, {}, Position{37.1, -6.5, {}, {}, {}, {}}, {}}});
        QTRY_COMPARE(store.stored().size(), 1);
        const auto change = std::get<AlertChange>(store.stored().constFirst().body);
        QCOMPARE(change.alert.code, QStringLiteral("LEFT_DEPOT"));
        QCOMPARE(change.alert.position->latitude, 37.1);
        desk.stop();
    }

    void aRuleAboutAFenceThatIsNotThereIsAnError()
    {
        AlertRule rule;
        rule.id = QStringLiteral("left");
        rule.metric = QStringLiteral("fence.depott.exited");
        const QList<RulesError> unknown = unknownFences({rule}, {fenceOf(depot)});
        QCOMPARE(unknown.size(), 1);
        QCOMPARE(tocsin::toString(unknown.constFirst()),
                 QStringLiteral("rule 1 (left), metric: there is no geofence depott"));
        rule.metric = QStringLiteral("fence.depot.exited");
        QVERIFY(unknownFences({rule}, {fenceOf(depot)}).isEmpty());
        rule.metric = QStringLiteral("speed");
        QVERIFY(unknownFences({rule}, {}).isEmpty());
    }

    // --- the file

    void everyBadLineIsNamedAndNothingIsTaken()
    {
        const GeofencesResult result = readGeofences(R"({"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"good","radius_m":5},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"radius_m":5},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"id":"a b","radius_m":5},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"id":"good","radius_m":5},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"id":"c"},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"id":"d","radius_m":0},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"id":"e","radius_m":1},"geometry":{"type":"Point","coordinates":[1,91]}},
{"type":"Feature","properties":{"id":"f"},"geometry":{"type":"LineString","coordinates":[[1,1]]}},
{"type":"Feature","properties":{"id":"g"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}},
{"type":"Feature","properties":{"id":"h"},"geometry":{"type":"MultiPoint","coordinates":[]}},
{"type":"Feature","properties":{"id":"i","radius_m":5,"match":{"tag":["x"]}},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Feature","properties":{"id":"j","radius_m":5,"match":{"tags":[1]}},"geometry":{"type":"Point","coordinates":[1,2]}},
{"type":"Thing"}
]})");
        QVERIFY(result.fences.isEmpty());
        const QStringList expected{
            QStringLiteral("line 3: feature 2, id: is missing"),
            QStringLiteral("line 4: feature 3 (a b), id: must be 1 to 64 letters, digits, - and _"),
            QStringLiteral("line 5: feature 4 (good), id: another feature is called good"),
            QStringLiteral("line 6: feature 5 (c), radius_m: is missing"),
            QStringLiteral("line 7: feature 6 (d), radius_m: must be metres, more than 0, at most 1000000"),
            QStringLiteral("line 8: feature 7 (e), coordinates: position 1 must be [longitude, latitude] in degrees"),
            QStringLiteral("line 9: feature 8 (f), coordinates: must be at least 2 positions"),
            QStringLiteral("line 10: feature 9 (g), coordinates: a ring must end where it begins"),
            QStringLiteral(
                "line 11: feature 10 (h), geometry.type: \"MultiPoint\" is none of Point, LineString, Polygon"),
            QStringLiteral("line 12: feature 11 (i), match.tag: is not a key that this version knows"),
            QStringLiteral("line 13: feature 12 (j), match.tags: must be a list of texts"),
            QStringLiteral("line 14: feature 13, type: must be \"Feature\"")};
        QCOMPARE(result.errors.join(u'\n'), expected.join(u'\n'));
    }

    void filesThatAreSomethingElse()
    {
        QCOMPARE(readGeofences("{\n\"type\":").errors.constFirst().left(29),
                 QStringLiteral("line 2: this is not JSON: unt"));
        QCOMPARE(readGeofences("[]").errors.constFirst(),
                 QStringLiteral("line 1: the file must be one GeoJSON object"));
        QCOMPARE(readGeofences(R"({"type":"Feature"})").errors.constFirst(),
                 QStringLiteral("line 1: type: must be \"FeatureCollection\""));
        QVERIFY(loadGeofences(QStringLiteral("/none"))
                    .errors.constFirst()
                    .startsWith(QLatin1String("the file cannot be read")));
        QTemporaryFile file;
        QVERIFY(file.open());
        file.write(collection(depot + ',' + bridge));
        file.close();
        const GeofencesResult result = loadGeofences(file.fileName());
        QVERIFY(result.ok());
        QCOMPARE(result.fences.size(), 2);
        QCOMPARE(result.fences.at(0).name, QStringLiteral("Depot"));
        QVERIFY(!result.fences.at(1).hasInside());
    }
};

QTEST_GUILESS_MAIN(TestGeofences)
#include "test_geofences.moc"
