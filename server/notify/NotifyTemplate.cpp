// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyTemplate.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QUrl>

#include <functional>

namespace tocsin {

namespace {
enum class Place { Json, Form, Xml, Plain };

Place placeOf(const QString &contentType)
{
    const QString type = contentType.section(QLatin1Char(';'), 0, 0).trimmed().toLower();
    if (type.endsWith(QLatin1String("json")))
        return Place::Json;
    if (type == QLatin1String("application/x-www-form-urlencoded"))
        return Place::Form;
    return type.endsWith(QLatin1String("xml")) ? Place::Xml : Place::Plain;
}

const QRegularExpression &placeholder()
{
    static const QRegularExpression expression(QStringLiteral("\\{([a-z_]+)\\}"));
    return expression;
}

QString valueOf(const QString &name, const TemplateFill &fill)
{
    if (name == QLatin1String("to"))
        return fill.to;
    if (name == QLatin1String("text"))
        return fill.text;
    if (name == QLatin1String("id"))
        return fill.id;
    return name == QLatin1String("desk") ? fill.desk : fill.secret;
}

/// What was put in is not looked at again.
QString expanded(const QString &text, const TemplateFill &fill, const std::function<QString(const QString &)> &escape)
{
    QString out;
    qsizetype at = 0;
    QRegularExpressionMatchIterator matches = placeholder().globalMatch(text);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        out += text.mid(at, match.capturedStart() - at);
        at = match.capturedEnd();
        out +=
            smsPlaceholders().contains(match.captured(1)) ? escape(valueOf(match.captured(1), fill)) : match.captured();
    }
    return out + text.mid(at);
}

QString percentEncoded(const QString &text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

QString jsonEscaped(const QString &text)
{
    const QByteArray array = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(array.sliced(2, array.size() - 4)); // without [" and "]
}
} // namespace

QStringList smsPlaceholders()
{
    return {QStringLiteral("to"), QStringLiteral("text"), QStringLiteral("id"), QStringLiteral("desk"),
            QStringLiteral("secret")};
}

QStringList placeholdersBeyond(const QString &text, const QStringList &allowed)
{
    QStringList unknown;
    QRegularExpressionMatchIterator matches = placeholder().globalMatch(text);
    while (matches.hasNext()) {
        const QString name = matches.next().captured(1);
        if (!allowed.contains(name))
            unknown.append(name);
    }
    return unknown;
}

TemplateFill sampleFill()
{
    return {QStringLiteral("+4915112345678"), QStringLiteral("\"a\" & <b>\\ {to}\nsecond line %41"),
            QStringLiteral("m-1"), QStringLiteral("The \"desk\""), QStringLiteral("s3cr\"t")};
}

QString expandedUrl(const QString &url, const TemplateFill &fill)
{
    return expanded(url, fill, percentEncoded);
}

QString expandedHeader(const QString &value, const TemplateFill &fill)
{
    return expanded(value, fill, [](const QString &text) {
        QString out;
        for (const QChar c : text) {
            if (c >= QLatin1Char(' ') && c != QChar(0x7f))
                out += c;
        }
        return out;
    });
}

QByteArray expandedBody(const QString &body, const QString &contentType, const TemplateFill &fill)
{
    switch (placeOf(contentType)) {
    case Place::Json:
        return expanded(body, fill, jsonEscaped).toUtf8();
    case Place::Form:
        return expanded(body, fill, percentEncoded).toUtf8();
    case Place::Xml:
        return expanded(body, fill, [](const QString &text) { return text.toHtmlEscaped(); }).toUtf8();
    case Place::Plain:
        break;
    }
    return expanded(body, fill, [](const QString &text) { return text; }).toUtf8();
}

QString problemOfBody(const QString &body, const QString &contentType)
{
    if (body.isEmpty() || placeOf(contentType) != Place::Json)
        return {};
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(expandedBody(body, contentType, sampleFill()), &error);
    return document.isNull()
               ? QStringLiteral("is no JSON: %1 (placeholders stand inside of quotes)").arg(error.errorString())
               : QString();
}

} // namespace tocsin
