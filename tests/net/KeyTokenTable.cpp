// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/KeyTokenTable.h"

#include "tests/net/TokenTable.h"

#include <QTest>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <functional>

namespace tocsin::net::test {

namespace {
const QByteArray payload =
    R"({"sub":"ada","type":"access","role":"admin","iat":1699999990,"exp":1700003600,"jti":"1"})";

EVP_PKEY *freshKey(TokenAlgorithm algorithm)
{
    switch (algorithm) {
    case TokenAlgorithm::RS256:
        return EVP_RSA_gen(2048);
    case TokenAlgorithm::ES256:
        return EVP_EC_gen("P-256");
    default:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    }
}

/// The server's key, and an attacker's of the same kind. Kept for the whole run.
EVP_PKEY *ourKey(TokenAlgorithm algorithm)
{
    static EVP_PKEY *const rsa = freshKey(TokenAlgorithm::RS256);
    static EVP_PKEY *const curve = freshKey(TokenAlgorithm::ES256);
    static EVP_PKEY *const edwards = freshKey(TokenAlgorithm::EdDSA);
    return algorithm == TokenAlgorithm::RS256 ? rsa : algorithm == TokenAlgorithm::ES256 ? curve : edwards;
}
EVP_PKEY *theirKey(TokenAlgorithm algorithm)
{
    static EVP_PKEY *const rsa = freshKey(TokenAlgorithm::RS256);
    static EVP_PKEY *const curve = freshKey(TokenAlgorithm::ES256);
    static EVP_PKEY *const edwards = freshKey(TokenAlgorithm::EdDSA);
    return algorithm == TokenAlgorithm::RS256 ? rsa : algorithm == TokenAlgorithm::ES256 ? curve : edwards;
}

QByteArray pem(const std::function<int(BIO *)> &write)
{
    BIO *const bio = BIO_new(BIO_s_mem());
    write(bio);
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    const QByteArray text(data, qsizetype(size));
    BIO_free(bio);
    return text;
}
QByteArray publicText(EVP_PKEY *key)
{
    return pem([key](BIO *bio) { return PEM_write_bio_PUBKEY(bio, key); });
}
QByteArray privateText(EVP_PKEY *key)
{
    return pem(
        [key](BIO *bio) { return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

/// As OpenSSL gives it: DER for curves.
QByteArray rawSignature(EVP_PKEY *key, const QByteArray &text, const char *digest, bool pss = false)
{
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = nullptr;
    EVP_DigestSignInit_ex(context, &options, digest, nullptr, nullptr, key, nullptr);
    if (pss)
        EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    std::size_t size = 1024;
    QByteArray signature(qsizetype(size), '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char *>(signature.data()), &size,
                   reinterpret_cast<const unsigned char *>(text.constData()), std::size_t(text.size()));
    EVP_MD_CTX_free(context);
    return signature.first(qsizetype(size));
}

QByteArray pairOf(const QByteArray &der, int bytes = 32)
{
    const auto *at = reinterpret_cast<const unsigned char *>(der.constData());
    ECDSA_SIG *const signature = d2i_ECDSA_SIG(nullptr, &at, long(der.size()));
    QByteArray pair(qsizetype{2} * bytes, '\0');
    auto *const out = reinterpret_cast<unsigned char *>(pair.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, bytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + bytes, bytes);
    ECDSA_SIG_free(signature);
    return pair;
}

QByteArray joseSignature(EVP_PKEY *key, TokenAlgorithm algorithm, const QByteArray &text)
{
    const QByteArray raw = rawSignature(key, text, algorithm == TokenAlgorithm::EdDSA ? nullptr : "SHA256");
    return algorithm == TokenAlgorithm::ES256 ? pairOf(raw) : raw;
}

QByteArray part(const QByteArray &bytes)
{
    return bytes.toBase64(base64Url);
}
QByteArray textOf(const QByteArray &header, const QByteArray &claims = payload)
{
    return part(header) + '.' + part(claims);
}
QByteArray headerOf(TokenAlgorithm algorithm, const QByteArray &more = {})
{
    return R"({"alg":")" + toString(algorithm).toLatin1() + R"(","typ":"JWT")" + more + '}';
}
QByteArray tokenOf(TokenAlgorithm algorithm, EVP_PKEY *key, const QByteArray &more = {},
                   const QByteArray &claims = payload)
{
    const QByteArray text = textOf(headerOf(algorithm, more), claims);
    return text + '.' + part(joseSignature(key, algorithm, text));
}
QByteArray with(QByteArray text, const char *before, const char *after)
{
    return text.replace(before, after);
}

/// The group order of P-256, big-endian, and of Ed25519, little-endian.
QByteArray p256Order()
{
    return QByteArray::fromHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
}
QByteArray ed25519Order()
{
    return QByteArray::fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
}
/// S + L: the same equation holds, but only one S of a class may be accepted (RFC 8032 5.1.7).
QByteArray malleated(QByteArray signature)
{
    const QByteArray order = ed25519Order();
    int carry = 0;
    for (qsizetype i = 0; i < 32; ++i) {
        const int sum = int(uchar(signature.at(32 + i))) + int(uchar(order.at(i))) + carry;
        signature[32 + i] = char(sum & 0xff);
        carry = sum >> 8;
    }
    return signature;
}

using Row = std::function<void(const char *, const QByteArray &)>;

void addCommonForgeries(TokenAlgorithm algorithm, const Row &row)
{
    EVP_PKEY *const ours = ourKey(algorithm);
    EVP_PKEY *const theirs = theirKey(algorithm);
    const QByteArray good = tokenOf(algorithm, ours);
    const QByteArray text = good.first(good.lastIndexOf('.'));
    const QByteArray signature = joseSignature(ours, algorithm, text);
    const QByteArray ownPem = publicText(ours);

    for (const char *none : {"none", "None", "nOnE", ""}) {
        const QByteArray header = QByteArray(R"({"alg":")") + none + R"(","typ":"JWT"})";
        row(qPrintable(QStringLiteral("alg \"%1\" without a signature").arg(QLatin1String(none))),
            textOf(header) + '.');
        row(qPrintable(QStringLiteral("alg \"%1\", signed").arg(QLatin1String(none))),
            textOf(header) + '.' + part(joseSignature(ours, algorithm, textOf(header))));
    }
    const QByteArray hsText = textOf(R"({"alg":"HS256","typ":"JWT"})");
    row("HS256 with the public key as secret", hsText + '.' + test::signature(hsText, ownPem));
    row("HS256 with the public key without its last line break",
        hsText + '.' + test::signature(hsText, ownPem.trimmed()));
    row("HMAC with the public key under the right alg", text + '.' + test::signature(text, ownPem));
    row("HS256 with the server's own secret", goodToken());
    for (const TokenAlgorithm other : keyAlgorithms) {
        if (other == algorithm)
            continue;
        row(qPrintable(QStringLiteral("of %1").arg(toString(other))), tokenOf(other, ourKey(other)));
        row(qPrintable(QStringLiteral("signature of %1 under our alg").arg(toString(other))),
            text + '.' + part(joseSignature(ourKey(other), other, text)));
        const QByteArray swapped = textOf(headerOf(other));
        row(qPrintable(QStringLiteral("our signature under alg %1").arg(toString(other))),
            swapped + '.' + part(joseSignature(ours, algorithm, swapped)));
    }
    row("another key", tokenOf(algorithm, theirs));
    row("another key, in jwk", tokenOf(algorithm, theirs, R"(,"jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"})"));
    row("another key, behind jku", tokenOf(algorithm, theirs, R"(,"jku":"http://127.0.0.1/keys")"));
    row("another key, behind x5u", tokenOf(algorithm, theirs, R"(,"x5u":"file:///etc/passwd")"));
    row("another key, in x5c", tokenOf(algorithm, theirs, R"(,"x5c":["MIIB"])"));
    row("kid although the key has none", tokenOf(algorithm, ours, R"(,"kid":"k1")"));
    row("kid a path", tokenOf(algorithm, ours, R"(,"kid":"../../../dev/null")"));
    row("kid empty", tokenOf(algorithm, ours, R"(,"kid":"")"));
    row("critical extension", tokenOf(algorithm, ours, R"(,"crit":["exp"])"));
    row("unencoded payload", tokenOf(algorithm, ours, R"(,"b64":false,"crit":["b64"])"));
    row("alg twice", tokenOf(algorithm, ours, R"(,"alg":"none")"));
    row("signature missing", text + '.');
    row("signature of nothing", text + '.' + part(joseSignature(ours, algorithm, {})));
    row("signature cut", text + '.' + part(signature.chopped(1)));
    row("signature with a byte more", text + '.' + part(signature + '\0'));
    row("signature with a byte in front", text + '.' + part('\0' + signature));
    row("signature twice", text + '.' + part(signature + signature));
    row("signature all zero", text + '.' + part(QByteArray(signature.size(), '\0')));
    row("signature all ones", text + '.' + part(QByteArray(signature.size(), '\xff')));
    row("signature of another payload",
        textOf(headerOf(algorithm), with(payload, "ada", "eve")) + '.' + part(signature));
    row("plain base64 alphabet, padded", text + '.' + signature.toBase64() + '=');
    row("expired", tokenOf(algorithm, ours, {}, with(payload, "1700003600", "1699999999")));
    row("without an end", tokenOf(algorithm, ours, {}, with(payload, R"("exp":1700003600,)", "")));
    row("from the future", tokenOf(algorithm, ours, {}, with(payload, "1699999990", "1700000031")));
    row("a refresh token", tokenOf(algorithm, ours, {}, with(payload, R"("type":"access")", R"("type":"refresh")")));
    row("without a type", tokenOf(algorithm, ours, {}, with(payload, R"("type":"access",)", "")));
    row("sub twice", tokenOf(algorithm, ours, {}, with(payload, R"("sub":"ada")", R"("sub":"ada","sub":"eve")")));
    row("too long", tokenOf(algorithm, ours, {}, payload + QByteArray(maxTokenBytes, ' ')));
}

void addRsaForgeries(const Row &row)
{
    EVP_PKEY *const ours = ourKey(TokenAlgorithm::RS256);
    const QByteArray text = textOf(headerOf(TokenAlgorithm::RS256));
    row("PSS under RS256", text + '.' + part(rawSignature(ours, text, "SHA256", true)));
    for (const char *digest : {"SHA1", "SHA384", "SHA512"})
        row(qPrintable(QStringLiteral("%1 under RS256").arg(QLatin1String(digest))),
            text + '.' + part(rawSignature(ours, text, digest)));
    for (const char *alg : {"RS384", "RS512", "PS256", "PS512", "RS1", "rs256"}) {
        const QByteArray other = textOf(QByteArray(R"({"alg":")") + alg + R"("})");
        row(qPrintable(QStringLiteral("alg %1").arg(QLatin1String(alg))),
            other + '.' + part(rawSignature(ours, other, "SHA256")));
    }
    EVP_PKEY *const big = EVP_RSA_gen(3072);
    row("a longer key", tokenOf(TokenAlgorithm::RS256, big));
    EVP_PKEY_free(big);
    QByteArray one(256, '\0');
    one[255] = 1;
    row("signature one", text + '.' + part(one));
}

void addCurveForgeries(const Row &row)
{
    EVP_PKEY *const ours = ourKey(TokenAlgorithm::ES256);
    const QByteArray text = textOf(headerOf(TokenAlgorithm::ES256));
    const QByteArray der = rawSignature(ours, text, "SHA256");
    const QByteArray pair = pairOf(der);
    const QByteArray zero(32, '\0');
    const QByteArray r = pair.first(32);
    const QByteArray s = pair.last(32);
    row("in DER", text + '.' + part(der));
    row("r zero", text + '.' + part(zero + s));
    row("s zero", text + '.' + part(r + zero));
    row("r and s zero", text + '.' + part(zero + zero));
    row("r and s the order", text + '.' + part(p256Order() + p256Order()));
    row("r the order", text + '.' + part(p256Order() + s));
    row("s the order", text + '.' + part(r + p256Order()));
    row("r and s exchanged", text + '.' + part(s + r));
    row("coordinates of 48 bytes", text + '.' + part(QByteArray(16, '\0') + r + QByteArray(16, '\0') + s));
    row("r alone", text + '.' + part(r));
    row("SHA-384", text + '.' + part(pairOf(rawSignature(ours, text, "SHA384"))));
    EVP_PKEY *const wide = EVP_EC_gen("P-384");
    row("a key on P-384", text + '.' + part(pairOf(rawSignature(wide, text, "SHA256"), 48)));
    EVP_PKEY_free(wide);
    for (const char *alg : {"ES384", "ES512", "ES256K", "es256"}) {
        const QByteArray other = textOf(QByteArray(R"({"alg":")") + alg + R"("})");
        row(qPrintable(QStringLiteral("alg %1").arg(QLatin1String(alg))),
            other + '.' + part(pairOf(rawSignature(ours, other, "SHA256"))));
    }
}

void addEdwardsForgeries(const Row &row)
{
    const QByteArray text = textOf(headerOf(TokenAlgorithm::EdDSA));
    const QByteArray signature = joseSignature(ourKey(TokenAlgorithm::EdDSA), TokenAlgorithm::EdDSA, text);
    const QByteArray zero(32, '\0');
    QByteArray identity = zero;
    identity[0] = 1;
    row("S beyond the order", text + '.' + part(malleated(signature)));
    row("S the order", text + '.' + part(signature.first(32) + ed25519Order()));
    row("S zero", text + '.' + part(signature.first(32) + zero));
    row("R the identity, S zero", text + '.' + part(identity + zero));
    row("R of small order, S zero",
        text + '.' +
            part(QByteArray::fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05") + zero));
    row("R and S exchanged", text + '.' + part(signature.last(32) + signature.first(32)));
    for (const char *alg : {"Ed25519", "Ed448", "eddsa", "EDDSA"}) {
        const QByteArray other = textOf(QByteArray(R"({"alg":")") + alg + R"("})");
        row(qPrintable(QStringLiteral("alg %1").arg(QLatin1String(alg))),
            other + '.' + part(rawSignature(ourKey(TokenAlgorithm::EdDSA), other, nullptr)));
    }
}
} // namespace

QByteArray privatePem(TokenAlgorithm algorithm)
{
    return privateText(ourKey(algorithm));
}

QByteArray publicPem(TokenAlgorithm algorithm)
{
    return publicText(ourKey(algorithm));
}

TokenKeys keysOf(TokenAlgorithm algorithm)
{
    TokenKeys keys = test::keys(); // with the secrets of HS256, which must not matter
    keys.algorithm = algorithm;
    keys.publicKey = SignatureKey::publicKey(publicPem(algorithm), algorithm).key;
    return keys;
}

QByteArray signedByOther(TokenAlgorithm algorithm)
{
    return tokenOf(algorithm, ourKey(algorithm));
}

void addKeyForgeries()
{
    QTest::addColumn<int>("algorithm");
    QTest::addColumn<QByteArray>("token");
    for (const TokenAlgorithm algorithm : keyAlgorithms) {
        const Row row = [algorithm](const char *name, const QByteArray &token) {
            QTest::addRow("%s: %s", qPrintable(toString(algorithm)), name) << int(algorithm) << token;
        };
        addCommonForgeries(algorithm, row);
        if (algorithm == TokenAlgorithm::RS256)
            addRsaForgeries(row);
        else if (algorithm == TokenAlgorithm::ES256)
            addCurveForgeries(row);
        else
            addEdwardsForgeries(row);
    }
    // The other way round: the server expects HS256.
    for (const TokenAlgorithm algorithm : keyAlgorithms)
        QTest::addRow("HS256: of %s", qPrintable(toString(algorithm)))
            << int(TokenAlgorithm::HS256) << signedByOther(algorithm);
}

void addStrangers()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<bool>("good");
    const auto row = [](const char *name, const char *claims, bool good) {
        const QByteArray text = textOf(R"({"alg":"HS256"})", with(payload, R"("jti":"1")", claims));
        QTest::newRow(name) << QByteArray(text + '.' + signature(text, key)) << good;
    };
    row("both right", R"("iss":"https://desk.example.org","aud":"tocsin")", true);
    row("one of several audiences", R"("iss":"https://desk.example.org","aud":["phone","tocsin"])", true);
    row("neither named", R"("jti":"1")", false);
    row("no issuer", R"("aud":"tocsin")", false);
    row("another realm's issuer", R"("iss":"https://desk.example.com","aud":"tocsin")", false);
    row("issuer with a slash more", R"("iss":"https://desk.example.org/","aud":"tocsin")", false);
    row("issuer in capitals", R"("iss":"HTTPS://DESK.EXAMPLE.ORG","aud":"tocsin")", false);
    row("issuer a list", R"("iss":["https://desk.example.org"],"aud":"tocsin")", false);
    row("no audience", R"("iss":"https://desk.example.org")", false);
    row("another audience", R"("iss":"https://desk.example.org","aud":"billing")", false);
    row("other audiences", R"("iss":"https://desk.example.org","aud":["billing","tocsin2"])", false);
    row("no audience in the list", R"("iss":"https://desk.example.org","aud":[])", false);
    row("audience hidden in a list", R"("iss":"https://desk.example.org","aud":[["tocsin"]])", false);
    row("audience an object", R"("iss":"https://desk.example.org","aud":{"tocsin":"tocsin"})", false);
    row("audience null", R"("iss":"https://desk.example.org","aud":null)", false);
}

void addKeyFiles()
{
    QTest::addColumn<QByteArray>("pem");
    QTest::addColumn<int>("algorithm");
    QTest::addColumn<bool>("isPrivate");
    for (const TokenAlgorithm algorithm : keyAlgorithms) {
        const int number = int(algorithm);
        const QByteArray name = toString(algorithm).toLatin1();
        const auto row = [&](const char *what, const QByteArray &text, bool isPrivate = false) {
            QTest::addRow("%s: %s", name.constData(), what) << text << number << isPrivate;
        };
        row("nothing", {});
        row("words", "a key");
        row("a private key where the public one belongs", privatePem(algorithm));
        row("a public key where the private one belongs", publicPem(algorithm), true);
        row("cut off", publicPem(algorithm).chopped(60));
        for (const TokenAlgorithm other : keyAlgorithms) {
            if (other != algorithm)
                row(qPrintable(toString(other)), publicPem(other));
        }
        QByteArray passphrase("secret");
        row("locked by a passphrase", pem([&](BIO *bio) {
                return PEM_write_bio_PKCS8PrivateKey(bio, ourKey(algorithm), EVP_aes_128_cbc(), passphrase.data(),
                                                     int(passphrase.size()), nullptr, nullptr);
            }),
            true);
    }
    EVP_PKEY *const small = EVP_RSA_gen(1024);
    EVP_PKEY *const wide = EVP_EC_gen("P-384");
    QTest::newRow("RSA of 1024 bits") << publicText(small) << int(TokenAlgorithm::RS256) << false;
    QTest::newRow("P-384") << publicText(wide) << int(TokenAlgorithm::ES256) << false;
    QTest::newRow("HS256 has none") << publicPem(TokenAlgorithm::RS256) << int(TokenAlgorithm::HS256) << false;
    EVP_PKEY_free(small);
    EVP_PKEY_free(wide);
}

} // namespace tocsin::net::test
