// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeviceListModel.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

static_assert(int(DeviceListModel::Vehicle) == int(DeviceKind::Vehicle));
static_assert(int(DeviceListModel::Phone) == int(DeviceKind::Phone));
static_assert(int(DeviceListModel::Hardware) == int(DeviceKind::Hardware));
static_assert(int(DeviceListModel::Receiver) == int(DeviceKind::Receiver));
static_assert(int(DeviceListModel::Other) == int(DeviceKind::Other));
static_assert(int(DeviceListModel::NeverHeard) == int(tocsin::Presence::Unknown));
static_assert(int(DeviceListModel::Online) == int(tocsin::Presence::Online));
static_assert(int(DeviceListModel::Stale) == int(tocsin::Presence::Stale));
static_assert(int(DeviceListModel::Offline) == int(tocsin::Presence::Offline));

namespace {
constexpr qsizetype maxWaiting = 10000;

bool same(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}
} // namespace

DeviceListModel::DeviceListModel(QObject *parent) : QAbstractListModel(parent)
{
}

int DeviceListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> DeviceListModel::roleNames() const
{
    return {{DeviceIdRole, "deviceId"},
            {NameRole, "name"},
            {DeviceClassRole, "deviceClass"},
            {KindRole, "kind"},
            {HeadlineRole, "headline"},
            {DetailRole, "detail"},
            {AgeTextRole, "ageText"},
            {AgeSecondsRole, "ageSeconds"},
            {StaleRole, "stale"},
            {PresenceRole, "presence"},
            {SimulatedRole, "simulated"},
            {HasPositionRole, "hasPosition"},
            {LatitudeRole, "latitude"},
            {LongitudeRole, "longitude"},
            {HeadingRole, "heading"},
            {HasHeadingRole, "hasHeading"},
            {AccuracyMRole, "accuracyM"},
            {SpeedKmhRole, "speedKmh"},
            {AlertLevelRole, "alertLevel"},
            {AlertStateRole, "alertState"},
            {AlertTextRole, "alertText"},
            {AlertAgeTextRole, "alertAgeText"}};
}

QVariant DeviceListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto &[facts, view] = m_rows[index.row()];
    switch (role) {
    case DeviceIdRole:
        return facts.device.id;
    case Qt::DisplayRole:
    case NameRole:
        return facts.device.name;
    case DeviceClassRole:
        return facts.device.deviceClass;
    case KindRole:
        return int(facts.device.kind);
    case HeadlineRole:
        return view.headline;
    case DetailRole:
        return view.detail;
    case AgeTextRole:
        return view.ageText;
    case AgeSecondsRole:
        return view.ageSeconds;
    case StaleRole:
        return view.stale;
    case PresenceRole:
        return int(facts.presence);
    case SimulatedRole:
        return facts.device.simulated;
    case HasPositionRole:
        return view.hasPosition;
    case LatitudeRole:
        return view.latitude;
    case LongitudeRole:
        return view.longitude;
    case HeadingRole:
        return view.heading;
    case HasHeadingRole:
        return !std::isnan(view.heading);
    case AccuracyMRole:
        return view.accuracyM;
    case SpeedKmhRole:
        return view.speedKmh;
    case AlertLevelRole:
        return view.alertLevel;
    case AlertStateRole:
        return view.alertState;
    case AlertTextRole:
        return view.alertText;
    case AlertAgeTextRole:
        return view.alertAge;
    default:
        return {};
    }
}

QList<int> DeviceListModel::difference(const DeviceView &before, const DeviceView &after)
{
    QList<int> roles;
    const auto add = [&roles](bool equal, int role) {
        if (!equal)
            roles.append(role);
    };
    add(before.headline == after.headline, HeadlineRole);
    add(before.detail == after.detail, DetailRole);
    if (before.ageText != after.ageText)
        roles << AgeTextRole << AgeSecondsRole;
    add(before.stale == after.stale, StaleRole);
    add(before.hasPosition == after.hasPosition, HasPositionRole);
    add(same(before.latitude, after.latitude), LatitudeRole);
    add(same(before.longitude, after.longitude), LongitudeRole);
    if (!same(before.heading, after.heading))
        roles << HeadingRole << HasHeadingRole;
    add(same(before.accuracyM, after.accuracyM), AccuracyMRole);
    add(same(before.speedKmh, after.speedKmh), SpeedKmhRole);
    add(before.alertLevel == after.alertLevel, AlertLevelRole);
    add(before.alertState == after.alertState, AlertStateRole);
    add(before.alertText == after.alertText, AlertTextRole);
    add(before.alertAge == after.alertAge, AlertAgeTextRole);
    return roles;
}

/// One dataChanged per run of neighbouring rows.
void DeviceListModel::announce(Touched touched)
{
    std::sort(touched.begin(), touched.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    for (qsizetype i = 0; i < touched.size();) {
        QList<int> roles = touched[i].second;
        qsizetype j = i;
        while (j + 1 < touched.size() && touched[j + 1].first <= touched[j].first + 1)
            roles += touched[++j].second;
        std::sort(roles.begin(), roles.end());
        roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
        Q_EMIT dataChanged(index(touched[i].first), index(touched[j].first), roles);
        i = j + 1;
    }
}

QList<int> DeviceListModel::renew(Row &row, TimePoint now)
{
    const DeviceView before = row.view;
    refreshLive(row.view, row.facts, now);
    refreshWords(row.view, row.facts, now);
    return difference(before, row.view);
}

void DeviceListModel::reset(const DeskSnapshot &snapshot, TimePoint now)
{
    beginResetModel();
    // The link's latest() goes on where it was; what is known stays until something newer comes.
    for (const Row &row : std::as_const(m_rows)) {
        if (row.facts.latest)
            m_waiting[row.facts.device.id].latest = row.facts.latest;
    }
    for (const DevicePresence &presence : snapshot.presence)
        m_waiting[presence.deviceId].presence = presence;
    m_openAlerts.clear();
    for (const Alert &alert : snapshot.alerts) {
        if (isOpen(alert))
            m_openAlerts.insert(alert.id, alert);
    }
    m_rows.clear();
    m_index.clear();
    for (const Device &device : snapshot.devices) {
        if (device.id.isEmpty() || m_index.contains(device.id))
            continue;
        m_index.insert(device.id, int(m_rows.size()));
        m_rows.append(Row{});
        m_rows.last().facts.device = device;
    }
    indexPhones();
    for (Row &row : m_rows) {
        adopt(row);
        renew(row, now);
    }
    m_waiting.clear();
    endResetModel();
    Q_EMIT countChanged();
}

void DeviceListModel::adopt(Row &row)
{
    DeviceFacts &facts = row.facts;
    if (const auto it = m_waiting.constFind(facts.device.id); it != m_waiting.cend()) {
        if (it->latest) {
            facts.latest = it->latest;
            facts.lastSeen = it->latest->lastSeen;
        }
        if (it->presence)
            takePresence(facts, *it->presence);
        m_waiting.erase(it);
    }
    facts.openAlerts.clear();
    for (const Alert &alert : std::as_const(m_openAlerts)) {
        if (deviceOf(alert) == facts.device.id)
            facts.openAlerts.append(alert);
    }
}

void DeviceListModel::takePresence(DeviceFacts &facts, const DevicePresence &presence)
{
    facts.presence = presence.presence;
    if (presence.lastSeen > TimePoint{} && (!facts.lastSeen || *facts.lastSeen < presence.lastSeen))
        facts.lastSeen = presence.lastSeen;
}

void DeviceListModel::indexPhones()
{
    m_phones.clear();
    for (const Row &row : std::as_const(m_rows)) {
        const Device &device = row.facts.device;
        if (device.kind != DeviceKind::Phone)
            continue;
        m_phones.insert(device.id, device.id);
        for (const QString &owner : device.owners) {
            if (!m_phones.contains(owner))
                m_phones.insert(owner, device.id);
        }
    }
}

void DeviceListModel::applyDevice(const Device &device, TimePoint now)
{
    if (device.id.isEmpty())
        return;
    const int known = rowOf(device.id);
    if (known < 0) {
        beginInsertRows({}, count(), count());
        m_index.insert(device.id, count());
        m_rows.append(Row{});
        m_rows.last().facts.device = device;
        if (device.kind == DeviceKind::Phone)
            indexPhones();
        adopt(m_rows.last());
        renew(m_rows.last(), now);
        endInsertRows();
        Q_EMIT countChanged();
        return;
    }
    Row &row = m_rows[known];
    const Device before = std::exchange(row.facts.device, device);
    if (before == device)
        return;
    if (before.kind != device.kind || before.owners != device.owners) {
        indexPhones();
        adopt(row);
    }
    renew(row, now);
    // A record changes rarely: everything may be different, the order too.
    Q_EMIT dataChanged(index(known), index(known));
}

void DeviceListModel::applyPresence(const QList<DevicePresence> &changes, TimePoint now)
{
    Touched touched;
    for (const DevicePresence &change : changes) {
        const int at = rowOf(change.deviceId);
        if (at < 0) {
            if (m_waiting.size() < maxWaiting)
                m_waiting[change.deviceId].presence = change;
            continue;
        }
        Row &row = m_rows[at];
        const bool other = row.facts.presence != change.presence;
        takePresence(row.facts, change);
        QList<int> roles = renew(row, now);
        if (other)
            roles.append(PresenceRole);
        if (!roles.isEmpty())
            touched.append({at, roles});
    }
    announce(std::move(touched));
}

void DeviceListModel::applyLatest(const QList<LatestReading> &readings, TimePoint now)
{
    Touched touched;
    touched.reserve(readings.size());
    for (const LatestReading &reading : readings) {
        const int at = rowOf(reading.deviceId);
        if (at < 0) {
            if (m_waiting.size() < maxWaiting || m_waiting.contains(reading.deviceId))
                m_waiting[reading.deviceId].latest = reading;
            continue;
        }
        Row &row = m_rows[at];
        row.facts.latest = reading;
        const bool firstHeard = !row.facts.lastSeen;
        if (firstHeard || *row.facts.lastSeen < reading.lastSeen)
            row.facts.lastSeen = reading.lastSeen;
        const DeviceView before = row.view;
        refreshLive(row.view, row.facts, now);
        if (firstHeard || row.view.stale)
            refreshWords(row.view, row.facts, now);
        QList<int> roles = difference(before, row.view);
        if (!roles.isEmpty())
            touched.append({at, std::move(roles)});
    }
    announce(std::move(touched));
}

void DeviceListModel::applyAlert(const Alert &alert, TimePoint now)
{
    if (isOpen(alert))
        m_openAlerts.insert(alert.id, alert);
    else
        m_openAlerts.remove(alert.id);
    const int at = rowOf(deviceOf(alert));
    if (at < 0)
        return;
    Row &row = m_rows[at];
    row.facts.openAlerts.removeIf([&](const Alert &known) { return known.id == alert.id; });
    if (isOpen(alert))
        row.facts.openAlerts.append(alert);
    const DeviceView before = row.view;
    refreshWords(row.view, row.facts, now);
    const QList<int> roles = difference(before, row.view);
    if (!roles.isEmpty())
        Q_EMIT dataChanged(index(at), index(at), roles);
}

void DeviceListModel::refreshAges(TimePoint now)
{
    Touched touched;
    for (int at = 0; at < m_rows.size(); ++at) {
        QList<int> roles = renew(m_rows[at], now);
        if (!roles.isEmpty())
            touched.append({at, std::move(roles)});
    }
    announce(std::move(touched));
}

int DeviceListModel::rowOf(const QString &deviceId) const
{
    return m_index.value(deviceId, -1);
}

const DeviceFacts *DeviceListModel::facts(const QString &deviceId) const
{
    const int row = rowOf(deviceId);
    return row < 0 ? nullptr : &m_rows[row].facts;
}

QString DeviceListModel::deviceOf(const Alert &alert) const
{
    if (m_index.contains(alert.source))
        return alert.source;
    const QString phone = phoneOf(alert.userId.isEmpty() ? alert.source : alert.userId);
    return phone.isEmpty() ? phoneOf(alert.source) : phone;
}

QString DeviceListModel::userOf(const QString &deviceId) const
{
    const DeviceFacts *known = facts(deviceId);
    if (!known || known->device.kind != DeviceKind::Phone)
        return {};
    return known->device.owners.isEmpty() ? deviceId : known->device.owners.first();
}

QString DeviceListModel::phoneOf(const QString &userId) const
{
    return m_phones.value(userId);
}

QString DeviceListModel::newestOpenAlert(const QString &deviceId) const
{
    const DeviceFacts *known = facts(deviceId);
    if (!known || known->openAlerts.isEmpty())
        return {};
    return std::max_element(known->openAlerts.cbegin(), known->openAlerts.cend(),
                            [](const Alert &a, const Alert &b) { return a.raisedAt < b.raisedAt; })
        ->id;
}

} // namespace tocsin
