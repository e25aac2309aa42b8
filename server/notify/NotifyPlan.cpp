// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyPlan.h"

#include <QDateTime>
#include <QSet>
#include <QTimeZone>

#include <algorithm>

namespace tocsin {

namespace {
constexpr int topStep = 9;

bool isAtStep(const QList<int> &steps, int from, int to)
{
    return std::any_of(steps.cbegin(), steps.cend(), [from, to](int step) { return step >= from && step <= to; });
}

bool isFor(const NotifyDecision &decision, const OnlinePerson &person)
{
    const QString &to = decision.to.address;
    if (to == QLatin1String("staff"))
        return person.role >= Role::Dispatcher;
    if (to.startsWith(QLatin1String("role:")))
        return roleFromString(to.mid(5)) == person.role;
    return to == person.id;
}

/// Each recipient once; a later mention gives way, unless the first is withheld.
void keepOnce(QList<NotifyDecision> &decisions)
{
    QSet<QString> taken;
    for (NotifyDecision &decision : decisions) {
        if (decision.verdict == NotifyVerdict::Withheld)
            continue;
        if (taken.contains(decision.key())) {
            decision.verdict = NotifyVerdict::Withheld;
            decision.reaches = false;
            decision.why = QStringLiteral("gets it already by another route");
        }
        taken.insert(decision.key());
    }
}
} // namespace

QString NotifyDecision::label() const
{
    return means == NotifyMeans::Webhook ? channel : to.masked(means);
}

QString NotifyPlan::withheld(const Alert &alert, bool contacts) const
{
    if (alert.simulated && !m_config.simulated)
        return QStringLiteral("simulated alerts are not told (simulated = false)");
    if (!isOpen(alert))
        return QStringLiteral("the alert is over");
    if (alert.hold != AlertHold::None)
        return QStringLiteral("the alert is %1").arg(toString(alert.hold).replace(QLatin1Char('_'), QLatin1Char(' ')));
    if (alert.acked && !contacts)
        return QStringLiteral("somebody has acknowledged it");
    return {};
}

QString NotifyPlan::mismatch(const NotifyRoute &route, const Alert &alert, int from, int to,
                             const NotifyFacts &facts) const
{
    if (alert.level < route.minLevel)
        return QStringLiteral("is below %1").arg(toString(route.minLevel));
    if (!isAtStep(route.steps, from, to))
        return QStringLiteral("not at step %1").arg(to);
    if (!likeOneOf(route.codes, alert.code))
        return QStringLiteral("the code %1 is not among its codes").arg(alert.code);
    if (!likeOneOf(route.categories, alert.category))
        return QStringLiteral("the category %1 is not among its categories")
            .arg(alert.category.isEmpty() ? QStringLiteral("(none)") : alert.category);
    if (route.match != AlertMatch()) {
        Device device = facts.device.value_or(Device());
        if (!facts.device) {
            device.id = alert.source;
            device.kind = DeviceKind::Other;
        }
        if (!route.match.matches(device))
            return QStringLiteral("the device %1 is none of its devices").arg(alert.source);
    }
    return schedule(route, alert, facts.now);
}

QString NotifyPlan::schedule(const NotifyRoute &route, const Alert &alert, TimePoint now) const
{
    if (route.active.isEmpty() && route.quiet.isEmpty())
        return {};
    const QDateTime utc = QDateTime::fromMSecsSinceEpoch(toEpochMillis(now), Qt::UTC);
    const QDateTime there = m_config.zone.isEmpty() ? utc.toLocalTime() : utc.toTimeZone(QTimeZone(m_config.zone));
    const int weekday = there.date().dayOfWeek() - 1;
    const int minute = there.time().hour() * 60 + there.time().minute();
    const auto holds = [weekday, minute](const NotifyHours &hours) { return hours.holds(weekday, minute); };
    if (!route.active.isEmpty() && std::none_of(route.active.cbegin(), route.active.cend(), holds))
        return QStringLiteral("outside of its hours");
    const auto quiet = std::find_if(route.quiet.cbegin(), route.quiet.cend(), holds);
    if (quiet != route.quiet.cend() && alert.level < route.quietLevel)
        return QStringLiteral("quiet hours (%1)").arg(quiet->text);
    return {};
}

/// Whether it can go out now.
void NotifyPlan::settle(NotifyDecision &decision, const NotifyFacts &facts) const
{
    const auto withhold = [&decision](const QString &why) {
        decision.verdict = NotifyVerdict::Withheld;
        decision.reaches = false;
        decision.why = why;
    };
    if (decision.means != NotifyMeans::Webhook && decision.means != NotifyMeans::Desktop &&
        !facts.ownAddress.isEmpty() && decision.to.address.compare(facts.ownAddress, Qt::CaseInsensitive) == 0)
        return withhold(QStringLiteral("it is the address of the person who called for help"));
    if (decision.means == NotifyMeans::Desktop) {
        if (std::none_of(facts.people.cbegin(), facts.people.cend(),
                         [&decision](const OnlinePerson &person) { return isFor(decision, person); })) {
            decision.absent = true;
            withhold(QStringLiteral("nobody of them is at a console"));
        }
        return;
    }
    bool paused = false;
    decision.why = facts.wait ? facts.wait(decision.channel, decision.to.address, &paused) : QString();
    if (!decision.why.isEmpty()) {
        decision.verdict = NotifyVerdict::Waits;
        decision.reaches = !paused;
    }
}

QList<NotifyDecision> NotifyPlan::routes(const Alert &alert, int from, int to, const NotifyFacts &facts) const
{
    QList<NotifyDecision> decisions;
    const QString whole = withheld(alert);
    for (const NotifyRoute &route : m_config.routes) {
        const NotifyChannelConfig *channel = m_config.channel(route.channel);
        if (!channel)
            continue;
        const QString no = whole.isEmpty() ? mismatch(route, alert, from, to, facts) : whole;
        const bool hook = channel->means == NotifyMeans::Webhook;
        for (const QString &one : hook ? QStringList{QString()} : route.to) {
            const std::optional<NotifyAddress> address = NotifyAddress::parse(channel->means, one);
            if (!address)
                continue; // the file was checked
            NotifyDecision decision{route.name,   channel->name, channel->means,      *address, false,
                                    route.duress, route.over,    NotifyVerdict::Sent, true,     {}};
            if (no.isEmpty()) {
                settle(decision, facts);
            } else {
                decision.verdict = NotifyVerdict::Withheld;
                decision.reaches = false;
                decision.why = no;
            }
            decisions.append(decision);
        }
    }
    keepOnce(decisions);
    return decisions;
}

bool NotifyPlan::asksContacts(const Alert &alert, int from, int to) const
{
    return alert.kind == AlertKind::Incident && !alert.userId.isEmpty() && m_config.contacts.enabled() &&
           isAtStep(m_config.contacts.steps, from, to);
}

QList<NotifyDecision> NotifyPlan::contacts(const Alert &alert, QList<EmergencyContact> contacts,
                                           const NotifyFacts &facts) const
{
    std::stable_sort(contacts.begin(), contacts.end(), [](const EmergencyContact &a, const EmergencyContact &b) {
        return std::pair(a.priority, a.id) < std::pair(b.priority, b.id);
    });
    QList<NotifyDecision> decisions;
    const QString whole = withheld(alert, true);
    for (const EmergencyContact &contact : std::as_const(contacts)) {
        const auto phone = NotifyAddress::parse(NotifyMeans::Sms, contact.phone);
        const auto email = NotifyAddress::parse(NotifyMeans::Email, contact.email);
        const bool bySms = phone && !m_config.contacts.sms.isEmpty();
        const bool byEmail = email && !m_config.contacts.email.isEmpty();
        NotifyDecision decision;
        decision.route = QStringLiteral("contacts");
        decision.contact = true;
        decision.means = bySms ? NotifyMeans::Sms : NotifyMeans::Email;
        decision.channel = bySms ? m_config.contacts.sms : byEmail ? m_config.contacts.email : QString();
        decision.to = bySms ? *phone : byEmail ? *email : NotifyAddress();
        decision.to.name = contact.name.simplified();
        const bool duress = alert.incident && alert.incident->duress;
        using After = NotifyContacts::AfterDuress;
        decision.duress = m_config.contacts.afterDuress == After::Truth;
        if (whole.isEmpty() && (bySms || byEmail) && (!duress || decision.duress)) {
            settle(decision, facts);
        } else {
            decision.verdict = NotifyVerdict::Withheld;
            decision.reaches = false;
            decision.why = !whole.isEmpty() ? whole
                           : duress         ? QStringLiteral("for contacts the call for help is over")
                                            : QStringLiteral("no address that a channel for contacts could reach");
        }
        decisions.append(decision);
    }
    keepOnce(decisions);
    return decisions;
}

bool NotifyPlan::reachesLater(const Alert &alert, int step, const NotifyFacts &facts) const
{
    for (int later = step + 1; later <= topStep; ++later) {
        const QList<NotifyDecision> decisions = routes(alert, later, later, facts);
        if (std::any_of(decisions.cbegin(), decisions.cend(), [](const NotifyDecision &d) { return d.reaches; }))
            return true;
    }
    return asksContacts(alert, step + 1, topStep);
}

} // namespace tocsin
