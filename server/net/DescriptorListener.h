// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Listener.h"

#include <chrono>
#include <functional>

QT_BEGIN_NAMESPACE
class QSocketNotifier;
QT_END_NAMESPACE

namespace tocsin::net {

/// A non-blocking listening descriptor (Unix) that accepts a bounded batch per turn of the event loop. When the process or
/// the system has no descriptors left (EMFILE, ENFILE) it gives up a spare one to take the waiting connections and turn
/// them away: left in the queue they would wake the loop for ever, and their clients would wait in vain. Server thread.
class DescriptorListener final : public Listener
{
    Q_OBJECT
public:
    DescriptorListener();
    ~DescriptorListener() override;

    [[nodiscard]] QString listenOn(const ListenAddress &where) override;
    [[nodiscard]] ListenAddress boundTo() const override;

    /// Connections turned away for want of a descriptor.
    [[nodiscard]] quint64 turnedAway() const { return m_turnedAway; }

private:
    using Clock = std::chrono::steady_clock;

    void onReadable();
    [[nodiscard]] bool turnOneAway();
    void takeSpare();
    void pause();
    void warn(int error);

    std::unique_ptr<QSocketNotifier> m_readable;
    Clock::time_point m_warnedAt = Clock::time_point::min();
    quint64 m_turnedAway = 0;
    quint64 m_turnedAwayBefore = 0; ///< when the log was last told
    int m_descriptor = -1;
    int m_spare = -1;
    bool m_encrypted = false;
};

} // namespace tocsin::net
