// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// What happened when, along a time axis. GUI thread; owned by AlertChart.
class AlertMarkModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("AlertChart.marks")
public:
    enum Role { PlaceRole = Qt::UserRole + 1, MarkTextRole, TimeTextRole };
    Q_ENUM(Role)
    struct Mark
    {
        double place = 0; ///< 0 to 1, from the begin of the axis to its end
        QString text;
        QString time;
        bool operator==(const Mark &) const = default;
    };

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_marks.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override
    {
        return {{PlaceRole, "place"}, {MarkTextRole, "markText"}, {TimeTextRole, "timeText"}};
    }
    void assign(const QList<Mark> &marks);

private:
    QList<Mark> m_marks;
};

} // namespace tocsin
