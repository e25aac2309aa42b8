// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/iothub/HubDoings.h"

#include "server/dialects/TelemetryReader.h"
#include "server/dialects/iothub/HubSockets.h"
#include "server/dialects/iothub/HubTelemetry.h"

#include <QUuid>

namespace tocsin {

namespace {

using Refusal = HubDoings::Refusal;

/// The same for a device that is foreign and one that is not there.
Refusal denied(const QString &field)
{
    return {{field, QStringLiteral("Device not found or access denied")}, true};
}

/// Text under this name, empty when it is not there.
std::variant<QString, FieldError> textOf(const QJsonObject &message, const QString &field)
{
    const QJsonValue value = message.value(field);
    if (value.isUndefined() || value.isNull())
        return QString();
    if (!value.isString())
        return FieldError{field, QStringLiteral("%1 must be text").arg(field)};
    return value.toString().trimmed();
}

} // namespace

HubDoings::HubDoings(const DialectOptions &options, const DialectServices &services, VehicleDirectory &directory,
                     PeopleDirectory people, ReplyBox &replies)
    : m_options(options)
    , m_services(services)
    , m_directory(directory)
    , m_people(std::move(people))
    , m_replies(replies)
{
}

std::variant<HubDoings::Registration, Refusal> HubDoings::readRegistration(const QJsonObject &message,
                                                                           const Principal &who) const
{
    auto imei = readImei(message);
    if (const auto *error = std::get_if<FieldError>(&imei))
        return Refusal{*error, false};
    const QString field = QStringLiteral("userEmail");
    auto email = textOf(message, field);
    if (const auto *error = std::get_if<FieldError>(&email))
        return Refusal{*error, false};
    Registration wanted{std::get<QString>(imei), std::get<QString>(email)};
    if (!m_directory.mayTouch(who, Act::FeedVehicle, wanted.imei))
        return denied(QStringLiteral("imei"));
    // Who owns a device hears of all its alerts: not for one of its owners to give away.
    const bool mayName = m_options.posture == Posture::Open || wanted.userEmail.isEmpty() || who.isStaff() ||
                         who.id == wanted.imei || m_people.idOf(wanted.userEmail) == who.id;
    if (!mayName)
        return Refusal{{field, QStringLiteral("%1 is not yours").arg(field)}, true};
    return wanted;
}

void HubDoings::enroll(const Registration &wanted, const Principal &who, const QString &session,
                       std::function<void(const Outcome &)> done)
{
    const QString owner = m_people.idOf(wanted.userEmail); // nobody's address adds nobody
    const Device *known = m_services.mirror.device(wanted.imei);
    if (known && (owner.isEmpty() || known->owners.contains(owner))) {
        done(Outcome::done(wanted.imei, false));
        return;
    }
    Device device = known ? *known : m_directory.newVehicle(wanted.imei, m_options.clock());
    if (!owner.isEmpty())
        device.owners.append(owner);
    m_services.desk.submit(Request{QUuid::createUuid().toString(QUuid::WithoutBraces),
                                   hubActor(who, wanted.imei, session), PutDevice{device}},
                           m_replies.expect<Outcome>(std::move(done)));
}

void HubDoings::note(const AuditRecord &record, const Principal &who, std::function<void(const Outcome &)> then)
{
    const Actor actor{who.isStaff() ? Actor::Kind::Operator : Actor::Kind::User, who.id, who.name, {}};
    m_services.desk.submit(Request{QUuid::createUuid().toString(QUuid::WithoutBraces), actor, NoteAudit{record}},
                           m_replies.expect<Outcome>(std::move(then)));
}

std::variant<HubDoings::Taken, Refusal> HubDoings::takeTelemetry(const QJsonObject &message, const Principal &who,
                                                                 const QString &session)
{
    auto read = readHubTelemetry(message);
    if (const auto *error = std::get_if<FieldError>(&read))
        return Refusal{*error, false};
    Reading reading = std::get<Reading>(std::move(read));
    if (!m_directory.mayTouch(who, Act::FeedVehicle, reading.deviceId))
        return denied(QStringLiteral("imei"));
    reading.source = QStringLiteral("dialect2");
    reading.receivedAt = m_options.clock();
    m_directory.introduce(reading.deviceId, hubActor(who, reading.deviceId, session), reading.receivedAt);
    m_directory.limitChannels(reading);
    Taken taken{reading.deviceId, telemetry::recordId(reading)};
    m_services.sink.take({std::move(reading)});
    return taken;
}

std::variant<QString, Refusal> HubDoings::readHeartbeat(const QJsonObject &message, const Principal &who) const
{
    auto imei = readImei(message);
    if (const auto *error = std::get_if<FieldError>(&imei))
        return Refusal{*error, false};
    if (!m_directory.mayTouch(who, Act::FeedVehicle, std::get<QString>(imei)))
        return denied(QStringLiteral("imei"));
    return std::get<QString>(imei);
}

std::variant<HubDoings::Person, Refusal> HubDoings::readPerson(const QJsonObject &message, const Principal &who) const
{
    const QString field = QStringLiteral("email");
    auto email = textOf(message, field);
    if (const auto *error = std::get_if<FieldError>(&email))
        return Refusal{*error, false};
    Person person{std::get<QString>(email), {}};
    if (person.email.isEmpty())
        return Refusal{{field, QStringLiteral("%1 is missing").arg(field)}, false};
    person.userId = m_people.idOf(person.email);
    if (person.userId.isEmpty() ||
        !isAllowed(m_options.posture, who, Act::WatchAlerts, {person.userId, {person.userId}}))
        return Refusal{{field, QStringLiteral("User not found or access denied")}, true};
    return person;
}

QStringList HubDoings::devicesOf(const QString &userId) const
{
    QStringList imeis;
    const QList<Device> devices = m_services.mirror.devices();
    for (const Device &device : devices) {
        if (device.owners.contains(userId))
            imeis.append(device.id);
    }
    imeis.sort();
    return imeis;
}

} // namespace tocsin
