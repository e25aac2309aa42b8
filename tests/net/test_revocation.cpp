// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TokenAuthorizer.h"
#include "tests/net/ServerFixture.h"

#include <QSignalSpy>

#include <functional>

using namespace tocsin;
using namespace tocsin::test;
using namespace std::chrono_literals;

namespace {
const net::TokenKeys keys{QByteArray(32, 'k'), {}};

/// A server that knows ada and bob.
class Guarded
{
public:
    explicit Guarded(Posture posture = Posture::Secure)
    {
        for (const QString &id : {QStringLiteral("ada"), QStringLiteral("bob")})
            state.accounts.insert(id, {id, Role::Dispatcher, false, {}});
        publish();
        net::ServerSettings settings;
        settings.posture = posture;
        settings.listen = QStringList{QStringLiteral("127.0.0.1:0")};
        server = std::make_unique<net::Server>(settings, std::make_shared<net::TokenAuthorizer>(keys, board));
        auto owned = std::make_unique<TestDialect>();
        dialect = owned.get();
        server->addDialect(std::move(owned));
        port = server->start().listening.value(0).section(QLatin1Char(':'), -1);
    }
    void publish() { board->publish(std::make_shared<const AccountsSnapshot>(state)); }
    [[nodiscard]] static QByteArray tokenOf(const QString &who, std::chrono::seconds ttl = 1h)
    {
        net::TokenClaims claims{who, {}, {}, systemNow(), systemNow() + ttl, QStringLiteral("t-") + who};
        claims.session = QStringLiteral("s-") + who;
        claims.generation = TimePoint{};
        return net::signToken(claims, keys.key);
    }
    [[nodiscard]] std::unique_ptr<QWebSocket> open(const QString &who, std::chrono::seconds ttl = 1h) const
    {
        auto socket = std::make_unique<QWebSocket>();
        const QByteArray token = who.isEmpty() ? QByteArray() : "?token=" + tokenOf(who, ttl);
        socket->open(QUrl(QStringLiteral("ws://127.0.0.1:%1/ws%2").arg(port, QString::fromLatin1(token))));
        return socket;
    }

    AccountsSnapshot state;
    std::shared_ptr<AccountsBoard> board = std::make_shared<AccountsBoard>();
    std::unique_ptr<net::Server> server;
    TestDialect *dialect = nullptr;
    QString port;
};
} // namespace
using Change = std::function<void(AccountsSnapshot &)>;

class TestRevocation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSocketIsClosedWhenItsTokenLosesItsRight_data()
    {
        QTest::addColumn<Change>("change");
        const QString ada = QStringLiteral("ada");
        QTest::newRow("the token is revoked") << Change(
            [](AccountsSnapshot &s) { s.revoked.insert(revocationKey(Revocable::Token, QStringLiteral("t-ada"))); });
        QTest::newRow("logged out") << Change(
            [](AccountsSnapshot &s) { s.revoked.insert(revocationKey(Revocable::Session, QStringLiteral("s-ada"))); });
        QTest::newRow("disabled") << Change([ada](AccountsSnapshot &s) { s.accounts[ada].disabled = true; });
        QTest::newRow("removed") << Change([ada](AccountsSnapshot &s) { s.accounts.remove(ada); });
        QTest::newRow("all tokens revoked, another role or password")
            << Change([ada](AccountsSnapshot &s) { s.accounts[ada].validFrom = systemNow(); });
    }
    void aSocketIsClosedWhenItsTokenLosesItsRight()
    {
        QFETCH(Change, change);
        Guarded guarded;
        const auto ada = guarded.open(QStringLiteral("ada"));
        const auto bob = guarded.open(QStringLiteral("bob"));
        QTRY_COMPARE(guarded.dialect->sessions.size(), 2);
        guarded.publish(); // nothing has changed for anybody
        bob->ping();
        QSignalSpy pong(bob.get(), &QWebSocket::pong);
        QVERIFY(pong.wait(10'000));
        QCOMPARE(guarded.dialect->sessions.size(), 2);

        change(guarded.state);
        guarded.publish();
        QTRY_COMPARE(ada->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(int(ada->closeCode()), 4001);
        QVERIFY(ada->closeReason().contains(QLatin1String("retry_ms=")));
        QCOMPARE(bob->state(), QAbstractSocket::ConnectedState);
        QTRY_COMPARE(guarded.dialect->sessions.size(), 1);
        // And it does not come back.
        const RawClient again(guarded.port.toUShort(),
                              RawClient::upgrade("/ws?token=" + Guarded::tokenOf(QStringLiteral("ada"))));
        QTRY_COMPARE(again.status(), 401);
    }

    void aSocketEndsWithItsToken_data()
    {
        QTest::addColumn<int>("posture");
        QTest::newRow("secure") << int(Posture::Secure);
        QTest::newRow("open") << int(Posture::Open);
    }
    void aSocketEndsWithItsToken()
    {
        QFETCH(int, posture);
        Guarded guarded{Posture(posture)};
        const auto ada = guarded.open(QStringLiteral("ada"), 2s);
        const auto bob = guarded.open(QStringLiteral("bob"));
        QTRY_COMPARE(guarded.dialect->sessions.size(), 2);
        QTRY_COMPARE_WITH_TIMEOUT(ada->state(), QAbstractSocket::UnconnectedState, 30'000);
        QCOMPARE(int(ada->closeCode()), 4001);
        QCOMPARE(bob->state(), QAbstractSocket::ConnectedState);
    }

    void whoNeededNoTokenStays()
    {
        Guarded guarded(Posture::Open);
        const auto anybody = guarded.open(QString());
        QTRY_COMPARE(guarded.dialect->sessions.size(), 1);
        guarded.state.accounts.clear();
        guarded.publish();
        const auto ada = guarded.open(QStringLiteral("ada"), 1h); // counts as no token
        QTRY_COMPARE(guarded.dialect->sessions.size(), 2);
        QCOMPARE(anybody->state(), QAbstractSocket::ConnectedState);
    }
};

QTEST_GUILESS_MAIN(TestRevocation)
#include "test_revocation.moc"
