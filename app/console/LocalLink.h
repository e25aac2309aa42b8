// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"
#include "models/domain/Inbox.h"
#include "models/domain/LatestValues.h"

#include <QSet>
#include <QTimer>

#include <atomic>
#include <functional>

namespace tocsin {

/// The console's link to the desk in the same process. GUI thread; the other threads touch only the
/// bounded inbox (offerEvents, offerPresence). When the GUI stalls for so long that the inbox is full, the link falls back
/// to a new snapshot: nothing is lost, nothing grows.
class LocalLink : public DeskLink
{
    Q_OBJECT
public:
    using AskSnapshot = std::function<void(std::function<void(DeskSnapshot)>)>;

    struct Parts
    {
        DeskPort &desk;
        ArchivePort &archive;
        LatestValues &latest;
        AskSnapshot askSnapshot; ///< thread-safe; answers on any thread
        Actor self;
        std::function<void(const TypingNotice &)> tellTyping; ///< thread-safe
        AttachmentPort *pictures = nullptr;                   ///< outlives the link
        std::function<void(bool)> watchClients{};             ///< thread-safe, as is the next; it answers on any thread
        std::function<void(const Actor &, const ClientOrder &, const std::function<void(const Outcome &)> &)>
            orderClients{};
        RulesPort *rules = nullptr;       ///< outlives the link
        HearingPort *hearing = nullptr;   ///< outlives the link
        ContactsPort *contacts = nullptr; ///< outlives the link
        QList<Geofence> fences{};         ///< that rules may be about
    };

    explicit LocalLink(Parts parts, QObject *parent = nullptr);

    void start() override;
    [[nodiscard]] State state() const override { return m_state; }
    [[nodiscard]] Actor self() const override { return m_parts.self; }
    QString request(const RequestBody &body) override;
    quint64 requestHistory(const HistoryQuery &query) override;
    quint64 requestAlerts(const AlertsQuery &query) override;
    quint64 requestAlertLog(const AlertLogQuery &query) override;
    quint64 requestContacts(const QString &userId) override;
    quint64 requestAlertEvents(const AlertEventsQuery &query) override;
    void typing(const QString &thread) override;
    void reportHearing(bool heard, const QString &why) override;
    void watchConnections(bool watches) override;
    QString orderConnections(const ClientOrder &order) override;
    quint64 requestRules() override;
    quint64 checkRules(const QByteArray &text) override;
    quint64 applyRules(const QByteArray &text, const QString &revision) override;
    quint64 tryRule(const RuleTrial &trial) override;
    quint64 storePicture(const QByteArray &bytes) override;
    void cancelPicture(quint64 transfer) override;
    quint64 fetchPicture(const QString &id) override;

    /// Any thread: what the desk published, in order.
    void offerEvents(const QList<Event> &events);

private:
    void drain();
    void askSnapshot();
    void takeSnapshot(const DeskSnapshot &snapshot);
    [[nodiscard]] std::function<void(const Outcome &)> answerOf(const QString &id); ///< any thread
    [[nodiscard]] RulesPort::Reply rulesAnswerOf(quint64 query);                    ///< any thread
    void setState(State state);

    Parts m_parts;
    State m_state = State::Closed;
    QTimer m_frame;
    Inbox<QList<Event>> m_inbox;
    std::atomic_bool m_overflowed = false;
    bool m_awaitingSnapshot = false;
    qint64 m_seq = 0; ///< the last event handed on
    quint64 m_lastQuery = 0;
    quint64 m_lastTransfer = 0;
    QSet<quint64> m_storing;
};

} // namespace tocsin
