// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The hardware adapters and what they are doing, by id. GUI thread; owned by ServerStatus.
class AdapterListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("ServerStatus.adapters")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(int failing READ failing NOTIFY failingChanged FINAL) ///< adapters with an error now
public:
    enum Role {
        AdapterIdRole = Qt::UserRole + 1,
        DriverRole, ///< "nmea", "simulation", "replay"
        TargetRole, ///< "/dev/ttyUSB0"
        AdapterStateRole,
        StateTextRole, ///< "running", "tries again in 4 s"
        ErrorTextRole, ///< a sentence; empty while all is well
        ReadingsRole,
        BadFramesRole,
    };
    Q_ENUM(Role)
    enum State { Stopped, Connecting, Running, Waiting, Failed, Finished };
    Q_ENUM(State)

    explicit AdapterListModel(QObject *parent = nullptr);
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] int failing() const { return m_failing; }

    /// The whole list; adapters that are not in it are gone.
    void assign(QList<AdapterStatus> statuses, TimePoint now);
    void refresh(TimePoint now); ///< the count-down of waiting ones

Q_SIGNALS:
    void countChanged();
    void failingChanged();

private:
    struct Row
    {
        AdapterStatus status;
        QString stateText;
        bool operator==(const Row &) const = default;
    };
    static QString wordsFor(const AdapterStatus &status, TimePoint now);
    void replace(const QList<Row> &rows); ///< of the same adapters
    QList<Row> m_rows;
    int m_failing = 0;
};

} // namespace tocsin
