// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/InwardGauge.h"

#include <QTimer>

#include <deque>
#include <memory>

namespace tocsin::net {

/// Whether sockets may be read: no longer once too much waits for the desk, and again when it is down to half. A socket
/// finds out when something comes in; it keeps that, stops reading, and waits here in line. The kernel then stops the
/// sender, which is the only way to slow down somebody who does not ask. Server thread.
class ReadGate
{
public:
    struct Limits
    {
        std::int64_t items = 4'096;
        std::int64_t bytes = 16'777'216;
    };
    class Waiter
    {
    public:
        Waiter() = default;
        Waiter(const Waiter &) = delete;
        Waiter &operator=(const Waiter &) = delete;
        virtual void readAgain() = 0; ///< may wait again at once

    protected:
        ~Waiter() = default; ///< call ReadGate::leave() before
    };

    /// Without a gauge it is always open.
    explicit ReadGate(std::shared_ptr<const InwardGauge> gauge) : ReadGate(std::move(gauge), Limits()) {}
    ReadGate(std::shared_ptr<const InwardGauge> gauge, Limits limits);

    [[nodiscard]] bool isOpen();
    void wait(Waiter *waiter);
    void leave(Waiter *waiter);
    /// Lets those go on that wait, as long as it is open. By itself every few milliseconds; tests call it.
    void poll();
    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }
    [[nodiscard]] quint64 closings() const { return m_closings; } ///< since start

private:
    const std::shared_ptr<const InwardGauge> m_gauge;
    const Limits m_limits;
    QTimer m_timer; ///< runs while somebody waits
    std::deque<Waiter *> m_waiting;
    quint64 m_closings = 0;
    bool m_open = true;
};

} // namespace tocsin::net
