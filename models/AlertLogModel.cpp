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
    const auto *change = std::get_if<AlertChange>(&event.body);
    const auto *record = std::get_if<AuditRecord>(&event.body);
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
        return change ? AlertWords::verb(*change) : record->ok ? tr("notified") : tr("not notified");
    case ChangeTextRole:
        return !change || change->from == change->to
                   ? QString()
                   : tr("%1 → %2").arg(AlertWords::state(change->from), AlertWords::state(change->to));
    case ReasonRole:
        return change ? AlertWords::reason(change->reason) : record->detail;
    case CommentRole:
        return change ? change->comment : QString();
    case LevelRole:
        return int(change ? change->alert.level : record->ok ? AlertLevel::Info : AlertLevel::Warning);
    default:
        return {};
    }
}

bool AlertLogModel::isOfIt(const Event &event) const
{
    if (const auto *change = std::get_if<AlertChange>(&event.body))
        return change->alert.id == m_alertId;
    const auto *record = std::get_if<AuditRecord>(&event.body);
    return record && isNotification(*record) && record->object == m_alertId;
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
            if (isOfIt(event) && event.seq < last)
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
    if (m_alertId.isEmpty() || !isOfIt(event))
        return;
    if (!m_events.isEmpty() && m_events.constFirst().seq >= event.seq)
        return;
    beginInsertRows({}, 0, 0);
    m_events.prepend(event);
    endInsertRows();
    Q_EMIT changed();
}

} // namespace tocsin
