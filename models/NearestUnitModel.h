// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeviceListModel.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Who could be there soonest: devices with a place, vehicles that are heard first, then by distance as the crow flies. GUI thread; owned by
/// IncidentDesk. Distances follow every second; the order only every few, so that nobody presses another row than the one they read.
class NearestUnitModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.units")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role {
        DeviceIdRole = Qt::UserRole + 1,
        NameRole,
        DistanceTextRole, ///< "1.4 km NE"
        StateTextRole,    ///< "52 km/h · Delivery van"
        AgeTextRole,
        StaleRole,      ///< grey it: nobody knows where it is now
        AlertLevelRole, ///< AlertListModel.Level of its worst open alert, −1 none
        SimulatedRole,
    };
    Q_ENUM(Role)
    static constexpr int MaxUnits = 12;

    explicit NearestUnitModel(const DeviceListModel &devices, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    /// Where help is needed, and the device that is there anyhow; without a place the list is empty.
    void show(const std::optional<Position> &place, const QString &ownDevice, TimePoint now);

Q_SIGNALS:
    void countChanged();

private:
    struct Row
    {
        QString deviceId;
        double metres = 0;
        QString distance, state, age, name;
        bool stale = false;
        bool simulated = false;
        int alertLevel = -1;
        bool operator==(const Row &) const = default;
    };
    [[nodiscard]] QStringList nearest(const Position &place, const QString &ownDevice) const;
    [[nodiscard]] Row rowFor(const QString &deviceId, const Position &place) const;

    const DeviceListModel &m_devices;
    QList<Row> m_rows;
    QStringList m_order;
    QString m_ownDevice;
    TimePoint m_sortedAt;
};

/// Over the WGS 84 sphere, in metres, and the direction to start in, degrees true.
[[nodiscard]] double distanceMetres(const Position &from, const Position &to);
[[nodiscard]] double bearingDegrees(const Position &from, const Position &to);

} // namespace tocsin
