// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/domain/Connections.h"

#include <QAbstractListModel>
#include <QHash>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The server's connections as they are told. GUI thread; owned by ConnectionDesk. Texts are made when they are asked for;
/// at most ClientsUpdate::mostClients rows.
class ConnectionListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.connections")
public:
    enum Role {
        ClientIdRole = Qt::UserRole + 1,
        DialectRole,     ///< "Vehicle"
        PathRole,        ///< "/ws/telemetry/van-1"
        UserTextRole,    ///< name, or id; "–" of nobody
        AddressRole,     ///< "10.0.0.7"
        AgeTextRole,     ///< "4 min"
        SubscribedRole,  ///< how many
        InTextRole,      ///< "12.5/s"
        OutTextRole,     ///< "0/s"
        RoundTripRole,   ///< "3.2 ms"
        QualityRole,     ///< Quality
        QualityTextRole, ///< "good", "falls behind"
    };
    Q_ENUM(Role)
    /// Unknown: nothing was measured yet. Behind: frames wait, or telemetry was conflated since it was looked at before. Losing: frames of
    /// raw streams were lost since.
    enum Quality { Unknown, Good, Slow, Behind, Losing };
    Q_ENUM(Quality)

    explicit ConnectionListModel(ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] const ClientInfo &at(int row) const { return m_rows[row].info; }
    [[nodiscard]] Quality qualityAt(int row) const { return m_rows[row].quality; }
    [[nodiscard]] int rowOf(const QString &clientId) const { return m_where.value(clientId, -1); }

    void apply(const ClientsUpdate &update);
    void clear();
    void refreshAges();

    static QString dialectText(const QString &dialect); ///< as people call it
    static QString userText(const ClientInfo &client);
    static QString qualityText(Quality quality);

private:
    struct Row
    {
        ClientInfo info;
        Quality quality = Unknown;
    };
    [[nodiscard]] static Quality judge(const ClientInfo &now, const ClientInfo *before);
    void put(const ClientInfo &client);
    void remove(const QString &id);

    ModelClock m_clock;
    QList<Row> m_rows;
    QHash<QString, int> m_where;
};

} // namespace tocsin
