// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/ServerFixture.h"

#include <QSignalSpy>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QByteArray host = "Host: 127.0.0.1\r\n";
const QByteArray token = "Authorization: Bearer good\r\n";

} // namespace

class TestServerHttp : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersOverKeepAlive();
    void answersPipelinedRequestsInOrder();
    void answersErrorsAsJson_data();
    void answersErrorsAsJson();
    void closesAfterARequestItCannotTrust();
    void answersHeadWithoutBody();
    void answersOptionsAndCors();
    void keepsForeignPagesFromChangingAnything();
    void appliesThePosture_data();
    void appliesThePosture();
    void limitsTheBodyByCaller();
    void saysContinueBeforeABody();
    void says500WhenNobodyAnswers();
    void ignoresAnswersToTheGone();
    void endsSlowRequestsWith408();
    void dropsSilentConnections();
    void refusesAboveTheCap();
    void refusesAboveTheCapOfAll();
    void holdsUpgradesToTheSameLimits_data();
    void holdsUpgradesToTheSameLimits();
    void startNamesTheCause_data();
    void startNamesTheCause();
    void listensOnSeveralAddressesOrNone();
    void countsWhatItDoes();
    void stopLetsRunningRequestsFinish();
};

void TestServerHttp::answersOverKeepAlive()
{
    const ServerFixture f;
    RawClient client(f.port, "GET /http/a HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_VERIFY(client.got.endsWith("GET /http/a dora "));
    QCOMPARE(client.status(), 200);
    QVERIFY(!client.got.contains("Connection: close"));
    client.got.clear();
    client.send("POST /http/b HTTP/1.1\r\n" + host + token + "Content-Length: 4\r\n\r\nbody");
    QTRY_VERIFY(client.got.endsWith("POST /http/b dora body"));
    QVERIFY(!client.ended);
    QCOMPARE(f.server->counters().connectionsTotal, 1U);
    client.send("GET /http/c HTTP/1.1\r\n" + host + token + "Connection: close\r\n\r\n");
    QTRY_VERIFY(client.ended);
    QVERIFY(client.got.contains("Connection: close"));
}

void TestServerHttp::answersPipelinedRequestsInOrder()
{
    const ServerFixture f;
    QByteArray wire;
    for (const char *path : {"/http/1", "/http/later", "/http/2", "/nowhere", "/http/3"})
        wire += QByteArray("GET ") + path + " HTTP/1.1\r\n" + host + token + "\r\n";
    RawClient client(f.port, wire);
    QTRY_COMPARE(f.dialect->later.size(), 1);
    QTRY_VERIFY(client.got.contains("GET /http/1 dora"));
    QVERIFY(!client.got.contains("/http/2"));
    HttpResponse response;
    response.body = "late";
    f.dialect->later.takeFirst()(response);
    QTRY_VERIFY(client.got.contains("GET /http/3 dora"));
    const qsizetype first = client.got.indexOf("/http/1");
    const qsizetype late = client.got.indexOf("late");
    const qsizetype second = client.got.indexOf("/http/2");
    const qsizetype missing = client.got.indexOf("404 Not Found");
    const qsizetype third = client.got.indexOf("/http/3");
    QVERIFY(first < late && late < second && second < missing && missing < third);
}

void TestServerHttp::answersErrorsAsJson_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("contains");
    const auto row = [](const char *name, const QByteArray &wire, int status, const QByteArray &contains = {}) {
        QTest::newRow(name) << wire << status << contains;
    };
    row("unknown path", "GET /nowhere HTTP/1.1\r\n" + host + "\r\n", 404);
    row("other method", "DELETE /http/a HTTP/1.1\r\n" + host + "\r\n", 405, "Allow: GET, POST, HEAD, OPTIONS");
    row("unknown method", "BREW /http/a HTTP/1.1\r\n" + host + "\r\n", 405, "Allow: ");
    row("TRACE", "TRACE /http/a HTTP/1.1\r\n" + host + "\r\n", 405);
    row("a WebSocket's path", "GET /ws HTTP/1.1\r\n" + host + "\r\n", 426, "Upgrade: websocket");
    row("old WebSocket", RawClient::upgrade("/ws").replace("Version: 13", "Version: 8"), 426,
        "Sec-WebSocket-Version: 13");
    row("dot segments", "GET /http/../a HTTP/1.1\r\n" + host + "\r\n", 400);
    row("other host in the target", "GET http://evil/http/a HTTP/1.1\r\n" + host + "\r\n", 400);
    row("unknown expectation", "GET /http/a HTTP/1.1\r\n" + host + "Expect: gold\r\n\r\n", 417);
    row("large head", "GET /http/a HTTP/1.1\r\n" + host + "X: " + QByteArray(40'000, 'a') + "\r\n\r\n", 431);
    row("large body",
        "POST /http/a HTTP/1.1\r\n" + host + token + "Content-Length: 20000000\r\n\r\n" + QByteArray(100'000, 'x'),
        413);
    row("two lengths", "POST /http/a HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400);
}

void TestServerHttp::answersErrorsAsJson()
{
    QFETCH(QByteArray, wire);
    QFETCH(int, status);
    QFETCH(QByteArray, contains);
    const ServerFixture f;
    RawClient client(f.port, wire);
    QTRY_VERIFY(client.got.endsWith("\"}"));
    QCOMPARE(client.status(), status);
    QVERIFY(client.got.contains("Content-Type: application/json\r\n"));
    QVERIFY(client.afterHead().startsWith("{\"detail\":\""));
    QVERIFY(client.got.contains(contains));
    QVERIFY(f.dialect->requests.isEmpty());
}

void TestServerHttp::closesAfterARequestItCannotTrust()
{
    const ServerFixture f;
    RawClient client(f.port, "POST /http/a HTTP/1.1\r\n" + host + token +
                                 "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                                 "GET /http/smuggled HTTP/1.1\r\n" +
                                 host + token + "\r\n");
    QTRY_VERIFY(client.ended);
    QCOMPARE(client.status(), 400);
    QCOMPARE(client.got.count("HTTP/1.1 "), 1);
    QVERIFY(f.dialect->requests.isEmpty());
}

void TestServerHttp::answersHeadWithoutBody()
{
    const ServerFixture f;
    RawClient client(f.port, "HEAD /http/a HTTP/1.1\r\n" + host + token + "\r\nGET /http/b HTTP/1.1\r\n" + host +
                                 token + "\r\n");
    QTRY_VERIFY(client.got.endsWith("GET /http/b dora "));
    QVERIFY(client.got.contains("Content-Length: 17\r\n"));
    QVERIFY(!client.got.contains("GET /http/a"));
}

void TestServerHttp::answersOptionsAndCors()
{
    const ServerFixture f([](ServerSettings &s) { s.allowedOrigins = {"https://desk.example.org"}; });
    RawClient client(f.port, "OPTIONS /http/a HTTP/1.1\r\n" + host +
                                 "Origin: https://desk.example.org\r\nAccess-Control-Request-Method: POST\r\n"
                                 "Access-Control-Request-Headers: authorization\r\n\r\n");
    QTRY_VERIFY(client.got.endsWith("\r\n\r\n"));
    QCOMPARE(client.status(), 204);
    QVERIFY(client.got.contains("Access-Control-Allow-Origin: https://desk.example.org\r\n"));
    QVERIFY(client.got.contains("Access-Control-Allow-Methods: GET, POST, HEAD, OPTIONS\r\n"));
    QVERIFY(client.got.contains("Access-Control-Allow-Headers: authorization\r\n"));

    RawClient foreign(f.port, "OPTIONS /http/a HTTP/1.1\r\n" + host +
                                  "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
    QTRY_COMPARE(foreign.status(), 403);
    QVERIFY(!foreign.got.contains("Access-Control"));

    RawClient plain(f.port, "OPTIONS * HTTP/1.1\r\n" + host + "\r\n");
    QTRY_COMPARE(plain.status(), 204);
    QVERIFY(plain.got.contains("Allow: GET"));

    RawClient get(f.port, "GET /http/a HTTP/1.1\r\n" + host + token + "Origin: https://desk.example.org\r\n\r\n");
    QTRY_COMPARE(get.status(), 200);
    QVERIFY(get.got.contains("Access-Control-Allow-Origin: https://desk.example.org\r\nVary: Origin\r\n"));
}

void TestServerHttp::keepsForeignPagesFromChangingAnything()
{
    const ServerFixture f([](ServerSettings &s) { s.posture = Posture::Open; });
    RawClient post(f.port,
                   "POST /http/a HTTP/1.1\r\n" + host + "Origin: https://evil.example\r\nContent-Length: 0\r\n\r\n");
    QTRY_COMPARE(post.status(), 403);
    QVERIFY(f.dialect->requests.isEmpty());
    RawClient get(f.port, "GET /http/a HTTP/1.1\r\n" + host + "Origin: https://evil.example\r\n\r\n");
    QTRY_COMPARE(get.status(), 200);
    QVERIFY(!get.got.contains("Access-Control"));
}

void TestServerHttp::appliesThePosture_data()
{
    QTest::addColumn<bool>("open");
    QTest::addColumn<QByteArray>("credentials");
    QTest::addColumn<QByteArray>("caller");
    QTest::newRow("secure, none") << false << QByteArray() << QByteArray("nobody");
    QTest::newRow("secure, good") << false << token << QByteArray("dora");
    QTest::newRow("secure, bad") << false << QByteArray("Authorization: Bearer bad\r\n") << QByteArray("nobody");
    QTest::newRow("open, none") << true << QByteArray() << QByteArray("anonymous");
    QTest::newRow("open, good") << true << token << QByteArray("dora");
    QTest::newRow("open, bad counts as none")
        << true << QByteArray("Authorization: Bearer bad\r\n") << QByteArray("anonymous");
}

void TestServerHttp::appliesThePosture()
{
    QFETCH(bool, open);
    QFETCH(QByteArray, credentials);
    QFETCH(QByteArray, caller);
    const ServerFixture f([open](ServerSettings &s) { s.posture = open ? Posture::Open : Posture::Secure; });
    RawClient client(f.port, "GET /http HTTP/1.1\r\n" + host + credentials + "\r\n");
    QTRY_COMPARE(client.afterHead(), "GET /http " + caller + ' ');
    QCOMPARE(f.authorizer->calls, credentials.isEmpty() ? 0 : 1);
}

void TestServerHttp::limitsTheBodyByCaller()
{
    const ServerFixture f;
    const QByteArray body(66'560, 'x');
    const QByteArray length = "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n";
    RawClient stranger(f.port, "POST /http HTTP/1.1\r\n" + host + length + body);
    QTRY_COMPARE(stranger.status(), 413);
    RawClient chunked(f.port, "POST /http HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n10400\r\n" + body);
    QTRY_COMPARE(chunked.status(), 413);
    RawClient known(f.port, "POST /http HTTP/1.1\r\n" + host + token + length + body);
    QTRY_VERIFY(known.got.endsWith(body));
    QCOMPARE(known.status(), 200);
}

void TestServerHttp::saysContinueBeforeABody()
{
    const ServerFixture f;
    RawClient client(f.port,
                     "POST /http HTTP/1.1\r\n" + host + token + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    QTRY_COMPARE(client.got, QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
    client.got.clear();
    client.send("ok");
    QTRY_VERIFY(client.got.endsWith("POST /http dora ok"));
}

void TestServerHttp::says500WhenNobodyAnswers()
{
    const ServerFixture f;
    RawClient client(f.port, "GET /http/never HTTP/1.1\r\n" + host + token + "\r\nGET /http/b HTTP/1.1\r\n" + host +
                                 token + "\r\n");
    QTRY_VERIFY(client.got.endsWith("GET /http/b dora "));
    QCOMPARE(client.status(), 500);
}

void TestServerHttp::ignoresAnswersToTheGone()
{
    const ServerFixture f;
    {
        RawClient client(f.port, "GET /http/later HTTP/1.1\r\n" + host + token + "\r\n");
        QTRY_COMPARE(f.dialect->later.size(), 1);
    }
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
    f.dialect->later.first()({});
    f.dialect->later.clear();
}

void TestServerHttp::endsSlowRequestsWith408()
{
    const ServerFixture f([](ServerSettings &s) {
        s.deadlines.requestHead = 100ms;
        s.deadlines.bodyGrace = 100ms;
    });
    RawClient head(f.port, "GET /http HTTP/1.1\r\n");
    RawClient body(f.port, "POST /http HTTP/1.1\r\n" + host + token + "Content-Length: 100\r\n\r\nx");
    QTRY_COMPARE(head.status(), 408);
    QTRY_COMPARE(body.status(), 408);
    QTRY_VERIFY(head.ended && body.ended);
    QVERIFY(f.dialect->requests.isEmpty());
}

void TestServerHttp::dropsSilentConnections()
{
    const ServerFixture f([](ServerSettings &s) { s.deadlines.requestHead = 100ms; });
    RawClient silent(f.port);
    QTRY_VERIFY(silent.ended);
    QVERIFY(silent.got.isEmpty());
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
}

void TestServerHttp::refusesAboveTheCap()
{
    const ServerFixture f([](ServerSettings &s) { s.limits.connectionsPerAddress = 2; });
    RawClient one(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    RawClient two(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_COMPARE(one.status(), 200);
    QTRY_COMPARE(two.status(), 200);
    RawClient three(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_COMPARE(three.status(), 503);
    QCOMPARE(three.afterHead(), QByteArray("{\"detail\":\"Server overloaded\"}"));
    QTRY_VERIFY(three.ended);

    // Qt's own client does not know code 1013.
    RawClient socket(f.port, RawClient::upgrade("/ws?token=good"));
    QTRY_VERIFY(socket.afterHead().endsWith("Server overloaded"));
    QCOMPARE(socket.status(), 101);
    QCOMPARE(socket.afterHead().left(4).toHex(), QByteArray("881303f5"));
    QVERIFY(f.dialect->sessions.isEmpty());
    QCOMPARE(f.server->counters().connectionsRefused, 2U);

    socket.socket.abort();
    one.socket.abort();
    QTRY_COMPARE(f.server->counters().connectionsNow, 1);
    RawClient again(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_COMPARE(again.status(), 200);
}

void TestServerHttp::refusesAboveTheCapOfAll()
{
    QCOMPARE(Limits().connections, 20'000);
    QCOMPARE(Limits().connectionsPerAddress, 5'000);
    const ServerFixture f([](ServerSettings &s) { s.limits.connections = 2; });
    RawClient one(f.port);
    RawClient two(f.port, RawClient::upgrade("/ws?token=good"));
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    QTRY_COMPARE(f.server->counters().connectionsNow, 2);
    RawClient three(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_COMPARE(three.status(), 503);
    QTRY_VERIFY(three.ended);
    two.socket.abort();
    QTRY_COMPARE(f.server->counters().connectionsNow, 1);
    RawClient again(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_COMPARE(again.status(), 200);
}

void TestServerHttp::holdsUpgradesToTheSameLimits_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("status");
    QTest::newRow("a head that does not end") << RawClient::upgrade("/ws?token=good").chopped(2) << 408;
    QTest::newRow("a head too large") << RawClient::upgrade("/ws?token=good", "X: " + QByteArray(40'000, 'a') + "\r\n")
                                      << 431;
    QTest::newRow("too many headers") << RawClient::upgrade("/ws?token=good", QByteArray("X: a\r\n").repeated(120))
                                      << 431;
    QTest::newRow("a body") << RawClient::upgrade("/ws?token=good", "Content-Length: 5\r\n") + "hello" << 400;
    QTest::newRow("a chunked body") << RawClient::upgrade("/ws?token=good", "Transfer-Encoding: chunked\r\n") << 400;
    QTest::newRow("two lengths") << RawClient::upgrade("/ws?token=good", "Content-Length: 0\r\nContent-Length: 0\r\n")
                                 << 400;
}

void TestServerHttp::holdsUpgradesToTheSameLimits()
{
    QFETCH(QByteArray, wire);
    QFETCH(int, status);
    const ServerFixture f([](ServerSettings &s) { s.deadlines.requestHead = 200ms; });
    RawClient client(f.port, wire);
    QTRY_COMPARE(client.status(), status);
    QTRY_VERIFY(client.ended); // nothing that follows can be trusted
    QVERIFY(client.afterHead().startsWith("{\"detail\":\""));
    QVERIFY(f.dialect->sessions.isEmpty());
}

void TestServerHttp::startNamesTheCause_data()
{
    QTest::addColumn<QString>("address"); // %1: a port that is taken
    QTest::addColumn<QString>("sentence");
    QTest::newRow("taken") << u"127.0.0.1:%1"_s << u"Cannot listen on 127.0.0.1:%1: the port is already in use."_s;
    QTest::newRow("nonsense") << u"desk"_s << u"The listen address \"desk\" is not valid: it must be ADDRESS:PORT."_s;
    QTest::newRow("not ours") << u"192.0.2.1:0"_s
                              << u"Cannot listen on 192.0.2.1:0: this machine does not have that address."_s;
}

void TestServerHttp::startNamesTheCause()
{
    QFETCH(QString, address);
    QFETCH(QString, sentence);
    const ServerFixture first;
    if (address.contains(u"%1"_s)) {
        address = address.arg(first.port);
        sentence = sentence.arg(first.port);
    }
    const ServerFixture second([&](ServerSettings &s) { s.listen = QStringList{u"127.0.0.1:0"_s, address}; });
    QCOMPARE(second.started.error, sentence);
    QVERIFY(second.started.listening.isEmpty());
}

void TestServerHttp::listensOnSeveralAddressesOrNone()
{
    const ServerFixture f([](ServerSettings &s) { s.listen = QStringList{u"127.0.0.1:0"_s, u"127.0.0.2:0"_s}; });
    QCOMPARE(f.started.listening.size(), 2);
    for (const QString &where : f.started.listening) {
        QTcpSocket socket;
        const QUrl url(where);
        socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
        QVERIFY(socket.waitForConnected());
    }
    const ServerFixture six([](ServerSettings &s) { s.listen = QStringList{u"[::1]:0"_s}; });
    if (!six.started.error.isEmpty())
        QSKIP("this machine has no IPv6 loopback");
    QVERIFY(six.started.listening.first().startsWith(u"http://[::1]:"_s));
}

void TestServerHttp::countsWhatItDoes()
{
    const ServerFixture f;
    RawClient client(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\nGET /nowhere HTTP/1.1\r\n" + host + "\r\n");
    QTRY_VERIFY(client.got.endsWith("\"}"));
    const ServerCounters counters = f.server->counters();
    QCOMPARE(counters.connectionsNow, 1);
    QCOMPARE(counters.requestsTotal, 2U);
    QCOMPARE(counters.dialects.value(u"test"_s).requestsTotal, 1U);
    QCOMPARE(counters.traffic.bytesOut, static_cast<quint64>(client.got.size()));
    QVERIFY(counters.traffic.bytesIn > 100);
}

void TestServerHttp::stopLetsRunningRequestsFinish()
{
    const ServerFixture f;
    RawClient idle(f.port, "GET /http HTTP/1.1\r\n" + host + token + "\r\n");
    RawClient waiting(f.port, "GET /http/later HTTP/1.1\r\n" + host + token + "\r\n");
    QTRY_COMPARE(f.dialect->later.size(), 1);
    QTRY_COMPARE(idle.status(), 200);
    QSignalSpy stopped(f.server.get(), &Server::stopped);
    f.server->stop();
    f.server->stop(); // twice is once
    QTRY_VERIFY(idle.ended);
    HttpResponse response;
    response.body = "done";
    f.dialect->later.takeFirst()(response);
    QTRY_VERIFY(waiting.got.endsWith("done"));
    QTRY_COMPARE(stopped.size(), 1);
    RawClient late(f.port);
    QTRY_COMPARE(late.socket.error(), QAbstractSocket::ConnectionRefusedError);
}

QTEST_GUILESS_MAIN(TestServerHttp)
#include "test_server_http.moc"
