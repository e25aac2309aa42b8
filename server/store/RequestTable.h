// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/Statement.h"
#include "server/store/Store.h"

#include <QByteArray>

#include <optional>

namespace tocsin {

class Database;

/// The table `requests`: what was decided, for 24 hours. It is no projection of the log, so the signed head holds its digest: the
/// exclusive or of a hash of each row, which can be kept up to date in any order. The file's owner's thread; must be gone before
/// the database is closed.
class RequestTable
{
public:
    static constexpr Duration kept = std::chrono::hours(24);
    static constexpr int newestLoaded = 20'000;
    static constexpr int purgedPerCommit = 256;

    /// `digest` as the head says.
    RequestTable(Database &db, const QByteArray &digest);

    /// Inside a transaction. One that is there already is left as it is.
    [[nodiscard]] bool add(const RememberedRequest &request);
    /// Removes some of the rows that are older than `kept`.
    [[nodiscard]] bool purge(TimePoint now);
    void committed() { m_committedDigest = m_digest; }
    void rolledBack() { m_digest = m_committedDigest; }
    [[nodiscard]] QByteArray digest() const { return m_digest; }

    [[nodiscard]] static QString columns();
    [[nodiscard]] static QString table(); ///< CREATE TABLE
    /// nullopt: the row is none of ours.
    [[nodiscard]] static std::optional<RememberedRequest> read(const Statement &row);
    /// What the row's hash must be, from a query for columns(); the hash is its part of the digest.
    [[nodiscard]] static QByteArray rowHash(const Statement &row);
    static void mixIn(QByteArray &digest, const QByteArray &rowHash);

private:
    Database &m_db;
    Statement m_insert;
    Statement m_old;
    Statement m_delete;
    QByteArray m_digest;
    QByteArray m_committedDigest;
};

} // namespace tocsin
