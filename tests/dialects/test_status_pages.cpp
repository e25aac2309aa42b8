// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/StatusPages.h"
#include "tests/dialects/Fakes.h"

#include <QtTest>

#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

const TimePoint start = fromEpochMillis(1'700'000'000'000);

struct Pages
{
    explicit Pages(Posture posture = Posture::Secure) : pages(posture, board, [] { return start + 90s; })
    {
        board.setTransport([] {
            ServerStats stats;
            stats.connections = 3;
            stats.users = 2;
            stats.connectionsTotal = 7;
            stats.messagesIn = 100;
            stats.messagesOut = 200;
            return stats;
        });
        board.setCounters([] {
            net::ServerCounters counters;
            counters.traffic.bytesIn = 1000;
            counters.dialects[QStringLiteral("dialect1")].sessionsNow = 3;
            return counters;
        });
    }
    [[nodiscard]] net::HttpResponse get(const char *path, const std::optional<Principal> &who = std::nullopt,
                                        const char *peer = "192.0.2.1")
    {
        net::HttpRequest request;
        request.method = "GET";
        request.path = QLatin1String(path);
        request.peerAddress = QLatin1String(peer);
        net::HttpResponse answer;
        pages.http(request, who, [&answer](net::HttpResponse response) { answer = std::move(response); });
        return answer;
    }
    LatestValues latest;
    DeskMirror mirror;
    ServerFeed feed{mirror};
    StatusBoard board{latest, feed, start};
    StatusPages pages;
};

AdapterStatus adapterOf(const QString &id, AdapterStatus::State state, const QString &error = {})
{
    AdapterStatus status;
    status.adapterId = id;
    status.driver = QStringLiteral("nmea");
    status.state = state;
    status.error = error;
    status.readings = 12;
    status.badFrames = 1;
    return status;
}

} // namespace

class TestStatusPages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void healthHasTheUnionBody();
    void everyDeviceHeardCounts();
    void aWaitingAdapterDegradesAndAFailedPartIsUnhealthy();
    void metricsAreForLoopbackOrAToken_data();
    void metricsAreForLoopbackOrAToken();
    void metricsAreInThePrometheusFormat();
    void labelsAreEscaped();
    void theStartPageSaysWhatThisIs();
    void otherPathsAndMethods();
};

void TestStatusPages::healthHasTheUnionBody()
{
    Pages p;
    p.board.addGroups([] { return 4; });
    p.board.addGroups([] { return 1; });
    p.board.setComponent(QStringLiteral("store"), {ComponentStatus::Level::Healthy, QStringLiteral("ignored")});
    const auto answer = p.get("/health"); // nobody, from anywhere
    QCOMPARE(answer.status, 200);
    const QJsonObject body = objectOf(answer.body);
    QCOMPARE(body.value(QLatin1String("status")).toString(), QStringLiteral("OK"));
    QCOMPARE(body.value(QLatin1String("overall_status")).toString(), QStringLiteral("healthy"));
    QCOMPARE(body.value(QLatin1String("timestamp")).toString(), toIso8601(start + 90s));
    QCOMPARE(body.value(QLatin1String("uptime")).toDouble(), 90.0);
    QCOMPARE(body.value(QLatin1String("connectedDevices")).toInt(-1), 0);
    QCOMPARE(body.value(QLatin1String("connectedUsers")).toInt(), 2);
    QVERIFY(body.value(QLatin1String("total_check_time_ms")).isDouble());
    QCOMPARE(body.value(QLatin1String("components")).toObject(),
             objectOf(R"({"server":{"status":"healthy"},"store":{"status":"healthy"}})"));
    QCOMPARE(body.value(QLatin1String("connections")).toObject(),
             objectOf(R"({"active_connections":3,"total_connections":7,"active_groups":5,"messages_sent":200,
                "messages_received":100,"messages_per_second":0,"users_connected":2})"));
    QVERIFY(answer.headers.contains(std::pair<QByteArray, QByteArray>("X-Tocsin-Version", TOCSIN_VERSION)));
}

void TestStatusPages::everyDeviceHeardCounts()
{
    Pages p;
    const auto put = [&p](const char *id, TimePoint at) {
        Reading reading;
        reading.deviceId = QLatin1String(id);
        reading.receivedAt = at;
        p.latest.put({reading});
    };
    put("simulated", start + 90s);
    put("serial", start - 210s); // 300 s ago
    put("silent", start - 211s);
    QCOMPARE(objectOf(p.get("/health").body).value(QLatin1String("connectedDevices")).toInt(), 2);
}

void TestStatusPages::aWaitingAdapterDegradesAndAFailedPartIsUnhealthy()
{
    Pages p;
    p.board.setAdapters({adapterOf(QStringLiteral("gps"), AdapterStatus::State::Running)});
    QVERIFY(p.board.overall() == ComponentStatus::Level::Healthy);
    p.board.setAdapters(
        {adapterOf(QStringLiteral("gps"), AdapterStatus::State::Waiting, QStringLiteral("No such port"))});
    QJsonObject body = objectOf(p.get("/health").body);
    QCOMPARE(body.value(QLatin1String("status")).toString(), QStringLiteral("OK"));
    QCOMPARE(body.value(QLatin1String("overall_status")).toString(), QStringLiteral("degraded"));
    QCOMPARE(body.value(QLatin1String("components")).toObject().value(QLatin1String("adapter:gps")).toObject(),
             objectOf(R"({"status":"degraded","message":"No such port"})"));
    p.board.setComponent(QStringLiteral("store"), {ComponentStatus::Level::Unhealthy, QStringLiteral("Disk full")});
    const auto answer = p.get("/health");
    QCOMPARE(answer.status, 503);
    body = objectOf(answer.body);
    QCOMPARE(body.value(QLatin1String("overall_status")).toString(), QStringLiteral("unhealthy"));
    QCOMPARE(body.value(QLatin1String("status")).toString(), QStringLiteral("ERROR"));
    p.board.setComponent(QStringLiteral("store"), {});
    p.board.setAdapters({});
    QCOMPARE(p.get("/health").status, 200);
}

void TestStatusPages::metricsAreForLoopbackOrAToken_data()
{
    QTest::addColumn<int>("posture");
    QTest::addColumn<QString>("who");
    QTest::addColumn<QString>("peer");
    QTest::addColumn<int>("status");
    const QString far = QStringLiteral("192.0.2.1");
    QTest::newRow("loopback") << int(Posture::Secure) << QString() << QStringLiteral("127.0.0.1") << 200;
    QTest::newRow("loopback, IPv6") << int(Posture::Secure) << QString() << QStringLiteral("::1") << 200;
    QTest::newRow("loopback, mapped") << int(Posture::Secure) << QString() << QStringLiteral("::ffff:127.0.0.1") << 200;
    QTest::newRow("far, nobody") << int(Posture::Secure) << QString() << far << 401;
    QTest::newRow("far, citizen") << int(Posture::Secure) << QStringLiteral("citizen") << far << 403;
    QTest::newRow("far, device") << int(Posture::Secure) << QStringLiteral("device") << far << 403;
    QTest::newRow("far, staff") << int(Posture::Secure) << QStringLiteral("dispatcher") << far << 200;
    QTest::newRow("far, open") << int(Posture::Open) << QStringLiteral("admin") << far << 200;
    QTest::newRow("no address") << int(Posture::Secure) << QString() << QString() << 401;
}

void TestStatusPages::metricsAreForLoopbackOrAToken()
{
    QFETCH(int, posture);
    QFETCH(QString, who);
    QFETCH(QString, peer);
    QFETCH(int, status);
    Pages p{Posture(posture)};
    std::optional<Principal> caller;
    if (!who.isEmpty())
        caller = somebody(QStringLiteral("x"), *roleFromString(who));
    QCOMPARE(p.get("/metrics", caller, qPrintable(peer)).status, status);
}

void TestStatusPages::metricsAreInThePrometheusFormat()
{
    Pages p;
    p.board.setAdapters({adapterOf(QStringLiteral("gps"), AdapterStatus::State::Running),
                         adapterOf(QStringLiteral("sim"), AdapterStatus::State::Running)});
    DeskSnapshot snapshot;
    snapshot.alerts = {alertOf(QStringLiteral("p"), QStringLiteral("anna"), AlertLevel::Emergency)};
    p.mirror.setSnapshot(snapshot);
    p.board.addMetrics([] {
        return QList<Metric>{
            {QStringLiteral("tocsin_test_total"), QStringLiteral("A test."), Metric::Kind::Counter, 5, {}}};
    });
    const auto answer = p.get("/metrics", {}, "127.0.0.1");
    QCOMPARE(answer.contentType, QByteArray("text/plain; version=0.0.4; charset=utf-8"));
    const QByteArray &text = answer.body;
    QVERIFY(text.endsWith('\n'));
    QVERIFY(text.contains("# TYPE tocsin_connections gauge\ntocsin_connections 3\n"));
    QVERIFY(text.contains("# TYPE tocsin_messages_sent_total counter\ntocsin_messages_sent_total 200\n"));
    QVERIFY(text.contains("tocsin_uptime_seconds 90\n"));
    QVERIFY(text.contains("tocsin_received_bytes_total 1000\n"));
    QVERIFY(text.contains("tocsin_dialect_connections{dialect=\"dialect1\"} 3\n"));
    QVERIFY(text.contains("tocsin_alerts_open{level=\"emergency\"} 1\n"));
    QVERIFY(text.contains("tocsin_alerts_open{level=\"info\"} 0\n"));
    QVERIFY(text.contains("tocsin_adapter_readings_total{adapter=\"gps\",driver=\"nmea\"} 12\n"
                          "tocsin_adapter_readings_total{adapter=\"sim\",driver=\"nmea\"} 12\n"));
    QVERIFY(text.contains("tocsin_test_total 5\n"));
    QCOMPARE(text.count("# TYPE tocsin_adapter_readings_total"), 1);
    // Every line is a comment or a sample of a name that was declared.
    static const QRegularExpression line(QStringLiteral(
        R"(^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+0-9.eEINFNa]+)$)"));
    const QStringList lines = QString::fromUtf8(text).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &each : lines)
        QVERIFY2(line.match(each).hasMatch(), qPrintable(each));
}

void TestStatusPages::labelsAreEscaped()
{
    const QByteArray text =
        prometheusText({{QStringLiteral("x"),
                         QStringLiteral("a\\b\nc"),
                         Metric::Kind::Gauge,
                         std::numeric_limits<double>::infinity(),
                         {{QStringLiteral("l"), QStringLiteral("q\"\\\n")}}},
                        {QStringLiteral("x"), {}, Metric::Kind::Gauge, std::numeric_limits<double>::quiet_NaN(), {}}});
    QCOMPARE(text, QByteArray("# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{l=\"q\\\"\\\\\\n\"} +Inf\nx NaN\n"));
    QVERIFY(prometheusText({}).isEmpty());
}

void TestStatusPages::theStartPageSaysWhatThisIs()
{
    Pages p;
    const auto answer = p.get("/");
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.contentType.startsWith("text/html"));
    QVERIFY(answer.body.contains("/health"));
    QVERIFY(answer.body.contains("/ws/telemetry/{vehicle_id}"));
}

void TestStatusPages::otherPathsAndMethods()
{
    Pages p;
    QVERIFY(p.pages.claimsHttp("GET", QStringLiteral("/")));
    QVERIFY(!p.pages.claimsHttp("GET", QStringLiteral("/healthy")));
    QVERIFY(!p.pages.claimsUpgrade(QStringLiteral("/")));
    QVERIFY(!p.pages.claimsHttp("POST", QStringLiteral("/health")));
    QCOMPARE(p.get("/nothing").status, 404);
    QCOMPARE(p.pages.authorizeUpgrade({}, std::nullopt).status, 404);
}

QTEST_GUILESS_MAIN(TestStatusPages)
#include "test_status_pages.moc"
