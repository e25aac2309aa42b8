// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Jwt.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include <sodium.h>

#include <cmath>
#include <vector>

namespace tocsin::net {

namespace {
constexpr qsizetype minKeyBytes = 32;
constexpr qsizetype maxSubject = 256;
constexpr std::size_t maxDepth = 8;
constexpr auto base64Url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QByteArray hmac(const QByteArray &text, const QByteArray &key)
{
    QByteArray mac(crypto_auth_hmacsha256_BYTES, Qt::Uninitialized);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char *>(key.constData()), size_t(key.size()));
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char *>(text.constData()),
                                  static_cast<unsigned long long>(text.size()));
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char *>(mac.data()));
    sodium_memzero(&state, sizeof state);
    return mac;
}

/// Only the one spelling that encoding gives: no padding, no other alphabet, no stray bits at the end.
std::optional<QByteArray> decodePart(const QByteArray &part)
{
    const auto decoded = QByteArray::fromBase64Encoding(part, base64Url | QByteArray::AbortOnBase64DecodingErrors);
    if (part.isEmpty() || !decoded || decoded.decoded.toBase64(base64Url) != part)
        return std::nullopt;
    return decoded.decoded;
}

/// The key whose string token starts at `begin` (a quote); `end` is set to its closing quote.
QString keyAt(const QByteArray &json, qsizetype begin, qsizetype &end)
{
    end = begin + 1;
    while (json.at(end) != '"')
        end += json.at(end) == '\\' ? 2 : 1;
    const QByteArray alone = '[' + json.mid(begin, end - begin + 1) + ']';
    return QJsonDocument::fromJson(alone).array().at(0).toString(); // undoes escapes: "exp" may be spelt "\u0065xp"
}

/// Whether no object in the text has a key twice, and nothing is nested too deep. The text is valid JSON.
bool isUnambiguous(const QByteArray &json)
{
    struct Level
    {
        bool isObject = false;
        bool expectsKey = false;
        QSet<QString> keys;
    };
    std::vector<Level> levels;
    for (qsizetype at = 0; at < json.size(); ++at) {
        switch (json.at(at)) {
        case '{':
        case '[':
            levels.push_back({json.at(at) == '{', json.at(at) == '{', {}});
            if (levels.size() > maxDepth)
                return false;
            break;
        case '}':
        case ']':
            levels.pop_back();
            break;
        case ',':
            levels.back().expectsKey = levels.back().isObject;
            break;
        case ':':
            levels.back().expectsKey = false;
            break;
        case '"': {
            qsizetype end = at;
            const QString text = keyAt(json, at, end);
            Level &level = levels.back();
            if (level.expectsKey) {
                if (level.keys.contains(text))
                    return false;
                level.keys.insert(text);
            }
            at = end;
            break;
        }
        default:
            break;
        }
    }
    return true;
}

std::optional<QJsonObject> strictObject(const QByteArray &json)
{
    if (!json.startsWith('{')) // a byte order mark would be skipped silently
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject() || !isUnambiguous(json))
        return std::nullopt;
    return document.object();
}

/// A NumericDate: seconds since 1970, with or without a fraction.
std::optional<TimePoint> dateClaim(const QJsonObject &object, QLatin1String name)
{
    const QJsonValue value = object.value(name);
    const double seconds = value.toDouble(-1);
    constexpr double limit = 1e11; // the year 5138
    if (!value.isDouble() || !std::isfinite(seconds) || seconds < 0 || seconds > limit)
        return std::nullopt;
    return fromEpochMicros(std::llround(seconds * 1e6));
}

TokenCheck refuse(const char *why)
{
    return {std::nullopt, QString::fromLatin1(why)};
}

/// The key that a header asks for; nullptr with a reason when it is not one of ours.
const QByteArray *keyFor(const QJsonObject &header, const TokenKeys &keys, const char **why)
{
    *why = "algorithm not allowed";
    if (header.value(QLatin1String("alg")) != QJsonValue(QLatin1String("HS256")))
        return nullptr;
    const QJsonValue type = header.value(QLatin1String("typ"));
    *why = "not a JWT";
    if (!type.isUndefined() && type.toString().compare(QLatin1String("JWT"), Qt::CaseInsensitive) != 0)
        return nullptr;
    *why = "critical extension";
    if (header.contains(QLatin1String("crit")))
        return nullptr;
    const QByteArray *key = &keys.key;
    if (const QJsonValue keyId = header.value(QLatin1String("kid")); !keyId.isUndefined()) {
        const auto it = keyId.isString() ? keys.byId.constFind(keyId.toString()) : keys.byId.cend();
        key = it == keys.byId.cend() ? nullptr : &*it;
    }
    *why = "unknown key";
    return key && key->size() >= minKeyBytes ? key : nullptr;
}

TokenCheck checkClaims(const QJsonObject &object, TimePoint now)
{
    TokenClaims claims;
    if (object.value(QLatin1String("type")) != QJsonValue(QLatin1String("access")))
        return refuse("not an access token");
    claims.subject = object.value(QLatin1String("sub")).toString();
    if (claims.subject.isEmpty() || claims.subject.size() > maxSubject)
        return refuse("no subject");
    const auto expires = dateClaim(object, QLatin1String("exp"));
    const auto issued = dateClaim(object, QLatin1String("iat"));
    if (!expires || !issued || *expires <= *issued)
        return refuse("no valid times");
    if (now >= *expires + tokenLeeway)
        return refuse("expired");
    if (*issued > now + tokenLeeway)
        return refuse("issued in the future");
    if (object.contains(QLatin1String("nbf"))) {
        const auto notBefore = dateClaim(object, QLatin1String("nbf"));
        if (!notBefore || *notBefore > now + tokenLeeway)
            return refuse("not yet valid");
    }
    claims.issuedAt = *issued;
    claims.expiresAt = *expires;
    claims.email = object.value(QLatin1String("email")).toString();
    claims.role = object.value(QLatin1String("role")).toString();
    claims.id = object.value(QLatin1String("jti")).toString();
    return {claims, {}};
}

qint64 wholeSeconds(TimePoint at)
{
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}
} // namespace

QByteArray signToken(const TokenClaims &claims, const QByteArray &key, const QString &keyId)
{
    if (key.size() < minKeyBytes || sodium_init() < 0)
        return {};
    QJsonObject header{{QStringLiteral("alg"), QStringLiteral("HS256")},
                       {QStringLiteral("typ"), QStringLiteral("JWT")}};
    if (!keyId.isEmpty())
        header.insert(QStringLiteral("kid"), keyId);
    QString id = claims.id;
    if (id.isEmpty()) {
        QByteArray random(16, Qt::Uninitialized);
        randombytes_buf(random.data(), size_t(random.size()));
        id = QString::fromLatin1(random.toHex());
    }
    QJsonObject payload{{QStringLiteral("sub"), claims.subject},
                        {QStringLiteral("user_id"), claims.subject},
                        {QStringLiteral("userId"), claims.subject},
                        {QStringLiteral("role"), claims.role},
                        {QStringLiteral("type"), QStringLiteral("access")},
                        {QStringLiteral("iat"), wholeSeconds(claims.issuedAt)},
                        {QStringLiteral("exp"), wholeSeconds(claims.expiresAt)},
                        {QStringLiteral("jti"), id}};
    if (!claims.email.isEmpty())
        payload.insert(QStringLiteral("email"), claims.email);
    const auto encoded = [](const QJsonObject &object) {
        return QJsonDocument(object).toJson(QJsonDocument::Compact).toBase64(base64Url);
    };
    const QByteArray text = encoded(header) + '.' + encoded(payload);
    return text + '.' + hmac(text, key).toBase64(base64Url);
}

TokenCheck checkToken(const QByteArray &token, const TokenKeys &keys, TimePoint now)
{
    if (token.isEmpty() || token.size() > maxTokenBytes || sodium_init() < 0)
        return refuse("missing or too long");
    const QList<QByteArray> parts = token.split('.');
    if (parts.size() != 3)
        return refuse("not three parts");
    const auto headerText = decodePart(parts.at(0));
    const auto payloadText = decodePart(parts.at(1));
    const auto signature = decodePart(parts.at(2));
    if (!headerText || !payloadText || !signature)
        return refuse("not base64url");
    const auto header = strictObject(*headerText);
    if (!header)
        return refuse("header is not a JSON object");
    const char *why = nullptr;
    const QByteArray *key = keyFor(*header, keys, &why);
    if (!key)
        return refuse(why);
    const QByteArray expected = hmac(token.first(token.lastIndexOf('.')), *key);
    if (signature->size() != expected.size() ||
        sodium_memcmp(signature->constData(), expected.constData(), size_t(expected.size())) != 0)
        return refuse("bad signature");
    // From here on it is something that we signed; checked none the less.
    const auto payload = strictObject(*payloadText);
    if (!payload)
        return refuse("payload is not a JSON object");
    return checkClaims(*payload, now);
}

} // namespace tocsin::net
