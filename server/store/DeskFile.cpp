// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskFile.h"

#include "server/store/DeskSchema.h"
#include "server/store/DeskTables.h"
#include "server/store/EventRow.h"
#include "server/store/Logging.h"
#include "server/store/RequestTable.h"
#include "server/store/StreamTables.h"

#include <sodium.h>

namespace tocsin {

struct DeskFile::Tables
{
    Tables(Database &db, const QByteArray &requestsDigest)
        : event(db.prepare(
              QStringLiteral("INSERT INTO events (%1) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)").arg(eventColumns())))
        , head(db.prepare(QStringLiteral("UPDATE head SET seq=?, hash=?, requests=?, at=?, signature=?")))
        , projections(db)
        , streams(db)
        , requests(db, requestsDigest)
    {
    }
    Statement event;
    Statement head;
    DeskTables projections;
    StreamTables streams;
    RequestTable requests;
};

DeskFile::DeskFile() = default;

DeskFile::~DeskFile()
{
    close();
}

QString DeskFile::open(const QString &path, const Options &options)
{
    close();
    if (sodium_init() < 0) // picks the fastest hash that the processor has
        return QStringLiteral("The cryptographic library cannot be used.");
    Database::Options how = deskFileOptions();
    how.vfs = options.vfs;
    if (options.checkpointPages > 0)
        how.checkpointPages = options.checkpointPages;
    if (const auto result = m_db.open(path, how); !result.error.isEmpty()) {
        m_db.close();
        return result.error;
    }
    const auto damaged = [&](const QString &reason) {
        m_db.close();
        return QStringLiteral("The file %1 is damaged (%2): restore it from a backup or move it away.")
            .arg(path, reason.simplified());
    };
    // Nothing has failed yet since the file was opened.
    const auto failed = [&] { return m_db.lastFailure() != Database::Failure::None; };
    const auto unreadable = [&] {
        m_tables.reset();
        if (m_db.lastFailure() == Database::Failure::Corrupt)
            return damaged(m_db.lastError());
        m_db.close();
        return QStringLiteral("The file %1 cannot be read: %2.").arg(path, m_db.lastError());
    };
    const QString health = m_db.value(QStringLiteral("PRAGMA quick_check(1)")).toString();
    if (failed())
        return unreadable();
    if (health != QLatin1String("ok"))
        return damaged(health);
    SignedHead stored;
    const QString problem = findEnd(&stored);
    if (failed())
        return unreadable();
    if (!problem.isEmpty())
        return damaged(problem);
    m_key = options.key;
    m_tables = std::make_unique<Tables>(m_db, stored.requests);
    // A statement that could not be prepared would refuse its rows for ever.
    if (failed() || !m_tables->streams.load() || !takeKey(stored))
        return unreadable();
    return {};
}

QString DeskFile::findEnd(SignedHead *stored)
{
    Statement head = m_db.prepare(QStringLiteral("SELECT seq, hash, requests, at, signature FROM head"));
    if (!m_db.run(head) || !m_db.next(head))
        return QStringLiteral("it does not say where its event log ends");
    m_end = {head.integer(0), head.integer(3), head.bytes(1)};
    m_epoch = m_queries.epoch();
    *stored = {m_epoch, m_end.seq, m_end.hash, head.bytes(2), m_end.at, {}, head.bytes(4)};
    stored->publicKey = QByteArray::fromHex(
        m_db.value(QStringLiteral("SELECT value FROM meta WHERE name='head_key'")).toString().toLatin1());
    head.finish();
    Statement last = m_db.prepare(QStringLiteral("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"));
    const bool any = m_db.run(last) && m_db.next(last);
    if (last.failed() || stored->requests.size() != hashBytes || m_end.seq != (any ? last.integer(0) : 0) ||
        m_end.hash != (any ? last.bytes(1) : firstHash()))
        return QStringLiteral("its event log does not end where its head says; tocsin verify tells more");
    m_head = m_end.seq;
    m_committed = m_end;
    return {};
}

/// The key's public half is kept with the file; a head that it has not signed is signed now.
bool DeskFile::takeKey(const SignedHead &stored)
{
    m_signed = stored;
    if (!m_key.isValid() || (stored.publicKey == m_key.publicKey() && stored.isGenuine()))
        return true;
    if (!stored.signature.isEmpty())
        qCWarning(lcStore).noquote() << "the log's head in" << m_db.path()
                                     << "was not signed with this server's key; tocsin verify tells more";
    Statement put =
        m_db.prepare(QStringLiteral("INSERT INTO meta VALUES ('head_key', ?) ON CONFLICT(name) DO UPDATE SET"
                                    " value=excluded.value"));
    put.bind(0, QString::fromLatin1(m_key.publicKey().toHex()));
    if (m_db.begin() && m_db.run(put) && commit())
        return true;
    rollback();
    return false;
}

void DeskFile::close()
{
    m_tables.reset();
    m_db.close();
    m_head = 0;
    m_end = m_committed = {};
}

bool DeskFile::fail()
{
    m_error = m_db.lastError();
    return false;
}

QString DeskFile::doesNotFollow(qint64 seq, qint64 head)
{
    return QStringLiteral("event %1 does not follow event %2").arg(seq).arg(head);
}

bool DeskFile::insert(const Event &event)
{
    if (event.seq != m_head + 1) {
        m_error = doesNotFollow(event.seq, m_head);
        return false;
    }
    EventRow row = EventRow::of(event);
    row.hash = row.chained(m_end.hash);
    Statement &q = m_tables->event;
    q.bind(0, row.seq);
    q.bind(1, row.at);
    int parameter = 2;
    for (const QByteArray *text : {&row.stream, &row.kind, &row.actorKind, &row.actorId, &row.actorName,
                                   &row.actorSession, &row.requestId, &row.body, &row.streams})
        q.bindText(parameter++, *text);
    q.bindBlob(parameter, row.hash);
    if (!m_db.run(q) || !m_tables->projections.project(event, row.body))
        return fail();
    if (!m_tables->streams.add(event.streams, event.seq)) {
        m_error = m_tables->streams.error();
        return m_error.isEmpty() ? fail() : false;
    }
    m_head = event.seq;
    m_end = {row.seq, row.at, row.hash};
    return true;
}

bool DeskFile::remember(const RememberedRequest &request)
{
    if (request.seq > m_head) { // its answer tells of something that is not stored
        m_error = QStringLiteral("a request follows event %1, the log ends at %2").arg(request.seq).arg(m_head);
        return false;
    }
    m_end.at = std::max(m_end.at, toEpochMicros(request.at));
    return m_tables->requests.add(request) || fail();
}

bool DeskFile::writeEnd()
{
    m_written = {m_epoch, m_end.seq, m_end.hash, m_tables->requests.digest(), m_end.at, {}, {}};
    if (m_key.isValid())
        m_key.sign(m_written);
    Statement &q = m_tables->head;
    q.bind(0, m_written.seq);
    q.bindBlob(1, m_written.hash);
    q.bindBlob(2, m_written.requests);
    q.bind(3, m_written.at);
    q.bindBlob(4, m_written.signature);
    return m_db.run(q);
}

bool DeskFile::commit()
{
    if (!m_tables->requests.purge(fromEpochMicros(m_end.at)) || !m_tables->streams.writeHeads() || !writeEnd() ||
        !m_db.commit())
        return fail();
    m_tables->streams.committed();
    m_tables->requests.committed();
    m_committed = m_end;
    m_signed = m_written;
    return true;
}

void DeskFile::rollback()
{
    m_db.rollback();
    m_end = m_committed;
    m_head = m_end.seq;
    if (m_tables) {
        m_tables->streams.rolledBack();
        m_tables->requests.rolledBack();
    }
}

QString DeskFile::prune(TimePoint before)
{
    if (m_db.begin() && m_tables->projections.prune(before) && m_db.commit())
        return {};
    const QString reason = m_db.lastError();
    m_db.rollback();
    return QStringLiteral("Old rows of %1 cannot be removed: %2.").arg(m_db.path(), reason);
}

bool DeskFile::renewEpoch()
{
    const QString before = m_epoch;
    const auto change = [this] {
        if (!m_db.exec(QStringLiteral("UPDATE meta SET value=lower(hex(randomblob(8))) WHERE name='epoch'")))
            return fail();
        m_epoch = m_queries.epoch(); // the head is signed with it
        return !m_epoch.isEmpty() || fail();
    };
    if (begin() && change() && commit())
        return true;
    rollback();
    m_epoch = before;
    return false;
}

} // namespace tocsin
