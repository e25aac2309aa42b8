// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/StreamTables.h"

#include "server/store/Database.h"

namespace tocsin {

StreamTables::StreamTables(Database &db)
    : m_db(db)
    , m_newStream(db.prepare(QStringLiteral("INSERT INTO streams (id, name, head) VALUES (?,?,0)")))
    , m_position(db.prepare(QStringLiteral("INSERT INTO stream_events (stream, seq, event_seq) VALUES (?,?,?)")))
    , m_head(db.prepare(QStringLiteral("UPDATE streams SET head=? WHERE id=?")))
{
}

bool StreamTables::load()
{
    m_streams.clear();
    m_touched.clear();
    m_lastId = 0;
    Statement q = m_db.prepare(QStringLiteral("SELECT id, name, head FROM streams ORDER BY id"));
    if (!m_db.run(q))
        return false;
    while (m_db.next(q)) {
        m_lastId = q.integer(0);
        m_streams.insert(q.text(1), {m_lastId, q.integer(2)});
    }
    return !q.failed();
}

bool StreamTables::add(const QList<StreamPosition> &positions, qint64 eventSeq)
{
    m_error.clear();
    for (const StreamPosition &position : positions) {
        auto stream = m_streams.find(position.stream);
        const qint64 head = stream == m_streams.end() ? 0 : stream->head;
        if (position.seq != head + 1) {
            m_error = QStringLiteral("number %1 of the stream \"%2\" does not follow %3")
                          .arg(position.seq)
                          .arg(position.stream)
                          .arg(head);
            return false;
        }
        if (stream == m_streams.end()) {
            m_newStream.bind(0, m_lastId + 1);
            m_newStream.bind(1, position.stream);
            if (!m_db.run(m_newStream))
                return false;
            stream = m_streams.insert(position.stream, {++m_lastId, 0});
            m_touched.insert(position.stream, -1);
        } else if (!m_touched.contains(position.stream)) {
            m_touched.insert(position.stream, head);
        }
        m_position.bind(0, stream->id);
        m_position.bind(1, position.seq);
        m_position.bind(2, eventSeq);
        if (!m_db.run(m_position))
            return false;
        stream->head = position.seq;
    }
    return true;
}

bool StreamTables::writeHeads()
{
    m_error.clear();
    for (auto it = m_touched.cbegin(); it != m_touched.cend(); ++it) {
        const Stream stream = m_streams.value(it.key());
        m_head.bind(0, stream.head);
        m_head.bind(1, stream.id);
        if (!m_db.run(m_head))
            return false;
    }
    return true;
}

void StreamTables::rolledBack()
{
    for (auto it = m_touched.cbegin(); it != m_touched.cend(); ++it) {
        if (it.value() < 0)
            m_streams.remove(it.key());
        else
            m_streams[it.key()].head = it.value();
    }
    m_touched.clear();
    m_lastId = 0;
    for (const Stream &stream : std::as_const(m_streams))
        m_lastId = std::max(m_lastId, stream.id);
}

QHash<QString, qint64> StreamTables::heads() const
{
    QHash<QString, qint64> heads;
    heads.reserve(m_streams.size());
    for (auto it = m_streams.cbegin(); it != m_streams.cend(); ++it)
        heads.insert(it.key(), it->head);
    return heads;
}

} // namespace tocsin
