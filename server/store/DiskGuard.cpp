// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DiskGuard.h"

#include "server/store/DataDirectory.h"
#include "server/store/Logging.h"

#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>

#include <array>
#include <utility>

namespace tocsin {

namespace {
std::optional<qint64> systemFreeBytes(const QString &path)
{
    const QStorageInfo disk(path);
    return disk.isValid() && disk.isReady() ? std::optional<qint64>(disk.bytesAvailable()) : std::nullopt;
}
} // namespace

std::optional<ReportAlert> alertOf(DiskRoom room, qint64 free)
{
    ReportAlert report;
    report.source = QStringLiteral("tocsin");
    report.category = QStringLiteral("system");
    report.value = double(free >> 20);
    report.recommendedActions = {QStringLiteral("Make room on the disk of the server")};
    const QString left = QStringLiteral("The server's disk has %1 MiB left. ").arg(free >> 20);
    switch (room) {
    case DiskRoom::Ample:
        return std::nullopt;
    case DiskRoom::Low:
        report.code = QStringLiteral("DISK_LOW");
        report.title = QStringLiteral("Disk low");
        report.message = left + QStringLiteral("Backups are not made until there is room.");
        break;
    case DiskRoom::Short:
        report.code = QStringLiteral("DISK_LOW");
        report.title = QStringLiteral("Disk low");
        report.level = AlertLevel::Critical;
        report.message = left + QStringLiteral("Telemetry is not recorded until there is room.");
        break;
    case DiskRoom::Full:
        report.code = QStringLiteral("DISK_FULL");
        report.title = QStringLiteral("Disk full");
        report.level = AlertLevel::Critical;
        report.message = left + QStringLiteral("Alerts and chat live on the last reserve; then they are refused.");
        break;
    }
    return report;
}

DiskGuard::DiskGuard(Options options, QObject *parent) : QObject(parent), m_options(std::move(options)), m_timer(this)
{
    connect(&m_timer, &QTimer::timeout, this, &DiskGuard::look);
}

QString DiskGuard::reservePath() const
{
    return m_options.directory + QStringLiteral("/disk.reserve");
}

bool DiskGuard::hasReserve() const
{
    return QFileInfo(reservePath()).size() == m_options.reserve;
}

void DiskGuard::start()
{
    look();
    m_timer.start(m_options.look);
}

void DiskGuard::stop()
{
    m_timer.stop();
}

void DiskGuard::noRoom()
{
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_room != DiskRoom::Full)
                enter(DiskRoom::Full, 0);
        },
        Qt::QueuedConnection);
}

DiskRoom DiskGuard::judge(qint64 free) const
{
    // The room that the reserve will take again does not count as ours.
    const qint64 counted = hasReserve() ? free : free - m_options.reserve;
    const std::array<qint64, 3> limits{m_options.low, m_options.tooShort, m_options.full};
    int room = 0;
    for (int step = 0; step < 3; ++step) {
        const bool below = int(m_room.load()) > step;
        const qint64 limit = below ? limits.at(std::size_t(step)) / 4 * 5 : limits.at(std::size_t(step));
        if ((below ? counted : free) < limit)
            room = step + 1;
    }
    return static_cast<DiskRoom>(room);
}

void DiskGuard::look()
{
    const std::optional<qint64> free =
        m_options.freeBytes ? m_options.freeBytes(m_options.directory) : systemFreeBytes(m_options.directory);
    if (!free)
        return;
    if (const DiskRoom room = judge(*free); room != m_room)
        enter(room, *free);
    if (m_room == DiskRoom::Ample && !hasReserve()) {
        if (!allocateFile(reservePath(), m_options.reserve))
            QFile::remove(reservePath());
    }
}

void DiskGuard::enter(DiskRoom room, qint64 free)
{
    const bool worse = room > m_room;
    m_room = room;
    if (room == DiskRoom::Full)
        QFile::remove(reservePath());
    if (worse)
        qCWarning(lcStore).noquote() << "the disk of" << m_options.directory << "has" << free / 1024 << "KiB left";
    else
        qCInfo(lcStore).noquote() << "the disk of" << m_options.directory << "has room again:" << free / 1024 << "KiB";
    Q_EMIT changed(room, free);
}

} // namespace tocsin
