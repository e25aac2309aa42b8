// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"
#include "models/IncidentLogText.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// What happened in the shown incident, oldest first: all of it from the archive, then what comes. GUI thread; owned by IncidentDesk.
/// Append-only: nothing in it is ever changed or taken away while the same incident is shown.
class IncidentLogModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.log")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(bool loading READ loading NOTIFY loadingChanged FINAL)    ///< the archive has not told all of it yet
    Q_PROPERTY(QString problem READ problem NOTIFY loadingChanged FINAL) ///< a sentence; empty: all went well
public:
    enum Role { TitleRole = Qt::UserRole + 1, DetailRole, ToneRole };
    Q_ENUM(Role)
    enum Tone { Plain, Deed, Warning, Emergency }; ///< IncidentLogEntry::Tone
    Q_ENUM(Tone)
    static constexpr int MaxEntries = 5000; ///< of one incident; what is older stays in the archive

    IncidentLogModel(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_entries.size()); }
    [[nodiscard]] bool loading() const { return m_query != 0; }
    [[nodiscard]] QString problem() const { return m_problem; }

    /// Starts with another one; empty: none.
    void show(const QString &alertId);
    /// The link was away, or nobody can say what it missed.
    void reload();
    void take(const Event &event);

    [[nodiscard]] const QList<IncidentLogEntry> &entries() const { return m_entries; }
    /// All that it is made of, ascending; for whoever looks for more than the words.
    [[nodiscard]] const QList<Event> &events() const { return m_events; }

Q_SIGNALS:
    void countChanged();
    void loadingChanged();
    void changed(); ///< more events are known

private:
    void ask(qint64 after);
    void takePage(quint64 queryId, const AlertLogResult &result);
    void insert(const Event &event);

    DeskLink &m_link;
    ModelClock m_clock;
    QString m_alertId;
    QList<Event> m_events;             ///< ascending by seq
    QList<IncidentLogEntry> m_entries; ///< likewise
    quint64 m_query = 0;               ///< under way
    QString m_problem;
};

} // namespace tocsin
