// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/SignatureKey.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <utility>

namespace tocsin::net {

namespace {
constexpr int coordinateBytes = 32; // P-256
constexpr int edSignatureBytes = 64;
constexpr int leastRsaBits = 2048;
constexpr int mostRsaBits = 8192;

template<auto release>
struct Free
{
    template<class T>
    void operator()(T *pointer) const
    {
        release(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

const unsigned char *bytesOf(const QByteArray &bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.constData());
}

/// r and s, as JOSE has them, into the DER that OpenSSL wants; empty when they cannot be a signature.
QByteArray derOf(const QByteArray &pair)
{
    if (pair.size() != qsizetype{2} * coordinateBytes)
        return {};
    BIGNUM *const r = BN_bin2bn(bytesOf(pair), coordinateBytes, nullptr);
    BIGNUM *const s = BN_bin2bn(bytesOf(pair) + coordinateBytes, coordinateBytes, nullptr);
    const EcSignature signature(ECDSA_SIG_new());
    if (r == nullptr || s == nullptr || !signature || BN_is_zero(r) || BN_is_zero(s) ||
        ECDSA_SIG_set0(signature.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return {};
    }
    unsigned char *der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    if (size <= 0)
        return {};
    QByteArray bytes(reinterpret_cast<const char *>(der), size);
    OPENSSL_free(der);
    return bytes;
}

QByteArray pairOf(const QByteArray &der)
{
    const unsigned char *at = bytesOf(der);
    const EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, long(der.size())));
    QByteArray pair(qsizetype{2} * coordinateBytes, Qt::Uninitialized);
    auto *const out = reinterpret_cast<unsigned char *>(pair.data());
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, coordinateBytes) != coordinateBytes ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + coordinateBytes, coordinateBytes) != coordinateBytes)
        return {};
    return pair;
}

/// Why a key does not fit; empty when it does.
QString misfit(const EVP_PKEY *key, TokenAlgorithm algorithm)
{
    const int kind = EVP_PKEY_get_base_id(key);
    switch (algorithm) {
    case TokenAlgorithm::RS256: {
        const int bits = EVP_PKEY_get_bits(key);
        if (kind != EVP_PKEY_RSA)
            return QStringLiteral("RS256 needs an RSA key");
        return bits >= leastRsaBits && bits <= mostRsaBits
                   ? QString()
                   : QStringLiteral("RS256 needs an RSA key of 2048 to 8192 bits, this one has %1").arg(bits);
    }
    case TokenAlgorithm::ES256: {
        char group[64] = {};
        std::size_t length = 0;
        const bool curve = kind == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
                           QByteArray(group) == "prime256v1";
        return curve ? QString() : QStringLiteral("ES256 needs a key on the curve P-256");
    }
    case TokenAlgorithm::EdDSA:
        return kind == EVP_PKEY_ED25519 ? QString() : QStringLiteral("EdDSA needs an Ed25519 key");
    case TokenAlgorithm::HS256:
        break;
    }
    return QStringLiteral("HS256 has no key file");
}

const EVP_MD *digestOf(TokenAlgorithm algorithm)
{
    return algorithm == TokenAlgorithm::EdDSA ? nullptr : EVP_sha256();
}

int noPassphrase(char * /*buffer*/, int /*size*/, int /*forWriting*/, void * /*user*/)
{
    return -1; // never ask on a terminal
}
} // namespace

struct SignatureKey::Private
{
    Key key;
    TokenAlgorithm algorithm = TokenAlgorithm::RS256;
    bool isPrivate = false;
};

QString toString(TokenAlgorithm algorithm)
{
    switch (algorithm) {
    case TokenAlgorithm::HS256:
        return QStringLiteral("HS256");
    case TokenAlgorithm::RS256:
        return QStringLiteral("RS256");
    case TokenAlgorithm::ES256:
        return QStringLiteral("ES256");
    case TokenAlgorithm::EdDSA:
        break;
    }
    return QStringLiteral("EdDSA");
}

std::optional<TokenAlgorithm> tokenAlgorithmFrom(const QString &text)
{
    for (const TokenAlgorithm algorithm :
         {TokenAlgorithm::HS256, TokenAlgorithm::RS256, TokenAlgorithm::ES256, TokenAlgorithm::EdDSA}) {
        if (text == toString(algorithm))
            return algorithm;
    }
    return std::nullopt;
}

SignatureKey::SignatureKey(std::unique_ptr<Private> data) : d(std::move(data))
{
}

SignatureKey::~SignatureKey() = default;

TokenAlgorithm SignatureKey::algorithm() const
{
    return d->algorithm;
}

SignatureKey::Read SignatureKey::checked(std::unique_ptr<Private> data)
{
    ERR_clear_error(); // what a file did wrong is told by us, and nobody else shall find it in the queue
    if (!data->key)
        return {nullptr, data->isPrivate ? QStringLiteral("it holds no private key in PEM without a passphrase")
                                         : QStringLiteral("it holds no public key in PEM (BEGIN PUBLIC KEY)")};
    if (QString problem = misfit(data->key.get(), data->algorithm); !problem.isEmpty())
        return {nullptr, std::move(problem)};
    return {std::shared_ptr<const SignatureKey>(new SignatureKey(std::move(data))), {}};
}

SignatureKey::Read SignatureKey::publicKey(const QByteArray &pem, TokenAlgorithm algorithm)
{
    if (pem.contains("PRIVATE KEY"))
        return {nullptr, QStringLiteral("it holds a private key: give the public one")};
    auto data = std::make_unique<Private>();
    data->algorithm = algorithm;
    const Bio bio(BIO_new_mem_buf(pem.constData(), int(pem.size())));
    data->key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, noPassphrase, nullptr));
    return checked(std::move(data));
}

SignatureKey::Read SignatureKey::privateKey(const QByteArray &pem, TokenAlgorithm algorithm)
{
    auto data = std::make_unique<Private>();
    data->algorithm = algorithm;
    data->isPrivate = true;
    const Bio bio(BIO_new_mem_buf(pem.constData(), int(pem.size())));
    data->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr));
    return checked(std::move(data));
}

bool SignatureKey::verifies(const QByteArray &text, const QByteArray &signature) const
{
    QByteArray form = signature;
    switch (d->algorithm) {
    case TokenAlgorithm::RS256:
        if (signature.size() != EVP_PKEY_get_size(d->key.get()))
            return false;
        break;
    case TokenAlgorithm::ES256:
        form = derOf(signature);
        break;
    case TokenAlgorithm::EdDSA:
        if (signature.size() != edSignatureBytes)
            return false;
        break;
    case TokenAlgorithm::HS256:
        return false;
    }
    const Context context(EVP_MD_CTX_new());
    const bool right =
        !form.isEmpty() && context &&
        EVP_DigestVerifyInit(context.get(), nullptr, digestOf(d->algorithm), nullptr, d->key.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytesOf(form), std::size_t(form.size()), bytesOf(text),
                         std::size_t(text.size())) == 1;
    ERR_clear_error();
    return right;
}

QByteArray SignatureKey::sign(const QByteArray &text) const
{
    const Context context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (!d->isPrivate || !context ||
        EVP_DigestSignInit(context.get(), nullptr, digestOf(d->algorithm), nullptr, d->key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytesOf(text), std::size_t(text.size())) != 1)
        return {};
    QByteArray signature(qsizetype(size), Qt::Uninitialized);
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size, bytesOf(text),
                       std::size_t(text.size())) != 1)
        return {};
    signature.truncate(qsizetype(size));
    return d->algorithm == TokenAlgorithm::ES256 ? pairOf(signature) : signature;
}

} // namespace tocsin::net
