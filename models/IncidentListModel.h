// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"
#include "models/Clock.h"
#include "models/DeskLink.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Every incident: the open ones as they want somebody, then those that are closed, newest first. GUI thread; owned by IncidentDesk.
/// Beyond what the desk's snapshot holds (the newest 500 closed alerts) the archive is asked, page by page.
class IncidentListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.list")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(int openCount READ openCount NOTIFY countChanged FINAL)
    Q_PROPERTY(int waitingCount READ waitingCount NOTIFY countChanged FINAL) ///< nobody acknowledged them
    Q_PROPERTY(bool more READ more NOTIFY moreChanged FINAL)                 ///< the archive may have older ones
    Q_PROPERTY(bool loading READ loading NOTIFY moreChanged FINAL)           ///< it is asked just now
    Q_PROPERTY(QString problem READ problem NOTIFY moreChanged FINAL)
public:
    enum Role {
        AlertIdRole = Qt::UserRole + 1,
        NameRole,
        DetailTextRole, ///< "responding · you", "false alarm · 11:20"
        AgeTextRole,
        LevelRole, ///< AlertListModel.Level
        OpenRole,
        WaitsRole,
        SectionRole, ///< "Open", "Closed today", "Closed earlier"
        SimulatedRole,
        AlarmRole, ///< duress or contact lost: "duress", "no contact"; else empty
    };
    Q_ENUM(Role)
    static constexpr int PageSize = 100;

    IncidentListModel(DeskLink &link, const AlertListModel &alerts, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] int openCount() const { return m_open; }
    [[nodiscard]] int waitingCount() const { return m_waiting; }
    [[nodiscard]] bool more() const { return m_more; }
    [[nodiscard]] bool loading() const { return m_query != 0; }
    [[nodiscard]] QString problem() const { return m_problem; }

    Q_INVOKABLE void loadMore();
    Q_INVOKABLE int rowOf(const QString &alertId) const; ///< −1: not known
    Q_INVOKABLE QString alertIdAt(int row) const;        ///< empty outside
    /// An incident of the list, also an archived one; null: not known.
    [[nodiscard]] const Alert *find(const QString &alertId) const;

    void refresh(); ///< alerts or the time changed
    void reset();   ///< a snapshot came: what the archive told may be of another desk

Q_SIGNALS:
    void countChanged();
    void moreChanged();

private:
    struct Row
    {
        QString alertId, name, detail, age, section, alarm;
        int level = 0;
        bool open = false;
        bool waits = false;
        bool simulated = false;
        bool operator==(const Row &) const = default;
    };
    [[nodiscard]] Row rowFor(const Alert &alert, TimePoint now) const;
    [[nodiscard]] QString detailOf(const Alert &alert, TimePoint now) const;
    void takePage(quint64 queryId, const AlertsResult &result);

    DeskLink &m_link;
    const AlertListModel &m_alerts;
    ModelClock m_clock;
    QList<Row> m_rows;
    QHash<QString, Alert> m_archived;
    QString m_oldest; ///< id of the last one that the archive told
    quint64 m_query = 0;
    QString m_problem;
    int m_open = 0;
    int m_waiting = 0;
    bool m_more = true;
};

} // namespace tocsin
