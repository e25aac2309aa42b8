// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/notify/Notifier.h"

#include <QCoreApplication>
#include <QTest>

#include <algorithm>
#include <deque>
#include <memory>

namespace tocsin {

/// Rows that outlive the notifier, as a file does; they can fail.
class MemoryRows final : public KeptRows
{
public:
    Loaded load() override { return {{}, rows}; }
    QString apply(const Change &change) override
    {
        if (failing)
            return QStringLiteral("disk full");
        ++commits;
        for (const QString &name : change.removed)
            rows.remove(name);
        for (auto row = change.put.cbegin(); row != change.put.cend(); ++row)
            rows.insert(row.key(), *row);
        return {};
    }
    QMap<QString, QByteArray> rows;
    bool failing = false;
    int commits = 0;
};

/// What it was asked to carry; answers as it is told to.
class FakeCourier final : public Courier
{
public:
    struct Carried
    {
        NotifyMessage message;
        QString channel;
        Done done;
    };
    struct Log
    {
        QList<NotifyMessage> carried;    ///< every attempt, in order
        std::deque<Carried> underWay;    ///< not answered yet
        QHash<QString, Receipt> answers; ///< by channel; others are delivered
        bool holding = false;            ///< answers wait for release()
        bool stopped = false;
    };
    explicit FakeCourier(std::shared_ptr<Log> log) : m_log(std::move(log)) {}
    void carry(const NotifyMessage &message, const NotifyChannelConfig &channel, Done done) override
    {
        m_log->carried.append(message);
        if (m_log->holding) {
            m_log->underWay.push_back({message, channel.name, std::move(done)});
            return;
        }
        const Receipt receipt = m_log->answers.value(channel.name, {Receipt::Result::Delivered, {}, {}});
        QMetaObject::invokeMethod(qApp, [done = std::move(done), receipt] { done(receipt); }, Qt::QueuedConnection);
    }
    void stop() override { m_log->stopped = true; }

private:
    std::shared_ptr<Log> m_log;
};

/// Notes what it is asked, and does it.
class NotingDesk final : public DeskPort, public LadderPort
{
public:
    void submit(const Request &request, Reply reply) override
    {
        if (refusing) {
            reply(Outcome::refused(QStringLiteral("overloaded"), {}));
            return;
        }
        requests.append(request);
        reply(Outcome::done({}));
    }
    void stepUnreached(const QString &alertId, int step) override
    {
        skipped.append(QStringLiteral("%1 %2").arg(alertId).arg(step));
    }
    template<class Body>
    [[nodiscard]] QList<Body> all() const
    {
        QList<Body> list;
        for (const Request &request : requests) {
            if (const auto *body = std::get_if<Body>(&request.body))
                list.append(*body);
        }
        return list;
    }
    /// The notes of attempts, as people read them.
    [[nodiscard]] QStringList notes(const QString &alertId = {}) const
    {
        QStringList list;
        for (const NoteAudit &note : all<NoteAudit>()) {
            if (alertId.isEmpty() || note.record.object == alertId)
                list.append(note.record.detail);
        }
        return list;
    }
    QList<Request> requests;
    QStringList skipped;
    bool refusing = false;
};

/// The log, of which pages are read.
class LogArchive final : public ArchivePort
{
public:
    void history(const HistoryQuery &, std::function<void(const HistoryResult &)>) override {}
    void readings(const ReadingsQuery &, std::function<void(const ReadingsResult &)>) override {}
    void alerts(const AlertsQuery &, std::function<void(const AlertsResult &)>) override {}
    void messages(const ChatQuery &, std::function<void(const ChatResult &)>) override {}
    void alertEvents(const AlertEventsQuery &, std::function<void(const AlertEventsResult &)>) override {}
    void alertLog(const AlertLogQuery &, std::function<void(const AlertLogResult &)>) override {}
    void events(const EventsQuery &query, std::function<void(const EventsResult &)> reply) override
    {
        ++asked;
        EventsResult result;
        if (failing > 0) {
            --failing;
            result.error = QStringLiteral("busy");
        } else {
            for (const Event &event : log) {
                if (event.seq > query.after && result.events.size() < query.limit)
                    result.events.append(event);
            }
            result.head = log.isEmpty() ? 0 : log.constLast().seq;
        }
        reply(result);
    }
    QList<Event> log;
    int asked = 0;
    int failing = 0;
};

class FakeContacts final : public ContactsPort
{
public:
    void contactsOf(const QString &account, Reply reply) override
    {
        ++asked;
        if (failing > 0) {
            --failing;
            reply({ContactsAnswer::Code::Busy, {}});
            return;
        }
        reply({ContactsAnswer::Code::Done, byAccount.value(account)});
    }
    void put(const EmergencyContact &, Reply) override {}
    void remove(const QString &, qint64, Reply) override {}
    void add(const QString &account, const QString &name, const QString &phone, const QString &email, int priority)
    {
        byAccount[account].append(
            {qint64(byAccount[account].size() + 1), account, name, phone, email, {}, priority, {}});
    }
    QHash<QString, QList<EmergencyContact>> byAccount;
    int asked = 0;
    int failing = 0;
};

/// A notifier with a desk, a log and a clock of its own, told as a story.
class NotifyStage
{
public:
    explicit NotifyStage(const QByteArray &toml)
    {
        const NotifyFile file = readNotifyText(toml, QStringLiteral("test.toml"), {},
                                               [](const QString &) { return std::optional<QByteArray>("secret"); });
        if (!file.problems.isEmpty())
            qFatal("%s", qPrintable(file.problems.join(QLatin1Char('\n'))));
        config = file.config;
        begin();
    }
    void begin(std::size_t inbox = 256)
    {
        auto sent = courier;
        notifier = std::make_unique<Notifier>(Notifier::Parts{config, rows, desk, desk, archive, contacts, accounts,
                                                              [sent] { return std::make_unique<FakeCourier>(sent); },
                                                              [this] { return now; }, [] { return 0.5; }, inbox});
        QObject::connect(notifier.get(), &Notifier::desktopNotice, notifier.get(),
                         [this](const DesktopNotice &notice) { notices.append(notice); });
        DeskSnapshot initial;
        initial.seq = archive.log.isEmpty() ? 0 : archive.log.constLast().seq;
        initial.epoch = QStringLiteral("epoch");
        initial.devices = {van()};
        initial.alerts = open.values();
        const QString problem = notifier->start(initial);
        if (!problem.isEmpty())
            qFatal("%s", qPrintable(problem));
        settle();
    }
    void end()
    {
        notifier->stop();
        notifier.reset();
        courier->underWay.clear();
    }
    void restart()
    {
        end();
        begin();
    }

    static Device van()
    {
        Device device;
        device.id = QStringLiteral("van-7");
        device.name = QStringLiteral("Unit 07");
        device.kind = DeviceKind::Vehicle;
        return device;
    }
    static Alert alertOf(const QString &id, AlertLevel level = AlertLevel::Critical)
    {
        Alert alert;
        alert.id = id;
        alert.source = QStringLiteral("van-7");
        alert.sourceName = QStringLiteral("Unit 07");
        alert.code = QStringLiteral("HIGH_TEMP");
        alert.title = QStringLiteral("Engine too hot");
        alert.message = QStringLiteral("118 °C, limit 115");
        alert.category = QStringLiteral("engine");
        alert.level = level;
        return alert;
    }
    static Alert panicOf(const QString &id, const QString &who)
    {
        Alert alert = alertOf(id, AlertLevel::Emergency);
        alert.kind = AlertKind::Incident;
        alert.source = alert.userId = who;
        alert.sourceName = QStringLiteral("Anna");
        alert.code = alert.title = QStringLiteral("PANIC");
        alert.category = QStringLiteral("security");
        alert.incident.edit([](IncidentFacts &) {});
        return alert;
    }

    /// Something happened to the alert; its facts are as they are now.
    void happens(AlertVerb verb, Alert &alert, AlertState from = AlertState::Unacknowledged, bool told = true)
    {
        ++alert.revision;
        if (verb == AlertVerb::Raise)
            alert.raisedAt = now;
        Event event;
        event.seq = archive.log.isEmpty() ? 1 : archive.log.constLast().seq + 1;
        event.at = now;
        event.body = AlertChange{verb, from, stateOf(alert), alert, {}, {}};
        archive.log.append(event);
        if (isOpen(alert))
            open.insert(alert.id, alert);
        else
            open.remove(alert.id);
        if (told && notifier) {
            notifier->takeEvents({event});
            settle();
        }
    }
    void raise(Alert &alert) { happens(AlertVerb::Raise, alert, AlertState::Normal); }
    Alert raised(const QString &id, AlertLevel level = AlertLevel::Critical)
    {
        Alert alert = alertOf(id, level);
        alert.escalateAt = now + std::chrono::minutes(1);
        raise(alert);
        return alert;
    }
    void escalate(Alert &alert)
    {
        ++alert.escalation;
        alert.escalateAt = now + std::chrono::minutes(1);
        happens(AlertVerb::Escalate, alert);
    }
    void acknowledge(Alert &alert)
    {
        alert.acked = true;
        happens(AlertVerb::Acknowledge, alert);
    }
    void returns(Alert &alert)
    {
        alert.cond = AlertCondition::Clear;
        happens(AlertVerb::Return, alert, stateOf(alert));
    }
    void cancel(Alert &alert)
    {
        alert.cond = AlertCondition::Canceled;
        alert.incident.edit([this](IncidentFacts &facts) { facts.canceledAtSource = now; });
        happens(AlertVerb::Cancel, alert);
    }
    void cancelUnderThreat(Alert &alert)
    {
        alert.acked = false;
        alert.incident.edit([this](IncidentFacts &facts) {
            facts.canceledAtSource = now;
            facts.duress = true;
        });
        happens(AlertVerb::Duress, alert);
    }
    void wait(Duration span)
    {
        now += span;
        notifier->tick();
        settle();
    }
    static void settle()
    {
        for (int i = 0; i < 40; ++i)
            QCoreApplication::processEvents();
    }
    /// Answers what is under way, oldest first, and what follows from it.
    void release(Receipt::Result result = Receipt::Result::Delivered, const QString &why = {})
    {
        std::deque<FakeCourier::Carried> held;
        held.swap(courier->underWay);
        for (const FakeCourier::Carried &one : held)
            one.done({result, why, {}});
        settle();
    }
    /// "channel address step": every attempt.
    [[nodiscard]] QStringList attempts() const
    {
        QStringList list;
        for (const NotifyMessage &message : courier->carried)
            list.append(QStringLiteral("%1 %2 %3")
                            .arg(message.channel, message.to.address,
                                 message.occasion == NotifyOccasion::Over ? QStringLiteral("over")
                                                                          : QString::number(message.step)));
        return list;
    }
    [[nodiscard]] NotifyChannel status(const QString &channel) const
    {
        const QList<NotifyChannel> all = notifier->status();
        const auto found =
            std::find_if(all.cbegin(), all.cend(), [&](const NotifyChannel &one) { return one.name == channel; });
        return found == all.cend() ? NotifyChannel() : *found;
    }
    [[nodiscard]] NotifyPreview preview(const NotifyQuestion &question)
    {
        NotifyPreview answer;
        answer.error = QStringLiteral("not answered");
        notifier->preview(question, [&answer](const NotifyPreview &preview) { answer = preview; });
        settle();
        return answer;
    }

    NotifyConfig config;
    MemoryRows rows;
    NotingDesk desk;
    LogArchive archive;
    FakeContacts contacts;
    std::shared_ptr<AccountsBoard> accounts = std::make_shared<AccountsBoard>();
    std::shared_ptr<FakeCourier::Log> courier = std::make_shared<FakeCourier::Log>();
    TimePoint now{std::chrono::seconds(1'700'000'000)}; // a Tuesday, 22:13 UTC
    QList<DesktopNotice> notices;
    QMap<QString, Alert> open;
    std::unique_ptr<Notifier> notifier;
};

} // namespace tocsin
