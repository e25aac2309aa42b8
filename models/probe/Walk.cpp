// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/probe/Walk.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QSslError>

#include <utility>

namespace tocsin::probe {

namespace {
constexpr int nsPerMs = 1'000'000;
constexpr qsizetype mostShown = 160;
constexpr qsizetype mostEarly = 64;
constexpr qsizetype largestBody = 1'048'576;

QString shortened(const QString &text)
{
    const QString line = text.simplified();
    return line.size() <= mostShown ? line : line.left(mostShown) + QStringLiteral("…");
}

/// A frame, as far as it is JSON; of Socket.IO's `42["name",{…}]` and `40{…}` the payload.
Heard frameOf(const QString &text)
{
    Heard heard{Heard::Kind::Text, 0, text, {}, {}};
    qsizetype digits = 0;
    while (digits < text.size() && text.at(digits).isDigit())
        ++digits;
    const QJsonDocument document = QJsonDocument::fromJson(QStringView(text).mid(digits).toUtf8());
    if (document.isObject()) {
        heard.json = document.object();
    } else if (document.isArray()) {
        heard.event = document.array().at(0).toString();
        heard.json = document.array().at(1).toObject();
    }
    return heard;
}
} // namespace

QString toString(WalkRow::Result result)
{
    switch (result) {
    case WalkRow::Result::Ok:
        return QStringLiteral("ok");
    case WalkRow::Result::Failed:
        return QStringLiteral("fail");
    case WalkRow::Result::Skipped:
        break;
    }
    return QStringLiteral("skipped");
}

Walker::Walker(ProbeTarget target, WalkOptions options, QObject *parent)
    : QObject(parent)
    , m_target(std::move(target))
    , m_options(std::move(options))
    , m_dialects(m_options.dialects)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        end(WalkRow::Result::Failed, QStringLiteral("nothing that fits within %1 ms").arg(m_options.patience.count()));
    });
    connect(&m_socket, &WireClient::opened, this, [this] { hear({Heard::Kind::Opened, 0, {}, {}, {}}); });
    connect(&m_socket, &WireClient::refused, this,
            [this](int status, const QString &why) { hear({Heard::Kind::Refused, status, why, {}, {}}); });
    connect(&m_socket, &WireClient::textHeard, this, [this](const QString &text) { hear(frameOf(text)); });
    connect(&m_socket, &WireClient::closed, this,
            [this](int code, const QString &reason) { hear({Heard::Kind::Closed, code, reason, {}, {}}); });
}

void Walker::start()
{
    QMetaObject::invokeMethod(this, &Walker::nextDialect, Qt::QueuedConnection);
}

void Walker::nextDialect()
{
    m_socket.abort();
    if (m_dialects.isEmpty()) {
        Q_EMIT finished();
        return;
    }
    m_dialect = m_dialects.takeFirst();
    m_steps = stepsOf(m_dialect);
    m_step = -1;
    next();
}

void Walker::next()
{
    if (++m_step >= m_steps.size())
        return nextDialect();
    const Step &step = m_steps.at(m_step);
    m_clock.start();
    QString why = step.skip ? step.skip(*this) : QString();
    if (why.isEmpty() && step.needsSocket && !m_socket.isOpen() && !m_lost.isEmpty())
        return end(WalkRow::Result::Failed, std::exchange(m_lost, {}));
    if (why.isEmpty() && step.needsSocket && !m_socket.isOpen())
        why = QStringLiteral("not connected");
    if (!why.isEmpty())
        return end(WalkRow::Result::Skipped, why);
    m_listening = true;
    m_deadline.start(m_options.patience);
    const QList<Heard> early = std::exchange(m_early, {});
    if (step.act)
        return step.act(*this);
    for (const Heard &heard : early) {
        hear(heard);
        if (!m_listening)
            return;
    }
}

void Walker::hear(const Heard &heard)
{
    if (!m_listening) {
        if (heard.kind == Heard::Kind::Text && m_early.size() < mostEarly)
            m_early.append(heard);
        if (heard.kind == Heard::Kind::Closed)
            m_lost = QStringLiteral("closed %1 %2").arg(heard.code).arg(heard.text);
        return;
    }
    const Step &step = m_steps.at(m_step);
    if (const auto verdict = step.judge(*this, heard)) {
        end(verdict->ok ? WalkRow::Result::Ok : WalkRow::Result::Failed, verdict->got);
        return;
    }
    if (heard.kind == Heard::Kind::Closed && step.needsSocket)
        end(WalkRow::Result::Failed, QStringLiteral("closed %1 %2").arg(heard.code).arg(heard.text));
}

void Walker::end(WalkRow::Result result, const QString &got)
{
    m_listening = false;
    m_deadline.stop();
    if (m_reply != nullptr) {
        QNetworkReply *const reply = std::exchange(m_reply, nullptr);
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
    const Step &step = m_steps.at(m_step);
    WalkRow told{m_dialect, step.name, result, step.mandatory, 0, step.expected, shortened(got)};
    if (result != WalkRow::Result::Skipped)
        told.ms = double(m_clock.nsecsElapsed()) / nsPerMs;
    Q_EMIT row(told);
    // Queued: whoever called is done first, and a row that was asked for to stop may.
    QMetaObject::invokeMethod(this, &Walker::next, Qt::QueuedConnection);
}

// --- what steps do

void Walker::open(const QString &path, const QUrlQuery &query, const QStringList &subprotocols, bool withToken)
{
    m_lost.clear();
    m_early.clear();
    m_socket.setTarget(m_target);
    m_socket.open(m_target.socketUrl(path, query, withToken), subprotocols, m_dialect == 2);
}

void Walker::say(const QJsonObject &message)
{
    m_socket.sayText(QString::fromUtf8(QJsonDocument(message).toJson(QJsonDocument::Compact)));
}

void Walker::call(const QByteArray &method, const QString &path, const QJsonObject &body, bool bare)
{
    QNetworkRequest request(m_target.httpUrl(path));
    request.setSslConfiguration(m_target.ssl());
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setRawHeader("Accept", "application/json");
    if (!bare && !m_target.token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_target.token.toUtf8());
    QByteArray payload;
    if (method == "POST") {
        payload = QJsonDocument(body).toJson(QJsonDocument::Compact);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    }
    QNetworkReply *const reply = m_http.sendCustomRequest(request, method, payload);
    m_reply = reply;
    reply->setReadBufferSize(largestBody);
    connect(reply, &QNetworkReply::encrypted, this, [this, reply] {
        if (!m_target.fingerprint.isEmpty() && !m_target.accepts(reply->sslConfiguration().peerCertificate(), true))
            reply->abort();
    });
    connect(reply, &QNetworkReply::sslErrors, this, [this, reply](const QList<QSslError> &errors) {
        const QSslCertificate shown = errors.isEmpty() ? QSslCertificate() : errors.constFirst().certificate();
        const QSslCertificate leaf = reply->sslConfiguration().peerCertificate();
        if (m_target.accepts(leaf.isNull() ? shown : leaf, false))
            reply->ignoreSslErrors();
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply] { answered(reply); });
}

void Walker::answered(QNetworkReply *reply)
{
    if (reply != m_reply)
        return;
    m_reply = nullptr;
    reply->deleteLater();
    Heard heard{Heard::Kind::Http, 0, {}, {}, {}};
    heard.code = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QByteArray body = reply->readAll();
    heard.text = heard.code == 0 ? reply->errorString() : QString::fromUtf8(body);
    heard.json = QJsonDocument::fromJson(body).object();
    hear(heard);
}

} // namespace tocsin::probe
