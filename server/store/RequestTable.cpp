// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/RequestTable.h"

#include "server/store/Database.h"
#include "server/store/EventRow.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>

#include <sodium.h>

#include <utility>
#include <vector>

namespace tocsin {

namespace {
const QLatin1String okKey("ok");
const QLatin1String changedKey("changed");
const QLatin1String codeKey("code");
const QLatin1String messageKey("message");
const QLatin1String refKey("ref");

QByteArray encodeOutcome(const Outcome &outcome)
{
    QJsonObject object;
    object.insert(okKey, outcome.ok);
    object.insert(changedKey, outcome.changed);
    for (const auto &[key, text] :
         {std::pair(codeKey, outcome.code), std::pair(messageKey, outcome.message), std::pair(refKey, outcome.ref)}) {
        if (!text.isEmpty())
            object.insert(key, text);
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

std::optional<Outcome> decodeOutcome(const QByteArray &json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    if (!object.value(okKey).isBool())
        return std::nullopt;
    Outcome outcome;
    outcome.ok = object.value(okKey).toBool();
    outcome.changed = object.value(changedKey).toBool();
    outcome.code = object.value(codeKey).toString();
    outcome.message = object.value(messageKey).toString();
    outcome.ref = object.value(refKey).toString();
    return outcome;
}

struct RowHash
{
    crypto_generichash_state state{};
    RowHash() { crypto_generichash_init(&state, nullptr, 0, hashBytes); }
    void add(const QByteArray &bytes)
    {
        add(qint64(bytes.size()));
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char *>(bytes.constData()),
                                  static_cast<unsigned long long>(bytes.size()));
    }
    void add(qint64 number)
    {
        unsigned char raw[sizeof number];
        qToLittleEndian(number, raw);
        crypto_generichash_update(&state, raw, sizeof raw);
    }
    [[nodiscard]] QByteArray result()
    {
        QByteArray hash(hashBytes, Qt::Uninitialized);
        crypto_generichash_final(&state, reinterpret_cast<unsigned char *>(hash.data()), hashBytes);
        return hash;
    }
};
} // namespace

RequestTable::RequestTable(Database &db, const QByteArray &digest)
    : m_db(db)
    , m_insert(db.prepare(
          QStringLiteral("INSERT INTO requests (%1) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING").arg(columns())))
    , m_old(db.prepare(QStringLiteral("SELECT %1 FROM requests WHERE at<? ORDER BY at LIMIT %2")
                           .arg(columns())
                           .arg(purgedPerCommit)))
    , m_delete(db.prepare(QStringLiteral("DELETE FROM requests WHERE sender=? AND id=?")))
    , m_digest(digest)
    , m_committedDigest(digest)
{
}

QString RequestTable::columns()
{
    return QStringLiteral("sender, id, body_hash, outcome, seq, at, hash");
}

QString RequestTable::table()
{
    return QStringLiteral("CREATE TABLE requests (sender TEXT NOT NULL, id TEXT NOT NULL, body_hash BLOB NOT NULL,"
                          " outcome TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL,"
                          " PRIMARY KEY (sender, id)) WITHOUT ROWID");
}

std::optional<RememberedRequest> RequestTable::read(const Statement &row)
{
    const std::optional<Outcome> outcome = decodeOutcome(row.bytes(3));
    if (!outcome)
        return std::nullopt;
    return RememberedRequest{row.text(0), row.text(1),    row.bytes(2),
                             *outcome,    row.integer(4), fromEpochMicros(row.integer(5))};
}

QByteArray RequestTable::rowHash(const Statement &row)
{
    RowHash hash;
    for (int column = 0; column < 4; ++column)
        hash.add(row.bytes(column));
    hash.add(row.integer(4));
    hash.add(row.integer(5));
    return hash.result();
}

void RequestTable::mixIn(QByteArray &digest, const QByteArray &rowHash)
{
    for (int i = 0; i < hashBytes; ++i)
        digest[i] = char(digest.at(i) ^ rowHash.at(i));
}

bool RequestTable::add(const RememberedRequest &request)
{
    const QByteArray outcome = encodeOutcome(request.outcome);
    RowHash hash;
    hash.add(request.sender.toUtf8());
    hash.add(request.id.toUtf8());
    hash.add(request.bodyHash);
    hash.add(outcome);
    hash.add(request.seq);
    hash.add(toEpochMicros(request.at));
    const QByteArray own = hash.result();
    m_insert.bind(0, request.sender);
    m_insert.bind(1, request.id);
    m_insert.bindBlob(2, request.bodyHash);
    m_insert.bindText(3, outcome);
    m_insert.bind(4, request.seq);
    m_insert.bind(5, toEpochMicros(request.at));
    m_insert.bindBlob(6, own);
    if (!m_db.run(m_insert))
        return false;
    if (m_insert.changes() > 0)
        mixIn(m_digest, own);
    return true;
}

bool RequestTable::purge(TimePoint now)
{
    m_old.bind(0, toEpochMicros(now - kept));
    if (!m_db.run(m_old))
        return false;
    struct Old
    {
        QString sender;
        QString id;
        QByteArray hash;
    };
    std::vector<Old> rows;
    while (m_db.next(m_old))
        rows.push_back({m_old.text(0), m_old.text(1), rowHash(m_old)});
    if (m_old.failed())
        return false;
    for (const Old &old : rows) {
        m_delete.bind(0, old.sender);
        m_delete.bind(1, old.id);
        if (!m_db.run(m_delete))
            return false;
        mixIn(m_digest, old.hash);
    }
    return true;
}

} // namespace tocsin
