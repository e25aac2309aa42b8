// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/domain/Requests.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <functional>

namespace tocsin {

/// What the operator did and the server has not answered, oldest first; each goes when it is confirmed or refused. GUI thread; owned by Console.
class PendingModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.pending")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role {
        ActionIdRole = Qt::UserRole + 1,
        ActionTextRole, ///< "Acknowledge Unit 04 CRASH_DETECTED"
        StateTextRole,  ///< "not sent yet", "sent, no answer yet"
        TimeTextRole,   ///< "14:06:21", with the date when it is another day
    };
    Q_ENUM(Role)

    /// `describe` says what an action is, in words.
    PendingModel(ModelClock clock, std::function<QString(const RequestBody &)> describe, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    void assign(const QList<PendingAction> &actions);
    /// Names may have become known.
    void refresh();

Q_SIGNALS:
    void countChanged();

private:
    struct Row
    {
        QString id;
        QString text;
        QString time;
        bool sent = false;
        bool operator==(const Row &) const = default;
    };
    void show();

    ModelClock m_clock;
    std::function<QString(const RequestBody &)> m_describe;
    QList<PendingAction> m_actions;
    QList<Row> m_rows;
};

} // namespace tocsin
