// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <chrono>
#include <memory>

namespace tocsin::net {

/// Fires once at a moment of the steady clock, as exactly as the system can: Qt's timers count whole milliseconds, which is too coarse for
/// something that happens a thousand times a second. Elsewhere than on Linux it is such a timer, rounded up. One thread.
class DeadlineTimer : public QObject
{
    Q_OBJECT
public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit DeadlineTimer(QObject *parent = nullptr);
    ~DeadlineTimer() override;

    /// Takes the place of the moment before.
    void set(Moment moment);
    void clear();

Q_SIGNALS:
    void due();

private:
    struct Clockwork;
    std::unique_ptr<Clockwork> m_clockwork;
};

} // namespace tocsin::net
