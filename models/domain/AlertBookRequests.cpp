// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"

#include <algorithm>
#include <utility>

// What people and other systems ask of the book. Rules and timers are in AlertBook.cpp.

namespace tocsin {

using namespace std::chrono_literals;

namespace {

const QString panicCode = QStringLiteral("PANIC");
const QString unnamedReport = QStringLiteral("reported");
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

QString nameOf(const Actor &actor)
{
    return actor.name.isEmpty() ? actor.id : actor.name;
}

bool isReport(const Alert &alert)
{
    return alert.ruleId.isEmpty() && alert.kind == AlertKind::Event;
}

QString takenBy(const Alert &alert)
{
    return alert.ackedBy.isEmpty() ? QStringLiteral("Already acknowledged.")
                                   : QStringLiteral("Already acknowledged by %1.").arg(alert.ackedBy);
}

void copyWords(const ReportAlert &from, Alert &to)
{
    to.title = from.title.isEmpty() ? to.code : from.title;
    to.message = from.message;
    to.category = from.category;
    to.value = from.value;
    to.threshold = from.threshold;
    to.recommendedActions = from.recommendedActions;
    if (!from.userId.isEmpty())
        to.userId = from.userId;
}

} // namespace

AlertBook::Slot *AlertBook::openSlot(const QString &alertId) const
{
    return m_openById.value(alertId);
}

AlertBook::Slot *AlertBook::openSlot(const QString &source, const QString &code, const QString &instance) const
{
    return m_openByKey.value(source + QChar(0x1f) + code + QChar(0x1f) + instance);
}

const Alert *AlertBook::closedAlert(const QString &alertId) const
{
    const auto it = std::find_if(m_closed.crbegin(), m_closed.crend(),
                                 [&alertId](const Alert &alert) { return alert.id == alertId; });
    return it == m_closed.crend() ? nullptr : &*it;
}

std::optional<Alert> AlertBook::find(const QString &alertId) const
{
    if (const Slot *slot = openSlot(alertId))
        return slot->track.alert();
    const Alert *closed = closedAlert(alertId);
    return closed ? std::optional<Alert>(*closed) : std::nullopt;
}

QList<Alert> AlertBook::openAlerts() const
{
    QList<Alert> alerts;
    alerts.reserve(m_openById.size());
    for (const Slot *slot : m_openById)
        alerts.append(slot->track.alert());
    std::sort(alerts.begin(), alerts.end(), [](const Alert &a, const Alert &b) {
        return a.raisedAt != b.raisedAt ? a.raisedAt < b.raisedAt : a.id < b.id;
    });
    return alerts;
}

AlertBook::Result AlertBook::acknowledge(const Acknowledge &request, const Actor &actor, TimePoint now)
{
    Slot *slot = openSlot(request.alertId);
    if (!slot) {
        const Alert *closed = closedAlert(request.alertId);
        if (!closed)
            return {Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no such alert."),
                                     request.alertId),
                    {}};
        Outcome known = Outcome::done(request.alertId, false);
        known.message = takenBy(*closed);
        return {known, {}};
    }
    const Alert &alert = slot->track.alert();
    if (alert.acked) {
        Outcome known = Outcome::done(alert.id, false);
        known.message = takenBy(alert);
        return {known, {}};
    }
    if (request.occurrence != 0) {
        if (alert.occurrence != request.occurrence)
            return {Outcome::refused(
                        QStringLiteral("superseded"),
                        QStringLiteral("The alert came again since you saw it (occurrence %1).").arg(alert.occurrence),
                        alert.id),
                    {}};
        if (alert.level > request.seenLevel)
            return {Outcome::refused(
                        QStringLiteral("superseded"),
                        QStringLiteral("The alert rose to %1 since you saw it.").arg(toString(alert.level)), alert.id),
                    {}};
    }
    Result result{Outcome::done(alert.id), {}};
    slot->track.acknowledge(nameOf(actor), request.comment, now, result.changes);
    settle(*slot);
    return result;
}

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
    facts.recommendedActions = {QStringLiteral("Acknowledge, so that the person sees it"),
                                request.silent ? QStringLiteral("Write, do not call: the alarm was silent")
                                               : QStringLiteral("Call or write to the person")};
    Slot &slot = addSlot(nullptr, -1, std::move(facts));
    slot.track.raise(id, now, result.changes);
    settle(slot);
    if (request.clientAlertId.isEmpty())
        m_newestPanic.insert(request.userId, id);
    result.outcome = Outcome::done(id);
    return result;
}

AlertBook::Result AlertBook::cancelPanic(const CancelPanic &request, TimePoint now)
{
    Slot *slot = nullptr;
    if (!request.alertId.isEmpty()) {
        slot = openSlot(request.alertId);
    } else {
        for (Slot *candidate : m_openByKey) {
            const Alert &alert = candidate->track.alert();
            if (alert.kind == AlertKind::Incident && alert.source == request.userId && candidate->track.active() &&
                (!slot || alert.raisedAt >= slot->track.alert().raisedAt))
                slot = candidate;
        }
    }
    const Alert *alert = slot ? &slot->track.alert() : closedAlert(request.alertId);
    if (!alert || alert->kind != AlertKind::Incident)
        return {Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no such open panic."),
                                 request.alertId),
                {}};
    if (alert->source != request.userId)
        return {Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("Only who raised a panic can cancel it."),
                                 alert->id),
                {}};
    if (!slot || !slot->track.active())
        return {Outcome::refused(QStringLiteral("closed"), QStringLiteral("The panic is already over."), alert->id),
                {}};
    Result result{Outcome::done(alert->id), {}};
    slot->track.cancel(now, result.changes);
    settle(*slot);
    return result;
}

AlertBook::Result AlertBook::report(const ReportAlert &request, const Actor &actor, TimePoint now)
{
    const QString sender = request.userId.isEmpty() ? actor.id : request.userId;
    const QString source = request.source.isEmpty() ? sender : request.source;
    const QString code = request.code.isEmpty() ? QStringLiteral("REPORTED") : request.code;
    const QString instance = request.alertId.isEmpty() ? unnamedReport : request.alertId;
    Slot *slot = request.alertId.isEmpty() ? openSlot(source, code, instance) : openSlot(request.alertId);
    const Alert *closed = slot || request.alertId.isEmpty() ? nullptr : closedAlert(request.alertId);
    const Alert *known = slot ? &slot->track.alert() : closed;
    if (known && (!isReport(*known) || known->source != source))
        return {Outcome::refused(QStringLiteral("id_conflict"),
                                 QStringLiteral("This alert id belongs to another alert."), request.alertId),
                {}};

    Result result;
    if (slot) {
        result.outcome = Outcome::done(known->id);
        updateReport(*slot, request, now, result.changes);
    } else if (closed && (request.acknowledged || request.level <= closed->peakLevel)) {
        result.outcome = Outcome::done(closed->id, false); // a re-sent queue does not raise what is dealt with
        return result;
    } else {
        if (m_openByKey.size() >= m_limits.openReports)
            return {Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("Too many reported alerts are open."),
                                     request.alertId),
                    {}};
        const Source *device = m_sourceById.value(source);
        Alert facts = closed ? *closed : Alert{};
        facts.source = source;
        facts.sourceName = device ? device->device.name : source == actor.id ? nameOf(actor) : source;
        facts.code = code;
        facts.instance = instance;
        facts.userId = device && sender == source ? device->device.owners.value(0) : sender;
        facts.kind = AlertKind::Event;
        facts.level = request.level;
        facts.simulated = device && device->device.simulated;
        if (device)
            facts.position = device->position;
        copyWords(request, facts);
        const int revision = closed ? closed->revision : 0;
        const int occurrence = closed ? closed->occurrence + 1 : 1;
        slot = &addSlot(nullptr, -1, std::move(facts));
        slot->track.facts().revision = revision;
        slot->track.facts().occurrence = occurrence;
        slot->track.raise(request.alertId.isEmpty() ? m_makeId() : request.alertId, now, result.changes);
        settle(*slot);
        result.outcome = Outcome::done(slot->track.alert().id);
    }
    if (request.acknowledged && !slot->track.alert().acked)
        slot->track.acknowledge(nameOf(actor), {}, now, result.changes);
    settle(*slot);
    return result;
}

void AlertBook::updateReport(Slot &slot, const ReportAlert &request, TimePoint now, QList<AlertChange> &out)
{
    AlertTrack &track = slot.track;
    Alert before = track.alert();
    copyWords(request, track.facts());
    const bool same = before == track.alert();
    if (request.level != before.level) {
        ++track.facts().count;
        track.facts().lastSeenAt = now;
        track.setLevel(request.level, out);
    } else if (same) {
        track.repeat(now, m_limits.track, out);
    } else {
        ++track.facts().count;
        track.facts().lastSeenAt = now;
        track.changed(AlertVerb::Repeat, stateOf(before), out);
    }
}

} // namespace tocsin
