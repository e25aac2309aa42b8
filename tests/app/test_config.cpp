// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/CommandLine.h"
#include "app/Config.h"

#include <QTest>

using namespace tocsin;

class TestConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oldNamesAreUnderstoodAndGiveWay()
    {
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("PORT"), QStringLiteral("6162"));
        environment.insert(QStringLiteral("FRONTEND_URL"), QStringLiteral("http://localhost:3000/, https://a.example"));
        environment.insert(QStringLiteral("DEBUG"), QStringLiteral("socket.io:*"));
        environment.insert(QStringLiteral("JWT_SECRET"), QStringLiteral("hush"));
        environment.insert(QStringLiteral("MONGODB_URI"), QStringLiteral("mongodb://localhost/iothub"));
        environment.insert(QStringLiteral("NODE_ENV"), QStringLiteral("development"));
        Config config;
        const QStringList notices = config.readOldNames(environment);
        QCOMPARE(notices.size(), 6);
        QVERIFY(!notices.join(QLatin1Char(' ')).contains(QLatin1String("hush")));
        QCOMPARE(config.settings().listen, QStringList{QStringLiteral("127.0.0.1:6162")});
        QCOMPARE(config.settings().allowedOrigins,
                 (QStringList{QStringLiteral("http://localhost:3000"), QStringLiteral("https://a.example")}));
        QCOMPARE(config.value(QStringLiteral("log.rules")).value.toString(),
                 QStringLiteral("tocsin.dialect.iothub=debug"));
        QCOMPARE(config.value(QStringLiteral("server.listen")).origin, QStringLiteral("environment PORT"));

        Config set;
        set.readText("[server]\nlisten = [\"127.0.0.1:1\"]\n", QStringLiteral("t.toml"));
        QVERIFY(set.readOldNames(environment).first().contains(QLatin1String("passed over")));
        QCOMPARE(set.settings().listen, QStringList{QStringLiteral("127.0.0.1:1")});

        Config none;
        QVERIFY(none.readOldNames(QProcessEnvironment()).isEmpty());
        environment.clear();
        environment.insert(QStringLiteral("PORT"), QStringLiteral("many"));
        QCOMPARE(none.readOldNames(environment).size(), 1);
        QCOMPARE(none.value(QStringLiteral("server.listen")).origin, QStringLiteral("default"));
    }

    void flagWinsOverEnvironmentOverFileOverDefault()
    {
        Config config;
        QCOMPARE(config.settings().staleSeconds, 90);
        QCOMPARE(config.value(QStringLiteral("alerts.stale_seconds")).origin, QStringLiteral("default"));

        config.readText("[alerts]\nstale_seconds = 30\nrules = \"a.json\"\n[server]\nlisten = [\"[::1]:1\"]\n",
                        QStringLiteral("t.toml"));
        QCOMPARE(config.settings().staleSeconds, 30);
        QCOMPARE(config.value(QStringLiteral("alerts.stale_seconds")).origin, QStringLiteral("file t.toml line 2"));

        QProcessEnvironment environment;
        environment.insert(QStringLiteral("TOCSIN_ALERTS_STALE_SECONDS"), QStringLiteral("40"));
        environment.insert(QStringLiteral("TOCSIN_ALERTS_RULES"), QStringLiteral("b.json"));
        environment.insert(QStringLiteral("TOCSIN_SERVER_LISTEN"), QStringLiteral("127.0.0.1:1;127.0.0.1:2"));
        config.readEnvironment(environment);
        QCOMPARE(config.settings().staleSeconds, 40);
        QCOMPARE(config.settings().listen.size(), 2);

        config.setFlag(QStringLiteral("rules"), {QStringLiteral("c.json")});
        QCOMPARE(config.settings().rulesFile, QStringLiteral("c.json"));
        QCOMPARE(config.value(QStringLiteral("alerts.rules")).origin, QStringLiteral("flag --rules"));
        QVERIFY2(config.errors().isEmpty(), qPrintable(config.errors().join(QLatin1Char('\n'))));
    }

    void aFallbackGivesWayToWhateverWasSet()
    {
        Config config;
        config.setFlag(QStringLiteral("data"), {QStringLiteral("/d")});
        config.setFallback(QStringLiteral("data.dir"), QStringLiteral("/e"), QStringLiteral("demo"));
        config.setFallback(QStringLiteral("server.open"), true, QStringLiteral("demo"));
        QCOMPARE(config.settings().dataDir, QStringLiteral("/d"));
        QVERIFY(config.settings().open);
    }

    void everyMistakeIsNamedWithItsLine_data()
    {
        QTest::addColumn<QByteArray>("toml");
        QTest::addColumn<QString>("error");
        QTest::newRow("unknown key") << QByteArray("[server]\nlisten = []\nport = 1\n")
                                     << QStringLiteral("c.toml line 3: unknown key \"server.port\"");
        QTest::newRow("unknown section") << QByteArray("\n[sever]\n")
                                         << QStringLiteral("c.toml line 2: unknown section [sever]");
        QTest::newRow("top-level key") << QByteArray("listen = 1\n")
                                       << QStringLiteral("c.toml line 1: unknown key \"listen\"");
        QTest::newRow("wrong type") << QByteArray("[server]\nopen = \"yes\"\n")
                                    << QStringLiteral("c.toml line 2: server.open must be true or false");
        QTest::newRow("list of numbers") << QByteArray("[server]\nlisten = [1]\n")
                                         << QStringLiteral("c.toml line 2: server.listen must be a list of texts");
        QTest::newRow("out of range") << QByteArray("[data]\nhistory_days = 0\n")
                                      << QStringLiteral(
                                             "file c.toml line 2: data.history_days must be between 1 and 36500");
        QTest::newRow("theme") << QByteArray("[console]\ntheme = \"pink\"\n")
                               << QStringLiteral("file c.toml line 2: console.theme must be dark, light or contrast");
    }
    void everyMistakeIsNamedWithItsLine()
    {
        QFETCH(QByteArray, toml);
        QFETCH(QString, error);
        Config config;
        config.readText(toml, QStringLiteral("c.toml"));
        QCOMPARE(config.errors(), QStringList{error});
    }

    void brokenTomlNamesTheLine()
    {
        Config config;
        config.readText("[server\n", QStringLiteral("c.toml"));
        QCOMPARE(config.errors().size(), 1);
        QVERIFY(config.errors().constFirst().startsWith(QLatin1String("c.toml line 1: ")));
    }

    void aMissingFileThatWasNamedIsAnError()
    {
        Config config;
        config.readFile(QStringLiteral("/nonexistent/c.toml"), false);
        QVERIFY(config.errors().isEmpty());
        config.readFile(QStringLiteral("/nonexistent/c.toml"), true);
        QCOMPARE(config.errors().size(), 1);
        QVERIFY(config.errors().constFirst().contains(QLatin1String("--config")));
    }

    void badEnvironmentValuesAreNamed()
    {
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("TOCSIN_SERVER_PING_SECONDS"), QStringLiteral("soon"));
        environment.insert(QStringLiteral("TOCSIN_SERVER_OPEN"), QStringLiteral("maybe"));
        Config config;
        config.readEnvironment(environment);
        QCOMPARE(config.errors().size(), 2);
    }

    void whatIsPrintedCanBeReadBack()
    {
        Config config;
        config.readText("[data]\ndir = \"a \\\"b\\\" \\\\ c\"\n[hardware]\nserial = [\"g=/dev/x,nmea\"]\n",
                        QStringLiteral("c.toml"));
        const QString printed = config.print();
        Config again;
        again.readText(printed.toUtf8(), QStringLiteral("printed"));
        QVERIFY2(again.errors().isEmpty(), qPrintable(again.errors().join(QLatin1Char('\n'))));
        QCOMPARE(again.settings().dataDir, config.settings().dataDir);
        QCOMPARE(again.settings().serial, config.settings().serial);
        for (const ConfigKey &key : Config::keys())
            QCOMPARE(again.value(key.name).value.toString(), config.value(key.name).value.toString());
    }

    void theCommandLineSaysWhatIsWrong_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("mentions");
        const auto row = [](const char *name, const char *arguments, const char *mentions) {
            QTest::newRow(name) << QString::fromLatin1(arguments).split(QLatin1Char(' '))
                                << QString::fromLatin1(mentions);
        };
        row("unknown flag", "--colour", "colour");
        row("stray argument", "run", "run");
        row("missing value", "--listen", "listen");
        row("bad milliseconds", "--after soon", "--after");
        row("bad size", "--size 12", "--size");
        row("headless page", "--headless --page desk", "--headless");
        row("user without a known word", "user rename x", "user knows");
        row("user without role", "user add x --password-stdin", "--role");
        row("user without password", "user add x --role admin", "--password-stdin");
        row("user without name", "user add --role admin --password-stdin", "NAME");
        row("two names", "token a b", "NAME");
    }
    void theCommandLineSaysWhatIsWrong()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, mentions);
        arguments.prepend(QStringLiteral("tocsin"));
        const CommandLine line = CommandLine::parse(arguments);
        QVERIFY(line.action == CommandLine::Action::Wrong);
        QVERIFY2(line.error.contains(mentions), qPrintable(line.error));
    }

    void repeatedFlagsAddUp()
    {
        const CommandLine line =
            CommandLine::parse({QStringLiteral("tocsin"), QStringLiteral("--listen"), QStringLiteral("127.0.0.1:0"),
                                QStringLiteral("--listen=[::1]:0"), QStringLiteral("--demo")});
        QVERIFY(line.action == CommandLine::Action::Run);
        QVERIFY(line.demo);
        QCOMPARE(line.settings.size(), 1);
        QCOMPARE(line.settings.constFirst().second.size(), 2);
    }

    void everyFlagIsInTheHelp()
    {
        const QString help = CommandLine::help();
        for (const ConfigKey &key : Config::keys()) {
            QVERIFY2(key.flag.isEmpty() || help.contains(QStringLiteral("--") + key.flag), qPrintable(key.flag));
            QVERIFY(help.contains(key.variable()));
        }
    }
};

QTEST_GUILESS_MAIN(TestConfig)
#include "test_config.moc"
