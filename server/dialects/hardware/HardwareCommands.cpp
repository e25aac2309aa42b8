// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareCommands.h"

#include <QUuid>

namespace tocsin::hardware {

namespace {
constexpr auto lookEvery = std::chrono::milliseconds(100);
/// Longer than any outcome of a sent order takes that reaches us.
constexpr auto outcomeWithin = std::chrono::minutes(10);

QJsonObject errorOf(const QString &text)
{
    return {{QStringLiteral("error"), text}};
}

QJsonValue responseOf(const Command &command)
{
    QJsonValue response;
    // An array around it, for a response may be any JSON value.
    if (!command.response.isEmpty())
        response = QJsonDocument::fromJson('[' + command.response + ']').array().at(0);
    if (command.error.isEmpty())
        return response.isNull() || response.isUndefined() ? QJsonObject() : response;
    QJsonObject told = response.toObject();
    if (!response.isNull() && !response.isUndefined() && !response.isObject())
        told.insert(QStringLiteral("response"), response);
    told.insert(QStringLiteral("error"), command.error);
    return told;
}
} // namespace

HardwareCommands::HardwareCommands(const DialectOptions &options, const DialectServices &services, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
{
    connect(&m_services.mirror, &DeskMirror::eventsApplied, this, [this](const QList<Event> &events) {
        for (const Event &event : events)
            note(event);
    });
    connect(&m_timer, &QTimer::timeout, this, &HardwareCommands::tick);
}

void HardwareCommands::issue(quint64 session, const Actor &actor, const IssueCommand &order)
{
    if (m_orders.size() >= mostWaiting) {
        Q_EMIT refused(session, order.deviceId,
                       Outcome::refused(QStringLiteral("overloaded"), QStringLiteral("Too many commands wait")));
        return;
    }
    const QString requestId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    m_orders.insert(requestId, {session, actor, order, {}, m_options.clock() + order.timeout * (order.retries + 1)});
    if (!m_timer.isActive())
        m_timer.start(lookEvery);
    const std::function<void(const Outcome &)> answered = [this, requestId](const Outcome &outcome) {
        answer(requestId, outcome);
    };
    m_services.desk.submit({requestId, actor, order}, m_replies.expect<Outcome>(answered));
}

void HardwareCommands::forget(quint64 session)
{
    m_orders.removeIf([session](std::pair<const QString &, Order &> entry) { return entry.second.session == session; });
    m_requests.removeIf(
        [this](std::pair<const QString &, QString &> entry) { return !m_orders.contains(entry.second); });
    if (m_orders.isEmpty())
        m_timer.stop();
}

/// The desk's answer and the event that it is queued come in either order; the first one tells.
void HardwareCommands::accept(const QString &requestId, const QString &commandId)
{
    const auto order = m_orders.find(requestId);
    if (order == m_orders.end() || !order->commandId.isEmpty())
        return;
    order->commandId = commandId;
    m_requests.insert(commandId, requestId);
    Q_EMIT queued(order->session, order->asked.deviceId, commandId);
}

void HardwareCommands::answer(const QString &requestId, const Outcome &outcome)
{
    const auto order = m_orders.constFind(requestId);
    if (order == m_orders.cend())
        return;
    if (outcome.ok) {
        accept(requestId, outcome.ref);
        return;
    }
    const quint64 session = order->session;
    const QString deviceId = order->asked.deviceId;
    m_orders.erase(order);
    Q_EMIT refused(session, deviceId, outcome);
}

void HardwareCommands::note(const Event &event)
{
    const auto *command = std::get_if<Command>(&event.body);
    if (command == nullptr || m_orders.isEmpty())
        return;
    if (command->state == CommandState::Queued && m_orders.contains(event.requestId))
        accept(event.requestId, command->id);
    const auto order = m_orders.find(m_requests.value(command->id));
    if (order == m_orders.end())
        return;
    order->sent = order->sent || command->state != CommandState::Queued; // once is enough: then its retries count
    if (!isOpen(*command))
        finish(*command);
}

void HardwareCommands::finish(const Command &command)
{
    const QString requestId = m_requests.value(command.id);
    const QString timedOut = QStringLiteral("Command timeout");
    switch (command.state) {
    case CommandState::Succeeded:
        return end(requestId, QStringLiteral("success"), responseOf(command));
    case CommandState::TimedOut:
        return end(requestId, QStringLiteral("timeout"), errorOf(timedOut));
    case CommandState::Canceled:
        if (m_orders.value(requestId).takenBack)
            return end(requestId, QStringLiteral("timeout"), errorOf(timedOut));
        return end(requestId, QStringLiteral("error"), errorOf(QStringLiteral("Command canceled")));
    case CommandState::Unknown:
        return end(requestId, QStringLiteral("error"), errorOf(QStringLiteral("Outcome unknown")));
    case CommandState::Failed:
    case CommandState::Queued:
    case CommandState::Sent:
    case CommandState::Accepted:
        break;
    }
    end(requestId, QStringLiteral("error"), responseOf(command));
}

void HardwareCommands::end(const QString &requestId, const QString &status, const QJsonValue &response)
{
    const Order order = m_orders.take(requestId);
    m_requests.remove(order.commandId);
    if (m_orders.isEmpty())
        m_timer.stop();
    Q_EMIT finished(order.session, order.asked.deviceId, order.commandId, status, response);
}

void HardwareCommands::tick()
{
    const TimePoint now = m_options.clock();
    QStringList lost;
    QStringList impatient;
    for (auto it = m_orders.begin(); it != m_orders.end(); ++it) {
        if (it->commandId.isEmpty() || now < it->patience)
            continue;
        if (now >= it->patience + outcomeWithin)
            lost.append(it.key());
        else if (!it->sent && !std::exchange(it->takenBack, true))
            impatient.append(it.key());
    }
    for (const QString &requestId : std::as_const(impatient)) {
        // If it has just been sent, the refusal changes nothing: its outcome comes.
        const Order &order = m_orders[requestId];
        m_services.desk.submit(
            {QUuid::createUuid().toString(QUuid::WithoutBraces), order.actor, CancelCommand{order.commandId}},
            m_replies.expect<Outcome>([](const Outcome &) {}));
    }
    // Its event was lost on the way, with others, when the mirror began anew.
    for (const QString &requestId : std::as_const(lost))
        end(requestId, QStringLiteral("error"), errorOf(QStringLiteral("Outcome unknown")));
}

} // namespace tocsin::hardware
