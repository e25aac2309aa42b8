// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeRights.h"

#include "models/wire/EventCodec.h"
#include "server/dialects/NativeRoutes.h"

#include <QJsonDocument>

namespace tocsin::native {

namespace {

/// Whoever it is about.
bool mayOnAny(const Reader &reader, Act act)
{
    return isAllowed(reader.posture, reader.who, act, {});
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

template<std::size_t N>
bool mayUse(const std::array<NameRule, N> &rules, const Reader &reader, const QString &name, const DeskMirror &mirror)
{
    for (const NameRule &one : rules) {
        QString object;
        if (!matchesPattern(one.pattern, name, &object))
            continue;
        if (!one.rule.goesByRight())
            return true;
        switch (one.named) {
        case Named::Nothing:
            return mayOnAny(reader, one.rule.act());
        case Named::User:
            return mayActOn(reader, one.rule.act(), object, {object});
        case Named::Device:
            return mayActOn(reader, one.rule.act(), object, ownersOf(object, mirror));
        case Named::Thread:
            return mayRead(reader, object, mirror);
        }
    }
    return false;
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

/// Makes each request this reader's, or refuses it: by its rule, on what it names.
class Permit
{
public:
    using Result = std::variant<RequestBody, Outcome>;
    Permit(const Reader &reader, const DeskMirror &mirror, Act act) : m_reader(reader), m_mirror(mirror), m_act(act) {}

    Result operator()(Acknowledge body) const
    {
        const Alert *alert = m_mirror.alert(body.alertId);
        if (onAny())
            return body;
        if (alert == nullptr || alert->kind == AlertKind::Incident)
            return forbidden();
        return answer(on(alert->source, ownersOf(alert->source, m_mirror)), body);
    }
    Result operator()(SendChat body) const
    {
        const bool broadcast = body.thread == broadcastThread();
        if (!mayRead(m_reader, body.thread, m_mirror) || (broadcast && !mayOnAny(m_reader, Act::Broadcast)))
            return forbidden();
        if (m_reader.posture == Posture::Secure) {
            body.fromDesk = m_reader.who.isStaff();
            body.simulated = false;
        }
        return body;
    }
    Result operator()(ReportAlert body) const
    {
        if (!onAny() && body.userId.isEmpty() && m_reader.who.role == Role::Citizen)
            body.userId = m_reader.who.id;
        const bool subject = body.source.isEmpty() || on(body.source, ownersOf(body.source, m_mirror));
        const bool person = body.userId.isEmpty() || on(body.userId, {body.userId});
        const bool named = !body.source.isEmpty() || !body.userId.isEmpty();
        return answer(named && subject && person, body);
    }
    Result operator()(RaisePanic body) const
    {
        if (!onAny() || body.userId.isEmpty()) {
            body.userId = m_reader.who.id;
            body.userName = m_reader.who.name;
        }
        if (m_reader.posture == Posture::Secure)
            body.simulated = false;
        return answer(onAny() || on(body.userId, {}), body);
    }
    Result operator()(CancelPanic body) const
    {
        if (onAny())
            return body;
        const Alert *alert = m_mirror.alert(body.alertId);
        body.userId = m_reader.who.id;
        return answer(body.alertId.isEmpty() || (alert != nullptr && personOf(*alert) == m_reader.who.id), body);
    }
    Result operator()(const MarkSeen &body) const { return answer(onAny(), body); }
    Result operator()(const SetStage &body) const { return answer(onAny(), body); }
    Result operator()(const CloseAlert &body) const { return answer(onAny(), body); }
    Result operator()(const HandleAlert &body) const { return answer(onAny(), body); }
    Result operator()(const TakeOutOfService &body) const { return answer(onAny(), body); }
    Result operator()(const ReturnToService &body) const { return answer(onAny(), body); }
    Result operator()(PutDevice body) const
    {
        if (m_reader.posture == Posture::Secure)
            body.device.simulated = false;
        return answer(onAny(), body);
    }
    Result operator()(const IssueCommand &body) const { return answer(onAny(), body); }
    Result operator()(const ReportCommand &body) const { return answer(onAny(), body); }
    Result operator()(const CancelCommand &body) const { return answer(onAny(), body); }
    Result operator()(const MarkChat &body) const { return answer(mayRead(m_reader, body.thread, m_mirror), body); }
    Result operator()(NoteAudit body) const
    {
        // What the server sees for itself it also notes itself.
        return answer(onAny() && body.record.action == QLatin1String("export"), body);
    }

private:
    [[nodiscard]] bool onAny() const { return mayOnAny(m_reader, m_act); }
    [[nodiscard]] bool on(const QString &id, const QStringList &owners) const
    {
        return mayActOn(m_reader, m_act, id, owners);
    }
    static Result answer(bool allowed, const RequestBody &body) { return allowed ? Result(body) : Result(forbidden()); }

    const Reader &m_reader;
    const DeskMirror &m_mirror;
    const Act m_act;
};

} // namespace

bool mayRead(const Reader &reader, const QString &thread, const DeskMirror &mirror)
{
    if (thread == broadcastThread() || mayOnAny(reader, Act::Chat))
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

bool mayServe(const Reader &reader, const QString &deviceId, const DeskMirror &mirror)
{
    return mayOnAny(reader, Act::AnswerCommand) && mayWatch(reader, deviceId, mirror);
}

bool mayFollow(const Reader &reader, const QString &stream, const DeskMirror &mirror)
{
    return mayUse(streamRules, reader, stream, mirror);
}

bool seesWhole(const Reader &reader)
{
    return mayOnAny(reader, Act::FollowDesk);
}

bool maySee(const Reader &reader, const EventBody &body)
{
    if (const auto *change = std::get_if<AlertChange>(&body))
        return isOriginators(*change) || seesWhole(reader);
    const auto *record = std::get_if<AuditRecord>(&body);
    if (record && isNotification(*record) && seesWhole(reader))
        return true; // part of the story of an alert that they follow
    return !record || mayOnAny(reader, Act::ReadAudit);
}

bool mayHear(const Reader &reader, const QString &topic, const DeskMirror &mirror)
{
    return mayUse(topicRules, reader, topic, mirror);
}

Principal namedAs(Principal who, const QString &name)
{
    constexpr qsizetype longest = 64;
    QString visible = name;
    visible.removeIf([](QChar c) { return !c.isPrint() && !c.isSpace(); });
    visible = visible.normalized(QString::NormalizationForm_C).simplified().left(longest).trimmed();
    if (visible.isEmpty())
        return who;
    who.name = visible;
    who.id = QStringLiteral("name/") + visible.toLower().replace(QLatin1Char(' '), QLatin1Char('_'));
    return who;
}

Actor actorOf(const Reader &reader, const QString &session)
{
    Actor actor{Actor::Kind::User, reader.who.id, reader.who.name, session, mayOnAny(reader, Act::OverruleAlert)};
    if (reader.who.isStaff())
        actor.kind = Actor::Kind::Operator;
    else if (reader.who.role == Role::Device)
        actor.kind = Actor::Kind::Device;
    return actor;
}

std::variant<RequestBody, Outcome> permitted(const Reader &reader, const RequestBody &body, const DeskMirror &mirror)
{
    return std::visit(Permit(reader, mirror, ruleOf(body).rule.act()), body);
}

wire::Reply replyTo(const Reader &reader, const QString &id, const Outcome &outcome, const DeskMirror &mirror)
{
    wire::Reply reply = wire::replyOf(id, outcome);
    const Alert *alert = outcome.code == QLatin1String("superseded") ? mirror.alert(outcome.ref) : nullptr;
    if (alert != nullptr) {
        const Alert seen = seesWhole(reader) ? withoutPins(*alert) : asOriginatorSees(*alert);
        reply.alert = QJsonDocument::fromJson(encodeAlert(seen)).object();
    }
    return reply;
}

} // namespace tocsin::native
