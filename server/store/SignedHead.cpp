// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/SignedHead.h"

#include <QList>

#include <sodium.h>

#include <array>
#include <utility>

namespace tocsin {

namespace {
const QByteArray firstLine = "tocsin-head 1";
constexpr qsizetype longestFile = 4096;

unsigned char *raw(QByteArray &bytes)
{
    return reinterpret_cast<unsigned char *>(bytes.data());
}
const unsigned char *raw(const QByteArray &bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.constData());
}

/// Strict: exactly so many bytes as lower-case hexadecimal.
std::optional<QByteArray> unhex(const QByteArray &text, int bytes)
{
    QByteArray value = QByteArray::fromHex(text);
    return value.size() == bytes && value.toHex() == text ? std::optional<QByteArray>(value) : std::nullopt;
}
} // namespace

QByteArray SignedHead::statement() const
{
    return firstLine + "\nepoch " + epoch.toUtf8() + "\nseq " + QByteArray::number(seq) + "\nhash " + hash.toHex() +
           "\nrequests " + requests.toHex() + "\nat " + QByteArray::number(at) + "\nkey " + publicKey.toHex() + '\n';
}

QByteArray SignedHead::text() const
{
    return statement() + "signature " + signature.toHex() + '\n';
}

std::optional<SignedHead> SignedHead::fromText(const QByteArray &text)
{
    if (text.size() > longestFile)
        return std::nullopt;
    static constexpr std::array names{"epoch", "seq", "hash", "requests", "at", "key", "signature"};
    const QList<QByteArray> lines = text.split('\n');
    if (lines.size() != qsizetype(names.size()) + 2 || lines.first() != firstLine || !lines.last().isEmpty())
        return std::nullopt;
    std::array<QByteArray, names.size()> values;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const QByteArray &line = lines.at(qsizetype(i) + 1);
        const QByteArray name = QByteArray(names[i]) + ' ';
        if (!line.startsWith(name))
            return std::nullopt;
        values[i] = line.mid(name.size());
    }
    bool seqOk = false;
    bool atOk = false;
    SignedHead head;
    head.epoch = QString::fromUtf8(values[0]);
    head.seq = values[1].toLongLong(&seqOk);
    head.at = values[4].toLongLong(&atOk);
    const auto hash = unhex(values[2], crypto_generichash_BYTES);
    const auto requests = unhex(values[3], crypto_generichash_BYTES);
    const auto key = unhex(values[5], crypto_sign_PUBLICKEYBYTES);
    const auto signature = unhex(values[6], crypto_sign_BYTES);
    if (!seqOk || !atOk || head.seq < 0 || !hash || !requests || !key || !signature)
        return std::nullopt;
    head.hash = *hash;
    head.requests = *requests;
    head.publicKey = *key;
    head.signature = *signature;
    return head;
}

bool SignedHead::isGenuine() const
{
    const QByteArray message = statement();
    return sodium_init() >= 0 && signature.size() == crypto_sign_BYTES &&
           publicKey.size() == crypto_sign_PUBLICKEYBYTES &&
           crypto_sign_verify_detached(raw(signature), raw(message), static_cast<unsigned long long>(message.size()),
                                       raw(publicKey)) == 0;
}

HeadKey::HeadKey(const QByteArray &seed)
{
    static_assert(seedBytes == crypto_sign_SEEDBYTES);
    if (seed.size() != seedBytes || sodium_init() < 0)
        return;
    m_secret.resize(crypto_sign_SECRETKEYBYTES);
    m_public.resize(crypto_sign_PUBLICKEYBYTES);
    crypto_sign_seed_keypair(raw(m_public), raw(m_secret), raw(seed));
}

HeadKey::~HeadKey()
{
    if (!m_secret.isEmpty() && m_secret.isDetached())
        sodium_memzero(m_secret.data(), static_cast<std::size_t>(m_secret.size()));
}

void HeadKey::sign(SignedHead &head) const
{
    head.publicKey = m_public;
    const QByteArray message = head.statement();
    head.signature.resize(crypto_sign_BYTES);
    crypto_sign_detached(raw(head.signature), nullptr, raw(message), static_cast<unsigned long long>(message.size()),
                         raw(m_secret));
}

} // namespace tocsin
