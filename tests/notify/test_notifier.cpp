// SPDX-License-Identifier: GPL-3.0-or-later
// Who hears of what, when, and what becomes of it: stories told to a notifier whose desk, log, clock and couriers are the test's.
#include "server/store/RowsFile.h"
#include "tests/notify/NotifyStage.h"

#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

QString words(const char *text)
{
    return QString::fromUtf8(text);
}

const QByteArray channels = R"(
desk = "Harbour control"
zone = "UTC"
[[channel]]
name = "mail"
kind = "email"
server = "localhost"
from = "desk@example.org"
[[channel]]
name = "sms"
kind = "sms"
url = "https://gw.example.org/"
body = '{"to": "{to}", "text": "{text}"}'
[[channel]]
name = "hook"
kind = "webhook"
url = "https://hook.example.org/"
[[channel]]
name = "screen"
kind = "desktop"
)";

QByteArray route(const char *name, const char *channel, const char *to, const QByteArray &more = {})
{
    QByteArray text = "[[route]]\nname = \"" + QByteArray(name) + "\"\nchannel = \"" + channel + "\"\n";
    if (*to)
        text += "to = [\"" + QByteArray(to) + "\"]\n";
    return text + more + '\n';
}

const QByteArray chief =
    route("chief", "sms", "+49151", "steps = [1]") + route("boss", "mail", "boss@b", "steps = [2]");

} // namespace

class TestNotifier : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoIsNamedIsTold()
    {
        NotifyStage stage(channels + route("all", "hook", "") +
                          route("workshop", "mail", "Workshop <w@x>", "categories = [\"eng*\"]") +
                          route("police", "mail", "p@x", "categories = [\"security\"]") +
                          route("top", "sms", "112", "min_level = \"emergency\""));
        Alert alert = stage.raised(words("a"));
        QCOMPARE(stage.attempts(), (QStringList{words("hook  0"), words("mail w@x 0")}));
        QCOMPARE(stage.courier->carried.at(1).words.subject, words("[CRITICAL] Unit 07: Engine too hot"));
        QCOMPARE(stage.desk.notes(words("a")),
                 (QStringList{words("webhook (hook), step 0: delivered"),
                              words("email (mail) to Workshop (w…@x), step 0: delivered")}));
        QCOMPARE(stage.status(words("mail")).sent, 1);
        stage.acknowledge(alert);
        stage.returns(alert);
        QCOMPARE(stage.attempts().mid(2), (QStringList{words("hook  over"), words("mail w@x over")}));
        QVERIFY(stage.rows.rows.size() <= 1); // the place in the log
    }

    void whoWasNotToldIsNotToldThatItIsOver()
    {
        NotifyStage stage(channels + route("one", "mail", "a@x") + route("no end", "mail", "b@x", "over = false"));
        stage.courier->answers[words("mail")] = {Receipt::Result::Refused, words("550 no such user"), {}};
        Alert alert = stage.raised(words("a"));
        stage.courier->answers.clear();
        stage.returns(alert);
        QCOMPARE(stage.attempts().size(), 2);
        QVERIFY(stage.desk.notes().contains(words("email (mail) to a…@x, step 0: not delivered: 550 no such user")));
    }

    void theLadderIsRunStepByStep()
    {
        NotifyStage stage(channels + chief);
        Alert alert = stage.raised(words("a"));
        QCOMPARE(stage.attempts(), QStringList());
        stage.escalate(alert);
        stage.escalate(alert);
        QCOMPARE(stage.attempts(), (QStringList{words("sms +49151 1"), words("mail boss@b 2")}));
        QCOMPARE(stage.courier->carried.at(0).words.brief.left(30), words("Step 1, unanswered: [CRITICAL]"));
        QVERIFY(stage.desk.skipped.isEmpty());
        stage.acknowledge(alert);
        stage.returns(alert);
        QCOMPARE(stage.attempts().size(), 4);
    }

    /// A welfare check that was missed goes to the top at once: whoever stands at a step in between hears of it, too.
    void aLeapTakesTheStepsBetween()
    {
        NotifyStage stage(channels + chief);
        Alert alert = stage.raised(words("a"));
        alert.escalation = 9;
        stage.happens(AlertVerb::Escalate, alert);
        QCOMPARE(stage.attempts(), (QStringList{words("sms +49151 9"), words("mail boss@b 9")}));
    }

    void anAcknowledgeStopsWhatWasStillToGo()
    {
        NotifyStage stage(channels + chief);
        stage.courier->answers[words("sms")] = {Receipt::Result::Later, words("busy"), {}};
        Alert alert = stage.raised(words("a"));
        stage.escalate(alert);
        QCOMPARE(stage.status(words("sms")).queued, 1);
        QVERIFY(stage.rows.rows.contains(words("a/a")));
        stage.acknowledge(alert);
        QCOMPARE(stage.status(words("sms")).queued, 0);
        QVERIFY(!stage.rows.rows.contains(words("a/a"))); // nobody was told
        stage.courier->answers.clear();
        stage.wait(1h);
        QCOMPARE(stage.attempts().size(), 1);
        QVERIFY(stage.desk.notes().contains(words("sms (sms) to …51, step 1: not sent: somebody has acknowledged it")));
    }

    void whatIsTakenBackIsToldAnew()
    {
        NotifyStage stage(channels + route("all", "hook", ""));
        Alert alert = stage.raised(words("a"));
        stage.acknowledge(alert);
        alert.acked = false;
        stage.happens(AlertVerb::Unacknowledge, alert, AlertState::Acknowledged);
        QCOMPARE(stage.attempts().size(), 2);
        stage.happens(AlertVerb::Repeat, alert); // nothing new
        alert.level = AlertLevel::Emergency;
        stage.happens(AlertVerb::LevelChange, alert);
        QCOMPARE(stage.attempts().size(), 3);
    }

    void aHeldAlertIsKeptQuiet()
    {
        NotifyStage stage(channels + route("all", "hook", ""));
        stage.courier->answers[words("hook")] = {Receipt::Result::Later, words("busy"), {}};
        Alert alert = stage.raised(words("a"), AlertLevel::Warning);
        alert.hold = AlertHold::Shelved;
        stage.happens(AlertVerb::Shelve, alert);
        QCOMPARE(stage.status(words("hook")).queued, 0);
        stage.courier->answers.clear();
        alert.hold = AlertHold::None;
        stage.happens(AlertVerb::Unshelve, alert, AlertState::Shelved);
        QCOMPARE(stage.attempts().size(), 2);
    }

    void aChatteringAlertIsToldOnce()
    {
        NotifyStage stage(channels + route("all", "hook", "", "over = false"));
        Alert alert = stage.raised(words("a"));
        for (int i = 0; i < 6; ++i) {
            alert.cond = AlertCondition::Clear;
            stage.happens(AlertVerb::Return, alert);
            alert.cond = AlertCondition::Active;
            alert.chattering = i > 1;
            ++alert.occurrence;
            stage.happens(AlertVerb::Raise, alert, AlertState::ReturnedUnacknowledged);
        }
        QCOMPARE(stage.attempts().size(), 3); // until it was known to chatter
    }

    void failuresAreTriedAgainWithMoreAndMorePatience()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x") + "[limits]\nattempts = 4\npause_after = 100\n");
        stage.courier->answers[words("mail")] = {Receipt::Result::Later, words("451 try later"), {}};
        stage.raised(words("a"));
        QCOMPARE(stage.attempts().size(), 1);
        QVERIFY(stage.desk.notes().constLast().startsWith(
            words("email (mail) to a…@x, step 0: failed: 451 try later; again at 22:13:30")));
        stage.wait(9s);
        QCOMPARE(stage.attempts().size(), 1);
        stage.wait(1s);
        QCOMPARE(stage.attempts().size(), 2);
        stage.wait(19s);
        QCOMPARE(stage.attempts().size(), 2);
        stage.wait(1s);
        QCOMPARE(stage.attempts().size(), 3);
        stage.wait(40s);
        QCOMPARE(stage.attempts().size(), 4);
        stage.wait(1h);
        QCOMPARE(stage.attempts().size(), 4);
        QCOMPARE(stage.desk.notes().constLast(),
                 words("email (mail) to a…@x, step 0: not delivered: given up after 4 attempts: 451 try later"));
        QCOMPARE(stage.status(words("mail")).failed, 1);
        QCOMPARE(stage.courier->carried.at(0).id, stage.courier->carried.at(3).id);
    }

    void theOtherSideSaysHowLongToWait()
    {
        NotifyStage stage(channels + route("all", "hook", ""));
        stage.courier->answers[words("hook")] = {Receipt::Result::Later, words("HTTP 429"), Duration(2min)};
        stage.raised(words("a"));
        stage.courier->answers.clear();
        stage.wait(119s);
        QCOMPARE(stage.attempts().size(), 1);
        stage.wait(1s);
        QCOMPARE(stage.attempts().size(), 2);
    }

    void whatIsRefusedIsNotTriedAgain()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.courier->answers[words("mail")] = {Receipt::Result::Refused, words("550 unknown"), {}};
        stage.raised(words("a"));
        stage.wait(1h);
        QCOMPARE(stage.attempts().size(), 1);
        QVERIFY(!stage.status(words("mail")).paused); // it answered
    }

    void aChannelThatFailsIsPausedAndComesBack()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x") +
                          route("hook", "hook", "", "codes = [\"NOTIFY*\"]\n") +
                          "[limits]\npause_after = 3\npause_seconds = 30\nper_minute = 100\n");
        stage.courier->answers[words("mail")] = {Receipt::Result::Later, words("no answer in time"), {}};
        for (int i = 0; i < 5; ++i)
            stage.raised(QString::number(i));
        QVERIFY(stage.status(words("mail")).paused);
        const QList<ReportAlert> reports = stage.desk.all<ReportAlert>();
        QCOMPARE(reports.size(), 1);
        QCOMPARE(reports.at(0).code, words("NOTIFY_FAILED"));
        QVERIFY(reports.at(0).message.startsWith(words("mail (email) cannot be sent: no answer in time.")));
        const qsizetype before = stage.attempts().size();
        stage.wait(20s);
        QCOMPARE(stage.attempts().size(), before); // paused
        stage.wait(10s);
        QCOMPARE(stage.attempts().size(), before + 1); // one finds out
        stage.wait(59s);
        QCOMPARE(stage.attempts().size(), before + 1); // and it is twice as long
        stage.courier->answers.clear();
        stage.wait(1s);
        QCOMPARE(stage.status(words("mail")).paused, false);
        QCOMPARE(stage.status(words("mail")).sent, 5);
        QCOMPARE(stage.status(words("mail")).queued, 0);
        const QList<CloseAlert> closed = stage.desk.all<CloseAlert>();
        QCOMPARE(closed.size(), 1);
        QCOMPARE(closed.at(0).alertId, reports.at(0).alertId);
        QVERIFY(stage.desk.requests.constLast().actor.supervises || closed.size() == 1);
    }

    void aWrongPasswordPausesAtOnceAndCostsNoMessage()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x") + "[limits]\nattempts = 2\n");
        stage.courier->answers[words("mail")] = {Receipt::Result::Broken, words("the login was refused"), {}};
        stage.raised(words("a"));
        QVERIFY(stage.status(words("mail")).paused);
        for (int i = 0; i < 10; ++i)
            stage.wait(10min);
        stage.courier->answers.clear();
        stage.wait(20min);
        QCOMPARE(stage.status(words("mail")).sent, 1);
    }

    void whatBecameTooOldIsGivenUp()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x") + "[limits]\nmax_age_seconds = 600\n");
        stage.courier->answers[words("mail")] = {Receipt::Result::Broken, words("the login was refused"), {}};
        stage.raised(words("a"));
        for (int i = 0; i < 11; ++i)
            stage.wait(1min);
        QCOMPARE(stage.status(words("mail")).queued, 0);
        QCOMPARE(stage.desk.notes().constLast(),
                 words("email (mail) to a…@x, step 0: not delivered: it became too old"));
    }

    void oneRecipientIsNotFlooded()
    {
        NotifyStage stage(channels + route("all", "sms", "+49151") + "[limits]\nper_minute = 3\n");
        for (int i = 0; i < 10; ++i)
            stage.raised(QString::number(i));
        QCOMPARE(stage.attempts().size(), 3);
        Alert panic = NotifyStage::panicOf(words("p"), words("anna"));
        stage.raise(panic); // what is most urgent may go beyond it
        QCOMPARE(stage.attempts().size(), 4);
        QCOMPARE(stage.courier->carried.constLast().alertId, words("p"));
        stage.wait(61s);
        QCOMPARE(stage.attempts().size(), 7);
        for (int i = 0; i < 4; ++i)
            stage.wait(61s);
        QCOMPARE(stage.attempts().size(), 11);
    }

    void aFullQueueLosesTheLeastUrgent()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x", "min_level = \"info\"") + "[limits]\nqueue = 4\n");
        stage.courier->answers[words("mail")] = {Receipt::Result::Broken, words("down"), {}};
        stage.raised(words("crit-1"));
        stage.raised(words("info-1"), AlertLevel::Info);
        stage.raised(words("warn-1"), AlertLevel::Warning);
        stage.raised(words("info-2"), AlertLevel::Info);
        stage.raised(words("crit-2"));                   // info-1 goes
        stage.raised(words("info-3"), AlertLevel::Info); // info-2 goes
        QCOMPARE(stage.status(words("mail")).queued, 4);
        QCOMPARE(stage.status(words("mail")).dropped, 2);
        QCOMPARE(stage.desk.notes(words("info-1")).constLast(),
                 words("email (mail) to a…@x, step 0: not sent: too many more urgent messages wait"));
        QVERIFY(!stage.desk.notes(words("info-2")).isEmpty());
        QVERIFY(stage.desk.notes(words("warn-1")).isEmpty());
        const QList<ReportAlert> reports = stage.desk.all<ReportAlert>();
        QCOMPARE(reports.constLast().code, words("NOTIFY_OVERFLOW"));
        stage.courier->answers.clear();
        stage.wait(20min);
        QCOMPARE(stage.status(words("mail")).sent, 4);
        QCOMPARE(stage.desk.all<CloseAlert>().size(), 2); // both troubles are over
    }

    void nothingIsSentTwiceAfterARestart()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x") + route("hook", "hook", ""));
        stage.courier->answers[words("mail")] = {Receipt::Result::Later, words("busy"), {}};
        Alert alert = stage.raised(words("a"));
        QCOMPARE(stage.attempts().size(), 2);
        stage.end();
        stage.courier->answers.clear();
        Alert missed = NotifyStage::alertOf(words("b")); // while nobody was there
        stage.happens(AlertVerb::Raise, missed, AlertState::Normal);
        Alert brief = NotifyStage::alertOf(words("c"));
        stage.happens(AlertVerb::Raise, brief, AlertState::Normal);
        brief.acked = true;
        stage.returns(brief);
        stage.now += 30s;
        stage.begin();
        QCOMPARE(stage.attempts().mid(2), (QStringList{words("mail a@x 0"), words("mail a@x 0"), words("hook  0")}));
        QCOMPARE(stage.courier->carried.at(2).alertId, words("a"));
        QCOMPARE(stage.courier->carried.at(3).alertId, words("b"));
        stage.restart();
        QCOMPARE(stage.attempts().size(), 5);
        stage.returns(alert); // whoever was told before is still known
        QCOMPARE(stage.attempts().size(), 7);
    }

    void whatWasUnderWayAtACrashGoesAgainUnderTheSameId()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.courier->holding = true;
        stage.raised(words("a"));
        stage.restart();
        QCOMPARE(stage.courier->carried.size(), 2);
        QCOMPARE(stage.courier->carried.at(0).id, stage.courier->carried.at(1).id);
    }

    void theFirstStartTellsNoHistory()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.end();
        stage.rows.rows.clear();
        Alert old = NotifyStage::alertOf(words("old"));
        stage.happens(AlertVerb::Raise, old, AlertState::Normal);
        stage.begin();
        QCOMPARE(stage.attempts(), QStringList());
        stage.raised(words("new"));
        QCOMPARE(stage.attempts().size(), 1);
    }

    void whatHappensWithoutAConfigurationIsNotToldLater()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.raised(words("a"));
        const NotifyConfig config = stage.config;
        stage.end();
        stage.config = {};
        stage.begin();
        Alert meanwhile = NotifyStage::alertOf(words("b"));
        stage.happens(AlertVerb::Raise, meanwhile, AlertState::Normal, false);
        stage.end();
        stage.config = config;
        stage.begin();
        QCOMPARE(stage.attempts().size(), 1);
        stage.raised(words("c"));
        QCOMPARE(stage.attempts().size(), 2);
    }

    void aDiskThatFailsLosesNoMessage()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.rows.failing = true;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(words("not on the disk")));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(words("not on the disk")));
        stage.raised(words("a"));
        QCOMPARE(stage.attempts().size(), 1); // better told and not noted than the other way round
        stage.rows.failing = false;
        stage.wait(1s);
        QVERIFY(!stage.rows.rows.isEmpty());
    }

    void contactsOfAPanicAreToldInOrder()
    {
        NotifyStage stage(channels + route("staff", "hook", "") + "[contacts]\nemail = \"mail\"\nsms = \"sms\"\n");
        stage.contacts.add(words("anna"), words("Carl"), words("+49 151 22"), words("carl@x.org"), 2);
        stage.contacts.add(words("anna"), words("Mother"), {}, words("mum@x.org"), 1);
        stage.contacts.add(words("anna"), words("Nobody"), words("no number"), {}, 3);
        stage.contacts.add(words("ben"), words("Other"), words("+49 151 99"), {}, 1);
        Alert panic = NotifyStage::panicOf(words("p"), words("anna"));
        stage.raise(panic);
        QCOMPARE(stage.attempts(), (QStringList{words("hook  0"), words("mail mum@x.org 0"), words("sms +4915122 0")}));
        QCOMPARE(stage.courier->carried.at(1).words.subject, words("Anna has called for help"));
        QVERIFY(stage.desk.notes(words("p")).contains(words("sms (sms) to contact Carl (…22), step 0: delivered")));
        stage.cancel(panic);
        QCOMPARE(stage.attempts().mid(3),
                 (QStringList{words("hook  over"), words("mail mum@x.org over"), words("sms +4915122 over")}));
        QCOMPARE(stage.courier->carried.at(4).words.subject, words("Anna has canceled the call for help"));
    }

    void contactsAreToldAlthoughSomebodyAcknowledgedAtOnce()
    {
        NotifyStage stage(channels + "[contacts]\nemail = \"mail\"\n");
        stage.contacts.add(words("anna"), words("Mother"), {}, words("mum@x.org"), 1);
        stage.contacts.failing = 2;
        Alert panic = NotifyStage::panicOf(words("p"), words("anna"));
        stage.raise(panic);
        stage.acknowledge(panic);
        QCOMPARE(stage.attempts(), QStringList());
        stage.restart(); // also over a restart
        stage.wait(1s);
        QCOMPARE(stage.attempts(), QStringList{words("mail mum@x.org 0")});
        QCOMPARE(stage.contacts.asked, 3);
    }

    void duress_data()
    {
        QTest::addColumn<QByteArray>("policy");
        QTest::addColumn<QStringList>("told");
        QTest::newRow("as the phone") << QByteArray("as_phone") << QStringList{words("sms +4915122 over")};
        QTest::newRow("nothing") << QByteArray("nothing") << QStringList{};
        QTest::newRow("truth") << QByteArray("truth") << QStringList{words("sms +4915122 0")};
    }
    void duress()
    {
        QFETCH(QByteArray, policy);
        QFETCH(QStringList, told);
        NotifyStage stage(channels + route("staff", "hook", "") + route("chief", "mail", "chief@x", "duress = true") +
                          "[contacts]\nsms = \"sms\"\nsteps = [0, 1]\nafter_duress = \"" + policy + "\"\n");
        stage.contacts.add(words("anna"), words("Carl"), words("+49 151 22"), {}, 1);
        Alert panic = NotifyStage::panicOf(words("p"), words("anna"));
        stage.raise(panic);
        stage.acknowledge(panic);
        const qsizetype before = stage.attempts().size();
        QCOMPARE(before, 3);
        stage.cancelUnderThreat(panic);
        QStringList contacts;
        for (qsizetype i = before; i < stage.attempts().size(); ++i) {
            const NotifyMessage &message = stage.courier->carried.at(i);
            const QString all = message.words.subject + message.words.text + message.words.brief +
                                QString::fromUtf8(message.words.json);
            const bool tells = all.contains(words("duress"), Qt::CaseInsensitive) ||
                               all.contains(words("threat"), Qt::CaseInsensitive);
            QCOMPARE(tells, message.channel == words("mail") || (message.channel == words("sms") && policy == "truth"));
            if (message.channel == words("sms"))
                contacts.append(stage.attempts().at(i));
        }
        QCOMPARE(contacts, told);
        // The ladder goes on for staff alone, unless contacts know.
        stage.escalate(panic);
        QCOMPARE(stage.attempts().count(words("sms +4915122 1")), policy == "truth" ? 1 : 0);
        // What the desk closes later is no second end for them.
        panic.acked = true;
        panic.cond = AlertCondition::Clear;
        panic.care.edit([&](AlertCare &care) { care.closedAt = stage.now; });
        stage.happens(AlertVerb::Close, panic);
        QCOMPARE(stage.attempts().count(words("sms +4915122 over")), policy == "nothing" ? 0 : 1);
    }

    void nothingGoesToWhoCalledForHelp()
    {
        NotifyStage stage(channels + route("staff", "mail", "anna@x.org") + route("staff too", "mail", "ben@x.org"));
        AccountsSnapshot snapshot;
        AccountsSnapshot::Entry anna;
        anna.email = words("anna@x.org");
        snapshot.accounts.insert(words("anna"), anna);
        stage.accounts->publish(std::make_shared<const AccountsSnapshot>(snapshot));
        Alert panic = NotifyStage::panicOf(words("p"), words("anna"));
        stage.raise(panic);
        QCOMPARE(stage.attempts(), QStringList{words("mail ben@x.org 0")});
    }

    void aStepThatReachesNobodyIsSkipped()
    {
        NotifyStage stage(channels + chief);
        stage.courier->answers[words("sms")] = {Receipt::Result::Broken, words("down"), {}};
        Alert first = stage.raised(words("a"));
        QVERIFY(stage.desk.skipped.isEmpty()); // whoever sits at a console is the first step
        stage.escalate(first);
        QCOMPARE(stage.desk.skipped, QStringList{words("a 1")}); // it failed
        stage.escalate(first);
        QCOMPARE(stage.desk.skipped.size(), 1); // the boss is reached
        Alert second = stage.raised(words("b"));
        stage.escalate(second);
        QCOMPARE(stage.desk.skipped, (QStringList{words("a 1"), words("b 1")})); // known to be paused
        QVERIFY(stage.desk.notes(words("b")).contains(words("step 1 reaches nobody: the next one runs at once")));
        // Below the route's level nobody stands at any step: the consoles keep their time.
        Alert low = stage.raised(words("c"), AlertLevel::Info);
        stage.escalate(low);
        QCOMPARE(stage.desk.skipped.size(), 2);
    }

    void quietHoursAreNobody()
    {
        NotifyStage stage(channels + route("chief", "sms", "+49151", "steps = [1]\nquiet = [\"22:00-06:00\"]") +
                          route("boss", "mail", "b@x", "steps = [2]"));
        Alert alert = stage.raised(words("a")); // 22:13
        stage.escalate(alert);
        QCOMPARE(stage.desk.skipped, QStringList{words("a 1")});
        QCOMPARE(stage.attempts(), QStringList());
        stage.now += 9h;
        Alert morning = stage.raised(words("b"));
        stage.escalate(morning);
        QCOMPARE(stage.attempts(), QStringList{words("sms +49151 1")});
    }

    void simulatedAlertsAreToldOnlyIfTheyShould()
    {
        for (const bool told : {false, true}) {
            NotifyStage stage((told ? "simulated = true\n" : "") + channels + chief + route("all", "hook", ""));
            Alert alert = NotifyStage::alertOf(words("a"));
            alert.simulated = true;
            alert.escalateAt = stage.now;
            stage.raise(alert);
            stage.escalate(alert);
            QCOMPARE(stage.attempts().size(), told ? 2 : 0);
            QVERIFY(stage.desk.skipped.isEmpty());
            if (told)
                QVERIFY(stage.courier->carried.at(0).words.subject.startsWith(words("SIMULATED")));
        }
    }

    void aNoticeGoesToWhoIsAtAConsole()
    {
        NotifyStage stage(channels + route("all", "screen", "role:supervisor") +
                          route("step", "screen", "staff", "steps = [1]") +
                          route("boss", "mail", "b@x", "steps = [2]"));
        Alert alert = stage.raised(words("a"));
        QVERIFY(stage.notices.isEmpty());
        stage.escalate(alert);
        QCOMPARE(stage.desk.skipped.size(), 1);
        stage.notifier->setPeople({{words("dana"), words("Dana"), Role::Dispatcher, {}},
                                   {words("sue"), words("Sue"), Role::Supervisor, {}},
                                   {words("van-1"), words("van-1"), Role::Device, {}}});
        NotifyStage::settle();
        Alert next = stage.raised(words("b"));
        QCOMPARE(stage.notices.size(), 1);
        QCOMPARE(stage.notices.at(0).people, QStringList{words("sue")});
        stage.escalate(next);
        QCOMPARE(stage.notices.at(1).people, (QStringList{words("dana"), words("sue")}));
        QCOMPARE(stage.desk.skipped.size(), 1);
        // A row for each, and one for whom nobody sat at a console.
        QCOMPARE(stage.desk.notes(words("a")),
                 (QStringList{words("desktop (screen) to role:supervisor, step 0: no console"),
                              words("desktop (screen) to staff, step 1: no console"),
                              words("step 1 reaches nobody: the next one runs at once")}));
        QCOMPARE(stage.desk.notes(words("b")), (QStringList{words("desktop (screen) to Sue (sue), step 0: shown"),
                                                            words("desktop (screen) to Dana (dana), step 1: shown"),
                                                            words("desktop (screen) to Sue (sue), step 1: shown")}));
        // Those elsewhere are reached as well, each once.
        stage.notifier->setPeopleElsewhere(
            {{words("sue"), words("Sue"), Role::Supervisor, {}}, {words("kim"), words("Kim"), Role::Supervisor, {}}});
        NotifyStage::settle();
        (void)stage.raised(words("c"));
        QCOMPARE(stage.notices.constLast().people, (QStringList{words("sue"), words("kim")}));
        stage.notifier->setPeopleElsewhere({});
        stage.notifier->setPeople({});
        NotifyStage::settle();
        const qsizetype shown = stage.notices.size();
        (void)stage.raised(words("d"));
        QCOMPARE(stage.notices.size(), shown);
        Outcome tested;
        stage.notifier->test({Actor::Kind::Operator, words("dana"), words("Dana"), {}}, words("screen"), words("sue"),
                             [&tested](const Outcome &outcome) { tested = outcome; });
        NotifyStage::settle();
        QCOMPARE(tested.code, words("failed"));
        QCOMPARE(stage.desk.notes().constLast(), words("desktop (screen) to sue, test: no console, asked for by Dana"));
    }

    void aPreviewSaysWhatIsThenSent()
    {
        NotifyStage stage(channels + route("all", "hook", "") +
                          route("workshop", "mail", "Workshop <w@x>", "quiet = [\"22:00-06:00\"]") +
                          route("low", "mail", "low@x", "min_level = \"emergency\"") + route("again", "hook", "") +
                          route("paused", "sms", "+49151") + "[limits]\npause_seconds = 3600\n");
        stage.courier->answers[words("sms")] = {Receipt::Result::Broken, words("down"), {}};
        stage.raised(words("x"), AlertLevel::Critical);
        stage.courier->carried.clear();
        DescribedAlert described;
        described.source = words("van-7");
        described.code = words("HIGH_TEMP");
        described.level = AlertLevel::Critical;
        const NotifyPreview preview = stage.preview({described});
        QVERIFY2(preview.error.isEmpty(), qPrintable(preview.error));
        QStringList rows;
        for (const NotifyRow &row : preview.rows)
            rows.append(QStringLiteral("%1 %2 %3: %4").arg(toString(row.verdict), row.route, row.recipient, row.why));
        QCOMPARE(rows,
                 (QStringList{words("sent all hook: "), words("waits paused …51: the channel sms is paused: down"),
                              words("withheld workshop Workshop <w@x>: quiet hours (22:00-06:00)"),
                              words("withheld low low@x: is below emergency"),
                              words("withheld again hook: gets it already by another route")}));
        QVERIFY(stage.courier->carried.isEmpty());
        Alert alert = stage.raised(words("a"));
        QCOMPARE(stage.attempts(), QStringList{words("hook  0")});
        // Of an alert that is open, and at another time.
        stage.acknowledge(alert);
        QCOMPARE(stage.preview({words("a")}).rows.at(0).why, words("somebody has acknowledged it"));
        const NotifyPreview noon = stage.preview({described, 0, stage.now + 14h});
        QCOMPARE(std::count_if(noon.rows.cbegin(), noon.rows.cend(),
                               [](const NotifyRow &row) { return row.verdict == NotifyVerdict::Sent; }),
                 2);
        QCOMPARE(stage.preview({words("unknown")}).error, words("There is no open alert with the id unknown."));
        const NotifyPreview step = stage.preview({described, 1});
        QVERIFY(step.unreached);
    }

    void aPreviewOfAPanicNamesTheContacts()
    {
        NotifyStage stage(channels + "[contacts]\nemail = \"mail\"\nsms = \"sms\"\n");
        stage.contacts.add(words("anna"), words("Carl"), words("+49 151 22"), words("carl@x.org"), 2);
        stage.contacts.add(words("anna"), words("Lost"), {}, {}, 1);
        DescribedAlert described;
        described.panic = true;
        described.person = words("anna");
        const NotifyPreview preview = stage.preview({described});
        QCOMPARE(preview.rows.size(), 2);
        QCOMPARE(preview.rows.at(0).recipient, words("Carl (…22)"));
        QVERIFY(preview.rows.at(0).text.startsWith(words("anna has called for help")));
        QCOMPARE(preview.rows.at(1).why, words("no address that a channel for contacts could reach"));
        described.simulated = true;
        QVERIFY(stage.preview({described}).rows.at(0).verdict == NotifyVerdict::Withheld);
    }

    void aTestMessageTellsHowItWent()
    {
        NotifyStage stage(channels);
        Outcome outcome;
        const Actor sue{Actor::Kind::Operator, words("sue"), words("Sue"), {}};
        const auto test = [&](const char *channel, const char *to) {
            stage.notifier->test(sue, words(channel), words(to), [&outcome](const Outcome &said) { outcome = said; });
            NotifyStage::settle();
        };
        test("mail", "a@x.org");
        QVERIFY(outcome.ok);
        QVERIFY(stage.courier->carried.at(0).words.text.contains(words("Nothing has happened")));
        QCOMPARE(stage.desk.all<NoteAudit>().constLast().record.action, words("notify_test"));
        QCOMPARE(stage.desk.notes().constLast(), words("email (mail) to a…@x.org, test: delivered, asked for by Sue"));
        stage.courier->answers[words("mail")] = {Receipt::Result::Broken, words("the login was refused"), {}};
        test("mail", "a@x.org");
        QCOMPARE(outcome.code, words("failed"));
        QCOMPARE(outcome.message, words("the login was refused"));
        test("fax", "1");
        QCOMPARE(outcome.code, words("not_found"));
        test("sms", "Carl");
        QCOMPARE(outcome.code, words("invalid"));
        QVERIFY(!stage.status(words("mail")).paused); // a test pauses nothing
    }

    /// The desk hands over and goes on; what does not fit is read from the log; the queue stays within its bounds.
    void tenThousandAlertsAtOnceHoldNobodyUp()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x") + "[limits]\nqueue = 500\n");
        stage.courier->answers[words("mail")] = {Receipt::Result::Broken, words("down"), {}};
        stage.end();
        stage.begin(4); // batches
        constexpr int count = 10'000;
        QList<Event> events;
        for (int i = 1; i <= count; ++i) {
            Alert alert = NotifyStage::alertOf(QString::number(i));
            alert.revision = 1;
            Event event;
            event.seq = i;
            event.body = AlertChange{AlertVerb::Raise, AlertState::Normal, stateOf(alert), alert, {}, {}};
            events.append(event);
        }
        stage.archive.log = events;
        for (int i = 0; i < count; i += 100)
            stage.notifier->takeEvents(events.mid(i, 100)); // nothing is judged meanwhile
        QVERIFY(stage.courier->carried.isEmpty());
        const auto judged = [&] {
            const NotifyChannel mail = stage.status(words("mail"));
            return mail.queued + mail.dropped;
        };
        QTRY_COMPARE_WITH_TIMEOUT(judged(), count, 60'000);
        QCOMPARE(stage.status(words("mail")).queued, 500);
        QVERIFY(stage.archive.asked > 1);
        QVERIFY(stage.rows.rows.size() < 500 + count + 10);
        QTRY_COMPARE(stage.desk.all<ReportAlert>().size(), 2); // the channel, and the queue
    }

    void theLogIsAskedAgainWhenItIsBusy()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.end();
        Alert missed = NotifyStage::alertOf(words("b"));
        stage.happens(AlertVerb::Raise, missed, AlertState::Normal);
        stage.archive.failing = 1;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(words("log cannot be read")));
        stage.begin();
        QCOMPARE(stage.attempts(), QStringList());
        stage.wait(1s);
        QCOMPARE(stage.attempts(), QStringList{words("mail a@x 0")});
    }

    void notesWaitForADeskThatIsBusy()
    {
        NotifyStage stage(channels + route("all", "mail", "a@x"));
        stage.desk.refusing = true;
        stage.raised(words("a"));
        QVERIFY(stage.desk.notes().isEmpty());
        stage.desk.refusing = false;
        stage.wait(1s);
        QCOMPARE(stage.desk.notes().size(), 1);
    }

    void rowsAreWhereTheyWereAfterARestart()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath(words("notify.db"));
        {
            RowsFile rows(path);
            QCOMPARE(rows.load().rows.size(), 0);
            QCOMPARE(rows.apply({{{words("a"), "1"}, {words("b"), QByteArray("\0x", 2)}}, {}}), QString());
            QCOMPARE(rows.apply({{{words("a"), "2"}}, {words("a"), words("b")}}), QString());
            QCOMPARE(rows.apply({{{words("c"), "3"}}, {}}), QString());
        }
        RowsFile rows(path);
        const KeptRows::Loaded loaded = rows.load();
        QCOMPARE(loaded.error, QString());
        QCOMPARE(loaded.rows, (QMap<QString, QByteArray>{{words("a"), "2"}, {words("c"), "3"}}));
        QFile damaged(directory.filePath(words("damaged.db")));
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write(QByteArray(8192, 'x'));
        damaged.close();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(words("begun anew")));
        RowsFile anew(damaged.fileName());
        QCOMPARE(anew.load().error, QString());
        QCOMPARE(anew.apply({{{words("c"), "3"}}, {}}), QString());
        QVERIFY(QFile::exists(damaged.fileName() + words(".damaged")));
        RowsFile nowhere(directory.filePath(words("none/notify.db")));
        QVERIFY(!nowhere.load().error.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestNotifier)
#include "test_notifier.moc"
