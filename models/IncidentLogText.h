// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QString>
#include <QTimeZone>

#include <optional>

namespace tocsin {

/// One line of an incident's log, as an operator reads it.
struct IncidentLogEntry
{
    /// What kind of mark stands beside it: what the person or a timer did, an operator's deed, something that needs attention.
    enum class Tone { Plain, Deed, Warning, Emergency };
    qint64 seq = 0; ///< in the desk's log
    TimePoint at;
    QString title;
    QString detail; ///< "14:05:52 · you · their words"
    QString who;    ///< empty: nobody, a timer
    Tone tone = Tone::Plain;
    bool operator==(const IncidentLogEntry &) const = default;
};

/// What an event says of an alert; nothing when it is about another one, or says nothing that has to be read (a lease that was
/// renewed). `self` reads as "you". Pure function, any thread.
[[nodiscard]] std::optional<IncidentLogEntry> logEntryOf(const Event &event, const QString &alertId, const Actor &self,
                                                         const QTimeZone &zone);

/// "received", "on scene", as an operator reads them; also of what is sent back by the desk.
[[nodiscard]] QString stageText(IncidentStage stage);
[[nodiscard]] QString dispositionText(Disposition disposition);

} // namespace tocsin
