// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/BackendParts.h"

#include <QLoggingCategory>

// What looks after the data while everything runs: old rows and pictures, the room on the disk, backups.

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcApp, "tocsin.app", QtInfoMsg)
}

/// Old closed rows and pictures that no message names any more.
void Backend::housekeep()
{
    if (!m_parts)
        return;
    Parts &p = *m_parts;
    const TimePoint now = systemNow();
    QMetaObject::invokeMethod(
        p.log.get(),
        [log = p.log.get(), before = now - std::chrono::hours{24} * m_settings.closedDays] {
            if (const QString problem = log->prune(before); !problem.isEmpty())
                qCWarning(lcApp).noquote() << problem;
        },
        Qt::QueuedConnection);
    QMetaObject::invokeMethod(
        p.attachments.get(),
        [pictures = p.attachments.get(), log = p.log.get(), now] {
            for (const QString &id : pictures->candidates(now)) {
                // The log answers everything before it stops, and the pictures go after it.
                log->attachmentThreads(id, [pictures, id, now](const std::optional<QStringList> &threads) {
                    if (threads && threads->isEmpty())
                        QMetaObject::invokeMethod(
                            pictures, [pictures, id, now] { pictures->remove(id, now); }, Qt::QueuedConnection);
                });
            }
        },
        Qt::QueuedConnection);
}

/// What stops when the disk fills, and who is told. What goes on by itself: the log, which says no when it must.
QString Backend::startDiskGuard()
{
    Parts &p = *m_parts;
    DiskGuard::Options options;
    options.directory = p.directory->path();
    p.diskWorker.emplace(QStringLiteral("disk"));
    p.disk = std::make_unique<DiskGuard>(std::move(options));
    connect(p.log.get(), &LogStore::diskFull, p.disk.get(), &DiskGuard::noRoom, Qt::DirectConnection);
    connect(
        p.disk.get(), &DiskGuard::changed, p.disk.get(),
        [&history = *p.history, &desk = *p.desk](DiskRoom room, qint64 free) {
            history.setRecording(room < DiskRoom::Short);
            if (const std::optional<ReportAlert> alert = alertOf(room, free))
                desk.submit(
                    {QString(), {Actor::Kind::System, QStringLiteral("tocsin"), QStringLiteral("Tocsin"), {}}, *alert},
                    [](const Outcome &) {});
        },
        Qt::DirectConnection);
    p.disk->moveToThread(p.diskWorker->thread());
    p.diskWorker->run([&p] { p.disk->start(); });
    return {};
}

QString Backend::startBackups()
{
    Parts &p = *m_parts;
    if (m_settings.backupHours == 0)
        return {};
    BackupSchedule::Options options;
    options.data = p.directory->path();
    options.directory =
        m_settings.backupDir.isEmpty() ? p.directory->file(QStringLiteral("backups")) : m_settings.backupDir;
    options.interval = std::chrono::hours{m_settings.backupHours};
    options.keep = m_settings.backupKeep;
    options.allowed = [&disk = *p.disk] { return disk.room() == DiskRoom::Ample; };
    p.backupWorker.emplace(QStringLiteral("backup"));
    p.backups = std::make_unique<BackupSchedule>(std::move(options));
    p.backups->moveToThread(p.backupWorker->thread());
    p.backupWorker->run([&p] { p.backups->start(); });
    return {};
}

} // namespace tocsin
