// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/RulesSetup.h"
#include "app/Settings.h"
#include "hal/AdapterConfig.h"
#include "models/domain/ChannelBands.h"
#include "models/domain/Connections.h"
#include "models/domain/ContactsPort.h"
#include "models/domain/Desk.h"
#include "models/domain/NotifyPort.h"
#include "models/domain/Ports.h"
#include "models/domain/RulesPort.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <memory>

namespace tocsin {

class LatestValues;

/// Everything but the screen: store, desk, server and hardware, each on its thread, made, connected, started and stopped in
/// order. Main thread. The console connects to the signals; all are emitted on other threads.
class Backend : public QObject
{
    Q_OBJECT
public:
    struct Started
    {
        QString error;         ///< one sentence naming the cause; then nothing runs
        QStringList listeners; ///< "http://127.0.0.1:8000"
        QStringList notes;     ///< lines for people who start it: fingerprints
    };

    Backend(Settings settings, bool demo, QObject *parent = nullptr);
    ~Backend() override;

    [[nodiscard]] Started start();
    /// Stop listening, drain the sessions, stop hal, desk, store. At most three seconds.
    void stop();

    /// The limits of the alert rules in force, after start().
    [[nodiscard]] ChannelBands limits() const { return ChannelBands::fromRules(m_rules.rules); }
    /// What they may be about, after start().
    [[nodiscard]] QList<Geofence> fences() const { return m_rules.fences; }
    // After start(), for the console's link. Thread-safe.
    [[nodiscard]] DeskPort &desk();
    [[nodiscard]] ArchivePort &archive();
    [[nodiscard]] LatestValues &latest();
    [[nodiscard]] AttachmentPort &pictures();
    [[nodiscard]] ContactsPort &contacts();
    [[nodiscard]] RulesPort &rules();
    [[nodiscard]] NotifyPort &notify();
    [[nodiscard]] HearingPort &hearing();
    void askSnapshot(std::function<void(DeskSnapshot)> reply);
    /// Somebody sits down at a console of this process: on shift from now on.
    void seat(const OnlinePerson &person);
    /// Somebody at a console of this process writes; everybody else who may read the conversation is told.
    void tellTyping(const TypingNotice &notice);
    /// A console of this process watches the connections: clientsChanged().
    void watchClients(bool watches);
    /// Answered on the server thread.
    void orderClients(const Actor &by, const ClientOrder &order, const std::function<void(const Outcome &)> &answer);

Q_SIGNALS:
    void published(const QList<tocsin::Event> &events);
    void presenceChanged(const QList<tocsin::DevicePresence> &changes);
    void serverStats(const tocsin::ServerStats &stats);
    void peopleChanged(const QList<tocsin::OnlinePerson> &people); ///< on shift, each once
    void residentsChanged(const QList<tocsin::OnlinePerson> &people);
    void typingSeen(const tocsin::TypingNotice &notice); ///< by a session: for the consoles of this process
    void typingTold(const tocsin::TypingNotice &notice); ///< by a console of this process: for the sessions
    void adapterStatus(const QList<tocsin::AdapterStatus> &statuses);
    void clientsChanged(const tocsin::ClientsUpdate &update);
    void framesSeen(const tocsin::FrameReport &report);
    void limitsChanged(const QList<tocsin::ChannelBand> &limits); ///< on the main thread
    void desktopNotice(const tocsin::DesktopNotice &notice);      ///< for those it names, at consoles of this process

private:
    struct Parts;

    // The steps of start(), in order; each answers a sentence when it failed.
    [[nodiscard]] QString checkSettings();
    [[nodiscard]] QString startStore();
    [[nodiscard]] QString readRules();
    [[nodiscard]] QString makeDesk();
    [[nodiscard]] QString startNotify();
    [[nodiscard]] QString readCertificate();
    [[nodiscard]] QString makeServer();
    [[nodiscard]] QString startDesk();
    [[nodiscard]] QString startServer();
    [[nodiscard]] QString startHardware();
    [[nodiscard]] QString startDiskGuard();
    [[nodiscard]] QString startBackups();

    void housekeep();
    void takeRules(const QList<AlertRule> &rules, const QString &origin, const QByteArray &text);

    const Settings m_settings;
    const bool m_demo;
    QTimer m_housekeeping;
    RulesSetup m_rules;
    QList<OnlinePerson> m_residents; ///< at consoles of this process
    std::unique_ptr<Parts> m_parts;
};

} // namespace tocsin
