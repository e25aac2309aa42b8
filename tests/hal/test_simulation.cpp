// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/AdapterConfig.h"
#include "hal/Simulation.h"
#include "models/domain/Channels.h"
#include "tests/hal/Scenarios.h"

#include <QSet>
#include <QTest>

#include <algorithm>

#include <cmath>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const TimePoint Start = fromEpochMillis(1'750'000'000'000);
const QString Source = QStringLiteral("sim:test");

Scenario demo()
{
    static const ScenarioResult result = readScenario(demoScenario);
    return result.scenario;
}

Scenario small(const QByteArray &more = {})
{
    const ScenarioResult result = parseScenario(fake::smallTown(more));
    if (!result.ok())
        qFatal("%s", qPrintable(result.errors.join(QLatin1Char('\n'))));
    return result.scenario;
}

struct Run
{
    QList<Reading> readings;
    QList<Request> requests;
    QList<double> requestTimes;
    template<class T>
    [[nodiscard]] QList<T> all() const
    {
        QList<T> found;
        for (const Request &r : requests) {
            if (const T *body = std::get_if<T>(&r.body))
                found.append(*body);
        }
        return found;
    }
};

void run(Simulation &simulation, double seconds, Run &out, Duration dt = 50ms)
{
    const double end = simulation.seconds() + seconds;
    bool first = simulation.seconds() == 0 && out.readings.isEmpty();
    while (first || simulation.seconds() + 1e-9 < end) {
        const TimePoint now = Start +
                              std::chrono::round<Duration>(std::chrono::duration<double>(simulation.seconds())) +
                              (first ? Duration{0} : dt);
        const SimulationStep step = simulation.step(now, first ? Duration{0} : dt);
        out.readings += step.readings;
        for (const Request &r : step.requests) {
            out.requests.append(r);
            out.requestTimes.append(simulation.seconds());
        }
        first = false;
    }
}

Run runDemo(double seconds, quint64 seed = 1)
{
    Simulation simulation(demo(), seed, Source);
    Run out;
    run(simulation, seconds, out);
    return out;
}

ChatMessage operatorSays(const QString &user)
{
    ChatMessage message;
    message.thread = chatThreadOfUser(user);
    message.fromDesk = true;
    message.text = QStringLiteral("Where are you?");
    return message;
}

bool sameRequests(const Run &a, const Run &b)
{
    if (a.requests.size() != b.requests.size() || a.requestTimes != b.requestTimes)
        return false;
    for (qsizetype i = 0; i < a.requests.size(); ++i) {
        if (a.requests[i].id != b.requests[i].id || a.requests[i].body.index() != b.requests[i].body.index())
            return false;
    }
    return true;
}
} // namespace

class TestSimulation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSameSeedAndTicksGiveTheSame()
    {
        const Run a = runDemo(70);
        const Run b = runDemo(70);
        QVERIFY(a.readings.size() > 5000);
        QCOMPARE(a.readings, b.readings);
        QVERIFY(sameRequests(a, b));
        const Run other = runDemo(10, 2);
        QVERIFY(other.readings != runDemo(10, 1).readings);
    }

    void everythingReportsInTheFirstStepMidDriveAndWarm()
    {
        Simulation simulation(demo(), 1, Source);
        const SimulationStep first = simulation.step(Start, Duration{0});
        QSet<QString> heard;
        int moving = 0;
        for (const Reading &r : first.readings) {
            heard.insert(r.deviceId);
            QCOMPARE(r.receivedAt, Start);
            moving += r.number(channel::EngineRpm) && r.number(channel::Speed).value_or(0) > 5 ? 1 : 0;
            if (r.deviceId == QLatin1String("unit-01"))
                QVERIFY(r.number(channel::EngineTemperature) > 80);
        }
        QCOMPARE(heard.size(), 20);
        QVERIFY2(moving >= 9, qPrintable(QString::number(moving)));
        const QList<Device> devices = simulation.devices();
        QCOMPARE(devices.size(), 20);
        for (const Device &device : devices) {
            QVERIFY(device.simulated);
            QVERIFY(heard.contains(device.id));
        }
    }

    void theFirstMinuteOfTheDemo()
    {
        const Run out = runDemo(60);
        QSet<QString> heard;
        double highRpmAt = -1;
        int waiting = 0;
        for (const Reading &r : out.readings) {
            heard.insert(r.deviceId);
            if (highRpmAt < 0 && r.number(channel::EngineRpm).value_or(0) > 4000)
                highRpmAt = secondsBetween(Start, r.receivedAt);
            waiting +=
                r.deviceId == QLatin1String("unit-11") && r.number(channel::BatteryVoltage).value_or(99) < 12 ? 1 : 0;
        }
        QCOMPARE(heard.size(), 12 + 4 + 4);
        QVERIFY2(highRpmAt > 3 && highRpmAt < 10, qPrintable(QString::number(highRpmAt)));
        QVERIFY(waiting > 20);
        const auto panics = out.all<RaisePanic>();
        QCOMPARE(panics.size(), 1);
        QCOMPARE(panics[0].userName, QStringLiteral("Dana R."));
        QVERIFY(panics[0].silent && panics[0].simulated && panics[0].position && panics[0].position->accuracyM);
        QVERIFY(!panics[0].clientAlertId.isEmpty());
        const auto lines = out.all<SendChat>();
        QVERIFY(lines.size() >= 2);
        for (const SendChat &line : lines)
            QVERIFY(line.simulated && !line.fromDesk && line.thread.startsWith(QLatin1String("user/")) &&
                    !line.clientMessageId.isEmpty());
        QVERIFY(out.requestTimes.first() <= 15); // a conversation before
        for (const Request &request : out.requests)
            QCOMPARE(request.actor.kind, Actor::Kind::User);
    }

    void onlyFaultsLeaveWhatIsNormal()
    {
        Scenario calm = demo();
        calm.timeline.clear();
        calm.rig.clear(); // has no limits of its own
        for (quint64 seed : {1, 7}) {
            Simulation simulation(calm, seed, Source);
            Run out;
            run(simulation, 400, out);
            for (const Reading &r : std::as_const(out.readings)) {
                const auto in = [&](const QString &name, double least, double most) {
                    const auto n = r.number(name);
                    return !n || (*n >= least && *n <= most);
                };
                QVERIFY2(in(channel::EngineRpm, 500, 3500), qPrintable(text(Value{*r.number(channel::EngineRpm)})));
                QVERIFY(in(channel::EngineTemperature, 50, 100));
                QVERIFY(in(channel::OilPressure, 26, 80));
                QVERIFY(in(channel::BatteryVoltage, 12.6, 15));
                QVERIFY(in(channel::FuelLevel, 6, 100));
                QVERIFY(in(channel::BatteryLevel, 25, 100));
                QVERIFY(in(channel::EngineLoad, 0, 100));
                QVERIFY(in(channel::Crash, 0, 0) && in(channel::TroubleCount, 0, 0));
                QVERIFY(in(channel::FuelConsumption, 1, 40));
            }
        }
    }

    void vehiclesDriveBelievably()
    {
        Scenario town = demo();
        town.rig.clear();
        Simulation simulation(town, 3, Source);
        struct Seen
        {
            LocalPoint at;
            double speedMs = 0;
            double t = 0;
            double odometer = 0;
        };
        QHash<QString, Seen> before;
        QHash<QString, double> driven;
        QHash<QString, QSet<int>> quarters;
        bool standing = false;
        int looked = 0;
        Run out;
        for (int i = 0; i < 6000; ++i) { // ten minutes
            const SimulationStep step = simulation.step(Start + i * 100ms, i == 0 ? Duration{0} : Duration{100ms});
            for (const auto &vehicle : simulation.vehicles()) // the plan: never faster than the street allows
                QVERIFY2(vehicle->mover().speedMs() <= vehicle->mover().limitMs() + 0.3,
                         qPrintable(
                             QStringLiteral("%1 %2").arg(vehicle->mover().speedMs()).arg(vehicle->mover().limitMs())));
            for (const Reading &r : step.readings) {
                if (!r.number(channel::EngineRpm))
                    continue;
                const LocalPoint at = simulation.streets().toLocal({r.position->latitude, r.position->longitude});
                const double v = *r.position->speedKmh / 3.6;
                const double t = simulation.seconds();
                QVERIFY(v >= 0 && v * 3.6 <= 90);
                if (++looked % 5 == 0) // a search through the whole town
                    QVERIFY(simulation.streets().distanceToStreets(at) < 1);
                if (before.contains(r.deviceId)) {
                    const Seen last = before[r.deviceId];
                    const double dt = t - last.t;
                    const double moved = distanceBetween(at, last.at);
                    const double most = std::max(v, last.speedMs) * dt + 2.5;
                    QVERIFY2(moved <= most, qPrintable(QStringLiteral("%1 moved %2 m at %3 m/s in %4 s")
                                                           .arg(r.deviceId)
                                                           .arg(moved)
                                                           .arg(v)
                                                           .arg(dt)));
                    const double change = (v - last.speedMs) / dt;
                    const bool crashed = r.deviceId == QLatin1String("unit-04") && t > 117 && t < 130;
                    QVERIFY2(change <= 2.6 && change >= (crashed ? -9.6 : -4.2),
                             qPrintable(QStringLiteral("%1 %2 m/s² at %3").arg(r.deviceId).arg(change).arg(t)));
                    driven[r.deviceId] += (v + last.speedMs) / 2 * dt;
                    const double odometer = *r.number(channel::Odometer);
                    QVERIFY(odometer >= last.odometer - 1e-9);
                    if (moved > 4 && v > 3) { // it looks where it goes
                        double off = std::abs(*r.position->headingDeg - headingBetween(last.at, at));
                        off = std::min(off, 360 - off);
                        QVERIFY2(off < 100, qPrintable(QString::number(off)));
                        quarters[r.deviceId].insert(int(*r.position->headingDeg / 90));
                    }
                    standing = standing || v < 0.1;
                }
                before[r.deviceId] = {at, v, t, *r.number(channel::Odometer)};
            }
        }
        QVERIFY(standing);
        QCOMPARE(driven.size(), 12);
        for (const auto &vehicle : simulation.vehicles()) {
            const double metres = vehicle->mover().travelled();
            QVERIFY2(metres > 1200, qPrintable(QStringLiteral("%1 %2").arg(vehicle->spec().id).arg(metres)));
            QVERIFY(quarters[vehicle->spec().id].size() >= 2); // it turns corners
            const double told = driven[vehicle->spec().id];
            // unit-08 is silent for two minutes; the others' speed must explain their way.
            if (vehicle->spec().id != QLatin1String("unit-08"))
                QVERIFY2(std::abs(metres - told) < 0.05 * metres + 20,
                         qPrintable(QStringLiteral("%1 %2").arg(metres).arg(told)));
        }
    }

    void aCrashStopsTheTruckForAWhile()
    {
        Simulation simulation(small(R"("timeline":[{"at":5,"do":"fault","device":"van","kind":"crash","hold":20}])"), 1,
                              Source);
        Run out;
        run(simulation, 60, out);
        double movedAgainAt = -1;
        for (const Reading &r : std::as_const(out.readings)) {
            if (r.deviceId != QLatin1String("van"))
                continue;
            const double t = secondsBetween(Start, r.receivedAt);
            QCOMPARE(r.number(channel::Crash).value_or(-1), t >= 5 && t <= 25 ? 1.0 : 0.0);
            if (t > 9 && t < 20)
                QVERIFY(r.number(channel::Speed) == 0.0);
            if (t > 25 && movedAgainAt < 0 && *r.number(channel::Speed) > 5)
                movedAgainAt = t;
        }
        QVERIFY(movedAgainAt > 25);
    }

    void faultsRiseHoldAndFall()
    {
        Simulation simulation(
            small(
                R"("timeline":[{"at":10,"do":"fault","device":"van","kind":"overheat","to":117,"rise":10,"hold":10,"fall":10},
                                {"at":12,"do":"fault","device":"van","kind":"trouble_code","code":"P0420","hold":5},
                                {"at":13,"do":"fault","device":"van","kind":"trouble_code","code":"C1234","hold":1},
                                {"at":40,"do":"silence","device":"van","hold":10}])"),
            1, Source);
        Run out;
        run(simulation, 60, out);
        double last = 0;
        double longestSilence = 0;
        int two = 0;
        for (const Reading &r : std::as_const(out.readings)) {
            if (r.deviceId != QLatin1String("van"))
                continue;
            const double t = secondsBetween(Start, r.receivedAt);
            const double coolant = *r.number(channel::EngineTemperature);
            if (t > 20.1 && t < 29.9)
                QVERIFY2(std::abs(coolant - 117) < 1, qPrintable(QString::number(coolant)));
            if (t < 10 || t > 40.1)
                QVERIFY(coolant < 97);
            const auto codes = std::get<QStringList>(*r.find(channel::TroubleCodes));
            QVERIFY(r.number(channel::TroubleCount) == double(codes.size()));
            QCOMPARE(codes.contains(QStringLiteral("P0420")), t > 12 && t <= 17);
            two += codes.size() == 2 ? 1 : 0;
            longestSilence = std::max(longestSilence, t - last);
            last = t;
        }
        QVERIFY(two >= 1);
        QVERIFY(longestSilence > 9.5 && longestSilence < 11);
    }

    void theTimelineBeginsAnewWithOtherIds()
    {
        Simulation simulation(small(R"("loop":20,"timeline":[{"at":0,"do":"chat","phone":"ann","text":"hello"},
                                {"at":5,"do":"panic","phone":"ann"},{"at":15,"do":"cancel_panic","phone":"ann"}])"),
                              1, Source);
        Run out;
        run(simulation, 59, out);
        QCOMPARE(out.all<SendChat>().size(), 3);
        QCOMPARE(out.all<CancelPanic>().size(), 3);
        QSet<QString> ids;
        for (const RaisePanic &panic : out.all<RaisePanic>())
            ids.insert(panic.clientAlertId);
        QCOMPARE(ids.size(), 3);
        QVERIFY(std::abs(out.requestTimes[3] - 20) < 0.2);
        int fixes = 0; // one each second while the panic is open
        for (const Reading &r : std::as_const(out.readings))
            fixes += r.deviceId == QLatin1String("ann") && secondsBetween(Start, r.receivedAt) > 6 &&
                             secondsBetween(Start, r.receivedAt) < 14
                         ? 1
                         : 0;
        QVERIFY2(fixes >= 7 && fixes <= 9, qPrintable(QString::number(fixes)));
    }

    void peopleAnswerOnceAfterAWhile()
    {
        Simulation simulation(small(), 1, Source);
        Run out;
        run(simulation, 10, out);
        simulation.hear(operatorSays(QStringLiteral("ann")));
        simulation.hear(operatorSays(QStringLiteral("ann"))); // two quick lines: one answer
        simulation.hear(operatorSays(QStringLiteral("nobody")));
        ChatMessage automatic = operatorSays(QStringLiteral("ann"));
        automatic.automatic = true;
        run(simulation, 10, out);
        simulation.hear(automatic);
        ChatMessage own = operatorSays(QStringLiteral("ann"));
        own.fromDesk = false;
        simulation.hear(own);
        run(simulation, 10, out);
        QCOMPARE(out.all<SendChat>().size(), 1);
        const auto answer = std::find_if(out.requests.cbegin(), out.requests.cend(), [](const Request &request) {
            return std::holds_alternative<SendChat>(request.body);
        });
        const double answeredAt = out.requestTimes[answer - out.requests.cbegin()];
        QVERIFY(answeredAt >= 13 && answeredAt <= 18.1);
        QCOMPARE(out.all<SendChat>()[0].text, QStringLiteral("yes"));
        for (const char *expected : {"no", "yes"}) {
            simulation.hear(operatorSays(QStringLiteral("ann")));
            run(simulation, 9, out);
            QCOMPARE(out.all<SendChat>().last().text, QLatin1String(expected));
        }
    }

    void peopleGetReadAndAcknowledgeWhatIsWrittenToThem()
    {
        Simulation simulation(small(), 1, Source);
        Run out;
        ChatMessage urgent = operatorSays(QStringLiteral("ann"));
        urgent.id = QStringLiteral("m1");
        urgent.urgent = true;
        simulation.hear(urgent);
        run(simulation, 4, out);
        const QList<MarkChat> marks = out.all<MarkChat>();
        QCOMPARE(marks.size(), 3);
        using enum ChatReceipt::Kind;
        QVERIFY(marks[0].kind == Delivered && marks[1].kind == Read && marks[2].kind == Acknowledged);
        QCOMPARE(marks[0].messageId, QStringLiteral("m1"));
        QCOMPARE(out.requests.first().actor.id, QStringLiteral("ann"));
        ChatMessage toAll = operatorSays(QString());
        toAll.thread = broadcastThread();
        simulation.hear(toAll);
        run(simulation, 4, out);
        QVERIFY(out.all<MarkChat>().size() > 3);
        QCOMPARE(out.all<MarkChat>().last().thread, broadcastThread());
    }

    void theRigDoesWhatItIsToldWithinASecond()
    {
        Simulation simulation(demo(), 1, Source);
        Run out;
        run(simulation, 1, out);
        const auto tell = [&](const char *device, const char *action, const QByteArray &parameters = {}) {
            Command command;
            command.id = QString::fromLatin1(action);
            command.deviceId = QString::fromLatin1(device);
            command.action = QString::fromLatin1(action);
            command.parameters = parameters;
            const bool taken = simulation.obey(command);
            out.readings.clear();
            run(simulation, 1, out);
            return taken;
        };
        const auto speed = [&out] {
            for (auto it = out.readings.crbegin(); it != out.readings.crend(); ++it) {
                for (const Sample &sample : it->samples) {
                    if (it->deviceId == QLatin1String("sim_device_3") && sample.channel == channel::MotorRpm)
                        return number(sample.value).value_or(-1);
                }
            }
            return -1.0;
        };
        QVERIFY(tell("sim_device_3", "stop"));
        QVERIFY(std::abs(speed()) < 50);
        QVERIFY(tell("sim_device_3", "start"));
        QVERIFY(tell("sim_device_3", "set_speed", R"({"rpm":600})"));
        QVERIFY(std::abs(speed() - 600) < 50);
        QVERIFY(tell("sim_device_1", "anything"));
        QVERIFY(tell("unit-01", "stop")); // refused, but it is here
        QVERIFY(!tell("elsewhere", "stop"));
        const QList<ReportCommand> reports = out.all<ReportCommand>();
        QCOMPARE(reports.size(), 5);
        QVERIFY(reports[2].response.contains("600"));
        QVERIFY(reports[3].state == CommandState::Succeeded);
        QVERIFY(reports[4].state == CommandState::Failed);
        for (const Device &device : simulation.devices())
            QCOMPARE(device.actions.isEmpty(), device.kind != DeviceKind::Hardware);
    }

    void ratesAreAsConfigured()
    {
        const Run out = runDemo(30);
        QHash<QString, int> counts;
        for (const Reading &r : out.readings)
            ++counts[r.deviceId];
        QVERIFY2(std::abs(counts[QStringLiteral("unit-01")] - 60) <= 2,
                 qPrintable(QString::number(counts[QStringLiteral("unit-01")])));
        QVERIFY(std::abs(counts[QStringLiteral("dana.r")] - 7) <= 1);
        QVERIFY(std::abs(counts[QStringLiteral("sim_device_1")] - 300) <= 5);
        QVERIFY(std::abs(counts[QStringLiteral("sim_device_4")] - 300) <= 5);
        Simulation simulation(demo(), 1, Source);
        QVERIFY(simulation.stepEvery() == 20ms);
        Simulation calm(small(), 1, Source);
        QVERIFY(calm.stepEvery() == 100ms);
    }

    void aSleepOfTheMachineIsNoLeap()
    {
        Simulation simulation(demo(), 1, Source);
        (void)simulation.step(Start, Duration{0});
        (void)simulation.step(Start + 1h, 1h);
        QVERIFY(simulation.seconds() == 1.0);
        (void)simulation.step(Start, -5s); // a clock that was set back
        QVERIFY(simulation.seconds() == 1.0);
    }

    void aScenarioOfNothingIsStill()
    {
        const ScenarioResult result = parseScenario(R"({"city":{"name":"x","center":[0,0],"streets":[]}})");
        QVERIFY2(result.ok(), qPrintable(result.errors.join(QLatin1Char('\n'))));
        Simulation simulation(result.scenario, 1, Source);
        Run out;
        run(simulation, 5, out);
        QVERIFY(out.readings.isEmpty() && out.requests.isEmpty() && simulation.devices().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSimulation)
#include "test_simulation.moc"
