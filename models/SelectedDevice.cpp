// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SelectedDevice.h"

#include "models/Format.h"

#include <cmath>

namespace tocsin {

namespace {
bool same(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}
} // namespace

SelectedDevice::SelectedDevice(QObject *parent) : QObject(parent)
{
}

DeviceListModel::Kind SelectedDevice::kind() const
{
    return DeviceListModel::Kind(int(m_device.kind));
}

void SelectedDevice::assign(const Device &device, const DeviceView &view)
{
    QStringList parts;
    parts << (device.deviceClass.isEmpty() ? format::deviceKind(device.kind) : device.deviceClass);
    if (const auto imei = format::imei(device.id))
        parts << tr("IMEI %1").arg(*imei);
    else if (device.id != device.name)
        parts << device.id;
    parts << (std::isnan(view.ageSeconds) ? tr("not heard yet") : tr("last reading %1 ago").arg(view.ageText));
    const QString subtitle = parts.join(QStringLiteral(" · "));
    const bool unchanged = device == m_device && subtitle == m_subtitle && view.stale == m_view.stale &&
                           view.alertLevel == m_view.alertLevel && view.hasPosition == m_view.hasPosition &&
                           same(view.latitude, m_view.latitude) && same(view.longitude, m_view.longitude);
    m_device = device;
    m_view = view;
    m_subtitle = subtitle;
    if (!unchanged)
        Q_EMIT changed();
}

void SelectedDevice::clear()
{
    if (!valid())
        return;
    m_device = Device();
    m_view = DeviceView();
    m_subtitle.clear();
    Q_EMIT changed();
}

} // namespace tocsin
