// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ChatLog.h"
#include "models/Clock.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <functional>

namespace tocsin {

/// The conversations: those of open incidents first, then the newest. GUI thread; owned by Console.
/// `unread` counts what the person wrote since the thread was last shown; after a start: since the desk last wrote.
class ChatThreadModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.threads")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(int totalUnread READ totalUnread NOTIFY totalUnreadChanged FINAL)
public:
    enum Role {
        ThreadRole = Qt::UserRole + 1, ///< "user/dana"
        UserIdRole,
        TitleRole, ///< "Dana R."
        LastTextRole,
        LastTimeRole,     ///< QDateTime, UTC
        LastTimeTextRole, ///< "14:06"
        UnreadRole,
        IsIncidentRole,
    };
    Q_ENUM(Role)
    /// Finds a person's name where no message gave one (the phone's record).
    using NameFn = std::function<QString(const QString &userId)>;

    ChatThreadModel(const ChatLog &log, ModelClock clock, NameFn nameOf, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] int totalUnread() const { return m_totalUnread; }

    void reset();
    void refresh(const QString &thread); ///< the log's thread changed
    void refreshAll();                   ///< names may have changed
    [[nodiscard]] QString titleOf(const QString &thread) const;
    Q_INVOKABLE int rowOf(const QString &thread) const; ///< −1: unknown
    Q_INVOKABLE QString threadAt(int row) const;        ///< empty outside

Q_SIGNALS:
    void countChanged();
    void totalUnreadChanged();

private:
    struct Row
    {
        QString thread;
        QString title;
        QString lastText;
        TimePoint lastAt;
        QString lastTimeText;
        int unread = 0;
        bool incident = false;
        bool operator==(const Row &) const = default;
    };
    [[nodiscard]] Row makeRow(const QString &thread) const;
    static bool before(const Row &a, const Row &b);
    void sumUnread();

    const ChatLog &m_log;
    ModelClock m_clock;
    NameFn m_nameOf;
    QList<Row> m_rows;
    int m_totalUnread = 0;
};

} // namespace tocsin
