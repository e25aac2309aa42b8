// SPDX-License-Identifier: GPL-3.0-or-later
// What dialect 4 does with time and with slow readers; everything else is tested from outside (tests/e2e/test_monitor.py).
#include "server/dialects/monitor/MonitorDialect.h"
#include "tests/dialects/Fakes.h"

#include <QJsonArray>
#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

class MonitorStage
{
public:
    explicit MonitorStage(MonitorOptions more = {})
    {
        DeskSnapshot snapshot;
        snapshot.devices = {vehicleOf(QStringLiteral("d1"))};
        mirror.setSnapshot(snapshot);
        DialectOptions options;
        options.posture = Posture::Open;
        options.clock = [this] { return now; };
        dialect = std::make_unique<MonitorDialect>(options, std::move(more),
                                                   DialectServices{mirror, latest, sink, desk, archive});
    }
    [[nodiscard]] std::unique_ptr<FakeSession> connect(const QStringList &topics)
    {
        auto session = std::make_unique<FakeSession>(QStringLiteral("/ws"), anonymousAdmin());
        dialect->opened(session.get());
        for (const QString &topic : topics)
            session->say(subscription(topic));
        clear(*session);
        return session;
    }
    static QJsonObject subscription(const QString &topic)
    {
        return {{QStringLiteral("type"), QStringLiteral("subscription")},
                {QStringLiteral("data"), QJsonObject{{QStringLiteral("topic"), topic}}}};
    }
    static void clear(FakeSession &session)
    {
        Q_UNUSED(session.take())
        session.deliveries.clear();
        session.keys.clear();
    }
    void pass(std::chrono::seconds time)
    {
        now += time;
        dialect->tick();
    }
    void tell(double cpu)
    {
        Reading reading;
        reading.deviceId = QStringLiteral("d1");
        reading.receivedAt = now;
        reading.samples = {{QStringLiteral("cpu_usage"), cpu}};
        latest.put({reading});
        dialect->publish({reading});
    }
    [[nodiscard]] net::HttpResponse post(const QString &path, const QByteArray &body)
    {
        net::HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.body = body;
        net::HttpResponse answer;
        dialect->http(request, std::nullopt, [&answer](const net::HttpResponse &response) { answer = response; });
        return answer;
    }

    TimePoint now = fromEpochMillis(1'700'000'000'000);
    DeskMirror mirror;
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    FakeArchive archive;
    std::unique_ptr<MonitorDialect> dialect;
};

QStringList typesOf(const QList<QJsonObject> &frames)
{
    QStringList types;
    for (const QJsonObject &frame : frames)
        types.append(frame.value(QLatin1String("type")).toString());
    return types;
}

} // namespace

class TestMonitor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsToldAtIntervals();
    void figuresConflateAndAlertsDoNot();
    void monitoringEndsWhenNobodyReads();
    void monitoringIsBounded();
    void subscriptionsAreBounded();
    void oldFiguresAreUnknown();
};

void TestMonitor::whatIsToldAtIntervals()
{
    MonitorStage stage({.figures = [] { return ServerStats(); }});
    const auto session = stage.connect({QStringLiteral("device_status"), QStringLiteral("analytics"),
                                        QStringLiteral("performance"), QStringLiteral("device_d1")});
    stage.tell(1);
    stage.pass(29s);
    QVERIFY(session->take().isEmpty());
    stage.pass(1s);
    // Once, although two of the connection's topics are about the device.
    QCOMPARE(typesOf(session->take()), (QStringList{QStringLiteral("device_status"), QStringLiteral("analytics_update"),
                                                    QStringLiteral("performance_data")}));
    stage.pass(30s);
    // Nothing was heard since: no analytics.
    QCOMPARE(typesOf(session->take()),
             (QStringList{QStringLiteral("device_status"), QStringLiteral("performance_data")}));
}

void TestMonitor::figuresConflateAndAlertsDoNot()
{
    MonitorStage stage;
    const auto session = stage.connect({QStringLiteral("metrics_d1"), QStringLiteral("device_status"),
                                        QStringLiteral("security"), QStringLiteral("notifications")});
    stage.tell(1);
    stage.pass(30s);
    QCOMPARE(session->deliveries, (QList<net::Delivery>{net::Delivery::B, net::Delivery::B}));
    QCOMPARE(session->keys, (QStringList{QStringLiteral("metrics/d1"), QStringLiteral("device_status")}));
    MonitorStage::clear(*session);
    Alert alert = alertOf(QStringLiteral("a"), QStringLiteral("d1"));
    alert.category = QStringLiteral("security");
    Event event;
    event.seq = 1;
    event.body = AlertChange{AlertVerb::Raise, AlertState::Normal, AlertState::Unacknowledged, alert};
    stage.mirror.apply({event});
    QCOMPARE(typesOf(session->take()), (QStringList{QStringLiteral("security_alert"), QStringLiteral("notification")}));
    QCOMPARE(session->deliveries, (QList<net::Delivery>{net::Delivery::Alert, net::Delivery::A}));
}

void TestMonitor::monitoringEndsWhenNobodyReads()
{
    MonitorStage stage({.status = 3600s, .cleanup = 60s});
    QCOMPARE(stage.post(QStringLiteral("/ws/start-monitoring/d1"), R"({"interval":10})").status, 200);
    {
        const auto reader = stage.connect({QStringLiteral("metrics_d1")});
        for (int i = 0; i < 20; ++i)
            stage.pass(10s);
        QCOMPARE(reader->take().size(), 20);
    }
    for (int i = 0; i < 5; ++i)
        stage.pass(10s);
    {
        const auto reader = stage.connect({QStringLiteral("metrics_d1")}); // in time
        stage.pass(10s);
        QCOMPARE(reader->take().size(), 1);
    }
    for (int i = 0; i < 6; ++i)
        stage.pass(10s);
    const auto late = stage.connect({QStringLiteral("metrics_d1")});
    stage.pass(10s);
    QVERIFY(late->take().isEmpty());
}

void TestMonitor::monitoringIsBounded()
{
    MonitorStage stage({.monitorings = 2});
    QCOMPARE(stage.post(QStringLiteral("/ws/start-monitoring/a"), "{}").status, 200);
    QCOMPARE(stage.post(QStringLiteral("/ws/start-monitoring/b"), "{}").status, 200);
    QCOMPARE(stage.post(QStringLiteral("/ws/start-monitoring/c"), "{}").status, 503);
    QCOMPARE(stage.post(QStringLiteral("/ws/start-monitoring/a"), "{}").status, 200); // it is one of the two
}

void TestMonitor::subscriptionsAreBounded()
{
    MonitorStage stage({.topicsPerSocket = 2});
    const auto session = stage.connect({QStringLiteral("security"), QStringLiteral("analytics")});
    session->say(MonitorStage::subscription(QStringLiteral("performance")));
    QCOMPARE(typesOf(session->take()), QStringList{QStringLiteral("error")});
    session->say(MonitorStage::subscription(QStringLiteral("security"))); // it has it already
    QCOMPARE(typesOf(session->take()), QStringList{QStringLiteral("subscription")});
}

void TestMonitor::oldFiguresAreUnknown()
{
    MonitorStage stage;
    const auto session = stage.connect({QStringLiteral("device_status")});
    const auto cpu = [&session] {
        const QList<QJsonObject> frames = session->take();
        const QJsonArray devices =
            frames.value(0).value(QLatin1String("data")).toObject().value(QLatin1String("devices")).toArray();
        return devices.first().toObject().value(QLatin1String("cpu_usage"));
    };
    stage.pass(30s);
    QVERIFY(cpu().isNull());
    stage.tell(0);
    stage.pass(30s);
    QCOMPARE(cpu(), QJsonValue(0));
    stage.pass(301s);
    QVERIFY(cpu().isNull());
}

QTEST_GUILESS_MAIN(TestMonitor)
#include "test_monitor.moc"
