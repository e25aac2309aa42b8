// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/LatestValues.h"
#include "server/dialects/hardware/HardwareFormat.h"
#include "server/dialects/hardware/HardwareReader.h"
#include "server/dialects/hardware/StreamMeter.h"

#include <functional>
#include <set>
#include <unordered_map>
#include <vector>

namespace tocsin::hardware {

/// One subscription of one connection.
struct Stream
{
    Stream(quint64 streamNumber, net::Session *to, QString streamId, const StreamSpec &wanted, StreamTime now)
        : number(streamNumber)
        , session(to)
        , id(std::move(streamId))
        , spec(wanted)
        , pace(periodOf(wanted.hz), now)
        , frames(id, spec.deviceId, spec.binary)
    {
    }
    [[nodiscard]] static Duration periodOf(double hz);

    quint64 number;
    net::Session *session;
    QString id;
    StreamSpec spec;
    StreamPace pace;
    TelemetryFrames frames;
    StreamMeter meter;
    QJsonObject told{};   ///< delta: as the client knows it
    bool fresh = true;    ///< there is something that has not been told
    bool arrived = false; ///< it came while the stream was there
    bool late = false;    ///< it was counted as left out, for the reader is slow
    qint64 skipped = 0;   ///< frames left out since the last one
    qint64 skippedTotal = 0;
    std::optional<StreamTime> alarm{}; ///< where it stands in the queue of deadlines
};

/// The streams of dialect 3: what is sent to whom and when (StreamPace says when). Server thread; whoever makes it calls tick() at nextDeadline().
///
/// One encoding of a sample serves all streams with the same format and fields. A reader that is behind (64 KiB unsent) is sent nothing: its
/// frames are counted, the next one says how many (`_skipped`) and has the newest values. So a delta is always against
/// what has really been sent, and nobody else waits. Frames are of class C: answers and events overtake them.
class HardwareStreams
{
public:
    struct Clocks
    {
        std::function<TimePoint()> wall;
        std::function<StreamTime()> steady;
    };
    struct Figures
    {
        qint64 frames = 0;
        qint64 skipped = 0;
    };

    HardwareStreams(const LatestValues &latest, Clocks clocks);

    /// An id of the form {client}_{device}_{ms}, or the one that the client had before if nobody has it now.
    const Stream &open(net::Session *session, const QString &client, const StreamSpec &spec, const QString &wantedId);
    [[nodiscard]] const Stream *find(const net::Session *session, const QString &streamId) const;
    [[nodiscard]] std::vector<const Stream *> of(const net::Session *session) const;   ///< oldest first
    [[nodiscard]] std::vector<const Stream *> ofDevice(const QString &deviceId) const; ///< oldest first
    [[nodiscard]] std::vector<const Stream *> all() const;                             ///< oldest first
    void change(quint64 number, const StreamSpec &spec);
    void close(quint64 number);

    void publish(const QList<Reading> &readings);
    void tick();
    [[nodiscard]] std::optional<StreamTime> nextDeadline() const;
    [[nodiscard]] const Figures &figures() const { return m_figures; }
    [[nodiscard]] StreamTime now() const { return m_clocks.steady(); }

private:
    struct Encoded
    {
        bool binary = false;
        QStringList fields;
        Members members;
    };
    struct Feed ///< a device that somebody listens to
    {
        QJsonObject values;
        std::optional<TimePoint> sampledAt;
        std::vector<Encoded> encoded; ///< of these values
        std::vector<quint64> streams; ///< ascending
    };

    [[nodiscard]] Stream *at(quint64 number);
    [[nodiscard]] std::vector<const Stream *> those(const std::vector<quint64> &numbers) const;
    [[nodiscard]] Feed &feedOf(const QString &deviceId);
    void offer(Stream &stream, Feed &feed, StreamTime now);
    void serve(Stream &stream, StreamTime now);
    [[nodiscard]] bool send(Stream &stream, Feed &feed, StreamTime now);
    [[nodiscard]] std::optional<Members> membersFor(Stream &stream, Feed &feed);
    void schedule(Stream &stream, StreamTime now);
    void leaveOut(Stream &stream, qint64 frames);

    const LatestValues &m_latest;
    const Clocks m_clocks;
    quint64 m_last = 0;
    std::unordered_map<quint64, std::unique_ptr<Stream>> m_streams;
    QHash<QString, quint64> m_ids;
    std::unordered_map<const net::Session *, std::vector<quint64>> m_bySession; ///< ascending
    std::unordered_map<QString, Feed> m_feeds;
    std::set<std::pair<StreamTime, quint64>> m_deadlines;
    Figures m_figures;
};

} // namespace tocsin::hardware
