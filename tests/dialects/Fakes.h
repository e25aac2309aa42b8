// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/LatestValues.h"
#include "server/dialects/VehicleDialect.h"
#include "server/net/Session.h"

#include <QJsonObject>

#include <memory>

namespace tocsin {

/// What a frame carries: opcode and payload of one whole, unmasked frame.
[[nodiscard]] QByteArray payloadOf(const net::Frame &frame);
[[nodiscard]] QByteArray payloadOfWire(const QByteArray &wire);
[[nodiscard]] QJsonObject objectOf(const QByteArray &json);

/// A socket without a network: keeps what was sent.
class FakeSession : public net::Session
{
    Q_OBJECT
public:
    FakeSession(const QString &path, Principal who, QObject *parent = nullptr); ///< a query may follow the path
    ~FakeSession() override { hangUp(); } ///< as the server: never gone without closed()

    [[nodiscard]] QString id() const override { return m_id; }
    [[nodiscard]] QString path() const override { return m_path; }
    [[nodiscard]] const QUrlQuery &query() const override { return m_query; }
    [[nodiscard]] const Principal &principal() const override { return m_who; }
    [[nodiscard]] QString peerAddress() const override { return address; }
    [[nodiscard]] TimePoint openedAt() const override { return {}; }
    [[nodiscard]] bool isOpen() const override { return m_open; }
    [[nodiscard]] QByteArray subprotocol() const override { return protocol; }
    void identify(const Principal &who, const net::Credential * /*credential*/) override { m_who = who; }
    void limitMessages(qsizetype bytes) override { messageLimit = bytes; }
    [[nodiscard]] bool isBehind() override { return behind; }
    void send(const net::Frame &frame, net::Delivery delivery, const QString &conflationKey) override;
    void close(quint16 code, const QString &reason) override;
    void setUrgent() override { urgent = true; }

    void say(const QByteArray &utf8) { Q_EMIT textReceived(utf8); }
    void say(const QJsonObject &message);
    void sayBinary(const QByteArray &payload) { Q_EMIT binaryReceived(payload); }
    void hangUp();

    /// The frames since the last call.
    [[nodiscard]] QList<QJsonObject> take();
    /// The one frame since the last call; fails the test otherwise by being empty.
    [[nodiscard]] QJsonObject takeOne();

    QString address = QStringLiteral("127.0.0.1");
    QByteArray protocol;
    qsizetype messageLimit = 0;
    bool behind = false;       ///< a reader that is slow
    bool urgent = false;       ///< read even while the desk is behind
    bool closesOnSend = false; ///< as a slow reader that is given up
    quint16 closeCode = 0;
    QList<net::Delivery> deliveries;
    QStringList keys;
    QList<QByteArray> pings; ///< payloads
    QList<QByteArray> wires; ///< as they were handed over

private:
    QString m_id;
    QString m_path;
    QUrlQuery m_query;
    Principal m_who;
    bool m_open = true;
    QList<QJsonObject> m_frames;
};

class FakeSink : public ReadingSink
{
public:
    void take(const QList<Reading> &readings) override { taken.append(readings); }
    QList<Reading> taken;
};

/// Keeps the requests; answers when told to, or at once.
class FakeDesk : public DeskPort
{
public:
    void submit(const Request &request, Reply reply) override;
    /// Answers the oldest request that waits, from another thread.
    void answer(const Outcome &outcome);
    template<class T>
    [[nodiscard]] QList<T> asked() const
    {
        QList<T> found;
        for (const Request &request : requests) {
            if (const T *body = std::get_if<T>(&request.body))
                found.append(*body);
        }
        return found;
    }
    QList<Request> requests;
    QList<Reply> replies;
};

class FakeArchive : public ArchivePort
{
public:
    void history(const HistoryQuery &query, std::function<void(const HistoryResult &)> reply) override;
    void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) override;
    void alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply) override;
    void events(const EventsQuery &query, std::function<void(const EventsResult &)> reply) override;
    void messages(const ChatQuery &query, std::function<void(const ChatResult &)> reply) override;
    void alertLog(const AlertLogQuery &query, std::function<void(const AlertLogResult &)> reply) override;
    QList<AlertLogQuery> alertLogsAsked;
    AlertLogResult alertLogResult;
    void alertEvents(const AlertEventsQuery &query, std::function<void(const AlertEventsResult &)> reply) override;
    QList<AlertEventsQuery> alertEventsAsked;
    AlertEventsResult alertEventsResult;
    QList<ChatQuery> messagesAsked;
    ChatResult messagesResult;
    QList<EventsQuery> eventsAsked;
    EventsResult eventsResult;
    QList<ReadingsQuery> readingsAsked;
    QList<AlertsQuery> alertsAsked;
    ReadingsResult readingsResult;
    AlertsResult alertsResult;
};

[[nodiscard]] Principal anonymousAdmin();
[[nodiscard]] Principal somebody(const QString &id, Role role);
[[nodiscard]] Device vehicleOf(const QString &id, const QStringList &owners = {});
[[nodiscard]] Alert alertOf(const QString &id, const QString &source, AlertLevel level = AlertLevel::Warning);

/// Dialect 1 on a stage: everything around it is fake, the clock stands until it is moved.
class Stage
{
public:
    explicit Stage(Posture posture = Posture::Open, const QList<Device> &devices = {}, DialectOptions options = {});

    [[nodiscard]] std::unique_ptr<FakeSession> connect(const QString &path, const Principal &who = anonymousAdmin());
    /// Nothing when it was refused; the status then.
    [[nodiscard]] int verdict(const QString &path, const std::optional<Principal> &who) const;
    [[nodiscard]] net::HttpResponse call(const QByteArray &method, const QString &target, const QByteArray &body = {},
                                         const std::optional<Principal> &who = anonymousAdmin());
    /// Telemetry as it comes back from the sink: to the latest values and to the subscribers.
    void deliver();
    void tell(const EventBody &body);

    TimePoint now = fromEpochMillis(1'700'000'000'000);
    DeskMirror mirror;
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    FakeArchive archive;
    std::unique_ptr<VehicleDialect> dialect;
};

} // namespace tocsin
