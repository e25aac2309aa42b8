// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QList>
#include <QString>

// What may be asked of the archive about one alert. Plain values; part of ArchivePort (Ports.h).

namespace tocsin {

/// What the log has of one alert: its changes, the lines of its conversation ("incident/<id>") and, of an incident, of its person's
/// while it was open, and what the audit has of who was notified of it and who exported it. A page, oldest first.
struct AlertLogQuery
{
    QString alertId;
    qint64 after = 0; ///< Event::seq; what follows it
    int limit = 1000; ///< at most 1,000
};

struct AlertLogResult
{
    QString error;
    QList<Event> events; ///< fewer than asked for: this was the end
};

} // namespace tocsin
