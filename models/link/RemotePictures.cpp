// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemotePictures.h"

#include "models/domain/AttachmentId.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QSslCertificate>
#include <QSslConfiguration>

#include <utility>

namespace tocsin {

namespace {
QString codeOf(int status)
{
    switch (status) {
    case 401:
    case 403:
        return QStringLiteral("forbidden");
    case 404:
        return QStringLiteral("not_found");
    case 413:
        return QStringLiteral("too_large");
    case 415:
        return QStringLiteral("unsupported");
    case 507:
        return QStringLiteral("full");
    default:
        return QStringLiteral("offline");
    }
}
} // namespace

RemotePictures::RemotePictures(LinkTarget target, QObject *parent) : QObject(parent), m_target(std::move(target))
{
    m_http.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy); // the token is for this server
    m_http.setTransferTimeout(int(silence.count()));
}

QNetworkRequest RemotePictures::request(const QString &path) const
{
    QUrl url = m_target.url;
    const bool tls = url.scheme() == QLatin1String("wss");
    url.setScheme(tls ? QStringLiteral("https") : QStringLiteral("http"));
    QString prefix = url.path();
    if (prefix.endsWith(QLatin1String("/ws/v1")))
        prefix.chop(6);
    url.setPath(prefix + path);
    QNetworkRequest request(url);
    if (!m_target.token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_target.token.toUtf8());
    if (tls && !m_target.caFile.isEmpty()) {
        QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
        ssl.addCaCertificates(m_target.caFile);
        request.setSslConfiguration(ssl);
    }
    return request;
}

quint64 RemotePictures::watch(QNetworkReply *reply)
{
    const quint64 transfer = ++m_last;
    m_transfers.insert(transfer, reply);
    if (!m_target.fingerprint.isEmpty()) {
        connect(reply, &QNetworkReply::sslErrors, this, [this, reply] { judgeCertificate(reply); });
        connect(reply, &QNetworkReply::encrypted, this, [this, reply] { judgeCertificate(reply); });
    }
    connect(reply, &QNetworkReply::downloadProgress, this, [this, reply, transfer](qint64 done, qint64 total) {
        if (done > mostBytes || total > mostBytes)
            reply->abort();
        else if (reply->operation() == QNetworkAccessManager::GetOperation)
            Q_EMIT progress(transfer, done);
    });
    connect(reply, &QNetworkReply::finished, reply, &QNetworkReply::deleteLater);
    return transfer;
}

/// The pinned certificate and no other, whatever the authorities say.
void RemotePictures::judgeCertificate(QNetworkReply *reply) const
{
    const QSslCertificate shown = reply->sslConfiguration().peerCertificate();
    if (shown.digest(QCryptographicHash::Sha256) == m_target.fingerprint)
        reply->ignoreSslErrors();
    else
        reply->abort();
}

AttachmentResult RemotePictures::failureOf(QNetworkReply &reply) const
{
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QString said =
        QJsonDocument::fromJson(reply.readAll()).object().value(QLatin1String("detail")).toString().left(200);
    if (status != 0)
        return {codeOf(status), said.isEmpty() ? tr("The server answered %1.").arg(status) : said, {}};
    return {QStringLiteral("offline"), tr("The server cannot be reached: %1.").arg(reply.errorString()), {}};
}

quint64 RemotePictures::store(const QByteArray &bytes)
{
    QNetworkRequest asked = request(QStringLiteral("/api/attachments"));
    asked.setHeader(QNetworkRequest::ContentTypeHeader, QByteArray("application/octet-stream"));
    QNetworkReply *reply = m_http.post(asked, bytes);
    const quint64 transfer = watch(reply);
    connect(reply, &QNetworkReply::uploadProgress, this, [this, transfer](qint64 done, qint64 /*total*/) {
        if (m_transfers.contains(transfer))
            Q_EMIT progress(transfer, done);
    });
    connect(reply, &QNetworkReply::finished, this, [this, transfer] {
        QNetworkReply *ended = m_transfers.take(transfer);
        if (ended == nullptr)
            return; // canceled
        AttachmentResult result;
        if (ended->error() != QNetworkReply::NoError) {
            result = failureOf(*ended);
        } else {
            const QJsonObject said = QJsonDocument::fromJson(ended->readAll()).object();
            result.attachment.id = said.value(QLatin1String("id")).toString();
            result.attachment.type = said.value(QLatin1String("type")).toString().toUtf8();
            if (!isAttachmentId(result.attachment.id))
                result = {QStringLiteral("offline"), tr("The server's answer was not understood."), {}};
        }
        Q_EMIT stored(transfer, result);
    });
    return transfer;
}

quint64 RemotePictures::fetch(const QString &id)
{
    if (!isAttachmentId(id)) { // it goes into a path
        const quint64 transfer = ++m_last;
        const AttachmentResult none{QStringLiteral("not_found"), tr("There is no such picture."), {}};
        QMetaObject::invokeMethod(
            this, [this, transfer, none] { Q_EMIT fetched(transfer, none); }, Qt::QueuedConnection);
        return transfer;
    }
    QNetworkReply *reply = m_http.get(request(QStringLiteral("/api/attachments/") + id));
    const quint64 transfer = watch(reply);
    connect(reply, &QNetworkReply::finished, this, [this, transfer, id] {
        QNetworkReply *ended = m_transfers.take(transfer);
        if (ended == nullptr)
            return;
        AttachmentResult result;
        if (ended->error() != QNetworkReply::NoError) {
            result = failureOf(*ended);
        } else {
            result.attachment.bytes = ended->readAll();
            result.attachment.type = ended->header(QNetworkRequest::ContentTypeHeader).toByteArray();
            // Its name proves it.
            const QByteArray digest = QCryptographicHash::hash(result.attachment.bytes, QCryptographicHash::Sha256);
            if (QString::fromLatin1(digest.toHex()) == id)
                result.attachment.id = id;
            else
                result = {QStringLiteral("offline"), tr("The picture came damaged."), {}};
        }
        Q_EMIT fetched(transfer, result);
    });
    return transfer;
}

void RemotePictures::cancel(quint64 transfer)
{
    if (QNetworkReply *reply = m_transfers.take(transfer)) {
        reply->abort(); // finished() follows within
    }
}

} // namespace tocsin
