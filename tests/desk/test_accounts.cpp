// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AccountsSnapshot.h"
#include "server/desk/AccountCommands.h"
#include "server/desk/Accounts.h"
#include "server/store/DataDirectory.h"
#include "tests/support/Outsider.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace tocsin;
using namespace std::chrono_literals;

class TestAccounts : public QObject
{
    Q_OBJECT
private:
    static QString secret() { return QStringLiteral("correct horse"); }

private Q_SLOTS:
    void namesBecomeIds_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("id"); // empty: refused
        QTest::newRow("plain") << QStringLiteral("ada") << QStringLiteral("ada");
        QTest::newRow("capitals") << QStringLiteral("Ada") << QStringLiteral("ada");
        QTest::newRow("address") << QStringLiteral("Ada@Example.org") << QStringLiteral("ada@example.org");
        QTest::newRow("one character") << QStringLiteral("a") << QStringLiteral("a");
        QTest::newRow("64 characters") << QString(64, QLatin1Char('a')) << QString(64, QLatin1Char('a'));
        QTest::newRow("64 characters outside the BMP")
            << QStringLiteral("🚨").repeated(64) << QStringLiteral("🚨").repeated(64);
        QTest::newRow("space inside") << QStringLiteral("Ada Lovelace") << QStringLiteral("ada lovelace");
        QTest::newRow("accents composed") << QStringLiteral("Zoe\u0308") << QStringLiteral("zo\u00eb");
        QTest::newRow("empty") << QString() << QString();
        QTest::newRow("65 characters") << QString(65, QLatin1Char('a')) << QString();
        QTest::newRow("only spaces") << QStringLiteral("  ") << QString();
        QTest::newRow("space in front") << QStringLiteral(" ada") << QString();
        QTest::newRow("space behind") << QStringLiteral("ada ") << QString();
        QTest::newRow("slash") << QStringLiteral("a/da") << QString();
        QTest::newRow("line break") << QStringLiteral("a\nda") << QString();
        QTest::newRow("NUL") << (QStringLiteral("a") + QChar(0) + QStringLiteral("da")) << QString();
        QTest::newRow("escape") << QStringLiteral("a\u001b[31m") << QString();
        QTest::newRow("delete") << QStringLiteral("a\u007f") << QString();
        QTest::newRow("written backwards") << QStringLiteral("a\u202eda") << QString();
        QTest::newRow("invisible") << QStringLiteral("a\u200bda") << QString();
        QTest::newRow("paragraph") << QStringLiteral("a\u2029da") << QString();
        QTest::newRow("half a character") << (QStringLiteral("a") + QChar(0xd800)) << QString();
    }
    void namesBecomeIds()
    {
        QFETCH(QString, name);
        QFETCH(QString, id);
        const AccountId result = accountIdOf(name);
        QCOMPARE(result.id, id);
        QCOMPARE(result.error.isEmpty(), !id.isEmpty());
    }

    void passwordsHaveALength_data()
    {
        QTest::addColumn<QString>("password");
        QTest::addColumn<bool>("good");
        QTest::newRow("empty") << QString() << false;
        QTest::newRow("7") << QStringLiteral("1234567") << false;
        QTest::newRow("4 that take 8 units") << QStringLiteral("🚨🚨🚨🚨") << false;
        QTest::newRow("8") << QStringLiteral("12345678") << true;
        QTest::newRow("1024") << QString(1024, QLatin1Char('x')) << true;
        QTest::newRow("1025") << QString(1025, QLatin1Char('x')) << false;
    }
    void passwordsHaveALength()
    {
        QFETCH(QString, password);
        QFETCH(bool, good);
        QCOMPARE(passwordProblem(password).isEmpty(), good);
    }

    void hashesAreArgon2idOfTheAgreedCost()
    {
        const QString hash = hashPassword(secret());
        QVERIFY2(hash.startsWith(QLatin1String("$argon2id$v=19$m=65536,t=2,p=1$")), qPrintable(hash));
        QVERIFY(hashPassword(secret()) != hash); // salted
        Account account;
        account.passwordHash = hash;
        QVERIFY(passwordMatches(account, secret()));
        QVERIFY(!passwordMatches(account, secret() + QLatin1Char('x')));
        QVERIFY(!passwordMatches(account, QString()));
        QVERIFY(!passwordMatches(account, QString(1 << 20, QLatin1Char('x'))));
        QVERIFY(!passwordMatches(std::nullopt, secret()));
        account.disabled = true;
        QVERIFY(!passwordMatches(account, secret()));
        account.disabled = false;
        account.passwordHash = QStringLiteral("plain");
        QVERIFY(!passwordMatches(account, QStringLiteral("plain")));
    }

    void accentsTypedInTwoWaysAreOnePassword()
    {
        Account account;
        account.passwordHash = hashPassword(QStringLiteral("zo\u00eb zo\u00eb"));
        QVERIFY(passwordMatches(account, QStringLiteral("zoe\u0308 zoe\u0308")));
    }

    void addressesHaveAShape_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("email");
        const auto row = [](const char *text, const char *email) {
            QTest::addRow("\"%s\"", text) << QString::fromUtf8(text) << QString::fromUtf8(email);
        };
        row("Ada@Example.org", "ada@example.org");
        row("a@b", "a@b");
        row("", "");
        row("ada", "");
        row("@b", "");
        row("a@", "");
        row("a b@c", "");
        row("a@b\n", "");
        row("a@b/c", "");
        row("a\u202e@b", "");
        QTest::newRow("254") << (QString(252, QLatin1Char('a')) + QStringLiteral("@b"))
                             << (QString(252, QLatin1Char('a')) + QStringLiteral("@b"));
        QTest::newRow("255") << (QString(253, QLatin1Char('a')) + QStringLiteral("@b")) << QString();
    }
    void addressesHaveAShape()
    {
        QFETCH(QString, text);
        QFETCH(QString, email);
        QCOMPARE(emailOf(text), email);
    }

    void usersAreAddedOnceAndFound()
    {
        QTemporaryDir dir;
        AccountStore store;
        QCOMPARE(store.openIn(dir.path()), QString());
        const auto add = [&store](const char *name, const char *email, const QString &password) {
            return addAccount(store, {QString::fromLatin1(name), Role::Dispatcher, QString::fromLatin1(email)},
                              password, {systemNow(), QStringLiteral("test"), QStringLiteral("added"), {}, {}});
        };
        QCOMPARE(add("Ada", "Ada@Example.org", secret()), QString());
        QVERIFY(add("ADA", "", secret()).contains(QLatin1String("exists")));
        QVERIFY(add("bob", "ada@example.ORG", secret()).contains(QLatin1String("exists")));
        QVERIFY(add("ada@example.org", "", secret()).contains(QLatin1String("exists"))); // somebody's address as a name
        QVERIFY(!add("bob/eve", "", secret()).isEmpty());
        QVERIFY(!add("bob", "no address", secret()).isEmpty());
        QVERIFY(!add("bob", "", QStringLiteral("short")).isEmpty());
        QCOMPARE(store.all()->size(), 1);
        QCOMPARE(add("carl@example.org", "", secret()), QString());
        QVERIFY(add("bob", "carl@example.org", secret())
                    .contains(QLatin1String("exists"))); // somebody's name as an address
        for (const char *login : {"ada", "ada@example.org"}) {
            const auto found = store.findByLogin(QString::fromLatin1(login));
            QVERIFY(found && found->name == QStringLiteral("Ada") && found->role == Role::Dispatcher &&
                    !found->disabled);
            QVERIFY(found->validFrom > TimePoint());
        }
        QVERIFY(!store.findByLogin(QString()));
        QVERIFY(!store.findByLogin(QStringLiteral("bob")));
        // What is in the log tells who and what, and no secret.
        for (const AuditRow &row : store.audit(10))
            QVERIFY(row.action == QStringLiteral("added") && !row.detail.contains(secret()));
        QCOMPARE(store.audit(10).size(), 2);
        QCOMPARE(store.audit(1).size(), 1);
    }

    void aRunningServerNoticesWhatHappensBeside()
    {
        QTemporaryDir dir;
        DataDirectory server(dir.path());
        QCOMPARE(server.lock(), QString()); // held all the while
        auto board = std::make_shared<AccountsBoard>();
        Accounts accounts(server.accountsFile(), board, 20ms);
        QCOMPARE(accounts.start(), QString());
        const auto before = board->current();
        QSignalSpy changed(&accounts, &Accounts::changed);
        const auto noticed = [&changed] { return !changed.isEmpty() || changed.wait(30'000); };
        const auto ada = [&board] { return board->current()->accounts.value(QStringLiteral("ada")); };
        const QString name = QStringLiteral("Ada");
        QCOMPARE(addUser(dir.path(), {name, Role::Supervisor}, secret()), QString());
        QVERIFY(noticed());
        QVERIFY(before->accounts.isEmpty()); // snapshots do not change
        QVERIFY(ada().role == Role::Supervisor);

        TimePoint generation = ada().validFrom;
        QVERIFY(generation > TimePoint());
        using Step = std::function<QString()>;
        for (const Step &step : {Step([&] { return setUserRole(dir.path(), name, Role::Citizen); }),
                                 Step([&] { return setUserPassword(dir.path(), name, QStringLiteral("another one")); }),
                                 Step([&] { return setUserDisabled(dir.path(), name, true); }),
                                 Step([&] { return setUserDisabled(dir.path(), name, false); }),
                                 Step([&] { return revokeUser(dir.path(), name); })}) {
            changed.clear();
            QCOMPARE(step(), QString());
            QVERIFY(noticed());
            QVERIFY(ada().validFrom > generation); // tokens of before are void
            generation = ada().validFrom;
        }
        QVERIFY(ada().role == Role::Citizen && !ada().disabled);
        changed.clear();
        QCOMPARE(revokeToken(dir.path(), QStringLiteral("t1"), systemNow() + 1h), QString());
        QVERIFY(noticed());
        QVERIFY(board->current()->revoked.contains(revocationKey(Revocable::Token, QStringLiteral("t1"))));
        changed.clear();
        QCOMPARE(removeUser(dir.path(), name), QString());
        QVERIFY(noticed());
        QVERIFY(board->current()->accounts.isEmpty());
    }

    void whoComesBackIsSomebodyElse()
    {
        QTemporaryDir dir;
        const NewAccount ada{QStringLiteral("ada"), Role::Admin};
        QCOMPARE(addUser(dir.path(), ada, secret()), QString());
        const TokenGrant before = grantToken(dir.path(), ada.name, 1h, systemNow());
        QCOMPARE(removeUser(dir.path(), ada.name), QString());
        QCOMPARE(addUser(dir.path(), ada, secret()), QString());
        QVERIFY(grantToken(dir.path(), ada.name, 1h, systemNow()).generation > before.generation);
    }

    void aUserIsAddedFromTheCommandLine()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("new/data"));
        const auto add = [](const QString &where, const char *name, const QString &password) {
            return addUser(where, {QString::fromLatin1(name), Role::Admin}, password);
        };
        QCOMPARE(add(path, "Ada", secret()), QString());
        QVERIFY(add(path, "ada", secret()).contains(QLatin1String("exists")));
        QVERIFY(!add(path, "", secret()).isEmpty());
        QVERIFY(!add(path, "bob", QStringLiteral("1234567")).isEmpty());
        QFile file(dir.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(add(file.fileName(), "bob", secret()).contains(QLatin1String("not a directory")));
#ifdef Q_OS_UNIX
        QVERIFY(!(QFile::permissions(path + QStringLiteral("/accounts.db")) & (QFile::ReadGroup | QFile::ReadOther)));
#endif
        const UserList list = listUsers(path);
        QCOMPARE(list.error, QString());
        QCOMPARE(list.users.size(), 1);
        QVERIFY(list.users.first().passwordHash.isEmpty());
        QString error;
        QCOMPARE(auditLines(path, 10, &error).size(), 1);
        QVERIFY(auditLines(path, 10, &error).first().contains(QLatin1String("command line: user added ada (admin)")));
    }

    void nobodyIsChangedWhoIsNotThere()
    {
        QTemporaryDir dir;
        const QString bob = QStringLiteral("bob");
        for (const QString &error : {removeUser(dir.path(), bob), setUserRole(dir.path(), bob, Role::Admin),
                                     setUserPassword(dir.path(), bob, secret()), setUserDisabled(dir.path(), bob, true),
                                     revokeUser(dir.path(), bob), removeUser(dir.path(), QString()),
                                     removeUser(dir.path(), QStringLiteral("a/b"))})
            QVERIFY2(error.contains(QLatin1String("no user")), qPrintable(error));
        QVERIFY(setUserPassword(dir.path(), bob, QStringLiteral("short")).contains(QLatin1String("at least")));
    }

    void aTokenIsGrantedOnlyToSomebodyWhoMayComeIn()
    {
        QTemporaryDir dir;
        const TimePoint now{1'700'000'000s};
        QCOMPARE(addUser(dir.path(), {QStringLiteral("Ada"), Role::Admin}, secret()), QString());
        const TokenGrant grant = grantToken(dir.path(), QStringLiteral("ADA"), 1h, now);
        QCOMPARE(grant.error, QString());
        QCOMPARE(grant.account.id, QStringLiteral("ada"));
        QVERIFY(grant.account.role == Role::Admin && grant.issuedAt == now && grant.expiresAt == now + 1h);
        QCOMPARE(grant.key, DataDirectory(dir.path()).tokenKey().bytes);
        QVERIFY(grantToken(dir.path(), QStringLiteral("bob"), 1h, now).error.contains(QLatin1String("bob")));
        QVERIFY(grantToken(dir.path(), QString(), 1h, now).key.isEmpty());
        QVERIFY(!grantToken(dir.path(), QStringLiteral("ada"), 0s, now).error.isEmpty());
        QCOMPARE(setUserDisabled(dir.path(), QStringLiteral("ada"), true), QString());
        const TokenGrant refused = grantToken(dir.path(), QStringLiteral("ada"), 1h, now);
        QVERIFY(refused.error.contains(QLatin1String("disabled")) && refused.key.isEmpty());
        QCOMPARE(grantPairing(dir.path(), Role::Device, 1h, now).key, grant.key);
    }

    void anUnknownRoleShutsTheAccount()
    {
        QTemporaryDir dir;
        QCOMPARE(addUser(dir.path(), {QStringLiteral("ada"), Role::Admin}, secret()), QString());
        QCOMPARE(test::Outsider(dir.filePath(QStringLiteral("accounts.db")))
                     .exec(QStringLiteral("UPDATE accounts SET role='emperor'")),
                 QString());
        Accounts accounts(dir.filePath(QStringLiteral("accounts.db")), std::make_shared<AccountsBoard>());
        QCOMPARE(accounts.start(), QString());
        const auto ada = accounts.store().find(QStringLiteral("ada"));
        QVERIFY(ada && ada->disabled && ada->role == Role::Citizen);
    }

    void aFileOfALaterVersionIsRefused()
    {
        QTemporaryDir dir;
        QCOMPARE(addUser(dir.path(), {QStringLiteral("ada"), Role::Admin}, secret()), QString());
        QCOMPARE(
            test::Outsider(dir.filePath(QStringLiteral("accounts.db"))).exec(QStringLiteral("PRAGMA user_version=9")),
            QString());
        QVERIFY(addUser(dir.path(), {QStringLiteral("bob"), Role::Admin}, secret()).contains(QLatin1String("newer")));
    }

    void timesToLive_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("seconds"); // 0: refused
        QTest::newRow("seconds") << QStringLiteral("90s") << qint64(90);
        QTest::newRow("minutes") << QStringLiteral("30m") << qint64(1800);
        QTest::newRow("hour") << QStringLiteral("1h") << qint64(3600);
        QTest::newRow("days") << QStringLiteral("7d") << qint64(604'800);
        QTest::newRow("leading zero") << QStringLiteral("01h") << qint64(3600);
        QTest::newRow("longest") << QStringLiteral("3660d") << qint64(316'224'000);
        for (const char *bad : {"", "h", "1", "0s", "-1h", "+1h", "1.5h", "1 h", " 1h", "1h ", "1H", "1w", "1h30m",
                                "3661d", "999999999d", "99999999999999999999d", "1e3s", "٣h"})
            QTest::addRow("\"%s\"", bad) << QString::fromUtf8(bad) << qint64(0);
    }
    void timesToLive()
    {
        QFETCH(QString, text);
        QFETCH(qint64, seconds);
        const auto ttl = parseTtl(text);
        QCOMPARE(ttl ? ttl->count() : 0, seconds);
    }
};

QTEST_GUILESS_MAIN(TestAccounts)
#include "test_accounts.moc"
