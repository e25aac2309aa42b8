// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/store/Database.h"
#include "server/store/DeskTables.h"
#include "server/store/Store.h"

#include <optional>

namespace tocsin {

/// What is asked of desk.db. Over the writer's connection or one of its own; on that connection's thread. `db` outlives it.
class DeskQueries
{
public:
    explicit DeskQueries(Database &db) : m_db(db) {}

    struct Loaded
    {
        QString error;
        DeskSnapshot snapshot;
        RequestHistory requests;
    };
    /// The desk as it was left. Reads what it returns, not the log.
    [[nodiscard]] Loaded load();
    [[nodiscard]] AlertsResult alerts(const AlertsQuery &query);
    [[nodiscard]] EventsResult events(const EventsQuery &query);
    [[nodiscard]] AlertLogResult alertLog(const AlertLogQuery &query);
    [[nodiscard]] AlertEventsResult alertEvents(const AlertEventsQuery &query);
    [[nodiscard]] ChatResult messages(const ChatQuery &query) { return DeskTables::messages(m_db, query); }
    [[nodiscard]] std::optional<QStringList> attachmentThreads(const QString &id)
    {
        return DeskTables::attachmentThreads(m_db, id);
    }
    [[nodiscard]] RememberedResult remembered(const QString &sender, const QString &id);
    /// Before the database is closed.
    void close() { m_remembered.reset(); }
    /// The events after `seq`, oldest first, at most `limit`.
    [[nodiscard]] QList<Event> eventsAfter(qint64 seq, int limit, QString *error);
    [[nodiscard]] QString epoch();

private:
    [[nodiscard]] QList<Event> events(Statement &query, QString *error);
    [[nodiscard]] RequestHistory requests(QString *error);
    [[nodiscard]] QString unreadable() const;

    Database &m_db;
    std::optional<Statement> m_remembered; ///< asked for every request that the desk has forgotten
};

} // namespace tocsin
