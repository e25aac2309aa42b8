// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatThreadModel.h"

#include "models/Format.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace tocsin {

ChatThreadModel::ChatThreadModel(const ChatLog &log, ModelClock clock, NameFn nameOf, QObject *parent)
    : QAbstractListModel(parent)
    , m_log(log)
    , m_clock(std::move(clock))
    , m_nameOf(std::move(nameOf))
{
}

int ChatThreadModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> ChatThreadModel::roleNames() const
{
    return {{ThreadRole, "thread"},     {UserIdRole, "userId"},        {TitleRole, "title"},
            {LastTextRole, "lastText"}, {LastTimeRole, "lastTime"},    {LastTimeTextRole, "lastTimeText"},
            {UnreadRole, "unread"},     {IsIncidentRole, "isIncident"}};
}

QVariant ChatThreadModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case ThreadRole:
        return row.thread;
    case UserIdRole:
        return userOfChatThread(row.thread);
    case Qt::DisplayRole:
    case TitleRole:
        return row.title;
    case LastTextRole:
        return row.lastText;
    case LastTimeRole:
        return QDateTime::fromMSecsSinceEpoch(toEpochMillis(row.lastAt), Qt::UTC);
    case LastTimeTextRole:
        return row.lastTimeText;
    case UnreadRole:
        return row.unread;
    case IsIncidentRole:
        return row.incident;
    default:
        return {};
    }
}

QString ChatThreadModel::titleOf(const QString &thread) const
{
    if (thread == operatorsThread())
        return tr("Operators");
    if (thread == broadcastThread())
        return tr("Everybody");
    const ChatLog::Thread *known = m_log.find(thread);
    if (!incidentOfChatThread(thread).isEmpty())
        return known && !known->userId.isEmpty() ? tr("Incident · %1").arg(titleOf(chatThreadOfUser(known->userId)))
                                                 : tr("Incident");
    const QString user = userOfChatThread(thread);
    if (known && !known->userName.isEmpty())
        return known->userName;
    QString name = m_nameOf ? m_nameOf(user) : QString();
    if (!name.isEmpty())
        return name;
    return user.isEmpty() ? thread : user;
}

ChatThreadModel::Row ChatThreadModel::makeRow(const QString &thread) const
{
    Row row;
    row.thread = thread;
    row.title = titleOf(thread);
    if (const ChatLog::Thread *known = m_log.find(thread)) {
        row.incident = !known->openIncident.isEmpty();
        row.unread = known->unread();
        row.lastAt = known->lastAt().value_or(TimePoint{});
        if (!known->messages.isEmpty())
            row.lastText = known->messages.last().text.simplified();
        else if (!known->notes.isEmpty())
            row.lastText = known->notes.last().text;
        row.lastTimeText = format::hourMinute(row.lastAt, m_clock.zone);
    }
    return row;
}

bool ChatThreadModel::before(const Row &a, const Row &b)
{
    if (a.incident != b.incident)
        return a.incident;
    return a.lastAt != b.lastAt ? a.lastAt > b.lastAt : a.thread < b.thread;
}

void ChatThreadModel::reset()
{
    beginResetModel();
    m_rows.clear();
    for (const QString &thread : m_log.threads())
        m_rows.append(makeRow(thread));
    std::sort(m_rows.begin(), m_rows.end(), before);
    endResetModel();
    Q_EMIT countChanged();
    sumUnread();
}

void ChatThreadModel::refresh(const QString &thread)
{
    if (!m_log.find(thread))
        return;
    const Row next = makeRow(thread);
    const int at = rowOf(thread);
    if (at < 0) {
        const int to = int(std::lower_bound(m_rows.cbegin(), m_rows.cend(), next, before) - m_rows.cbegin());
        beginInsertRows({}, to, to);
        m_rows.insert(to, next);
        endInsertRows();
        Q_EMIT countChanged();
    } else if (m_rows[at] != next) {
        const auto first = m_rows.cbegin();
        int to = at;
        if (at > 0 && before(next, m_rows[at - 1]))
            to = int(std::lower_bound(first, first + at, next, before) - first);
        else if (at + 1 < m_rows.size() && before(m_rows[at + 1], next))
            to = int(std::lower_bound(first + at + 1, m_rows.cend(), next, before) - first) - 1;
        if (to != at) {
            beginMoveRows({}, at, at, {}, to > at ? to + 1 : to);
            m_rows.move(at, to);
            endMoveRows();
        }
        m_rows[to] = next;
        Q_EMIT dataChanged(index(to), index(to));
    }
    sumUnread();
}

void ChatThreadModel::refreshAll()
{
    for (const QString &thread : m_log.threads())
        refresh(thread);
}

int ChatThreadModel::rowOf(const QString &thread) const
{
    const auto it = std::find_if(m_rows.cbegin(), m_rows.cend(), [&](const Row &row) { return row.thread == thread; });
    return it == m_rows.cend() ? -1 : int(it - m_rows.cbegin());
}

QString ChatThreadModel::threadAt(int row) const
{
    return row >= 0 && row < m_rows.size() ? m_rows[row].thread : QString();
}

void ChatThreadModel::sumUnread()
{
    int sum = 0;
    for (const Row &row : std::as_const(m_rows))
        sum += row.unread;
    if (sum == m_totalUnread)
        return;
    m_totalUnread = sum;
    Q_EMIT totalUnreadChanged();
}

} // namespace tocsin
