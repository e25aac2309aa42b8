// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/FrameListModel.h"
#include "models/probe/TestClient.h"

#include <QObject>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// A client of any dialect, worked by hand. GUI thread; owned by ConnectionDesk. What it does is done by a connection of its own, as anybody
/// else's would.
class TestClientModel : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.connections")
    Q_PROPERTY(tocsin::FrameListModel *frames READ frames CONSTANT FINAL)
    Q_PROPERTY(QStringList dialects READ dialects CONSTANT FINAL)
    Q_PROPERTY(int dialect READ dialect WRITE setDialect NOTIFY dialectChanged FINAL)
    Q_PROPERTY(QStringList paths READ paths NOTIFY dialectChanged FINAL)
    Q_PROPERTY(QStringList messages READ messages NOTIFY dialectChanged FINAL) ///< names of templates
    Q_PROPERTY(QString simulation READ simulation NOTIFY dialectChanged FINAL) ///< what it is
    Q_PROPERTY(QString address READ address WRITE setAddress NOTIFY addressChanged FINAL)
    Q_PROPERTY(bool connected READ connected NOTIFY stateChanged FINAL)
    Q_PROPERTY(bool busy READ busy NOTIFY stateChanged FINAL) ///< connected, or about to be
    Q_PROPERTY(QString stateText READ stateText NOTIFY stateChanged FINAL)
    Q_PROPERTY(bool simulating READ simulating NOTIFY simulatingChanged FINAL)
public:
    explicit TestClientModel(ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] FrameListModel *frames() { return &m_frames; }
    [[nodiscard]] static QStringList dialects();
    [[nodiscard]] int dialect() const { return m_dialect; }
    void setDialect(int dialect);
    [[nodiscard]] QStringList paths() const;
    [[nodiscard]] QStringList messages() const;
    [[nodiscard]] QString simulation() const;
    [[nodiscard]] QString address() const { return m_address; }
    void setAddress(const QString &address);
    [[nodiscard]] bool connected() const { return m_client.state() == probe::TestClient::State::Open; }
    [[nodiscard]] bool busy() const { return m_client.state() != probe::TestClient::State::Closed; }
    [[nodiscard]] QString stateText() const;
    [[nodiscard]] bool simulating() const { return m_client.isSimulating(); }

    /// `insecure`: any certificate will do.
    Q_INVOKABLE void open(const QString &path, const QString &id, const QString &token, bool insecure);
    Q_INVOKABLE void close() { m_client.close(); }
    [[nodiscard]] Q_INVOKABLE QString templateAt(int message) const;
    Q_INVOKABLE bool send(const QString &text);
    Q_INVOKABLE void simulate(bool on) { m_client.simulate(on); }

Q_SIGNALS:
    void dialectChanged();
    void addressChanged();
    void stateChanged();
    void simulatingChanged();

private:
    void log(FrameLine::Way way, const QString &text);

    ModelClock m_clock;
    FrameListModel m_frames;
    probe::TestClient m_client;
    QString m_address;
    int m_dialect = 1;
};

} // namespace tocsin
