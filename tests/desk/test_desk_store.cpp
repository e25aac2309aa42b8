// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "models/domain/Streams.h"
#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "server/store/LogStore.h"
#include "server/store/LogVerifier.h"
#include "tests/desk/Fakes.h"
#include "tests/domain/AlertStory.h"

#include <QRandomGenerator>

#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

/// A desk on the real log, from start to stop.
class Shift
{
public:
    Shift(const QString &path, TimePoint &now) : log(LogStore::Options{.path = path})
    {
        error = log.start();
        const auto loaded = log.load();
        initial = loaded.snapshot;
        DeskSettings settings;
        settings.clock = [&now] { return now; };
        desk = std::make_unique<Desk>(settings, builtInRules(), log, archive, initial, loaded.requests);
        QObject::connect(desk.get(), &Desk::published, desk.get(),
                         [this](const QList<Event> &events) { published += events; });
        desk->start();
    }
    ~Shift()
    {
        bool stopped = false;
        QObject::connect(desk.get(), &Desk::stopped, desk.get(), [&stopped] { stopped = true; });
        desk->stop();
        if (!QTest::qWaitFor([&stopped] { return stopped; }))
            qWarning("the desk did not stop");
        log.stop();
    }
    Shift(const Shift &) = delete;
    Shift &operator=(const Shift &) = delete;

    LogStore log;
    FakeArchive archive;
    QString error;
    DeskSnapshot initial;
    std::unique_ptr<Desk> desk;
    QList<Event> published;
};

QList<AlertRule> allKindsOfRules()
{
    AlertRule rpm = highRpm();
    rpm.latch = true;
    rpm.care.ladder = {20s, 40s};
    rpm.care.ackLives = 60s;
    rpm.care.ackGrace = 20s;
    AlertRule hot = overheat();
    hot.inhibitedBy = {rpm.id};
    AlertRule bang = crash();
    bang.latch = true;
    AlertRule delayed =
        ruleOf(QStringLiteral("SPEEDING"), channel::Speed, Comparison::Greater, {{AlertLevel::Info, 100, 0, {}}});
    delayed.onDelay = 5s;
    delayed.autoClear = true;
    AlertSchedule odd;
    odd.name = QStringLiteral("First half of the hour");
    odd.zone = "UTC";
    for (int hour = 0; hour < 24; ++hour)
        odd.times.append(AlertSchedule::Times{0x7f, {hour * 60, hour * 60 + 30}});
    delayed.schedule = odd;
    AlertRule mute = ruleOf(QStringLiteral("MUTE"), channel::FuelLevel, Comparison::GreaterOrEqual,
                            {{AlertLevel::Warning, 45, 0, {}}});
    mute.measure = Measure::Silence;
    return {rpm, hot, bang, troubleCodes(), delayed, mute};
}

/// Everything that people, devices and time do to alerts, in a random order that is the same each time; all of it goes into a real log.
class RandomHistory
{
public:
    RandomHistory(LogStore &log, quint32 seed)
        : m_log(log)
        , m_random(seed)
        , m_book(allKindsOfRules(), {}, [this] { return QStringLiteral("a%1").arg(++m_lastId); })
    {
    }

    void step()
    {
        m_now += std::chrono::milliseconds(below(6000));
        note(m_book.tick(m_now));
        switch (below(10)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return tell();
        case 4:
            return panicOrCancel();
        default:
            break;
        }
        const QList<Alert> open = m_book.openAlerts();
        if (below(3) == 0 || open.isEmpty())
            return something();
        handle(open.at(below(static_cast<int>(open.size()))));
    }
    /// What is counted but not told yet is told.
    void settle()
    {
        m_now += 31s;
        note(m_book.tick(m_now));
        flush();
    }
    [[nodiscard]] AlertBook &book() { return m_book; }
    [[nodiscard]] TimePoint now() const { return m_now; }
    [[nodiscard]] qint64 events() const { return m_seq; }
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] const QSet<int> &verbs() const { return m_verbs; }

private:
    int below(int limit) { return static_cast<int>(m_random.bounded(limit)); }
    bool coin() { return below(2) == 0; }
    QString device() { return QStringLiteral("van-%1").arg(below(3)); }
    QString user() { return QStringLiteral("user-%1").arg(below(3)); }
    Actor somebody()
    {
        Actor actor = operatorOf(QStringLiteral("Op%1").arg(below(3)));
        actor.supervises = coin();
        return actor;
    }

    void note(const QList<AlertChange> &changes)
    {
        for (const AlertChange &change : changes) {
            m_verbs.insert(int(change.verb));
            Event event;
            event.seq = ++m_seq;
            event.at = m_now;
            event.actor = operatorOf(QStringLiteral("Op"));
            event.body = change;
            for (const QString &stream : streamsOf(event.body))
                event.streams.append({stream, ++m_heads[stream]});
            m_batch.events.append(event);
        }
        if (m_batch.events.size() > 200)
            flush();
    }
    void flush()
    {
        m_log.append(std::exchange(m_batch, {}), [this](const CommitResult &result) { m_error += result.error; });
    }
    void tell()
    {
        Reading reading = readingOf(device(), channel::EngineRpm, coin() ? 4500.0 : 3000.0, m_now);
        const double temperatures[] = {90, 104.5, 110, 120};
        reading.samples.append({channel::EngineTemperature, temperatures[below(4)]});
        reading.samples.append({channel::Crash, below(8) == 0 ? 1.0 : 0.0});
        reading.samples.append({channel::Speed, coin() ? 120.0 : 50.0});
        if (coin())
            reading.samples.append({channel::FuelLevel, 50.0});
        reading.samples.append({channel::TroubleCodes, coin() ? QStringList{QStringLiteral("P0301")} : QStringList{}});
        note(m_book.apply(reading, m_now));
    }
    void panicOrCancel()
    {
        if (coin()) {
            RaisePanic panic;
            panic.userId = user();
            panic.pin = QStringLiteral("1234");
            panic.duressPin = QStringLiteral("9999");
            if (m_pins++ > 4) { // a PIN is slow to keep, on purpose
                panic.pin.clear();
                panic.duressPin.clear();
            }
            note(m_book.raisePanic(panic, m_now).changes);
            return;
        }
        CancelPanic cancel;
        cancel.userId = user();
        cancel.pin = below(3) == 0 ? QStringLiteral("9999") : QStringLiteral("1234");
        note(m_book.cancelPanic(cancel, m_now).changes);
    }
    void something()
    {
        switch (below(5)) {
        case 0: {
            ReportAlert report;
            report.alertId = QStringLiteral("r%1").arg(below(4));
            report.source = device();
            report.code = QStringLiteral("BREAKDOWN");
            report.level = coin() ? AlertLevel::Warning : AlertLevel::Critical;
            report.acknowledged = below(5) == 0;
            note(m_book.report(report, userOf(user()), m_now).changes);
            return;
        }
        case 1:
            note(m_book.heardFrom(user(), coin(), m_now));
            return;
        case 2:
            note(m_book.setAudible(coin(), m_now));
            return;
        case 3: {
            QList<AlertRule> rules = allKindsOfRules();
            if (below(4) == 0)
                rules.removeAt(below(static_cast<int>(rules.size())));
            rules.first().inhibitedBy.clear();
            if (!std::any_of(rules.cbegin(), rules.cend(),
                             [](const AlertRule &rule) { return rule.id == QLatin1String("high_rpm"); }))
                rules.first().inhibitedBy = {QStringLiteral("gone")};
            note(m_book.setRules(rules, m_now));
            return;
        }
        default:
            m_now += std::chrono::seconds(below(400));
            note(m_book.tick(m_now));
        }
    }
    void handle(const Alert &alert)
    {
        static constexpr AlertVerb verbs[] = {
            AlertVerb::Unacknowledge, AlertVerb::Silence, AlertVerb::Claim, AlertVerb::Release, AlertVerb::Transfer,
            AlertVerb::Comment,       AlertVerb::Shelve,  AlertVerb::Reset, AlertVerb::Welfare, AlertVerb::Unshelve,
        };
        const Actor who = somebody();
        switch (below(8)) {
        case 0:
        case 1: {
            Acknowledge request;
            request.alertId = alert.id;
            request.comment = QStringLiteral("seen");
            note(m_book.acknowledge(request, who, m_now).changes);
            return;
        }
        case 2: {
            CloseAlert request;
            request.alertId = alert.id;
            request.disposition = Disposition::Assisted;
            if (below(3) == 0)
                note(m_book.closeAlert(request, who, m_now).changes);
            HandleAlert reopen;
            reopen.verb = AlertVerb::Reopen;
            reopen.alertId = alert.id;
            if (coin())
                note(m_book.handle(reopen, who, m_now).changes);
            return;
        }
        case 3:
            if (coin())
                note(m_book.takeOutOfService({alert.id, 0, m_now + 60s, QStringLiteral("workshop")}, who, m_now)
                         .changes);
            else
                note(m_book.returnToService({alert.id, {}}, m_now).changes);
            return;
        case 4:
            note(m_book.markSeen({alert.id}, who, m_now).changes);
            note(m_book.setStage({alert.id, coin() ? IncidentStage::Dispatched : IncidentStage::OnScene, {}}, m_now)
                     .changes);
            return;
        default:
            break;
        }
        HandleAlert request;
        request.verb = verbs[below(static_cast<int>(std::size(verbs)))];
        if (stateOf(alert) == AlertState::Latched)
            request.verb = AlertVerb::Reset;
        request.alertId = alert.id;
        request.comment = QStringLiteral("because");
        request.toId = QStringLiteral("op9");
        request.oneShot = coin();
        request.until = m_now + std::chrono::seconds(1 + below(100));
        note(m_book.handle(request, who, m_now).changes);
    }

    LogStore &m_log;
    Batch m_batch; ///< not in the log yet: each batch costs a sync
    QRandomGenerator m_random;
    TimePoint m_now{1'700'000'000s};
    int m_lastId = 0;
    int m_pins = 0;
    AlertBook m_book;
    qint64 m_seq = 0;
    QHash<QString, qint64> m_heads;
    QString m_error;
    QSet<int> m_verbs;
};

/// Without what is told with the next change only: how often and when it was last seen, and signs of life.
Alert told(Alert alert)
{
    alert.count = 0;
    alert.lastSeenAt = {};
    alert.position.reset();
    if (alert.incident)
        alert.incident.edit([](IncidentFacts &facts) {
            facts.lastHeardAt.reset();
            facts.welfareDue.reset();
        });
    return alert;
}

QHash<QString, Alert> openOnes(const QList<Alert> &alerts)
{
    QHash<QString, Alert> open;
    for (const Alert &alert : alerts) {
        if (isOpen(alert))
            open.insert(alert.id, told(alert));
    }
    return open;
}

} // namespace

/// Desk and store together: what one shift knew, the next one knows.
class TestDeskStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theNextShiftGoesOnWhereThisOneStopped()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("desk.db"));
        TimePoint now{1'700'000'000s};
        QString panic;
        {
            Shift shift(path, now);
            QVERIFY2(shift.error.isEmpty(), qPrintable(shift.error));
            shift.desk->take({readingOf(QStringLiteral("van-1"), channel::EngineRpm, 4180.0, now)});
            shift.desk->submit(panicBy(QStringLiteral("dana"), QStringLiteral("c-1")),
                               [&panic](const Outcome &outcome) { panic = outcome.ref; });
            shift.desk->submit(chatBy(QStringLiteral("dana"), QStringLiteral("héllo 😀"), QStringLiteral("m-1")), {});
            QTRY_COMPARE(shift.published.size(), 5); // panic, chat, automatic line, device, alert
            shift.desk->take({readingOf(QStringLiteral("van-1"), channel::EngineRpm, 1000.0, now)});
            QTRY_COMPARE(shift.published.size(), 6); // clearing
        }
        now += 4s;
        Shift shift(path, now);
        QCOMPARE(shift.initial.seq, 6);
        QCOMPARE(shift.initial.alerts.size(), 2);
        QCOMPARE(shift.initial.messages.size(), 2);
        int answered = 0;
        const auto unchanged = [&](const Outcome &outcome) { answered += outcome.ok && !outcome.changed ? 1 : 0; };
        shift.desk->submit(panicBy(QStringLiteral("dana"), QStringLiteral("c-1")), unchanged);
        shift.desk->submit(chatBy(QStringLiteral("dana"), QStringLiteral("héllo 😀"), QStringLiteral("m-1")),
                           unchanged);
        QTRY_COMPARE(answered, 2);
        QVERIFY(shift.published.isEmpty());
        now += 6s;
        shift.desk->tick();
        QTRY_COMPARE(shift.published.size(), 1);
        QCOMPARE(shift.published.first().seq, 7);
        QVERIFY(std::get<AlertChange>(shift.published.first().body).verb == AlertVerb::Return);
    }

    void timersGoOnWhereTheLogLeftThem_data()
    {
        QTest::addColumn<int>("jump"); // s, of the clock, while the server is down
        QTest::newRow("restart") << 0;
        QTest::newRow("restart after the clock was set back") << -3600;
    }
    void timersGoOnWhereTheLogLeftThem()
    {
        QFETCH(int, jump);
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("desk.db"));
        TimePoint now{1'700'000'000s};
        {
            Shift shift(path, now);
            QVERIFY2(shift.error.isEmpty(), qPrintable(shift.error));
            shift.desk->take({readingOf(QStringLiteral("van-1"), channel::EngineRpm, 4180.0, now),
                              readingOf(QStringLiteral("van-2"), channel::EngineRpm, 4180.0, now)});
            QTRY_COMPARE(shift.published.size(), 4); // two devices, two alerts
            const auto alertOf = [&shift](const char *van) {
                for (const Event &event : std::as_const(shift.published)) {
                    const auto *change = std::get_if<AlertChange>(&event.body);
                    if (change && change->alert.source == QLatin1String(van))
                        return change->alert.id;
                }
                return QString();
            };
            const auto asks = [&](AlertVerb verb, const QString &alert, std::optional<Duration> span) {
                HandleAlert request;
                request.verb = verb;
                request.alertId = alert;
                request.comment = QStringLiteral("because");
                if (span)
                    request.until = now + *span;
                shift.desk->submit({{}, operatorOf(QStringLiteral("Ortiz")), request}, {});
            };
            asks(AlertVerb::Shelve, alertOf("van-1"), 85s);
            asks(AlertVerb::Silence, alertOf("van-2"), 60s);
            asks(AlertVerb::Claim, alertOf("van-2"), {});
            QTRY_COMPARE(shift.published.size(), 7);
        }
        now += 20s;
        now += std::chrono::seconds(jump);
        Shift shift(path, now);
        const Duration gone = jump == 0 ? 20s : 0s; // by which clock the server was away, the log does not know
        const auto told = [&shift] {
            QStringList all;
            for (const Event &event : std::as_const(shift.published)) {
                const auto *change = std::get_if<AlertChange>(&event.body);
                if (change && change->reason.contains(QLatin1String("expired")))
                    all.append(toString(change->verb));
            }
            return all;
        };
        const auto passes = [&](Duration span, const QStringList &expected) {
            now += span;
            shift.desk->tick();
            QTRY_COMPARE(told(), expected);
        };
        passes(60s - gone - 1ms, {});
        passes(1ms, {QStringLiteral("silence")});
        passes(25s - 1ms, {QStringLiteral("silence")});
        passes(1ms, {QStringLiteral("silence"), QStringLiteral("unshelve")});
        passes(35s - 1ms, {QStringLiteral("silence"), QStringLiteral("unshelve")});
        passes(1ms, {QStringLiteral("silence"), QStringLiteral("unshelve"), QStringLiteral("release")});
        passes(10s, {QStringLiteral("silence"), QStringLiteral("unshelve"), QStringLiteral("release")});
    }

    /// ALERTS.md, "Verbs, audit, idempotency": what each row has. The chain of hashes is vector 16.
    void aRowOfTheLogHasAllThatTheAuditWants()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("desk.db"));
        TimePoint now{1'700'000'000s};
        Shift shift(path, now);
        Reading reading = readingOf(QStringLiteral("van-1"), channel::EngineRpm, 4180.0, now);
        reading.sourceTime = now - 7s;
        shift.desk->take({reading});
        QTRY_COMPARE(shift.published.size(), 2);
        const QString alert = std::get<AlertChange>(shift.published.last().body).alert.id;
        now += 30s;
        Actor ortiz = operatorOf(QStringLiteral("Ortiz"));
        ortiz.session = QStringLiteral("console-1");
        shift.desk->submit({QStringLiteral("cmd-1"), ortiz,
                            Acknowledge{alert, 1, AlertLevel::Warning, QStringLiteral("driver called")}},
                           {});
        QTRY_COMPARE(shift.published.size(), 3);

        EventsResult rows; // read from the file
        bool answered = false;
        shift.log.events({QStringLiteral("desk"), 1, 10}, [&](const EventsResult &result) {
            rows = result;
            answered = true;
        });
        QTRY_VERIFY(answered);
        QCOMPARE(rows.events.size(), 2);
        const Event &raise = rows.events.first();
        const Event &row = rows.events.last();
        const auto &raised = std::get<AlertChange>(raise.body);
        const auto &change = std::get<AlertChange>(row.body);
        QCOMPARE(row.seq, raise.seq + 1);
        QCOMPARE(change.alert.id, alert);
        QCOMPARE(change.alert.revision, raised.alert.revision + 1);
        QCOMPARE(change.alert.occurrence, 1);
        QVERIFY(change.verb == AlertVerb::Acknowledge);
        QVERIFY(change.from == AlertState::Unacknowledged && change.to == AlertState::Acknowledged);
        QVERIFY(row.actor.kind == Actor::Kind::Operator);
        QCOMPARE(row.actor.id, ortiz.id);
        QCOMPARE(row.actor.session, ortiz.session);
        QCOMPARE(change.comment, QStringLiteral("driver called"));
        QCOMPARE(row.requestId, QStringLiteral("cmd-1"));
        QVERIFY(row.at == now);
        QVERIFY(raise.at == now - 30s);
        QVERIFY(raised.alert.sourceTime == now - 37s); // by the van's own clock
        QVERIFY(raise.actor.kind == Actor::Kind::Device);

        now += 4h;
        shift.desk->tick();
        now += 30min;
        shift.desk->tick();
        const auto expired = [&shift] {
            const auto *last = std::get_if<AlertChange>(&shift.published.last().body);
            return last != nullptr && last->reason == QLatin1String("ack_expired");
        };
        QTRY_VERIFY(expired()); // the reason's code
        QVERIFY(shift.published.last().actor.kind == Actor::Kind::System);
    }

    void vector16_theLogVerifiesAndTheStateFromItIsTheLiveState_data()
    {
        QTest::addColumn<uint>("seed");
        for (uint seed = 1; seed <= 4; ++seed)
            QTest::addRow("history %u", seed) << seed;
    }
    void vector16_theLogVerifiesAndTheStateFromItIsTheLiveState()
    {
        QFETCH(uint, seed);
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("desk.db"));
        const auto log = [&path] {
            auto made = std::make_unique<LogStore>(LogStore::Options{.path = path});
            if (const QString error = made->start(); !error.isEmpty())
                qWarning("%s", qPrintable(error));
            return made;
        };
        auto store = log();
        RandomHistory history(*store, seed);
        for (int i = 0; i < 1000; ++i)
            history.step();
        history.settle();
        QVERIFY(history.events() > 800);
        store->stop();
        QCOMPARE(history.error(), QString());

        const VerifyReport report = LogVerifier::verify({.path = path});
        QCOMPARE(report.error, QString());
        QCOMPARE(report.events, history.events());
        QVERIFY2(report.found.isEmpty(), qPrintable(report.found.isEmpty() ? QString() : report.found.first().text()));
        const LogVerifier::Rebuilt rebuilt = LogVerifier::rebuild(path);
        QCOMPARE(rebuilt.error, QString());
        QCOMPARE(rebuilt.events, history.events());

        store = log();
        const QList<Alert> stored = store->load().snapshot.alerts;
        store->stop();
        const auto live = openOnes(history.book().openAlerts());
        const auto fromLog = openOnes(stored);
        QCOMPARE(fromLog.keys().size(), live.keys().size());
        for (const Alert &alert : live)
            QVERIFY2(fromLog.value(alert.id) == alert, qPrintable(alert.id + QLatin1Char(' ') + alert.code));
        QVERIFY(live.size() > 3);

        AlertBook next(history.book().rules());
        next.restore(stored, history.now());
        const auto restored = openOnes(next.openAlerts());
        for (const Alert &alert : live)
            QVERIFY2(restored.value(alert.id) == alert, qPrintable(alert.id + QLatin1Char(' ') + alert.code));

        m_verbs += history.verbs();
        if (seed == 4) { // together they have done everything
            for (int verb = 0; verb < alertVerbCount; ++verb)
                QVERIFY2(m_verbs.contains(verb), qPrintable(toString(AlertVerb(verb))));
        }
    }

private:
    QSet<int> m_verbs;
};

QTEST_GUILESS_MAIN(TestDeskStore)
#include "test_desk_store.moc"
