// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/StreamFeed.h"

#include "models/domain/Streams.h"
#include "models/wire/SnapshotCodec.h"
#include "server/dialects/NativeEvents.h"

#include <QJsonArray>
#include <QLoggingCategory>
#include <QSet>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.native", QtInfoMsg)

constexpr qsizetype partBytes = 131'072;
constexpr qsizetype frameBytes = 65'536;
constexpr qsizetype eventsPerFrame = 64;
} // namespace

StreamFeed::StreamFeed(const StreamHub &hub, const DeskMirror &mirror, native::Reader reader, FeedWindow window,
                       Ports ports)
    : m_hub(hub)
    , m_mirror(mirror)
    , m_reader(std::move(reader))
    , m_window(window)
    , m_ports(std::move(ports))
{
}

wire::StreamGrant StreamFeed::open(const QString &stream, const std::optional<wire::Cursor> &cursor)
{
    using State = wire::StreamGrant::State;
    if (!native::mayFollow(m_reader, stream, m_mirror))
        return {};
    const qint64 head = m_hub.head(stream);
    Cursor opened;
    opened.wantsSnapshot = !cursor || cursor->epoch != m_hub.epoch() || cursor->seq > head;
    opened.sent = opened.wantsSnapshot ? 0 : cursor->seq;
    m_cursors.insert(stream, opened);
    return {opened.wantsSnapshot ? State::Reset : State::Resumed, m_hub.epoch(), head};
}

void StreamFeed::pump(TimePoint now)
{
    // Sending can end in closing, and an answer can come at once.
    if (std::exchange(m_pumping, true))
        return;
    for (auto it = m_cursors.begin(); it != m_cursors.end(); ++it)
        pumpStream(it.key(), *it, now);
    m_pumping = false;
}

void StreamFeed::pumpStream(const QString &stream, Cursor &cursor, TimePoint now)
{
    if (cursor.wantsSnapshot && !cursor.asking)
        askSnapshot(stream, cursor);
    if (cursor.wantsSnapshot || !sendParts(cursor, now))
        return;
    while (isOpen() && m_ports.maySend()) {
        const qsizetype room = std::min(eventsPerFrame, m_window.events - m_eventsOut);
        if (!cursor.pulled.empty()) {
            QList<PlacedEvent> events;
            while (!cursor.pulled.empty() && events.size() < room) {
                events.append(cursor.pulled.front());
                cursor.pulled.pop_front();
            }
            sendEvents(stream, cursor, events, now);
            continue;
        }
        if (cursor.sent >= m_hub.head(stream) || cursor.asking)
            return;
        const auto recent = m_hub.recent(stream, cursor.sent, room);
        if (!recent) {
            if (!cursor.refused)
                ask(stream, cursor);
            return;
        }
        if (recent->isEmpty())
            return;
        sendEvents(stream, cursor, *recent, now);
    }
}

bool StreamFeed::sendParts(Cursor &cursor, TimePoint now)
{
    while (!cursor.parts.empty()) {
        if (!m_ports.maySend())
            return false;
        const wire::SnapshotPart part = cursor.parts.front();
        cursor.parts.pop_front();
        const qsizetype bytes = m_ports.send(wire::toJson(part), {});
        if (cursor.parts.empty())
            note(part.stream, part.seq, 0, bytes, now); // acknowledged like an event
    }
    return true;
}

void StreamFeed::sendEvents(const QString &stream, Cursor &cursor, const QList<PlacedEvent> &events, TimePoint now)
{
    QJsonArray documents;
    qsizetype estimate = 0;
    qsizetype taken = 0;
    bool own = false; ///< these readers share frames with their like alone
    for (const PlacedEvent &placed : events) {
        const bool seen = native::maySee(m_reader, placed.event->event().body);
        if (taken > 0 && estimate + placed.event->size() > frameBytes)
            break;
        estimate += placed.event->size();
        const bool personal = seen && native::isPersonal(m_reader, placed.event->event().body);
        own = own || !seen || personal;
        std::optional<QJsonObject> document;
        if (seen)
            document =
                personal ? wire::toJson(native::asSeenBy(m_reader, placed.event->event())) : placed.event->document();
        documents.append(wire::eventDocument(placed.seq, document, seen ? placed.event->event().seq : placed.seq));
        ++taken;
    }
    for (qsizetype left = events.size(); left > taken; --left)
        cursor.pulled.push_front(events.at(left - 1));
    const qint64 first = events.constFirst().seq;
    cursor.sent = events.at(taken - 1).seq;
    const QString key = QStringLiteral("%1 %2 %3 %4").arg(stream).arg(first).arg(cursor.sent).arg(own);
    const qsizetype bytes = m_ports.send(wire::eventsFrame(stream, m_hub.epoch(), documents), key);
    note(stream, cursor.sent, taken, bytes, now);
}

void StreamFeed::note(const QString &stream, qint64 seq, qsizetype events, qsizetype bytes, TimePoint now)
{
    m_out.push_back({stream, seq, events, bytes, now});
    m_eventsOut += events;
    m_bytesOut += bytes;
}

bool StreamFeed::acknowledge(const QMap<QString, qint64> &cursors, TimePoint now)
{
    for (auto it = cursors.begin(); it != cursors.end(); ++it) {
        const auto cursor = m_cursors.constFind(it.key());
        if (cursor == m_cursors.cend() || it.value() > cursor->sent)
            return false;
    }
    const std::size_t before = m_out.size();
    std::erase_if(m_out, [&](const OnItsWay &frame) {
        const auto acknowledged = cursors.constFind(frame.stream);
        if (acknowledged == cursors.cend() || frame.seq > *acknowledged)
            return false;
        m_eventsOut -= frame.events;
        m_bytesOut -= frame.bytes;
        return true;
    });
    if (m_out.size() < before)
        m_progress = now;
    return true;
}

bool StreamFeed::isOverdue(TimePoint now) const
{
    return !m_out.empty() && now - std::max(m_progress, m_out.front().at) > m_window.ackTimeout;
}

void StreamFeed::retry(TimePoint now)
{
    bool again = false;
    for (Cursor &cursor : m_cursors)
        again = std::exchange(cursor.refused, false) || again;
    if (again)
        pump(now);
}

void StreamFeed::ask(const QString &stream, Cursor &cursor)
{
    cursor.asking = true;
    m_ports.askLog({stream, cursor.sent, static_cast<int>(m_window.events)},
                   [this, stream](const EventsResult &result) { takePulled(stream, result); });
}

void StreamFeed::takePulled(const QString &stream, const EventsResult &result)
{
    const auto cursor = m_cursors.find(stream);
    if (cursor == m_cursors.end())
        return;
    cursor->asking = false;
    if (!result.error.isEmpty()) {
        qCInfo(log) << "the log was asked for" << stream << "and refused:" << result.error;
        cursor->refused = true;
        return;
    }
    qint64 next = cursor->sent + 1;
    for (const Event &event : result.events) {
        const qint64 seq = native::seqIn(stream, event);
        if (seq != next++ || result.epoch != m_hub.epoch()) {
            startAnew(stream, *cursor);
            return;
        }
        cursor->pulled.push_back({seq, std::make_shared<const SharedEvent>(event)});
    }
    // The hub knows of events that the log does not have: it cannot be so, and asking for ever would not help.
    if (result.events.isEmpty() && result.head < m_hub.head(stream))
        startAnew(stream, *cursor);
}

/// What was missed is no longer there as events.
void StreamFeed::startAnew(const QString &stream, Cursor &cursor)
{
    qCInfo(log) << "stream" << stream << "cannot be continued after" << cursor.sent << "- a snapshot follows";
    m_ports.send(wire::toJson(wire::Resync{stream}), {});
    cursor.pulled.clear();
    cursor.wantsSnapshot = true;
}

void StreamFeed::askSnapshot(const QString &stream, Cursor &cursor)
{
    cursor.asking = true;
    m_ports.askSnapshot([this, stream](const DeskSnapshot &snapshot) { takeSnapshot(stream, snapshot); });
}

void StreamFeed::takeSnapshot(const QString &stream, const DeskSnapshot &snapshot)
{
    const auto cursor = m_cursors.find(stream);
    if (cursor == m_cursors.end())
        return;
    cursor->asking = false;
    cursor->wantsSnapshot = false;
    cursor->sent = stream == deskStream() ? snapshot.seq : snapshot.heads.value(stream);
    DeskSnapshot cut = cutToStream(snapshot, stream);
    cut.alerts = native::asSeenBy(m_reader, cut.alerts);
    const QList<QJsonObject> states = wire::snapshotParts(cut, partBytes);
    for (qsizetype i = 0; i < states.size(); ++i)
        cursor->parts.push_back({stream, snapshot.epoch, cursor->sent, static_cast<int>(i) + 1,
                                 static_cast<int>(states.size()), states.at(i)});
}

DeskSnapshot cutToStream(const DeskSnapshot &snapshot, const QString &stream)
{
    if (stream == deskStream())
        return snapshot;
    // An item belongs to a stream when its event would.
    const auto within = [&stream](const EventBody &body) { return streamsOf(body).contains(stream); };
    DeskSnapshot cut;
    QSet<QString> devices;
    for (const Device &device : snapshot.devices) {
        if (!within(device))
            continue;
        cut.devices.append(device);
        devices.insert(device.id);
    }
    for (const DevicePresence &presence : snapshot.presence) {
        if (devices.contains(presence.deviceId))
            cut.presence.append(presence);
    }
    for (const Alert &alert : snapshot.alerts) {
        if (within(AlertChange{AlertVerb::Raise, AlertState::Normal, AlertState::Normal, alert}))
            cut.alerts.append(alert);
    }
    for (const ChatMessage &message : snapshot.messages) {
        if (within(message))
            cut.messages.append(message);
    }
    for (const Command &command : snapshot.commands) {
        if (within(command))
            cut.commands.append(command);
    }
    for (const ChatReceipt &receipt : snapshot.receipts) {
        if (within(receipt))
            cut.receipts.append(receipt);
    }
    return cut;
}

} // namespace tocsin
