// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemoteLink.h"

#include "models/wire/IncidentCodec.h"
#include "models/wire/ReadingCodec.h"
#include "models/wire/SnapshotCodec.h"

#include <utility>

// What changes nothing: questions about what was. Nothing waits for a server that is away.

namespace tocsin {

using Asked = OpenQuery::Asked;

quint64 RemoteLink::requestHistory(const HistoryQuery &query)
{
    return ask(Asked::History, {{}, query});
}

quint64 RemoteLink::requestAlerts(const AlertsQuery &query)
{
    return ask(Asked::Alerts, {{}, query});
}

quint64 RemoteLink::requestAlertEvents(const AlertEventsQuery &query)
{
    return ask(Asked::AlertEvents, {{}, query});
}

quint64 RemoteLink::requestAlertLog(const AlertLogQuery &query)
{
    return ask(Asked::AlertLog, {{}, query});
}

quint64 RemoteLink::requestContacts(const QString &userId)
{
    return ask(Asked::Contacts, {{}, wire::ContactsQuery{userId}});
}

quint64 RemoteLink::ask(Asked what, wire::Query query)
{
    const OpenQuery open{++m_lastQuery, what};
    if (!m_welcomed) {
        const auto away = wire::Reply::refusal({}, QStringLiteral("offline"), tr("The server is away."));
        QMetaObject::invokeMethod(this, [this, open, away] { answer(open, away); }, Qt::QueuedConnection);
        return open.id;
    }
    query.id = QStringLiteral("query-%1").arg(open.id);
    m_queries.insert(query.id, open);
    send(query);
    return open.id;
}

void RemoteLink::answer(const OpenQuery &query, const wire::Reply &reply)
{
    QString error = reply.message;
    switch (query.what) {
    case Asked::History: {
        const auto result = reply.ok ? wire::historyFromJson(reply.result, &error) : std::nullopt;
        Q_EMIT historyReady(query.id, result.value_or(HistoryResult{error, {}}));
        break;
    }
    case Asked::Alerts: {
        const auto result = reply.ok ? wire::alertsResultFromJson(reply.result, &error) : std::nullopt;
        Q_EMIT alertsReady(query.id, result.value_or(AlertsResult{error, {}, 0}));
        break;
    }
    case Asked::AlertEvents: {
        const auto result = reply.ok ? wire::alertEventsFromJson(reply.result, &error) : std::nullopt;
        Q_EMIT alertEventsReady(query.id, result.value_or(AlertEventsResult{error, {}, 0}));
        break;
    }
    case Asked::AlertLog: {
        const auto result = reply.ok ? wire::alertLogFromJson(reply.result, &error) : std::nullopt;
        Q_EMIT alertLogReady(query.id, result.value_or(AlertLogResult{error, {}}));
        break;
    }
    case Asked::Contacts: {
        const auto contacts = reply.ok ? wire::contactsFromJson(reply.result, &error) : std::nullopt;
        const auto code = contacts ? ContactsAnswer::Code::Done : ContactsAnswer::Code::Failed;
        Q_EMIT contactsReady(query.id, {code, contacts.value_or(QList<EmergencyContact>())});
        break;
    }
    }
}

void RemoteLink::giveUpQueries(const QString &why)
{
    const auto refusal = wire::Reply::refusal({}, QStringLiteral("offline"), why);
    const QHash<QString, OpenQuery> queries = std::exchange(m_queries, {});
    for (const OpenQuery &query : queries)
        answer(query, refusal);
}

} // namespace tocsin
