// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/CommandRouter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUuid>

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr qsizetype longestAction = 128;
constexpr qsizetype longestError = 500;
constexpr Duration shortestTimeout = 100ms;
constexpr Duration longestTimeout = 10min;
constexpr int mostRetries = 10;

QString sentenceOf(std::chrono::seconds span)
{
    return span < 2min ? QStringLiteral("%1 s").arg(span.count())
                       : QStringLiteral("%1 min").arg(std::chrono::floor<std::chrono::minutes>(span).count());
}

/// Any JSON value, compact; what is no JSON becomes a text.
QByteArray compacted(const QByteArray &json)
{
    const QJsonDocument list = QJsonDocument::fromJson('[' + json + ']');
    if (json.isEmpty())
        return json;
    const QJsonArray one = list.array().size() == 1 ? list.array() : QJsonArray{QString::fromUtf8(json)};
    const QByteArray text = QJsonDocument(one).toJson(QJsonDocument::Compact);
    return text.mid(1, text.size() - 2);
}

} // namespace

CommandRouter::CommandRouter(CommandLimits limits, std::function<QString()> makeId)
    : m_limits(limits)
    , m_makeId(makeId ? std::move(makeId) : [] { return QUuid::createUuid().toString(QUuid::WithoutBraces); })
{
}

QList<Command> CommandRouter::restore(const QList<Command> &commands, TimePoint now)
{
    QList<Command> changed;
    for (const Command &stored : commands) {
        Command command = stored;
        if (isOpen(command) && (command.state != CommandState::Queued || command.attempt > 0)) {
            command.state = CommandState::Unknown;
            command.finishedAt = now;
            command.error =
                QStringLiteral("The server was restarted after it was sent; whether it was done is not known.");
            changed.append(command);
        }
        m_open.insert(command.id, {command, command.issuedAt + m_limits.expiry, {}, {}, true});
        m_queues[command.deviceId].push_back(command.id);
        if (!isOpen(command))
            close(command.id);
    }
    return changed;
}

CommandRouter::Result CommandRouter::issue(const IssueCommand &request, const Actor &actor, const Target &target,
                                           TimePoint now)
{
    const auto refused = [&request](const char *code, const QString &message) {
        return Result{Outcome::refused(QLatin1String(code), message, request.deviceId), {}};
    };
    const QString action = request.action.trimmed();
    if (action.isEmpty() || action.size() > longestAction)
        return refused("invalid", QStringLiteral("action: must have 1 to 128 characters."));
    if (request.timeout < shortestTimeout || request.timeout > longestTimeout)
        return refused("invalid", QStringLiteral("timeout: must be between 0.1 s and 10 min."));
    if (request.retries < 0 || request.retries > mostRetries)
        return refused("invalid", QStringLiteral("retries: must be between 0 and 10."));
    if (request.parameters.size() > m_limits.parametersLength)
        return refused("invalid",
                       QStringLiteral("parameters: must not be longer than %1 bytes.").arg(m_limits.parametersLength));
    QByteArray parameters;
    if (!request.parameters.isEmpty()) {
        const QJsonDocument document = QJsonDocument::fromJson(request.parameters);
        if (!document.isObject())
            return refused("invalid", QStringLiteral("parameters: must be a JSON object."));
        if (!document.object().isEmpty())
            parameters = document.toJson(QJsonDocument::Compact);
    }
    if (!target.device)
        return refused("not_found", QStringLiteral("There is no device \"%1\".").arg(request.deviceId));
    const Duration silent = now - target.presence.lastSeen;
    if (!target.carried && target.presence.presence == Presence::Offline && silent > m_limits.expiry) {
        return refused("offline",
                       QStringLiteral("%1 was last heard %2 ago; commands wait only %3 for their device.")
                           .arg(target.device->name, sentenceOf(std::chrono::floor<std::chrono::seconds>(silent)),
                                sentenceOf(std::chrono::floor<std::chrono::seconds>(m_limits.expiry))));
    }
    const auto queue = m_queues.constFind(request.deviceId);
    if (queue != m_queues.cend() && queue->size() >= static_cast<std::size_t>(m_limits.openPerDevice))
        return refused("overloaded",
                       QStringLiteral("%1 has %2 commands to do already.").arg(target.device->name).arg(queue->size()));
    if (m_open.size() >= m_limits.openOverall)
        return refused("overloaded", QStringLiteral("%1 commands are open; try again later.").arg(m_open.size()));

    Command command;
    command.id = m_makeId();
    command.deviceId = request.deviceId;
    command.action = action;
    command.parameters = parameters;
    command.issuedById = actor.id;
    command.issuedByName = actor.name.isEmpty() ? actor.id : actor.name;
    command.issuedAt = now;
    command.timeout = request.timeout;
    command.retries = request.retries;
    command.simulated = target.device->simulated;
    m_open.insert(command.id, {command, now + m_limits.expiry, {}, {}, false});
    m_queues[command.deviceId].push_back(command.id);
    return {Outcome::done(command.id), {command}};
}

CommandRouter::Result CommandRouter::report(const ReportCommand &report, const Actor &actor, TimePoint now)
{
    const auto refused = [&report](const char *code, const QString &message) {
        return Result{Outcome::refused(QLatin1String(code), message, report.commandId), {}};
    };
    const bool final = report.state == CommandState::Succeeded || report.state == CommandState::Failed;
    if (!final && report.state != CommandState::Accepted)
        return refused("invalid", QStringLiteral("state: must be accepted, succeeded or failed."));
    const auto open = m_open.find(report.commandId);
    const auto closed = m_closed.find(report.commandId);
    if (open == m_open.end() && closed == m_closed.end())
        return refused("not_found", QStringLiteral("There is no such command."));
    Command &command = open != m_open.end() ? open->command : *closed;
    if (actor.kind == Actor::Kind::User || (actor.kind == Actor::Kind::Device && actor.id != command.deviceId))
        return refused("forbidden", QStringLiteral("Only the device answers for its commands."));
    if (command.attempt == 0)
        return refused("invalid", QStringLiteral("The command has not been sent."));
    const bool late = command.state == CommandState::TimedOut || command.state == CommandState::Unknown;
    if (open == m_open.end() && !(late && final))
        return {Outcome::done(command.id, false), {}};
    if (!final) {
        open->answer = now + command.timeout; // it works on it
        if (command.state == CommandState::Accepted)
            return {Outcome::done(command.id, false), {}};
        open->durable = false;
    }
    command.state = report.state;
    command.error = report.error.left(longestError);
    command.response = compacted(report.response);
    if (command.response.size() > m_limits.responseLength) {
        command.response.clear();
        command.error += QStringLiteral("%1The answer had %2 bytes and was left out.")
                             .arg(command.error.isEmpty() ? QString() : QStringLiteral(" "))
                             .arg(report.response.size());
    }
    if (command.error.isEmpty() && command.state == CommandState::Failed)
        command.error = QStringLiteral("The device could not do it.");
    if (final)
        command.finishedAt = now;
    const Command changed = command;
    if (final)
        close(changed.id);
    return {Outcome::done(changed.id), {changed}};
}

CommandRouter::Result CommandRouter::cancel(const CancelCommand &request, TimePoint now)
{
    const auto open = m_open.find(request.commandId);
    if (open == m_open.end()) {
        const auto closed = m_closed.constFind(request.commandId);
        if (closed != m_closed.cend() && closed->state == CommandState::Canceled)
            return {Outcome::done(request.commandId, false), {}};
        return {
            closed == m_closed.cend()
                ? Outcome::refused(QStringLiteral("not_found"), QStringLiteral("There is no such command."),
                                   request.commandId)
                : Outcome::refused(QStringLiteral("closed"), QStringLiteral("The command is over."), request.commandId),
            {}};
    }
    if (open->command.state != CommandState::Queued)
        return {Outcome::refused(QStringLiteral("closed"), QStringLiteral("The command was sent already."),
                                 request.commandId),
                {}};
    open->command.state = CommandState::Canceled;
    open->command.finishedAt = now;
    const Command changed = open->command;
    close(changed.id);
    return {Outcome::done(changed.id), {changed}};
}

std::optional<Command> CommandRouter::committed(const Command &command, TimePoint now)
{
    const auto open = m_open.find(command.id);
    if (open == m_open.end() || open->command.state != command.state || open->command.attempt != command.attempt)
        return std::nullopt; // changed again meanwhile
    if (std::exchange(open->durable, true) || command.state != CommandState::Sent)
        return std::nullopt;
    open->answer = now + command.timeout;
    return open->command;
}

QList<Command> CommandRouter::tick(TimePoint now, const Carries &carries)
{
    QList<Command> changed;
    const QStringList devices = m_queues.keys();
    for (const QString &device : devices) {
        // Those behind the first can only expire.
        const std::deque<QString> ids = m_queues.value(device);
        for (const QString &id : ids)
            advance(m_open[id], now, changed);
        const auto queue = m_queues.constFind(device);
        if (queue == m_queues.cend())
            continue;
        Open &first = m_open[queue->front()];
        if (first.command.state != CommandState::Queued || !first.durable || first.notBefore > now || !carries(device))
            continue;
        first.command.state = CommandState::Sent;
        first.command.sentAt = now;
        ++first.command.attempt;
        first.answer.reset();
        first.durable = false;
        changed.append(first.command);
    }
    return changed;
}

/// Time-out, another attempt, expiry.
void CommandRouter::advance(Open &open, TimePoint now, QList<Command> &changed)
{
    Command &command = open.command;
    if (command.state == CommandState::Queued) {
        if (now < open.expiresAt)
            return;
        command.state = CommandState::TimedOut;
        command.error =
            command.attempt > 0
                ? QStringLiteral("The device did not answer, and could not be reached for another attempt.")
                : QStringLiteral("It could not be sent within %1: nothing that takes commands connects the device.")
                      .arg(sentenceOf(std::chrono::floor<std::chrono::seconds>(m_limits.expiry)));
    } else if (!open.answer || now < *open.answer) {
        return;
    } else if (command.state == CommandState::Sent && command.attempt <= command.retries) {
        command.state = CommandState::Queued;
        open.notBefore = now + backOff(command.attempt);
        open.expiresAt = std::max(open.expiresAt, open.notBefore + command.timeout);
        open.answer.reset();
        open.durable = false;
        changed.append(command);
        return;
    } else {
        command.state = CommandState::TimedOut;
        command.error = command.attempt > 1
                            ? QStringLiteral("The device did not answer to any of %1 attempts.").arg(command.attempt)
                            : QStringLiteral("The device did not answer in time.");
    }
    command.finishedAt = now;
    changed.append(command);
    const QString id = command.id;
    close(id);
}

Duration CommandRouter::backOff(int attempt) const
{
    Duration pause = m_limits.backOffFirst;
    for (int i = 1; i < attempt && pause < m_limits.backOffMost; ++i)
        pause *= 2;
    return std::min(pause, m_limits.backOffMost);
}

std::optional<TimePoint> CommandRouter::nextDeadline() const
{
    std::optional<TimePoint> next;
    const auto consider = [&next](TimePoint at) { next = next ? std::min(*next, at) : at; };
    for (const Open &open : m_open) {
        if (open.answer)
            consider(*open.answer);
        else if (open.command.state == CommandState::Queued)
            consider(open.notBefore > TimePoint{} ? std::min(open.notBefore, open.expiresAt) : open.expiresAt);
    }
    return next;
}

void CommandRouter::close(const QString &id)
{
    const Open open = m_open.take(id);
    const auto queue = m_queues.find(open.command.deviceId);
    if (queue != m_queues.end()) {
        std::erase(*queue, id);
        if (queue->empty())
            m_queues.erase(queue);
    }
    if (open.command.id.isEmpty())
        return; // was closed before: a late answer
    m_closed.insert(id, open.command);
    m_closedOrder.push_back(id);
    while (m_closedOrder.size() > static_cast<std::size_t>(m_limits.remembered)) {
        m_closed.remove(m_closedOrder.front());
        m_closedOrder.pop_front();
    }
}

} // namespace tocsin
