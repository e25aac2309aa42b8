// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/domain/AlertKpis.h"
#include "models/domain/Desk.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// How the desk copes with its alerts, since this console knows it: a few figures in a strip. GUI thread; owned by AlertDesk.
class AlertKpiModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alertDesk")
    Q_PROPERTY(QString sinceText READ sinceText NOTIFY changed FINAL) ///< "since 14:02"
    Q_PROPERTY(
        QString sourcesText READ sourcesText NOTIFY changed FINAL) ///< "Unit 07 12 · Unit 04 9": the most frequent
public:
    enum Role {
        LabelRole = Qt::UserRole + 1, ///< "New per operator, 10 min"
        ValueRole,                    ///< "3.2"; "–" while it is not known
        DetailRole,                   ///< what it means, in a sentence
        BadRole,                      ///< beyond what one operator can cope with
    };
    Q_ENUM(Role)

    explicit AlertKpiModel(ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] QString sinceText() const;
    [[nodiscard]] QString sourcesText() const;

    void reset(const QList<Alert> &open, TimePoint now);
    void take(const AlertChange &change, TimePoint at) { m_kpis.take(change, at); }
    void refused() { m_kpis.refused(); }
    void setOperators(int operators, TimePoint now) { m_kpis.setOperators(operators, now); }
    void tick(TimePoint now);

    /// All figures by name, as they are exported: names in snake case, seconds and shares as numbers.
    [[nodiscard]] QList<QStringList> table(TimePoint now) const;

Q_SIGNALS:
    void changed();

private:
    struct Row
    {
        QString label;
        QString value;
        QString detail;
        bool bad = false;
        bool operator==(const Row &) const = default;
    };
    void renew(TimePoint now);

    ModelClock m_clock;
    AlertKpis m_kpis;
    AlertKpis::Figures m_figures;
    QList<Row> m_rows;
    bool m_known = false;
};

} // namespace tocsin
