// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemoteLink.h"
#include "tests/link/FakeServer.h"

#include <QDir>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;
using State = RemoteLink::State;
using Grant = wire::StreamGrant::State;

namespace {
const QString address = QStringLiteral("ws://harbour:8000/ws/v1");
const QString dana = QStringLiteral("dana");

PendingAction action(const QString &id, const RequestBody &body = CancelCommand{QStringLiteral("k-1")})
{
    return {id, fromEpochMillis(1'764'028'800'000), true, body};
}

QString s(const char *text)
{
    return QString::fromUtf8(text);
}

QStringList filesIn(const QString &directory, const QString &pattern = QStringLiteral("*.json"))
{
    return QDir(directory).entryList({pattern}, QDir::Files);
}

/// A console that keeps what waits; its server answers nothing unless the test does.
struct Console
{
    Console(const FakeServer &server, const QString &directory, std::function<TimePoint()> clock = systemNow)
        : link({server.url(), {}, {}, {}}, options(directory, std::move(clock)))
    {
        QObject::connect(&link, &RemoteLink::replied, &link,
                         [this](const QString &id, const Outcome &outcome) { replies.insert(id, outcome); });
        QObject::connect(&link, &RemoteLink::restored, &link,
                         [this](const QList<PendingAction> &all) { restored = all; });
        QObject::connect(&link, &RemoteLink::trouble, &link, [this](const QString &text) { troubles.append(text); });
        link.start();
    }
    static RemoteLink::Options options(const QString &directory, std::function<TimePoint()> clock)
    {
        RemoteLink::Options options;
        options.operatorName = dana;
        options.delay = ReconnectDelay(20ms, 100ms);
        options.pendingDirectory = directory;
        options.clock = std::move(clock);
        return options;
    }
    RemoteLink link;
    QHash<QString, Outcome> replies;
    QList<PendingAction> restored;
    QStringList troubles;
};

void welcomes(FakeServer &server)
{
    server.onHello = [&server](const wire::Hello &) {
        server.welcome(Grant::Reset);
        server.snapshot({}, 1);
    };
}
} // namespace

class TestPending : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFileHoldsEveryActionAsItWas()
    {
        QTemporaryDir dir;
        Acknowledge acknowledge{s("a-1"), 3, AlertLevel::Critical, s("on it")};
        SendChat chat;
        chat.thread = s("user/anna");
        chat.text = s("東京 🚨");
        chat.clientMessageId = s("c-1");
        chat.attachments = {s("p-1")};
        IssueCommand order;
        order.deviceId = s("rig");
        order.action = s("stop");
        const QList<PendingAction> actions{action(s("1"), acknowledge), action(s("2"), chat), action(s("3"), order)};
        {
            PendingFile file(dir.path(), address, dana);
            QVERIFY(file.open().actions.isEmpty());
            QCOMPARE(file.save(actions, dana), QString());
            const QFileInfo info(dir.filePath(filesIn(dir.path()).value(0)));
            QCOMPARE(info.permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
                     QFile::Permissions());
        }
        PendingFile file(dir.path(), address, dana);
        const PendingFile::Loaded loaded = file.open();
        QCOMPARE(loaded.trouble, QString());
        QCOMPARE(loaded.person, dana);
        QCOMPARE(loaded.actions.size(), 3);
        for (qsizetype i = 0; i < 3; ++i) {
            QCOMPARE(loaded.actions[i].id, actions[i].id);
            QVERIFY(loaded.actions[i].at == actions[i].at && loaded.actions[i].everSent);
            QCOMPARE(wire::toJson(wire::ClientFrame(wire::Ask{{}, loaded.actions[i].body})),
                     wire::toJson(wire::ClientFrame(wire::Ask{{}, actions[i].body})));
        }
        QCOMPARE(file.save({}, dana), QString());
        QVERIFY(filesIn(dir.path()).isEmpty());
    }

    void eachServerAndPersonHasItsOwn()
    {
        QTemporaryDir dir;
        PendingFile file(dir.path(), address, dana);
        (void)file.open();
        QCOMPARE(file.save({action(s("1"))}, dana), QString());
        PendingFile other(dir.path(), address, s("lee"));
        QVERIFY(other.open().actions.isEmpty());
        PendingFile elsewhere(dir.path(), s("ws://other:8000/ws/v1"), dana);
        QVERIFY(elsewhere.open().actions.isEmpty());
    }

    void twoConsolesOfOnePersonDoNotShareAFileAndTheNextTakesOverBoth()
    {
        QTemporaryDir dir;
        {
            PendingFile first(dir.path(), address, dana);
            (void)first.open();
            PendingFile second(dir.path(), address, dana);
            QVERIFY(second.open().actions.isEmpty());
            QCOMPARE(first.save({action(s("1"))}, dana), QString());
            QCOMPARE(second.save({action(s("2"))}, dana), QString());
            PendingFile third(dir.path(), address, dana);
            QVERIFY(third.open().actions.isEmpty()); // theirs are in use
        }
        PendingFile next(dir.path(), address, dana);
        const PendingFile::Loaded loaded = next.open();
        QCOMPARE(loaded.actions.size(), 2);
        QCOMPARE(filesIn(dir.path()).size(), 1); // both are in its own now
        PendingFile beside(dir.path(), address, dana);
        QVERIFY(beside.open().actions.isEmpty());
    }

    void whatCannotBeReadIsSetAsideAndSaid_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("cut") << QByteArray(R"({"v":1,"actions":[{"cmd_id":"1","at":1,"body":{}}]})").left(40);
        QTest::newRow("another version") << QByteArray(R"({"v":2,"actions":[]})");
        QTest::newRow("no object") << QByteArray("[]");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("an unknown action")
            << QByteArray(R"({"v":1,"actions":[{"cmd_id":"1","at":1,"body":{"kind":"x"}}]})");
        QTest::newRow("without an id") << QByteArray(
            R"({"v":1,"actions":[{"at":1,"body":{"kind":"cancel_command","command_id":"k"}}]})");
        QTest::newRow("noise") << QByteArray::fromHex("00ff00ff00ff");
    }
    void whatCannotBeReadIsSetAsideAndSaid()
    {
        QFETCH(QByteArray, text);
        QTemporaryDir dir;
        QString path;
        {
            PendingFile file(dir.path(), address, dana);
            (void)file.open();
            QCOMPARE(file.save({action(s("1"))}, dana), QString());
            path = dir.filePath(filesIn(dir.path()).value(0));
        }
        QFile damaged(path);
        QVERIFY(damaged.open(QIODevice::WriteOnly | QIODevice::Truncate));
        damaged.write(text);
        damaged.close();
        for (int time = 1; time <= 2; ++time) { // and a second one beside it
            PendingFile file(dir.path(), address, dana);
            const PendingFile::Loaded loaded = file.open();
            QVERIFY(loaded.actions.isEmpty());
            QVERIFY2(loaded.trouble.contains(s("cannot be read")) && loaded.trouble.contains(s(".unreadable")),
                     qPrintable(loaded.trouble));
            QCOMPARE(filesIn(dir.path(), s("*.unreadable*")).size(), time);
            QCOMPARE(file.save({action(s("2"))}, dana), QString()); // it works on
            QVERIFY(QFile::remove(path) && QFile::copy(path + s(".unreadable"), path));
        }
    }

    void aPlaceThatCannotBeWrittenIsSaid()
    {
        QTemporaryDir dir;
        QFile blocker(dir.filePath(s("file")));
        QVERIFY(blocker.open(QIODevice::WriteOnly));
        PendingFile file(dir.filePath(s("file/pending")), address, dana);
        QVERIFY(file.open().trouble.contains(s("cannot be kept")));
        QCOMPARE(file.save({action(s("1"))}, dana), QString()); // said once
    }

    void whatWaitedWhenTheConsoleEndedIsSentByTheNextWithTheSameIds()
    {
        QTemporaryDir dir;
        FakeServer server;
        welcomes(server);
        QString first;
        QString second;
        {
            Console console(server, dir.path());
            QTRY_COMPARE(console.link.state(), State::Open);
            first = console.link.request(Acknowledge{s("a-1"), 1, AlertLevel::Warning, {}});
            QTRY_COMPARE(server.heard<wire::Ask>().size(), 1);
            server.die();
            QTRY_COMPARE(console.link.state(), State::Reconnecting);
            second = console.link.request(CancelCommand{s("k-2")});
            // On the disk at once, not only when the console ends well.
            QTRY_VERIFY(!filesIn(dir.path()).isEmpty());
        }
        server.open();
        Console console(server, dir.path());
        QCOMPARE(console.restored.size(), 2); // before there is a connection
        QVERIFY(console.restored[0].everSent && !console.restored[1].everSent);
        QCOMPARE(console.link.pending(), 2);
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 3);
        QCOMPARE(server.heard<wire::Ask>().at(1).cmdId, first);
        QCOMPARE(server.heard<wire::Ask>().at(2).cmdId, second);
        QVERIFY(console.replies.isEmpty());
        server.say(wire::replyOf(first, Outcome::done(s("a-1"))));
        server.say(wire::Reply::refusal(second, s("not_found"), s("There is no such command.")));
        QTRY_COMPARE(console.link.pending(), 0);
        QVERIFY(console.replies.value(first).ok);
        QCOMPARE(console.replies.value(second).code, s("not_found"));
        QTRY_VERIFY(filesIn(dir.path()).isEmpty());
    }

    void aTokenThatIsRefusedLosesNothing()
    {
        QTemporaryDir dir;
        FakeServer server;
        welcomes(server);
        QString id;
        {
            Console console(server, dir.path());
            QTRY_COMPARE(console.link.state(), State::Open);
            server.die();
            QTRY_COMPARE(console.link.state(), State::Reconnecting);
            id = console.link.request(CancelCommand{s("k-1")});
            server.onHello = [&server](const wire::Hello &) {
                server.peer->close(QWebSocketProtocol::CloseCode(4001));
            };
            server.open();
            QTRY_COMPARE(console.link.state(), State::Failed);
            QVERIFY(console.replies.isEmpty()); // neither done nor refused: it waits
            QCOMPARE(console.link.pending(), 1);
        }
        welcomes(server);
        Console console(server, dir.path());
        QTRY_VERIFY(!server.heard<wire::Ask>().isEmpty());
        QCOMPARE(server.heard<wire::Ask>().last().cmdId, id);
    }

    void whatSomebodyElseAskedForIsNotDone()
    {
        QTemporaryDir dir;
        FakeServer server; // says that one is dana
        welcomes(server);
        {
            PendingFile file(dir.path(), server.url().toString(), dana);
            (void)file.open();
            QCOMPARE(file.save({action(s("1"))}, s("lee")), QString());
        }
        Console console(server, dir.path(), [] { return fromEpochMillis(1'764'028'900'000); });
        QCOMPARE(console.restored.size(), 1);
        QTRY_COMPARE(console.replies.value(s("1")).code, s("forbidden"));
        QTRY_COMPARE(console.link.state(), State::Open);
        QVERIFY(server.heard<wire::Ask>().isEmpty());
    }

    void whatIsTooOldIsNotSentButSaid()
    {
        QTemporaryDir dir;
        FakeServer server;
        welcomes(server);
        TimePoint now = fromEpochMillis(1'764'028'800'000);
        const auto clock = [&now] { return now; };
        server.die();
        Console console(server, dir.path(), clock);
        IssueCommand order;
        order.deviceId = s("rig");
        order.action = s("stop");
        const QString old = console.link.request(order);
        const QString line = console.link.request(CancelCommand{s("k")});
        now += PendingRequests::longestOrder + 1s;
        const QString fresh = console.link.request(order);
        server.open();
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 2);
        QCOMPARE(server.heard<wire::Ask>().at(0).cmdId, line);
        QCOMPARE(server.heard<wire::Ask>().at(1).cmdId, fresh);
        QCOMPARE(console.replies.value(old).code, s("expired"));
        QVERIFY(console.replies.value(old).message.contains(s("was not sent")));
        // The server has forgotten ids of a day ago: what may have been done is not done a second time.
        server.die();
        now += PendingRequests::longest + 1s;
        server.open();
        QTRY_COMPARE(console.replies.value(line).code, s("expired"));
        QVERIFY(console.replies.value(line).message.contains(s("not known")));
        QCOMPARE(console.link.pending(), 0);
    }

    void withAServerThatAnswersNothingIsWritten()
    {
        QTemporaryDir dir;
        FakeServer server;
        welcomes(server);
        Console console(server, dir.path());
        QTRY_COMPARE(console.link.state(), State::Open);
        const QString id = console.link.request(CancelCommand{s("k")});
        QTRY_COMPARE(server.heard<wire::Ask>().size(), 1);
        server.say(wire::replyOf(id, Outcome::done(s("k"))));
        QTRY_VERIFY(console.replies.contains(id));
        QVERIFY(filesIn(dir.path()).isEmpty());
        QVERIFY(console.troubles.isEmpty());
    }

    void theTokenNamesThePerson()
    {
        LinkTarget target;
        QCOMPARE(target.claimedPerson(s("Lee")), s("Lee"));
        target.token = s("opaque");
        QCOMPARE(target.claimedPerson(s("Lee")), s("Lee"));
        const QByteArray claims = QByteArray(R"({"sub":"dana","exp":1})")
                                      .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
        target.token = s("e30.") + QString::fromLatin1(claims) + s(".x");
        QCOMPARE(target.claimedPerson(s("Lee")), s("dana"));
    }
};

QTEST_GUILESS_MAIN(TestPending)
#include "test_pending.moc"
