// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Jwt.h"
#include "tests/net/KeyTokenTable.h"
#include "tests/net/TokenTable.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::net::test;
using namespace std::chrono_literals;

class TestJwt : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noForgedOrAbusedTokenIsAccepted_data()
    {
        QTest::addColumn<QByteArray>("token");
        addForgeries();
    }
    void noForgedOrAbusedTokenIsAccepted()
    {
        QFETCH(QByteArray, token);
        const TokenCheck check = checkToken(token, keys(), now);
        QVERIFY2(!check.claims, QTest::currentDataTag());
        QVERIFY(!check.error.isEmpty());
        ++m_refused;
    }
    void noForgeryWithAnotherAlgorithmIsAccepted_data() { addKeyForgeries(); }
    void noForgeryWithAnotherAlgorithmIsAccepted()
    {
        QFETCH(int, algorithm);
        QFETCH(QByteArray, token);
        const TokenCheck check = checkToken(token, keysOf(TokenAlgorithm(algorithm)), now);
        QVERIFY2(!check.claims, QTest::currentDataTag());
        QVERIFY(!check.error.isEmpty());
        ++m_refused;
    }

    void nothingForOthersIsAccepted_data() { addStrangers(); }
    void nothingForOthersIsAccepted()
    {
        QFETCH(QByteArray, token);
        QFETCH(bool, good);
        TokenKeys ours = keys();
        ours.issuer = QStringLiteral("https://desk.example.org");
        ours.audience = QStringLiteral("tocsin");
        const TokenCheck check = checkToken(token, ours, now);
        QCOMPARE(check.claims.has_value(), good);
        m_refused += good ? 0 : 1;
    }

    void atLeastAHundredAndEightyWereTried()
    {
        if (m_refused == 0)
            QSKIP("the tables were not run");
        QVERIFY2(m_refused >= 180, qPrintable(QString::number(m_refused)));
    }

    void everyAlgorithmAcceptsItsOwn_data()
    {
        QTest::addColumn<int>("algorithm");
        for (const TokenAlgorithm algorithm : keyAlgorithms)
            QTest::newRow(qPrintable(toString(algorithm))) << int(algorithm);
    }
    void everyAlgorithmAcceptsItsOwn()
    {
        QFETCH(int, algorithm);
        const TokenAlgorithm ours{algorithm};
        TokenKeys all = keysOf(ours);
        // Made by independent code, and by ours.
        const TokenCheck foreign = checkToken(signedByOther(ours), all, now);
        QVERIFY2(foreign.claims, qPrintable(foreign.error));
        const auto signer = SignatureKey::privateKey(privatePem(ours), ours);
        QVERIFY2(signer.key, qPrintable(signer.error));
        TokenClaims claims{QStringLiteral("ada"), {}, {}, now, now + 1h, {}};
        claims.session = QStringLiteral("s1");
        claims.generation = now - 5h;
        const QByteArray made = signToken(claims, *signer.key);
        const TokenCheck check = checkToken(made, all, now);
        QVERIFY2(check.claims, qPrintable(check.error));
        QCOMPARE(check.claims->session, QStringLiteral("s1"));
        QVERIFY(check.claims->generation == now - 5h);
        QVERIFY(all.publicKey->sign("text").isEmpty());
        QVERIFY(signToken(claims, *all.publicKey).isEmpty());
        // A key that has a name answers to that name alone.
        QVERIFY(!checkToken(signToken(claims, *signer.key, QStringLiteral("k1")), all, now).claims);
        all.publicKeyId = QStringLiteral("k1");
        QVERIFY(!checkToken(made, all, now).claims);
        QVERIFY(!checkToken(signToken(claims, *signer.key, QStringLiteral("k2")), all, now).claims);
        QVERIFY(checkToken(signToken(claims, *signer.key, QStringLiteral("k1")), all, now).claims);
        for (qsizetype at = 0; at < made.size(); ++at) {
            QByteArray changed = made;
            changed[at] = made.at(at) == 'A' ? 'B' : 'A';
            QVERIFY(!checkToken(changed, keysOf(ours), now).claims);
        }
    }

    void keysOfAnotherKindAreRefused_data() { addKeyFiles(); }
    void keysOfAnotherKindAreRefused()
    {
        QFETCH(QByteArray, pem);
        QFETCH(int, algorithm);
        QFETCH(bool, isPrivate);
        const auto read = isPrivate ? SignatureKey::privateKey(pem, TokenAlgorithm(algorithm))
                                    : SignatureKey::publicKey(pem, TokenAlgorithm(algorithm));
        QVERIFY(!read.key);
        QVERIFY(!read.error.isEmpty());
    }

    void algorithmsHaveNames()
    {
        for (const char *name : {"HS256", "RS256", "ES256", "EdDSA"}) {
            const QString text = QString::fromLatin1(name);
            const auto algorithm = tokenAlgorithmFrom(text);
            QVERIFY(algorithm && toString(*algorithm) == text);
        }
        for (const char *name : {"", "none", "hs256", "RS512", "PS256", "HS256 "})
            QVERIFY(!tokenAlgorithmFrom(QString::fromLatin1(name)));
    }

    void aPairingTokenIsOneForPairingAlone()
    {
        TokenClaims claims{QStringLiteral("pairing"), {}, QStringLiteral("device"), now, now + 1h, {}};
        claims.type = QStringLiteral("pairing");
        const QByteArray made = signToken(claims, key);
        QVERIFY(!checkToken(made, keys(), now).claims);
        QVERIFY(checkToken(made, keys(), now, QLatin1String("pairing")).claims);
        QVERIFY(!checkToken(goodToken(), keys(), now, QLatin1String("pairing")).claims);
    }

    void noSingleChangedCharacterIsAccepted()
    {
        const QByteArray good = goodToken();
        for (qsizetype at = 0; at < good.size(); ++at) {
            for (const char c : {'A', 'b', '0', '-', '_', '.', '=', '\0'}) {
                QByteArray changed = good;
                changed[at] = c;
                QCOMPARE(checkToken(changed, keys(), now).claims.has_value(), changed == good);
            }
        }
    }

    void goodTokensAreAccepted_data()
    {
        QTest::addColumn<QByteArray>("token");
        addGoodTokens();
    }
    void goodTokensAreAccepted()
    {
        QFETCH(QByteArray, token);
        const TokenCheck check = checkToken(token, keys(), now);
        QVERIFY2(check.claims, qPrintable(check.error));
        QCOMPARE(check.claims->subject, QStringLiteral("ada"));
        QCOMPARE(check.error, QString());
    }

    void whatWeSignWeAccept_data()
    {
        QTest::addColumn<QString>("subject");
        QTest::addColumn<QString>("keyId");
        QTest::newRow("plain") << QStringLiteral("ada") << QString();
        QTest::newRow("with a key id") << QStringLiteral("ada") << QStringLiteral("k2");
        QTest::newRow("far from ASCII") << QStringLiteral("zoë \"o'neil\" 🚨") << QString();
    }
    void whatWeSignWeAccept()
    {
        QFETCH(QString, subject);
        QFETCH(QString, keyId);
        const TokenKeys all = keys();
        const QByteArray with = keyId.isEmpty() ? all.key : all.byId.value(keyId);
        TokenClaims claims{subject, QStringLiteral("ada@example.org"), QStringLiteral("dispatcher"), now, now + 1h, {}};
        const QByteArray made = signToken(claims, with, keyId);
        // Independent code agrees with the signature.
        QCOMPARE(made.split('.').at(2), signature(made.first(made.lastIndexOf('.')), with));
        const TokenCheck check = checkToken(made, all, now);
        QVERIFY2(check.claims, qPrintable(check.error));
        QCOMPARE(check.claims->id.size(), 32);
        claims.id = check.claims->id;
        QVERIFY(*check.claims == claims);
        QVERIFY(signToken(claims, with, keyId) == made);
        claims.id.clear();
        QVERIFY(signToken(claims, with, keyId) != made); // a fresh jti
        QVERIFY(!checkToken(made, all, now + 1h).claims);
        QVERIFY(checkToken(made, all, now + 1h - 1us).claims);

        const QJsonObject payload =
            QJsonDocument::fromJson(QByteArray::fromBase64(made.split('.').at(1), base64Url)).object();
        for (const char *name : {"sub", "user_id", "userId"})
            QCOMPARE(payload.value(QLatin1String(name)).toString(), subject);
        QCOMPARE(payload.value(QLatin1String("exp")).toInteger(), 1'700'003'600);
    }

    void aKeyThatIsTooShortSignsNothing()
    {
        QVERIFY(signToken({QStringLiteral("ada"), {}, {}, now, now + 1h, {}}, QByteArray(31, 'k')).isEmpty());
        const TokenKeys none;
        QVERIFY(!checkToken(selfSigned({}), none, now).claims);
    }

private:
    int m_refused = 0;
};

QTEST_GUILESS_MAIN(TestJwt)
#include "test_jwt.moc"
