// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TokenAuthorizer.h"

#include <QTest>

using namespace tocsin;
using namespace tocsin::net;
using namespace std::chrono_literals;

namespace {
const TimePoint now{1'700'000'000s};
const TokenKeys keys{QByteArray(32, 'k'), {}};

QByteArray tokenOf(const QString &subject, const QString &role, TimePoint expires = now + 1h)
{
    return signToken({subject, {}, role, now, expires, {}}, keys.key);
}

std::shared_ptr<const AccountsSnapshot> snapshot()
{
    AccountsSnapshot s;
    s.accounts.insert(QStringLiteral("ada"), {QStringLiteral("Ada"), Role::Dispatcher, false});
    s.accounts.insert(QStringLiteral("eve"), {QStringLiteral("Eve"), Role::Admin, true});
    return std::make_shared<const AccountsSnapshot>(s);
}
} // namespace

class TestTokenAuthorizer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theRoleComesFromTheAccount_data()
    {
        QTest::addColumn<QString>("role");
        for (const QString &role :
             {QStringLiteral("admin"), QStringLiteral("citizen"), QStringLiteral("root"), QString()})
            QTest::addRow("token says \"%s\"", qPrintable(role)) << role;
    }
    void theRoleComesFromTheAccount()
    {
        QFETCH(QString, role);
        auto board = std::make_shared<AccountsBoard>();
        board->publish(snapshot());
        const TokenAuthorizer authorizer(keys, board);
        const AuthResult result = authorizer.authenticate(tokenOf(QStringLiteral("ada"), role), now);
        QVERIFY2(result.principal, qPrintable(result.error));
        QVERIFY(*result.principal ==
                (Principal{QStringLiteral("ada"), QStringLiteral("Ada"), Role::Dispatcher, false}));
    }

    void nobodyElseGetsIn_data()
    {
        QTest::addColumn<QByteArray>("token");
        QTest::addColumn<QString>("error");
        const QString admin = QStringLiteral("admin");
        QTest::newRow("no token") << QByteArray() << QStringLiteral("missing or too long");
        QTest::newRow("unknown account") << tokenOf(QStringLiteral("mallory"), admin)
                                         << QStringLiteral("unknown account");
        QTest::newRow("another spelling") << tokenOf(QStringLiteral("ADA"), admin) << QStringLiteral("unknown account");
        QTest::newRow("disabled account")
            << tokenOf(QStringLiteral("eve"), admin) << QStringLiteral("account disabled");
        QTest::newRow("expired") << tokenOf(QStringLiteral("ada"), admin, now - 1h) << QStringLiteral("no valid times");
        QTest::newRow("other key") << signToken({QStringLiteral("ada"), {}, admin, now, now + 1h, {}},
                                                QByteArray(32, 'x'))
                                   << QStringLiteral("bad signature");
    }
    void nobodyElseGetsIn()
    {
        QFETCH(QByteArray, token);
        QFETCH(QString, error);
        auto board = std::make_shared<AccountsBoard>();
        board->publish(snapshot());
        const AuthResult result = TokenAuthorizer(keys, board).authenticate(token, now);
        QVERIFY(!result.principal);
        QCOMPARE(result.error, error);
    }

    void whatWasRevokedOpensNothing_data()
    {
        QTest::addColumn<QString>("tokenId");
        QTest::addColumn<QString>("session");
        QTest::addColumn<qint64>("generation"); // seconds; -1: not ours
        QTest::addColumn<qint64>("issuedAt");
        QTest::addColumn<bool>("good");
        const qint64 at = 1'700'000'000;
        QTest::newRow("ours") << QStringLiteral("t1") << QStringLiteral("s1") << at - 9 << at - 5 << true;
        QTest::newRow("another issuer's") << QString() << QString() << qint64(-1) << at - 5 << true;
        QTest::newRow("another issuer's, of the same second") << QString() << QString() << qint64(-1) << at - 9 << true;
        QTest::newRow("the token") << QStringLiteral("t2") << QStringLiteral("s1") << at - 9 << at - 5 << false;
        QTest::newRow("the session") << QStringLiteral("t1") << QStringLiteral("s2") << at - 9 << at - 5 << false;
        QTest::newRow("a session named as the token")
            << QStringLiteral("t1") << QStringLiteral("t2") << at - 9 << at - 5 << true;
        QTest::newRow("an older generation")
            << QStringLiteral("t1") << QStringLiteral("s1") << at - 10 << at - 5 << false;
        QTest::newRow("a generation to come")
            << QStringLiteral("t1") << QStringLiteral("s1") << at - 8 << at - 5 << false;
        QTest::newRow("another issuer's, from before") << QString() << QString() << qint64(-1) << at - 10 << false;
    }
    void whatWasRevokedOpensNothing()
    {
        QFETCH(QString, tokenId);
        QFETCH(QString, session);
        QFETCH(qint64, generation);
        QFETCH(qint64, issuedAt);
        QFETCH(bool, good);
        auto revoked = *snapshot();
        revoked.accounts[QStringLiteral("ada")].validFrom = now - 9s;
        revoked.revoked = {revocationKey(Revocable::Token, QStringLiteral("t2")),
                           revocationKey(Revocable::Session, QStringLiteral("s2"))};
        auto board = std::make_shared<AccountsBoard>();
        board->publish(std::make_shared<const AccountsSnapshot>(revoked));
        const TokenAuthorizer authorizer(keys, board);
        TokenClaims claims{QStringLiteral("ada"), {}, {}, TimePoint(std::chrono::seconds(issuedAt)), now + 1h, tokenId};
        claims.session = session;
        if (generation >= 0)
            claims.generation = TimePoint(std::chrono::seconds(generation));
        const AuthResult result = authorizer.authenticate(signToken(claims, keys.key), now);
        QCOMPARE(result.principal.has_value(), good);
        QCOMPARE(result.credential.has_value(), good);
        if (good)
            QCOMPARE(authorizer.objection(*result.credential), QString());
        else
            QCOMPARE(result.error, QStringLiteral("revoked"));
    }

    void aChangeHoldsFromTheNextCallOn()
    {
        auto board = std::make_shared<AccountsBoard>();
        const TokenAuthorizer authorizer(keys, board);
        const QByteArray token = tokenOf(QStringLiteral("ada"), QStringLiteral("dispatcher"));
        QVERIFY(!authorizer.authenticate(token, now).principal); // nothing published yet
        const quint64 before = authorizer.revision();
        board->publish(snapshot());
        QVERIFY(authorizer.revision() != before);
        const AuthResult good = authorizer.authenticate(token, now);
        QVERIFY(good.principal && good.credential);
        QVERIFY(good.credential->expiresAt == now + 1h);
        QVERIFY(!authorizer.authenticate(token, now + 2h).principal);
        auto changed = *snapshot();
        changed.accounts[QStringLiteral("ada")].disabled = true;
        board->publish(std::make_shared<const AccountsSnapshot>(changed));
        QVERIFY(!authorizer.authenticate(token, now).principal);
        QCOMPARE(authorizer.objection(*good.credential), QStringLiteral("account disabled"));
        changed.accounts.clear();
        board->publish(std::make_shared<const AccountsSnapshot>(changed));
        QVERIFY(!authorizer.authenticate(token, now).principal);
    }
};

QTEST_GUILESS_MAIN(TestTokenAuthorizer)
#include "test_tokenauthorizer.moc"
