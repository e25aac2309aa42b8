// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertVerbs.h"

#include <QAbstractListModel>

namespace tocsin {

/// What can be done about the shown alert: a row per button. GUI thread; owned by AlertDetail.
class AlertVerbModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("AlertDetail.verbs")
public:
    enum Role {
        VerbRole = Qt::UserRole + 1, ///< AlertVerbs.Verb
        VerbTextRole,
        ActionIdRole, ///< of KeyRegistry, for the hint
        PossibleRole,
        WhyNotRole,  ///< a sentence; empty when it is possible
        PrimaryRole, ///< what is most likely wanted now
    };
    Q_ENUM(Role)

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    void show(const Alert *alert, const Actor &self, TimePoint now);

private:
    struct Row
    {
        AlertVerbs::Verb verb = AlertVerbs::None;
        QString whyNot;
        bool primary = false;
        bool operator==(const Row &) const = default;
    };
    QList<Row> m_rows;
};

} // namespace tocsin
