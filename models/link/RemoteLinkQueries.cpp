// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemoteLink.h"
#include "models/wire/IncidentCodec.h"
#include "models/wire/ReadingCodec.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonArray>

#include <utility>

// What of RemoteLink asks and changes nothing: history, alerts, the log of one, contacts. Nobody keeps a question beyond its connection.

namespace tocsin {

namespace {
template<class What>
bool isAbout(std::size_t index)
{
    return decltype(wire::Query::what)(What{}).index() == index;
}
} // namespace

quint64 RemoteLink::ask(const decltype(wire::Query::what) &what)
{
    const AskedQuery asked{++m_lastQuery, what.index()};
    if (!m_welcomed) {
        const wire::Reply away = wire::Reply::refusal({}, QStringLiteral("offline"), tr("The server is away."));
        QMetaObject::invokeMethod(this, [this, asked, away] { answerQuery(asked, away); }, Qt::QueuedConnection);
        return asked.id;
    }
    const QString onWire = QStringLiteral("query-%1").arg(asked.id);
    m_queries.insert(onWire, asked);
    send(wire::Query{onWire, what});
    return asked.id;
}

quint64 RemoteLink::requestHistory(const HistoryQuery &query)
{
    return ask(query);
}

quint64 RemoteLink::requestAlerts(const AlertsQuery &query)
{
    return ask(query);
}

quint64 RemoteLink::requestAlertLog(const AlertLogQuery &query)
{
    return ask(query);
}

quint64 RemoteLink::requestContacts(const QString &userId)
{
    return ask(wire::ContactsQuery{userId});
}

void RemoteLink::answerQuery(const AskedQuery &asked, const wire::Reply &reply)
{
    QString error = reply.message;
    if (isAbout<HistoryQuery>(asked.what)) {
        const auto history = reply.ok ? wire::historyFromJson(reply.result, &error) : std::nullopt;
        Q_EMIT historyReady(asked.id, history.value_or(HistoryResult{error, {}}));
    } else if (isAbout<AlertsQuery>(asked.what)) {
        const QJsonArray array = reply.result.value(QLatin1String("alerts")).toArray();
        const auto alerts = reply.ok ? wire::alertsFromJson(array, &error) : std::nullopt;
        Q_EMIT alertsReady(asked.id, AlertsResult{alerts ? QString() : error, alerts.value_or(QList<Alert>()), 0});
    } else if (isAbout<AlertLogQuery>(asked.what)) {
        const auto log = reply.ok ? wire::alertLogFromJson(reply.result, &error) : std::nullopt;
        Q_EMIT alertLogReady(asked.id, log.value_or(AlertLogResult{error, {}}));
    } else {
        const auto contacts = reply.ok ? wire::contactsFromJson(reply.result, &error) : std::nullopt;
        const auto code = contacts ? ContactsAnswer::Code::Done : ContactsAnswer::Code::Failed;
        Q_EMIT contactsReady(asked.id, {code, contacts.value_or(QList<EmergencyContact>())});
    }
}

void RemoteLink::giveUpQueries(const QString &why)
{
    const QHash<QString, AskedQuery> queries = std::exchange(m_queries, {});
    for (const AskedQuery &asked : queries)
        answerQuery(asked, wire::Reply::refusal({}, QStringLiteral("offline"), why));
}

} // namespace tocsin
