// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>

namespace tocsin::net {

/// How tokens are signed (RFC 7518, RFC 8037). Fixed by configuration, never by the token.
enum class TokenAlgorithm { HS256, RS256, ES256, EdDSA };
[[nodiscard]] QString toString(TokenAlgorithm algorithm); ///< as a token's header spells it
[[nodiscard]] std::optional<TokenAlgorithm> tokenAlgorithmFrom(const QString &text);

/// One key of an asymmetric algorithm, through OpenSSL's EVP interface: RSA of 2,048 to 8,192 bits (PKCS #1 v1.5, SHA-256), P-256 or
/// Ed25519; a key of another kind is refused when it is read. Immutable: any thread, shared.
class SignatureKey
{
public:
    struct Read
    {
        std::shared_ptr<const SignatureKey> key;
        QString error; ///< a sentence; empty: here it is
    };
    /// From PEM, "BEGIN PUBLIC KEY". A private key here is refused: it has no business on a machine that only verifies.
    [[nodiscard]] static Read publicKey(const QByteArray &pem, TokenAlgorithm algorithm);
    /// From PEM, without a passphrase.
    [[nodiscard]] static Read privateKey(const QByteArray &pem, TokenAlgorithm algorithm);

    ~SignatureKey();
    SignatureKey(const SignatureKey &) = delete;
    SignatureKey &operator=(const SignatureKey &) = delete;

    [[nodiscard]] TokenAlgorithm algorithm() const;
    /// Only the form that the JOSE texts give: ES256 is r and s, 32 bytes each, never DER.
    [[nodiscard]] bool verifies(const QByteArray &text, const QByteArray &signature) const;
    /// Empty when this is a public key.
    [[nodiscard]] QByteArray sign(const QByteArray &text) const;

private:
    struct Private;
    explicit SignatureKey(std::unique_ptr<Private> data);
    [[nodiscard]] static Read checked(std::unique_ptr<Private> data);
    std::unique_ptr<Private> d;
};

} // namespace tocsin::net
