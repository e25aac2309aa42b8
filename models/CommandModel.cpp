// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/CommandModel.h"

#include "models/Format.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {

constexpr Duration latestShown = 1min;
constexpr qsizetype longestDetail = 400;

/// {"rpm":600} → "rpm 600"; a single line for people.
QString spoken(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject())
        return QString::fromUtf8(json).left(longestDetail);
    const QJsonObject object = document.object();
    QStringList parts;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QJsonValue value = it.value();
        QString text;
        if (value.isString())
            text = value.toString();
        else if (value.isArray() || value.isObject())
            text = QString::fromUtf8(
                value.isObject() ? QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact)
                                 : QJsonDocument::fromVariant(value.toVariant()).toJson(QJsonDocument::Compact));
        else
            text = value.toVariant().toString();
        parts.append(it.key() + QLatin1Char(' ') + text);
    }
    return parts.join(QStringLiteral(", ")).left(longestDetail);
}

CommandModel::Tone toneOf(CommandState state)
{
    switch (state) {
    case CommandState::Succeeded:
        return CommandModel::Good;
    case CommandState::Failed:
    case CommandState::TimedOut:
    case CommandState::Unknown:
        return CommandModel::Bad;
    case CommandState::Canceled:
        return CommandModel::Quiet;
    case CommandState::Queued:
    case CommandState::Sent:
    case CommandState::Accepted:
        break;
    }
    return CommandModel::Waiting;
}

} // namespace

CommandModel::CommandModel(DeskLink &link, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_clock(std::move(clock))
{
    connect(&link, &DeskLink::stateChanged, this, &CommandModel::canSendChanged);
}

int CommandModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> CommandModel::roleNames() const
{
    return {{CommandIdRole, "commandId"},
            {ActionRole, "action"},
            {ParametersRole, "parametersText"},
            {StateTextRole, "stateText"},
            {ToneRole, "tone"},
            {DetailRole, "detail"},
            {IssuedTextRole, "issuedText"},
            {CancelableRole, "cancelable"}};
}

QVariant CommandModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case CommandIdRole:
        return row.key;
    case Qt::DisplayRole:
    case ActionRole:
        return row.action;
    case ParametersRole:
        return row.parameters;
    case StateTextRole:
        return row.state;
    case ToneRole:
        return int(row.tone);
    case DetailRole:
        return row.detail;
    case IssuedTextRole:
        return row.issued;
    case CancelableRole:
        return row.cancelable;
    default:
        return {};
    }
}

bool CommandModel::canSend() const
{
    return !m_device.id.isEmpty() && m_link.state() == DeskLink::State::Open;
}

int CommandModel::openCount() const
{
    return int(std::count_if(m_rows.cbegin(), m_rows.cend(), [](const Row &row) { return row.tone == Waiting; }));
}

QString CommandModel::latestText() const
{
    if (m_rows.isEmpty())
        return {};
    const QList<Command> commands = m_commands.value(m_device.id);
    const bool under = !m_asked.isEmpty() && m_rows.first().key == m_asked.last().requestId;
    if (!under && !commands.isEmpty()) {
        const Command &latest = commands.last();
        if (!isOpen(latest) && m_clock.now() - latest.finishedAt.value_or(latest.issuedAt) > latestShown)
            return {};
    }
    return tr("%1: %2").arg(m_rows.first().action, m_rows.first().state);
}

int CommandModel::latestTone() const
{
    return m_rows.isEmpty() ? int(Quiet) : int(m_rows.first().tone);
}

QString CommandModel::problemOf(const QString &action, const QString &parameters) const
{
    if (action.trimmed().isEmpty())
        return tr("Say what the device is to do.");
    const QString text = parameters.trimmed();
    if (text.isEmpty())
        return {};
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8(), &error);
    if (document.isObject())
        return {};
    return error.error == QJsonParseError::NoError
               ? tr("Parameters are a JSON object, as {\"rpm\": 600}.")
               : tr("The parameters are no JSON (at character %1): %2.").arg(error.offset).arg(error.errorString());
}

bool CommandModel::send(const QString &action, const QString &parameters, int timeoutSeconds, int retries)
{
    if (!canSend() || !problemOf(action, parameters).isEmpty())
        return false;
    if (m_asked.size() >= MostUnderWay) {
        Q_EMIT refused(tr("%1 commands are still waiting for the desk.").arg(m_asked.size()));
        return false;
    }
    IssueCommand order;
    order.deviceId = m_device.id;
    order.action = action.trimmed();
    order.parameters = parameters.trimmed().toUtf8();
    order.timeout = std::chrono::seconds{timeoutSeconds};
    order.retries = retries;
    m_asked.append({m_link.request(order), order.deviceId, order.action, order.parameters, m_clock.now()});
    rebuild();
    return true;
}

void CommandModel::cancel(const QString &commandId)
{
    const QList<Command> commands = m_commands.value(m_device.id);
    const auto command =
        std::find_if(commands.cbegin(), commands.cend(), [&](const Command &c) { return c.id == commandId; });
    if (command == commands.cend() || command->state != CommandState::Queued)
        return;
    m_cancels.insert(m_link.request(CancelCommand{commandId}), command->action);
}

void CommandModel::show(const Device &device)
{
    if (device == m_device)
        return;
    const bool could = canSend();
    m_device = device;
    rebuild();
    if (could != canSend())
        Q_EMIT canSendChanged();
}

void CommandModel::reset(const QList<Command> &commands)
{
    m_commands.clear();
    QList<Command> sorted = commands;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Command &a, const Command &b) { return a.issuedAt < b.issuedAt; });
    for (const Command &command : std::as_const(sorted)) {
        QList<Command> &list = m_commands[command.deviceId];
        list.append(command);
        if (list.size() > MostOfDevice)
            list.removeFirst();
    }
    rebuild();
}

void CommandModel::apply(const Command &command, const QString &requestId)
{
    m_asked.removeIf([&](const Asked &asked) { return asked.requestId == requestId; });
    QList<Command> &list = m_commands[command.deviceId];
    const auto known = std::find_if(list.begin(), list.end(), [&](const Command &c) { return c.id == command.id; });
    if (known != list.end()) {
        *known = command;
    } else {
        list.append(command);
        if (list.size() > MostOfDevice)
            list.removeFirst();
    }
    if (command.deviceId == m_device.id)
        rebuild();
}

void CommandModel::adopt(const QString &requestId, const IssueCommand &order, TimePoint at)
{
    m_asked.append({requestId, order.deviceId, order.action, order.parameters, at});
    rebuild();
}

bool CommandModel::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (m_cancels.contains(requestId)) {
        const QString action = m_cancels.take(requestId);
        if (!outcome.ok)
            Q_EMIT refused(tr("\"%1\" was not canceled: %2").arg(action, outcome.message));
        return true;
    }
    const auto asked =
        std::find_if(m_asked.begin(), m_asked.end(), [&](const Asked &a) { return a.requestId == requestId; });
    if (asked == m_asked.end())
        return false;
    const QString action = asked->action;
    if (!outcome.ok || outcome.dup) { // of one that was done before the event is here already
        m_asked.erase(asked);
        rebuild();
    }
    if (!outcome.ok) {
        Q_EMIT refused(tr("\"%1\" was not sent: %2").arg(action, outcome.message));
    }
    return true;
}

CommandModel::Row CommandModel::rowOf(const Command &command) const
{
    Row row;
    row.key = command.id;
    row.action = command.action;
    row.parameters = spoken(command.parameters);
    row.tone = toneOf(command.state);
    row.cancelable = command.state == CommandState::Queued;
    row.issued = tr("%1 · %2").arg(format::timeOfDay(command.issuedAt, m_clock.zone), command.issuedByName);
    const QString attempt = command.retries > 0 && command.attempt > 0
                                ? tr(", attempt %1 of %2").arg(command.attempt).arg(command.retries + 1)
                                : QString();
    switch (command.state) {
    case CommandState::Queued:
        row.state = (command.attempt > 0 ? tr("no answer, trying again") : tr("waiting for the device")) + attempt;
        break;
    case CommandState::Sent:
        row.state = tr("sent") + attempt;
        break;
    case CommandState::Accepted:
        row.state = tr("taken by the device");
        break;
    case CommandState::Succeeded:
        row.state = tr("done");
        break;
    case CommandState::Failed:
        row.state = tr("failed");
        break;
    case CommandState::TimedOut:
        row.state = tr("no answer");
        break;
    case CommandState::Canceled:
        row.state = tr("canceled");
        break;
    case CommandState::Unknown:
        row.state = tr("outcome unknown");
        break;
    }
    row.detail = command.error.isEmpty() ? spoken(command.response) : command.error;
    return row;
}

CommandModel::Row CommandModel::rowOf(const Asked &asked) const
{
    Row row;
    row.key = asked.requestId;
    row.action = asked.action;
    row.parameters = spoken(asked.parameters);
    row.state = tr("asking the desk");
    row.issued = tr("%1 · %2").arg(format::timeOfDay(asked.at, m_clock.zone), m_link.self().name);
    return row;
}

void CommandModel::rebuild()
{
    QList<Row> rows;
    for (auto asked = m_asked.crbegin(); asked != m_asked.crend(); ++asked) {
        if (asked->deviceId == m_device.id)
            rows.append(rowOf(*asked));
    }
    const QList<Command> commands = m_commands.value(m_device.id);
    for (auto command = commands.crbegin(); command != commands.crend(); ++command)
        rows.append(rowOf(*command));
    const bool sameKeys = std::equal(rows.cbegin(), rows.cend(), m_rows.cbegin(), m_rows.cend(),
                                     [](const Row &a, const Row &b) { return a.key == b.key; });
    if (!sameKeys) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    } else {
        for (int i = 0; i < rows.size(); ++i) {
            if (m_rows[i] == rows[i])
                continue;
            m_rows[i] = rows[i];
            Q_EMIT dataChanged(index(i), index(i));
        }
    }
    Q_EMIT changed();
}

} // namespace tocsin
