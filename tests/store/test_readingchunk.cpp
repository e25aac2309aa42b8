// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Downsampler.h"
#include "server/store/ReadingChunk.h"

#include <QRandomGenerator>
#include <QTest>

#include <cmath>
#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
const TimePoint start{1'700'000'000s};

/// A names table as the file has one.
struct Names
{
    QStringList list{QString()};
    NameToId toId = [this](const QString &name) -> std::optional<quint32> {
        if (const qsizetype at = list.indexOf(name); at >= 0)
            return quint32(at);
        list.append(name);
        return quint32(list.size() - 1);
    };
    IdToName toName = [this](quint32 id) { return list.value(id); };
};

std::vector<const Reading *> pointers(const QList<Reading> &readings)
{
    std::vector<const Reading *> result;
    for (const Reading &reading : readings)
        result.push_back(&reading);
    return result;
}

QByteArray encode(const QList<Reading> &readings, Names &names)
{
    ChunkEncoder encoder;
    return encoder.encode(pointers(readings), names.toId);
}

Reading reading(int i, QList<Sample> samples)
{
    Reading r;
    r.deviceId = QStringLiteral("van");
    r.source = QStringLiteral("sim");
    r.receivedAt = start + i * 1s;
    r.samples = std::move(samples);
    return r;
}

/// Two NaNs count as the same here.
bool same(const Value &a, const Value &b)
{
    const auto *x = std::get_if<double>(&a);
    const auto *y = std::get_if<double>(&b);
    return x && y ? std::bit_cast<quint64>(*x) == std::bit_cast<quint64>(*y) : a == b;
}
bool same(Reading a, Reading b)
{
    if (a.samples.size() != b.samples.size())
        return false;
    for (qsizetype i = 0; i < a.samples.size(); ++i) {
        if (a.samples[i].channel != b.samples[i].channel || !same(a.samples[i].value, b.samples[i].value))
            return false;
    }
    a.samples = b.samples = {};
    return a == b;
}
} // namespace

class TestReadingChunk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersComeBackToTheLastBit_data()
    {
        QTest::addColumn<QList<double>>("numbers");
        QTest::newRow("one") << QList<double>{4180};
        QTest::newRow("decimals") << QList<double>{12.3, 12.4, 12.35, -0.001, 1000000.5};
        QTest::newRow("zero and minus zero") << QList<double>{0.0, -0.0};
        QTest::newRow("not finite") << QList<double>{1, notANumber, infinite, -infinite};
        QTest::newRow("thirds") << QList<double>{1.0 / 3, 2.0 / 3, 1e300, -1e-300};
        QTest::newRow("floats") << QList<double>{double(0.1F), double(1e30F), double(-3.3F)};
        QTest::newRow("limits") << QList<double>{std::numeric_limits<double>::max(),
                                                 std::numeric_limits<double>::lowest(),
                                                 std::numeric_limits<double>::denorm_min(), 9007199254740993.0};
        QTest::newRow("large integers") << QList<double>{8.9e15, -8.9e15, 8.9e15};
    }
    void numbersComeBackToTheLastBit()
    {
        QFETCH(QList<double>, numbers);
        QList<Reading> readings;
        for (int i = 0; i < numbers.size(); ++i)
            readings.append(reading(i, {{QStringLiteral("x"), numbers.at(i)}}));
        Names names;
        const auto back = decodeChunk(encode(readings, names), QStringLiteral("van"), names.toName);
        QVERIFY(back);
        QCOMPARE(back->size(), readings.size());
        for (int i = 0; i < readings.size(); ++i)
            QVERIFY(same(back->at(i), readings.at(i)));
    }

    void everyKindOfValueComesBackInItsPlace()
    {
        Reading full = reading(0, {{QStringLiteral("n"), 5.5},
                                   {QStringLiteral("b"), true},
                                   {QStringLiteral("u"), {}},
                                   {QStringLiteral("t"), QStringLiteral("Zürich 🚨")},
                                   {QStringLiteral("l"), QStringList{QStringLiteral("P0420"), QString()}},
                                   {QStringLiteral("n"), 6.5}}); // the same channel twice
        full.sourceTime = start - 20'000h;
        full.position = Position{47.37, 8.54, 408.0, 3.5, std::nullopt, 50.0};
        Reading repeated = full;
        repeated.receivedAt += 1s;
        Reading other = reading(2, {{QStringLiteral("t"), QString()}, {QStringLiteral("n"), false}});
        other.source = QStringLiteral("serial:gps");
        other.position = Position{-90, 180, {}, {}, {}, {}};
        const QList<Reading> readings{full, repeated, other, reading(3, {}), full};
        Names names;
        const auto back = decodeChunk(encode(readings, names), QStringLiteral("van"), names.toName);
        QVERIFY(back);
        QCOMPARE(back->size(), readings.size());
        for (int i = 0; i < readings.size(); ++i)
            QVERIFY2(same(back->at(i), readings.at(i)), qPrintable(QString::number(i)));
    }

    void randomReadingsComeBack()
    {
        QRandomGenerator random(7);
        ChunkEncoder encoder; // kept, as the store keeps it
        for (int round = 0; round < 200; ++round) {
            QList<Reading> readings;
            const int count = int(random.bounded(1, 40));
            for (int i = 0; i < count; ++i) {
                QList<Sample> samples;
                for (int s = int(random.bounded(0, 60)); s > 0; --s) {
                    const QString name = QStringLiteral("c%1").arg(random.bounded(80));
                    switch (random.bounded(5)) {
                    case 0:
                        samples.append({name, random.generateDouble()});
                        break;
                    case 1:
                        samples.append({name, double(random.bounded(1000)) / 10});
                        break;
                    case 2:
                        samples.append({name, random.bounded(2) == 1});
                        break;
                    case 3:
                        samples.append({name, QString(int(random.bounded(3)), QLatin1Char('x'))});
                        break;
                    default:
                        samples.append({name, QStringList(int(random.bounded(3)), QStringLiteral("P1"))});
                        break;
                    }
                }
                readings.append(reading(i, samples));
            }
            Names names;
            const QByteArray bytes = encoder.encode(pointers(readings), names.toId);
            const auto back = decodeChunk(bytes, QStringLiteral("van"), names.toName);
            QVERIFY(back);
            for (int i = 0; i < count; ++i)
                QVERIFY(same(back->at(i), readings.at(i)));
        }
    }

    void decimalFractionsAreSmall()
    {
        QList<Reading> readings;
        for (int i = 0; i < 1000; ++i)
            readings.append(reading(i, {{QStringLiteral("v"), 12.0 + (i % 10) / 10.0}}));
        Names names;
        const qsizetype size = encode(readings, names).size();
        QVERIFY2(size < 6000, qPrintable(QString::number(size))); // 4 bytes of time, 1 of value
    }

    void aDamagedChunkIsRefusedNotBelieved()
    {
        Reading r = reading(0, {{QStringLiteral("n"), 5.5},
                                {QStringLiteral("t"), QStringLiteral("word")},
                                {QStringLiteral("l"), QStringList{QStringLiteral("P0420")}}});
        r.position = Position{1, 2, {}, {}, {}, {}};
        Names names;
        const QByteArray bytes = encode({r, reading(1, {{QStringLiteral("b"), true}})}, names);
        const auto scan = [](const QByteArray &damaged) {
            return scanChunk(damaged, [](quint32) { return true; }, [](quint32, TimePoint, double) {});
        };
        QVERIFY(scan(bytes));
        for (qsizetype cut = 0; cut < bytes.size(); ++cut) {
            QVERIFY(!decodeChunk(bytes.first(cut), QStringLiteral("van"), names.toName));
            QVERIFY(!scan(bytes.first(cut)));
        }
        QVERIFY(!scan(bytes + 'x'));
        for (qsizetype at = 0; at < bytes.size(); ++at) {
            for (const char value : {'\x00', '\x7f', '\xff'}) {
                QByteArray damaged = bytes;
                damaged[at] = value;
                (void)decodeChunk(damaged, QStringLiteral("van"), names.toName); // must not crash or hang
                (void)scan(damaged);
            }
        }
    }

    void aDamagedChunkCannotClaimMoreValuesThanMemoryHolds()
    {
        // Columns of unknowns have no bytes, so nothing but the bound stops readings × columns.
        const auto claims = [](int readings, int columns) {
            const auto varint = [](int value) {
                QByteArray bytes;
                for (; value >= 0x80; value >>= 7)
                    bytes.append(static_cast<char>((value & 0x7f) | 0x80));
                return bytes + static_cast<char>(value);
            };
            const QByteArray unknownColumn("\x02\x01\x00", 3); // kind, name, size
            return '\x01' + varint(readings) + varint(1) + varint(0) + varint(columns) + QByteArray(columns, '\0') +
                   varint(1) + unknownColumn + varint(readings) + QByteArray(readings, '\0');
        };
        const IdToName toName = [](quint32) { return QStringLiteral("n"); };
        const auto few = decodeChunk(claims(30, 40), QStringLiteral("van"), toName);
        QVERIFY(few);
        QCOMPARE(few->size(), 30);
        QCOMPARE(few->first().samples.size(), 40);
        QVERIFY(!decodeChunk(claims(3000, 3000), QStringLiteral("van"), toName));
        QVERIFY(!scanChunk(claims(30'000, 30'000), [](quint32) { return true; }, [](quint32, TimePoint, double) {}));
    }

    void scanningYieldsOnlyFiniteNumbersOfWhatIsWanted()
    {
        Names names;
        const QByteArray bytes =
            encode({reading(0, {{QStringLiteral("a"), 1.0}, {QStringLiteral("b"), 2.0}}),
                    reading(1, {{QStringLiteral("a"), notANumber}}), reading(2, {{QStringLiteral("a"), true}}),
                    reading(3, {{QStringLiteral("a"), QStringLiteral("9")}}),
                    reading(4, {{QStringLiteral("b"), 3.0}, {QStringLiteral("a"), 4.0}})},
                   names);
        const quint32 a = *names.toId(QStringLiteral("a"));
        QList<HistoryPoint> points;
        QVERIFY(scanChunk(
            bytes, [a](quint32 name) { return name == a; },
            [&](quint32 name, TimePoint at, double value) {
                QCOMPARE(name, a);
                points.append({at, value});
            }));
        const QList<HistoryPoint> expected{{start, 1}, {start + 2s, 1}, {start + 4s, 4}};
        QVERIFY(points == expected);
    }

    void fewSamplesPassUnchanged_data()
    {
        QTest::addColumn<int>("samples");
        for (const int samples : {0, 1, 2, 99, 100})
            QTest::newRow(qPrintable(QString::number(samples))) << samples;
    }
    void fewSamplesPassUnchanged()
    {
        QFETCH(int, samples);
        Downsampler down(start, start + 100s, 100);
        for (int i = 0; i < samples; ++i)
            down.add(start + i * 1s, i * 0.5);
        const auto points = down.points();
        QCOMPARE(points.size(), samples);
        for (int i = 0; i < samples; ++i)
            QVERIFY(points.at(i) == (HistoryPoint{start + i * 1s, i * 0.5}));
    }

    void aSpikeSurvivesWhereverItIs_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<int>("maxPoints");
        for (const int at : {0, 1, 4999, 43'200, 86'398, 86'399})
            for (const int maxPoints : {-1, 2, 3, 100, 1000})
                QTest::addRow("%d of %d", at, maxPoints) << at << maxPoints;
    }
    void aSpikeSurvivesWhereverItIs()
    {
        QFETCH(int, at);
        QFETCH(int, maxPoints);
        Downsampler down(start, start + 86'399s, maxPoints);
        for (int i = 0; i < 86'400; ++i)
            down.add(start + i * 1s, i == at ? 1000.0 : std::sin(i * 0.01));
        const auto points = down.points();
        QVERIFY(points.size() <= std::max(2, maxPoints));
        QVERIFY(points.contains(HistoryPoint{start + at * 1s, 1000.0}));
        QVERIFY(std::is_sorted(points.cbegin(), points.cend(),
                               [](const HistoryPoint &a, const HistoryPoint &b) { return a.at < b.at; }));
        const auto least = std::min_element(points.cbegin(), points.cend(),
                                            [](const auto &a, const auto &b) { return a.value < b.value; });
        QVERIFY(least->value < -0.9999);
    }

    void samplesOutsideTheSpanAreNotLost()
    {
        Downsampler down(start, start + 10s, 4);
        for (int i = -5; i < 20; ++i)
            down.add(start + i * 1s, i);
        QVERIFY(down.points().contains(HistoryPoint{start - 5s, -5}));
        QVERIFY(down.points().contains(HistoryPoint{start + 19s, 19}));
    }
};

QTEST_GUILESS_MAIN(TestReadingChunk)
#include "test_readingchunk.moc"
