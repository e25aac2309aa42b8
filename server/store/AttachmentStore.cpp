// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/AttachmentStore.h"

#include "models/domain/AttachmentId.h"
#include "server/store/DataDirectory.h"
#include "server/store/Logging.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr std::size_t mostJobs = 256;
constexpr QFile::Permissions ownerOnly = QFile::ReadOwner | QFile::WriteOwner;

AttachmentResult failed(const char *code, const QString &message)
{
    return {QLatin1String(code), message, {}};
}
} // namespace

QByteArray imageTypeOf(const QByteArray &bytes)
{
    if (bytes.startsWith("\x89PNG\r\n\x1a\n"))
        return "image/png";
    if (bytes.startsWith("\xff\xd8\xff"))
        return "image/jpeg";
    if (bytes.startsWith("GIF87a") || bytes.startsWith("GIF89a"))
        return "image/gif";
    if (bytes.startsWith("RIFF") && bytes.mid(8, 4) == "WEBP")
        return "image/webp";
    return {};
}

AttachmentStore::AttachmentStore(Options options, QObject *parent) : QObject(parent), m_options(std::move(options))
{
}

AttachmentStore::~AttachmentStore()
{
    std::deque<Job> jobs;
    {
        const std::scoped_lock lock(m_mutex);
        jobs = std::exchange(m_jobs, {});
    }
    for (const Job &job : jobs)
        job.reply(failed("storage_failed", QStringLiteral("The server is stopping.")));
}

QString AttachmentStore::start()
{
    if (!QDir().mkpath(m_options.directory))
        return QStringLiteral("The directory %1 cannot be made.").arg(m_options.directory);
    QFile::setPermissions(m_options.directory, ownerOnly | QFile::ExeOwner);
    m_total = 0;
    for (QDirIterator it(m_options.directory, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        it.next();
        m_total += it.fileInfo().size();
    }
    return {};
}

void AttachmentStore::put(const QByteArray &bytes, Reply reply)
{
    if (bytes.size() > m_options.mostBytes)
        return reply(failed("too_large",
                            QStringLiteral("A picture must not be larger than %1 bytes.").arg(m_options.mostBytes)));
    if (imageTypeOf(bytes).isEmpty())
        return reply(failed("unsupported", QStringLiteral("Only PNG, JPEG, WebP and GIF pictures are taken.")));
    push({QString(), bytes, std::move(reply)});
}

void AttachmentStore::get(const QString &id, Reply reply)
{
    if (!isAttachmentId(id))
        return reply(failed("not_found", QStringLiteral("There is no such picture.")));
    push({id, {}, std::move(reply)});
}

void AttachmentStore::push(Job job)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (m_jobs.size() < mostJobs && m_waiting + job.bytes.size() <= m_options.mostWaiting) {
            m_waiting += job.bytes.size();
            m_jobs.push_back(std::move(job));
            QMetaObject::invokeMethod(this, &AttachmentStore::work, Qt::QueuedConnection);
            return;
        }
    }
    job.reply(failed("overloaded", QStringLiteral("Too many pictures wait to be stored; try again.")));
}

/// One job per turn: the thread has other work.
void AttachmentStore::work()
{
    Job job;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_jobs.empty())
            return;
        job = std::move(m_jobs.front());
        m_jobs.pop_front();
        m_waiting -= job.bytes.size();
    }
    job.reply(job.id.isEmpty() ? store(job.bytes) : load(job.id));
}

QString AttachmentStore::fileOf(const QString &id) const
{
    return QStringLiteral("%1/%2/%3").arg(m_options.directory, id.left(2), id);
}

AttachmentResult AttachmentStore::store(const QByteArray &bytes)
{
    const QByteArray digest = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
    AttachmentResult result;
    result.attachment = {QString::fromLatin1(digest), imageTypeOf(bytes), {}};
    const QString path = fileOf(result.attachment.id);
    if (QFile known(path); known.exists() && known.size() == bytes.size()) {
        // Young again: it may be named by a message soon.
        if (known.open(QIODevice::ReadWrite))
            known.setFileTime(QDateTime::currentDateTimeUtc(), QFileDevice::FileModificationTime);
        return result;
    }
    if (m_total + bytes.size() > m_options.mostTotal)
        return failed("full", QStringLiteral("The server has no room for more pictures."));
    QDir().mkpath(QFileInfo(path).path());
    if (const QString error = writePrivateFile(path, bytes); !error.isEmpty()) {
        qCWarning(lcStore).noquote() << "a picture was not stored in" << path << ":" << error;
        return failed("storage_failed", QStringLiteral("The picture could not be stored."));
    }
    m_total += bytes.size();
    return result;
}

AttachmentResult AttachmentStore::load(const QString &id) const
{
    QFile file(fileOf(id));
    if (!file.open(QIODevice::ReadOnly))
        return failed("not_found", QStringLiteral("There is no such picture."));
    AttachmentResult result;
    result.attachment = {id, {}, file.read(m_options.mostBytes + 1)};
    result.attachment.type = imageTypeOf(result.attachment.bytes);
    if (QString::fromLatin1(QCryptographicHash::hash(result.attachment.bytes, QCryptographicHash::Sha256).toHex()) !=
        id) {
        qCWarning(lcStore).noquote() << "the picture" << id << "is damaged";
        return failed("storage_failed", QStringLiteral("The picture is damaged."));
    }
    return result;
}

QStringList AttachmentStore::candidates(TimePoint now) const
{
    const QDateTime before = QDateTime::fromMSecsSinceEpoch(toEpochMillis(now - m_options.orphanAfter), Qt::UTC);
    QStringList old;
    for (QDirIterator it(m_options.directory, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        it.next();
        if (isAttachmentId(it.fileName()) && it.fileInfo().lastModified() < before)
            old.append(it.fileName());
    }
    return old;
}

void AttachmentStore::remove(const QString &id, TimePoint now)
{
    const QFileInfo info(fileOf(id));
    const qint64 size = info.size();
    if (!isAttachmentId(id) || !info.exists() ||
        info.lastModified().toMSecsSinceEpoch() >= toEpochMillis(now - m_options.orphanAfter))
        return;
    if (QFile::remove(info.filePath()))
        m_total -= size;
}

} // namespace tocsin
