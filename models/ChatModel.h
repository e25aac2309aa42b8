// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ChatLog.h"
#include "models/ChatThreadModel.h"
#include "models/DeskLink.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The lines of the current conversation, oldest first: messages, notes of the person's incidents, and own lines that
/// the desk has not confirmed yet. GUI thread; owned by Console.
/// send() only asks: the line is `pending` until the desk's event comes back, `failed` with the reason when refused.
class ChatModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.chat")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    /// "user/dana"; empty: none. Console::selectThread() changes it.
    Q_PROPERTY(QString currentThread READ currentThread NOTIFY currentThreadChanged FINAL)
    Q_PROPERTY(QString title READ title NOTIFY headerChanged FINAL)       ///< "Dana R."
    Q_PROPERTY(QString subtitle READ subtitle NOTIFY headerChanged FINAL) ///< "Chat · panic open since 14:05:39"
    Q_PROPERTY(bool isIncident READ isIncident NOTIFY headerChanged FINAL)
    Q_PROPERTY(bool canSend READ canSend NOTIFY canSendChanged FINAL)
    /// What stands in the input field; kept for each thread.
    Q_PROPERTY(QString draft READ draft WRITE setDraft NOTIFY draftChanged FINAL)
    Q_PROPERTY(int maxLength READ maxLength CONSTANT FINAL)
    Q_PROPERTY(QStringList quickReplies READ quickReplies CONSTANT FINAL)
public:
    enum Role {
        MessageIdRole = Qt::UserRole + 1,
        LineKindRole, ///< LineKind
        MessageTextRole,
        TimeTextRole, ///< "14:05:48"
        FromDeskRole, ///< right side
        MineRole,     ///< this console's operator wrote it
        SenderNameRole,
        AutomaticRole, ///< the desk's own answer
        SimulatedRole,
        PendingRole,
        FailedRole,
        FailReasonRole, ///< a sentence
        DayHeaderRole,  ///< "Fri 20 Nov 2026" above the first line of a day after another; else empty
    };
    Q_ENUM(Role)
    enum LineKind { Message, Note };
    Q_ENUM(LineKind)
    static constexpr int MaxLength = 8000;
    static constexpr int MaxUnconfirmed = 100; ///< own lines under way or failed, all threads

    ChatModel(DeskLink &link, const ChatLog &log, const ChatThreadModel &threads, ModelClock clock,
              QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_lines.size()); }
    [[nodiscard]] QString currentThread() const { return m_thread; }
    void setCurrentThread(const QString &thread);
    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] QString subtitle() const { return m_subtitle; }
    [[nodiscard]] bool isIncident() const { return m_incident; }
    [[nodiscard]] bool canSend() const;
    [[nodiscard]] QString draft() const { return m_drafts.value(m_thread); }
    void setDraft(const QString &draft);
    [[nodiscard]] int maxLength() const { return MaxLength; }
    [[nodiscard]] QStringList quickReplies() const;

    /// Sends to the current thread, trimmed. False (and nothing sent): empty, too long, no thread, link closed.
    Q_INVOKABLE bool send(const QString &text);
    Q_INVOKABLE void retry(const QString &messageId);   ///< a failed own line, under the same client id
    Q_INVOKABLE void discard(const QString &messageId); ///< forgets a failed own line

    void refresh(); ///< the log or the names changed
    /// The desk's message may be an own line that waited.
    void confirm(const ChatMessage &message);
    /// A snapshot has come: every line that the desk took is in it.
    void reconcile();
    bool takeReply(const QString &requestId, const Outcome &outcome);

Q_SIGNALS:
    void countChanged();
    void currentThreadChanged();
    void headerChanged();
    void canSendChanged();
    void draftChanged();
    void refused(const QString &text);

private:
    struct Own ///< a line that the desk has not confirmed
    {
        QString thread;
        QString clientId;
        QString requestId;
        QString text;
        TimePoint at;
        QString failReason;
        bool failed = false;
    };
    struct Line
    {
        QString key; ///< stays while an own line becomes a message
        QString id;
        LineKind kind = Message;
        QString text;
        QString timeText;
        QString senderName;
        QString dayHeader;
        QString failReason;
        TimePoint at;
        bool fromDesk = false;
        bool mine = false;
        bool automatic = false;
        bool simulated = false;
        bool pending = false;
        bool failed = false;
        bool operator==(const Line &) const = default;
    };
    [[nodiscard]] QList<Line> build() const;
    void replaceLines(QList<Line> next);
    void refreshHeader();
    void submit(Own &own);
    [[nodiscard]] Line lineOf(const ChatMessage &message) const;
    [[nodiscard]] Line lineOf(const Own &own) const;

    DeskLink &m_link;
    const ChatLog &m_log;
    const ChatThreadModel &m_threads;
    ModelClock m_clock;
    QString m_thread;
    QString m_title;
    QString m_subtitle;
    bool m_incident = false;
    QList<Line> m_lines;
    QList<Own> m_own;
    QHash<QString, QString> m_drafts;
};

} // namespace tocsin
