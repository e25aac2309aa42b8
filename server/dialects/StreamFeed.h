// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/ClientFrames.h"
#include "models/wire/ServerFrames.h"
#include "server/dialects/NativeRights.h"
#include "server/dialects/StreamHub.h"

#include <QMap>

#include <deque>
#include <functional>

namespace tocsin {

/// How much may be on its way to one client unacknowledged, and for how long.
struct FeedWindow
{
    qsizetype events = 256;
    qsizetype bytes = 1'048'576;
    Duration ackTimeout = std::chrono::seconds(60);
};

/// The streams of one client of the native protocol: delivers each without a gap, in order, nothing twice, as far as the window and the socket
/// allow. Who is behind is served from the log, who has caught up from what comes: the newest events are in the hub, so there is no moment between the
/// two in which one could be missed. Server thread; owned by the session. Memory: what is on its way is counted, not kept.
class StreamFeed
{
public:
    struct Ports
    {
        /// Sends a document; the bytes that it took. Events of several clients are the same document: `key` names it.
        std::function<qsizetype(const QJsonObject &document, const QString &key)> send;
        std::function<bool()> maySend; ///< false: the socket is behind, resumed() will follow
        std::function<void(const EventsQuery &, std::function<void(const EventsResult &)>)> askLog;
        std::function<void(std::function<void(const DeskSnapshot &)>)> askSnapshot;
    };

    StreamFeed(const StreamHub &hub, const DeskMirror &mirror, native::Reader reader, FeedWindow window, Ports ports);

    /// Before anything is sent. With a cursor of this epoch the stream resumes there, else it begins with a snapshot.
    [[nodiscard]] wire::StreamGrant open(const QString &stream, const std::optional<wire::Cursor> &cursor);
    /// Sends what can be sent now.
    void pump(TimePoint now);
    /// False: names a stream that is not open, or what was not sent.
    [[nodiscard]] bool acknowledge(const QMap<QString, qint64> &cursors, TimePoint now);
    /// The client has acknowledged nothing for too long.
    [[nodiscard]] bool isOverdue(TimePoint now) const;
    /// Asks the log again after it refused.
    void retry(TimePoint now);

    [[nodiscard]] qsizetype unacknowledged() const { return m_eventsOut; }
    [[nodiscard]] qsizetype unacknowledgedBytes() const { return m_bytesOut; }
    [[nodiscard]] QStringList streams() const { return m_cursors.keys(); }

private:
    struct Cursor
    {
        qint64 sent = 0;
        bool asking = false; ///< the log or the desk was asked
        bool refused = false;
        bool wantsSnapshot = false;
        std::deque<wire::SnapshotPart> parts; ///< still to be sent
        std::deque<PlacedEvent> pulled;       ///< from the log, not sent yet
    };
    struct OnItsWay
    {
        QString stream;
        qint64 seq = 0; ///< the last one in the frame
        qsizetype events = 0;
        qsizetype bytes = 0;
        TimePoint at;
    };

    void pumpStream(const QString &stream, Cursor &cursor, TimePoint now);
    [[nodiscard]] bool sendParts(Cursor &cursor, TimePoint now);
    void sendEvents(const QString &stream, Cursor &cursor, const QList<PlacedEvent> &events, TimePoint now);
    void ask(const QString &stream, Cursor &cursor);
    void takePulled(const QString &stream, const EventsResult &result);
    void askSnapshot(const QString &stream, Cursor &cursor);
    void takeSnapshot(const QString &stream, const DeskSnapshot &snapshot);
    void startAnew(const QString &stream, Cursor &cursor);
    [[nodiscard]] bool isOpen() const { return m_eventsOut < m_window.events && m_bytesOut < m_window.bytes; }
    void note(const QString &stream, qint64 seq, qsizetype events, qsizetype bytes, TimePoint now);

    const StreamHub &m_hub;
    const DeskMirror &m_mirror;
    const native::Reader m_reader;
    const FeedWindow m_window;
    const Ports m_ports;
    QMap<QString, Cursor> m_cursors; ///< "alerts" is the first by its name
    std::deque<OnItsWay> m_out;
    qsizetype m_eventsOut = 0;
    qsizetype m_bytesOut = 0;
    TimePoint m_progress; ///< the last acknowledge that moved something
    bool m_pumping = false;
};

/// What of the desk's state belongs to a stream.
[[nodiscard]] DeskSnapshot cutToStream(const DeskSnapshot &snapshot, const QString &stream);

} // namespace tocsin
