// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace tocsin {

/// Everything durable that happened to one alert, and who was told of it, newest first: from the desk's archive page by page, and as it happens. GUI thread;
/// owned by AlertDetail.
class AlertLogModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("AlertDetail.log")
    Q_PROPERTY(int count READ count NOTIFY changed FINAL)
    Q_PROPERTY(bool loading READ loading NOTIFY changed FINAL)
    Q_PROPERTY(bool complete READ complete NOTIFY changed FINAL)  ///< nothing older is left
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL) ///< why a page did not come; a sentence
public:
    enum Role {
        TimeTextRole = Qt::UserRole + 1, ///< "14:06:21", with the date when it is another day
        WhoRole,                         ///< "you", "Dana", "the desk"
        VerbTextRole,                    ///< "acknowledged"
        ChangeTextRole,                  ///< "unacknowledged → acknowledged"; empty when the state stayed
        ReasonRole,
        CommentRole,
        LevelRole, ///< AlertListModel.Level as it was then; of a notification that failed: warning
    };
    Q_ENUM(Role)
    static constexpr int PageRows = 100;

    AlertLogModel(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : count(); }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_events.size()); }
    [[nodiscard]] bool loading() const { return m_asked.has_value(); }
    [[nodiscard]] bool complete() const { return m_complete; }
    [[nodiscard]] QString problem() const { return m_problem; }

    /// Another alert: forgets and asks; empty: none.
    void show(const QString &alertId);
    void take(const Event &event); ///< of any alert
    /// The next older page; after a page that did not come, the same again.
    Q_INVOKABLE void more();

Q_SIGNALS:
    void changed();

private:
    [[nodiscard]] bool isOfIt(const Event &event) const;
    void takePage(quint64 queryId, const AlertEventsResult &result);

    DeskLink &m_link;
    ModelClock m_clock;
    QString m_alertId;
    QList<Event> m_events; ///< newest first; bodies are AlertChange, or the AuditRecord of a notification
    std::optional<quint64> m_asked;
    qint64 m_before = 0;
    QString m_problem;
    bool m_complete = false;
};

} // namespace tocsin
