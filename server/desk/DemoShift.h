// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/desk/DemoOperator.h"
#include "server/desk/Desk.h"

#include <QObject>

namespace tocsin {

/// Seats the DemoOperator at a desk: brings events and time, hands over requests. Lives on the desk's thread, is
/// started after the desk and deleted (or stopped) before it. Only for --demo.
class DemoShift : public QObject
{
    Q_OBJECT
public:
    DemoShift(Desk &desk, quint32 seed, std::function<TimePoint()> clock = systemNow, QObject *parent = nullptr);

public Q_SLOTS:
    void start();
    void stop();

private:
    void tick();

    Desk &m_desk;
    DemoOperator m_operator;
    const std::function<TimePoint()> m_clock;
    QTimer *m_timer = nullptr; ///< from start()
    TimePoint m_heardAt;       ///< when it told last that its simulated console has sound
    bool m_begun = false;
};

} // namespace tocsin
