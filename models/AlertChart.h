// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertMarkModel.h"
#include "models/Clock.h"
#include "models/DeskLink.h"
#include "models/HistoryRequest.h"
#include "models/TrendLine.h"

#include <QAbstractSeries>
#include <QObject>

namespace tocsin {

/// The value that an alert is about, from five minutes before it was raised to five minutes after it was over (or now), at most six hours:
/// what the archive knows, and live while it is open. GUI thread; owned by AlertDetail. QML binds to `revision` and calls fill().
class AlertChart : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("AlertDetail.chart")
    Q_PROPERTY(tocsin::TrendLine *line READ line CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertMarkModel *marks READ marks CONSTANT FINAL)  ///< raised, acknowledged, returned, closed
    Q_PROPERTY(bool possible READ possible NOTIFY revisionChanged FINAL) ///< the alert is about a channel
    Q_PROPERTY(int revision READ revision NOTIFY revisionChanged FINAL)
    Q_PROPERTY(double fromMs READ fromMs NOTIFY revisionChanged FINAL) ///< the time axis, ms since 1970 UTC
    Q_PROPERTY(double toMs READ toMs NOTIFY revisionChanged FINAL)
    Q_PROPERTY(QStringList timeTicks READ timeTicks NOTIFY revisionChanged FINAL) ///< start, middle, end
    Q_PROPERTY(bool loading READ loading NOTIFY revisionChanged FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY revisionChanged FINAL) ///< why there is no history; a sentence
public:
    AlertChart(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] TrendLine *line() { return &m_line; }
    [[nodiscard]] AlertMarkModel *marks() { return &m_marks; }
    [[nodiscard]] bool possible() const { return !m_alert.channel.isEmpty(); }
    [[nodiscard]] int revision() const { return m_revision; }
    [[nodiscard]] double fromMs() const { return double(toEpochMillis(m_from)); }
    [[nodiscard]] double toMs() const { return double(toEpochMillis(m_to)); }
    [[nodiscard]] QStringList timeTicks() const;
    [[nodiscard]] bool loading() const { return m_request.waiting(); }
    [[nodiscard]] QString problem() const { return m_problem; }
    Q_INVOKABLE bool fill(QAbstractSeries *series);

    /// Another alert, or the same with other facts.
    void show(const Alert &alert);
    void clear();
    void tick(TimePoint now);

Q_SIGNALS:
    void revisionChanged();

private:
    void takeHistory(quint64 queryId, const HistoryResult &result);
    void takeLatest(const QList<LatestReading> &readings);
    void ask();
    void renew(TimePoint now);

    DeskLink &m_link;
    ModelClock m_clock;
    HistoryRequest m_request;
    TrendLine m_line;
    AlertMarkModel m_marks;
    Alert m_alert; ///< empty id: none
    TimePoint m_from;
    TimePoint m_to;
    QString m_problem;
    int m_revision = 0;
    bool m_dirty = false;
};

} // namespace tocsin
