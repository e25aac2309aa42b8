// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <chrono>
#include <functional>
#include <utility>

namespace tocsin {

/// A notification that is given at once, and in a hurry only so often: of what is drawn as text, which costs a layout and which nobody
/// reads faster than ten times a second. The last one is never lost. GUI thread; `notify` is called from say() or from the event loop.
class Paced
{
public:
    explicit Paced(std::function<void()> notify, std::chrono::milliseconds pause = std::chrono::milliseconds(100))
        : m_notify(std::move(notify))
    {
        m_pause.setSingleShot(true);
        m_pause.setInterval(pause);
        QObject::connect(&m_pause, &QTimer::timeout, &m_pause, [this] {
            if (std::exchange(m_owed, false))
                say(true);
        });
    }

    void say(bool hurry)
    {
        m_owed = hurry && m_pause.isActive();
        if (m_owed)
            return;
        m_pause.start();
        m_notify();
    }

private:
    std::function<void()> m_notify;
    QTimer m_pause;
    bool m_owed = false;
};

} // namespace tocsin
