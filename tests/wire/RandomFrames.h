// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/ClientFrames.h"
#include "models/wire/JsonFields.h"
#include "models/wire/ServerFrames.h"
#include "tests/support/Events.h"

#include <QRandomGenerator>

#include <cmath>

// Random requests and frames with every field somewhere filled, and comparisons that do not compile once a field is added to a
// request and not to them.

namespace tocsin::test {

/// Seeded: a failing run can be repeated.
class RandomFrames
{
public:
    explicit RandomFrames(quint32 seed) : m_random(seed), m_events(seed + 1) {}

    RequestBody request(std::size_t kind)
    {
        switch (kind % std::variant_size_v<RequestBody>) {
        case 0:
            return Acknowledge{id(), below(100), level(), text()};
        case 1:
            return SendChat{id(), text(), text(), coin(), coin(), coin(), texts(), text()};
        case 2:
            return ReportAlert{text(),  text(), text(),        text(),        text(),      text(), text(),
                               level(), coin(), maybeNumber(), maybeNumber(), maybeTime(), texts()};
        case 3:
            return RaisePanic{text(),   text(), text(), text(), text(),   coin(),   coin(), maybePosition(),
                              below(6), text(), coin(), coin(), object(), object(), text(), text()};
        case 4:
            return CancelPanic{text(), text(), text()};
        case 5:
            return PutDevice{Device{id(), text(), text(), static_cast<DeviceKind>(below(5)), text(), coin(), texts(),
                                    texts(), texts(), time()}};
        case 6:
            return IssueCommand{id(), id(), object(), std::chrono::milliseconds(below(10000)), below(10)};
        case 7:
            return ReportCommand{id(), static_cast<CommandState>(below(8)), object(), text()};
        case 8:
            return CancelCommand{id()};
        case 9:
            return MarkChat{id(), id(), static_cast<ChatReceipt::Kind>(below(3))};
        case 10:
            return MarkSeen{id()};
        case 11:
            return SetStage{id(), static_cast<IncidentStage>(below(6)), text()};
        case 12:
            return CloseAlert{id(), below(100), static_cast<Disposition>(below(8)), text()};
        case 13:
            return HandleAlert{static_cast<AlertVerb>(below(alertVerbCount)),
                               id(),
                               below(100),
                               level(),
                               text(),
                               maybeTime(),
                               coin(),
                               text(),
                               text()};
        case 14:
            return TakeOutOfService{id(), below(100), maybeTime(), text()};
        case 15:
            return ReturnToService{id(), text()};
        default:
            return NoteAudit{AuditRecord{text(), text(), text(), coin(), text()}};
        }
    }

    wire::ClientFrame clientFrame(std::size_t kind)
    {
        switch (kind % std::variant_size_v<wire::ClientFrame>) {
        case 0:
            return wire::Hello{1, text(), shortText(), shortText(), ids(), cursors(), ids()};
        case 1:
            return wire::Subscribe{id(), ids(), coin() ? 0 : below(1000) / 7.0};
        case 2:
            return wire::Unsubscribe{id(), ids()};
        case 3:
            return wire::Ask{id(), request(m_random.generate())};
        case 4:
            return query(m_random.generate());
        case 5: {
            wire::Ack ack;
            for (int i = below(4); i > 0; --i)
                ack.cursors.insert(id(), seq());
            return ack;
        }
        case 6:
            return wire::Typing{id()};
        case 8:
            return wire::Disconnect{id(), id(), text()};
        case 10:
            return wire::AskRules{id(), rulesQuestion()};
        case 11:
            return wire::ApplyRules{id(), rulesText(), id()};
        case 9:
            return wire::Tap{id(), coin() ? std::optional(TapFilter{text(), text(), text(), text()}) : std::nullopt};
        case 12: {
            const bool heard = coin();
            return wire::Hearing{heard, heard ? QString() : shortText()};
        }
        default:
            return wire::Ping{shortText()};
        }
    }

    QByteArray rulesText() { return "{" + id().toUtf8() + "}"; }
    std::variant<std::monostate, QByteArray, RuleTrial> rulesQuestion()
    {
        switch (below(3)) {
        case 0:
            return {};
        case 1:
            return rulesText();
        default:
            return RuleTrial{rulesText(), id(), time(), time()};
        }
    }

    wire::Query query(std::size_t kind)
    {
        switch (kind % std::variant_size_v<decltype(wire::Query::what)>) {
        case 0:
            return {id(), HistoryQuery{id(), ids(), time(), time(), 1 + below(1000)}};
        case 1:
            return {id(), ReadingsQuery{id(), maybeTime(), maybeTime(), 1 + below(1000)}};
        case 2:
            return {id(), AlertsQuery{text(), coin(), 1 + below(1000), false, false, false, text(), id()}};
        case 3:
            return {id(), EventsQuery{id(), seq(), 1 + below(1000)}};
        case 4:
            return {id(), AlertEventsQuery{id(), seq(), 1 + below(1000)}};
        case 5:
            return {id(), AlertLogQuery{id(), seq(), 1 + below(1000)}};
        case 6:
            return {id(), wire::ContactsQuery{id()}};
        default:
            return {id(), wire::SnapshotQuery{id()}};
        }
    }

    wire::ServerFrame serverFrame(std::size_t kind)
    {
        switch (kind % std::variant_size_v<wire::ServerFrame>) {
        case 0: {
            wire::Welcome welcome{1,
                                  text(),
                                  text(),
                                  text(),
                                  text(),
                                  static_cast<Role>(below(5)),
                                  {below(9), below(9), below(9), below(9), below(9), below(9)},
                                  text(),
                                  {}};
            for (int i = below(4); i > 0; --i)
                welcome.streams.insert(id(), {static_cast<wire::StreamGrant::State>(below(3)), text(), seq()});
            welcome.devices = ids();
            return welcome;
        }
        case 1:
            return wire::SnapshotPart{id(), text(), seq(), 1 + below(3), 3 + below(3), QJsonObject{{id(), text()}}};
        case 2: {
            wire::Events events{id(), text(), {}};
            const qint64 first = 1 + below(1000);
            for (int i = 0; i < below(5); ++i) {
                wire::StreamEvent one{first + i, {}};
                if (coin())
                    one.event = m_events.next(coin() ? one.seq : seq());
                events.events.append(one);
            }
            return events;
        }
        case 3:
            return live(m_random.generate());
        case 4: {
            wire::Reply reply{id(), coin(), {}, {}, {}, {}, {}, coin(), {}};
            if (reply.ok) {
                reply.result = QJsonObject{{id(), text()}, {QStringLiteral("changed"), true}};
            } else {
                reply.code = id();
                reply.message = text();
                reply.field = text();
                reply.ref = text();
                if (coin())
                    reply.retryAfterMs = below(100000);
            }
            return reply;
        }
        case 5:
            return wire::Resync{id()};
        default:
            return wire::Pong{text()};
        }
    }

    wire::Live live(std::size_t kind)
    {
        switch (kind % std::variant_size_v<wire::Live::What>) {
        case 0: {
            QList<LatestReading> readings;
            for (int i = below(3); i > 0; --i)
                readings.append(latest());
            return {id(), readings};
        }
        case 1: {
            QList<DevicePresence> presence;
            for (int i = below(3); i > 0; --i)
                presence.append({text(), static_cast<Presence>(below(4)), time()});
            return {id(), presence};
        }
        case 2: {
            QList<wire::OnlinePerson> people;
            for (int i = below(3); i > 0; --i)
                people.append({text(), text(), static_cast<Role>(below(5)), time()});
            return {id(), people};
        }
        case 3:
            return {id(), ServerStats{texts(),
                                      below(9),
                                      below(9),
                                      seq(),
                                      seq(),
                                      seq(),
                                      below(100) / 3.0,
                                      below(9) / 7.0,
                                      {below(9), below(9), coin()}}};
        case 4: {
            QList<AdapterStatus> adapters;
            for (int i = below(3); i > 0; --i)
                adapters.append({text(), text(), text(), static_cast<AdapterStatus::State>(below(6)), text(), seq(),
                                 seq(), maybeTime()});
            return {id(), adapters};
        }
        case 5: {
            const auto maybe = [this] { return coin() ? std::optional<double>(below(1000) / 8.0) : std::nullopt; };
            QList<ChannelBand> limits;
            for (int i = below(4); i > 0; --i)
                limits.append({id(), maybe(), maybe(), maybe(), maybe()});
            return {id(), limits};
        }
        case 6: {
            const auto maybe = [this] { return coin() ? std::optional<double>(below(1000) / 8.0) : std::nullopt; };
            ClientsUpdate update{coin(), below(9), {}, ids(), {}};
            for (int i = below(3); i > 0; --i)
                update.clients.append({id(),
                                       text(),
                                       text(),
                                       text(),
                                       text(),
                                       static_cast<Role>(below(5)),
                                       text(),
                                       time(),
                                       time(),
                                       below(9),
                                       texts(),
                                       {seq(), seq(), maybe()},
                                       {seq(), seq(), maybe()},
                                       maybe(),
                                       maybe(),
                                       maybe(),
                                       seq(),
                                       seq(),
                                       seq(),
                                       seq()});
            for (int i = below(3); i > 0; --i)
                update.closed.append({id(), text(), text(), text(), time(), time(), below(5000), text()});
            return {id(), update};
        }
        case 7: {
            FrameReport report{{}, coin() ? seq() : 0};
            for (int i = below(3); i > 0; --i)
                report.frames.append({id(), time(), coin(), coin(), seq(), text()});
            return {id(), report};
        }
        case 8:
            return {id(), DesktopNotice{text(), below(10), static_cast<AlertLevel>(below(4)), text(), text(), {}}};
        default:
            return {id(), wire::TypingNotice{text(), text(), text(), time()}};
        }
    }

    LatestReading latest()
    {
        LatestReading reading;
        reading.deviceId = text();
        reading.source = text();
        reading.lastSeen = time();
        reading.sourceTime = maybeTime();
        reading.position = maybePosition();
        if (reading.position)
            reading.positionAt = time();
        for (int i = below(5); i > 0; --i)
            reading.channels.insert(id(), {value(), time()});
        return reading;
    }
    Reading reading()
    {
        Reading reading{text(), text(), time(), maybeTime(), maybePosition(), {}};
        for (int i = below(5); i > 0; --i)
            reading.samples.append({text(), value()});
        return reading;
    }
    DeskSnapshot snapshot()
    {
        DeskSnapshot snapshot;
        for (int i = 1; i < 40; ++i) {
            const Event event = m_events.next(i);
            if (const auto *change = std::get_if<AlertChange>(&event.body))
                snapshot.alerts.append(change->alert);
            else if (const auto *message = std::get_if<ChatMessage>(&event.body))
                snapshot.messages.append(*message);
            else if (const auto *device = std::get_if<Device>(&event.body))
                snapshot.devices.append(*device);
            else if (const auto *receipt = std::get_if<ChatReceipt>(&event.body))
                snapshot.receipts.append(*receipt);
            else if (const auto *command = std::get_if<Command>(&event.body))
                snapshot.commands.append(*command);
        }
        snapshot.presence.append({text(), Presence::Stale, time()});
        return snapshot;
    }
    HistoryResult history()
    {
        HistoryResult result;
        for (int i = below(4); i > 0; --i) {
            HistorySeries series{id(), {}};
            for (int n = below(5); n > 0; --n)
                series.points.append({time(), below(1000) / 7.0});
            result.series.append(series);
        }
        return result;
    }

    int below(int bound) { return int(m_random.bounded(bound)); }
    bool coin() { return below(2) == 1; }

private:
    qint64 seq() { return qint64(m_random.generate64() >> 12U); }
    TimePoint time() { return fromEpochMicros(qint64(m_random.generate64() % 4'000'000'000'000'000ULL) - 1'000'000); }
    std::optional<TimePoint> maybeTime() { return coin() ? std::optional<TimePoint>(time()) : std::nullopt; }
    std::optional<double> maybeNumber() { return coin() ? std::optional<double>(below(100000) / 7.0) : std::nullopt; }
    AlertLevel level() { return static_cast<AlertLevel>(below(4)); }
    QString shortText() { return text().left(100); }
    QString text()
    {
        static const QString pieces[] = {QString(),
                                         QStringLiteral("a"),
                                         QStringLiteral("Zürich 東京 🚨"),
                                         QStringLiteral("\"quoted\" \\ back / slash"),
                                         QStringLiteral("line\nbreak\ttab\r"),
                                         QString(QChar(0)) + QStringLiteral("after NUL"),
                                         QString(300, QLatin1Char('x')),
                                         QStringLiteral("\u202Ereversed\u200B")};
        return pieces[below(int(std::size(pieces)))];
    }
    QString id() { return QStringLiteral("user/%1").arg(m_random.generate()); }
    QStringList ids()
    {
        QStringList list;
        for (int i = below(4); i > 0; --i)
            list.append(id());
        return list;
    }
    QStringList texts()
    {
        QStringList list;
        for (int i = below(4); i > 0; --i)
            list.append(text());
        return list;
    }
    QByteArray object() { return coin() ? QByteArray() : QByteArray(R"({"on":true,"level":[1,2.5,"x"]})"); }
    std::optional<Position> maybePosition()
    {
        if (coin())
            return std::nullopt;
        return Position{below(90) / 7.0, below(180) / 7.0, maybeNumber(), maybeNumber(), maybeNumber(), maybeNumber()};
    }
    Value value()
    {
        switch (below(7)) {
        case 0:
            return std::monostate{};
        case 1:
            return coin();
        case 2:
            return text();
        case 3:
            return texts();
        case 4:
            return std::numeric_limits<double>::infinity();
        default:
            return below(100000) / 7.0;
        }
    }
    wire::Cursors cursors()
    {
        wire::Cursors cursors;
        for (int i = below(4); i > 0; --i)
            cursors.insert(id(), {text(), seq()});
        return cursors;
    }

    QRandomGenerator m_random;
    RandomEvents m_events;
};

inline auto tied(const Acknowledge &b)
{
    const auto &[alert, occurrence, level, comment] = b;
    return std::tuple(alert, occurrence, level, comment);
}
inline auto tied(const SendChat &b)
{
    const auto &[thread, words, client, desk, simulated, urgent, attachments, quick] = b;
    return std::tuple(thread, words, client, desk, simulated, urgent, attachments, quick);
}
inline auto tied(const ReportAlert &b)
{
    const auto &[alert, source, user, code, title, message, category, level, acked, value, threshold, at, actions] = b;
    return std::tuple(alert, source, user, code, title, message, category, level, acked, value, threshold, at, actions);
}
inline auto tied(const RaisePanic &b)
{
    const auto &[user, name, client, message, type, silent, simulated, position, priority, address, call, noGps, device,
                 network, pin, duressPin] = b;
    return std::tuple(user, name, client, message, type, silent, simulated, position, priority, address, call, noGps,
                      device.isEmpty() ? QByteArray() : *compactJson(device),
                      network.isEmpty() ? QByteArray() : *compactJson(network), pin, duressPin);
}
inline auto tied(const CancelPanic &b)
{
    const auto &[alert, user, pin] = b;
    return std::tuple(alert, user, pin);
}
inline auto tied(const MarkSeen &b)
{
    const auto &[alert] = b;
    return std::tuple(alert);
}
inline auto tied(const SetStage &b)
{
    const auto &[alert, stage, comment] = b;
    return std::tuple(alert, stage, comment);
}
inline auto tied(const CloseAlert &b)
{
    const auto &[alert, occurrence, disposition, comment] = b;
    return std::tuple(alert, occurrence, disposition, comment);
}
inline auto tied(const HandleAlert &b)
{
    const auto &[verb, alert, occurrence, level, comment, until, once, toId, toName] = b;
    return std::tuple(verb, alert, occurrence, level, comment, until, once, toId, toName);
}
inline auto tied(const TakeOutOfService &b)
{
    const auto &[alert, occurrence, until, comment] = b;
    return std::tuple(alert, occurrence, until, comment);
}
inline auto tied(const ReturnToService &b)
{
    const auto &[alert, comment] = b;
    return std::tuple(alert, comment);
}
inline auto tied(const PutDevice &b)
{
    const auto &[device] = b;
    return std::tuple(device);
}
inline auto tied(const IssueCommand &b)
{
    const auto &[device, action, parameters, timeout, retries] = b;
    return std::tuple(device, action, parameters.isEmpty() ? QByteArray() : *compactJson(parameters), timeout, retries);
}
inline auto tied(const ReportCommand &b)
{
    const auto &[command, state, response, error] = b;
    return std::tuple(command, state, response.isEmpty() ? QByteArray() : *compactJson(response), error);
}
inline auto tied(const CancelCommand &b)
{
    const auto &[command] = b;
    return std::tuple(command);
}
inline auto tied(const MarkChat &b)
{
    const auto &[thread, message, kind] = b;
    return std::tuple(thread, message, kind);
}
inline auto tied(const NoteAudit &b)
{
    const auto &[record] = b;
    return std::tuple(record);
}

inline bool sameRequest(const RequestBody &a, const RequestBody &b)
{
    return a.index() == b.index() && std::visit(
                                         [&b](const auto &body) {
                                             using Body = std::remove_cvref_t<decltype(body)>;
                                             return tied(body) == tied(std::get<Body>(b));
                                         },
                                         a);
}

inline bool sameLatest(const LatestReading &a, const LatestReading &b)
{
    return a.deviceId == b.deviceId && a.source == b.source && a.lastSeen == b.lastSeen &&
           a.sourceTime == b.sourceTime && a.position == b.position && a.positionAt == b.positionAt &&
           a.channels == b.channels;
}

} // namespace tocsin::test
