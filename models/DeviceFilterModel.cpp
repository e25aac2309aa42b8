// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/DeviceFilterModel.h"

#include "models/Format.h"

#include <algorithm>
#include <tuple>

namespace tocsin {

DeviceFilterModel::DeviceFilterModel(DeviceListModel &devices, QObject *parent)
    : OrderedProxy(parent)
    , m_devices(devices)
{
    OrderedProxy::setSourceModel(&devices);
}

void DeviceFilterModel::setSearch(const QString &search)
{
    if (search == m_search)
        return;
    m_search = search;
    m_words = search.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    refilter();
    Q_EMIT searchChanged();
}

void DeviceFilterModel::setFilter(Filter filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    refilter();
    Q_EMIT filterChanged();
}

int DeviceFilterModel::rowOf(const QString &deviceId) const
{
    return proxyRow(m_devices.rowOf(deviceId));
}

QString DeviceFilterModel::deviceIdAt(int row) const
{
    const int source = sourceRow(row);
    return source < 0 ? QString() : m_devices.factsAt(source).device.id;
}

bool DeviceFilterModel::accepts(int sourceRow) const
{
    const DeviceView &view = m_devices.viewAt(sourceRow);
    if ((m_filter == Alerting && view.alertLevel < 0) || (m_filter == Silent && !view.stale))
        return false;
    const Device &device = m_devices.factsAt(sourceRow).device;
    return std::all_of(m_words.cbegin(), m_words.cend(), [&](const QString &word) {
        return device.name.contains(word, Qt::CaseInsensitive) || device.id.contains(word, Qt::CaseInsensitive) ||
               device.deviceClass.contains(word, Qt::CaseInsensitive) ||
               std::any_of(device.tags.cbegin(), device.tags.cend(),
                           [&](const QString &tag) { return tag.contains(word, Qt::CaseInsensitive); });
    });
}

bool DeviceFilterModel::before(int a, int b) const
{
    const DeviceView &x = m_devices.viewAt(a);
    const DeviceView &y = m_devices.viewAt(b);
    const auto rank = [](const DeviceView &view) {
        const bool alerting = view.alertLevel >= 0;
        const bool taken = view.alertState == int(AlertState::Acknowledged);
        return std::tuple(-view.alertLevel, alerting && taken, !alerting && view.stale);
    };
    if (rank(x) != rank(y))
        return rank(x) < rank(y);
    const int byName = format::naturalCompare(m_devices.factsAt(a).device.name, m_devices.factsAt(b).device.name);
    return byName < 0;
}

bool DeviceFilterModel::isOrderRole(int role) const
{
    return role == DeviceListModel::AlertLevelRole || role == DeviceListModel::AlertStateRole ||
           role == DeviceListModel::StaleRole;
}

void DeviceFilterModel::sourceChanged()
{
    int alerting = 0;
    int silent = 0;
    for (int row = 0; row < m_devices.count(); ++row) {
        const DeviceView &view = m_devices.viewAt(row);
        alerting += view.alertLevel >= 0 ? 1 : 0;
        silent += view.stale ? 1 : 0;
    }
    if (m_all == m_devices.count() && m_alerting == alerting && m_silent == silent)
        return;
    m_all = m_devices.count();
    m_alerting = alerting;
    m_silent = silent;
    Q_EMIT countsChanged();
}

} // namespace tocsin
