// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AdapterListModel.h"
#include "models/DeskLink.h"
#include "models/DeviceListModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The server as the top bar shows it. GUI thread; owned by Console. Figures are "–" while there is no connection.
class ServerStatus : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.server")
    Q_PROPERTY(tocsin::ServerStatus::Connection connection READ connection NOTIFY connectionChanged FINAL)
    Q_PROPERTY(QString connectionText READ connectionText NOTIFY connectionChanged FINAL) ///< "open", "reconnecting"
    Q_PROPERTY(bool live READ live NOTIFY connectionChanged FINAL) ///< false: the picture is the last known, grey it
    Q_PROPERTY(QString lastLiveText READ lastLiveText NOTIFY connectionChanged FINAL) ///< "14:06:21", when live ended
    /// A sentence for the operator while the server is away: since when, why, what waits for it. Empty while live.
    Q_PROPERTY(QString awayText READ awayText NOTIFY connectionChanged FINAL)
    /// Something has come from the desk since the start: what is shown is a picture, however old.
    Q_PROPERTY(bool pictured READ pictured NOTIFY connectionChanged FINAL)
    /// For a panel that would be empty: that there is no connection, and what that means. Empty while live.
    Q_PROPERTY(QString absenceTitle READ absenceTitle NOTIFY connectionChanged FINAL)
    Q_PROPERTY(QString absenceText READ absenceText NOTIFY connectionChanged FINAL)
    Q_PROPERTY(QStringList addresses READ addresses NOTIFY statsChanged FINAL) ///< "127.0.0.1:8000"
    Q_PROPERTY(QString addressText READ addressText NOTIFY statsChanged FINAL) ///< joined; "not listening"
    Q_PROPERTY(int deviceCount READ deviceCount NOTIFY countsChanged FINAL)    ///< known, without phones
    Q_PROPERTY(int phoneCount READ phoneCount NOTIFY countsChanged FINAL)
    Q_PROPERTY(int connections READ connections NOTIFY statsChanged FINAL)
    Q_PROPERTY(int users READ users NOTIFY statsChanged FINAL)
    Q_PROPERTY(QString messagesPerSecondText READ messagesPerSecondText NOTIFY statsChanged FINAL) ///< "212"
    Q_PROPERTY(QString p95Text READ p95Text NOTIFY statsChanged FINAL)                             ///< "0.8 ms"
    /// "14 devices · 6 phones · 212 msg/s · p95 0.8 ms"
    Q_PROPERTY(QString summary READ summary NOTIFY summaryChanged FINAL)
    Q_PROPERTY(tocsin::AdapterListModel *adapters READ adapters CONSTANT FINAL)
public:
    enum Connection { Connecting, Open, Closing, Closed, Reconnecting, Failed };
    Q_ENUM(Connection)

    ServerStatus(const DeviceListModel &devices, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] Connection connection() const { return m_connection; }
    [[nodiscard]] QString connectionText() const;
    [[nodiscard]] bool live() const { return m_connection == Open; }
    [[nodiscard]] QString lastLiveText() const { return m_lastLive; }
    [[nodiscard]] QString awayText() const;
    [[nodiscard]] bool pictured() const { return live() || !m_lastLive.isEmpty(); }
    [[nodiscard]] QString absenceTitle() const;
    [[nodiscard]] QString absenceText() const;
    [[nodiscard]] QStringList addresses() const { return m_stats.listeners; }
    [[nodiscard]] QString addressText() const;
    [[nodiscard]] int deviceCount() const { return m_deviceCount; }
    [[nodiscard]] int phoneCount() const { return m_phoneCount; }
    [[nodiscard]] int connections() const { return m_stats.connections; }
    [[nodiscard]] int users() const { return m_stats.users; }
    [[nodiscard]] QString messagesPerSecondText() const;
    [[nodiscard]] QString p95Text() const;
    [[nodiscard]] QString summary() const;
    [[nodiscard]] AdapterListModel *adapters() const { return m_adapters; }

    void setConnection(DeskLink::State state, const QString &reason = {}, const QString &target = {});
    void setPending(int requests);
    void setStats(const ServerStats &stats);
    void countDevices();

Q_SIGNALS:
    void connectionChanged();
    void statsChanged();
    void countsChanged();
    void summaryChanged();

private:
    const DeviceListModel &m_devices;
    ModelClock m_clock;
    AdapterListModel *m_adapters;
    Connection m_connection = Connecting;
    QString m_lastLive;
    QString m_reason;
    QString m_target;
    int m_pending = 0;
    ServerStats m_stats;
    bool m_hasStats = false;
    int m_deviceCount = 0;
    int m_phoneCount = 0;
};

} // namespace tocsin
