// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/IncidentScene.h"

#include <algorithm>

namespace tocsin::scene {

namespace {
using namespace std::chrono_literals;

const QString Panic = QStringLiteral("a-panic");

Actor ortiz()
{
    return {Actor::Kind::Operator, QStringLiteral("ortiz"), QStringLiteral("M. Ortiz"), QStringLiteral("console-2")};
}

void own(Alert &alert, const Actor &who)
{
    alert.care.edit([&](AlertCare &care) {
        care.ownerId = who.id;
        care.ownerName = who.name;
        care.ownedUntil = now() + 90s;
    });
}

void offer(Alert &alert, const Actor &from, const Actor &to, const QString &note)
{
    alert.care.edit([&](AlertCare &care) {
        care.offeredToId = to.id;
        care.offeredToName = to.name;
        care.offeredBy = from.name;
        care.offeredById = from.id;
        care.offerNote = note;
    });
}

void take(Alert &alert, const Actor &who, IncidentStage stage)
{
    alert.acked = true;
    alert.ackedBy = who.name;
    alert.ackedAt = alert.raisedAt + 13s;
    alert.incident.edit([stage](IncidentFacts &facts) { facts.stage = stage; });
    own(alert, who);
}

void close(Alert &alert, Disposition disposition, Duration ago, const QString &comment)
{
    alert.cond = AlertCondition::Clear;
    alert.acked = true;
    alert.clearedAt = now() - ago;
    alert.incident.edit([](IncidentFacts &facts) { facts.stage = IncidentStage::Closed; });
    alert.care.edit([&](AlertCare &care) {
        care.openCond = toString(AlertCondition::Active);
        care.openAcked = true;
        care.disposition = disposition;
        care.closedAt = now() - ago;
        care.closedById = dispatcher().id;
        care.closedBy = dispatcher().name;
        care.closeComment = comment;
        care.ownerId.clear();
        care.ownerName.clear();
        care.ownedUntil.reset();
    });
}

Alert call(const Alert &like, const char *id, const char *user, const char *name, Duration age)
{
    Alert made = like;
    made.id = QString::fromLatin1(id);
    made.source = made.userId = QString::fromLatin1(user);
    made.sourceName = QString::fromLatin1(name);
    made.silentAtSource = false;
    made.message = QStringLiteral("Shake to alert");
    made.raisedAt = now() - age;
    made.incident.edit([&](IncidentFacts &facts) {
        facts.alertType = QStringLiteral("shake_to_alert");
        facts.welfareDue = now() + 97s;
    });
    return made;
}

void setFacts(Alert &alert)
{
    IncidentFacts facts;
    facts.alertType = QStringLiteral("panic_button");
    facts.priority = 5;
    facts.lastHeardAt = now() - 3s;
    facts.welfareDue = now() + 208s;
    facts.seenAt = alert.raisedAt + 400ms;
    facts.seenBy = dispatcher().name;
    facts.deviceInfo = R"({"model":"Fairphone 5","os":"Android 14"})";
    facts.networkInfo = R"({"type":"LTE"})";
    alert.incident.edit([&](IncidentFacts &f) { f = facts; });
}

Alert dana(const Alert &base, Incident incident)
{
    Alert made = base;
    setFacts(made);
    if (incident != Incident::Active)
        take(made, dispatcher(), IncidentStage::Dispatched);
    switch (incident) {
    case Incident::Lost:
        made.escalation = 1;
        made.incident.edit([](IncidentFacts &facts) {
            facts.contactLost = true;
            facts.lastHeardAt = now() - 134s;
            facts.welfareAsked = true;
            facts.welfareMisses = 1;
            facts.welfareDue = now() + 42s;
        });
        break;
    case Incident::Duress:
        made.incident.edit([](IncidentFacts &facts) {
            facts.duress = true;
            facts.canceledAtSource = now() - 9s;
        });
        break;
    case Incident::Canceled:
        made.cond = AlertCondition::Canceled;
        made.latched = true;
        made.incident.edit([](IncidentFacts &facts) {
            facts.canceledAtSource = now() - 18s;
            facts.confirmBy = now() + 102s;
        });
        break;
    case Incident::Closed:
        close(made, Disposition::Assisted, 18s, QStringLiteral("Walked to the station with a passer-by."));
        break;
    case Incident::HandoverOut:
        offer(made, dispatcher(), ortiz(), QStringLiteral("Calm, walks to Northgate station. Unit 12 is on its way."));
        break;
    case Incident::HandoverIn:
        own(made, ortiz());
        offer(made, ortiz(), dispatcher(), QStringLiteral("Calm, walks to Northgate station. Unit 12 is on its way."));
        break;
    case Incident::Active:
    case Incident::Staged:
        break;
    }
    return made;
}

Event event(qint64 seq, Duration ago, const Actor &who, EventBody body)
{
    Event made;
    made.seq = seq;
    made.at = now() - ago;
    made.actor = who;
    made.body = std::move(body);
    return made;
}
} // namespace

std::optional<Incident> incidentFromString(const QString &word)
{
    static const QStringList words{QStringLiteral("active"),       QStringLiteral("staged"),
                                   QStringLiteral("lost"),         QStringLiteral("duress"),
                                   QStringLiteral("canceled"),     QStringLiteral("closed"),
                                   QStringLiteral("handover-out"), QStringLiteral("handover-in")};
    const auto at = words.indexOf(word);
    return at < 0 ? std::nullopt : std::optional<Incident>(Incident(at));
}

void openIncident(FakeDeskLink &link, Incident incident)
{
    DeskSnapshot made = snapshot();
    Alert base;
    for (Alert &alert : made.alerts) {
        if (alert.id != Panic)
            continue;
        base = alert;
        setFacts(base);
        alert = dana(base, incident);
    }
    Alert amir = call(base, "a-amir", "amir", "Amir K.", 22min);
    take(amir, dispatcher(), IncidentStage::Monitoring);
    Alert tom = call(base, "a-tom", "tom", "Tom W.", 6min);
    take(tom, ortiz(), IncidentStage::OnScene);
    Alert lena = call(base, "a-lena", "lena", "Lena S.", 3h);
    close(lena, Disposition::FalseAlarm, 170min, QStringLiteral("The phone fell down the stairs."));
    Alert drill = call(base, "a-drill", "drill", "Drill", 6h);
    drill.simulated = true;
    close(drill, Disposition::Test, 355min, {});
    Alert older = call(base, "a-old", "noor", "Noor B.", 40h);
    close(older, Disposition::HandedToAgency, 39h, QStringLiteral("Police took over."));
    if (incident == Incident::HandoverIn) {
        own(amir, ortiz());
        offer(amir, ortiz(), dispatcher(), QStringLiteral("Rings back every ten minutes."));
    }
    if (incident == Incident::HandoverOut)
        offer(amir, dispatcher(), ortiz(), {});
    made.alerts += {amir, tom, lena, drill, older};
    if (incident == Incident::HandoverIn) {
        ChatMessage line;
        line.id = QStringLiteral("m-shift");
        line.thread = operatorsThread();
        line.senderId = ortiz().id;
        line.senderName = ortiz().name;
        line.fromDesk = true;
        line.clientMessageId = QStringLiteral("handover/2/1/") + dispatcher().id;
        line.text = QStringLiteral(
            "Shift hand-over to J. Lind, 2 items.\nThe bridge on Quay Road is closed until 18:00. Unit 08 "
            "has a broken antenna.");
        line.at = now() - 1min;
        made.messages.append(line);
    }
    link.setSelf(dispatcher());
    link.open(made);
    QList<LatestReading> readings = latest();
    for (LatestReading &reading : readings) {
        if (reading.deviceId == QLatin1String("phone-dana") && incident == Incident::Lost) {
            reading.lastSeen = now() - 134s;
            reading.positionAt = reading.lastSeen;
        }
    }
    link.hear(readings);
    Q_EMIT link.serverStats(stats());
    Q_EMIT link.people({{dispatcher().id, dispatcher().name, Role::Dispatcher, now() - 4h},
                        {ortiz().id, ortiz().name, Role::Dispatcher, now() - 20min},
                        {QStringLiteral("kim"), QStringLiteral("S. Kim"), Role::Supervisor, now() - 2h}});
}

void answerIncident(FakeDeskLink &link, Incident incident)
{
    while (!link.askedContacts.isEmpty()) {
        EmergencyContact partner{1,
                                 {},
                                 QStringLiteral("R. Varga"),
                                 QStringLiteral("+00 555 0119"),
                                 QStringLiteral("r.varga@example.org"),
                                 QStringLiteral("partner"),
                                 1,
                                 now()};
        EmergencyContact security{
            2, {},   QStringLiteral("Campus security"), QStringLiteral("+00 555 0134"), {}, QStringLiteral("guards"),
            2, now()};
        const bool hers = link.askedContacts.constFirst().query == QLatin1String("dana");
        link.answerContacts({ContactsAnswer::Code::Done, hers ? QList{partner, security} : QList<EmergencyContact>()});
    }
    while (!link.askedLogs.isEmpty()) {
        const QString id = link.askedLogs.constFirst().query.alertId;
        const Alert alert = link.alerts.value(id);
        AlertChange change;
        change.alert = alert;
        const Actor caller{Actor::Kind::User, alert.userId, alert.sourceName, {}};
        QList<Event> events{event(1, 42s, caller, change)};
        change.verb = AlertVerb::Seen;
        events.append(event(2, 41600ms, dispatcher(), change));
        if (id == Panic) {
            events.append(event(3, 40s, {},
                                AuditRecord{QStringLiteral("notify"),
                                            id,
                                            QStringLiteral("sms (texts) to contact R. Varga (…34), step 0: delivered"),
                                            true,
                                            {}}));
            events.append(
                event(4, 39s, {},
                      AuditRecord{QStringLiteral("notify"),
                                  id,
                                  QStringLiteral("sms (texts) to contact Campus security (…34), step 0: no answer"),
                                  false,
                                  {}}));
        }
        if (id == Panic && incident != Incident::Active) {
            const auto deed = [&](qint64 seq, Duration ago, AlertVerb verb, const Actor &who, const char *reason = "") {
                change.verb = verb;
                change.reason = QString::fromLatin1(reason);
                events.append(event(seq, ago, who, change));
            };
            const auto stage = [&](qint64 seq, Duration ago, IncidentStage reached) {
                change.alert.incident.edit([reached](IncidentFacts &facts) { facts.stage = reached; });
                deed(seq, ago, AlertVerb::Stage, dispatcher());
            };
            deed(5, 29s, AlertVerb::Acknowledge, dispatcher());
            deed(6, 29s, AlertVerb::Claim, dispatcher());
            stage(7, 28s, IncidentStage::Contacting);
            ChatMessage said;
            said.thread = chatThreadOfUser(alert.userId);
            said.senderId = alert.userId;
            said.senderName = alert.sourceName;
            said.text = QStringLiteral("someone is following me, i am in the park");
            said.at = now() - 25s;
            events.append(event(8, 25s, caller, said));
            stage(9, 16s, IncidentStage::Dispatched);
            change.comment = QStringLiteral("Unit 12 goes there, three minutes.");
            deed(10, 15s, AlertVerb::Comment, dispatcher());
            change.comment.clear();
            change.alert = alert;
            if (incident == Incident::Lost) {
                deed(11, 12s, AlertVerb::ContactLost, {});
                deed(12, 11s, AlertVerb::Welfare, {}, "asked_again");
            }
            if (incident == Incident::Duress)
                deed(11, 9s, AlertVerb::Duress, caller);
            if (incident == Incident::Canceled)
                deed(11, 9s, AlertVerb::Cancel, caller);
            if (incident == Incident::Closed)
                deed(11, 9s, AlertVerb::Close, dispatcher());
            if (incident == Incident::HandoverOut)
                deed(11, 9s, AlertVerb::Transfer, dispatcher(), "offered");
        }
        link.answerLog({{}, events});
    }
}

} // namespace tocsin::scene
