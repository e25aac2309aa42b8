// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/NmeaDriver.h"
#include "models/domain/Channels.h"
#include "tests/hal/Nmea.h"

#include <QFile>
#include <QTest>

#include <cmath>
#include <limits>

using namespace tocsin;
using fake::sentence;
using fake::sharedRecording;

namespace {
const QString DeviceId = QStringLiteral("gps-1");
constexpr double Unknown = std::numeric_limits<double>::quiet_NaN();

QList<Reading> decode(const QList<QByteArray> &bodies)
{
    NmeaDriver driver(DeviceId, QStringLiteral("serial:gps-1"));
    QList<Reading> readings;
    for (const QByteArray &body : bodies)
        readings += driver.feed(sentence(body), {});
    return readings + driver.flush({});
}

double orUnknown(const std::optional<double> &value)
{
    return value.value_or(Unknown);
}

bool same(double a, double b, double tolerance = 1e-6)
{
    return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance;
}

QByteArray realRecording(const char *name)
{
    QFile file(sharedRecording(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<Reading> play(NmeaDriver &driver, const QByteArray &bytes)
{
    QList<Reading> readings;
    for (qsizetype i = 0; i < bytes.size(); i += 37) // torn as a port tears them
        readings += driver.feed(QByteArrayView(bytes).sliced(i, std::min<qsizetype>(37, bytes.size() - i)), {});
    return readings + driver.flush({});
}
} // namespace

class TestNmeaDecoder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void positionsOfAllHemispheresAndLengths_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<double>("latitude"); // NaN: no position
        QTest::addColumn<double>("longitude");
        QTest::newRow("north east") << QByteArray("GPGGA,120000,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,")
                                    << 48.1173 << 11.516666667;
        QTest::newRow("south west") << QByteArray("GNGGA,120000.00,3356.1234,S,15112.5000,W,2,12,0.6,5,M,,M,,")
                                    << -33.93539 << -151.208333333;
        QTest::newRow("no fraction") << QByteArray("GLGLL,0030,N,00030,W,120000,A") << 0.5 << -0.5;
        QTest::newRow("many digits") << QByteArray("GPRMC,120000,A,4530.00000000,N,00000.00000006,E,0,0,010120,,")
                                     << 45.5 << 1e-9;
        QTest::newRow("the pole") << QByteArray("GAGGA,120000,9000.0,N,18000.0,E,1,4,1,0,M,,,,") << 90.0 << 180.0;
        QTest::newRow("beyond the pole") << QByteArray("GPGGA,120000,9000.1,N,00000.0,E,1,4,1,0,M,,,,") << Unknown
                                         << Unknown;
        QTest::newRow("sixty minutes") << QByteArray("GPGGA,120000,4860.0,N,00000.0,E,1,4,1,0,M,,,,") << Unknown
                                       << Unknown;
        QTest::newRow("letters in a number")
            << QByteArray("GPGGA,120000,48x7.0,N,00000.0,E,1,4,1,0,M,,,,") << Unknown << Unknown;
        QTest::newRow("not a number, spelled")
            << QByteArray("GPGGA,120000,nan,N,inf,E,1,4,1,0,M,,,,") << Unknown << Unknown;
        QTest::newRow("wrong side") << QByteArray("GPGGA,120000,4800.0,E,00000.0,N,1,4,1,0,M,,,,") << Unknown
                                    << Unknown;
        QTest::newRow("empty is unknown, not zero")
            << QByteArray("GPGGA,120000,,,,,1,4,1,0,M,,,,") << Unknown << Unknown;
        QTest::newRow("one half empty") << QByteArray("GPGGA,120000,4800.0,N,,,1,4,1,0,M,,,,") << Unknown << Unknown;
        QTest::newRow("quality 0") << QByteArray("GPGGA,120000,4800.0,N,00800.0,E,0,4,1,0,M,,,,") << Unknown << Unknown;
        QTest::newRow("status V") << QByteArray("BDRMC,120000,V,4800.0,N,00800.0,E,0,0,010120,,") << Unknown << Unknown;
        QTest::newRow("GLL status V") << QByteArray("GPGLL,4800.0,N,00800.0,E,120000,V") << Unknown << Unknown;
        QTest::newRow("mode N") << QByteArray("GPRMC,120000,A,4800.0,N,00800.0,E,0,0,010120,,,N") << Unknown << Unknown;
        QTest::newRow("short") << QByteArray("GPGGA,120000") << Unknown << Unknown;
    }
    void positionsOfAllHemispheresAndLengths()
    {
        QFETCH(QByteArray, body);
        QFETCH(double, latitude);
        QFETCH(double, longitude);
        const QList<Reading> readings = decode({body});
        const auto position = readings.isEmpty() ? std::nullopt : readings.first().position;
        QVERIFY2(same(position ? position->latitude : Unknown, latitude),
                 qPrintable(text(Value{position ? position->latitude : 0})));
        QVERIFY(same(position ? position->longitude : Unknown, longitude));
    }

    void voidFixesSayThatThereIsNone()
    {
        for (const QByteArray &body : {QByteArray("GPGGA,120000,4800.0,N,00800.0,E,0,00,99.99,,M,,M,,"),
                                       QByteArray("GPRMC,120000,V,,,,,0.5,90,010120,,")}) {
            const QList<Reading> readings = decode({body});
            QCOMPARE(readings.size(), 1);
            QVERIFY(readings[0].number(channel::FixQuality) == 0.0);
            QVERIFY(!readings[0].position);
            QVERIFY(!readings[0].find(channel::Speed));
            QVERIFY(!readings[0].find(channel::Hdop));
        }
        // RMC knows better than GGA that the fix is void.
        const QList<Reading> both = decode(
            {"GPGGA,120000,4800.0,N,00800.0,E,1,05,1.0,5,M,,M,,", "GPRMC,120000,V,4800.0,N,00800.0,E,1,2,010120,,"});
        QCOMPARE(both.size(), 1);
        QVERIFY(!both[0].position);
    }

    void sentencesOfOneMomentBecomeOneReading()
    {
        const QList<Reading> readings = decode(
            {"GPZDA,101112.50,03,02,2026,00,00", "GNGGA,101112.50,3659.000,S,17452.500,E,4,17,0.7,12.5,M,30,M,1.0,0031",
             "GNGSA,A,3,01,02,03,04,,,,,,,,,1.3,0.7,1.1,1", "GNGSA,A,2,65,66,,,,,,,,,,,1.3,0.7,1.1,2",
             "GPGSV,1,1,04,01,40,083,46,02,17,308,41,03,07,344,39,04,22,228,45,1",
             "GPGSV,1,1,02,01,40,083,46,02,17,308,41,8", "GLGSV,1,1,02,65,40,083,46,66,17,308,41,1",
             "GNRMC,101112.50,A,3659.000,S,17452.500,E,10.0,271.5,030226,,,R", "GNVTG,271.5,T,,M,10.0,N,18.52,K,R"});
        QCOMPARE(readings.size(), 1);
        const Reading &r = readings[0];
        QCOMPARE(r.deviceId, DeviceId);
        QVERIFY(r.position.has_value());
        QVERIFY(same(r.position->latitude, -36.98333333));
        QVERIFY(same(r.position->longitude, 174.875));
        QVERIFY(r.position->altitudeM == 12.5);
        QVERIFY(same(orUnknown(r.number(channel::Speed)), 18.52));
        QVERIFY(r.number(channel::Heading) == 271.5);
        QVERIFY(r.number(channel::FixQuality) == 4.0);
        QVERIFY(r.number(channel::FixMode) == 3.0);
        QVERIFY(r.number(channel::Satellites) == 17.0);
        QVERIFY(r.number(channel::SatellitesInView) == 6.0); // the second signal of GPS is not counted again
        QVERIFY(r.number(channel::Hdop) == 0.7);
        QVERIFY(r.sourceTime.has_value());
        QCOMPARE(toIso8601(*r.sourceTime), QStringLiteral("2026-02-03T10:11:12.500Z"));
    }

    void emptyFieldsAreUnknown()
    {
        const QList<Reading> readings =
            decode({"GPRMC,120000,A,4800.0,N,00800.0,E,,,,,", "GPGGA,120000,4800.0,N,00800.0,E,1,,,,M,,M,,"});
        QCOMPARE(readings.size(), 1);
        for (const QString &name :
             {channel::Speed, channel::Heading, channel::Altitude, channel::Satellites, channel::Hdop})
            QVERIFY2(!readings[0].find(name), qPrintable(name));
        QVERIFY(!readings[0].position->altitudeM);
        QVERIFY(!readings[0].sourceTime);
    }

    void datesOfTwoDigitsAndMidnight_data()
    {
        QTest::addColumn<QList<QByteArray>>("bodies");
        QTest::addColumn<QStringList>("times");
        const auto row = [](const char *name, const QList<QByteArray> &bodies, const QStringList &times) {
            QTest::newRow(name) << bodies << times;
        };
        row("this century", {"GPRMC,000000,A,4800.0,N,00800.0,E,,,311279,,"},
            {QStringLiteral("2079-12-31T00:00:00.000Z")});
        row("the last century", {"GPRMC,235959.9,A,4800.0,N,00800.0,E,,,010180,,"},
            {QStringLiteral("1980-01-01T23:59:59.900Z")});
        row("leap day", {"GPRMC,120000,A,4800.0,N,00800.0,E,,,290224,,"}, {QStringLiteral("2024-02-29T12:00:00.000Z")});
        row("no such day", {"GPRMC,120000,A,4800.0,N,00800.0,E,,,290223,,"}, {QString()});
        row("four digits win", {"GPZDA,120000,05,06,2044,,", "GPRMC,120000,A,4800.0,N,00800.0,E,,,060644,,"},
            {QStringLiteral("2044-06-05T12:00:00.000Z")});
        row("the date goes over midnight",
            {"GPRMC,235959,A,4800.0,N,00800.0,E,,,310126,,", "GPGGA,000000,4800.0,N,00800.0,E,1,5,1,,M,,,,",
             "GPGGA,000001,4800.0,N,00800.0,E,1,5,1,,M,,,,"},
            {QStringLiteral("2026-01-31T23:59:59.000Z"), QStringLiteral("2026-02-01T00:00:00.000Z"),
             QStringLiteral("2026-02-01T00:00:01.000Z")});
        row("GGA before the new date",
            {"GPRMC,235959,A,4800.0,N,00800.0,E,,,310126,,", "GPGGA,000000,4800.0,N,00800.0,E,1,5,1,,M,,,,",
             "GPRMC,000000,A,4800.0,N,00800.0,E,,,010226,,"},
            {QStringLiteral("2026-01-31T23:59:59.000Z"), QStringLiteral("2026-02-01T00:00:00.000Z")});
        row("no date yet", {"GPGGA,120000,4800.0,N,00800.0,E,1,5,1,,M,,,,"}, {QString()});
        row("no such time", {"GPRMC,246000,A,4800.0,N,00800.0,E,,,010126,,"}, {QString()});
    }
    void datesOfTwoDigitsAndMidnight()
    {
        QFETCH(QList<QByteArray>, bodies);
        QFETCH(QStringList, times);
        QStringList found;
        const QList<Reading> readings = decode(bodies);
        for (const Reading &reading : readings)
            found.append(reading.sourceTime ? toIso8601(*reading.sourceTime) : QString());
        QCOMPARE(found, times);
    }

    void theBurstsEndIsLearned()
    {
        NmeaDecoder decoder;
        const auto second = [&](int s) {
            const QByteArray t = "1200" + QByteArray::number(10 + s);
            QList<int> given; // after which of the three sentences moments came
            const QList<QByteArray> bodies = {"GPGGA," + t + ",4800.0,N,00800.0,E,1,5,1,,M,,,,",
                                              "GPGSA,A,3,1,2,3,4,5,,,,,,,,1,1,1",
                                              "GPRMC," + t + ",A,4800.0,N,00800.0,E,1,2,010126,,"};
            for (int i = 0; i < 3; ++i) {
                for (qsizetype n = decoder.feed(bodies[i]).size(); n > 0; --n)
                    given.append(i);
            }
            return given;
        };
        QCOMPARE(second(0), QList<int>());
        QCOMPARE(second(1), QList<int>{0});      // the one before, when its time is over
        QCOMPARE(second(2), (QList<int>{0, 2})); // learned: RMC is the last
        for (int s = 3; s < 9; ++s)
            QCOMPARE(second(s), QList<int>{2});
        QVERIFY(!decoder.flush());
        // The receiver changes its mind: nothing is lost, and it is learned anew.
        QVERIFY(decoder.feed("GPRMC,120030,A,4800.0,N,00800.0,E,1,2,010126,,").size() == 1);
        QVERIFY(decoder.feed("GPGGA,120030,4800.0,N,00800.0,E,1,5,1,,M,,,,").isEmpty());
        QVERIFY(decoder.flush().has_value());
    }

    void otherSentencesArePassedOver()
    {
        QVERIFY(
            decode({"GPTXT,01,01,02,hello", "PGRME,15.0,M,45.0,M,25.0,M", "GPGSV,1,1,00", "GPGSA,A,1,,,,,,,,,,,,,,,"})
                .isEmpty());
        QVERIFY(decode({"GPZDA,120000,05,06,2044,,"}).isEmpty()); // only a time is no news
    }

    void speedIsInKilometresPerHour_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<double>("kmh");
        QTest::newRow("knots") << QByteArray("GPVTG,1,T,,M,10,N,,K") << 18.52;
        QTest::newRow("only km/h") << QByteArray("GPVTG,1,T,,M,,N,7.5,K") << 7.5;
        QTest::newRow("standing") << QByteArray("GPVTG,,T,,M,0.00,N,0.0,K") << 0.0;
        QTest::newRow("nothing") << QByteArray("GPVTG,1,T,,M,,N,,K") << Unknown;
        QTest::newRow("RMC") << QByteArray("GPRMC,120000,A,4800.0,N,00800.0,E,022.4,084.4,230394,,") << 41.4848;
    }
    void speedIsInKilometresPerHour()
    {
        QFETCH(QByteArray, body);
        QFETCH(double, kmh);
        const QList<Reading> readings = decode({body});
        QCOMPARE(readings.size(), 1);
        QVERIFY(same(orUnknown(readings[0].number(channel::Speed)), kmh));
    }

    void impossibleSpeedsAndCoursesAreUnknown_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<double>("kmh");
        QTest::addColumn<double>("course");
        QTest::newRow("bounds") << QByteArray("GPVTG,360,T,,M,,N,0,K") << 0.0 << 360.0;
        QTest::newRow("course too large") << QByteArray("GPVTG,360.1,T,,M,,N,7.5,K") << 7.5 << Unknown;
        QTest::newRow("course below zero") << QByteArray("GPVTG,-1,T,,M,,N,7.5,K") << 7.5 << Unknown;
        QTest::newRow("speed below zero") << QByteArray("GPVTG,84,T,,M,-10,N,-18.5,K") << Unknown << 84.0;
        QTest::newRow("speed of no vehicle") << QByteArray("GPVTG,84,T,,M,,N,9999999,K") << Unknown << 84.0;
    }
    void impossibleSpeedsAndCoursesAreUnknown()
    {
        QFETCH(QByteArray, body);
        QFETCH(double, kmh);
        QFETCH(double, course);
        NmeaDecoder decoder;
        (void)decoder.feed(body);
        const auto epoch = decoder.flush();
        QVERIFY(epoch);
        QVERIFY(same(orUnknown(epoch->speedKmh), kmh));
        QVERIFY(same(orUnknown(epoch->courseDeg), course));
        QCOMPARE(decoder.malformed() > 0, std::isnan(kmh) || std::isnan(course));
    }

    void recordingFromNewZealand()
    {
        const QByteArray bytes = realRecording("bu353s4.log");
        if (bytes.isEmpty())
            QSKIP("the shared recordings are not here");
        NmeaDriver driver(DeviceId, QStringLiteral("test"));
        const QList<Reading> readings = play(driver, bytes);
        QCOMPARE(readings.size(), 25);
        QCOMPARE(driver.badFrames(), 0);
        QCOMPARE(driver.goodFrames(), 90);
        int eight = 0;
        int withView = 0;
        for (const Reading &r : readings) {
            QVERIFY(r.position && std::abs(r.position->latitude + 37.78479) < 0.0001);
            QVERIFY(std::abs(r.position->longitude - 175.31490) < 0.0001);
            QVERIFY(r.number(channel::FixQuality) == 1.0);
            QVERIFY(r.number(channel::FixMode) == 3.0);
            eight += r.number(channel::Satellites) == 8.0 ? 1 : 0;
            withView += r.number(channel::SatellitesInView) == 12.0 ? 1 : 0;
        }
        QCOMPARE(eight, 11); // the rest has 7
        QCOMPARE(withView, 5);
        QVERIFY(same(orUnknown(readings[0].number(channel::Speed)), 0.69 * 1.852));
        QCOMPARE(toIso8601(*readings.first().sourceTime), QStringLiteral("2014-12-31T03:07:19.000Z"));
        QCOMPARE(toIso8601(*readings.last().sourceTime), QStringLiteral("2014-12-31T03:07:43.000Z"));
    }

    void recordingFromDelaware()
    {
        const QByteArray bytes = realRecording("et-332.log");
        if (bytes.isEmpty())
            QSKIP("the shared recordings are not here");
        QVERIFY(!bytes.contains('\r')); // LF alone
        NmeaDriver driver(DeviceId, QStringLiteral("test"));
        const QList<Reading> readings = play(driver, bytes);
        QCOMPARE(readings.size(), 19);
        QCOMPARE(driver.badFrames(), 1); // an escape sequence inside a GSA checksum
        for (const Reading &r : readings) {
            QVERIFY(r.position && std::abs(r.position->latitude - 39.678310) < 0.0001);
            QVERIFY(std::abs(r.position->longitude + 75.748930) < 0.0001);
            QVERIFY(r.sourceTime.has_value());
        }
        QCOMPARE(toIso8601(*readings.first().sourceTime), QStringLiteral("2010-04-23T15:33:47.000Z"));
        QVERIFY(readings[2].number(channel::Heading) == 115.18); // VTG came with its own moment
    }

    void binaryRecordingsGiveNothingAndHurtNothing_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        for (const char *name : {"bu303-nofix.log", "bu303-moving.log", "ublox-neo-m8n.log"}) {
            const QByteArray bytes = realRecording(name);
            if (!bytes.isEmpty())
                QTest::newRow(name) << bytes;
        }
        QByteArray noise; // our own
        quint32 x = 1;
        for (int i = 0; i < 20'000; ++i)
            noise.append(char((x = x * 1664525 + 1013904223) >> 24));
        QTest::newRow("noise") << noise;
    }
    void binaryRecordingsGiveNothingAndHurtNothing()
    {
        QFETCH(QByteArray, bytes);
        NmeaDriver driver(DeviceId, QStringLiteral("test"));
        QVERIFY(play(driver, bytes).isEmpty());
        QCOMPARE(driver.goodFrames(), 0);
        // and what comes behind the noise is heard
        const QList<Reading> after = play(driver, "\n" + sentence("GPGGA,120000,4800.0,N,00800.0,E,1,5,1,,M,,,,"));
        QCOMPARE(after.size(), 1);
        QVERIFY(after[0].position.has_value());
    }
};

QTEST_GUILESS_MAIN(TestNmeaDecoder)
#include "test_nmea_decoder.moc"
