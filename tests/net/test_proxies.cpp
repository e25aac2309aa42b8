// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/ProxyHeader.h"
#include "server/net/TrustedProxies.h"
#include "tests/net/ServerFixture.h"

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QByteArray host = "Host: 127.0.0.1\r\n";
const QByteArray token = "Authorization: Bearer good\r\n";

QByteArray get(const QByteArray &headers = {})
{
    return "GET /http/a HTTP/1.1\r\n" + host + token + headers + "\r\n";
}

/// Version 2: signature, command, family, length, addresses.
QByteArray binary(int command, int family, const QByteArray &rest, int length = -1)
{
    QByteArray bytes("\r\n\r\n\0\r\nQUIT\n", 12);
    const auto size = static_cast<int>(length < 0 ? rest.size() : length);
    bytes.append(static_cast<char>(command)).append(static_cast<char>(family));
    bytes.append(static_cast<char>(size >> 8)).append(static_cast<char>(size & 0xFF));
    return bytes + rest;
}

const QByteArray four("\xC0\x00\x02\x07\x7F\x00\x00\x01\x12\x67\x1F\x40", 12); // 192.0.2.7:4711 → 127.0.0.1:8000
const QByteArray six = QByteArray::fromHex("20010db8000000000000000000000007") +
                       QByteArray::fromHex("00000000000000000000000000000001") + QByteArray::fromHex("12671f40");

void behindLoopback(ServerSettings &s)
{
    s.trustedProxies = QStringList{u"127.0.0.0/8"_s};
}

void withHeader(ServerSettings &s)
{
    behindLoopback(s);
    s.proxyProtocol = s.listen;
}

} // namespace

class TestProxies : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsNetworks_data();
    void readsNetworks();
    void findsTheClient_data();
    void findsTheClient();
    void readsProxyHeaders_data();
    void readsProxyHeaders();
    void readsProxyHeadersByteByByte();
    void believesTrustedProxiesAlone();
    void countsTheClientNotTheProxy();
    void passesTheClientOn();
    void takesTheSchemeFromTheProxy();
    void expectsAHeaderWhereConfigured();
    void refusesAHeaderElsewhere_data();
    void refusesAHeaderElsewhere();
    void waitsForTheHeaderWithADeadline();
    void startNamesTheCause_data();
    void startNamesTheCause();
};

void TestProxies::readsNetworks_data()
{
    QTest::addColumn<QStringList>("trusted");
    QTest::addColumn<QString>("address");
    QTest::addColumn<bool>("contained");
    const auto row = [](const char *name, const char *trusted, const char *address, bool contained) {
        QTest::newRow(name) << QStringList{QString::fromLatin1(trusted)} << QString::fromLatin1(address) << contained;
    };
    QTest::newRow("none") << QStringList() << u"127.0.0.1"_s << false;
    row("the address", "192.0.2.7", "192.0.2.7", true);
    row("its neighbour", "192.0.2.7", "192.0.2.8", false);
    row("as IPv6 sockets show it", "192.0.2.7", "::ffff:192.0.2.7", true);
    row("in the network", "10.0.0.0/8", "10.255.0.1", true);
    row("beside the network", "10.0.0.0/8", "11.0.0.1", false);
    row("everybody", "0.0.0.0/0", "203.0.113.5", true);
    row("everybody, the other family", "0.0.0.0/0", "2001:db8::1", false);
    row("IPv6 network", "2001:db8::/32", "2001:db8:1::1", true);
    row("beside the IPv6 network", "2001:db8::/32", "2001:db9::1", false);
    row("IPv6 address", "::1", "::1", true);
}

void TestProxies::readsNetworks()
{
    QFETCH(QStringList, trusted);
    QFETCH(QString, address);
    QFETCH(bool, contained);
    const TrustedProxies::Parsed parsed = TrustedProxies::parse(trusted);
    QCOMPARE(parsed.error, QString());
    QCOMPARE(parsed.proxies.contains(QHostAddress(address)), contained);
}

void TestProxies::findsTheClient_data()
{
    QTest::addColumn<QString>("peer");
    QTest::addColumn<QByteArrayList>("forwarded");
    QTest::addColumn<QByteArray>("scheme");
    QTest::addColumn<QString>("client");
    QTest::addColumn<bool>("encrypted");
    const auto row = [](const char *name, const char *peer, const QByteArrayList &forwarded, const char *client,
                        const QByteArray &scheme = {}, bool encrypted = false) {
        QTest::newRow(name) << QString::fromLatin1(peer) << forwarded << scheme << QString::fromLatin1(client)
                            << encrypted;
    };
    row("no proxy, no header", "203.0.113.5", {}, "203.0.113.5");
    row("no proxy, but it says so", "203.0.113.5", {"192.0.2.7"}, "203.0.113.5", "https");
    row("the proxy itself", "10.0.0.1", {}, "10.0.0.1");
    row("one client", "10.0.0.1", {"192.0.2.7"}, "192.0.2.7");
    row("what the client made up counts not", "10.0.0.1", {"1.1.1.1, 192.0.2.7"}, "192.0.2.7");
    row("two proxies", "10.0.0.1", {"192.0.2.7, 10.0.0.2"}, "192.0.2.7");
    row("over two headers", "10.0.0.1", {"1.1.1.1", "192.0.2.7,10.0.0.2"}, "192.0.2.7");
    row("proxies alone", "10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3");
    row("nonsense ends the walk", "10.0.0.1", {"192.0.2.7, nonsense, 10.0.0.2"}, "10.0.0.2");
    row("nonsense alone", "10.0.0.1", {"nonsense"}, "10.0.0.1");
    row("empty", "10.0.0.1", {""}, "10.0.0.1");
    row("with a port", "10.0.0.1", {"192.0.2.7:4711"}, "192.0.2.7");
    row("IPv6", "10.0.0.1", {"2001:db8::7"}, "2001:db8::7");
    row("IPv6 in brackets", "10.0.0.1", {"[2001:db8::7]"}, "2001:db8::7");
    row("IPv6 with a port", "10.0.0.1", {"[2001:db8::7]:4711"}, "2001:db8::7");
    row("IPv4 as IPv6 shows it", "::ffff:10.0.0.1", {"::ffff:192.0.2.7"}, "192.0.2.7");
    row("https", "10.0.0.1", {"192.0.2.7"}, "192.0.2.7", "HTTPS", true);
    row("http", "10.0.0.1", {"192.0.2.7"}, "192.0.2.7", "http");
    row("the last scheme counts", "10.0.0.1", {"192.0.2.7"}, "192.0.2.7", "https, http");
}

void TestProxies::findsTheClient()
{
    QFETCH(QString, peer);
    QFETCH(QByteArrayList, forwarded);
    QFETCH(QByteArray, scheme);
    QFETCH(QString, client);
    QFETCH(bool, encrypted);
    const TrustedProxies proxies = TrustedProxies::parse({u"10.0.0.0/8"_s}).proxies;
    RequestHead head;
    for (const QByteArray &value : forwarded)
        head.headers.append({"x-forwarded-for", value});
    if (!scheme.isEmpty())
        head.headers.append({"x-forwarded-proto", scheme});
    const TrustedProxies::Client found = proxies.clientOf(head, {QHostAddress(peer), false});
    QCOMPARE(found.address.toString(), client);
    QCOMPARE(found.encrypted, encrypted);
}

void TestProxies::readsProxyHeaders_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("client"); // empty: the proxy itself; "refused"; "more"
    QTest::addColumn<int>("port");
    QTest::addColumn<int>("rest");
    const auto row = [](const char *name, const QByteArray &bytes, const char *client, int port = 0, int rest = 0) {
        QTest::newRow(name) << bytes << QString::fromLatin1(client) << port << rest;
    };
    row("nothing", "", "more");
    row("a beginning", "PRO", "more");
    row("no end of line", "PROXY TCP4 192.0.2.7 127.0.0.1 4711", "more");
    row("TCP4", "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8000\r\n", "192.0.2.7", 4711);
    row("TCP4 and the request", "PROXY TCP4 192.0.2.7 127.0.0.1 0 65535\r\nGET /", "192.0.2.7", 0, 5);
    row("TCP6", "PROXY TCP6 2001:db8::7 ::1 4711 8000\r\n", "2001:db8::7", 4711);
    row("unknown", "PROXY UNKNOWN\r\n", "");
    row("unknown with addresses", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "");
    row("longest line", "PROXY UNKNOWN " + QByteArray(91, 'x') + "\r\n", "");
    row("line too long", "PROXY UNKNOWN " + QByteArray(92, 'x') + "\r\n", "refused");
    row("line without end", "PROXY " + QByteArray(101, 'x'), "refused");
    row("bare LF", "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8000\n", "refused");
    row("lower case", "proxy TCP4 192.0.2.7 127.0.0.1 4711 8000\r\n", "refused");
    row("a request", "GET / HTTP/1.1\r\n", "refused");
    row("UDP", "PROXY UDP4 192.0.2.7 127.0.0.1 4711 8000\r\n", "refused");
    row("no protocol", "PROXY \r\n", "refused");
    row("too few words", "PROXY TCP4 192.0.2.7 127.0.0.1 4711\r\n", "refused");
    row("too many words", "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8000 1\r\n", "refused");
    row("two spaces", "PROXY TCP4  192.0.2.7 127.0.0.1 4711 8000\r\n", "refused");
    row("IPv6 as TCP4", "PROXY TCP4 2001:db8::7 ::1 4711 8000\r\n", "refused");
    row("IPv4 as TCP6", "PROXY TCP6 192.0.2.7 127.0.0.1 4711 8000\r\n", "refused");
    row("short IPv4", "PROXY TCP4 192.7 127.0.0.1 4711 8000\r\n", "refused");
    row("a name", "PROXY TCP4 localhost 127.0.0.1 4711 8000\r\n", "refused");
    row("a zone", "PROXY TCP6 fe80::1%1 ::1 4711 8000\r\n", "refused");
    row("bad destination", "PROXY TCP4 192.0.2.7 x 4711 8000\r\n", "refused");
    row("port too large", "PROXY TCP4 192.0.2.7 127.0.0.1 65536 8000\r\n", "refused");
    row("port with sign", "PROXY TCP4 192.0.2.7 127.0.0.1 +711 8000\r\n", "refused");
    row("port with zeros", "PROXY TCP4 192.0.2.7 127.0.0.1 04711 8000\r\n", "refused");

    row("v2, a beginning", binary(0x21, 0x11, four).left(7), "more");
    row("v2, no addresses yet", binary(0x21, 0x11, four).left(20), "more");
    row("v2, TCP4", binary(0x21, 0x11, four), "192.0.2.7", 4711);
    row("v2, TCP4 and the request", binary(0x21, 0x11, four) + "GET", "192.0.2.7", 4711, 3);
    row("v2, TLVs are skipped", binary(0x21, 0x11, four + QByteArray(100, 't')) + "G", "192.0.2.7", 4711, 1);
    row("v2, TCP6", binary(0x21, 0x21, six), "2001:db8::7", 4711);
    row("v2, local", binary(0x20, 0x00, {}), "");
    row("v2, local with addresses", binary(0x20, 0x11, four), "");
    row("v2, unspecified", binary(0x21, 0x00, QByteArray(9, 'x')), "");
    row("v2, largest", binary(0x21, 0x11, four + QByteArray(996, 't')), "192.0.2.7", 4711);
    row("v2, too large", binary(0x21, 0x11, four, 1009), "refused");
    row("v2, version 1", binary(0x11, 0x11, four), "refused");
    row("v2, unknown command", binary(0x22, 0x11, four), "refused");
    row("v2, UDP", binary(0x21, 0x12, four), "refused");
    row("v2, UNIX socket", binary(0x21, 0x31, QByteArray(216, 'x')), "refused");
    row("v2, cut-off IPv4", binary(0x21, 0x11, four.left(11)), "refused");
    row("v2, cut-off IPv6", binary(0x21, 0x21, six.left(35)), "refused");
    row("v2, broken signature", QByteArray("\r\n\r\n\0\r\nQUIX\n", 12) + four, "refused");
}

void TestProxies::readsProxyHeaders()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, client);
    QFETCH(int, port);
    QFETCH(int, rest);
    const ProxyHeader header = readProxyHeader(bytes);
    if (client == u"more"_s) {
        QCOMPARE(int(header.state), int(ProxyHeader::State::NeedMore));
        return;
    }
    if (client == u"refused"_s) {
        QCOMPARE(int(header.state), int(ProxyHeader::State::Refused));
        QVERIFY(qstrlen(header.why) > 0);
        return;
    }
    QCOMPARE(int(header.state), int(ProxyHeader::State::Complete));
    QCOMPARE(header.isForwarded, !client.isEmpty());
    if (header.isForwarded)
        QCOMPARE(header.client.address.toString(), client);
    QCOMPARE(int(header.client.port), port);
    QCOMPARE(bytes.size() - header.size, rest);
}

void TestProxies::readsProxyHeadersByteByByte()
{
    for (const QByteArray &bytes : {QByteArray("PROXY TCP4 192.0.2.7 127.0.0.1 4711 8000\r\n"),
                                    binary(0x21, 0x11, four), binary(0x21, 0x21, six)}) {
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QCOMPARE(int(readProxyHeader(bytes.first(size)).state), int(ProxyHeader::State::NeedMore));
        QCOMPARE(readProxyHeader(bytes).size, bytes.size());
    }
}

void TestProxies::believesTrustedProxiesAlone()
{
    const QByteArray forwarded = get("X-Forwarded-For: 192.0.2.7\r\n");
    const ServerFixture trusting(behindLoopback);
    RawClient one(trusting.port, forwarded);
    QTRY_COMPARE(one.status(), 200);
    QCOMPARE(trusting.dialect->requests.last().peerAddress, u"192.0.2.7"_s);
    const ServerFixture other([](ServerSettings &s) { s.trustedProxies = QStringList{u"10.0.0.0/8"_s}; });
    RawClient two(other.port, forwarded);
    QTRY_COMPARE(two.status(), 200);
    QCOMPARE(other.dialect->requests.last().peerAddress, u"127.0.0.1"_s);
}

void TestProxies::countsTheClientNotTheProxy()
{
    const ServerFixture f([](ServerSettings &s) {
        behindLoopback(s);
        s.limits.connectionsPerAddress = 2;
    });
    std::vector<std::unique_ptr<RawClient>> clients;
    const auto arrive = [&](const QByteArray &from) {
        clients.push_back(std::make_unique<RawClient>(f.port, get("X-Forwarded-For: " + from + "\r\n")));
        RawClient *const client = clients.back().get();
        [client] { QTRY_VERIFY(client->status() > 0); }();
        return client->status();
    };
    for (const char *from : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1"})
        QCOMPARE(arrive(from), 200); // four from one proxy
    QCOMPARE(arrive("192.0.2.1"), 503);
    QCOMPARE(f.server->counters().connectionsRefused, 1U);
    // The proxy uses the connection for somebody else now.
    RawClient &reused = *clients.front();
    reused.got.clear();
    reused.send(get("X-Forwarded-For: 192.0.2.9\r\n"));
    QTRY_COMPARE(reused.status(), 200);
    RawClient &refused = *clients.back();
    refused.got.clear();
    refused.send(get("X-Forwarded-For: 192.0.2.2\r\n"));
    QTRY_COMPARE(refused.status(), 200);
    clients.clear();
    QTRY_COMPARE(f.server->counters().connectionsNow, 0);
    QCOMPARE(arrive("192.0.2.1"), 200);
}

void TestProxies::passesTheClientOn()
{
    const ServerFixture f([](ServerSettings &s) {
        behindLoopback(s);
        s.limits.connectionsPerAddress = 1;
    });
    RawClient socket(f.port, RawClient::upgrade("/ws?token=good", "X-Forwarded-For: 2001:db8::7\r\n"));
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    QCOMPARE(f.dialect->sessions.first()->peerAddress(), u"2001:db8::7"_s);
    RawClient second(f.port, RawClient::upgrade("/ws?token=good", "X-Forwarded-For: 2001:db8::8\r\n"));
    QTRY_VERIFY(second.afterHead().endsWith("Server overloaded")); // one /64 is one address
    QCOMPARE(f.dialect->sessions.size(), 1);
    RawClient third(f.port, RawClient::upgrade("/ws?token=good", "X-Forwarded-For: 2001:db8:1::8\r\n"));
    QTRY_COMPARE(f.dialect->sessions.size(), 2);
    socket.socket.abort();
    second.socket.abort();
    QTRY_COMPARE(f.server->counters().connectionsNow, 1);
    RawClient again(f.port, RawClient::upgrade("/ws?token=good", "X-Forwarded-For: 2001:db8::7\r\n"));
    QTRY_COMPARE(f.dialect->sessions.size(), 2);
}

void TestProxies::takesTheSchemeFromTheProxy()
{
    const QByteArray post = "POST /http/a HTTP/1.1\r\nHost: desk.example.org\r\n" + token +
                            "Origin: https://desk.example.org\r\nX-Forwarded-Proto: https\r\nContent-Length: 0\r\n\r\n";
    const ServerFixture trusting(behindLoopback);
    RawClient same(trusting.port, post);
    QTRY_COMPARE(same.status(), 200);
    const ServerFixture other;
    RawClient foreign(other.port, post); // to us it came over http: another origin
    QTRY_COMPARE(foreign.status(), 403);
}

void TestProxies::expectsAHeaderWhereConfigured()
{
    const ServerFixture f(withHeader);
    RawClient line(f.port);
    QVERIFY(line.socket.waitForConnected());
    for (const char c : QByteArray("PROXY TCP4 192.0.2.7 127.0.0.1 4711 8000\r\n") + get()) {
        line.send(QByteArray(1, c));
        line.socket.flush();
    }
    QTRY_COMPARE(line.status(), 200);
    QCOMPARE(f.dialect->requests.last().peerAddress, u"192.0.2.7"_s);
    QCOMPARE(int(f.dialect->requests.last().peerPort), 4711);
    RawClient two(f.port, binary(0x21, 0x21, six) + RawClient::upgrade("/ws?token=good"));
    QTRY_COMPARE(f.dialect->sessions.size(), 1);
    QCOMPARE(f.dialect->sessions.first()->peerAddress(), u"2001:db8::7"_s);
    RawClient local(f.port, binary(0x20, 0, {}) + get());
    QTRY_COMPARE(local.status(), 200);
    QCOMPARE(f.dialect->requests.last().peerAddress, u"127.0.0.1"_s);
    RawClient missing(f.port, get());
    QTRY_VERIFY(missing.ended);
    QVERIFY(missing.got.isEmpty());
    QCOMPARE(f.dialect->requests.size(), 2);
}

void TestProxies::refusesAHeaderElsewhere_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("version 1") << QByteArray("PROXY TCP4 192.0.2.7 127.0.0.1 4711 8000\r\n");
    QTest::newRow("version 2") << binary(0x21, 0x11, four);
}

void TestProxies::refusesAHeaderElsewhere()
{
    QFETCH(QByteArray, header);
    const ServerFixture f(behindLoopback); // trusted, but not on this listener
    RawClient client(f.port, header + get());
    QTRY_VERIFY(client.ended);
    QCOMPARE(client.status(), 400);
    const ServerFixture strict([](ServerSettings &s) {
        s.trustedProxies = QStringList{u"10.0.0.0/8"_s};
        s.proxyProtocol = s.listen;
    });
    RawClient stranger(strict.port, header + get());
    QTRY_VERIFY(stranger.ended);
    QVERIFY(stranger.got.isEmpty());
    QVERIFY(f.dialect->requests.isEmpty() && strict.dialect->requests.isEmpty());
    QCOMPARE(strict.server->counters().connectionsNow, 0);
}

void TestProxies::waitsForTheHeaderWithADeadline()
{
    const ServerFixture f([](ServerSettings &s) {
        withHeader(s);
        s.deadlines.handshake = 200ms;
    });
    RawClient silent(f.port);
    RawClient slow(f.port, "PROXY TCP4 ");
    QTRY_COMPARE(f.server->counters().connectionsNow, 2);
    QTRY_VERIFY(silent.ended && slow.ended);
    QCOMPARE(f.server->counters().connectionsNow, 0);
}

void TestProxies::startNamesTheCause_data()
{
    QTest::addColumn<QStringList>("trusted");
    QTest::addColumn<QStringList>("proxied");
    QTest::addColumn<QString>("sentence");
    for (const char *bad : {"desk", "10.0.0.0/33", "10.0.0.0/x", "10.0.0", "/8", ""}) {
        QTest::addRow("network \"%s\"", bad)
            << QStringList{QString::fromLatin1(bad)} << QStringList()
            << u"The trusted proxy \"%1\" is neither an address nor a network such as 10.0.0.0/8."_s.arg(
                   QString::fromLatin1(bad));
    }
    QTest::newRow("nobody listens") << QStringList{u"10.0.0.1"_s} << QStringList{u"127.0.0.1:99"_s}
                                    << u"The PROXY protocol is expected on \"127.0.0.1:99\", where nobody listens."_s;
    QTest::newRow("nobody trusted")
        << QStringList() << QStringList{u"127.0.0.1:0"_s}
        << u"The PROXY protocol on \"127.0.0.1:0\" needs trusted proxies; there are none."_s;
}

void TestProxies::startNamesTheCause()
{
    QFETCH(QStringList, trusted);
    QFETCH(QStringList, proxied);
    QFETCH(QString, sentence);
    const ServerFixture f([&](ServerSettings &s) {
        s.trustedProxies = trusted;
        s.proxyProtocol = proxied;
    });
    QCOMPARE(f.started.error, sentence);
}

QTEST_GUILESS_MAIN(TestProxies)
#include "test_proxies.moc"
