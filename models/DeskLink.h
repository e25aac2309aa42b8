// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ChannelBands.h"
#include "models/domain/Connections.h"
#include "models/domain/ContactsPort.h"
#include "models/domain/Desk.h"
#include "models/domain/NotifyPort.h"
#include "models/domain/Ports.h"
#include "models/domain/RulesPort.h"

#include <QObject>

namespace tocsin {

/// The console's only way to the desk: a source of events and a sink of requests. In-process (app/console/LocalLink) or over
/// /ws/v1 (app/console/RemoteDeskLink); models and QML cannot tell which. GUI thread.
///
/// Order after start(): stateChanged(Open) · snapshot() · events() and latest() for as long as it lives.
/// After a loss: stateChanged(Reconnecting), then Open and what was missed as events(), or snapshot() again. A request changes nothing on the screen
/// by itself: the row changes when the event comes back.
class DeskLink : public QObject
{
    Q_OBJECT
public:
    enum class State { Connecting, Open, Closing, Closed, Reconnecting, Failed };
    Q_ENUM(State)

    using QObject::QObject;

    virtual void start() = 0;
    [[nodiscard]] virtual State state() const = 0;
    /// Why it is not open, in words; empty when there is nothing to say.
    [[nodiscard]] virtual QString reason() const { return {}; }
    /// The server's address when it is another process; empty in-process.
    [[nodiscard]] virtual QString target() const { return {}; }
    /// Requests that were made and are not answered yet, by a server that may be away.
    [[nodiscard]] virtual QList<PendingAction> pendingActions() const { return {}; }
    /// Who sits here.
    [[nodiscard]] virtual Actor self() const = 0;
    /// Sends a request; its id is returned and comes back in replied() exactly once, never before this returns.
    virtual QString request(const RequestBody &body) = 0;
    /// Asks for history; the id comes back in historyReady() exactly once, never before this returns.
    virtual quint64 requestHistory(const HistoryQuery &query) = 0;
    /// Asks for alerts that are not in memory (any more), for what happened to one, for all that the log has of one, and for whom to tell when a
    /// person needs help: alertsReady(), alertEventsReady(), alertLogReady(), contactsReady(), exactly once, with an error when the server is
    /// away, never before this returns. 0: this link has no archive, nothing comes.
    virtual quint64 requestAlerts(const AlertsQuery &query);
    virtual quint64 requestAlertEvents(const AlertEventsQuery &query);
    virtual quint64 requestAlertLog(const AlertLogQuery &query);
    virtual quint64 requestContacts(const QString &userId);
    /// Brings a picture to the desk: pictureProgress() while it goes, pictureStored() once, never before this returns.
    virtual quint64 storePicture(const QByteArray &bytes);
    /// Nothing more is said of it; it may have arrived.
    virtual void cancelPicture(quint64 transfer);
    /// Asks for a picture that a line names: pictureFetched() once, never before this returns.
    virtual quint64 fetchPicture(const QString &id);
    /// Who sits here writes in this conversation. Ephemeral: a link that cannot tell it drops it.
    virtual void typing(const QString &thread);
    /// Whether this console can be heard, and why not, in words. When it changes, and renewed every 30 s; ephemeral.
    virtual void reportHearing(bool heard, const QString &why);
    /// Whether connections() are told.
    virtual void watchConnections(bool watches);
    /// Something about them; the id comes back in replied() exactly once, never before this returns. Nothing waits for a
    /// server that is away.
    virtual QString orderConnections(const ClientOrder &order);
    /// The rules in force; the answer comes as rulesAnswered() exactly once, never before this returns. So do the next two.
    virtual quint64 requestRules();
    /// What is wrong with a rules file; nothing is changed.
    virtual quint64 checkRules(const QByteArray &text);
    /// Puts a rules file in force, if the rules in force are still those of `revision`. Supervisors and administrators.
    virtual quint64 applyRules(const QByteArray &text, const QString &revision);
    /// What one rule would have made of what a device told: ruleTried() exactly once, never before this returns.
    virtual quint64 tryRule(const RuleTrial &trial);

Q_SIGNALS:
    void stateChanged(tocsin::DeskLink::State state);
    void snapshot(const tocsin::DeskSnapshot &snapshot);
    void events(const QList<tocsin::Event> &events);
    void presence(const QList<tocsin::DevicePresence> &changes);
    /// Devices with new readings since the last call, whole; at most one call per frame (≥ 16 ms apart).
    void latest(const QList<tocsin::LatestReading> &readings);
    void serverStats(const tocsin::ServerStats &stats);
    void adapters(const QList<tocsin::AdapterStatus> &statuses);
    /// Who is on shift, all of them.
    void people(const QList<tocsin::OnlinePerson> &people);
    /// The limits that the desk's rules set; once after each Open, when the desk tells them, and whenever other rules are in force.
    void limits(const QList<tocsin::ChannelBand> &limits);
    /// The geofences that rules may be about, all of them; after each Open, when the desk tells them.
    void fences(const QList<tocsin::Geofence> &fences);
    void pendingRequestsChanged();
    /// Requests of an earlier console that this one goes on with; before the first state.
    void restored(const QList<tocsin::PendingAction> &actions);
    /// Something that the operator should know; a sentence.
    void trouble(const QString &text);
    void replied(const QString &requestId, const tocsin::Outcome &outcome);
    /// Somebody else writes.
    void typingSeen(const tocsin::TypingNotice &notice);
    /// The server wants this shown to who sits here, beside the alert itself.
    void noticed(const tocsin::DesktopNotice &notice);
    void connections(const tocsin::ClientsUpdate &update);
    void framesSeen(const tocsin::FrameReport &report);
    void historyReady(quint64 queryId, const tocsin::HistoryResult &result);
    void rulesAnswered(quint64 query, const tocsin::RulesAnswer &answer);
    void ruleTried(quint64 query, const tocsin::RuleTrialAnswer &answer);
    void alertsReady(quint64 queryId, const tocsin::AlertsResult &result);
    void alertEventsReady(quint64 queryId, const tocsin::AlertEventsResult &result);
    void alertLogReady(quint64 queryId, const tocsin::AlertLogResult &result);
    void contactsReady(quint64 queryId, const tocsin::ContactsAnswer &answer);
    void pictureProgress(quint64 transfer, qint64 bytesDone);
    void pictureStored(quint64 transfer, const tocsin::AttachmentResult &result);
    void pictureFetched(quint64 transfer, const tocsin::AttachmentResult &result);
};

// A link without an archive or pictures keeps none and knows none.
inline quint64 DeskLink::storePicture(const QByteArray &)
{
    return 0;
}

inline quint64 DeskLink::requestAlerts(const AlertsQuery &)
{
    return 0;
}

inline quint64 DeskLink::requestAlertLog(const AlertLogQuery &)
{
    return 0;
}

inline quint64 DeskLink::requestContacts(const QString &)
{
    return 0;
}

inline quint64 DeskLink::requestAlertEvents(const AlertEventsQuery &)
{
    return 0;
}

inline void DeskLink::cancelPicture(quint64)
{
}

inline quint64 DeskLink::fetchPicture(const QString &)
{
    return 0;
}

inline void DeskLink::typing(const QString &)
{
}

inline void DeskLink::reportHearing(bool, const QString &)
{
}

inline void DeskLink::watchConnections(bool)
{
}

inline QString DeskLink::orderConnections(const ClientOrder &)
{
    return {};
}

// One that knows no rules answers nothing.
inline quint64 DeskLink::requestRules()
{
    return 0;
}

inline quint64 DeskLink::checkRules(const QByteArray &)
{
    return 0;
}

inline quint64 DeskLink::applyRules(const QByteArray &, const QString &)
{
    return 0;
}

inline quint64 DeskLink::tryRule(const RuleTrial &)
{
    return 0;
}

} // namespace tocsin
