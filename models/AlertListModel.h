// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertTally.h"
#include "models/Clock.h"
#include "models/DeskLink.h"

#include <QAbstractListModel>
#include <QHash>
#include <QSet>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// All open alerts and the newest closed ones (at most 1,000), oldest first. GUI thread; owned by Console.
/// acknowledge() only asks: the row is `pending` until the desk's event or refusal comes back.
class AlertListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alerts")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
public:
    /// From here on what looks at every alert does so less often: with each event it would cost a frame.
    static constexpr int Many = 2'000;
    enum Role {
        AlertIdRole = Qt::UserRole + 1,
        SourceRole,
        SourceNameRole, ///< "Unit 07", "Dana R."
        CodeRole,       ///< "HIGH_RPM"
        MessageRole,    ///< "4 180 rpm, limit 4 000"; the title when the alert has no message
        TitleRole,
        LevelRole,      ///< Level
        AlertStateRole, ///< State
        AcknowledgedRole,
        OccurrenceRole,
        ViolationsRole, ///< seen in this occurrence
        RaisedAtRole,   ///< QDateTime, UTC
        RaisedTextRole, ///< "14:05:39", operator's zone
        AgeTextRole,    ///< since raised, "00:42"; of a closed one: how long it was open
        DetailTextRole, ///< "unacknowledged · ×3"
        KindRole,       ///< Kind
        SimulatedRole,
        QualityRole, ///< Quality
        PendingRole, ///< an acknowledge is under way
        HasPositionRole,
        LatitudeRole,
        LongitudeRole,
        IsIncidentRole,
        UserIdRole,
        OpenRole,
        StateTextRole, ///< "unacknowledged"
        LevelTextRole, ///< "critical"
        ValueTextRole, ///< "11.8 V"; "–" without one
        LimitTextRole, ///< "limit 12.0 V"; empty without one
        OwnerTextRole, ///< "you", "Dana"; empty: nobody
        OwnRole,
        OfferedRole, ///< somebody offers it to who sits here
        ChatteringRole,
        SilencedRole,
        EscalationRole, ///< steps of the ladder that were run
        BusyTextRole,   ///< what was asked of the desk and is not answered: "acknowledging"; empty: nothing
    };
    Q_ENUM(Role)
    enum Level { NoLevel = -1, Info, Warning, Critical, Emergency };
    Q_ENUM(Level)
    enum State {
        Normal,
        Unacknowledged,
        Acknowledged,
        ReturnedUnacknowledged,
        Latched,
        Shelved,
        Suppressed,
        OutOfService
    };
    Q_ENUM(State)
    enum Kind { Condition, Event, Incident };
    Q_ENUM(Kind)
    enum Quality { Good, Stale };
    Q_ENUM(Quality)
    static constexpr int MaxClosed = 1000;

    AlertListModel(DeskLink &link, ModelClock clock, QObject *parent = nullptr, int maxClosed = MaxClosed);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    void reset(const QList<Alert> &alerts, TimePoint now);
    void apply(const Alert &alert, TimePoint now);
    /// Those of them that are not in the list, together: whoever shows it hears of them once. Returns their ids.
    QSet<QString> insertNew(const QList<const Alert *> &alerts, TimePoint now);
    void remove(const QString &alertId);
    void refreshAges(TimePoint now);
    /// What was asked of the desk about it and is not answered yet, in a word ("shelving"); empty: nothing any more.
    void setBusy(const QString &alertId, const QString &busyText);
    /// An acknowledge that an earlier console asked for.
    void adopt(const QString &requestId, const QString &alertId);
    /// True when the request was one of this model's.
    bool takeReply(const QString &requestId, const Outcome &outcome);

    /// Asks the desk to acknowledge what the row shows now. False: unknown, closed, already acknowledged or under way.
    Q_INVOKABLE bool acknowledge(const QString &alertId);
    Q_INVOKABLE int rowOf(const QString &alertId) const; ///< −1: unknown
    [[nodiscard]] const Alert &at(int row) const { return m_rows[row].alert; }
    [[nodiscard]] bool isPending(int row) const { return !m_rows[row].busyText.isEmpty(); }
    [[nodiscard]] const AlertTally &tally() const { return m_tally; }
    [[nodiscard]] const Alert *find(const QString &alertId) const;

Q_SIGNALS:
    void countChanged();
    /// The desk said no: a sentence for the operator.
    void refused(const QString &text);
    /// It said no because the alert came again or rose since it was seen.
    void superseded(const QString &alertId);

private:
    struct Row
    {
        Alert alert;
        QString ageText;
        QString detailText;
        QString busyText;
    };
    [[nodiscard]] static QString acknowledging();
    [[nodiscard]] static QString ageOf(const Alert &alert, TimePoint now);
    void refreshTexts(Row &row, TimePoint now) const;
    void trimClosed();
    void reindex(int from);

    DeskLink &m_link;
    ModelClock m_clock;
    QList<Row> m_rows;
    QHash<QString, int> m_index;
    QHash<QString, QString> m_requests; ///< request → alert
    AlertTally m_tally;
    const int m_maxClosed;
};

} // namespace tocsin
