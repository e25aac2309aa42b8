// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IncidentCard.h"

#include "models/AlertWords.h"
#include "models/Format.h"
#include "models/IncidentLogText.h"
#include "models/domain/AlertTimers.h"
#include "models/domain/Channels.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <cmath>

namespace tocsin {

namespace {
constexpr int stageCount = int(IncidentStage::Closed) + 1;
/// A person on foot is somewhere else after this.
constexpr double fixOldAfter = 30;

/// Those of the desk; what it decides it decides itself.
const CareLimits &limits()
{
    static const CareLimits known;
    return known;
}

QString clockText(double seconds)
{
    const int whole = int(std::ceil(std::max(0.0, seconds)));
    return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

QString compassPoint(double degrees)
{
    static const std::array points{"N", "NE", "E", "SE", "S", "SW", "W", "NW"};
    const int at = int(std::lround(degrees / 45)) % int(points.size());
    return QString::fromLatin1(points.at(std::size_t(at < 0 ? at + int(points.size()) : at)));
}

/// The first of these that the phone's JSON has, as text.
QString firstOf(const QJsonObject &object, std::initializer_list<const char *> keys)
{
    for (const char *key : keys) {
        const QJsonValue value = object.value(QLatin1String(key));
        if (value.isString() && !value.toString().isEmpty())
            return value.toString();
        if (value.isDouble())
            return format::number(value.toDouble(), 0);
    }
    return {};
}

QJsonObject objectOf(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

QString kindText(const QString &alertType)
{
    return QString(alertType).replace(QLatin1Char('_'), QLatin1Char(' '));
}

std::optional<TimedValue> valueOf(const LatestReading &latest, const QString &name)
{
    const auto it = latest.channels.constFind(name);
    return it == latest.channels.cend() ? std::nullopt : std::optional<TimedValue>(*it);
}
} // namespace

IncidentCard::IncidentCard(ModelClock clock, QObject *parent) : QObject(parent), m_clock(std::move(clock))
{
    for (int stage = 0; stage < stageCount; ++stage)
        m_stages.append(stageText(IncidentStage(stage)));
    clear();
}

void IncidentCard::clear()
{
    m_valid = m_open = m_waits = m_owned = m_mine = m_confirmWanted = m_fixOld = m_stageable = false;
    m_welfareActive = m_welfareAsked = m_offeredToMe = m_offeredByMe = m_reopenable = false;
    for (QString *text : {&m_alertId, &m_name, &m_headline, &m_subtitle, &m_stateText, &m_sinceText, &m_ageText,
                          &m_message, &m_ownerText, &m_fixText, &m_welfareText, &m_welfareDetail, &m_welfareClock,
                          &m_offerText, &m_closedText, &m_reopenText})
        text->clear();
    m_stage = 0;
    m_welfareShare = 0;
    m_welfareMisses = 0;
    m_stageTimes = QStringList(stageCount, QString());
}

void IncidentCard::show(const Sight &sight)
{
    clear();
    if (sight.alert != nullptr) {
        const TimePoint now = m_clock.now();
        showHead(sight, now);
        showOwner(sight, now);
        showReadings(sight, now);
        showStages(sight);
        showWelfare(sight, now);
        showClosing(sight, now);
        showBanners(sight, now);
        QStringList headline{m_stateText, m_ownerText, m_subtitle};
        headline.removeAll(QString());
        m_headline = headline.join(QStringLiteral(" · "));
    } else {
        m_banners.assign({});
        m_readings.assign({});
    }
    Q_EMIT changed();
}

QString IncidentCard::nameOf(const QString &id, const QString &name, const Actor &self) const
{
    const bool own = (!id.isEmpty() && id == self.id) || (id.isEmpty() && !name.isEmpty() && name == self.name);
    return own ? tr("you") : name.isEmpty() ? id : name;
}

void IncidentCard::showHead(const Sight &sight, TimePoint now)
{
    const Alert &alert = *sight.alert;
    const IncidentFacts facts = alert.incident.valueOr({});
    m_valid = true;
    m_alertId = alert.id;
    m_name = alert.sourceName.isEmpty() ? alert.source : alert.sourceName;
    m_level = int(alert.level);
    m_open = isOpen(alert);
    m_waits = isWaiting(alert);
    m_message = alert.message;
    QStringList parts{facts.alertType.isEmpty() ? tr("panic") : kindText(facts.alertType)};
    if (alert.silentAtSource)
        parts.append(tr("silent"));
    if (facts.priority > 0)
        parts.append(tr("priority %1").arg(facts.priority));
    if (alert.occurrence > 1)
        parts.append(tr("raised %1 times").arg(alert.occurrence));
    if (alert.escalation > 0 && m_open)
        parts.append(tr("escalated to step %1").arg(alert.escalation));
    if (!facts.address.isEmpty())
        parts.append(facts.address);
    m_subtitle = parts.join(QStringLiteral(" · "));
    const QString since = format::timeOfDay(alert.raisedAt, m_clock.zone);
    m_sinceText = tr("since %1").arg(format::withDay(since, alert.raisedAt, now, m_clock.zone));
    const TimePoint until = m_open ? now : alert.clearedAt.value_or(now);
    m_ageText = format::waiting(secondsBetween(alert.raisedAt, until));
    if (!m_open)
        m_stateText = tr("closed");
    else if (alert.cond == AlertCondition::Canceled)
        m_stateText = m_waits ? tr("canceled, not acknowledged") : tr("canceled, confirm safety");
    else if (m_waits)
        m_stateText = tr("not acknowledged");
    else if (facts.stage >= IncidentStage::Dispatched)
        m_stateText = tr("responding");
    else
        m_stateText = tr("acknowledged");
    const bool byOwner = alert.care && alert.care->ownerName == alert.ackedBy;
    if (!m_waits && m_open && !alert.ackedBy.isEmpty() && !byOwner)
        m_stateText = tr("%1, acknowledged by %2").arg(m_stateText, nameOf({}, alert.ackedBy, sight.self));
}

void IncidentCard::showOwner(const Sight &sight, TimePoint now)
{
    const AlertCare care = sight.alert->care.valueOr({});
    m_owned = m_open && !care.ownerId.isEmpty();
    m_mine = m_owned && care.ownerId == sight.self.id;
    if (!m_open)
        return;
    if (!m_owned) {
        m_ownerText = tr("nobody handles it");
    } else {
        const double left = care.ownedUntil ? secondsBetween(now, *care.ownedUntil) : 0;
        m_ownerText = tr("handled by %1").arg(nameOf(care.ownerId, care.ownerName, sight.self));
        if (!m_mine && left > 0 && left < 30)
            m_ownerText = tr("%1, whose console is silent").arg(m_ownerText);
    }
    if (care.offeredToId.isEmpty())
        return;
    m_offeredToMe = care.offeredToId == sight.self.id;
    m_offeredByMe = AlertWords::isOfferedBy(care, sight.self);
    m_offerText = m_offeredToMe
                      ? tr("%1 hands this over to you").arg(nameOf({}, care.offeredBy, sight.self))
                      : tr("Offered to %1 by %2").arg(care.offeredToName, nameOf({}, care.offeredBy, sight.self));
    if (!care.offerNote.isEmpty())
        m_offerText = tr("%1: %2").arg(m_offerText, care.offerNote);
}

void IncidentCard::showBanners(const Sight &sight, TimePoint now)
{
    const Alert &alert = *sight.alert;
    const IncidentFacts facts = alert.incident.valueOr({});
    QList<Fact> banners;
    const QString emergency = QStringLiteral("emergency");
    const QString warning = QStringLiteral("warning");
    if (alert.simulated)
        banners.append({QStringLiteral("info"), tr("Simulated: nobody is in danger.")});
    if (m_open && facts.duress)
        banners.append({emergency, tr("Duress: canceled with the duress PIN. The phone shows \"canceled\"; do not call "
                                      "back openly.")});
    m_confirmWanted = m_open && facts.confirmBy && !m_waits;
    if (m_confirmWanted)
        banners.append(
            {warning, tr("Canceled on the phone. Make sure that %1 is safe: %2 left, then it is active again.")
                          .arg(m_name, clockText(secondsBetween(now, *facts.confirmBy)))});
    else if (m_open && alert.cond == AlertCondition::Canceled)
        banners.append({warning, tr("Canceled on the phone before anybody acknowledged it.")});
    else if (m_open && facts.canceledAtSource && !facts.duress)
        banners.append({warning, tr("Active again: nobody confirmed the cancel of %1; the phone shows \"canceled\".")
                                     .arg(format::timeOfDay(*facts.canceledAtSource, m_clock.zone))});
    if (m_open && facts.contactLost) {
        const QString silence =
            facts.lastHeardAt ? format::age(secondsBetween(*facts.lastHeardAt, now)) : format::unknown();
        banners.append({emergency, tr("Contact lost: nothing heard for %1. The map shows the last fix.").arg(silence)});
    }
    if (m_open && facts.gpsUnavailable)
        banners.append(
            {warning, facts.address.isEmpty()
                          ? tr("The phone does not know where it is (no GPS).")
                          : tr("The phone does not know where it is (no GPS). Told address: %1").arg(facts.address)});
    if (m_open && facts.autoCallEmergency)
        banners.append({QStringLiteral("info"), tr("The phone was told to call the emergency number by itself.")});
    m_banners.assign(banners);
}

void IncidentCard::showReadings(const Sight &sight, TimePoint now)
{
    const IncidentFacts facts = sight.alert->incident.valueOr({});
    const LatestReading latest = sight.phone && sight.phone->latest ? *sight.phone->latest : LatestReading();
    std::optional<Position> position = latest.position;
    TimePoint at = latest.positionAt;
    if (!position && sight.alert->position) { // what came with the call
        position = sight.alert->position;
        at = sight.alert->raisedAt;
    }
    const bool known = position && position->isValid();
    const double fixAge = known ? secondsBetween(at, now) : 0;
    m_fixOld = m_open && (!known || fixAge > fixOldAfter);
    const QString unknown = format::unknown();
    const QString accuracy =
        known && position->accuracyM ? tr("±%1").arg(format::quantity(*position->accuracyM, 0, tr("m"))) : unknown;
    QString moving = unknown;
    if (known && position->speedKmh && fixAge <= fixOldAfter) {
        moving = format::quantity(*position->speedKmh, 0, QStringLiteral("km/h"));
        if (position->headingDeg && *position->speedKmh >= 1)
            moving += QLatin1Char(' ') + compassPoint(*position->headingDeg);
    }
    const QJsonObject device = objectOf(facts.deviceInfo);
    const QJsonObject network = objectOf(facts.networkInfo);
    const auto level = valueOf(latest, channel::BatteryLevel);
    const auto charge = level ? number(level->value) : std::nullopt;
    QString battery = charge ? format::quantity(*charge, 0, QStringLiteral("%")) : unknown;
    if (!charge) {
        if (const QString told = firstOf(device, {"battery_level", "battery", "batteryLevel"}); !told.isEmpty())
            battery = tr("%1 % at the call").arg(told);
    }
    QString connection = firstOf(network, {"type", "connection_type", "connectionType", "carrier", "ssid"});
    if (const auto strength = latest.number(channel::Signal))
        connection = (connection.isEmpty() ? QString() : connection + QStringLiteral(" · ")) +
                     format::quantity(*strength, 0, QStringLiteral("dBm"));
    const std::optional<TimePoint> heard = facts.lastHeardAt           ? facts.lastHeardAt
                                           : latest.deviceId.isEmpty() ? std::nullopt
                                                                       : std::optional<TimePoint>(latest.lastSeen);
    QString model = firstOf(device, {"model", "device_model", "name"});
    if (const QString system = firstOf(device, {"os", "platform", "os_version", "system"}); !system.isEmpty())
        model += model.isEmpty() ? system : QStringLiteral(" · ") + system;
    m_readings.assign({
        {tr("Last fix"), known                  ? tr("%1 ago").arg(format::age(fixAge))
                         : facts.gpsUnavailable ? tr("no GPS")
                                                : unknown},
        {tr("Accuracy"), accuracy},
        {tr("Moving"), moving},
        {tr("Phone battery"), battery},
        {tr("Network"), connection.isEmpty() ? unknown : connection},
        {tr("Last heard"), heard ? tr("%1 ago").arg(format::age(secondsBetween(*heard, now))) : unknown},
        {tr("Phone"), model.isEmpty() ? unknown : model},
    });
    if (!known) {
        m_fixText = facts.gpsUnavailable ? tr("no GPS on the phone") : tr("no fix yet");
        return;
    }
    QStringList fix;
    if (position->accuracyM)
        fix.append(accuracy);
    fix.append(tr("fix %1 ago").arg(format::age(fixAge)));
    if (charge)
        fix.append(battery);
    m_fixText = fix.join(QStringLiteral(" · "));
}

void IncidentCard::showStages(const Sight &sight)
{
    const Alert &alert = *sight.alert;
    m_stage = int(alert.incident.valueOr({}).stage);
    m_stageable = sight.live && m_open && !m_waits && alert.cond != AlertCondition::Canceled;
    const auto mark = [this, &sight](IncidentStage stage, TimePoint at, const Actor &who) {
        const QString name = who.kind == Actor::Kind::Operator ? nameOf(who.id, who.name, sight.self) : QString();
        const QString time = format::timeOfDay(at, m_clock.zone);
        m_stageTimes[int(stage)] = name.isEmpty() ? time : tr("%1 · %2").arg(time, name);
    };
    mark(IncidentStage::Received, alert.raisedAt, {});
    if (sight.events == nullptr)
        return;
    for (const Event &event : *sight.events) {
        const auto *change = std::get_if<AlertChange>(&event.body);
        if (!change)
            continue;
        if (change->verb == AlertVerb::Raise) {
            m_stageTimes.fill(QString());
            mark(IncidentStage::Received, event.at, {});
        } else if (change->verb == AlertVerb::Stage && change->alert.incident) {
            mark(change->alert.incident->stage, event.at, event.actor);
        } else if (change->verb == AlertVerb::Close) {
            mark(IncidentStage::Closed, event.at, event.actor);
        } else if (change->verb == AlertVerb::Reopen) {
            m_stageTimes[int(IncidentStage::Closed)].clear();
        }
    }
}

void IncidentCard::showWelfare(const Sight &sight, TimePoint now)
{
    const Alert &alert = *sight.alert;
    const IncidentFacts facts = alert.incident.valueOr({});
    const bool followed = alert.cond == AlertCondition::Active || alert.cond == AlertCondition::Clearing;
    m_welfareActive = m_open && followed && facts.welfareDue.has_value();
    if (!m_welfareActive) {
        m_welfareText = m_open ? tr("No check while it is canceled.") : tr("No check: it is closed.");
        return;
    }
    const double left = std::max(0.0, secondsBetween(now, *facts.welfareDue));
    const Duration span = !facts.welfareAsked            ? limits().welfareEvery
                          : facts.welfareMisses % 2 == 0 ? limits().welfareWindow
                                                         : limits().welfareRetry;
    m_welfareAsked = facts.welfareAsked;
    m_welfareMisses = facts.welfareMisses;
    m_welfareClock = clockText(left);
    m_welfareShare = std::clamp(left / std::chrono::duration<double>(span).count(), 0.0, 1.0);
    m_welfareText = facts.welfareAsked ? tr("Asked. %1 left to answer.").arg(m_welfareClock)
                                       : tr("Next check in %1.").arg(m_welfareClock);
    m_welfareDetail = m_welfareMisses == 0       ? tr("Two misses escalate to the top.")
                      : m_welfareMisses % 2 == 1 ? tr("One check missed; another miss escalates to the top.")
                                                 : tr("Two checks missed: escalated to the top.");
}

void IncidentCard::showClosing(const Sight &sight, TimePoint now)
{
    const AlertCare care = sight.alert->care.valueOr({});
    if (m_open)
        return;
    if (!care.closedAt) {
        m_closedText = tr("Over since %1.")
                           .arg(sight.alert->clearedAt ? format::timeOfDay(*sight.alert->clearedAt, m_clock.zone)
                                                       : format::unknown());
        return;
    }
    const QString at =
        format::withDay(format::timeOfDay(*care.closedAt, m_clock.zone), *care.closedAt, now, m_clock.zone);
    m_closedText = tr("Closed %1 by %2: %3")
                       .arg(at, nameOf(care.closedById, care.closedBy, sight.self), dispositionText(care.disposition));
    if (!care.closeComment.isEmpty())
        m_closedText = tr("%1. %2").arg(m_closedText, care.closeComment);
    const double left = secondsBetween(now, *care.closedAt + limits().reopenWithin);
    m_reopenable = sight.live && care.closedById == sight.self.id && left > 0;
    if (m_reopenable)
        m_reopenText = clockText(left);
}

} // namespace tocsin
