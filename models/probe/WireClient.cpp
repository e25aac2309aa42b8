// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/probe/WireClient.h"

#include <QRegularExpression>
#include <QSslError>
#include <QSslSocket>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <utility>

namespace tocsin::probe {

WireClient::WireClient(QObject *parent) : QObject(parent)
{
}

WireClient::~WireClient()
{
    abort();
}

void WireClient::open(const QUrl &url, const QStringList &subprotocols, bool engineIo)
{
    abort();
    m_engineIo = engineIo;
    m_trouble.clear();
    m_socket = std::make_unique<QWebSocket>();
    QWebSocket *socket = m_socket.get();
    socket->setMaxAllowedIncomingMessageSize(quint64(largestMessage));
    socket->setMaxAllowedIncomingFrameSize(quint64(largestMessage));
    if (url.scheme() == QLatin1String("wss")) {
        socket->setSslConfiguration(m_target.ssl());
        connect(socket, &QWebSocket::sslErrors, this, &WireClient::judge);
    }
    connect(socket, &QWebSocket::connected, this, &WireClient::nowOpen);
    connect(socket, &QWebSocket::disconnected, this, &WireClient::lost);
    connect(socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this, [this, socket] {
        m_trouble = socket->errorString();
        if (!m_open)
            lost();
    });
    connect(socket, &QWebSocket::textMessageReceived, this, &WireClient::hear);
    connect(socket, &QWebSocket::binaryMessageReceived, this, &WireClient::binaryHeard);
    QWebSocketHandshakeOptions handshake;
    handshake.setSubprotocols(subprotocols);
    socket->open(url, handshake);
}

bool WireClient::certificateIsRight(bool vouchedFor) const
{
    const auto *ssl = m_socket->findChild<QSslSocket *>();
    return ssl != nullptr && m_target.accepts(ssl->peerCertificate(), vouchedFor);
}

void WireClient::judge(const QList<QSslError> &errors)
{
    if (certificateIsRight(false))
        m_socket->ignoreSslErrors();
    else
        m_trouble = m_target.fingerprint.isEmpty() && !errors.isEmpty()
                        ? QStringLiteral("the certificate is not trusted: ") + errors.constFirst().errorString()
                        : QStringLiteral("the certificate is not the pinned one");
}

void WireClient::nowOpen()
{
    const bool encrypted = m_socket->requestUrl().scheme() == QLatin1String("wss");
    if (encrypted && !m_target.fingerprint.isEmpty() && !certificateIsRight(true)) {
        drop();
        Q_EMIT refused(0, QStringLiteral("the certificate is not the pinned one"));
        return;
    }
    m_open = true;
    Q_EMIT opened();
}

void WireClient::hear(const QString &text)
{
    if (m_engineIo && text == QLatin1String("2"))
        sayText(QStringLiteral("3"));
    Q_EMIT textHeard(text);
}

/// Before it was open there may be an error, a "disconnected" or both, in any order: later both are known.
void WireClient::lost()
{
    if (m_open)
        return ended();
    QMetaObject::invokeMethod(
        this,
        [this, socket = m_socket.get()] {
            if (m_socket.get() == socket)
                ended();
        },
        Qt::QueuedConnection);
}

void WireClient::ended()
{
    if (!m_socket)
        return;
    const int code = int(m_socket->closeCode());
    const QString reason = m_socket->closeReason();
    const bool wasOpen = m_open;
    const QString trouble = m_trouble;
    drop();
    if (wasOpen) {
        Q_EMIT closed(code, reason.isEmpty() ? trouble : reason);
        return;
    }
    static const QRegularExpression status(QStringLiteral("status code: (\\d{3})"));
    const auto match = status.match(trouble);
    Q_EMIT refused(match.captured(1).toInt(), trouble.isEmpty() ? QStringLiteral("the connection broke off") : trouble);
}

void WireClient::drop()
{
    m_open = false;
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket.release()->deleteLater(); // it may be the one that calls
}

QString WireClient::subprotocol() const
{
    return m_socket ? m_socket->subprotocol() : QString();
}

void WireClient::sayText(const QString &text)
{
    if (m_open)
        m_socket->sendTextMessage(text);
}

void WireClient::sayBinary(const QByteArray &bytes)
{
    if (m_open)
        m_socket->sendBinaryMessage(bytes);
}

void WireClient::close()
{
    if (m_open)
        m_socket->close(QWebSocketProtocol::CloseCodeNormal);
    else
        drop();
}

void WireClient::abort()
{
    drop();
}

} // namespace tocsin::probe
