// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertTable.h"

#include "models/AlertWords.h"
#include "models/Format.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tocsin {

namespace {

template<class T>
int order(const T &a, const T &b)
{
    return a < b ? -1 : b < a ? 1 : 0;
}

/// As the queue has it: who calls for an operator, the worst, what is still bad.
auto urgency(const Alert &alert)
{
    const bool returned = alert.cond == AlertCondition::Clear || alert.cond == AlertCondition::Canceled;
    return std::tuple(!isWaiting(alert), -int(alert.level), returned);
}

} // namespace

AlertTable::AlertTable(AlertListModel &alerts, AlertListModel &past, const DeskLink &link, QObject *parent)
    : OrderedProxy(parent)
    , m_alerts(alerts)
    , m_past(past)
    , m_list(&alerts)
    , m_link(link)
{
    OrderedProxy::setSourceModel(m_list);
}

QHash<int, QByteArray> AlertTable::roleNames() const
{
    QHash<int, QByteArray> names = m_list->roleNames();
    names.insert(MarkedRole, "marked");
    return names;
}

QVariant AlertTable::data(const QModelIndex &index, int role) const
{
    if (role == MarkedRole)
        return index.isValid() && m_marked.contains(alertIdAt(index.row()));
    return OrderedProxy::data(index, role);
}

void AlertTable::setTab(Tab tab)
{
    if (tab == m_tab || tab < Active || tab > History)
        return;
    clearMarks();
    m_held = false;
    const bool other = (tab == History) != (m_tab == History);
    m_tab = tab;
    if (other) {
        m_list = tab == History ? &m_past : &m_alerts;
        OrderedProxy::setSourceModel(m_list);
    } else {
        refilter();
    }
    Q_EMIT heldChanged();
    Q_EMIT tabChanged();
}

// --- the filter bar

void AlertTable::narrow(const Filter &filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    m_words = filter.text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const bool held = std::exchange(m_held, false); // the operator asked for other rows
    refilter();
    m_held = held;
    Q_EMIT filterChanged();
}

void AlertTable::setText(const QString &text)
{
    Filter filter = m_filter;
    filter.text = text;
    narrow(filter);
}

void AlertTable::setLevel(int level)
{
    Filter filter = m_filter;
    filter.level = std::clamp(level, -1, int(AlertListModel::Emergency));
    narrow(filter);
}

void AlertTable::setKind(int kind)
{
    Filter filter = m_filter;
    filter.kind = std::clamp(kind, -1, int(AlertListModel::Incident));
    narrow(filter);
}

void AlertTable::setSource(const QString &source)
{
    Filter filter = m_filter;
    filter.source = source;
    narrow(filter);
}

void AlertTable::setMine(bool mine)
{
    Filter filter = m_filter;
    filter.mine = mine;
    narrow(filter);
}

void AlertTable::setSimulated(int simulated)
{
    Filter filter = m_filter;
    filter.simulated = std::clamp(simulated, -1, 1);
    narrow(filter);
}

void AlertTable::clearFilter()
{
    narrow({});
}

bool AlertTable::accepts(int sourceRow) const
{
    const Alert &alert = m_list->at(sourceRow);
    if (m_tab == History) {
        if (isOpen(alert))
            return false;
    } else if (!isOpen(alert) || int(alert.hold) != int(m_tab)) {
        return false;
    }
    if (m_filter.level >= 0 && int(alert.level) != m_filter.level)
        return false;
    if (m_filter.kind >= 0 && int(alert.kind) != m_filter.kind)
        return false;
    if (!m_filter.source.isEmpty() && alert.source != m_filter.source)
        return false;
    if (m_filter.simulated >= 0 && alert.simulated != (m_filter.simulated == 1))
        return false;
    if (m_filter.mine && !AlertWords::isOwn(alert, m_link.self()))
        return false;
    return std::all_of(m_words.cbegin(), m_words.cend(), [&alert](const QString &word) {
        const auto holds = [&word](const QString &text) { return text.contains(word, Qt::CaseInsensitive); };
        return holds(alert.sourceName) || holds(alert.source) || holds(alert.code) || holds(alert.title) ||
               holds(alert.message) || holds(alert.id) || (alert.care && holds(alert.care->ownerName));
    });
}

static_assert(int(AlertTable::Active) == int(AlertHold::None) && int(AlertTable::Shelved) == int(AlertHold::Shelved) &&
              int(AlertTable::Suppressed) == int(AlertHold::Suppressed) &&
              int(AlertTable::OutOfService) == int(AlertHold::OutOfService));

// --- the order

int AlertTable::compare(const Alert &a, const Alert &b) const
{
    const auto number = [](const std::optional<double> &value) { return value.value_or(-1e300); };
    switch (m_column) {
    case State:
        return m_tab == History ? order(b.raisedAt, a.raisedAt) : order(urgency(a), urgency(b));
    case Level:
        return order(int(b.level), int(a.level));
    case What:
        return format::naturalCompare(a.code, b.code);
    case Who:
        return format::naturalCompare(AlertWords::who(a), AlertWords::who(b));
    case Value:
        return order(number(b.value), number(a.value));
    case Age:
        return order(b.raisedAt, a.raisedAt); // the youngest first
    case Occurrences:
        return order(std::pair(b.occurrence, b.count), std::pair(a.occurrence, a.count));
    case Owner:
        return format::naturalCompare(AlertWords::owner(b, m_link.self()), AlertWords::owner(a, m_link.self()));
    }
    return 0;
}

bool AlertTable::before(int a, int b) const
{
    const Alert &x = m_list->at(a);
    const Alert &y = m_list->at(b);
    const int by = m_descending ? compare(y, x) : compare(x, y);
    return by != 0 ? by < 0 : std::tie(x.raisedAt, x.id) < std::tie(y.raisedAt, y.id);
}

bool AlertTable::isOrderRole(int role) const
{
    return role != AlertListModel::AgeTextRole && role != AlertListModel::DetailTextRole &&
           role != AlertListModel::PendingRole && role != AlertListModel::BusyTextRole;
}

void AlertTable::sortBy(int column)
{
    const auto chosen = static_cast<Column>(std::clamp(column, int(State), int(Owner)));
    m_descending = chosen == m_column && !m_descending;
    m_column = chosen;
    const bool held = std::exchange(m_held, false);
    refilter();
    m_held = held;
    Q_EMIT sortChanged();
}

void AlertTable::setHeld(bool held)
{
    if (held == m_held)
        return;
    m_held = held;
    if (!held)
        refilter();
    Q_EMIT heldChanged();
}

int AlertTable::rowOf(const QString &alertId) const
{
    return proxyRow(m_list->rowOf(alertId));
}

QString AlertTable::alertIdAt(int row) const
{
    const int source = sourceRow(row);
    return source < 0 ? QString() : m_list->at(source).id;
}

// --- marks

/// Who is no longer shown is no longer marked: nothing is done to what cannot be seen.
void AlertTable::sourceChanged()
{
    const qsizetype before = m_marked.size();
    m_marked.removeIf([this](const QString &id) { return rowOf(id) < 0; });
    if (m_marked.size() != before)
        Q_EMIT markedChanged();
}

QStringList AlertTable::markedIds() const
{
    QList<int> rows;
    for (const QString &id : m_marked) {
        if (const int row = rowOf(id); row >= 0)
            rows.append(row);
    }
    std::sort(rows.begin(), rows.end());
    QStringList ids;
    for (const int row : std::as_const(rows))
        ids.append(alertIdAt(row));
    return ids;
}

void AlertTable::tellMarks(const QSet<QString> &changed)
{
    for (const QString &id : changed) {
        if (const int row = rowOf(id); row >= 0)
            Q_EMIT dataChanged(index(row, 0), index(row, 0), {MarkedRole});
    }
    if (!changed.isEmpty())
        Q_EMIT markedChanged();
}

void AlertTable::toggleMark(const QString &alertId)
{
    if (rowOf(alertId) < 0)
        return;
    m_anchor = alertId;
    if (!m_marked.remove(alertId))
        m_marked.insert(alertId);
    tellMarks({alertId});
}

void AlertTable::markTo(const QString &alertId)
{
    const int to = rowOf(alertId);
    const int from = rowOf(m_anchor);
    if (to < 0)
        return;
    if (from < 0)
        m_anchor = alertId;
    QSet<QString> fresh;
    const int start = from < 0 ? to : from;
    for (int row = std::min(start, to); row <= std::max(start, to); ++row)
        fresh.insert(alertIdAt(row));
    const QSet<QString> before = std::exchange(m_marked, fresh);
    tellMarks(before + fresh);
}

void AlertTable::markAll()
{
    QSet<QString> all;
    for (int row = 0; row < count(); ++row)
        all.insert(alertIdAt(row));
    m_marked = all;
    if (count() > 0)
        Q_EMIT dataChanged(index(0, 0), index(count() - 1, 0), {MarkedRole});
    Q_EMIT markedChanged();
}

void AlertTable::clearMarks()
{
    if (m_marked.isEmpty())
        return;
    tellMarks(std::exchange(m_marked, {}));
}

// --- what is remembered

QJsonObject AlertTable::remembered() const
{
    return {{QStringLiteral("tab"), int(m_tab)},
            {QStringLiteral("text"), m_filter.text},
            {QStringLiteral("level"), m_filter.level},
            {QStringLiteral("kind"), m_filter.kind},
            {QStringLiteral("source"), m_filter.source},
            {QStringLiteral("mine"), m_filter.mine},
            {QStringLiteral("simulated"), m_filter.simulated},
            {QStringLiteral("column"), int(m_column)},
            {QStringLiteral("descending"), m_descending}};
}

void AlertTable::restore(const QJsonObject &remembered)
{
    const auto number = [&remembered](const char *key, int otherwise, int least, int most) {
        const int value = remembered.value(QLatin1String(key)).toInt(otherwise);
        return value < least || value > most ? otherwise : value;
    };
    Filter filter;
    filter.text = remembered.value(QLatin1String("text")).toString();
    filter.level = number("level", -1, -1, int(AlertListModel::Emergency));
    filter.kind = number("kind", -1, -1, int(AlertListModel::Incident));
    filter.source = remembered.value(QLatin1String("source")).toString();
    filter.mine = remembered.value(QLatin1String("mine")).toBool();
    filter.simulated = number("simulated", -1, -1, 1);
    setTab(static_cast<Tab>(number("tab", 0, Active, History)));
    m_column = static_cast<Column>(number("column", 0, State, Owner));
    m_descending = remembered.value(QLatin1String("descending")).toBool();
    narrow(filter);
    refilter();
    Q_EMIT sortChanged();
}

} // namespace tocsin
