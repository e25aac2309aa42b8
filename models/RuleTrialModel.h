// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"
#include "models/DeviceListModel.h"
#include "models/TrendLine.h"

#include <QAbstractListModel>
#include <QAbstractSeries>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace tocsin {

/// What the rule that is edited would have made of what one device has told: its moments as rows, oldest first, and the recorded values
/// as a line. GUI thread; owned by RuleEditor.
class RuleTrialModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("RuleEditor.trial")
    Q_PROPERTY(QStringList devices READ devices NOTIFY devicesChanged FINAL)     ///< names, as in the device list
    Q_PROPERTY(int device READ device WRITE setDevice NOTIFY askedChanged FINAL) ///< row of `devices`; −1: none
    Q_PROPERTY(QStringList spans READ spans CONSTANT FINAL)
    Q_PROPERTY(int spanIndex READ spanIndex WRITE setSpanIndex NOTIFY askedChanged FINAL)
    Q_PROPERTY(bool busy READ busy NOTIFY changed FINAL)
    Q_PROPERTY(bool outdated READ outdated NOTIFY changed FINAL)  ///< the rule, device or span is another since
    Q_PROPERTY(bool done READ done NOTIFY changed FINAL)          ///< there is something to see
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL) ///< a sentence; also what went wrong
    Q_PROPERTY(tocsin::TrendLine *line READ line CONSTANT FINAL)
    Q_PROPERTY(double from READ from NOTIFY changed FINAL) ///< ms since 1970, ends of the time axis
    Q_PROPERTY(double to READ to NOTIFY changed FINAL)
    Q_PROPERTY(QString fromText READ fromText NOTIFY changed FINAL)
    Q_PROPERTY(QString middleText READ middleText NOTIFY changed FINAL)
    Q_PROPERTY(QString toText READ toText NOTIFY changed FINAL)
    Q_PROPERTY(QVariantList limits READ limits NOTIFY changed FINAL) ///< of the metric's value: {value, label, level}
    Q_PROPERTY(int revision READ revision NOTIFY changed FINAL) ///< another whenever fill() has other points to give
public:
    enum Role {
        WhenTextRole = Qt::UserRole + 1, ///< "Fri 20 Nov 14:05:39"
        WhatRole,                        ///< What
        MomentLevelRole,                 ///< AlertListModel::Level
        MomentTextRole,
        PlaceRole, ///< along the time axis, 0 to 1
        SpanRole,  ///< how long it was open, as part of the axis; 0 but for Raised
    };
    Q_ENUM(Role)
    enum What { Raised, Level, Cleared };
    Q_ENUM(What)

    RuleTrialModel(DeskLink &link, DeviceListModel &devices, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    [[nodiscard]] QStringList devices() const;
    [[nodiscard]] int device() const;
    void setDevice(int row);
    [[nodiscard]] static QStringList spans();
    [[nodiscard]] int spanIndex() const { return m_spanIndex; }
    void setSpanIndex(int index);
    [[nodiscard]] bool busy() const { return m_trial.has_value() || m_history.has_value(); }
    [[nodiscard]] bool outdated() const { return m_outdated && m_done; }
    [[nodiscard]] bool done() const { return m_done; }
    [[nodiscard]] QString summary() const { return m_summary; }
    [[nodiscard]] TrendLine *line() const { return m_line; }
    [[nodiscard]] double from() const;
    [[nodiscard]] double to() const;
    [[nodiscard]] QString fromText() const;
    [[nodiscard]] QString middleText() const;
    [[nodiscard]] QString toText() const;
    [[nodiscard]] QVariantList limits() const { return m_limits; }
    [[nodiscard]] int revision() const { return m_revision; }

    /// The rule as it stands now.
    void setRule(const QByteArray &rule);
    /// Asks the desk and the archive.
    Q_INVOKABLE void run();
    /// Waits for their answers no more.
    Q_INVOKABLE void cancel();
    Q_INVOKABLE bool fill(QAbstractSeries *series) const;

Q_SIGNALS:
    void devicesChanged();
    void askedChanged();
    void changed();

private:
    void take(quint64 query, const RuleTrialAnswer &answer);
    void takeHistory(quint64 query, const HistoryResult &result);
    void conclude(const RuleTrialAnswer &answer);
    [[nodiscard]] QString noReadings(const RuleTrialAnswer &answer) const;
    void outdate();
    [[nodiscard]] double placeOf(TimePoint at) const;

    DeskLink &m_link;
    DeviceListModel &m_devices;
    ModelClock m_clock;
    TrendLine *m_line;
    QByteArray m_rule;
    QString m_device;
    int m_spanIndex = 2;
    std::optional<quint64> m_trial;   ///< unanswered
    std::optional<quint64> m_history; ///< unanswered
    TimePoint m_from;
    TimePoint m_to;
    QList<RuleTrialMoment> m_moments;
    QList<HistoryPoint> m_drawn; ///< in place of what was recorded, when that has none of it
    QString m_summary;
    QVariantList m_limits;
    int m_revision = 0;
    bool m_done = false;
    bool m_outdated = false;
};

} // namespace tocsin
