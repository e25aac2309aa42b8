// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/HistoryFile.h"

#include "server/store/Logging.h"

#include <QElapsedTimer>
#include <QVariant>
#include <QtEndian>

#include <algorithm>
#include <limits>

namespace tocsin {

namespace {
constexpr std::size_t maxNames = 65'536;
constexpr std::size_t maxDevices = 262'144;
constexpr std::size_t partsPerDevice = 256;
constexpr qint64 maxLooseBytes = 32LL * 1024 * 1024;
constexpr std::size_t readingsPerChunk = 1024;
constexpr qint64 hourUs = 3'600'000'000LL; // no chunk spans more, so that `last` bounds `first`
constexpr qint64 sliceNs = 10'000'000;
constexpr int expiredPerStep = 100;
constexpr int freePagesKept = 2'000; // 8 MB to write into again
constexpr int pagesPerStep = 500;

QList<QStringList> migrations()
{
    return {{
        QStringLiteral("CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"),
        QStringLiteral("CREATE TABLE devices (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"),
        QStringLiteral("CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL)"),
        QStringLiteral("CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL,"
                       " first INTEGER NOT NULL, last INTEGER NOT NULL, data BLOB NOT NULL)"),
        QStringLiteral("CREATE INDEX chunks_of_device ON chunks(device, last, first)"),
        QStringLiteral("CREATE INDEX chunks_by_age ON chunks(last)"),
        QStringLiteral("CREATE TABLE progress (frozen INTEGER NOT NULL, device INTEGER NOT NULL)"),
        QStringLiteral("INSERT INTO progress VALUES (0, 0)"),
    }};
}

// The journal row: for each part device, first, last, size (8 bytes each, little endian), then the bytes.
constexpr qsizetype partHeader = 32;

void putPart(QByteArray &row, quint32 device, const HistoryFile::Loose &part)
{
    char header[partHeader];
    qToLittleEndian<qint64>(device, header);
    qToLittleEndian<qint64>(part.first, header + 8);
    qToLittleEndian<qint64>(part.last, header + 16);
    qToLittleEndian<qint64>(part.bytes.size(), header + 24);
    row.append(header, partHeader);
    row.append(part.bytes);
}

qint64 saturated(qint64 at, qint64 plus)
{
    return at > std::numeric_limits<qint64>::max() - plus ? std::numeric_limits<qint64>::max() : at + plus;
}
} // namespace

struct HistoryFile::Statements
{
    explicit Statements(Database &db)
        : journal(db.prepare(QStringLiteral("INSERT INTO journal (data) VALUES (?)")))
        , name(db.prepare(QStringLiteral("INSERT INTO names VALUES (?,?)")))
        , device(db.prepare(QStringLiteral("INSERT INTO devices VALUES (?,?)")))
        , chunk(db.prepare(QStringLiteral("INSERT INTO chunks (device, first, last, data) VALUES (?,?,?,?)")))
        , progress(db.prepare(QStringLiteral("UPDATE progress SET frozen=?, device=?")))
        , readChunk(db.prepare(QStringLiteral("SELECT data FROM chunks WHERE id=?")))
    {
    }
    Statement journal;
    Statement name;
    Statement device;
    Statement chunk;
    Statement progress;
    Statement readChunk;
};

HistoryFile::HistoryFile() : m_nameToId([this](const QString &name) { return nameId(name); })
{
}

HistoryFile::~HistoryFile()
{
    close();
}

Database::OpenResult HistoryFile::open(const QString &path)
{
    close();
    Database::Options options;
    options.durability = Database::Durability::Normal;
    options.reclaimsSpace = true;
    options.migrations = migrations();
    Database::OpenResult result = m_db.open(path, options);
    // Bulk: fewer, larger checkpoints; and the log does not stay large after a peak.
    if (result.error.isEmpty() &&
        (!m_db.exec(QStringLiteral("PRAGMA wal_autocheckpoint=4000")) ||
         !m_db.value(QStringLiteral("PRAGMA journal_size_limit=67108864")).isValid() || !loadNames() || !recover())) {
        result.failure = m_db.lastFailure();
        if (result.failure == Database::Failure::None) // readable for SQLite, but not ours
            result.failure = Database::Failure::Corrupt;
        result.error = QStringLiteral("The file %1 cannot be read: %2.").arg(path, m_db.lastError());
    }
    if (!result.error.isEmpty()) {
        close();
        return result;
    }
    m_statements = std::make_unique<Statements>(m_db);
    return result;
}

void HistoryFile::close()
{
    m_statements.reset();
    m_db.close();
    m_names.clear();
    m_nameOf = {QString()};
    m_devices.clear();
    m_deviceOf = {QString()};
    m_new = {};
    m_namesFull = false;
    m_loose.clear();
    m_looseBytes = 0;
    m_mostLoose = 0;
    m_lastJournal = 0;
    m_frozen = 0;
    m_sortedUpTo = 0;
}

bool HistoryFile::loadNames()
{
    const auto load = [this](const QString &table, QHash<QString, quint32> &ids, std::vector<QString> &texts) {
        Statement q = m_db.prepare(QStringLiteral("SELECT id, name FROM %1 ORDER BY id").arg(table));
        if (!m_db.run(q))
            return false;
        while (m_db.next(q)) {
            if (std::size_t(q.integer(0)) != texts.size()) // given out without gaps
                return false;
            ids.insert(q.text(1), static_cast<quint32>(texts.size()));
            texts.push_back(q.text(1));
        }
        return !q.failed();
    };
    return load(QStringLiteral("names"), m_names, m_nameOf) && load(QStringLiteral("devices"), m_devices, m_deviceOf);
}

bool HistoryFile::recover()
{
    Statement progress = m_db.prepare(QStringLiteral("SELECT frozen, device FROM progress"));
    if (!m_db.run(progress) || !m_db.next(progress))
        return false;
    m_frozen = progress.integer(0);
    m_sortedUpTo = static_cast<quint32>(progress.integer(1));
    progress.finish();

    Statement q = m_db.prepare(QStringLiteral("SELECT id, data FROM journal ORDER BY id"));
    if (!m_db.run(q))
        return false;
    while (m_db.next(q)) {
        const qint64 row = q.integer(0);
        const QByteArray data = q.bytes(1);
        for (qsizetype at = 0; at < data.size();) {
            if (data.size() - at < partHeader)
                return false;
            const char *header = data.constData() + at;
            const auto device = qFromLittleEndian<qint64>(header);
            const auto size = qFromLittleEndian<qint64>(header + 24);
            at += partHeader;
            if (size < 0 || size > data.size() - at || device <= 0 || device >= qint64(m_deviceOf.size()))
                return false;
            // Already a chunk? Then the sorting was interrupted after this device.
            if (row > m_frozen || device > m_sortedUpTo)
                keepLoose(static_cast<quint32>(device), {row, qFromLittleEndian<qint64>(header + 8),
                                                         qFromLittleEndian<qint64>(header + 16), data.mid(at, size)});
            at += size;
        }
        m_lastJournal = row;
    }
    return !q.failed();
}

std::optional<quint32> HistoryFile::nameId(const QString &name)
{
    if (name.isEmpty())
        return 0;
    if (const auto it = m_names.constFind(name); it != m_names.cend())
        return *it;
    if (m_nameOf.size() >= maxNames) {
        if (!std::exchange(m_namesFull, true))
            qCWarning(lcHistory) << "the history knows" << maxNames
                                 << "channel names; values of further ones are not kept";
        return std::nullopt;
    }
    const auto id = static_cast<quint32>(m_nameOf.size());
    m_names.insert(name, id);
    m_nameOf.push_back(name);
    m_new.names.push_back(name);
    return id;
}

std::optional<quint32> HistoryFile::deviceNumber(const QString &id)
{
    if (const auto it = m_devices.constFind(id); it != m_devices.cend())
        return *it;
    if (m_deviceOf.size() >= maxDevices) {
        if (!std::exchange(m_namesFull, true))
            qCWarning(lcHistory) << "the history knows" << maxDevices
                                 << "devices; readings of further ones are not kept";
        return std::nullopt;
    }
    const auto number = static_cast<quint32>(m_deviceOf.size());
    m_devices.insert(id, number);
    m_deviceOf.push_back(id);
    m_new.devices.push_back(id);
    return number;
}

bool HistoryFile::writeNewNames()
{
    const auto write = [this](Statement &q, const std::vector<QString> &fresh, const QHash<QString, quint32> &ids) {
        return std::all_of(fresh.cbegin(), fresh.cend(), [&](const QString &name) {
            q.bind(0, ids.value(name));
            q.bind(1, name);
            return m_db.run(q);
        });
    };
    return write(m_statements->name, m_new.names, m_names) && write(m_statements->device, m_new.devices, m_devices);
}

void HistoryFile::forgetNewNames()
{
    for (const QString &name : m_new.names)
        m_names.remove(name);
    m_nameOf.resize(m_nameOf.size() - m_new.names.size());
    for (const QString &id : m_new.devices)
        m_devices.remove(id);
    m_deviceOf.resize(m_deviceOf.size() - m_new.devices.size());
    m_new = {};
}

void HistoryFile::keepLoose(quint32 device, Loose loose)
{
    m_oldestLoose = m_loose.empty() ? loose.first : std::min(m_oldestLoose, loose.first);
    m_looseBytes += loose.bytes.size();
    std::vector<Loose> &parts = m_loose[device];
    parts.push_back(std::move(loose));
    m_mostLoose = std::max(m_mostLoose, parts.size());
}

bool HistoryFile::write(const std::vector<QList<Reading>> &batches)
{
    if (!isOpen())
        return false;
    std::map<quint32, std::vector<const Reading *>> perDevice;
    for (const QList<Reading> &batch : batches) {
        for (const Reading &reading : batch) {
            if (const auto device = deviceNumber(reading.deviceId))
                perDevice[*device].push_back(&reading);
        }
    }
    if (perDevice.empty())
        return true;
    const qint64 row = m_lastJournal + 1;
    QByteArray data;
    std::vector<std::pair<quint32, Loose>> parts;
    for (auto &[device, readings] : perDevice) {
        std::stable_sort(readings.begin(), readings.end(),
                         [](const Reading *a, const Reading *b) { return a->receivedAt < b->receivedAt; });
        for (std::size_t at = 0; at < readings.size(); at += readingsPerChunk) {
            const auto begin = readings.cbegin() + qptrdiff(at);
            const auto end = readings.cbegin() + qptrdiff(std::min(at + readingsPerChunk, readings.size()));
            Loose part{row, toEpochMicros((*begin)->receivedAt), toEpochMicros((*(end - 1))->receivedAt),
                       m_encoder.encode({begin, end}, m_nameToId)};
            putPart(data, device, part);
            parts.emplace_back(device, std::move(part));
        }
    }
    m_statements->journal.bindBlob(0, data);
    if (!m_db.begin() || !writeNewNames() || !m_db.run(m_statements->journal) || !m_db.commit()) {
        m_db.rollback();
        forgetNewNames();
        return false;
    }
    const qint64 given = m_db.lastInsertId();
    m_new = {};
    m_lastJournal = given;
    for (auto &[device, part] : parts) {
        part.journal = given;
        keepLoose(device, std::move(part));
    }
    return true;
}

bool HistoryFile::wantsSorting(TimePoint now) const
{
    return m_frozen != 0 || m_mostLoose >= partsPerDevice || m_looseBytes >= maxLooseBytes ||
           (!m_loose.empty() && m_oldestLoose < toEpochMicros(now) - hourUs);
}

bool HistoryFile::insertChunks(quint32 device, const std::vector<Loose> &parts)
{
    QList<Reading> readings;
    for (const Loose &part : parts) {
        auto decoded = decodeChunk(part.bytes, m_deviceOf[device], [this](quint32 id) { return name(id); });
        if (decoded)
            readings += *decoded;
        else
            qCWarning(lcHistory).noquote() << "a damaged part of the journal was left out in" << m_db.path();
    }
    std::stable_sort(readings.begin(), readings.end(),
                     [](const Reading &a, const Reading &b) { return a.receivedAt < b.receivedAt; });
    for (qsizetype at = 0; at < readings.size();) {
        const qint64 first = toEpochMicros(readings.at(at).receivedAt);
        std::vector<const Reading *> taken;
        for (; at < readings.size() && taken.size() < readingsPerChunk &&
               toEpochMicros(readings.at(at).receivedAt) - first <= hourUs;
             ++at)
            taken.push_back(&readings.at(at));
        Statement &q = m_statements->chunk;
        q.bind(0, device);
        q.bind(1, first);
        q.bind(2, toEpochMicros(taken.back()->receivedAt));
        q.bindBlob(3, m_encoder.encode(taken, m_nameToId));
        if (!m_db.run(q))
            return false;
    }
    return true;
}

HistoryFile::Step HistoryFile::sortSome()
{
    if (!isOpen())
        return Step::Failed;
    if (m_frozen == 0) {
        if (m_loose.empty())
            return Step::Done;
        m_frozen = m_lastJournal;
        m_sortedUpTo = 0;
    }
    QElapsedTimer clock;
    clock.start();
    const quint32 sortedBefore = m_sortedUpTo;
    std::vector<quint32> sorted;
    bool ok = m_db.begin();
    auto it = m_loose.upper_bound(m_sortedUpTo);
    for (; ok && it != m_loose.end() && (sorted.empty() || clock.nsecsElapsed() < sliceNs); ++it) {
        const auto &[device, parts] = *it;
        const auto end =
            std::find_if(parts.cbegin(), parts.cend(), [this](const Loose &p) { return p.journal > m_frozen; });
        ok = insertChunks(device, {parts.cbegin(), end});
        sorted.push_back(device);
        m_sortedUpTo = device;
    }
    const bool last = it == m_loose.end();
    if (ok && last) {
        ok = finishSorting();
    } else if (ok) {
        m_statements->progress.bind(0, m_frozen);
        m_statements->progress.bind(1, m_sortedUpTo);
        ok = m_db.run(m_statements->progress);
    }
    if (!ok || !m_db.commit()) {
        m_db.rollback();
        m_sortedUpTo = sortedBefore;
        return Step::Failed;
    }
    for (const quint32 device : sorted) {
        std::vector<Loose> &parts = m_loose[device];
        const auto end =
            std::find_if(parts.begin(), parts.end(), [this](const Loose &p) { return p.journal > m_frozen; });
        std::for_each(parts.begin(), end, [this](const Loose &p) { m_looseBytes -= p.bytes.size(); });
        parts.erase(parts.begin(), end);
        if (parts.empty())
            m_loose.erase(device);
    }
    if (!last)
        return Step::More;
    m_frozen = 0;
    m_sortedUpTo = 0;
    m_mostLoose = 0;
    m_oldestLoose = std::numeric_limits<qint64>::max();
    for (const auto &[device, parts] : m_loose) {
        m_mostLoose = std::max(m_mostLoose, parts.size());
        for (const Loose &part : parts)
            m_oldestLoose = std::min(m_oldestLoose, part.first);
    }
    return Step::Done;
}

bool HistoryFile::finishSorting()
{
    return m_db.exec(QStringLiteral("DELETE FROM journal WHERE id <= %1").arg(m_frozen)) &&
           m_db.exec(QStringLiteral("UPDATE progress SET frozen=0, device=0"));
}

HistoryFile::Step HistoryFile::expireSome(TimePoint limit)
{
    Statement q = m_db.prepare(QStringLiteral("DELETE FROM chunks WHERE id IN"
                                              " (SELECT id FROM chunks WHERE last < ? ORDER BY last LIMIT ?)"));
    q.bind(0, toEpochMicros(limit));
    q.bind(1, expiredPerStep);
    if (!m_db.run(q))
        return Step::Failed;
    const bool moreChunks = q.changes() == expiredPerStep;
    q.finish();
    const QVariant freePages = m_db.value(QStringLiteral("PRAGMA freelist_count"));
    if (!freePages.isValid())
        return Step::Failed;
    const int surplus = freePages.toInt() - freePagesKept;
    if (surplus > 0) {
        // The pragma works one page per step: it must be read to its end.
        Statement vacuum =
            m_db.prepare(QStringLiteral("PRAGMA incremental_vacuum(%1)").arg(std::min(surplus, pagesPerStep)));
        if (!m_db.run(vacuum))
            return Step::Failed;
        while (m_db.next(vacuum)) {
        }
    }
    return moreChunks || surplus > pagesPerStep ? Step::More : Step::Done;
}

std::optional<quint32> HistoryFile::findDevice(const QString &deviceId) const
{
    const auto it = m_devices.constFind(deviceId);
    return it == m_devices.cend() ? std::nullopt : std::optional<quint32>(*it);
}

std::optional<quint32> HistoryFile::findName(const QString &name) const
{
    const auto it = m_names.constFind(name);
    return it == m_names.cend() ? std::nullopt : std::optional<quint32>(*it);
}

QString HistoryFile::name(quint32 id) const
{
    return id < m_nameOf.size() ? m_nameOf[id] : QString();
}

std::vector<HistoryFile::Loose> HistoryFile::loose(quint32 device) const
{
    const auto it = m_loose.find(device);
    return it == m_loose.cend() ? std::vector<Loose>() : it->second;
}

std::optional<HistoryFile::Span> HistoryFile::chunks(quint32 device, qint64 from, qint64 to)
{
    Statement q =
        m_db.prepare(QStringLiteral("SELECT id, first, last FROM chunks WHERE device=? AND last>=? AND last<=?"
                                    " AND first<=? ORDER BY last, first"));
    q.bind(0, device);
    q.bind(1, from);
    q.bind(2, saturated(to, hourUs));
    q.bind(3, to);
    if (!m_db.run(q))
        return std::nullopt;
    Span span;
    while (m_db.next(q)) {
        const qint64 first = q.integer(1);
        span.first = span.chunks.empty() ? first : std::min(span.first, first);
        span.last = q.integer(2);
        span.chunks.push_back(q.integer(0));
    }
    return q.failed() ? std::nullopt : std::optional<Span>(std::move(span));
}

std::optional<QByteArray> HistoryFile::chunk(qint64 id)
{
    if (!isOpen())
        return std::nullopt;
    Statement &q = m_statements->readChunk;
    q.bind(0, id);
    if (!m_db.run(q))
        return std::nullopt;
    QByteArray bytes = m_db.next(q) ? q.bytes(0) : QByteArray();
    q.finish(); // or the read transaction stays open and the log grows
    return bytes;
}

bool HistoryFile::newestChunks(quint32 device, qint64 from, qint64 to,
                               const std::function<bool(qint64, const QByteArray &)> &take)
{
    Statement q = m_db.prepare(QStringLiteral("SELECT last, data FROM chunks WHERE device=? AND last>=? AND last<=?"
                                              " AND first<=? ORDER BY last DESC"));
    q.bind(0, device);
    q.bind(1, from);
    q.bind(2, saturated(to, hourUs));
    q.bind(3, to);
    if (!m_db.run(q))
        return false;
    while (m_db.next(q)) {
        if (!take(q.integer(0), q.bytes(1)))
            return true;
    }
    return !q.failed();
}

} // namespace tocsin
