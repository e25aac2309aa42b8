// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/probe/ProbeTarget.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QJsonObject>

namespace tocsin::probe {

namespace {
bool isEncrypted(const QUrl &url)
{
    return url.scheme() == QLatin1String("wss");
}

QUrl at(const QUrl &base, const QString &path)
{
    QUrl url = base;
    url.setPath(base.path().endsWith(QLatin1Char('/')) ? base.path().chopped(1) + path : base.path() + path);
    return url;
}
} // namespace

QUrl ProbeTarget::parseBase(const QString &text, QString *error)
{
    QUrl url(text.contains(QLatin1String("://")) ? text : QStringLiteral("ws://") + text, QUrl::StrictMode);
    if (url.scheme() == QLatin1String("http"))
        url.setScheme(QStringLiteral("ws"));
    else if (url.scheme() == QLatin1String("https"))
        url.setScheme(QStringLiteral("wss"));
    const bool known = url.scheme() == QLatin1String("ws") || isEncrypted(url);
    if (!url.isValid() || !known || url.host().isEmpty()) {
        *error = QStringLiteral("\"%1\" is not an address: http://HOST:PORT, https://, ws:// or wss://").arg(text);
        return {};
    }
    if (url.hasQuery() || url.hasFragment() || !url.userInfo().isEmpty()) {
        *error = QStringLiteral("an address has no user, query or fragment: the token is given apart");
        return {};
    }
    return url;
}

QUrl ProbeTarget::socketUrl(const QString &path, QUrlQuery query, bool withToken) const
{
    QUrl url = at(base, path);
    if (withToken && !token.isEmpty())
        query.addQueryItem(QStringLiteral("token"), token);
    if (!query.isEmpty())
        url.setQuery(query);
    return url;
}

QUrl ProbeTarget::httpUrl(const QString &path) const
{
    const qsizetype mark = path.indexOf(QLatin1Char('?'));
    QUrl url = at(base, path.left(mark));
    if (mark >= 0)
        url.setQuery(path.mid(mark + 1));
    url.setScheme(isEncrypted(base) ? QStringLiteral("https") : QStringLiteral("http"));
    return url;
}

QSslConfiguration ProbeTarget::ssl() const
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    if (!caFile.isEmpty())
        configuration.addCaCertificates(caFile);
    return configuration;
}

bool ProbeTarget::accepts(const QSslCertificate &certificate, bool vouchedFor) const
{
    if (!fingerprint.isEmpty())
        return certificate.digest(QCryptographicHash::Sha256) == fingerprint;
    return vouchedFor || insecure;
}

QString ProbeTarget::claim(const QString &name) const
{
    const QByteArray claims = token.section(QLatin1Char('.'), 1, 1).toLatin1();
    const auto decoded = QByteArray::fromBase64Encoding(claims, QByteArray::Base64UrlEncoding);
    return QJsonDocument::fromJson(decoded ? *decoded : QByteArray()).object().value(name).toVariant().toString();
}

} // namespace tocsin::probe
