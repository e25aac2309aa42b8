// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertListModel.h"

#include "models/Format.h"
#include "models/domain/Channels.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace tocsin {

static_assert(int(AlertListModel::Info) == int(AlertLevel::Info));
static_assert(int(AlertListModel::Warning) == int(AlertLevel::Warning));
static_assert(int(AlertListModel::Critical) == int(AlertLevel::Critical));
static_assert(int(AlertListModel::Emergency) == int(AlertLevel::Emergency));
static_assert(int(AlertListModel::Normal) == int(AlertState::Normal));
static_assert(int(AlertListModel::Unacknowledged) == int(AlertState::Unacknowledged));
static_assert(int(AlertListModel::Acknowledged) == int(AlertState::Acknowledged));
static_assert(int(AlertListModel::ReturnedUnacknowledged) == int(AlertState::ReturnedUnacknowledged));
static_assert(int(AlertListModel::Latched) == int(AlertState::Latched));
static_assert(int(AlertListModel::Shelved) == int(AlertState::Shelved));
static_assert(int(AlertListModel::Suppressed) == int(AlertState::Suppressed));
static_assert(int(AlertListModel::OutOfService) == int(AlertState::OutOfService));
static_assert(int(AlertListModel::Condition) == int(AlertKind::Condition));
static_assert(int(AlertListModel::Event) == int(AlertKind::Event));
static_assert(int(AlertListModel::Incident) == int(AlertKind::Incident));
static_assert(int(AlertListModel::Good) == int(AlertQuality::Good));
static_assert(int(AlertListModel::Stale) == int(AlertQuality::Stale));

AlertListModel::AlertListModel(DeskLink &link, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_clock(std::move(clock))
{
}

int AlertListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> AlertListModel::roleNames() const
{
    return {{AlertIdRole, "alertId"},
            {SourceRole, "source"},
            {SourceNameRole, "sourceName"},
            {CodeRole, "code"},
            {MessageRole, "message"},
            {TitleRole, "title"},
            {LevelRole, "level"},
            {AlertStateRole, "alertState"},
            {AcknowledgedRole, "acknowledged"},
            {OccurrenceRole, "occurrence"},
            {ViolationsRole, "violations"},
            {RaisedAtRole, "raisedAt"},
            {RaisedTextRole, "raisedText"},
            {AgeTextRole, "ageText"},
            {DetailTextRole, "detailText"},
            {KindRole, "kind"},
            {SimulatedRole, "simulated"},
            {QualityRole, "quality"},
            {PendingRole, "pending"},
            {HasPositionRole, "hasPosition"},
            {LatitudeRole, "latitude"},
            {LongitudeRole, "longitude"},
            {IsIncidentRole, "isIncident"},
            {UserIdRole, "userId"},
            {OpenRole, "open"}};
}

QVariant AlertListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    const Alert &alert = row.alert;
    switch (role) {
    case AlertIdRole:
        return alert.id;
    case SourceRole:
        return alert.source;
    case SourceNameRole:
        return alert.sourceName.isEmpty() ? alert.source : alert.sourceName;
    case CodeRole:
        return alert.code;
    case Qt::DisplayRole:
    case MessageRole:
        return alert.message.isEmpty() ? alert.title : alert.message;
    case TitleRole:
        return alert.title;
    case LevelRole:
        return int(alert.level);
    case AlertStateRole:
        return int(stateOf(alert));
    case AcknowledgedRole:
        return alert.acked;
    case OccurrenceRole:
        return alert.occurrence;
    case ViolationsRole:
        return alert.count;
    case RaisedAtRole:
        return QDateTime::fromMSecsSinceEpoch(toEpochMillis(alert.raisedAt), Qt::UTC);
    case RaisedTextRole:
        return format::timeOfDay(alert.raisedAt, m_clock.zone);
    case AgeTextRole:
        return row.ageText;
    case DetailTextRole:
        return row.detailText;
    case KindRole:
        return int(alert.kind);
    case SimulatedRole:
        return alert.simulated;
    case QualityRole:
        return int(alert.quality);
    case PendingRole:
        return row.pending;
    case HasPositionRole:
        return alert.position && alert.position->isValid();
    case LatitudeRole:
        return alert.position ? alert.position->latitude : std::numeric_limits<double>::quiet_NaN();
    case LongitudeRole:
        return alert.position ? alert.position->longitude : std::numeric_limits<double>::quiet_NaN();
    case IsIncidentRole:
        return alert.kind == AlertKind::Incident;
    case UserIdRole:
        return alert.userId;
    case OpenRole:
        return isOpen(alert);
    default:
        return {};
    }
}

QString AlertListModel::describe(const Alert &alert) const
{
    QStringList parts;
    const bool returned = alert.cond == AlertCondition::Clear || alert.cond == AlertCondition::Canceled;
    switch (stateOf(alert)) {
    case AlertState::Unacknowledged:
        parts << tr("unacknowledged");
        break;
    case AlertState::Acknowledged: {
        const Actor self = m_link.self();
        const bool own = !alert.ackedBy.isEmpty() && (alert.ackedBy == self.id || alert.ackedBy == self.name);
        parts << tr("acknowledged");
        if (!alert.ackedBy.isEmpty())
            parts << (own ? tr("you") : alert.ackedBy);
        break;
    }
    case AlertState::ReturnedUnacknowledged:
        parts << (alert.cond == AlertCondition::Canceled ? tr("canceled by the caller, not acknowledged")
                                                         : tr("returned, not acknowledged"));
        break;
    case AlertState::Latched:
        parts << tr("over, reset required");
        break;
    case AlertState::Shelved:
        parts << tr("shelved");
        break;
    case AlertState::Suppressed:
        parts << tr("suppressed");
        break;
    case AlertState::OutOfService:
        parts << tr("out of service");
        break;
    case AlertState::Normal:
        parts << tr("closed");
        break;
    }
    if (alert.count > 1)
        parts << tr("×%1").arg(format::number(alert.count, 0));
    if (alert.occurrence > 1)
        parts << tr("raised %1 times").arg(format::number(alert.occurrence, 0));
    if (alert.cond == AlertCondition::Clearing)
        parts << tr("settling");
    if (returned && alert.kind == AlertKind::Condition) {
        const int decimals = channelInfo(alert.channel).decimals;
        parts << (alert.value ? tr("back to normal %1").arg(format::quantity(*alert.value, decimals, alert.unit))
                              : tr("back to normal"));
    }
    if (alert.quality == AlertQuality::Stale && !returned)
        parts << tr("source silent");
    return parts.join(QStringLiteral(" · "));
}

void AlertListModel::refreshTexts(Row &row, TimePoint now) const
{
    const Alert &alert = row.alert;
    TimePoint until = now;
    if (!isOpen(alert))
        until = std::max(alert.clearedAt.value_or(alert.raisedAt), alert.ackedAt.value_or(alert.raisedAt));
    row.ageText = format::waiting(secondsBetween(alert.raisedAt, until));
    row.detailText = row.pending ? tr("acknowledging…") : describe(alert);
}

void AlertListModel::reset(const QList<Alert> &alerts, TimePoint now)
{
    QList<Alert> sorted = alerts;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Alert &a, const Alert &b) { return a.raisedAt < b.raisedAt; });
    beginResetModel();
    m_rows.clear();
    m_index.clear();
    m_closed = 0;
    const QList<QString> asked = m_requests.values();
    for (const Alert &alert : std::as_const(sorted)) {
        if (alert.id.isEmpty() || alert.cond == AlertCondition::Pending || m_index.contains(alert.id))
            continue;
        Row row;
        row.alert = alert;
        row.pending = isOpen(alert) && !alert.acked && asked.contains(alert.id);
        refreshTexts(row, now);
        m_index.insert(alert.id, int(m_rows.size()));
        m_rows.append(row);
        m_closed += isOpen(alert) ? 0 : 1;
    }
    endResetModel();
    trimClosed();
    Q_EMIT countChanged();
}

void AlertListModel::apply(const Alert &alert, TimePoint now)
{
    if (alert.id.isEmpty() || alert.cond == AlertCondition::Pending)
        return;
    const int known = rowOf(alert.id);
    if (known < 0) {
        Row row;
        row.alert = alert;
        refreshTexts(row, now);
        beginInsertRows({}, count(), count());
        m_index.insert(alert.id, count());
        m_rows.append(row);
        m_closed += isOpen(alert) ? 0 : 1;
        endInsertRows();
    } else {
        Row &row = m_rows[known];
        if (alert.revision < row.alert.revision)
            return; // overtaken by a newer change
        m_closed += (isOpen(row.alert) ? 1 : 0) - (isOpen(alert) ? 1 : 0);
        row.alert = alert;
        row.pending = row.pending && isOpen(alert) && !alert.acked;
        refreshTexts(row, now);
        Q_EMIT dataChanged(index(known), index(known));
    }
    trimClosed();
    if (known < 0)
        Q_EMIT countChanged();
}

void AlertListModel::trimClosed()
{
    while (m_closed > MaxClosed) {
        const auto oldest =
            std::find_if(m_rows.cbegin(), m_rows.cend(), [](const Row &row) { return !isOpen(row.alert); });
        const int at = int(oldest - m_rows.cbegin());
        beginRemoveRows({}, at, at);
        m_index.remove(m_rows[at].alert.id);
        m_rows.removeAt(at);
        reindex(at);
        --m_closed;
        endRemoveRows();
        Q_EMIT countChanged();
    }
}

void AlertListModel::reindex(int from)
{
    for (int row = from; row < m_rows.size(); ++row)
        m_index[m_rows[row].alert.id] = row;
}

void AlertListModel::refreshAges(TimePoint now)
{
    // Rows next to each other are told of together.
    int first = -1;
    for (int at = 0; at <= m_rows.size(); ++at) {
        bool changed = false;
        if (at < m_rows.size() && isOpen(m_rows[at].alert)) {
            const QString before = m_rows[at].ageText;
            refreshTexts(m_rows[at], now);
            changed = m_rows[at].ageText != before;
        }
        if (changed && first < 0)
            first = at;
        if (!changed && first >= 0) {
            Q_EMIT dataChanged(index(first), index(at - 1), {AgeTextRole});
            first = -1;
        }
    }
}

bool AlertListModel::acknowledge(const QString &alertId)
{
    const Alert *alert = find(alertId);
    if (!alert || !isOpen(*alert) || alert->acked || m_rows[rowOf(alertId)].pending)
        return false;
    Acknowledge request;
    request.alertId = alertId;
    request.occurrence = alert->occurrence;
    request.seenLevel = alert->level;
    setPending(alertId, true);
    m_requests.insert(m_link.request(request), alertId);
    return true;
}

void AlertListModel::setPending(const QString &alertId, bool pending)
{
    const int at = rowOf(alertId);
    if (at < 0 || m_rows[at].pending == pending)
        return;
    m_rows[at].pending = pending;
    refreshTexts(m_rows[at], m_clock.now());
    Q_EMIT dataChanged(index(at), index(at), {PendingRole, DetailTextRole, AgeTextRole});
}

void AlertListModel::adopt(const QString &requestId, const QString &alertId)
{
    m_requests.insert(requestId, alertId);
    setPending(alertId, true);
}

bool AlertListModel::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (!m_requests.contains(requestId))
        return false;
    const QString alertId = m_requests.take(requestId);
    if (!outcome.ok || !outcome.changed)
        setPending(alertId, false); // else the event does it
    if (!outcome.ok) {
        const Alert *alert = find(alertId);
        const QString what = alert ? tr("%1 %2").arg(alert->sourceName, alert->code) : alertId;
        const QString why = outcome.message.isEmpty() ? outcome.code : outcome.message;
        Q_EMIT refused(tr("%1 was not acknowledged: %2").arg(what, why));
    }
    return true;
}

int AlertListModel::rowOf(const QString &alertId) const
{
    return m_index.value(alertId, -1);
}

const Alert *AlertListModel::find(const QString &alertId) const
{
    const int row = rowOf(alertId);
    return row < 0 ? nullptr : &m_rows[row].alert;
}

} // namespace tocsin
