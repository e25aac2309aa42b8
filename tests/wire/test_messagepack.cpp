// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/MessagePack.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QTest>

#include <limits>

using namespace tocsin;

namespace {
QJsonValue randomValue(QRandomGenerator &random, int depth) // NOLINT(misc-no-recursion)
{
    switch (random.bounded(depth > 0 ? 8 : 6)) {
    case 0:
        return QJsonValue::Null;
    case 1:
        return random.bounded(2) == 1;
    case 2:
        return qint64(random.generate64()) >> random.bounded(60);
    case 3:
        return random.generateDouble() * 1e6 - 5e5;
    case 4:
        return QString(random.bounded(70000) / (1 + random.bounded(1000)), QLatin1Char('t'));
    case 5:
        return QStringLiteral("Zürich 東京 🚨");
    case 6: {
        QJsonArray array;
        for (int i = random.bounded(20); i > 0; --i)
            array.append(randomValue(random, depth - 1));
        return array;
    }
    default: {
        QJsonObject object;
        for (int i = random.bounded(20); i > 0; --i)
            object.insert(QStringLiteral("k%1").arg(random.bounded(1000)), randomValue(random, depth - 1));
        return object;
    }
    }
}

QByteArray hex(const char *text)
{
    return QByteArray::fromHex(text);
}
} // namespace

class TestMessagePack : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyRandomDocumentComesBackWhole()
    {
        QRandomGenerator random(7);
        for (int i = 0; i < 500; ++i) {
            const QJsonObject object{{QStringLiteral("r"), randomValue(random, 4)}};
            const auto back = parseMessagePackObject(toMessagePack(object));
            QVERIFY(std::holds_alternative<QJsonObject>(back));
            QCOMPARE(std::get<QJsonObject>(back), object);
        }
    }

    void wholeNumbersStayWhole_data()
    {
        QTest::addColumn<QJsonValue>("value");
        for (const qint64 number : {qint64(0), qint64(1), qint64(-1), qint64(127), qint64(128), qint64(-33),
                                    qint64(1) << 53, (qint64(1) << 53) + 1, std::numeric_limits<qint64>::max()})
            QTest::addRow("%lld", number) << QJsonValue(number);
        QTest::newRow("-0.0") << QJsonValue(-0.0);
        QTest::newRow("1e300") << QJsonValue(1e300);
    }
    void wholeNumbersStayWhole()
    {
        QFETCH(QJsonValue, value);
        const auto back = parseMessagePackObject(toMessagePack({{QStringLiteral("n"), value}}));
        const QJsonValue there = std::get<QJsonObject>(back).value(QStringLiteral("n"));
        QCOMPARE(there.toInteger(5), value.toInteger(5));
        QCOMPARE(there.toDouble(), value.toDouble());
        QCOMPARE(std::signbit(there.toDouble()), std::signbit(value.toDouble()));
    }

    void whatIsNoDocumentIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        QTest::newRow("nothing") << QByteArray() << QStringLiteral("cut off");
        QTest::newRow("a number") << hex("05") << QStringLiteral("must be a map");
        QTest::newRow("an array") << hex("90") << QStringLiteral("must be a map");
        QTest::newRow("cut off in a map") << hex("82a161") << QStringLiteral("cut off");
        QTest::newRow("cut off in a text") << hex("81a161d9ff61") << QStringLiteral("cut off");
        QTest::newRow("bytes behind") << hex("81a16101c0") << QStringLiteral("follow");
        QTest::newRow("never used byte") << hex("81a161c1") << QStringLiteral("Invalid");
        QTest::newRow("bin") << hex("81a161c40100") << QStringLiteral("Binary");
        QTest::newRow("ext") << hex("81a161d40100") << QStringLiteral("Extensions");
        QTest::newRow("key is a number") << hex("810101") << QStringLiteral("key is not text");
        QTest::newRow("key is nil") << hex("81c001") << QStringLiteral("key is not text");
        QTest::newRow("key is an array") << hex("819001") << QStringLiteral("key is not text");
        QTest::newRow("key twice") << hex("82a16101a16102") << QStringLiteral("Duplicate key: a");
        QTest::newRow("not UTF-8") << hex("81a161a1ff") << QStringLiteral("UTF-8");
        QTest::newRow("NaN") << hex("81a161cb7ff8000000000000") << QStringLiteral("not finite");
        QTest::newRow("infinite") << hex("81a161ca7f800000") << QStringLiteral("not finite");
        QTest::newRow("4 G items announced") << hex("81a161ddffffffff") << QStringLiteral("claims more");
        QTest::newRow("4 G pairs announced") << hex("81a161dfffffffff") << QStringLiteral("claims more");
        QTest::newRow("4 GB text announced") << hex("81a161dbffffffff") << QString();
        QTest::newRow("65 levels") << (hex("81a161") + QByteArray(64, '\x91') + '\xc0')
                                   << QStringLiteral("deeper than 64");
    }
    void whatIsNoDocumentIsRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        const auto result = parseMessagePackObject(bytes);
        QVERIFY(std::holds_alternative<FieldError>(result));
        QVERIFY2(std::get<FieldError>(result).message.contains(says), qPrintable(std::get<FieldError>(result).message));
    }

    void sixtyFourLevelsAreNotTooMany()
    {
        const auto result = parseMessagePackObject(hex("81a161") + QByteArray(62, '\x91') + hex("91c0"));
        QVERIFY(std::holds_alternative<QJsonObject>(result));
    }

    void aMessageLargerThanTheLimitIsNotRead()
    {
        JsonLimits limits;
        limits.maxBytes = 10;
        QVERIFY(std::holds_alternative<FieldError>(parseMessagePackObject(
            toMessagePack({{QStringLiteral("k"), QStringLiteral("ten bytes and more")}}), limits)));
    }

    void manyKeysInAnUnkindOrderAreReadInGoodTime()
    {
        // 100,000 keys in falling order: quadratic work would take minutes.
        QByteArray bytes = hex("df000186a0");
        for (int i = 99'999; i >= 0; --i)
            bytes += '\xa6' + QByteArray::number(i).rightJustified(6, '0') + '\xc0';
        QElapsedTimer timer;
        timer.start();
        const auto result = parseMessagePackObject(bytes);
        QVERIFY(std::holds_alternative<QJsonObject>(result));
        QVERIFY2(timer.elapsed() < 20'000, "quadratic");
    }
};

QTEST_GUILESS_MAIN(TestMessagePack)
#include "test_messagepack.moc"
