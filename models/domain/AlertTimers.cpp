// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertTimers.h"

#include <algorithm>
#include <array>

namespace tocsin {

using namespace std::chrono_literals;

namespace {

void include(std::optional<TimePoint> &earliest, const std::optional<TimePoint> &at)
{
    if (at && (!earliest || *at < *earliest))
        earliest = at;
}

bool isActive(const Alert &alert)
{
    return alert.cond == AlertCondition::Active || alert.cond == AlertCondition::Clearing;
}

/// Its phone is expected to be heard, and its person to answer.
bool isFollowed(const Alert &alert)
{
    return alert.kind == AlertKind::Incident && alert.incident && isActive(alert);
}

std::optional<TimePoint> contactDue(const Alert &alert, const CareLimits &limits)
{
    if (!isFollowed(alert) || alert.incident->contactLost || !alert.incident->lastHeardAt)
        return std::nullopt;
    return *alert.incident->lastHeardAt + limits.contactLost;
}

void dropAcknowledge(Alert &alert)
{
    alert.acked = false;
    alert.ackedAt.reset();
    alert.ackedBy.clear();
    alert.ackComment.clear();
}

} // namespace

CareLimits::CareLimits()
    : info{{}, {}, {}, 24h, 120s}
    , warning{{10min}, 4h, 30min, 12h, 120s}
    , critical{{60s, 180s, 600s}, 30min, 5min, 1h, 120s}
    , emergency{{30s, 60s, 120s}, {}, {}, {}, 30s}
{
}

const CareLimits::Level &CareLimits::of(AlertLevel level) const
{
    switch (level) {
    case AlertLevel::Info:
        return info;
    case AlertLevel::Warning:
        return warning;
    case AlertLevel::Critical:
        return critical;
    case AlertLevel::Emergency:
        break;
    }
    return emergency;
}

const QList<Duration> &AlertTimers::ladderOf(const Alert &alert, const CareOverride &own) const
{
    return own.ladder.isEmpty() ? m_limits.of(alert.level).ladder : own.ladder;
}

std::optional<TimePoint> AlertTimers::due(const Alert &alert) const
{
    std::optional<TimePoint> earliest;
    include(earliest, alert.escalateAt);
    include(earliest, alert.silencedUntil);
    if (const AlertCare *care = alert.care ? &*alert.care : nullptr) {
        if (alert.hold != AlertHold::None)
            include(earliest, care->heldUntil);
        include(earliest, care->ownedUntil);
        include(earliest, care->ackDue);
    }
    if (alert.incident) {
        include(earliest, alert.incident->confirmBy);
        if (isFollowed(alert))
            include(earliest, alert.incident->welfareDue);
        include(earliest, contactDue(alert, m_limits));
    }
    return earliest;
}

std::optional<AlertTimers::Step> AlertTimers::run(Alert &alert, const CareOverride &own, TimePoint now) const
{
    const std::optional<TimePoint> at = due(alert);
    if (!at || *at > now)
        return std::nullopt;
    const AlertCare care = alert.care.valueOr({});
    if (alert.hold != AlertHold::None && care.heldUntil == at) { // row 15
        const bool shelf = alert.hold == AlertHold::Shelved;
        release(alert);
        return Step{shelf ? AlertVerb::Unshelve : AlertVerb::ReturnToService, QStringLiteral("expired")};
    }
    if (alert.silencedUntil == at) {
        alert.silencedUntil.reset();
        return Step{AlertVerb::Silence, QStringLiteral("expired")};
    }
    if (care.ownedUntil == at) {
        alert.care.edit([](AlertCare &facts) {
            facts.ownerId.clear();
            facts.ownerName.clear();
            facts.ownedUntil.reset();
        });
        return Step{AlertVerb::Release, QStringLiteral("lease_expired")};
    }
    if (care.ackDue == at && !care.reminded) { // row 13
        alert.care.edit([&](AlertCare &facts) {
            facts.reminded = true;
            facts.ackDue = *at + own.ackGrace.value_or(m_limits.of(alert.level).ackGrace);
        });
        return Step{AlertVerb::Remind, {}};
    }
    if (care.ackDue == at) {
        dropAcknowledge(alert);
        return Step{AlertVerb::Unacknowledge, QStringLiteral("ack_expired")};
    }
    if (alert.escalateAt == at) { // row 19
        const QList<Duration> &steps = ladderOf(alert, own);
        alert.escalation = std::min(alert.escalation + 1, CareLimits::topStep);
        const qsizetype next = alert.escalation;
        if (next > 0 && next < steps.size())
            alert.escalateAt = *at + std::max(steps.at(next) - steps.at(next - 1), Duration(1s));
        else
            alert.escalateAt.reset();
        return Step{AlertVerb::Escalate, QStringLiteral("unanswered")};
    }
    return runIncident(alert, now);
}

std::optional<AlertTimers::Step> AlertTimers::runIncident(Alert &alert, TimePoint now) const
{
    const IncidentFacts facts = *alert.incident;
    if (facts.confirmBy && *facts.confirmBy <= now) {
        dropAcknowledge(alert);
        alert.cond = AlertCondition::Active; // the phone keeps what it was told
        alert.clearedAt.reset();
        alert.incident.edit([&](IncidentFacts &f) {
            f.confirmBy.reset();
            f.lastHeardAt = now; // its phone was right to be silent until now
            f.contactLost = false;
        });
        return Step{AlertVerb::Reactivate, QStringLiteral("cancel_unconfirmed")};
    }
    if (const auto at = contactDue(alert, m_limits); at && *at <= now) {
        alert.incident.edit([](IncidentFacts &f) { f.contactLost = true; });
        alert.escalation = std::min(alert.escalation + 1, CareLimits::topStep);
        return Step{AlertVerb::ContactLost, {}};
    }
    if (!isFollowed(alert) || !facts.welfareDue || *facts.welfareDue > now)
        return std::nullopt;
    const TimePoint at = *facts.welfareDue;
    if (!facts.welfareAsked) {
        alert.incident.edit([&](IncidentFacts &f) {
            f.welfareAsked = true;
            f.welfareDue = at + m_limits.welfareWindow;
        });
        return Step{AlertVerb::Welfare, QStringLiteral("asked")};
    }
    if (facts.welfareMisses % 2 == 0) { // the first of this check
        alert.incident.edit([&](IncidentFacts &f) {
            ++f.welfareMisses;
            f.welfareDue = at + m_limits.welfareRetry;
        });
        return Step{AlertVerb::Welfare, QStringLiteral("asked_again")};
    }
    alert.incident.edit([&](IncidentFacts &f) {
        ++f.welfareMisses;
        f.welfareAsked = false;
        f.welfareDue = std::max(at, now) + m_limits.welfareEvery; // what was missed is not asked all at once
    });
    alert.escalation = CareLimits::topStep;
    alert.escalateAt.reset();
    return Step{AlertVerb::Escalate, QStringLiteral("welfare_missed")};
}

void AlertTimers::settle(Alert &alert, const CareOverride &own, bool anew, TimePoint now) const
{
    const bool waits = isWaiting(alert);
    const QList<Duration> &steps = ladderOf(alert, own);
    if (!waits) {
        alert.escalateAt.reset();
    } else if (anew) {
        alert.escalation = 0;
        alert.escalateAt = steps.isEmpty() ? std::nullopt : std::optional<TimePoint>(now + steps.first());
        if (!m_audible && alert.level >= AlertLevel::Critical)
            alert.escalateAt = now; // nobody can hear it
    }
    if (!waits || anew)
        alert.silencedUntil.reset(); // a new occurrence sounds at once
    const bool lives = alert.acked && isActive(alert) && alert.hold == AlertHold::None;
    if (alert.care && !lives && (alert.care->ackDue || alert.care->reminded)) {
        alert.care.edit([](AlertCare &care) {
            care.ackDue.reset();
            care.reminded = false;
        });
    }
    if (alert.care && !isOpen(alert) && (alert.care->ownedUntil || !alert.care->offeredToId.isEmpty())) {
        alert.care.edit([](AlertCare &care) {
            care.ownerId.clear();
            care.ownerName.clear();
            care.ownedUntil.reset();
            care.offeredToId.clear();
            care.offeredToName.clear();
            care.offeredBy.clear();
            care.offeredById.clear();
            care.offerNote.clear();
        });
    }
}

void AlertTimers::acknowledged(Alert &alert, const CareOverride &own, TimePoint now) const
{
    const Duration lives = own.ackLives.value_or(m_limits.of(alert.level).ackLives);
    if (alert.kind == AlertKind::Incident || lives == Duration::zero() || !isActive(alert))
        return;
    alert.care.edit([&](AlertCare &care) {
        care.ackDue = now + lives;
        care.reminded = false;
    });
}

void AlertTimers::release(Alert &alert)
{
    alert.hold = AlertHold::None;
    alert.care.edit([](AlertCare &care) {
        care.heldBy.clear();
        care.holdReason.clear();
        care.heldUntil.reset();
        care.heldLevel = 0;
        care.proposedBy.clear();
    });
    if (isActive(alert))
        dropAcknowledge(alert);
}

void AlertTimers::shift(Alert &alert, Duration by)
{
    const auto move = [by](std::optional<TimePoint> &at) {
        if (at)
            *at -= by;
    };
    move(alert.escalateAt);
    move(alert.silencedUntil);
    if (alert.cond == AlertCondition::Clearing)
        move(alert.clearedAt); // the offDelay runs from there
    if (alert.care) {
        alert.care.edit([&](AlertCare &care) {
            for (std::optional<TimePoint> *at : {&care.heldUntil, &care.ownedUntil, &care.ackDue})
                move(*at);
        });
    }
    if (alert.incident) {
        alert.incident.edit([&](IncidentFacts &facts) {
            for (std::optional<TimePoint> *at : {&facts.confirmBy, &facts.lastHeardAt, &facts.welfareDue})
                move(*at);
        });
    }
}

} // namespace tocsin
