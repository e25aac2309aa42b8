// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// A word and its value, so many of them. GUI thread.
struct Fact
{
    QString label;
    QString value;
    bool operator==(const Fact &) const = default;
};

class FactListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.connections")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role { LabelRole = Qt::UserRole + 1, ValueRole };
    Q_ENUM(Role)

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : count(); }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override
    {
        return {{LabelRole, "label"}, {ValueRole, "value"}};
    }
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    /// Rows that stay where they are change alone.
    void assign(const QList<Fact> &facts);

Q_SIGNALS:
    void countChanged();

private:
    QList<Fact> m_rows;
};

} // namespace tocsin
