// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyDesk.h"

#include <QLoggingCategory>
#include <QUuid>

namespace tocsin::emergency {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.emergency", QtInfoMsg)
constexpr qsizetype maxIntroduced = 10'000;
constexpr std::chrono::seconds askAgain{10};

Outcome notFound(const QString &alertId)
{
    return Outcome::refused(QStringLiteral("not_found"), QStringLiteral("Alert not found"), alertId);
}

Outcome closed(const QString &alertId)
{
    return Outcome::refused(QStringLiteral("closed"), QStringLiteral("The alert does not stand so."), alertId);
}
} // namespace

void DeskWork::submit(const Actor &actor, const RequestBody &body, const Done &done)
{
    m_services.desk.submit(Request{QUuid::createUuid().toString(QUuid::WithoutBraces), actor, body},
                           m_replies.expect<Outcome>(done));
}

void DeskWork::raise(RaisePanic panic, const Actor &actor, const Done &done)
{
    panic.userId = actor.id;
    panic.userName = actor.name;
    submit(actor, panic, done);
}

void DeskWork::cancel(const QString &alertId, const QString &pin, const Actor &actor, const Done &done)
{
    const Alert *alert = m_incidents.find(alertId);
    if (alert == nullptr)
        return done(notFound(alertId));
    if (m_incidents.personOf(alertId) != actor.id)
        return done(Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("You can only cancel your own alerts"),
                                     alertId));
    submit(actor, CancelPanic{alertId, alert->source, pin}, done);
}

void DeskWork::acknowledge(const QString &alertId, const QString &comment, const Actor &actor, const Done &done)
{
    const Alert *alert = m_incidents.find(alertId);
    if (alert == nullptr)
        return done(notFound(alertId));
    if (statusOf(*alert, View::Staff) != QLatin1String("active"))
        return done(closed(alertId));
    Acknowledge request;
    request.alertId = alertId;
    request.comment = comment;
    submit(actor, request, [done, alertId](const Outcome &outcome) {
        // Somebody was quicker.
        done(outcome.ok && !outcome.changed ? closed(alertId) : outcome);
    });
}

void DeskWork::resolve(const QString &alertId, const Closing &closing, const Actor &actor, const Done &done)
{
    const Alert *alert = m_incidents.find(alertId);
    if (alert == nullptr)
        return done(notFound(alertId));
    if (!isOpen(*alert))
        return done(closed(alertId));
    CloseAlert request;
    request.alertId = alertId;
    request.disposition = dispositionFromString(closing.disposition).value_or(Disposition::None);
    if (request.disposition == Disposition::None) // this dialect's clients do not say it
        request.disposition = Disposition::Assisted;
    request.comment = closing.notes;
    submit(actor, request, done);
}

void DeskWork::markSeen(const QString &alertId, const Actor &actor, const Done &done)
{
    if (m_incidents.find(alertId) == nullptr)
        return done(notFound(alertId));
    submit(actor, MarkSeen{alertId}, done);
}

void DeskWork::say(const QString &alertId, SendChat chat, const Actor &actor, const Done &done)
{
    if (m_incidents.find(alertId) == nullptr)
        return done(notFound(alertId));
    chat.thread = chatThreadOfIncident(alertId);
    chat.fromDesk = actor.kind == Actor::Kind::Operator;
    submit(actor, chat, done);
}

void DeskWork::place(const QString &person, const QString &name, Reading reading)
{
    reading.deviceId = person;
    reading.source = QStringLiteral("dialect5");
    reading.receivedAt = m_options.clock();
    introduce(person, name);
    m_services.sink.take({reading});
}

/// The phone becomes a device of its person, with a name that the desk can read, before it is heard.
void DeskWork::introduce(const QString &person, const QString &name)
{
    if (!m_services.mirror.isReady() || m_services.mirror.device(person) != nullptr) {
        m_introduced.remove(person);
        return;
    }
    const TimePoint now = m_options.clock();
    const auto asked = m_introduced.constFind(person);
    if (asked != m_introduced.cend() && now - *asked < askAgain)
        return;
    if (m_introduced.size() >= maxIntroduced)
        m_introduced.removeIf(
            [now](std::pair<const QString &, TimePoint &> entry) { return now - entry.second > askAgain; });
    if (m_introduced.size() >= maxIntroduced)
        return;
    m_introduced.insert(person, now);
    Device device;
    device.id = person;
    device.name = name.isEmpty() ? person : name;
    device.deviceClass = QStringLiteral("Phone");
    device.kind = DeviceKind::Phone;
    device.source = QStringLiteral("dialect5");
    device.owners = {person};
    device.firstSeen = now;
    const std::function<void(const Outcome &)> done = [person](const Outcome &outcome) {
        if (!outcome.ok)
            qCInfo(log) << "the desk did not take up the phone of" << person << outcome.code;
    };
    m_services.desk.submit(Request{{}, Actor{Actor::Kind::Device, person, name, {}}, PutDevice{device}},
                           m_replies.expect<Outcome>(done));
}

} // namespace tocsin::emergency
