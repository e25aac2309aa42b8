// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/AdapterHost.h"
#include "hal/BackOff.h"
#include "hal/DeskSender.h"
#include "models/domain/Channels.h"
#include "tests/hal/Scenarios.h"
#include "tests/support/FakeHalPorts.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using namespace tocsin;
using namespace std::chrono_literals;
using State = AdapterStatus::State;

namespace {
const TimePoint Start = fromEpochMillis(1'750'000'000'000);

QString write(const QTemporaryDir &dir, const QString &name, const QByteArray &bytes)
{
    QFile file(dir.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(name));
    return file.fileName();
}
} // namespace

class TestAdapters : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void serialSpecs_data()
    {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<SerialConfig>("config");
        QTest::addColumn<QString>("error"); // contained
        const auto good = [](const char *spec, const char *id, const char *device, int baud) {
            QTest::newRow(spec) << QString::fromLatin1(spec)
                                << SerialConfig{QString::fromLatin1(id), QString::fromLatin1(device),
                                                QStringLiteral("nmea"), baud}
                                << QString();
        };
        const auto bad = [](const char *spec, const char *error) {
            QTest::newRow(*spec ? spec : "nothing")
                << QString::fromLatin1(spec) << SerialConfig{} << QString::fromLatin1(error);
        };
        good("gps-1=/dev/ttyUSB0,nmea", "gps-1", "/dev/ttyUSB0", 4800);
        good("gps-1=/dev/ttyUSB0,nmea,9600", "gps-1", "/dev/ttyUSB0", 9600);
        good(" g = COM3 , nmea , 115200 ", "g", "COM3", 115200);
        good("g=/dev/a=b,c,nmea", "g", "/dev/a=b,c", 4800);
        bad("", "no \"=\"");
        bad("/dev/ttyUSB0,nmea", "no \"=\"");
        bad("=/dev/ttyUSB0,nmea", "the id is empty");
        bad("a b=/dev/ttyUSB0,nmea", "the id holds a space");
        bad("a/b=/dev/ttyUSB0,nmea", "a slash");
        bad("g=", "the driver is missing; there is: nmea");
        bad("g=/dev/ttyUSB0", "the driver is missing");
        bad("g=/dev/ttyUSB0,", "the driver is missing");
        bad("g=/dev/ttyUSB0,9600", "the driver is missing");
        bad("g=,nmea", "the device is empty");
        bad("g=/dev/ttyUSB0,morse", "no driver \"morse\"; there is: nmea");
        bad("g=/dev/ttyUSB0,nmea,fast", "\"fast\" is not a baud rate");
        bad("g=/dev/ttyUSB0,nmea,0", "baud rate 0 is not between");
        bad("g=/dev/ttyUSB0,nmea,99999999", "baud rate 99999999 is not between");
    }
    void serialSpecs()
    {
        QFETCH(QString, spec);
        QFETCH(SerialConfig, config);
        QFETCH(QString, error);
        const SerialSpec parsed = parseSerialSpec(spec);
        QCOMPARE(parsed.config.has_value(), error.isEmpty());
        if (parsed.config)
            QVERIFY(*parsed.config == config);
        QVERIFY2(parsed.error.contains(error), qPrintable(parsed.error));
        if (!error.isEmpty())
            QVERIFY(parsed.error.contains(spec) && parsed.error.endsWith(QLatin1Char('.')));
    }

    void whatIsWrongIsKnownBeforeTheStart()
    {
        const QTemporaryDir dir;
        const QString scenario = write(dir, QStringLiteral("s.json"), R"({"city":7,"vehicles":[{}]})");
        const QString recording = write(dir, QStringLiteral("r.jsonl"), "{}\n");
        const QStringList errors = checkAdapters(
            {SerialConfig{QStringLiteral("a"), QStringLiteral("/dev/none"), QStringLiteral("nmea"), 4800},
             SerialConfig{QStringLiteral("a"), QStringLiteral("/dev/none"), QStringLiteral("x"), 4800},
             SimulationConfig{QStringLiteral("s"), scenario, 1}, ReplayConfig{QString(), recording, 1, false},
             ReplayConfig{QStringLiteral("m"), dir.filePath(QStringLiteral("missing")), 1, false}});
        QVERIFY2(errors.size() >= 7, qPrintable(errors.join(QLatin1Char('\n'))));
        QVERIFY(errors[0].contains(QLatin1String("Two adapters")));
        QVERIFY(errors[1].contains(QLatin1String("no driver \"x\"")));
        QVERIFY(!errors.filter(scenario + QStringLiteral(": vehicles[0].id")).isEmpty());
        QVERIFY(!errors.filter(QStringLiteral("line 1")).isEmpty());
        QVERIFY(errors.last().contains(QLatin1String("missing")));
        QCOMPARE(checkAdapters({SimulationConfig{}, SerialConfig{QStringLiteral("a"), QStringLiteral("/dev/none"),
                                                                 QStringLiteral("nmea"), 4800}}),
                 QStringList());
        QCOMPARE(checkAdapters({}), QStringList());
    }

    void pausesGrowUpToTheCap()
    {
        BackOff backOff;
        QList<qint64> waits;
        for (int i = 0; i < 9; ++i)
            waits.append(backOff.next().count());
        QCOMPARE(waits, (QList<qint64>{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000}));
        backOff.reset();
        QVERIFY(backOff.next() == 500ms);
    }

    void requestsAreAskedAgainUntilTheyAreTaken()
    {
        fake::Desk desk;
        DeskSender sender(desk, QStringLiteral("a"));
        desk.refuse(2, QStringLiteral("overloaded"));
        sender.send(Request{{}, {}, RaisePanic{}}, Start);
        QCOMPARE(sender.underWay(), 1);
        sender.poll(Start);
        sender.poll(Start + 500ms);
        QCOMPARE(desk.requests().size(), 1); // not yet
        sender.poll(Start + 1s);
        sender.poll(Start + 1s);
        sender.poll(Start + 2s);
        sender.poll(Start + 2s);
        QCOMPARE(desk.requests().size(), 3);
        QCOMPARE(sender.underWay(), 0);
        QVERIFY(!desk.requests()[0].id.isEmpty());
        QCOMPARE(desk.requests()[2].id, desk.requests()[0].id); // the same request, not a new one
        desk.refuse(1, QStringLiteral("not_found"));            // for good
        sender.send(Request{QStringLiteral("mine"), {}, CancelPanic{}}, Start);
        sender.poll(Start);
        sender.poll(Start + 5s);
        QCOMPARE(desk.requests().size(), 4);
        QCOMPARE(sender.underWay(), 0);
    }

    void anAnswerMayComeAfterTheEnd()
    {
        class Late : public DeskPort
        {
        public:
            void submit(const Request &, Reply reply) override { kept = std::move(reply); }
            Reply kept;
        } desk;
        {
            DeskSender sender(desk, QStringLiteral("a"));
            sender.send(Request{{}, {}, CancelPanic{}}, Start);
        }
        desk.kept(Outcome::done(QString()));
    }

    void theHostRunsAllOnItsThread()
    {
        const QTemporaryDir dir;
        const QString town =
            write(dir, QStringLiteral("town.json"),
                  fake::smallTown(R"("timeline":[{"at":0,"do":"chat","phone":"ann","text":"hello"}])"));
        const QString log = write(dir, QStringLiteral("log.jsonl"),
                                  R"({"t":"2020-01-01T00:00:00Z","device":"old"})"
                                  "\n");
        fake::Sink sink;
        fake::Desk desk;
        QThread thread;
        auto *host = new AdapterHost(
            {SerialConfig{QStringLiteral("gps-1"), dir.filePath(QStringLiteral("tty")), QStringLiteral("nmea"), 4800},
             SimulationConfig{QStringLiteral("town"), town, 1}, ReplayConfig{QStringLiteral("log"), log, 1, false},
             SimulationConfig{QStringLiteral("broken"), dir.filePath(QStringLiteral("none")), 1}},
            sink, desk);
        QSignalSpy told(host, &AdapterHost::statusChanged);
        host->moveToThread(&thread);
        thread.start();
        QMetaObject::invokeMethod(host, &AdapterHost::start);
        const auto newest = [&] {
            return told.isEmpty() ? QList<AdapterStatus>() : told.last().first().value<QList<AdapterStatus>>();
        };
        QTRY_VERIFY(newest().size() == 4 && newest()[2].state == State::Finished);
        QList<AdapterStatus> last = newest();
        QCOMPARE(toString(last[0].state), toString(State::Waiting));
        QVERIFY(last[0].error.contains(QLatin1String("tty")));
        QVERIFY(last[0].retryAt.has_value());
        QCOMPARE(toString(last[1].state), toString(State::Running));
        QCOMPARE(last[1].driver, QStringLiteral("simulation"));
        QCOMPARE(toString(last[3].state), toString(State::Failed));

        QSet<QString> put;
        for (const PutDevice &one : desk.all<PutDevice>())
            put.insert(one.device.id);
        QCOMPARE(put, (QSet<QString>{QStringLiteral("van"), QStringLiteral("ann"), QStringLiteral("old")}));
        QCOMPARE(desk.all<SendChat>().size(), 1);

        ChatMessage line;
        line.thread = chatThreadOfUser(QStringLiteral("ann"));
        line.fromDesk = true;
        QMetaObject::invokeMethod(host, [host, line] { host->chatSent(line); });
        QTRY_COMPARE_WITH_TIMEOUT(desk.all<SendChat>().size(), 2, 15'000);
        QCOMPARE(desk.all<SendChat>()[1].text, QStringLiteral("yes"));

        QMetaObject::invokeMethod(host, &AdapterHost::stop, Qt::BlockingQueuedConnection);
        QCoreApplication::processEvents();
        last = newest();
        for (const AdapterStatus &status : std::as_const(last))
            QCOMPARE(toString(status.state), toString(State::Stopped));
        const qsizetype count = sink.readings().size();
        QMetaObject::invokeMethod(host, &AdapterHost::stop, Qt::BlockingQueuedConnection); // twice is once
        QCOMPARE(sink.readings().size(), count);
        host->deleteLater();
        thread.quit();
        QVERIFY(thread.wait(5000));
    }

    void statusIsToldAtMostFiveTimesASecond()
    {
        fake::Sink sink;
        fake::Desk desk;
        AdapterHost host({SimulationConfig{}}, sink, desk);
        QList<TimePoint> told;
        connect(&host, &AdapterHost::statusChanged, this, [&] { told.append(systemNow()); });
        QElapsedTimer clock;
        clock.start();
        host.start();
        QTRY_VERIFY(told.size() >= 6);
        // 50 steps a second go by; what is told is bounded by the time that passed, however slow this machine is.
        QVERIFY(told.size() <= 2 + clock.elapsed() / 200);
        host.stop();
    }

    void theDemoShowsEverythingAtOnce()
    {
        fake::Sink sink;
        fake::Desk desk;
        AdapterHost host({SimulationConfig{}}, sink, desk);
        host.start(); // no event loop needed for the first picture
        QSet<QString> heard;
        for (const Reading &r : sink.readings())
            heard.insert(r.deviceId);
        QCOMPARE(heard.size(), 20);
        QCOMPARE(desk.all<PutDevice>().size(), 20);
        for (const PutDevice &one : desk.all<PutDevice>())
            QVERIFY(one.device.simulated);
        QCOMPARE(toString(host.statuses().first().state), toString(State::Running));
        host.stop();
        host.start(); // again, from anew
        QCOMPARE(desk.all<PutDevice>().size(), 40);
        host.stop();
    }

    void aBrokenScenarioFailsWithAllItsErrorsInTheLog()
    {
        const QTemporaryDir dir;
        const QString file = write(dir, QStringLiteral("s.json"), fake::smallTown(R"("lop":1,"rig":3)"));
        fake::Sink sink;
        fake::Desk desk;
        AdapterHost host({SimulationConfig{QStringLiteral("s"), file, 1}}, sink, desk);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("rig: must be a list")));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("lop: is not known")));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("s: The scenario has 2 errors")));
        host.start();
        QCOMPARE(toString(host.statuses().first().state), toString(State::Failed));
        QVERIFY(host.statuses().first().error.contains(QLatin1String("2 errors")));
        QVERIFY(sink.readings().isEmpty());
        host.stop();
    }
};

QTEST_GUILESS_MAIN(TestAdapters)
#include "test_adapters.moc"
