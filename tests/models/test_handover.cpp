// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/models/IncidentShift.h"

#include "models/SheetText.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
Alert ofOwner(Alert alert, const char *id, const char *name)
{
    alert.care.edit([&](AlertCare &care) {
        care.ownerId = s(id);
        care.ownerName = s(name);
        care.ownedUntil = noon + 1h;
    });
    return alert;
}

Alert offered(Alert alert, const char *toId, const char *toName, const char *by, const char *note = "")
{
    alert.care.edit([&](AlertCare &care) {
        care.offeredToId = s(toId);
        care.offeredToName = s(toName);
        care.offeredBy = s(by);
        care.offerNote = s(note);
    });
    return alert;
}
} // namespace

/// One shift ends, the next begins.
class TestHandover : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoLeavesSeesWhatIsTheirsAndWhatIsNobodys()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        handover.setShown(true);
        QAbstractItemModelTester tester(handover.outgoing());
        shift.link.publish(ofOwner(call(), "mo", "M. Ortiz"));
        shift.link.publish(alert("a-1", "van-1", AlertLevel::Critical));
        shift.link.publish(ofOwner(alert("a-2", "van-2", AlertLevel::Critical), "lind", "J. Lind"));
        Alert over = alert("a-3", "van-3", AlertLevel::Warning);
        over.cond = AlertCondition::Clear;
        over.acked = true;
        shift.link.publish(over);
        QCOMPARE(column(*handover.outgoing(), "alertId"), s("p-1 a-1")); // the worst on top
        QCOMPARE(show(*handover.outgoing(), 0, "detail").toString(), s("not acknowledged · since 12:00 · you"));
        QCOMPARE(show(*handover.outgoing(), 1, "detail").toString(),
                 s("not acknowledged · since 12:00 · nobody handles it"));
        QCOMPARE(handover.offerable(), 2);
        QCOMPARE(handover.candidates(), QStringList(s("J. Lind")));
        QCOMPARE(handover.candidate(), 0); // there is no other
        QVERIFY(handover.progressText().isEmpty());
        QVERIFY(handover.incomingText().isEmpty());
    }

    void inAFloodThePageHasAllAndOffersComeWithoutIt()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        DeskSnapshot state;
        for (int i = 0; i <= AlertListModel::Many; ++i)
            state.alerts.append(alert(qPrintable(QStringLiteral("f-%1").arg(i)), "van-1", AlertLevel::Warning));
        shift.link.open(state);
        shift.link.publish(offered(ofOwner(alert("a-1", "van-1", AlertLevel::Critical), "lind", "J. Lind"), "mo",
                                   "M. Ortiz", "J. Lind"));
        QTRY_COMPARE(handover.incoming()->rowCount(), 1);
        QVERIFY(handover.incomingText().contains(s("J. Lind")));
        QCOMPARE(handover.outgoing()->rowCount(), 0);
        handover.setShown(true);
        QCOMPARE(handover.outgoing()->rowCount(), AlertListModel::Many + 1);
        // What comes while it is looked at is there within the second.
        shift.link.publish(alert("a-2", "van-2", AlertLevel::Critical));
        QTRY_COMPARE(handover.outgoing()->rowCount(), AlertListModel::Many + 2);
    }

    void itemsAreOfferedWithTheirNotesAndTheShiftsNote()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        handover.setShown(true);
        shift.link.publish(ofOwner(call(), "mo", "M. Ortiz"));
        shift.link.publish(ofOwner(alert("a-1", "van-1", AlertLevel::Critical), "mo", "M. Ortiz"));
        shift.link.publish(alert("a-2", "van-2", AlertLevel::Warning));
        handover.outgoing()->setNote(danasCall, s("calm, waits at the gate"));
        handover.outgoing()->setIncluded(s("a-2"), false);
        handover.setShiftNote(s("The bridge is closed."));
        shift.link.publish(ofOwner(call("p-2", "amir"), "lind", "J. Lind")); // something happens meanwhile
        QCOMPARE(show(*handover.outgoing(), 0, "note").toString(), s("calm, waits at the gate"));
        handover.offer();
        const auto asked = shift.link.askedFor<HandleAlert>();
        QCOMPARE(asked.size(), 2);
        QVERIFY(asked[0].verb == AlertVerb::Transfer && asked[0].alertId == danasCall && asked[0].toId == s("lind"));
        QCOMPARE(asked[0].comment, s("calm, waits at the gate"));
        const auto lines = shift.link.askedFor<SendChat>();
        QCOMPARE(lines.size(), 1);
        QCOMPARE(lines[0].thread, operatorsThread());
        QVERIFY(lines[0].text.endsWith(s("\nThe bridge is closed.")));
        QVERIFY(handover.shiftNote().isEmpty());
        QVERIFY(handover.progressText().isEmpty()); // not before the desk has it
        shift.answerAll();
        QCOMPARE(handover.progressText(), s("J. Lind has 2 of 2 still to answer"));
        QCOMPARE(show(*handover.outgoing(), 0, "stateText").toString(), s("offered to J. Lind"));
        QCOMPARE(handover.offerable(), 0);

        shift.turns(
            AlertVerb::Claim, [](Alert &item) { item = ofOwner(offered(item, "", "", ""), "lind", "J. Lind"); },
            s("accepted"), lind());
        QCOMPARE(handover.progressText(), s("J. Lind has 1 of 2 still to answer · 1 accepted"));
        AlertChange declined;
        declined.verb = AlertVerb::Release;
        declined.reason = s("declined");
        declined.comment = s("on a call");
        declined.alert = offered(shift.link.alerts.value(s("a-1")), "", "", "");
        ++declined.alert.revision;
        shift.link.changeBy(lind(), declined, shift.now);
        QCOMPARE(handover.progressText(), s("1 accepted · 1 declined"));
        QCOMPARE(shift.console.notices()->latestText(), s("J. Lind does not take over van-1 · HIGH_RPM: on a call"));
        QCOMPARE(show(*handover.outgoing(), 1, "stateText").toString(), s("declined by J. Lind: on a call"));
        // Who leaves the page still sees in the top bar how it stands.
        handover.setShown(false);
        shift.link.publish(alert("a-3", "van-1", AlertLevel::Warning));
        QCOMPARE(handover.outgoing()->rowCount(), 2);
        QCOMPARE(handover.progressText(), s("1 accepted · 1 declined"));
        handover.setShown(true);
        handover.outgoing()->setIncluded(s("a-3"), false);
        QCOMPARE(handover.offerable(), 1); // it can be offered again
    }

    void anOfferIsWithdrawnAndBothEndsKnow()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        handover.setShown(true);
        shift.link.publish(ofOwner(call(), "mo", "M. Ortiz"));
        handover.offer();
        shift.answerAll();
        shift.desk().open(danasCall);
        QVERIFY(shift.card().property("offeredByMe").toBool());
        QCOMPARE(show(*handover.outgoing(), 0, "stateText").toString(), s("offered to J. Lind"));
        handover.withdraw(danasCall);
        const auto asked = shift.link.askedFor<HandleAlert>();
        QVERIFY(asked.constLast().verb == AlertVerb::Transfer && asked.constLast().toId == s("mo"));
        QCOMPARE(show(*handover.outgoing(), 0, "stateText").toString(),
                 s("offered to J. Lind")); // until the desk says so
        shift.answerAll();
        QVERIFY(!shift.card().property("offeredByMe").toBool());
        QVERIFY(handover.progressText().isEmpty());
        QCOMPARE(handover.offerable(), 1); // it can be offered again
        QVERIFY(shift.titles().contains(s("Offer withdrawn")));
        // By the desk's card as well; and the desk may refuse.
        handover.offer();
        shift.answerAll();
        shift.desk().withdraw();
        QCOMPARE(shift.link.askedFor<HandleAlert>().constLast().toId, s("mo"));

        Shift coming;
        coming.link.publish(offered(ofOwner(call(), "lind", "J. Lind"), "mo", "M. Ortiz", "J. Lind"));
        QCOMPARE(coming.desk().handover()->incomingText(), s("J. Lind hands over 1 item"));
        AlertChange back;
        back.verb = AlertVerb::Transfer;
        back.reason = s("withdrawn");
        back.alert = offered(coming.link.alerts.value(danasCall), "", "", "");
        ++back.alert.revision;
        coming.link.changeBy(lind(), back, coming.now);
        QVERIFY(coming.desk().handover()->incomingText().isEmpty());
        QCOMPARE(coming.console.notices()->latestText(), s("J. Lind does not hand over Dana R. · PANIC any more."));
    }

    void nothingToHandOverAndNobodyToTakeItAreSaid()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        handover.setShown(true);
        handover.offer();
        QVERIFY(shift.link.asked.isEmpty());
        QCOMPARE(shift.console.notices()->latestText(),
                 s("There is nothing to hand over: tick an item, or write a note."));
        Q_EMIT shift.link.people({person("mo", "M. Ortiz")});
        QVERIFY(handover.candidates().isEmpty());
        handover.setShiftNote(s("All quiet."));
        handover.offer();
        QVERIFY(shift.link.asked.isEmpty());
        QCOMPARE(shift.console.notices()->latestText(), s("Choose who takes over."));
        QCOMPARE(handover.shiftNote(), s("All quiet."));
        Q_EMIT shift.link.people({person("mo", "M. Ortiz"), person("kim", "Kim"), person("lind", "J. Lind")});
        QCOMPARE(handover.candidate(), -1); // two: somebody has to choose
        handover.setCandidate(1);
        handover.offer(); // a quiet shift has a note alone
        QCOMPARE(shift.link.askedFor<SendChat>().size(), 1);
    }

    void whoComesAcceptsOneByOneOrDeclines()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        handover.setShown(true);
        QAbstractItemModelTester tester(handover.incoming());
        shift.link.publish(offered(ofOwner(call(), "lind", "J. Lind"), "mo", "M. Ortiz", "J. Lind", "at the gate"));
        shift.link.publish(offered(alert("a-1", "van-1", AlertLevel::Critical), "mo", "M. Ortiz", "J. Lind"));
        shift.link.publish(offered(alert("a-2", "van-2", AlertLevel::Critical), "kim", "Kim", "J. Lind"));
        QCOMPARE(handover.incomingText(), s("J. Lind hands over 2 items"));
        QCOMPARE(column(*handover.incoming(), "alertId"), s("p-1 a-1"));
        QCOMPARE(show(*handover.incoming(), 0, "note").toString(), s("at the gate"));
        QCOMPARE(show(*handover.incoming(), 0, "from").toString(), s("J. Lind"));
        QVERIFY(!handover.decline(s("a-1"), s("  ")));
        QVERIFY(shift.link.asked.isEmpty());
        handover.accept(danasCall);
        shift.answerAll();
        QCOMPARE(shift.link.alerts.value(danasCall).care->ownerId, s("mo"));
        QCOMPARE(handover.incomingText(), s("J. Lind hands over 1 item"));
        QVERIFY(handover.decline(s("a-1"), s("not my district")));
        shift.answerAll();
        QVERIFY(handover.incomingText().isEmpty());
        QVERIFY(shift.link.alerts.value(s("a-1")).care->offeredToId.isEmpty());
    }

    void everythingIsAcceptedAtOnce()
    {
        Shift shift;
        Handover &handover = *shift.desk().handover();
        handover.setShown(true);
        shift.link.publish(offered(call(), "mo", "M. Ortiz", "J. Lind"));
        shift.link.publish(offered(alert("a-1", "van-1", AlertLevel::Critical), "mo", "M. Ortiz", "Kim"));
        QCOMPARE(handover.incomingText(), s("J. Lind and Kim hand over 2 items"));
        handover.acceptAll();
        QCOMPARE(shift.link.askedFor<HandleAlert>().size(), 2);
        shift.answerAll();
        QCOMPARE(handover.incoming()->count(), 0);
        handover.acceptAll();
        QVERIFY(shift.link.asked.isEmpty());
    }

    void aConsoleThatStartsAnewKnowsWhereItStands()
    {
        Shift leaving;
        leaving.desk().handover()->setShown(true);
        leaving.link.publish(ofOwner(call(), "mo", "M. Ortiz"));
        leaving.link.publish(ofOwner(alert("a-1", "van-1", AlertLevel::Critical), "mo", "M. Ortiz"));
        leaving.desk().handover()->setShiftNote(s("The bridge is closed."));
        leaving.desk().handover()->offer();
        QList<ChatMessage> room;
        connect(&leaving.link, &DeskLink::events, &leaving.console, [&](const QList<Event> &events) {
            for (const Event &event : events) {
                if (const auto *message = std::get_if<ChatMessage>(&event.body))
                    room.append(*message);
            }
        });
        leaving.answerAll();
        QCOMPARE(room.size(), 1);
        DeskSnapshot kept;
        kept.alerts = leaving.link.alerts.values();
        kept.messages = room;

        Shift again;
        again.link.open(kept);
        QCOMPARE(again.desk().handover()->progressText(), s("J. Lind has 2 of 2 still to answer"));

        Shift coming;
        coming.link.setSelf(lind());
        coming.link.open(kept);
        QCOMPARE(coming.desk().handover()->incomingText(), s("M. Ortiz hands over 2 items"));
        QCOMPARE(coming.desk().handover()->incomingNote(), s("The bridge is closed."));
        coming.now += 13h; // another shift's line
        coming.desk().refresh();
        QVERIFY(coming.desk().handover()->incomingNote().isEmpty());
    }

    void aRefusedOfferIsSaid()
    {
        Shift shift;
        shift.desk().handover()->setShown(true);
        shift.link.publish(alert("a-1", "van-1", AlertLevel::Critical));
        shift.desk().handover()->offer();
        shift.link.refuse(s("closed"), s("The alert is already over."));
        QCOMPARE(shift.console.notices()->latestText(),
                 s("van-1 · HIGH_RPM was not offered: The alert is already over."));
    }

    void theSheetIsExportedAndNoted()
    {
        Shift shift;
        QTemporaryDir directory;
        shift.desk().handover()->setShown(true);
        shift.link.publish(ofOwner(call(), "mo", "M. Ortiz"));
        shift.desk().handover()->outgoing()->setNote(danasCall, s("<calm>"));
        QObject::connect(&shift.console.files(), &FilePicker::asked, &shift.console,
                         [&](const FilePicker::Question &question) {
                             const QString path = directory.filePath(question.suggested);
                             shift.console.files().answer(question.id, {QUrl::fromLocalFile(path)});
                         });
        for (const char *kind : {"html", "csv"}) {
            shift.desk().handover()->exportSheet(s(kind));
            QTRY_COMPARE(shift.link.askedFor<NoteAudit>().size(), 1);
            QCOMPARE(shift.link.askedFor<NoteAudit>().constFirst().record.action, s("export"));
            shift.answerAll();
            QFile file(directory.filePath(s("handover.") + s(kind)));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString text = QString::fromUtf8(file.readAll());
            QVERIFY(text.contains(s("Dana R. · PANIC")));
            QVERIFY(text.contains(qstrcmp(kind, "html") == 0 ? s("&lt;calm&gt;") : s("\"<calm>\"")));
        }
    }

    void cellsCannotBecomeFormulas_data()
    {
        QTest::addColumn<QString>("cell");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("nothing") << QString() << QByteArray("\"\"");
        QTest::newRow("words") << s("two, words") << QByteArray("\"two, words\"");
        QTest::newRow("quotes") << s("a \"b\"") << QByteArray("\"a \"\"b\"\"\"");
        QTest::newRow("a formula") << s("=HYPERLINK(1)") << QByteArray("\"'=HYPERLINK(1)\"");
        QTest::newRow("a number to call") << s("+00 555") << QByteArray("\"'+00 555\"");
    }
    void cellsCannotBecomeFormulas()
    {
        QFETCH(QString, cell);
        QFETCH(QByteArray, expected);
        QCOMPARE(sheet::csv({{cell}}), QByteArray("\xEF\xBB\xBF") + expected + "\r\n");
    }
};

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    TestHandover test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_handover.moc"
