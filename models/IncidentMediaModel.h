// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ChatLog.h"
#include "models/Clock.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The pictures of the shown person's conversations, newest first, at most 200. GUI thread; owned by IncidentDesk.
class IncidentMediaModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.media")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    enum Role { PictureIdRole = Qt::UserRole + 1, MessageIdRole, PlaceRole, ThreadRole, WhoRole };
    Q_ENUM(Role)
    static constexpr int MaxPictures = 200;

    IncidentMediaModel(const ChatLog &log, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    /// Of these conversations.
    void show(const QStringList &threads);

Q_SIGNALS:
    void countChanged();

private:
    struct Row
    {
        QString picture, message, thread, who;
        int place = 0; ///< in its message
        TimePoint at;
        bool operator==(const Row &) const = default;
    };
    const ChatLog &m_log;
    ModelClock m_clock;
    QList<Row> m_rows;
};

} // namespace tocsin
