// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeviceRow.h"
#include "models/domain/Desk.h"

#include <QAbstractListModel>
#include <QHash>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Every device with its newest values, in the order in which they became known. GUI thread; owned by Console, which
/// feeds it. Readings come batched per frame: one dataChanged per touched run of rows, with the roles that changed.
/// Readings of a device whose record has not come yet wait for it (at most 10,000 of them).
class DeviceListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.devices")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role {
        DeviceIdRole = Qt::UserRole + 1,
        NameRole,
        DeviceClassRole,
        KindRole,       ///< Kind
        HeadlineRole,   ///< "52 km/h"
        DetailRole,     ///< "Delivery van · HIGH_RPM"
        AgeTextRole,    ///< "0.2 s", "4 min", "–"
        AgeSecondsRole, ///< as of the last refresh; NaN when never heard
        StaleRole,      ///< silent: grey it
        PresenceRole,   ///< Presence
        SimulatedRole,
        HasPositionRole,
        LatitudeRole, ///< degrees; NaN when unknown, as all numbers below
        LongitudeRole,
        HeadingRole, ///< degrees true
        HasHeadingRole,
        AccuracyMRole,
        SpeedKmhRole,
        AlertLevelRole,   ///< AlertListModel.Level of the worst open alert, −1 none
        AlertStateRole,   ///< AlertListModel.State of the same
        AlertTextRole,    ///< its code
        AlertAgeTextRole, ///< "00:42"
    };
    Q_ENUM(Role)
    enum Kind { Vehicle, Phone, Hardware, Receiver, Other };
    Q_ENUM(Kind)
    enum Presence { NeverHeard, Online, Stale, Offline };
    Q_ENUM(Presence)

    explicit DeviceListModel(QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    void reset(const DeskSnapshot &snapshot, TimePoint now);
    void applyDevice(const Device &device, TimePoint now);
    void applyPresence(const QList<DevicePresence> &changes, TimePoint now);
    void applyLatest(const QList<LatestReading> &readings, TimePoint now);
    void applyAlert(const Alert &alert, TimePoint now);
    /// Renews texts that only time changes; tells only of rows whose text changed.
    void refreshAges(TimePoint now);

    [[nodiscard]] int rowOf(const QString &deviceId) const; ///< −1: unknown
    [[nodiscard]] const DeviceFacts *facts(const QString &deviceId) const;
    [[nodiscard]] const DeviceFacts &factsAt(int row) const { return m_rows[row].facts; }
    [[nodiscard]] const DeviceView &viewAt(int row) const { return m_rows[row].view; }
    /// The device an alert belongs to: its source, or the phone of its person; empty when there is none.
    [[nodiscard]] QString deviceOf(const Alert &alert) const;
    /// The person behind a phone: its first owner, or its own id; empty for anything else.
    [[nodiscard]] QString userOf(const QString &deviceId) const;
    /// The phone of a person; empty when none is known.
    [[nodiscard]] QString phoneOf(const QString &userId) const;
    [[nodiscard]] QString newestOpenAlert(const QString &deviceId) const;

Q_SIGNALS:
    void countChanged();

private:
    struct Row
    {
        DeviceFacts facts;
        DeviceView view;
    };
    using Touched = QList<std::pair<int, QList<int>>>; ///< row and the roles that changed
    struct Waiting                                     ///< came before the record
    {
        std::optional<LatestReading> latest;
        std::optional<DevicePresence> presence;
    };
    void adopt(Row &row);
    void indexPhones();
    static void takePresence(DeviceFacts &facts, const DevicePresence &presence);
    static QList<int> renew(Row &row, TimePoint now);
    void announce(Touched touched);
    static QList<int> difference(const DeviceView &before, const DeviceView &after);

    QList<Row> m_rows;
    QHash<QString, int> m_index;
    QHash<QString, QString> m_phones;   ///< user → device
    QHash<QString, Alert> m_openAlerts; ///< by id
    QHash<QString, Waiting> m_waiting;  ///< by device
};

} // namespace tocsin
