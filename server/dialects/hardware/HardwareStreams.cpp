// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareStreams.h"

#include <algorithm>
#include <cmath>

namespace tocsin::hardware {

namespace {

constexpr auto eldestSample = std::chrono::seconds(1); ///< a sample that took longer counts as that old

double epochSeconds(TimePoint t)
{
    return static_cast<double>(toEpochMicros(t)) / 1e6;
}

QJsonValue toJson(const Value &value)
{
    if (const auto *text = std::get_if<QString>(&value))
        return *text;
    if (const auto *flag = std::get_if<bool>(&value))
        return *flag;
    if (const auto *list = std::get_if<QStringList>(&value))
        return QJsonArray::fromStringList(*list);
    const auto *real = std::get_if<double>(&value);
    return real != nullptr && std::isfinite(*real) ? QJsonValue(*real) : QJsonValue(QJsonValue::Null);
}

void put(QJsonObject &values, const Position &position)
{
    const auto add = [&values](const char *name, const std::optional<double> &value) {
        if (value)
            values.insert(QLatin1String(name), *value);
    };
    add("latitude", position.latitude);
    add("longitude", position.longitude);
    add("altitude", position.altitudeM);
    add("accuracy", position.accuracyM);
    add("heading", position.headingDeg);
    add("speed", position.speedKmh);
}

/// A name selects itself and what is below it: "imu" is all of "imu.…".
bool isSelected(const QStringList &fields, const QString &key)
{
    return std::any_of(fields.begin(), fields.end(), [&key](const QString &field) {
        return key.startsWith(field) && (key.size() == field.size() || key[field.size()] == QLatin1Char('.'));
    });
}

QJsonObject selected(const QJsonObject &values, const QStringList &fields)
{
    if (fields.isEmpty())
        return values;
    QJsonObject some;
    for (auto it = values.begin(); it != values.end(); ++it) {
        if (isSelected(fields, it.key()))
            some.insert(it.key(), it.value());
    }
    return some;
}

} // namespace

Duration Stream::periodOf(double hz)
{
    return std::max(Duration(1), std::chrono::round<Duration>(std::chrono::duration<double>(1 / hz)));
}

HardwareStreams::HardwareStreams(const LatestValues &latest, Clocks clocks)
    : m_latest(latest)
    , m_clocks(std::move(clocks))
{
}

const Stream &HardwareStreams::open(net::Session *session, const QString &client, const StreamSpec &spec,
                                    const QString &wantedId)
{
    QString id = wantedId;
    qint64 ms = toEpochMillis(m_clocks.wall());
    while (id.isEmpty() || m_ids.contains(id))
        id = QStringLiteral("%1_%2_%3").arg(client, spec.deviceId).arg(ms++);
    const StreamTime now = m_clocks.steady();
    const quint64 number = ++m_last;
    m_ids.insert(id, number);
    Stream &stream = *m_streams.emplace(number, std::make_unique<Stream>(number, session, id, spec, now)).first->second;
    m_bySession[session].push_back(number);
    feedOf(spec.deviceId).streams.push_back(number);
    schedule(stream, now);
    return stream;
}

Stream *HardwareStreams::at(quint64 number)
{
    const auto it = m_streams.find(number);
    return it == m_streams.end() ? nullptr : it->second.get();
}

/// What a device told before somebody listened is its first sample.
HardwareStreams::Feed &HardwareStreams::feedOf(const QString &deviceId)
{
    const auto [it, isNew] = m_feeds.try_emplace(deviceId);
    Feed &feed = it->second;
    if (!isNew)
        return feed;
    if (const auto known = m_latest.find(deviceId)) {
        feed.sampledAt = known->lastSeen;
        for (auto channel = known->channels.begin(); channel != known->channels.end(); ++channel)
            feed.values.insert(channel.key(), toJson(channel->value));
        if (known->position)
            put(feed.values, *known->position);
    }
    return feed;
}

const Stream *HardwareStreams::find(const net::Session *session, const QString &streamId) const
{
    const auto it = m_streams.find(m_ids.value(streamId));
    return it != m_streams.end() && it->second->session == session ? it->second.get() : nullptr;
}

std::vector<const Stream *> HardwareStreams::all() const
{
    std::vector<const Stream *> found;
    found.reserve(m_streams.size());
    for (const auto &[number, stream] : m_streams)
        found.push_back(stream.get());
    std::sort(found.begin(), found.end(), [](const Stream *a, const Stream *b) { return a->number < b->number; });
    return found;
}

std::vector<const Stream *> HardwareStreams::those(const std::vector<quint64> &numbers) const
{
    std::vector<const Stream *> found;
    found.reserve(numbers.size());
    for (const quint64 number : numbers)
        found.push_back(m_streams.at(number).get());
    return found;
}

std::vector<const Stream *> HardwareStreams::of(const net::Session *session) const
{
    const auto its = m_bySession.find(session);
    return its == m_bySession.end() ? std::vector<const Stream *>() : those(its->second);
}

std::vector<const Stream *> HardwareStreams::ofDevice(const QString &deviceId) const
{
    const auto feed = m_feeds.find(deviceId);
    return feed == m_feeds.end() ? std::vector<const Stream *>() : those(feed->second.streams);
}

void HardwareStreams::change(quint64 number, const StreamSpec &spec)
{
    Stream *stream = at(number);
    if (stream == nullptr)
        return;
    const StreamTime now = m_clocks.steady();
    if (Stream::periodOf(spec.hz) != stream->pace.period())
        stream->pace = StreamPace(Stream::periodOf(spec.hz), now);
    stream->spec = spec;
    stream->told = {}; // the first delta has everything
    stream->fresh = true;
    schedule(*stream, now);
}

void HardwareStreams::close(quint64 number)
{
    const auto it = m_streams.find(number);
    if (it == m_streams.end())
        return;
    const Stream &stream = *it->second;
    const auto feed = m_feeds.find(stream.spec.deviceId);
    std::erase(feed->second.streams, number);
    if (feed->second.streams.empty())
        m_feeds.erase(feed);
    const auto its = m_bySession.find(stream.session);
    std::erase(its->second, number);
    if (its->second.empty())
        m_bySession.erase(its);
    if (stream.alarm)
        m_deadlines.erase({*stream.alarm, number});
    m_ids.remove(stream.id);
    m_streams.erase(it);
}

void HardwareStreams::publish(const QList<Reading> &readings)
{
    if (m_streams.empty())
        return;
    const TimePoint wall = m_clocks.wall();
    for (const Reading &reading : readings) {
        const auto it = m_feeds.find(reading.deviceId);
        if (it == m_feeds.end())
            continue;
        Feed &feed = it->second;
        if (reading.position)
            put(feed.values, *reading.position);
        for (const Sample &sample : reading.samples)
            feed.values.insert(sample.channel, toJson(sample.value));
        feed.sampledAt = reading.receivedAt;
        feed.encoded.clear();
        const StreamTime now = m_clocks.steady();
        const Duration age = std::clamp<Duration>(wall - reading.receivedAt, Duration(0), eldestSample);
        // A session that is sent to may close: then its streams go, and perhaps the feed.
        const std::vector<quint64> streams = feed.streams;
        for (const quint64 number : streams) {
            if (Stream *stream = at(number))
                offer(*stream, m_feeds.at(stream->spec.deviceId), now - age);
        }
    }
}

void HardwareStreams::offer(Stream &stream, Feed &feed, StreamTime sampled)
{
    const quint64 number = stream.number;
    stream.fresh = true;
    stream.arrived = true;
    stream.late = false;
    const StreamTime now = m_clocks.steady();
    if (stream.pace.admits(sampled)) {
        stream.pace.admitted(sampled);
        if (!send(stream, feed, now) && at(number) != nullptr)
            leaveOut(stream, 1);
    }
    if (at(number) != nullptr)
        schedule(stream, now);
}

void HardwareStreams::leaveOut(Stream &stream, qint64 frames)
{
    stream.late = true;
    stream.skipped += frames;
    stream.skippedTotal += frames;
    m_figures.skipped += frames;
}

/// One deadline of one stream.
void HardwareStreams::serve(Stream &stream, StreamTime now)
{
    const quint64 number = stream.number;
    Feed &feed = m_feeds.at(stream.spec.deviceId);
    const qint64 due = stream.pace.takeDue(now);
    if (stream.spec.mode == StreamMode::Full) {
        if (due > 0 && feed.sampledAt) {
            const bool sent = send(stream, feed, now);
            if (at(number) == nullptr)
                return;
            leaveOut(stream, sent ? due - 1 : due);
        }
    } else if (stream.fresh && feed.sampledAt && stream.pace.admits(now)) {
        stream.pace.admitted(now);
        const bool waited = stream.late;
        if (!send(stream, feed, now) && at(number) != nullptr && !waited)
            leaveOut(stream, 1);
        if (at(number) == nullptr)
            return;
    }
    schedule(stream, now);
}

std::optional<Members> HardwareStreams::membersFor(Stream &stream, Feed &feed)
{
    const bool binary = stream.spec.binary;
    const QStringList &fields = stream.spec.fields;
    if (stream.spec.mode == StreamMode::Delta) {
        const QJsonObject values = selected(feed.values, fields);
        QJsonObject changed;
        for (auto it = values.begin(); it != values.end(); ++it) {
            const auto known = stream.told.constFind(it.key());
            if (known == stream.told.constEnd() || known.value() != it.value())
                changed.insert(it.key(), it.value());
        }
        if (changed.isEmpty())
            return std::nullopt;
        stream.told = values;
        return membersOf(changed, binary);
    }
    for (const Encoded &encoded : feed.encoded) {
        if (encoded.binary == binary && encoded.fields == fields)
            return encoded.members;
    }
    feed.encoded.push_back({binary, fields, membersOf(selected(feed.values, fields), binary)});
    return feed.encoded.back().members;
}

/// False: the reader is behind, nothing was sent. Afterwards the stream may be gone.
bool HardwareStreams::send(Stream &stream, Feed &feed, StreamTime now)
{
    const quint64 number = stream.number;
    const bool behind = stream.session->isBehind();
    if (behind || at(number) == nullptr) // asking may have found the connection dead
        return !behind;
    stream.fresh = false;
    const bool arrived = std::exchange(stream.arrived, false);
    const auto members = membersFor(stream, feed);
    if (!members)
        return true; // nothing has changed
    const TimePoint wall = m_clocks.wall();
    const QByteArray encoded =
        stream.frames.encode(*members, epochSeconds(*feed.sampledAt), stream.skipped, epochSeconds(wall));
    stream.skipped = 0;
    stream.meter.noteFrame(now);
    if (arrived)
        stream.meter.noteLatency(wall - *feed.sampledAt);
    ++m_figures.frames;
    const net::Frame frame = frameOf(encoded, {stream.spec.binary, stream.spec.compress});
    stream.session->send(frame, net::Delivery::C, stream.id);
    return true;
}

void HardwareStreams::schedule(Stream &stream, StreamTime now)
{
    std::optional<StreamTime> alarm;
    if (stream.spec.mode == StreamMode::Full)
        alarm = std::max(stream.pace.nextUnserved(), now);
    else if (stream.fresh)
        alarm = stream.pace.next(now);
    // An earlier deadline that is no longer needed costs less than moving it with each sample.
    if (alarm == stream.alarm || (alarm && stream.alarm && *stream.alarm < *alarm && *stream.alarm > now))
        return;
    if (stream.alarm)
        m_deadlines.erase({*stream.alarm, stream.number});
    stream.alarm = alarm;
    if (alarm)
        m_deadlines.insert({*alarm, stream.number});
}

void HardwareStreams::tick()
{
    const StreamTime now = m_clocks.steady();
    while (!m_deadlines.empty() && m_deadlines.begin()->first <= now) {
        const auto [moment, number] = *m_deadlines.begin();
        m_deadlines.erase(m_deadlines.begin());
        Stream &stream = *m_streams.at(number);
        stream.alarm.reset();
        serve(stream, now);
    }
}

std::optional<StreamTime> HardwareStreams::nextDeadline() const
{
    return m_deadlines.empty() ? std::nullopt : std::optional(m_deadlines.begin()->first);
}

} // namespace tocsin::hardware
