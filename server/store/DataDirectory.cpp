// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DataDirectory.h"

#include "server/store/Logging.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QSaveFile>
#include <QTemporaryFile>

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#include <QLockFile>
#endif

namespace tocsin {

void syncDirectory(const QString &path)
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        ::fsync(fd);
        ::close(fd);
    }
#else
    Q_UNUSED(path)
#endif
}

bool syncFile(QFile &file)
{
    if (!file.flush())
        return false;
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    return ::fsync(file.handle()) == 0;
#else
    return true;
#endif
}

namespace {
constexpr QFile::Permissions ownerOnly = QFile::ReadOwner | QFile::WriteOwner;
constexpr int keyBytes = 32;

bool makeDirectory(const QString &path)
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    if (::mkdir(QFile::encodeName(path).constData(), 0700) != 0)
        return errno == EEXIST;
#else
    if (!QDir().mkpath(path))
        return false;
    QFile::setPermissions(path, ownerOnly | QFile::ExeOwner);
#endif
    // A new file's name is durable only when its directory is; the databases sync theirs, we the one above.
    syncDirectory(QFileInfo(path).path());
    return true;
}

/// Gives a finished file its final name, unless that is taken. (QFile::rename may fall back to copying over it.)
bool publish(const QString &draft, const QString &path)
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    return ::link(QFile::encodeName(draft).constData(), QFile::encodeName(path).constData()) == 0;
#else
    return QFile::copy(draft, path);
#endif
}
} // namespace

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
struct DataDirectory::Lock
{
    int fd = -1;
    Lock() = default;
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;
    ~Lock()
    {
        if (fd >= 0)
            ::close(fd);
    }

    /// Empty: we have it. The process id in the file is for the sentence only; the lock itself is the kernel's.
    QString take(const QString &directory, const QString &path)
    {
        fd = ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return QStringLiteral("The data directory %1 is not writable.").arg(directory);
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK)
                return QStringLiteral("The data directory %1 cannot be locked: %2.").arg(directory, qt_error_string());
            char text[16] = {};
            const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
            const int pid = QByteArray(text, qMax(ssize_t(0), size)).trimmed().toInt();
            return pid > 0 ? QStringLiteral("The data directory %1 is in use by process %2.").arg(directory).arg(pid)
                           : QStringLiteral("The data directory %1 is in use by another process.").arg(directory);
        }
        const QByteArray pid = QByteArray::number(qint64(::getpid())) + '\n';
        if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.constData(), size_t(pid.size()), 0) != pid.size())
            qCWarning(lcStore) << "cannot write the process id into" << path;
        return {};
    }
};
#else
struct DataDirectory::Lock
{
    std::unique_ptr<QLockFile> file;

    QString take(const QString &directory, const QString &path)
    {
        file = std::make_unique<QLockFile>(path);
        file->setStaleLockTime(0);
        if (file->tryLock())
            return {};
        qint64 pid = 0;
        QString host;
        QString name;
        if (file->error() == QLockFile::LockFailedError && file->getLockInfo(&pid, &host, &name))
            return QStringLiteral("The data directory %1 is in use by process %2.").arg(directory).arg(pid);
        return QStringLiteral("The data directory %1 is not writable.").arg(directory);
    }
};
#endif

DataDirectory::DataDirectory(const QString &path) : m_path(QDir::cleanPath(QDir(path).absolutePath()))
{
}

DataDirectory::~DataDirectory() = default;

QString DataDirectory::file(const QString &name) const
{
    return m_path + QLatin1Char('/') + name;
}

QString DataDirectory::prepare()
{
    const QFileInfo info(m_path);
    if (info.exists() && !info.isDir())
        return QStringLiteral("The data directory %1 is not a directory.").arg(m_path);
    if (!info.exists()) {
        if (!QDir().mkpath(QFileInfo(m_path).path()) || !makeDirectory(m_path))
            return QStringLiteral("The data directory %1 cannot be created.").arg(m_path);
    } else if (info.permissions() & (QFile::ReadGroup | QFile::ReadOther)) {
        qCInfo(lcStore).noquote() << "other users may list the data directory" << m_path;
    }
    QTemporaryFile probe(file(QStringLiteral("probe-XXXXXX")));
    if (!probe.open())
        return QStringLiteral("The data directory %1 is not writable.").arg(m_path);
    return {};
}

QString DataDirectory::lock()
{
    if (m_lock)
        return {};
    if (QString error = prepare(); !error.isEmpty())
        return error;
    auto lock = std::make_unique<Lock>();
    QString error = lock->take(m_path, file(QStringLiteral("tocsin.lock")));
    if (error.isEmpty())
        m_lock = std::move(lock);
    return error;
}

DataDirectory::Key DataDirectory::readKey(const QString &path, const QString &what)
{
    QFile key(path);
    if (!key.open(QIODevice::ReadOnly))
        return {{}, QStringLiteral("The %1 %2 cannot be read: %3.").arg(what, path, key.errorString())};
    const QByteArray bytes = key.read(keyBytes + 1);
    if (bytes.size() != keyBytes)
        return {{}, QStringLiteral("The %1 %2 is damaged: it must hold exactly 32 bytes.").arg(what, path)};
    return {bytes, {}};
}

DataDirectory::Key DataDirectory::keyNamed(const QString &name, const QString &what) const
{
    const QString path = file(name + QStringLiteral(".key"));
    if (!QFile::exists(path)) {
        QByteArray fresh(keyBytes, Qt::Uninitialized);
        QRandomGenerator::system()->generate(fresh.begin(), fresh.end());
        // Written whole under another name first, so that nobody ever reads half a key. Who comes second takes the
        // first one's.
        QTemporaryFile draft(file(name + QStringLiteral("-XXXXXX.new"))); // made 0600
        if (!draft.open() || draft.write(fresh) != fresh.size() || !draft.flush())
            return {{}, QStringLiteral("The %1 %2 cannot be written: %3.").arg(what, path, draft.errorString())};
#ifdef Q_OS_UNIX
        ::fsync(draft.handle());
#endif
        draft.close();
        if (!publish(draft.fileName(), path) && !QFile::exists(path))
            return {{}, QStringLiteral("The %1 %2 cannot be written: %3.").arg(what, path, qt_error_string())};
        syncDirectory(m_path);
    }
    return readKey(path, what);
}

DataDirectory::Key DataDirectory::tokenKey() const
{
    return keyNamed(QStringLiteral("jwt"), QStringLiteral("token key"));
}

DataDirectory::Key DataDirectory::headKey() const
{
    return keyNamed(QStringLiteral("head"), QStringLiteral("log's key"));
}

DataDirectory::Key DataDirectory::existingHeadKey() const
{
    const QString path = file(QStringLiteral("head.key"));
    return QFile::exists(path) ? readKey(path, QStringLiteral("log's key")) : Key();
}

bool allocateFile(const QString &path, qint64 bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate, ownerOnly))
        return false;
#if defined(Q_OS_LINUX) && !defined(TOCSIN_PORTABLE)
    return ::posix_fallocate(file.handle(), 0, bytes) == 0;
#else
    // Bytes that a file system which compresses cannot leave out.
    QByteArray block(1 << 20, Qt::Uninitialized);
    for (qint64 left = bytes; left > 0; left -= block.size()) {
        QRandomGenerator::global()->fillRange(reinterpret_cast<quint32 *>(block.data()), block.size() / 4);
        if (const qint64 size = qMin(left, qint64(block.size())); file.write(block.constData(), size) != size)
            return false;
    }
    return file.flush();
#endif
}

QString writePrivateFile(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    const bool written = file.open(QIODevice::WriteOnly) && file.setPermissions(ownerOnly) &&
                         file.write(bytes) == bytes.size() && file.commit();
    return written ? QString() : file.errorString();
}

bool makePrivateFile(const QString &path)
{
    if (QFile::exists(path))
        return true;
    QFile file(path);
    // NewOnly with permissions: never readable for others, not even for a moment.
    return file.open(QIODevice::WriteOnly | QIODevice::NewOnly, ownerOnly) || QFile::exists(path);
}

} // namespace tocsin
