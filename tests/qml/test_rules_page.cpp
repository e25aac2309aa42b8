// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/DeskBench.h"
#include "tests/qml/RulesPageTest.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tocsin;

namespace {

/// On the page, with the built-in rules.
void open(DeskBench &bench)
{
    bench.window()->resize(1920, 1000);
    bench.key(Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(!bench.link().askedRules.isEmpty());
    scene::answerRules(bench.link());
}

QJsonObject shownRule(DeskBench &bench)
{
    return QJsonDocument::fromJson(bench.console().rules()->json().toUtf8()).object();
}

} // namespace

void TestRulesPage::the_page_opens_by_its_key_and_reads_the_rules()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QVERIFY(bench.link().askedRules.isEmpty()); // not before somebody looks
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("Engine temperature, engine.temperature > 115")));
    QVERIFY(bench.find(QStringLiteral("Dana R.: PANIC"))); // the queue stays
    QVERIFY(bench.click(QStringLiteral("Fuel level, fuel.level < 5")));
    QTRY_COMPARE(bench.console().rules()->title(), QStringLiteral("Fuel level"));
}

void TestRulesPage::a_field_is_typed_into_and_what_is_wrong_stands_below_it()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("Engine temperature")));
    QVERIFY(bench.click(QStringLiteral("Engine temperature")));
    QTRY_VERIFY(bench.find(QStringLiteral("Name")));
    QVERIFY(bench.click(QStringLiteral("Name")));
    bench.key(Qt::Key_A, Qt::ControlModifier);
    bench.type(QStringLiteral("Coolant 5."));
    QTRY_COMPARE(bench.console().rules()->title(), QStringLiteral("Coolant 5."));
    QTRY_COMPARE(bench.link().askedRules.size(), 1);
    RulesAnswer answer;
    answer.outcome = Outcome::refused(QStringLiteral("invalid"), QStringLiteral("Wrong."));
    answer.errors = {{3, 1, QStringLiteral("engine-overheat"), QStringLiteral("name"), QStringLiteral("is taken")}};
    bench.link().answerRules(answer);
    QTRY_VERIFY(bench.find(QStringLiteral("Name: is taken")));
    QVERIFY(bench.find(QStringLiteral("Coolant 5., engine.temperature > 115, 1 wrong")));
    QVERIFY(!bench.find(QStringLiteral("Save"))->isEnabled());
    bench.type(QStringLiteral("1"));
    QTRY_COMPARE(bench.link().askedRules.size(), 1);
    scene::answerRules(bench.link());
    QTRY_VERIFY(bench.find(QStringLiteral("Save"))->isEnabled());
    QVERIFY(!bench.find(QStringLiteral("Name: is taken")));
    QVERIFY(bench.click(QStringLiteral("Save")));
    QTRY_COMPARE(bench.link().askedRules.size(), 1);
    QVERIFY(bench.link().askedRules.first().text.contains("\"Coolant 5.1\""));
    QCOMPARE(bench.link().askedRules.first().revision, QStringLiteral("r1"));
}

void TestRulesPage::a_level_is_added_and_taken_back()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("Engine temperature")));
    bench.console().rules()->setCurrent(1);
    QTRY_VERIFY(bench.find(QStringLiteral("Level 2: warning")));
    bench.find(QStringLiteral("Level 2: info"))->forceActiveFocus(); // it may be below the edge
    bench.key(Qt::Key_Space);
    QTRY_COMPARE(
        shownRule(bench).value(QStringLiteral("bands")).toArray().at(1).toObject().value(QStringLiteral("level")),
        QJsonValue(QStringLiteral("info")));
    QVERIFY(bench.click(QStringLiteral("Undo")));
    QTRY_COMPARE(
        shownRule(bench).value(QStringLiteral("bands")).toArray().at(1).toObject().value(QStringLiteral("level")),
        QJsonValue(QStringLiteral("warning")));
    bench.find(QStringLiteral("Remove level 1"))->forceActiveFocus();
    bench.key(Qt::Key_Space);
    QTRY_COMPARE(shownRule(bench).value(QStringLiteral("limit")).toDouble(), 105.0);
    QTRY_VERIFY(!bench.find(QStringLiteral("Level 2: warning")));
}

void TestRulesPage::the_text_is_edited_as_well()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("Engine temperature")));
    QVERIFY(bench.click(QStringLiteral("Text")));
    QTRY_VERIFY(bench.find(QStringLiteral("The rule as text")));
    QVERIFY(bench.click(QStringLiteral("The rule as text")));
    bench.key(Qt::Key_A, Qt::ControlModifier);
    bench.type(QStringLiteral("{\"id\": \"x\", "));
    QTRY_VERIFY(bench.find(QStringLiteral("line 1: ")));
    bench.type(QStringLiteral("\"name\": \"X\"}"));
    QTRY_COMPARE(bench.console().rules()->title(), QStringLiteral("X"));
    QVERIFY(!bench.find(QStringLiteral("line 1: ")));
}

void TestRulesPage::a_trial_shows_when_it_would_have_been_raised()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    bench.console().rules()->setCurrent(1);
    QTRY_VERIFY(bench.find(QStringLiteral("Try")));
    QVERIFY(bench.click(bench.console().rules()->trial()->devices().constFirst()));
    QTRY_VERIFY(bench.console().rules()->trial()->device() >= 0);
    QVERIFY(bench.click(QStringLiteral("Try")));
    QTRY_COMPARE(bench.link().askedRules.size(), 1);
    scene::answerTrial(bench.link());
    QTRY_VERIFY(bench.console().rules()->trial()->summary().startsWith(QStringLiteral("Raised 3 times")));
    QTRY_VERIFY(bench.find(QStringLiteral("Coolant, °C, Raised 3 times")));
    QTRY_COMPARE(bench.console().rules()->trial()->rowCount(), 6);
}

void TestRulesPage::whoever_saves_second_is_asked()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    bench.console().rules()->setCurrent(1);
    bench.console().rules()->setField(QStringLiteral("name"), QStringLiteral("Coolant"));
    QTRY_COMPARE(bench.link().askedRules.size(), 1);
    scene::answerRules(bench.link());
    QVERIFY(bench.click(QStringLiteral("Save")));
    QTRY_COMPARE(bench.link().askedRules.size(), 1);
    scene::supersedeRules(bench.link());
    QTRY_VERIFY(bench.find(QStringLiteral("Somebody else has saved other rules")));
    QVERIFY(bench.click(QStringLiteral("Put mine on theirs")));
    QTRY_VERIFY(bench.find(QStringLiteral("Coolant, engine.temperature > 115, changed")));
    QVERIFY(bench.find(QStringLiteral("Fuel level, fuel.level < 8")));
    QVERIFY(!bench.find(QStringLiteral("Take theirs")));
}

void TestRulesPage::the_list_with_the_focus_has_the_movement_keys()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    RuleEditor &rules = *bench.console().rules();
    QTRY_VERIFY(rules.count() > 5);
    bench.console().selectAlert(QStringLiteral("a-panic"));
    const auto press = [&](Qt::Key key, int current) {
        bench.key(key);
        return QTest::qWaitFor([&] { return rules.current() == current; });
    };
    QVERIFY(press(Qt::Key_End, rules.count() - 1));
    QVERIFY(press(Qt::Key_J, rules.count() - 1)); // it stops at the end
    QVERIFY(press(Qt::Key_Home, 0));
    QVERIFY(press(Qt::Key_K, 0));
    QVERIFY(press(Qt::Key_J, 1));
    QVERIFY(press(Qt::Key_Down, 2));
    QVERIFY(press(Qt::Key_Up, 1));
    QVERIFY(press(Qt::Key_K, 0));
    QCOMPARE(bench.console().selectedAlertId(), QStringLiteral("a-panic"));
    // Whatever else has the focus, they are the queue's.
    bench.find(QStringLiteral("Copy"))->forceActiveFocus();
    bench.key(Qt::Key_J);
    QTRY_COMPARE(bench.console().selectedAlertId(), QStringLiteral("a-crash"));
    bench.key(Qt::Key_End);
    QTRY_COMPARE(bench.console().selectedAlertId(),
                 bench.console().queue()->alertIdAt(bench.console().queue()->count() - 1));
    bench.key(Qt::Key_Home);
    QTRY_COMPARE(bench.console().selectedAlertId(), QStringLiteral("a-panic"));
    QCOMPARE(rules.current(), 0);
    bench.key(Qt::Key_Question);
    QTRY_VERIFY(bench.find(QStringLiteral("J or Down: Next alert, or next row of the list with the focus")));
}

void TestRulesPage::every_button_has_a_name()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("Engine temperature")));
    int buttons = 0;
    const QList<QQuickItem *> all = bench.seenItems();
    for (QQuickItem *item : all) {
        if (!item->inherits("QQuickAbstractButton") && !item->inherits("QQuickTextField") &&
            !item->inherits("QQuickTextArea"))
            continue;
        ++buttons;
        QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(item);
        QVERIFY(interface);
        QVERIFY2(!interface->text(QAccessible::Name).isEmpty(), item->metaObject()->className());
    }
    QVERIFY(buttons > 30);
}
