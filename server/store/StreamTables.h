// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "server/store/Statement.h"

#include <QHash>
#include <QString>

namespace tocsin {

class Database;

/// The tables `streams` (name, head) and `stream_events` (which event is number n of a stream), written beside the log in its
/// transactions. The heads are kept in memory, so that an event costs one small insert per stream; each touched head is
/// written once, before COMMIT. The file's owner's thread; must be gone before the database is closed.
class StreamTables
{
public:
    explicit StreamTables(Database &db);

    /// Reads the heads. False: see the database.
    [[nodiscard]] bool load();
    /// Inside a transaction. False: error() says why, or is empty when the database does.
    [[nodiscard]] bool add(const QList<StreamPosition> &positions, qint64 eventSeq);
    [[nodiscard]] bool writeHeads();
    void committed() { m_touched.clear(); }
    void rolledBack();

    [[nodiscard]] QHash<QString, qint64> heads() const;
    [[nodiscard]] QString error() const { return m_error; }

private:
    struct Stream
    {
        qint64 id = 0;
        qint64 head = 0;
    };
    Database &m_db;
    Statement m_newStream;
    Statement m_position;
    Statement m_head;
    QHash<QString, Stream> m_streams;
    QHash<QString, qint64> m_touched; ///< heads as they were before the transaction; −1: there was no such stream
    qint64 m_lastId = 0;
    QString m_error;
};

} // namespace tocsin
