// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "server/store/Database.h"
#include "server/store/DeskQueries.h"
#include "server/store/SignedHead.h"
#include "server/store/Store.h"

#include <memory>

namespace tocsin {

/// desk.db, for its one writer: the append-only event log, what is projected from it, and the remembered requests. Used by LogStore
/// alone, on one thread. The log is the truth; everything else changes in the same transaction. Each event carries the hash
/// of the chain up to it, and `head` says where the chain ends. The file itself refuses to update or delete an event and to
/// leave a gap in seq (triggers).
/// With a key, `head` is signed in every transaction, so that rows cannot be taken away from the end either.
class DeskFile
{
public:
    struct Options
    {
        QString vfs{};           ///< see Database::Options
        HeadKey key{};           ///< signs the head with each commit; none: it stays unsigned
        int checkpointPages = 0; ///< see Database::Options; 0: as usual
    };
    using Loaded = DeskQueries::Loaded;

    DeskFile();
    ~DeskFile();
    DeskFile(const DeskFile &) = delete;
    DeskFile &operator=(const DeskFile &) = delete;

    /// Opens or makes the file, checks it (quick_check; that the log ends where `head` says). Empty: all went well.
    [[nodiscard]] QString open(const QString &path, const Options &options);
    [[nodiscard]] QString open(const QString &path) { return open(path, Options()); }
    void close();

    [[nodiscard]] qint64 head() const { return m_head; } ///< seq of the last stored event; 0: none
    [[nodiscard]] Database &database() { return m_db; }

    [[nodiscard]] bool begin() { return m_db.begin() || fail(); }
    /// Inside a transaction. False: see error(); the transaction must be rolled back.
    [[nodiscard]] bool insert(const Event &event);
    [[nodiscard]] bool remember(const RememberedRequest &request);
    [[nodiscard]] bool commit();
    void rollback();
    [[nodiscard]] QString error() const { return m_error; }
    /// As committed.
    [[nodiscard]] SignedHead signedHead() const { return m_signed; }
    [[nodiscard]] static QString doesNotFollow(qint64 seq, qint64 head);

    [[nodiscard]] Loaded load() { return m_queries.load(); }
    [[nodiscard]] QList<Event> eventsAfter(qint64 seq, int limit, QString *error)
    {
        return m_queries.eventsAfter(seq, limit, error);
    }
    /// See DeskTables::prune; a sentence when it failed: then nothing is taken away.
    [[nodiscard]] QString prune(TimePoint before);
    /// Makes this another log to its readers, as after a restore: positions in the one before mean nothing in it.
    [[nodiscard]] bool renewEpoch();

private:
    struct Tables;
    struct End ///< of the chain
    {
        qint64 seq = 0;
        qint64 at = 0;
        QByteArray hash;
    };
    [[nodiscard]] QString findEnd(SignedHead *stored);
    [[nodiscard]] bool takeKey(const SignedHead &stored);
    bool writeEnd();
    bool fail();

    Database m_db;
    DeskQueries m_queries{m_db};
    std::unique_ptr<Tables> m_tables;
    qint64 m_head = 0; ///< with what the open transaction has inserted
    End m_end;         ///< the same
    End m_committed;   ///< without
    HeadKey m_key;
    QString m_epoch;
    SignedHead m_written; ///< inside the open transaction
    SignedHead m_signed;
    QString m_error;
};

} // namespace tocsin
