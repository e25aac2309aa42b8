// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Backend.h"

#include "app/AuditTrail.h"
#include "app/CommandExits.h"
#include "app/HardwareSettings.h"
#include "app/Notifications.h"
#include "app/ReadingRouter.h"
#include "app/ServerSide.h"
#include "app/Tls.h"
#include "app/TokenSetup.h"
#include "app/Worker.h"
#include "hal/AdapterHost.h"
#include "models/domain/LatestValues.h"
#include "server/desk/AccountService.h"
#include "server/desk/ContactService.h"
#include "server/desk/DemoShift.h"
#include "server/desk/Desk.h"
#include "server/desk/GeofenceSeeds.h"
#include "server/desk/RuleRecall.h"
#include "server/desk/RulesService.h"
#include "server/dialects/ClientWatch.h"
#include "server/dialects/NativeOutlet.h"
#include "server/net/ServerThread.h"
#include "server/store/Archive.h"
#include "server/store/AttachmentStore.h"
#include "server/store/BackupSchedule.h"
#include "server/store/DataDirectory.h"
#include "server/store/DiskGuard.h"
#include "server/store/LogStore.h"
#include "server/store/TelemetryHistory.h"

#include <QRandomGenerator>
#include <QSemaphore>

#include <optional>

namespace tocsin {

// Backend's insides, shared by its source files only.

/// In the order in which they come to life; the workers last, so that they end before anything they use.
struct Backend::Parts
{
    std::optional<DataDirectory> directory;
    TokenSetup tokens;
    net::TlsIdentity tls;
    DeskSnapshot initial;
    RequestHistory requests;
    std::shared_ptr<AccountsBoard> accountsBoard = std::make_shared<AccountsBoard>();
    LatestValues latest;
    std::optional<ReadingRouter> router;
    CommandExits exits;
    NativeOutlet nativeOutlet;
    std::unique_ptr<Notifications> notifications; ///< goes after whoever may still answer it
    std::unique_ptr<LogStore> log;
    std::unique_ptr<TelemetryHistory> history;
    std::unique_ptr<AttachmentStore> attachments;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<AccountService> accountService; ///< uses the accounts, and is used by what they are told last
    std::unique_ptr<ContactService> contacts;       ///< uses the accounts as well
    std::optional<Archive> archive;
    std::unique_ptr<AuditTrail> trail; ///< of the main thread; the desk answers it
    std::unique_ptr<Desk> desk;
    std::unique_ptr<RulesService> rules; ///< uses the desk and the archive
    std::unique_ptr<DemoShift> demo;
    std::unique_ptr<ServerSide> server;
    std::unique_ptr<AdapterHost> hardware;
    std::unique_ptr<BackupSchedule> backups;
    std::unique_ptr<DiskGuard> disk;
    QStringList listeners;

    std::optional<Worker> storeWorker;
    std::optional<Worker> historyWorker;
    std::optional<Worker> accountsWorker;
    std::optional<Worker> deskWorker;
    std::optional<Worker> rulesWorker;
    std::optional<Worker> serverWorker;
    std::optional<Worker> halWorker;
    std::optional<Worker> backupWorker;
    std::optional<Worker> diskWorker;
};

} // namespace tocsin
