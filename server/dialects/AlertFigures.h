// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertKpis.h"
#include "server/dialects/DeskMirror.h"
#include "server/dialects/StatusBoard.h"

#include <QJsonObject>
#include <QObject>

namespace tocsin {

/// How the desk copes with its alerts since this server runs: GET /api/alerts/figures, and some of it in /metrics. Follows the mirror, which
/// outlives it. Server thread.
class AlertFigures : public QObject
{
    Q_OBJECT
public:
    AlertFigures(const DeskMirror &mirror, TimePoint now, QObject *parent = nullptr);

    void refused() { m_kpis.refused(); } ///< a request of an operator
    void setPeople(const QList<OnlinePerson> &people, TimePoint now);

    [[nodiscard]] QJsonObject toJson(TimePoint now) const;
    [[nodiscard]] QList<Metric> metrics(TimePoint now) const;

private:
    AlertKpis m_kpis;
};

} // namespace tocsin
