// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConnectionFilterModel.h"

#include "models/Format.h"

#include <algorithm>

namespace tocsin {

namespace {
template<class T>
int order(const T &a, const T &b)
{
    return a < b ? -1 : b < a ? 1 : 0;
}
} // namespace

ConnectionFilterModel::ConnectionFilterModel(ConnectionListModel &clients, QObject *parent)
    : OrderedProxy(parent)
    , m_clients(clients)
{
    OrderedProxy::setSourceModel(&clients);
}

void ConnectionFilterModel::setSearch(const QString &search)
{
    if (search == m_search)
        return;
    m_search = search;
    m_words = search.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    refilter();
    Q_EMIT searchChanged();
}

void ConnectionFilterModel::setHeld(bool held)
{
    if (held == m_held)
        return;
    m_held = held;
    if (!held)
        refilter();
    Q_EMIT heldChanged();
}

void ConnectionFilterModel::sortBy(Column column)
{
    m_descending = column == m_column && !m_descending;
    m_column = column;
    refilter();
    Q_EMIT sortChanged();
}

int ConnectionFilterModel::rowOf(const QString &clientId) const
{
    return proxyRow(m_clients.rowOf(clientId));
}

QString ConnectionFilterModel::clientIdAt(int row) const
{
    const int source = sourceRow(row);
    return source < 0 ? QString() : m_clients.at(source).id;
}

bool ConnectionFilterModel::accepts(int sourceRow) const
{
    const ClientInfo &client = m_clients.at(sourceRow);
    return std::all_of(m_words.cbegin(), m_words.cend(), [&client](const QString &word) {
        const auto holds = [&word](const QString &text) { return text.contains(word, Qt::CaseInsensitive); };
        return holds(client.dialect) || holds(ConnectionListModel::dialectText(client.dialect)) || holds(client.path) ||
               holds(client.userId) || holds(client.userName) || holds(client.address) || holds(client.id);
    });
}

int ConnectionFilterModel::compare(int a, int b) const
{
    const ClientInfo &x = m_clients.at(a);
    const ClientInfo &y = m_clients.at(b);
    switch (m_column) {
    case Dialect:
        return x.dialect == y.dialect ? format::naturalCompare(x.path, y.path) : order(x.dialect, y.dialect);
    case User:
        return format::naturalCompare(ConnectionListModel::userText(x), ConnectionListModel::userText(y));
    case Address:
        return format::naturalCompare(x.address, y.address);
    case Age:
        return order(y.since, x.since); // the youngest first
    case Subscriptions:
        return order(y.subscriptions, x.subscriptions);
    case In:
        return order(y.in.perSecond, x.in.perSecond);
    case Out:
        return order(y.out.perSecond, x.out.perSecond);
    case RoundTrip:
        return order(y.roundTripMs, x.roundTripMs);
    case Quality:
        return order(m_clients.qualityAt(b), m_clients.qualityAt(a));
    }
    return 0;
}

bool ConnectionFilterModel::before(int a, int b) const
{
    const int by = m_descending ? compare(b, a) : compare(a, b);
    if (by != 0)
        return by < 0;
    return format::naturalCompare(m_clients.at(a).id, m_clients.at(b).id) < 0;
}

bool ConnectionFilterModel::isOrderRole(int role) const
{
    return role != ConnectionListModel::AgeTextRole;
}

} // namespace tocsin
