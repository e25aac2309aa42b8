// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/DeskBench.h"
#include "tests/qml/HardwarePageTest.h"

#include <QTest>

#include <algorithm>

using namespace tocsin;

namespace {

/// On the page, with the scene's connections.
void open(DeskBench &bench)
{
    bench.window()->resize(1600, 1000);
    bench.key(Qt::Key_7, Qt::ControlModifier);
    Q_EMIT bench.link().connections(scene::connections());
}

QStringList shown(DeskBench &bench)
{
    const ConnectionFilterModel &rows = *bench.console().connections()->rows();
    QStringList ids;
    for (int row = 0; row < rows.count(); ++row)
        ids.append(rows.clientIdAt(row));
    return ids;
}

} // namespace

void TestHardwarePage::the_page_opens_by_its_key_and_the_queue_stays()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QVERIFY(!bench.link().watchesConnections);
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("bench, Hardware, /ws/hardware from 192.0.2.21")));
    QVERIFY(bench.link().watchesConnections);
    QVERIFY(bench.find(QStringLiteral("Dana R.: PANIC")));
    QVERIFY(!bench.find(QStringLiteral("Map")));
    bench.key(Qt::Key_Question);
    QTRY_VERIFY(bench.find(QStringLiteral("Close (Esc)")));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(QStringLiteral("Close (Esc)")));
    bench.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(bench.find(QStringLiteral("Map")));
    QVERIFY(!bench.link().watchesConnections);
}

void TestHardwarePage::keys_move_the_cursor_of_the_table()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("bench, Hardware")));
    QVERIFY(bench.click(QStringLiteral("bench, Hardware")));
    ConnectionDesk &desk = *bench.console().connections();
    const QList<QQuickItem *> all = bench.seenItems();
    for (QQuickItem *item : all) {
        if (item->inherits("QQuickListView") && item->property("model").value<QObject *>() == desk.rows())
            item->forceActiveFocus();
    }
    const QStringList ids = shown(bench);
    const QString alert = bench.console().selectedAlertId();
    bench.key(Qt::Key_Home);
    QTRY_COMPARE(desk.selectedId(), ids.first());
    bench.key(Qt::Key_J);
    QTRY_COMPARE(desk.selectedId(), ids.at(1));
    bench.key(Qt::Key_Up);
    QTRY_COMPARE(desk.selectedId(), ids.first());
    bench.key(Qt::Key_End);
    QTRY_COMPARE(desk.selectedId(), ids.last());
    QCOMPARE(bench.console().selectedAlertId(), alert);
}

void TestHardwarePage::a_client_is_disconnected_after_asking_once_more()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("bench, Hardware")));
    QVERIFY(bench.click(QStringLiteral("bench, Hardware")));
    QTRY_COMPARE(bench.console().connections()->selectedId(), QStringLiteral("ws-12"));
    QTRY_VERIFY(bench.find(QStringLiteral("Waiting: 412 frames")));
    QVERIFY(bench.click(QStringLiteral("Disconnect …")));
    QTRY_VERIFY(bench.find(QStringLiteral("Disconnect ws-12")));
    QVERIFY(bench.link().orders.isEmpty());
    bench.type(QStringLiteral("bye"));
    QVERIFY(bench.click(QStringLiteral("Disconnect ws-12")));
    QTRY_COMPARE(bench.link().orders.size(), 1);
    QCOMPARE(std::get<DisconnectClient>(bench.link().orders.constFirst()),
             (DisconnectClient{QStringLiteral("ws-12"), QStringLiteral("bye")}));
    Q_EMIT bench.link().replied(QStringLiteral("o1"),
                                Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("No.")));
    QTRY_COMPARE(bench.console().notices()->latestText(), QStringLiteral("The connection was not ended: No."));
}

void TestHardwarePage::the_search_narrows_and_a_head_sorts()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("bench, Hardware")));
    bench.key(Qt::Key_Slash);
    bench.type(QStringLiteral("dana"));
    QTRY_COMPARE(shown(bench), (QStringList{QStringLiteral("ws-21"), QStringLiteral("ws-9")}));
    bench.key(Qt::Key_Escape);
    QTRY_COMPARE(shown(bench).size(), 6);
    QVERIFY(bench.click(QStringLiteral("Sort by Out")));
    QTRY_COMPARE(shown(bench).constFirst(), QStringLiteral("ws-12"));
    QVERIFY(bench.find(QStringLiteral("Out, sorted")));
    bench.console().connections()->rows()->setSearch(QStringLiteral("nobody"));
    QTRY_VERIFY(bench.find(QStringLiteral("No connection matches “nobody”")));
}

void TestHardwarePage::the_inspector_shows_frames_until_it_is_stopped()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QTRY_VERIFY(bench.find(QStringLiteral("Inspect")));
    QVERIFY(bench.click(QStringLiteral("Inspect")));
    QTRY_COMPARE(bench.link().orders.size(), 1);
    Q_EMIT bench.link().replied(QStringLiteral("o1"), Outcome::done({}));
    Q_EMIT bench.link().framesSeen(scene::frames());
    QTRY_COMPARE(bench.console().connections()->inspector()->frames()->count(), 5);
    QTRY_VERIFY(bench.find(QStringLiteral("Stop")));
    QVERIFY(bench.click(QStringLiteral("Stop")));
    QTRY_VERIFY(!bench.console().connections()->inspector()->running());
    QCOMPARE(bench.link().orders.size(), 2);
}

void TestHardwarePage::the_test_client_is_filled_by_templates()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QVERIFY(bench.click(QStringLiteral("Test client")));
    QTRY_VERIFY(bench.find(QStringLiteral("client_info")));
    QVERIFY(bench.click(QStringLiteral("client_info")));
    const QList<QQuickItem *> all = bench.seenItems();
    const auto editor = std::find_if(all.cbegin(), all.cend(), [](const QQuickItem *item) {
        return item->inherits("QQuickTextArea") || item->inherits("QQuickTextEdit");
    });
    QVERIFY(editor != all.cend());
    QVERIFY((*editor)->property("text").toString().contains(QLatin1String("vehicle_simulator")));
    // Letters are letters while somebody writes a message.
    bench.console().selectAlert(QStringLiteral("a-rpm"));
    (*editor)->forceActiveFocus();
    QTRY_VERIFY(bench.console().keys()->textFocus());
    bench.key(Qt::Key_A);
    QVERIFY(bench.link().asked.isEmpty());
    QVERIFY(bench.click(QStringLiteral("4 Device monitoring")));
    QTRY_VERIFY(bench.find(QStringLiteral("unsubscribe_device")));
}

void TestHardwarePage::the_adapters_are_listed()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    QVERIFY(bench.click(QStringLiteral("Adapters")));
    QTRY_VERIFY(bench.find(QStringLiteral("No adapter is configured")));
    AdapterStatus failed;
    failed.adapterId = QStringLiteral("gps-1");
    failed.driver = QStringLiteral("nmea");
    failed.state = AdapterStatus::State::Failed;
    failed.error = QStringLiteral("No such file");
    Q_EMIT bench.link().adapters({failed});
    QTRY_VERIFY(bench.find(QStringLiteral("gps-1, nmea, failed")));
}

void TestHardwarePage::every_button_has_a_name()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench);
    bench.console().connections()->select(QStringLiteral("ws-9"));
    QTRY_VERIFY(bench.find(QStringLiteral("Inspect its frames")));
    for (const char *tool : {"Frame inspector", "Test client", "Last closed"}) {
        QVERIFY(bench.click(QString::fromLatin1(tool)));
        int buttons = 0;
        const QList<QQuickItem *> all = bench.seenItems();
        for (QQuickItem *item : all) {
            if (!item->inherits("QQuickAbstractButton"))
                continue;
            ++buttons;
            QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(item);
            QVERIFY(interface);
            QVERIFY2(!interface->text(QAccessible::Name).isEmpty(), item->metaObject()->className());
        }
        QVERIFY(buttons > 15);
    }
}
