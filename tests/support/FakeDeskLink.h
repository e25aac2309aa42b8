// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"

#include <QHash>
#include <QList>

namespace tocsin {

/// A desk link for tests: requests and history queries wait (a stalled desk) until the test accepts, refuses or
/// reorders them. GUI thread. Events get gap-free seqs unless the test numbers them itself.
class FakeDeskLink : public DeskLink
{
    Q_OBJECT
public:
    struct Asked
    {
        QString id;
        RequestBody body;
    };
    struct AskedHistory
    {
        quint64 id = 0;
        HistoryQuery query;
    };

    struct AskedAlerts
    {
        quint64 id = 0;
        AlertsQuery query;
    };
    struct AskedEvents
    {
        quint64 id = 0;
        AlertEventsQuery query;
    };

    explicit FakeDeskLink(QObject *parent = nullptr);

    void start() override; ///< Open, with an empty snapshot
    [[nodiscard]] State state() const override { return m_state; }
    [[nodiscard]] Actor self() const override { return m_self; }
    QString request(const RequestBody &body) override;
    quint64 requestHistory(const HistoryQuery &query) override;
    quint64 requestAlerts(const AlertsQuery &query) override;
    quint64 requestAlertEvents(const AlertEventsQuery &query) override;
    quint64 requestAlertLog(const AlertLogQuery &query) override;
    quint64 requestContacts(const QString &userId) override;

    void typing(const QString &thread) override { typed.append(thread); }
    void reportHearing(bool heard, const QString &why) override
    {
        hearing.append(heard ? QStringLiteral("heard") : why);
    }
    void watchConnections(bool watches) override { watchesConnections = watches; }
    QString orderConnections(const ClientOrder &order) override
    {
        orders.append(order);
        return QStringLiteral("o%1").arg(orders.size());
    }
    quint64 requestRules() override { return askRules({0, {}, {}, {}}); }
    quint64 checkRules(const QByteArray &text) override { return askRules({0, text, {}, {}}); }
    quint64 applyRules(const QByteArray &text, const QString &revision) override
    {
        return askRules({0, text, revision, {}});
    }
    quint64 tryRule(const RuleTrial &trial) override { return askRules({0, {}, {}, trial}); }
    quint64 storePicture(const QByteArray &bytes) override;
    void cancelPicture(quint64 transfer) override;
    quint64 fetchPicture(const QString &id) override;
    [[nodiscard]] QList<PendingAction> pendingActions() const override { return pending; }

    [[nodiscard]] QString target() const override { return m_target; }
    void setTarget(const QString &target) { m_target = target; } ///< told with the next state
    void setSelf(const Actor &self) { m_self = self; }
    void setState(State state);
    /// Open with this state of the desk.
    void open(DeskSnapshot snapshot);
    void publish(const Alert &alert, AlertVerb verb = AlertVerb::Raise);
    void publish(const ChatMessage &message);
    void publish(const Device &device);
    void publish(const QList<Event> &events); ///< as they are
    void hear(const QList<LatestReading> &readings) { Q_EMIT latest(readings); }
    void publish(const ChatReceipt &receipt);
    void tell(const TypingNotice &notice) { Q_EMIT typingSeen(notice); }
    void tell(const QList<DevicePresence> &changes) { Q_EMIT presence(changes); }

    QList<Asked> asked; ///< not answered yet, oldest first
    QStringList typed;
    QStringList hearing;       ///< what was reported, oldest first: "heard", or why not
    QList<ClientOrder> orders; ///< answered by replied() with "o1", "o2", …
    bool watchesConnections = false;
    struct Transfer
    {
        quint64 id = 0;
        QByteArray bytes; ///< to be stored
        QString picture;  ///< to be fetched
    };
    QList<Transfer> transfers; ///< not answered yet, oldest first
    QList<PendingAction> pending;
    struct AskedRules
    {
        quint64 id = 0;
        QByteArray text;  ///< to be checked or applied; empty: those in force are wanted
        QString revision; ///< to be applied
        std::optional<RuleTrial> trial;
    };
    QList<AskedRules> askedRules; ///< not answered yet, oldest first
    /// Answers the oldest question about rules; the newest with `last`.
    void answerRules(const RulesAnswer &answer, bool last = false)
    {
        Q_EMIT rulesAnswered((last ? askedRules.takeLast() : askedRules.takeFirst()).id, answer);
    }
    void answerTrial(const RuleTrialAnswer &answer) { Q_EMIT ruleTried(askedRules.takeFirst().id, answer); }
    QList<AskedHistory> askedHistory; ///< not answered yet, oldest first

    QList<AskedAlerts> askedAlerts; ///< not answered yet, oldest first
    QList<AskedEvents> askedEvents; ///< likewise
    void answerAlerts(const AlertsResult &result);
    void answerEvents(const AlertEventsResult &result);
    struct AskedLog
    {
        quint64 id = 0;
        AlertLogQuery query;
    };
    struct AskedContacts
    {
        quint64 id = 0;
        QString query; ///< whose
    };
    QList<AskedLog> askedLogs;          ///< not answered yet, oldest first
    QList<AskedContacts> askedContacts; ///< likewise
    void answerLog(const AlertLogResult &result);
    void answerContacts(const ContactsAnswer &answer);
    /// The bodies of one kind that were asked and are not answered.
    template<class Body>
    [[nodiscard]] QList<Body> askedFor() const
    {
        QList<Body> found;
        for (const Asked &one : asked) {
            if (const auto *body = std::get_if<Body>(&one.body))
                found.append(*body);
        }
        return found;
    }

    /// Answers the oldest request: event, then reply (the usual order).
    void accept(TimePoint at);
    /// Answers all of them, and does about incidents what the desk does: refused where it refuses.
    void acceptAll(TimePoint at);
    /// The same, reply first.
    void acceptReplyFirst(TimePoint at);
    /// ok, but nothing to do: somebody else was faster.
    void acceptUnchanged();
    void refuse(const QString &code, const QString &message);
    /// Takes the oldest request away without any answer; its event and reply come when the test calls these.
    [[nodiscard]] Asked stall();
    void publishEventOf(const Asked &asked, TimePoint at);
    void replyTo(const Asked &asked, const Outcome &outcome);
    /// Answers the oldest transfer: what was to be stored is, what was to be fetched are these bytes.
    void finishTransfer(const QByteArray &bytes = {});
    void failTransfer(const QString &code, const QString &message);
    /// Answers the query at `index`.
    void answerHistory(const HistoryResult &result, int index = 0);

    TimePoint eventsAt; ///< when what is published happened
    /// The desk's memory, for acknowledging.
    QHash<QString, Alert> alerts;

    /// Another person does something about an alert, or a timer (no actor).
    void changeBy(const Actor &actor, const AlertChange &change, TimePoint at);

private:
    [[nodiscard]] Outcome decide(const Asked &asked, TimePoint at);
    quint64 askRules(AskedRules asked)
    {
        asked.id = m_nextRules++;
        askedRules.append(asked);
        return asked.id;
    }
    Event makeEvent(EventBody body, const QString &requestId = {});
    State m_state = State::Connecting;
    Actor m_self{Actor::Kind::Operator, QStringLiteral("mo"), QStringLiteral("M. Ortiz"), QStringLiteral("console")};
    QString m_target;
    qint64 m_seq = 0;
    int m_nextRequest = 1;
    quint64 m_nextHistory = 1;
    quint64 m_nextTransfer = 1;
    quint64 m_nextRules = 1;
    int m_nextMessage = 1;
};

} // namespace tocsin
