// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/TokenSetup.h"

#include <QFile>

namespace tocsin {

namespace {
constexpr qint64 largestKeyFile = 65'536;

/// A sentence when the file holds no such key.
QString readKey(const QString &setting, const QString &path, net::TokenAlgorithm algorithm, bool isPrivate,
                std::shared_ptr<const net::SignatureKey> &key)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return QStringLiteral("%1 %2: the file cannot be read: %3").arg(setting, path, file.errorString());
    const QByteArray pem = file.read(largestKeyFile);
    const auto read =
        isPrivate ? net::SignatureKey::privateKey(pem, algorithm) : net::SignatureKey::publicKey(pem, algorithm);
    key = read.key;
    return read.error.isEmpty() ? QString() : QStringLiteral("%1 %2: %3").arg(setting, path, read.error);
}
} // namespace

TokenSetup TokenSetup::read(const Settings &settings, const QByteArray &ownKey)
{
    TokenSetup setup;
    const net::TokenAlgorithm algorithm =
        net::tokenAlgorithmFrom(settings.tokenAlgorithm).value_or(net::TokenAlgorithm::HS256);
    const QString publicSetting = QStringLiteral("auth.public_key");
    const QString privateSetting = QStringLiteral("auth.private_key");
    net::TokenKeys &keys = setup.keys;
    net::TokenIssuer &issuer = setup.issuer;
    keys.key = issuer.key = ownKey;
    keys.algorithm = issuer.algorithm = algorithm;
    keys.issuer = issuer.issuer = settings.tokenIssuer;
    keys.audience = issuer.audience = settings.tokenAudience;
    issuer.lifetime = std::chrono::minutes{settings.accessMinutes};
    if (algorithm == net::TokenAlgorithm::HS256) {
        if (!settings.tokenPublicKey.isEmpty() || !settings.tokenPrivateKey.isEmpty() || !settings.tokenKeyId.isEmpty())
            setup.error = QStringLiteral("auth.public_key, auth.private_key and auth.key_id need auth.algorithm RS256, "
                                         "ES256 or EdDSA: HS256 signs with the data directory's own key");
        return setup;
    }
    keys.publicKeyId = issuer.keyId = settings.tokenKeyId;
    if (settings.tokenPublicKey.isEmpty()) {
        setup.error = QStringLiteral("auth.algorithm %1 needs auth.public_key").arg(settings.tokenAlgorithm);
        return setup;
    }
    setup.error = readKey(publicSetting, settings.tokenPublicKey, algorithm, false, keys.publicKey);
    if (!setup.error.isEmpty() || settings.tokenPrivateKey.isEmpty())
        return setup;
    setup.error = readKey(privateSetting, settings.tokenPrivateKey, algorithm, true, issuer.privateKey);
    const QByteArray probe("the two must belong together");
    if (setup.error.isEmpty() && !keys.publicKey->verifies(probe, issuer.privateKey->sign(probe)))
        setup.error = QStringLiteral("auth.private_key %1: it is not the one that auth.public_key belongs to")
                          .arg(settings.tokenPrivateKey);
    return setup;
}

} // namespace tocsin
