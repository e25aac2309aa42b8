// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/HeadScanner.h"
#include "server/net/HttpText.h"
#include "server/net/ListenAddress.h"
#include "server/net/OriginPolicy.h"
#include "server/net/RequestParser.h"
#include "server/net/Target.h"
#include "server/net/UpgradeRules.h"

#include <QTest>

using namespace tocsin;
using namespace tocsin::net;
using namespace Qt::StringLiterals;

namespace {

const QByteArray host = "Host: desk\r\n";

struct Parsed
{
    QByteArrayList targets;
    QByteArrayList bodies;
    int status = 0;
};

/// Feeds `wire` in pieces and collects the requests until one is refused.
Parsed parse(const QByteArray &wire, qsizetype piece, qsizetype bodyLimit = 100)
{
    RequestParser parser({});
    Parsed parsed;
    for (qsizetype at = 0; at < wire.size(); at += piece) {
        parser.append(QByteArrayView(wire).sliced(at, std::min(piece, wire.size() - at)));
        while (true) {
            const RequestParser::State state = parser.advance();
            if (state == RequestParser::State::NeedMore)
                break;
            if (state == RequestParser::State::Refused) {
                parsed.status = parser.fault().status;
                return parsed;
            }
            if (state == RequestParser::State::Head) {
                parsed.targets.append(parser.head().target);
                parser.setBodyLimit(bodyLimit);
                continue;
            }
            parsed.bodies.append(parser.takeBody());
            parser.next();
        }
    }
    return parsed;
}

HttpRequest requestWith(const QList<std::pair<QByteArray, QByteArray>> &headers, const QByteArray &method = "GET")
{
    HttpRequest request;
    request.method = method;
    request.headers = headers;
    return request;
}

} // namespace

class TestHttpParsing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void judgesHeads_data();
    void judgesHeads();
    void readsRequestsInAnyPieces_data();
    void readsRequestsInAnyPieces();
    void limitsHeadAndBody_data();
    void limitsHeadAndBody();
    void keepsWhatFollowsAnUpgrade();
    void saysWhetherTheConnectionMayStay_data();
    void saysWhetherTheConnectionMayStay();
    void decodesTargetsStrictly_data();
    void decodesTargetsStrictly();
    void readsQueries();
    void judgesUpgrades_data();
    void judgesUpgrades();
    void selectsSubprotocols_data();
    void selectsSubprotocols();
    void findsTheTokenInItsThreePlaces_data();
    void findsTheTokenInItsThreePlaces();
    void allowsOrigins_data();
    void allowsOrigins();
    void readsListenAddresses_data();
    void readsListenAddresses();
    void writesAnswersThatCannotBeSplit();
};

void TestHttpParsing::judgesHeads_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("status"); // 0: accepted

    const QByteArray get = "GET / HTTP/1.1\r\n";
    const auto row = [](const char *name, const QByteArray &wire, int status) {
        QTest::newRow(name) << wire << status;
    };
    row("plain", get + host + "\r\n", 0);
    row("an empty line before it", "\r\n" + get + host + "\r\n", 0);
    row("two empty lines before it", "\r\n\r\n" + get + host + "\r\n", 400);
    row("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0);
    row("spaces around a value", get + host + "X-A: \t b c \t\r\n\r\n", 0);
    row("empty value", get + host + "X-A:\r\n\r\n", 0);
    row("obs-text in a value", get + host + "X-A: \xE9\r\n\r\n", 0);
    row("no Host", get + "\r\n", 400);
    row("two Hosts", get + host + host + "\r\n", 400);
    row("two Hosts, HTTP/1.0", "GET / HTTP/1.0\r\n" + host + host + "\r\n", 400);
    row("Host with a path", get + "Host: a/b\r\n\r\n", 400);
    row("Host with a user", get + "Host: u@a\r\n\r\n", 400);
    row("Host that is IPv6", get + "Host: [::1]:80\r\n\r\n", 0);
    row("bare LF after the request line", "GET / HTTP/1.1\n" + host + "\r\n", 400);
    row("bare LF after a header", get + "Host: desk\n\r\n", 400);
    row("bare LF at the end", get + host + "\n", 400);
    row("bare CR in a value", get + host + "X-A: b\rc\r\n\r\n", 400);
    row("NUL in a value", get + host + QByteArray("X-A: b\0c\r\n\r\n", 12), 400);
    row("NUL in a name", get + host + QByteArray("X\0A: b\r\n\r\n", 10), 400);
    row("DEL in a value", get + host + "X-A: b\x7F\r\n\r\n", 400);
    row("folded header", get + host + "X-A: b\r\n c\r\n\r\n", 400);
    row("folded first header", get + " Host: desk\r\n\r\n", 400);
    row("space before the colon", get + host + "X-A : b\r\n\r\n", 400);
    row("no colon", get + host + "nonsense\r\n\r\n", 400);
    row("empty name", get + host + ": b\r\n\r\n", 400);
    row("two spaces in the request line", "GET  / HTTP/1.1\r\n" + host + "\r\n", 400);
    row("space in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", 400);
    row("tab in the request line", "GET\t/ HTTP/1.1\r\n" + host + "\r\n", 400);
    row("no target", "GET HTTP/1.1\r\n" + host + "\r\n", 400);
    row("no version", "GET /\r\n" + host + "\r\n", 400);
    row("HTTP/0.9", "GET / HTTP/0.9\r\n" + host + "\r\n", 400);
    row("HTTP/2.0", "GET / HTTP/2.0\r\n" + host + "\r\n", 400);
    row("HTTP/1.2", "GET / HTTP/1.2\r\n" + host + "\r\n", 400);
    row("HTTX", "GET / HTTX/1.1\r\n" + host + "\r\n", 400);
    row("lower-case http", "GET / http/1.1\r\n" + host + "\r\n", 400);
    row("bracket in the method", "G(T / HTTP/1.1\r\n" + host + "\r\n", 400);
    row("TLS hello", QByteArray("\x16\x03\x01\x00\xF8", 5), 400);
    row("noise above ASCII", QByteArray("\xE2\x82\xAC", 3), 400);
    row("one Content-Length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\n\r\nx", 0);
    row("the same length twice", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400);
    row("two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", 400);
    row("a list of lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\nx", 400);
    row("signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\nx", 400);
    row("negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400);
    row("hexadecimal length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x1\r\n\r\nx", 400);
    row("empty length", "POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n", 400);
    row("length beyond 64 bits", "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", 400);
    row("chunked", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 0);
    row("chunked and length",
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400);
    row("chunked twice",
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400);
    row("gzip, chunked", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400);
    row("xchunkedx", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunkedx\r\n\r\n0\r\n\r\n", 400);
    row("identity", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", 400);
    row("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    row("100 headers", get + host + QByteArray("X-A: b\r\n").repeated(99) + "\r\n", 0);
    row("101 headers", get + host + QByteArray("X-A: b\r\n").repeated(100) + "\r\n", 431);
}

void TestHttpParsing::judgesHeads()
{
    QFETCH(QByteArray, wire);
    QFETCH(int, status);
    for (const qsizetype piece : {qsizetype(1), qsizetype(7), wire.size()}) {
        const Parsed parsed = parse(wire, piece);
        QCOMPARE(parsed.status, status);
        QCOMPARE(parsed.bodies.size(), status == 0 ? 1 : 0);
    }
}

void TestHttpParsing::readsRequestsInAnyPieces_data()
{
    QTest::addColumn<qsizetype>("piece");
    for (const int piece : {1, 2, 3, 5, 17, 64, 100'000})
        QTest::addRow("pieces of %d", piece) << qsizetype(piece);
}

void TestHttpParsing::readsRequestsInAnyPieces()
{
    QFETCH(qsizetype, piece);
    const QByteArray wire = "GET /one HTTP/1.1\r\n" + host +
                            "\r\n"
                            "POST /two HTTP/1.1\r\n" +
                            host +
                            "Content-Length: 5\r\n\r\nhello"
                            "POST /three HTTP/1.1\r\n" +
                            host +
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "3;note=\"x\"\r\nabc\r\n1\r\nd\r\n0\r\nTrailer: t\r\n\r\n"
                            "POST /four HTTP/1.1\r\n" +
                            host + "Content-Length: 0\r\n\r\n";
    const Parsed parsed = parse(wire, piece);
    QCOMPARE(parsed.status, 0);
    QCOMPARE(parsed.targets, (QByteArrayList{"/one", "/two", "/three", "/four"}));
    QCOMPARE(parsed.bodies, (QByteArrayList{"", "hello", "abcd", ""}));
}

void TestHttpParsing::limitsHeadAndBody_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("status");
    const QByteArray post = "POST / HTTP/1.1\r\n" + host;
    const auto padded = [](qsizetype size) { // a whole head of this size
        const QByteArray start = "GET / HTTP/1.1\r\n" + host + "X: ";
        return start + QByteArray(size - start.size() - 4, 'a') + "\r\n\r\n";
    };
    QTest::newRow("head of 32 KiB") << padded(32'768) << 0;
    QTest::newRow("head of 32 KiB and a bit") << padded(32'768 + 2) << 431;
    QTest::newRow("a line that never ends") << "GET /" + QByteArray(40'000, 'a') << 431;
    QTest::newRow("body at the limit") << post + "Content-Length: 100\r\n\r\n" + QByteArray(100, 'x') << 0;
    QTest::newRow("announced body above it") << post + "Content-Length: 101\r\n\r\n" << 413;
    QTest::newRow("chunks at the limit") << post + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + QByteArray(100, 'x') +
                                                "\r\n0\r\n\r\n"
                                         << 0;
    QTest::newRow("one chunk above it") << post + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + QByteArray(101, 'x')
                                        << 413;
    QTest::newRow("many chunks above it")
        << post + "Transfer-Encoding: chunked\r\n\r\n" + QByteArray("1\r\nx\r\n").repeated(101) + "0\r\n\r\n"
        << 413;
    QTest::newRow("chunk size that is none") << post + "Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n" << 400;
    QTest::newRow("chunk size beyond 64 bits") << post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"
                                               << 400;
    QTest::newRow("chunk extension without end")
        << post + "Transfer-Encoding: chunked\r\n\r\n1;" + QByteArray(40'000, 'a') << 400;
}

void TestHttpParsing::limitsHeadAndBody()
{
    QFETCH(QByteArray, wire);
    QFETCH(int, status);
    for (const qsizetype piece : {qsizetype(11), qsizetype(4096)})
        QCOMPARE(parse(wire, piece).status, status);
}

void TestHttpParsing::keepsWhatFollowsAnUpgrade()
{
    RequestParser parser({});
    parser.append("GET / HTTP/1.1\r\n" + host + "\r\nframes");
    QCOMPARE(parser.advance(), RequestParser::State::Head);
    parser.setBodyLimit(0);
    QCOMPARE(parser.advance(), RequestParser::State::Complete);
    QCOMPARE(parser.takeRest(), QByteArray("frames"));
}

void TestHttpParsing::saysWhetherTheConnectionMayStay_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("connection");
    QTest::addColumn<bool>("stays");
    QTest::newRow("1.1") << QByteArray("1.1") << QByteArray() << true;
    QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("Connection: Close\r\n") << false;
    QTest::newRow("1.1 close in a list") << QByteArray("1.1") << QByteArray("Connection: te, close\r\n") << false;
    QTest::newRow("1.0") << QByteArray("1.0") << QByteArray() << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("1.0") << QByteArray("Connection: Keep-Alive\r\n") << true;
    QTest::newRow("both") << QByteArray("1.0") << QByteArray("Connection: keep-alive, close\r\n") << false;
}

void TestHttpParsing::saysWhetherTheConnectionMayStay()
{
    QFETCH(QByteArray, version);
    QFETCH(QByteArray, connection);
    QFETCH(bool, stays);
    HeadScanner scanner({});
    QCOMPARE(scanner.scan("GET / HTTP/" + version + "\r\n" + host + connection + "\r\n"), HeadScanner::State::Complete);
    QCOMPARE(scanner.head().keepAlive(), stays);
}

void TestHttpParsing::decodesTargetsStrictly_data()
{
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QString>("path"); // null: refused
    const auto good = [](const QByteArray &raw, const QString &path) { QTest::newRow(raw.constData()) << raw << path; };
    const auto bad = [](const QByteArray &raw) { QTest::newRow(raw.constData()) << raw << QString(); };
    good("/", u"/"_s);
    good("/a/b/", u"/a/b/"_s);
    good("/a%20b", u"/a b"_s);
    good("/%D0%9C", u"/М"_s);
    good("/a..b/.c/d.", u"/a..b/.c/d."_s);
    good("//a", u"//a"_s);
    good("*", u"*"_s);
    good("http://desk/a?b", u"/a"_s);
    good("HTTP://desk", u"/"_s);
    good("http://desk?x=1", u"/"_s);
    good("/a?b=/../c", u"/a"_s);
    bad("");
    bad("a");
    bad("?a");
    bad("http:///a");
    bad("http://u@desk/a");
    bad("/a#b");
    bad("/%");
    bad("/%2");
    bad("/%zz");
    bad("/%00");
    bad("/%0A");
    bad("/%7F");
    bad("/a%2Fb");
    bad("/a%2fb");
    bad("/..");
    bad("/../a");
    bad("/a/../b");
    bad("/a/%2e%2E/b");
    bad("/./a");
    bad("/%C3%28");
    bad("/%ED%A0%80");
    bad("/\xC3\xA9");
    bad("/a?%");
    bad("/a?b=%00");
    bad("/a?b=%FF");
}

void TestHttpParsing::decodesTargetsStrictly()
{
    QFETCH(QByteArray, raw);
    QFETCH(QString, path);
    const Target target = parseTarget(raw);
    QCOMPARE(target.error.isEmpty(), !path.isNull());
    if (!path.isNull())
        QCOMPARE(target.path, path);
}

void TestHttpParsing::readsQueries()
{
    const Target target = parseTarget("/a?name=J%C3%BCrgen+M&plus=1%2B2&twice=%2541&empty&x=%26%3D");
    QVERIFY(target.error.isEmpty());
    const auto value = [&target](const QString &key) { return target.query.queryItemValue(key, QUrl::FullyDecoded); };
    QCOMPARE(value(u"name"_s), u"Jürgen M"_s);
    QCOMPARE(value(u"plus"_s), u"1+2"_s);
    QCOMPARE(value(u"twice"_s), u"%41"_s);
    QCOMPARE(value(u"x"_s), u"&="_s);
    QVERIFY(target.query.hasQueryItem(u"empty"_s));
    QCOMPARE(value(u"absent"_s), QString());
}

void TestHttpParsing::judgesUpgrades_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("changed"); // header to change
    QTest::addColumn<QByteArray>("value");   // null: left out
    QTest::addColumn<int>("minor");
    QTest::addColumn<bool>("body");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &changed, const QByteArray &value, int status,
                        const QByteArray &method = "GET", int minor = 1, bool body = false) {
        QTest::newRow(name) << method << changed << value << minor << body << status;
    };
    row("well-formed", "x", "y", 0);
    row("other case", "upgrade", "WebSocket", 0);
    row("in lists", "connection", "keep-alive, Upgrade", 0);
    row("no Upgrade", "upgrade", {}, 400);
    row("Upgrade: h2c", "upgrade", "h2c", 400);
    row("no Connection", "connection", {}, 400);
    row("Connection: close", "connection", "close", 400);
    row("no key", "sec-websocket-key", {}, 400);
    row("empty key", "sec-websocket-key", "", 400);
    row("key of 15 bytes", "sec-websocket-key", QByteArray(15, 'a').toBase64(), 400);
    row("key of 17 bytes", "sec-websocket-key", QByteArray(17, 'a').toBase64(), 400);
    row("key that is not base64", "sec-websocket-key", QByteArray(24, '!'), 400);
    row("key with stray bits", "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZR==", 400);
    row("no version", "sec-websocket-version", {}, 426);
    row("version 8", "sec-websocket-version", "8", 426);
    row("version 13, 8", "sec-websocket-version", "13, 8", 426);
    row("POST", "x", "y", 405, "POST");
    row("HEAD", "x", "y", 405, "HEAD");
    row("lower-case get", "x", "y", 405, "get");
    row("HTTP/1.0", "x", "y", 400, "GET", 0);
    row("with a body", "x", "y", 400, "GET", 1, true);
}

void TestHttpParsing::judgesUpgrades()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, changed);
    QFETCH(QByteArray, value);
    QFETCH(int, minor);
    QFETCH(bool, body);
    QFETCH(int, status);
    QList<std::pair<QByteArray, QByteArray>> headers{{"upgrade", "websocket"},
                                                     {"connection", "Upgrade"},
                                                     {"sec-websocket-version", "13"},
                                                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    headers.removeIf([&](const auto &header) { return header.first == changed; });
    if (!value.isNull())
        headers.emplaceBack(changed, value);
    const UpgradeCheck check = checkUpgrade(requestWith(headers, method), minor, body);
    QVERIFY(check.attempted);
    QCOMPARE(check.status, status);

    QVERIFY(!checkUpgrade(requestWith({{"connection", "close"}}), 1, false).attempted);
    headers.emplaceBack("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    headers.emplaceBack("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    QVERIFY(checkUpgrade(requestWith(headers, method), minor, body).status != 0);
}

void TestHttpParsing::selectsSubprotocols_data()
{
    QTest::addColumn<QByteArray>("offered");
    QTest::addColumn<QByteArray>("selected");
    QTest::newRow("none") << QByteArray("") << QByteArray();
    QTest::newRow("unknown") << QByteArray("x, y") << QByteArray();
    QTest::newRow("websocket") << QByteArray("x, websocket") << QByteArray("websocket");
    QTest::newRow("bearer pair") << QByteArray("bearer, abc") << QByteArray("bearer");
    QTest::newRow("bearer without token") << QByteArray("bearer") << QByteArray();
    QTest::newRow("known beats bearer") << QByteArray("bearer, abc, tocsin.v1.json") << QByteArray("tocsin.v1.json");
    QTest::newRow("first known") << QByteArray("tocsin.v1.msgpack, tocsin.v1.json") << QByteArray("tocsin.v1.msgpack");
    QTest::newRow("names are case-sensitive") << QByteArray("WebSocket, Tocsin.v1.json") << QByteArray();
}

void TestHttpParsing::selectsSubprotocols()
{
    QFETCH(QByteArray, offered);
    QFETCH(QByteArray, selected);
    const HttpRequest request = requestWith({{"sec-websocket-protocol", offered}});
    QCOMPARE(selectSubprotocol(offeredSubprotocols(request), {"tocsin.v1.json", "tocsin.v1.msgpack"}), selected);
}

void TestHttpParsing::findsTheTokenInItsThreePlaces_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QByteArray>("authorization");
    QTest::addColumn<QByteArray>("subprotocol");
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("none") << u"a=b"_s << QByteArray() << QByteArray() << QByteArray();
    QTest::newRow("query first") << u"token=q"_s << QByteArray("Bearer h") << QByteArray("bearer, s")
                                 << QByteArray("q");
    QTest::newRow("header next") << u""_s << QByteArray("bearer  h ") << QByteArray("bearer, s") << QByteArray("h");
    QTest::newRow("then the pair") << u""_s << QByteArray() << QByteArray("x, bearer, s") << QByteArray("s");
    QTest::newRow("other scheme") << u""_s << QByteArray("Basic h") << QByteArray() << QByteArray();
    QTest::newRow("scheme alone") << u""_s << QByteArray("Bearer") << QByteArray("bearer") << QByteArray();
    QTest::newRow("empty query") << u"token="_s << QByteArray("Bearer h") << QByteArray() << QByteArray("h");
}

void TestHttpParsing::findsTheTokenInItsThreePlaces()
{
    QFETCH(QString, query);
    QFETCH(QByteArray, authorization);
    QFETCH(QByteArray, subprotocol);
    QFETCH(QByteArray, token);
    HttpRequest request = requestWith({{"authorization", authorization}, {"sec-websocket-protocol", subprotocol}});
    request.query.setQuery(query);
    QCOMPARE(request.token(), token);
}

void TestHttpParsing::allowsOrigins_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("encrypted");
    QTest::addColumn<bool>("secure");
    QTest::addColumn<bool>("open");
    const auto row = [](const char *name, const QByteArray &origin, const QByteArray &hostName, bool encrypted,
                        bool secure,
                        bool open) { QTest::newRow(name) << origin << hostName << encrypted << secure << open; };
    row("none", "", "desk:8000", false, true, true);
    row("same, by name", "http://desk:8000", "desk:8000", false, true, false);
    row("same, by address", "http://10.0.0.1:8000", "10.0.0.1:8000", false, true, true);
    row("same, IPv6", "http://[::1]:8000", "[::1]:8000", false, true, true);
    row("same, localhost", "http://localhost:8000", "LOCALHOST:8000", false, true, true);
    row("same, default port", "http://10.0.0.1", "10.0.0.1:80", false, true, true);
    row("same, default TLS port", "https://10.0.0.1", "10.0.0.1:443", true, true, true);
    row("other port", "http://localhost:9000", "localhost:8000", false, false, false);
    row("other scheme", "https://localhost:8000", "localhost:8000", false, false, false);
    row("other host", "http://evil.example", "localhost:8000", false, false, false);
    row("suffix", "http://desk.evil.example", "desk", false, false, false);
    row("null", "null", "localhost:8000", false, false, false);
    row("no Host", "http://", "", false, false, false);
    row("on the list", "https://desk.example.org", "desk:8000", false, true, true);
    row("almost on the list", "https://desk.example.org.evil", "desk:8000", false, false, false);
    row("on the list, other port", "https://desk.example.org:444", "desk:8000", false, false, false);
}

void TestHttpParsing::allowsOrigins()
{
    QFETCH(QByteArray, origin);
    QFETCH(QByteArray, host);
    QFETCH(bool, encrypted);
    QFETCH(bool, secure);
    QFETCH(bool, open);
    const QByteArrayList list{"https://desk.example.org"};
    QCOMPARE(OriginPolicy(list, Posture::Secure).allows(origin, host, encrypted), secure);
    QCOMPARE(OriginPolicy(list, Posture::Open).allows(origin, host, encrypted), open);
}

void TestHttpParsing::readsListenAddresses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("back"); // null: refused
    QTest::newRow("IPv4") << u"127.0.0.1:8000"_s << u"127.0.0.1:8000"_s;
    QTest::newRow("port 0") << u"127.0.0.1:0"_s << u"127.0.0.1:0"_s;
    QTest::newRow("IPv6") << u"[::1]:65535"_s << u"[::1]:65535"_s;
    QTest::newRow("localhost") << u"localhost:80"_s << u"127.0.0.1:80"_s;
    QTest::newRow("all") << u"*:80"_s << u"0.0.0.0:80"_s;
    QTest::newRow("all IPv4") << u"0.0.0.0:80"_s << u"0.0.0.0:80"_s;
    for (const QString &text :
         {u""_s, u"8000"_s, u"127.0.0.1"_s, u"127.0.0.1:"_s, u"127.0.0.1:65536"_s, u"127.0.0.1:-1"_s, u"127.0.0.1:+1"_s,
          u"127.0.0.1:http"_s, u"::1:8000"_s, u"[127.0.0.1]:80"_s, u"desk:8000"_s, u":8000"_s, u"1.2.3.4.5:80"_s})
        QTest::addRow("refused: %s", qPrintable(text)) << text << QString();
}

void TestHttpParsing::readsListenAddresses()
{
    QFETCH(QString, text);
    QFETCH(QString, back);
    const ListenAddress where = parseListenAddress(text);
    QCOMPARE(where.error.isEmpty(), !back.isNull());
    if (back.isNull())
        QVERIFY(where.error.contains(text));
    else
        QCOMPARE(toText(where.address, where.port), back);
}

void TestHttpParsing::writesAnswersThatCannotBeSplit()
{
    HttpResponse response;
    response.status = 201;
    response.body = "body";
    response.headers = {{"X-Good", "1"}, {"X-Bad", "1\r\nSet-Cookie: x"}, {"X-Worse\r\nA", "1"}};
    const QByteArray bytes = serialize(response, {}, fromEpochMillis(784111777000));
    QVERIFY(bytes.startsWith("HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    QVERIFY(bytes.contains("\r\nX-Good: 1\r\n"));
    QVERIFY(bytes.contains("\r\nContent-Length: 4\r\n"));
    QVERIFY(!bytes.contains("Set-Cookie"));
    QVERIFY(!bytes.contains("X-Worse"));
    QVERIFY(bytes.endsWith("\r\n\r\nbody"));

    ResponseStyle style;
    style.headOnly = true;
    style.keepAlive = false;
    const QByteArray head = serialize(response, style, fromEpochMillis(0));
    QVERIFY(head.contains("\r\nContent-Length: 4\r\n"));
    QVERIFY(head.contains("\r\nConnection: close\r\n"));
    QVERIFY(head.endsWith("\r\n\r\n"));
    const QByteArray quoted = "{\"detail\":\"a \\\"b\\\"\"}";
    QCOMPARE(errorResponse(404, "a \"b\"").body, quoted);
}

QTEST_GUILESS_MAIN(TestHttpParsing)
#include "test_http_parsing.moc"
