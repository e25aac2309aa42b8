// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/HistoryRequest.h"

#include <QObject>
#include <QPointF>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Where the selected device was in the last five minutes. GUI thread; owned by Console.
/// Points are WGS 84 degrees, x = longitude, y = latitude, oldest first, at most 1,500.
class TrailModel : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.trail")
    Q_PROPERTY(QList<QPointF> path READ path NOTIFY pathChanged FINAL)
    /// Age of each point as a share of the five minutes: 0 now … 1 oldest; for fading.
    Q_PROPERTY(QList<double> ages READ ages NOTIFY pathChanged FINAL)
public:
    static constexpr int MaxPoints = 1500;

    TrailModel(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] QList<QPointF> path() const { return m_path; }
    [[nodiscard]] QList<double> ages() const { return m_ages; }

    void show(const QString &deviceId, const LatestReading *latest);
    void update(const LatestReading &latest);
    bool takeHistory(quint64 queryId, const HistoryResult &result);
    void reload();
    /// Forgets what is too old.
    void refresh(TimePoint now);

Q_SIGNALS:
    void pathChanged();

private:
    struct Fix
    {
        TimePoint at;
        QPointF point;
    };
    bool take(const LatestReading &latest);
    void publish(TimePoint now);

    ModelClock m_clock;
    HistoryRequest m_request;
    QString m_deviceId;
    QList<Fix> m_fixes; ///< ascending
    QList<QPointF> m_path;
    QList<double> m_ages;
};

} // namespace tocsin
