// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ConnectionFilterModel.h"
#include "models/ConnectionListModel.h"
#include "models/DeskLink.h"
#include "models/FactListModel.h"
#include "models/FrameInspector.h"
#include "models/TestClientModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Who is connected to the server, one of them closer, and what may be done about it. GUI thread; owned by Console. The server tells it only
/// while `watching`.
class ConnectionDesk : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.connections")
    Q_PROPERTY(tocsin::ConnectionFilterModel *rows READ rows CONSTANT FINAL)
    Q_PROPERTY(tocsin::FactListModel *facts READ facts CONSTANT FINAL)   ///< of the selected one
    Q_PROPERTY(tocsin::FactListModel *closed READ closed CONSTANT FINAL) ///< the last that went, newest first
    Q_PROPERTY(tocsin::FrameInspector *inspector READ inspector CONSTANT FINAL)
    Q_PROPERTY(tocsin::TestClientModel *tester READ tester CONSTANT FINAL)
    Q_PROPERTY(bool watching READ watching WRITE setWatching NOTIFY watchingChanged FINAL)
    Q_PROPERTY(bool told READ told NOTIFY totalChanged FINAL)              ///< there is a list
    Q_PROPERTY(QString totalText READ totalText NOTIFY totalChanged FINAL) ///< "212", "5 000 of 20 000"
    Q_PROPERTY(QString selectedId READ selectedId NOTIFY selectedChanged FINAL)
    Q_PROPERTY(QString selectedTitle READ selectedTitle NOTIFY selectedChanged FINAL) ///< "anna, vehicle"
    Q_PROPERTY(bool selectedOpen READ selectedOpen NOTIFY selectedChanged FINAL)      ///< it is still connected
public:
    ConnectionDesk(DeskLink &link, FilePicker &files, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] ConnectionFilterModel *rows() { return &m_rows; }
    [[nodiscard]] FactListModel *facts() { return &m_facts; }
    [[nodiscard]] FactListModel *closed() { return &m_closed; }
    [[nodiscard]] FrameInspector *inspector() { return &m_inspector; }
    [[nodiscard]] TestClientModel *tester() { return &m_tester; }
    [[nodiscard]] bool watching() const { return m_watching; }
    void setWatching(bool watching);
    [[nodiscard]] bool told() const { return m_told; }
    [[nodiscard]] QString totalText() const;
    [[nodiscard]] QString selectedId() const { return m_selected; }
    [[nodiscard]] QString selectedTitle() const { return m_title; }
    [[nodiscard]] bool selectedOpen() const { return m_clients.rowOf(m_selected) >= 0; }

    Q_INVOKABLE void select(const QString &clientId);
    /// Asks the server; refused() says why not.
    Q_INVOKABLE void disconnectSelected(const QString &reason);
    void tick(); ///< ages

Q_SIGNALS:
    void watchingChanged();
    void totalChanged();
    void selectedChanged();
    void said(const QString &text);
    void refused(const QString &text);

private:
    void take(const ClientsUpdate &update);
    void takeReply(const QString &requestId, const Outcome &outcome);
    void showSelected();

    DeskLink &m_link;
    ModelClock m_clock;
    ConnectionListModel m_clients;
    ConnectionFilterModel m_rows;
    FactListModel m_facts;
    FactListModel m_closed;
    FrameInspector m_inspector;
    TestClientModel m_tester;
    QList<ClosedClient> m_gone; ///< newest first
    QString m_selected;
    QString m_title;
    QString m_asked; ///< the disconnect under way
    int m_total = 0;
    bool m_watching = false;
    bool m_told = false;
};

} // namespace tocsin
