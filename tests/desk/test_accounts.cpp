// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/AccountCommands.h"
#include "server/desk/Accounts.h"
#include "server/store/DataDirectory.h"
#include "tests/support/Outsider.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

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

    void usersAreAddedOnceAndFound()
    {
        QTemporaryDir dir;
        auto board = std::make_shared<AccountsBoard>();
        Accounts accounts(dir.filePath(QStringLiteral("accounts.db")), board);
        QCOMPARE(accounts.start(), QString());
        QVERIFY(board->current()->accounts.isEmpty());
        QSignalSpy changed(&accounts, &Accounts::changed);
        QCOMPARE(accounts.add(QStringLiteral("Ada"), Role::Dispatcher, secret()), QString());
        QCOMPARE(changed.size(), 1);
        QVERIFY(accounts.add(QStringLiteral("ADA"), Role::Admin, secret()).contains(QLatin1String("exists")));
        QVERIFY(!accounts.add(QStringLiteral("bob/eve"), Role::Admin, secret()).isEmpty());
        QVERIFY(!accounts.add(QStringLiteral("bob"), Role::Admin, QStringLiteral("short")).isEmpty());
        QCOMPARE(accounts.list().size(), 1);
        const auto found = accounts.find(QStringLiteral("aDA"));
        QVERIFY(found && found->name == QStringLiteral("Ada") && found->role == Role::Dispatcher && !found->disabled);
        QVERIFY(board->current()->accounts.value(QStringLiteral("ada")) ==
                (AccountsSnapshot::Entry{QStringLiteral("Ada"), Role::Dispatcher, false}));

        const auto principal = accounts.verifyPassword(QStringLiteral("ADA"), secret());
        QVERIFY(principal && principal->id == QStringLiteral("ada") && principal->role == Role::Dispatcher);
        QVERIFY(!accounts.verifyPassword(QStringLiteral("ada"), QStringLiteral("wrong horse")));
        QVERIFY(!accounts.verifyPassword(QStringLiteral("bob"), secret()));
        QVERIFY(!accounts.verifyPassword(QString(), secret()));

        QVERIFY(accounts.setDisabled(QStringLiteral("ada"), true));
        QVERIFY(board->current()->accounts.value(QStringLiteral("ada")).disabled);
        QVERIFY(!accounts.verifyPassword(QStringLiteral("ada"), secret()));
        QVERIFY(!accounts.setDisabled(QStringLiteral("bob"), true));
    }

    void aRunningServerNoticesAUserAddedBeside()
    {
        QTemporaryDir dir;
        DataDirectory server(dir.path());
        QCOMPARE(server.lock(), QString()); // held all the while
        auto board = std::make_shared<AccountsBoard>();
        Accounts accounts(server.accountsFile(), board);
        QCOMPARE(accounts.start(), QString());
        const auto before = board->current();
        QSignalSpy changed(&accounts, &Accounts::changed);
        QCOMPARE(addUser(dir.path(), QStringLiteral("Ada"), Role::Supervisor, secret()), QString());
        QVERIFY(changed.wait(30'000));
        QVERIFY(before->accounts.isEmpty()); // snapshots do not change
        QVERIFY(board->current()->accounts.contains(QStringLiteral("ada")));
        QCOMPARE(changed.size(), 1);
    }

    void aUserIsAddedFromTheCommandLine()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("new/data"));
        QCOMPARE(addUser(path, QStringLiteral("Ada"), Role::Admin, secret()), QString());
        QVERIFY(addUser(path, QStringLiteral("ada"), Role::Admin, secret()).contains(QLatin1String("exists")));
        QVERIFY(!addUser(path, QString(), Role::Admin, secret()).isEmpty());
        QVERIFY(!addUser(path, QStringLiteral("bob"), Role::Admin, QStringLiteral("1234567")).isEmpty());
        QFile file(dir.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(addUser(file.fileName(), QStringLiteral("bob"), Role::Admin, secret())
                    .contains(QLatin1String("not a directory")));
#ifdef Q_OS_UNIX
        QVERIFY(!(QFile::permissions(path + QStringLiteral("/accounts.db")) & (QFile::ReadGroup | QFile::ReadOther)));
#endif
    }

    void aTokenIsGrantedOnlyToSomebodyWhoMayComeIn()
    {
        QTemporaryDir dir;
        const TimePoint now{1'700'000'000s};
        QCOMPARE(addUser(dir.path(), QStringLiteral("Ada"), Role::Admin, secret()), QString());
        const TokenGrant grant = grantToken(dir.path(), QStringLiteral("ADA"), 1h, now);
        QCOMPARE(grant.error, QString());
        QCOMPARE(grant.account.id, QStringLiteral("ada"));
        QVERIFY(grant.account.role == Role::Admin && grant.issuedAt == now && grant.expiresAt == now + 1h);
        QCOMPARE(grant.key, DataDirectory(dir.path()).tokenKey().bytes);
        QVERIFY(grantToken(dir.path(), QStringLiteral("bob"), 1h, now).error.contains(QLatin1String("bob")));
        QVERIFY(grantToken(dir.path(), QString(), 1h, now).key.isEmpty());
        QVERIFY(!grantToken(dir.path(), QStringLiteral("ada"), 0s, now).error.isEmpty());
        {
            Accounts accounts(dir.filePath(QStringLiteral("accounts.db")), std::make_shared<AccountsBoard>());
            QCOMPARE(accounts.start(), QString());
            QVERIFY(accounts.setDisabled(QStringLiteral("ada"), true));
        }
        const TokenGrant refused = grantToken(dir.path(), QStringLiteral("ada"), 1h, now);
        QVERIFY(refused.error.contains(QLatin1String("disabled")) && refused.key.isEmpty());
    }

    void anUnknownRoleShutsTheAccount()
    {
        QTemporaryDir dir;
        QCOMPARE(addUser(dir.path(), QStringLiteral("ada"), Role::Admin, secret()), QString());
        QCOMPARE(test::Outsider(dir.filePath(QStringLiteral("accounts.db")))
                     .exec(QStringLiteral("UPDATE accounts SET role='emperor'")),
                 QString());
        Accounts accounts(dir.filePath(QStringLiteral("accounts.db")), std::make_shared<AccountsBoard>());
        QCOMPARE(accounts.start(), QString());
        const auto ada = accounts.find(QStringLiteral("ada"));
        QVERIFY(ada && ada->disabled && ada->role == Role::Citizen);
    }

    void aFileOfALaterVersionIsRefused()
    {
        QTemporaryDir dir;
        QCOMPARE(addUser(dir.path(), QStringLiteral("ada"), Role::Admin, secret()), QString());
        QCOMPARE(
            test::Outsider(dir.filePath(QStringLiteral("accounts.db"))).exec(QStringLiteral("PRAGMA user_version=9")),
            QString());
        QVERIFY(addUser(dir.path(), QStringLiteral("bob"), Role::Admin, secret()).contains(QLatin1String("newer")));
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
