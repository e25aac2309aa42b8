// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/ClientFrames.h"
#include "models/wire/ServerFrames.h"
#include "server/dialects/NativeFormat.h"
#include "server/dialects/NativeServices.h"
#include "server/dialects/RateLimit.h"
#include "server/dialects/StreamFeed.h"

#include <QObject>

#include <deque>
#include <memory>
#include <optional>

namespace tocsin {

namespace native {
inline constexpr quint16 notAuthenticated = 4001;
inline constexpr qsizetype messageBytes = 1'048'576;
} // namespace native

/// One open connection of the native protocol: says hello, asks, subscribes, acknowledges. Server thread; owned by the dialect, which deletes it
/// after its socket closed. A frame that is wrong is answered by an error that names the field, and changes nothing.
class NativeSession : public QObject
{
    Q_OBJECT
public:
    /// `who`: the caller of the upgrade; nothing when it came without a token and must say hello with one.
    NativeSession(net::Session *session, const std::optional<Principal> &who, NativeServices &services,
                  QObject *parent);
    ~NativeSession() override;

    [[nodiscard]] net::Session *session() const { return m_session; }
    [[nodiscard]] bool isWelcome() const { return m_feed != nullptr; } ///< hello was said and accepted
    [[nodiscard]] const native::Reader &reader() const { return m_reader; }
    [[nodiscard]] TimePoint since() const { return m_since; }
    [[nodiscard]] QStringList listens() const { return m_streams + m_heard; } ///< streams and topics

    /// The socket has closed: what is still answered goes nowhere.
    void detach();
    /// Sends what can be sent of the streams; for when there is more of them.
    void pump();
    /// Deadlines: of the hello, and of acknowledgements.
    void tick(TimePoint now);

Q_SIGNALS:
    void welcomed();

private:
    void receive(const QByteArray &payload, bool binary);
    void take(const wire::Hello &hello);
    void take(const wire::Subscribe &subscribe);
    void take(const wire::Unsubscribe &unsubscribe);
    void take(const wire::Ask &ask);
    void take(const wire::Query &query);
    void take(const wire::Ack &ack);
    void take(const wire::Typing &typing);
    void take(const wire::Ping &ping);
    void take(const wire::Disconnect &disconnect);
    void take(const wire::Tap &tap);
    void take(const wire::AskRules &ask);
    void take(const wire::ApplyRules &apply);
    /// False: answered that rules are not told here, or that too much waits.
    [[nodiscard]] bool mayAskRules(const QString &id);
    template<class Answer>
    [[nodiscard]] std::function<void(const Answer &)> tellRules(const QString &id);
    void take(const wire::Hearing &hearing);
    [[nodiscard]] std::function<void(const Outcome &)> answerLater(const QString &id);

    [[nodiscard]] bool authenticate(const QString &token);
    void noteName();
    void makeFeed();
    /// Of those asked for, the devices whose orders this client takes from now on.
    [[nodiscard]] QStringList serve(const QStringList &devices, const QMap<QString, wire::StreamGrant> &streams);
    /// False: answered that there are too many.
    [[nodiscard]] bool admit(const QString &id);
    void answer(const wire::Reply &reply);
    void answerQuery(const wire::Reply &reply);
    qsizetype send(const QJsonObject &document, const QString &key = {});
    template<class Result>
    [[nodiscard]] std::function<void(const Result &)>
    expectReply(const QString &id, QJsonObject (*toJson)(const native::Reader &, const Result &));
    void run(const QString &id, const wire::Query &query);
    void askContacts(const QString &id, const QString &userId);
    void leave(quint16 code, const QString &reason);
    [[nodiscard]] bool isLive() const;

    net::Session *m_session; ///< null once it has closed
    NativeServices &m_services;
    const native::Format m_format;
    const TimePoint m_since;
    native::Reader m_reader;
    bool m_authenticated = false;
    std::unique_ptr<StreamFeed> m_feed;
    QStringList m_served;           ///< devices
    QStringList m_streams;          ///< followed
    QStringList m_heard;            ///< topics
    std::deque<QJsonObject> m_bulk; ///< answers to queries, sent while the socket is not behind
    RateLimit m_limit;
    int m_asked = 0;   ///< requests without an answer
    int m_queried = 0; ///< queries without an answer
    TimePoint m_typedAt;
    QString m_console; ///< as which it told of its sound; empty: it did not
    bool m_wasBehind = false;
};

} // namespace tocsin
