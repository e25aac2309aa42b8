// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/DemoOperator.h"
#include "server/desk/DemoShift.h"
#include "tests/desk/Fakes.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint start{1'700'000'000s};

Alert alertOf(const QString &id, AlertLevel level, bool simulated)
{
    Alert alert;
    alert.id = id;
    alert.source = QStringLiteral("van-1");
    alert.level = level;
    alert.peakLevel = level;
    alert.simulated = simulated;
    alert.raisedAt = start;
    return alert;
}

Event eventOf(const Alert &alert)
{
    return {1, start, {}, {}, AlertChange{AlertVerb::Raise, AlertState::Normal, stateOf(alert), alert}};
}

ChatMessage lineOf(const QString &user, const QString &text, bool simulated, TimePoint at)
{
    ChatMessage message;
    message.id = QStringLiteral("m");
    message.thread = chatThreadOfUser(user);
    message.senderId = user;
    message.text = text;
    message.simulated = simulated;
    message.at = at;
    return message;
}

ChatMessage answerBy(const QString &operatorId, const QString &user, TimePoint at)
{
    ChatMessage message = lineOf(user, QStringLiteral("hi"), false, at);
    message.senderId = operatorId;
    message.fromDesk = true;
    return message;
}

Event eventOf(const ChatMessage &message)
{
    return {1, message.at, {}, {}, message};
}

/// When the first request comes, in seconds; −1: none within five minutes.
int firstRequestAfter(DemoOperator &demo, TimePoint from, Request *request = nullptr)
{
    for (int s = 0; s <= 300; ++s) {
        const QList<Request> requests = demo.tick(from + std::chrono::seconds(s));
        if (requests.isEmpty())
            continue;
        if (request)
            *request = requests.first();
        return s;
    }
    return -1;
}

} // namespace

class TestDemoOperator : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void simulatedAlertsAreTakenAfterAWhile_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<int>("least");
        QTest::addColumn<int>("most");
        QTest::newRow("info") << int(AlertLevel::Info) << 20 << 46;
        QTest::newRow("warning") << int(AlertLevel::Warning) << 20 << 46;
        QTest::newRow("critical") << int(AlertLevel::Critical) << 20 << 46;
        QTest::newRow("emergency") << int(AlertLevel::Emergency) << 60 << 91;
    }
    void simulatedAlertsAreTakenAfterAWhile()
    {
        QFETCH(int, level);
        QFETCH(int, least);
        QFETCH(int, most);
        for (quint32 seed = 0; seed < 50; ++seed) {
            DemoOperator demo(seed);
            demo.begin({}, start);
            demo.see({eventOf(alertOf(QStringLiteral("a"), AlertLevel(level), true))}, start);
            Request request;
            const int after = firstRequestAfter(demo, start, &request);
            QVERIFY(after >= least && after <= most);
            const auto body = std::get<Acknowledge>(request.body);
            QCOMPARE(body.alertId, QStringLiteral("a"));
            QCOMPARE(body.occurrence, 1);
            QCOMPARE(request.actor.name, QStringLiteral("M. Ortiz"));
            QCOMPARE(firstRequestAfter(demo, start + 10min), -1);
        }
    }

    void aRealAlertIsNeverTouched()
    {
        for (quint32 seed = 0; seed < 50; ++seed) {
            DemoOperator demo(seed);
            DeskSnapshot snapshot;
            snapshot.alerts = {alertOf(QStringLiteral("old"), AlertLevel::Critical, false)};
            demo.begin(snapshot, start);
            for (AlertLevel level :
                 {AlertLevel::Info, AlertLevel::Warning, AlertLevel::Critical, AlertLevel::Emergency})
                demo.see({eventOf(alertOf(toString(level), level, false))}, start);
            QCOMPARE(firstRequestAfter(demo, start), -1);
        }
    }

    void whatSomebodyElseTookIsLeft()
    {
        DemoOperator demo(1);
        demo.begin({}, start);
        Alert alert = alertOf(QStringLiteral("a"), AlertLevel::Warning, true);
        demo.see({eventOf(alert)}, start);
        alert.acked = true;
        demo.see({eventOf(alert)}, start + 5s);
        QCOMPARE(firstRequestAfter(demo, start), -1);
    }

    void whatIsLatchedIsReset()
    {
        DemoOperator demo(1);
        demo.begin({}, start);
        Alert alert = alertOf(QStringLiteral("a"), AlertLevel::Emergency, true);
        alert.cond = AlertCondition::Clear;
        alert.acked = true;
        alert.latched = true;
        demo.see({eventOf(alert)}, start);
        Request request;
        const int after = firstRequestAfter(demo, start, &request);
        QVERIFY(after >= 30 && after <= 61);
        QVERIFY(std::get<HandleAlert>(request.body).verb == AlertVerb::Reset);
        alert.simulated = false;
        demo.see({eventOf(alert)}, start + 5min);
        QCOMPARE(firstRequestAfter(demo, start + 5min), -1);
    }

    void whatCameAgainIsTakenAsItIsNow()
    {
        DemoOperator demo(1);
        demo.begin({}, start);
        Alert alert = alertOf(QStringLiteral("a"), AlertLevel::Warning, true);
        demo.see({eventOf(alert)}, start);
        alert.occurrence = 2;
        alert.level = AlertLevel::Critical;
        demo.see({eventOf(alert)}, start + 15s);
        Request request;
        const int after = firstRequestAfter(demo, start, &request);
        QVERIFY(after >= 35);
        QCOMPARE(std::get<Acknowledge>(request.body).occurrence, 2);
        QVERIFY(std::get<Acknowledge>(request.body).seenLevel == AlertLevel::Critical);
    }

    void simulatedPhonesAreAnswered()
    {
        DemoOperator demo(1);
        demo.begin({}, start);
        demo.see(
            {eventOf(lineOf(QStringLiteral("lena"), QStringLiteral("Stuck in traffic on the bridge"), true, start))},
            start);
        Request request;
        const int after = firstRequestAfter(demo, start, &request);
        QVERIFY(after >= 6 && after <= 16);
        const auto chat = std::get<SendChat>(request.body);
        QCOMPARE(chat.thread, QStringLiteral("user/lena"));
        QVERIFY(chat.fromDesk && chat.simulated);
        QVERIFY(chat.text.contains(QStringLiteral("customer")) || chat.text.contains(QStringLiteral("ring road")));
        QCOMPARE(firstRequestAfter(demo, start + 5min), -1);
    }

    void someoneWhoPressedPanicIsAskedAboutIt()
    {
        DemoOperator demo(1);
        demo.begin({}, start);
        Alert panic = alertOf(QStringLiteral("p"), AlertLevel::Emergency, true);
        panic.kind = AlertKind::Incident;
        panic.userId = QStringLiteral("lena");
        demo.see({eventOf(panic), eventOf(lineOf(QStringLiteral("lena"), QStringLiteral("please"), true, start))},
                 start);
        Request request;
        firstRequestAfter(demo, start, &request);
        QVERIFY(std::get<SendChat>(request.body).text.contains(QStringLiteral("alarm")));
    }

    void realPeopleAreNotAnswered()
    {
        DemoOperator demo(1);
        demo.begin({}, start);
        demo.see({eventOf(lineOf(QStringLiteral("dana"), QStringLiteral("help"), false, start))}, start);
        QCOMPARE(firstRequestAfter(demo, start), -1);
        // Nor when a simulation writes under the same name afterwards.
        demo.see({eventOf(lineOf(QStringLiteral("dana"), QStringLiteral("help"), true, start + 5min))}, start + 5min);
        QCOMPARE(firstRequestAfter(demo, start + 5min), -1);
    }

    void heIsSilentWhileTheRealOperatorWrites_data()
    {
        QTest::addColumn<int>("wroteAt"); // seconds from the question
        QTest::addColumn<bool>("silent");
        QTest::newRow("three minutes before") << -180 << false;
        QTest::newRow("two minutes before") << -121 << false;
        QTest::newRow("one minute before") << -60 << true;
        QTest::newRow("just after") << 2 << true;
    }
    void heIsSilentWhileTheRealOperatorWrites()
    {
        QFETCH(int, wroteAt);
        QFETCH(bool, silent);
        DemoOperator demo(3);
        demo.begin({}, start);
        const QString lena = QStringLiteral("lena");
        const Event answer = eventOf(answerBy(QStringLiteral("me"), lena, start + std::chrono::seconds(wroteAt)));
        const Event question = eventOf(lineOf(lena, QStringLiteral("hello"), true, start));
        demo.see(wroteAt < 0 ? QList<Event>{answer, question} : QList<Event>{question, answer}, start);
        QCOMPARE(firstRequestAfter(demo, start) < 0, silent);
    }

    void theSameSeedDoesTheSame()
    {
        const auto run = [](quint32 seed) {
            DemoOperator demo(seed);
            demo.begin({}, start);
            demo.see({eventOf(alertOf(QStringLiteral("a"), AlertLevel::Warning, true))}, start);
            QList<qint64> times;
            for (int ms = 0; ms < 60'000; ms += 10) {
                if (!demo.tick(start + std::chrono::milliseconds(ms)).isEmpty())
                    times.append(ms);
            }
            return times;
        };
        QCOMPARE(run(7), run(7));
        QVERIFY(run(7) != run(8));
    }

    void seatedAtARealDesk()
    {
        TimePoint now = start;
        FakeStore store;
        FakeArchive archive;
        DeskSettings settings;
        settings.clock = [&now] { return now; };
        Desk desk(settings, {}, store, archive, {});
        desk.start();
        DemoShift shift(desk, 1, settings.clock);
        shift.start();
        QCoreApplication::processEvents();
        Request simulated = panicBy(QStringLiteral("lena"));
        std::get<RaisePanic>(simulated.body).simulated = true;
        desk.submit(simulated, {});
        desk.submit(panicBy(QStringLiteral("dana")), {});
        QTRY_COMPARE(store.stored().size(), 2);
        QTRY_VERIFY(desk.stats().uncommitted == 0);
        QCoreApplication::processEvents();
        now += 2min;
        // The desk escalates both meanwhile: only what was taken counts here.
        const auto taken = [&store] {
            QStringList who;
            for (const Event &event : store.stored()) {
                const auto *change = std::get_if<AlertChange>(&event.body);
                if (change && change->verb == AlertVerb::Acknowledge)
                    who.append(change->alert.source + u' ' + change->alert.ackedBy);
            }
            return who;
        };
        QTRY_VERIFY(!taken().isEmpty());
        QCOMPARE(taken(), QStringList{QStringLiteral("lena M. Ortiz")});
        shift.stop();
        desk.stop();
    }
};

QTEST_GUILESS_MAIN(TestDemoOperator)
#include "test_demooperator.moc"
