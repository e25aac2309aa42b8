// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConnectionListModel.h"

#include "models/Format.h"

#include <utility>

namespace tocsin {

namespace {
constexpr double slowMs = 500;
constexpr qint64 behindBytes = 65'536;

QString rate(const ClientFlow &flow)
{
    if (!flow.perSecond)
        return format::unknown();
    constexpr double whole = 100;
    return ConnectionListModel::tr("%1/s").arg(format::number(*flow.perSecond, *flow.perSecond < whole ? 1 : 0));
}

QString milliseconds(const std::optional<double> &ms)
{
    return ms ? format::quantity(*ms, *ms < 10 ? 1 : 0, QStringLiteral("ms")) : format::unknown();
}
} // namespace

ConnectionListModel::ConnectionListModel(ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_clock(std::move(clock))
{
}

int ConnectionListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> ConnectionListModel::roleNames() const
{
    return {{ClientIdRole, "clientId"},     {DialectRole, "dialect"}, {PathRole, "path"},
            {UserTextRole, "userText"},     {AddressRole, "address"}, {AgeTextRole, "ageText"},
            {SubscribedRole, "subscribed"}, {InTextRole, "inText"},   {OutTextRole, "outText"},
            {RoundTripRole, "roundTrip"},   {QualityRole, "quality"}, {QualityTextRole, "qualityText"}};
}

QVariant ConnectionListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto &[client, quality] = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case ClientIdRole:
        return client.id;
    case DialectRole:
        return dialectText(client.dialect);
    case PathRole:
        return client.path;
    case UserTextRole:
        return userText(client);
    case AddressRole:
        return client.address;
    case AgeTextRole:
        return format::age(secondsBetween(client.since, m_clock.now()));
    case SubscribedRole:
        return client.subscriptions;
    case InTextRole:
        return rate(client.in);
    case OutTextRole:
        return rate(client.out);
    case RoundTripRole:
        return milliseconds(client.roundTripMs);
    case QualityRole:
        return int(quality);
    case QualityTextRole:
        return qualityText(quality);
    default:
        return {};
    }
}

QString ConnectionListModel::dialectText(const QString &dialect)
{
    const QHash<QString, QString> names{
        {QStringLiteral("native"), tr("Native")},       {QStringLiteral("dialect1"), tr("Vehicle")},
        {QStringLiteral("dialect2"), tr("IoT hub")},    {QStringLiteral("dialect3"), tr("Hardware")},
        {QStringLiteral("dialect4"), tr("Monitoring")}, {QStringLiteral("dialect5"), tr("Emergency")}};
    return names.value(dialect, dialect);
}

QString ConnectionListModel::userText(const ClientInfo &client)
{
    if (!client.userName.isEmpty())
        return client.userName;
    return client.userId.isEmpty() ? format::unknown() : client.userId;
}

QString ConnectionListModel::qualityText(Quality quality)
{
    switch (quality) {
    case Good:
        return tr("good");
    case Slow:
        return tr("slow");
    case Behind:
        return tr("falls behind");
    case Losing:
        return tr("loses frames");
    case Unknown:
        break;
    }
    return format::unknown();
}

ConnectionListModel::Quality ConnectionListModel::judge(const ClientInfo &now, const ClientInfo *before)
{
    if (before != nullptr && now.lost > before->lost)
        return Losing;
    if (now.waitingBytes >= behindBytes || (before != nullptr && now.conflated > before->conflated))
        return Behind;
    if (!now.roundTripMs)
        return Unknown;
    return now.roundTripP95Ms.value_or(*now.roundTripMs) > slowMs ? Slow : Good;
}

void ConnectionListModel::apply(const ClientsUpdate &update)
{
    if (update.full) {
        beginResetModel();
        m_rows.clear();
        m_where.clear();
        for (const ClientInfo &client : update.clients) {
            m_where.insert(client.id, int(m_rows.size()));
            m_rows.append({client, judge(client, nullptr)});
        }
        endResetModel();
        return;
    }
    for (const QString &id : update.gone)
        remove(id);
    for (const ClientInfo &client : update.clients)
        put(client);
}

void ConnectionListModel::put(const ClientInfo &client)
{
    const int row = rowOf(client.id);
    if (row >= 0) {
        m_rows[row] = {client, judge(client, &m_rows[row].info)};
        Q_EMIT dataChanged(index(row), index(row));
        return;
    }
    if (count() >= ClientsUpdate::mostClients)
        return;
    beginInsertRows({}, count(), count());
    m_where.insert(client.id, count());
    m_rows.append({client, judge(client, nullptr)});
    endInsertRows();
}

void ConnectionListModel::remove(const QString &id)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    m_where.remove(id);
    for (int i = row; i < m_rows.size(); ++i)
        m_where[m_rows[i].info.id] = i;
    endRemoveRows();
}

void ConnectionListModel::clear()
{
    apply({true, 0, {}, {}, {}});
}

void ConnectionListModel::refreshAges()
{
    if (count() > 0)
        Q_EMIT dataChanged(index(0), index(count() - 1), {AgeTextRole});
}

} // namespace tocsin
