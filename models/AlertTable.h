// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"
#include "models/OrderedProxy.h"

#include <QJsonObject>
#include <QSet>

namespace tocsin {

/// The alerts as the Alerts page shows them: one tab, narrowed by the filter bar, sorted by a column; any number of rows may be marked
/// for one action. GUI thread; owned by AlertDesk. While `held` (the pointer is over the rows) no row moves.
class AlertTable : public tocsin::OrderedProxy // qualified for qmltyperegistrar
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alertDesk")
    Q_PROPERTY(tocsin::AlertTable::Tab tab READ tab WRITE setTab NOTIFY tabChanged FINAL)
    /// Looks in who, code, title, message, owner and id; every word must occur.
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY filterChanged FINAL)
    Q_PROPERTY(int level READ level WRITE setLevel NOTIFY filterChanged FINAL)        ///< AlertListModel.Level; −1: all
    Q_PROPERTY(int kind READ kind WRITE setKind NOTIFY filterChanged FINAL)           ///< AlertListModel.Kind; −1: all
    Q_PROPERTY(QString source READ source WRITE setSource NOTIFY filterChanged FINAL) ///< id; empty: all
    Q_PROPERTY(bool mine READ mine WRITE setMine NOTIFY filterChanged FINAL) ///< those that who sits here handles
    Q_PROPERTY(
        int simulated READ simulated WRITE setSimulated NOTIFY filterChanged FINAL) ///< −1: all, 0: real, 1: simulated
    Q_PROPERTY(bool filtered READ filtered NOTIFY filterChanged FINAL)              ///< something is narrowed
    Q_PROPERTY(tocsin::AlertTable::Column sortColumn READ sortColumn NOTIFY sortChanged FINAL)
    Q_PROPERTY(bool descending READ descending NOTIFY sortChanged FINAL)
    Q_PROPERTY(bool held READ held WRITE setHeld NOTIFY heldChanged FINAL)
    Q_PROPERTY(int marked READ marked NOTIFY markedChanged FINAL) ///< how many rows are
public:
    enum Tab { Active, Shelved, Suppressed, OutOfService, History };
    Q_ENUM(Tab)
    /// State: the queue's order, in the history the newest first.
    enum Column { State, Level, What, Who, Value, Age, Occurrences, Owner };
    Q_ENUM(Column)
    static constexpr int MarkedRole = Qt::UserRole + 1000;

    /// `past`: the closed ones, of the tab History.
    AlertTable(AlertListModel &alerts, AlertListModel &past, const DeskLink &link, QObject *parent = nullptr);

    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    [[nodiscard]] Tab tab() const { return m_tab; }
    void setTab(Tab tab);
    [[nodiscard]] QString text() const { return m_filter.text; }
    void setText(const QString &text);
    [[nodiscard]] int level() const { return m_filter.level; }
    void setLevel(int level);
    [[nodiscard]] int kind() const { return m_filter.kind; }
    void setKind(int kind);
    [[nodiscard]] QString source() const { return m_filter.source; }
    void setSource(const QString &source);
    [[nodiscard]] bool mine() const { return m_filter.mine; }
    void setMine(bool mine);
    [[nodiscard]] int simulated() const { return m_filter.simulated; }
    void setSimulated(int simulated);
    [[nodiscard]] bool filtered() const { return m_filter != Filter(); }
    Q_INVOKABLE void clearFilter();
    [[nodiscard]] Column sortColumn() const { return m_column; }
    [[nodiscard]] bool descending() const { return m_descending; }
    /// By another column, or the other way round.
    Q_INVOKABLE void sortBy(int column);
    [[nodiscard]] bool held() const { return m_held; }
    void setHeld(bool held);

    Q_INVOKABLE int rowOf(const QString &alertId) const; ///< −1: not shown
    Q_INVOKABLE QString alertIdAt(int row) const;        ///< empty outside
    [[nodiscard]] const Alert &at(int row) const { return m_list->at(sourceRow(row)); }

    [[nodiscard]] int marked() const { return int(m_marked.size()); }
    [[nodiscard]] QStringList markedIds() const; ///< in the order of the rows
    Q_INVOKABLE void toggleMark(const QString &alertId);
    /// From the row marked last to this one, in the order of the table.
    Q_INVOKABLE void markTo(const QString &alertId);
    Q_INVOKABLE void markAll();
    Q_INVOKABLE void clearMarks();

    /// Tab, filter and order, to be remembered.
    [[nodiscard]] QJsonObject remembered() const;
    void restore(const QJsonObject &remembered);

Q_SIGNALS:
    void tabChanged();
    void filterChanged();
    void sortChanged();
    void heldChanged();
    void markedChanged();

protected:
    [[nodiscard]] bool accepts(int sourceRow) const override;
    [[nodiscard]] bool before(int a, int b) const override;
    [[nodiscard]] bool isOrderRole(int role) const override;
    [[nodiscard]] bool frozen() const override { return m_held && count() > 0; } ///< where none is, none moves
    void sourceChanged() override;

private:
    struct Filter
    {
        QString text;
        int level = -1;
        int kind = -1;
        QString source;
        bool mine = false;
        int simulated = -1;
        bool operator==(const Filter &) const = default;
    };
    void narrow(const Filter &filter);
    [[nodiscard]] int compare(const Alert &a, const Alert &b) const;
    void mark(const QString &alertId, bool marked);
    void tellMarks(const QSet<QString> &changed);

    AlertListModel &m_alerts;
    AlertListModel &m_past;
    AlertListModel *m_list; ///< of the two, the one that is shown
    const DeskLink &m_link;
    Tab m_tab = Active;
    Filter m_filter;
    QStringList m_words;
    Column m_column = State;
    bool m_descending = false;
    bool m_held = false;
    QSet<QString> m_marked;
    QString m_anchor;
};

} // namespace tocsin
