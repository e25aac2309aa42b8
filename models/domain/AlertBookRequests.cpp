// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertBook.h"

#include "models/domain/AlertBookParts.h"

#include <algorithm>
#include <utility>

// What people and other systems ask of the book. Rules and timers are in AlertBook.cpp, panics in AlertBookIncidents.cpp.

namespace tocsin {

namespace {

const QString unnamedReport = QStringLiteral("reported");

bool isReport(const Alert &alert)
{
    return alert.ruleId.isEmpty() && alert.kind == AlertKind::Event;
}

QString takenBy(const Alert &alert)
{
    if (alert.ackedBy.isEmpty() || !alert.ackedAt)
        return QStringLiteral("Already acknowledged.");
    return QStringLiteral("Already acknowledged by %1 at %2.").arg(alert.ackedBy, toIso8601(*alert.ackedAt));
}

void copyWords(const ReportAlert &from, Alert &to)
{
    to.title = from.title.isEmpty() ? to.code : from.title;
    to.message = from.message;
    to.category = from.category;
    to.value = from.value;
    to.threshold = from.threshold;
    to.recommendedActions = from.recommendedActions;
    to.sourceTime = from.sourceTime;
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

AlertBook::Result AlertBook::unknownAlert(const QString &alertId)
{
    return {Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no such alert."), alertId), {}};
}

AlertBook::Result AlertBook::refused(const Alert &alert, const char *code, const QString &sentence)
{
    return {Outcome::refused(QLatin1String(code), sentence, alert.id), {}};
}

AlertBook::Result AlertBook::acknowledge(const Acknowledge &request, const Actor &actor, TimePoint now)
{
    follow(now);
    Slot *slot = openSlot(request.alertId);
    if (!slot) {
        const Alert *closed = closedAlert(request.alertId);
        if (!closed)
            return unknownAlert(request.alertId);
        Outcome known = Outcome::done(request.alertId, false);
        known.message = takenBy(*closed);
        return {known, {}};
    }
    const Alert &alert = slot->track.alert();
    if (alert.acked && alert.care && alert.care->reminded) { // row 13: the reminder is answered
        Result result{Outcome::done(alert.id), {}};
        slot->track.acknowledge(displayName(actor), request.comment, now, result.changes);
        settle(*slot);
        return result;
    }
    if (alert.acked) {
        Outcome known = Outcome::done(alert.id, false);
        known.message = takenBy(alert);
        return {known, {}};
    }
    if (const auto superseded = supersededBy(alert, request.occurrence, request.seenLevel))
        return *superseded;
    if (alert.commentWanted && request.comment.trimmed().isEmpty()) // row 4
        return refused(alert, "comment_required",
                       QStringLiteral("comment: this alert is not acknowledged without one."));
    Result result{Outcome::done(alert.id), {}};
    slot->track.acknowledge(displayName(actor), request.comment, now, result.changes);
    settle(*slot);
    return result;
}

/// No blind decisions: when it came again or rose since it was seen.
std::optional<AlertBook::Result> AlertBook::supersededBy(const Alert &alert, int occurrence, AlertLevel seenLevel)
{
    if (occurrence == 0) // whoever names only the alert takes it as of now
        return std::nullopt;
    if (alert.occurrence != occurrence)
        return refused(alert, "superseded",
                       QStringLiteral("The alert came again since you saw it (occurrence %1).").arg(alert.occurrence));
    if (alert.level > seenLevel)
        return refused(alert, "superseded",
                       QStringLiteral("The alert rose to %1 since you saw it.").arg(toString(alert.level)));
    return std::nullopt;
}

/// Closes what its source may still hold open. The caller has judged whether it may be.
AlertBook::Result AlertBook::closeAlert(const CloseAlert &request, const Actor &actor, TimePoint now)
{
    follow(now);
    Slot *slot = openSlot(request.alertId);
    if (!slot) {
        const Alert *closed = closedAlert(request.alertId);
        if (!closed)
            return unknownAlert(request.alertId);
        if (!closed->care || !closed->care->closedAt)
            return refused(*closed, "closed", QStringLiteral("The alert is already over."));
        Outcome known = Outcome::done(closed->id, false);
        known.message = QStringLiteral("Already closed by %1.").arg(closed->care->closedBy);
        return {known, {}};
    }
    const Alert &alert = slot->track.alert();
    if (const auto superseded = supersededBy(alert, request.occurrence, AlertLevel::Emergency)) // row 21
        return *superseded;
    if (alert.kind == AlertKind::Condition && slot->track.active() && !actor.supervises)
        return refused(alert, "still_active",
                       QStringLiteral("The source still reports it; only a supervisor can close it now."));
    if (!alert.acked && alert.commentWanted && request.comment.trimmed().isEmpty()) // it acknowledges, too
        return refused(alert, "comment_required",
                       QStringLiteral("comment: this alert is not closed unacknowledged without one."));
    if (alert.kind == AlertKind::Incident && request.disposition == Disposition::None)
        return refused(alert, "invalid", QStringLiteral("disposition: must say how the incident ended."));
    Result result{Outcome::done(alert.id), {}};
    slot->track.close(request, actor, now, result.changes);
    settle(*slot);
    result.changes = finished(std::move(result.changes));
    return result;
}

AlertBook::Result AlertBook::report(const ReportAlert &request, const Actor &actor, TimePoint now)
{
    follow(now);
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
        facts.sourceName = device ? device->device.name : source == actor.id ? displayName(actor) : source;
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
        slot->track.acknowledge(displayName(actor), {}, now, result.changes);
    settle(*slot);
    result.changes = finished(std::move(result.changes));
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
