// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"

#include <QAbstractListModel>
#include <QUrl>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Whom the shown person wants told, first things first, and whether they were (what the log has of "notify"). GUI thread; owned by
/// IncidentDesk. Links open in the operating system's programs; the same can be copied.
class ContactListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.contacts")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(bool loading READ loading NOTIFY countChanged FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY countChanged FINAL) ///< a sentence; empty: all went well
public:
    enum Role {
        NameRole = Qt::UserRole + 1,
        RelationRole,
        PhoneRole, ///< as it was written down; empty: none
        EmailRole,
        CallUrlRole, ///< tel:, sms: and mailto:; empty where there is nothing to open
        TextUrlRole,
        MailUrlRole,
        ToldTextRole, ///< "told 14:05:41", "not reached 14:05:42"; empty: not yet
        ReachedRole,  ///< the last try went through
    };
    Q_ENUM(Role)

    ContactListModel(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] bool loading() const { return m_query != 0; }
    [[nodiscard]] QString problem() const { return m_problem; }

    /// Another person; empty: nobody.
    void show(const QString &userId);
    void reload(); ///< the link was away
    /// What the log of the shown incident has.
    void setLog(const QList<Event> &events);

    /// Opens the program that the system has for it; false: it has none. Only tel:, sms: and mailto:.
    Q_INVOKABLE static bool open(const QUrl &url);
    Q_INVOKABLE static void copy(const QString &text);

Q_SIGNALS:
    void countChanged();

private:
    struct Row
    {
        EmergencyContact contact;
        QString told;
        bool reached = false;
    };
    void take(quint64 queryId, const ContactsAnswer &answer);
    void mark();

    DeskLink &m_link;
    ModelClock m_clock;
    QString m_userId;
    QList<Row> m_rows;
    QList<Event> m_notified; ///< of the log, ascending
    quint64 m_query = 0;
    QString m_problem;
};

} // namespace tocsin
