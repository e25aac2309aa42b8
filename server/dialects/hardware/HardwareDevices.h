// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/Rights.h"
#include "server/dialects/hardware/HardwareReader.h"

#include <QSet>

namespace tocsin::hardware {

/// The devices as dialect 3 sees them: who may touch which, what is said of them, and when one comes and goes. A device that an adapter carries is
/// connected while it is heard and the adapter runs; any other while it is heard. Server thread.
class HardwareDevices : public QObject
{
    Q_OBJECT
public:
    HardwareDevices(const DialectOptions &options, const DialectServices &services, QObject *parent = nullptr);

    [[nodiscard]] bool isKnown(const QString &id) const;
    /// By the table, and known.
    [[nodiscard]] bool permits(const Principal &who, Act act, const QString &id) const;
    [[nodiscard]] bool isConnected(const QString &id) const;

    /// {devices: […], total}
    [[nodiscard]] QJsonObject list(const Principal &who, const ListDevices &asked) const;
    /// {device{…}, adapter{connected, state, statistics}}
    [[nodiscard]] QJsonObject status(const QString &id) const;

    void setAdapters(const QList<AdapterStatus> &adapters);

Q_SIGNALS:
    /// `type`: device_connected, device_disconnected or device_error.
    void happened(const QString &type, const QString &deviceId, const QJsonObject &data);

private:
    void look(const QString &id);
    void lookAtAll();
    [[nodiscard]] const AdapterStatus *adapterOf(const Device &device) const;
    [[nodiscard]] QString protocolOf(const QString &source) const;
    [[nodiscard]] QJsonObject describe(const Device &device) const;
    [[nodiscard]] std::optional<Device> find(const QString &id) const;

    const DialectOptions &m_options;
    DialectServices m_services;
    QHash<QString, AdapterStatus> m_adapters;
    QSet<QString> m_connected;
};

} // namespace tocsin::hardware
