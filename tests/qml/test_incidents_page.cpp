// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/DeskBench.h"
#include "tests/qml/IncidentScene.h"
#include "tests/qml/IncidentsPageTest.h"

#include <QTest>

#include <algorithm>

using namespace tocsin;
using scene::Incident;

namespace {

/// On the page, with Dana's call as it stands.
void open(DeskBench &bench, Incident incident)
{
    bench.window()->resize(1920, 1080);
    scene::openIncident(bench.link(), incident);
    bench.console().selectAlert(QStringLiteral("a-panic"));
    scene::answerIncident(bench.link(), incident);
    bench.link().asked.clear();
    bench.key(Qt::Key_5, Qt::ControlModifier);
}

QString words(const char *text)
{
    return QString::fromUtf8(text);
}

} // namespace

void TestIncidentsPage::a_call_is_worked_from_the_acknowledge_to_the_closing_by_keys()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::Active);
    QTRY_VERIFY(bench.find(words("Incident of Dana R., not acknowledged")));
    QVERIFY(bench.find(words("Map")));
    QVERIFY(bench.find(words("Last fix: 3 s ago")));
    QVERIFY(bench.find(words("Welfare check: Next check in 3:28.")));
    QVERIFY(bench.find(words("R. Varga, partner, told 14:05:41")));
    QVERIFY(bench.find(words("Campus security, guards, not reached")));
    QVERIFY(bench.find(words("Message to Dana R."))); // the conversation is beside it
    bench.key(Qt::Key_A);
    QTRY_COMPARE(bench.link().askedFor<Acknowledge>().size(), 1);
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("Incident of Dana R., acknowledged")));
    bench.key(Qt::Key_2);
    QTRY_COMPARE(bench.link().askedFor<SetStage>().size(), 1);
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("Stage Dispatched, 14:06:21 · you")));
    bench.key(Qt::Key_W);
    QTRY_VERIFY(!bench.link().asked.isEmpty());
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("Welfare check: Next check in 5:00.")));
    // Closing wants a disposition; its digits are no stages.
    bench.key(Qt::Key_5);
    QTRY_VERIFY(bench.find(words("Close the incident of Dana R.")));
    bench.key(Qt::Key_Return);
    QVERIFY(bench.link().asked.isEmpty());
    bench.key(Qt::Key_1);
    QVERIFY(bench.link().asked.isEmpty());
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().askedFor<CloseAlert>().size(), 1);
    QVERIFY(bench.link().askedFor<CloseAlert>().constFirst().disposition == Disposition::Assisted);
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("Closed 14:06:21 by you: assisted")));
}

void TestIncidentsPage::what_must_not_be_overlooked_is_said_data()
{
    QTest::addColumn<int>("incident");
    QTest::addColumn<QString>("said");
    QTest::newRow("contact lost") << int(Incident::Lost) << words("Contact lost: nothing heard for 2 min.");
    QTest::newRow("duress") << int(Incident::Duress) << words("Duress: canceled with the duress PIN.");
    QTest::newRow("canceled") << int(Incident::Canceled)
                              << words("Canceled on the phone. Make sure that Dana R. is safe: 1:42 left");
}

void TestIncidentsPage::what_must_not_be_overlooked_is_said()
{
    QFETCH(int, incident);
    QFETCH(QString, said);
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident(incident));
    QTRY_VERIFY(bench.find(said));
    if (Incident(incident) != Incident::Canceled)
        return;
    QVERIFY(bench.click(words("Dana R. is safe: close")));
    QTRY_COMPARE(bench.link().askedFor<CloseAlert>().size(), 1);
    QVERIFY(bench.link().askedFor<CloseAlert>().constFirst().disposition == Disposition::CanceledConfirmed);
}

void TestIncidentsPage::the_queue_is_a_strip_that_opens()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::Staged);
    QTRY_VERIFY(bench.find(words("Open the alert queue, ")));
    QVERIFY(bench.find(words("Unit 04, CRASH_DETECTED"))); // narrow, and yet there
    QVERIFY(!bench.find(words("Unit 04: CRASH_DETECTED")));
    bench.key(Qt::Key_Q);
    QTRY_VERIFY(bench.find(words("Unit 04: CRASH_DETECTED")));
    QVERIFY(bench.find(words("Incident of Dana R.")));
    // A dialog never covers it.
    bench.key(Qt::Key_5);
    QTRY_VERIFY(bench.find(words("Close the incident of Dana R.")));
    QVERIFY(bench.find(words("Unit 04: CRASH_DETECTED")));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(words("Close the incident of Dana R.")));
    bench.key(Qt::Key_Q);
    QTRY_VERIFY(!bench.find(words("Unit 04: CRASH_DETECTED")));
}

void TestIncidentsPage::an_entry_is_written_into_the_log()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::Staged);
    QTRY_VERIFY(bench.find(words("Log of the incident")));
    bench.key(Qt::Key_E);
    const auto writes = [&] { return bench.console().keys()->textFocus(); };
    QTRY_VERIFY(writes());
    bench.type(words("2 people near"));
    QVERIFY(bench.link().asked.isEmpty()); // no stage while somebody writes
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().askedFor<HandleAlert>().size(), 1);
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("2 people near, 14:06:21 · you")));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!writes());
}

void TestIncidentsPage::a_closing_is_taken_back()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::Closed);
    QTRY_VERIFY(bench.find(words("Closed 14:06:03 by you: assisted. Walked to the station with a passer-by.")));
    QVERIFY(bench.click(words("Undo, 0:42 left")));
    QTRY_COMPARE(bench.link().askedFor<HandleAlert>().size(), 1);
    QVERIFY(bench.link().askedFor<HandleAlert>().constFirst().verb == AlertVerb::Reopen);
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("Incident of Dana R., acknowledged")));
}

void TestIncidentsPage::nobody_needs_help()
{
    DeskBench bench(DeskBench::Start::Empty);
    QVERIFY(bench.isReady());
    bench.key(Qt::Key_5, Qt::ControlModifier);
    QTRY_VERIFY(bench.find(words("Nobody needs help.")));
    QVERIFY(bench.find(words("Nobody calls for help.")));
    QVERIFY(bench.click(words("Older incidents")));
    QTRY_COMPARE(bench.link().askedAlerts.size(), 1);
    bench.link().answerAlerts({});
    QTRY_VERIFY(!bench.find(words("Older incidents")));
}

void TestIncidentsPage::a_shift_is_handed_over()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::Staged);
    bench.key(Qt::Key_9, Qt::ControlModifier);
    QTRY_VERIFY(bench.find(words("Hand over Dana R. · PANIC")));
    // By keys: the cursor of the list, and Space ticks.
    HandoverModel &items = *bench.console().incidents()->handover()->outgoing();
    const auto included = [&items](int row) { return items.index(row, 0).data(HandoverModel::IncludedRole).toBool(); };
    const int last = items.rowCount() - 1;
    QVERIFY(last > 0);
    const bool firstBefore = included(0);
    const bool lastBefore = included(last);
    const QString selected = bench.console().selectedAlertId();
    bench.key(Qt::Key_End);
    bench.key(Qt::Key_Space);
    QTRY_COMPARE(included(last), !lastBefore);
    bench.key(Qt::Key_Home);
    bench.key(Qt::Key_J);
    bench.key(Qt::Key_K);
    bench.key(Qt::Key_Space);
    QTRY_COMPARE(included(0), !firstBefore);
    QCOMPARE(included(last), !lastBefore);
    bench.key(Qt::Key_Space);
    bench.key(Qt::Key_End);
    bench.key(Qt::Key_Space);
    QTRY_COMPARE(included(last), lastBefore);
    QCOMPARE(included(0), firstBefore);
    QCOMPARE(bench.console().selectedAlertId(), selected); // the queue's cursor stays
    QVERIFY(bench.click(words("M. Ortiz")));
    QTRY_VERIFY(bench.console().incidents()->handover()->candidate() >= 0);
    QVERIFY(bench.click(words("Note about Dana R. · PANIC")));
    bench.type(words("calm"));
    QVERIFY(bench.click(words("Note of the shift")));
    bench.type(words("quiet night"));
    QVERIFY(bench.click(words("Offer ")));
    QTRY_VERIFY(!bench.link().askedFor<HandleAlert>().isEmpty());
    const auto offers = bench.link().askedFor<HandleAlert>();
    const auto noted = [](const HandleAlert &offer) { return offer.comment == words("calm"); };
    QCOMPARE(std::count_if(offers.cbegin(), offers.cend(), noted), 1);
    QVERIFY(bench.link().askedFor<SendChat>().constFirst().text.endsWith(words("quiet night")));
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(bench.find(words("Shift hand-over M. Ortiz has ")));
    // One of them stays after all.
    const Handover &handover = *bench.console().incidents()->handover();
    QCOMPARE(handover.offerable(), 0);
    QVERIFY(bench.click(words("Withdraw")));
    QTRY_COMPARE(bench.link().askedFor<HandleAlert>().size(), 1);
    const HandleAlert back = bench.link().askedFor<HandleAlert>().constFirst();
    QVERIFY(back.verb == AlertVerb::Transfer);
    QCOMPARE(back.toId, scene::dispatcher().id);
    bench.link().acceptAll(scene::now());
    QTRY_COMPARE(handover.offerable(), 1);
    QVERIFY(bench.console().alerts()->find(back.alertId)->care->offeredToId.isEmpty());
}

void TestIncidentsPage::a_shift_is_taken_over()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::HandoverIn);
    QTRY_VERIFY(bench.find(words("Accept")));                  // on the workspace of the incident, too
    QVERIFY(bench.click(words("M. Ortiz hands over 2 item"))); // the top bar says so on every page
    QTRY_VERIFY(bench.find(words("Note of the shift: The bridge on Quay Road is closed until 18:00.")));
    QTRY_VERIFY(bench.find(words("Dana R. · PANIC, ")));
    QVERIFY(bench.click(words("Decline…")));
    QTRY_VERIFY(bench.find(words("Do not take over Amir K. · PANIC")));
    bench.type(words("busy"));
    bench.key(Qt::Key_Return);
    QTRY_COMPARE(bench.link().askedFor<HandleAlert>().size(), 1);
    QCOMPARE(bench.link().askedFor<HandleAlert>().constFirst().comment, words("busy"));
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(!bench.find(words("Do not take over")));
    QVERIFY(bench.click(words("Accept all")));
    QTRY_COMPARE(bench.link().askedFor<HandleAlert>().size(), 1);
    QVERIFY(bench.link().askedFor<HandleAlert>().constFirst().verb == AlertVerb::Claim);
    bench.link().acceptAll(scene::now());
    QTRY_VERIFY(!bench.find(words("Accept all")));
}

void TestIncidentsPage::every_button_has_a_name()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    open(bench, Incident::Staged);
    QTRY_VERIFY(bench.find(words("Log of the incident")));
    for (int page = 0; page < 2; ++page) {
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
        bench.key(Qt::Key_9, Qt::ControlModifier);
        QTRY_VERIFY(bench.find(words("Note of the shift")));
    }
}
