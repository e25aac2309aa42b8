// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IncidentMediaModel.h"

#include "models/Format.h"

#include <algorithm>
#include <utility>

namespace tocsin {

IncidentMediaModel::IncidentMediaModel(const ChatLog &log, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_log(log)
    , m_clock(std::move(clock))
{
}

int IncidentMediaModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> IncidentMediaModel::roleNames() const
{
    return {{PictureIdRole, "pictureId"},
            {MessageIdRole, "messageId"},
            {PlaceRole, "place"},
            {ThreadRole, "thread"},
            {WhoRole, "who"}};
}

QVariant IncidentMediaModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case PictureIdRole:
        return row.picture;
    case MessageIdRole:
        return row.message;
    case PlaceRole:
        return row.place;
    case ThreadRole:
        return row.thread;
    case Qt::DisplayRole:
    case WhoRole:
        return row.who;
    default:
        return {};
    }
}

void IncidentMediaModel::show(const QStringList &threads)
{
    QList<Row> rows;
    for (const QString &name : threads) {
        const ChatLog::Thread *thread = m_log.find(name);
        if (thread == nullptr)
            continue;
        for (const ChatMessage &message : thread->messages) {
            const QString sender = message.senderName.isEmpty() ? message.senderId : message.senderName;
            const QString who = tr("%1 · %2").arg(sender, format::timeOfDay(message.at, m_clock.zone));
            for (int place = 0; place < message.attachments.size(); ++place)
                rows.append({message.attachments[place], message.id, name, who, place, message.at});
        }
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) { return a.at > b.at; });
    rows = rows.mid(0, MaxPictures);
    if (rows == m_rows)
        return;
    beginResetModel();
    m_rows = rows;
    endResetModel();
    Q_EMIT countChanged();
}

} // namespace tocsin
