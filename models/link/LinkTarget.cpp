// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/LinkTarget.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace tocsin {

QString LinkTarget::claimedPerson(const QString &otherwise) const
{
    const QByteArray claims = token.section(QLatin1Char('.'), 1, 1).toLatin1();
    const auto decoded = QByteArray::fromBase64Encoding(claims, QByteArray::Base64UrlEncoding);
    const QString subject =
        QJsonDocument::fromJson(decoded ? *decoded : QByteArray()).object().value(QLatin1String("sub")).toString();
    return subject.isEmpty() ? otherwise : subject;
}

QUrl LinkTarget::parseUrl(const QString &text, QString *error)
{
    const QString whole = text.contains(QLatin1String("://")) ? text : QStringLiteral("ws://") + text;
    QUrl url(whole, QUrl::StrictMode);
    if (url.scheme() == QLatin1String("http"))
        url.setScheme(QStringLiteral("ws"));
    else if (url.scheme() == QLatin1String("https"))
        url.setScheme(QStringLiteral("wss"));
    const bool known = url.scheme() == QLatin1String("ws") || url.scheme() == QLatin1String("wss");
    if (!url.isValid() || !known || url.host().isEmpty()) {
        *error = QStringLiteral("\"%1\" is not an address: ws://HOST:PORT or wss://HOST:PORT").arg(text);
        return {};
    }
    if (url.hasQuery() || url.hasFragment() || !url.userInfo().isEmpty()) {
        *error = QStringLiteral("an address has no user, query or fragment: the token is given apart");
        return {};
    }
    if (url.path().isEmpty() || url.path() == QLatin1String("/"))
        url.setPath(QStringLiteral("/ws/v1"));
    return url;
}

QByteArray LinkTarget::parseFingerprint(const QString &text, QString *error)
{
    constexpr qsizetype digits = 64;
    QString hex = text.trimmed().toLower();
    if (hex.startsWith(QLatin1String("sha256:")))
        hex = hex.mid(7);
    hex.remove(QLatin1Char(':'));
    QByteArray bytes = QByteArray::fromHex(hex.toLatin1());
    if (hex.size() == digits && bytes.toHex() == hex.toLatin1())
        return bytes;
    *error = QStringLiteral("a fingerprint is sha256: and 64 hexadecimal digits");
    return {};
}

} // namespace tocsin
