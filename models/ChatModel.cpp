// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatModel.h"

#include "models/Format.h"

#include <QUuid>

#include <algorithm>
#include <utility>

namespace tocsin {

static_assert(int(ChatModel::Message) == int(ChatLine::Message) && int(ChatModel::Note) == int(ChatLine::Note));
static_assert(int(ChatModel::NoMark) == int(ChatLine::NoMark) && int(ChatModel::Sent) == int(ChatLine::Sent) &&
              int(ChatModel::Delivered) == int(ChatLine::Delivered) && int(ChatModel::Read) == int(ChatLine::Read));

ChatModel::ChatModel(DeskLink &link, const ChatLog &log, const ChatThreadModel &threads, ChatPictures &pictures,
                     ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_log(log)
    , m_threads(threads)
    , m_pictures(pictures)
    , m_clock(std::move(clock))
{
    m_replies = loadChatReplies(QString()).replies;
    connect(&link, &DeskLink::stateChanged, this, &ChatModel::canSendChanged);
    connect(&link, &DeskLink::typingSeen, this, &ChatModel::takeTyping);
    connect(&pictures, &ChatPictures::stored, this, &ChatModel::sendWithPictures);
    connect(&pictures, &ChatPictures::stopped, this, [this](const QString &thread) { m_uploading.remove(thread); });
    connect(&pictures, &ChatPictures::refused, this, &ChatModel::refused);
}

int ChatModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> ChatModel::roleNames() const
{
    return {{MessageIdRole, "messageId"},    {LineKindRole, "lineKind"},   {MessageTextRole, "messageText"},
            {TimeTextRole, "timeText"},      {FromDeskRole, "fromDesk"},   {MineRole, "mine"},
            {SenderNameRole, "senderName"},  {AutomaticRole, "automatic"}, {SimulatedRole, "simulated"},
            {PendingRole, "pending"},        {FailedRole, "failed"},       {FailReasonRole, "failReason"},
            {DayHeaderRole, "dayHeader"},    {MarkRole, "mark"},           {MarkTextRole, "markText"},
            {UrgentRole, "urgent"},          {AckTextRole, "ackText"},     {CanAcknowledgeRole, "canAcknowledge"},
            {AttachmentsRole, "attachments"}};
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
    case MarkRole:
        return int(line.mark);
    case MarkTextRole:
        return line.markText;
    case UrgentRole:
        return line.urgent;
    case AckTextRole:
        return line.ackText;
    case CanAcknowledgeRole:
        return line.canAcknowledge;
    case AttachmentsRole:
        return line.attachments;
    default:
        return {};
    }
}

QStringList ChatModel::quickReplies() const
{
    QStringList texts;
    for (const ChatReply &reply : offered())
        texts.append(reply.text);
    return texts;
}

void ChatModel::setReplies(const QList<ChatReply> &replies)
{
    m_replies = replies;
    Q_EMIT headerChanged();
}

QList<ChatReply> ChatModel::offered() const
{
    ReplyFacts facts;
    facts.operatorName = m_link.self().name;
    facts.time = format::hourMinute(m_clock.now(), m_clock.zone);
    if (scope() == Direct || scope() == Incident) {
        facts.name = m_threads.titleOf(chatThreadOfUser(m_person));
        facts.incident = hasIncident() ? tr("panic") : QString();
    }
    QList<ChatReply> replies;
    for (const ChatReply &reply : m_replies) {
        if (!facts.incident.isEmpty() || !reply.text.contains(QLatin1String("{incident}")))
            replies.append({reply.id, filled(reply, facts)});
    }
    return replies;
}

int ChatModel::scope() const
{
    if (m_thread.isEmpty())
        return -1;
    if (m_thread == operatorsThread())
        return Operators;
    if (m_thread == broadcastThread())
        return Everybody;
    return incidentOfChatThread(m_thread).isEmpty() ? Direct : Incident;
}

QString ChatModel::threadOf(int scope) const
{
    switch (scope) {
    case Direct:
        return m_person.isEmpty() ? QString() : chatThreadOfUser(m_person);
    case Incident: {
        if (!incidentOfChatThread(m_thread).isEmpty())
            return m_thread;
        const ChatLog::Thread *thread = m_person.isEmpty() ? nullptr : m_log.find(chatThreadOfUser(m_person));
        return thread && !thread->openIncident.isEmpty() ? chatThreadOfIncident(thread->openIncident) : QString();
    }
    case Operators:
        return operatorsThread();
    case Everybody:
        return broadcastThread();
    default:
        return {};
    }
}

QStringList ChatModel::picturesOf(const QString &messageId) const
{
    const auto line = std::find_if(m_lines.cbegin(), m_lines.cend(), [&](const Line &l) { return l.id == messageId; });
    return line == m_lines.cend() ? QStringList() : line->attachments;
}

int ChatModel::pictureCount(const QString &messageId) const
{
    return int(picturesOf(messageId).size());
}

QString ChatModel::pictureAt(const QString &messageId, int index) const
{
    return picturesOf(messageId).value(index);
}

void ChatModel::setUrgent(bool urgent)
{
    if (urgent == m_urgent)
        return;
    m_urgent = urgent;
    Q_EMIT urgentChanged();
}

void ChatModel::setShown(bool shown)
{
    if (shown == m_shown)
        return;
    m_shown = shown;
    Q_EMIT shownChanged();
    reportRead();
}

/// Tells the desk how far who sits here has read, once per line.
void ChatModel::reportRead()
{
    if (!m_shown || m_thread.isEmpty() || m_link.state() != DeskLink::State::Open)
        return;
    const ChatMessage *message = m_log.unreported(m_thread);
    if (!message || m_readTold.value(m_thread) == message->id)
        return;
    m_readTold.insert(m_thread, message->id);
    m_link.request(MarkChat{m_thread, message->id, ChatReceipt::Kind::Read});
}

void ChatModel::acknowledge(const QString &messageId)
{
    const auto line = std::find_if(m_lines.cbegin(), m_lines.cend(), [&](const Line &l) { return l.id == messageId; });
    if (line == m_lines.cend() || !line->canAcknowledge || m_acks.values().contains(messageId))
        return;
    m_acks.insert(m_link.request(MarkChat{m_thread, messageId, ChatReceipt::Kind::Acknowledged}), messageId);
    refresh();
}

QString ChatModel::typingText() const
{
    const QStringList names = m_typing.namesIn(m_thread);
    if (names.isEmpty())
        return {};
    return names.size() == 1 ? tr("%1 is writing …").arg(names.first())
                             : tr("%1 are writing …").arg(names.join(tr(", ")));
}

void ChatModel::takeTyping(const TypingNotice &notice)
{
    if (notice.personId == m_link.self().id)
        return;
    m_typing.see(notice, m_clock.now());
    if (notice.thread == m_thread)
        Q_EMIT typingChanged();
}

void ChatModel::tick(TimePoint now)
{
    if (m_typing.expire(now))
        Q_EMIT typingChanged();
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
    m_pictures.setThread(thread);
    const QString user = userOfChatThread(thread);
    const ChatLog::Thread *known = m_log.find(thread);
    if (!user.isEmpty())
        m_person = user;
    else if (!incidentOfChatThread(thread).isEmpty() && known && !known->userId.isEmpty())
        m_person = known->userId;
    m_lines = build();
    endResetModel();
    Q_EMIT countChanged();
    Q_EMIT currentThreadChanged();
    Q_EMIT draftChanged();
    Q_EMIT canSendChanged();
    Q_EMIT typingChanged();
    setUrgent(false);
    refreshHeader();
    Q_EMIT headerChanged(); // the scope is another
    reportRead();
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
    if (!draft.isEmpty() && canSend() && m_typing.tell(m_thread, m_clock.now()))
        m_link.typing(m_thread);
}

bool ChatModel::send(const QString &text)
{
    return send(text, QString());
}

bool ChatModel::sendReply(int index)
{
    const QList<ChatReply> replies = offered();
    return index >= 0 && index < replies.size() && send(replies[index].text, replies[index].id);
}

bool ChatModel::send(const QString &text, const QString &quickReply)
{
    const QString trimmed = text.trimmed();
    const bool pictures = quickReply.isEmpty() && !m_pictures.isEmpty(m_thread);
    if ((trimmed.isEmpty() && !pictures) || !canSend() || m_uploading.contains(m_thread))
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
    own.quickReply = quickReply;
    own.urgent = m_urgent;
    if (!pictures) {
        sendNow(own);
        forgetDraft(m_thread, text);
        setUrgent(false);
        return true;
    }
    m_uploading.insert(m_thread, own);
    m_pictures.store(m_thread); // sendWithPictures() or `stopped` follows, perhaps at once
    return false;
}

/// The desk has the pictures; now it gets the line.
void ChatModel::sendWithPictures(const QString &thread)
{
    const auto waiting = m_uploading.constFind(thread);
    if (waiting == m_uploading.cend())
        return;
    Own own = *waiting;
    m_uploading.erase(waiting);
    own.attachments = m_pictures.takeStored(thread);
    forgetDraft(thread, own.text);
    if (thread == m_thread)
        setUrgent(false);
    sendNow(own);
}

void ChatModel::sendNow(Own own)
{
    own.at = m_clock.now();
    m_own.append(own);
    sendOwn(m_own.last());
    refresh();
}

/// Unless something else has been typed meanwhile.
void ChatModel::forgetDraft(const QString &thread, const QString &text)
{
    if (m_drafts.value(thread).trimmed() != text.trimmed())
        return;
    m_drafts.remove(thread);
    if (thread == m_thread)
        Q_EMIT draftChanged();
}

void ChatModel::adopt(const QString &requestId, const SendChat &request, TimePoint at)
{
    Own own;
    own.thread = request.thread;
    own.clientId = request.clientMessageId;
    own.requestId = requestId;
    own.text = request.text;
    own.quickReply = request.quickReply;
    own.attachments = request.attachments;
    own.urgent = request.urgent;
    own.at = at;
    m_own.append(own);
    refresh();
}

void ChatModel::sendOwn(Own &own)
{
    SendChat request;
    request.thread = own.thread;
    request.text = own.text;
    request.clientMessageId = own.clientId;
    request.fromDesk = true;
    request.urgent = own.urgent;
    request.quickReply = own.quickReply;
    request.attachments = own.attachments;
    own.failed = false;
    own.failReason.clear();
    own.requestId = m_link.request(request);
}

void ChatModel::retry(const QString &messageId)
{
    const auto own = std::find_if(m_own.begin(), m_own.end(), [&](const Own &o) { return o.clientId == messageId; });
    if (own == m_own.end() || !own->failed)
        return;
    sendOwn(*own);
    refresh();
}

void ChatModel::discard(const QString &messageId)
{
    if (m_own.removeIf([&](const Own &own) { return own.clientId == messageId && own.failed; }) > 0)
        refresh();
}

void ChatModel::confirm(const ChatMessage &message)
{
    m_typing.forget(message.thread, message.senderId);
    if (message.thread == m_thread)
        Q_EMIT typingChanged();
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
    if (m_acks.remove(requestId)) {
        if (!outcome.ok)
            Q_EMIT refused(tr("The message was not acknowledged: %1").arg(outcome.message));
        refresh();
        return true;
    }
    const auto own = std::find_if(m_own.begin(), m_own.end(), [&](const Own &o) { return o.requestId == requestId; });
    if (requestId.isEmpty() || own == m_own.end())
        return false;
    own->requestId.clear();
    if (!outcome.ok) {
        own->failed = true;
        own->failReason = outcome.message.isEmpty() ? outcome.code : outcome.message;
        Q_EMIT refused(tr("Your message to %1 was not sent: %2").arg(m_threads.titleOf(own->thread), own->failReason));
    } else if (!outcome.changed || outcome.dup) {
        m_own.erase(own); // it had been taken before; its event is here already
    }
    refresh();
    return true;
}

void ChatModel::refresh()
{
    replaceLines(build());
    refreshHeader();
    reportRead();
}

void ChatModel::refreshHeader()
{
    QString title;
    QString subtitle;
    bool incident = false;
    if (!m_thread.isEmpty()) {
        title = m_threads.titleOf(m_thread);
        subtitle = scope() == Operators   ? tr("Chat · staff among themselves")
                   : scope() == Everybody ? tr("Chat · everybody reads this")
                                          : tr("Chat");
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
