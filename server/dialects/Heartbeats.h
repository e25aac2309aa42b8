// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/HeartbeatQueue.h"

#include <QObject>
#include <QTimer>

#include <functional>

namespace tocsin {

/// A dialect's HeartbeatQueue with the one timer that serves it. Server thread.
class Heartbeats : public QObject
{
    Q_OBJECT
public:
    /// `beat` gets the numbers that are due. The options outlive this.
    using Beat = std::function<void(const QList<quint64> &due, TimePoint now)>;
    Heartbeats(const DialectOptions &options, Beat beat, QObject *parent = nullptr);

    void add(quint64 number);
    void remove(quint64 number) { m_queue.remove(number); }

private:
    void take();
    void arm();

    const DialectOptions &m_options;
    const Beat m_beat;
    HeartbeatQueue m_queue;
    QTimer m_timer;
};

} // namespace tocsin
