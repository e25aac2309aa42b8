// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FenceListModel.h"

#include <QHash>
#include <QPointF>

#include <algorithm>

namespace tocsin {

namespace {

static_assert(int(FenceListModel::Circle) == int(Geofence::Shape::Circle));
static_assert(int(FenceListModel::Polygon) == int(Geofence::Shape::Polygon));
static_assert(int(FenceListModel::Line) == int(Geofence::Shape::Line));

QList<QPointF> drawn(const QList<GeoPoint> &points)
{
    QList<QPointF> list;
    list.reserve(points.size());
    for (const GeoPoint &point : points)
        list.append({point.longitude, point.latitude});
    return list;
}

} // namespace

FenceListModel::FenceListModel(QObject *parent) : QAbstractListModel(parent)
{
}

int FenceListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> FenceListModel::roleNames() const
{
    return {
        {FenceIdRole, "fenceId"}, {NameRole, "name"},      {ShapeRole, "fenceShape"}, {OutlineRole, "outline"},
        {HolesRole, "holes"},     {RadiusRole, "radiusM"}, {WidthRole, "widthM"},     {AlertLevelRole, "alertLevel"}};
}

QVariant FenceListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Geofence &fence = m_fences.at(index.row());
    switch (role) {
    case FenceIdRole:
        return fence.id;
    case Qt::DisplayRole:
    case NameRole:
        return fence.name.isEmpty() ? fence.id : fence.name;
    case ShapeRole:
        return int(fence.shape);
    case OutlineRole:
        return QVariant::fromValue(drawn(fence.points));
    case HolesRole: {
        QVariantList holes;
        for (const QList<GeoPoint> &hole : fence.holes)
            holes.append(QVariant::fromValue(drawn(hole)));
        return holes;
    }
    case RadiusRole:
        return fence.radiusM;
    case WidthRole:
        return fence.widthM;
    case AlertLevelRole:
        return m_levels.at(index.row());
    default:
        return {};
    }
}

QList<int> FenceListModel::levelsOf(const QList<Geofence> &fences, const AlertListModel &alerts)
{
    QHash<QString, int> worst;
    for (int row = 0; row < alerts.rowCount(); ++row) {
        const Alert &alert = alerts.at(row);
        if (!isOpen(alert))
            continue;
        const QString fence = fenceOfMetric(alert.channel);
        if (!fence.isEmpty())
            worst.insert(fence, std::max(worst.value(fence, -1), int(alert.level)));
    }
    QList<int> levels;
    levels.reserve(fences.size());
    for (const Geofence &fence : fences)
        levels.append(worst.value(fence.id, -1));
    return levels;
}

void FenceListModel::assign(const QList<Geofence> &fences, const AlertListModel &alerts)
{
    if (fences == m_fences)
        return setAlerts(alerts);
    const bool other = fences.size() != m_fences.size();
    beginResetModel();
    m_fences = fences;
    m_levels = levelsOf(fences, alerts);
    endResetModel();
    if (other)
        Q_EMIT countChanged();
}

void FenceListModel::setAlerts(const AlertListModel &alerts)
{
    if (m_fences.isEmpty())
        return;
    const QList<int> levels = levelsOf(m_fences, alerts);
    for (int row = 0; row < count(); ++row) {
        if (levels.at(row) == m_levels.at(row))
            continue;
        m_levels[row] = levels.at(row);
        Q_EMIT dataChanged(index(row), index(row), {AlertLevelRole});
    }
}

} // namespace tocsin
