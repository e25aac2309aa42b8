// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Backend.h"
#include "app/Config.h"
#include "app/RulesSetup.h"
#include "hal/AdapterConfig.h"

#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <mutex>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
constexpr auto patience = 30'000; // ms
const QString rig = QStringLiteral("sim_device_3");

/// The whole back end with the demo's simulated hardware, on one data directory; started, stopped and started again.
class Bench
{
public:
    explicit Bench(const QString &data, const QString &notify = {})
    {
        Config config;
        config.setFlag(QStringLiteral("data"), {data});
        config.setFlag(QStringLiteral("listen"), {QStringLiteral("127.0.0.1:0")});
        config.setFlag(QStringLiteral("open"), {});
        config.setFlag(QStringLiteral("simulate"), {QStringLiteral(":/tocsin/scenarios/city.json")});
        if (!notify.isEmpty())
            config.setFlag(QStringLiteral("notify"), {notify});
        backend.emplace(config.settings(), false);
        QObject::connect(
            &*backend, &Backend::published, &*backend,
            [this](const QList<Event> &events) {
                const std::scoped_lock lock(m_mutex);
                m_events += events;
            },
            Qt::DirectConnection);
        started = backend->start();
    }
    [[nodiscard]] QList<Event> events() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_events;
    }
    /// The states of the command in the order of the log.
    [[nodiscard]] QStringList statesOf(const QString &command) const
    {
        QStringList states;
        for (const Event &event : events()) {
            const auto *body = std::get_if<Command>(&event.body);
            if (body != nullptr && body->id == command)
                states.append(toString(body->state));
        }
        return states;
    }
    [[nodiscard]] bool knows(const QString &device) const
    {
        const QList<Event> all = events();
        return std::any_of(all.cbegin(), all.cend(), [&](const Event &event) {
            const auto *body = std::get_if<Device>(&event.body);
            return body != nullptr && body->id == device && !body->actions.isEmpty();
        });
    }
    Outcome ask(const RequestBody &body, const Actor &actor = {Actor::Kind::Operator, QStringLiteral("ortiz"),
                                                               QStringLiteral("M. Ortiz"), QStringLiteral("console")})
    {
        std::optional<Outcome> outcome;
        std::mutex mutex;
        backend->desk().submit({{}, actor, body}, [&](const Outcome &answer) {
            const std::scoped_lock lock(mutex);
            outcome = answer;
        });
        const auto answered = [&] {
            const std::scoped_lock lock(mutex);
            return outcome.has_value();
        };
        return QTest::qWaitFor(answered, patience) ? *outcome : Outcome();
    }
    [[nodiscard]] static IssueCommand order(const QString &action)
    {
        IssueCommand order;
        order.deviceId = rig;
        order.action = action;
        return order;
    }

    std::optional<Backend> backend;
    Backend::Started started;

private:
    mutable std::mutex m_mutex;
    QList<Event> m_events;
};
} // namespace

class TestBackend : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theDemoHasGeofencesOfEachKindAndRulesAboutThem()
    {
        const RulesSetup demo = RulesSetup::read({}, QStringLiteral("/no/such/file"), demoFences);
        QVERIFY2(demo.error.isEmpty(), qPrintable(demo.error));
        QSet<Geofence::Shape> shapes;
        int crossed = 0;
        for (const Geofence &fence : demo.fences) {
            shapes.insert(fence.shape);
            crossed += fence.hasInside() ? 0 : 1;
        }
        QCOMPARE(shapes.size(), 3);
        QCOMPARE(crossed, 1);
        const RulesSetup plain = RulesSetup::read({}, QStringLiteral("/no/such/file"), {});
        QCOMPARE(demo.rules.size(), plain.rules.size() + 2);
        for (qsizetype i = 0; i < plain.rules.size(); ++i)
            QCOMPARE(demo.rules.at(i).id, plain.rules.at(i).id);
        for (qsizetype i = plain.rules.size(); i < demo.rules.size(); ++i) {
            QVERIFY(demo.rules.at(i).metric.startsWith(QLatin1String("fence.")));
            for (const AlertBand &band : demo.rules.at(i).bands)
                QVERIFY(band.level <= AlertLevel::Warning); // it is a show, not an alarm
        }
    }

    void aNoticeReachesTheConsoleThatItIsFor()
    {
        QTemporaryDir data;
        const QString file = data.filePath(QStringLiteral("notify.toml"));
        QFile toml(file);
        QVERIFY(toml.open(QIODevice::WriteOnly));
        toml.write(
            "[[channel]]\nname = \"screen\"\nkind = \"desktop\"\n[[route]]\nname = \"all\"\nchannel = \"screen\"\n"
            "to = [\"staff\"]\nmin_level = \"info\"\n");
        toml.close();
        Bench bench(data.path(), file);
        QCOMPARE(bench.started.error, QString());
        std::mutex mutex;
        QList<DesktopNotice> notices;
        connect(
            &*bench.backend, &Backend::desktopNotice, &*bench.backend,
            [&](const DesktopNotice &notice) {
                const std::scoped_lock lock(mutex);
                notices.append(notice);
            },
            Qt::DirectConnection);
        bench.backend->seat({QStringLiteral("ortiz"), QStringLiteral("M. Ortiz"), Role::Dispatcher, systemNow()});
        RaisePanic panic;
        panic.userId = QStringLiteral("dana");
        const Outcome raised = bench.ask(panic, {Actor::Kind::User, panic.userId, panic.userId, {}});
        QVERIFY2(raised.ok, qPrintable(raised.message));
        const auto told = [&] {
            const std::scoped_lock lock(mutex);
            return notices;
        };
        QTRY_VERIFY_WITH_TIMEOUT(!told().isEmpty(), patience); // the city's own alerts are simulated and not told
        QCOMPARE(told().constFirst().alertId, raised.ref);
        QCOMPARE(told().constFirst().people, QStringList{QStringLiteral("ortiz")});
        // What became of it is in the audit.
        const auto noted = [&] {
            const QList<Event> all = bench.events();
            return std::any_of(all.cbegin(), all.cend(), [&](const Event &event) {
                const auto *record = std::get_if<AuditRecord>(&event.body);
                return record && record->action == QLatin1String("notify") && record->object == raised.ref;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(noted(), patience);
        QList<NotifyChannel> channels;
        bench.backend->notify().channels([&](const QList<NotifyChannel> &list) { channels = list; });
        QCOMPARE(channels.size(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(
            (bench.backend->notify().channels([&](const auto &list) { channels = list; }), channels.constFirst().sent),
            1, patience);
    }

    void aCommandGoesToTheRigAndIsUnknownWhenTheServerGoesInBetween()
    {
        QTemporaryDir data;
        QString interrupted;
        {
            Bench bench(data.path());
            QCOMPARE(bench.started.error, QString());
            QTRY_VERIFY_WITH_TIMEOUT(bench.knows(rig), patience);
            const Outcome outcome = bench.ask(Bench::order(QStringLiteral("stop")));
            QVERIFY2(outcome.ok, qPrintable(outcome.message));
            QTRY_COMPARE_WITH_TIMEOUT(
                bench.statesOf(outcome.ref),
                (QStringList{QStringLiteral("queued"), QStringLiteral("sent"), QStringLiteral("succeeded")}), patience);
            const Outcome vehicle = bench.ask([] {
                IssueCommand order = Bench::order(QStringLiteral("stop"));
                order.deviceId = QStringLiteral("unit-01");
                return order;
            }());
            QTRY_COMPARE_WITH_TIMEOUT(bench.statesOf(vehicle.ref).last(), QStringLiteral("failed"), patience);

            // The rig takes 0.3 s to answer: this one is under way when everything ends.
            interrupted = bench.ask(Bench::order(QStringLiteral("start"))).ref;
            QTRY_COMPARE_WITH_TIMEOUT(bench.statesOf(interrupted).last(), QStringLiteral("sent"), patience);
            bench.backend->stop();
            if (bench.statesOf(interrupted).last() != QLatin1String("sent"))
                QSKIP("The rig answered before the stop; the router's tests tell the rest.");
        }
        Bench again(data.path());
        QCOMPARE(again.started.error, QString());
        QTRY_COMPARE_WITH_TIMEOUT(again.statesOf(interrupted), QStringList{QStringLiteral("outcome_unknown")},
                                  patience);
        // It is not sent again: the next order goes its way and the old one stays as it is.
        QTRY_VERIFY_WITH_TIMEOUT(again.ask(Bench::order(QStringLiteral("stop"))).ok, patience);
        QCOMPARE(again.statesOf(interrupted), QStringList{QStringLiteral("outcome_unknown")});
        again.backend->stop();
    }

    void aSimulatedPersonGetsReadsAndAcknowledgesAnUrgentLine()
    {
        QTemporaryDir data;
        Bench bench(data.path());
        QCOMPARE(bench.started.error, QString());
        SendChat line;
        line.thread = QStringLiteral("user/dana.r");
        line.text = QStringLiteral("Leave the building");
        line.fromDesk = true;
        line.urgent = true;
        const Outcome sent = bench.ask(line);
        QVERIFY2(sent.ok, qPrintable(sent.message));
        const auto kinds = [&bench, &sent] {
            QStringList kinds;
            for (const Event &event : bench.events()) {
                const auto *receipt = std::get_if<ChatReceipt>(&event.body);
                if (receipt != nullptr && receipt->messageId == sent.ref)
                    kinds.append(toString(receipt->kind) + QLatin1Char(' ') + receipt->personId);
            }
            return kinds;
        };
        QTRY_COMPARE_WITH_TIMEOUT(kinds(),
                                  (QStringList{QStringLiteral("delivered dana.r"), QStringLiteral("read dana.r"),
                                               QStringLiteral("acknowledged dana.r")}),
                                  patience);
        bench.backend->stop();
    }
};

QTEST_GUILESS_MAIN(TestBackend)
#include "test_backend.moc"
