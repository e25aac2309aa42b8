// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatModel.h"

#include "models/Format.h"

#include <QUuid>

#include <algorithm>
#include <utility>

namespace tocsin {

ChatModel::ChatModel(DeskLink &link, const ChatLog &log, const ChatThreadModel &threads, ModelClock clock,
                     QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_log(log)
    , m_threads(threads)
    , m_clock(std::move(clock))
{
    connect(&link, &DeskLink::stateChanged, this, &ChatModel::canSendChanged);
}

int ChatModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> ChatModel::roleNames() const
{
    return {{MessageIdRole, "messageId"},   {LineKindRole, "lineKind"},   {MessageTextRole, "messageText"},
            {TimeTextRole, "timeText"},     {FromDeskRole, "fromDesk"},   {MineRole, "mine"},
            {SenderNameRole, "senderName"}, {AutomaticRole, "automatic"}, {SimulatedRole, "simulated"},
            {PendingRole, "pending"},       {FailedRole, "failed"},       {FailReasonRole, "failReason"},
            {DayHeaderRole, "dayHeader"}};
}

QVariant ChatModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Line &line = m_lines[index.row()];
    switch (role) {
    case MessageIdRole:
        return line.id;
    case LineKindRole:
        return int(line.kind);
    case Qt::DisplayRole:
    case MessageTextRole:
        return line.text;
    case TimeTextRole:
        return line.timeText;
    case FromDeskRole:
        return line.fromDesk;
    case MineRole:
        return line.mine;
    case SenderNameRole:
        return line.senderName;
    case AutomaticRole:
        return line.automatic;
    case SimulatedRole:
        return line.simulated;
    case PendingRole:
        return line.pending;
    case FailedRole:
        return line.failed;
    case FailReasonRole:
        return line.failReason;
    case DayHeaderRole:
        return line.dayHeader;
    default:
        return {};
    }
}

QStringList ChatModel::quickReplies() const
{
    return {tr("Help is on the way"), tr("Can you talk?"), tr("Stay where you are")};
}

bool ChatModel::canSend() const
{
    const DeskLink::State state = m_link.state();
    return !m_thread.isEmpty() && (state == DeskLink::State::Open || state == DeskLink::State::Reconnecting);
}

void ChatModel::setCurrentThread(const QString &thread)
{
    if (thread == m_thread)
        return;
    beginResetModel();
    m_thread = thread;
    m_lines = build();
    endResetModel();
    Q_EMIT countChanged();
    Q_EMIT currentThreadChanged();
    Q_EMIT draftChanged();
    Q_EMIT canSendChanged();
    refreshHeader();
}

void ChatModel::setDraft(const QString &draft)
{
    if (m_thread.isEmpty() || draft == m_drafts.value(m_thread))
        return;
    if (draft.isEmpty())
        m_drafts.remove(m_thread);
    else
        m_drafts.insert(m_thread, draft);
    Q_EMIT draftChanged();
}

bool ChatModel::send(const QString &text)
{
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty() || !canSend())
        return false;
    if (trimmed.size() > MaxLength) {
        Q_EMIT refused(tr("The message has %1 characters; %2 are allowed.")
                           .arg(format::number(double(trimmed.size()), 0), format::number(MaxLength, 0)));
        return false;
    }
    if (m_own.size() >= MaxUnconfirmed) {
        Q_EMIT refused(
            tr("%1 messages are still waiting for the desk; nothing more is sent until it answers.").arg(m_own.size()));
        return false;
    }
    Own own;
    own.thread = m_thread;
    own.clientId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    own.text = trimmed;
    own.at = m_clock.now();
    m_own.append(own);
    submit(m_own.last());
    if (m_drafts.value(m_thread) == text)
        setDraft(QString());
    refresh();
    return true;
}

void ChatModel::submit(Own &own)
{
    SendChat request;
    request.thread = own.thread;
    request.text = own.text;
    request.clientMessageId = own.clientId;
    request.fromDesk = true;
    own.failed = false;
    own.failReason.clear();
    own.requestId = m_link.request(request);
}

void ChatModel::retry(const QString &messageId)
{
    const auto own = std::find_if(m_own.begin(), m_own.end(), [&](const Own &o) { return o.clientId == messageId; });
    if (own == m_own.end() || !own->failed)
        return;
    submit(*own);
    refresh();
}

void ChatModel::discard(const QString &messageId)
{
    if (m_own.removeIf([&](const Own &own) { return own.clientId == messageId && own.failed; }) > 0)
        refresh();
}

void ChatModel::confirm(const ChatMessage &message)
{
    if (message.clientMessageId.isEmpty())
        return;
    m_own.removeIf(
        [&](const Own &own) { return own.clientId == message.clientMessageId && own.thread == message.thread; });
}

void ChatModel::reconcile()
{
    m_own.removeIf([this](const Own &own) {
        if (own.requestId.isEmpty() && !own.failed)
            return true; // the desk said yes before
        const ChatLog::Thread *thread = m_log.find(own.thread);
        return thread && std::any_of(thread->messages.cbegin(), thread->messages.cend(),
                                     [&](const ChatMessage &m) { return m.clientMessageId == own.clientId; });
    });
    refresh();
}

bool ChatModel::takeReply(const QString &requestId, const Outcome &outcome)
{
    const auto own = std::find_if(m_own.begin(), m_own.end(), [&](const Own &o) { return o.requestId == requestId; });
    if (requestId.isEmpty() || own == m_own.end())
        return false;
    own->requestId.clear();
    if (!outcome.ok) {
        own->failed = true;
        own->failReason = outcome.message.isEmpty() ? outcome.code : outcome.message;
        Q_EMIT refused(tr("Your message to %1 was not sent: %2").arg(m_threads.titleOf(own->thread), own->failReason));
    } else if (!outcome.changed) {
        m_own.erase(own); // it had been taken before; its event is here already
    }
    refresh();
    return true;
}

ChatModel::Line ChatModel::lineOf(const ChatMessage &message) const
{
    Line line;
    line.id = message.id;
    line.mine = message.fromDesk && !message.automatic && message.senderId == m_link.self().id;
    line.key = line.mine && !message.clientMessageId.isEmpty() ? message.clientMessageId : message.id;
    line.text = message.text;
    line.senderName = message.senderName;
    line.at = message.at;
    line.fromDesk = message.fromDesk;
    line.automatic = message.automatic;
    line.simulated = message.simulated;
    return line;
}

ChatModel::Line ChatModel::lineOf(const Own &own) const
{
    Line line;
    line.id = own.clientId;
    line.key = own.clientId;
    line.text = own.text;
    line.senderName = m_link.self().name;
    line.at = own.at;
    line.fromDesk = true;
    line.mine = true;
    line.pending = !own.failed;
    line.failed = own.failed;
    line.failReason = own.failReason;
    return line;
}

QList<ChatModel::Line> ChatModel::build() const
{
    QList<Line> lines;
    if (const ChatLog::Thread *thread = m_log.find(m_thread)) {
        for (const ChatMessage &message : thread->messages)
            lines.append(lineOf(message));
        for (const ChatNote &note : thread->notes) {
            Line line;
            line.id = note.id;
            line.key = note.id;
            line.kind = Note;
            line.text = note.text;
            line.at = note.at;
            lines.append(line);
        }
        std::stable_sort(lines.begin(), lines.end(), [](const Line &a, const Line &b) { return a.at < b.at; });
    }
    for (const Own &own : m_own) {
        if (own.thread == m_thread)
            lines.append(lineOf(own));
    }
    QString day;
    for (Line &line : lines) {
        line.timeText = format::timeOfDay(line.at, m_clock.zone);
        const QString date = format::date(line.at, m_clock.zone);
        if (!day.isEmpty() && date != day)
            line.dayHeader = date;
        day = date;
    }
    return lines;
}

void ChatModel::refresh()
{
    replaceLines(build());
    refreshHeader();
}

/// What is the same at both ends stays; usually one line comes at the end.
void ChatModel::replaceLines(QList<Line> next)
{
    const int shorter = int(std::min(m_lines.size(), next.size()));
    int head = 0;
    while (head < shorter && m_lines[head].key == next[head].key)
        ++head;
    int tail = 0;
    while (tail < shorter - head && m_lines[m_lines.size() - 1 - tail].key == next[next.size() - 1 - tail].key)
        ++tail;
    const int before = count();
    const int gone = before - head - tail;
    const int come = int(next.size()) - head - tail;
    if (gone > 0) {
        beginRemoveRows({}, head, head + gone - 1);
        m_lines.remove(head, gone);
        endRemoveRows();
    }
    if (come > 0) {
        beginInsertRows({}, head, head + come - 1);
        for (int i = 0; i < come; ++i)
            m_lines.insert(head + i, next[head + i]);
        endInsertRows();
    }
    for (int row = 0; row < m_lines.size(); ++row) {
        if (m_lines[row] == next[row])
            continue;
        m_lines[row] = std::move(next[row]);
        Q_EMIT dataChanged(index(row), index(row));
    }
    if (count() != before)
        Q_EMIT countChanged();
}

void ChatModel::refreshHeader()
{
    QString title;
    QString subtitle;
    bool incident = false;
    if (!m_thread.isEmpty()) {
        title = m_threads.titleOf(m_thread);
        subtitle = tr("Chat");
        const ChatLog::Thread *thread = m_log.find(m_thread);
        incident = thread && !thread->openIncident.isEmpty();
        if (incident) {
            for (const ChatNote &note : thread->notes) {
                if (note.id.startsWith(thread->openIncident) && note.id.endsWith(QStringLiteral("/raise")))
                    subtitle = tr("Chat · panic open since %1").arg(format::timeOfDay(note.at, m_clock.zone));
            }
        }
    }
    if (title == m_title && subtitle == m_subtitle && incident == m_incident)
        return;
    m_title = title;
    m_subtitle = subtitle;
    m_incident = incident;
    Q_EMIT headerChanged();
}

} // namespace tocsin
