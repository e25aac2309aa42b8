// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Jwt.h"
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
    void atLeastSixtyWereTried()
    {
        if (m_refused == 0)
            QSKIP("the table was not run");
        QVERIFY(m_refused >= 60);
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
        QVERIFY(!checkToken(made, all, now + 1h + 30s).claims);
        QVERIFY(checkToken(made, all, now + 1h + 29s).claims);

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
