// SPDX-License-Identifier: GPL-3.0-or-later
// The desk page as a dispatcher works it, on a desk that answers when the test says so.

#include "tests/qml/AlertsPageTest.h"
#include "tests/qml/DeskBench.h"
#include "tests/qml/HardwarePageTest.h"
#include "tests/qml/IncidentsPageTest.h"
#include "tests/qml/RulesPageTest.h"
#include "tests/qml/SoundTileTest.h"
#include "tests/support/Pictures.h"

#include <QApplication>
#include <QClipboard>
#include <QDropEvent>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;

namespace {

template<class T>
T lastRequest(FakeDeskLink &link)
{
    return std::get<T>(link.asked.constLast().body);
}

} // namespace

class TestDeskPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void the_most_urgent_alert_stands_on_top();
    void pressing_acknowledge_asks_and_the_row_changes_when_the_event_comes();
    void the_key_acknowledges_what_the_cursor_is_on();
    void a_refusal_leaves_the_row_and_says_why();
    void the_cursor_moves_with_letters_and_arrows();
    void single_keys_are_dead_while_a_text_field_has_the_keyboard();
    void the_search_narrows_the_list_and_escape_gives_it_back();
    void a_search_without_result_offers_the_way_back();
    void the_state_filter_shows_only_silent_devices();
    void selecting_a_device_selects_its_alert_and_numbers();
    void a_press_on_a_count_filters_the_queue();
    void new_alerts_wait_while_the_pointer_is_in_the_queue();
    void new_alerts_wait_while_keys_move_the_cursor();
    void a_message_is_pending_until_the_desk_has_it();
    void a_message_that_was_refused_can_be_sent_again();
    void a_quick_reply_sends_at_once();
    void a_gauge_chooses_the_trend();
    void an_order_is_confirmed_before_it_goes();
    void the_conversation_can_be_switched_and_an_urgent_line_acknowledged();
    void the_sheet_of_keys_opens_and_closes();
    void an_empty_desk_says_how_to_connect();
    void a_lost_connection_is_said_in_words();
    void without_a_connection_no_panel_says_that_all_is_well();
    void what_waits_for_the_server_is_listed();
    void who_is_on_shift_is_seen();
    void a_picture_is_pasted_looked_at_and_sent();
    void pictures_of_a_line_open_large_and_escape_closes();
    void every_button_has_a_name();
};

void TestDeskPage::the_most_urgent_alert_stands_on_top()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.alertRows().size() >= 3);
    QCOMPARE(bench.alertRows().constFirst(), QStringLiteral("Dana R.: PANIC"));
    QCOMPARE(bench.alertRows().at(1), QStringLiteral("Unit 04: CRASH_DETECTED"));
    QCOMPARE(bench.window()->title(), QStringLiteral("(5) Tocsin"));
}

void TestDeskPage::pressing_acknowledge_asks_and_the_row_changes_when_the_event_comes()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Unit 04: CRASH_DETECTED")));
    QVERIFY(bench.click(QStringLiteral("Unit 04: CRASH_DETECTED")));
    QTRY_COMPARE(bench.console().selectedAlertId(), QStringLiteral("a-crash"));

    QQuickItem *row = bench.find(QStringLiteral("Unit 04: CRASH_DETECTED"));
    QVERIFY(row);
    const QQuickItem *button = DeskBench::findIn(row, QStringLiteral("Acknowledge"));
    QVERIFY(button);
    const QPointF middle = button->mapToScene({button->width() / 2, button->height() / 2});
    QTest::mouseClick(bench.window(), Qt::LeftButton, Qt::NoModifier, middle.toPoint());

    QTRY_COMPARE(bench.link().asked.size(), 1);
    const auto request = lastRequest<Acknowledge>(bench.link());
    QCOMPARE(request.alertId, QStringLiteral("a-crash"));
    QVERIFY(request.seenLevel == AlertLevel::Critical);
    QCOMPARE(request.occurrence, 1);
    QTRY_VERIFY(row->property("pending").toBool());
    QVERIFY(row->property("waits").toBool());
    QVERIFY(!DeskBench::findIn(row, QStringLiteral("Acknowledge")));

    bench.link().accept(scene::now());
    QTRY_COMPARE(bench.console().alerts()->find(QStringLiteral("a-crash"))->acked, true);
    QTRY_COMPARE(bench.console().queue()->unackCritical(), 0);
    const QQuickItem *after = bench.find(QStringLiteral("Unit 04: CRASH_DETECTED"));
    QVERIFY(after);
    QVERIFY(!after->property("waits").toBool());
    QVERIFY(!after->property("pending").toBool());
}

void TestDeskPage::the_key_acknowledges_what_the_cursor_is_on()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-rpm"));
    bench.key(Qt::Key_A);
    QTRY_COMPARE(bench.link().asked.size(), 1);
    QCOMPARE(lastRequest<Acknowledge>(bench.link()).alertId, QStringLiteral("a-rpm"));
    bench.key(Qt::Key_A);
    QCOMPARE(bench.link().asked.size(), 1); // it is under way
}

void TestDeskPage::a_refusal_leaves_the_row_and_says_why()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-rpm"));
    bench.key(Qt::Key_A);
    QTRY_COMPARE(bench.link().asked.size(), 1);
    bench.link().refuse(QStringLiteral("superseded"), QStringLiteral("The alert rose meanwhile."));
    QTRY_VERIFY(bench.console().notices()->count() == 1);
    QTRY_VERIFY(bench.find(bench.console().notices()->latestText()));
    QVERIFY(bench.find(QStringLiteral("Unit 07: HIGH_RPM"))->property("waits").toBool());
    QVERIFY(bench.click(QStringLiteral("Dismiss")));
    QTRY_COMPARE(bench.console().notices()->count(), 0);
}

void TestDeskPage::the_cursor_moves_with_letters_and_arrows()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    bench.key(Qt::Key_J);
    QTRY_COMPARE(bench.console().selectedAlertId(), QStringLiteral("a-crash"));
    bench.key(Qt::Key_Down);
    const QString third = bench.console().queue()->alertIdAt(2);
    QTRY_COMPARE(bench.console().selectedAlertId(), third);
    bench.key(Qt::Key_K);
    bench.key(Qt::Key_Up);
    QTRY_COMPARE(bench.console().selectedAlertId(), QStringLiteral("a-panic"));
    bench.key(Qt::Key_K); // it stops at the end
    QCOMPARE(bench.console().selectedAlertId(), QStringLiteral("a-panic"));
}

void TestDeskPage::single_keys_are_dead_while_a_text_field_has_the_keyboard()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-rpm"));
    bench.key(Qt::Key_Slash);
    QTRY_VERIFY(bench.console().keys()->textFocus());
    bench.type(QStringLiteral("aj"));
    QTRY_COMPARE(bench.console().deviceList()->search(), QStringLiteral("aj"));
    QVERIFY(bench.link().asked.isEmpty());
    QCOMPARE(bench.console().selectedAlertId(), QStringLiteral("a-rpm"));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.console().keys()->textFocus());
    bench.key(Qt::Key_A);
    QTRY_COMPARE(bench.link().asked.size(), 1);
}

void TestDeskPage::the_search_narrows_the_list_and_escape_gives_it_back()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.key(Qt::Key_Slash);
    QTRY_VERIFY(bench.console().keys()->textFocus());
    bench.type(QStringLiteral("truck"));
    QTRY_COMPARE(bench.console().deviceList()->rowCount(), 3);
    QTRY_COMPARE(bench.deviceRows().size(), 3);
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.console().selectedDeviceId(), bench.console().deviceList()->deviceIdAt(0));
    bench.key(Qt::Key_Escape);
    QTRY_COMPARE(bench.console().deviceList()->rowCount(), 14);
    QVERIFY(bench.console().deviceList()->search().isEmpty());
}

void TestDeskPage::a_search_without_result_offers_the_way_back()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().deviceList()->setSearch(QStringLiteral("zeppelin"));
    QTRY_VERIFY(bench.find(QStringLiteral("No device matches")));
    QVERIFY(bench.click(QStringLiteral("Show all devices")));
    QTRY_COMPARE(bench.console().deviceList()->rowCount(), 14);
    QVERIFY(!bench.find(QStringLiteral("No device matches")));
}

void TestDeskPage::the_state_filter_shows_only_silent_devices()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Silent 1")));
    QVERIFY(bench.click(QStringLiteral("Silent 1")));
    QTRY_COMPARE(bench.deviceRows(), QStringList{QStringLiteral("Unit 08")});
    QVERIFY(bench.click(QStringLiteral("All")));
    QTRY_COMPARE(bench.console().deviceList()->rowCount(), 14);
}

void TestDeskPage::selecting_a_device_selects_its_alert_and_numbers()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Unit 07, ")));
    QVERIFY(bench.click(QStringLiteral("Unit 07, ")));
    QTRY_COMPARE(bench.console().selectedAlertId(), QStringLiteral("a-rpm"));
    QCOMPARE(bench.console().selectedDevice()->name(), QStringLiteral("Unit 07"));
    QTRY_VERIFY(bench.find(QStringLiteral("Engine speed")));
    QTRY_COMPARE(bench.find(QStringLiteral("Engine speed"))->property("abnormal").toBool(), true);
    QCOMPARE(bench.find(QStringLiteral("Coolant"))->property("abnormal").toBool(), false);
}

void TestDeskPage::a_press_on_a_count_filters_the_queue()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("2 warning")));
    QVERIFY(bench.click(QStringLiteral("2 warning")));
    QTRY_COMPARE(bench.console().queue()->levelFilter(), int(AlertListModel::Warning));
    // An emergency passes every filter.
    QTRY_VERIFY(bench.alertRows().contains(QStringLiteral("Dana R.: PANIC")));
    QTRY_VERIFY(!bench.alertRows().contains(QStringLiteral("Unit 04: CRASH_DETECTED")));
    QVERIFY(bench.click(QStringLiteral("Show all levels again")));
    QTRY_COMPARE(bench.console().queue()->levelFilter(), -1);
}

void TestDeskPage::new_alerts_wait_while_the_pointer_is_in_the_queue()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Unit 07: HIGH_RPM")));
    const QQuickItem *row = bench.find(QStringLiteral("Unit 07: HIGH_RPM"));
    const QPoint inside = row->mapToScene({60, 20}).toPoint();
    QTest::mouseMove(bench.window(), inside - QPoint(5, 0));
    QTest::mouseMove(bench.window(), inside);
    QTRY_VERIFY(bench.console().queue()->held());
    const QStringList before = bench.alertRows();

    bench.link().publish(scene::freshAlert());
    QTRY_COMPARE(bench.console().queue()->heldBack(), 1);
    QCOMPARE(bench.alertRows(), before);
    QCOMPARE(row->mapToScene({60, 20}).toPoint(), inside);
    QTRY_VERIFY(bench.find(QStringLiteral("1 new")));
    QCOMPARE(bench.console().queue()->unackCritical(), 2); // the top bar counts it at once

    QTest::mouseMove(bench.window(), QPoint(30, 300)); // leaves the queue
    QTRY_VERIFY(!bench.console().queue()->held());
    QTRY_VERIFY(bench.alertRows().contains(QStringLiteral("Unit 12: OIL_PRESSURE")));
    QVERIFY(!bench.find(QStringLiteral("1 new")));
}

void TestDeskPage::new_alerts_wait_while_keys_move_the_cursor()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    QVERIFY(!bench.console().queue()->held());
    bench.key(Qt::Key_J);
    QTRY_VERIFY(bench.console().queue()->held());
    const QStringList before = bench.alertRows();
    bench.link().publish(scene::freshAlert());
    QTRY_COMPARE(bench.console().queue()->heldBack(), 1);
    QCOMPARE(bench.alertRows(), before);
    QTRY_VERIFY(bench.find(QStringLiteral("1 new")));
    QVERIFY(bench.click(QStringLiteral("1 new"))); // the operator wants to see it now
    QTRY_VERIFY(bench.alertRows().contains(QStringLiteral("Unit 12: OIL_PRESSURE")));
}

void TestDeskPage::a_message_is_pending_until_the_desk_has_it()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    QTRY_VERIFY(bench.find(QStringLiteral("Message to Dana R.")));
    bench.key(Qt::Key_M);
    QTRY_VERIFY(bench.console().keys()->textFocus());
    bench.type(QStringLiteral("on my way"));
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().asked.size(), 1);
    const auto request = lastRequest<SendChat>(bench.link());
    QCOMPARE(request.text, QStringLiteral("on my way"));
    QCOMPARE(request.thread, QStringLiteral("user/dana"));
    QVERIFY(bench.console().chat()->draft().isEmpty());
    QTRY_VERIFY(bench.find(QStringLiteral("You at 14:06:21: on my way")));
    QVERIFY(bench.find(QStringLiteral("You at 14:06:21: on my way"))->property("pending").toBool());
    bench.link().accept(scene::now());
    QTRY_VERIFY(!bench.find(QStringLiteral("You at 14:06:21: on my way"))->property("pending").toBool());
    bench.key(Qt::Key_Return); // nothing is written: nothing is sent
    QVERIFY(bench.link().asked.isEmpty());
}

void TestDeskPage::a_message_that_was_refused_can_be_sent_again()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    bench.key(Qt::Key_M);
    QTRY_VERIFY(bench.console().keys()->textFocus());
    bench.type(QStringLiteral("hello"));
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().asked.size(), 1);
    const QString clientId = lastRequest<SendChat>(bench.link()).clientMessageId;
    bench.link().refuse(QStringLiteral("overloaded"), QStringLiteral("Too much waits."));
    QTRY_VERIFY(bench.find(QStringLiteral("Send again")));
    QVERIFY(bench.click(QStringLiteral("Send again")));
    QTRY_COMPARE(bench.link().asked.size(), 1);
    QCOMPARE(lastRequest<SendChat>(bench.link()).clientMessageId, clientId);
}

void TestDeskPage::a_quick_reply_sends_at_once()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    QTRY_VERIFY(bench.find(bench.console().chat()->quickReplies().constFirst()));
    QVERIFY(bench.click(bench.console().chat()->quickReplies().constFirst()));
    QTRY_COMPARE(bench.link().asked.size(), 1);
    QCOMPARE(lastRequest<SendChat>(bench.link()).text, bench.console().chat()->quickReplies().constFirst());
}

void TestDeskPage::an_order_is_confirmed_before_it_goes()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectDevice(QStringLiteral("352647091234567"));
    bench.key(Qt::Key_O);
    QTRY_VERIFY(bench.find(QStringLiteral("horn")));
    QVERIFY(bench.click(QStringLiteral("horn")));
    const QString confirm = QStringLiteral("Send “horn” to Unit 07");
    QTRY_VERIFY(bench.find(confirm));
    QVERIFY(bench.link().asked.isEmpty());
    QVERIFY(bench.click(confirm));
    QTRY_COMPARE(bench.link().asked.size(), 1);
    QCOMPARE(lastRequest<IssueCommand>(bench.link()).action, QStringLiteral("horn"));
    QTRY_VERIFY(!bench.find(confirm)); // one press, one order
}

void TestDeskPage::the_conversation_can_be_switched_and_an_urgent_line_acknowledged()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    QTRY_VERIFY(bench.find(QStringLiteral("Operators")));
    QVERIFY(bench.click(QStringLiteral("Operators")));
    QTRY_COMPARE(bench.console().chat()->currentThread(), operatorsThread());
    QTRY_VERIFY(bench.find(QStringLiteral("S. Kim at ")));
    bench.console().chat()->acknowledge(QStringLiteral("r-1"));
    QTRY_COMPARE(bench.link().asked.size(), 1);
    QCOMPARE(lastRequest<MarkChat>(bench.link()).messageId, QStringLiteral("r-1"));
}

void TestDeskPage::a_gauge_chooses_the_trend()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectDevice(QStringLiteral("unit-05"));
    QTRY_VERIFY(bench.find(QStringLiteral("Coolant")));
    QVERIFY(bench.click(QStringLiteral("Coolant")));
    QTRY_COMPARE(bench.console().trend()->first()->channel(), QStringLiteral("engine.temperature"));
}

void TestDeskPage::the_sheet_of_keys_opens_and_closes()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QVERIFY(!bench.find(QStringLiteral("Close (Esc)")));
    bench.key(Qt::Key_Question);
    QTRY_VERIFY(bench.find(QStringLiteral("Close (Esc)")));
    QVERIFY(bench.find(QStringLiteral("A: Acknowledge")));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(QStringLiteral("Close (Esc)")));
    QVERIFY(bench.click(QStringLiteral("Keys")));
    QTRY_VERIFY(bench.find(QStringLiteral("Close (Esc)")));
}

void TestDeskPage::an_empty_desk_says_how_to_connect()
{
    DeskBench bench(DeskBench::Start::Empty);
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("No device has reported yet")));
    QVERIFY(bench.find(QStringLiteral("No device has reported yet"))
                ->property("detail")
                .toString()
                .contains(QStringLiteral("127.0.0.1:8000")));
    QVERIFY(bench.find(QStringLiteral("Nothing needs you")));
    QVERIFY(bench.find(QStringLiteral("No conversation is open")));
    QVERIFY(bench.find(QStringLiteral("Select a device")));
    QCOMPARE(bench.window()->title(), QStringLiteral("Tocsin"));
    bench.key(Qt::Key_A);
    bench.key(Qt::Key_J);
    QVERIFY(bench.link().asked.isEmpty());
}

void TestDeskPage::a_lost_connection_is_said_in_words()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Server open")));
    bench.link().setState(DeskLink::State::Reconnecting);
    QTRY_VERIFY(bench.find(QStringLiteral("Server reconnecting. You see the picture of 14:06:21.")));
    QVERIFY(!bench.alertRows().isEmpty()); // the last picture stays
    bench.link().setState(DeskLink::State::Open);
    QTRY_VERIFY(!bench.find(QStringLiteral("Server reconnecting.")));
}

void TestDeskPage::without_a_connection_no_panel_says_that_all_is_well()
{
    DeskBench bench(DeskBench::Start::Empty);
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Nothing needs you")));
    bench.link().setState(DeskLink::State::Failed);
    QTRY_VERIFY(!bench.find(QStringLiteral("Nothing needs you")));
    const QQuickItem *said = bench.find(QStringLiteral("Not connected to the desk. New alerts do not arrive here."));
    QVERIFY(said);
    QVERIFY(said->property("detail").toString().contains(QStringLiteral("may be old")));
    QVERIFY(bench.find(QStringLiteral("Not connected to the desk. Messages do not arrive here.")));
    QVERIFY(!bench.find(QStringLiteral("No device has reported yet")));
    QCOMPARE(bench.window()->title(), QStringLiteral("Tocsin – not connected"));
    QVERIFY(bench.find(QStringLiteral("What waits is not known")));
    // The panel's message is not greyed with the picture behind it.
    for (const QQuickItem *item = said; item; item = item->parentItem())
        QCOMPARE(item->opacity(), 1.0);
}

void TestDeskPage::what_waits_for_the_server_is_listed()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QVERIFY(!bench.find(QStringLiteral("Show what waits")));
    bench.link().setTarget(QStringLiteral("harbour:8000"));
    bench.link().setState(DeskLink::State::Reconnecting);
    bench.link().pending = {{QStringLiteral("1"), scene::now(), false,
                             Acknowledge{QStringLiteral("a-crash"), 1, AlertLevel::Critical, {}}}};
    Q_EMIT bench.link().pendingRequestsChanged();
    QTRY_VERIFY(bench.find(QStringLiteral("Show what waits")));
    QVERIFY(bench.find(QStringLiteral("The server has been away since")));
    QVERIFY(bench.click(QStringLiteral("Show what waits")));
    QTRY_VERIFY(bench.find(QStringLiteral("Acknowledge Unit 04 CRASH_DETECTED at 14:06:21, not sent yet")));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(QStringLiteral("Acknowledge Unit 04 CRASH_DETECTED at")));
}

void TestDeskPage::who_is_on_shift_is_seen()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    Q_EMIT bench.link().people({{scene::dispatcher().id, scene::dispatcher().name, Role::Dispatcher, scene::now()},
                                {QStringLiteral("lee"), QStringLiteral("Lee Wong"), Role::Supervisor, scene::now()}});
    QTRY_VERIFY(bench.find(QStringLiteral("2 on shift: You, Lee Wong")));
    QVERIFY(bench.click(QStringLiteral("2 on shift")));
    QTRY_VERIFY(bench.find(QStringLiteral("Lee Wong, supervisor since 14:06, handles nothing")));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(QStringLiteral("Lee Wong, supervisor")));
}

void TestDeskPage::a_picture_is_pasted_looked_at_and_sent()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectThread(QStringLiteral("user/dana"));
    QTRY_VERIFY(bench.find(QStringLiteral("Message to Dana R.")));
    QVERIFY(bench.click(QStringLiteral("Message to Dana R.")));
    QGuiApplication::clipboard()->setText(QStringLiteral("words"));
    bench.key(Qt::Key_V, Qt::ControlModifier);
    QTRY_COMPARE(bench.console().chat()->draft(), QStringLiteral("words"));
    QGuiApplication::clipboard()->setImage(QImage::fromData(test::encoded(test::painted(320, 240, Qt::darkGreen))));
    bench.key(Qt::Key_V, Qt::ControlModifier);
    QTRY_VERIFY(bench.find(QStringLiteral("pasted picture, ")));
    QCOMPARE(bench.console().chat()->draft(), QStringLiteral("words")); // the text stays as it was
    bench.key(Qt::Key_V, Qt::ControlModifier);
    QTRY_COMPARE(bench.console().pictures()->count(), 2);
    QVERIFY(bench.click(QStringLiteral("Take pasted picture out")));
    QTRY_COMPARE(bench.console().pictures()->count(), 1);
    // A file that is dropped onto the conversation.
    QMimeData files;
    files.setUrls({QUrl::fromLocalFile(QStringLiteral("/no/such/folder/gate.jpg"))});
    const QQuickItem *field = bench.find(QStringLiteral("Message to Dana R."));
    QVERIFY(field);
    const QPointF over = field->mapToScene({20, -60});
    QDragEnterEvent enter(over.toPoint(), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(bench.window(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(over, Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(bench.window(), &drop);
    QTRY_VERIFY(bench.find(QStringLiteral("gate.jpg: It cannot be read")));
    QVERIFY(bench.click(QStringLiteral("Take gate.jpg out")));
    QTRY_COMPARE(bench.console().pictures()->count(), 1);
    QVERIFY(bench.click(QStringLiteral("Send (Enter)")));
    QTRY_COMPARE(bench.link().transfers.size(), 1);
    QTRY_VERIFY(bench.find(QStringLiteral("Sending 1 picture")));
    QVERIFY(bench.click(QStringLiteral("Cancel")));
    QTRY_VERIFY(bench.link().transfers.isEmpty());
    QVERIFY(bench.click(QStringLiteral("Send (Enter)")));
    QTRY_COMPARE(bench.link().transfers.size(), 1);
    const QString id = test::idOf(bench.link().transfers.first().bytes);
    bench.link().finishTransfer();
    QTRY_VERIFY(!bench.link().asked.isEmpty());
    const auto request = lastRequest<SendChat>(bench.link());
    QCOMPARE(request.text, QStringLiteral("words"));
    QCOMPARE(request.attachments, QStringList{id});
    QTRY_VERIFY(!bench.find(QStringLiteral("pasted picture, ")));
    QTRY_VERIFY(bench.find(QStringLiteral("Picture: show it large")));
    QVERIFY(bench.link().transfers.isEmpty()); // its own is not fetched
    QGuiApplication::clipboard()->clear();
}

void TestDeskPage::pictures_of_a_line_open_large_and_escape_closes()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    const QList<QByteArray> bytes{test::encoded(test::painted(320, 240, Qt::darkRed)),
                                  test::encoded(test::painted(320, 240, Qt::darkBlue))};
    ChatMessage line;
    line.id = QStringLiteral("m-pictures");
    line.thread = QStringLiteral("user/dana");
    line.senderId = QStringLiteral("dana");
    line.senderName = QStringLiteral("Dana R.");
    line.attachments = {test::idOf(bytes[0]), test::idOf(bytes[1])};
    line.at = scene::now();
    bench.console().selectThread(line.thread);
    bench.link().publish(line);
    QTRY_COMPARE(bench.link().transfers.size(), 2);
    const bool newestFirst = bench.link().transfers.first().picture == test::idOf(bytes[1]);
    bench.link().finishTransfer(bytes[newestFirst ? 1 : 0]);
    bench.link().failTransfer(QStringLiteral("offline"), QStringLiteral("The server cannot be reached."));
    QTRY_VERIFY(bench.find(QStringLiteral("A picture that did not come: try again")));
    QVERIFY(bench.click(QStringLiteral("A picture that did not come: try again")));
    QTRY_COMPARE(bench.link().transfers.size(), 1);
    bench.link().finishTransfer(bytes[newestFirst ? 0 : 1]);
    QTRY_VERIFY(!bench.find(QStringLiteral("A picture that did not come")));

    QVERIFY(bench.click(QStringLiteral("Picture: show it large")));
    QTRY_VERIFY(bench.find(QStringLiteral("Picture 1 of 2")));
    QTRY_VERIFY(bench.find(QStringLiteral("Picture by Dana R. · 14:06:21")));
    bench.key(Qt::Key_Right);
    QTRY_VERIFY(bench.find(QStringLiteral("Picture 2 of 2")));
    // It lies over the map, never over the queue.
    const QQuickItem *large = bench.find(QStringLiteral("Picture by Dana R."));
    QVERIFY(large);
    const QQuickItem *queue = bench.find(QStringLiteral("Dana R.: PANIC"));
    QVERIFY(queue);
    QVERIFY(large->mapRectToScene(large->boundingRect()).right() <= queue->mapToScene({0, 0}).x());
    QSignalSpy asked(&bench.console().files(), &FilePicker::asked);
    QVERIFY(bench.click(QStringLiteral("Save as")));
    QTRY_COMPARE(asked.count(), 1);
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(QStringLiteral("Picture 2 of 2")));
}

void TestDeskPage::every_button_has_a_name()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.console().selectAlert(QStringLiteral("a-panic"));
    QTRY_VERIFY(bench.find(QStringLiteral("Message to Dana R.")));
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
    QVERIFY(buttons > 10);
}

int main(int argc, char *argv[])
{
    const QApplication app(argc, argv);
    TestDeskPage desk;
    TestHardwarePage hardware;
    TestIncidentsPage incidents;
    TestSoundTile sound;
    TestAlertsPage alerts;
    TestRulesPage rules;
    return QTest::qExec(&desk, argc, argv) + QTest::qExec(&hardware, argc, argv) + QTest::qExec(&sound, argc, argv) +
           QTest::qExec(&alerts, argc, argv) + QTest::qExec(&incidents, argc, argv) + QTest::qExec(&rules, argc, argv);
}

#include "test_desk_page.moc"
