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
            QVERIFY2(!rule.guidance.isEmpty(), qPrintable(rule.id));
            QCOMPARE(rule.latch, rule.code == QLatin1String("CRASH_DETECTED")); // a trouble code is not
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
        row("unknown key", ruleWith(R"("latches":true)"), "latches", "not a key");
        row("latch is text", ruleWith(R"("latch":"yes")"), "latch", "true or false");
        row("latch and autoClear",
            ruleWith(R"("latch":true,"autoClear":true)", R"("condition":">","limit":1,"level":"info")"), "autoClear",
            "latch");
        row("unknown measure", ruleWith(R"("measure":"speed")"), "measure", "none of");
        row("rate without a window", ruleWith(R"("measure":"rate")"), "window", "missing");
        row("a window for a value", ruleWith(R"("window":30)"), "window", "alone");
        row("a window of no time", ruleWith(R"("measure":"rate","window":0)"), "window", "from 1");
        row("rate of an event", ruleWith(R"("measure":"rate","window":30,"kind":"event")"), "kind", "condition");
        row("rate of items", ruleWith(R"("measure":"rate","window":30)", R"("condition":"any_item","level":"info")"),
            "condition", "value alone");
        row("no target",
            ruleWith(R"("measure":"time_to_limit","window":60)", R"("condition":"<","limit":60,"level":"info")"),
            "target", "missing");
        row("a target that is passed both ways",
            ruleWith(R"("measure":"time_to_limit","window":60,"target":{"condition":"==","limit":5})",
                     R"("condition":"<","limit":60,"level":"info")"),
            "target.condition", "must be one of");
        row("much time left", ruleWith(R"("measure":"time_to_limit","window":60,"target":{"condition":">","limit":5})"),
            "condition", "little time");
        row("target of a value", ruleWith(R"("target":{"condition":">","limit":5})"), "target", "alone");
        row("short silence", ruleWith(R"("measure":"silence")", R"("condition":"<","limit":60,"level":"info")"),
            "condition", "lasts");
        row("silence, unless", ruleWith(R"("measure":"silence","unless":{"metric":"m","condition":"==","limit":0})"),
            "unless", "no reading");
        row("count of one", ruleWith(R"("count":1,"count_window":10)"), "count", "from 2");
        row("count and a half", ruleWith(R"("count":2.5,"count_window":10)"), "count", "whole");
        row("count without a window", ruleWith(R"("count":3)"), "count_window", "missing");
        row("a window without a count", ruleWith(R"("count_window":10)"), "count_window", "beside");
        row("ladder downwards", ruleWith(R"("ladder":[60,30])"), "ladder", "later than");
        row("ladder of texts", ruleWith(R"("ladder":["60"])"), "ladder", "list");
        row("empty ladder", ruleWith(R"("ladder":[])"), "ladder", "1 to 9");
        row("negative shelf", ruleWith(R"("max_shelf":-1)"), "max_shelf", "from 0");
        row("shelf of an emergency", ruleWith(R"("max_shelf":60)", R"("condition":">","limit":1,"level":"emergency")"),
            "max_shelf", "must not be shelved");
        row("grace of no time", ruleWith(R"("ack_grace":0)"), "ack_grace", "from 1");
        row("comment demanded by text", ruleWith(R"("ack_comment":"why")"), "ack_comment", "true or false");
        row("a parent that is not there", ruleWith(R"("inhibited_by":["x"])"), "inhibited_by", "no rule");
        row("its own parent", ruleWith(R"("inhibited_by":["r1"])"), "inhibited_by", "leads back");
        row("parents of an emergency",
            ruleWith(R"("inhibited_by":["DEVICE_STALE"])", R"("condition":">","limit":1,"level":"emergency")"),
            "inhibited_by", "never suppressed");
        row("schedule is text", ruleWith(R"("schedule":"always")"), "schedule", "object");
        row("schedule without a name", ruleWith(R"("schedule":{"times":[{"from":"08:00","to":"18:00"}]})"),
            "schedule.name", "missing");
        row("schedule without times", ruleWith(R"("schedule":{"name":"n"})"), "schedule.times", "missing");
        row("no such zone",
            ruleWith(R"("schedule":{"name":"n","zone":"Mars/Base","times":[{"from":"08:00","to":"18:00"}]})"),
            "schedule.zone", "no time zone");
        row("no such day",
            ruleWith(R"("schedule":{"name":"n","times":[{"days":["fri","day"],"from":"08:00","to":"18:00"}]})"),
            "schedule.times[0].days", "\"day\" is none");
        row("no such time", ruleWith(R"("schedule":{"name":"n","times":[{"from":"8","to":"18:00"}]})"),
            "schedule.times[0].from", "08:00");
        row("no time at all", ruleWith(R"("schedule":{"name":"n","times":[{"from":"08:00","to":"08:00"}]})"),
            "schedule.times[0].to", "another");
        row("no such date",
            ruleWith(
                R"("schedule":{"name":"n","times":[{"from":"08:00","to":"18:00"}],"exceptions":[{"date":"2026-02-30"}]})"),
            "schedule.exceptions[0].date", "date");
        row("later: rate as a condition", ruleWith({}, R"("condition":"rate","limit":1,"level":"info")"), "condition",
            "none of");
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

    void rulesThatSuppressEachOtherInACircleAreNamed()
    {
        const QByteArray one =
            R"({"id":"a","code":"A","metric":"m","condition":">","limit":1,"level":"info","inhibited_by":["b"]})";
        const QByteArray two =
            R"({"id":"b","code":"B","metric":"m","condition":">","limit":1,"level":"info","inhibited_by":["a"]})";
        const QByteArray three =
            R"({"id":"c","code":"C","metric":"m","condition":">","limit":1,"level":"info","inhibited_by":["a"]})";
        const RulesResult result = parseRules(fileWith(one + ",\n" + two + ",\n" + three));
        QCOMPARE(result.errors.size(), 2); // c is no part of the circle
        QCOMPARE(result.errors.first().ruleId, QStringLiteral("a"));
        QCOMPARE(result.errors.last().line, 3);
    }

    void whatIsWrittenIsReadAgain()
    {
        const QByteArray everything =
            R"({"version":1,"comment":"All there is","rules":[)"
            R"({"id":"a","code":"A","name":"N","title":"T","category":"c","comment":"why","metric":"engine.temperature","measure":"rate","window":30.5,)"
            R"( "match":{"devices":["v*"],"kinds":["vehicle"],"classes":["Van"],"tags":["x","y"],"sources":["sim:*"]},)"
            R"( "condition":"outside","bands":[{"level":"critical","limits":[-2,2]},{"level":"warning","limits":[-1,1]}],"deadband":0.25,)"
            R"( "unless":{"metric":"engine.rpm","condition":"between","limits":[0,10]},)"
            R"( "onDelay":1.5,"offDelay":0,"count":3,"count_window":60,"latch":true,"ack_comment":true,"ladder":[30,60.5],"ack_ttl":0,"ack_grace":7,)"
            R"( "max_shelf":90,"inhibited_by":["b","DEVICE_STALE"],"message":"{rate} 'quoted'","unit":"K/s","actions":["One","Two"],"guidance":"Long",)"
            R"( "schedule":{"name":"Nights","zone":"Europe/Berlin","times":[{"days":["mon","sun"],"from":"22:00","to":"06:30"},{"from":"00:00","to":"24:00"}],)"
            R"(  "exceptions":[{"date":"2026-12-24"},{"date":"2026-12-25","from":"08:00","to":"09:05"}]}},)"
            R"({"id":"b","code":"B","metric":"fuel.level","measure":"time_to_limit","window":600,"target":{"condition":"<=","limit":10},"condition":"<",)"
            R"( "limit":900,"level":"info","autoClear":false,"clear":{"condition":">=","limit":1200}},)"
            R"({"id":"c","code":"C","metric":"speed","measure":"silence","condition":">=","limit":120,"level":"info","unit":""},)"
            R"({"id":"d","code":"D","kind":"event","metric":"diagnostic.codes","condition":"any_item","bands":[{"level":"critical","prefix":"P0"},{"level":"warning"}]},)"
            R"({"id":"e","code":"E","metric":"speed","condition":">","limit":1e-7,"level":"emergency"})"
            R"(]})";
        const RulesResult read = parseRules(everything);
        for (const RulesError &error : read.errors)
            qWarning("%s", qPrintable(toString(error)));
        QVERIFY(read.ok());
        const QByteArray written = toJson(read.rules, read.comment);
        const RulesResult again = parseRules(written);
        for (const RulesError &error : again.errors)
            qWarning("%s", qPrintable(toString(error)));
        QVERIFY(again.ok());
        QCOMPARE(again.comment, QStringLiteral("All there is"));
        QCOMPARE(again.rules.size(), read.rules.size());
        for (qsizetype i = 0; i < read.rules.size(); ++i)
            QVERIFY2(again.rules.at(i) == read.rules.at(i), qPrintable(read.rules.at(i).id));
        QCOMPARE(toJson(again.rules, again.comment), written);
        const RulesResult builtIn = parseRules(toJson(builtInRules()));
        QVERIFY(builtIn.ok());
        QVERIFY(builtIn.rules == builtInRules());
        QVERIFY(parseRules(toJson({})).ok());
    }

    void oneRuleAloneMayNameOthers()
    {
        const RulesResult alone =
            parseRule("{\"id\":\"a\",\n\"code\":\"A\",\"metric\":\"m\",\"condition\":\">\",\"limit\":1,"
                      "\"level\":\"info\",\"inhibited_by\":[\"who\"]}");
        QVERIFY(alone.ok());
        QCOMPARE(alone.rules.size(), 1);
        const RulesResult wrong = parseRule("{\"id\":\"a\",\n\"code\":5}");
        QCOMPARE(wrong.errors.first().ruleId, QStringLiteral("a"));
        QVERIFY(std::any_of(wrong.errors.cbegin(), wrong.errors.cend(), [](const RulesError &error) {
            return error.key == QLatin1String("code") && error.line == 2;
        }));
        QVERIFY(!parseRule("{},{}").ok());
        QVERIFY(!parseRule("").ok());
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
