// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Descriptor.h"
#include "server/net/FrontDoor.h"
#include "server/net/HalfSent.h"
#include "server/net/RequestParser.h"
#include "server/net/Transport.h"

#include <QObject>

#include <chrono>
#include <memory>

namespace tocsin::net {

/// One accepted connection as long as it speaks HTTP: reads requests one at a time and in order, has them judged and
/// handled, writes the answers, keeps the deadlines; or hands its transport over for an upgrade. Server thread; owned by
/// the server, which deletes it once it has ended.
class HttpConnection final : public QObject, private Transport::Sink, private HalfSent::Sender
{
    Q_OBJECT
public:
    using Clock = std::chrono::steady_clock;

    class Owner
    {
    public:
        Owner() = default;
        Owner(const Owner &) = delete;
        Owner &operator=(const Owner &) = delete;
        /// The upgrade is granted: the transport and what came behind the head are the caller's now.
        virtual void httpUpgraded(HttpConnection *connection, Judgement judgement, std::unique_ptr<Transport> transport,
                                  QByteArray early) = 0;
        virtual void httpEnded(HttpConnection *connection) = 0; ///< once; not after an upgrade
        /// A trusted proxy says that this client is behind the connection now. False: it has too many already.
        [[nodiscard]] virtual bool httpClientIs(HttpConnection *connection, const QHostAddress &client) = 0;

    protected:
        ~Owner() = default;
    };

    struct Arrival
    {
        std::unique_ptr<Transport> transport;
        Endpoint peer; ///< the other end, or the client that it said it passes on
        Clock::time_point since;
        bool overCap = false; ///< above the connection caps: only told so
    };

    /// What all connections of a server have in common. All of it outlives them.
    struct Shared
    {
        FrontDoor &door;
        const ServerSettings &settings;
        HalfSent &halfSent;
        ServerCounters &counters;
        Owner &owner;
    };

    HttpConnection(Arrival arrival, const Shared &shared, QObject *parent);
    ~HttpConnection() override;

    void start();
    void tick(Clock::time_point now);
    /// Answers what is under way, then closes; idle ones at once.
    void goAway();
    void kill();

    /// The answer to request number `serial`; ignored when that one has been answered.
    void answer(quint64 serial, const HttpResponse &response);
    /// Number `serial` has not been answered and its sender is there.
    [[nodiscard]] bool awaits(quint64 serial) const { return m_phase == Phase::Answering && serial == m_serial; }

private:
    enum class Phase { Reading, Answering, Lingering, Ended };

    void transportReceived(QByteArrayView bytes) override;
    void transportDrained() override;
    void transportEnded() override;
    void giveUpHalfSent() override;

    void process();
    [[nodiscard]] bool mustHold(int answeredInThisTurn) const;
    void onHead();
    void onComplete();
    void upgrade();
    void reject(const HttpResponse &response);
    void write(const HttpResponse &response, bool keepAlive);
    void linger();
    void end();
    [[nodiscard]] FrontDoor::Peer client(const RequestHead &head);
    [[nodiscard]] bool readsTooSlowly(Clock::time_point now) const;

    std::unique_ptr<Transport> m_transport;
    FrontDoor &m_door;
    const ServerSettings &m_settings;
    HalfSent &m_halfSent;
    ServerCounters &m_counters;
    Owner &m_owner;
    RequestParser m_parser;
    Judgement m_current;
    Endpoint m_peer;
    Clock::time_point m_since; ///< start of what we wait for: a request, an answer, the end
    Clock::time_point m_lastDrain;
    quint64 m_serial = 0;
    Phase m_phase = Phase::Reading;
    bool m_overCap;
    bool m_firstRequest = true;
    bool m_processing = false;
    bool m_held = false; ///< requests wait here, for another turn or until the peer has taken the answers before
    bool m_goingAway = false;
    bool m_ready = false; ///< the transport's handshake is over
    const bool m_fromProxy;
};

} // namespace tocsin::net
