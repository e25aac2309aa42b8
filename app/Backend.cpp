// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/BackendParts.h"
#include "app/DeskMetrics.h"

#include <QLoggingCategory>
#include <QRandomGenerator>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcApp, "tocsin.app", QtInfoMsg)

// The whole program is to end within three seconds; these two waits are the only long ones.
constexpr auto sessionsDrainWithin = 1700ms;
constexpr auto deskFinishesWithin = 900ms;
} // namespace

Backend::Backend(Settings settings, bool demo, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_demo(demo)
{
    connect(&m_housekeeping, &QTimer::timeout, this, &Backend::housekeep);
}

Backend::~Backend()
{
    stop();
}

DeskPort &Backend::desk()
{
    return *m_parts->desk;
}
ArchivePort &Backend::archive()
{
    return *m_parts->archive;
}
LatestValues &Backend::latest()
{
    return m_parts->latest;
}
AttachmentPort &Backend::pictures()
{
    return *m_parts->attachments;
}
ContactsPort &Backend::contacts()
{
    return *m_parts->contacts;
}

RulesPort &Backend::rules()
{
    return *m_parts->rules;
}

NotifyPort &Backend::notify()
{
    return m_parts->notifications->notifier();
}

HearingPort &Backend::hearing()
{
    return m_parts->desk->hearing();
}
void Backend::askSnapshot(std::function<void(DeskSnapshot)> reply)
{
    m_parts->desk->snapshot(std::move(reply));
}

void Backend::tellTyping(const TypingNotice &notice)
{
    Q_EMIT typingTold(notice);
}

void Backend::watchClients(bool watches)
{
    ServerSide *const server = m_parts->server.get();
    QMetaObject::invokeMethod(
        server, [server, watches] { server->clients().watchHere(watches); }, Qt::QueuedConnection);
}

void Backend::orderClients(const Actor &by, const ClientOrder &order,
                           const std::function<void(const Outcome &)> &answer)
{
    ServerSide *const server = m_parts->server.get();
    QMetaObject::invokeMethod(
        server, [server, by, order, answer] { server->clients().carryOut(by, order, answer); }, Qt::QueuedConnection);
}

void Backend::seat(const OnlinePerson &person)
{
    m_residents.append(person);
    Q_EMIT residentsChanged(m_residents);
}

Backend::Started Backend::start()
{
    m_parts = std::make_unique<Parts>();
    Started started;
    for (const auto &step :
         {&Backend::checkSettings, &Backend::startStore, &Backend::readRules, &Backend::makeDesk, &Backend::startNotify,
          &Backend::readCertificate, &Backend::makeServer, &Backend::startDesk, &Backend::startServer,
          &Backend::startHardware, &Backend::startDiskGuard, &Backend::startBackups}) {
        started.error = (this->*step)();
        if (!started.error.isEmpty()) {
            stop();
            return started;
        }
    }
    started.listeners = m_parts->listeners;
    started.notes = fingerprintLines(m_parts->tls);
    return started;
}

QString Backend::checkSettings()
{
    if (QString problem = ServerSide::postureProblem(m_settings); !problem.isEmpty())
        return problem;
    const HardwareSettings hardware = HardwareSettings::read(m_settings);
    const QStringList problems =
        hardware.errors + (hardware.errors.isEmpty() ? checkAdapters(hardware.adapters) : QStringList());
    return problems.join(QLatin1Char('\n'));
}

QString Backend::startStore()
{
    Parts &p = *m_parts;
    p.directory.emplace(m_settings.dataDir);
    if (const QString error = p.directory->lock(); !error.isEmpty())
        return QStringLiteral("--data: ") + error;
    const DataDirectory::Key key = p.directory->tokenKey();
    if (!key.error.isEmpty())
        return key.error;
    p.tokens = TokenSetup::read(m_settings, key.bytes);
    if (!p.tokens.error.isEmpty())
        return p.tokens.error;

    p.storeWorker.emplace(QStringLiteral("store"));
    const DataDirectory::Key headKey = p.directory->headKey();
    if (!headKey.error.isEmpty())
        return headKey.error;
    LogStore::Options log;
    log.path = p.directory->deskFile();
    log.headKey = HeadKey(headKey.bytes);
    log.headCopies = m_settings.headCopyDir();
    p.log = std::make_unique<LogStore>(std::move(log));
    p.log->moveToThread(p.storeWorker->thread());
    QString error;
    p.storeWorker->run([&] {
        error = p.log->start();
        if (!error.isEmpty())
            return;
        DeskFile::Loaded loaded = p.log->load();
        error = loaded.error;
        p.initial = std::move(loaded.snapshot);
        p.requests = std::move(loaded.requests);
    });
    if (!error.isEmpty())
        return error;

    p.historyWorker.emplace(QStringLiteral("history"));
    TelemetryHistory::Options options;
    options.path = p.directory->historyFile();
    options.retention = std::chrono::hours{24} * m_settings.historyDays;
    p.history = std::make_unique<TelemetryHistory>(std::move(options));
    p.history->moveToThread(p.historyWorker->thread());
    p.attachments =
        std::make_unique<AttachmentStore>(AttachmentStore::Options{.directory = p.directory->attachmentsDirectory()});
    p.attachments->moveToThread(p.historyWorker->thread());
    p.historyWorker->run([&] {
        error = p.history->start();
        if (error.isEmpty())
            error = p.attachments->start();
    });
    if (!error.isEmpty())
        return error;
    p.archive.emplace(*p.log, *p.history);

    // A login must not wait behind a batch of telemetry.
    p.accountsWorker.emplace(QStringLiteral("accounts"));
    p.accounts = std::make_unique<Accounts>(p.directory->accountsFile(), p.accountsBoard);
    AccountService::Options service;
    service.lifetimes.access = std::chrono::minutes{m_settings.accessMinutes};
    service.lifetimes.refresh = std::chrono::hours{24} * m_settings.refreshDays;
    service.audit = [&p](const Actor &actor, const AuditRecord &record) {
        // The desk is there before anybody can log in, and goes after the service has stopped.
        p.desk->submit({{}, actor, NoteAudit{record}}, [action = record.action](const Outcome &outcome) {
            if (!outcome.ok)
                qCWarning(lcApp).noquote() << "not in the audit log:" << action << outcome.message;
        });
    };
    p.accountService = std::make_unique<AccountService>(*p.accounts, service);
    p.contacts = std::make_unique<ContactService>(*p.accounts);
    p.accounts->moveToThread(p.accountsWorker->thread());
    p.accountsWorker->run([&] { error = p.accounts->start(); });
    return error;
}

QString Backend::readRules()
{
    m_rules = RulesSetup::read(m_settings.rulesFile, m_parts->directory->file(QStringLiteral("rules.json")),
                               m_settings.fencesFile);
    return m_rules.error;
}

QString Backend::makeDesk()
{
    Parts &p = *m_parts;
    DeskSettings settings;
    settings.fences = m_rules.fences;
    settings.alerts.care.contactLost = std::chrono::seconds{m_settings.contactLostSeconds};
    settings.alerts.care.welfareEvery = std::chrono::seconds{m_settings.welfareSeconds};
    settings.alerts.deviceStale = settings.devices.stale = std::chrono::seconds{m_settings.staleSeconds};
    settings.alerts.deviceOffline = settings.devices.offline = std::chrono::seconds{m_settings.offlineSeconds};
    settings.commands.expiry = std::chrono::seconds{m_settings.commandExpirySeconds};
    settings.hearing.rule = hearingRuleFromString(m_settings.hearingRule).value_or(HearingRule::Expected);
    settings.outlet = &p.exits;
    settings.stopGrace = deskFinishesWithin;
    settings.recall = recallReadings(m_rules.rules, p.initial, *p.archive);
    p.deskWorker.emplace(QStringLiteral("desk"));
    p.desk = std::make_unique<Desk>(settings, m_rules.rules, *p.log, *p.history, p.initial, p.requests);
    connect(p.desk.get(), &Desk::published, this, &Backend::published, Qt::DirectConnection);
    connect(p.desk.get(), &Desk::presenceChanged, this, &Backend::presenceChanged, Qt::DirectConnection);
    p.desk->moveToThread(p.deskWorker->thread());

    p.rulesWorker.emplace(QStringLiteral("rules"));
    p.rules = std::make_unique<RulesService>(
        RulesService::Options{m_rules.file, m_rules.text, m_rules.origin, m_rules.fences},
        [&desk = *p.desk](const auto &rules, const Actor &by, const AuditRecord &record, DeskPort::Reply reply) {
            desk.setRules(rules, by, record, std::move(reply));
        },
        *p.archive);
    connect(p.rules.get(), &RulesService::changed, this, &Backend::takeRules, Qt::QueuedConnection);
    p.rules->moveToThread(p.rulesWorker->thread());
    return {};
}

/// Other rules are in force.
void Backend::takeRules(const QList<AlertRule> &rules, const QString &origin, const QByteArray &text)
{
    m_rules.rules = rules;
    m_rules.origin = origin;
    m_rules.text = text;
    if (!m_parts)
        return;
    if (m_parts->trail)
        m_parts->trail->know(QStringLiteral("rules"), m_rules.inForce());
    const QList<ChannelBand> bands = limits().all();
    if (ServerSide *const server = m_parts->server.get())
        QMetaObject::invokeMethod(server, [server, bands] { server->setLimits(bands); }, Qt::QueuedConnection);
    Q_EMIT limitsChanged(bands);
}

QString Backend::startNotify()
{
    Parts &p = *m_parts;
    QString error;
    NotifyConfig config = Notifications::read(m_settings, &error);
    if (!error.isEmpty())
        return error;
    p.notifications = std::make_unique<Notifications>(
        Notifications::Parts{std::move(config), p.directory->file(QStringLiteral("notify.db")), *p.desk, *p.archive,
                             *p.contacts, p.accountsBoard});
    connect(&p.notifications->notifier(), &Notifier::desktopNotice, this, &Backend::desktopNotice,
            Qt::DirectConnection);
    connect(this, &Backend::residentsChanged, &p.notifications->notifier(), &Notifier::setPeople, Qt::DirectConnection);
    return p.notifications->start(p.initial);
}

QString Backend::readCertificate()
{
    m_parts->tls = tlsIdentity(m_settings, systemNow());
    for (const QString &warning : std::as_const(m_parts->tls.warnings))
        qCWarning(lcApp).noquote() << warning;
    return m_parts->tls.error;
}

QString Backend::makeServer()
{
    Parts &p = *m_parts;
    p.router.emplace(p.latest);
    p.serverWorker.emplace(QStringLiteral("server"), net::setServerEventDispatcher);
    Desk &desk = *p.desk;
    const auto metrics = [&desk, &log = *p.log, &history = *p.history, &notifications = *p.notifications] {
        return notifications.metrics() + deskMetrics(desk, log, history);
    };
    const auto deskStatus = [&desk] {
        ComponentStatus status;
        if (desk.stats().storageFailing)
            status = {ComponentStatus::Level::Unhealthy, QStringLiteral("The desk's log cannot be written")};
        return status;
    };
    p.server = std::make_unique<ServerSide>(
        ServerSide::Parts{m_settings,
                          p.latest,
                          *p.router,
                          desk,
                          *p.archive,
                          p.tokens,
                          p.tls,
                          p.accountsBoard,
                          *p.accountService,
                          *p.contacts,
                          *p.attachments,
                          [&log = *p.log](const QString &id, const auto &reply) { log.attachmentThreads(id, reply); },
                          [&desk](std::function<void(DeskSnapshot)> reply) { desk.snapshot(std::move(reply)); },
                          metrics,
                          deskStatus,
                          desk.inward(),
                          p.nativeOutlet,
                          limits().all(),
                          *p.accountService,
                          *p.rules,
                          p.notifications->notifier(),
                          &desk.hearing(),
                          [&desk] { return desk.audibility(); }});
    p.exits.add(p.nativeOutlet);
    p.server->moveToThread(p.serverWorker->thread());
    p.serverWorker->run([&p] { p.server->build(p.initial); });
    connect(p.server.get(), &ServerSide::stats, this, &Backend::serverStats, Qt::DirectConnection);
    connect(p.server.get(), &ServerSide::clientsChanged, this, &Backend::clientsChanged, Qt::DirectConnection);
    connect(p.server.get(), &ServerSide::framesSeen, this, &Backend::framesSeen, Qt::DirectConnection);
    connect(p.server.get(), &ServerSide::typed, this, &Backend::typingSeen, Qt::DirectConnection);
    connect(p.server.get(), &ServerSide::peopleChanged, this, &Backend::peopleChanged, Qt::DirectConnection);
    connect(this, &Backend::residentsChanged, p.server.get(), &ServerSide::setResidents, Qt::QueuedConnection);
    Notifier &notifier = p.notifications->notifier();
    connect(&notifier, &Notifier::desktopNotice, p.server.get(), &ServerSide::tellNotice, Qt::QueuedConnection);
    connect(p.server.get(), &ServerSide::noticeReadersChanged, &notifier, &Notifier::setPeopleElsewhere,
            Qt::DirectConnection);
    connect(this, &Backend::typingTold, p.server.get(), &ServerSide::tellTyping, Qt::QueuedConnection);

    ServerFeed &feed = p.server->feed();
    connect(&desk, &Desk::published, &feed, &ServerFeed::takeEvents, Qt::DirectConnection);
    connect(&desk, &Desk::presenceChanged, &feed, &ServerFeed::takePresence, Qt::DirectConnection);
    p.router->addReceiver([&desk](const QList<Reading> &readings) { desk.take(readings); });
    p.router->addReceiver([&feed](const QList<Reading> &readings) { feed.takeReadings(readings); });
    return {};
}

QString Backend::startDesk()
{
    Parts &p = *m_parts;
    if (m_demo) {
        p.demo = std::make_unique<DemoShift>(*p.desk, QRandomGenerator::global()->generate());
        p.demo->moveToThread(p.deskWorker->thread());
        const Actor ortiz = DemoOperator::self();
        seat({ortiz.id, ortiz.name, Role::Dispatcher, systemNow()});
    }
    p.deskWorker->run([&p] {
        p.desk->start();
        if (p.demo)
            p.demo->start();
    });
    if (!m_settings.fencesFile.isEmpty()) {
        QStringList devices;
        for (const Device &device : std::as_const(p.initial.devices))
            devices.append(device.id);
        const auto take = [desk = p.desk.get()](const QString &device, const Position &position, TimePoint at) {
            QMetaObject::invokeMethod(desk, [=] { desk->seedFence(device, position, at); });
        };
        std::make_shared<GeofenceSeeds>(*p.archive, devices, take)->next();
    }
    AuditTrail::Facts inForce = m_settings.byKey;
    inForce.insert(QStringLiteral("rules"), m_rules.inForce());
    if (!m_settings.notifyFile.isEmpty())
        inForce.insert(QStringLiteral("notify"), Notifications::inForce(m_settings));
    p.trail = std::make_unique<AuditTrail>(p.directory->path(), *p.desk);
    p.trail->start(inForce);
    return {};
}

QString Backend::startServer()
{
    Parts &p = *m_parts;
    net::Server::StartResult result;
    p.serverWorker->run([&] { result = p.server->listen(); });
    p.listeners = result.listening;
    return result.error.isEmpty() ? QString() : QStringLiteral("--listen: ") + result.error;
}

QString Backend::startHardware()
{
    Parts &p = *m_parts;
    p.halWorker.emplace(QStringLiteral("hal"));
    p.hardware = std::make_unique<AdapterHost>(HardwareSettings::read(m_settings).adapters, *p.router, *p.desk);
    p.hardware->moveToThread(p.halWorker->thread());
    connect(p.hardware.get(), &AdapterHost::statusChanged, this, &Backend::adapterStatus, Qt::DirectConnection);
    connect(p.hardware.get(), &AdapterHost::statusChanged, p.server.get(), &ServerSide::setAdapters,
            Qt::QueuedConnection);
    connect(
        p.desk.get(), &Desk::published, p.hardware.get(),
        [host = p.hardware.get()](const QList<Event> &events) {
            for (const Event &event : events) {
                if (const auto *message = std::get_if<ChatMessage>(&event.body))
                    host->chatSent(*message);
            }
        },
        Qt::QueuedConnection);
    p.exits.add(*p.hardware);
    p.halWorker->run([&p] { p.hardware->start(); });
    m_housekeeping.start(1h);
    QTimer::singleShot(1min, &m_housekeeping, [this] { housekeep(); });
    return {};
}

void Backend::stop()
{
    if (!m_parts)
        return;
    m_housekeeping.stop();
    Parts &p = *m_parts;
    if (p.trail)
        p.trail->stop();
    if (p.server && !p.listeners.isEmpty())
        stopAndWait(
            p.serverWorker, p.server.get(), &ServerSide::stopped, [&p] { p.server->stop(); }, sessionsDrainWithin);
    if (p.hardware)
        p.halWorker->run([&p] { p.hardware->stop(); });
    if (p.notifications)
        p.notifications->stop();
    if (p.desk) {
        if (p.demo)
            p.deskWorker->run([&p] { p.demo->stop(); });
        stopAndWait(p.deskWorker, p.desk.get(), &Desk::stopped, [&p] { p.desk->stop(); }, deskFinishesWithin + 200ms);
    }
    if (p.log)
        p.storeWorker->run([&p] { p.log->stop(); });
    if (p.history)
        p.historyWorker->run([&p] { p.history->stop(); });
    if (p.accountService)
        p.accountService->stop();
    if (p.accounts && p.accountsWorker)
        p.accountsWorker->run([&p] { p.accounts->stop(); });
    if (p.hardware)
        p.exits.remove(*p.hardware);
    deleteThere(p.backupWorker, p.backups);
    deleteThere(p.diskWorker, p.disk);
    deleteThere(p.halWorker, p.hardware);
    deleteThere(p.serverWorker, p.server);
    deleteThere(p.deskWorker, p.demo);
    deleteThere(p.rulesWorker, p.rules);
    deleteThere(p.deskWorker, p.desk);
    deleteThere(p.accountsWorker, p.accounts);
    deleteThere(p.historyWorker, p.attachments);
    deleteThere(p.historyWorker, p.history);
    deleteThere(p.storeWorker, p.log);
    m_parts.reset();
}

} // namespace tocsin
