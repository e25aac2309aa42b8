// SPDX-License-Identifier: GPL-3.0-or-later
// Access tokens: none is accepted that was not signed with our key and does not say everything that it must. Signatures
// are made and checked here by independent code (Qt's), so that the fuzzer reaches what stands behind them.
#include "server/net/Jwt.h"
#include "tests/fuzz/Fuzz.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::fuzz;

namespace {

const TimePoint now{std::chrono::seconds(1'700'000'000)};
const QByteArray key(32, 'k');
const QByteArray otherKey(32, 'o');
constexpr auto base64Url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

TokenKeys keys()
{
    TokenKeys keys;
    keys.key = key;
    keys.byId.insert(QStringLiteral("k2"), QByteArray(32, '2'));
    return keys;
}

QByteArray mac(const QByteArray &text, const QByteArray &with)
{
    return QMessageAuthenticationCode::hash(text, with, QCryptographicHash::Sha256);
}

void check(const QByteArray &token)
{
    static const TokenKeys ours = keys();
    const TokenCheck result = checkToken(token, ours, now);
    require(result.claims.has_value() == result.error.isEmpty(), "refused means a reason, accepted means none");
    if (!result.claims)
        return;
    require(token.size() <= maxTokenBytes, "a token keeps the limit");
    const QList<QByteArray> parts = token.split('.');
    require(parts.size() == 3, "a token has three parts");
    const QByteArray text = parts[0] + '.' + parts[1];
    const auto decoded = [](const QByteArray &part) {
        return QJsonDocument::fromJson(QByteArray::fromBase64(part, base64Url)).object();
    };
    const QJsonObject header = decoded(parts[0]);
    const QByteArray with =
        header.contains(QLatin1String("kid")) ? ours.byId.value(header[QLatin1String("kid")].toString()) : key;
    require(parts[2] == mac(text, with).toBase64(base64Url), "only our signature is accepted");
    require(header[QLatin1String("alg")] == QLatin1String("HS256"), "only our algorithm is accepted");
    const QJsonObject payload = decoded(parts[1]);
    const double at = 1'700'000'000;
    const double leeway = tokenLeeway.count();
    require(!result.claims->subject.isEmpty() && payload[QLatin1String("sub")] == result.claims->subject,
            "there is a subject");
    require(payload[QLatin1String("type")] == QLatin1String("access"), "it is an access token");
    require(payload[QLatin1String("exp")].toDouble() > at - leeway - 1, "it has not expired");
    require(payload[QLatin1String("iat")].isDouble() && payload[QLatin1String("iat")].toDouble() < at + leeway + 1,
            "it is not from the future");
}

QByteArray signedWith(const QByteArray &header, const QByteArray &payload, const QByteArray &with)
{
    const QByteArray text = header.toBase64(base64Url) + '.' + payload.toBase64(base64Url);
    return text + '.' + mac(text, with).toBase64(base64Url);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const quint8 mode = input.byte();
    const QByteArray rest = input.rest().toByteArray();
    if ((mode & 3U) == 0) {
        check(rest); // as it came
        return 0;
    }
    const qsizetype line = rest.indexOf('\n');
    const QByteArray header = line < 0 ? QByteArray(R"({"alg":"HS256","typ":"JWT"})") : rest.left(line);
    const QByteArray payload = rest.mid(line + 1);
    if ((mode & 3U) == 1) {
        check(signedWith(header, payload, key));
        require(!checkToken(signedWith(header, payload, otherKey), keys(), now).claims,
                "another key's signature is refused");
        return 0;
    }
    // A good one, with one character changed.
    TokenClaims claims;
    claims.subject = QStringLiteral("ada");
    claims.role = QStringLiteral("admin");
    claims.issuedAt = now;
    claims.expiresAt = now + std::chrono::hours(1);
    QByteArray token = signToken(claims, key);
    require(checkToken(token, keys(), now).claims.has_value(), "our own token is accepted");
    const auto at = static_cast<qsizetype>((static_cast<quint8>(rest.isEmpty() ? 0 : rest[0]) * 256U + mode) %
                                           static_cast<std::size_t>(token.size()));
    const char with = rest.size() > 1 ? rest[1] : '.';
    if (token[at] != with) {
        token[at] = with;
        require(!checkToken(token, keys(), now).claims, "a changed token is refused");
    }
    return 0;
}
