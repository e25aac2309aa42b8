// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/AlertScene.h"

#include "models/domain/Channels.h"
#include "tests/qml/DeskScene.h"

using namespace std::chrono_literals;

namespace tocsin::scene {

namespace {

Alert alert(const char *id, const char *who, const char *code, const char *message, AlertLevel level, Duration age)
{
    Alert made;
    made.id = QString::fromLatin1(id);
    made.source = QString::fromLatin1(who).toLower().replace(QLatin1Char(' '), QLatin1Char('-'));
    made.sourceName = QString::fromLatin1(who);
    made.code = QString::fromLatin1(code);
    made.title = made.code;
    made.message = QString::fromUtf8(message);
    made.level = level;
    made.peakLevel = level;
    made.raisedAt = now() - age;
    made.lastSeenAt = now() - 1s;
    return made;
}

/// The engine speed of Unit 07 a few minutes later, with all that an alert can have.
Alert fullRpm(const FakeDeskLink &link)
{
    Alert rpm = link.alerts.value(QStringLiteral("a-rpm"));
    rpm.raisedAt = now() - 190s;
    rpm.occurrence = 2;
    rpm.chattering = true;
    rpm.escalation = 1;
    rpm.escalateAt = now() + 410s;
    rpm.acked = false;
    rpm.unit = QStringLiteral("rpm");
    rpm.category = QStringLiteral("engine");
    rpm.ruleId = QStringLiteral("high-rpm");
    rpm.guidance = QStringLiteral("Call the driver. Engine speed above the limit for minutes burns the clutch; a stuck "
                                  "pedal looks the same. If nobody answers, limit the speed and send the next unit.");
    rpm.recommendedActions = {QStringLiteral("Call the driver"), QStringLiteral("Order limit_speed 60")};
    rpm.care.edit([](AlertCare &care) {
        care.ownerId = dispatcher().id;
        care.ownerName = dispatcher().name;
        care.ownedUntil = now() + 90s;
    });
    ++rpm.revision;
    return rpm;
}

Alert closed(int number)
{
    static const char *const codes[] = {"LOW_FUEL", "HIGH_RPM", "ENGINE_OVERHEAT", "LOW_BATTERY", "DEVICE_STALE"};
    Alert made = alert("", qPrintable(QStringLiteral("Unit %1").arg(number % 12 + 1, 2, 10, QLatin1Char('0'))),
                       codes[number % 5], "12 %, limit 15 %",
                       number % 7 == 0 ? AlertLevel::Critical : AlertLevel::Warning, 1h + number * 17min);
    made.id = QStringLiteral("h-%1").arg(number);
    made.cond = AlertCondition::Clear;
    made.acked = true;
    made.ackedAt = made.raisedAt + 40s;
    made.ackedBy = QStringLiteral("M. Ortiz");
    made.clearedAt = made.raisedAt + (number % 9 + 1) * 1min;
    made.count = number % 4 + 1;
    if (number % 3 == 0) {
        made.care.edit([&](AlertCare &care) {
            care.closedAt = made.clearedAt;
            care.closedBy = QStringLiteral("M. Ortiz");
            care.closedById = QStringLiteral("ortiz");
            care.disposition = Disposition::FalseAlarm;
        });
    }
    return made;
}

Event event(qint64 seq, const Alert &alert, AlertVerb verb, AlertState from, AlertState to, Duration age,
            const char *who, const char *comment, const char *reason = "")
{
    Event made;
    made.seq = seq;
    made.at = now() - age;
    made.actor = {*who ? Actor::Kind::Operator : Actor::Kind::System,
                  QString::fromLatin1(who).toLower(),
                  QString::fromLatin1(who),
                  {}};
    made.body = AlertChange{verb, from, to, alert, QString::fromLatin1(reason), QString::fromUtf8(comment)};
    return made;
}

} // namespace

void openAlerts(FakeDeskLink &link)
{
    link.eventsAt = now();
    link.publish(fullRpm(link));
    Alert fuel = alert("a-fuel", "Unit 02", "LOW_FUEL", "9 %, limit 15 %", AlertLevel::Warning, 48min);
    fuel.hold = AlertHold::Shelved;
    fuel.value = 9;
    fuel.threshold = 15;
    fuel.channel = QStringLiteral("fuel.level");
    fuel.unit = QStringLiteral("%");
    fuel.care.edit([](AlertCare &care) {
        care.heldBy = QStringLiteral("M. Ortiz");
        care.holdReason = QStringLiteral("on its way to the pump");
        care.heldUntil = now() + 22min;
    });
    link.publish(fuel, AlertVerb::Shelve);
    Alert belt = alert("a-belt", "Unit 05", "SEATBELT_OPEN", "Seat belt open at 42 km/h", AlertLevel::Info, 3h);
    belt.hold = AlertHold::Shelved;
    belt.care.edit([](AlertCare &care) {
        care.heldBy = dispatcher().name;
        care.holdReason = QStringLiteral("buckle is broken, driver told");
        care.heldUntil = now() + 5h;
        care.heldOnce = true;
    });
    link.publish(belt, AlertVerb::Shelve);
    Alert oil = alert("a-oil", "Unit 02", "OIL_PRESSURE", "18 psi, limit 20 psi", AlertLevel::Warning, 9min);
    oil.hold = AlertHold::Suppressed;
    oil.care.edit([](AlertCare &care) { care.heldBy = QStringLiteral("rule ENGINE_OVERHEAT"); });
    link.publish(oil, AlertVerb::Suppress);
    Alert rig = alert("a-rig", "Rig A", "VIBRATION", "7.1 mm/s, limit 4.5 mm/s", AlertLevel::Warning, 26h);
    rig.hold = AlertHold::OutOfService;
    rig.care.edit([](AlertCare &care) {
        care.heldBy = QStringLiteral("S. Visor");
        care.holdReason = QStringLiteral("bearing is being replaced");
    });
    link.publish(rig, AlertVerb::OutOfService);
    Alert latched = alert("a-latch", "Unit 12", "AIRBAG_FAULT", "Airbag line was open", AlertLevel::Critical, 15min);
    latched.cond = AlertCondition::Clear;
    latched.acked = true;
    latched.ackedBy = QStringLiteral("M. Ortiz");
    latched.latched = true;
    latched.clearedAt = now() - 5min;
    latched.care.edit([](AlertCare &care) {
        care.ownerId = QStringLiteral("ortiz");
        care.ownerName = QStringLiteral("M. Ortiz");
        care.ownedUntil = now() + 60s;
    });
    link.publish(latched);
    Q_EMIT link.people({{dispatcher().id, dispatcher().name, Role::Dispatcher, now() - 2h},
                        {QStringLiteral("ortiz"), QStringLiteral("M. Ortiz"), Role::Dispatcher, now() - 3h}});
}

void answerAlerts(FakeDeskLink &link)
{
    while (!link.askedHistory.isEmpty()) {
        HistoryResult result = history(link.askedHistory.constFirst().query);
        for (HistorySeries &series : result.series) {
            if (series.channel != channel::EngineRpm)
                continue;
            for (HistoryPoint &point : series.points) { // above its limit since it was raised
                const double since = secondsBetween(now() - 190s, point.at);
                point.value += since > 0 ? std::min(1200.0, since * 60) : 0;
                if (since > 60 && since < 80)
                    point.value -= 900;
            }
        }
        link.answerHistory(result);
    }
    while (!link.askedEvents.isEmpty()) {
        const Alert alert = link.alerts.value(link.askedEvents.constFirst().query.alertId);
        using State = AlertState;
        link.answerEvents(
            {{},
             {event(98, alert, AlertVerb::Escalate, State::Unacknowledged, State::Unacknowledged, 30s, "", "",
                    "unanswered"),
              event(97, alert, AlertVerb::Claim, State::Unacknowledged, State::Unacknowledged, 45s, "jlind", ""),
              event(96, alert, AlertVerb::Raise, State::Acknowledged, State::Unacknowledged, 190s, "", ""),
              event(91, alert, AlertVerb::Comment, State::Acknowledged, State::Acknowledged, 6min, "M. Ortiz",
                    "Driver says the pedal sticks; he pulls over at the next exit."),
              event(88, alert, AlertVerb::Acknowledge, State::Unacknowledged, State::Acknowledged, 8min, "M. Ortiz",
                    "calling him"),
              event(80, alert, AlertVerb::Raise, State::Normal, State::Unacknowledged, 9min, "", "")},
             0});
    }
    while (!link.askedAlerts.isEmpty()) {
        AlertsResult page;
        for (int i = 0; i < 40; ++i)
            page.alerts.append(closed(i));
        link.answerAlerts(page);
    }
}

void flood(FakeDeskLink &link)
{
    for (int i = 0; i < 14; ++i) {
        Alert made = alert("", qPrintable(QStringLiteral("Unit %1").arg(i + 20)),
                           i % 5 == 1 ? "CONTACT_LOST" : "NETWORK_SLOW", "Mobile network of the harbour is down",
                           i % 5 == 1 ? AlertLevel::Critical
                           : i % 3    ? AlertLevel::Warning
                                      : AlertLevel::Info,
                           std::chrono::seconds(50 - i));
        made.id = QStringLiteral("f-%1").arg(i);
        link.publish(made);
    }
}

void stageAlerts(Console &console, FakeDeskLink &link, const QString &name)
{
    AlertDesk &desk = *console.alertDesk();
    openAlerts(link);
    desk.setShown(true);
    desk.pick(QStringLiteral("a-rpm"));
    answerAlerts(link);
    if (name == QLatin1String("shelved")) {
        desk.table()->setTab(AlertTable::Shelved);
        desk.pick(QStringLiteral("a-fuel"));
    } else if (name == QLatin1String("history")) {
        desk.table()->setTab(AlertTable::History);
        answerAlerts(link);
        desk.pick(QStringLiteral("h-3"));
    } else if (name == QLatin1String("bulk")) {
        for (const char *id : {"a-rpm", "a-battery", "a-crash"})
            desk.table()->toggleMark(QString::fromLatin1(id));
        desk.act(AlertVerbs::Acknowledge);
        desk.actions()->question()->setComment(QStringLiteral("depot informed"));
        desk.actions()->confirm();
        link.accept(now());
        link.accept(now());
        link.refuse(QStringLiteral("superseded"), QStringLiteral("It came again since it was seen: occurrence 3."));
    } else if (name == QLatin1String("question")) {
        desk.act(AlertVerbs::Shelve);
    } else if (name == QLatin1String("flood")) {
        flood(link);
    } else if (name == QLatin1String("undo")) {
        desk.actOn(AlertVerbs::Close, QStringLiteral("a-dtc"));
        desk.actions()->question()->setChoice(3);
        desk.actions()->confirm();
        const auto asked = link.stall();
        Alert over = link.alerts.value(QStringLiteral("a-dtc"));
        over.cond = AlertCondition::Clear;
        over.acked = true;
        over.care.edit([](AlertCare &care) {
            care.closedAt = now();
            care.closedById = dispatcher().id;
            care.closedBy = dispatcher().name;
        });
        ++over.revision;
        link.publish(over, AlertVerb::Close);
        link.replyTo(asked, Outcome::done(over.id));
    }
    answerAlerts(link);
}

} // namespace tocsin::scene
