// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeviceListModel.h"
#include "models/OrderedProxy.h"

namespace tocsin {

/// The device list as the operator looks at it. GUI thread; owned by Console.
/// Order: devices with an open alert (worst level first, unacknowledged before taken), the others, silent ones last; by name
/// in natural order within each. Only alerts, presence and records move a row, never a reading.
class DeviceFilterModel : public tocsin::OrderedProxy // qualified for qmltyperegistrar
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.deviceList")
    /// Looks in name, id, class and tags; every word must occur; upper and lower case are the same.
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged FINAL)
    Q_PROPERTY(tocsin::DeviceFilterModel::Filter filter READ filter WRITE setFilter NOTIFY filterChanged FINAL)
    Q_PROPERTY(int allCount READ allCount NOTIFY countsChanged FINAL) ///< counts ignore the search
    Q_PROPERTY(int alertingCount READ alertingCount NOTIFY countsChanged FINAL)
    Q_PROPERTY(int silentCount READ silentCount NOTIFY countsChanged FINAL)
public:
    enum Filter { All, Alerting, Silent };
    Q_ENUM(Filter)

    explicit DeviceFilterModel(DeviceListModel &devices, QObject *parent = nullptr);

    [[nodiscard]] QString search() const { return m_search; }
    void setSearch(const QString &search);
    [[nodiscard]] Filter filter() const { return m_filter; }
    void setFilter(Filter filter);
    [[nodiscard]] int allCount() const { return m_all; }
    [[nodiscard]] int alertingCount() const { return m_alerting; }
    [[nodiscard]] int silentCount() const { return m_silent; }

    /// The row that shows a device; −1 when the filter hides it.
    Q_INVOKABLE int rowOf(const QString &deviceId) const;
    Q_INVOKABLE QString deviceIdAt(int row) const; ///< empty outside

Q_SIGNALS:
    void searchChanged();
    void filterChanged();
    void countsChanged();

protected:
    [[nodiscard]] bool accepts(int sourceRow) const override;
    [[nodiscard]] bool before(int a, int b) const override;
    [[nodiscard]] bool isOrderRole(int role) const override;
    void sourceChanged() override;

private:
    DeviceListModel &m_devices;
    QString m_search;
    QStringList m_words;
    Filter m_filter = All;
    int m_all = 0;
    int m_alerting = 0;
    int m_silent = 0;
};

} // namespace tocsin
