// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeRights.h"

#include "models/domain/Streams.h"

#include <array>

namespace tocsin::native {

namespace {

bool isStaff(const Reader &reader)
{
    return reader.posture == Posture::Open || reader.who.isStaff();
}

bool isSupervisor(const Reader &reader)
{
    return reader.posture == Posture::Open || reader.who.role >= Role::Supervisor;
}

bool mayActOn(const Reader &reader, Act act, const QString &id, const QStringList &owners)
{
    return isAllowed(reader.posture, reader.who, act, {id, owners});
}

QStringList ownersOf(const QString &deviceId, const DeskMirror &mirror)
{
    const Device *device = mirror.device(deviceId);
    return device != nullptr ? device->owners : QStringList();
}

std::optional<QString> after(const QString &stream, QLatin1String prefix)
{
    return stream.startsWith(prefix) && stream.size() > prefix.size()
               ? std::optional<QString>(stream.mid(prefix.size()))
               : std::nullopt;
}

/// The person that an alert belongs to; a panic of nobody else's.
QString personOf(const Alert &alert)
{
    return alert.userId.isEmpty() && alert.kind == AlertKind::Incident ? alert.source : alert.userId;
}

Outcome forbidden()
{
    return Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("You may not do this."));
}

/// Makes each request this reader's, or refuses it. One overload per request: a new one does not compile without its rule.
class Permit
{
public:
    using Result = std::variant<RequestBody, Outcome>;
    Permit(const Reader &reader, const DeskMirror &mirror) : m_reader(reader), m_mirror(mirror) {}

    Result operator()(Acknowledge body) const
    {
        const Alert *alert = m_mirror.alert(body.alertId);
        if (isStaff(m_reader))
            return body;
        if (alert == nullptr || alert->kind == AlertKind::Incident)
            return forbidden();
        return answer(mayActOn(m_reader, Act::AcknowledgeAlert, alert->source, ownersOf(alert->source, m_mirror)),
                      body);
    }
    Result operator()(SendChat body) const
    {
        const bool broadcast = body.thread == broadcastThread();
        if (!mayRead(m_reader, body.thread, m_mirror) || (broadcast && !isStaff(m_reader)))
            return forbidden();
        if (m_reader.posture == Posture::Secure) {
            body.fromDesk = m_reader.who.isStaff();
            body.simulated = false;
        }
        return body;
    }
    Result operator()(ReportAlert body) const
    {
        if (!isStaff(m_reader) && body.userId.isEmpty() && m_reader.who.role == Role::Citizen)
            body.userId = m_reader.who.id;
        const bool subject =
            body.source.isEmpty() || mayActOn(m_reader, Act::ReportAlert, body.source, ownersOf(body.source, m_mirror));
        const bool person = body.userId.isEmpty() || mayActOn(m_reader, Act::ReportAlert, body.userId, {body.userId});
        const bool named = !body.source.isEmpty() || !body.userId.isEmpty();
        return answer(named && subject && person, body);
    }
    Result operator()(RaisePanic body) const
    {
        if (!isStaff(m_reader) || body.userId.isEmpty()) {
            body.userId = m_reader.who.id;
            body.userName = m_reader.who.name;
        }
        if (m_reader.posture == Posture::Secure)
            body.simulated = false;
        return body; // never refused
    }
    Result operator()(CancelPanic body) const
    {
        if (isStaff(m_reader))
            return body;
        const Alert *alert = m_mirror.alert(body.alertId);
        body.userId = m_reader.who.id;
        return answer(body.alertId.isEmpty() || (alert != nullptr && personOf(*alert) == m_reader.who.id), body);
    }
    Result operator()(PutDevice body) const
    {
        if (m_reader.posture == Posture::Secure)
            body.device.simulated = false;
        return answer(isStaff(m_reader), body);
    }
    Result operator()(const IssueCommand &body) const { return answer(isStaff(m_reader), body); }
    Result operator()(const ReportCommand &body) const
    {
        // Whether the command was given to this device, the desk knows.
        return answer(isStaff(m_reader) || m_reader.who.role == Role::Device, body);
    }
    Result operator()(const CancelCommand &body) const { return answer(isStaff(m_reader), body); }
    Result operator()(const MarkChat &body) const { return answer(mayRead(m_reader, body.thread, m_mirror), body); }
    Result operator()(NoteAudit body) const
    {
        // What the server sees for itself it also notes itself.
        return answer(isStaff(m_reader) && body.record.action == QLatin1String("export"), body);
    }

private:
    static Result answer(bool allowed, const RequestBody &body) { return allowed ? Result(body) : Result(forbidden()); }

    const Reader &m_reader;
    const DeskMirror &m_mirror;
};

} // namespace

bool mayRead(const Reader &reader, const QString &thread, const DeskMirror &mirror)
{
    if (thread == broadcastThread() || isStaff(reader))
        return true;
    if (const QString user = userOfChatThread(thread); !user.isEmpty())
        return mayActOn(reader, Act::Chat, user, {user});
    if (const QString incident = incidentOfChatThread(thread); !incident.isEmpty()) {
        const Alert *alert = mirror.alert(incident);
        return alert != nullptr && !reader.who.id.isEmpty() && personOf(*alert) == reader.who.id;
    }
    return false;
}

bool mayWatch(const Reader &reader, const QString &deviceId, const DeskMirror &mirror)
{
    return mayActOn(reader, Act::WatchVehicle, deviceId, ownersOf(deviceId, mirror));
}

bool mayFollow(const Reader &reader, const QString &stream, const DeskMirror &mirror)
{
    if (stream == deskStream() || stream == alertsStream() || stream == devicesStream() || stream == commandsStream())
        return isStaff(reader);
    if (stream == auditStream())
        return isSupervisor(reader);
    if (const auto user = after(stream, QLatin1String("user/")))
        return mayActOn(reader, Act::WatchAlerts, *user, {*user});
    if (const auto thread = after(stream, QLatin1String("chat/")))
        return mayRead(reader, *thread, mirror);
    if (const auto device = after(stream, QLatin1String("device/")))
        return mayWatch(reader, *device, mirror);
    return false;
}

bool maySee(const Reader &reader, const EventBody &body)
{
    return isSupervisor(reader) || !std::holds_alternative<AuditRecord>(body);
}

bool mayHear(const Reader &reader, const QString &topic, const DeskMirror &mirror)
{
    if (topic == QLatin1String("typing"))
        return true; // told of the conversations that the reader may read
    if (topic == QLatin1String("telemetry") || topic == QLatin1String("presence") || topic == QLatin1String("stats") ||
        topic == QLatin1String("adapters"))
        return isStaff(reader);
    if (const auto device = after(topic, QLatin1String("telemetry/")))
        return mayWatch(reader, *device, mirror);
    return false;
}

Actor actorOf(const Reader &reader, const QString &session)
{
    Actor actor{Actor::Kind::User, reader.who.id, reader.who.name, session};
    if (reader.who.isStaff())
        actor.kind = Actor::Kind::Operator;
    else if (reader.who.role == Role::Device)
        actor.kind = Actor::Kind::Device;
    return actor;
}

std::variant<RequestBody, Outcome> permitted(const Reader &reader, const RequestBody &body, const DeskMirror &mirror)
{
    return std::visit(Permit(reader, mirror), body);
}

} // namespace tocsin::native
