// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/Notifier.h"

#include <QDateTime>
#include <QLoggingCategory>
#include <QUuid>

#include <algorithm>
#include <utility>

// Bringing messages to where they belong: turns, retries, pauses, and what is noted of each attempt.

namespace tocsin {

Q_DECLARE_LOGGING_CATEGORY(lcNotify)

using namespace std::chrono_literals;

namespace {
constexpr Duration lookAgain = 1s;
constexpr int longQueue = 500; ///< from here on turns are taken less often
constexpr std::chrono::milliseconds longTurn{20};
constexpr std::size_t mostToDesk = 5000;
constexpr int fewDrops = 100;
constexpr qsizetype longestDetail = 2000;

/// May close what it reported itself.
const Actor systemActor{Actor::Kind::System, QStringLiteral("tocsin"), QStringLiteral("Tocsin"), {}, true};

QString clockOf(TimePoint at)
{
    return QDateTime::fromMSecsSinceEpoch(toEpochMillis(at), Qt::UTC).toString(QStringLiteral("HH:mm:ss 'UTC'"));
}

QString troubleNote(const QString &channel)
{
    return QLatin1String("trouble/") + channel;
}
} // namespace

void Notifier::pumpSoon()
{
    if (std::exchange(m_pumping, true))
        return;
    const auto turn = m_outbox.size() > longQueue ? longTurn : std::chrono::milliseconds(0);
    QTimer::singleShot(turn, this, [this] {
        m_pumping = false;
        pump();
    });
}

/// Sends whatever may go now, the most urgent first.
void Notifier::pump()
{
    if (!m_running || m_fetching)
        return;
    const TimePoint now = m_parts.clock();
    QSet<QString> open; ///< channels that may take one more
    for (const NotifyChannelConfig &channel : m_parts.config.channels) {
        if (m_outbox.size(channel.name) > 0 && m_lanes.hasRoom(channel.name, now))
            open.insert(channel.name);
    }
    QList<NotifyMessage> ready;
    QList<std::pair<NotifyMessage, QString>> lost;
    std::optional<TimePoint> next;
    const auto later = [&next](TimePoint at) { next = next ? std::min(*next, at) : at; };
    m_outbox.each([&](const NotifyMessage &message) {
        if (m_outbox.isHeld(message.id))
            return true;
        if (!m_parts.config.channel(message.channel)) {
            lost.append({message, QStringLiteral("the channel %1 is not there any more").arg(message.channel)});
            return true;
        }
        const TimePoint tooLate = message.madeAt + m_parts.config.limits.maxAge;
        if (now >= tooLate) {
            lost.append({message, QStringLiteral("it became too old")});
            return true;
        }
        bool paused = false;
        const QString wait = m_lanes.wait(message.channel, message.to.address, message.level, now, &paused);
        if (!open.contains(message.channel) || (!wait.isEmpty() && !paused) || message.notBefore > now) {
            later(std::min(tooLate, std::max(message.notBefore,
                                             m_lanes.freeAt(message.channel, message.to.address, message.level, now))));
            return true;
        }
        ready.append(message);
        m_lanes.started(message.channel, message.to.address, now);
        if (!m_lanes.hasRoom(message.channel, now))
            open.remove(message.channel);
        return !open.isEmpty();
    });
    for (const auto &[message, why] : std::as_const(lost))
        giveUp(message, why);
    for (const NotifyMessage &message : std::as_const(ready))
        send(message);
    if (!lost.isEmpty())
        commit();
    // A channel without room is heard of when something of it ends.
    if (next && *next > now)
        wakeBy(*next);
}

void Notifier::send(const NotifyMessage &message)
{
    m_outbox.hold(message.id, true);
    m_courier->carry(message, *m_parts.config.channel(message.channel),
                     [this, id = message.id](const Receipt &receipt) { settled(id, receipt); });
}

void Notifier::settled(const QString &id, const Receipt &receipt)
{
    const NotifyMessage *found = m_outbox.message(id);
    if (!m_running || !found)
        return;
    NotifyMessage message = *found;
    m_outbox.hold(id, false);
    const TimePoint now = m_parts.clock();
    const QString withdrawn = m_withdrawn.take(id);
    const bool wasPaused = m_lanes.isPaused(message.channel);
    using Result = Receipt::Result;
    if (receipt.result == Result::Delivered) {
        m_outbox.remove(id);
        markTold(message, NotifyTold::State::Delivered);
        audit(message, true, QStringLiteral("delivered"));
        turned(message.channel, m_lanes.succeeded(message.channel));
    } else if (receipt.result == Result::Refused) {
        m_lanes.ended(message.channel);
        turned(message.channel, m_lanes.answered(message.channel));
        giveUp(message, receipt.detail);
    } else {
        const bool broken = receipt.result == Result::Broken;
        const NotifyLanes::Turn turn = m_lanes.failed(message.channel, receipt.detail, broken, now);
        if (!wasPaused && !broken)
            ++message.attempts;
        if (!withdrawn.isEmpty()) {
            giveUp(message, withdrawn);
        } else if (message.attempts >= m_parts.config.limits.attempts) {
            giveUp(message, QStringLiteral("given up after %1 attempts: %2").arg(message.attempts).arg(receipt.detail));
        } else {
            const Duration span =
                std::max(m_lanes.retryAfter(message.attempts), receipt.retryAfter.value_or(Duration::zero()));
            message.notBefore = wasPaused || broken ? now : now + span;
            m_outbox.replace(message);
            const TimePoint again =
                std::max(message.notBefore, m_lanes.freeAt(message.channel, message.to.address, message.level, now));
            audit(message, false, QStringLiteral("failed: %1; again at %2").arg(receipt.detail, clockOf(again)));
        }
        turned(message.channel, turn);
    }
    closeIfDone(message.alertId);
    commit();
    pumpSoon();
}

/// It will not arrive.
void Notifier::giveUp(const NotifyMessage &message, const QString &why)
{
    m_outbox.remove(message.id);
    m_withdrawn.remove(message.id);
    m_lanes.countGivenUp(message.channel);
    markTold(message, NotifyTold::State::Failed);
    audit(message, false, QStringLiteral("not delivered: %1").arg(why));
    checkReached(message.alertId);
    closeIfDone(message.alertId);
}

void Notifier::markTold(const NotifyMessage &message, NotifyTold::State state)
{
    NotifyCase *one = m_outbox.find(message.alertId);
    if (!one || message.occasion != NotifyOccasion::Alert)
        return;
    const auto told = std::find_if(one->told.begin(), one->told.end(),
                                   [&message](const NotifyTold &t) { return t.key() == message.key(); });
    if (told == one->told.end())
        return;
    if (told->step == message.step)
        told->state = state;
    m_outbox.changed(message.alertId);
    if (state != NotifyTold::State::Delivered)
        return;
    told->everDelivered = true;
    // It arrived after the end: the end has to follow it.
    const bool ended = message.contact ? one->contactsOver : one->over;
    const auto alert = m_alerts.constFind(message.alertId);
    const bool secretly = alert != m_alerts.cend() && alert->incident && alert->incident->duress &&
                          m_parts.config.contacts.afterDuress == NotifyContacts::AfterDuress::Nothing;
    if (!ended || !told->over || message.means == NotifyMeans::Desktop || (message.contact && secretly))
        return;
    NotifyMessage over = message;
    over.id += QLatin1String("-over");
    over.occasion = NotifyOccasion::Over;
    over.attempts = 0;
    over.notBefore = m_parts.clock();
    over.words.subject = QStringLiteral("Over: ") + message.words.subject;
    over.words.brief = over.words.subject;
    over.words.text = QStringLiteral("It is over by now.\n\n") + message.words.text;
    over.words.json = QByteArray(message.words.json).replace("\"event\":\"alert\"", "\"event\":\"over\"");
    std::optional<NotifyMessage> dropped;
    m_outbox.add(over, &dropped);
    if (dropped)
        noteDropped(*dropped);
}

/// What is queued and need not arrive any more.
void Notifier::withdraw(const QString &alertId, const QString &why,
                        const std::function<bool(const NotifyMessage &)> &which)
{
    const QList<NotifyMessage> messages = m_outbox.messagesOf(alertId);
    for (const NotifyMessage &message : messages) {
        if (!which(message))
            continue;
        if (m_outbox.isHeld(message.id)) {
            m_withdrawn.insert(message.id, why);
            continue;
        }
        m_outbox.remove(message.id);
        if (NotifyCase *one = m_outbox.find(alertId))
            one->told.removeIf(
                [&message](const NotifyTold &t) { return t.key() == message.key() && !t.everDelivered; });
        m_outbox.changed(alertId);
        audit(message, false, QStringLiteral("not sent: %1").arg(why));
    }
}

/// False: nobody of them is at a console any more.
bool Notifier::tellDesktop(const NotifyMessage &message, const QString &more)
{
    const QString action = message.occasion == NotifyOccasion::Test ? QStringLiteral("notify_test") : QString();
    DesktopNotice notice{message.alertId, message.step, message.level, message.words.subject, message.words.brief, {}};
    const QString &to = message.to.address;
    QList<NotifyAddress> shown;
    for (const OnlinePerson &person : std::as_const(m_people)) {
        const bool meant = to == QLatin1String("staff")            ? person.role >= Role::Dispatcher
                           : to.startsWith(QLatin1String("role:")) ? roleFromString(to.mid(5)) == person.role
                                                                   : person.id == to;
        if (meant && !notice.people.contains(person.id)) {
            notice.people.append(person.id);
            shown.append({person.name, person.id});
        }
    }
    if (shown.isEmpty()) {
        audit(message, false, QStringLiteral("no console") + more, action);
        return false;
    }
    m_lanes.started(message.channel, to, m_parts.clock());
    (void)m_lanes.succeeded(message.channel);
    markTold(message, NotifyTold::State::Delivered);
    Q_EMIT desktopNotice(notice);
    for (const NotifyAddress &one : std::as_const(shown)) {
        NotifyMessage told = message;
        told.to = one;
        audit(told, true, QStringLiteral("shown") + more, action);
    }
    return true;
}

/// A channel that stops or works again is an alert of its own.
void Notifier::turned(const QString &channel, NotifyLanes::Turn turn)
{
    const NotifyChannelConfig *config = m_parts.config.channel(channel);
    const QString open = QString::fromUtf8(m_outbox.note(troubleNote(channel)));
    if (turn == NotifyLanes::Turn::Paused) {
        const QList<NotifyChannel> all = m_lanes.status();
        const auto state = std::find_if(all.cbegin(), all.cend(),
                                        [&channel](const NotifyChannel &one) { return one.name == channel; });
        const QString problem = state == all.cend() ? QString() : state->problem;
        ReportAlert report;
        report.alertId =
            open.isEmpty() ? QLatin1String("notify-") + QUuid::createUuid().toString(QUuid::WithoutBraces) : open;
        report.source = systemActor.id;
        report.code = QStringLiteral("NOTIFY_FAILED");
        report.category = QStringLiteral("system");
        report.title = QStringLiteral("Notifications fail");
        report.message = QStringLiteral("%1 (%2) cannot be sent: %3. %4 wait.")
                             .arg(channel, config ? toString(config->means) : QString(), problem)
                             .arg(m_outbox.size(channel));
        report.level = AlertLevel::Warning;
        report.recommendedActions = {QStringLiteral("Check the channel in the notification settings"),
                                     QStringLiteral("Tell people by other means")};
        m_outbox.setNote(troubleNote(channel), report.alertId.toUtf8());
        qCWarning(lcNotify).noquote() << report.message;
        ask({report.alertId + QLatin1String("/raised"), systemActor, report});
        QSet<QString> concerned;
        m_outbox.each([&](const NotifyMessage &message) {
            if (message.channel == channel)
                concerned.insert(message.alertId);
            return true;
        });
        for (const QString &alertId : std::as_const(concerned))
            checkReached(alertId);
        return;
    }
    const bool works = turn == NotifyLanes::Turn::Resumed || !m_lanes.isPaused(channel);
    if (!open.isEmpty() && works && turn != NotifyLanes::Turn::Paused) {
        // Also after a restart, which forgets pauses but not the alert.
        const QList<NotifyChannel> all = m_lanes.status();
        const bool failing = std::any_of(all.cbegin(), all.cend(), [&channel](const NotifyChannel &one) {
            return one.name == channel && !one.problem.isEmpty();
        });
        if (failing)
            return;
        m_outbox.setNote(troubleNote(channel), {});
        CloseAlert close;
        close.alertId = open;
        close.comment = QStringLiteral("%1 works again").arg(channel);
        ask({open + QLatin1String("/closed"), systemActor, close});
    }
    if (turn != NotifyLanes::Turn::Resumed)
        return;
    qCInfo(lcNotify).noquote() << channel << "works again";
    const TimePoint now = m_parts.clock();
    QList<NotifyMessage> waiting;
    m_outbox.each([&](const NotifyMessage &message) {
        if (message.channel == channel && message.notBefore > now && !m_outbox.isHeld(message.id))
            waiting.append(message);
        return true;
    });
    for (NotifyMessage &message : waiting) {
        message.notBefore = now;
        m_outbox.replace(message);
    }
}

/// The queue was full: counted, and told once for many.
void Notifier::noteDropped(const NotifyMessage &message)
{
    m_lanes.countDropped(message.channel);
    markTold(message, NotifyTold::State::Failed);
    ++m_unnotedDrops;
    if (m_unnotedDrops <= fewDrops)
        audit(message, false, QStringLiteral("not sent: too many more urgent messages wait"));
    const QString name = QStringLiteral("overflow");
    if (!m_outbox.note(name).isEmpty())
        return;
    ReportAlert report;
    report.alertId = QLatin1String("notify-") + QUuid::createUuid().toString(QUuid::WithoutBraces);
    report.source = systemActor.id;
    report.code = QStringLiteral("NOTIFY_OVERFLOW");
    report.category = QStringLiteral("system");
    report.title = QStringLiteral("Notifications dropped");
    report.message = QStringLiteral("More than %1 notifications wait; the oldest of the least urgent are not sent.")
                         .arg(m_parts.config.limits.queue);
    report.level = AlertLevel::Warning;
    m_outbox.setNote(name, report.alertId.toUtf8());
    ask({report.alertId + QLatin1String("/raised"), systemActor, report});
}

void Notifier::audit(const NotifyMessage &message, bool ok, const QString &what, const QString &action)
{
    const QString step = message.occasion == NotifyOccasion::Over   ? QStringLiteral("end")
                         : message.occasion == NotifyOccasion::Test ? QStringLiteral("test")
                                                                    : QStringLiteral("step %1").arg(message.step);
    const QString to =
        message.means == NotifyMeans::Webhook
            ? QString()
            : QStringLiteral(" to %1%2").arg(message.contact ? QStringLiteral("contact ") : QString(), message.label());
    AuditRecord record{action.isEmpty() ? QStringLiteral("notify") : action,
                       message.alertId,
                       QStringLiteral("%1 (%2)%3, %4: %5")
                           .arg(toString(message.means), message.channel, to, step, what)
                           .left(longestDetail),
                       ok,
                       {}};
    ask({QStringLiteral("%1-%2").arg(message.id, QUuid::createUuid().toString(QUuid::Id128)).right(120), systemActor,
         NoteAudit{record}});
}

/// The desk is asked one thing at a time; it may refuse for a while.
void Notifier::ask(const Request &request)
{
    if (m_toDesk.size() >= mostToDesk) {
        qCWarning(lcNotify) << "the desk takes nothing; a note of a notification is lost";
        return;
    }
    m_toDesk.push_back(request);
    if (m_toDesk.back().actor.id.isEmpty())
        m_toDesk.back().actor = systemActor;
    askNext();
}

void Notifier::askNext()
{
    if (m_asking || m_toDesk.empty() || m_askAgain)
        return;
    m_asking = true;
    const auto answered = [this](const Outcome &outcome) {
        m_asking = false;
        if (!m_running)
            return;
        const bool full = !outcome.ok && (outcome.code == QLatin1String("overloaded") ||
                                          outcome.code == QLatin1String("storage_failed"));
        if (full) {
            m_askAgain = m_parts.clock() + lookAgain;
            wakeBy(*m_askAgain);
            return;
        }
        m_toDesk.pop_front();
        askNext();
    };
    m_parts.desk.submit(m_toDesk.front(), [this, answered](const Outcome &outcome) {
        QMetaObject::invokeMethod(this, [answered, outcome] { answered(outcome); }, Qt::QueuedConnection);
    });
}

void Notifier::test(const Actor &by, const QString &channel, const QString &recipient,
                    std::function<void(const Outcome &)> reply)
{
    constexpr int mostTests = 8;
    if (m_questions->fetch_add(1) >= mostTests) {
        --*m_questions;
        reply(Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("Another test is under way.")));
        return;
    }
    const auto answered = [questions = m_questions, reply = std::move(reply)](const Outcome &outcome) {
        --*questions;
        reply(outcome);
    };
    QMetaObject::invokeMethod(
        this, [this, by, channel, recipient, answered] { sendTest(by, channel, recipient, answered); },
        Qt::QueuedConnection);
}

void Notifier::sendTest(const Actor &by, const QString &channel, const QString &recipient,
                        const std::function<void(const Outcome &)> &reply)
{
    const NotifyChannelConfig *config = m_parts.config.channel(channel);
    if (!config || !m_running)
        return reply(Outcome::refused(QStringLiteral("not_found"),
                                      QStringLiteral("There is no channel \"%1\".").arg(channel), channel));
    const std::optional<NotifyAddress> to = NotifyAddress::parse(config->means, recipient);
    if (!to)
        return reply(Outcome::refused(
            QStringLiteral("invalid"),
            QStringLiteral("recipient: \"%1\" cannot be reached by %2.").arg(recipient, toString(config->means)),
            channel));
    NotifyMessage message;
    message.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    message.occasion = NotifyOccasion::Test;
    message.level = AlertLevel::Info;
    message.route = QStringLiteral("test");
    message.channel = channel;
    message.means = config->means;
    message.to = *to;
    message.madeAt = m_parts.clock();
    message.words = testWords(m_parts.config.desk, by.name.isEmpty() ? by.id : by.name, message.madeAt);
    const auto note = [this, by, message](bool ok, const QString &what) {
        audit(message, ok, QStringLiteral("%1, asked for by %2").arg(what, by.name.isEmpty() ? by.id : by.name),
              QStringLiteral("notify_test"));
    };
    if (message.means == NotifyMeans::Desktop) {
        const bool shown =
            tellDesktop(message, QStringLiteral(", asked for by %1").arg(by.name.isEmpty() ? by.id : by.name));
        commit();
        return reply(shown ? Outcome::done(channel)
                           : Outcome::refused(QStringLiteral("failed"),
                                              QStringLiteral("Nobody of them is at a console."), channel));
    }
    m_courier->carry(message, *config, [this, note, reply, channel](const Receipt &receipt) {
        const bool ok = receipt.result == Receipt::Result::Delivered;
        note(ok, ok ? QStringLiteral("delivered") : receipt.detail);
        if (ok) {
            turned(channel, m_lanes.answered(channel));
            commit();
            pumpSoon();
        }
        reply(ok ? Outcome::done(channel) : Outcome::refused(QStringLiteral("failed"), receipt.detail, channel));
    });
}

void Notifier::commit()
{
    const QString overflow = QStringLiteral("overflow");
    if (m_outbox.size() < m_parts.config.limits.queue / 2 && !m_outbox.note(overflow).isEmpty()) {
        CloseAlert close;
        close.alertId = QString::fromUtf8(m_outbox.note(overflow));
        close.comment = QStringLiteral("There is room again; %1 were not sent").arg(m_unnotedDrops);
        m_unnotedDrops = 0;
        m_outbox.setNote(overflow, {});
        ask({close.alertId + QLatin1String("/closed"), systemActor, close});
    }
    if (const QString problem = m_outbox.commit(); !problem.isEmpty()) {
        qCWarning(lcNotify).noquote() << "what is to be sent is not on the disk:" << problem;
        wakeBy(m_parts.clock() + lookAgain);
    }
    QList<NotifyChannel> status = m_lanes.status();
    for (NotifyChannel &channel : status)
        channel.queued = m_outbox.size(channel.name);
    const std::scoped_lock lock(m_mutex);
    m_status = status;
}

void Notifier::wakeBy(TimePoint at)
{
    const TimePoint now = m_parts.clock();
    if (!m_timer || (m_timer->isActive() && m_wakeAt <= at && m_wakeAt > now))
        return;
    m_wakeAt = at;
    m_timer->start(std::max(std::chrono::ceil<std::chrono::milliseconds>(at - now), std::chrono::milliseconds(1)));
}

void Notifier::tick()
{
    if (!m_running)
        return;
    const TimePoint now = m_parts.clock();
    m_timer->stop();
    if (m_askAgain && *m_askAgain <= now) {
        m_askAgain.reset();
        askNext();
    }
    if (m_fetchAgain && *m_fetchAgain <= now) {
        m_fetchAgain.reset();
        fetch();
    }
    const QHash<QString, TimePoint> again = m_contactsAgain;
    for (auto entry = again.cbegin(); entry != again.cend(); ++entry) {
        if (*entry <= now)
            askContacts(entry.key());
    }
    commit();
    pump();
    for (const std::optional<TimePoint> &at : {m_askAgain, m_fetchAgain}) {
        if (at)
            wakeBy(*at);
    }
    for (const TimePoint at : std::as_const(m_contactsAgain))
        wakeBy(at);
}

void Notifier::stop()
{
    if (!std::exchange(m_running, false))
        return;
    m_timer->stop();
    m_courier->stop();
    if (const QString problem = m_outbox.commit(); !problem.isEmpty())
        qCWarning(lcNotify).noquote() << "what is to be sent is not on the disk:" << problem;
    m_courier.reset();
}

} // namespace tocsin
