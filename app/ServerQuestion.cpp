// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ServerQuestion.h"

#include <QEventLoop>
#include <QFile>
#include <QJsonDocument>
#include <QNetworkAccessManager>
#include <QNetworkReply>

namespace tocsin {

ServerTarget ServerTarget::of(const CommandLine &line, const Settings &settings)
{
    ServerTarget target;
    QString text = line.connectTo.isEmpty() ? settings.listen.value(0) : line.connectTo;
    if (!text.contains(QLatin1String("://")))
        text.prepend(QLatin1String("http://"));
    target.url = QUrl(text);
    const QString scheme = target.url.scheme();
    if (!target.url.isValid() || target.url.host().isEmpty() ||
        (scheme != QLatin1String("http") && scheme != QLatin1String("https"))) {
        target.error = QStringLiteral("--url %1: http://HOST:PORT or https://HOST:PORT is needed").arg(text);
        return target;
    }
    target.token = qEnvironmentVariable("TOCSIN_TOKEN").toUtf8();
    if (!line.tokenFile.isEmpty()) {
        QFile file(line.tokenFile);
        if (!file.open(QIODevice::ReadOnly))
            target.error =
                QStringLiteral("--token-file %1: the file cannot be read: %2").arg(line.tokenFile, file.errorString());
        target.token = file.readAll().trimmed();
    }
    if (!line.caFile.isEmpty()) {
        const QList<QSslCertificate> authorities = QSslCertificate::fromPath(line.caFile);
        if (authorities.isEmpty())
            target.error = QStringLiteral("--ca %1: there is no certificate in it").arg(line.caFile);
        target.tls.setCaCertificates(authorities);
    }
    return target;
}

ServerAnswer askServer(const ServerTarget &target, const QByteArray &method, const QString &path,
                       const QByteArray &body, const QByteArray &type, const QUrlQuery &query)
{
    constexpr int patience = 600'000; // a thousand passwords take minutes
    QUrl url = target.url;
    url.setPath(path);
    url.setQuery(query);
    QNetworkRequest request(url);
    request.setTransferTimeout(patience);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setSslConfiguration(target.tls);
    if (!target.token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + target.token);
    if (!body.isEmpty())
        request.setHeader(QNetworkRequest::ContentTypeHeader, type);
    QNetworkAccessManager manager;
    QNetworkReply *reply = manager.sendCustomRequest(request, method, body);
    QEventLoop turns;
    QObject::connect(reply, &QNetworkReply::finished, &turns, &QEventLoop::quit);
    turns.exec();
    ServerAnswer answer;
    answer.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    answer.body = QJsonDocument::fromJson(reply->readAll()).object();
    if (answer.status == 0)
        answer.error = QStringLiteral("%1 does not answer: %2").arg(target.url.toString(), reply->errorString());
    else if (answer.status == 401)
        answer.error = QStringLiteral("the server wants a token: --token-file FILE, or TOCSIN_TOKEN");
    else if (answer.status != 200)
        answer.error = answer.body.value(QLatin1String("detail"))
                           .toString(QStringLiteral("the server answered %1").arg(answer.status));
    return answer;
}

} // namespace tocsin
