// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ConnectionListModel.h"
#include "models/OrderedProxy.h"

namespace tocsin {

/// The connections as the operator looks at them: sorted by one column, narrowed by words. GUI thread; owned by ConnectionDesk. While
/// `held` (the pointer is over the rows) no row moves.
class ConnectionFilterModel : public tocsin::OrderedProxy // qualified for qmltyperegistrar
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.connections")
    /// Looks in dialect, path, user, address and id; every word must occur.
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged FINAL)
    Q_PROPERTY(tocsin::ConnectionFilterModel::Column sortColumn READ sortColumn NOTIFY sortChanged FINAL)
    Q_PROPERTY(bool descending READ descending NOTIFY sortChanged FINAL)
    Q_PROPERTY(bool held READ held WRITE setHeld NOTIFY heldChanged FINAL)
public:
    enum Column { Dialect, User, Address, Age, Subscriptions, In, Out, RoundTrip, Quality };
    Q_ENUM(Column)

    explicit ConnectionFilterModel(ConnectionListModel &clients, QObject *parent = nullptr);

    [[nodiscard]] QString search() const { return m_search; }
    void setSearch(const QString &search);
    [[nodiscard]] Column sortColumn() const { return m_column; }
    [[nodiscard]] bool descending() const { return m_descending; }
    [[nodiscard]] bool held() const { return m_held; }
    void setHeld(bool held);

    /// By another column, or the other way round.
    Q_INVOKABLE void sortBy(tocsin::ConnectionFilterModel::Column column);
    Q_INVOKABLE int rowOf(const QString &clientId) const;
    Q_INVOKABLE QString clientIdAt(int row) const; ///< empty outside

Q_SIGNALS:
    void searchChanged();
    void sortChanged();
    void heldChanged();

protected:
    [[nodiscard]] bool accepts(int sourceRow) const override;
    [[nodiscard]] bool before(int a, int b) const override;
    [[nodiscard]] bool isOrderRole(int role) const override;
    [[nodiscard]] bool frozen() const override { return m_held; }

private:
    [[nodiscard]] int compare(int a, int b) const;

    ConnectionListModel &m_clients;
    QString m_search;
    QStringList m_words;
    Column m_column = Age;
    bool m_descending = false;
    bool m_held = false;
};

} // namespace tocsin
