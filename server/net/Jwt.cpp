// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Jwt.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include <sodium.h>

#include <cmath>
#include <utility>
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

/// Why a header is not one that we would write; empty when it is.
const char *headerProblem(const QJsonObject &header, const TokenKeys &keys)
{
    if (header.value(QLatin1String("alg")) != QJsonValue(toString(keys.algorithm)))
        return "algorithm not allowed";
    const QJsonValue type = header.value(QLatin1String("typ"));
    if (!type.isUndefined() && type.toString().compare(QLatin1String("JWT"), Qt::CaseInsensitive) != 0)
        return "not a JWT";
    if (header.contains(QLatin1String("crit")))
        return "critical extension";
    return nullptr;
}

/// The secret that a header asks for; nullptr when it is not one of ours.
const QByteArray *secretFor(const QJsonValue &keyId, const TokenKeys &keys)
{
    const QByteArray *key = &keys.key;
    if (!keyId.isUndefined()) {
        const auto it = keyId.isString() ? keys.byId.constFind(keyId.toString()) : keys.byId.cend();
        key = it == keys.byId.cend() ? nullptr : &*it;
    }
    return key && key->size() >= minKeyBytes ? key : nullptr;
}

/// Why a signature proves nothing; nullptr when it does.
const char *signatureProblem(const QByteArray &text, const QByteArray &signature, const QJsonObject &header,
                             const TokenKeys &keys)
{
    const QJsonValue keyId = header.value(QLatin1String("kid"));
    if (keys.algorithm == TokenAlgorithm::HS256) {
        const QByteArray *key = secretFor(keyId, keys);
        if (!key)
            return "unknown key";
        const QByteArray expected = hmac(text, *key);
        const bool right = signature.size() == expected.size() &&
                           sodium_memcmp(signature.constData(), expected.constData(), size_t(expected.size())) == 0;
        return right ? nullptr : "bad signature";
    }
    const bool named = !keyId.isUndefined();
    if (!keys.publicKey || keys.publicKey->algorithm() != keys.algorithm || named == keys.publicKeyId.isEmpty() ||
        (named && keyId != QJsonValue(keys.publicKeyId)))
        return "unknown key";
    return keys.publicKey->verifies(text, signature) ? nullptr : "bad signature";
}

bool isForUs(const QJsonValue &audience, const QString &wanted)
{
    return audience.isArray() ? audience.toArray().contains(QJsonValue(wanted)) : audience == QJsonValue(wanted);
}

TokenCheck checkClaims(const QJsonObject &object, const TokenKeys &keys, TimePoint now, QLatin1String type)
{
    TokenClaims claims;
    if (object.value(QLatin1String("type")) != QJsonValue(type))
        return refuse("another type of token");
    if (!keys.issuer.isEmpty() && object.value(QLatin1String("iss")) != QJsonValue(keys.issuer))
        return refuse("another issuer");
    if (!keys.audience.isEmpty() && !isForUs(object.value(QLatin1String("aud")), keys.audience))
        return refuse("for another audience");
    claims.subject = object.value(QLatin1String("sub")).toString();
    if (claims.subject.isEmpty() || claims.subject.size() > maxSubject)
        return refuse("no subject");
    const auto expires = dateClaim(object, QLatin1String("exp"));
    const auto issued = dateClaim(object, QLatin1String("iat"));
    if (!expires || !issued || *expires <= *issued)
        return refuse("no valid times");
    if (now >= *expires)
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
    claims.session = object.value(QLatin1String("sid")).toString();
    if (const QJsonValue generation = object.value(QLatin1String("gen")); !generation.isUndefined()) {
        const qint64 micros = generation.toInteger(-1);
        if (micros < 0)
            return refuse("no valid generation");
        claims.generation = fromEpochMicros(micros);
    }
    claims.type = type;
    return {claims, {}};
}

qint64 wholeSeconds(TimePoint at)
{
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

/// Header and payload, encoded: what is signed.
QByteArray signedText(const TokenClaims &claims, TokenAlgorithm algorithm, const QString &keyId)
{
    QJsonObject header{{QStringLiteral("alg"), toString(algorithm)}, {QStringLiteral("typ"), QStringLiteral("JWT")}};
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
                        {QStringLiteral("type"), claims.type},
                        {QStringLiteral("iat"), wholeSeconds(claims.issuedAt)},
                        {QStringLiteral("exp"), wholeSeconds(claims.expiresAt)},
                        {QStringLiteral("jti"), id}};
    if (!claims.email.isEmpty())
        payload.insert(QStringLiteral("email"), claims.email);
    if (!claims.session.isEmpty())
        payload.insert(QStringLiteral("sid"), claims.session);
    if (claims.generation)
        payload.insert(QStringLiteral("gen"), toEpochMicros(*claims.generation));
    if (!claims.issuer.isEmpty())
        payload.insert(QStringLiteral("iss"), claims.issuer);
    if (!claims.audience.isEmpty())
        payload.insert(QStringLiteral("aud"), claims.audience);
    const auto encoded = [](const QJsonObject &object) {
        return QJsonDocument(object).toJson(QJsonDocument::Compact).toBase64(base64Url);
    };
    return encoded(header) + '.' + encoded(payload);
}
} // namespace

QByteArray signToken(const TokenClaims &claims, const QByteArray &key, const QString &keyId)
{
    if (key.size() < minKeyBytes || sodium_init() < 0)
        return {};
    const QByteArray text = signedText(claims, TokenAlgorithm::HS256, keyId);
    return text + '.' + hmac(text, key).toBase64(base64Url);
}

QByteArray signToken(const TokenClaims &claims, const SignatureKey &key, const QString &keyId)
{
    if (sodium_init() < 0)
        return {};
    const QByteArray text = signedText(claims, key.algorithm(), keyId);
    const QByteArray signature = key.sign(text);
    return signature.isEmpty() ? QByteArray() : text + '.' + signature.toBase64(base64Url);
}

TokenCheck checkToken(const QByteArray &token, const TokenKeys &keys, TimePoint now, QLatin1String type)
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
    if (const char *why = headerProblem(*header, keys))
        return refuse(why);
    if (const char *why = signatureProblem(token.first(token.lastIndexOf('.')), *signature, *header, keys))
        return refuse(why);
    // From here on it is something that a key of ours signed; checked none the less.
    const auto payload = strictObject(*payloadText);
    if (!payload)
        return refuse("payload is not a JSON object");
    return checkClaims(*payload, keys, now, type);
}

} // namespace tocsin::net
