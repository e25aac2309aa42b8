// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/probe/TestClient.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>
#include <QNetworkRequest>

#include <utility>

namespace tocsin::probe {

TestClient::TestClient(std::function<qint64()> nowMs, QObject *parent) : QObject(parent), m_nowMs(std::move(nowMs))
{
    connect(&m_socket, &WireClient::opened, this, &TestClient::nowOpen);
    connect(&m_socket, &WireClient::refused, this, [this](int status, const QString &why) {
        setState(State::Closed);
        Q_EMIT logged(Way::Note, status == 0 ? tr("Not connected: %1").arg(why) : tr("Refused: HTTP %1").arg(status));
        endSimulation();
    });
    connect(&m_socket, &WireClient::closed, this, [this](int code, const QString &reason) {
        setState(State::Closed);
        Q_EMIT logged(Way::Note, tr("Closed: %1 %2").arg(code).arg(reason).trimmed());
        endSimulation();
    });
    connect(&m_socket, &WireClient::textHeard, this, [this](const QString &text) { Q_EMIT logged(Way::In, text); });
    connect(&m_socket, &WireClient::binaryHeard, this, [this](const QByteArray &bytes) {
        constexpr qsizetype shown = 64;
        Q_EMIT logged(Way::In,
                      tr("%1 bytes: %2").arg(bytes.size()).arg(QString::fromLatin1(bytes.left(shown).toHex(' '))));
    });
    connect(&m_timer, &QTimer::timeout, this, [this] { (void)send(m_entry.simulated); });
}

void TestClient::open(const ProbeTarget &target, int dialect, const QString &path, const QString &id)
{
    endSimulation();
    m_target = target;
    m_entry = catalog().value(dialect);
    m_path = path;
    m_id = id;
    QUrlQuery query;
    if (m_entry.engineIo) {
        query.addQueryItem(QStringLiteral("EIO"), QStringLiteral("4"));
        query.addQueryItem(QStringLiteral("transport"), QStringLiteral("websocket"));
    } else if (m_entry.number == 4) {
        query.addQueryItem(QStringLiteral("client_id"), id);
    }
    setState(State::Connecting);
    m_socket.setTarget(target);
    const QString place = filled(path, {id, {}, m_nowMs(), 0});
    Q_EMIT logged(Way::Note, tr("Connecting to %1").arg(target.socketUrl(place, {}, false).toString()));
    // The native protocol's token goes into its first frame.
    m_socket.open(target.socketUrl(place, query, m_entry.number != 0), m_entry.subprotocols, m_entry.engineIo);
}

void TestClient::close()
{
    endSimulation();
    if (m_state == State::Open) {
        m_socket.close();
        return;
    }
    m_socket.abort();
    setState(State::Closed);
}

bool TestClient::send(const QString &text)
{
    if (m_state != State::Open)
        return false;
    const Filling filling{m_id, m_target.token, m_nowMs(), m_sent++};
    m_socket.sayText(filled(text, filling));
    // The log shows what was written, not the token.
    Q_EMIT logged(Way::Out, filled(text, {m_id, QStringLiteral("•••"), filling.nowMs, filling.n}));
    return true;
}

void TestClient::nowOpen()
{
    setState(State::Open);
    Q_EMIT logged(Way::Note, tr("Connected"));
    for (const QString &frame : std::as_const(m_entry.first))
        (void)send(frame);
    if (m_simulating)
        beginFrames();
}

void TestClient::setState(State state)
{
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

// --- the simulation

void TestClient::simulate(bool on)
{
    if (on == m_simulating)
        return;
    if (!on)
        return endSimulation();
    if (m_state != State::Open) {
        Q_EMIT logged(Way::Note, tr("Connect first"));
        return;
    }
    m_simulating = true;
    Q_EMIT simulatingChanged();
    if (m_entry.number == 5)
        raisePanic();
    else
        beginFrames();
}

void TestClient::beginFrames()
{
    for (const QString &frame : std::as_const(m_entry.simulatedFirst))
        (void)send(frame);
    (void)send(m_entry.simulated);
    m_timer.start(m_entry.every);
}

/// As a phone does it: the panic over HTTP, then where it is over its own socket.
void TestClient::raisePanic()
{
    constexpr int created = 201;
    const Filling filling{m_id, {}, m_nowMs(), 0};
    const QByteArray body =
        filled(
            QStringLiteral(
                R"({"alert_type":"panic_button","priority":1,"latitude":{y},"longitude":{x},"location_accuracy":12,"description":"Test client","client_alert_id":"test-{ms}"})"),
            filling)
            .toUtf8();
    QNetworkRequest request(m_target.httpUrl(QStringLiteral("/api/auth/alerts/")));
    request.setSslConfiguration(m_target.ssl());
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    if (!m_target.token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_target.token.toUtf8());
    Q_EMIT logged(Way::Out, QStringLiteral("POST /api/auth/alerts/ ") + QString::fromUtf8(body));
    QNetworkReply *const reply = m_http.post(request, body);
    connect(reply, &QNetworkReply::sslErrors, this, [this, reply] {
        if (m_target.accepts(reply->sslConfiguration().peerCertificate(), false))
            reply->ignoreSslErrors();
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply] {
        reply->deleteLater();
        const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        const QByteArray answer = reply->readAll();
        Q_EMIT logged(Way::In, QStringLiteral("HTTP %1 %2")
                                   .arg(status)
                                   .arg(status == 0 ? reply->errorString() : QString::fromUtf8(answer)));
        if (!m_simulating)
            return;
        const QString alert =
            QJsonDocument::fromJson(answer).object().value(QLatin1String("alert_id")).toVariant().toString();
        if (status != created || alert.isEmpty())
            return endSimulation();
        m_socket.abort();
        setState(State::Connecting);
        m_socket.open(m_target.socketUrl(QStringLiteral("/ws/location/%1/").arg(alert)));
    });
}

void TestClient::endSimulation()
{
    m_timer.stop();
    if (std::exchange(m_simulating, false))
        Q_EMIT simulatingChanged();
}

} // namespace tocsin::probe
