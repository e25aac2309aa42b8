// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrailModel.h"
#include "models/TrendSource.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QApplication>
#include <QChart>
#include <QLegendMarker>
#include <QLineSeries>
#include <QScatterSeries>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QValueAxis>

#include <cmath>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
HistorySeries series(const QString &channel, TimePoint from, Duration step, const QList<double> &values)
{
    HistorySeries result;
    result.channel = channel;
    for (int i = 0; i < values.size(); ++i)
        result.points.append({from + i * step, values[i]});
    return result;
}

struct Desk
{
    TimePoint now = noon;
    FakeDeskLink link;
    ModelClock clock{[this] { return now; }, QTimeZone::utc()};
    TrendSource trend{link, clock};
    TrailModel trail{link, clock};
    LatestReading reading = latest(s("van"), noon);

    Desk()
    {
        QObject::connect(&link, &DeskLink::historyReady, &trend, [this](quint64 id, const HistoryResult &result) {
            if (!trend.takeHistory(id, result))
                trail.takeHistory(id, result);
        });
    }
    void hear(TimePoint at, const QHash<QString, double> &values)
    {
        now = at;
        reading.lastSeen = at;
        for (auto it = values.cbegin(); it != values.cend(); ++it)
            reading.channels.insert(it.key(), {*it, at});
        trend.update(reading);
    }
    void at(TimePoint at, double latitude, double longitude)
    {
        now = at;
        reading.position = position(latitude, longitude);
        reading.positionAt = at;
        trail.update(reading);
    }
};
} // namespace

class TestTrend : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void axesEndAtRoundNumbers_data()
    {
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("greatest");
        QTest::addColumn<double>("minimum");
        QTest::addColumn<double>("maximum");
        QTest::addColumn<double>("interval");
        QTest::newRow("engine speed") << 0.0 << 6000.0 << 0.0 << 6000.0 << 2000.0;
        QTest::newRow("speed") << 0.0 << 140.0 << 0.0 << 150.0 << 50.0;
        QTest::newRow("coolant") << 40.0 << 130.0 << 40.0 << 140.0 << 20.0;
        QTest::newRow("battery") << 9.0 << 16.0 << 8.0 << 16.0 << 2.0;
        QTest::newRow("small") << 0.0012 << 0.0019 << 0.0012 << 0.002 << 0.0002;
        QTest::newRow("negative") << -19.0 << -11.0 << -20.0 << -10.0 << 2.5;
        QTest::newRow("one value") << 5.0 << 5.0 << 4.0 << 6.0 << 0.5;
        QTest::newRow("zero") << 0.0 << 0.0 << -1.0 << 1.0 << 0.5;
        QTest::newRow("nothing") << std::numeric_limits<double>::infinity() << -std::numeric_limits<double>::infinity()
                                 << 0.0 << 1.0 << 1.0;
        QTest::newRow("NaN") << std::nan("") << 1.0 << 0.0 << 1.0 << 1.0;
    }
    void axesEndAtRoundNumbers()
    {
        QFETCH(double, least);
        QFETCH(double, greatest);
        const AxisRange range = niceRange(least, greatest);
        QTEST(range.minimum, "minimum");
        QTEST(range.maximum, "maximum");
        QTEST(range.interval, "interval");
    }

    void howeverMuchComesThePointsAreBounded()
    {
        TrendBuffer buffer(5min);
        for (int i = 0; i < 30000; ++i) // 100 Hz
            buffer.add(noon + i * 10ms, std::sin(i * 0.01) * (i == 12345 ? 50 : 1));
        const auto points = buffer.points(noon, noon + 5min);
        QVERIFY(points.size() <= TrendBuffer::MaxPoints);
        QVERIFY(points.size() > 550);
        QVERIFY(std::is_sorted(points.cbegin(), points.cend(),
                               [](const QPointF &a, const QPointF &b) { return a.x() < b.x(); }));
        // A spike is not lost by the reduction.
        const auto highest = std::max_element(points.cbegin(), points.cend(), [](const QPointF &a, const QPointF &b) {
            return std::abs(a.y()) < std::abs(b.y());
        });
        QVERIFY(std::abs(highest->y()) > 40);
    }

    void whatComesLiveAndFromHistoryCountsOnce()
    {
        TrendBuffer buffer(1min);
        QList<HistoryPoint> history;
        for (int i = 0; i < 20; ++i) {
            buffer.add(noon + i * 1s, i);
            history.append({noon + i * 1s, double(i)});
        }
        const auto before = buffer.points(noon, noon + 1min);
        buffer.merge(history);
        QCOMPARE(buffer.points(noon, noon + 1min), before);
        QCOMPARE(before.size(), 20);
        buffer.add(noon + 30s, std::nan(""));
        QCOMPARE(buffer.points(noon, noon + 1min), before);
        buffer.dropBefore(noon + 10s);
        QCOMPARE(buffer.points(noon, noon + 1min).size(), 10);
        QCOMPARE(buffer.points(noon + 5min, noon + 6min).size(), 0);
    }

    void silenceBreaksTheLine_data()
    {
        QTest::addColumn<int>("silence"); // seconds, at one value a second
        QTest::addColumn<int>("segments");
        QTest::newRow("none") << 1 << 1;
        QTest::newRow("three intervals") << 3 << 1;
        QTest::newRow("more") << 4 << 2;
        QTest::newRow("much more") << 40 << 2;
    }
    void silenceBreaksTheLine()
    {
        QFETCH(int, silence);
        for (bool live : {true, false}) {
            TrendBuffer buffer(1min);
            QList<HistoryPoint> points;
            for (int i = 0; i < 8; ++i)
                points.append({noon + i * 1s, 1.0});
            for (int i = 0; i < 8; ++i)
                points.append({noon + 7s + silence * 1s + i * 1s, 2.0});
            if (live) {
                for (const HistoryPoint &point : std::as_const(points))
                    buffer.add(point.at, point.value);
            } else {
                buffer.merge(points);
            }
            QTEST(int(buffer.segments(noon, noon + 1min).size()), "segments");
            const auto flat = buffer.points(noon, noon + 1min);
            const auto breaks =
                std::count_if(flat.cbegin(), flat.cend(), [](const QPointF &p) { return std::isnan(p.y()); });
            QTEST(int(breaks) + 1, "segments");
        }
    }

    void reducedHistoryIsOneLine()
    {
        // A day, reduced to the least and greatest of each step, as the archive answers.
        TrendBuffer buffer(24h);
        QList<HistoryPoint> points;
        for (int i = 0; i < 300; ++i) {
            points.append({noon + i * 288s + 10s, 1.0});
            points.append({noon + i * 288s + 200s, 5.0});
        }
        buffer.merge(points);
        buffer.add(noon + 24h - 2s, 3.0);
        buffer.add(noon + 24h - 1s, 3.0);
        QCOMPARE(buffer.segments(noon, noon + 24h).size(), 1);
    }

    void selectingADeviceShowsItsUsualLinesAndAsksForTheirHistory()
    {
        Desk desk;
        desk.reading = latest(s("van"), noon,
                              {{channel::FuelLevel, 60.0},
                               {channel::Speed, 50.0},
                               {channel::EngineRpm, 2000.0},
                               {s("x"), 1.0},
                               {s("note"), s("text")}});
        desk.trend.show(s("van"), &desk.reading);
        QCOMPARE(desk.trend.first()->channel(), channel::EngineRpm);
        QCOMPARE(desk.trend.first()->caption(), s("Engine speed, rpm"));
        QCOMPARE(desk.trend.second()->channel(), channel::Speed);
        QCOMPARE(desk.trend.channels(), (QStringList{channel::Speed, channel::EngineRpm, channel::FuelLevel, s("x")}));
        QCOMPARE(desk.trend.channelLabels().first(), s("Speed"));
        QVERIFY(desk.trend.first()->hasLimit());
        QCOMPARE(desk.trend.first()->limit(), 4000.0);
        QVERIFY(!desk.trend.second()->hasLimit());
        QVERIFY(desk.trend.loading());
        QCOMPARE(desk.link.askedHistory.size(), 1);
        const HistoryQuery query = desk.link.askedHistory.first().query;
        QCOMPARE(query.deviceId, s("van"));
        QCOMPARE(query.channels, (QStringList{channel::EngineRpm, channel::Speed}));
        QVERIFY(query.to == noon && query.from == noon - 5min);

        HistoryResult result;
        result.series = {series(channel::EngineRpm, noon - 60s, 1s, QList<double>(60, 1500.0)),
                         series(s("not asked"), noon - 60s, 1s, {7, 7, 7})};
        desk.link.answerHistory(result);
        QVERIFY(!desk.trend.loading());
        QCOMPARE(desk.trend.points(0).size(), 61); // one value per second in steps of one second, and the newest
        QCOMPARE(desk.trend.points(1).size(), 1);
        QCOMPARE(desk.trend.points(2).size(), 0);
        QVERIFY(desk.trend.first()->hasData());
        QCOMPARE(desk.trend.first()->maximum(), 6000.0);
    }

    void aDeviceWithoutReadingsGetsItsLinesWhenTheyCome()
    {
        Desk desk;
        desk.trend.show(s("van"), nullptr);
        QVERIFY(desk.link.askedHistory.isEmpty());
        QCOMPARE(desk.trend.first()->channel(), QString());
        QVERIFY(!desk.trend.first()->hasData());
        desk.hear(noon + 1s, {{channel::Temperature, 20.0}});
        QCOMPARE(desk.trend.first()->channel(), channel::Temperature);
        QCOMPARE(desk.trend.second()->channel(), QString());
        QCOMPARE(desk.link.askedHistory.size(), 1);
        desk.hear(noon + 2s, {{channel::MotorRpm, 900.0}});
        QCOMPARE(desk.trend.second()->channel(), channel::MotorRpm);
        desk.trend.show(QString(), nullptr);
        QCOMPARE(desk.trend.first()->channel(), QString());
        QVERIFY(!desk.trend.loading());
    }

    void theOperatorsChoiceIsKeptWhereADeviceHasIt()
    {
        Desk desk;
        desk.reading =
            latest(s("van"), noon, {{channel::FuelLevel, 60.0}, {channel::Speed, 50.0}, {channel::EngineRpm, 2000.0}});
        desk.trend.show(s("van"), &desk.reading);
        desk.trend.first()->setChannel(channel::FuelLevel);
        const LatestReading rig = latest(s("rig"), noon, {{channel::Temperature, 20.0}});
        desk.trend.show(s("rig"), &rig);
        QCOMPARE(desk.trend.first()->channel(), channel::Temperature);
        desk.trend.show(s("van"), &desk.reading);
        QCOMPARE(desk.trend.first()->channel(), channel::FuelLevel);
        QCOMPARE(desk.trend.second()->channel(), channel::EngineRpm);
    }

    void onlyTheLastOfManySelectionsIsAskedFor()
    {
        Desk desk;
        for (int i = 0; i < 20; ++i) {
            LatestReading reading = latest(s("d%1").arg(i), noon, {{channel::Speed, double(i)}});
            desk.trend.show(reading.deviceId, &reading);
        }
        QCOMPARE(desk.link.askedHistory.size(), 1);
        HistoryResult wrong;
        wrong.series = {series(channel::Speed, noon - 60s, 1s, {99, 99, 99})};
        desk.link.answerHistory(wrong); // of the first device: not shown
        QCOMPARE(desk.trend.points(0).size(), 1);
        QCOMPARE(desk.link.askedHistory.size(), 1);
        QCOMPARE(desk.link.askedHistory.first().query.deviceId, s("d19"));
        // An archive that never answers is not waited for.
        desk.now = noon + 6s;
        desk.trend.setWindow(TrendSource::OneHour);
        QCOMPARE(desk.link.askedHistory.size(), 2);
        QVERIFY(desk.link.askedHistory.last().query.from == noon + 6s - 1h);
        desk.link.answerHistory(wrong, 0); // far too late
        QVERIFY(desk.trend.loading());
    }

    void anArchiveThatFailsIsSaid()
    {
        Desk desk;
        QSignalSpy problems(&desk.trend, &TrendSource::problemChanged);
        const LatestReading reading = latest(s("van"), noon, {{channel::Speed, 1.0}});
        desk.trend.show(s("van"), &reading);
        HistoryResult failed;
        failed.error = s("Too many look-ups wait.");
        desk.link.answerHistory(failed);
        QCOMPARE(desk.trend.problem(), failed.error);
        QCOMPARE(desk.trend.points(0).size(), 1); // live goes on
        desk.trend.reload();
        QCOMPARE(desk.trend.problem(), QString());
        QCOMPARE(problems.count(), 2);
    }

    void theWindowMovesInStepsAndOnlyNewsRenewTheChart()
    {
        Desk desk;
        const LatestReading reading = latest(s("van"), noon, {{channel::Speed, 1.0}});
        desk.reading = reading;
        desk.trend.show(s("van"), &reading);
        desk.trend.setWindow(TrendSource::OneDay); // steps of 144 s
        QCOMPARE(desk.trend.windowText(), s("Last 24 hours"));
        const int revision = desk.trend.revision();
        desk.trend.refresh(noon + 1s);
        desk.trend.refresh(noon + 2s);
        QCOMPARE(desk.trend.revision(), revision);
        desk.hear(noon + 3s, {{channel::Speed, 2.0}});
        desk.trend.refresh(noon + 3s);
        desk.trend.refresh(noon + 3s);
        QCOMPARE(desk.trend.revision(), revision + 1);
        desk.trend.refresh(noon + 200s);
        QCOMPARE(desk.trend.revision(), revision + 2);
        QCOMPARE(desk.trend.toMs() - desk.trend.fromMs(), 86400e3);
        QVERIFY(desk.trend.toMs() >= double(toEpochMillis(noon + 200s)));
        desk.trend.setWindow(TrendSource::OneMinute);
        QCOMPARE(desk.trend.timeTicks().size(), 3);
        QCOMPARE(desk.trend.timeTicks().last(), desk.trend.toTime().toString(s("HH:mm:ss")));
    }

    void theSeriesOfAChartGetThePointsAndTheBreaks()
    {
        Desk desk;
        desk.reading = latest(s("van"), noon, {{channel::Speed, 10.0}});
        desk.trend.show(s("van"), &desk.reading);
        for (int i = 1; i < 60; ++i) {
            if (i < 20 || (i > 30 && i < 40) || i == 50)
                desk.hear(noon + i * 1s, {{channel::Speed, 10.0 + i}});
        }
        desk.trend.refresh(desk.now);

        QChart chart;
        auto *line = new QLineSeries;
        line->setPen(QPen(Qt::white, 3));
        chart.addSeries(line);
        auto *axis = new QValueAxis;
        chart.addAxis(axis, Qt::AlignLeft);
        line->attachAxis(axis);
        QVERIFY(desk.trend.fill(line, 0));
        QCOMPARE(chart.series().size(), 3);
        QCOMPARE(line->count(), 20);
        auto *second = qobject_cast<QLineSeries *>(chart.series().at(1));
        QCOMPARE(second->count(), 9);
        QCOMPARE(second->pen(), line->pen());
        QCOMPARE(second->attachedAxes(), line->attachedAxes());
        QVERIFY(!chart.legend()->markers(second).first()->isVisible());
        // The lone value is seen as a dash.
        QCOMPARE(qobject_cast<QLineSeries *>(chart.series().at(2))->count(), 2);
        for (const QPointF &point : line->points())
            QVERIFY(std::isfinite(point.y()));
        // Again, without breaks: the extra series are gone.
        desk.trend.show(s("van"), &desk.reading);
        QVERIFY(desk.trend.fill(line, 0));
        QCOMPARE(chart.series().size(), 1);
        QVERIFY(desk.trend.fill(line, 1)); // a line without channel: empty
        QCOMPARE(line->count(), 0);
        QVERIFY(!desk.trend.fill(line, 2));
        QVERIFY(!desk.trend.fill(nullptr, 0));
        QLineSeries alone; // in no chart yet
        QVERIFY(desk.trend.fill(&alone, 0));
    }

    void aChartWithBreaksGoesInAnyOrder()
    {
        Desk desk;
        desk.reading = latest(s("van"), noon, {{channel::Speed, 10.0}});
        desk.trend.show(s("van"), &desk.reading);
        for (int i = 1; i < 60; ++i) {
            if (i < 20 || (i > 30 && i < 40) || i == 50)
                desk.hear(noon + i * 1s, {{channel::Speed, 10.0 + i}});
        }
        desk.trend.refresh(desk.now);
        for (const bool seriesFirst : {false, true}) {
            auto chart = std::make_unique<QChart>();
            auto *line = new QLineSeries;
            chart->addSeries(line);
            QVERIFY(desk.trend.fill(line, 0));
            QCOMPARE(chart->series().size(), 3);
            if (seriesFirst)
                delete line;
            chart.reset();
        }
    }

    void theChartCanBeTakenHome()
    {
        Desk desk;
        desk.reading = latest(s("van"), noon, {{channel::Speed, 10.5}, {s("=cmd|' /C calc'!A0"), 1.0}});
        desk.trend.show(s("van"), &desk.reading);
        desk.hear(noon + 1s, {{channel::Speed, 11.0}});
        desk.trend.refresh(noon + 1s);
        const QString csv = desk.trend.exportCsv();
        QCOMPARE(csv, s("\"time\",\"Speed, km/h\",\"'=cmd|' /C calc'!A0\"\r\n"
                        "2026-03-02T12:00:00.000Z,10.5,1\r\n"
                        "2026-03-02T12:00:01.000Z,11,\r\n"));
        QTemporaryDir dir;
        QVERIFY(desk.trend.exportTo(QUrl::fromLocalFile(dir.filePath(s("a.csv")))));
        QFile file(dir.filePath(s("a.csv")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()), csv);
        QCOMPARE(desk.link.asked.size(), 1);
        const AuditRecord record = std::get<NoteAudit>(desk.link.asked.first().body).record;
        QCOMPARE(record.action, s("export"));
        QCOMPARE(record.object, s("a.csv"));
        QVERIFY2(record.detail.startsWith(s("van: ")) && record.detail.endsWith(s(", CSV.")),
                 qPrintable(record.detail));
        const FakeDeskLink::Asked note = desk.link.stall();
        QVERIFY(desk.trend.takeReply(note.id, Outcome::refused(s("storage_failed"), s("The disk is full."))));
        QVERIFY(desk.trend.problem().contains(s("not in the audit log")));
        QVERIFY(!desk.trend.takeReply(note.id, {}));
        QVERIFY(!desk.trend.exportTo(QUrl::fromLocalFile(dir.filePath(s("no/such/folder.csv")))));
        QVERIFY(desk.link.asked.isEmpty()); // nothing left the desk
        QVERIFY(desk.trend.problem().contains(s("could not be written")));
        QVERIFY(!desk.trend.exportTo(QUrl(s("https://example.org/a.csv"))));
        desk.trend.show(QString(), nullptr);
        QCOMPARE(desk.trend.exportCsv(), s("\"time\"\r\n"));
    }

    void theTrailIsWhereTheDeviceWasInTheLastFiveMinutes()
    {
        Desk desk;
        QSignalSpy changed(&desk.trail, &TrailModel::pathChanged);
        desk.at(noon, 48.0, 11.0); // another device than the shown one: none
        QVERIFY(desk.trail.path().isEmpty());
        desk.trail.show(s("van"), &desk.reading);
        QCOMPARE(desk.trail.path(), (QList<QPointF>{{11.0, 48.0}}));
        QCOMPARE(desk.link.askedHistory.first().query.channels, (QStringList{channel::Latitude, channel::Longitude}));
        desk.at(noon + 100ms, 48.5, 11.5); // too soon after the last to matter
        QCOMPARE(desk.trail.path().size(), 1);
        desk.at(noon + 1s, 48.1, 11.1);
        desk.at(noon + 2s, 91, 11.1); // no place on this earth
        QCOMPARE(desk.trail.path().size(), 2);

        HistoryResult result;
        result.series = {series(channel::Latitude, noon - 4s, 1s, {47.6, 47.7, 47.8, 47.9, 48.0}),
                         series(channel::Longitude, noon - 4s, 2s, {10.6, 10.8, 11.0})};
        desk.link.answerHistory(result);
        QCOMPARE(desk.trail.path().size(), 6);
        QCOMPARE(desk.trail.path().first(), QPointF(10.6, 47.6));
        QVERIFY(std::abs(desk.trail.path().at(1).x() - 10.7) < 1e-9); // between its neighbours
        QCOMPARE(desk.trail.path().last(), QPointF(11.1, 48.1));
        QCOMPARE(desk.trail.ages().size(), 6);
        QVERIFY(desk.trail.ages().first() > desk.trail.ages().last());

        desk.trail.refresh(noon + 5min - 1s);
        QCOMPARE(desk.trail.path().size(), 3);
        desk.trail.refresh(noon + 10min);
        QVERIFY(desk.trail.path().isEmpty());
        changed.clear();
        desk.trail.refresh(noon + 10min);
        QCOMPARE(changed.count(), 0);
    }

    void aFastDevicesTrailIsBounded()
    {
        Desk desk;
        desk.trail.show(s("van"), nullptr);
        for (int i = 0; i < 6000; ++i)
            desk.at(noon + i * 50ms, 48.0 + i * 1e-5, 11.0);
        QVERIFY(desk.trail.path().size() <= TrailModel::MaxPoints);
        QVERIFY(desk.trail.path().size() > TrailModel::MaxPoints - 10);
    }

    void aTrailWithoutHistoryIsWhatWasSeen()
    {
        Desk desk;
        desk.trail.show(s("van"), nullptr);
        desk.at(noon, 48.0, 11.0);
        HistoryResult half;
        half.error = s("no such device");
        half.series = {series(channel::Latitude, noon - 4s, 1s, {47.6, 47.7})};
        desk.link.answerHistory(half);
        QCOMPARE(desk.trail.path(), (QList<QPointF>{{11.0, 48.0}}));
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv); // Qt Charts needs one
    TestTrend test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_trend.moc"
