// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/FanOut.h"
#include "server/net/FrameCodec.h"
#include "server/net/Server.h"

#include <QTcpSocket>
#include <QTest>
#include <QUrl>
#include <QWebSocket>

#include <map>
#include <memory>

namespace tocsin::test {

/// "good" is a dispatcher, anything else is refused.
class OneTokenAuthorizer final : public net::Authorizer
{
public:
    [[nodiscard]] net::AuthResult authenticate(const QByteArray &token, TimePoint) const override
    {
        ++calls;
        if (token == "good")
            return {Principal{QStringLiteral("dora"), QStringLiteral("Dora"), Role::Dispatcher, false}, {}};
        return {std::nullopt, QStringLiteral("unknown")};
    }
    mutable int calls = 0;
};

/// A dialect for tests: WebSockets below /ws (echo, a topic, odd behaviour by path), HTTP below /http.
class TestDialect final : public net::Dialect
{
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("test"); }
    [[nodiscard]] bool claimsUpgrade(const QString &path) const override
    {
        return path.startsWith(QLatin1String("/ws"));
    }
    [[nodiscard]] bool claimsHttp(const QByteArray &method, const QString &path) const override
    {
        return path.startsWith(QLatin1String("/http")) && (method == "GET" || method == "POST");
    }
    [[nodiscard]] QByteArrayList subprotocols() const override { return {"tocsin.v1.json"}; }
    [[nodiscard]] net::Verdict authorizeUpgrade(const net::HttpRequest &request,
                                                const std::optional<Principal> &caller) const override
    {
        if (!caller)
            return net::Verdict::refuse(401, R"({"detail":"no token"})");
        if (request.path.contains(QLatin1String("forbidden")))
            return net::Verdict::refuse(403, R"({"detail":"forbidden"})");
        return net::Verdict::allow();
    }
    void opened(net::Session *session) override
    {
        sessions.append(session);
        QObject::connect(session, &net::Session::closed, session, [this, session] {
            sessions.removeAll(session);
            ++closedCount;
        });
        QObject::connect(session, &net::Session::textReceived, session, [this, session](const QByteArray &text) {
            received.append(text);
            if (text == "close me")
                session->close(4001, QStringLiteral("as you wish"));
            else
                session->sendText(text);
        });
        QObject::connect(session, &net::Session::binaryReceived, session,
                         [session](const QByteArray &payload) { session->send(net::Frame::binary(payload)); });
        if (session->path() == QLatin1String("/ws/greeting"))
            session->sendText("hello " + session->principal().id.toUtf8());
        if (session->path() == QLatin1String("/ws/unwelcome"))
            session->close(4003, QStringLiteral("not you"));
        fanOut.subscribe(session, QStringLiteral("all"));
    }
    void http(const net::HttpRequest &request, const std::optional<Principal> &caller,
              const net::Respond &respond) override
    {
        requests.append(request);
        net::HttpResponse response;
        response.contentType = "text/plain";
        response.body = request.method + ' ' + request.path.toUtf8() + ' ' +
                        (caller ? caller->id.toUtf8() : QByteArray("nobody")) + ' ' + request.body;
        if (request.path == QLatin1String("/http/later"))
            later.append(respond);
        else if (request.path != QLatin1String("/http/never"))
            respond(response);
    }

    net::FanOut fanOut;
    QList<net::Session *> sessions;
    QByteArrayList received;
    QList<net::HttpRequest> requests;
    QList<net::Respond> later;
    int closedCount = 0;
};

/// A running server on a loopback port of the system's choice.
class ServerFixture
{
public:
    explicit ServerFixture(const std::function<void(net::ServerSettings &)> &change = {})
        : authorizer(std::make_shared<OneTokenAuthorizer>())
    {
        net::ServerSettings settings;
        settings.listen = QStringList{QStringLiteral("127.0.0.1:0")};
        if (change)
            change(settings);
        server = std::make_unique<net::Server>(settings, authorizer);
        auto owned = std::make_unique<TestDialect>();
        dialect = owned.get();
        server->addDialect(std::move(owned));
        started = server->start();
        if (!started.listening.isEmpty())
            port = started.listening.first().section(QLatin1Char(':'), -1).toUShort();
    }

    [[nodiscard]] QUrl url(const QString &pathAndQuery) const
    {
        return QUrl(QStringLiteral("ws://127.0.0.1:%1%2").arg(port).arg(pathAndQuery));
    }

    std::shared_ptr<OneTokenAuthorizer> authorizer;
    std::unique_ptr<net::Server> server;
    TestDialect *dialect = nullptr;
    net::Server::StartResult started;
    quint16 port = 0;
};

/// A client below HTTP: sends any bytes, keeps what comes.
class RawClient
{
public:
    explicit RawClient(quint16 port, const QByteArray &bytes = {})
    {
        QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [this] { got += socket.readAll(); });
        QObject::connect(&socket, &QTcpSocket::disconnected, &socket, [this] { ended = true; });
        socket.connectToHost(QStringLiteral("127.0.0.1"), port);
        if (!bytes.isEmpty())
            send(bytes);
    }
    void send(const QByteArray &bytes) { socket.write(bytes); }

    /// The whole head of a WebSocket request.
    [[nodiscard]] static QByteArray upgrade(const QByteArray &target, const QByteArray &headers = {})
    {
        return "GET " + target +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               headers + "\r\n";
    }
    /// A client's frame with a key of zeros.
    [[nodiscard]] static QByteArray frame(net::Opcode opcode, const QByteArray &payload, bool fin = true)
    {
        QByteArray bytes = net::encodeFrame(opcode, payload, net::Masking::ZeroKey);
        if (!fin)
            bytes[0] = static_cast<char>(bytes.at(0) & 0x7F);
        return bytes;
    }
    [[nodiscard]] int status() const { return got.mid(9, 3).toInt(); }
    [[nodiscard]] QByteArray afterHead() const { return got.mid(got.indexOf("\r\n\r\n") + 4); }

    QTcpSocket socket;
    QByteArray got;
    bool ended = false;
};

} // namespace tocsin::test
