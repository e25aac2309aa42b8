// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertListModel.h"

#include "models/AlertWords.h"
#include "models/Format.h"

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

AlertListModel::AlertListModel(DeskLink &link, ModelClock clock, QObject *parent, int maxClosed)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_clock(std::move(clock))
    , m_maxClosed(maxClosed)
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
            {OpenRole, "open"},
            {StateTextRole, "stateText"},
            {LevelTextRole, "levelText"},
            {ValueTextRole, "valueText"},
            {LimitTextRole, "limitText"},
            {OwnerTextRole, "ownerText"},
            {OwnRole, "own"},
            {OfferedRole, "offered"},
            {ChatteringRole, "chattering"},
            {SilencedRole, "silenced"},
            {EscalationRole, "escalation"},
            {BusyTextRole, "busyText"}};
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
        return AlertWords::who(alert);
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
        return !row.busyText.isEmpty();
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
    case StateTextRole:
        return AlertWords::state(stateOf(alert));
    case LevelTextRole:
        return format::alertLevel(alert.level);
    case ValueTextRole:
        return AlertWords::value(alert);
    case LimitTextRole:
        return AlertWords::limit(alert);
    case OwnerTextRole:
        return AlertWords::owner(alert, m_link.self());
    case OwnRole:
        return AlertWords::isOwn(alert, m_link.self());
    case OfferedRole:
        return alert.care && !alert.care->offeredToId.isEmpty() && alert.care->offeredToId == m_link.self().id;
    case ChatteringRole:
        return alert.chattering;
    case SilencedRole:
        return alert.silencedUntil.has_value();
    case EscalationRole:
        return alert.escalation;
    case BusyTextRole:
        return row.busyText;
    default:
        return {};
    }
}

QString AlertListModel::acknowledging()
{
    return tr("acknowledging");
}

QString AlertListModel::ageOf(const Alert &alert, TimePoint now)
{
    TimePoint until = now;
    if (!isOpen(alert)) {
        until = std::max(alert.clearedAt.value_or(alert.raisedAt), alert.ackedAt.value_or(alert.raisedAt));
        if (alert.care && alert.care->closedAt)
            until = *alert.care->closedAt;
    }
    return format::waiting(secondsBetween(alert.raisedAt, until));
}

void AlertListModel::refreshTexts(Row &row, TimePoint now) const
{
    row.ageText = ageOf(row.alert, now);
    row.detailText = row.busyText.isEmpty() ? AlertWords::line(row.alert, m_link.self(), now, m_clock.zone)
                                            : tr("%1…").arg(row.busyText);
}

void AlertListModel::reset(const QList<Alert> &alerts, TimePoint now)
{
    QList<Alert> sorted = alerts;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Alert &a, const Alert &b) { return a.raisedAt < b.raisedAt; });
    beginResetModel();
    const QList<Row> known = std::exchange(m_rows, {});
    const QHash<QString, int> before = std::exchange(m_index, {});
    m_tally.clear();
    const QList<QString> asked = m_requests.values();
    for (const Alert &alert : std::as_const(sorted)) {
        if (alert.id.isEmpty() || alert.cond == AlertCondition::Pending || m_index.contains(alert.id))
            continue;
        Row row;
        row.alert = alert;
        if (const auto at = before.constFind(alert.id); at != before.cend())
            row.busyText = known[*at].busyText;
        if (row.busyText.isEmpty() && asked.contains(alert.id))
            row.busyText = acknowledging();
        if (row.busyText == acknowledging() && (!isOpen(alert) || alert.acked))
            row.busyText.clear();
        refreshTexts(row, now);
        m_index.insert(alert.id, int(m_rows.size()));
        m_rows.append(row);
        m_tally.add(alert);
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
        insertNew({&alert}, now);
        return;
    }
    Row &row = m_rows[known];
    if (alert.revision < row.alert.revision)
        return; // overtaken by a newer change
    m_tally.remove(row.alert);
    m_tally.add(alert);
    row.alert = alert;
    if (row.busyText == acknowledging() && (!isOpen(alert) || alert.acked))
        row.busyText.clear();
    refreshTexts(row, now);
    Q_EMIT dataChanged(index(known), index(known));
    trimClosed();
}

QSet<QString> AlertListModel::insertNew(const QList<const Alert *> &alerts, TimePoint now)
{
    QSet<QString> ids;
    QList<Row> rows;
    for (const Alert *alert : alerts) {
        if (alert->id.isEmpty() || alert->cond == AlertCondition::Pending || rowOf(alert->id) >= 0 ||
            ids.contains(alert->id))
            continue;
        ids.insert(alert->id);
        Row row;
        row.alert = *alert;
        refreshTexts(row, now);
        rows.append(row);
    }
    if (rows.isEmpty())
        return ids;
    beginInsertRows({}, count(), count() + int(rows.size()) - 1);
    for (const Row &row : std::as_const(rows)) {
        m_index.insert(row.alert.id, count());
        m_rows.append(row);
        m_tally.add(row.alert);
    }
    endInsertRows();
    trimClosed();
    Q_EMIT countChanged();
    return ids;
}

void AlertListModel::trimClosed()
{
    while (m_tally.closed() > m_maxClosed) {
        const auto oldest =
            std::find_if(m_rows.cbegin(), m_rows.cend(), [](const Row &row) { return !isOpen(row.alert); });
        remove(oldest->alert.id);
    }
}

void AlertListModel::remove(const QString &alertId)
{
    const int at = rowOf(alertId);
    if (at < 0)
        return;
    beginRemoveRows({}, at, at);
    m_index.remove(alertId);
    m_tally.remove(m_rows[at].alert);
    m_rows.removeAt(at);
    reindex(at);
    endRemoveRows();
    Q_EMIT countChanged();
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
            QString age = ageOf(m_rows[at].alert, now);
            changed = age != m_rows[at].ageText;
            m_rows[at].ageText = std::move(age);
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
    if (!alert || !isOpen(*alert) || alert->acked || isPending(rowOf(alertId)))
        return false;
    Acknowledge request;
    request.alertId = alertId;
    request.occurrence = alert->occurrence;
    request.seenLevel = alert->level;
    setBusy(alertId, acknowledging());
    m_requests.insert(m_link.request(request), alertId);
    return true;
}

void AlertListModel::setBusy(const QString &alertId, const QString &busyText)
{
    const int at = rowOf(alertId);
    if (at < 0 || m_rows[at].busyText == busyText)
        return;
    m_rows[at].busyText = busyText;
    refreshTexts(m_rows[at], m_clock.now());
    Q_EMIT dataChanged(index(at), index(at), {PendingRole, BusyTextRole, DetailTextRole, AgeTextRole});
}

void AlertListModel::adopt(const QString &requestId, const QString &alertId)
{
    m_requests.insert(requestId, alertId);
    setBusy(alertId, acknowledging());
}

bool AlertListModel::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (!m_requests.contains(requestId))
        return false;
    const QString alertId = m_requests.take(requestId);
    if (!outcome.ok || !outcome.changed)
        setBusy(alertId, {}); // else the event does it
    if (!outcome.ok) {
        const Alert *alert = find(alertId);
        const QString what = alert ? tr("%1 %2").arg(alert->sourceName, alert->code) : alertId;
        const QString why = outcome.message.isEmpty() ? outcome.code : outcome.message;
        Q_EMIT refused(tr("%1 was not acknowledged: %2").arg(what, why));
        if (alert && outcome.code == QLatin1String("superseded"))
            Q_EMIT superseded(alertId);
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
