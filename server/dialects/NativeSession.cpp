// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeSession.h"

#include "models/domain/Streams.h"
#include "models/wire/IncidentCodec.h"
#include "models/wire/ReadingCodec.h"
#include "models/wire/RequestCodec.h"
#include "models/wire/SnapshotCodec.h"
#include "server/dialects/NativeEvents.h"
#include "server/dialects/NativeRoutes.h"

#include <QJsonArray>
#include <QPointer>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
const QString connectionsTopic = QStringLiteral("connections");
constexpr quint16 tooSlow = 4008;
constexpr qsizetype unauthenticatedBytes = 65'536;
constexpr auto helloWithin = std::chrono::seconds(2);
constexpr auto typingEvery = std::chrono::seconds(1);
constexpr int maxAsked = 256;
constexpr int maxQueried = 16;

QJsonObject readingsToJson(const native::Reader & /*reader*/, const ReadingsResult &result)
{
    QJsonArray readings;
    for (const Reading &reading : result.readings)
        readings.append(wire::toJson(reading));
    return {{QLatin1String("readings"), readings}};
}

QJsonObject alertsToJson(const native::Reader &reader, const AlertsResult &result)
{
    return {{QLatin1String("alerts"), wire::alertsToJson(native::asSeenBy(reader, result.alerts))}};
}

QJsonObject alertLogToJson(const native::Reader & /*reader*/, const AlertLogResult &result)
{
    return wire::alertLogToJson(result.events);
}

wire::Reply contactsReply(const QString &id, const ContactsAnswer &answer)
{
    using Code = ContactsAnswer::Code;
    if (answer.code == Code::Done || answer.code == Code::NotFound) { // who has no account has told of nobody
        wire::Reply reply;
        reply.id = id;
        reply.result = wire::contactsToJson(answer.contacts);
        return reply;
    }
    const bool busy = answer.code == Code::Busy;
    return wire::Reply::refusal(id, busy ? QStringLiteral("overloaded") : QStringLiteral("storage_failed"),
                                QStringLiteral("The contacts cannot be read now."));
}

QJsonObject historyToJson(const native::Reader & /*reader*/, const HistoryResult &result)
{
    return wire::toJson(result);
}
} // namespace

NativeSession::NativeSession(net::Session *session, const std::optional<Principal> &who, NativeServices &services,
                             QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_services(services)
    , m_format(native::formatOf(session->subprotocol()))
    , m_since(services.options.clock())
    , m_reader{services.options.posture, who.value_or(Principal())}
    , m_authenticated(who.has_value())
    , m_limit(services.options.messagesPerWindow)
{
    m_session->limitMessages(m_authenticated ? native::messageBytes : unauthenticatedBytes);
    connect(session, &net::Session::textReceived, this, [this](const QByteArray &utf8) { receive(utf8, false); });
    connect(session, &net::Session::binaryReceived, this, [this](const QByteArray &bytes) { receive(bytes, true); });
    connect(session, &net::Session::drained, this, &NativeSession::pump);
}

NativeSession::~NativeSession()
{
    detach();
}

void NativeSession::detach()
{
    m_session = nullptr;
    if (!m_served.isEmpty()) // else the dialect may be gone already
        m_services.outlet.remove(std::exchange(m_served, {}));
    if (!m_console.isEmpty())
        m_services.hearing->leave(std::exchange(m_console, {}));
}

void NativeSession::receive(const QByteArray &payload, bool binary)
{
    ++m_services.received;
    if (binary != (m_format == native::Format::MessagePack)) {
        answer(wire::Reply::refusal({}, QStringLiteral("invalid"),
                                    binary ? QStringLiteral("This connection speaks JSON in text messages.")
                                           : QStringLiteral("This connection speaks MessagePack in binary messages.")));
        return;
    }
    JsonLimits limits = m_services.options.json;
    limits.maxBytes = std::min(limits.maxBytes, native::messageBytes);
    const auto document = native::documentOf(payload, m_format, limits);
    if (const auto *error = std::get_if<FieldError>(&document)) {
        answer(wire::Reply::refusal({}, QStringLiteral("invalid"), error->message, error->field));
        return;
    }
    const auto frame = wire::clientFrameFromJson(std::get<QJsonObject>(document));
    if (const auto *error = std::get_if<wire::FrameError>(&frame)) {
        answer(wire::Reply::refusal(error->id, error->code, error->error.message, error->error.field));
        return;
    }
    const auto &said = std::get<wire::ClientFrame>(frame);
    const native::FrameRule &rule = native::frameRules.at(said.index());
    if (rule.sockets == (isWelcome() ? native::Phase::First : native::Phase::Later)) {
        answer(wire::Reply::refusal({}, QStringLiteral("invalid"),
                                    isWelcome() ? QStringLiteral("Hello is said once.")
                                                : QStringLiteral("The first frame is hello."),
                                    QStringLiteral("type")));
        return;
    }
    if (rule.extra == native::Counts::Yes &&
        !admit(std::get<QJsonObject>(document).value(QLatin1String("id")).toString()))
        return;
    if (rule.rule.goesByRight() && !isAllowed(m_reader.posture, m_reader.who, rule.rule.act(), {})) {
        answer(wire::replyOf(std::get<QJsonObject>(document).value(QLatin1String("id")).toString(),
                             Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("You may not do this."))));
        return;
    }
    std::visit([this](const auto &one) { take(one); }, said);
}

// --- streams (hello is in NativeSessionHello.cpp)

void NativeSession::makeFeed()
{
    StreamFeed::Ports ports;
    ports.send = [this](const QJsonObject &document, const QString &key) { return send(document, key); };
    ports.maySend = [this] { return isLive() && m_bulk.empty() && !m_session->isBehind(); };
    ports.askLog = [this](const EventsQuery &query, std::function<void(const EventsResult &)> take) {
        const QPointer<NativeSession> self(this);
        m_services.common.archive.events(
            query, m_services.replies.expect<EventsResult>([self, take = std::move(take)](const EventsResult &result) {
                if (!self)
                    return;
                take(result);
                self->pump();
            }));
    };
    ports.askSnapshot = [this](std::function<void(const DeskSnapshot &)> take) {
        m_services.snapshots.ask(this, [this, take = std::move(take)](const DeskSnapshot &snapshot) {
            take(snapshot);
            pump();
        });
    };
    m_feed = std::make_unique<StreamFeed>(m_services.hub, m_services.common.mirror, m_reader, m_services.window,
                                          std::move(ports));
}

// --- sending

bool NativeSession::isLive() const
{
    return m_session != nullptr && m_session->isOpen();
}

qsizetype NativeSession::send(const QJsonObject &document, const QString &key)
{
    if (!isLive())
        return 0;
    ++m_services.sent;
    if (key.isEmpty()) {
        const net::Frame frame = native::frameOf(document, m_format);
        m_session->send(frame);
        return frame.wire().size();
    }
    const QString cached = key + QLatin1Char(m_format == native::Format::Json ? 'j' : 'm');
    const net::Frame *known = m_services.frames.object(cached);
    const net::Frame frame = known != nullptr ? *known : native::frameOf(document, m_format);
    if (known == nullptr)
        m_services.frames.insert(cached, new net::Frame(frame));
    m_session->send(frame);
    return frame.wire().size();
}

void NativeSession::answer(const wire::Reply &reply)
{
    if (!reply.ok)
        ++m_services.errors;
    send(wire::toJson(reply));
}

void NativeSession::answerQuery(const wire::Reply &reply)
{
    --m_queried;
    m_bulk.push_back(wire::toJson(reply));
    pump();
}

void NativeSession::pump()
{
    while (!m_bulk.empty() && isLive() && !m_session->isBehind()) {
        const QJsonObject document = m_bulk.front();
        m_bulk.pop_front();
        send(document);
    }
    if (m_feed && isLive())
        m_feed->pump(m_services.options.clock());
}

void NativeSession::tick(TimePoint now)
{
    if (!isLive())
        return;
    if (!isWelcome() && now - m_since > helloWithin) {
        leave(native::notAuthenticated, QStringLiteral("No hello in time"));
        return;
    }
    if (!m_feed)
        return;
    if (m_feed->isOverdue(now)) {
        leave(tooSlow, QStringLiteral("The events are not acknowledged"));
        return;
    }
    m_feed->retry(now);
}

void NativeSession::leave(quint16 code, const QString &reason)
{
    if (isLive())
        m_session->close(code, reason);
}

// --- what a client asks

bool NativeSession::admit(const QString &id)
{
    const auto wait = m_services.addresses.admit(m_limit, m_session->peerAddress(), m_services.options.clock());
    if (!wait)
        return true;
    wire::Reply reply =
        wire::Reply::refusal(id, QStringLiteral("rate_limited"), QStringLiteral("Too many requests in a minute."));
    reply.retryAfterMs = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    answer(reply);
    return false;
}

void NativeSession::take(const wire::Ask &ask)
{
    if (native::ruleOf(ask.body).extra == native::Counts::Yes && !admit(ask.cmdId))
        return;
    const auto allowed = native::permitted(m_reader, ask.body, m_services.common.mirror);
    if (const auto *refused = std::get_if<Outcome>(&allowed)) {
        if (native::isAboutAlerts(ask.body))
            m_services.figures.refused();
        answer(wire::replyOf(ask.cmdId, *refused));
        return;
    }
    if (m_asked >= maxAsked && !std::holds_alternative<RaisePanic>(ask.body)) {
        answer(wire::Reply::refusal(ask.cmdId, QStringLiteral("overloaded"),
                                    QStringLiteral("Too many requests wait for their answers.")));
        return;
    }
    ++m_asked;
    const QPointer<NativeSession> self(this);
    m_services.common.desk.submit(
        Request{ask.cmdId, native::actorOf(m_reader, m_session->id()), std::get<RequestBody>(allowed)},
        m_services.replies.expect<Outcome>(
            [self, id = ask.cmdId, counts = native::isAboutAlerts(ask.body)](const Outcome &outcome) {
                if (!self)
                    return;
                if (counts && !outcome.ok)
                    self->m_services.figures.refused();
                --self->m_asked;
                self->answer(native::replyTo(self->m_reader, id, outcome, self->m_services.common.mirror));
            }));
}

void NativeSession::take(const wire::Ack &ack)
{
    const TimePoint now = m_services.options.clock();
    if (!m_feed->acknowledge(ack.cursors, now))
        answer(
            wire::Reply::refusal({}, QStringLiteral("invalid"),
                                 QStringLiteral("A cursor names a stream that is not followed, or what was not sent."),
                                 QStringLiteral("cursors")));
    m_feed->pump(now);
}

void NativeSession::take(const wire::Subscribe &subscribe)
{
    QStringList heard;
    QStringList denied;
    for (const QString &topic : subscribe.topics) {
        const bool served = topic != connectionsTopic || m_services.clients != nullptr;
        if (!served || !native::mayHear(m_reader, topic, m_services.common.mirror)) {
            denied.append(topic);
            continue;
        }
        heard.append(topic);
    }
    wire::Reply reply;
    reply.id = subscribe.id;
    reply.result = {{QLatin1String("topics"), QJsonArray::fromStringList(heard)},
                    {QLatin1String("denied"), QJsonArray::fromStringList(denied)}};
    answer(reply);
    m_heard = (m_heard + heard).mid(0, wire::maxTopics);
    m_heard.removeDuplicates();
    for (const QString &topic : std::as_const(heard)) {
        if (topic.startsWith(QLatin1String("telemetry")))
            m_services.telemetry.subscribe(m_session, m_format, topic.section(QLatin1Char('/'), 1), subscribe.hz);
        else if (topic == connectionsTopic)
            m_services.clients->subscribe(m_session, m_format);
        else
            m_services.topics.subscribe(m_session, m_reader, m_format, topic);
    }
}

void NativeSession::take(const wire::Unsubscribe &unsubscribe)
{
    for (const QString &topic : unsubscribe.topics) {
        m_heard.removeOne(topic);
        if (topic == connectionsTopic && m_services.clients != nullptr)
            m_services.clients->unsubscribe(m_session);
        else if (topic.startsWith(QLatin1String("telemetry")))
            m_services.telemetry.unsubscribe(m_session, topic.section(QLatin1Char('/'), 1));
        else
            m_services.topics.unsubscribe(m_session, m_format, topic);
    }
    wire::Reply reply;
    reply.id = unsubscribe.id;
    answer(reply);
}

void NativeSession::take(const wire::Typing &typing)
{
    const TimePoint now = m_services.options.clock();
    if (now - m_typedAt < typingEvery || !native::mayRead(m_reader, typing.thread, m_services.common.mirror))
        return;
    m_typedAt = now;
    m_services.topics.tellTyping({typing.thread, m_reader.who.id, m_reader.who.name, now}, m_session);
}

void NativeSession::take(const wire::Hearing &hearing)
{
    if (m_services.hearing == nullptr)
        return;
    m_console = m_session->id();
    m_services.hearing->report({m_console, m_reader.who.name, hearing.heard, hearing.why});
}

void NativeSession::take(const wire::Ping &ping)
{
    send(wire::toJson(wire::Pong{ping.id}));
}

// --- other connections

std::function<void(const Outcome &)> NativeSession::answerLater(const QString &id)
{
    return [self = QPointer<NativeSession>(this), id](const Outcome &outcome) {
        if (self)
            self->answer(wire::replyOf(id, outcome));
    };
}

void NativeSession::take(const wire::Disconnect &disconnect)
{
    const auto reply = answerLater(disconnect.id);
    if (m_services.clients == nullptr)
        return reply(Outcome::refused(QStringLiteral("not_found"), QStringLiteral("Connections are not told here.")));
    m_services.clients->disconnectClient(native::actorOf(m_reader, m_session->id()), disconnect.client,
                                         disconnect.reason, reply);
}

void NativeSession::take(const wire::Tap &tap)
{
    const auto reply = answerLater(tap.id);
    if (m_services.clients == nullptr)
        return reply(Outcome::refused(QStringLiteral("not_found"), QStringLiteral("Connections are not told here.")));
    m_services.clients->tap(m_session, m_format, native::actorOf(m_reader, m_session->id()), tap.filter, reply);
}

// --- queries

void NativeSession::take(const wire::Query &query)
{
    if (m_queried >= maxQueried) {
        answer(wire::Reply::refusal(query.id, QStringLiteral("overloaded"),
                                    QStringLiteral("Too many queries wait for their answers.")));
        return;
    }
    run(query.id, query);
}

template<class Result>
std::function<void(const Result &)>
NativeSession::expectReply(const QString &id, QJsonObject (*toJson)(const native::Reader &, const Result &))
{
    ++m_queried;
    const QPointer<NativeSession> self(this);
    return m_services.replies.expect<Result>([self, id, toJson](const Result &result) {
        if (!self)
            return;
        wire::Reply reply;
        reply.id = id;
        if (result.error.isEmpty())
            reply.result = toJson(self->m_reader, result);
        else
            reply = wire::Reply::refusal(id, QStringLiteral("overloaded"), result.error);
        self->answerQuery(reply);
    });
}

void NativeSession::askContacts(const QString &id, const QString &userId)
{
    if (m_services.contacts == nullptr)
        return answer(
            wire::Reply::refusal(id, QStringLiteral("not_found"), QStringLiteral("No contacts are kept here.")));
    ++m_queried;
    const QPointer<NativeSession> self(this);
    m_services.contacts->contactsOf(
        userId, m_services.replies.expect<ContactsAnswer>([self, id](const ContactsAnswer &contacts) {
            if (self)
                self->answerQuery(contactsReply(id, contacts));
        }));
}

void NativeSession::run(const QString &id, const wire::Query &query)
{
    const DeskMirror &mirror = m_services.common.mirror;
    ArchivePort &archive = m_services.common.archive;
    const auto forbidden = [this, &id] {
        answer(
            wire::replyOf(id, Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("You may not see this."))));
    };
    if (const auto *history = std::get_if<HistoryQuery>(&query.what)) {
        if (!native::mayWatch(m_reader, history->deviceId, mirror))
            return forbidden();
        archive.history(*history, expectReply<HistoryResult>(id, historyToJson));
    } else if (const auto *readings = std::get_if<ReadingsQuery>(&query.what)) {
        if (!native::mayWatch(m_reader, readings->deviceId, mirror))
            return forbidden();
        archive.readings(*readings, expectReply<ReadingsResult>(id, readingsToJson));
    } else if (const auto *alerts = std::get_if<AlertsQuery>(&query.what)) {
        const bool all = native::mayFollow(m_reader, QStringLiteral("alerts"), mirror);
        if (!all && (alerts->source.isEmpty() || !native::mayWatch(m_reader, alerts->source, mirror)))
            return forbidden();
        archive.alerts(*alerts, expectReply<AlertsResult>(id, alertsToJson));
    } else if (const auto *events = std::get_if<EventsQuery>(&query.what)) {
        if (!native::mayFollow(m_reader, events->stream, mirror))
            return forbidden();
        ++m_queried;
        const QPointer<NativeSession> self(this);
        archive.events(*events, m_services.replies.expect<EventsResult>([self, id, stream = events->stream](
                                                                            const EventsResult &result) {
            if (!self)
                return;
            wire::Reply reply;
            reply.id = id;
            if (result.error.isEmpty())
                reply.result = native::eventsToJson(self->m_reader, stream, result);
            else
                reply = wire::Reply::refusal(id, QStringLiteral("overloaded"), result.error);
            self->answerQuery(reply);
        }));
    } else if (const auto *log = std::get_if<AlertLogQuery>(&query.what)) {
        if (!native::seesWhole(m_reader))
            return forbidden();
        archive.alertLog(*log, expectReply<AlertLogResult>(id, alertLogToJson));
    } else if (const auto *contacts = std::get_if<wire::ContactsQuery>(&query.what)) {
        if (!native::seesWhole(m_reader))
            return forbidden();
        askContacts(id, contacts->userId);
    } else if (const auto *one = std::get_if<AlertEventsQuery>(&query.what)) {
        if (!native::mayFollow(m_reader, QStringLiteral("alerts"), mirror))
            return forbidden();
        archive.alertEvents(*one, expectReply<AlertEventsResult>(id, native::alertEventsToJson));
    } else if (const auto *state = std::get_if<wire::SnapshotQuery>(&query.what)) {
        if (!native::mayFollow(m_reader, state->stream, mirror))
            return forbidden();
        ++m_queried;
        m_services.snapshots.ask(this, [this, id, stream = state->stream](const DeskSnapshot &snapshot) {
            wire::Reply reply;
            reply.id = id;
            DeskSnapshot cut = cutToStream(snapshot, stream);
            cut.alerts = native::asSeenBy(m_reader, cut.alerts);
            const qint64 seq = stream == QLatin1String("desk") ? snapshot.seq : snapshot.heads.value(stream);
            reply.result = {{QLatin1String("stream"), stream},
                            {QLatin1String("epoch"), snapshot.epoch},
                            {QLatin1String("seq"), seq},
                            {QLatin1String("state"), wire::toJson(cut)}};
            answerQuery(reply);
        });
    }
}

} // namespace tocsin
