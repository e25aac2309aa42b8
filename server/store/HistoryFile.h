// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Reading.h"
#include "server/store/Database.h"
#include "server/store/ReadingChunk.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace tocsin {

/// history.db. Used by TelemetryHistory alone, on one thread.
///
/// Readings arrive for many devices at once and are asked for one device at a time. So they are written twice: at once as one row of
/// the *journal* (small chunks of every device, one insert per flush), and later, when a device has many, sorted into large
/// *chunks* of one device (see ReadingChunk.h), after which the journal is cut. Until then they are kept in memory too ("loose"), so
/// that a query needs no journal; after a crash they are read back from it. Sorting works device by device in short transactions; `progress` says
/// how far it came, so that nothing is there twice or not at all, wherever it is interrupted.
///
/// synchronous=NORMAL: telemetry is class B, a power cut may cost the last moments and nothing else, and the bulk never
/// waits for the disk that the desk's log needs.
class HistoryFile
{
public:
    HistoryFile();
    ~HistoryFile();
    HistoryFile(const HistoryFile &) = delete;
    HistoryFile &operator=(const HistoryFile &) = delete;

    [[nodiscard]] Database::OpenResult open(const QString &path);
    void close();
    [[nodiscard]] bool isOpen() const { return m_statements != nullptr; }
    [[nodiscard]] Database &database() { return m_db; }

    /// One transaction. False: nothing was written, see database().
    [[nodiscard]] bool write(const std::vector<QList<Reading>> &batches);

    /// Whether enough is loose, or it is old enough, to be sorted into chunks.
    [[nodiscard]] bool wantsSorting(TimePoint now) const;
    enum class Step { Done, More, Failed };
    /// Sorts some devices, for about 10 ms. Call while it says More.
    [[nodiscard]] Step sortSome();
    /// Removes a few chunks that ended before `limit`, gives free pages back to the file system.
    [[nodiscard]] Step expireSome(TimePoint limit);

    [[nodiscard]] std::optional<quint32> findDevice(const QString &deviceId) const;
    [[nodiscard]] std::optional<quint32> findName(const QString &name) const;
    [[nodiscard]] QString name(quint32 id) const;

    struct Loose
    {
        qint64 journal = 0; ///< row
        qint64 first = 0;   ///< microseconds
        qint64 last = 0;
        QByteArray bytes;
    };
    /// Cheap copies: the bytes are shared.
    [[nodiscard]] std::vector<Loose> loose(quint32 device) const;

    struct Span
    {
        std::vector<qint64> chunks; ///< ids, oldest first
        qint64 first = 0;           ///< of all of them
        qint64 last = 0;
    };
    /// The chunks that touch from … to; nullopt when the file cannot be read.
    [[nodiscard]] std::optional<Span> chunks(quint32 device, qint64 from, qint64 to);
    /// Empty: gone meanwhile (expired). nullopt: the file cannot be read.
    [[nodiscard]] std::optional<QByteArray> chunk(qint64 id);
    /// Newest first until `take(last, bytes)` says false. False: the file cannot be read.
    [[nodiscard]] bool newestChunks(quint32 device, qint64 from, qint64 to,
                                    const std::function<bool(qint64, const QByteArray &)> &take);

    [[nodiscard]] qint64 looseBytes() const { return m_looseBytes; }

private:
    struct Statements;
    struct NewNames
    {
        std::vector<QString> names;
        std::vector<QString> devices;
    };
    bool recover();
    bool loadNames();
    std::optional<quint32> nameId(const QString &name);
    std::optional<quint32> deviceNumber(const QString &id);
    bool writeNewNames();
    void forgetNewNames();
    bool insertChunks(quint32 device, const std::vector<Loose> &parts);
    bool finishSorting();
    void keepLoose(quint32 device, Loose loose);

    Database m_db;
    std::unique_ptr<Statements> m_statements;
    ChunkEncoder m_encoder;
    NameToId m_nameToId;

    QHash<QString, quint32> m_names;
    std::vector<QString> m_nameOf; ///< index = id; 0 = ""
    QHash<QString, quint32> m_devices;
    std::vector<QString> m_deviceOf; ///< index = id; 0 unused
    NewNames m_new;                  ///< of the write that is going on
    bool m_namesFull = false;

    std::map<quint32, std::vector<Loose>> m_loose; ///< in the order of the devices' numbers: sorting walks along
    qint64 m_looseBytes = 0;
    std::size_t m_mostLoose = 0; ///< parts of the device that has most
    qint64 m_oldestLoose = 0;    ///< microseconds
    qint64 m_lastJournal = 0;
    qint64 m_frozen = 0;      ///< sorting works on journal rows up to this; 0: none going on
    quint32 m_sortedUpTo = 0; ///< device
};

} // namespace tocsin
