// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Recording.h"
#include "hal/ReplayAdapter.h"
#include "models/domain/Channels.h"
#include "tests/hal/Nmea.h"
#include "tests/support/FakeHalPorts.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;
using fake::sentence;
using State = AdapterStatus::State;

namespace {
QByteArray gga(const QByteArray &time, const QByteArray &quality = "1")
{
    return sentence("GPGGA," + time + ",4800.0,N,00800.0,E," + quality + ",5,1.0,10,M,,,,", "\n");
}

QByteArray line(const char *t, double speed)
{
    return QByteArray("{\"t\":\"2020-01-01T00:00:") + t +
           "Z\",\"device\":\"d\",\"values\":{\"speed\":" + QByteArray::number(speed) + "}}\n";
}
} // namespace

class TestRecording : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;

    [[nodiscard]] QString write(const QString &name, const QByteArray &bytes) const
    {
        QFile file(m_dir.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write %s", qPrintable(name));
        return file.fileName();
    }

private Q_SLOTS:
    void aReadingSurvivesItsLine()
    {
        Reading reading;
        reading.deviceId = QStringLiteral("unit-07");
        reading.receivedAt = *timeFromIso8601(QStringLiteral("2026-01-31T12:00:00.123Z"));
        reading.position = Position{37.05, -6.62, 12.0, 4.0, 81.5, 52.0};
        reading.samples = {Sample{QStringLiteral("a"), 1.5}, Sample{QStringLiteral("b"), true},
                           Sample{QStringLiteral("c"), QStringLiteral("text")},
                           Sample{QStringLiteral("d"), QStringList{QStringLiteral("P0420")}},
                           Sample{QStringLiteral("e"), std::monostate{}}};
        const ParsedLine parsed = parseRecordingLine(toRecordingLine(reading), QStringLiteral("replay:x"));
        QCOMPARE(parsed.error, QString());
        QCOMPARE(parsed.item.readings.size(), 1);
        const Reading &back = parsed.item.readings[0];
        QCOMPARE(back.samples, reading.samples);
        QVERIFY(back.position == reading.position);
        QVERIFY(back.sourceTime == reading.receivedAt);
        QVERIFY(!parsed.item.device);

        reading.position.reset();
        reading.samples = {Sample{QStringLiteral("nan"), std::numeric_limits<double>::quiet_NaN()}}; // unknown, not 0
        const ParsedLine unknown = parseRecordingLine(toRecordingLine(reading), QString());
        QVERIFY(!unknown.item.readings[0].position);
        QVERIFY(std::holds_alternative<std::monostate>(unknown.item.readings[0].samples[0].value));
    }

    void wrongLinesAreNamed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *name, const QByteArray &bytes, const char *error) {
            QTest::newRow(name) << bytes << QString::fromLatin1(error);
        };
        row("torn", "{\"t\":", "not JSON");
        row("a list", "[]", "not a JSON object");
        row("no time", R"({"device":"d"})", "t is missing");
        row("time of words", R"({"t":"noon","device":"d"})", "t is missing or not");
        row("no device", R"({"t":"2020-01-01T00:00:00Z"})", "device is missing");
        row("half a position", R"({"t":"2020-01-01T00:00:00Z","device":"d","position":{"latitude":1}})",
            "position needs");
        row("beyond the pole", R"({"t":"2020-01-01T00:00:00Z","device":"d","position":{"latitude":91,"longitude":0}})",
            "position needs");
        row("words for a number",
            R"({"t":"2020-01-01T00:00:00Z","device":"d","position":{"latitude":1,"longitude":0,"speed":"fast"}})",
            "position.speed is not");
        row("values a list", R"({"t":"2020-01-01T00:00:00Z","device":"d","values":[1]})", "values is not");
        row("a value an object", R"({"t":"2020-01-01T00:00:00Z","device":"d","values":{"x":{}}})",
            "values.x is neither");
        row("a list of numbers", R"({"t":"2020-01-01T00:00:00Z","device":"d","values":{"x":[1]}})",
            "values.x is neither");
    }
    void wrongLinesAreNamed()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, error);
        const ParsedLine parsed = parseRecordingLine(bytes, QString());
        QVERIFY2(parsed.error.startsWith(error), qPrintable(parsed.error));
    }

    void thePaceIsTheRecordings()
    {
        const auto item = [](std::optional<double> seconds, std::optional<std::chrono::milliseconds> ofDay, int lines) {
            RecordingItem i;
            if (seconds)
                i.time = fromEpochMillis(qint64(*seconds * 1000));
            i.timeOfDay = ofDay;
            i.lines = lines;
            return i;
        };
        RecordingPace pace;
        QVERIFY(pace.after(item(100, {}, 9)) == 0s);
        QVERIFY(pace.after(item(100.5, {}, 3)) == 500ms);
        QVERIFY(pace.after(item(100.5, {}, 3)) == 0s);
        QVERIFY(pace.after(item(90, {}, 1)) == 1s);                      // backwards
        QVERIFY(pace.after(item(9e8, {}, 1)) == RecordingPace::Longest); // a leap of years
        QVERIFY(pace.after(item({}, {}, 4)) == 400ms);                   // tells no time: by lines
        RecordingPace dateless;
        QVERIFY(dateless.after(item({}, 86'399'000ms, 1)) == 0s);
        QVERIFY(dateless.after(item({}, 1000ms, 1)) == 2s); // over midnight
    }

    void errorsOfFilesAreClear_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("error"); // contained; empty: none
        QTest::addColumn<int>("items");
        QTest::newRow("empty") << QByteArray() << QStringLiteral("neither NMEA sentences nor readings") << 0;
        QTest::newRow("comments") << QByteArray("# a\n# b\n") << QStringLiteral("neither NMEA") << 0;
        QTest::newRow("prose") << QByteArray("hello\nworld\n") << QStringLiteral("neither NMEA") << 0;
        QTest::newRow("one good, one bad") << QByteArray("# c\n\n" + line("00", 1) + "{\"t\":1}\n" + line("01", 1))
                                           << QStringLiteral("line 4: t is missing") << 1;
        QTest::newRow("torn at the end") << QByteArray(line("00", 1) + "{\"t\":\"20") << QString() << 1;
        QTest::newRow("no last line end") << QByteArray(line("00", 1) + line("01", 2).trimmed()) << QString() << 2;
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf" + line("00", 1)) << QString() << 1;
        QTest::newRow("comments and noise in NMEA")
            << QByteArray("# x\n" + gga("120000") + "\x01\xff$$\n# y\n" + gga("120001")) << QString() << 2;
    }
    void errorsOfFilesAreClear()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, error);
        QFETCH(int, items);
        RecordingReader reader(write(QStringLiteral("r"), bytes), QStringLiteral("gps"), QString());
        QVERIFY(reader.open());
        int count = 0;
        while (reader.next())
            ++count;
        QCOMPARE(count, items);
        QCOMPARE(reader.error().isEmpty(), error.isEmpty());
        QVERIFY2(reader.error().contains(error), qPrintable(reader.error()));
        QVERIFY(!reader.next());
        if (error.isEmpty()) { // and again
            QVERIFY(reader.open() && reader.next().has_value());
        }
    }

    void aRecordingIsPlayedAndFinishes()
    {
        fake::Sink sink;
        fake::Desk desk;
        QByteArray bytes = "# made up\n";
        for (const char *t : {"235958", "235959", "000000"})
            bytes += gga(t);
        ReplayAdapter adapter({QString(), write(QStringLiteral("night.log"), bytes), 50, false}, sink, desk);
        QSignalSpy states(&adapter, &DeviceAdapter::statusChanged);
        adapter.start();
        QTRY_COMPARE(toString(adapter.status().state), toString(State::Finished));
        QCOMPARE(adapter.status().error, QString());
        QCOMPARE(adapter.status().readings, 3);
        QCOMPARE(sink.readings().size(), 3);
        const Reading last = sink.readings().last();
        QCOMPARE(last.deviceId, QStringLiteral("night"));
        QCOMPARE(last.source, QStringLiteral("replay:night"));
        QVERIFY(last.position.has_value());
        QVERIFY(systemNow() - last.receivedAt < 1min);
        const auto devices = desk.all<PutDevice>();
        QCOMPARE(devices.size(), 1);
        QVERIFY(devices[0].device.simulated);
        QCOMPARE(toString(devices[0].device.kind), toString(DeviceKind::Receiver));
        adapter.stop();
        QCOMPARE(toString(adapter.status().state), toString(State::Stopped));
    }

    void readingsArePlayedForAllTheirDevices()
    {
        fake::Sink sink;
        fake::Desk desk;
        const QByteArray bytes =
            R"({"t":"2020-01-01T00:00:00Z","device":"a","name":"Alpha","class":"Van","kind":"vehicle","values":{"speed":1}})"
            "\n"
            R"({"t":"2020-01-01T00:00:00.5Z","device":"b","position":{"latitude":1,"longitude":2}})"
            "\n"
            R"({"t":"2020-01-01T00:00:01Z","device":"a","values":{"speed":2}})"
            "\n";
        ReplayAdapter adapter({QStringLiteral("r1"), write(QStringLiteral("x.jsonl"), bytes), 100, false}, sink, desk);
        adapter.start();
        QTRY_COMPARE(toString(adapter.status().state), toString(State::Finished));
        QCOMPARE(sink.readings().size(), 3);
        QCOMPARE(toIso8601(*sink.readings()[2].sourceTime), QStringLiteral("2020-01-01T00:00:01.000Z"));
        const auto devices = desk.all<PutDevice>();
        QCOMPARE(devices.size(), 2);
        QCOMPARE(devices[0].device.name, QStringLiteral("Alpha"));
        QCOMPARE(toString(devices[0].device.kind), toString(DeviceKind::Vehicle));
        QCOMPARE(devices[1].device.id, QStringLiteral("b"));
    }

    void aLoopBeginsAnew()
    {
        fake::Sink sink;
        fake::Desk desk;
        ReplayAdapter adapter(
            {QStringLiteral("r"), write(QStringLiteral("x.jsonl"), line("00", 1) + line("01", 2)), 1000, true}, sink,
            desk);
        adapter.start();
        QTRY_VERIFY(sink.readings().size() >= 7);
        QCOMPARE(toString(adapter.status().state), toString(State::Running));
        for (qsizetype i = 0; i < 7; ++i)
            QVERIFY(sink.readings()[i].number(channel::Speed) == (i % 2 == 0 ? 1.0 : 2.0));
        adapter.stop();
        const qsizetype count = sink.readings().size();
        QCoreApplication::processEvents();
        QCOMPARE(sink.readings().size(), count);
        QCOMPARE(desk.all<PutDevice>().size(), 1);
    }

    void aBrokenRecordingFailsWithItsLine()
    {
        fake::Sink sink;
        fake::Desk desk;
        ReplayAdapter adapter(
            {QStringLiteral("r"), write(QStringLiteral("x.jsonl"), line("00", 1) + "{}\n" + line("01", 2)), 100, true},
            sink, desk);
        adapter.start();
        QTRY_COMPARE(toString(adapter.status().state), toString(State::Failed));
        QVERIFY2(adapter.status().error.contains(QLatin1String("line 2")), qPrintable(adapter.status().error));
        QVERIFY(!adapter.status().retryAt);
    }

    void aMissingRecordingIsWaitedFor()
    {
        fake::Sink sink;
        fake::Desk desk;
        const QString path = m_dir.filePath(QStringLiteral("later.jsonl"));
        ReplayAdapter adapter({QStringLiteral("r"), path, 100, false}, sink, desk);
        adapter.start();
        QCOMPARE(toString(adapter.status().state), toString(State::Waiting));
        QVERIFY(adapter.status().retryAt.has_value());
        QVERIFY(adapter.status().error.contains(path));
        (void)write(QStringLiteral("later.jsonl"), line("00", 1));
        QTRY_COMPARE(toString(adapter.status().state), toString(State::Finished));
        QCOMPARE(sink.readings().size(), 1);
    }

    void aRealRecordingKeepsItsPace()
    {
        RecordingReader reader(fake::sharedRecording(QStringLiteral("bu353s4.log")), QStringLiteral("gps"), QString());
        if (!reader.open())
            QSKIP("the shared recordings are not here");
        RecordingPace pace;
        Duration sum{0};
        int items = 0;
        while (const auto item = reader.next()) {
            sum += pace.after(*item);
            ++items;
        }
        QCOMPARE(items, 25);
        QVERIFY(sum == 24s);
    }
};

QTEST_GUILESS_MAIN(TestRecording)
#include "test_recording.moc"
