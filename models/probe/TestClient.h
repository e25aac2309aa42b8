// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/Catalog.h"
#include "models/probe/ProbeTarget.h"
#include "models/probe/WireClient.h"

#include <QNetworkAccessManager>
#include <QObject>
#include <QTimer>

#include <functional>

namespace tocsin::probe {

/// A client that plays one dialect by hand: connects, says anything, runs the dialect's simulation, and logs what goes either way. One thread,
/// the one with an event loop that it is made on. Nothing is sent but what was asked for.
class TestClient : public QObject
{
    Q_OBJECT
public:
    enum class State { Closed, Connecting, Open };
    /// Sent, received, or a word about the connection.
    enum class Way { Out, In, Note };

    /// `nowMs`: milliseconds since 1970, for time stamps.
    explicit TestClient(std::function<qint64()> nowMs, QObject *parent = nullptr);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isSimulating() const { return m_simulating; }

    /// `path` may hold {id}. Gives up what is open.
    void open(const ProbeTarget &target, int dialect, const QString &path, const QString &id);
    void close();
    /// A template or any text; false: it is not connected.
    bool send(const QString &text);
    /// Begins the dialect's simulation, connecting first where that is needed; or ends it.
    void simulate(bool on);

Q_SIGNALS:
    void stateChanged();
    void simulatingChanged();
    void logged(tocsin::probe::TestClient::Way way, const QString &text);

private:
    void setState(State state);
    void nowOpen();
    void beginFrames();
    void raisePanic();
    void endSimulation();

    const std::function<qint64()> m_nowMs;
    WireClient m_socket;
    QNetworkAccessManager m_http;
    QTimer m_timer;
    ProbeTarget m_target;
    DialectEntry m_entry;
    QString m_path;
    QString m_id;
    State m_state = State::Closed;
    bool m_simulating = false;
    int m_sent = 0;
};

} // namespace tocsin::probe
