// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QList>

#include <limits>

/// A marker model for the map's tests, with the role names MarkerTable looks for.
class MarkerRows : public QAbstractListModel
{
    Q_OBJECT
public:
    static constexpr double Unknown = std::numeric_limits<double>::quiet_NaN();
    enum Role {
        DeviceId = Qt::UserRole + 1,
        Name,
        Latitude,
        Longitude,
        Heading,
        AccuracyM,
        AlertLevel,
        AlertState,
        Stale,
        HasPosition,
        Detail
    };
    struct Row
    {
        QString id;
        double latitude = 0;
        double longitude = 0;
        double heading = Unknown;
        int alertLevel = -1;
        int alertState = 0;
        bool stale = false;
        double accuracyM = Unknown;
        QString detail = {};
        bool hasPosition = true;
        QString name = {}; ///< the id when empty
    };

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override
    {
        ++reads;
        const Row &row = m_rows[index.row()];
        switch (role) {
        case DeviceId:
            return row.id;
        case Name:
            return row.name.isEmpty() ? row.id : row.name;
        case Latitude:
            return row.latitude;
        case Longitude:
            return row.longitude;
        case Heading:
            return row.heading;
        case AccuracyM:
            return row.accuracyM;
        case AlertLevel:
            return row.alertLevel;
        case AlertState:
            return row.alertState;
        case Stale:
            return row.stale;
        case HasPosition:
            return row.hasPosition;
        case Detail:
            return row.detail;
        default:
            return {};
        }
    }
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override
    {
        return {{DeviceId, "deviceId"},     {Name, "name"},
                {Latitude, "latitude"},     {Longitude, "longitude"},
                {Heading, "heading"},       {AccuracyM, "accuracyM"},
                {AlertLevel, "alertLevel"}, {AlertState, "alertState"},
                {Stale, "stale"},           {HasPosition, "hasPosition"},
                {Detail, "detail"}};
    }

    void append(const Row &row) { insert(int(m_rows.size()), {row}); }
    void insert(int at, const QList<Row> &rows)
    {
        beginInsertRows({}, at, at + int(rows.size()) - 1);
        for (qsizetype i = 0; i < rows.size(); ++i)
            m_rows.insert(at + i, rows[i]);
        endInsertRows();
    }
    void remove(int first, int last)
    {
        beginRemoveRows({}, first, last);
        m_rows.remove(first, last - first + 1);
        endRemoveRows();
    }
    void reset(const QList<Row> &rows)
    {
        beginResetModel();
        m_rows = rows;
        endResetModel();
    }
    void moveToFront(int row)
    {
        beginMoveRows({}, row, row, {}, 0);
        m_rows.move(row, 0);
        endMoveRows();
    }
    void change(int row, const Row &value, const QList<int> &roles = {})
    {
        m_rows[row] = value;
        Q_EMIT dataChanged(index(row), index(row), roles);
    }
    /// Many rows change their place at once.
    template<typename Change>
    void moveAll(Change change)
    {
        for (Row &row : m_rows)
            change(row);
        if (!m_rows.isEmpty())
            Q_EMIT dataChanged(index(0), index(int(m_rows.size()) - 1), {Latitude, Longitude, Heading});
    }
    [[nodiscard]] const Row &row(int number) const { return m_rows[number]; }

    mutable int reads = 0;

private:
    QList<Row> m_rows;
};
