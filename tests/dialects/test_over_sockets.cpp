// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/StatusPages.h"
#include "server/net/Server.h"
#include "tests/dialects/Fakes.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QWebSocket>
#include <QtTest>

using namespace tocsin;

namespace {

/// "admin" and "anna" are tokens of those users.
class TwoTokens : public net::Authorizer
{
public:
    [[nodiscard]] net::AuthResult authenticate(const QByteArray &token, TimePoint) const override
    {
        if (token == "admin")
            return {somebody(QStringLiteral("admin"), Role::Admin), {}};
        if (token == "anna")
            return {somebody(QStringLiteral("anna"), Role::Citizen), {}};
        return {std::nullopt, QStringLiteral("unknown")};
    }
};

/// Readings go the way that app gives them: to the latest values and to the feed.
class Router : public ReadingSink
{
public:
    Router(LatestValues &latest, ServerFeed &feed) : m_latest(latest), m_feed(feed) {}
    void take(const QList<Reading> &readings) override
    {
        m_latest.put(readings);
        m_feed.takeReadings(readings);
    }

private:
    LatestValues &m_latest;
    ServerFeed &m_feed;
};

/// The dialects behind the real listener.
class Running
{
public:
    explicit Running(Posture posture) : feed(mirror), router(latest, feed), board(latest, feed, systemNow())
    {
        DeskSnapshot snapshot;
        snapshot.devices = {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")}),
                            vehicleOf(QStringLiteral("van-2"))};
        mirror.setSnapshot(snapshot);
        net::ServerSettings settings;
        settings.listen = {QStringLiteral("127.0.0.1:0")};
        settings.posture = posture;
        server = std::make_unique<net::Server>(settings, std::make_shared<TwoTokens>());
        DialectOptions options;
        options.posture = posture;
        auto vehicles =
            std::make_unique<VehicleDialect>(options, DialectServices{mirror, latest, router, desk, archive});
        QObject::connect(&feed, &ServerFeed::readings, vehicles.get(), &VehicleDialect::publish);
        server->addDialect(std::move(vehicles));
        server->addDialect(std::make_unique<StatusPages>(posture, board));
        const auto started = server->start();
        if (started.error.isEmpty())
            authority = QUrl(started.listening.value(0)).authority();
    }

    [[nodiscard]] QUrl webSocket(const QString &path) const { return QUrl(QStringLiteral("ws://") + authority + path); }

    /// Status and body.
    [[nodiscard]] std::pair<int, QByteArray> call(const QByteArray &method, const QString &path,
                                                  const QByteArray &token = {}, const QByteArray &body = {})
    {
        QNetworkRequest request(QUrl(QStringLiteral("http://") + authority + path));
        if (!token.isEmpty())
            request.setRawHeader("Authorization", "Bearer " + token);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        const std::unique_ptr<QNetworkReply> reply(network.sendCustomRequest(request, method, body));
        QSignalSpy finished(reply.get(), &QNetworkReply::finished);
        if (!reply->isFinished() && !finished.wait(10000))
            return {0, "no answer"};
        return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll()};
    }

    DeskMirror mirror;
    LatestValues latest;
    ServerFeed feed;
    Router router;
    FakeDesk desk;
    FakeArchive archive;
    StatusBoard board;
    std::unique_ptr<net::Server> server;
    QString authority;
    QNetworkAccessManager network;
};

/// A client that keeps what it hears.
class Client
{
public:
    explicit Client(const QUrl &url)
    {
        QObject::connect(&socket, &QWebSocket::textMessageReceived, &socket,
                         [this](const QString &text) { heard.append(objectOf(text.toUtf8())); });
        socket.open(url);
    }
    QWebSocket socket;
    QList<QJsonObject> heard;
};

QString typeOf(const QJsonObject &frame)
{
    return frame.value(QLatin1String("type")).toString();
}

} // namespace

class TestOverSockets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aDashboardHearsASimulator();
    void aTokenIsNeededInTheSecurePosture_data();
    void aTokenIsNeededInTheSecurePosture();
    void pagesAnswerOverHttp();
    void theArchiveAnswersFromItsThread();
};

void TestOverSockets::aDashboardHearsASimulator()
{
    Running running(Posture::Open);
    QVERIFY(!running.authority.isEmpty());
    Client dashboard(running.webSocket(QStringLiteral("/ws/telemetry/van-1")));
    Client simulator(running.webSocket(QStringLiteral("/ws/telemetry/van-1")));
    QTRY_COMPARE(dashboard.socket.state(), QAbstractSocket::ConnectedState);
    QTRY_COMPARE(simulator.socket.state(), QAbstractSocket::ConnectedState);
    // The client's 101 comes before the server's session is open; an answered ping shows that it is.
    dashboard.socket.sendTextMessage(QStringLiteral(R"({"type":"ping"})"));
    QTRY_COMPARE(dashboard.heard.size(), 1);
    simulator.socket.sendTextMessage(
        QStringLiteral(R"({"type":"client_info","data":{"client_type":"vehicle_simulator"}})"));
    for (int i = 0; i < 50; ++i)
        simulator.socket.sendTextMessage(QStringLiteral(R"({"type":"telemetry_data","data":{"speed":%1}})").arg(i));
    QTRY_COMPARE(dashboard.heard.size(), 51);
    for (int i = 0; i < 50; ++i)
        QCOMPARE(
            dashboard.heard.at(i + 1).value(QLatin1String("data")).toObject().value(QLatin1String("speed")).toInt(-1),
            i);
    QVERIFY(simulator.heard.isEmpty());
    // A broken message costs an error, not the connection.
    dashboard.socket.sendTextMessage(QStringLiteral("not json"));
    QTRY_COMPARE(dashboard.heard.size(), 52);
    QCOMPARE(typeOf(dashboard.heard.last()), QStringLiteral("error"));
    QCOMPARE(dashboard.socket.state(), QAbstractSocket::ConnectedState);
}

void TestOverSockets::aTokenIsNeededInTheSecurePosture_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("status");
    QTest::newRow("no token") << QStringLiteral("/ws/telemetry/van-1") << 401;
    QTest::newRow("wrong token") << QStringLiteral("/ws/telemetry/van-1?token=x") << 401;
    QTest::newRow("owner") << QStringLiteral("/ws/telemetry/van-1?token=anna") << 101;
    QTest::newRow("not the owner") << QStringLiteral("/ws/telemetry/van-2?token=anna") << 403;
    QTest::newRow("staff") << QStringLiteral("/ws/telemetry/van-2?token=admin") << 101;
    QTest::newRow("own alerts") << QStringLiteral("/ws/alerts/anna?token=anna") << 101;
    QTest::newRow("trailing slash") << QStringLiteral("/ws/alerts/anna/?token=anna") << 404;
}

void TestOverSockets::aTokenIsNeededInTheSecurePosture()
{
    QFETCH(QString, path);
    QFETCH(int, status);
    const Running running(Posture::Secure);
    // By hand: a client class hides the status of a refusal.
    const QUrl url = running.webSocket(path);
    QTcpSocket socket;
    socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    socket.write("GET " + path.toUtf8() + " HTTP/1.1\r\nHost: " + running.authority.toUtf8() +
                 "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    QTRY_VERIFY(socket.canReadLine());
    QCOMPARE(socket.readLine().mid(0, 12), "HTTP/1.1 " + QByteArray::number(status));
}

void TestOverSockets::pagesAnswerOverHttp()
{
    Running running(Posture::Secure);
    QCOMPARE(running.call("GET", QStringLiteral("/health")).first, 200);
    QCOMPARE(running.call("GET", QStringLiteral("/metrics")).first, 200); // loopback
    QCOMPARE(running.call("GET", QStringLiteral("/")).first, 200);
    const QString status = QStringLiteral("/api/v1/telemetry/vehicle/van-1/status");
    QCOMPARE(running.call("GET", status).first, 401);
    const auto answer = running.call("GET", status, "anna");
    QCOMPARE(answer.first, 200);
    QCOMPARE(objectOf(answer.second).value(QLatin1String("vehicle_id")).toString(), QStringLiteral("van-1"));
    QCOMPARE(running.call("GET", QStringLiteral("/api/v1/telemetry/vehicle/van-2/status"), "anna").first, 404);
    QCOMPARE(running.call("POST", status, "anna", "{}").first, 405);
    QCOMPARE(running.call("GET", QStringLiteral("/nowhere")).first, 404);
    const QByteArray body = R"({"vehicle_id":"van-1","sensor_data":{"speed":50}})";
    QCOMPARE(running.call("POST", QStringLiteral("/api/v1/telemetry/ingest"), "anna", body).first, 201);
    QVERIFY(running.latest.find(QStringLiteral("van-1")));
}

void TestOverSockets::theArchiveAnswersFromItsThread()
{
    Running running(Posture::Open);
    Reading reading;
    reading.deviceId = QStringLiteral("van-1");
    reading.samples = {{QStringLiteral("speed"), 1.0}};
    running.archive.readingsResult.readings = {reading};
    const auto answer = running.call("GET", QStringLiteral("/api/v1/telemetry/vehicle/van-1?limit=1"));
    QCOMPARE(answer.first, 200);
    QVERIFY(answer.second.contains(R"("sensor_data":{"speed":1})"));
}

QTEST_GUILESS_MAIN(TestOverSockets)
#include "test_over_sockets.moc"
