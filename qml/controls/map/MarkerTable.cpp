// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MarkerTable.h"

#include "qml/controls/map/Mercator.h"

#include <QAbstractItemModel>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace tocsin::map {

namespace {

constexpr quint32 AllFields = ~0U;
/// A fix further away than this is a jump (a corrected position, a replay's seek), not a way travelled.
constexpr double MaxGlideMetres = 500;

double number(const QVariant &value)
{
    bool ok = false;
    const double result = value.toDouble(&ok);
    return ok && std::isfinite(result) ? result : Marker::Unknown;
}

} // namespace

QPointF Marker::at(qint64 now) const
{
    if (!gliding(now))
        return to;
    const double t = std::clamp(double(now - fixMs) / glideMs, 0.0, 1.0);
    return from + (to - from) * t;
}

double Marker::headingAt(qint64 now) const
{
    if (!gliding(now) || std::isnan(heading) || std::isnan(headingFrom))
        return heading;
    const double turn = std::remainder(heading - headingFrom, 360.0);
    // A vehicle turns early in the way to its next fix.
    const double t = std::clamp(double(now - fixMs) / std::min(glideMs, 300), 0.0, 1.0);
    return headingFrom + turn * t;
}

MarkerTable::MarkerTable(Clock clock, QObject *parent) : QObject(parent), m_clock(std::move(clock))
{
    findRoles();
}

MarkerTable::~MarkerTable() = default;

void MarkerTable::setModel(QAbstractItemModel *model)
{
    if (model == m_model)
        return;
    if (m_model)
        m_model->disconnect(this);
    m_model = model;
    if (model != nullptr) {
        connect(model, &QAbstractItemModel::dataChanged, this, &MarkerTable::onDataChanged);
        connect(model, &QAbstractItemModel::rowsInserted, this, &MarkerTable::onInserted);
        connect(model, &QAbstractItemModel::rowsRemoved, this, &MarkerTable::onRemoved);
        connect(model, &QAbstractItemModel::rowsMoved, this, &MarkerTable::rereadAll);
        connect(model, &QAbstractItemModel::layoutChanged, this, &MarkerTable::rereadAll);
        connect(model, &QAbstractItemModel::modelReset, this, &MarkerTable::rereadAll);
        connect(model, &QObject::destroyed, this, [this] {
            m_model = nullptr;
            rereadAll();
            Q_EMIT modelChanged();
        });
    }
    rereadAll();
    Q_EMIT modelChanged();
}

void MarkerTable::setDetailRole(const QString &name)
{
    if (name == m_detailRole)
        return;
    m_detailRole = name;
    rereadAll();
}

void MarkerTable::findRoles()
{
    std::ranges::fill(m_roles, -1);
    if (!m_model)
        return;
    const QHash<int, QByteArray> names = m_model->roleNames();
    const auto find = [&names](const QByteArray &name) { return name.isEmpty() ? -1 : names.key(name, -1); };
    m_roles[Id] = find("deviceId");
    m_roles[Name] = find("name");
    m_roles[Detail] = find(m_detailRole.toUtf8());
    m_roles[Latitude] = find("latitude");
    m_roles[Longitude] = find("longitude");
    m_roles[Heading] = find("heading");
    m_roles[Accuracy] = find("accuracyM");
    m_roles[Level] = find("alertLevel");
    m_roles[State] = find("alertState");
    m_roles[Stale] = find("stale");
    m_roles[HasPosition] = find("hasPosition");
}

void MarkerTable::rereadAll()
{
    findRoles();
    const size_t rows = m_model ? size_t(m_model->rowCount()) : 0;
    const bool counted = rows != m_markers.size();
    // What stays known by its id keeps gliding through a reset or a new order.
    QHash<QString, Marker> known;
    for (Marker &marker : m_markers)
        known.insert(marker.id, marker);
    m_markers.assign(rows, {});
    for (size_t row = 0; row < rows && !known.isEmpty(); ++row) {
        const QString id = m_model->index(int(row), 0).data(m_roles[Id]).toString();
        m_markers[row] = known.value(id);
    }
    m_dirty.assign(rows, 0);
    m_dirtyRows.clear();
    m_indexValid = false;
    ++m_revision;
    if (rows > 0)
        touch(0, int(rows) - 1, AllFields);
    announce();
    if (counted)
        Q_EMIT countChanged();
}

void MarkerTable::touch(int first, int last, quint32 fields)
{
    for (int row = std::max(first, 0); row <= last && row < int(m_dirty.size()); ++row) {
        if (m_dirty[size_t(row)] == 0)
            m_dirtyRows.push_back(row);
        m_dirty[size_t(row)] |= fields;
    }
}

void MarkerTable::onDataChanged(const QModelIndex &first, const QModelIndex &last, const QList<int> &roles)
{
    if (first.parent().isValid())
        return;
    quint32 fields = roles.isEmpty() ? AllFields : 0;
    for (int field = 0; field < FieldCount; ++field) {
        if (m_roles[field] >= 0 && roles.contains(m_roles[field]))
            fields |= 1U << quint32(field);
    }
    if (fields == 0)
        return;
    touch(first.row(), last.row(), fields);
    announce();
}

void MarkerTable::onInserted(const QModelIndex &parent, int first, int last)
{
    if (parent.isValid())
        return;
    const size_t number = size_t(last) + 1 - size_t(first);
    if (m_markers.empty())
        findRoles(); // some models know their roles only with their first row
    m_markers.insert(m_markers.begin() + first, number, {});
    m_dirty.insert(m_dirty.begin() + first, number, 0);
    for (int &row : m_dirtyRows)
        row += row >= first ? int(number) : 0;
    m_indexValid = false;
    ++m_revision;
    touch(first, last, AllFields);
    announce();
    Q_EMIT countChanged();
}

void MarkerTable::onRemoved(const QModelIndex &parent, int first, int last)
{
    if (parent.isValid())
        return;
    m_markers.erase(m_markers.begin() + first, m_markers.begin() + last + 1);
    m_dirty.erase(m_dirty.begin() + first, m_dirty.begin() + last + 1);
    std::erase_if(m_dirtyRows, [&](int row) { return row >= first && row <= last; });
    for (int &row : m_dirtyRows)
        row -= row > last ? last - first + 1 : 0;
    m_indexValid = false;
    ++m_revision;
    announce();
    Q_EMIT countChanged();
}

void MarkerTable::announce()
{
    if (m_announced)
        return;
    m_announced = true;
    Q_EMIT stale();
}

bool MarkerTable::refresh()
{
    if (!m_announced)
        return false;
    m_announced = false;
    const qint64 now = m_clock();
    for (const int row : m_dirtyRows)
        read(row, std::exchange(m_dirty[size_t(row)], 0), now);
    m_dirtyRows.clear();
    return true;
}

void MarkerTable::read(int row, quint32 fields, qint64 now)
{
    const QModelIndex index = m_model->index(row, 0);
    const auto wants = [fields](Field field) { return (fields & (1U << quint32(field))) != 0; };
    const auto value = [&](Field field) { return m_roles[field] < 0 ? QVariant() : index.data(m_roles[field]); };

    Marker &marker = m_markers[size_t(row)];
    if (wants(Id)) {
        marker.id = value(Id).toString();
        m_indexValid = false;
    }
    if (wants(Name))
        marker.name = value(Name).toString();
    if (wants(Detail))
        marker.detail = value(Detail).toString();
    if (wants(Accuracy))
        marker.accuracyM = number(value(Accuracy));
    const auto standing = [&marker] {
        return std::tuple(marker.alertLevel, marker.alertState, marker.stale, marker.placed);
    };
    const auto before = standing();
    if (wants(Level)) {
        const QVariant level = value(Level);
        marker.alertLevel = level.isValid() ? std::clamp(level.toInt(), -1, 3) : -1;
    }
    if (wants(State))
        marker.alertState = std::clamp(value(State).toInt(), 0, 3);
    if (wants(Stale))
        marker.stale = value(Stale).toBool();
    if (wants(Latitude) || wants(Longitude) || wants(HasPosition) || wants(Heading)) {
        const double latitude = number(value(Latitude));
        const double longitude = number(value(Longitude));
        const bool placed = (m_roles[HasPosition] < 0 || value(HasPosition).toBool()) && std::abs(latitude) <= 90 &&
                            std::abs(longitude) <= 180;
        const double heading = number(value(Heading));
        if (placed && marker.placed)
            moveTo(marker, mercator::fromDegrees(latitude, longitude), heading, now);
        else if (placed)
            marker.from = marker.to = mercator::fromDegrees(latitude, longitude);
        marker.glideMs = placed && marker.placed ? marker.glideMs : 0;
        marker.heading = heading;
        marker.placed = placed;
    }
    if (before != standing())
        ++m_revision;
}

void MarkerTable::moveTo(Marker &marker, QPointF world, double heading, qint64 now) const
{
    const QPointF here = marker.at(now);
    const double headingHere = marker.headingAt(now);
    world.setX(mercator::nearestCopy(world.x(), here.x()));
    if (world == marker.to && (heading == marker.heading || std::isnan(heading)))
        return;
    const QPointF way = world - here;
    const double metres = std::hypot(way.x(), way.y()) * mercator::metresPerUnit(world.y());
    // Fixes that come faster than once a second are followed at their own pace.
    const int pace = int(std::clamp<qint64>(now - marker.fixMs, 0, MaxGlideMs));
    marker.glideMs = m_glide && metres <= MaxGlideMetres ? pace : 0;
    marker.from = here;
    marker.headingFrom = headingHere;
    marker.to = marker.glideMs > 0 ? world : QPointF(mercator::wrapped(world.x()), world.y());
    marker.fixMs = now;
}

int MarkerTable::indexOf(const QString &id) const
{
    if (!m_indexValid) {
        m_index.clear();
        m_index.reserve(qsizetype(m_markers.size()));
        for (size_t i = 0; i < m_markers.size(); ++i) {
            if (!m_markers[i].id.isEmpty())
                m_index.insert(m_markers[i].id, int(i));
        }
        m_indexValid = true;
    }
    return id.isEmpty() ? -1 : m_index.value(id, -1);
}

} // namespace tocsin::map
