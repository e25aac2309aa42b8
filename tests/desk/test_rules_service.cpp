// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/desk/Desk.h"
#include "server/desk/RuleRecall.h"
#include "server/desk/RulesFile.h"
#include "server/desk/RulesService.h"
#include "tests/desk/Fakes.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

/// Answers with what it was given, newest first, as much as is asked for.
class FakeHistory : public ArchivePort
{
public:
    void history(const HistoryQuery &, std::function<void(const HistoryResult &)> reply) override { reply({}); }
    void alerts(const AlertsQuery &, std::function<void(const AlertsResult &)> reply) override { reply({}); }
    void events(const EventsQuery &, std::function<void(const EventsResult &)> reply) override { reply({}); }
    void messages(const ChatQuery &, std::function<void(const ChatResult &)> reply) override { reply({}); }
    void alertEvents(const AlertEventsQuery &, std::function<void(const AlertEventsResult &)> reply) override
    {
        reply({});
    }
    void alertLog(const AlertLogQuery &, std::function<void(const AlertLogResult &)> reply) override { reply({}); }
    void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) override
    {
        ++asked;
        ReadingsResult result;
        result.error = error;
        for (auto it = told.crbegin(); it != told.crend() && result.readings.size() < query.limit; ++it) {
            if (it->deviceId == query.deviceId && (!query.from || it->receivedAt >= *query.from) &&
                it->receivedAt <= *query.to)
                result.readings.append(*it);
        }
        reply(result);
    }
    QList<Reading> told; ///< oldest first
    QString error;
    int asked = 0;
};

const Geofence harbour{
    QStringLiteral("harbour"), QStringLiteral("Harbour"), Geofence::Shape::Circle, {{37, -6.5}}, {}, 200, 0, {}};

/// A line across the way north, half a kilometre from the middle of the harbour.
const Geofence gate{QStringLiteral("gate"),
                    QStringLiteral("Gate"),
                    Geofence::Shape::Line,
                    {{37.0045, -6.51}, {37.0045, -6.49}},
                    {},
                    0,
                    0,
                    {}};

/// What the supervisor tries: `last` is the rest of the rule.
RuleTrial fenceTrial(const QByteArray &metric, TimePoint from, TimePoint to, const QByteArray &last = {})
{
    return {R"({"id":"h","code":"HARBOUR","metric":")" + metric + R"(","condition":"==","limit":1,"level":"warning")" +
                last + '}',
            QStringLiteral("van-1"), from, to};
}

QByteArray rulesText(double limit, const QByteArray &id = "speed")
{
    return R"({"version": 1, "comment": "kept as it is", "rules": [
  {"id": ")" +
           id + R"(", "code": "SPEED", "metric": "speed", "condition": ">", "limit": )" + QByteArray::number(limit) +
           R"(, "level": "warning"}
]})";
}

/// A desk whose rules can be changed, and whoever changes them.
class Office
{
public:
    Office() : file(dir.filePath(QStringLiteral("rules.json"))), text(rulesText(100))
    {
        DeskSettings settings;
        settings.clock = [this] { return now; };
        desk = std::make_unique<Desk>(settings, parseRules(text).rules, store, archive, DeskSnapshot());
        QObject::connect(desk.get(), &Desk::published, desk.get(),
                         [this](const QList<Event> &events) { published += events; });
        desk->start();
        open();
    }
    void open()
    {
        rules = std::make_unique<RulesService>(
            RulesService::Options{file, text, QStringLiteral("built in"), fences, 32, mostLooked},
            [this](const auto &list, const Actor &by, const AuditRecord &record, DeskPort::Reply reply) {
                desk->setRules(list, by, record, std::move(reply));
            },
            history);
    }
    RulesAnswer ask(const std::function<void(RulesPort::Reply)> &question)
    {
        std::optional<RulesAnswer> answer;
        question([&answer](const RulesAnswer &said) { answer = said; });
        if (!QTest::qWaitFor([&answer] { return answer.has_value(); }))
            qWarning("no answer");
        return answer.value_or(RulesAnswer{});
    }
    RulesAnswer current()
    {
        return ask([this](const RulesPort::Reply &reply) { rules->current(reply); });
    }
    RulesAnswer apply(const QByteArray &changed, const QString &revision)
    {
        Actor boss = operatorOf(QStringLiteral("Boss"));
        boss.supervises = true;
        return ask([&](const RulesPort::Reply &reply) { rules->apply(boss, changed, revision, reply); });
    }
    RuleTrialAnswer trial(const RuleTrial &wanted)
    {
        std::optional<RuleTrialAnswer> answer;
        rules->tryRule(wanted, [&answer](const RuleTrialAnswer &said) { answer = said; });
        if (!QTest::qWaitFor([&answer] { return answer.has_value(); }))
            qWarning("no answer");
        return answer.value_or(RuleTrialAnswer{});
    }
    [[nodiscard]] QByteArray onDisk() const
    {
        QFile kept(file);
        return kept.open(QIODevice::ReadOnly) ? kept.readAll() : QByteArray();
    }
    void write(const QByteArray &bytes) const
    {
        QFile kept(file);
        if (!kept.open(QIODevice::WriteOnly) || kept.write(bytes) != bytes.size())
            qWarning("cannot write");
    }
    void drive(double speed)
    {
        const Reading reading = readingOf(QStringLiteral("van-1"), channel::Speed, speed, now);
        history.told.append(reading);
        desk->take({reading});
    }
    /// A fix of the van, metres north of the middle of the harbour.
    void fix(double north, std::optional<double> accuracy = 5)
    {
        constexpr double metre = 1 / 111'195.08;
        Reading reading = readingOf(QStringLiteral("van-1"), channel::Speed, 10.0, now);
        reading.position = Position{37 + north * metre, -6.5, {}, accuracy, {}, {}};
        history.told.append(reading);
    }
    [[nodiscard]] QList<AlertChange> changes() const
    {
        QList<AlertChange> list;
        for (const Event &event : published) {
            if (const auto *change = std::get_if<AlertChange>(&event.body))
                list.append(*change);
        }
        return list;
    }
    [[nodiscard]] QList<Event> audit() const
    {
        QList<Event> list;
        for (const Event &event : published) {
            if (std::holds_alternative<AuditRecord>(event.body))
                list.append(event);
        }
        return list;
    }

    QTemporaryDir dir;
    QString file;
    QByteArray text;
    QList<Geofence> fences;
    qsizetype mostLooked = 1'000'000;
    TimePoint now{1'700'000'000s};
    FakeStore store;
    FakeArchive archive;
    FakeHistory history;
    QList<Event> published;
    std::unique_ptr<Desk> desk;
    std::unique_ptr<RulesService> rules;
};

} // namespace

/// Rules that change while the desk works: checked, kept, audited, in force; and tried before that.
class TestRulesService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSupervisorLowersALimitAndItCountsAtOnce()
    {
        Office office;
        QSignalSpy changed(office.rules.get(), &RulesService::changed);
        const RulesAnswer before = office.current();
        QVERIFY(before.outcome.ok);
        QCOMPARE(before.text, office.text);
        QCOMPARE(before.origin, QStringLiteral("built in"));
        QCOMPARE(before.count, 1);
        office.drive(90);
        const RulesAnswer after = office.apply(rulesText(80), before.revision);
        QVERIFY2(after.outcome.ok, qPrintable(after.outcome.message));
        QVERIFY(after.revision != before.revision);
        QCOMPARE(after.text, rulesText(80));
        QCOMPARE(after.origin, office.file);
        QCOMPARE(office.onDisk(), rulesText(80)); // comments and all
        QCOMPARE(changed.count(), 1);
        QVERIFY(office.changes().isEmpty());
        office.drive(90);
        QTRY_COMPARE(office.changes().size(), 1);
        QCOMPARE(office.audit().size(), 1);
        const Event event = office.audit().first();
        QCOMPARE(event.actor.id, QStringLiteral("boss"));
        const auto record = std::get<AuditRecord>(event.body);
        QCOMPARE(record.action, QStringLiteral("edit_rules"));
        QVERIFY2(record.detail.contains(QStringLiteral("changed speed")), qPrintable(record.detail));
        QCOMPARE(office.current().revision, after.revision);
    }

    void openAlertsOfARemovedRuleReturnAndStayUntilTheyAreAcknowledged()
    {
        Office office;
        office.drive(120);
        QTRY_COMPARE(office.changes().size(), 1);
        QVERIFY(office.apply(rulesText(100, "other"), office.current().revision).outcome.ok);
        QTRY_COMPARE(office.changes().size(), 2);
        const AlertChange last = office.changes().last();
        QVERIFY(last.verb == AlertVerb::Return && last.to == AlertState::ReturnedUnacknowledged);
        QCOMPARE(last.reason, QStringLiteral("rule_gone"));
        // The audit says first why.
        QVERIFY(std::holds_alternative<AuditRecord>(office.published.at(office.published.size() - 2).body));
    }

    void whatIsWrongIsListedAndNothingIsApplied()
    {
        Office office;
        const QByteArray bad = R"({"rules": [
{"id": "a", "code": "A", "metric": "m", "condition": ">", "limit": "x", "level": "info"},
{"id": "a", "code": "B", "metric": "m", "condition": ">", "limit": 1, "level": "loud"}
]})";
        const RulesAnswer checked = office.ask([&](const RulesPort::Reply &reply) { office.rules->check(bad, reply); });
        QCOMPARE(checked.outcome.code, QStringLiteral("invalid"));
        QCOMPARE(checked.errors.size(), 3);
        QCOMPARE(checked.errors.first().line, 2);
        QCOMPARE(checked.errors.first().key, QStringLiteral("limit"));
        const RulesAnswer applied = office.apply(bad, office.current().revision);
        QVERIFY(applied.errors == checked.errors);
        QVERIFY(!QFile::exists(office.file));
        QVERIFY(office.published.isEmpty());
        const RulesAnswer good =
            office.ask([&](const RulesPort::Reply &reply) { office.rules->check(rulesText(5), reply); });
        QVERIFY(good.outcome.ok);
        QCOMPARE(good.count, 1);
        const RulesAnswer huge = office.ask(
            [&](const RulesPort::Reply &reply) { office.rules->check(QByteArray(largestRulesFile + 1, ' '), reply); });
        QCOMPARE(huge.errors.size(), 1);
    }

    void twoOperatorsRace()
    {
        Office office;
        const QString seen = office.current().revision;
        std::optional<RulesAnswer> first;
        std::optional<RulesAnswer> second;
        const Actor someone = operatorOf(QStringLiteral("A"));
        office.rules->apply(someone, rulesText(80), seen, [&](const RulesAnswer &answer) { first = answer; });
        office.rules->apply(someone, rulesText(70), seen, [&](const RulesAnswer &answer) { second = answer; });
        QTRY_VERIFY(first && second);
        QVERIFY(first->outcome.ok);
        QCOMPARE(second->outcome.code, QStringLiteral("superseded"));
        QCOMPARE(second->text, rulesText(80));
        QCOMPARE(second->revision, first->revision);
        QCOMPARE(office.onDisk(), rulesText(80));
        QCOMPARE(office.audit().size(), 1);
        const RulesAnswer same = office.apply(rulesText(80), first->revision);
        QVERIFY(same.outcome.ok && !same.outcome.changed);
        QCOMPARE(office.audit().size(), 1);
    }

    void aFileThatWasEditedByHandIsNotOverwritten()
    {
        Office office;
        QVERIFY(office.apply(rulesText(80), office.current().revision).outcome.ok);
        office.write(rulesText(60));
        const RulesAnswer refused = office.apply(rulesText(70), office.current().revision);
        QCOMPARE(refused.outcome.code, QStringLiteral("superseded"));
        QCOMPARE(refused.text, rulesText(60));
        QVERIFY(office.apply(rulesText(60), refused.revision).outcome.ok); // that is how it gets in force
        QCOMPARE(office.current().text, rulesText(60));
    }

    void aFileThatCannotBeWrittenChangesNothing()
    {
        Office office;
        office.file = office.dir.filePath(QStringLiteral("no/such/place/rules.json"));
        office.open();
        const RulesAnswer refused = office.apply(rulesText(80), office.current().revision);
        QCOMPARE(refused.outcome.code, QStringLiteral("storage_failed"));
        QVERIFY(refused.outcome.message.contains(QStringLiteral("no/such/place")));
        QCOMPARE(office.current().text, rulesText(100));
        QVERIFY(office.published.isEmpty());
    }

    void aDeskThatCannotStoreGivesTheFileBack()
    {
        Office office;
        office.store.failNext(1'000'000);
        office.drive(120);
        QTRY_VERIFY(office.desk->stats().storageFailing);
        QCOMPARE(office.apply(rulesText(80), office.current().revision).outcome.code, QStringLiteral("storage_failed"));
        QVERIFY(!QFile::exists(office.file));
        QCOMPARE(office.current().text, rulesText(100));
    }

    void theAnswerComesWhenItIsDurable()
    {
        Office office;
        const QString seen = office.current().revision;
        office.store.stall();
        std::optional<RulesAnswer> answer;
        office.rules->apply(operatorOf(QStringLiteral("A")), rulesText(80), seen,
                            [&](const RulesAnswer &said) { answer = said; });
        QTRY_VERIFY(office.store.attempts() > 0);
        QCoreApplication::processEvents();
        QVERIFY(!answer);
        office.store.release();
        QTRY_VERIFY(answer);
        QVERIFY(answer->outcome.ok);
    }

    void tooManyQuestionsAreRefusedAtOnce()
    {
        Office office;
        int answered = 0;
        int refused = 0;
        for (int i = 0; i < 40; ++i)
            office.rules->check(rulesText(i), [&](const RulesAnswer &answer) {
                ++answered;
                refused += answer.outcome.code == QLatin1String("overloaded") ? 1 : 0;
            });
        QCOMPARE(refused, 8);
        QTRY_COMPARE(answered, 40);
    }

    void aRuleIsTriedOnWhatADeviceTold()
    {
        Office office;
        const TimePoint start = office.now;
        for (int i = 0; i < 12'000; ++i) { // several pages
            office.now += 100ms;
            Reading reading =
                readingOf(QStringLiteral("van-1"), channel::Speed, i >= 2000 && i < 3000 ? 130.0 : 50.0, office.now);
            reading.samples.append({channel::EngineRpm, 1000.0});
            office.history.told.append(reading);
        }
        RuleTrial trial;
        trial.rule = R"({"id":"s","code":"S","metric":"speed","condition":">","limit":120,"level":"critical"})";
        trial.deviceId = QStringLiteral("van-1");
        trial.from = start;
        trial.to = office.now;
        const RuleTrialAnswer answer = office.trial(trial);
        QVERIFY2(answer.outcome.ok, qPrintable(answer.outcome.message));
        QCOMPARE(answer.readings, 12'000);
        QCOMPARE(answer.moments.size(), 2);
        QVERIFY(answer.moments.first().at == start + 200'100ms);
        QVERIFY(answer.moments.first().what == RuleTrialMoment::What::Raised);
        QCOMPARE(answer.moments.first().message, QStringLiteral("130 km/h, limit 120 km/h"));
        QVERIFY(answer.moments.last().at == start + 300'100ms);
        QVERIFY(!answer.cut);
        QVERIFY(office.published.isEmpty()); // nothing has happened

        trial.deviceId = QStringLiteral("nobody");
        QCOMPARE(office.trial(trial).readings, 0);
        trial.rule = R"({"id":"s","code":"S","metric":"speed","condition":">","level":"critical"})";
        QCOMPARE(office.trial(trial).errors.size(), 1);
        trial.to = trial.from;
        trial.rule = R"({"id":"s","code":"S","metric":"speed","condition":">","limit":120,"level":"critical"})";
        QCOMPARE(office.trial(trial).outcome.code, QStringLiteral("invalid"));
        trial.to = office.now;
        office.history.error = QStringLiteral("The history is closed.");
        QCOMPARE(office.trial(trial).outcome.code, QStringLiteral("overloaded"));
    }

    void aPageOfOneMomentDoesNotEndTheSearch()
    {
        Office office;
        for (int i = 0; i < 7000; ++i) // all at once: more than a page
            office.drive(50);
        office.now += 1s;
        office.drive(130);
        RuleTrial trial;
        trial.rule = R"({"id":"s","code":"S","metric":"speed","condition":">","limit":120,"level":"critical"})";
        trial.deviceId = QStringLiteral("van-1");
        trial.from = office.now - 1min;
        trial.to = office.now;
        QCOMPARE(office.trial(trial).moments.size(), 1);
    }

    void aTrialKnowsWhoStayedInTheHarbour()
    {
        Office office;
        office.fences = {harbour, gate};
        office.open();
        const TimePoint start = office.now;
        TimePoint entered;
        for (int i = 0; i < 120; ++i) { // twenty minutes, a fix every ten seconds
            office.now += 10s;
            const bool inside =
                (i >= 30 && i < 45) || (i >= 60 && i < 100); // two and a half minutes, then almost seven
            office.fix(inside ? 50 : 900);
            if (i == 60)
                entered = office.now;
        }
        const RuleTrialAnswer answer =
            office.trial(fenceTrial("fence.harbour", start, office.now, R"(,"onDelay":300,"offDelay":0)"));
        QVERIFY2(answer.outcome.ok, qPrintable(answer.outcome.message));
        QCOMPARE(answer.positions, 120);
        QCOMPARE(answer.readings, 120);
        QCOMPARE(answer.moments.size(), 2);
        QVERIFY(answer.moments.first().what == RuleTrialMoment::What::Raised);
        QCOMPARE(secondsBetween(start, answer.moments.first().at), secondsBetween(start, entered));
        QVERIFY(answer.moments.last().what == RuleTrialMoment::What::Cleared);
        QCOMPARE(secondsBetween(start, answer.moments.last().at), 1010.0);
        // The history has nothing of a geofence to draw; what is drawn are the corners: out, in, out, in, out.
        QStringList drawn;
        for (const HistoryPoint &point : answer.drawn)
            drawn.append(QStringLiteral("%1:%2").arg(secondsBetween(start, point.at), 0, 'g', 7).arg(point.value));
        QCOMPARE(drawn.join(u' '),
                 QStringLiteral("10:0 309.999:0 310:1 459.999:1 460:0 609.999:0 610:1 1009.999:1 1010:0 1200:0"));
        QVERIFY(office.published.isEmpty());

        // By the time inside, as well.
        const RuleTrialAnswer bySeconds = office.trial(
            {R"({"id":"h","code":"H","metric":"fence.harbour.seconds","condition":">","limit":300,"level":"warning"})",
             QStringLiteral("van-1"), start, office.now});
        QCOMPARE(bySeconds.moments.value(0).message, QStringLiteral("310.00, limit 300.00"));
    }

    void whoWasInsideBeforeTheTrialLeavesButDoesNotEnter()
    {
        Office office;
        office.fences = {harbour, gate};
        office.open();
        office.fix(0); // an hour before
        office.now += 1h;
        const TimePoint start = office.now;
        for (const double north : {30.0, 60.0, 400.0, 900.0}) {
            office.now += 10s;
            office.fix(north);
        }
        const QByteArray event = R"(,"kind":"event")";
        QCOMPARE(office.trial(fenceTrial("fence.harbour.entered", start, office.now, event)).moments.size(), 0);
        const RuleTrialAnswer left = office.trial(fenceTrial("fence.harbour.exited", start, office.now, event));
        QVERIFY(!left.moments.isEmpty());
        QCOMPARE(secondsBetween(start, left.moments.first().at), 30.0);
        // North through the gate, which lies from west to east: from its right to its left.
        const RuleTrialAnswer crossed = office.trial(
            {R"({"id":"g","code":"G","kind":"event","metric":"fence.gate.crossed","condition":"!=","limit":0,
                "level":"info"})",
             QStringLiteral("van-1"), start, office.now});
        QVERIFY(!crossed.moments.isEmpty());
        QCOMPARE(secondsBetween(start, crossed.moments.first().at), 40.0);
        QCOMPARE(crossed.moments.first().value.value_or(0), -1.0);
    }

    void aTrialOfAGeofenceWithoutPositionsSaysSo()
    {
        Office office;
        office.fences = {harbour};
        office.open();
        const TimePoint start = office.now;
        office.now += 10s;
        office.drive(50); // it told its speed, not where
        RuleTrialAnswer answer = office.trial(fenceTrial("fence.harbour", start, office.now));
        QVERIFY(answer.outcome.ok);
        QCOMPARE(answer.positions, 0);
        QCOMPARE(answer.readings, 0);
        office.now += 10s;
        office.fix(0, 2000); // it could be anywhere
        answer = office.trial(fenceTrial("fence.harbour", start, office.now));
        QCOMPARE(answer.positions, 1);
        QCOMPARE(answer.readings, 0);
        answer = office.trial(fenceTrial("fence.harbor", start, office.now));
        QCOMPARE(answer.outcome.code, QStringLiteral("invalid"));
        QVERIFY(answer.errors.first().reason.contains(QStringLiteral("there is no geofence harbor")));
        // A rule about something else may make an exception of a place.
        office.now += 10s;
        office.fix(0);
        office.now += 10s;
        office.fix(900);
        const RuleTrialAnswer outside = office.trial(
            {R"({"id":"s","code":"S","metric":"speed","condition":"<","limit":20,"level":"info","onDelay":0,
                "unless":{"metric":"fence.harbour","condition":"==","limit":1}})",
             QStringLiteral("van-1"), start + 25s, office.now});
        QCOMPARE(outside.readings, 2);
        QCOMPARE(secondsBetween(start, outside.moments.value(0).at), 40.0);
    }

    void aLongTrialOfAGeofenceKeepsToTheNewest()
    {
        Office office;
        office.fences = {harbour};
        office.open();
        const TimePoint start = office.now;
        for (int i = 0; i < RuleTrialAnswer::mostReadings + 6000; ++i) {
            office.now += 1s;
            office.fix(i % 1000 < 500 ? 0 : 900);
        }
        const RuleTrialAnswer answer = office.trial(fenceTrial("fence.harbour", start, office.now));
        QVERIFY(answer.cut);
        QVERIFY(answer.positions >= RuleTrialAnswer::mostReadings);
        QVERIFY(answer.drawn.size() > 100 && answer.drawn.size() <= RuleTrialAnswer::mostDrawn);
        QVERIFY(answer.moments.size() > 100);
        // The fences come with the rules, for whoever draws them.
        QCOMPARE(office.current().fences, office.fences);
    }

    void aTrialOfWhatIsRarelyToldEndsAllTheSame()
    {
        Office office;
        for (int i = 0; i < 30'000; ++i) {
            office.now += 1s;
            const bool rare = i % 1000 == 0;
            office.history.told.append(readingOf(QStringLiteral("van-1"), rare ? channel::Speed : channel::EngineRpm,
                                                 rare ? 130.0 : 1000.0, office.now));
        }
        office.mostLooked = 10'000;
        office.open();
        RuleTrial trial;
        trial.rule = R"({"id":"s","code":"S","metric":"speed","condition":">","limit":120,"level":"critical"})";
        trial.deviceId = QStringLiteral("van-1");
        trial.from = office.now - 24h;
        trial.to = office.now;
        const RuleTrialAnswer answer = office.trial(trial);
        QVERIFY(answer.cut);
        QCOMPARE(answer.readings, 9); // of the newest two pages, 10,000 less the oldest of each
        QCOMPARE(office.history.asked, 2);
    }

    void beforeARestartIsReadOnlyWhatRulesLookBackTo()
    {
        FakeHistory history;
        const TimePoint end{1'700'000'000s};
        for (int i = 600; i >= 0; --i) {
            Reading reading = readingOf(QStringLiteral("van-1"), channel::Speed, 50.0, end - std::chrono::seconds(i));
            reading.samples.append({channel::EngineRpm, 1.0});
            history.told.append(reading);
        }
        DeskSnapshot state;
        Device van;
        van.id = QStringLiteral("van-1");
        Device old;
        old.id = QStringLiteral("old");
        state.devices = {van, old};
        state.presence = {{van.id, {}, end}, {old.id, {}, end - 1h}};
        QVERIFY(recallReadings(builtInRules(), state, history).isEmpty());
        QCOMPARE(history.asked, 0); // none of them looks back
        AlertRule delayed = parseRules(rulesText(40)).rules.first();
        delayed.onDelay = 60s;
        const QList<Reading> recalled = recallReadings({delayed}, state, history);
        QCOMPARE(history.asked, 1); // the old one has nothing to say
        QCOMPARE(recalled.size(), 61);
        QCOMPARE(recalled.first().samples.size(), 1);
        QVERIFY(recalled.first().receivedAt < recalled.last().receivedAt);

        // What chatters may have been good last without a word in the log.
        AlertRule plain = parseRules(rulesText(40)).rules.first();
        Alert flapping;
        flapping.source = van.id;
        flapping.ruleId = plain.id;
        state.alerts = {flapping};
        QVERIFY(recallReadings({plain}, state, history).isEmpty());
        state.alerts.first().chattering = true;
        QCOMPARE(recallReadings({plain}, state, history).size(), 61);

        // A dwell goes on from the positions.
        for (Reading &reading : history.told)
            reading.position = Position{37, -6.5, {}, {}, {}, {}};
        delayed.metric = QStringLiteral("fence.harbour");
        const QList<Reading> places = recallReadings({delayed}, state, history);
        QCOMPARE(places.size(), 61);
        QVERIFY(places.first().samples.isEmpty() && places.first().position);
    }
};

QTEST_GUILESS_MAIN(TestRulesService)
#include "test_rules_service.moc"
