// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/CertificateMaker.h"

#include <QHostAddress>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace tocsin::net {

namespace {

template<auto release>
struct Release
{
    template<class T>
    void operator()(T *object) const
    {
        release(object);
    }
};

using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>>;

/// A clock of a client that is a little behind must not refuse a certificate that was made a moment ago.
constexpr auto clockTolerance = std::chrono::hours(1);
constexpr int serialBits = 127; // positive, at most 20 octets (RFC 5280 4.1.2.2), more than 64 random bits
constexpr int longestCommonName = 64;
constexpr long version3 = 2;

Bio readable(const QByteArray &bytes)
{
    return Bio(BIO_new_mem_buf(bytes.constData(), static_cast<int>(bytes.size())));
}

QByteArray textOf(BIO *bio)
{
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data); // NOLINT(cppcoreguidelines-pro-type-cstyle-cast): OpenSSL's macro
    return size > 0 ? QByteArray(data, size) : QByteArray();
}

QByteArray pemOf(X509 *certificate)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    return PEM_write_bio_X509(bio.get(), certificate) == 1 ? textOf(bio.get()) : QByteArray();
}

QByteArray pemOf(EVP_PKEY *key)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    const int written = PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return written == 1 ? textOf(bio.get()) : QByteArray();
}

Certificate certificateFrom(const QByteArray &pem)
{
    Certificate certificate(PEM_read_bio_X509(readable(pem).get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate;
}

Key keyFrom(const QByteArray &pem)
{
    // Without this OpenSSL would ask the terminal for the passphrase of a key that has one.
    const auto noPassphrase = [](char *, int, int, void *) { return -1; };
    Key key(PEM_read_bio_PrivateKey(readable(pem).get(), nullptr, noPassphrase, nullptr));
    ERR_clear_error();
    return key;
}

bool setValidity(X509 *certificate, TimePoint now, std::chrono::hours lifetime)
{
    const auto seconds = [](TimePoint at) { return static_cast<time_t>(toEpochMillis(at) / 1000); };
    return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(now - clockTolerance)) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(now - clockTolerance + lifetime)) != nullptr;
}

bool setSerial(X509 *certificate)
{
    const Number number(BN_new());
    return number && BN_rand(number.get(), serialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool setName(X509_NAME *name, const QString &commonName)
{
    const auto add = [name](const char *field, const QByteArray &text) {
        return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                          reinterpret_cast<const unsigned char *>(text.constData()),
                                          static_cast<int>(text.size()), -1, 0) == 1;
    };
    return add("O", "Tocsin") && add("CN", commonName.left(longestCommonName).toUtf8());
}

bool addExtension(X509 *certificate, X509 *issuer, int id, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// The caller's.
GENERAL_NAME *generalName(const QString &text)
{
    QByteArray bytes;
    const QHostAddress address(text);
    if (address.protocol() == QAbstractSocket::IPv4Protocol) {
        const quint32 four = address.toIPv4Address();
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.append(static_cast<char>(four >> shift));
    } else if (address.protocol() == QAbstractSocket::IPv6Protocol) {
        const Q_IPV6ADDR six = address.toIPv6Address();
        bytes = QByteArray(reinterpret_cast<const char *>(six.c), sizeof six.c);
    }
    const bool isAddress = !bytes.isEmpty();
    if (!isAddress)
        bytes = text.toUtf8();
    GENERAL_NAME *const name = GENERAL_NAME_new();
    ASN1_STRING *value = isAddress ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    ASN1_STRING_set(value, bytes.constData(), static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name, isAddress ? GEN_IPADD : GEN_DNS, value);
    return name;
}

/// Not by OpenSSL's text form: a name with a comma in it would become two.
bool addAlternativeNames(X509 *certificate, const QStringList &names)
{
    const GeneralNames list(sk_GENERAL_NAME_new_null());
    for (const QString &text : names) {
        GENERAL_NAME *const name = generalName(text);
        if (sk_GENERAL_NAME_push(list.get(), name) <= 0) // the list's from here on
            GENERAL_NAME_free(name);
    }
    return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

Certificate blank(EVP_PKEY *key, const QString &commonName, TimePoint now, std::chrono::hours lifetime)
{
    Certificate certificate(X509_new());
    const bool good = certificate && X509_set_version(certificate.get(), version3) == 1 &&
                      setSerial(certificate.get()) && setValidity(certificate.get(), now, lifetime) &&
                      setName(X509_get_subject_name(certificate.get()), commonName) &&
                      X509_set_pubkey(certificate.get(), key) == 1;
    return good ? std::move(certificate) : nullptr;
}

CertificatePair signedPair(X509 *certificate, EVP_PKEY *key, EVP_PKEY *signer)
{
    if (X509_sign(certificate, signer, EVP_sha256()) == 0)
        return {};
    return {pemOf(certificate), pemOf(key)};
}

} // namespace

CertificatePair makeAuthority(const QString &commonName, TimePoint now, std::chrono::hours lifetime)
{
    const Key key(EVP_EC_gen("P-256"));
    if (!key)
        return {};
    const Certificate certificate = blank(key.get(), commonName, now, lifetime);
    X509 *const raw = certificate.get();
    if (raw == nullptr || X509_set_issuer_name(raw, X509_get_subject_name(raw)) != 1 ||
        !addExtension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !addExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !addExtension(raw, raw, NID_subject_key_identifier, "hash"))
        return {};
    return signedPair(raw, key.get(), key.get());
}

CertificatePair makeServerCertificate(const CertificatePair &authority, const QStringList &names, TimePoint now,
                                      std::chrono::hours lifetime)
{
    const Certificate issuer = certificateFrom(authority.certificate);
    const Key issuerKey = keyFrom(authority.key);
    const Key key(EVP_EC_gen("P-256"));
    if (!issuer || !issuerKey || !key || names.isEmpty())
        return {};
    const Certificate certificate = blank(key.get(), names.constFirst(), now, lifetime);
    X509 *const raw = certificate.get();
    if (raw == nullptr || X509_set_issuer_name(raw, X509_get_subject_name(issuer.get())) != 1 ||
        !addExtension(raw, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
        !addExtension(raw, issuer.get(), NID_key_usage, "critical,digitalSignature") ||
        !addExtension(raw, issuer.get(), NID_ext_key_usage, "serverAuth") ||
        !addExtension(raw, issuer.get(), NID_subject_key_identifier, "hash") ||
        !addExtension(raw, issuer.get(), NID_authority_key_identifier, "keyid:always") ||
        !addAlternativeNames(raw, names))
        return {};
    return signedPair(raw, key.get(), issuerKey.get());
}

bool keyMatches(const CertificatePair &pair)
{
    const Certificate certificate = certificateFrom(pair.certificate);
    const Key key = keyFrom(pair.key);
    const bool matches = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error(); // or a later TLS call would report ours
    return matches;
}

bool isSignedBy(const QByteArray &certificate, const QByteArray &authority)
{
    const Certificate leaf = certificateFrom(certificate);
    const Certificate issuer = certificateFrom(authority);
    const bool good = leaf && issuer && X509_verify(leaf.get(), X509_get0_pubkey(issuer.get())) == 1;
    ERR_clear_error();
    return good;
}

} // namespace tocsin::net
