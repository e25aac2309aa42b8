// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeviceListModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The selected device's headline facts. GUI thread; owned by Console.
class SelectedDevice : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.selectedDevice")
    Q_PROPERTY(bool valid READ valid NOTIFY changed FINAL) ///< false: nothing is selected
    Q_PROPERTY(QString deviceId READ deviceId NOTIFY changed FINAL)
    Q_PROPERTY(QString name READ name NOTIFY changed FINAL)
    Q_PROPERTY(QString deviceClass READ deviceClass NOTIFY changed FINAL)
    Q_PROPERTY(tocsin::DeviceListModel::Kind kind READ kind NOTIFY changed FINAL)
    Q_PROPERTY(bool simulated READ simulated NOTIFY changed FINAL)
    Q_PROPERTY(bool stale READ stale NOTIFY changed FINAL)
    Q_PROPERTY(int alertLevel READ alertLevel NOTIFY changed FINAL) ///< AlertListModel.Level, −1 none
    Q_PROPERTY(bool hasPosition READ hasPosition NOTIFY changed FINAL)
    Q_PROPERTY(double latitude READ latitude NOTIFY changed FINAL) ///< NaN when unknown
    Q_PROPERTY(double longitude READ longitude NOTIFY changed FINAL)
    /// "Delivery van · IMEI 3526 4709 1234 567 · last reading 0.2 s ago"
    Q_PROPERTY(QString subtitle READ subtitle NOTIFY changed FINAL)
public:
    explicit SelectedDevice(QObject *parent = nullptr);
    [[nodiscard]] bool valid() const { return !m_device.id.isEmpty(); }
    [[nodiscard]] QString deviceId() const { return m_device.id; }
    [[nodiscard]] QString name() const { return m_device.name; }
    [[nodiscard]] QString deviceClass() const { return m_device.deviceClass; }
    [[nodiscard]] DeviceListModel::Kind kind() const;
    [[nodiscard]] bool simulated() const { return m_device.simulated; }
    [[nodiscard]] bool stale() const { return m_view.stale; }
    [[nodiscard]] int alertLevel() const { return m_view.alertLevel; }
    [[nodiscard]] bool hasPosition() const { return m_view.hasPosition; }
    [[nodiscard]] double latitude() const { return m_view.latitude; }
    [[nodiscard]] double longitude() const { return m_view.longitude; }
    [[nodiscard]] QString subtitle() const { return m_subtitle; }

    void assign(const Device &device, const DeviceView &view);
    void clear();

Q_SIGNALS:
    void changed();

private:
    Device m_device;
    DeviceView m_view;
    QString m_subtitle;
};

} // namespace tocsin
