// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/ClientSession.h"
#include "server/net/GuardSocket.h"
#include "server/net/Http.h"
#include "server/net/RoundTrips.h"

#include <QWebSocket>

#include <functional>
#include <memory>

namespace tocsin::net {

/// What the front door knows about a WebSocket when it lets it in.
struct Admission
{
    HttpRequest request; ///< without headers and body: nobody asks for them any more
    Principal principal;
    QByteArray subprotocol;
    TimePoint at;
    DialectCounters *counters = nullptr; ///< of its dialect; outlives the session
    bool overloaded = false;             ///< above the cap: opened only to be told so
};

/// One open WebSocket: a QWebSocket for the protocol's manners, a guard socket for the data. Server thread. Owned by the
/// server, which deletes it when `ended` has been called; closed() comes before, never from within a call of send() or
/// close().
class WebSocketSession final : public ClientSession, private GuardSocket::Owner
{
    Q_OBJECT
public:
    WebSocketSession(std::unique_ptr<GuardSocket> guard, std::unique_ptr<QWebSocket> socket, Admission admission,
                     ServerCounters &counters, QObject *parent);
    ~WebSocketSession() override;

    /// Frames may be sent from here on. False: the peer has gone in the meantime; `ended` is called all the same.
    [[nodiscard]] bool open(std::function<void(WebSocketSession *)> ended);
    /// Messages are read from here on; `early` are the bytes that came behind the request's head.
    void read(const QByteArray &early) { m_guard->read(early); }
    /// Deadlines and pings.
    void tick(GuardSocket::Clock::time_point now, const Deadlines &deadlines);
    /// Closes for a stop of the server, with its shorter patience.
    void goAway(std::chrono::milliseconds linger);
    void kill() { m_guard->kill(); }
    void describe(ClientInfo &info) const override;
    [[nodiscard]] int endCode() const override;
    [[nodiscard]] QString endReason() const override { return m_socket->closeReason(); }
    /// What let it in; empty: nothing was needed.
    [[nodiscard]] const std::optional<Credential> &credential() const { return m_admission.request.credential; }
    /// The token ended or was revoked.
    void revoke(const QString &why);

    [[nodiscard]] QString id() const override { return m_id; }
    [[nodiscard]] QString path() const override { return m_admission.request.path; }
    [[nodiscard]] const QUrlQuery &query() const override { return m_admission.request.query; }
    [[nodiscard]] const Principal &principal() const override { return m_admission.principal; }
    [[nodiscard]] QString peerAddress() const override { return m_admission.request.peerAddress; }
    [[nodiscard]] TimePoint openedAt() const override { return m_admission.at; }
    [[nodiscard]] bool isOpen() const override { return m_guard->isLive(); }
    [[nodiscard]] QByteArray subprotocol() const override { return m_admission.subprotocol; }
    void identify(const Principal &who, const Credential *credential) override;
    void limitMessages(qsizetype bytes) override { m_guard->limitMessages(bytes); }
    [[nodiscard]] bool isBehind() override { return m_guard->isBehind(); }
    void send(const Frame &frame, Delivery delivery, const QString &key) override;
    [[nodiscard]] bool join(const std::shared_ptr<FrameBatch> &batch) override
    {
        return observer() == nullptr && m_guard->join(batch); // frame by frame while somebody looks on
    }
    void setUrgent() override { m_guard->setUrgent(); }
    void setGapEncoder(const GapEncoder &encoder) override { m_guard->setGapEncoder(encoder); }
    void close(quint16 code, const QString &reason) override;

private:
    void guardText(const QByteArray &utf8) override;
    void guardBinary(const QByteArray &payload) override;
    void guardFault(quint16 code, const QString &reason) override;
    void guardStalled() override;
    void guardSent(quint64 messages) override;
    void guardDrained() override;
    void guardClosed() override;
    void guardEnded() override;

    void closeSlow();
    void noteRoundTrip();
    void show(const Frame &frame);

    std::unique_ptr<GuardSocket> m_guard;
    std::unique_ptr<QWebSocket> m_socket; ///< goes before the guard, on which it stands
    Admission m_admission;
    ServerCounters &m_counters;
    std::function<void(WebSocketSession *)> m_ended;
    quint64 m_messagesIn = 0;
    quint64 m_messagesOut = 0;
    RoundTrips m_trips; ///< of the server's own pings
    GuardSocket::Clock::time_point m_pinged;
    GuardSocket::Clock::time_point m_nextPing;
    QString m_id;
};

/// A reason that tells the peer when to come back, with jitter against a stampede: "… retry_ms=1234".
[[nodiscard]] QString reasonWithRetry(const QString &sentence);

} // namespace tocsin::net
