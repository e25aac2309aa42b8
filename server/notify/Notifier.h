// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsSnapshot.h"
#include "models/domain/Inbox.h"
#include "models/domain/Ports.h"
#include "server/notify/Courier.h"
#include "server/notify/NotifyLanes.h"

#include <QObject>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

namespace tocsin {

/// Tells people who look at no console: follows the desk's alerts, decides by the plan who hears of what, and brings it there with retries. On the
/// "notify" thread; the desk only drops events into a bounded inbox and never waits. What does not fit there is read from the log.
///
/// *Once*: which event was judged last and which messages follow from it become durable together, so that a restart goes on where it was. A message
/// whose fate a crash hid is sent again, under the same id.
///
/// Made anywhere; from start() on used and deleted on its thread, except takeEvents(), setPeople…(), status() and the port: any thread.
class Notifier final : public QObject, public NotifyPort
{
    Q_OBJECT
public:
    struct Parts
    {
        NotifyConfig config;
        KeptRows &rows;
        DeskPort &desk;
        LadderPort &ladder;
        ArchivePort &archive;
        ContactsPort &contacts;
        std::shared_ptr<const AccountsBoard> accounts;
        std::function<std::unique_ptr<Courier>()> makeCourier; ///< called on the notify thread
        std::function<TimePoint()> clock = systemNow;
        std::function<double()> chance{}; ///< 0…1; none: random
        std::size_t inbox = 256;          ///< batches of events that wait
    };

    explicit Notifier(Parts parts);
    ~Notifier() override;

    void takeEvents(const QList<Event> &events);
    /// Who sits at a console that desktopNotice() reaches: in this process, and over the network.
    void setPeople(const QList<OnlinePerson> &people);
    void setPeopleElsewhere(const QList<OnlinePerson> &people);
    [[nodiscard]] QList<NotifyChannel> status() const;

    void preview(const NotifyQuestion &question, std::function<void(const NotifyPreview &)> reply) override;
    void channels(std::function<void(const QList<NotifyChannel> &)> reply) override;
    void test(const Actor &by, const QString &channel, const QString &recipient,
              std::function<void(const Outcome &)> reply) override;

    /// `initial`: the desk's state; takeEvents() brings what follows it. A sentence when it cannot begin.
    [[nodiscard]] QString start(const DeskSnapshot &initial);
    /// What has not arrived stays for the next start.
    void stop();
    /// Does what is due. By itself when started; tests with a clock of their own call it.
    void tick();

Q_SIGNALS:
    /// For the consoles of those whom it names.
    void desktopNotice(const tocsin::DesktopNotice &notice);

private:
    struct Batch
    {
        qint64 first = 0; ///< no event between the batch before and this one is missing
        qint64 last = 0;
        QList<Event> events;
    };

    // Notifier.cpp: which alerts concern whom.
    void drain();
    void proceed();
    void fetch();
    void fetched(const EventsResult &result);
    void judge(const QList<Event> &events);
    void judge(const AlertChange &change);
    void runSteps(NotifyCase &one, const Alert &alert, int from, int to);
    void askContacts(const QString &alertId);
    void takeContacts(const QString &alertId, const ContactsAnswer &answer);
    void enqueue(NotifyCase &one, const Alert &alert, int step, NotifyOccasion occasion,
                 const QList<NotifyDecision> &decisions);
    void finish(NotifyCase &one, const Alert &alert);
    void tellOver(NotifyCase &one, const Alert &alert, bool contacts);
    void closeIfDone(const QString &alertId);
    void checkReached(const QString &alertId);
    [[nodiscard]] NotifyFacts factsOf(const Alert &alert) const;
    [[nodiscard]] NotifyMessage messageOf(const NotifyCase &one, const Alert &alert, int step, NotifyOccasion occasion,
                                          const NotifyDecision &decision) const;
    [[nodiscard]] NotifyPreview previewOf(const Alert &alert, int step, const NotifyFacts &facts,
                                          const QList<EmergencyContact> &contacts) const;
    [[nodiscard]] std::optional<Alert> alertFor(const NotifyQuestion &question) const;
    void answerPreview(const NotifyQuestion &question, const std::function<void(const NotifyPreview &)> &reply);

    // NotifierDelivery.cpp: bringing messages there.
    void pump();
    void pumpSoon();
    void send(const NotifyMessage &message);
    void settled(const QString &id, const Receipt &receipt);
    void giveUp(const NotifyMessage &message, const QString &why);
    void withdraw(const QString &alertId, const QString &why, const std::function<bool(const NotifyMessage &)> &which);
    void markTold(const NotifyMessage &message, NotifyTold::State state);
    bool tellDesktop(const NotifyMessage &message, const QString &more = {});
    void seat(QList<OnlinePerson> &where, const QList<OnlinePerson> &people);
    void turned(const QString &channel, NotifyLanes::Turn turn);
    void noteDropped(const NotifyMessage &message);
    void audit(const NotifyMessage &message, bool ok, const QString &what, const QString &action = {});
    void ask(const Request &request);
    void askNext();
    void sendTest(const Actor &by, const QString &channel, const QString &recipient,
                  const std::function<void(const Outcome &)> &reply);
    void commit();
    void wakeBy(TimePoint at);

    Parts m_parts;
    const NotifyPlan m_plan;
    NotifyLanes m_lanes;
    NotifyOutbox m_outbox;
    std::unique_ptr<Courier> m_courier; ///< from start()
    QTimer *m_timer = nullptr;          ///< from start()
    QString m_epoch;
    QHash<QString, Alert> m_alerts; ///< open ones
    QHash<QString, Device> m_devices;
    QList<OnlinePerson> m_peopleHere, m_peopleElsewhere;
    QList<OnlinePerson> m_people;              ///< both, each id once
    QHash<QString, TimePoint> m_contactsAgain; ///< look-ups that failed, and when they are tried again
    QSet<QString> m_contactsAsked;
    QHash<QString, int> m_skipped;       ///< alert and the step that the desk was asked to skip
    QHash<QString, QString> m_withdrawn; ///< ids under way that need not arrive any more, and why
    std::deque<Request> m_toDesk;        ///< reports and audit records, one at a time
    bool m_asking = false;
    std::optional<TimePoint> m_askAgain;
    bool m_running = false;
    bool m_fetching = false;
    bool m_pumping = false;
    std::optional<TimePoint> m_fetchAgain;
    TimePoint m_wakeAt;
    qint64 m_unnotedDrops = 0;
    std::deque<Batch> m_waiting;
    const std::shared_ptr<std::atomic<int>> m_questions = std::make_shared<std::atomic<int>>(0);

    // Any thread.
    Inbox<Batch> m_inbox;
    qint64 m_offered = 0; ///< the desk's thread: the last event that was put into the inbox, or that did not fit
    std::atomic<qint64> m_missed{0}; ///< an event that did not fit: the log has it
    mutable std::mutex m_mutex;
    QList<NotifyChannel> m_status; ///< guarded
};

} // namespace tocsin
