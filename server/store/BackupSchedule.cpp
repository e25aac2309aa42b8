// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/BackupSchedule.h"

#include "server/store/Backup.h"
#include "server/store/Logging.h"

#include <QFileInfo>
#include <QStorageInfo>

#include <utility>

namespace tocsin {

namespace {
qint64 systemFreeBytes(const QString &path)
{
    return QStorageInfo(path).bytesAvailable();
}
} // namespace

BackupSchedule::BackupSchedule(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_timer(this)
{
    connect(&m_timer, &QTimer::timeout, this, &BackupSchedule::look);
}

void BackupSchedule::start()
{
    // Across restarts the newest one there tells when the next is due.
    if (const QStringList made = backup::list(m_options.directory); !made.isEmpty())
        m_last = fromEpochMicros(QFileInfo(made.constLast()).lastModified().toMSecsSinceEpoch() * 1000);
    m_timer.start(m_options.look);
}

void BackupSchedule::stop()
{
    m_timer.stop();
}

void BackupSchedule::look()
{
    const TimePoint now = m_options.clock();
    // A clock that was set back must not stop the backups.
    if (m_last <= now && now - m_last < m_options.interval)
        return;
    QString error;
    const qint64 needed = 2 * QFileInfo(m_options.data + QStringLiteral("/desk.db")).size();
    const qint64 left = m_options.freeBytes ? m_options.freeBytes(m_options.data) : systemFreeBytes(m_options.data);
    if (left < needed || (m_options.allowed && !m_options.allowed()))
        error = QStringLiteral("there is too little room on the disk for a backup");
    else
        error = backup::make(m_options.data, m_options.directory, now, false).error;
    if (error.isEmpty()) {
        m_last = now;
        backup::prune(m_options.directory, m_options.keep);
    } else if (!m_failing) {
        qCWarning(lcStore).noquote() << "no backup was made:" << error;
    }
    m_failing = !error.isEmpty();
}

} // namespace tocsin
