// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/NmeaSplitter.h"
#include "tests/hal/Nmea.h"

#include <QTest>

using namespace tocsin;
using fake::sentence;

class TestNmeaSplitter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sentencesAreFoundInWhateverLiesBetween_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QList<QByteArray>>("bodies");
        QTest::addColumn<qint64>("bad");
        const QByteArray a = "GPVTG,54.7,T,,M,5.5,N,10.2,K";
        const QByteArray b = "GNGLL,4916.45,N,12311.12,W,225444,A";
        const auto none = QList<QByteArray>{};
        const auto row = [](const char *name, const QByteArray &bytes, const QList<QByteArray> &bodies, qint64 bad) {
            QTest::newRow(name) << bytes << bodies << bad;
        };
        row("nothing", "", none, 0);
        row("one, CR LF", sentence(a), {a}, 0);
        row("one, LF alone", sentence(a, "\n"), {a}, 0);
        row("no line end at all", sentence(a, "") + sentence(b, ""), {a, b}, 0);
        row("two", sentence(a) + sentence(b), {a, b}, 0);
        row("lower-case checksum", sentence(a).toLower().replace(a.toLower(), a), {a}, 0);
        row("wrong checksum", "$" + a + "*00\r\n" + sentence(b), {b}, 1);
        row("checksum of one digit", "$" + a + "*1\r\n" + sentence(b), {b}, 1);
        row("checksum of other letters", "$" + a + "*ZZ\r\n" + sentence(b), {b}, 1);
        row("no checksum", "$" + a + "\r\n" + sentence(b), {b}, 1);
        row("torn by the next", "$GPGGA,123" + sentence(b), {b}, 1);
        row("torn by a control character", QByteArray("$GPGGA,1\x01\x02") + sentence(b), {b}, 1);
        row("binary before", QByteArray("\xa0\xa2\x00$\x29\xff", 6) + sentence(b), {b}, 0);
        row("binary right behind", sentence(a, "") + QByteArray("\xb5\x62\x01\x07", 4) + sentence(b), {a, b}, 0);
        row("comment before", "# costs 5$ each\n" + sentence(b), {b}, 0);
        row("a dollar too many", "$$$" + sentence(b), {b}, 0);
        row("at the limit", sentence("GPXXX," + QByteArray(120 - 4 - 6, 'x')), {"GPXXX," + QByteArray(110, 'x')}, 0);
        row("too long", sentence("GPXXX," + QByteArray(111, 'x')) + sentence(b), {b}, 1);
        row("endless", "$GPXXX" + QByteArray(100'000, 'x') + "\r\n" + sentence(b), {b}, 1);
        row("empty", "$*00\r\n$\r\n" + sentence(b), {b}, 0);
        row("too short an address", sentence("GP,1") + sentence(b), {b}, 0);
    }
    void sentencesAreFoundInWhateverLiesBetween()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QList<QByteArray>, bodies);
        QFETCH(qint64, bad);
        NmeaSplitter whole;
        QCOMPARE(whole.feed(bytes), bodies);
        const auto badOf = [](const NmeaSplitter &s) {
            return s.counters().badChecksum + s.counters().withoutChecksum + s.counters().broken;
        };
        QCOMPARE(badOf(whole), bad);
        QCOMPARE(whole.counters().good, bodies.size());

        NmeaSplitter byByte; // cut anywhere: the same
        QList<QByteArray> found;
        for (const char c : bytes)
            found += byByte.feed(QByteArrayView(&c, 1));
        QCOMPARE(found, bodies);
        QCOMPARE(badOf(byByte), bad);
    }

    void withoutChecksumIsTakenOnlyWhenConfigured()
    {
        const QByteArray bytes = "$GPVTG,54.7,T,,M,5.5,N,10.2,K\r\n";
        NmeaSplitter strict;
        QVERIFY(strict.feed(bytes).isEmpty());
        QCOMPARE(strict.counters().withoutChecksum, 1);
        NmeaSplitter lenient(true);
        QCOMPARE(lenient.feed(bytes).size(), 1);
        QVERIFY(lenient.feed("$GPVTG,1*00\r\n").isEmpty()); // a wrong one stays wrong
        QCOMPARE(lenient.counters().badChecksum, 1);
    }
};

QTEST_GUILESS_MAIN(TestNmeaSplitter)
#include "test_nmea_splitter.moc"
