// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/notify/NotifyConfig.h"

#include <QHash>
#include <QQueue>

#include <functional>
#include <optional>

namespace tocsin {

/// When which channel may send: how many are under way, pauses after failures, and how often one recipient is bothered. Plain value logic; time is an
/// argument; `chance` gives 0…1.
class NotifyLanes
{
public:
    enum class Turn { Same, Paused, Resumed };

    NotifyLanes(const NotifyConfig &config, std::function<double()> chance);

    /// Why nothing goes over it now; empty: it may. `paused`: because of failures.
    [[nodiscard]] QString wait(const QString &channel, const QString &address, AlertLevel level, TimePoint now,
                               bool *paused = nullptr) const;
    /// Whether there is room for one more over this channel.
    [[nodiscard]] bool hasRoom(const QString &channel, TimePoint now) const;
    /// When wait() may answer differently.
    [[nodiscard]] TimePoint freeAt(const QString &channel, const QString &address, AlertLevel level,
                                   TimePoint now) const;
    void started(const QString &channel, const QString &address, TimePoint now);
    /// It ended without saying anything of the channel.
    void ended(const QString &channel);
    [[nodiscard]] Turn succeeded(const QString &channel);
    /// The other side is there and works, whatever it said.
    [[nodiscard]] Turn answered(const QString &channel);
    /// `broken`: it will not get better by itself, so that it is paused at once.
    [[nodiscard]] Turn failed(const QString &channel, const QString &why, bool broken, TimePoint now);
    /// Whether its failures say nothing of the message.
    [[nodiscard]] bool isPaused(const QString &channel) const { return m_lanes.value(channel).pausedUntil.has_value(); }
    /// How long a message waits after so many attempts.
    [[nodiscard]] Duration retryAfter(int attempts) const;

    void countGivenUp(const QString &channel) { ++m_lanes[channel].failed; }
    void countDropped(const QString &channel) { ++m_lanes[channel].dropped; }
    /// All but what is queued.
    [[nodiscard]] QList<NotifyChannel> status() const;

private:
    struct Lane
    {
        int underWay = 0;
        int failures = 0; ///< in a row
        int pauses = 0;   ///< in a row
        std::optional<TimePoint> pausedUntil;
        QString problem;
        qint64 sent = 0;
        qint64 failed = 0;
        qint64 dropped = 0;
    };
    [[nodiscard]] Duration jittered(Duration span) const;
    [[nodiscard]] int allowed(AlertLevel level) const;
    [[nodiscard]] std::optional<TimePoint> crowdedUntil(const QString &channel, const QString &address,
                                                        AlertLevel level, TimePoint now) const;

    const NotifyConfig &m_config;
    const std::function<double()> m_chance;
    QHash<QString, Lane> m_lanes;
    QHash<QString, QQueue<TimePoint>> m_recent; ///< by channel and address, of the last minute
    TimePoint m_swept;
};

} // namespace tocsin
