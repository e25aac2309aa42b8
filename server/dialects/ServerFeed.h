// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DeskMirror.h"
#include "server/dialects/FlowMeter.h"

#include <QHash>
#include <QObject>

#include <mutex>

namespace tocsin {

/// The one door through which news reach the server thread: readings of every source, the desk's events, snapshots, presence.
/// take…() may be called from any thread and never blocks; everything is handed on in one turn of the
/// event loop of the thread that this object lives on.
///
/// Bounded. Readings: `maxReadings` wait in order; beyond them each device keeps its newest values alone, so that a
/// stalled server thread finds one entry per device (`maxDevices`, then they are counted as dropped). Events: `maxEvents`; beyond them all
/// waiting ones are given up and DeskMirror::resyncNeeded() asks for a snapshot: nothing is lost, only fetched anew.
class ServerFeed : public QObject
{
    Q_OBJECT
public:
    struct Limits
    {
        qsizetype readings = 16384;
        qsizetype devices = 100000;
        qsizetype events = 16384;
    };

    /// `mirror` lives on the same thread and longer.
    explicit ServerFeed(DeskMirror &mirror, QObject *parent = nullptr);
    ServerFeed(DeskMirror &mirror, Limits limits, QObject *parent = nullptr);

    void takeReadings(const QList<Reading> &readings);
    /// Takes the place of everything that waits: the snapshot is newer.
    void takeSnapshot(const DeskSnapshot &snapshot);
    void takeEvents(const QList<Event> &events);
    void takePresence(const QList<DevicePresence> &changes);

    /// The thread of the feed.
    [[nodiscard]] const FlowMeter &flow() const { return m_flow; }
    [[nodiscard]] const DeskMirror &mirror() const { return m_mirror; }
    [[nodiscard]] qint64 droppedReadings() const;   ///< any thread
    [[nodiscard]] qint64 conflatedReadings() const; ///< any thread

Q_SIGNALS:
    /// In the order in which they were taken in.
    void readings(const QList<tocsin::Reading> &readings);

private:
    struct Waiting
    {
        QList<Reading> readings;
        QList<Reading> newest; ///< one per device, once `readings` is full
        QHash<QString, qsizetype> newestIndex;
        std::optional<DeskSnapshot> snapshot;
        QList<Event> events;
        QHash<QString, DevicePresence> presence;
        bool overrun = false;
        [[nodiscard]] bool isEmpty() const;
    };
    void wake(bool wasEmpty);
    void conflate(const Reading &reading);
    void handOn();

    DeskMirror &m_mirror;
    const Limits m_limits;
    FlowMeter m_flow;
    mutable std::mutex m_mutex; ///< guards what follows
    Waiting m_waiting;
    qint64 m_dropped = 0;
    qint64 m_conflated = 0;
};

} // namespace tocsin
