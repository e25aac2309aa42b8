// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"

#include <QObject>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The time on the wall, and the console's pulse: ticked() once a second, on the second. GUI thread; owned by Console.
class ConsoleClock : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.clock")
    Q_PROPERTY(QString time READ time NOTIFY changed FINAL) ///< "14:06:21", operator's zone
    Q_PROPERTY(QString utc READ utc NOTIFY changed FINAL)   ///< "13:06:21 UTC"
    Q_PROPERTY(QString date READ date NOTIFY changed FINAL) ///< "Fri 20 Nov 2026"
public:
    explicit ConsoleClock(ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] QString time() const { return m_time; }
    [[nodiscard]] QString utc() const { return m_utc; }
    [[nodiscard]] QString date() const { return m_date; }

    /// Reads the clock, tells everybody, and aims at the next full second. Called by the timer.
    void tick();

Q_SIGNALS:
    void changed();
    void ticked(tocsin::TimePoint now);

private:
    ModelClock m_clock;
    QTimer m_timer;
    QString m_time;
    QString m_utc;
    QString m_date;
};

} // namespace tocsin
