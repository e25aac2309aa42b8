// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QHash>
#include <QObject>

#include <deque>

namespace tocsin {

/// What the dialects know of the desk: its devices, who is heard, the alerts, the last lines of each conversation.
/// A projection, never a truth of its own: it changes only when the desk's events arrive. Server thread; fed by ServerFeed.
/// Bounded: closed alerts 500, lines 50 per thread, threads 10,000 (the longest silent go first).
class DeskMirror : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maxClosedAlerts = 500;
    static constexpr qsizetype maxLinesPerThread = 50;
    static constexpr qsizetype maxThreads = 10000;

    using QObject::QObject;

    /// Replaces everything. Until the first one the mirror is not ready and knows nobody. A later one (after a gap)
    /// also signals what changed meanwhile.
    void setSnapshot(const DeskSnapshot &snapshot);
    /// In the order of the log. Events that the snapshot holds already are skipped; a gap ends in resyncNeeded().
    void apply(const QList<Event> &events);
    /// Events were lost on the way: nothing more is applied until a snapshot comes.
    void markGap();
    void applyPresence(const QList<DevicePresence> &changes);

    [[nodiscard]] bool isReady() const { return m_ready; }
    [[nodiscard]] qint64 seq() const { return m_seq; }
    [[nodiscard]] const QString &epoch() const { return m_epoch; }
    /// The last seq of each named stream.
    [[nodiscard]] const QHash<QString, qint64> &heads() const { return m_heads; }
    [[nodiscard]] const Device *device(const QString &id) const;
    [[nodiscard]] QList<Device> devices() const { return m_devices.values(); }
    [[nodiscard]] QList<DevicePresence> presences() const { return m_presence.values(); }
    [[nodiscard]] std::optional<DevicePresence> presence(const QString &deviceId) const;
    [[nodiscard]] const Alert *alert(const QString &id) const; ///< open or among the newest closed ones
    [[nodiscard]] QList<Alert> openAlerts() const;
    [[nodiscard]] QList<Alert> openAlertsOf(const QString &source) const; ///< newest first
    [[nodiscard]] QList<ChatMessage> lines(const QString &thread) const;
    [[nodiscard]] qsizetype openAlertCount() const { return m_openAlerts.size(); }
    [[nodiscard]] qsizetype openAlertCount(AlertLevel level) const;
    /// Users that get the alerts of this one: its own person and the owners of the device that raised it.
    [[nodiscard]] QStringList recipientsOf(const Alert &alert) const;

Q_SIGNALS:
    void snapshotApplied();
    /// After the signals of the single ones; without those that were known already.
    void eventsApplied(const QList<tocsin::Event> &events);
    void alertChanged(const tocsin::AlertChange &change);
    void chatAdded(const tocsin::ChatMessage &message);
    void deviceChanged(const tocsin::Device &device);
    void presenceChanged(const tocsin::DevicePresence &presence);
    /// Events are missing: app answers with a new snapshot.
    void resyncNeeded();

private:
    void tellMissed(const Alert *before, const Alert &now);
    void store(const Alert &alert);
    void store(const ChatMessage &message);

    bool m_ready = false;
    bool m_gap = false;
    qint64 m_seq = 0;
    QString m_epoch;
    QHash<QString, qint64> m_heads;
    QHash<QString, Device> m_devices;
    QHash<QString, DevicePresence> m_presence;
    QHash<QString, Alert> m_openAlerts;
    QHash<QString, Alert> m_closedAlerts;
    std::deque<QString> m_closedOrder; ///< oldest first
    QHash<QString, QList<ChatMessage>> m_lines;
};

} // namespace tocsin
