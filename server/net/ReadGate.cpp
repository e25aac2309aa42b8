// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/ReadGate.h"

#include <algorithm>
#include <utility>

namespace tocsin::net {

namespace {
/// Values alone cross threads, so nobody calls when there is room again; a look costs two loads.
constexpr auto lookAgain = std::chrono::milliseconds(5);
} // namespace

ReadGate::ReadGate(std::shared_ptr<const InwardGauge> gauge, Limits limits)
    : m_gauge(std::move(gauge))
    , m_limits(limits)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { poll(); });
}

bool ReadGate::isOpen()
{
    if (!m_gauge)
        return true;
    const std::int64_t items = m_gauge->items();
    const std::int64_t bytes = m_gauge->bytes();
    if (m_open && (items >= m_limits.items || bytes >= m_limits.bytes)) {
        m_open = false;
        ++m_closings;
    } else if (!m_open && items <= m_limits.items / 2 && bytes <= m_limits.bytes / 2) {
        m_open = true;
    }
    return m_open;
}

void ReadGate::wait(Waiter *waiter)
{
    m_waiting.push_back(waiter);
    if (!m_timer.isActive())
        m_timer.start(lookAgain);
}

void ReadGate::leave(Waiter *waiter)
{
    m_waiting.erase(std::remove(m_waiting.begin(), m_waiting.end(), waiter), m_waiting.end());
}

void ReadGate::poll()
{
    // Who waits again has had its turn: at most as many as there are now.
    for (std::size_t left = m_waiting.size(); left > 0 && !m_waiting.empty() && isOpen(); --left) {
        Waiter *const first = m_waiting.front();
        m_waiting.pop_front();
        first->readAgain();
    }
    if (m_waiting.empty())
        m_timer.stop();
}

} // namespace tocsin::net
