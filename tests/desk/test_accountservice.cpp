// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AccountsSnapshot.h"
#include "server/desk/AccountCommands.h"
#include "server/desk/AccountService.h"

#include <QFile>
#include <QMutex>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using namespace tocsin;
using namespace std::chrono_literals;
using Code = AccountsAnswer::Code;

namespace {
const QString secret = QStringLiteral("correct horse");

/// The service as app builds it: the accounts on a thread of their own.
class Running
{
public:
    explicit Running(const AccountService::Options &options = {}, std::chrono::milliseconds poll = 20ms)
        : board(std::make_shared<AccountsBoard>())
        , accounts(std::make_unique<Accounts>(dir.filePath(QStringLiteral("accounts.db")), board, poll))
        , service(std::make_unique<AccountService>(*accounts, options))
    {
        error =
            addUser(dir.path(), {QStringLiteral("Ada"), Role::Dispatcher, QStringLiteral("ada@example.org")}, secret);
        accounts->moveToThread(&thread);
        thread.start();
        onThread([this] { error += accounts->start(); });
    }
    ~Running()
    {
        service->stop();
        onThread([this] {
            accounts->stop();
            accounts.reset();
        });
        thread.quit();
        thread.wait();
    }
    void onThread(const std::function<void()> &work)
    {
        QMetaObject::invokeMethod(accounts.get(), work, Qt::BlockingQueuedConnection);
    }

    /// One that keeps its answer, for ask().
    [[nodiscard]] AccountsPort::Reply reply()
    {
        return [this](const AccountsAnswer &answer) {
            const QMutexLocker lock(&mutex);
            answers.append(answer);
        };
    }
    [[nodiscard]] bool answered(int count)
    {
        return QTest::qWaitFor(
            [&] {
                const QMutexLocker lock(&mutex);
                return answers.size() >= count;
            },
            30'000);
    }
    [[nodiscard]] AccountsAnswer taken()
    {
        if (!answered(1))
            return {};
        const QMutexLocker lock(&mutex);
        return answers.takeFirst();
    }
    [[nodiscard]] AccountsAnswer login(const QString &name, const QString &password,
                                       const QString &address = QStringLiteral("192.0.2.1"))
    {
        service->login({name, password, address}, reply());
        return taken();
    }
    [[nodiscard]] AccountsAnswer refresh(const QString &token)
    {
        service->refresh(token, reply());
        return taken();
    }
    [[nodiscard]] bool isRevoked(const QString &session) const
    {
        return board->current()->revoked.contains(revocationKey(Revocable::Session, session));
    }

    QTemporaryDir dir;
    std::shared_ptr<AccountsBoard> board;
    QThread thread;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<AccountService> service;
    QString error;
    QMutex mutex;
    QList<AccountsAnswer> answers;
};

Registration newcomer(const char *name)
{
    Registration registration;
    registration.name = QString::fromLatin1(name);
    registration.email = registration.name + QStringLiteral("@example.org");
    registration.password = secret;
    return registration;
}
} // namespace

class TestAccountService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLoginOpensASession()
    {
        Running running;
        QCOMPARE(running.error, QString());
        for (const char *name : {"ada", "ADA", "ada@example.org", "Ada@Example.ORG"}) {
            const AccountsAnswer answer = running.login(QString::fromLatin1(name), secret);
            QVERIFY2(answer.code == Code::Done && answer.grant, name);
            QCOMPARE(answer.grant->user.id, QStringLiteral("ada"));
            QCOMPARE(answer.grant->user.name, QStringLiteral("Ada"));
            QVERIFY(answer.grant->generation ==
                    running.board->current()->accounts.value(QStringLiteral("ada")).validFrom);
        }
        QVERIFY(running.login(QStringLiteral("ada"), secret + QLatin1Char('x')).code == Code::Wrong);
        QVERIFY(running.login(QStringLiteral("nobody"), secret).code == Code::Wrong);
        QVERIFY(running.login(QString(), secret).code == Code::Wrong);
        QVERIFY(running.login(QStringLiteral("ada"), QString()).code == Code::Wrong);
    }

    void whoWasAddedAMomentAgoIsKnownWithTheLogin()
    {
        Running running({}, 1h); // no look at the file by itself
        const QString path = running.dir.path();
        QCOMPARE(addUser(path, {QStringLiteral("bob"), Role::Citizen}, secret), QString());
        const AccountsAnswer first = running.login(QStringLiteral("bob"), secret);
        const auto known = [&running] {
            return running.board->current()->accounts.value(QStringLiteral("bob")).validFrom;
        };
        QVERIFY(first.code == Code::Done && first.grant->generation == known());
        QCOMPARE(setUserRole(path, QStringLiteral("bob"), Role::Device), QString());
        const AccountsAnswer second = running.login(QStringLiteral("bob"), secret);
        QVERIFY(second.code == Code::Done && second.grant->generation == known());
        QVERIFY(second.grant->generation > first.grant->generation);
    }

    void aStrayRefreshTokenTroublesNobody()
    {
        Running running;
        const quint64 before = running.board->revision();
        for (int i = 0; i < 20; ++i)
            QVERIFY(running.refresh(QString(32, u'A') + u'.' + QString(32, u'A')).code == Code::Wrong);
        QCOMPARE(running.board->revision(), before); // open sockets are not looked at for it
    }

    void whoFailsOftenMustWait_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("a user") << QStringLiteral("ada");
        QTest::newRow("nobody") << QStringLiteral("nobody"); // the same answers: nothing tells who exists
        QTest::newRow("no name at all") << QStringLiteral("a/b");
    }
    void whoFailsOftenMustWait()
    {
        QFETCH(QString, name);
        AccountService::Options options;
        options.backoff.freePerName = 3;
        Running running(options);
        for (int i = 0; i < 3; ++i)
            QVERIFY(running.login(name, QStringLiteral("wrong horse")).code == Code::Wrong);
        for (const QString &spelling : {name, name.toUpper()}) {
            const AccountsAnswer answer = running.login(spelling, secret);
            QVERIFY(answer.code == Code::TooOften);
            QVERIFY(answer.retryAfter > 0s && answer.retryAfter <= 60s);
        }
    }

    void onlySoManyWait()
    {
        AccountService::Options options;
        options.maxWaiting = 4;
        Running running(options);
        for (int i = 0; i < 12; ++i)
            running.service->login({QStringLiteral("ada"), secret, {}}, running.reply());
        QVERIFY(running.answered(12));
        int busy = 0;
        for (const AccountsAnswer &answer : std::as_const(running.answers)) {
            QVERIFY(answer.code == Code::Done || answer.code == Code::Busy);
            busy += answer.code == Code::Busy ? 1 : 0;
            QVERIFY(answer.code == Code::Done || answer.retryAfter > 0s);
        }
        QVERIFY(busy > 0 && busy <= 8);
        running.answers.clear();
        QVERIFY(running.login(QStringLiteral("ada"), secret).code == Code::Done); // the places are free again
    }

    void aRefreshTokenIsGoodOnce()
    {
        Running running;
        const SessionGrant first = *running.login(QStringLiteral("ada"), secret).grant;
        const AccountsAnswer second = running.refresh(first.refreshToken);
        QVERIFY(second.code == Code::Done);
        QCOMPARE(second.grant->session, first.session);
        QVERIFY(second.grant->refreshToken != first.refreshToken);
        const AccountsAnswer third = running.refresh(second.grant->refreshToken);
        QVERIFY(third.code == Code::Done);
        // The first comes back: somebody has a copy. Everything of this login ends, and of this one alone.
        const SessionGrant other = *running.login(QStringLiteral("ada"), secret).grant;
        QVERIFY(running.refresh(first.refreshToken).code == Code::Wrong);
        QVERIFY(running.isRevoked(first.session));
        QVERIFY(running.refresh(third.grant->refreshToken).code == Code::Wrong);
        QVERIFY(running.refresh(other.refreshToken).code == Code::Done);
        QVERIFY(!running.isRevoked(other.session));
    }

    void aForgedRefreshTokenEndsNothing_data()
    {
        QTest::addColumn<QString>("token");
        QTest::newRow("empty") << QString();
        QTest::newRow("a word") << QStringLiteral("token");
        QTest::newRow("of the right shape") << (QString(32, u'A') + u'.' + QString(32, u'A'));
        QTest::newRow("the session's id as family") << QStringLiteral("%1.") + QString(32, u'A');
        QTest::newRow("an injection") << QStringLiteral("' OR 1=1 --");
        QTest::newRow("a megabyte") << QString(1 << 20, u'A');
        QTest::newRow("not Latin") << QString(65, QChar(0x4e00));
    }
    void aForgedRefreshTokenEndsNothing()
    {
        QFETCH(QString, token);
        Running running;
        const SessionGrant grant = *running.login(QStringLiteral("ada"), secret).grant;
        QVERIFY(running.refresh(token.contains(u'%') ? token.arg(grant.session) : token).code == Code::Wrong);
        QVERIFY(running.refresh(grant.refreshToken).code == Code::Done);
    }

    void aLogoutEndsTheSession_data()
    {
        QTest::addColumn<bool>("byAccess");
        QTest::newRow("with the access token") << true;
        QTest::newRow("with the refresh token") << false;
    }
    void aLogoutEndsTheSession()
    {
        QFETCH(bool, byAccess);
        Running running;
        const SessionGrant grant = *running.login(QStringLiteral("ada"), secret).grant;
        Logout logout;
        logout.account = QStringLiteral("ada");
        if (byAccess)
            logout.session = grant.session;
        else
            logout.refreshToken = grant.refreshToken;
        running.service->logout(logout, running.reply());
        QVERIFY(running.taken().code == Code::Done);
        QVERIFY(running.isRevoked(grant.session));
        QVERIFY(running.refresh(grant.refreshToken).code == Code::Wrong);
    }

    void aTokenWithoutASessionIsRevokedAlone()
    {
        Running running;
        Logout logout{QStringLiteral("ada"), {}, QStringLiteral("t1"), systemNow() + 1h, {}};
        running.service->logout(logout, running.reply());
        QVERIFY(running.taken().code == Code::Done);
        QVERIFY(running.board->current()->revoked.contains(revocationKey(Revocable::Token, QStringLiteral("t1"))));
    }

    void anAdministratorRevokes()
    {
        Running running;
        const SessionGrant grant = *running.login(QStringLiteral("ada"), secret).grant;
        running.service->revoke({QStringLiteral("chief"), QStringLiteral("t1"), {}, {}}, running.reply());
        QVERIFY(running.taken().code == Code::Done);
        running.service->revoke({QStringLiteral("chief"), {}, {}, QStringLiteral("ADA@example.org")}, running.reply());
        QVERIFY(running.taken().code == Code::Done);
        QVERIFY(running.board->current()->accounts.value(QStringLiteral("ada")).validFrom > grant.generation);
        QVERIFY(running.refresh(grant.refreshToken).code == Code::Wrong);
        running.service->revoke({QStringLiteral("chief"), {}, {}, QStringLiteral("nobody")}, running.reply());
        QVERIFY(running.taken().code == Code::NotFound);
    }

    void whatHappensToTheAccountEndsItsSessions_data()
    {
        QTest::addColumn<int>("what");
        QTest::newRow("another password") << 0;
        QTest::newRow("another role") << 1;
        QTest::newRow("disabled") << 2;
        QTest::newRow("removed") << 3;
    }
    void whatHappensToTheAccountEndsItsSessions()
    {
        QFETCH(int, what);
        Running running;
        const SessionGrant grant = *running.login(QStringLiteral("ada"), secret).grant;
        const QString path = running.dir.path();
        const QString ada = QStringLiteral("ada");
        QCOMPARE(what == 0   ? setUserPassword(path, ada, QStringLiteral("another horse"))
                 : what == 1 ? setUserRole(path, ada, Role::Citizen)
                 : what == 2 ? setUserDisabled(path, ada, true)
                             : removeUser(path, ada),
                 QString());
        QVERIFY(running.refresh(grant.refreshToken).code == Code::Wrong);
        QVERIFY((running.login(ada, secret).code == Code::Done) == (what == 1));
    }

    void somebodyRegisters()
    {
        Running running;
        running.service->registerAccount(newcomer("bob"), running.reply());
        const AccountsAnswer bob = running.taken();
        QVERIFY2(bob.code == Code::Done && bob.grant, qPrintable(bob.message));
        QVERIFY(running.board->current()->accounts.value(QStringLiteral("bob")).role == Role::Citizen);
        QVERIFY(bob.grant->generation == running.board->current()->accounts.value(QStringLiteral("bob")).validFrom);
        QVERIFY(running.login(QStringLiteral("bob@example.org"), secret).code == Code::Done);
        running.service->registerAccount(newcomer("BOB"), running.reply());
        QVERIFY(running.taken().code == Code::Exists);
        Registration bad = newcomer("eve");
        bad.password = QStringLiteral("short");
        running.service->registerAccount(bad, running.reply());
        QVERIFY(running.taken().code == Code::Invalid);
        running.service->profile(QStringLiteral("bob"), running.reply());
        const AccountsAnswer profile = running.taken();
        QVERIFY(profile.code == Code::Done && profile.profile->email == QStringLiteral("bob@example.org"));
        running.service->profile(QStringLiteral("eve"), running.reply());
        QVERIFY(running.taken().code == Code::NotFound);
    }

    void aPairingTokenIsGoodOnce()
    {
        Running running;
        Registration first = newcomer("van-1");
        first.pairingId = QStringLiteral("p1");
        first.pairingExpires = systemNow() + 1h;
        Registration taken = first;
        taken.name = QStringLiteral("ada");
        running.service->registerAccount(taken, running.reply()); // refused for another reason: not used up
        QVERIFY(running.taken().code == Code::Exists);
        Registration second = newcomer("van-2");
        second.pairingId = first.pairingId;
        second.pairingExpires = first.pairingExpires;
        running.service->registerAccount(first, running.reply()); // both at once
        running.service->registerAccount(second, running.reply());
        QVERIFY(running.answered(2));
        const auto codes = std::pair{running.answers.at(0).code, running.answers.at(1).code};
        QVERIFY(codes == (std::pair{Code::Done, Code::Used}) || codes == (std::pair{Code::Used, Code::Done}));
        running.answers.clear();
        running.service->registerAccount(newcomer("van-3"), running.reply());
        QVERIFY(running.taken().code == Code::Done);
    }

    void nothingInTheFileOpensADoor()
    {
        Running running;
        const SessionGrant grant = *running.login(QStringLiteral("ada"), secret).grant;
        Logout logout{QStringLiteral("ada"), {}, QStringLiteral("token-of-ada"), systemNow() + 1h, {}};
        running.service->logout(logout, running.reply());
        QVERIFY(running.taken().code == Code::Done);
        for (const QString &name : {QStringLiteral("accounts.db"), QStringLiteral("accounts.db-wal")}) {
            QFile file(running.dir.filePath(name));
            if (!file.open(QIODevice::ReadOnly))
                continue;
            const QByteArray bytes = file.readAll();
            for (const QString &part : grant.refreshToken.split(QLatin1Char('.')))
                QVERIFY(!bytes.contains(part.toLatin1()));
            QVERIFY(!bytes.contains("token-of-ada"));
            QVERIFY(!bytes.contains(secret.toUtf8()));
        }
    }

    void itSurvivesARestart()
    {
        QTemporaryDir dir;
        AccountStore store;
        QCOMPARE(store.openIn(dir.path()), QString());
        const TimePoint now = systemNow();
        QCOMPARE(addAccount(store, {QStringLiteral("ada"), Role::Citizen}, secret, {now, {}, {}, {}, {}}), QString());
        QString token;
        QString session;
        {
            AccountSessions sessions(store, {});
            const AccountsAnswer opened =
                sessions.open(*store.find(QStringLiteral("ada")), QStringLiteral("login"), {}, now);
            token = opened.grant->refreshToken;
            session = opened.grant->session;
        }
        store.close();
        QCOMPARE(store.openIn(dir.path()), QString());
        AccountSessions sessions(store, {});
        const AccountsAnswer again = sessions.refresh(token, now);
        QVERIFY(again.code == Code::Done);
        QVERIFY(sessions.end({QStringLiteral("ada"), session, {}, {}, {}}, now).code == Code::Done);
        store.close();
        QCOMPARE(store.openIn(dir.path()), QString());
        QVERIFY(store.revocations(now)->contains(revocationKey(Revocable::Session, session)));
        QVERIFY(AccountSessions(store, {}).refresh(again.grant->refreshToken, now).code == Code::Wrong);
    }

    void whatHasExpiredIsForgotten()
    {
        QTemporaryDir dir;
        AccountStore store;
        QCOMPARE(store.openIn(dir.path()), QString());
        const TimePoint now = systemNow();
        QCOMPARE(addAccount(store, {QStringLiteral("ada"), Role::Citizen}, secret, {now, {}, {}, {}, {}}), QString());
        AccountSessions sessions(store, {60s, 3600s});
        const auto ada = *store.find(QStringLiteral("ada"));
        const SessionGrant ended = *sessions.open(ada, {}, {}, now).grant;
        const SessionGrant idle = *sessions.open(ada, {}, {}, now).grant;
        QVERIFY(sessions.end({ada.id, ended.session, {}, {}, {}}, now).code == Code::Done);
        QCOMPARE(store.revocations(now + 119s)->size(), 1);
        QCOMPARE(store.revocations(now + 121s)->size(), 0);
        QVERIFY(sessions.refresh(idle.refreshToken, now + 3600s).code == Code::Wrong); // too late
        store.prune(now + 3601s);
        QCOMPARE(store.revocations(TimePoint())->size(), 0);
    }

    void itStaysBounded()
    {
        QTemporaryDir dir;
        AccountStore store;
        QCOMPARE(store.openIn(dir.path()), QString());
        const TimePoint now = systemNow();
        QCOMPARE(addAccount(store, {QStringLiteral("ada"), Role::Citizen}, secret, {now, {}, {}, {}, {}}), QString());
        AccountSessions sessions(store, {});
        const Account ada = *store.find(QStringLiteral("ada"));
        QStringList tokens;
        for (int i = 0; i <= AccountStore::maxSessions; ++i)
            tokens.append(sessions.open(ada, {}, {}, now + std::chrono::seconds(i)).grant->refreshToken);
        QVERIFY(sessions.refresh(tokens.first(), now).code == Code::Wrong); // it made room
        QVERIFY(sessions.refresh(tokens.last(), now).code == Code::Done);
        // More revocations than an account may have: its tokens are void altogether, and the list is empty again.
        const TimePoint generation = ada.validFrom;
        for (int i = 0; i <= AccountStore::maxRevocations; ++i) {
            const QByteArray key = revocationKey(Revocable::Token, QString::number(i));
            QVERIFY(store.revoke(key, ada.id, now + 1h, {now, {}, {}, {}, {}}));
        }
        QVERIFY(store.find(ada.id)->validFrom > generation);
        QVERIFY(store.revocations(now)->size() <= 1);
    }
};

QTEST_GUILESS_MAIN(TestAccountService)
#include "test_accountservice.moc"
