// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ChatLine.h"
#include "models/ChatLog.h"
#include "models/ChatPictures.h"
#include "models/ChatReplies.h"
#include "models/ChatThreadModel.h"
#include "models/DeskLink.h"
#include "models/TypingWatch.h"

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
    Q_PROPERTY(QStringList quickReplies READ quickReplies NOTIFY headerChanged FINAL) ///< their places filled
    /// The next line asks everybody it is for to acknowledge; false again after it.
    Q_PROPERTY(bool urgent READ urgent WRITE setUrgent NOTIFY urgentChanged FINAL)
    /// The operator can see the lines: what others wrote counts as read.
    Q_PROPERTY(bool shown READ shown WRITE setShown NOTIFY shownChanged FINAL)
    Q_PROPERTY(QString typingText READ typingText NOTIFY typingChanged FINAL) ///< "Dana R. is writing …"
    Q_PROPERTY(int scope READ scope NOTIFY headerChanged FINAL)               ///< Scope of the current thread, −1 none
    Q_PROPERTY(bool hasPerson READ hasPerson NOTIFY headerChanged FINAL)      ///< Direct can be switched to
    Q_PROPERTY(bool hasIncident READ hasIncident NOTIFY headerChanged FINAL)  ///< Incident can be switched to
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
        MarkRole,       ///< Mark, of the desk's lines
        MarkTextRole,   ///< "read by 3"; empty: nothing to say
        UrgentRole,
        AckTextRole,        ///< "acknowledged by Dana R. · waiting for Amir K."
        CanAcknowledgeRole, ///< it asks who sits here
        AttachmentsRole,    ///< ids of pictures
    };
    Q_ENUM(Role)
    enum LineKind { Message, Note }; ///< ChatLine::Kind
    Q_ENUM(LineKind)
    enum Mark { NoMark, Sent, Delivered, Read }; ///< ChatLine::Mark
    Q_ENUM(Mark)
    enum Scope { Direct, Incident, Operators, Everybody };
    Q_ENUM(Scope)
    static constexpr int MaxLength = 8000;
    static constexpr int MaxUnconfirmed = 100; ///< own lines under way or failed, all threads

    /// `pictures` are those of the line that is being written.
    ChatModel(DeskLink &link, const ChatLog &log, const ChatThreadModel &threads, ChatPictures &pictures,
              ModelClock clock, QObject *parent = nullptr);

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
    void setReplies(const QList<ChatReply> &replies);
    [[nodiscard]] bool urgent() const { return m_urgent; }
    void setUrgent(bool urgent);
    [[nodiscard]] bool shown() const { return m_shown; }
    void setShown(bool shown);
    [[nodiscard]] QString typingText() const;
    [[nodiscard]] int scope() const;
    [[nodiscard]] bool hasPerson() const { return !m_person.isEmpty(); }
    [[nodiscard]] bool hasIncident() const { return !threadOf(Incident).isEmpty(); }
    /// The thread of a scope for the person who is talked to; empty: there is none.
    Q_INVOKABLE QString threadOf(int scope) const;
    [[nodiscard]] QStringList picturesOf(const QString &messageId) const; ///< their ids
    Q_INVOKABLE int pictureCount(const QString &messageId) const;
    Q_INVOKABLE QString pictureAt(const QString &messageId, int index) const; ///< empty: there is none

    /// Sends to the current thread, trimmed, with the pictures; these go to the desk first, and the line when they are there.
    /// False (and nothing sent yet): empty, too long, no thread, link closed, pictures under way.
    Q_INVOKABLE bool send(const QString &text);
    Q_INVOKABLE bool sendReply(int index);                  ///< the quick reply at `index`
    Q_INVOKABLE void acknowledge(const QString &messageId); ///< an urgent line
    Q_INVOKABLE void retry(const QString &messageId);       ///< a failed own line, under the same client id
    Q_INVOKABLE void discard(const QString &messageId);     ///< forgets a failed own line

    void refresh(); ///< the log or the names changed
    /// The desk's message may be an own line that waited.
    void confirm(const ChatMessage &message);
    /// A snapshot has come: every line that the desk took is in it.
    void reconcile();
    bool takeReply(const QString &requestId, const Outcome &outcome);
    /// A line that an earlier console asked for.
    void adopt(const QString &requestId, const SendChat &request, TimePoint at);
    void takeTyping(const TypingNotice &notice);
    void tick(TimePoint now);

Q_SIGNALS:
    void countChanged();
    void currentThreadChanged();
    void headerChanged();
    void canSendChanged();
    void draftChanged();
    void urgentChanged();
    void shownChanged();
    void typingChanged();
    void refused(const QString &text);

private:
    using Line = ChatLine;
    using Own = OwnLine;
    [[nodiscard]] QList<Line> build() const;
    void replaceLines(QList<Line> next);
    void refreshHeader();
    void sendOwn(Own &own);
    bool send(const QString &text, const QString &quickReply);
    void sendWithPictures(const QString &thread);
    void sendNow(Own own);
    void forgetDraft(const QString &thread, const QString &text);
    void reportRead();
    /// The replies as they can be sent now: one about an incident only when there is one.
    [[nodiscard]] QList<ChatReply> offered() const;
    [[nodiscard]] Line lineOf(const ChatMessage &message) const;
    [[nodiscard]] Line lineOf(const Own &own) const;

    DeskLink &m_link;
    const ChatLog &m_log;
    const ChatThreadModel &m_threads;
    ChatPictures &m_pictures;
    ModelClock m_clock;
    QString m_thread;
    QString m_title;
    QString m_subtitle;
    bool m_incident = false;
    bool m_urgent = false;
    bool m_shown = false;
    QString m_person; ///< user id: whom Direct and Incident are about
    QList<ChatReply> m_replies;
    TypingWatch m_typing;
    QHash<QString, QString> m_readTold; ///< thread → message, asked of the desk
    QHash<QString, QString> m_acks;     ///< request → message, under way
    QList<Line> m_lines;
    QList<Own> m_own;
    QHash<QString, Own> m_uploading; ///< by thread: lines whose pictures are under way
    QHash<QString, QString> m_drafts;
};

} // namespace tocsin
