// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertActions.h"
#include "models/AlertDetail.h"
#include "models/AlertHistory.h"
#include "models/AlertKpiModel.h"
#include "models/AlertQueueModel.h"
#include "models/AlertTable.h"
#include "models/FilePicker.h"
#include "models/Paced.h"
#include "models/domain/FloodWatch.h"

#include <QTimer>

namespace tocsin {

/// Everything about alerts beyond the queue: the table, one of them closer, what may be done, the history, the figures. GUI thread; owned by
/// Console, which hands it the desk's news after the lists have them.
class AlertDesk : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alertDesk")
    Q_PROPERTY(tocsin::AlertTable *table READ table CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertDetail *detail READ detail CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertActions *actions READ actions CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertHistory *history READ history CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertKpiModel *kpis READ kpis CONSTANT FINAL)
    /// What stands on the tabs, in the order of AlertTable.Tab: "Active 12".
    Q_PROPERTY(QStringList tabTexts READ tabTexts NOTIFY tabTextsChanged FINAL)
    /// The table is on the screen: keys mean its marked rows.
    Q_PROPERTY(bool shown READ shown WRITE setShown NOTIFY shownChanged FINAL)
public:
    AlertDesk(DeskLink &link, AlertListModel &alerts, AlertQueueModel &queue, FilePicker &files, ModelClock clock,
              QObject *parent = nullptr);

    [[nodiscard]] AlertTable *table() { return &m_table; }
    [[nodiscard]] AlertDetail *detail() { return &m_detail; }
    [[nodiscard]] AlertActions *actions() { return &m_actions; }
    [[nodiscard]] AlertHistory *history() { return &m_history; }
    [[nodiscard]] AlertKpiModel *kpis() { return &m_kpis; }
    [[nodiscard]] QStringList tabTexts() const { return m_tabTexts; }
    [[nodiscard]] bool shown() const { return m_shown; }
    void setShown(bool shown);

    /// The marked rows while the table is shown, else the selected alert.
    [[nodiscard]] QStringList targets() const;
    /// Shows this alert, open or closed long ago.
    Q_INVOKABLE void pick(const QString &alertId) { Q_EMIT picked(alertId); }
    /// From the shown alert's row by so many; stops at the ends. `mark`: marks up to there.
    Q_INVOKABLE void move(int rows, bool mark);
    /// Narrows the table to the source of this alert.
    Q_INVOKABLE void pickSource(const QString &alertId);
    Q_INVOKABLE void act(int verb);                           ///< AlertVerbs.Verb on targets()
    Q_INVOKABLE void actOn(int verb, const QString &alertId); ///< on one
    Q_INVOKABLE void acknowledgeAllVisible();                 ///< of the table or the queue; asks
    /// The same by KeyRegistry's name; false: none of this desk's.
    bool trigger(const QString &actionId);

    /// Asks where to, and writes what the table shows there, or the figures; by the name's end CSV or JSON. Noted in the audit.
    Q_INVOKABLE void exportTable();
    Q_INVOKABLE void exportKpis();
    /// Keeps tab, filter and order of the table in this file, from now on; what it holds is taken first.
    void rememberIn(const QString &file);

    // Of Console, in this order with the lists.
    void reset(const QList<Alert> &alerts, TimePoint now);
    void take(const Event &event, TimePoint now); ///< changes of alerts, and what the audit has of them
    void finish();                                ///< after a batch
    void select(const QString &alertId);
    void setPeople(const QList<OnlinePerson> &people);
    [[nodiscard]] bool takeReply(const QString &requestId, const Outcome &outcome);
    void tick(TimePoint now);

Q_SIGNALS:
    void tabTextsChanged();
    void shownChanged();
    void picked(const QString &alertId);
    void refused(const QString &text);
    void said(const QString &text);
    void failed(const QString &text);

private:
    void showDetail();
    void renewTabs();
    void remember();
    void exportAs(const QString &title, const QString &name, const QStringList &head, const QList<QStringList> &rows,
                  const QString &detail);

    DeskLink &m_link;
    AlertListModel &m_alerts;
    AlertQueueModel &m_queue;
    FilePicker &m_files;
    ModelClock m_clock;
    AlertHistory m_history;
    AlertTable m_table;
    AlertActions m_actions;
    AlertDetail m_detail;
    AlertKpiModel m_kpis;
    FloodWatch m_flood; ///< of this console
    QStringList m_tabTexts;
    Paced m_tabNews;
    QString m_selected;
    QString m_memory; ///< file
    QTimer m_remember;
    QSet<QString> m_notes; ///< requests for the audit
    bool m_shown = false;
};

} // namespace tocsin
