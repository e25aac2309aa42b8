// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Items of a hand-over, one end of it. GUI thread; owned by Handover, which fills it. What the operator writes and ticks stays when rows come
/// and go.
class HandoverModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Handover.outgoing, Handover.incoming")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role {
        AlertIdRole = Qt::UserRole + 1,
        TitleRole,  ///< "Dana R. · PANIC"
        DetailRole, ///< "responding · 00:42 · you"
        LevelRole,  ///< AlertListModel.Level
        WaitsRole,  ///< nobody acknowledged it
        NoteRole,
        IncludedRole,  ///< will be offered
        StateRole,     ///< State
        StateTextRole, ///< "offered to K. Lind", "declined: on a call"
        FromRole,      ///< who offers it
    };
    Q_ENUM(Role)
    enum State { Kept, Offered, Accepted, Declined };
    Q_ENUM(State)
    static constexpr int MaxNote = 500; ///< characters

    struct Item
    {
        QString alertId, title, detail, stateText, from, note;
        int level = 0;
        bool waits = false;
        State state = Kept;
        bool operator==(const Item &) const = default;
    };

    using QAbstractListModel::QAbstractListModel;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_items.size()); }

    /// Rows that stay where they are change alone. An item's own note counts once it is offered; before that what the operator wrote.
    void assign(const QList<Item> &items);
    [[nodiscard]] const QList<Item> &items() const { return m_items; }
    [[nodiscard]] QString noteOf(const QString &alertId) const { return m_notes.value(alertId); }
    [[nodiscard]] bool isIncluded(const Item &item) const;
    [[nodiscard]] int includedCount() const;

    Q_INVOKABLE void setNote(const QString &alertId, const QString &note);
    Q_INVOKABLE void setIncluded(const QString &alertId, bool included);

Q_SIGNALS:
    void countChanged();
    void includedChanged();

private:
    [[nodiscard]] QString shownNote(const Item &item) const;
    void tell(const QString &alertId, const QList<int> &roles);

    QList<Item> m_items;
    QHash<QString, QString> m_notes;
    QSet<QString> m_excluded;
};

} // namespace tocsin
