// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

namespace tocsin {

/// What may still be written, by the room that is left on the disk.
enum class DiskRoom {
    Ample,
    Low,   ///< backups stop: what can be done later
    Short, ///< and the telemetry history (class B)
    Full, ///< and the reserve is given up, so that alerts, chat and commands (class A) can go on with it while it lasts
};

/// What the operators are told of it; nullopt when there is room.
[[nodiscard]] std::optional<ReportAlert> alertOf(DiskRoom room, qint64 free);

/// Watches the room on the disk of the data directory, and keeps a reserve file there (64 MiB, really allocated). Lives on the thread that
/// it was moved to; start(), stop() and look() run there, room() and noRoom() on any.
///
/// Each step back needs a quarter more room than the step down, so that nothing flaps; then the reserve is made again. When even
/// the reserve is used up, SQLite refuses and the desk says so to everybody who asks: nothing is ever acknowledged that is
/// not stored.
class DiskGuard : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        QString directory; ///< the data directory
        qint64 low = 512 << 20;
        qint64 tooShort = 256 << 20;
        qint64 full = 16 << 20;
        qint64 reserve = 64 << 20;
        std::chrono::seconds look{3};
        /// Bytes that we may still write there; nullopt: not known (then nothing changes). Empty: as the system says.
        std::function<std::optional<qint64>(const QString &)> freeBytes;
    };

    explicit DiskGuard(Options options, QObject *parent = nullptr);

    void start();
    void stop();
    /// By itself each few seconds when started.
    void look();
    /// The log was refused for want of room: as if the disk had been seen full.
    void noRoom();

    [[nodiscard]] DiskRoom room() const { return m_room; }
    [[nodiscard]] bool hasReserve() const;
    [[nodiscard]] QString reservePath() const;

Q_SIGNALS:
    /// `free`: bytes, when it was seen.
    void changed(tocsin::DiskRoom room, qint64 free);

private:
    [[nodiscard]] DiskRoom judge(qint64 free) const;
    void enter(DiskRoom room, qint64 free);

    const Options m_options;
    QTimer m_timer;
    std::atomic<DiskRoom> m_room{DiskRoom::Ample};
};

} // namespace tocsin
