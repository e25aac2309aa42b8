// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RuleEditor.h"
#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLineSeries>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace tocsin;
using namespace tocsin::samples;

namespace {

// No raw literal: moc loses its way in one with such quotes.
const QByteArray file =
    "{\n"
    "  \"version\": 1,\n"
    "  \"comment\": \"of ours: \\\"rules\\\": [ ] {\",\n"
    "  \"rules\": [\n"
    "    {\"id\": \"hot\", \"code\": \"HOT\", \"name\": \"Engine temperature\", \"metric\": \"engine.temperature\",\n"
    "     \"condition\": \">\", \"bands\": [{\"level\": \"critical\", \"limit\": 115}, {\"level\": \"warning\", "
    "\"limit\": 105}]},\n"
    "    {\n"
    "      \"id\": \"fuel\",\n"
    "      \"code\": \"low_fuel\",\n"
    "      \"metric\": \"fuel.level\",\n"
    "      \"condition\": \"<\",\n"
    "      \"limit\": 5,\n"
    "      \"level\": \"warning\",\n"
    "      \"actions\": [\"Refuel\", \"Then, \\\"at once\\\", go on\"]\n"
    "    }\n"
    "  ]\n"
    "}\n";

RulesText readOf(const QByteArray &text)
{
    QString problem;
    return RulesText::read(text, &problem).value();
}

RulesAnswer inForce(const QByteArray &text = file, const QString &revision = s("r1"))
{
    RulesAnswer answer;
    answer.outcome = Outcome::done({});
    answer.text = text;
    answer.revision = revision;
    answer.origin = s("built in");
    return answer;
}

RulesAnswer wrongOf(const QList<RulesError> &errors)
{
    RulesAnswer answer;
    answer.outcome = Outcome::refused(s("invalid"), s("Something is wrong."));
    answer.errors = errors;
    return answer;
}

QJsonObject ruleOf(const RuleEditor &editor)
{
    return QJsonDocument::fromJson(editor.json().toUtf8()).object();
}

QString shown(const RuleForm &form, const QString &key, RuleForm::Role role = RuleForm::FieldTextRole)
{
    const int row = form.rowOf(key);
    return row < 0 ? s("no such row") : form.index(row).data(role).toString();
}

/// Somebody at the rules, with a desk that answers when the test says so.
struct Desk
{
    explicit Desk(bool opened = true)
    {
        DeskSnapshot snapshot;
        snapshot.devices = {device("van-1", "Unit 01"), device("van-2", "Unit 02")};
        devices.reset(snapshot, noon);
        link.open({});
        editor.open();
        if (opened)
            link.answerRules(inForce());
    }
    /// The check that follows a change.
    void check(const QList<RulesError> &errors = {})
    {
        QTRY_VERIFY(!link.askedRules.isEmpty());
        link.answerRules(errors.isEmpty() ? inForce() : wrongOf(errors), true);
        link.askedRules.clear();
    }
    FakeDeskLink link;
    DeviceListModel devices;
    RuleEditor editor{link, devices, {[] { return noon; }, QTimeZone::utc()}};
    QAbstractItemModelTester rows{&editor, QAbstractItemModelTester::FailureReportingMode::QtTest};
    QAbstractItemModelTester fields{editor.form(), QAbstractItemModelTester::FailureReportingMode::QtTest};
    QAbstractItemModelTester moments{editor.trial(), QAbstractItemModelTester::FailureReportingMode::QtTest};
};

} // namespace

class TestRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // --- the file's text

    void aFileIsCutIntoItsRulesAndPutTogetherAgain()
    {
        RulesText text = readOf(file);
        QCOMPARE(text.rules().size(), 2);
        QCOMPARE(RulesText::idOf(text.rules().at(1)), s("fuel"));
        QCOMPARE(readOf(text.text()), text);
        QCOMPARE(QJsonDocument::fromJson(text.text()), QJsonDocument::fromJson(file));
        text.rule(0) = R"({"id": "other"})";
        QVERIFY(
            text.text().contains("\"actions\": [\"Refuel\", \"Then, \\\"at once\\\", go on\"]")); // as it was written
        QVERIFY(text.text().startsWith(file.left(file.indexOf("rules\": [\n"))));
        text.remove(0);
        text.remove(0);
        QVERIFY(readOf(text.text()).rules().isEmpty());
        text.insert(0, R"({"id": "new"})");
        QCOMPARE(RulesText::idOf(readOf(text.text()).rules().first()), s("new"));
    }

    void theBuiltInRulesSurviveThemselves()
    {
        QFile builtIn(QStringLiteral(TOCSIN_SOURCE_DIR "/resources/rules/default.json"));
        QVERIFY(builtIn.open(QIODevice::ReadOnly));
        const QByteArray bytes = builtIn.readAll();
        RulesText text = readOf(bytes);
        QCOMPARE(text.text(), bytes); // nothing is written that nobody changed
        for (qsizetype i = 0; i < text.rules().size(); ++i) {
            const QJsonObject rule = QJsonDocument::fromJson(text.rules().at(i)).object();
            QCOMPARE(QJsonDocument::fromJson(ruleToText(rule)).object(), rule);
            text.rule(i) = ruleToText(rule);
        }
        // And what is written looks as people write it, but for the shortest form of a number.
        QCOMPARE(text.text(), QByteArray(bytes).replace("12.0,", "12,"));
    }

    void whatIsNoRulesFileSaysWhere_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("what");
        QTest::newRow("empty") << QByteArray() << s("line 1: ");
        QTest::newRow("broken") << QByteArray("{\n\"rules\": [\n{]}") << s("line 3: ");
        QTest::newRow("no list") << QByteArray(R"({"rules": 3})") << s("There is no list");
        QTest::newRow("a number in it") << QByteArray(R"({"rules": [3]})") << s("There is no list");
        QTest::newRow("two lists") << QByteArray(R"({"rules": [{}], "rules": []})") << s("There is more than one");
    }

    void whatIsNoRulesFileSaysWhere()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, what);
        QString problem;
        QVERIFY(!RulesText::read(text, &problem));
        QVERIFY2(problem.startsWith(what), qPrintable(problem));
    }

    void changesOfTwoPeopleAreMerged()
    {
        const RulesText base = readOf(file);
        RulesText mine = base;
        RulesText theirs = base;
        mine.rule(0) = R"({"id": "hot", "mine": 1})";
        mine.insert(2, R"({"id": "new"})");
        theirs.rule(1) = R"({"id": "fuel", "theirs": 1})";
        QStringList both;
        RulesText merged = RulesText::merged(base, mine, theirs, &both);
        QCOMPARE(merged.rules(), (QList<QByteArray>{mine.rules().at(0), theirs.rules().at(1), mine.rules().at(2)}));
        QVERIFY(both.isEmpty());
        theirs.rule(0) = R"({"id": "hot", "theirs": 1})";
        merged = RulesText::merged(base, mine, theirs, &both);
        QCOMPARE(merged.rules().at(0), mine.rules().at(0));
        QCOMPARE(both, QStringList{s("hot")});
        both.clear();
        mine.remove(1); // fuel
        merged = RulesText::merged(base, mine, theirs, &both);
        QCOMPARE(merged.rules().size(), 2);
        QCOMPARE(both, (QStringList{s("hot"), s("fuel")}));
    }

    // --- the form

    void theFormShowsWhatTheRuleIsAbout()
    {
        Desk desk;
        const RuleForm &form = *desk.editor.form();
        QCOMPARE(desk.editor.title(), s("Engine temperature"));
        QCOMPARE(shown(form, s("bands[1].limit")), s("105"));
        QCOMPARE(shown(form, s("limit")), s("no such row"));
        desk.editor.setCurrent(1);
        QCOMPARE(shown(form, s("limit")), s("5"));
        QCOMPARE(shown(form, s("actions")), s("Refuel\nThen, \"at once\", go on"));
        QCOMPARE(shown(form, s("window")), s("no such row"));
        desk.editor.setField(s("measure"), s("time_to_limit"));
        QCOMPARE(shown(form, s("window")), QString());
        QCOMPARE(shown(form, s("target.limit")), QString());
        desk.editor.setField(s("target.limit"), s("0"));
        QCOMPARE(ruleOf(desk.editor).value(s("target")).toObject().value(s("limit")).toDouble(-1), 0.0);
    }

    void aFieldChangesTheRuleAndAnEmptyOneGoes()
    {
        Desk desk;
        desk.editor.setCurrent(1);
        desk.editor.setField(s("match.classes"), s(" Tanker, Delivery* ,"));
        QCOMPARE(ruleOf(desk.editor).value(s("match")).toObject().value(s("classes")).toArray(),
                 (QJsonArray{s("Tanker"), s("Delivery*")}));
        desk.editor.setField(s("match.classes"), {});
        QVERIFY(!ruleOf(desk.editor).contains(s("match")));
        desk.editor.setField(s("latch"), s("true"));
        QVERIFY(ruleOf(desk.editor).value(s("latch")).toBool());
        desk.editor.setField(s("latch"), {});
        QVERIFY(!ruleOf(desk.editor).contains(s("latch")));
        desk.editor.setField(s("ladder"), s("60, 180, soon"));
        QCOMPARE(ruleOf(desk.editor).value(s("ladder")).toArray(),
                 (QJsonArray{60, 180, s("soon")})); // the check says so
        desk.editor.setField(s("limit"), s("5,5"));
        QCOMPARE(ruleOf(desk.editor).value(s("limit")), QJsonValue(s("5,5")));
        desk.editor.setField(s("limit"), s("1250000"));
        QCOMPARE(shown(*desk.editor.form(), s("limit")), s("1250000"));
        desk.editor.setField(s("schedule"), s(R"({"times": []})"));
        QVERIFY(ruleOf(desk.editor).value(s("schedule")).isObject());
        desk.editor.setField(s("nonsense"), s("x"));
        QVERIFY(!ruleOf(desk.editor).contains(s("nonsense")));
    }

    void levelsComeAndGo()
    {
        Desk desk;
        desk.editor.setCurrent(1);
        desk.editor.act(s("bands+"));
        QCOMPARE(ruleOf(desk.editor).value(s("bands")).toArray().size(), 2);
        QVERIFY(!ruleOf(desk.editor).contains(s("limit")));
        desk.editor.setField(s("bands[0].limit"), s("2"));
        desk.editor.setField(s("bands[0].level"), s("critical"));
        desk.editor.act(s("bands-1"));
        QCOMPARE(ruleOf(desk.editor).value(s("limit")).toDouble(), 2.0);
        QCOMPARE(ruleOf(desk.editor).value(s("level")).toString(), s("critical"));
        QVERIFY(!ruleOf(desk.editor).contains(s("bands")));
        desk.editor.setField(s("condition"), s("outside"));
        QCOMPARE(ruleOf(desk.editor).value(s("limits")).toArray(), (QJsonArray{2, 2}));
        desk.editor.setField(s("limits[1]"), s("8"));
        desk.editor.setField(s("condition"), s(">"));
        QCOMPARE(ruleOf(desk.editor).value(s("limit")).toDouble(), 2.0);
    }

    // --- the editor

    void rulesAreReadOnceThePageIsLookedAt()
    {
        Desk desk(false);
        QVERIFY(!desk.editor.loaded());
        desk.editor.open(); // asked already
        QCOMPARE(desk.link.askedRules.size(), 1);
        desk.link.answerRules(inForce());
        QCOMPARE(desk.editor.count(), 2);
        QCOMPARE(desk.editor.index(0).data(RuleEditor::RuleDetailRole).toString(), s("engine.temperature > 115"));
        QCOMPARE(desk.editor.index(0).data(RuleEditor::RuleLevelRole).toInt(), 2);
        QCOMPARE(desk.editor.index(1).data(RuleEditor::RuleNameRole).toString(), s("fuel")); // it has no name
        QVERIFY(!desk.editor.dirty() && !desk.editor.canSave() && !desk.editor.canUndo());
        desk.editor.open();
        RulesAnswer refused;
        refused.outcome = Outcome::refused(s("offline"), s("The server is away."));
        desk.link.answerRules(refused);
        QCOMPARE(desk.editor.status(), s("The rules could not be read: The server is away."));
        QCOMPARE(desk.editor.count(), 2); // what was known stays
    }

    void aPageThatIsOpenBeforeTheServerAnswersReadsThemOnceItDoes()
    {
        FakeDeskLink link;
        DeviceListModel devices;
        RuleEditor editor{link, devices, {[] { return noon; }, QTimeZone::utc()}};
        link.setState(DeskLink::State::Reconnecting);
        link.open({});
        QVERIFY(link.askedRules.isEmpty()); // nobody looks
        link.setState(DeskLink::State::Reconnecting);
        editor.open();
        RulesAnswer refused;
        refused.outcome = Outcome::refused(s("offline"), s("The server is away."));
        link.answerRules(refused);
        QVERIFY(!editor.loaded());
        link.open({});
        QCOMPARE(link.askedRules.size(), 1);
        link.answerRules(inForce());
        QCOMPARE(editor.count(), 2);
    }

    void aWrongFieldIsNamedAndNothingCanBeSaved()
    {
        Desk desk;
        desk.editor.setCurrent(1);
        desk.editor.setField(s("limit"), s("five"));
        QVERIFY(desk.editor.dirty());
        QTRY_COMPARE(desk.link.askedRules.size(), 1);
        QVERIFY(desk.link.askedRules.first().text.contains("\"five\""));
        desk.check({{12, 1, s("fuel"), s("limit"), s("must be a number")},
                    {3, 0, s("hot"), s("bands[1].level"), s("is not known")},
                    {9, 1, s("fuel"), {}, s("is twice there")}});
        const RuleForm &form = *desk.editor.form();
        QCOMPARE(shown(form, s("limit"), RuleForm::FieldErrorRole), s("must be a number"));
        QCOMPARE(shown(form, s("code"), RuleForm::FieldErrorRole), QString());
        QCOMPARE(desk.editor.problems(), QStringList{s("is twice there")});
        QCOMPARE(desk.editor.index(0).data(RuleEditor::RuleWrongRole).toInt(), 1);
        QCOMPARE(desk.editor.index(1).data(RuleEditor::RuleWrongRole).toInt(), 2);
        QVERIFY(!desk.editor.canSave());
        QCOMPARE(form.firstWrong(), form.rowOf(s("limit")));
        desk.editor.setCurrent(0);
        QCOMPARE(shown(form, s("bands[1].level"), RuleForm::FieldErrorRole), s("is not known"));
        QVERIFY(desk.editor.problems().isEmpty());
        desk.editor.setCurrent(1);
        desk.editor.setField(s("limit"), s("6"));
        desk.check();
        QCOMPARE(shown(form, s("limit"), RuleForm::FieldErrorRole), QString());
        QVERIFY(desk.editor.canSave());
    }

    void typingIsOneStepAndUndoGoesBack()
    {
        Desk desk;
        const QString before = desk.editor.json();
        for (const char *text : {"E", "En", "Eng"})
            desk.editor.setField(s("name"), s(text));
        desk.editor.setField(s("code"), s("X"));
        desk.editor.undo();
        QCOMPARE(ruleOf(desk.editor).value(s("name")).toString(), s("Eng"));
        desk.editor.undo();
        QCOMPARE(desk.editor.json(), before);
        QVERIFY(!desk.editor.dirty() && !desk.editor.canUndo());
        desk.editor.removeRule();
        desk.editor.removeRule();
        QCOMPARE(desk.editor.count(), 0);
        QCOMPARE(desk.editor.current(), -1);
        QVERIFY(desk.editor.json().isEmpty());
        desk.editor.undo();
        desk.editor.undo();
        QCOMPARE(desk.editor.count(), 2);
        desk.editor.duplicateRule();
        QCOMPARE(desk.editor.index(desk.editor.current()).data(RuleEditor::RuleIdRole).toString(), s("hot-2"));
        desk.editor.addRule();
        QCOMPARE(desk.editor.count(), 4);
        QCOMPARE(desk.editor.title(), s("New rule"));
        desk.editor.discard();
        QCOMPARE(desk.editor.count(), 2);
        QVERIFY(!desk.editor.dirty());
        desk.editor.undo(); // even that
        QCOMPARE(desk.editor.count(), 4);
        for (int i = 0; i < 3 * RuleEditor::MostUndo; ++i)
            desk.editor.act(i % 2 == 0 ? s("bands+") : s("bands-1"));
        int steps = 0;
        while (desk.editor.canUndo() && ++steps < 1000)
            desk.editor.undo();
        QCOMPARE(steps, RuleEditor::MostUndo);
    }

    void theTextIsTheRuleAsWell()
    {
        Desk desk;
        QVERIFY(desk.editor.json().startsWith(s("{\"id\": \"hot\"")));
        desk.editor.setJson(s("{\"id\": \"hot\", \"metric\": }"));
        QVERIFY2(desk.editor.jsonProblem().startsWith(s("line 1: ")), qPrintable(desk.editor.jsonProblem()));
        QVERIFY(!desk.editor.dirty());
        desk.editor.setJson(s("[]"));
        QVERIFY(!desk.editor.jsonProblem().isEmpty());
        desk.editor.setJson(s("{\n  \"id\": \"hot\",\n  \"metric\": \"x.y\"\n}"));
        QVERIFY(desk.editor.jsonProblem().isEmpty());
        QCOMPARE(shown(*desk.editor.form(), s("metric")), s("x.y"));
        QCOMPARE(desk.editor.json(), s("{\n  \"id\": \"hot\",\n  \"metric\": \"x.y\"\n}")); // as it was written
    }

    void savingPutsThemInForce()
    {
        Desk desk;
        desk.editor.setField(s("name"), s("Coolant"));
        desk.check();
        desk.editor.save();
        QVERIFY(!desk.editor.canSave()); // under way
        QCOMPARE(desk.link.askedRules.size(), 1);
        QCOMPARE(desk.link.askedRules.first().revision, s("r1"));
        const QByteArray text = desk.link.askedRules.first().text;
        desk.link.answerRules(inForce(text, s("r2")));
        QVERIFY(!desk.editor.dirty() && !desk.editor.canUndo());
        QCOMPARE(desk.editor.status(), s("Saved: these rules are in force."));
        desk.editor.setField(s("name"), s("Coolant 2"));
        desk.check();
        desk.editor.save();
        QCOMPARE(desk.link.askedRules.first().revision, s("r2"));
        RulesAnswer refused;
        refused.outcome = Outcome::refused(s("storage_failed"), s("The disk is full."));
        desk.link.answerRules(refused);
        QCOMPARE(desk.editor.status(), s("The rules were not saved: The disk is full."));
        QVERIFY(desk.editor.dirty() && desk.editor.canSave());
    }

    void whoComesSecondChoosesWhatBecomesOfBoth()
    {
        for (const bool keeps : {false, true}) {
            Desk desk;
            desk.editor.setField(s("name"), s("Coolant"));
            desk.check();
            desk.editor.save();
            RulesText theirs = readOf(file);
            theirs.rule(1) =
                R"({"id": "fuel", "code": "theirs", "metric": "m", "condition": "<", "limit": 1, "level": "info"})";
            RulesAnswer superseded = inForce(theirs.text(), s("r7"));
            superseded.outcome = Outcome::refused(s("superseded"), s("Somebody was faster."));
            desk.link.answerRules(superseded);
            QVERIFY(desk.editor.conflict() && !desk.editor.canSave());
            desk.editor.open(); // nothing is thrown away by looking again
            QVERIFY(desk.link.askedRules.isEmpty());
            if (!keeps) {
                desk.editor.takeTheirs();
                QVERIFY(!desk.editor.dirty() && !desk.editor.conflict());
                QCOMPARE(desk.editor.title(), s("Engine temperature"));
                continue;
            }
            desk.editor.keepMine();
            QVERIFY(desk.editor.dirty() && !desk.editor.conflict());
            QCOMPARE(desk.editor.title(), s("Coolant"));
            desk.check();
            desk.editor.save();
            QCOMPARE(desk.link.askedRules.first().revision, s("r7"));
            QVERIFY(desk.link.askedRules.first().text.contains("\"theirs\""));
            QVERIFY(desk.link.askedRules.first().text.contains("\"Coolant\""));
        }
    }

    void otherRulesAfterALossAreShownUnlessSomethingIsChanged()
    {
        Desk desk;
        desk.link.setState(DeskLink::State::Reconnecting);
        desk.link.setState(DeskLink::State::Open);
        QCOMPARE(desk.link.askedRules.size(), 1);
        RulesText theirs = readOf(file);
        theirs.remove(0);
        desk.link.answerRules(inForce(theirs.text(), s("r2")));
        QCOMPARE(desk.editor.count(), 1);
        desk.editor.setField(s("name"), s("Fuel"));
        desk.link.setState(DeskLink::State::Reconnecting);
        desk.link.setState(DeskLink::State::Open);
        QVERIFY(desk.link.askedRules.isEmpty());
        QCOMPARE(desk.editor.title(), s("Fuel"));
    }

    // --- the trial

    void aTrialSaysWhatWouldHaveBeen()
    {
        Desk desk;
        RuleTrialModel &trial = *desk.editor.trial();
        trial.run(); // no device yet
        QVERIFY(desk.link.askedRules.isEmpty());
        QCOMPARE(trial.devices(), (QStringList{s("Unit 01"), s("Unit 02")}));
        trial.setDevice(1);
        trial.setSpanIndex(1);
        // Canceled, a late answer changes nothing.
        trial.run();
        QVERIFY(trial.busy());
        trial.cancel();
        QVERIFY(!trial.busy());
        QCOMPARE(trial.summary(), s("Canceled."));
        desk.link.answerTrial({});
        desk.link.answerHistory({});
        QCOMPARE(trial.summary(), s("Canceled."));
        trial.cancel(); // nothing to cancel
        QVERIFY(!trial.done());
        trial.run();
        QVERIFY(trial.busy());
        QCOMPARE(desk.link.askedRules.size(), 1);
        const RuleTrial asked = *desk.link.askedRules.first().trial;
        QCOMPARE(asked.deviceId, s("van-2"));
        QCOMPARE(asked.to, noon);
        QCOMPARE(asked.from, noon - 6h);
        QCOMPARE(RulesText::idOf(asked.rule), s("hot"));
        QCOMPARE(desk.link.askedHistory.first().query.channels, QStringList{s("engine.temperature")});
        RuleTrialAnswer answer;
        answer.outcome = Outcome::done({});
        answer.readings = 7200;
        using What = RuleTrialMoment::What;
        answer.moments = {{noon - 3h, What::Raised, AlertLevel::Warning, 106.0, s("106 °C, limit 105 °C")},
                          {noon - 2h - 30min, What::Level, AlertLevel::Critical, 116.0, s("116 °C, limit 115 °C")},
                          {noon - 90min, What::Cleared, AlertLevel::Critical, 100.0, {}},
                          {noon - 30min, What::Raised, AlertLevel::Warning, 107.0, s("107 °C, limit 105 °C")}};
        desk.link.answerTrial(answer);
        desk.link.answerHistory({{}, {{s("engine.temperature"), {{noon - 4h, 90}, {noon - 2h, 116}, {noon, 101}}}}});
        QVERIFY(!trial.busy() && trial.done() && !trial.outdated());
        QCOMPARE(trial.summary(), s("Raised 2 times, open for 2 h in all, of 7200 readings."));
        QCOMPARE(trial.rowCount(), 4);
        QCOMPARE(trial.index(0).data(RuleTrialModel::MomentTextRole).toString(), s("warning: 106 °C, limit 105 °C"));
        QCOMPARE(trial.index(0).data(RuleTrialModel::PlaceRole).toDouble(), 0.5);
        QCOMPARE(trial.index(0).data(RuleTrialModel::SpanRole).toDouble(), 0.25);
        QCOMPARE(trial.index(3).data(RuleTrialModel::SpanRole).toDouble(), 0.5 / 6); // still open at the end
        QCOMPARE(trial.index(1).data(RuleTrialModel::SpanRole).toDouble(), 0.0);
        QVERIFY(trial.line()->hasData());
        QCOMPARE(trial.limits().size(), 2);
        QCOMPARE(trial.limits().first().toMap().value(s("label")).toString(), s("limit 115"));
        desk.editor.setField(s("bands[1].limit"), s("108"));
        QVERIFY(trial.outdated());
    }

    void aTrialAboutAGeofenceShowsWhereTheDeviceWas()
    {
        Desk desk;
        RuleTrialModel &trial = *desk.editor.trial();
        trial.setDevice(0);
        desk.editor.setField(s("metric"), s("fence.harbour"));
        desk.link.askedRules.clear();
        trial.run();
        RuleTrialAnswer answer;
        answer.outcome = Outcome::done({});
        answer.readings = answer.positions = 360;
        using What = RuleTrialMoment::What;
        answer.moments = {{noon - 3h, What::Raised, AlertLevel::Warning, 1.0, s("In the harbour")},
                          {noon - 2h, What::Cleared, AlertLevel::Warning, 0.0, {}}};
        answer.drawn = {{noon - 5h, 0}, {noon - 3h, 0}, {noon - 3h, 1}, {noon - 2h, 1}, {noon - 2h, 0}, {noon, 0}};
        desk.link.answerHistory({}); // the history knows no geofences
        QVERIFY(!trial.line()->hasData());
        desk.link.answerTrial(answer);
        QCOMPARE(trial.summary(), s("Raised once, open for 1 h in all, of 360 positions."));
        QVERIFY(trial.line()->hasData());
        QVERIFY(trial.done() && !trial.busy());
        QLineSeries series;
        QVERIFY(trial.fill(&series));
        QCOMPARE(series.count(), 6); // each entry and exit

        trial.run();
        QVERIFY(trial.fill(&series));
        QCOMPARE(series.count(), 0);
        answer = {};
        answer.outcome = Outcome::done({});
        desk.link.answerTrial(answer);
        QCOMPARE(trial.summary(),
                 s("No position of the device was recorded in that time, so nothing says where it was."));
        trial.run();
        answer.positions = 12;
        desk.link.answerTrial(answer);
        QCOMPARE(trial.summary(),
                 s("None of 12 recorded positions was good enough to say on which side of the geofence "
                   "it was."));
        trial.run();
        answer.readings = 12;
        desk.link.answerTrial(answer);
        QCOMPARE(trial.summary(), s("Nothing would have been raised, of 12 positions."));
    }

    void theLimitsOfATrialHaveTheDecimalsThatTheyHave()
    {
        Desk desk;
        RuleTrialModel &trial = *desk.editor.trial();
        trial.setDevice(0);
        desk.editor.setField(s("bands[0].limit"), s("1.1"));
        desk.editor.setField(s("bands[1].limit"), s("0.07")); // no sum of powers of two
        trial.run();
        QCOMPARE(trial.limits().at(0).toMap().value(s("label")).toString(), s("limit 1.1"));
        QCOMPARE(trial.limits().at(1).toMap().value(s("label")).toString(), s("limit 0.07"));
    }

    void aTrialThatCannotBeSaysWhy()
    {
        Desk desk;
        RuleTrialModel &trial = *desk.editor.trial();
        trial.setDevice(0);
        desk.editor.setField(s("measure"), s("rate"));
        desk.link.askedRules.clear();
        trial.run();
        QVERIFY(trial.limits().isEmpty()); // a rate is no value of the metric
        RuleTrialAnswer answer;
        answer.outcome = Outcome::refused(s("invalid"), s("It is wrong."));
        answer.errors = {{1, 0, s("hot"), s("window"), s("is missing")}};
        desk.link.answerTrial(answer);
        QCOMPARE(trial.summary(), s("The rule is not right yet."));
        trial.run();
        const quint64 first = desk.link.askedRules.first().id;
        trial.setSpanIndex(0);
        trial.run(); // the first one is no longer wanted
        RuleTrialAnswer late;
        late.outcome = Outcome::done({});
        Q_EMIT desk.link.ruleTried(first, late);
        QVERIFY(trial.busy());
        desk.link.askedRules.removeFirst();
        desk.link.answerTrial(late);
        QCOMPARE(trial.summary(), s("The device told nothing of this in that time."));
    }
};

QTEST_GUILESS_MAIN(TestRules)
#include "test_rules.moc"
