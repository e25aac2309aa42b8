// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QRandomGenerator>
#include <QString>

#include <memory>
#include <mutex>
#include <set>

#include <sqlite3.h>

namespace tocsin::test {

/// A disk that loses power and fails on command: a VFS of SQLite (sqlite.org/vfs.html) above the default one, and itself the default
/// while it lives, so that every connection of the process stands on it. Any thread; at most one at a time.
///
/// The real files hold what the program sees. Beside them it is kept what the medium would hold: a write, a change of size or
/// the name of a new or deleted file is *pending* until a sync of its file (names: of its directory, which SQLite syncs with the first
/// sync of a journal and after a deletion). A power cut ends every call with an error and decides what of the pending survives;
/// powerOn() then makes the real files so. What survives depends on the seed alone.
class PowerVfs
{
public:
    enum class Survival {
        Nothing,    ///< all that was pending is gone
        Random,     ///< each pending write is there or not, so a later one may be there without an earlier one
        Torn,       ///< the same for each sector of 512 bytes of each write, and some sectors are cut short
        Everything, ///< as after a kill
    };
    enum class Kind { Open, Write, Sync, Truncate, Delete };

    explicit PowerVfs(quint32 seed);
    ~PowerVfs();
    PowerVfs(const PowerVfs &) = delete;
    PowerVfs &operator=(const PowerVfs &) = delete;

    // Operations are counted from 1: opening for writing, write, sync, change of size, deletion.
    [[nodiscard]] qint64 operations() const;
    [[nodiscard]] qint64 operations(Kind kind) const;

    /// The power goes while operation `number` runs: it fails, and what it wrote is pending like the rest.
    void cutAt(qint64 number, Survival survival);
    /// The same, counting only what is done to the database file itself.
    void cutAtDatabase(qint64 number, Survival survival);
    [[nodiscard]] bool isCut() const;
    /// The power went while the database file itself was written: a checkpoint, or the file's making.
    [[nodiscard]] bool wasCutInDatabase() const;
    /// Every connection must be closed. Only then may files be opened again.
    void powerOn();
    /// A disk that lies says "synced" and does nothing.
    void setHonest(bool honest);

    /// Operation `number` fails with `code`; `lasting`: so does every later one until heal(). A write that fails may have been
    /// done in part, and after a sync that failed what was pending may be lost for good, as Linux has it.
    void failAt(qint64 number, int code, bool lasting);
    void heal();
    [[nodiscard]] bool hasFailed() const; ///< failAt()'s operation has come

    /// While it lives SQLite uses the real file system again: for who looks at the files from outside and makes some of his own.
    class Aside
    {
    public:
        explicit Aside(PowerVfs &disk) : m_disk(disk) { sqlite3_vfs_register(m_disk.m_base, 1); }
        ~Aside() { sqlite3_vfs_register(&m_disk.m_vfs, 1); }
        Aside(const Aside &) = delete;
        Aside &operator=(const Aside &) = delete;

    private:
        PowerVfs &m_disk;
    };

private:
    struct Change ///< of a file, pending
    {
        qint64 at = 0; ///< of the write; or the new size
        QByteArray bytes;
        bool resize = false;
    };
    struct Node
    {
        QByteArray durable;
        QList<Change> pending;
        bool newJournal = false; ///< its first sync syncs the directory too
    };
    using Names = QHash<QString, std::shared_ptr<Node>>;
    struct File;
    struct Calls;

    /// SQLITE_OK, or why the operation fails. With m_mutex held.
    int begin(Kind kind, bool inDatabase = false);
    /// Lets the power go if this was the operation; returns `code`. With m_mutex held.
    int afterwards(int code, bool inDatabase = false);
    void synced(Node &node);
    void syncDirectory();
    void keepRandomly(Node &node, bool torn);
    void apply(Node &node, const Change &change) const;
    void cut();
    bool coin() { return m_random.bounded(2) == 1; }

    sqlite3_vfs m_vfs{};
    sqlite3_vfs *const m_base;

    mutable std::mutex m_mutex; // guards what follows
    QRandomGenerator m_random;
    Names m_names;   ///< as the program sees them
    Names m_durable; ///< as the medium has them
    std::set<QString> m_touched;
    qint64 m_operations = 0;
    qint64 m_ofKind[5] = {};
    qint64 m_inDatabase = 0; ///< operations
    qint64 m_cutAt = 0;
    qint64 m_cutAtDatabase = 0;
    Survival m_survival = Survival::Nothing;
    bool m_cut = false;
    bool m_cutNow = false; ///< by the operation that runs
    bool m_cutInDatabase = false;
    bool m_honest = true;
    qint64 m_failAt = 0;
    int m_failCode = SQLITE_IOERR;
    bool m_lasting = false;
    bool m_failed = false;
};

} // namespace tocsin::test
