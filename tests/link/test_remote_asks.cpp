// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/IncidentCodec.h"
#include "models/wire/RulesCodec.h"
#include "models/wire/SnapshotCodec.h"
#include "tests/link/FakeServer.h"
#include "tests/link/QuickLink.h"
#include "tests/support/Events.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using test::quick;
using State = RemoteLink::State;

/// What a console far from its server asks beside the events, what it tells of itself, and what is shown to it.
class TestRemoteAsks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsAskedAboutRulesIsAnsweredOnceWhateverHappens()
    {
        FakeServer server;
        server.letIn(1);
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        test::Answers answers(link, &RemoteLink::rulesAnswered);
        test::Answers trials(link, &RemoteLink::ruleTried);
        const quint64 early = link.askRules({});
        QVERIFY(answers.isEmpty()); // never before it returns
        QTRY_COMPARE(answers.value(early).outcome.code, QStringLiteral("offline"));
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        const quint64 current = link.askRules({});
        const quint64 tried = link.askRules(RuleTrial{"{}", QStringLiteral("van-1"), test::timeAt(1), test::timeAt(2)});
        const quint64 applied = link.applyRules("{}", QStringLiteral("r1"));
        QTRY_COMPARE(server.heard<wire::AskRules>().size(), 2);
        QTRY_COMPARE(server.heard<wire::ApplyRules>().size(), 1);
        const auto asked = server.heard<wire::AskRules>();
        QVERIFY(std::holds_alternative<RuleTrial>(asked.at(1).what));
        RulesAnswer known;
        known.outcome = Outcome::done({}, false);
        known.text = "{\"rules\": []}";
        known.revision = QStringLiteral("r1");
        server.reply(asked.at(0).id, wire::toJson(known));
        QTRY_COMPARE(answers.value(current), known);
        server.say(wire::Reply::refusal(asked.at(1).id, QStringLiteral("forbidden"), QStringLiteral("No.")));
        QTRY_COMPARE(trials.value(tried).outcome.code, QStringLiteral("forbidden"));
        const quint64 huge = link.askRules(QByteArray(1'000'000, ' '));
        QTRY_COMPARE(answers.value(huge).outcome.code, QStringLiteral("invalid"));
        server.die();
        QTRY_COMPARE(answers.value(applied).outcome.code, QStringLiteral("offline")); // it may have been done
        QCOMPARE(answers.size(), 4);
    }

    void historyIsAnsweredAlsoWhenTheServerIsLost()
    {
        FakeServer server;
        server.letIn();
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        test::Answers results(link, &RemoteLink::historyReady);
        const quint64 early = link.requestHistory({});
        QVERIFY(results.isEmpty());
        QTRY_VERIFY(!results.value(early).error.isEmpty());
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        const quint64 id = link.requestHistory({QStringLiteral("van"), {}, {}, {}, 10});
        QTRY_COMPARE(server.heard<wire::Query>().size(), 1);
        QJsonArray points; // not in braces: compilers differ about an array of one array
        points.append(QJsonArray{1, 2});
        QJsonArray series;
        series.append(
            QJsonObject{{QStringLiteral("channel"), QStringLiteral("speed")}, {QStringLiteral("points"), points}});
        server.reply(server.heard<wire::Query>().first().id, {{QStringLiteral("series"), series}});
        QTRY_VERIFY(results.contains(id));
        QCOMPARE(results.value(id).series.first().points.size(), 1);
        const quint64 lost = link.requestHistory({QStringLiteral("van"), {}, {}, {}, 10});
        QTRY_COMPARE(server.heard<wire::Query>().size(), 2);
        server.die();
        QTRY_VERIFY(results.contains(lost));
        QVERIFY(!results.value(lost).error.isEmpty());
    }

    void whatHappenedToAnAlertIsAskedAndLostLikeHistory()
    {
        FakeServer server;
        server.letIn();
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        test::Answers events(link, &RemoteLink::alertEventsReady);
        test::Answers alerts(link, &RemoteLink::alertsReady);
        const quint64 early = link.requestAlertEvents({QStringLiteral("a1"), 0, 10});
        QVERIFY(events.isEmpty());
        QTRY_VERIFY(!events.value(early).error.isEmpty());
        link.start();
        QTRY_COMPARE(link.state(), State::Open);

        const quint64 id = link.requestAlertEvents({QStringLiteral("a1"), 7, 10});
        QTRY_COMPARE(server.heard<wire::Query>().size(), 1);
        const wire::Query heard = server.heard<wire::Query>().first();
        QCOMPARE(std::get<AlertEventsQuery>(heard.what), (AlertEventsQuery{QStringLiteral("a1"), 7, 10}));
        AlertChange change;
        change.verb = AlertVerb::Comment;
        change.alert.id = QStringLiteral("a1");
        change.comment = QStringLiteral("called the driver");
        Event event;
        event.seq = 41;
        event.actor.name = QStringLiteral("Dana");
        event.body = change;
        server.reply(heard.id, wire::toJson(AlertEventsResult{{}, {event}, 3}));
        QTRY_VERIFY(events.contains(id));
        QCOMPARE(events.value(id).before, 3);
        QCOMPARE(events.value(id).events.first().seq, 41);
        QCOMPARE(events.value(id).events.first().actor.name, QStringLiteral("Dana"));
        QCOMPARE(std::get<AlertChange>(events.value(id).events.first().body), change);

        const quint64 lost = link.requestAlerts({});
        QTRY_COMPARE(server.heard<wire::Query>().size(), 2);
        server.die();
        QTRY_VERIFY(alerts.contains(lost));
        QVERIFY(!alerts.value(lost).error.isEmpty());
    }

    void whatIsKnownOfAnIncidentIsAsked()
    {
        FakeServer server;
        server.letIn();
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        test::Answers alerts(link, &RemoteLink::alertsReady);
        test::Answers logs(link, &RemoteLink::alertLogReady);
        test::Answers contacts(link, &RemoteLink::contactsReady);
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        const auto answer = [&](qsizetype query, const QJsonObject &result) {
            wire::Reply reply;
            reply.id = server.heard<wire::Query>().at(query).id;
            reply.result = result;
            server.say(reply);
        };
        AlertsQuery closed;
        closed.incidentsOnly = true;
        const quint64 list = link.requestAlerts(closed);
        const quint64 log = link.requestAlertLog({QStringLiteral("p-1"), 7, 10});
        const quint64 people = link.requestContacts(QStringLiteral("anna"));
        QTRY_COMPARE(server.heard<wire::Query>().size(), 3);
        QVERIFY(std::get<AlertsQuery>(server.heard<wire::Query>().at(0).what).incidentsOnly);
        QCOMPARE(std::get<AlertLogQuery>(server.heard<wire::Query>().at(1).what).after, 7);
        QCOMPARE(std::get<wire::ContactsQuery>(server.heard<wire::Query>().at(2).what).userId, QStringLiteral("anna"));
        Alert alert;
        alert.id = QStringLiteral("p-1");
        alert.source = QStringLiteral("anna");
        answer(0, {{QStringLiteral("alerts"), wire::alertsToJson({alert})}});
        const AuditRecord told{QStringLiteral("notify"), QStringLiteral("p-1"), QStringLiteral("by SMS"), true, {}};
        answer(1, wire::alertLogToJson({Event{812, {}, {}, {}, told}}));
        EmergencyContact varga;
        varga.id = 3;
        varga.name = QStringLiteral("R. Varga");
        varga.phone = QStringLiteral("+00 555 0134");
        answer(2, wire::contactsToJson({varga}));
        QTRY_VERIFY(contacts.contains(people));
        QCOMPARE(alerts.value(list).alerts.value(0).id, QStringLiteral("p-1"));
        QCOMPARE(logs.value(log).events.value(0).seq, 812);
        QVERIFY(std::get<AuditRecord>(logs.value(log).events.value(0).body) == told);
        QVERIFY(contacts.value(people).contacts == QList<EmergencyContact>{varga});
        const quint64 lost = link.requestContacts(QStringLiteral("anna"));
        const quint64 lostLog = link.requestAlertLog({QStringLiteral("p-1"), 0, 10});
        QTRY_COMPARE(server.heard<wire::Query>().size(), 5);
        server.die();
        QTRY_VERIFY(contacts.contains(lost) && logs.contains(lostLog));
        QVERIFY(contacts.value(lost).code == ContactsAnswer::Code::Failed);
        QVERIFY(!logs.value(lostLog).error.isEmpty());
    }

    void theRulesAreLookedAtTriedAndChanged()
    {
        FakeServer server;
        server.letIn(1);
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        test::Answers answers(link, &RemoteLink::rulesAnswered);
        test::Answers trials(link, &RemoteLink::ruleTried);
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        // What is wrong with a text is told line by line, and changes nothing.
        const QByteArray wrong = "{\"rules\": [{\"id\": \"hot\"}]}";
        const quint64 check = link.askRules(wrong);
        QTRY_COMPARE(server.heard<wire::AskRules>().size(), 1);
        const wire::AskRules asked = server.heard<wire::AskRules>().constLast();
        QCOMPARE(std::get<QByteArray>(asked.what), wrong);
        RulesAnswer found;
        found.outcome = Outcome::refused(QStringLiteral("invalid"), QStringLiteral("One thing is wrong."));
        found.errors = {{1, 0, QStringLiteral("hot"), QStringLiteral("limit"), QStringLiteral("must be a number")}};
        server.reply(asked.id, wire::toJson(found));
        QTRY_COMPARE(answers.value(check), found);
        // A trial brings its moments.
        const RuleTrial trial{"{\"id\": \"hot\"}", QStringLiteral("van-1"), test::timeAt(1), test::timeAt(9)};
        const quint64 tried = link.askRules(trial);
        QTRY_COMPARE(server.heard<wire::AskRules>().size(), 2);
        QCOMPARE(std::get<RuleTrial>(server.heard<wire::AskRules>().constLast().what), trial);
        RuleTrialAnswer came;
        came.outcome = Outcome::done(QStringLiteral("hot"), false);
        came.readings = 40;
        came.moments = {
            {test::timeAt(2), RuleTrialMoment::What::Raised, AlertLevel::Critical, 118.0, QStringLiteral("m")}};
        server.reply(server.heard<wire::AskRules>().constLast().id, wire::toJson(came));
        QTRY_COMPARE(trials.value(tried), came);
        // Somebody else was faster: their text and revision come back.
        const quint64 applied = link.applyRules("{\"rules\": []}", QStringLiteral("r1"));
        QTRY_COMPARE(server.heard<wire::ApplyRules>().size(), 1);
        const wire::ApplyRules wanted = server.heard<wire::ApplyRules>().constLast();
        QCOMPARE(wanted.text, QByteArray("{\"rules\": []}"));
        QCOMPARE(wanted.revision, QStringLiteral("r1"));
        RulesAnswer theirs;
        theirs.outcome = Outcome::refused(QStringLiteral("superseded"), QStringLiteral("Kim changed them."));
        theirs.text = "{\"rules\": [1]}";
        theirs.revision = QStringLiteral("r2");
        server.reply(wanted.id, wire::toJson(theirs));
        QTRY_COMPARE(answers.value(applied), theirs);
        // With the newer revision it is done; an answer that is not the protocol is an error, not silence.
        const quint64 again = link.applyRules("{\"rules\": []}", QStringLiteral("r2"));
        QTRY_COMPARE(server.heard<wire::ApplyRules>().size(), 2);
        RulesAnswer done;
        done.outcome = Outcome::done({});
        done.revision = QStringLiteral("r3");
        server.reply(server.heard<wire::ApplyRules>().constLast().id, wire::toJson(done));
        QTRY_COMPARE(answers.value(again), done);
        const quint64 odd = link.askRules({});
        QTRY_COMPARE(server.heard<wire::AskRules>().size(), 3);
        server.reply(server.heard<wire::AskRules>().constLast().id, {{QStringLiteral("errors"), 7}});
        QTRY_COMPARE(answers.value(odd).outcome.code, QStringLiteral("invalid"));
    }

    void whetherItIsHeardIsSaidAgainOverEachConnection()
    {
        FakeServer server;
        server.letIn(1);
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        link.sayHearing(true, QStringLiteral("ignored: it is heard")); // before there is a server
        link.start();
        QTRY_COMPARE(server.heard<wire::Hearing>().size(), 1);
        QCOMPARE(server.heard<wire::Hearing>().constLast(), (wire::Hearing{true, {}}));
        QTRY_COMPARE(link.state(), State::Open);
        link.sayHearing(false, QString(300, QLatin1Char('m')));
        QTRY_COMPARE(server.heard<wire::Hearing>().size(), 2);
        QVERIFY(!server.heard<wire::Hearing>().constLast().heard);
        QCOMPARE(server.heard<wire::Hearing>().constLast().why.size(), HearingReport::longestWhy);
        server.die();
        QTRY_COMPARE(link.state(), State::Reconnecting);
        link.sayHearing(false, QStringLiteral("muted")); // nobody hears that: the last word counts
        server.open();
        QTRY_COMPARE(server.heard<wire::Hearing>().size(), 3);
        QCOMPARE(server.heard<wire::Hearing>().constLast(), (wire::Hearing{false, QStringLiteral("muted")}));
    }

    void aNoticeOfTheServerIsHandedOn()
    {
        FakeServer server;
        server.letIn(1);
        RemoteLink link({server.url(), {}, {}, {}}, quick());
        QList<DesktopNotice> shown;
        connect(&link, &RemoteLink::noticed, this, [&](const DesktopNotice &notice) { shown.append(notice); });
        link.start();
        QTRY_COMPARE(link.state(), State::Open);
        QTRY_VERIFY(!server.heard<wire::Subscribe>().isEmpty());
        QVERIFY(server.heard<wire::Subscribe>().constLast().topics.contains(QStringLiteral("notices")));
        const DesktopNotice notice{QStringLiteral("a-1"),    2,
                                   AlertLevel::Critical,     QStringLiteral("Unit 07: HIGH_TEMP"),
                                   QStringLiteral("118 °C"), {}};
        server.say(wire::Live{QStringLiteral("notices"), notice});
        QTRY_COMPARE(shown, QList<DesktopNotice>{notice});
    }
};

QTEST_GUILESS_MAIN(TestRemoteAsks)
#include "test_remote_asks.moc"
