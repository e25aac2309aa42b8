// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/AlertsPageTest.h"

#include "tests/qml/AlertScene.h"
#include "tests/qml/DeskBench.h"

#include <QTest>

using namespace tocsin;

namespace {

void open(DeskBench &bench)
{
    scene::openAlerts(bench.link());
    bench.key(Qt::Key_4, Qt::ControlModifier);
    QTRY_VERIFY(bench.find(QStringLiteral("Alert table")));
}

} // namespace

void TestAlertsPage::ctrl_4_shows_the_table_and_the_selected_alert_closer()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QVERIFY(bench.console().alertDesk()->shown());
    bench.console().selectAlert(QStringLiteral("a-rpm"));
    scene::answerAlerts(bench.link());
    QTRY_VERIFY(bench.find(QStringLiteral("What happened to it")));
    QTRY_VERIFY(bench.find(QStringLiteral("Engine speed, rpm around the violation")));
    QVERIFY(bench.find(QStringLiteral("Figures")));
    QVERIFY(bench.find(QStringLiteral("Alerts, narrow"))); // the queue stays in sight
}

void TestAlertsPage::enter_in_the_queue_opens_the_alert()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    scene::openAlerts(bench.link());
    bench.console().selectAlert(QStringLiteral("a-rpm"));
    QQuickItem *queue = bench.find(QStringLiteral("Alerts"));
    QVERIFY(queue);
    const QList<QQuickItem *> all = bench.seenItems();
    for (QQuickItem *item : all) {
        if (item->inherits("QQuickListView") && item->property("model").value<QObject *>() == bench.console().queue())
            item->forceActiveFocus();
    }
    bench.key(Qt::Key_Return);
    QTRY_VERIFY(bench.console().alertDesk()->shown());
    QCOMPARE(bench.console().alertDesk()->detail()->alertId(), QStringLiteral("a-rpm"));
}

void TestAlertsPage::several_are_marked_with_keys_and_acknowledged_with_one_comment()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    AlertTable &table = *bench.console().alertDesk()->table();
    QTRY_VERIFY(table.count() > 3);
    bench.console().alertDesk()->pick(table.alertIdAt(0));
    AlertDetail &detail = *bench.console().alertDesk()->detail();
    bench.key(Qt::Key_End);
    QTRY_COMPARE(detail.alertId(), table.alertIdAt(table.count() - 1));
    bench.key(Qt::Key_K);
    QTRY_COMPARE(detail.alertId(), table.alertIdAt(table.count() - 2));
    bench.key(Qt::Key_Home);
    QTRY_COMPARE(detail.alertId(), table.alertIdAt(0));
    bench.key(Qt::Key_A, Qt::ControlModifier);
    QTRY_COMPARE(table.marked(), table.count());
    bench.key(Qt::Key_Escape);
    QTRY_COMPARE(table.marked(), 0);
    bench.key(Qt::Key_Space);
    bench.key(Qt::Key_Down, Qt::ShiftModifier);
    QTRY_COMPARE(table.marked(), 2);
    QTRY_VERIFY(bench.find(QStringLiteral("2 marked")));
    const QStringList ids = table.markedIds();
    bench.key(Qt::Key_A);
    QTRY_VERIFY(bench.console().alertDesk()->actions()->question()->open());
    QTRY_VERIFY(bench.console().keys()->textFocus()); // the comment is written at once
    bench.type(QStringLiteral("known a"));
    QTRY_COMPARE(bench.console().alertDesk()->actions()->question()->comment(), QStringLiteral("known a"));
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().asked.size(), 2);
    for (const auto &asked : std::as_const(bench.link().asked)) {
        const auto request = std::get<Acknowledge>(asked.body);
        QVERIFY(ids.contains(request.alertId));
        QCOMPARE(request.comment, QStringLiteral("known a"));
    }
    bench.link().accept(scene::now());
    bench.link().refuse(QStringLiteral("superseded"), QStringLiteral("It came again."));
    QTRY_VERIFY(bench.find(QStringLiteral("1 acknowledged, 1 superseded")));
    QVERIFY(bench.click(QStringLiteral("Which (1)")));
    QTRY_VERIFY(bench.find(QStringLiteral("What was not done")));
}

void TestAlertsPage::a_shelf_asks_how_long_and_why()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    bench.console().alertDesk()->pick(QStringLiteral("a-rpm"));
    bench.key(Qt::Key_H);
    QTRY_VERIFY(bench.console().keys()->textFocus());
    bench.key(Qt::Key_Return); // no reason: nothing goes
    QVERIFY(bench.link().asked.isEmpty());
    bench.type(QStringLiteral("sensor"));
    QVERIFY(bench.click(QStringLiteral("1 h")));
    QTRY_VERIFY(bench.console().keys()->textFocus()); // back where letters are letters
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().asked.size(), 1);
    const auto request = std::get<HandleAlert>(bench.link().asked.constFirst().body);
    QVERIFY(request.verb == AlertVerb::Shelve);
    QCOMPARE(request.comment, QStringLiteral("sensor"));
    QVERIFY(request.until == scene::now() + std::chrono::hours(1));
}

void TestAlertsPage::a_tab_is_picked_and_what_is_empty_says_so()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QVERIFY(bench.click(QStringLiteral("Suppressed")));
    QTRY_COMPARE(bench.console().alertDesk()->table()->tab(), AlertTable::Suppressed);
    bench.console().alertDesk()->table()->setText(QStringLiteral("nobody has this name"));
    QTRY_VERIFY(bench.find(QStringLiteral("No alert here matches the filter")));
    QVERIFY(bench.click(QStringLiteral("Show all")));
    QTRY_COMPARE(bench.console().alertDesk()->table()->count(), 1);
    QTest::mouseMove(bench.window(), QPoint(10, 10)); // rows under the pointer stay
    QTRY_VERIFY(!bench.console().alertDesk()->table()->held());
    Alert oil = bench.link().alerts.value(QStringLiteral("a-oil"));
    oil.hold = AlertHold::None;
    ++oil.revision;
    bench.link().publish(oil, AlertVerb::Unsuppress);
    QTRY_VERIFY(bench.find(QStringLiteral("Nothing is suppressed")));
    QVERIFY(bench.click(QStringLiteral("History")));
    QTRY_VERIFY(!bench.link().askedAlerts.isEmpty());
    bench.link().answerAlerts({QStringLiteral("The server is away."), {}, 0});
    bench.console().alertDesk()->table()->setText(QStringLiteral("nobody has this name"));
    QTRY_VERIFY(bench.find(QStringLiteral("The history did not come")));
    QVERIFY(bench.click(QStringLiteral("Try again")));
    QTRY_COMPARE(bench.link().askedAlerts.size(), 1);
}

void TestAlertsPage::a_flood_is_one_row_that_opens()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    scene::openAlerts(bench.link());
    scene::flood(bench.link());
    QTRY_VERIFY(bench.console().queue()->flood());
    QTRY_VERIFY(bench.find(QStringLiteral("%1 more").arg(bench.console().queue()->collapsed())));
    const int before = bench.console().queue()->count();
    QVERIFY(bench.click(QStringLiteral("%1 more").arg(bench.console().queue()->collapsed())));
    QTRY_VERIFY(bench.console().queue()->expanded());
    QTRY_VERIFY(bench.console().queue()->count() > before);
    // Where the queue is a strip, too.
    bench.key(Qt::Key_4, Qt::ControlModifier);
    QTRY_VERIFY(bench.find(QStringLiteral("Collapse information and warnings")));
    QVERIFY(bench.click(QStringLiteral("Collapse information and warnings")));
    QTRY_COMPARE(bench.console().queue()->count(), before);
}
