// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Connections.h"
#include "models/domain/ContactsPort.h"
#include "models/domain/Ports.h"
#include "models/domain/RulesPort.h"
#include "models/link/LinkTarget.h"
#include "models/link/OpenQuery.h"
#include "models/link/PendingFile.h"
#include "models/link/PendingRequests.h"
#include "models/link/ReconnectDelay.h"
#include "models/wire/ClientFrames.h"
#include "models/wire/ServerFrames.h"

#include <QElapsedTimer>
#include <QHash>
#include <QList>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <functional>
#include <memory>
#include <utility>
#include <variant>

QT_BEGIN_NAMESPACE
class QSslError;
class QWebSocket;
QT_END_NAMESPACE

namespace tocsin {

/// The native protocol's client (models/wire/PROTOCOL.md): one connection to a server, kept up for ever. It says the same as the console's DeskLink;
/// app/console makes one of it. One thread, the GUI's: it builds its socket in start().
///
/// What the server has not answered is kept in a file, if there is a place for it, and the next console sends it (PendingFile).
///
/// Losing the server is Reconnecting, with exponential back-off and jitter, as often as it takes; the stream resumes behind the last
/// event that was handed on, or begins with a new snapshot. Failed is what waiting does not mend: the token or the certificate is refused, or
/// it is no Tocsin that answers. Telemetry conflates to the newest state per device, handed on once per frame.
class RemoteLink : public QObject
{
    Q_OBJECT
public:
    enum class State { Connecting, Open, Closing, Closed, Reconnecting, Failed };
    Q_ENUM(State)

    struct Options
    {
        QString client = QStringLiteral("tocsin-link");
        QString operatorName; ///< for the log, when the server knows no account (open posture)
        bool messagePack = true;
        ReconnectDelay delay{};
        std::chrono::milliseconds handshake{10'000}; ///< from connecting to the welcome
        std::chrono::milliseconds pingEvery{5'000};
        std::chrono::milliseconds deadAfter{20'000}; ///< nothing heard for so long
        qsizetype largestMessage = 67'108'864;       ///< from the server
        QString pendingDirectory{};                  ///< where unanswered actions are kept; empty: in memory alone
        std::function<TimePoint()> clock = systemNow;
    };

    RemoteLink(LinkTarget target, Options options, QObject *parent = nullptr);
    ~RemoteLink() override;

    void start();
    /// Closing, then Closed.
    void stop();

    [[nodiscard]] State state() const { return m_state; }
    /// Why, in words, when it is Failed or Reconnecting; empty else.
    [[nodiscard]] QString reason() const { return m_reason; }
    /// Who the server says that we are; before the first welcome: who we said that we are.
    [[nodiscard]] Actor self() const { return m_self; }
    [[nodiscard]] qsizetype pending() const { return m_requests.count(); }
    [[nodiscard]] QList<PendingAction> pendingActions() const { return m_requests.list(); }

    /// Taken in every state but Failed, Closing and Closed; answered by replied() once the server has answered. Never before this returns.
    QString request(const RequestBody &body);
    /// Answered by historyReady(), with an error when the server is away. Never before this returns.
    quint64 requestHistory(const HistoryQuery &query);
    /// The same, answered by alertsReady(), alertEventsReady(), alertLogReady() and contactsReady().
    quint64 requestAlerts(const AlertsQuery &query);
    quint64 requestAlertEvents(const AlertEventsQuery &query);
    quint64 requestAlertLog(const AlertLogQuery &query);
    quint64 requestContacts(const QString &userId);
    void sayTyping(const QString &thread);
    /// Whether this console can be heard; the last word is said again over each new connection.
    void sayHearing(bool heard, const QString &why);
    /// The topic `connections`, over this connection and those that follow.
    void watchClients(bool watches);
    /// Answered by replied(); refused when the server is away, and when it goes before it has answered. Never before this returns.
    QString orderClients(const ClientOrder &order);
    /// Answered by rulesAnswered() or ruleTried(), with `offline` when the server is away or goes. Never before this returns.
    quint64 askRules(const std::variant<std::monostate, QByteArray, RuleTrial> &what);
    quint64 applyRules(const QByteArray &text, const QString &revision);

Q_SIGNALS:
    void stateChanged(tocsin::RemoteLink::State state);
    void pendingChanged(qsizetype count);
    /// Actions of an earlier console that will be sent; before anything else.
    void restored(const QList<tocsin::PendingAction> &actions);
    void trouble(const QString &text); ///< a sentence for the operator
    void snapshot(const tocsin::DeskSnapshot &snapshot);
    void events(const QList<tocsin::Event> &events);
    void presence(const QList<tocsin::DevicePresence> &changes);
    void latest(const QList<tocsin::LatestReading> &readings);
    void serverStats(const tocsin::ServerStats &stats);
    void adapters(const QList<tocsin::AdapterStatus> &statuses);
    void people(const QList<tocsin::OnlinePerson> &people);
    void limits(const QList<tocsin::ChannelBand> &limits);
    void typing(const tocsin::TypingNotice &notice);
    void noticed(const tocsin::DesktopNotice &notice);
    void clientsChanged(const tocsin::ClientsUpdate &update);
    void framesSeen(const tocsin::FrameReport &report);
    void replied(const QString &requestId, const tocsin::Outcome &outcome);
    void historyReady(quint64 queryId, const tocsin::HistoryResult &result);
    void rulesAnswered(quint64 queryId, const tocsin::RulesAnswer &answer);
    void ruleTried(quint64 queryId, const tocsin::RuleTrialAnswer &answer);
    void alertsReady(quint64 queryId, const tocsin::AlertsResult &result);
    void alertEventsReady(quint64 queryId, const tocsin::AlertEventsResult &result);
    void alertLogReady(quint64 queryId, const tocsin::AlertLogResult &result);
    void contactsReady(quint64 queryId, const tocsin::ContactsAnswer &answer);

private:
    void connectNow();
    void makeSocket();
    void sayHello();
    [[nodiscard]] bool certificateIsRight();
    void judgeCertificate(const QList<QSslError> &errors);
    void lost();
    void drop(const QString &why);
    void fail(const QString &why);
    void closeSocket();
    void check();

    void receive(const QByteArray &payload);
    void take(const wire::Welcome &welcome);
    void take(const wire::SnapshotPart &part);
    void take(const wire::Events &events);
    void take(const wire::Live &live);
    void take(const wire::Reply &reply);
    void take(const wire::Resync &resync);
    void take(const wire::Pong &pong);
    void acknowledge();
    void nowOpen();
    void sendPending();
    void flushLatest();
    void restorePending();
    void refuseStrangers();
    void expirePending();
    void keepPending();
    void savePending();
    void send(const wire::ClientFrame &frame);
    quint64 ask(OpenQuery::Asked what, wire::Query query);
    void answer(const OpenQuery &query, const wire::Reply &reply);
    void giveUpQueries(const QString &why);
    void giveUpOrders();
    quint64 sendRules(wire::ClientFrame frame, bool trial);
    [[nodiscard]] bool takeRules(const wire::Reply &reply);
    void giveUpRules();
    void tellRules(quint64 query, bool trial, const Outcome &outcome);
    void refuseLater(const QString &id, const Outcome &outcome);
    void setState(State state, const QString &reason = {});

    const LinkTarget m_target;
    const Options m_options;
    ReconnectDelay m_delay;
    State m_state = State::Closed;
    QString m_reason;
    Actor m_self;
    std::unique_ptr<QWebSocket> m_socket;
    QTimer m_retry;
    QTimer m_check;
    QTimer m_frame;
    QTimer m_ack;
    QElapsedTimer m_heard, m_pinged;
    bool m_welcomed = false; ///< over this connection
    bool m_wasOpen = false;  ///< ever
    QString m_trouble;       ///< what the socket said before it closed
    std::chrono::milliseconds m_comeBackIn{};

    std::optional<wire::Cursor> m_cursor;   ///< of the stream "desk"
    std::optional<DeskSnapshot> m_arriving; ///< parts of a snapshot
    qint64 m_acknowledged = 0;
    PendingRequests m_requests;
    std::unique_ptr<PendingFile> m_file;
    QString m_restoredFor; ///< whose the restored actions are, as the server called them
    QTimer m_save;
    QHash<QString, OpenQuery> m_queries; ///< by the id on the wire
    quint64 m_lastQuery = 0;
    QSet<QString> m_orders; ///< about connections, unanswered
    bool m_watchesClients = false;
    QHash<QString, std::pair<quint64, bool>> m_rulesAsked; ///< query, and whether it is a trial, by the id on the wire
    std::optional<wire::Hearing> m_hearing;
    QHash<QString, LatestReading> m_latest; ///< not yet handed on
};

} // namespace tocsin
