// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatModel.h"

#include "models/Format.h"

#include <algorithm>
#include <utility>

// What of ChatModel makes the lines.

namespace tocsin {

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
    line.urgent = message.urgent;
    line.attachments = message.attachments;
    if (!message.automatic && (message.fromDesk || message.urgent)) {
        const ChatLog::Marks marks = m_log.marksOf(message);
        const bool one = !userOfChatThread(message.thread).isEmpty();
        if (message.fromDesk) {
            line.mark = marks.read > 0 ? Line::Read : marks.delivered > 0 ? Line::Delivered : Line::Sent;
            if (marks.read > 0)
                line.markText = one ? tr("read") : tr("read by %1").arg(marks.read);
            else if (marks.delivered > 0)
                line.markText = one ? tr("delivered") : tr("delivered to %1").arg(marks.delivered);
            else
                line.markText = tr("sent");
        }
        if (message.urgent) {
            QStringList parts;
            if (!marks.acknowledged.isEmpty())
                parts << tr("acknowledged by %1").arg(marks.acknowledged.join(tr(", ")));
            if (!marks.waiting.isEmpty())
                parts << tr("waiting for %1").arg(marks.waiting.join(tr(", ")));
            if (parts.isEmpty())
                parts << tr("nobody was there to be asked");
            line.ackText = parts.join(tr(" · "));
            line.canAcknowledge =
                !marks.mine && message.senderId != m_link.self().id && !m_acks.values().contains(message.id);
        }
    }
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
    line.urgent = own.urgent;
    line.attachments = own.attachments;
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
            line.kind = Line::Note;
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

} // namespace tocsin
