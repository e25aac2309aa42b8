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

    void aChangeHoldsFromTheNextCallOn()
    {
        auto board = std::make_shared<AccountsBoard>();
        const TokenAuthorizer authorizer(keys, board);
        const QByteArray token = tokenOf(QStringLiteral("ada"), QStringLiteral("dispatcher"));
        QVERIFY(!authorizer.authenticate(token, now).principal); // nothing published yet
        board->publish(snapshot());
        QVERIFY(authorizer.authenticate(token, now).principal);
        QVERIFY(!authorizer.authenticate(token, now + 2h).principal);
        auto changed = *snapshot();
        changed.accounts[QStringLiteral("ada")].disabled = true;
        board->publish(std::make_shared<const AccountsSnapshot>(changed));
        QVERIFY(!authorizer.authenticate(token, now).principal);
        changed.accounts.clear();
        board->publish(std::make_shared<const AccountsSnapshot>(changed));
        QVERIFY(!authorizer.authenticate(token, now).principal);
    }
};

QTEST_GUILESS_MAIN(TestTokenAuthorizer)
#include "test_tokenauthorizer.moc"
