// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRequests.h"

#include <QCoreApplication>
#include <QTimeZone>

namespace tocsin {

/// How an alert reads on the screen. Pure functions of the facts; any thread.
class AlertWords
{
    Q_DECLARE_TR_FUNCTIONS(AlertWords)
public:
    [[nodiscard]] static QString who(const Alert &alert);   ///< "Unit 07"; the id when it has no name
    [[nodiscard]] static QString what(const Alert &alert);  ///< "Unit 07 HIGH_RPM"
    [[nodiscard]] static QString value(const Alert &alert); ///< "11.8 V"; "–" without one
    [[nodiscard]] static QString limit(const Alert &alert); ///< "limit 12.0 V"; empty without one
    [[nodiscard]] static QString state(AlertState state);   ///< "unacknowledged", "returned", "shelved", …
    [[nodiscard]] static QString kind(AlertKind kind);      ///< "condition", "event", "incident"
    [[nodiscard]] static QString disposition(Disposition disposition);
    [[nodiscard]] static bool isOwn(const Alert &alert, const Actor &self);
    /// Whether `self` has offered it to somebody, who has not answered yet.
    [[nodiscard]] static bool isOfferedBy(const AlertCare &care, const Actor &self);
    [[nodiscard]] static QString owner(const Alert &alert, const Actor &self); ///< "you", "Dana"; empty: nobody
    /// "until 14:10", "until it returns, at most 14:10", "until returned to service"; empty while nothing holds it.
    [[nodiscard]] static QString holdUntil(const Alert &alert, TimePoint now, const QTimeZone &zone);
    /// "unacknowledged · ×3 · chattering": the line below a row.
    [[nodiscard]] static QString line(const Alert &alert, const Actor &self, TimePoint now, const QTimeZone &zone);
    /// The same in a sentence, with who and why.
    [[nodiscard]] static QString sentence(const Alert &alert, const Actor &self, TimePoint now, const QTimeZone &zone);
    [[nodiscard]] static QString verb(const AlertChange &change); ///< "acknowledged", "level changed to critical", …
    [[nodiscard]] static QString reason(const QString &word);     ///< "ack_expired" → "the acknowledge ran out"
};

} // namespace tocsin
