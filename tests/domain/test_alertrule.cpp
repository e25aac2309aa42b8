// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

#include <limits>

using namespace tocsin;
using namespace std::chrono_literals;

/// Comparisons, clear points, patterns and words of a rule.
class TestAlertRule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void comparisonsAtTheirLimits_data()
    {
        QTest::addColumn<QString>("comparison");
        QTest::addColumn<double>("value");
        QTest::addColumn<bool>("bad");
        QTest::addColumn<bool>("good"); // deadband 1
        const auto row = [](const char *comparison, double value, bool bad, bool good) {
            QTest::addRow("%s %g", comparison, value) << QString::fromLatin1(comparison) << value << bad << good;
        };
        row(">", 10, false, false);
        row(">", 10.1, true, false);
        row(">", 9.1, false, false);
        row(">", 9, false, true);
        row(">=", 10, true, false);
        row(">=", 9, false, false);
        row(">=", 8.9, false, true);
        row("<", 10, false, false);
        row("<", 9.9, true, false);
        row("<", 11, false, true);
        row("<=", 10, true, false);
        row("<=", 11.1, false, true);
        row("==", 10, true, false);
        row("==", 10.5, false, true);
        row("!=", 10, false, true);
        row("!=", 10.5, true, false);
        row("between", 10, true, false);
        row("between", 20, true, false);
        row("between", 20.5, false, false);
        row("between", 21.5, false, true);
        row("outside", 10, false, false);
        row("outside", 9.9, true, false);
        row("outside", 20.1, true, false);
        row("outside", 15, false, true);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        for (const char *c : {">", ">=", "<", "<=", "==", "!=", "between", "outside"})
            row(c, nan, false, false);
    }
    void comparisonsAtTheirLimits()
    {
        QFETCH(QString, comparison);
        QFETCH(double, value);
        QFETCH(bool, bad);
        QFETCH(bool, good);
        AlertRule rule = ruleOf(QStringLiteral("X"), QStringLiteral("x"), *comparisonFromString(comparison),
                                {{AlertLevel::Warning, 10, 20, {}}});
        rule.deadband = 1;
        QCOMPARE(violatedBand(rule, value) == 0, bad);
        QCOMPARE(isGood(rule, value), good);
        QCOMPARE(toString(rule.comparison), comparison);
    }

    void theMostUrgentBandCounts()
    {
        const AlertRule rule = overheat();
        QCOMPARE(violatedBand(rule, 116), 0);
        QCOMPARE(violatedBand(rule, 115), 1);
        QCOMPARE(violatedBand(rule, 105), -1);
        QVERIFY(violatedLimit(rule, 0, 116) == 115.0);
        QVERIFY(!violatedLimit(rule, -1, 116));
    }

    void anOutsideRuleNamesTheLimitThatWasCrossed()
    {
        AlertRule rule =
            ruleOf(QStringLiteral("X"), QStringLiteral("x"), Comparison::Outside, {{AlertLevel::Warning, 10, 20, {}}});
        QVERIFY(violatedLimit(rule, 0, 5) == 10.0);
        QVERIFY(violatedLimit(rule, 0, 25) == 20.0);
    }

    void itemsByTheirBeginning()
    {
        const AlertRule rule = troubleCodes();
        QCOMPARE(violatedBand(rule, QStringView(u"P0420")), 0);
        QCOMPARE(violatedBand(rule, QStringView(u"p0420")), 0);
        QCOMPARE(violatedBand(rule, QStringView(u"U0100")), 1);
        QCOMPARE(violatedBand(rule, QStringView(u"")), -1);
        QCOMPARE(violatedBand(rule, 1.0), -1);
    }

    void numbersForPeople_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("decimals");
        QTest::addColumn<QString>("expected");
        QTest::newRow("zero") << 0.0 << 0 << QStringLiteral("0");
        QTest::newRow("three digits") << 999.0 << 0 << QStringLiteral("999");
        QTest::newRow("four digits") << 4180.0 << 0 << QStringLiteral("4\u202f180");
        QTest::newRow("millions") << 1234567.25 << 2 << QStringLiteral("1\u202f234\u202f567.25");
        QTest::newRow("negative three") << -120.0 << 0 << QStringLiteral("-120");
        QTest::newRow("negative four") << -1200.0 << 1 << QStringLiteral("-1\u202f200.0");
        QTest::newRow("NaN") << std::numeric_limits<double>::quiet_NaN() << 1 << QStringLiteral("–");
        QTest::newRow("huge") << 1e300 << 0 << QStringLiteral("1e+300");
    }
    void numbersForPeople()
    {
        QFETCH(double, value);
        QFETCH(int, decimals);
        QTEST(numberText(value, decimals), "expected");
    }

    void aValueNeverReadsLikeItsLimit()
    {
        AlertRule rule = ruleOf(QStringLiteral("LOW_BATTERY"), channel::BatteryVoltage, Comparison::Less,
                                {{AlertLevel::Warning, 12.0, 0, {}}});
        rule.unit = QStringLiteral("V");
        rule.message = QStringLiteral("{value} {unit}, limit {limit} {unit}");
        QCOMPARE(alertMessage(rule, 0, {11.8}), QStringLiteral("11.8 V, limit 12.0 V"));
        QCOMPARE(alertMessage(rule, 0, {11.96}), QStringLiteral("11.96 V, limit 12.0 V"));
    }

    void whatADeviceChoseIsNoPlaceholder()
    {
        AlertRule rule = troubleCodes();
        rule.message = QStringLiteral("{device}: {item} {level}");
        QCOMPARE(alertMessage(rule, 0, {{}, {}, 1, QStringLiteral("{limit}"), QStringLiteral("van")}),
                 QStringLiteral("van: {limit} critical"));
        QCOMPARE(unknownPlaceholders(QStringLiteral("{value} {speed} {}")),
                 (QStringList{QStringLiteral("speed"), QString()}));
    }

    void patterns_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QStringList>("patterns");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char *field, const QStringList &patterns, bool matches) {
            QTest::addRow("%s %s", field, qPrintable(patterns.join(QLatin1Char(','))))
                << QString::fromLatin1(field) << patterns << matches;
        };
        row("devices", {}, true);
        row("devices", {QStringLiteral("van-*")}, true);
        row("devices", {QStringLiteral("VAN-?")}, true);
        row("devices", {QStringLiteral("van")}, false);
        row("devices", {QStringLiteral("bus"), QStringLiteral("van-7")}, true);
        row("kinds", {QStringLiteral("vehicle")}, true);
        row("kinds", {QStringLiteral("phone")}, false);
        row("classes", {QStringLiteral("*van")}, true);
        row("tags", {QStringLiteral("north")}, true);
        row("tags", {QStringLiteral("south")}, false);
        row("sources", {QStringLiteral("serial:*")}, false);
        row("sources", {QStringLiteral("dialect?")}, true);
    }
    void patterns()
    {
        QFETCH(QString, field);
        QFETCH(QStringList, patterns);
        Device van;
        van.id = QStringLiteral("van-7");
        van.kind = DeviceKind::Vehicle;
        van.deviceClass = QStringLiteral("Delivery van");
        van.source = QStringLiteral("dialect1");
        van.tags = {QStringLiteral("day"), QStringLiteral("north")};
        AlertMatch match;
        (field == QStringLiteral("devices")   ? match.devices
         : field == QStringLiteral("kinds")   ? match.kinds
         : field == QStringLiteral("classes") ? match.classes
         : field == QStringLiteral("tags")    ? match.tags
                                              : match.sources) = patterns;
        QTEST(match.matches(van), "matches");
    }

    void delaysWhenARuleNamesNone()
    {
        QVERIFY(defaultOffDelay(AlertLevel::Critical, AlertKind::Condition) == 10s);
        QVERIFY(defaultOffDelay(AlertLevel::Warning, AlertKind::Condition) == 10s);
        QVERIFY(defaultOffDelay(AlertLevel::Info, AlertKind::Condition) == 5s);
        QVERIFY(defaultOffDelay(AlertLevel::Warning, AlertKind::Event) == 0s);
    }
};

QTEST_GUILESS_MAIN(TestAlertRule)
#include "test_alertrule.moc"
