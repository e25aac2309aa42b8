// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/CommandModel.h"
#include "models/Console.h"
#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
struct Desk
{
    TimePoint now = noon;
    FakeDeskLink link;
    Console console{link, [this] { return now; }, nullptr, QTimeZone::utc()};
    CommandModel &commands = *console.commands();
    qint64 seq = 100;

    Desk()
    {
        DeskSnapshot snapshot;
        snapshot.seq = seq;
        Device motor = device("rig-3", "Motor", DeviceKind::Hardware, "Hardware");
        motor.actions = s("start stop").split(QLatin1Char(' '));
        snapshot.devices = {motor, device("u4", "Unit 04")};
        Command old = order("old", CommandState::Succeeded);
        old.response = R"({"rpm":600,"running":true})";
        old.finishedAt = noon - 1h;
        old.issuedAt = noon - 1h;
        snapshot.commands = {old};
        link.open(snapshot);
        console.selectDevice(s("rig-3"));
    }
    static Command order(const char *id, CommandState state)
    {
        Command command;
        command.id = s(id);
        command.deviceId = s("rig-3");
        command.action = s("stop");
        command.issuedByName = s("M. Ortiz");
        command.issuedAt = noon;
        command.state = state;
        return command;
    }
    void tell(const Command &command, const QString &requestId = {})
    {
        Event event;
        event.seq = ++seq;
        event.at = now;
        event.requestId = requestId;
        event.body = command;
        link.publish(QList<Event>{event});
    }
    QString first(const char *role) const
    {
        return commands.data(commands.index(0), commands.roleNames().key(role)).toString();
    }
};
} // namespace

class TestCommands : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSelectedDevicesOrdersAreShown()
    {
        Desk desk;
        QAbstractItemModelTester tester(&desk.commands);
        QCOMPARE(desk.commands.deviceName(), s("Motor"));
        QCOMPARE(desk.commands.actions().size(), 2);
        QCOMPARE(desk.commands.count(), 1);
        QCOMPARE(desk.first("stateText"), s("done"));
        QCOMPARE(desk.first("detail"), s("rpm 600, running true"));
        QCOMPARE(desk.commands.latestText(), QString()); // an hour ago
        desk.console.selectDevice(s("u4"));
        QCOMPARE(desk.commands.count(), 0);
        QVERIFY(desk.commands.actions().isEmpty());
        QVERIFY(desk.commands.canSend());
        desk.console.clearSelection();
        QVERIFY(!desk.commands.canSend());
    }

    void anOrderIsPendingUntilTheDeskHasIt()
    {
        Desk desk;
        QAbstractItemModelTester tester(&desk.commands);
        QVERIFY(desk.commands.send(s("stop"), s("{\"rpm\": 3}"), 7, 2));
        QCOMPARE(desk.commands.count(), 2);
        QCOMPARE(desk.first("stateText"), s("asking the desk"));
        QCOMPARE(desk.first("parametersText"), s("rpm 3"));
        QCOMPARE(desk.commands.openCount(), 1);
        const auto asked = desk.link.stall();
        const auto &request = std::get<IssueCommand>(asked.body);
        QCOMPARE(request.deviceId, s("rig-3"));
        QVERIFY(request.timeout == 7s);
        QCOMPARE(request.retries, 2);
        desk.tell(Desk::order("c1", CommandState::Queued), asked.id);
        desk.link.replyTo(asked, Outcome::done(s("c1")));
        QCOMPARE(desk.commands.count(), 2);
        QCOMPARE(desk.first("commandId"), s("c1"));
        QCOMPARE(desk.first("stateText"), s("waiting for the device"));
        Command sent = Desk::order("c1", CommandState::Sent);
        sent.attempt = 2;
        sent.retries = 2;
        desk.tell(sent);
        QCOMPARE(desk.first("stateText"), s("sent, attempt 2 of 3"));
        Command done = Desk::order("c1", CommandState::Succeeded);
        done.finishedAt = desk.now;
        desk.tell(done);
        QCOMPARE(desk.commands.latestText(), s("stop: done"));
        QCOMPARE(desk.commands.latestTone(), int(CommandModel::Good));
        QCOMPARE(desk.commands.openCount(), 0);
    }

    void whatTheDeskRefusesIsSaid()
    {
        Desk desk;
        desk.commands.send(s("stop"));
        desk.link.refuse(s("offline"), s("Motor was last heard 6 min ago."));
        QCOMPARE(desk.commands.count(), 1);
        QVERIFY(desk.console.notices()->latestText().contains(s("6 min ago")));
    }

    void parametersAreAJsonObject_data()
    {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<bool>("fine");
        QTest::newRow("none") << s("stop") << QString() << true;
        QTest::newRow("an object") << s("stop") << s(" {\"a\": 1} ") << true;
        QTest::newRow("a list") << s("stop") << s("[1]") << false;
        QTest::newRow("no JSON") << s("stop") << s("rpm=3") << false;
        QTest::newRow("no action") << s(" ") << QString() << false;
    }
    void parametersAreAJsonObject()
    {
        QFETCH(QString, action);
        QFETCH(QString, parameters);
        QFETCH(bool, fine);
        Desk desk;
        QCOMPARE(desk.commands.problemOf(action, parameters).isEmpty(), fine);
        QCOMPARE(desk.commands.send(action, parameters), fine);
        QCOMPARE(desk.link.asked.size(), fine ? 1 : 0);
    }

    void onlyAWaitingOrderCanBeCanceled()
    {
        Desk desk;
        desk.tell(Desk::order("c1", CommandState::Sent));
        desk.commands.cancel(s("c1"));
        QVERIFY(desk.link.asked.isEmpty());
        desk.tell(Desk::order("c2", CommandState::Queued));
        desk.commands.cancel(s("c2"));
        QCOMPARE(std::get<CancelCommand>(desk.link.asked.first().body).commandId, s("c2"));
        desk.link.refuse(s("closed"), s("The command was sent already."));
        QVERIFY(desk.console.notices()->latestText().contains(s("sent already")));
    }

    void everyStateIsSaidInWords_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("tone");
        const auto row = [](CommandState state, const char *text, CommandModel::Tone tone) {
            QTest::newRow(text) << int(state) << s(text) << int(tone);
        };
        row(CommandState::Accepted, "taken by the device", CommandModel::Waiting);
        row(CommandState::Failed, "failed", CommandModel::Bad);
        row(CommandState::TimedOut, "no answer", CommandModel::Bad);
        row(CommandState::Unknown, "outcome unknown", CommandModel::Bad);
        row(CommandState::Canceled, "canceled", CommandModel::Quiet);
    }
    void everyStateIsSaidInWords()
    {
        QFETCH(int, state);
        QFETCH(QString, text);
        QFETCH(int, tone);
        Desk desk;
        desk.tell(Desk::order("c1", static_cast<CommandState>(state)));
        QCOMPARE(desk.first("stateText"), text);
        QCOMPARE(desk.commands.latestTone(), tone);
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    TestCommands test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_commands.moc"
