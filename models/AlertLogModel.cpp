// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertLogModel.h"

#include "models/AlertWords.h"
#include "models/Format.h"

#include <algorithm>
#include <utility>

namespace tocsin {

AlertLogModel::AlertLogModel(DeskLink &link, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_clock(std::move(clock))
{
    connect(&link, &DeskLink::alertEventsReady, this, &AlertLogModel::takePage);
}

QHash<int, QByteArray> AlertLogModel::roleNames() const
{
    return {{TimeTextRole, "timeText"}, {WhoRole, "who"},
            {VerbTextRole, "verbText"}, {ChangeTextRole, "changeText"},
            {ReasonRole, "reason"},     {CommentRole, "comment"},
            {LevelRole, "level"}};
}

QVariant AlertLogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Event &event = m_events[index.row()];
    const auto &change = std::get<AlertChange>(event.body);
    switch (role) {
    case TimeTextRole:
        return format::withDay(format::timeOfDay(event.at, m_clock.zone), event.at, m_clock.now(), m_clock.zone);
    case WhoRole: {
        if (event.actor.kind == Actor::Kind::System || (event.actor.id.isEmpty() && event.actor.name.isEmpty()))
            return tr("the desk");
        if (event.actor.id == m_link.self().id)
            return tr("you");
        return event.actor.name.isEmpty() ? event.actor.id : event.actor.name;
    }
    case Qt::DisplayRole:
    case VerbTextRole:
        return AlertWords::verb(change);
    case ChangeTextRole:
        return change.from == change.to
                   ? QString()
                   : tr("%1 → %2").arg(AlertWords::state(change.from), AlertWords::state(change.to));
    case ReasonRole:
        return AlertWords::reason(change.reason);
    case CommentRole:
        return change.comment;
    case LevelRole:
        return int(change.alert.level);
    default:
        return {};
    }
}

void AlertLogModel::show(const QString &alertId)
{
    if (alertId == m_alertId)
        return;
    beginResetModel();
    m_alertId = alertId;
    m_events.clear();
    endResetModel();
    m_asked.reset();
    m_before = 0;
    m_complete = alertId.isEmpty();
    m_problem.clear();
    more();
    Q_EMIT changed();
}

void AlertLogModel::more()
{
    if (m_alertId.isEmpty() || m_asked || m_complete)
        return;
    const quint64 id = m_link.requestAlertEvents({m_alertId, m_before, PageRows});
    if (id == 0)
        m_complete = true; // no archive behind this link
    else
        m_asked = id;
    m_problem.clear();
    Q_EMIT changed();
}

void AlertLogModel::takePage(quint64 queryId, const AlertEventsResult &result)
{
    if (!m_asked || *m_asked != queryId)
        return;
    m_asked.reset();
    m_problem = result.error;
    if (result.error.isEmpty()) {
        QList<Event> older;
        const qint64 last = m_events.isEmpty() ? std::numeric_limits<qint64>::max() : m_events.constLast().seq;
        for (const Event &event : result.events) {
            if (std::holds_alternative<AlertChange>(event.body) && event.seq < last)
                older.append(event);
        }
        if (!older.isEmpty()) {
            beginInsertRows({}, count(), count() + int(older.size()) - 1);
            m_events += older;
            endInsertRows();
        }
        m_before = result.before;
        m_complete = result.before == 0;
        if (older.isEmpty() && !m_complete)
            more(); // nothing of it in that stretch of the log
    }
    Q_EMIT changed();
}

void AlertLogModel::take(const Event &event)
{
    const auto *change = std::get_if<AlertChange>(&event.body);
    if (!change || m_alertId.isEmpty() || change->alert.id != m_alertId)
        return;
    if (!m_events.isEmpty() && m_events.constFirst().seq >= event.seq)
        return;
    beginInsertRows({}, 0, 0);
    m_events.prepend(event);
    endInsertRows();
    Q_EMIT changed();
}

} // namespace tocsin
