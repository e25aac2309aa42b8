// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/TokenTable.h"

#include <QMessageAuthenticationCode>
#include <QTest>

namespace tocsin::net::test {

namespace {
const QByteArray otherKey(32, 'o');
const QByteArray goodHeader = R"({"alg":"HS256","typ":"JWT"})";
const QByteArray goodPayload =
    R"({"sub":"ada","type":"access","role":"admin","iat":1699999990,"exp":1700003600,"jti":"1"})";

QByteArray part(const QByteArray &bytes)
{
    return bytes.toBase64(base64Url);
}

QByteArray token(const QByteArray &header, const QByteArray &payload, const QByteArray &with = key)
{
    const QByteArray text = part(header) + '.' + part(payload);
    return text + '.' + signature(text, with);
}

QByteArray withPayload(const QByteArray &payload)
{
    return token(goodHeader, payload);
}

QByteArray replaced(QByteArray text, const char *before, const char *after)
{
    return text.replace(before, after);
}
} // namespace

TokenKeys keys()
{
    TokenKeys keys;
    keys.key = key;
    keys.byId = {{QStringLiteral("k2"), QByteArray(32, '2')}, {QStringLiteral("short"), QByteArray("short")}};
    return keys;
}

QByteArray signature(const QByteArray &text, const QByteArray &with, QCryptographicHash::Algorithm hash)
{
    return part(QMessageAuthenticationCode::hash(text, with, hash));
}

void addForgeries()
{
    const QByteArray good = goodToken();
    const auto row = [](const char *name, const QByteArray &value) { QTest::newRow(name) << value; };
    const QList<QByteArray> parts = good.split('.');
    const QByteArray signedPart = parts.at(0) + '.' + parts.at(1);

    // Shape
    row("empty", {});
    row("a word", "token");
    row("one dot", signedPart);
    row("signature missing", signedPart + '.');
    row("only dots", "..");
    row("header missing", '.' + parts.at(1) + '.' + parts.at(2));
    row("payload missing", parts.at(0) + ".." + parts.at(2));
    row("four parts", good + '.' + parts.at(2));
    row("five parts, as encrypted ones have", good + ".." + parts.at(2));
    row("dot in front", '.' + good);
    row("dot behind", good + '.');
    row("space in front", ' ' + good);
    row("line break behind", good + '\n');
    row("NUL behind", good + QByteArray(1, '\0'));
    row("Bearer in front", "Bearer " + good);
    row("too long", token(goodHeader, goodPayload + QByteArray(maxTokenBytes, ' ')));
    row("ten megabytes", QByteArray(10 << 20, 'a'));
    row("quoted", '"' + good + '"');

    // Encoding
    row("signature padded", good + '=');
    row("header padded", parts.at(0) + "=." + parts.at(1) + '.' + parts.at(2));
    row("other last bits in the signature", good.chopped(1) + char(good.back() + 1));
    row("plain base64 alphabet", signedPart + '.' + QByteArray::fromBase64(parts.at(2), base64Url).toBase64());
    row("line break inside", parts.at(0) + ".\n" + parts.at(1) + '.' + parts.at(2));
    row("hexadecimal signature", signedPart + '.' + QByteArray::fromBase64(parts.at(2), base64Url).toHex());
    row("not base64", "{}.{}.{}");
    row("UTF-8 in the signature", signedPart + ".é");

    // Signature
    row("other key", token(goodHeader, goodPayload, otherKey));
    row("empty key", token(goodHeader, goodPayload, {}));
    row("key in hexadecimal", token(goodHeader, goodPayload, key.toHex()));
    row("signature shortened", good.chopped(4));
    row("signature of nothing", signedPart + '.' + signature({}, key));
    row("signature all zero", signedPart + '.' + part(QByteArray(32, '\0')));
    row("signature of the payload alone", signedPart + '.' + signature(parts.at(1), key));
    row("signature over decoded text", signedPart + '.' + signature(goodHeader + '.' + goodPayload, key));
    row("plain hash instead of a signature",
        signedPart + '.' + part(QCryptographicHash::hash(signedPart, QCryptographicHash::Sha256)));
    row("SHA-512 under HS256", signedPart + '.' + signature(signedPart, key, QCryptographicHash::Sha512));
    row("SHA-512 cut to 32 bytes",
        signedPart + '.' +
            part(QMessageAuthenticationCode::hash(signedPart, key, QCryptographicHash::Sha512).first(32)));
    row("payload exchanged", parts.at(0) + '.' + part(replaced(goodPayload, "ada", "eve")) + '.' + parts.at(2));
    row("header exchanged", part(R"({"typ":"JWT","alg":"HS256"})") + '.' + parts.at(1) + '.' + parts.at(2));
    QByteArray flipped = QByteArray::fromBase64(parts.at(2), base64Url);
    flipped[31] = char(flipped.at(31) ^ 1);
    row("last bit flipped", signedPart + '.' + part(flipped));
    flipped = QByteArray::fromBase64(parts.at(2), base64Url);
    flipped[0] = char(flipped.at(0) ^ 0x80);
    row("first bit flipped", signedPart + '.' + part(flipped));

    // Algorithm
    for (const char *alg : {"none", "None", "NONE", "nOnE", "hs256", "HS384", "HS512", "RS256", "ES256", "PS256",
                            "EdDSA", "dir", "", "HS256 ", "HS256\\u0000"}) {
        const QByteArray header = QByteArray(R"({"alg":")") + alg + R"(","typ":"JWT"})";
        QTest::newRow((QByteArray("alg \"") + alg + "\", signed").constData()) << token(header, goodPayload);
    }
    row("alg none, no signature", part(R"({"alg":"none"})") + '.' + parts.at(1) + '.');
    row("alg missing", token(R"({"typ":"JWT"})", goodPayload));
    row("alg null", token(R"({"alg":null})", goodPayload));
    row("alg a list", token(R"({"alg":["HS256"]})", goodPayload));
    row("alg a number", token(R"({"alg":256})", goodPayload));
    row("alg twice, ours last", token(R"({"alg":"none","alg":"HS256"})", goodPayload));
    row("alg twice, ours first", token(R"({"alg":"HS256","alg":"none"})", goodPayload));
    row("alg twice, escaped", token(R"({"alg":"none","\u0061lg":"HS256"})", goodPayload));
    row("alg in capitals", token(R"({"ALG":"HS256"})", goodPayload));

    // Keys named by the token
    row("own key in jwk",
        token(R"({"alg":"HS256","jwk":{"kty":"oct","k":"b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28"}})", goodPayload,
              otherKey));
    row("own key behind jku", token(R"({"alg":"HS256","jku":"http://127.0.0.1/keys"})", goodPayload, otherKey));
    row("own key behind x5u", token(R"({"alg":"HS256","x5u":"file:///etc/passwd"})", goodPayload, otherKey));
    row("own key in x5c", token(R"({"alg":"HS256","x5c":["oooo"]})", goodPayload, otherKey));
    row("kid unknown", token(R"({"alg":"HS256","kid":"k3"})", goodPayload));
    row("kid empty", token(R"({"alg":"HS256","kid":""})", goodPayload));
    row("kid a path", token(R"({"alg":"HS256","kid":"../../dev/null"})", goodPayload, {}));
    row("kid an injection", token(R"({"alg":"HS256","kid":"x' UNION SELECT 'k"})", goodPayload, "k"));
    row("kid a number", token(R"({"alg":"HS256","kid":2})", goodPayload));
    row("kid null", token(R"({"alg":"HS256","kid":null})", goodPayload));
    row("kid of another key", token(R"({"alg":"HS256","kid":"k2"})", goodPayload));
    row("kid of a key that is too short", token(R"({"alg":"HS256","kid":"short"})", goodPayload, "short"));

    // Header
    row("critical extension", token(R"({"alg":"HS256","crit":["exp"]})", goodPayload));
    row("critical extension, empty", token(R"({"alg":"HS256","crit":[]})", goodPayload));
    row("unencoded payload", token(R"({"alg":"HS256","crit":["b64"],"b64":false})", goodPayload));
    row("another type of token", token(R"({"alg":"HS256","typ":"JWE"})", goodPayload));
    row("typ a number", token(R"({"alg":"HS256","typ":1})", goodPayload));
    row("header a list", token(R"(["HS256"])", goodPayload));
    row("header with a byte order mark", token("\xEF\xBB\xBF" + goodHeader, goodPayload));
    row("header cut off", token(goodHeader.chopped(1), goodPayload));
    row("header with a tail", token(goodHeader + "{}", goodPayload));
    row("header of deep nesting",
        token(R"({"alg":"HS256","x":)" + QByteArray(2000, '[') + QByteArray(2000, ']') + '}', goodPayload));

    // Claims, well signed
    const auto claim = [&](const char *name, const char *before, const char *after) {
        QTest::newRow(name) << withPayload(replaced(goodPayload, before, after));
    };
    claim("expired", "1700003600", "1699999999");
    claim("expired this moment", "1700003600", "1700000000");
    claim("expired long ago", R"("iat":1699999990,"exp":1700003600)", R"("iat":1,"exp":2)");
    claim("exp missing", R"("exp":1700003600,)", "");
    claim("exp as text", "1700003600", R"("1700003600")");
    claim("exp null", "1700003600", "null");
    claim("exp true", "1700003600", "true");
    claim("exp negative", "1700003600", "-1700003600");
    claim("exp beyond reason", "1700003600", "1e300");
    claim("exp infinite", "1700003600", "1e999");
    claim("exp in milliseconds", "1700003600", "1700003600000");
    claim("exp twice", R"("exp":1700003600)", R"("exp":1,"exp":1700003600)");
    claim("exp twice, escaped", R"("exp":1700003600)", R"("exp":1,"\u0065xp":1700003600)");
    claim("iat missing", R"("iat":1699999990,)", "");
    claim("iat as text", "1699999990", R"("1699999990")");
    claim("from the future", "1699999990", "1700000031");
    claim("ends before it begins", R"("exp":1700003600)", R"("exp":1699999990)");
    claim("not yet valid", R"("jti")", R"("nbf":1700000031,"jti")");
    claim("nbf as text", R"("jti")", R"("nbf":"0","jti")");
    claim("sub missing", R"("sub":"ada",)", "");
    claim("sub empty", R"("sub":"ada")", R"("sub":"")");
    claim("sub a number", R"("sub":"ada")", R"("sub":1)");
    claim("sub a list", R"("sub":"ada")", R"("sub":["ada"])");
    claim("sub twice", R"("sub":"ada")", R"("sub":"ada","sub":"eve")");
    QTest::newRow("sub too long") << withPayload(replaced(goodPayload, "ada", QByteArray(257, 'a').constData()));
    claim("a refresh token", R"("type":"access")", R"("type":"refresh")");
    claim("type missing", R"("type":"access",)", "");
    claim("type in capitals", R"("type":"access")", R"("type":"ACCESS")");
    claim("type a list", R"("type":"access")", R"("type":["access"])");
    claim("a pairing token", R"("type":"access")", R"("type":"pairing")");
    claim("generation as text", R"("jti")", R"("gen":"1","jti")");
    claim("generation negative", R"("jti")", R"("gen":-1,"jti")");
    claim("generation with a fraction", R"("jti")", R"("gen":1.5,"jti")");
    claim("exp a date in words", "1700003600", R"("2033-01-01T00:00:00Z")");
    claim("exp beyond 64 bits", "1700003600", "99999999999999999999999999");
    claim("exp a list", "1700003600", "[1700003600]");
    claim("sub null", R"("sub":"ada")", R"("sub":null)");
    claim("a key twice further down", R"("jti":"1")", R"("x":{"a":1,"a":2})");
    row("payload with a byte order mark", withPayload("\xEF\xBB\xBF" + goodPayload));
    row("payload in UTF-16", withPayload(QByteArray("\xFF\xFE{\0}\0", 6)));
    row("payload with an overlong character", withPayload(replaced(goodPayload, "ada",
                                                                   "a\xc0\xaf"
                                                                   "a")));
    row("payload with a tail", withPayload(goodPayload + goodPayload));
    row("payload with a comment", withPayload("/**/" + goodPayload));
    row("payload compressed", token(R"({"alg":"HS256","zip":"DEF","crit":["zip"]})", goodPayload));
    row("payload a list", withPayload('[' + goodPayload + ']'));
    row("payload text", withPayload(R"("ada")"));
    row("payload empty", withPayload("{}"));
    row("payload not JSON", withPayload("sub=ada"));
    row("payload not UTF-8", withPayload(replaced(goodPayload, "ada", "a\xff\xfe")));
    row("payload of deep nesting", withPayload(replaced(goodPayload, R"("jti":"1")", R"("x":[[[[[[[[[[]]]]]]]]]])")));
}

void addGoodTokens()
{
    QTest::newRow("plain") << goodToken();
    QTest::newRow("without typ") << token(R"({"alg":"HS256"})", goodPayload);
    QTest::newRow("typ in lower case") << token(R"({"alg":"HS256","typ":"jwt"})", goodPayload);
    QTest::newRow("known kid") << token(R"({"kid":"k2","alg":"HS256"})", goodPayload, QByteArray(32, '2'));
    QTest::newRow("escaped kid") << token(R"({"kid":"\u006b2","alg":"HS256"})", goodPayload, QByteArray(32, '2'));
    QTest::newRow("jku that nobody looks at")
        << token(R"({"alg":"HS256","jku":"http://127.0.0.1:1/","jwk":{}})", goodPayload);
    QTest::newRow("spaces in the JSON") << token("{ \"alg\" : \"HS256\" }\n", goodPayload);
    QTest::newRow("further claims") << token(
        goodHeader, replaced(goodPayload, R"("jti")", R"("aud":["a","b"],"x":{"sub":"eve","a":[{"sub":1}]},"jti")"));
    QTest::newRow("quotes and braces in text")
        << token(goodHeader, replaced(goodPayload, R"("jti":"1")", R"("jti":"1","note":"\"}],{:\\"  )"));
    QTest::newRow("one second left") << token(goodHeader, replaced(goodPayload, "1700003600", "1700000001"));
    QTest::newRow("from a clock that is ahead within the leeway")
        << token(goodHeader, replaced(goodPayload, "1699999990", "1700000030"));
    QTest::newRow("fractions") << token(goodHeader, replaced(goodPayload, "1700003600", "1700003600.5"));
    QTest::newRow("already valid") << token(goodHeader, replaced(goodPayload, R"("jti")", R"("nbf":1700000000,"jti")"));
}

QByteArray goodToken()
{
    return token(goodHeader, goodPayload);
}

QByteArray selfSigned(const QByteArray &with)
{
    return token(goodHeader, goodPayload, with);
}

} // namespace tocsin::net::test
