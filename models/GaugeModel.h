// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/IntervalEstimate.h"
#include "models/domain/ChannelBands.h"
#include "models/domain/Channels.h"
#include "models/domain/Reading.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The numeric channels of the selected device, in channelInfo()'s order. GUI thread; owned by Console.
/// A value that is too old (IntervalEstimate) is Stale: show it grey with its age, never as current.
class GaugeModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.gauges")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role {
        ChannelRole = Qt::UserRole + 1, ///< "engine.rpm"
        LabelRole,                      ///< "Engine speed"
        UnitRole,
        ValueRole, ///< NaN when unknown
        HasValueRole,
        ValueTextRole, ///< "4 180", "–"
        MinimumRole,
        MaximumRole,
        HasRangeRole, ///< false: a number without a dial
        DecimalsRole,
        AgeTextRole,
        StaleRole,
        WarnLowRole, ///< NaN without the limit, as the three below
        HasWarnLowRole,
        WarnHighRole,
        HasWarnHighRole,
        CriticalLowRole,
        HasCriticalLowRole,
        CriticalHighRole,
        HasCriticalHighRole,
        ValueStateRole, ///< ValueState
    };
    Q_ENUM(Role)
    enum ValueState { Unknown, Normal, Warning, Critical, Stale };
    Q_ENUM(ValueState)

    explicit GaugeModel(QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    void setBands(const ChannelBands &bands, TimePoint now);
    /// Another device (or none: nullptr).
    void show(const LatestReading *latest, TimePoint now);
    /// The same device told something.
    void update(const LatestReading &latest, TimePoint now);
    void refreshAges(TimePoint now);

Q_SIGNALS:
    void countChanged();

private:
    struct Row
    {
        ChannelInfo info;
        ChannelBand band;
        IntervalEstimate interval;
        std::optional<double> value;
        TimePoint at;
        QString valueText;
        QString ageText;
        ValueState state = Unknown;
    };
    [[nodiscard]] Row makeRow(const QString &channel, const TimedValue &value, TimePoint now) const;
    /// Takes the value and renews the texts; the roles that changed.
    static QList<int> assign(Row &row, const TimedValue &value, TimePoint now);
    static QList<int> renew(Row &row, TimePoint now);
    static ValueState stateOf(const Row &row, TimePoint now);
    static bool isGauge(const QString &channel, const Value &value);
    static bool before(const Row &a, const Row &b);

    ChannelBands m_bands = ChannelBands::defaults();
    QList<Row> m_rows;
};

} // namespace tocsin
