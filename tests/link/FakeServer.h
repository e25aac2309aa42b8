// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/ClientFrames.h"
#include "models/wire/MessagePack.h"
#include "models/wire/ServerFrames.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonDocument>
#include <QObject>
#include <QPointer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>
#include <memory>

namespace tocsin {

/// A server of the native protocol that does what the test says: welcomes, refuses, falls silent, hangs up.
class FakeServer : public QObject
{
    Q_OBJECT
public:
    explicit FakeServer(QWebSocketServer::SslMode mode = QWebSocketServer::NonSecureMode) : m_mode(mode) { open(); }

    void open()
    {
        m_server = std::make_unique<QWebSocketServer>(QStringLiteral("fake"), m_mode);
        m_server->setSupportedSubprotocols({QStringLiteral("tocsin.v1.json"), QStringLiteral("tocsin.v1.msgpack")});
        if (configure)
            configure(*m_server);
        m_server->listen(QHostAddress::LocalHost, m_port);
        m_port = m_server->serverPort();
        connect(m_server.get(), &QWebSocketServer::newConnection, this, &FakeServer::take);
    }
    /// As a process that was killed: no good-bye.
    void die()
    {
        if (peer)
            peer->abort();
        m_server.reset();
        peer = nullptr;
    }
    [[nodiscard]] QUrl url(const QString &scheme = QStringLiteral("ws")) const
    {
        return QUrl(QStringLiteral("%1://127.0.0.1:%2/ws/v1").arg(scheme).arg(m_port));
    }

    void say(const wire::ServerFrame &frame)
    {
        const QJsonObject document = wire::toJson(frame);
        if (peer->subprotocol() == QLatin1String("tocsin.v1.msgpack"))
            peer->sendBinaryMessage(toMessagePack(document));
        else
            peer->sendTextMessage(QString::fromUtf8(QJsonDocument(document).toJson()));
    }
    void welcome(wire::StreamGrant::State state)
    {
        wire::Welcome welcome;
        welcome.server = QStringLiteral("fake");
        welcome.personId = QStringLiteral("dana");
        welcome.personName = QStringLiteral("Dana");
        welcome.role = Role::Dispatcher;
        welcome.epoch = epoch;
        welcome.streams.insert(QStringLiteral("desk"), {state, epoch, 0});
        say(welcome);
    }
    void snapshot(const DeskSnapshot &state, qint64 seq)
    {
        const QList<QJsonObject> parts = wire::snapshotParts(state, 500);
        for (qsizetype i = 0; i < parts.size(); ++i)
            say(wire::SnapshotPart{QStringLiteral("desk"), epoch, seq, int(i) + 1, int(parts.size()), parts.at(i)});
    }
    void events(const QList<Event> &list)
    {
        wire::Events frame{QStringLiteral("desk"), epoch, {}};
        for (const Event &event : list)
            frame.events.append({event.seq, event});
        say(frame);
    }
    void reply(const QString &id, const QJsonObject &result)
    {
        wire::Reply reply;
        reply.id = id;
        reply.result = result;
        say(reply);
    }
    /// Lets everybody in: with nothing at `seq`, or with what follows the cursor that the hello names.
    void letIn(qint64 seq = 0)
    {
        onHello = [this, seq](const wire::Hello &hello) {
            welcome(hello.cursors.isEmpty() ? wire::StreamGrant::State::Reset : wire::StreamGrant::State::Resumed);
            if (hello.cursors.isEmpty())
                snapshot({}, seq);
        };
    }
    template<class T>
    [[nodiscard]] QList<T> heard() const
    {
        QList<T> found;
        for (const wire::ClientFrame &frame : frames) {
            if (const T *one = std::get_if<T>(&frame))
                found.append(*one);
        }
        return found;
    }

    QString epoch = QStringLiteral("e1");
    QList<wire::ClientFrame> frames;
    QPointer<QWebSocket> peer; ///< the newest
    int connections = 0;
    /// What happens with a hello; nothing: the client waits.
    std::function<void(const wire::Hello &)> onHello;
    std::function<void(QWebSocketServer &)> configure;

private:
    void take()
    {
        peer = m_server->nextPendingConnection();
        peer->setParent(this);
        ++connections;
        connect(peer.data(), &QWebSocket::textMessageReceived, this,
                [this](const QString &text) { receive(QJsonDocument::fromJson(text.toUtf8()).object()); });
        connect(peer.data(), &QWebSocket::binaryMessageReceived, this,
                [this](const QByteArray &bytes) { receive(std::get<QJsonObject>(parseMessagePackObject(bytes))); });
    }
    void receive(const QJsonObject &document)
    {
        const auto frame = wire::clientFrameFromJson(document);
        frames.append(std::get<wire::ClientFrame>(frame));
        const auto *hello = std::get_if<wire::Hello>(&frames.last());
        if (hello != nullptr && onHello)
            onHello(*hello);
    }

    QWebSocketServer::SslMode m_mode;
    std::unique_ptr<QWebSocketServer> m_server;
    quint16 m_port = 0;
};

} // namespace tocsin
