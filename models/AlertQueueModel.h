// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"
#include "models/OrderedProxy.h"
#include "models/Paced.h"

namespace tocsin {

/// The open alerts that nobody set aside, in the order in which they want a dispatcher. GUI thread; owned by Console.
///
/// Order: unacknowledged before acknowledged; highest level first; within a level what is still bad before what has
/// returned, then the longest waiting first, so that nothing starves and a new row joins below those of its level.
/// A row that the operator is about to press never moves: while `held` the rows stay, also those that closed
/// meanwhile (they show it), and new ones are counted in `heldBack` until the hold ends.
class AlertQueueModel : public tocsin::OrderedProxy // qualified for qmltyperegistrar
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.queue")
    /// Set while the pointer or the keyboard's cursor is inside.
    Q_PROPERTY(bool held READ held WRITE setHeld NOTIFY heldChanged FINAL)
    Q_PROPERTY(int heldBack READ heldBack NOTIFY countsChanged FINAL)           ///< rows that wait for the hold's end
    Q_PROPERTY(int heldBackLevel READ heldBackLevel NOTIFY countsChanged FINAL) ///< the worst of them; −1 none
    Q_PROPERTY(int unackEmergency READ unackEmergency NOTIFY countsChanged FINAL)
    Q_PROPERTY(int unackCritical READ unackCritical NOTIFY countsChanged FINAL)
    Q_PROPERTY(int unackWarning READ unackWarning NOTIFY countsChanged FINAL)
    Q_PROPERTY(int unackInfo READ unackInfo NOTIFY countsChanged FINAL)
    Q_PROPERTY(int waiting READ waiting NOTIFY countsChanged FINAL) ///< unacknowledged, all levels
    Q_PROPERTY(int acknowledged READ acknowledged NOTIFY countsChanged FINAL)
    Q_PROPERTY(int setAside READ setAside NOTIFY countsChanged
                   FINAL) ///< shelved, suppressed, out of service: not in the queue
    /// Age of the longest waiting, "01:15"; empty when nothing waits.
    Q_PROPERTY(QString oldestWaitingText READ oldestWaitingText NOTIFY oldestWaitingChanged FINAL)
    Q_PROPERTY(QString oldestWaitingId READ oldestWaitingId NOTIFY oldestWaitingChanged FINAL)
    /// Shows one AlertListModel.Level only (−1: all). Unacknowledged emergencies pass every filter.
    /// More comes than one operator can cope with: information and warnings that wait are collapsed into one row, unless `expanded`.
    Q_PROPERTY(bool flood READ flood NOTIFY floodChanged FINAL)
    Q_PROPERTY(bool expanded READ expanded WRITE setExpanded NOTIFY floodChanged FINAL)
    Q_PROPERTY(int collapsed READ collapsed NOTIFY countsChanged FINAL) ///< how many are not shown because of it
    Q_PROPERTY(int levelFilter READ levelFilter WRITE setLevelFilter NOTIFY levelFilterChanged FINAL)
public:
    explicit AlertQueueModel(AlertListModel &alerts, QObject *parent = nullptr);

    [[nodiscard]] bool held() const { return m_held; }
    void setHeld(bool held);
    [[nodiscard]] int heldBack() const { return m_counts.heldBack; }
    [[nodiscard]] int heldBackLevel() const { return m_counts.heldBackLevel; }
    [[nodiscard]] int unackEmergency() const { return m_counts.unack[AlertListModel::Emergency]; }
    [[nodiscard]] int unackCritical() const { return m_counts.unack[AlertListModel::Critical]; }
    [[nodiscard]] int unackWarning() const { return m_counts.unack[AlertListModel::Warning]; }
    [[nodiscard]] int unackInfo() const { return m_counts.unack[AlertListModel::Info]; }
    [[nodiscard]] int waiting() const;
    [[nodiscard]] int acknowledged() const { return m_counts.acknowledged; }
    [[nodiscard]] int setAside() const { return m_counts.setAside; }
    [[nodiscard]] QString oldestWaitingText() const { return m_oldestText; }
    [[nodiscard]] QString oldestWaitingId() const { return m_oldestId; }
    [[nodiscard]] bool flood() const { return m_flood; }
    void setFlood(bool flood);
    [[nodiscard]] bool expanded() const { return m_expanded; }
    void setExpanded(bool expanded);
    [[nodiscard]] int collapsed() const { return m_counts.collapsed; }
    [[nodiscard]] int levelFilter() const { return m_levelFilter; }
    void setLevelFilter(int level);
    /// What a click on a top-bar count does: filter, and again: all.
    Q_INVOKABLE void toggleLevelFilter(int level);
    /// Shows what was held back without ending the hold (a click on the "3 new" bar).
    Q_INVOKABLE void showHeldBack();
    Q_INVOKABLE int rowOf(const QString &alertId) const; ///< −1: not shown
    Q_INVOKABLE QString alertIdAt(int row) const;        ///< empty outside

    void refreshAges(TimePoint now);

Q_SIGNALS:
    void heldChanged();
    void countsChanged();
    void oldestWaitingChanged();
    void levelFilterChanged();
    void floodChanged();

protected:
    [[nodiscard]] bool accepts(int sourceRow) const override;
    [[nodiscard]] bool before(int a, int b) const override;
    [[nodiscard]] bool isOrderRole(int role) const override;
    [[nodiscard]] bool frozen() const override { return m_held && !m_thawing; }
    void sourceChanged() override;

private:
    struct Counts
    {
        int unack[4] = {};
        int acknowledged = 0;
        int heldBack = 0;
        int heldBackLevel = -1;
        int collapsed = 0;
        int setAside = 0;
        bool operator==(const Counts &) const = default;
    };
    [[nodiscard]] bool collapses() const { return m_flood && !m_expanded && m_levelFilter < 0; }

    AlertListModel &m_alerts;
    Counts m_counts;
    Paced m_countsNews;
    bool m_held = false;
    bool m_thawing = false;
    bool m_flood = false;
    bool m_expanded = false;
    int m_levelFilter = -1;
    TimePoint m_now;
    QString m_oldestId;
    QString m_oldestText;
};

} // namespace tocsin
