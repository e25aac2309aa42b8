// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/store/PowerVfs.h"

#include <QFile>

#include <algorithm>
#include <new>
#include <utility>

namespace tocsin::test {

namespace {
constexpr qint64 sector = 512;
constexpr int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
} // namespace

/// What SQLite gives us room for; the base VFS's own file lies behind it.
struct PowerVfs::File : sqlite3_file
{
    PowerVfs *disk;
    std::shared_ptr<Node> *node; ///< null: not ours (temporary, read-only)
    bool database;               ///< not a journal
    sqlite3_file *base() { return reinterpret_cast<sqlite3_file *>(this + 1); }
};

/// The functions that SQLite calls.
struct PowerVfs::Calls
{
    static File &of(sqlite3_file *file) { return *static_cast<File *>(file); }
    static PowerVfs &of(sqlite3_vfs *vfs) { return *static_cast<PowerVfs *>(vfs->pAppData); }
    static const sqlite3_io_methods &methods(File &file) { return *file.base()->pMethods; }

    static int close(sqlite3_file *f)
    {
        File &file = of(f);
        const int code = methods(file).xClose(file.base());
        delete std::exchange(file.node, nullptr);
        return code;
    }
    static int read(sqlite3_file *f, void *to, int size, sqlite3_int64 at)
    {
        return methods(of(f)).xRead(of(f).base(), to, size, at);
    }
    static int write(sqlite3_file *f, const void *from, int size, sqlite3_int64 at)
    {
        File &file = of(f);
        if (!file.node)
            return methods(file).xWrite(file.base(), from, size, at);
        PowerVfs &disk = *file.disk;
        const std::scoped_lock lock(disk.m_mutex);
        if (disk.m_cut)
            return SQLITE_IOERR;
        const int code = disk.begin(Kind::Write, file.database);
        int done = size;
        if (code != SQLITE_OK)
            done = disk.m_random.bounded(size + 1);
        if (done > 0) {
            const int real = methods(file).xWrite(file.base(), from, done, at);
            if (real != SQLITE_OK)
                return real;
            (*file.node)->pending.append({at, QByteArray(static_cast<const char *>(from), done), false});
        }
        return disk.afterwards(code, file.database);
    }
    static int truncate(sqlite3_file *f, sqlite3_int64 size)
    {
        File &file = of(f);
        if (!file.node)
            return methods(file).xTruncate(file.base(), size);
        PowerVfs &disk = *file.disk;
        const std::scoped_lock lock(disk.m_mutex);
        if (const int code = disk.begin(Kind::Truncate, file.database); code != SQLITE_OK)
            return disk.afterwards(code, file.database);
        (*file.node)->pending.append({size, {}, true});
        return methods(file).xTruncate(file.base(), size);
    }
    static int sync(sqlite3_file *f, int flags)
    {
        File &file = of(f);
        if (!file.node)
            return methods(file).xSync(file.base(), flags);
        PowerVfs &disk = *file.disk;
        const std::scoped_lock lock(disk.m_mutex);
        const int code = disk.begin(Kind::Sync, file.database);
        if (code == SQLITE_OK) {
            if (disk.m_honest)
                disk.synced(**file.node);
        } else if (!disk.m_cut && !disk.m_cutNow) {
            disk.keepRandomly(**file.node, true);
        }
        return disk.afterwards(code, file.database);
    }
    static int fileSize(sqlite3_file *f, sqlite3_int64 *size) { return methods(of(f)).xFileSize(of(f).base(), size); }
    static int lock(sqlite3_file *f, int how) { return methods(of(f)).xLock(of(f).base(), how); }
    static int unlock(sqlite3_file *f, int how) { return methods(of(f)).xUnlock(of(f).base(), how); }
    static int reserved(sqlite3_file *f, int *out) { return methods(of(f)).xCheckReservedLock(of(f).base(), out); }
    static int control(sqlite3_file *f, int op, void *arg)
    {
        return methods(of(f)).xFileControl(of(f).base(), op, arg);
    }
    static int sectorSize(sqlite3_file *f) { return methods(of(f)).xSectorSize(of(f).base()); }
    static int device(sqlite3_file *f) { return methods(of(f)).xDeviceCharacteristics(of(f).base()); }
    static int shmMap(sqlite3_file *f, int page, int size, int extend, volatile void **out)
    {
        return methods(of(f)).xShmMap(of(f).base(), page, size, extend, out);
    }
    static int shmLock(sqlite3_file *f, int at, int n, int flags)
    {
        return methods(of(f)).xShmLock(of(f).base(), at, n, flags);
    }
    static void shmBarrier(sqlite3_file *f) { methods(of(f)).xShmBarrier(of(f).base()); }
    static int shmUnmap(sqlite3_file *f, int remove) { return methods(of(f)).xShmUnmap(of(f).base(), remove); }

    static int open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *outFlags)
    {
        PowerVfs &disk = of(vfs);
        File &file = *new (f) File;
        file.pMethods = nullptr;
        file.disk = &disk;
        file.node = nullptr;
        file.database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
        file.base()->pMethods = nullptr;
        const bool ours = name && (flags & SQLITE_OPEN_READWRITE) && !(flags & SQLITE_OPEN_DELETEONCLOSE);
        const std::scoped_lock lock(disk.m_mutex);
        if (ours) {
            if (const int code = disk.afterwards(disk.begin(Kind::Open)); code != SQLITE_OK)
                return code == SQLITE_IOERR ? SQLITE_CANTOPEN : code;
        }
        const QString path = name ? QFile::decodeName(name) : QString();
        const bool existed = ours && QFile::exists(path);
        const int code = disk.m_base->xOpen(disk.m_base, name, file.base(), flags, outFlags);
        if (file.base()->pMethods)
            file.pMethods = &table;
        if (code != SQLITE_OK || !ours)
            return code;
        disk.m_touched.insert(path);
        std::shared_ptr<Node> &node = disk.m_names[path];
        if (!node || !existed) {
            node = std::make_shared<Node>();
            node->newJournal = !existed && (flags & journals);
            if (existed) // made by somebody else, without a sync
                node->pending.append({0, contentOf(path), false});
        }
        file.node = new std::shared_ptr<Node>(node);
        return code;
    }
    static int remove(sqlite3_vfs *vfs, const char *name, int syncDirectory)
    {
        PowerVfs &disk = of(vfs);
        const std::scoped_lock lock(disk.m_mutex);
        if (const int code = disk.begin(Kind::Delete); code != SQLITE_OK)
            return disk.afterwards(code);
        const int code = disk.m_base->xDelete(disk.m_base, name, 0);
        if (code == SQLITE_OK) {
            disk.m_names.remove(QFile::decodeName(name));
            if (syncDirectory && disk.m_honest)
                disk.syncDirectory();
        }
        return code;
    }

    // The rest is the base's.
    static sqlite3_vfs *base(sqlite3_vfs *vfs) { return of(vfs).m_base; }
    static int access(sqlite3_vfs *v, const char *name, int flags, int *out)
    {
        return base(v)->xAccess(base(v), name, flags, out);
    }
    static int fullPath(sqlite3_vfs *v, const char *name, int size, char *out)
    {
        return base(v)->xFullPathname(base(v), name, size, out);
    }
    static int randomness(sqlite3_vfs *v, int size, char *out) { return base(v)->xRandomness(base(v), size, out); }
    static int sleep(sqlite3_vfs *v, int micros) { return base(v)->xSleep(base(v), micros); }
    static int time(sqlite3_vfs *v, double *out) { return base(v)->xCurrentTime(base(v), out); }
    static int timeInt64(sqlite3_vfs *v, sqlite3_int64 *out) { return base(v)->xCurrentTimeInt64(base(v), out); }
    static int lastError(sqlite3_vfs *v, int size, char *out) { return base(v)->xGetLastError(base(v), size, out); }

    static constexpr sqlite3_io_methods table{2,       close,      read,     write,   truncate,   sync,   fileSize,
                                              lock,    unlock,     reserved, control, sectorSize, device, shmMap,
                                              shmLock, shmBarrier, shmUnmap, nullptr, nullptr};
};

PowerVfs::PowerVfs(quint32 seed) : m_base(sqlite3_vfs_find(nullptr)), m_random(seed)
{
    m_vfs.iVersion = 2;
    m_vfs.szOsFile = int(sizeof(File)) + m_base->szOsFile;
    m_vfs.mxPathname = m_base->mxPathname;
    m_vfs.zName = "tocsin-power";
    m_vfs.pAppData = this;
    m_vfs.xOpen = Calls::open;
    m_vfs.xDelete = Calls::remove;
    m_vfs.xAccess = Calls::access;
    m_vfs.xFullPathname = Calls::fullPath;
    m_vfs.xRandomness = Calls::randomness;
    m_vfs.xSleep = Calls::sleep;
    m_vfs.xCurrentTime = Calls::time;
    m_vfs.xGetLastError = Calls::lastError;
    m_vfs.xCurrentTimeInt64 = Calls::timeInt64;
    sqlite3_vfs_register(&m_vfs, 1);
}

PowerVfs::~PowerVfs()
{
    sqlite3_vfs_unregister(&m_vfs);
    sqlite3_vfs_register(m_base, 1);
}

qint64 PowerVfs::operations() const
{
    const std::scoped_lock lock(m_mutex);
    return m_operations;
}

qint64 PowerVfs::operations(Kind kind) const
{
    const std::scoped_lock lock(m_mutex);
    return m_ofKind[int(kind)];
}

void PowerVfs::cutAt(qint64 number, Survival survival)
{
    const std::scoped_lock lock(m_mutex);
    m_cutAt = number;
    m_survival = survival;
}

void PowerVfs::cutAtDatabase(qint64 number, Survival survival)
{
    const std::scoped_lock lock(m_mutex);
    m_cutAtDatabase = number;
    m_survival = survival;
}

bool PowerVfs::isCut() const
{
    const std::scoped_lock lock(m_mutex);
    return m_cut;
}

bool PowerVfs::wasCutInDatabase() const
{
    const std::scoped_lock lock(m_mutex);
    return m_cutInDatabase;
}

void PowerVfs::setHonest(bool honest)
{
    const std::scoped_lock lock(m_mutex);
    m_honest = honest;
}

void PowerVfs::failAt(qint64 number, int code, bool lasting)
{
    const std::scoped_lock lock(m_mutex);
    m_failAt = number;
    m_failCode = code;
    m_lasting = lasting;
    m_failed = false;
}

void PowerVfs::heal()
{
    const std::scoped_lock lock(m_mutex);
    m_failAt = 0;
    m_failed = false;
}

bool PowerVfs::hasFailed() const
{
    const std::scoped_lock lock(m_mutex);
    return m_failed;
}

int PowerVfs::begin(Kind kind, bool inDatabase)
{
    if (m_cut)
        return SQLITE_IOERR;
    ++m_operations;
    ++m_ofKind[int(kind)];
    m_inDatabase += inDatabase ? 1 : 0;
    if (m_operations == m_cutAt || (inDatabase && m_inDatabase == m_cutAtDatabase)) {
        m_cutNow = true;
        return SQLITE_IOERR;
    }
    if (m_failAt > 0 && (m_operations == m_failAt || (m_lasting && m_failed))) {
        m_failed = true;
        return m_failCode;
    }
    return SQLITE_OK;
}

int PowerVfs::afterwards(int code, bool inDatabase)
{
    if (std::exchange(m_cutNow, false)) {
        m_cutInDatabase = inDatabase;
        cut();
    }
    return code;
}

void PowerVfs::apply(Node &node, const Change &change) const
{
    if (change.resize) {
        const qsizetype before = node.durable.size();
        node.durable.resize(change.at);
        if (change.at > before)
            std::fill(node.durable.begin() + before, node.durable.end(), '\0');
        return;
    }
    const qsizetype end = change.at + change.bytes.size();
    if (node.durable.size() < end)
        node.durable.append(QByteArray(end - node.durable.size(), '\0'));
    std::copy(change.bytes.cbegin(), change.bytes.cend(), node.durable.begin() + change.at);
}

void PowerVfs::synced(Node &node)
{
    for (const Change &change : std::as_const(node.pending))
        apply(node, change);
    node.pending.clear();
    if (std::exchange(node.newJournal, false))
        syncDirectory();
}

void PowerVfs::syncDirectory()
{
    m_durable = m_names;
}

void PowerVfs::keepRandomly(Node &node, bool torn)
{
    for (const Change &change : std::exchange(node.pending, {})) {
        if (!torn || change.resize) {
            if (coin())
                apply(node, change);
            continue;
        }
        const qint64 end = change.at + change.bytes.size();
        for (qint64 from = change.at, to; from < end; from = to) {
            to = std::min(end, (from / sector + 1) * sector);
            if (!coin())
                continue;
            qint64 length = to - from;
            if (m_random.bounded(8) == 0)
                length = m_random.bounded(int(length)) + 1;
            apply(node, {from, change.bytes.mid(from - change.at, length), false});
        }
    }
}

/// Leaves in m_durable what the medium holds.
void PowerVfs::cut()
{
    m_cut = true;
    Names left;
    std::set<Node *> decided;
    for (const QString &name : m_touched) { // in order: the same seed, the same fate
        const std::shared_ptr<Node> seen = m_names.value(name);
        const std::shared_ptr<Node> old = m_durable.value(name);
        const bool fresh = m_survival == Survival::Everything || (m_survival != Survival::Nothing && coin());
        const std::shared_ptr<Node> node = fresh ? seen : old;
        if (!node)
            continue;
        left.insert(name, node);
        if (!decided.insert(node.get()).second)
            continue;
        if (m_survival == Survival::Everything)
            synced(*node);
        else if (m_survival == Survival::Nothing)
            node->pending.clear();
        else
            keepRandomly(*node, m_survival == Survival::Torn);
    }
    m_durable = left;
}

void PowerVfs::powerOn()
{
    const std::scoped_lock lock(m_mutex);
    if (!m_cut)
        cut();
    for (const QString &name : m_touched) {
        QFile::remove(name);
        QFile::remove(name + QStringLiteral("-shm"));
    }
    for (auto it = m_durable.cbegin(); it != m_durable.cend(); ++it) {
        it.value()->newJournal = false;
        QFile file(it.key());
        if (!file.open(QIODevice::WriteOnly) || file.write(it.value()->durable) != it.value()->durable.size())
            qFatal("a file of the test cannot be written");
        file.close();
        QFile::setPermissions(it.key(), QFile::ReadOwner | QFile::WriteOwner);
    }
    m_names = m_durable;
    m_cut = m_cutInDatabase = false;
    m_cutAt = m_cutAtDatabase = 0;
    m_operations = m_inDatabase = 0;
    std::fill(std::begin(m_ofKind), std::end(m_ofKind), 0);
}

} // namespace tocsin::test
