// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"
#include "models/domain/Channels.h"
#include "server/desk/RulesFile.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

QByteArray fileWith(const QByteArray &rules)
{
    return "{\"rules\": [\n" + rules + "\n]}";
}

/// A good rule in which `change` replaces or adds keys (the last one wins where JSON is built by hand: so it is
/// given the whole text instead).
QByteArray ruleWith(const QByteArray &extra,
                    const QByteArray &condition = R"("condition":">","limit":1,"level":"warning")")
{
    return fileWith(R"({"id":"r1","code":"C","metric":"speed",)" + condition + (extra.isEmpty() ? "" : "," + extra) +
                    "}");
}

/// What the built-in rules raise for one reading of one van.
QStringList raisedBy(const QList<Sample> &samples)
{
    AlertBook book(builtInRules());
    Reading reading;
    reading.deviceId = QStringLiteral("v");
    reading.receivedAt = TimePoint{1000s};
    reading.samples = samples;
    QStringList raised;
    const auto changes = book.apply(reading, reading.receivedAt);
    for (const AlertChange &change : changes)
        raised.append(change.alert.code + QLatin1Char(' ') + toString(change.alert.level));
    raised.sort();
    return raised;
}

} // namespace

class TestRulesFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theBuiltInFileHasNoErrors()
    {
        const RulesResult result = loadRulesFile(QStringLiteral(TOCSIN_SOURCE_DIR "/resources/rules/default.json"));
        for (const RulesError &error : result.errors)
            qWarning("%s", qPrintable(toString(error)));
        QVERIFY(result.ok());
        QCOMPARE(result.rules.size(), 9);
        QVERIFY(result.rules == builtInRules());
        for (const AlertRule &rule : result.rules) {
            QVERIFY(!rule.actions.isEmpty());
            QVERIFY(rule.onDelay == 0s);
            QVERIFY(rule.offDelay == (rule.kind == AlertKind::Event ? 0s : 10s));
        }
    }

    void builtInThresholds_data()
    {
        QTest::addColumn<QString>("channel");
        QTest::addColumn<Value>("value");
        QTest::addColumn<QStringList>("raised");
        const auto row = [](const QString &channel, const Value &value, const QStringList &raised) {
            QTest::addRow("%s %s", qPrintable(channel), qPrintable(text(value))) << channel << value << raised;
        };
        using namespace channel;
        row(BatteryVoltage, 12.0, {});
        row(BatteryVoltage, 11.99, {QStringLiteral("LOW_BATTERY warning")});
        row(Crash, 0.0, {});
        row(Crash, 1.0, {QStringLiteral("CRASH_DETECTED emergency")});
        row(Crash, true, {QStringLiteral("CRASH_DETECTED emergency")});
        row(EngineRpm, 4000.0, {});
        row(EngineRpm, 4001.0, {QStringLiteral("HIGH_RPM warning")});
        row(TroubleCount, 0.0, {});
        row(TroubleCount, 1.0, {QStringLiteral("DTC_DETECTED warning")});
        row(EngineTemperature, 105.0, {});
        row(EngineTemperature, 105.1, {QStringLiteral("engine_overheat warning")});
        row(EngineTemperature, 115.1, {QStringLiteral("engine_overheat critical")});
        row(OilPressure, 25.0, {});
        row(OilPressure, 24.9, {QStringLiteral("low_oil_pressure warning")});
        row(OilPressure, 14.9, {QStringLiteral("low_oil_pressure critical")});
        row(BatteryLevel, 20.0, {});
        row(BatteryLevel, 19.0, {QStringLiteral("low_battery warning")});
        row(BatteryLevel, 9.0, {QStringLiteral("low_battery critical")});
        row(FuelLevel, 5.0, {});
        row(FuelLevel, 4.9, {QStringLiteral("low_fuel warning")});
        row(TroubleCodes, QStringList{}, {});
        row(TroubleCodes, QStringList{QStringLiteral("P0301"), QStringLiteral("C1201")},
            {QStringLiteral("diagnostic_code critical"), QStringLiteral("diagnostic_code warning")});
        row(FuelLevel, Value{}, {}); // missing is not zero
    }
    void builtInThresholds()
    {
        QFETCH(QString, channel);
        QFETCH(Value, value);
        QFETCH(QStringList, raised);
        QCOMPARE(raisedBy({{channel, value}}), raised);
    }

    void everyMatchIsRaisedNotOnlyTheFirst()
    {
        QCOMPARE(
            raisedBy({{channel::EngineRpm, 4500.0}, {channel::BatteryVoltage, 11.0}, {channel::Crash, 1.0}}).size(), 3);
    }

    void aParkedVanHasNoOilPressure()
    {
        QVERIFY(raisedBy({{channel::OilPressure, 0.0}, {channel::EngineRpm, 0.0}}).isEmpty());
        QCOMPARE(raisedBy({{channel::OilPressure, 0.0}}).size(), 1);
        QCOMPARE(raisedBy({{channel::OilPressure, 0.0}, {channel::EngineRpm, Value{}}}).size(), 1);
        QCOMPARE(raisedBy({{channel::OilPressure, 0.0}, {channel::EngineRpm, 700.0}}).size(), 1);
    }

    void defaultsFollowTheLevel()
    {
        const RulesResult info = parseRules(ruleWith({}, R"("condition":">","limit":1,"level":"info")"));
        QVERIFY(info.ok());
        QVERIFY(info.rules.first().autoClear);
        QVERIFY(info.rules.first().offDelay == 5s);
        QCOMPARE(info.rules.first().unit, QStringLiteral("km/h"));
        QCOMPARE(info.rules.first().title, QStringLiteral("r1"));
        const RulesResult delays = parseRules(ruleWith(R"("onDelay":1.5,"offDelay":0)"));
        QVERIFY(delays.ok());
        QVERIFY(delays.rules.first().onDelay == 1500ms);
        QVERIFY(delays.rules.first().offDelay == 0s);
    }

    void bandsAreSortedMostUrgentFirst()
    {
        const RulesResult result = parseRules(ruleWith(
            {}, R"("condition":"<","bands":[{"level":"warning","limit":20},{"level":"critical","limit":10}])"));
        QVERIFY(result.ok());
        QVERIFY(result.rules.first().bands.first().level == AlertLevel::Critical);
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("reason"); // a part of it
        const auto row = [](const char *name, const QByteArray &file, const char *key, const char *reason) {
            QTest::addRow("%s", name) << file << QString::fromLatin1(key) << QString::fromLatin1(reason);
        };
        row("not JSON", "{\"rules\": [", "", "not JSON");
        row("a list", "[]", "", "must be an object");
        row("no rules", "{}", "rules", "missing");
        row("rules is text", R"({"rules":"x"})", "rules", "list");
        row("a later version", R"({"version":2,"rules":[]})", "version", "must be 1");
        row("a rule that is a number", fileWith("3"), "", "object");
        row("no id", fileWith(R"({"code":"C","metric":"m","condition":">","limit":1,"level":"info"})"), "id",
            "missing");
        row("empty code", fileWith(R"({"id":"x","code":" ","metric":"m","condition":">","limit":1,"level":"info"})"),
            "code", "empty");
        row("unknown key", ruleWith(R"("latch":true)"), "latch", "not a key");
        row("later: schedule", ruleWith(R"("schedule":{})"), "schedule", "not a key");
        row("later: rate", ruleWith({}, R"("condition":"rate","limit":1,"level":"info")"), "condition", "none of");
        row("unknown level", ruleWith({}, R"("condition":">","limit":1,"level":"purple")"), "level", "none of");
        row("a source system's level", ruleWith({}, R"("condition":">","limit":1,"level":"high")"), "level", "none of");
        row("no level", ruleWith({}, R"("condition":">","limit":1)"), "level", "missing");
        row("no limit", ruleWith({}, R"("condition":">","level":"info")"), "limit", "missing");
        row("limit is text", ruleWith({}, R"("condition":">","limit":"4","level":"info")"), "limit", "number");
        row("pair for >", ruleWith({}, R"("condition":">","limits":[1,2],"level":"info")"), "limits",
            "takes \"limit\"");
        row("one for between", ruleWith({}, R"("condition":"between","limit":1,"level":"info")"), "limit", "takes");
        row("pair reversed", ruleWith({}, R"("condition":"outside","limits":[2,1],"level":"info")"), "limits", "lower");
        row("limit for items", ruleWith({}, R"("condition":"any_item","limit":1,"level":"info")"), "limit", "prefix");
        row("prefix for >", ruleWith(R"("prefix":"P0")"), "prefix", "any_item");
        row("level beside bands",
            ruleWith({}, R"("condition":">","level":"info","bands":[{"level":"info","limit":1}])"), "level", "bands");
        row("empty bands", ruleWith({}, R"("condition":">","bands":[])"), "bands", "at least one");
        row("unknown key in a band", ruleWith({}, R"("condition":">","bands":[{"level":"info","limit":1,"x":1}])"),
            "bands[0].x", "not a key");
        row("bands out of order",
            ruleWith({}, R"("condition":">","bands":[{"level":"info","limit":9},{"level":"critical","limit":1}])"),
            "bands", "beyond");
        row("one level twice",
            ruleWith({}, R"("condition":">","bands":[{"level":"info","limit":9},{"level":"info","limit":1}])"), "bands",
            "two of level info");
        row("clear beyond the limit", ruleWith(R"("clear":{"condition":"<","limit":2})"), "clear", "good side");
        row("clear the wrong way", ruleWith(R"("clear":{"condition":">","limit":0})"), "clear", "good side");
        row("clear and deadband", ruleWith(R"("clear":{"condition":"<","limit":0},"deadband":1)"), "deadband",
            "beside");
        row("negative deadband", ruleWith(R"("deadband":-1)"), "deadband", "negative");
        row("deadband too wide", ruleWith(R"("deadband":5)", R"("condition":"outside","limits":[0,10],"level":"info")"),
            "deadband", "nothing good");
        row("negative delay", ruleWith(R"("onDelay":-1)"), "onDelay", "from 0");
        row("delay as text", ruleWith(R"("offDelay":"10 s")"), "offDelay", "number");
        row("autoClear of a warning", ruleWith(R"("autoClear":true)"), "autoClear", "info alone");
        row("incident", ruleWith(R"("kind":"incident")"), "kind", "people");
        row("unknown placeholder", ruleWith(R"("message":"{value} of {speed}")"), "message", "{speed}");
        row("unknown match", ruleWith(R"("match":{"colour":["red"]})"), "match.colour", "not a key");
        row("match is a list", ruleWith(R"("match":[])"), "match", "object");
        row("match holds numbers", ruleWith(R"("match":{"tags":[1]})"), "match.tags", "texts");
        row("unless without a metric", ruleWith(R"("unless":{"condition":"==","limit":0})"), "unless.metric",
            "missing");
        row("actions is text", ruleWith(R"("actions":"Call")"), "actions", "list");
        row("a key twice", ruleWith(R"("unit":"a","unit":"b")"), "rules/0/unit", "twice");
    }
    void whatIsWrongIsNamed()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, key);
        QFETCH(QString, reason);
        const RulesResult result = parseRules(file);
        QVERIFY(result.rules.isEmpty());
        QCOMPARE(result.errors.size(), 1);
        QCOMPARE(result.errors.first().key, key);
        QVERIFY2(result.errors.first().reason.contains(reason), qPrintable(result.errors.first().reason));
    }

    void everyBadEntryIsListedWithItsLineAndNoneIsApplied()
    {
        const QByteArray file = R"({
  "rules": [
    {"id": "good", "code": "A", "metric": "speed", "condition": ">", "limit": 1, "level": "info"},
    {
      "id": "bad",
      "code": "B",
      "metric": "speed",
      "condition": ">",
      "limit": "fast",
      "level": "loud"
    },
    {"id": "good", "code": "C", "metric": "speed", "condition": ">", "limit": 1, "level": "info"}
  ],
  "extra": 1
})";
        const RulesResult result = parseRules(file);
        QVERIFY(result.rules.isEmpty());
        QStringList said;
        for (const RulesError &error : result.errors)
            said.append(toString(error));
        QCOMPARE(said.size(), 4);
        QCOMPARE(said.at(0), QStringLiteral("line 9: rule 2 (bad), limit: must be a number"));
        QVERIFY(said.at(1).startsWith(QStringLiteral("line 10: rule 2 (bad), level: \"loud\" is none of")));
        QCOMPARE(said.at(2), QStringLiteral("line 12: rule 3 (good), id: is used by an earlier rule"));
        QCOMPARE(said.at(3), QStringLiteral("line 14: extra: is not a key that this version knows"));
    }

    void brokenJsonNamesTheLine()
    {
        const RulesResult result = parseRules("{\n\"rules\": [\n{\"id\": }\n]}");
        QCOMPARE(result.errors.size(), 1);
        QCOMPARE(result.errors.first().line, 3);
    }

    void aFileThatIsNotThereIsAnError()
    {
        const QTemporaryDir dir;
        const RulesResult result = loadRulesFile(dir.filePath(QStringLiteral("none.json")));
        QCOMPARE(result.errors.size(), 1);
        QCOMPARE(result.errors.first().line, 0);
    }
};

QTEST_GUILESS_MAIN(TestRulesFile)
#include "test_rulesfile.moc"
