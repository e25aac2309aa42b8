// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"
#include "models/domain/Geofence.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The geofences that rules may be about, as a map draws them, each with the most urgent open alert that is about it. GUI thread; owned by
/// MapViewState.
class FenceListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("MapViewState.fences")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role {
        FenceIdRole = Qt::UserRole + 1,
        NameRole,
        ShapeRole,      ///< Shape
        OutlineRole,    ///< list of points, x longitude, y latitude: the centre; the outline, not closed; the line
        HolesRole,      ///< list of such lists
        RadiusRole,     ///< metres, of a circle
        WidthRole,      ///< metres, of a line that is a corridor; 0: it is crossed
        AlertLevelRole, ///< AlertListModel::Level of the open alert about it; −1: none
    };
    Q_ENUM(Role)
    enum Shape { Circle, Polygon, Line };
    Q_ENUM(Shape)

    explicit FenceListModel(QObject *parent = nullptr);
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_fences.size()); }

    void assign(const QList<Geofence> &fences, const AlertListModel &alerts);
    /// What is open now.
    void setAlerts(const AlertListModel &alerts);

Q_SIGNALS:
    void countChanged();

private:
    [[nodiscard]] static QList<int> levelsOf(const QList<Geofence> &fences, const AlertListModel &alerts);

    QList<Geofence> m_fences;
    QList<int> m_levels; ///< as many
};

} // namespace tocsin
