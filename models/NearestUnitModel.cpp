// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/NearestUnitModel.h"

#include "models/Format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <tuple>

namespace tocsin {

namespace {
using namespace std::chrono_literals;
constexpr double earthMetres = 6'371'008.8; // mean radius
constexpr auto sortEvery = 5s;

double radians(double degrees)
{
    return degrees * std::numbers::pi / 180;
}

QString distanceText(double metres, double bearing)
{
    static const std::array points{"N", "NE", "E", "SE", "S", "SW", "W", "NW"};
    const auto point = std::size_t(std::lround(bearing / 45)) % points.size();
    const QString far = metres < 1000 ? format::quantity(std::round(metres / 10) * 10, 0, QStringLiteral("m"))
                                      : format::quantity(metres / 1000, metres < 10'000 ? 1 : 0, QStringLiteral("km"));
    return NearestUnitModel::tr("%1 %2").arg(far, QString::fromLatin1(points.at(point)));
}
} // namespace

double distanceMetres(const Position &from, const Position &to)
{
    const double lat1 = radians(from.latitude);
    const double lat2 = radians(to.latitude);
    const double dLat = std::sin((lat2 - lat1) / 2);
    const double dLon = std::sin(radians(to.longitude - from.longitude) / 2);
    const double a = dLat * dLat + std::cos(lat1) * std::cos(lat2) * dLon * dLon;
    return 2 * earthMetres * std::asin(std::min(1.0, std::sqrt(a)));
}

double bearingDegrees(const Position &from, const Position &to)
{
    const double lat1 = radians(from.latitude);
    const double lat2 = radians(to.latitude);
    const double dLon = radians(to.longitude - from.longitude);
    const double y = std::sin(dLon) * std::cos(lat2);
    const double x = std::cos(lat1) * std::sin(lat2) - std::sin(lat1) * std::cos(lat2) * std::cos(dLon);
    const double degrees = std::atan2(y, x) * 180 / std::numbers::pi;
    return degrees < 0 ? degrees + 360 : degrees;
}

NearestUnitModel::NearestUnitModel(const DeviceListModel &devices, QObject *parent)
    : QAbstractListModel(parent)
    , m_devices(devices)
{
}

int NearestUnitModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> NearestUnitModel::roleNames() const
{
    return {{DeviceIdRole, "deviceId"},     {NameRole, "name"},          {DistanceTextRole, "distanceText"},
            {StateTextRole, "stateText"},   {AgeTextRole, "ageText"},    {StaleRole, "stale"},
            {AlertLevelRole, "alertLevel"}, {SimulatedRole, "simulated"}};
}

QVariant NearestUnitModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case DeviceIdRole:
        return row.deviceId;
    case Qt::DisplayRole:
    case NameRole:
        return row.name;
    case DistanceTextRole:
        return row.distance;
    case StateTextRole:
        return row.state;
    case AgeTextRole:
        return row.age;
    case StaleRole:
        return row.stale;
    case AlertLevelRole:
        return row.alertLevel;
    case SimulatedRole:
        return row.simulated;
    default:
        return {};
    }
}

QStringList NearestUnitModel::nearest(const Position &place, const QString &ownDevice) const
{
    struct Candidate
    {
        bool notVehicle;
        bool stale;
        double metres;
        QString id;
    };
    QList<Candidate> found;
    for (int row = 0; row < m_devices.count(); ++row) {
        const DeviceFacts &facts = m_devices.factsAt(row);
        const bool fixed = facts.device.kind == DeviceKind::Hardware || facts.device.kind == DeviceKind::Receiver;
        if (fixed || facts.device.id == ownDevice || !facts.latest || !facts.latest->position ||
            !facts.latest->position->isValid())
            continue;
        found.append({facts.device.kind != DeviceKind::Vehicle, m_devices.viewAt(row).stale,
                      distanceMetres(place, *facts.latest->position), facts.device.id});
    }
    const auto rank = [](const Candidate &c) { return std::tie(c.notVehicle, c.stale, c.metres, c.id); };
    const auto end = found.begin() + std::min<qsizetype>(MaxUnits, found.size());
    std::partial_sort(found.begin(), end, found.end(),
                      [&](const Candidate &a, const Candidate &b) { return rank(a) < rank(b); });
    QStringList ids;
    for (auto it = found.begin(); it != end; ++it)
        ids.append(it->id);
    return ids;
}

NearestUnitModel::Row NearestUnitModel::rowFor(const QString &deviceId, const Position &place) const
{
    const int at = m_devices.rowOf(deviceId);
    if (at < 0)
        return {};
    const DeviceFacts &facts = m_devices.factsAt(at);
    const DeviceView &view = m_devices.viewAt(at);
    if (!facts.latest || !facts.latest->position)
        return {};
    Row row;
    row.deviceId = deviceId;
    row.name = facts.device.name;
    row.metres = distanceMetres(place, *facts.latest->position);
    row.distance = distanceText(row.metres, bearingDegrees(place, *facts.latest->position));
    row.state = view.stale ? view.detail : tr("%1 · %2").arg(view.headline, view.detail);
    row.age = view.ageText;
    row.stale = view.stale;
    row.simulated = facts.device.simulated;
    row.alertLevel = view.alertLevel;
    return row;
}

void NearestUnitModel::show(const std::optional<Position> &place, const QString &ownDevice, TimePoint now)
{
    const bool known = place && place->isValid();
    const auto gone = [this](const QString &id) { return m_devices.rowOf(id) < 0; };
    if (!known) {
        m_order.clear();
    } else if (ownDevice != m_ownDevice || now - m_sortedAt >= sortEvery || m_sortedAt > now || m_order.isEmpty() ||
               std::any_of(m_order.cbegin(), m_order.cend(), gone)) {
        m_order = nearest(*place, ownDevice);
        m_sortedAt = now;
    }
    m_ownDevice = ownDevice;
    QList<Row> rows;
    for (const QString &id : std::as_const(m_order))
        rows.append(rowFor(id, *place));
    if (rows.size() != m_rows.size()) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
        Q_EMIT countChanged();
        return;
    }
    for (int row = 0; row < count(); ++row) {
        if (m_rows[row] == rows[row])
            continue;
        m_rows[row] = rows[row];
        Q_EMIT dataChanged(index(row), index(row));
    }
}

} // namespace tocsin
