// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/DeadlineTimer.h"

#include <QTimer>

#if defined(Q_OS_LINUX) && !defined(TOCSIN_PORTABLE)
#include <QSocketNotifier>

#include <sys/timerfd.h>
#include <unistd.h>
#endif

#include <algorithm>

namespace tocsin::net {

#if defined(Q_OS_LINUX) && !defined(TOCSIN_PORTABLE)

/// std::chrono::steady_clock is CLOCK_MONOTONIC. Without a descriptor (there may be none left) nothing would ever fire, so then it is Qt's timer.
struct DeadlineTimer::Clockwork
{
    explicit Clockwork(DeadlineTimer *owner) : fd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC))
    {
        coarse.setSingleShot(true);
        coarse.setTimerType(Qt::PreciseTimer);
        connect(&coarse, &QTimer::timeout, owner, &DeadlineTimer::due);
        if (fd < 0)
            return;
        notifier = std::make_unique<QSocketNotifier>(fd, QSocketNotifier::Read);
        connect(notifier.get(), &QSocketNotifier::activated, owner, [this, owner] {
            quint64 times = 0;
            if (::read(fd, &times, sizeof(times)) == sizeof(times))
                Q_EMIT owner->due();
        });
    }
    Clockwork(const Clockwork &) = delete;
    Clockwork &operator=(const Clockwork &) = delete;
    ~Clockwork()
    {
        notifier.reset();
        if (fd >= 0)
            ::close(fd);
    }
    void set(std::chrono::nanoseconds at)
    {
        using namespace std::chrono;
        if (fd < 0) {
            const auto left = ceil<milliseconds>(at - steady_clock::now().time_since_epoch());
            coarse.start(std::max(left, milliseconds(0)));
            return;
        }
        const auto whole = floor<seconds>(at);
        itimerspec spec{};
        spec.it_value.tv_sec = whole.count();
        spec.it_value.tv_nsec = std::max<long>(1, (at - whole).count()); // 0.0 would disarm it
        ::timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, nullptr);
    }
    void clear()
    {
        coarse.stop();
        if (fd < 0)
            return;
        const itimerspec never{};
        ::timerfd_settime(fd, 0, &never, nullptr);
    }

    int fd;
    std::unique_ptr<QSocketNotifier> notifier;
    QTimer coarse;
};

#else

struct DeadlineTimer::Clockwork
{
    explicit Clockwork(DeadlineTimer *owner)
    {
        coarse.setSingleShot(true);
        coarse.setTimerType(Qt::PreciseTimer);
        connect(&coarse, &QTimer::timeout, owner, &DeadlineTimer::due);
    }
    void set(std::chrono::nanoseconds at)
    {
        using namespace std::chrono;
        const auto left = ceil<milliseconds>(at - steady_clock::now().time_since_epoch());
        coarse.start(std::max(left, milliseconds(0)));
    }
    void clear() { coarse.stop(); }

    QTimer coarse;
};

#endif

DeadlineTimer::DeadlineTimer(QObject *parent) : QObject(parent), m_clockwork(std::make_unique<Clockwork>(this))
{
}

DeadlineTimer::~DeadlineTimer() = default;

void DeadlineTimer::set(Moment moment)
{
    m_clockwork->set(moment.time_since_epoch());
}

void DeadlineTimer::clear()
{
    m_clockwork->clear();
}

} // namespace tocsin::net
