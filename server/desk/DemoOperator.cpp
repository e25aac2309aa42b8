// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/DemoOperator.h"

#include <algorithm>
#include <array>

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr Duration quietAfterOthers = 2min;
constexpr qsizetype mostTalks = 2000;

struct Topic
{
    std::array<QLatin1String, 6> words; ///< any of them, lower case
    std::array<QLatin1String, 2> answers;
};

const Topic topics[] = {
    {{QLatin1String("follow"), QLatin1String("help"), QLatin1String("scared"), QLatin1String("panic"),
      QLatin1String("hurt"), QLatin1String("afraid")},
     {QLatin1String("I see where you are. Stay where there are people; help is on the way."),
      QLatin1String("I am with you. Can you move to a lit place? Do not hang up.")}},
    {{QLatin1String("accident"), QLatin1String("crash"), QLatin1String("hit"), QLatin1String("ambulance"),
      QLatin1String("injur"), QLatin1String("airbag")},
     {QLatin1String("Is anybody hurt? I have your position and am calling it in."),
      QLatin1String("Switch the hazard lights on and get behind the barrier. Help is coming.")}},
    {{QLatin1String("traffic"), QLatin1String("late"), QLatin1String("delay"), QLatin1String("jam"),
      QLatin1String("stuck"), QLatin1String("slow")},
     {QLatin1String("Noted, I will tell the customer. Drive safely."),
      QLatin1String("Thanks. Take the ring road if it is free.")}},
    {{QLatin1String("engine"), QLatin1String("tyre"), QLatin1String("battery"), QLatin1String("oil"),
      QLatin1String("fuel"), QLatin1String("warning light")},
     {QLatin1String("Understood. Stop when it is safe and tell me what the dashboard shows."),
      QLatin1String("I have told the workshop. Can you make it to the depot?")}},
    {{QLatin1String("arrived"), QLatin1String("done"), QLatin1String("deliver"), QLatin1String("finished"),
      QLatin1String("thanks"), QLatin1String("thank you")},
     {QLatin1String("Thank you. Next job is on your list."), QLatin1String("Good. Have a break if you need one.")}},
};
constexpr std::array<QLatin1String, 3> plainAnswers{QLatin1String("Received. I have you on the map."),
                                                    QLatin1String("Thanks, noted."),
                                                    QLatin1String("Understood. Write here if anything changes.")};

} // namespace

DemoOperator::DemoOperator(quint32 seed) : m_chance(seed)
{
}

Actor DemoOperator::self()
{
    return {Actor::Kind::Operator, QStringLiteral("demo-operator"), QStringLiteral("M. Ortiz"), QStringLiteral("demo")};
}

Duration DemoOperator::between(int leastS, int mostS)
{
    // Not uniform_int_distribution: its numbers differ between standard libraries.
    return std::chrono::milliseconds(leastS * 1000LL + m_chance() % static_cast<quint32>((mostS - leastS) * 1000 + 1));
}

QString DemoOperator::nextId()
{
    return QStringLiteral("demo-%1").arg(++m_lastId);
}

void DemoOperator::begin(const DeskSnapshot &snapshot, TimePoint now)
{
    m_tasks.clear();
    m_talks.clear();
    m_panics.clear();
    for (const Alert &alert : snapshot.alerts)
        consider(alert, now);
    for (const ChatMessage &message : snapshot.messages)
        consider(message, now);
}

void DemoOperator::see(const QList<Event> &events, TimePoint now)
{
    for (const Event &event : events) {
        if (const auto *change = std::get_if<AlertChange>(&event.body))
            consider(change->alert, now);
        else if (const auto *message = std::get_if<ChatMessage>(&event.body))
            consider(*message, now);
    }
}

void DemoOperator::consider(const Alert &alert, TimePoint now)
{
    if (!alert.simulated)
        return;
    if (alert.kind == AlertKind::Incident) {
        if (isOpen(alert) && alert.cond != AlertCondition::Canceled)
            m_panics.insert(alert.userId, alert.id);
        else if (m_panics.value(alert.userId) == alert.id)
            m_panics.remove(alert.userId);
    }
    if (stateOf(alert) == AlertState::Latched) {
        m_tasks.insert(alert.id, {now + between(30, 60), alert.occurrence, alert.level, true});
        return;
    }
    if (!isOpen(alert) || alert.acked) {
        m_tasks.remove(alert.id);
        return;
    }
    const auto known = m_tasks.constFind(alert.id);
    if (known != m_tasks.cend() && known->occurrence == alert.occurrence && known->level == alert.level)
        return;
    const Duration wait = alert.peakLevel == AlertLevel::Emergency ? between(60, 90) : between(20, 45);
    m_tasks.insert(alert.id, {now + wait, alert.occurrence, alert.level, false});
}

void DemoOperator::consider(const ChatMessage &message, TimePoint now)
{
    if (message.automatic)
        return;
    if (message.fromDesk) {
        if (message.senderId == self().id)
            return;
        m_talks[message.thread].otherOperator = message.at;
        return;
    }
    if (m_talks.size() > mostTalks)
        m_talks.removeIf([](const auto &entry) { return !entry->due && entry->answers == 0; });
    Talk &talk = m_talks[message.thread];
    if (!message.simulated) {
        talk.real = true;
        talk.due.reset();
        return;
    }
    if (now - message.at > 1min)
        return; // history
    talk.question = message.text;
    if (!talk.due)
        talk.due = now + between(6, 15);
}

QString DemoOperator::answerTo(const Talk &talk)
{
    const QString question = talk.question.toLower();
    const auto pick = [&talk](const auto &answers) {
        return QString(answers[static_cast<std::size_t>(talk.answers) % answers.size()]);
    };
    for (const Topic &topic : topics) {
        if (std::any_of(topic.words.cbegin(), topic.words.cend(),
                        [&question](const QLatin1String &word) { return question.contains(word); }))
            return pick(topic.answers);
    }
    return pick(plainAnswers);
}

QList<Request> DemoOperator::tick(TimePoint now)
{
    struct Due
    {
        TimePoint at;
        Request request;
    };
    QList<Due> due;
    for (auto task = m_tasks.begin(); task != m_tasks.end();) {
        if (task->due > now) {
            ++task;
            continue;
        }
        if (task->reset) {
            HandleAlert reset;
            reset.verb = AlertVerb::Reset;
            reset.alertId = task.key();
            reset.occurrence = task->occurrence;
            due.append({task->due, {nextId(), self(), reset}});
        } else {
            due.append({task->due, {nextId(), self(), Acknowledge{task.key(), task->occurrence, task->level, {}}}});
        }
        task = m_tasks.erase(task); // refused as superseded: the event that superseded it brings it back
    }
    for (auto talk = m_talks.begin(); talk != m_talks.end(); ++talk) {
        if (!talk->due || *talk->due > now)
            continue;
        const TimePoint at = *talk->due;
        talk->due.reset();
        if (talk->real || (talk->otherOperator && now - *talk->otherOperator < quietAfterOthers))
            continue;
        SendChat chat;
        chat.thread = talk.key();
        chat.text = answerTo(*talk);
        if (m_panics.contains(userOfChatThread(talk.key())) && talk->answers == 0)
            chat.text = QStringLiteral("I see your alarm and where you are. Are you safe to write?");
        chat.fromDesk = true;
        chat.simulated = true;
        ++talk->answers;
        due.append({at, {nextId(), self(), chat}});
    }
    std::stable_sort(due.begin(), due.end(), [](const Due &a, const Due &b) { return a.at < b.at; });
    QList<Request> requests;
    for (const Due &one : std::as_const(due))
        requests.append(one.request);
    return requests;
}

} // namespace tocsin
