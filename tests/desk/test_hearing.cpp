// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "tests/desk/Fakes.h"

#include <QTest>

#include <memory>
#include <thread>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

const TimePoint begin{std::chrono::seconds(1'700'000'000)};

HearingReport heard(const char *console, const char *person = "Dana R.")
{
    return {QString::fromLatin1(console), QString::fromLatin1(person), true, {}};
}

HearingReport deaf(const char *console, const char *why, const char *person = "Dana R.")
{
    return {QString::fromLatin1(console), QString::fromLatin1(person), false, QString::fromLatin1(why)};
}

HearingLimits always()
{
    HearingLimits limits;
    limits.rule = HearingRule::Always;
    return limits;
}

/// A desk on the test's thread with a clock that stands until it is moved.
class Bench
{
public:
    explicit Bench(const HearingLimits &hearing = {})
    {
        DeskSettings settings;
        settings.hearing = hearing;
        settings.clock = [this] { return now; };
        desk = std::make_unique<Desk>(settings, builtInRules(), store, archive, DeskSnapshot());
        QObject::connect(desk.get(), &Desk::published, desk.get(), [this](const QList<Event> &events) {
            for (const Event &event : events) {
                if (const auto *change = std::get_if<AlertChange>(&event.body)) {
                    alerts.insert(change->alert.code, change->alert);
                    story.append(change->alert.code + QLatin1Char(' ') + toString(change->verb));
                }
            }
        });
        desk->start();
        settle();
    }
    void feed(const QString &channel, const Value &value)
    {
        desk->take({readingOf(QStringLiteral("van-1"), channel, value, now)});
        settle();
    }
    void say(const HearingReport &report)
    {
        desk->hearing().report(report);
        settle();
    }
    void pass(Duration span)
    {
        now += span;
        desk->tick();
        settle();
    }
    [[nodiscard]] QStringList taken() { return std::exchange(story, {}); }
    static void settle()
    {
        for (int i = 0; i < 8; ++i)
            QCoreApplication::processEvents();
    }

    TimePoint now = begin;
    FakeStore store;
    FakeArchive archive;
    QMap<QString, Alert> alerts; ///< the newest of each code
    QStringList story;
    std::unique_ptr<Desk> desk;
};

} // namespace

class TestHearing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aServerWithoutAnyConsoleMissesNobody()
    {
        HearingWatch watch;
        watch.start(begin);
        watch.tick(begin + 24h);
        QCOMPARE(watch.audibility(), Audibility());
        QVERIFY(!watch.takeAlarm(begin + 24h));
        QVERIFY(!watch.nextDeadline());
    }

    void oneConsoleThatIsHeardIsEnough()
    {
        HearingWatch watch;
        watch.start(begin);
        watch.report(deaf("a", "muted"), begin);
        QCOMPARE(watch.audibility(), (Audibility{1, 0, true}));
        watch.report(heard("b", "Mo"), begin + 1s);
        QCOMPARE(watch.audibility(), (Audibility{2, 1, false}));
        watch.report(deaf("b", "no output device", "Mo"), begin + 2s);
        QCOMPARE(watch.audibility(), (Audibility{2, 0, true}));
        QCOMPARE(watch.reasons(), QStringLiteral("Dana R.: muted; Mo: no output device"));
        watch.report(heard("a"), begin + 3s);
        QVERIFY(!watch.audibility().nobodyHears);
    }

    void aConsoleThatGoesTakesItsSoundAlong()
    {
        HearingWatch watch;
        watch.start(begin);
        watch.report(heard("a"), begin);
        watch.leave(QStringLiteral("stranger"), begin);
        QVERIFY(!watch.audibility().nobodyHears);
        watch.leave(QStringLiteral("a"), begin + 1s);
        QCOMPARE(watch.audibility(), (Audibility{0, 0, true}));
        QVERIFY(watch.reasons().isEmpty());
    }

    void aConsoleThatFallsSilentIsNotHeardAnyMore()
    {
        HearingWatch watch;
        watch.start(begin);
        watch.report(heard("a"), begin);
        QCOMPARE(*watch.nextDeadline(), begin + 90s);
        watch.report(heard("a"), begin + 30s); // renewed
        watch.tick(begin + 119s);
        QCOMPARE(watch.audibility(), (Audibility{1, 1, false}));
        watch.tick(begin + 120s);
        QCOMPARE(watch.audibility(), (Audibility{0, 0, true}));
    }

    void aClockThatIsSetBackKeepsNoConsoleForEver()
    {
        HearingWatch watch;
        watch.start(begin);
        watch.report(heard("a"), begin);
        watch.tick(begin - 1h);
        QCOMPARE(watch.audibility().heard, 0);
        QCOMPARE(*watch.silentSince(), begin - 1h);
    }

    void always_aServerWithoutConsolesMissesThemOnceTheyHadTimeToComeBack()
    {
        HearingWatch watch(always());
        watch.start(begin);
        QVERIFY(!watch.audibility().nobodyHears);
        QCOMPARE(*watch.nextDeadline(), begin + 60s);
        watch.tick(begin + 59s);
        QVERIFY(!watch.audibility().nobodyHears);
        watch.tick(begin + 60s);
        QVERIFY(watch.audibility().nobodyHears);
        QCOMPARE(*watch.nextDeadline(), begin + 75s);
        watch.report(heard("a"), begin + 61s);
        QVERIFY(!watch.audibility().nobodyHears);
    }

    void never_nobodyIsMissed()
    {
        HearingLimits limits;
        limits.rule = HearingRule::Never;
        HearingWatch watch(limits);
        watch.start(begin);
        watch.report(deaf("a", "muted"), begin);
        watch.tick(begin + 1h);
        QVERIFY(!watch.audibility().nobodyHears);
    }

    void aSilenceThatLastsIsAnAlarmOnce()
    {
        HearingWatch watch;
        watch.start(begin);
        watch.report(deaf("a", "muted"), begin);
        QVERIFY(!watch.takeAlarm(begin + 14s));
        QCOMPARE(*watch.nextDeadline(), begin + 15s);
        QVERIFY(!watch.takeRelief());
        QVERIFY(watch.takeAlarm(begin + 15s));
        QVERIFY(!watch.takeAlarm(begin + 16s));
        QVERIFY(!watch.takeRelief()); // still nobody
        watch.report(heard("a"), begin + 20s);
        QCOMPARE(*watch.takeRelief(), QStringLiteral("Dana R."));
        QVERIFY(!watch.takeRelief());
        watch.report(deaf("a", "muted"), begin + 21s);
        QVERIFY(!watch.takeAlarm(begin + 22s)); // counted anew
        QVERIFY(watch.takeAlarm(begin + 36s));
    }

    void whatIsRememberedIsBounded()
    {
        HearingLimits limits;
        limits.consoles = 3;
        HearingWatch watch(limits);
        watch.start(begin);
        for (const char *console : {"a", "b", "c", "d"})
            watch.report(deaf(console, "muted", console), begin);
        QCOMPARE(watch.audibility().consoles, 3);
        watch.report(deaf("a", QByteArray(5'000, 'x').constData(), "a"), begin);
        QVERIFY(watch.reasons().size() < 300);

        HearingLimits wide;
        HearingWatch many(wide);
        many.start(begin);
        for (int i = 0; i < 8; ++i)
            many.report({QString::number(i), QStringLiteral("P%1").arg(i), false, QStringLiteral("muted")}, begin);
        QVERIFY(many.reasons().endsWith(QStringLiteral("; and 3 more")));

        int woken = 0;
        HearingInbox inbox(2, [&woken] { ++woken; });
        for (const char *console : {"a", "b", "c", "a"})
            inbox.report(heard(console));
        inbox.leave(QStringLiteral("b"));
        QCOMPARE(woken, 1);
        const HearingInbox::Said said = inbox.drain();
        QCOMPARE(said.size(), 2);
        QVERIFY(said.value(QStringLiteral("a")) && !said.value(QStringLiteral("b")));
        QVERIFY(inbox.drain().isEmpty());
        inbox.report(heard("c"));
        QCOMPARE(woken, 2);
    }

    // --- the desk

    void vector14_everyConsoleMutedAndACriticalIsEscalatedAtOnce()
    {
        Bench bench;
        bench.say(heard("a"));
        bench.say(heard("b", "Mo"));
        bench.feed(channel::EngineTemperature, 130.0);
        const QString code = bench.alerts.firstKey();
        QVERIFY(bench.alerts.value(code).level >= AlertLevel::Critical);
        QCOMPARE(bench.alerts.value(code).escalation, 0);
        bench.say(deaf("a", "muted"));
        QCOMPARE(bench.alerts.value(code).escalation, 0); // Mo hears it
        QCOMPARE(bench.desk->audibility(), (Audibility{2, 1, false}));
        bench.say(deaf("b", "muted", "Mo"));
        QCOMPARE(bench.alerts.value(code).escalation, 1);
        QCOMPARE(bench.taken().last(), code + QStringLiteral(" escalate"));
        QCOMPARE(bench.desk->audibility(), (Audibility{2, 0, true}));

        bench.pass(2s); // no step is run twice for it
        QCOMPARE(bench.alerts.value(code).escalation, 1);
    }

    void aCriticalThatComesWhileNobodyHearsIsEscalatedAtOnce()
    {
        Bench bench;
        bench.say(deaf("a", "no output device"));
        bench.feed(channel::EngineTemperature, 130.0);
        bench.pass(1ms);
        QCOMPARE(bench.alerts.first().escalation, 1);
    }

    void aServerThatNeverHadAConsoleEscalatesInItsOwnTime()
    {
        Bench bench;
        bench.feed(channel::EngineTemperature, 130.0);
        bench.pass(30s);
        QCOMPARE(bench.alerts.first().escalation, 0);
        QVERIFY(!bench.alerts.contains(QStringLiteral("NOBODY_HEARS")));
    }

    void thatNobodyHearsIsAnAlertOfItsOwn()
    {
        Bench bench;
        const QString code = QStringLiteral("NOBODY_HEARS");
        bench.say(deaf("a", "muted"));
        bench.pass(10s);
        QVERIFY(!bench.alerts.contains(code));
        bench.pass(5s);
        QVERIFY(bench.alerts.value(code).level == AlertLevel::Critical);
        QCOMPARE(bench.alerts.value(code).message, QStringLiteral("No console can be heard (Dana R.: muted)"));
        bench.pass(1s); // nobody hears it either
        QCOMPARE(bench.alerts.value(code).escalation, 1);
        (void)bench.taken();
        bench.pass(20s);
        bench.say(heard("a"));
        QVERIFY(bench.alerts.value(code).level == AlertLevel::Warning);
        QCOMPARE(bench.alerts.value(code).message,
                 QStringLiteral("No console could be heard for 21 s; that of Dana R. can again"));
        QVERIFY(stateOf(bench.alerts.value(code)) == AlertState::Unacknowledged); // somebody has to know
    }

    void reliefRaisesNothingThatWasDealtWith()
    {
        Bench bench;
        const QString code = QStringLiteral("NOBODY_HEARS");
        bench.say(deaf("a", "muted"));
        bench.pass(15s);
        const Alert alert = bench.alerts.value(code);
        bench.desk->submit({{},
                            operatorOf(QStringLiteral("Ortiz")),
                            CloseAlert{alert.id, alert.occurrence, Disposition::None, QStringLiteral("seen")}},
                           [](const Outcome &) {});
        Bench::settle();
        QVERIFY(!isOpen(bench.alerts.value(code)));
        (void)bench.taken();
        bench.say(heard("a"));
        QCOMPARE(bench.taken(), QStringList());
    }

    void consolesMayTellFromAnyThread()
    {
        Bench bench;
        std::thread one([&bench] {
            for (int i = 0; i < 1000; ++i)
                bench.desk->hearing().report(i % 2 == 1 ? heard("a") : deaf("a", "muted"));
        });
        std::thread other([&bench] {
            for (int i = 0; i < 1000; ++i) {
                bench.desk->hearing().report(deaf("b", "muted"));
                (void)bench.desk->audibility();
            }
            bench.desk->hearing().leave(QStringLiteral("b"));
        });
        one.join();
        other.join();
        Bench::settle();
        QCOMPARE(bench.desk->audibility(), (Audibility{1, 1, false}));
    }
};

QTEST_GUILESS_MAIN(TestHearing)
#include "test_hearing.moc"
