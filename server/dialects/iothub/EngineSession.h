// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"
#include "server/net/ClientSession.h"
#include "server/net/Http.h"
#include "server/net/RoundTrips.h"
#include "server/net/SendQueue.h"

#include <chrono>
#include <functional>
#include <optional>

namespace tocsin {

/// What Engine.IO tells its clients at the handshake, and what its sessions may cost.
struct EngineSettings
{
    std::chrono::milliseconds pingInterval{25'000};
    std::chrono::milliseconds pingTimeout{20'000};
    std::chrono::milliseconds upgradeWithin{10'000}; ///< from the WebSocket of an upgrade to its last step
    std::chrono::milliseconds pollHeld{25'000};      ///< a poll is answered after so long, with nothing
    qsizetype maxPayload = 10'485'760;
    int packetsPerPost = 16'384;
    int pollingSessions = 2'000; ///< at one time
    int pollingPerAddress = 500;
};

/// One Engine.IO v4 session, whatever carries it: long polling, a WebSocket, or first the one and then the other. Above it is a
/// Session like all others: textReceived() is one message of Engine.IO, a Socket.IO packet; what is sent begins with the packet's '4'.
/// What waits for a poll is bounded as for a slow socket (SendQueue). While it polls it is a client of its own; on a WebSocket, which is one, it
/// is not. Server thread; owned by EngineDoor.
class EngineSession final : public net::ClientSession
{
    Q_OBJECT
public:
    /// Who opened it, and how.
    struct Opening
    {
        QString sid; ///< secret: whoever has it is the session
        QString id;  ///< for logs
        QString path;
        QUrlQuery query;
        Principal who;
        std::optional<net::Credential> credential; ///< of who polls; a WebSocket's is the server's to watch
        QString address;
        TimePoint at;
        bool polling = false;
    };
    EngineSession(Opening opening, const EngineSettings &settings, std::function<TimePoint()> clock, QObject *parent);

    /// Says hello over a WebSocket, which carries the session from here on.
    void open(net::Session *webSocket);
    /// Says hello in the answer to the first request.
    void open(const net::Respond &respond);
    /// A WebSocket that wants to take over from polling.
    void probe(net::Session *webSocket);
    /// Answers when there is something to tell. A second one at the same time ends the session.
    void poll(const net::HttpRequest &request, const net::Respond &respond);
    /// What a polling client says.
    void post(const net::HttpRequest &request, const net::Respond &respond);
    void tick(TimePoint now);

    [[nodiscard]] const QString &sid() const { return m_opening.sid; }
    [[nodiscard]] bool polls() const { return m_opening.polling; } ///< and not on a WebSocket, or not yet
    [[nodiscard]] bool isUpgrading() const { return m_probe != nullptr; }
    [[nodiscard]] const std::optional<net::Credential> &credential() const { return m_opening.credential; }

    [[nodiscard]] QString id() const override { return m_opening.id; }
    [[nodiscard]] QString path() const override { return m_opening.path; }
    [[nodiscard]] const QUrlQuery &query() const override { return m_opening.query; }
    [[nodiscard]] const Principal &principal() const override { return m_opening.who; }
    [[nodiscard]] QString peerAddress() const override { return m_opening.address; }
    [[nodiscard]] TimePoint openedAt() const override { return m_opening.at; }
    [[nodiscard]] bool isOpen() const override { return m_open && (m_web == nullptr || m_web->isOpen()); }
    void identify(const Principal &who, const net::Credential *credential) override;
    void limitMessages(qsizetype bytes) override;
    void send(const net::Frame &frame, net::Delivery delivery, const QString &key) override;
    [[nodiscard]] bool join(const std::shared_ptr<net::FrameBatch> &batch) override;
    [[nodiscard]] bool isBehind() override;
    void setUrgent() override;
    void close(quint16 code, const QString &reason) override;
    void describe(ClientInfo &info) const override; ///< while it polls
    [[nodiscard]] int endCode() const override { return m_endCode; }
    [[nodiscard]] QString endReason() const override { return m_endReason; }

    /// {code, message} as Engine.IO answers what it does not take.
    [[nodiscard]] static net::HttpResponse refusal(int code, const char *message, int status = 400);
    [[nodiscard]] static net::HttpResponse badRequest() { return refusal(3, "Bad request"); }

Q_SIGNALS:
    /// A packet that is none of Engine.IO's.
    void strangePacket();
    void upgraded(); ///< a WebSocket carries it from here on

private:
    void webText(net::Session *web, const QByteArray &utf8);
    void receive(QByteArrayView packet);
    void adopt();
    void listenTo(net::Session *web);
    [[nodiscard]] QByteArray handshake() const;
    void flush();
    void flushSoon();
    void answerPoll(const QByteArray &body);
    void finish(int code, const QString &reason); ///< closed() follows, in a later turn
    void heard(qsizetype bytes);
    void show(bool out, bool binary, QByteArrayView payload);

    Opening m_opening;
    const EngineSettings &m_settings;
    std::function<TimePoint()> m_clock;
    net::SendQueue m_queue;
    net::Session *m_web = nullptr;   ///< carries the session
    net::Session *m_probe = nullptr; ///< is about to
    net::Respond m_respond;          ///< of the poll that is held
    std::function<bool()> m_awaited;
    TimePoint m_heldSince;
    TimePoint m_probedAt;
    TimePoint m_nextPing;
    std::optional<TimePoint> m_pongBy;
    TimePoint m_heardAt;
    ClientFlow m_in; ///< while it polls, as the next two
    ClientFlow m_out;
    net::RoundTrips m_trips;
    int m_endCode = 1006;
    QString m_endReason;
    qsizetype m_messageLimit;
    bool m_probed = false; ///< the probe has been answered
    bool m_flushing = false;
    bool m_open = true;
};

} // namespace tocsin
