// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/SerialAdapter.h"
#include "models/domain/Channels.h"
#include "tests/hal/Nmea.h"
#include "tests/support/FakeHalPorts.h"
#include "tests/support/PtyPort.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <memory>

using namespace tocsin;
using fake::PtyPort;
using fake::sentence;
using State = AdapterStatus::State;

namespace {
QByteArray second(int s)
{
    const QByteArray t = "1200" + QByteArray::number(10 + s);
    return sentence("GPGGA," + t + ",4800.0,N,00800.0,E,1,07,1.0,10,M,,,,") +
           sentence("GPRMC," + t + ",A,4800.0,N,00800.0,E,10,90,010126,,");
}

SerialConfig config(const QString &device)
{
    return {QStringLiteral("gps-1"), device, QStringLiteral("nmea"), 9600};
}
} // namespace

class TestSerial : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aReceiverOnAPseudoTerminalIsRead()
    {
        const PtyPort pty;
        QVERIFY(pty.isOpen());
        fake::Sink sink;
        fake::Desk desk;
        SerialAdapter adapter(config(pty.path()), sink, desk);
        adapter.start();
        QCOMPARE(toString(adapter.status().state), toString(State::Running));
        QVERIFY(desk.requests().isEmpty()); // nothing is known of it yet
        QVERIFY(pty.write("\x01\xff noise " + second(0).left(50)));
        QVERIFY(pty.write(second(0).mid(50)));
        // One moment alone: the silence behind it completes it.
        QTRY_COMPARE(sink.readings().size(), 1);
        const Reading reading = sink.readings().first();
        QCOMPARE(reading.deviceId, QStringLiteral("gps-1"));
        QCOMPARE(reading.source, QStringLiteral("serial:gps-1"));
        QVERIFY(reading.position && reading.position->latitude == 48.0);
        QVERIFY(reading.number(channel::Satellites) == 7.0);
        QVERIFY(reading.sourceTime.has_value());
        QVERIFY(systemNow() - reading.receivedAt < std::chrono::minutes{1});
        const auto devices = desk.all<PutDevice>();
        QCOMPARE(devices.size(), 1);
        QCOMPARE(toString(devices[0].device.kind), toString(DeviceKind::Receiver));
        QVERIFY(!devices[0].device.simulated);
        QVERIFY(pty.write("$GPGGA,1*00\r\n"));
        for (int s = 1; s < 6; ++s)
            QVERIFY(pty.write(second(s)));
        QTRY_COMPARE(sink.readings().size(), 6);
        QCOMPARE(adapter.status().readings, 6);
        QCOMPARE(adapter.status().badFrames, 1);
        QCOMPARE(desk.all<PutDevice>().size(), 1);
        adapter.stop();
        QCOMPARE(toString(adapter.status().state), toString(State::Stopped));
    }

    void aRecordingAtItsPace()
    {
        const PtyPort pty;
        fake::Sink sink;
        fake::Desk desk;
        SerialAdapter adapter(config(pty.path()), sink, desk);
        adapter.start();
        // A burst of sentences, a pause, the next burst: as a receiver does, twenty times faster.
        QByteArray bytes;
        QFile file(fake::sharedRecording(QStringLiteral("bu353s4.log")));
        if (file.open(QIODevice::ReadOnly)) {
            bytes = file.readAll();
        } else {
            for (int s = 0; s < 25; ++s)
                bytes += second(s);
        }
        QList<QByteArray> bursts;
        for (qsizetype at = 0; at < bytes.size();) {
            qsizetype end = bytes.indexOf("$GPGGA", at + 1);
            end = end < 0 ? bytes.size() : end;
            bursts.append(bytes.mid(at, end - at));
            at = end;
        }
        QTimer pace;
        int wrong = 0;
        connect(&pace, &QTimer::timeout, this, [&] {
            if (!bursts.isEmpty() && !pty.write(bursts.takeFirst()))
                ++wrong;
        });
        pace.start(50);
        QTRY_COMPARE_WITH_TIMEOUT(sink.readings().size(), 25, 20'000);
        QCOMPARE(wrong, 0);
        QCOMPARE(adapter.status().badFrames, 0);
        for (const Reading &reading : sink.readings())
            QVERIFY(reading.position && reading.number(channel::Satellites).value_or(0) >= 7);
        adapter.stop();
    }

    void unpluggedAndPluggedInAgainElsewhere()
    {
        const QTemporaryDir dir;
        const QString link = dir.filePath(QStringLiteral("gps"));
        auto first = std::make_unique<PtyPort>();
        QVERIFY(QFile::link(first->path(), link));
        fake::Sink sink;
        fake::Desk desk;
        SerialAdapter adapter(config(link), sink, desk);
        QList<AdapterStatus> history;
        connect(&adapter, &DeviceAdapter::statusChanged, this,
                [&](const AdapterStatus &status) { history.append(status); });
        adapter.start();
        QVERIFY(first->write(second(0)));
        QTRY_COMPARE(sink.readings().size(), 1);

        first->unplug();
        QTRY_COMPARE(toString(adapter.status().state), toString(State::Waiting));
        QVERIFY(adapter.status().error.contains(link));
        QVERIFY(adapter.status().retryAt > systemNow() - std::chrono::seconds{1});
        QVERIFY(QFile::remove(link));
        // At least one attempt in vain, with a longer pause behind it.
        const auto attempts = [&] {
            return std::count_if(history.cbegin(), history.cend(),
                                 [](const AdapterStatus &s) { return s.state == State::Waiting; });
        };
        QTRY_VERIFY_WITH_TIMEOUT(attempts() >= 2, 10'000);

        const PtyPort other;
        QVERIFY(QFile::link(other.path(), link));
        QTRY_COMPARE_WITH_TIMEOUT(toString(adapter.status().state), toString(State::Running), 15'000);
        QCOMPARE(adapter.status().error, QString());
        QVERIFY(other.write(second(5)));
        QTRY_COMPARE(sink.readings().size(), 2);
        QCOMPARE(desk.all<PutDevice>().size(), 1);
        adapter.stop();
    }

    void aMissingPortIsWaitedFor()
    {
        const QTemporaryDir dir;
        fake::Sink sink;
        fake::Desk desk;
        SerialAdapter adapter(config(dir.filePath(QStringLiteral("none"))), sink, desk);
        adapter.start();
        QCOMPARE(toString(adapter.status().state), toString(State::Waiting));
        QVERIFY(adapter.status().error.contains(QLatin1String("cannot be opened")));
        QVERIFY(adapter.status().retryAt.has_value());
        adapter.stop();
        QCOMPARE(toString(adapter.status().state), toString(State::Stopped));
        QCOMPARE(adapter.status().error, QString());
        QVERIFY(!adapter.status().retryAt);
    }

    void anUnknownDriverNeverWorks()
    {
        fake::Sink sink;
        fake::Desk desk;
        SerialAdapter adapter({QStringLiteral("x"), QStringLiteral("/dev/null"), QStringLiteral("morse"), 9600}, sink,
                              desk);
        adapter.start();
        QCOMPARE(toString(adapter.status().state), toString(State::Failed));
        QVERIFY(adapter.status().error.contains(QLatin1String("morse")));
        adapter.stop();
    }

    void aFileIsNoPort()
    {
        const QTemporaryDir dir;
        QFile file(dir.filePath(QStringLiteral("f")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        fake::Sink sink;
        fake::Desk desk;
        SerialAdapter adapter(config(file.fileName()), sink, desk);
        adapter.start();
        QCOMPARE(toString(adapter.status().state), toString(State::Waiting));
        adapter.stop();
    }
};

QTEST_GUILESS_MAIN(TestSerial)
#include "test_serial.moc"
