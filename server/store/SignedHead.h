// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace tocsin {

/// Where the log ended at some moment, signed with Ed25519 (RFC 8032) by the server: who rewrites the log later cannot make one that
/// fits. As a file it is text, one "name value" a line, the signature last; it covers the lines before it.
struct SignedHead
{
    QString epoch;
    qint64 seq = 0;
    QByteArray hash;     ///< of the last event, 32 bytes
    QByteArray requests; ///< digest of the remembered requests (RequestTable), 32 bytes
    qint64 at = 0;       ///< microseconds since 1970, of the last event or request
    QByteArray publicKey;
    QByteArray signature; ///< empty: not signed

    /// What is signed.
    [[nodiscard]] QByteArray statement() const;
    [[nodiscard]] QByteArray text() const;
    [[nodiscard]] static std::optional<SignedHead> fromText(const QByteArray &text);
    /// Whether `publicKey` has signed it.
    [[nodiscard]] bool isGenuine() const;
};

/// The server's key. Plain value; the secret half is wiped when it goes.
class HeadKey
{
public:
    static constexpr int seedBytes = 32;

    HeadKey() = default;
    /// A seed of another size gives no key.
    explicit HeadKey(const QByteArray &seed);
    HeadKey(const HeadKey &) = default;
    HeadKey &operator=(const HeadKey &) = default;
    ~HeadKey();

    [[nodiscard]] bool isValid() const { return !m_secret.isEmpty(); }
    [[nodiscard]] QByteArray publicKey() const { return m_public; }
    /// Puts the public key and the signature into it.
    void sign(SignedHead &head) const;

private:
    QByteArray m_secret;
    QByteArray m_public;
};

} // namespace tocsin
