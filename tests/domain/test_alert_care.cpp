// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/domain/AlertStory.h"

#include <functional>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const QString rpm = channel::EngineRpm;
const QString coolant = channel::EngineTemperature;

/// What operators do, told to a story.
struct Desk : AlertStory
{
    explicit Desk(const QList<AlertRule> &rules = {}) : AlertStory(rules, withoutSilence()) {}
    Outcome does(AlertVerb verb, const QString &comment = {}, std::optional<Duration> span = {},
                 const Actor &who = personNamed("ortiz"))
    {
        HandleAlert request;
        request.verb = verb;
        request.alertId = log.last().alert.id;
        request.comment = comment;
        if (span)
            request.until = now + *span;
        return take(book().handle(request, who, now));
    }
    Outcome hands(const char *to, const QString &note = {}, const Actor &who = personNamed("ortiz"))
    {
        HandleAlert request;
        request.verb = AlertVerb::Transfer;
        request.alertId = log.last().alert.id;
        request.toId = QString::fromLatin1(to);
        request.toName = request.toId.toUpper();
        request.comment = note;
        return take(book().handle(request, who, now));
    }
    [[nodiscard]] AlertCare care() const { return only().care.valueOr({}); }
    Outcome panic()
    {
        RaisePanic request;
        request.userId = QStringLiteral("dana");
        return take(book().raisePanic(request, now));
    }
    [[nodiscard]] QString last() const { return toString(log.last().verb) + QLatin1Char(' ') + log.last().reason; }
};
} // namespace

/// Holds, ladders and timers: what operators do about an alert, and what time does (rows 11 to 20).
class TestAlertCare : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void row12_unacknowledgeWantsAComment()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.ack(desk.only().id);
        QVERIFY(!desk.only().escalateAt);
        QCOMPARE(desk.does(AlertVerb::Unacknowledge).code, words("comment_required"));
        QVERIFY(desk.does(AlertVerb::Unacknowledge, words("wrong van")).changed);
        QCOMPARE(desk.state(), words("UNACK"));
        QCOMPARE(desk.log.last().comment, words("wrong van"));
        QVERIFY(desk.only().escalateAt == desk.now + 10min);
        QVERIFY(!desk.does(AlertVerb::Unacknowledge, words("again")).changed);
    }

    void row20_aTransferIsAnOfferThatIsAccepted()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        QVERIFY(desk.does(AlertVerb::Claim).changed);
        QVERIFY(desk.hands("lind", words("your district")).changed);
        QCOMPARE(desk.last(), words("transfer offered"));
        QCOMPARE(desk.log.last().comment, words("your district"));
        QCOMPARE(desk.care().ownerId, words("ortiz")); // until the other accepts
        QCOMPARE(desk.care().offeredToId, words("lind"));
        QCOMPARE(desk.care().offeredToName, words("LIND"));
        QCOMPARE(desk.care().offeredBy, words("ortiz"));
        QCOMPARE(desk.care().offerNote, words("your district"));
        QVERIFY(!desk.hands("lind", words("your district")).changed); // twice is once
        desk.restart();
        QVERIFY(desk.does(AlertVerb::Claim).changed); // the owner's console renews its lease
        QCOMPARE(desk.care().offeredToId, words("lind"));

        QVERIFY(desk.does(AlertVerb::Claim, {}, {}, personNamed("lind")).changed);
        QCOMPARE(desk.last(), words("claim accepted"));
        QCOMPARE(desk.care().ownerId, words("lind"));
        QVERIFY(desk.care().offeredToId.isEmpty());
        QVERIFY(desk.care().offeredBy.isEmpty());
        QVERIFY(desk.care().offerNote.isEmpty());
    }

    void row20_anOfferIsDeclinedWithAReason()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.does(AlertVerb::Claim);
        desk.hands("lind");
        QVERIFY(desk.does(AlertVerb::Release, words("on a call"), {}, personNamed("lind")).changed);
        QCOMPARE(desk.last(), words("release declined"));
        QCOMPARE(desk.log.last().comment, words("on a call"));
        QCOMPARE(desk.care().ownerId, words("ortiz"));
        QVERIFY(desk.care().offeredToId.isEmpty());
        // What is not offered to them any more is not theirs to let go.
        QCOMPARE(desk.does(AlertVerb::Release, {}, {}, personNamed("lind")).code, words("forbidden"));
    }

    void row20_whoMayOfferWhat()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        QVERIFY(desk.hands("lind").changed); // nobody handles it: whoever sees it may bring it to somebody
        QVERIFY(desk.care().ownerId.isEmpty());
        QVERIFY(desk.does(AlertVerb::Claim).changed); // taken meanwhile: there is nothing to hand over any more
        QVERIFY(desk.care().offeredToId.isEmpty());
        QCOMPARE(desk.hands("").code, words("invalid"));
        QCOMPARE(desk.hands("ortiz").code, words("invalid"));
        QVERIFY(desk.hands("ortiz").message.contains(words("to_id")));
        QCOMPARE(desk.hands("kim", {}, personNamed("lind")).code, words("forbidden"));
        QCOMPARE(desk.hands("ortiz", {}, personNamed("boss", true)).code, words("invalid")); // whose it is
        QVERIFY(desk.hands("kim", {}, personNamed("boss", true)).changed);
        QCOMPARE(desk.care().offeredBy, words("boss"));
        QVERIFY(desk.hands("lind").changed); // a new offer takes the old one's place
        QCOMPARE(desk.care().offeredToId, words("lind"));
        QVERIFY(desk.does(AlertVerb::Release, {}, {}, personNamed("kim")).code == words("forbidden"));
    }

    void row20_anOfferIsWithdrawnByWhoMadeIt()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.does(AlertVerb::Claim);
        QVERIFY(desk.hands("lind", words("your district")).changed);
        QCOMPARE(desk.care().offeredById, words("ortiz"));
        desk.restart();
        QCOMPARE(desk.hands("kim", {}, personNamed("kim")).code, words("forbidden")); // not theirs to withdraw
        QCOMPARE(desk.hands("lind", {}, personNamed("lind")).code, words("invalid")); // whom it is offered to declines
        QVERIFY(desk.hands("ortiz", words("stays with me")).changed);
        QCOMPARE(desk.last(), words("transfer withdrawn"));
        QCOMPARE(desk.log.last().comment, words("stays with me"));
        QCOMPARE(desk.care().ownerId, words("ortiz"));
        QVERIFY(desk.care().offeredToId.isEmpty() && desk.care().offeredById.isEmpty());
        QCOMPARE(desk.hands("ortiz").code, words("invalid")); // there is none any more
        // The other cannot accept what is no longer offered: it is a plain claim.
        desk.does(AlertVerb::Claim, {}, {}, personNamed("lind"));
        QCOMPARE(desk.last(), words("claim "));
        // Of others a supervisor withdraws it; who made an offer of what nobody handles, withdraws it as well.
        QVERIFY(desk.hands("kim", {}, personNamed("lind")).changed);
        QVERIFY(desk.hands("boss", {}, personNamed("boss", true)).changed);
        QCOMPARE(desk.last(), words("transfer withdrawn"));
        desk.does(AlertVerb::Release, {}, {}, personNamed("lind"));
        QVERIFY(desk.hands("lind", {}, personNamed("kim")).changed);
        QVERIFY(desk.hands("kim", {}, personNamed("kim")).changed);
        QVERIFY(desk.care().ownerId.isEmpty() && desk.care().offeredToId.isEmpty());
    }

    void row20_anOfferOutlivesALeaseAndEndsWithItsAlert()
    {
        Desk desk;
        desk.panic();
        desk.ack(desk.only().id);
        desk.does(AlertVerb::Claim);
        desk.hands("lind", words("calm, in the park"));
        desk.wait(121s); // ortiz went home
        QVERIFY(desk.care().ownerId.isEmpty());
        QCOMPARE(desk.care().offeredToId, words("lind"));
        CloseAlert close;
        close.alertId = desk.only().id;
        close.disposition = Disposition::Assisted;
        desk.take(desk.book().closeAlert(close, personNamed("kim"), desk.now));
        QVERIFY(desk.log.last().verb == AlertVerb::Close);
        QVERIFY(desk.log.last().alert.care->offeredToId.isEmpty());
        QVERIFY(desk.log.last().alert.care->offerNote.isEmpty());
    }

    void row20_whoeverReleasesHandsNothingOver()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.does(AlertVerb::Claim);
        desk.hands("lind");
        QVERIFY(desk.does(AlertVerb::Release).changed);
        QCOMPARE(desk.last(), words("release "));
        QVERIFY(desk.care().ownerId.isEmpty());
        QVERIFY(desk.care().offeredToId.isEmpty());
    }

    void row11_aLatchedAlertIsReset()
    {
        AlertRule rule = crash();
        rule.offDelay = 1s;
        rule.kind = AlertKind::Condition;
        Desk desk({rule});
        desk.say(channel::Crash, 1);
        desk.log.last().alert.latched = true; // as the desk kept it
        desk.restart();
        QCOMPARE(desk.does(AlertVerb::Reset).code, words("still_active"));
        desk.say(channel::Crash, 0);
        desk.wait(2s);
        QCOMPARE(desk.state(), words("RTN_UNACK"));
        QCOMPARE(desk.does(AlertVerb::Reset).code, words("invalid"));
        desk.ack(desk.only().id);
        QCOMPARE(desk.state(), words("LATCHED"));
        desk.restart();
        QVERIFY(desk.does(AlertVerb::Reset).changed);
        QCOMPARE(desk.last(), words("reset "));
        QVERIFY(desk.log.last().to == AlertState::Normal);
        QVERIFY(desk.book().openAlerts().isEmpty());
    }

    void aPersonIsSaidToBeWell()
    {
        Desk vans({highRpm()});
        vans.say(rpm, 4180);
        QCOMPARE(vans.does(AlertVerb::Welfare).code, words("invalid")); // only people are asked
        Desk desk;
        desk.panic();
        desk.ack(desk.only().id);
        desk.wait(5min);
        QVERIFY(desk.only().incident->welfareAsked);
        desk.wait(60s);
        QCOMPARE(desk.only().incident->welfareMisses, 1);
        QVERIFY(desk.does(AlertVerb::Welfare).changed);
        QCOMPARE(desk.last(), words("welfare confirmed"));
        QVERIFY(!desk.only().incident->welfareAsked);
        QCOMPARE(desk.only().incident->welfareMisses, 0);
        QVERIFY(desk.only().incident->welfareDue == desk.now + 5min);
    }

    void row17_anOperatorBringsItBackToService()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        const QString id = desk.only().id;
        const ReturnToService back{id, words("repaired")};
        QVERIFY(!desk.take(desk.book().returnToService(back, desk.now)).changed); // it is in service
        TakeOutOfService out;
        out.alertId = id;
        out.comment = words("in the workshop");
        QVERIFY(desk.take(desk.book().takeOutOfService(out, personNamed("boss", true), desk.now)).changed);
        QCOMPARE(desk.state(), words("OUT_OF_SERVICE"));
        QVERIFY(desk.take(desk.book().returnToService(back, desk.now)).changed);
        QCOMPARE(desk.last(), words("return_to_service "));
        QCOMPARE(desk.log.last().comment, words("repaired"));
        QCOMPARE(desk.state(), words("UNACK")); // it is still so
        QVERIFY(!desk.care().heldUntil);
        QVERIFY(desk.care().holdReason.isEmpty());
    }

    void row13_anAcknowledgeRunsOut()
    {
        Desk desk({overheat()});
        desk.say(coolant, 118);
        desk.ack(desk.only().id);
        desk.wait(29min);
        QVERIFY(desk.count(AlertVerb::Remind) == 0);
        desk.restart();
        desk.wait(1min);
        QCOMPARE(desk.count(AlertVerb::Remind), 1);
        QCOMPARE(desk.state(), words("ACKED"));
        QVERIFY(desk.ack(desk.only().id).changed); // the answer
        desk.wait(30min);
        QCOMPARE(desk.count(AlertVerb::Remind), 2);
        desk.restart();
        desk.wait(5min);
        QCOMPARE(desk.last(), words("unack ack_expired"));
        QCOMPARE(desk.state(), words("UNACK"));
        QVERIFY(desk.only().escalateAt == desk.now + 60s);
    }

    void vector7_aShelfOutlivesARestart()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        QCOMPARE(desk.does(AlertVerb::Shelve, {}, 10min).code, words("comment_required"));
        QVERIFY(desk.does(AlertVerb::Shelve, words("known"), 10min).changed);
        QCOMPARE(desk.state(), words("SHELVED"));
        QVERIFY(!desk.only().escalateAt);
        desk.wait(5min);
        desk.restart();
        QCOMPARE(desk.state(), words("SHELVED"));
        desk.wait(299s);
        QCOMPARE(desk.state(), words("SHELVED"));
        desk.wait(1s);
        QCOMPARE(desk.state(), words("UNACK"));
        QCOMPARE(desk.last(), words("unshelve expired"));
    }

    void row15_whatAShelfGivesBack()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        const QString id = desk.only().id;
        desk.does(AlertVerb::Shelve, words("known"), 1h);
        desk.say(rpm, 3000);
        desk.wait(10s);
        QCOMPARE(desk.state(), words("SHELVED")); // history goes on
        desk.does(AlertVerb::Unshelve);
        QCOMPARE(desk.state(), words("RTN_UNACK"));
        desk.say(rpm, 4180);
        desk.ack(id);
        desk.does(AlertVerb::Shelve, words("known"), 1h);
        desk.does(AlertVerb::Unshelve);
        QCOMPARE(desk.state(), words("UNACK")); // somebody has to look again
        desk.ack(id);
        desk.does(AlertVerb::Shelve, words("known"), 1h);
        desk.say(rpm, 3000);
        desk.wait(10s);
        desk.does(AlertVerb::Unshelve);
        QVERIFY(desk.book().openAlerts().isEmpty());
    }

    void row14_whatMustNotBeShelved()
    {
        Desk desk({highRpm()});
        desk.panic();
        QCOMPARE(desk.does(AlertVerb::Shelve, words("x"), 1min).code, words("shelve_forbidden"));
        Desk van({highRpm()});
        van.say(rpm, 4180);
        QCOMPARE(van.does(AlertVerb::Shelve, words("x"), 12h + 1s).code, words("shelve_too_long"));
        QCOMPARE(van.does(AlertVerb::Shelve, words("x"), 0s).code, words("invalid"));
        HandleAlert once;
        once.verb = AlertVerb::Shelve;
        once.alertId = van.only().id;
        once.comment = words("until it is back");
        once.oneShot = true;
        QVERIFY(van.take(van.book().handle(once, personNamed("ortiz"), van.now)).changed);
        van.restart();
        van.say(rpm, 3000);
        van.wait(10s);
        QCOMPARE(van.last(), words("return one_shot"));
        QCOMPARE(van.state(), words("RTN_UNACK"));
    }

    void vector8_aShelvedWarningThatTurnsCriticalIsBack()
    {
        Desk desk({overheat()});
        desk.say(coolant, 110);
        desk.ack(desk.only().id);
        desk.does(AlertVerb::Shelve, words("known"), 1h);
        desk.say(coolant, 118);
        QCOMPARE(desk.last(), words("level_change level_rose"));
        QCOMPARE(desk.state(), words("UNACK"));
        QVERIFY(desk.only().escalateAt == desk.now + 60s);
    }

    void row17_outOfServiceOfACriticalTakesTwo()
    {
        Desk desk({overheat()});
        desk.say(coolant, 118);
        const QString id = desk.only().id;
        const auto out = [&](const char *who, const char *why = "new radiator") {
            return desk.take(
                desk.book().takeOutOfService({id, 0, desk.now + 1h, words(why)}, personNamed(who, true), desk.now));
        };
        QCOMPARE(out("lind", "").code, words("comment_required"));
        QVERIFY(out("lind").changed);
        QCOMPARE(desk.last(), words("out_of_service proposed"));
        QCOMPARE(desk.state(), words("UNACK"));
        QVERIFY(!out("lind").changed);
        desk.restart();
        QVERIFY(out("sam").changed);
        QCOMPARE(desk.state(), words("OUT_OF_SERVICE"));
        desk.wait(1h);
        QCOMPARE(desk.last(), words("return_to_service expired"));
        QCOMPARE(desk.state(), words("UNACK"));
        desk.panic();
        QCOMPARE(desk.take(desk.book().takeOutOfService({desk.log.last().alert.id, 0, {}, words("x")},
                                                        personNamed("lind", true), desk.now))
                     .code,
                 words("forbidden"));
    }

    void row18_silenceIsNoAcknowledge()
    {
        Desk desk;
        desk.panic();
        QVERIFY(desk.does(AlertVerb::Silence, {}, 1h).changed);
        QCOMPARE(desk.state(), words("UNACK"));
        QVERIFY(desk.only().silencedUntil == desk.now + 30s); // no longer than that
        desk.wait(30s);
        QVERIFY(!desk.only().silencedUntil);
        Desk van({highRpm()});
        van.say(rpm, 4180);
        van.does(AlertVerb::Silence);
        QVERIFY(van.only().silencedUntil == van.now + 120s);
        van.say(rpm, 3000);
        van.wait(10s);
        van.say(rpm, 4180);
        QVERIFY(!van.only().silencedUntil); // a new occurrence sounds at once
    }

    void row19_theLadderIsClimbed()
    {
        Desk desk;
        desk.panic();
        desk.wait(30s);
        QCOMPARE(desk.only().escalation, 1);
        desk.restart();
        desk.wait(30s);
        QCOMPARE(desk.only().escalation, 2);
        desk.now += 10min; // the process was away
        desk.restart();
        desk.wait(0s);
        QCOMPARE(desk.only().escalation >= 3, true);
        desk.ack(desk.only().id);
        QVERIFY(!desk.only().escalateAt);
    }

    void row20_aClaimIsALeaseAndBlocksNobody()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.does(AlertVerb::Claim);
        QCOMPARE(desk.only().care->ownerName, words("ortiz"));
        QCOMPARE(desk.does(AlertVerb::Release, {}, {}, personNamed("lind")).code, words("forbidden"));
        desk.wait(100s);
        desk.does(AlertVerb::Claim);
        desk.wait(119s);
        QCOMPARE(desk.only().care->ownerName, words("ortiz"));
        desk.restart();
        desk.wait(1s);
        QCOMPARE(desk.last(), words("release lease_expired"));
        QVERIFY(desk.only().care->ownerName.isEmpty());
        desk.does(AlertVerb::Claim);
        QVERIFY(desk.ack(desk.only().id, 0, AlertLevel::Emergency, words("lind")).changed);
        QCOMPARE(desk.does(AlertVerb::Comment).code, words("comment_required"));
        QVERIFY(desk.does(AlertVerb::Comment, words("driver called")).changed);
    }

    void reopenIsForWhoClosedItAndSoon()
    {
        Desk desk;
        desk.panic();
        const QString id = desk.only().id;
        desk.take(desk.book().closeAlert({id, 0, Disposition::Test, {}}, personNamed("ortiz"), desk.now));
        QVERIFY(desk.book().openAlerts().isEmpty());
        desk.wait(59s);
        QCOMPARE(desk.does(AlertVerb::Reopen, {}, {}, personNamed("lind")).code, words("forbidden"));
        desk.restart();
        QVERIFY(desk.does(AlertVerb::Reopen).changed);
        QCOMPARE(desk.only().id, id);
        QCOMPARE(desk.state(), words("UNACK"));
        QVERIFY(!desk.only().acked);
        desk.take(desk.book().closeAlert({id, 0, Disposition::Test, {}}, personNamed("ortiz"), desk.now));
        desk.wait(61s);
        QCOMPARE(desk.does(AlertVerb::Reopen).code, words("closed"));
    }

    void aCancelAfterTheAcknowledgeHasToBeConfirmed()
    {
        for (const bool confirmed : {true, false}) {
            Desk desk;
            desk.panic();
            const QString id = desk.only().id;
            desk.ack(id);
            desk.take(desk.book().cancelPanic({{}, words("dana")}, desk.now));
            QCOMPARE(desk.state(), words("RTN_UNACK"));
            QCOMPARE(panicStatus(desk.only()), words("canceled"));
            desk.restart();
            if (confirmed) {
                desk.ack(id);
                QVERIFY(desk.book().openAlerts().isEmpty());
                desk.wait(10min);
                QVERIFY(desk.book().openAlerts().isEmpty());
                continue;
            }
            desk.wait(120s);
            QCOMPARE(desk.state(), words("UNACK"));
            QVERIFY(std::any_of(desk.log.cbegin(), desk.log.cend(), [](const AlertChange &change) {
                return change.reason == QLatin1String("cancel_unconfirmed");
            }));
            QCOMPARE(panicStatus(asOriginatorSees(desk.only())), words("canceled"));
        }
    }

    void vector12_aPhoneThatDiesDuringAPanic()
    {
        Desk desk;
        desk.panic();
        desk.ack(desk.only().id);
        for (int i = 0; i < 3; ++i) {
            desk.wait(60s);
            desk.kept(desk.book().heardFrom(words("dana"), false, desk.now));
        }
        QVERIFY(!desk.only().incident->contactLost);
        desk.wait(89s);
        QVERIFY(!desk.only().incident->contactLost);
        desk.restart();
        desk.wait(91s);
        QVERIFY(desk.only().incident->contactLost);
        QVERIFY(desk.only().cond == AlertCondition::Active);
        QCOMPARE(desk.only().escalation, 1);
        desk.kept(desk.book().heardFrom(words("dana"), false, desk.now));
        QCOMPARE(desk.last(), words("contact_back "));
    }

    void twoMissedWelfareChecksGoToTheTop()
    {
        Desk desk;
        desk.panic();
        desk.ack(desk.only().id);
        const auto live = [&](int seconds) {
            for (int i = 0; i < seconds; i += 30) {
                desk.wait(30s);
                desk.kept(desk.book().heardFrom(words("dana"), false, desk.now));
            }
        };
        live(300);
        QVERIFY(desk.only().incident->welfareAsked);
        desk.kept(desk.book().heardFrom(words("dana"), true, desk.now)); // a word
        QCOMPARE(desk.last(), words("welfare confirmed"));
        live(300 + 60 + 120);
        QCOMPARE(desk.last(), words("escalate welfare_missed"));
        QCOMPARE(desk.only().escalation, 9);
    }

    void vector14_nobodyCanHear()
    {
        Desk desk({overheat()});
        desk.say(coolant, 118);
        desk.kept(desk.book().setAudible(false, desk.now));
        QCOMPARE(desk.only().escalation, 1);
        Desk later({overheat()});
        later.kept(later.book().setAudible(false, later.now));
        later.say(coolant, 118);
        later.wait(0s);
        QCOMPARE(later.only().escalation, 1);
    }

    /// Row 19: no reachable target, next step at once.
    void aStepThatReachedNobodyIsSkipped()
    {
        Desk desk({overheat()});
        desk.say(coolant, 118);
        const QString id = desk.only().id;
        desk.wait(60s);
        QCOMPARE(desk.only().escalation, 1);
        desk.kept(desk.book().stepUnreached(id, 0, desk.now)); // it is past that
        QCOMPARE(desk.only().escalation, 1);
        desk.kept(desk.book().stepUnreached(id, 1, desk.now));
        QCOMPARE(desk.only().escalation, 2);
        desk.wait(419s); // the third comes as long after the second as ever
        QCOMPARE(desk.only().escalation, 2);
        desk.wait(1s);
        QCOMPARE(desk.only().escalation, 3);
        desk.kept(desk.book().stepUnreached(id, 3, desk.now)); // the top
        QCOMPARE(desk.only().escalation, 3);
        desk.ack(id);
        QVERIFY(desk.book().stepUnreached(id, 3, desk.now).isEmpty());
        QVERIFY(desk.book().stepUnreached(words("unknown"), 0, desk.now).isEmpty());
    }

    void aClockThatIsSetBackTakesTheDeadlinesAlong()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.does(AlertVerb::Shelve, words("known"), 10min);
        desk.wait(-1h);
        desk.wait(10min);
        QCOMPARE(desk.state(), words("UNACK"));
    }

    void aRestartAfterTheClockWasSetBackKeepsTheShiftedDeadline()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        desk.does(AlertVerb::Shelve, words("known"), 10min);
        desk.wait(-1h);
        QCOMPARE(desk.last(), words("repeat clock_set_back"));
        desk.restart();
        desk.wait(599s);
        QCOMPARE(desk.state(), words("SHELVED"));
        desk.wait(1s);
        QCOMPARE(desk.state(), words("UNACK"));
    }

    void aClockThatIsSetForwardFiresWhatIsDueOnceAndInOrder()
    {
        Desk desk({overheat()});
        desk.say(coolant, 118);
        desk.log.clear();
        desk.wait(24h);
        QStringList said;
        for (const AlertChange &change : std::as_const(desk.log))
            said.append(toString(change.verb));
        QCOMPARE(said, (QStringList{words("escalate"), words("stale"), words("escalate"), words("escalate")}));
        desk.log.clear();
        desk.wait(24h);
        QVERIFY(desk.log.isEmpty());
    }

    void restart_inTheMiddleOfEveryTimer_data()
    {
        using Begin = std::function<void(Desk &)>;
        QTest::addColumn<Begin>("begin");
        QTest::addColumn<int>("seconds"); // until it fires
        QTest::addColumn<QString>("last");
        const auto row = [](const char *name, const Begin &begin, int seconds, const char *last) {
            QTest::newRow(name) << begin << seconds << words(last);
        };
        row("offDelay", [](Desk &d) { d.say(rpm, 3000); }, 10, "return ");
        row("ladder", [](Desk &) {}, 600, "escalate unanswered");
        row("silence", [](Desk &d) { d.does(AlertVerb::Silence); }, 120, "silence expired");
        row("lease", [](Desk &d) { d.does(AlertVerb::Claim); }, 120, "release lease_expired");
        row("shelf", [](Desk &d) { d.does(AlertVerb::Shelve, words("x"), 100s); }, 100, "unshelve expired");
        row("reminder", [](Desk &d) { d.ack(d.only().id); }, 4 * 3600, "remind ");
        row(
            "grace",
            [](Desk &d) {
                d.ack(d.only().id);
                d.wait(4h);
            },
            1800, "unack ack_expired");
        row(
            "out of service",
            [](Desk &d) {
                d.take(d.book().takeOutOfService({d.only().id, 0, d.now + 50s, words("x")}, personNamed("boss", true),
                                                 d.now));
            },
            50, "return_to_service expired");
        row(
            "chattering",
            [](Desk &d) {
                for (int i = 0; i < 3; ++i) {
                    d.say(rpm, 3000);
                    d.say(rpm, 4500);
                }
            },
            60, "repeat calm");
    }
    void restart_inTheMiddleOfEveryTimer()
    {
        using Begin = std::function<void(Desk &)>;
        QFETCH(Begin, begin);
        QFETCH(int, seconds);
        QFETCH(QString, last);
        for (const bool restarts : {false, true}) {
            Desk desk({highRpm()});
            desk.say(rpm, 4180);
            begin(desk);
            QVERIFY(desk.last() != last);
            desk.wait(std::chrono::seconds(seconds / 2));
            if (restarts)
                desk.restart();
            desk.wait(std::chrono::seconds(seconds - seconds / 2) - 1ms);
            QVERIFY2(desk.last() != last, qPrintable(desk.last()));
            desk.wait(1ms);
            QCOMPARE(desk.last(), last);
        }
    }

    void restart_inTheMiddleOfAPanicsTimers()
    {
        for (const bool restarts : {false, true}) {
            Desk desk;
            desk.panic();
            desk.ack(desk.only().id);
            const auto live = [&](int seconds) {
                for (int i = 0; i < seconds; i += 10) {
                    if (restarts && i == seconds / 20 * 10)
                        desk.restart();
                    desk.wait(10s);
                    desk.kept(desk.book().heardFrom(words("dana"), false, desk.now));
                }
            };
            live(300);
            QCOMPARE(desk.last(), words("welfare asked"));
            live(60);
            QCOMPARE(desk.last(), words("welfare asked_again"));
            live(120);
            QCOMPARE(desk.last(), words("escalate welfare_missed"));
            QCOMPARE(desk.count(AlertVerb::ContactLost), 0); // its phone was heard, whatever the log knows of it
            CancelPanic cancel;
            cancel.userId = words("dana");
            desk.take(desk.book().cancelPanic(cancel, desk.now));
            desk.ack(desk.only().id);
            QVERIFY(desk.book().openAlerts().isEmpty());
        }
        Desk unsure;
        unsure.panic();
        unsure.ack(unsure.only().id);
        CancelPanic cancel;
        cancel.userId = words("dana");
        unsure.take(unsure.book().cancelPanic(cancel, unsure.now));
        unsure.wait(60s);
        unsure.restart();
        unsure.wait(59s);
        QCOMPARE(unsure.state(), words("RTN_UNACK"));
        unsure.wait(1s);
        QCOMPARE(unsure.last(), words("reactivate cancel_unconfirmed"));
    }

    void twoOperatorsRace()
    {
        Desk desk({highRpm()});
        desk.say(rpm, 4180);
        const QString id = desk.only().id;
        desk.ack(id);
        HandleAlert late;
        late.verb = AlertVerb::Shelve;
        late.alertId = id;
        late.occurrence = 2;
        late.comment = words("x");
        late.until = desk.now + 1min;
        QCOMPARE(desk.take(desk.book().handle(late, personNamed("lind"), desk.now)).code, words("superseded"));
        late.occurrence = 1;
        QVERIFY(desk.take(desk.book().handle(late, personNamed("lind"), desk.now)).changed);
        late.alertId = words("x");
        QCOMPARE(desk.take(desk.book().handle(late, personNamed("lind"), desk.now)).code, words("not_found"));
        desk.does(AlertVerb::Unshelve);
        desk.ack(id);
        desk.say(rpm, 3000);
        desk.wait(10s);
        QCOMPARE(desk.does(AlertVerb::Claim).code, words("closed"));
        QCOMPARE(desk.does(AlertVerb::Raise).code, words("closed"));
    }
};

QTEST_GUILESS_MAIN(TestAlertCare)
#include "test_alert_care.moc"
