// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/PeopleModel.h"

#include "models/Format.h"

#include <QSet>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
QString initialsOf(const QString &name)
{
    QString initials;
    const QStringList words = name.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (const QString &word : words) {
        const auto letter = std::find_if(word.cbegin(), word.cend(), [](QChar c) { return c.isLetterOrNumber(); });
        if (letter != word.cend())
            initials += letter->toUpper();
    }
    return initials.size() > 2 ? QString(initials.front()) + initials.back() : initials;
}
} // namespace

PeopleModel::PeopleModel(const AlertListModel &alerts, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_alerts(alerts)
    , m_clock(std::move(clock))
    , m_handledNews([this] { gather(); })
{
}

int PeopleModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> PeopleModel::roleNames() const
{
    return {{PersonIdRole, "personId"},   {PersonNameRole, "personName"},
            {InitialsRole, "initials"},   {RoleTextRole, "roleText"},
            {SinceTextRole, "sinceText"}, {HandlesTextRole, "handlesText"},
            {HandlesRole, "handles"},     {YouRole, "you"}};
}

QVariant PeopleModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case PersonIdRole:
        return row.person.id;
    case Qt::DisplayRole:
    case PersonNameRole:
        return row.person.name;
    case InitialsRole:
        return initialsOf(row.person.name);
    case RoleTextRole:
        return toString(row.person.role);
    case SinceTextRole:
        return row.sinceText;
    case HandlesTextRole:
        return row.handles.join(tr(", "));
    case HandlesRole:
        return int(row.handles.size());
    case YouRole:
        return row.you;
    default:
        return {};
    }
}

QString PeopleModel::summary() const
{
    QStringList names;
    for (const Row &row : m_rows)
        names.append(row.you ? tr("You") : row.person.name);
    return names.isEmpty() ? tr("nobody is on shift")
                           : tr("%1 on shift: %2").arg(names.size()).arg(names.join(tr(", ")));
}

void PeopleModel::assign(const QList<OnlinePerson> &people, const QString &selfId, const QString &selfName)
{
    QList<Row> rows;
    const TimePoint now = m_clock.now();
    for (const OnlinePerson &person : people) {
        if (person.role < tocsin::Role::Dispatcher)
            continue;
        const QString since = format::hourMinute(person.since, m_clock.zone);
        Row row{person, format::withDay(since, person.since, now, m_clock.zone), m_handled.value(person.name),
                person.id == selfId && person.name == selfName};
        if (row.person.name.isEmpty())
            row.person.name = person.id.isEmpty() ? tr("somebody") : person.id;
        rows.append(row);
    }
    std::sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
        return a.you != b.you ? a.you : QString::localeAwareCompare(a.person.name, b.person.name) < 0;
    });
    if (rows == m_rows)
        return;
    const bool other = rows.size() != m_rows.size();
    beginResetModel();
    m_rows = rows;
    endResetModel();
    if (other)
        Q_EMIT countChanged();
    Q_EMIT summaryChanged();
}

QString PeopleModel::handlerOf(const Alert &alert)
{
    const bool owned = alert.care && !alert.care->ownerName.isEmpty();
    const QString who = owned ? alert.care->ownerName : alert.acked ? alert.ackedBy : QString();
    return isOpen(alert) ? who : QString();
}

void PeopleModel::refreshHandled(bool hurry)
{
    m_handledNews.say(hurry);
}

void PeopleModel::gather()
{
    QHash<QString, QSet<QString>> handled;
    for (int row = 0; row < m_alerts.count(); ++row) {
        const Alert &alert = m_alerts.at(row);
        if (const QString who = handlerOf(alert); !who.isEmpty())
            handled[who].insert(alert.sourceName.isEmpty() ? alert.source : alert.sourceName);
    }
    m_handled.clear();
    for (auto it = handled.cbegin(); it != handled.cend(); ++it) {
        QStringList names = it->values();
        names.sort();
        m_handled.insert(it.key(), names);
    }
    for (int row = 0; row < m_rows.size(); ++row) {
        const QStringList handles = m_handled.value(m_rows[row].person.name);
        if (handles == m_rows[row].handles)
            continue;
        m_rows[row].handles = handles;
        Q_EMIT dataChanged(index(row), index(row), {HandlesTextRole, HandlesRole});
    }
}

} // namespace tocsin
