// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Settings.h"
#include "app/TokenSetup.h"
#include "models/domain/AccountsPort.h"
#include "models/domain/AccountsSnapshot.h"
#include "models/domain/ChannelBands.h"
#include "models/domain/Connections.h"
#include "models/domain/ContactsPort.h"
#include "models/domain/InwardGauge.h"
#include "models/domain/LatestValues.h"
#include "models/domain/NotifyPort.h"
#include "models/domain/Ports.h"
#include "models/domain/RulesPort.h"
#include "models/domain/UserImportPort.h"
#include "server/dialects/DeskMirror.h"
#include "server/dialects/ServerFeed.h"
#include "server/dialects/StatusBoard.h"
#include "server/net/Server.h"

#include <QObject>

#include <functional>
#include <memory>

class QTimer;

namespace tocsin {

class ClientWatch;
class EmergencyDialect;
class HardwareDialect;
class NativeDialect;
class NativeOutlet;

/// What runs on the "server" thread: the listener with its dialects, the mirror of the desk that they read and the figures that
/// /health and the top bar show. Made anywhere; from build() on used and deleted on the server thread alone, except feed(), whose
/// take…() are for any thread.
class ServerSide : public QObject
{
    Q_OBJECT
public:
    struct Parts
    {
        const Settings &settings;
        const LatestValues &latest;
        ReadingSink &sink;
        DeskPort &desk;
        ArchivePort &archive;
        TokenSetup tokens;
        net::TlsIdentity tls;
        std::shared_ptr<const AccountsBoard> accounts;
        AccountsPort &accountsPort;
        ContactsPort &contacts;
        AttachmentPort &attachments;
        std::function<void(const QString &id, std::function<void(const std::optional<QStringList> &)>)>
            attachmentThreads;
        std::function<void(std::function<void(DeskSnapshot)>)> askSnapshot;
        std::function<QList<Metric>()> metrics; ///< of the other threads' parts
        std::function<ComponentStatus()> deskStatus;
        std::shared_ptr<const InwardGauge> inward; ///< what waits for the desk
        NativeOutlet &outlet;
        QList<ChannelBand> limits; ///< of the rules in force
        UserImportPort &userImport;
        RulesPort &rules;
        NotifyPort &notify;
        HearingPort *hearing;
        std::function<Audibility()> audibility;
    };

    explicit ServerSide(Parts parts);
    ~ServerSide() override;

    /// Makes everything but the listener; the mirror starts from `initial`.
    void build(const DeskSnapshot &initial);
    [[nodiscard]] net::Server::StartResult listen();
    /// stopped() follows.
    void stop();

    [[nodiscard]] ServerFeed &feed() { return *m_feed; }
    [[nodiscard]] ClientWatch &clients() { return *m_watch; }

    /// Why this posture may not be served on these addresses; empty when it may.
    [[nodiscard]] static QString postureProblem(const Settings &settings);

public Q_SLOTS:
    void setAdapters(const QList<tocsin::AdapterStatus> &adapters);
    void tellTyping(const tocsin::TypingNotice &notice); ///< of a console of this process
    void setLimits(const QList<tocsin::ChannelBand> &limits);
    void setResidents(const QList<tocsin::OnlinePerson> &people);
    void tellNotice(const tocsin::DesktopNotice &notice);

Q_SIGNALS:
    void stats(const tocsin::ServerStats &stats);
    void typed(const tocsin::TypingNotice &notice); ///< by a session
    void peopleChanged(const QList<tocsin::OnlinePerson> &people);
    void noticeReadersChanged(const QList<tocsin::OnlinePerson> &people); ///< with a console elsewhere
    void clientsChanged(const tocsin::ClientsUpdate &update);             ///< while a console of this process watches
    void framesSeen(const tocsin::FrameReport &report);
    void stopped();

private:
    [[nodiscard]] ServerStats transportStats() const;
    void sample();
    void renewCertificate();

    const Parts m_parts;
    QString m_fingerprint; ///< of the certificate in use
    QStringList m_listeners;
    std::unique_ptr<DeskMirror> m_mirror;
    std::unique_ptr<ServerFeed> m_feed;
    std::unique_ptr<StatusBoard> m_board;
    std::unique_ptr<ClientWatch> m_watch;  ///< of the server's clients; outlives their sessions
    std::unique_ptr<net::Server> m_server; ///< owns the dialects, which use the three above
    NativeDialect *m_native = nullptr;     ///< the server's, as the next two
    HardwareDialect *m_hardware = nullptr;
    EmergencyDialect *m_emergency = nullptr;
    std::unique_ptr<QTimer> m_sampler;
    std::unique_ptr<QTimer> m_renewal;
    std::function<int()> m_users;
};

} // namespace tocsin
