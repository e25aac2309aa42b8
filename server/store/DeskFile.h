// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"
#include "server/store/Database.h"

#include <memory>

namespace tocsin {

/// desk.db: the append-only event log and the tables projected from it. Used by LogStore alone, on one thread.
/// The log is the truth; its tables (DeskTables) change in the same transaction and can be rebuilt from it.
/// The file itself refuses to update or delete an event and to leave a gap in seq (triggers).
class DeskFile
{
public:
    DeskFile();
    ~DeskFile();
    DeskFile(const DeskFile &) = delete;
    DeskFile &operator=(const DeskFile &) = delete;

    /// Opens or makes the file, checks it (quick_check) and reads its head. Empty: all went well.
    [[nodiscard]] QString open(const QString &path);
    void close();

    [[nodiscard]] qint64 head() const { return m_head; } ///< seq of the last stored event; 0: none
    [[nodiscard]] Database &database() { return m_db; }

    [[nodiscard]] bool begin() { return m_db.begin() || fail(); }
    /// Inside a transaction. False: see error(); the transaction must be rolled back.
    [[nodiscard]] bool insert(const Event &event);
    [[nodiscard]] bool commit();
    void rollback();
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] static QString doesNotFollow(qint64 seq, qint64 head);

    struct Loaded
    {
        QString error;
        DeskSnapshot snapshot;
    };
    [[nodiscard]] Loaded load();
    [[nodiscard]] AlertsResult alerts(const AlertsQuery &query);
    /// The events after `seq`, oldest first, at most `limit`.
    [[nodiscard]] QList<Event> eventsAfter(qint64 seq, int limit, QString *error);
    /// Replays the whole log and compares with the tables; one sentence per difference, empty when they agree.
    [[nodiscard]] QStringList checkProjections();

private:
    struct Statements;
    bool fail();

    Database m_db;
    std::unique_ptr<Statements> m_statements;
    qint64 m_head = 0;          ///< with what the open transaction has inserted
    qint64 m_committedHead = 0; ///< without
    QString m_error;
};

} // namespace tocsin
