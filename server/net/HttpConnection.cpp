// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/HttpConnection.h"

#include "server/net/HttpText.h"

#include <QPointer>

#include <utility>

namespace tocsin::net {

namespace {

/// Pipelined requests may wait here up to this size while an earlier one is being answered.
constexpr qsizetype pipelineLimit = 65'536;
/// A pipeline of requests gets so many answered per turn, that it leaves turns for the others,
constexpr int answersPerTurn = 16;
/// and none while its sender has more than this of the answers before to take.
constexpr qint64 unsentLimit = 65'536;
constexpr double slowestBodyBytesPerSecond = 500.0;

/// The promise of one answer: the last copy to go without one says 500.
class PendingAnswer
{
public:
    PendingAnswer(HttpConnection *connection, quint64 serial) : m_connection(connection), m_serial(serial) {}
    PendingAnswer(const PendingAnswer &) = delete;
    PendingAnswer &operator=(const PendingAnswer &) = delete;
    ~PendingAnswer() { give(errorResponse(500, "The request was not answered.")); }

    void give(const HttpResponse &response)
    {
        if (std::exchange(m_given, true) || m_connection.isNull())
            return;
        m_connection->answer(m_serial, response);
    }

private:
    QPointer<HttpConnection> m_connection;
    quint64 m_serial;
    bool m_given = false;
};

} // namespace

HttpConnection::HttpConnection(Arrival arrival, const Shared &shared, QObject *parent)
    : QObject(parent)
    , m_transport(std::move(arrival.transport))
    , m_door(shared.door)
    , m_settings(shared.settings)
    , m_halfSent(shared.halfSent)
    , m_counters(shared.counters)
    , m_owner(shared.owner)
    , m_parser({m_settings.limits.requestHead, m_settings.limits.requestHeaders})
    , m_peer(std::move(arrival.peer))
    , m_since(arrival.since)
    , m_lastDrain(m_since)
    , m_overCap(arrival.overCap)
    , m_ready(m_transport->isReady())
    , m_fromProxy(m_door.trustedProxies().contains(m_peer.address))
{
}

HttpConnection::~HttpConnection()
{
    m_halfSent.note(this, 0);
    if (m_transport)
        m_transport->setSink(nullptr);
}

void HttpConnection::start()
{
    m_transport->setSink(this);
    m_transport->setReading(true);
}

void HttpConnection::transportReceived(QByteArrayView bytes)
{
    m_counters.traffic.bytesIn += static_cast<quint64>(bytes.size());
    if (m_phase == Phase::Lingering || m_phase == Phase::Ended)
        return;
    if (m_phase == Phase::Reading && !m_parser.inRequest() && m_serial > 0)
        m_since = Clock::now();
    m_parser.append(bytes);
    if (m_phase == Phase::Answering && m_parser.buffered() > pipelineLimit)
        m_transport->setReading(false);
    process();
}

void HttpConnection::transportDrained()
{
    m_lastDrain = Clock::now();
    if (m_held)
        process();
}

void HttpConnection::transportEnded()
{
    end();
}

void HttpConnection::giveUpHalfSent()
{
    if (m_phase == Phase::Reading)
        reject(errorResponse(503, "Too much is half sent here."));
}

void HttpConnection::process()
{
    if (m_processing)
        return;
    m_processing = true;
    m_held = false;
    const quint64 before = m_serial;
    while (m_phase == Phase::Reading && m_transport) {
        if (mustHold(static_cast<int>(m_serial - before))) {
            m_held = true;
            m_transport->setReading(false);
            if (m_transport->unsent() <= unsentLimit)
                QMetaObject::invokeMethod(this, &HttpConnection::process, Qt::QueuedConnection);
            break;
        }
        const RequestParser::State state = m_parser.advance();
        m_halfSent.note(this, state == RequestParser::State::NeedMore ? m_parser.bodyReceived() : 0);
        if (state == RequestParser::State::NeedMore) {
            if (m_phase == Phase::Reading)
                m_transport->setReading(true);
            break;
        }
        if (state == RequestParser::State::Head)
            onHead();
        else if (state == RequestParser::State::Complete)
            onComplete();
        else
            reject(errorResponse(m_parser.fault().status, m_parser.fault().detail));
    }
    m_processing = false;
}

bool HttpConnection::mustHold(int answeredInThisTurn) const
{
    return m_parser.buffered() > 0 && (answeredInThisTurn >= answersPerTurn || m_transport->unsent() > unsentLimit);
}

void HttpConnection::onHead()
{
    const RequestHead &head = m_parser.head();
    m_firstRequest = false;
    m_since = Clock::now();
    m_current = m_door.judge(head, client(head), systemNow());
    if (m_current.refusal && head.hasBody()) {
        reject(*m_current.refusal); // its body is not worth reading
        return;
    }
    if (m_current.upgrade && !m_current.refusal) {
        upgrade();
        return;
    }
    m_parser.setBodyLimit(m_current.bodyLimit);
    if (head.hasBody() && head.expectsContinue())
        m_transport->write({QByteArrayLiteral("HTTP/1.1 100 Continue\r\n\r\n")});
}

/// Who sent the request: the other end, or the client of whom a trusted proxy says so.
FrontDoor::Peer HttpConnection::client(const RequestHead &head)
{
    TrustedProxies::Client from{m_peer.address, m_transport->isEncrypted()};
    bool overCap = m_overCap;
    quint16 port = m_peer.port;
    if (m_fromProxy) {
        from = m_door.trustedProxies().clientOf(head, from);
        port = from.address == m_peer.address ? port : 0;
        overCap = !m_owner.httpClientIs(this, from.address) || overCap;
    }
    return {plainAddress(from.address).toString(), port, from.encrypted, overCap};
}

void HttpConnection::onComplete()
{
    ++m_serial;
    ++m_counters.requestsTotal;
    m_phase = Phase::Answering;
    m_since = Clock::now();
    if (m_current.refusal) {
        answer(m_serial, *m_current.refusal);
        return;
    }
    ++m_current.entry->counters.requestsTotal;
    m_current.request.body = m_parser.takeBody();
    m_current.request.isAwaited = [self = QPointer<HttpConnection>(this), serial = m_serial] {
        return !self.isNull() && self->awaits(serial);
    };
    const auto pending = std::make_shared<PendingAnswer>(this, m_serial);
    m_current.entry->dialect->http(m_current.request, m_current.caller,
                                   [pending](const HttpResponse &response) { pending->give(response); });
}

void HttpConnection::upgrade()
{
    m_parser.setBodyLimit(0);
    const RequestParser::State state = m_parser.advance();
    if (state != RequestParser::State::Complete) {
        reject(errorResponse(400, "The request is malformed."));
        return;
    }
    m_transport->setReading(false);
    m_transport->setSink(nullptr);
    m_phase = Phase::Ended;
    m_owner.httpUpgraded(this, std::move(m_current), std::move(m_transport), m_parser.takeRest());
}

void HttpConnection::answer(quint64 serial, const HttpResponse &response)
{
    if (!awaits(serial))
        return;
    const bool keepAlive = m_parser.head().keepAlive() && !m_goingAway && !m_overCap;
    write(response, keepAlive);
    if (m_phase != Phase::Answering)
        return; // the write found the connection broken
    if (!keepAlive) {
        linger();
        return;
    }
    m_current = {};
    m_parser.next();
    m_phase = Phase::Reading;
    m_since = Clock::now();
    process();
}

/// Answers a request that cannot be taken; what follows on the connection cannot be trusted, so it is closed.
void HttpConnection::reject(const HttpResponse &response)
{
    ++m_counters.requestsTotal;
    m_phase = Phase::Answering;
    write(response, false);
    if (m_phase == Phase::Answering)
        linger();
}

void HttpConnection::write(const HttpResponse &response, bool keepAlive)
{
    ResponseStyle style;
    style.keepAlive = keepAlive;
    style.headOnly = m_current.headOnly;
    style.minorVersion = m_parser.head().minorVersion;
    style.allowedOrigin = m_current.allowedOrigin;
    const QByteArray bytes = serialize(response, style, systemNow());
    m_counters.traffic.bytesOut += static_cast<quint64>(bytes.size());
    if (m_transport->unsent() == 0)
        m_lastDrain = Clock::now();
    m_transport->write({bytes});
}

/// Ends our direction and reads on for a while: closing at once on unread bytes would reset the connection, and the
/// peer might never see the answer.
void HttpConnection::linger()
{
    m_phase = Phase::Lingering;
    m_halfSent.note(this, 0);
    (void)m_parser.takeBody();
    m_since = Clock::now();
    m_transport->setReading(true);
    m_transport->finishWriting();
}

void HttpConnection::goAway()
{
    m_goingAway = true;
    if (!m_transport->isReady()) {
        kill();
        return;
    }
    if (m_phase == Phase::Reading && !m_parser.inRequest())
        linger();
}

void HttpConnection::kill()
{
    if (m_phase == Phase::Ended)
        return;
    m_transport->abort();
    end();
}

void HttpConnection::end()
{
    if (m_phase == Phase::Ended)
        return;
    m_phase = Phase::Ended;
    m_owner.httpEnded(this);
}

bool HttpConnection::readsTooSlowly(Clock::time_point now) const
{
    const Deadlines &deadlines = m_settings.deadlines;
    const auto waited = now - m_since;
    if (!m_parser.inBody())
        return waited > deadlines.requestHead;
    const double allowed = static_cast<double>(m_parser.bodyReceived()) / slowestBodyBytesPerSecond;
    return waited > deadlines.bodyGrace &&
           std::chrono::duration<double>(waited - deadlines.bodyGrace).count() > allowed;
}

void HttpConnection::tick(Clock::time_point now)
{
    const Deadlines &deadlines = m_settings.deadlines;
    if (m_phase == Phase::Ended)
        return;
    if (!m_ready) {
        m_ready = m_transport->isReady();
        if (m_ready)
            m_since = now;
        else if (now - m_since > deadlines.handshake)
            kill();
        return;
    }
    if (m_transport->unsent() > 0 && now - m_lastDrain > deadlines.sendStall) {
        kill();
        return;
    }
    switch (m_phase) {
    case Phase::Reading:
        if (m_held) {
            m_since = now; // it is not the peer who lets us wait
        } else if (m_parser.inRequest()) {
            if (readsTooSlowly(now))
                reject(errorResponse(408, "The request comes too slowly."));
        } else if (now - m_since > (m_firstRequest ? deadlines.requestHead : deadlines.keepAliveIdle)) {
            linger();
        }
        break;
    case Phase::Answering:
        if (now - m_since > deadlines.answer)
            answer(m_serial, errorResponse(503, "The request took too long."));
        break;
    case Phase::Lingering:
        if (now - m_since > deadlines.stopLinger && m_transport->unsent() == 0)
            kill();
        break;
    case Phase::Ended:
        break;
    }
}

} // namespace tocsin::net
