// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertQuestion.h"

#include "models/AlertWords.h"
#include "models/Format.h"

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr qsizetype namedAlerts = 3;
constexpr qsizetype maxComment = 1000;

QString durationText(Duration duration)
{
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
    return minutes < 60 ? AlertQuestion::tr("%1 min").arg(minutes) : AlertQuestion::tr("%1 h").arg(minutes / 60);
}
} // namespace

void AlertQuestion::ask(AlertVerbs::Verb verb, const QList<Alert> &alerts, const QList<OnlinePerson> &people,
                        const QString &left)
{
    m_verb = verb;
    m_ids.clear();
    QStringList named;
    bool incident = false;
    bool wanted = false;
    Duration longest = 24h;
    for (const Alert &alert : alerts) {
        m_ids.append(alert.id);
        incident = incident || alert.kind == AlertKind::Incident;
        wanted = wanted || alert.commentWanted;
        longest = std::min(longest, AlertVerbs::longestShelf(alert));
        if (named.size() < namedAlerts)
            named.append(AlertWords::what(alert));
    }
    if (alerts.size() > namedAlerts)
        named.append(tr("and %1 more").arg(alerts.size() - namedAlerts));
    m_subject = named.join(tr(", "));
    m_title = alerts.size() == 1
                  ? AlertVerbs::title(verb)
                  : tr("%1: %2 alerts").arg(AlertVerbs::title(verb), format::number(double(alerts.size()), 0));
    m_hint = left;
    m_choices.clear();
    m_choicesTitle.clear();
    m_durations.clear();
    m_dispositions.clear();
    m_people = people;
    m_choice = 0;
    m_comment.clear();
    m_commentRequired = verb == AlertVerbs::Shelve || verb == AlertVerbs::OutOfService ||
                        verb == AlertVerbs::Unacknowledge || verb == AlertVerbs::Comment ||
                        (verb == AlertVerbs::Acknowledge && wanted);

    const auto add = [this](const QString &text, Duration duration) {
        m_choices.append(text);
        m_durations.append(duration);
    };
    if (verb == AlertVerbs::Shelve) {
        m_choicesTitle = tr("For how long");
        for (const Duration duration :
             {Duration(10min), Duration(30min), Duration(1h), Duration(4h), Duration(12h), Duration(24h)}) {
            if (duration <= longest)
                add(durationText(duration), duration);
        }
        add(tr("until it returns"), {});
        const QString most = tr("At most %1 at this level; sooner when it gets worse.").arg(durationText(longest));
        m_hint = left.isEmpty() ? most : left + QLatin1Char(' ') + most;
    } else if (verb == AlertVerbs::OutOfService) {
        m_choicesTitle = tr("For how long");
        add(tr("until returned"), {});
        for (const Duration duration : {Duration(1h), Duration(8h), Duration(24h)})
            add(durationText(duration), duration);
    } else if (verb == AlertVerbs::Close) {
        m_choicesTitle = tr("How it ended");
        if (!incident)
            m_dispositions.append(Disposition::None);
        for (const Disposition one :
             {Disposition::Assisted, Disposition::HandedToAgency, Disposition::FalseAlarm, Disposition::Test,
              Disposition::Duplicate, Disposition::UnableToContact, Disposition::CanceledConfirmed})
            m_dispositions.append(one);
        for (const Disposition one : std::as_const(m_dispositions))
            m_choices.append(AlertWords::disposition(one));
    } else if (verb == AlertVerbs::Transfer) {
        m_choicesTitle = tr("To whom");
        for (const OnlinePerson &person : std::as_const(m_people))
            m_choices.append(person.name.isEmpty() ? person.id : person.name);
        if (m_people.isEmpty())
            m_hint = tr("Nobody else is on shift.");
    }
    Q_EMIT changed();
    Q_EMIT choiceChanged();
}

void AlertQuestion::cancel()
{
    if (!open())
        return;
    m_verb = AlertVerbs::None;
    m_ids.clear();
    Q_EMIT changed();
    Q_EMIT choiceChanged();
}

QString AlertQuestion::buttonText() const
{
    return m_ids.size() > 1 ? tr("%1 (%2)").arg(AlertVerbs::title(m_verb)).arg(m_ids.size())
                            : AlertVerbs::title(m_verb);
}

QString AlertQuestion::commentTitle() const
{
    if (m_verb == AlertVerbs::Comment)
        return m_ids.size() > 1 ? tr("One comment for all") : tr("Comment");
    if (m_verb == AlertVerbs::Acknowledge)
        return m_commentRequired ? tr("Comment (required here)") : tr("Comment, if any");
    return m_commentRequired ? tr("Why (required)") : tr("Comment, if any");
}

void AlertQuestion::setChoice(int choice)
{
    if (choice == m_choice || choice < 0 || choice >= m_choices.size())
        return;
    m_choice = choice;
    Q_EMIT choiceChanged();
}

void AlertQuestion::setComment(const QString &comment)
{
    const QString cut = comment.left(maxComment);
    if (cut == m_comment)
        return;
    m_comment = cut;
    Q_EMIT choiceChanged();
}

QString AlertQuestion::problem() const
{
    if (m_verb == AlertVerbs::Transfer && m_people.isEmpty())
        return tr("Nobody else is on shift.");
    return m_commentRequired && m_comment.trimmed().isEmpty() ? tr("A reason is required.") : QString();
}

AlertVerbs::Details AlertQuestion::details(TimePoint now) const
{
    AlertVerbs::Details details;
    details.comment = m_comment.trimmed();
    if (m_choice < m_durations.size()) {
        if (m_durations.at(m_choice) > Duration::zero())
            details.until = now + m_durations.at(m_choice);
        else
            details.oneShot = m_verb == AlertVerbs::Shelve;
    }
    if (m_verb == AlertVerbs::Close && m_choice < m_dispositions.size())
        details.disposition = m_dispositions.at(m_choice);
    if (m_verb == AlertVerbs::Transfer && m_choice < m_people.size()) {
        details.toId = m_people.at(m_choice).id;
        details.toName = m_people.at(m_choice).name;
    }
    return details;
}

} // namespace tocsin
