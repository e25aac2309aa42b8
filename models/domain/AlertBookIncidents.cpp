// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"

#include <algorithm>

// Panics: a person's call for help, from raising it to the end. ALERTS.md, "Incident stages" and what follows.

namespace tocsin {

using namespace std::chrono_literals;

namespace {

const QString panicCode = QStringLiteral("PANIC");
constexpr std::size_t panicUsersKept = 4096;

QString panicTitle(const QString &alertType)
{
    static const QHash<QString, QString> titles{
        {QStringLiteral("panic_button"), QStringLiteral("Panic button")},
        {QStringLiteral("shake_to_alert"), QStringLiteral("Shake alert")},
        {QStringLiteral("decoy_screen"), QStringLiteral("Decoy screen alert")},
        {QStringLiteral("manual"), QStringLiteral("Manual alert")},
        {QStringLiteral("scheduled"), QStringLiteral("Scheduled alert")},
    };
    return titles.value(alertType, QStringLiteral("Panic"));
}

IncidentFacts factsOf(const RaisePanic &request, TimePoint now, Duration welfareEvery)
{
    IncidentFacts facts;
    facts.alertType = request.alertType;
    facts.priority = request.priority >= 1 && request.priority <= 5 ? request.priority : 0;
    facts.description = request.message;
    facts.address = request.address;
    facts.autoCallEmergency = request.autoCallEmergency;
    facts.gpsUnavailable = request.gpsUnavailable;
    facts.deviceInfo = request.deviceInfo;
    facts.networkInfo = request.networkInfo;
    facts.lastHeardAt = now;
    facts.welfareDue = now + welfareEvery;
    if (!request.pin.isEmpty())
        facts.pin = keptPin(request.pin);
    if (!request.duressPin.isEmpty() && request.duressPin != request.pin)
        facts.duressPin = keptPin(request.duressPin);
    return facts;
}

} // namespace

AlertBook::Slot *AlertBook::foldedPanic(const QString &userId, TimePoint now)
{
    if (static_cast<std::size_t>(m_panicTimes.size()) > panicUsersKept) {
        m_panicTimes.removeIf([now](const auto &entry) { return entry->empty() || entry->back() <= now - 1min; });
        m_newestPanic.removeIf([this](const auto &entry) { return !m_panicTimes.contains(entry.key()); });
    }
    std::deque<TimePoint> &times = m_panicTimes[userId];
    while (!times.empty() && times.front() <= now - 1min)
        times.pop_front();
    if (times.size() < static_cast<std::size_t>(m_limits.panicsPerMinute)) {
        times.push_back(now);
        return nullptr;
    }
    Slot *newest = openSlot(m_newestPanic.value(userId));
    return newest && newest->track.active() ? newest : nullptr;
}

AlertBook::Result AlertBook::raisePanic(const RaisePanic &request, TimePoint now)
{
    follow(now);
    Result result;
    if (!request.clientAlertId.isEmpty()) {
        const Slot *known = openSlot(request.userId, panicCode, request.clientAlertId);
        if (known)
            return {Outcome::done(known->track.alert().id, false), {}};
        const auto closed = std::find_if(m_closed.crbegin(), m_closed.crend(), [&request](const Alert &alert) {
            return alert.kind == AlertKind::Incident && alert.source == request.userId && alert.code == panicCode &&
                   alert.instance == request.clientAlertId;
        });
        if (closed != m_closed.crend())
            return {Outcome::done(closed->id, false), {}};
    } else if (Slot *newest = foldedPanic(request.userId, now)) {
        newest->track.repeat(now, m_limits.track, result.changes);
        result.outcome = Outcome::done(newest->track.alert().id);
        settle(*newest);
        return result;
    }
    const QString id = m_makeId();
    const bool positioned = request.position && request.position->isValid();
    Alert facts;
    facts.source = request.userId;
    facts.sourceName = request.userName.isEmpty() ? request.userId : request.userName;
    facts.code = panicCode;
    facts.instance = request.clientAlertId.isEmpty() ? id : request.clientAlertId;
    facts.title = panicTitle(request.alertType);
    facts.message = request.message;
    if (facts.message.isEmpty())
        facts.message = positioned ? QStringLiteral("Asks for help") : QStringLiteral("Asks for help, place unknown");
    facts.category = request.alertType.isEmpty() ? QStringLiteral("panic_button") : request.alertType;
    facts.userId = request.userId;
    facts.kind = AlertKind::Incident;
    facts.level = AlertLevel::Emergency;
    facts.simulated = request.simulated;
    facts.silentAtSource = request.silent;
    if (positioned)
        facts.position = request.position;
    facts.incident = Shared<IncidentFacts>(factsOf(request, now, m_limits.care.welfareEvery));
    facts.recommendedActions = {QStringLiteral("Acknowledge, so that the person sees it"),
                                request.silent ? QStringLiteral("Write, do not call: the alarm was silent")
                                               : QStringLiteral("Call or write to the person")};
    Slot &slot = addSlot(nullptr, -1, std::move(facts));
    slot.track.raise(id, now, result.changes);
    settle(slot);
    if (request.clientAlertId.isEmpty())
        m_newestPanic.insert(request.userId, id);
    result.outcome = Outcome::done(id);
    result.changes = finished(std::move(result.changes));
    return result;
}

AlertBook::Result AlertBook::cancelPanic(const CancelPanic &request, TimePoint now)
{
    follow(now);
    Slot *slot = nullptr;
    if (!request.alertId.isEmpty()) {
        slot = openSlot(request.alertId);
    } else {
        for (Slot *candidate : m_openByKey) {
            const Alert &alert = candidate->track.alert();
            const bool told = alert.incident && alert.incident->canceledAtSource;
            if (alert.kind == AlertKind::Incident && alert.source == request.userId && candidate->track.active() &&
                !told && (!slot || alert.raisedAt >= slot->track.alert().raisedAt))
                slot = candidate;
        }
    }
    const Alert *alert = slot ? &slot->track.alert() : closedAlert(request.alertId);
    if (!alert || alert->kind != AlertKind::Incident)
        return {Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no such open panic."),
                                 request.alertId),
                {}};
    if (alert->source != request.userId)
        return refused(*alert, "forbidden", QStringLiteral("Only who raised a panic can cancel it."));
    const bool told = alert->incident && alert->incident->canceledAtSource;
    if (!slot || !slot->track.active() || told)
        return refused(*alert, "closed", QStringLiteral("The panic is already over."));
    const IncidentFacts facts = alert->incident.valueOr({});
    // Both are looked at, so that the time says nothing of which one it was.
    const bool threatened = isPin(facts.duressPin, request.pin);
    const bool right = isPin(facts.pin, request.pin);
    if (!facts.pin.isEmpty() && !right && !threatened)
        return refused(*alert, "pin_invalid", QStringLiteral("The PIN is not right."));
    Result result{Outcome::done(alert->id), {}};
    slot->track.cancel(threatened, now, result.changes);
    settle(*slot);
    return result;
}

AlertBook::Result AlertBook::markSeen(const MarkSeen &request, const Actor &actor, TimePoint now)
{
    follow(now);
    Slot *slot = openSlot(request.alertId);
    const Alert *alert = slot ? &slot->track.alert() : closedAlert(request.alertId);
    if (!alert)
        return unknownAlert(request.alertId);
    if (alert->kind != AlertKind::Incident)
        return refused(*alert, "invalid", QStringLiteral("alert_id: only incidents are marked as seen."));
    if (!slot || (alert->incident && alert->incident->seenAt))
        return {Outcome::done(alert->id, false), {}};
    Result result{Outcome::done(alert->id), {}};
    slot->track.facts().incident.edit([&](IncidentFacts &facts) {
        facts.seenAt = now;
        facts.seenBy = displayName(actor);
    });
    slot->track.changed(AlertVerb::Seen, stateOf(*alert), result.changes);
    settle(*slot);
    return result;
}

AlertBook::Result AlertBook::setStage(const SetStage &request, TimePoint now)
{
    follow(now);
    Slot *slot = openSlot(request.alertId);
    const Alert *alert = slot ? &slot->track.alert() : closedAlert(request.alertId);
    if (!alert)
        return unknownAlert(request.alertId);
    if (!slot)
        return refused(*alert, "closed", QStringLiteral("The incident is already over."));
    if (alert->kind != AlertKind::Incident)
        return refused(*alert, "invalid", QStringLiteral("alert_id: only incidents have stages."));
    if (request.stage == IncidentStage::Closed)
        return refused(*alert, "invalid", QStringLiteral("stage: an incident is closed by closing it."));
    if (!alert->acked)
        return refused(*alert, "invalid", QStringLiteral("stage: the incident must be acknowledged first."));
    if (alert->incident && alert->incident->stage == request.stage)
        return {Outcome::done(alert->id, false), {}};
    Result result{Outcome::done(alert->id), {}};
    slot->track.facts().incident.edit([&request](IncidentFacts &facts) { facts.stage = request.stage; });
    slot->track.changed(AlertVerb::Stage, stateOf(*alert), result.changes, toString(request.stage), request.comment);
    settle(*slot);
    return result;
}

QList<AlertChange> AlertBook::heardFrom(const QString &userId, bool answered, TimePoint now)
{
    QList<AlertChange> out;
    const QList<Slot *> slots = m_incidents.values(userId);
    for (Slot *slot : slots) {
        AlertTrack &track = slot->track;
        if (!track.alert().incident)
            continue; // of a log that knew less
        const AlertState from = stateOf(track.alert());
        const bool back = track.alert().incident->contactLost;
        const bool confirmed =
            answered && (track.alert().incident->welfareAsked || track.alert().incident->welfareMisses > 0);
        track.facts().incident.edit([&](IncidentFacts &facts) {
            facts.lastHeardAt = now;
            facts.contactLost = false;
            if (answered) {
                facts.welfareAsked = false;
                facts.welfareMisses = 0;
                facts.welfareDue = now + m_limits.care.welfareEvery;
            }
        });
        if (back)
            track.changed(AlertVerb::ContactBack, from, out);
        if (confirmed)
            track.changed(AlertVerb::Welfare, from, out, QStringLiteral("confirmed"));
        settle(*slot);
    }
    return out;
}

} // namespace tocsin
