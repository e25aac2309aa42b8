// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRequests.h"
#include "models/domain/AlertTimers.h"

namespace tocsin {

/// What the operators' verbs make of an alert's facts, and when they are refused (ALERTS.md, rows 11, 12, 14 to 18 and 20). Pure
/// functions; time is an argument. Whether the alert came again since it was seen, and who may ask, is decided before.
class AlertHandling
{
public:
    struct Result
    {
        QString refusal; ///< code; empty: done
        QString sentence;
        bool changed = true;
        AlertVerb verb = AlertVerb::Comment;
        QString reason{};
    };

    explicit AlertHandling(const CareLimits &limits) : m_limits(limits) {}

    /// Changes `alert` only when it is done and changed; AlertTimers::settle() follows.
    [[nodiscard]] Result handle(Alert &alert, const HandleAlert &request, const Actor &actor, TimePoint now) const;
    [[nodiscard]] static Result takeOutOfService(Alert &alert, const TakeOutOfService &request, const Actor &actor,
                                                 TimePoint now);
    [[nodiscard]] static Result returnToService(Alert &alert);
    /// Of a closed alert: whether this person may still take the closing back.
    [[nodiscard]] Result reopen(Alert &alert, const Actor &actor, TimePoint now) const;

private:
    [[nodiscard]] static Result unacknowledge(Alert &alert, const HandleAlert &request);
    [[nodiscard]] Result silence(Alert &alert, const HandleAlert &request, TimePoint now) const;
    [[nodiscard]] Result claim(Alert &alert, const Actor &actor, TimePoint now) const;
    [[nodiscard]] static Result offer(Alert &alert, const HandleAlert &request, const Actor &actor);
    [[nodiscard]] static Result withdraw(Alert &alert, const Actor &actor);
    [[nodiscard]] static Result letGo(Alert &alert, const Actor &actor);
    [[nodiscard]] Result shelve(Alert &alert, const HandleAlert &request, const Actor &actor, TimePoint now) const;
    [[nodiscard]] static Result unshelve(Alert &alert);
    [[nodiscard]] static Result reset(Alert &alert);
    [[nodiscard]] Result confirmWelfare(Alert &alert, TimePoint now) const;

    const CareLimits &m_limits;
};

} // namespace tocsin
