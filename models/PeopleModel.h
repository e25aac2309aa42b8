// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"
#include "models/Clock.h"
#include "models/Paced.h"
#include "models/domain/Account.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Who is on shift: staff with a console, who sits here first, then by name; and what each of them handles: the open alerts that they own and,
/// of those that nobody owns, that they have acknowledged. GUI thread; owned by Console. While there is no connection it is the last that was known.
class PeopleModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.people")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(QString summary READ summary NOTIFY summaryChanged FINAL) ///< "2 on shift: You, M. Ortiz"
public:
    enum Role {
        PersonIdRole = Qt::UserRole + 1,
        PersonNameRole,
        InitialsRole,    ///< "MO"; at most two letters
        RoleTextRole,    ///< "dispatcher"
        SinceTextRole,   ///< "14:02", with the date when it is another day
        HandlesTextRole, ///< "Dana R., Unit 11"; empty: nothing
        HandlesRole,     ///< how many
        YouRole,
    };
    Q_ENUM(Role)

    /// The alerts outlive it.
    PeopleModel(const AlertListModel &alerts, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] QString summary() const;

    /// Everybody with a connection; those who are no staff are left out.
    void assign(const QList<OnlinePerson> &people, const QString &selfId, const QString &selfName);
    /// Who handles which alert changed. In a hurry it may wait a moment.
    void refreshHandled(bool hurry = false);
    /// Who owns or acknowledged it, while it is open; empty: nobody.
    [[nodiscard]] static QString handlerOf(const Alert &alert);

Q_SIGNALS:
    void countChanged();
    void summaryChanged();

private:
    struct Row
    {
        OnlinePerson person;
        QString sinceText;
        QStringList handles;
        bool you = false;
        bool operator==(const Row &) const = default;
    };

    void gather();

    const AlertListModel &m_alerts;
    ModelClock m_clock;
    QList<Row> m_rows;
    Paced m_handledNews;
    QHash<QString, QStringList> m_handled; ///< by the name of who owns or acknowledged it
};

} // namespace tocsin
