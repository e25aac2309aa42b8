// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/FrameText.h"

#include "models/wire/MessagePack.h"

#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace tocsin {

namespace {

const QString hidden = QStringLiteral("•••");
/// So much of a frame is looked at; what is cut off in the middle of a secret stays hidden.
constexpr qsizetype mostLookedAt = 65'536;
constexpr int deepest = 4; ///< JSON in strings of JSON
constexpr qsizetype firstBytes = 16;

bool isSecretName(const QString &name)
{
    static constexpr std::array parts{"token",      "password", "passwd",  "secret", "authorization",
                                      "credential", "apikey",   "api_key", "cookie"};
    static constexpr std::array words{"auth", "pin", "duress_pin", "jwt", "bearer", "sid"};
    const QString lower = name.toLower();
    const auto contains = [&lower](const char *part) { return lower.contains(QLatin1String(part)); };
    const auto equals = [&lower](const char *word) { return lower == QLatin1String(word); };
    return std::any_of(parts.begin(), parts.end(), contains) || std::any_of(words.begin(), words.end(), equals);
}

/// Behind the string that begins at `at`, or the end of the text.
qsizetype endOfString(const QString &text, qsizetype at)
{
    for (qsizetype i = at + 1; i < text.size(); ++i) {
        if (text.at(i) == QLatin1Char('\\'))
            ++i;
        else if (text.at(i) == QLatin1Char('"'))
            return i + 1;
    }
    return text.size();
}

qsizetype behindSpace(const QString &text, qsizetype at)
{
    while (at < text.size() && text.at(at).isSpace())
        ++at;
    return at;
}

/// Behind the value that begins at `at`, however it is nested, or the end of the text.
qsizetype endOfValue(const QString &text, qsizetype at)
{
    int depth = 0;
    for (qsizetype i = at; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c == QLatin1Char('"')) {
            i = endOfString(text, i) - 1;
            if (depth == 0)
                return i + 1;
        } else if (c == QLatin1Char('{') || c == QLatin1Char('[')) {
            ++depth;
        } else if (c == QLatin1Char('}') || c == QLatin1Char(']')) {
            if (depth == 0)
                return i;
            if (--depth == 0)
                return i + 1;
        } else if (depth == 0 && c == QLatin1Char(',')) {
            return i;
        }
    }
    return text.size();
}

/// A string of JSON, quotes included, as what it means.
QString unescaped(const QString &quoted)
{
    QString text;
    const qsizetype end = quoted.size() > 1 && quoted.endsWith(QLatin1Char('"')) ? quoted.size() - 1 : quoted.size();
    for (qsizetype i = 1; i < end; ++i) {
        if (quoted.at(i) != QLatin1Char('\\') || i + 1 >= end) {
            text += quoted.at(i);
            continue;
        }
        constexpr int hexDigits = 4;
        constexpr int hexBase = 16;
        const char16_t escape = quoted.at(++i).unicode();
        if (escape == u'u') {
            text += QChar(char16_t(quoted.mid(i + 1, hexDigits).toUShort(nullptr, hexBase)));
            i += hexDigits;
        } else {
            text += escape == u'n' || escape == u'r' || escape == u't' ? QLatin1Char(' ') : QChar(escape);
        }
    }
    return text;
}

QString escaped(QString text)
{
    text.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char('"'), QLatin1String("\\\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

/// What looks like a token wherever it stands.
QString withoutTokens(QString text)
{
    static const QRegularExpression jwt(QStringLiteral("eyJ[\\w-]{8,}(?:\\.[\\w-]*){0,2}"));
    static const QRegularExpression bearer(QStringLiteral("\\b(bearer[\\s,]+)[\\w.~+/=-]+"),
                                           QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression assigned(
        QStringLiteral("\\b(\\w*(?:token|password|secret|auth|authorization)\\s*[=:]\\s*)[^&\\s\"',;}]+"),
        QRegularExpression::CaseInsensitiveOption);
    text.replace(jwt, hidden);
    text.replace(bearer, QStringLiteral("\\1") + hidden);
    return text.replace(assigned, QStringLiteral("\\1") + hidden);
}

QString clean(const QString &text, int depth)
{
    QString out;
    for (qsizetype i = 0; i < text.size();) {
        if (text.at(i) != QLatin1Char('"')) {
            const qsizetype quote = text.indexOf(QLatin1Char('"'), i);
            const qsizetype end = quote < 0 ? text.size() : quote;
            out += withoutTokens(text.mid(i, end - i));
            i = end;
            continue;
        }
        const qsizetype end = endOfString(text, i);
        const QString quoted = text.mid(i, end - i);
        const QString meant = unescaped(quoted);
        const qsizetype colon = behindSpace(text, end);
        if (colon < text.size() && text.at(colon) == QLatin1Char(':') && isSecretName(meant)) {
            const qsizetype value = behindSpace(text, colon + 1);
            out += text.mid(i, value - i) + QLatin1Char('"') + hidden + QLatin1Char('"');
            i = endOfValue(text, value);
            continue;
        }
        const QString safe = depth < deepest ? clean(meant, depth + 1) : hidden;
        out += safe == meant ? quoted : escaped(safe);
        i = end;
    }
    return out;
}

} // namespace

QString withoutSecrets(const QString &text)
{
    return clean(text.left(mostLookedAt), 0);
}

QString shownText(QByteArrayView payload, bool binary, qsizetype most)
{
    if (!binary)
        return withoutSecrets(QString::fromUtf8(payload.first(std::min(payload.size(), mostLookedAt)))).left(most);
    if (payload.size() <= mostLookedAt) {
        const auto document = parseMessagePackObject(payload.toByteArray());
        if (const auto *object = std::get_if<QJsonObject>(&document))
            return withoutSecrets(QString::fromUtf8(QJsonDocument(*object).toJson(QJsonDocument::Compact))).left(most);
    }
    return QStringLiteral("%1 bytes: %2")
        .arg(payload.size())
        .arg(QString::fromLatin1(payload.first(std::min(payload.size(), firstBytes)).toByteArray().toHex(' ')));
}

} // namespace tocsin
