// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Backend.h"

#include "app/BackendParts.h"
#include "app/Hardware.h"

#include <QFile>
#include <QLoggingCategory>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcApp, "tocsin.app", QtInfoMsg)

/// The longest that a stop waits for the sessions to drain; the whole stop is to end within three seconds.
constexpr auto drainLimit = 2200ms;
} // namespace

Backend::Backend(Settings settings, bool demo, QObject *parent)
    : QObject(parent), m_settings(std::move(settings)), m_demo(demo)
{
}

Backend::~Backend()
{
    stop();
}

QString Backend::demoScenario()
{
    return tocsin::demoScenario;
}

Backend::Started Backend::start()
{
    m_parts = std::make_unique<Parts>();
    Started started;
    for (const auto &step : {&Backend::startStore, &Backend::startDesk, &Backend::startServer, &Backend::startHardware}) {
        started.error = (this->*step)();
        if (!started.error.isEmpty()) {
            stop();
            return started;
        }
    }
    started.listeners = m_parts->listeners;
    return started;
}

QString Backend::startStore()
{
    Parts &p = *m_parts;
    p.directory.emplace(m_settings.dataDir);
    if (const QString error = p.directory->lock(); !error.isEmpty())
        return QStringLiteral("--data %1: %2").arg(m_settings.dataDir, error);

    p.storeWorker.emplace(QStringLiteral("store"));
    p.log = std::make_unique<LogStore>(LogStore::Options{.path = p.directory->deskFile()});
    p.log->moveToThread(p.storeWorker->thread());
    QString error;
    p.storeWorker->run([&] {
        error = p.log->start();
        if (error.isEmpty()) {
            DeskFile::Loaded loaded = p.log->load();
            error = loaded.error;
            p.initial = std::move(loaded.snapshot);
        }
    });
    if (!error.isEmpty())
        return error;

    p.historyWorker.emplace(QStringLiteral("history"));
    TelemetryHistory::Options options;
    options.path = p.directory->historyFile();
    options.retention = std::chrono::hours{24} * m_settings.historyDays;
    p.history = std::make_unique<TelemetryHistory>(std::move(options));
    p.history->moveToThread(p.historyWorker->thread());
    p.historyWorker->run([&] { error = p.history->start(); });
    if (!error.isEmpty())
        return error;
    p.archive.emplace(*p.log, *p.history);
    return {};
}

QString Backend::startDesk()
{
    Parts &p = *m_parts;
    const bool ownRules = !m_settings.rulesFile.isEmpty();
    const RulesFile rules = RulesFile::read(ownRules ? m_settings.rulesFile : RulesFile::builtIn());
    if (!rules.errors.isEmpty())
        return QStringLiteral("--rules %1: nothing of it is applied:\n  %2")
            .arg(m_settings.rulesFile, rules.errors.join(QLatin1String("\n  ")));

    DeskSettings settings;
    settings.staleAfter = std::chrono::seconds{m_settings.staleSeconds};
    settings.offlineAfter = std::chrono::seconds{m_settings.offlineSeconds};
    p.deskWorker.emplace(QStringLiteral("desk"));
    p.desk = std::make_unique<Desk>(settings, rules.rules, *p.log, *p.history, p.initial);
    p.desk->moveToThread(p.deskWorker->thread());
    connect(p.desk.get(), &Desk::published, this, &Backend::published, Qt::DirectConnection);
    connect(p.desk.get(), &Desk::presenceChanged, this, &Backend::presenceChanged, Qt::DirectConnection);
    if (m_demo) {
        p.demoOperator = std::make_unique<DemoOperator>(*p.desk);
        p.demoOperator->moveToThread(p.deskWorker->thread());
        connect(p.desk.get(), &Desk::published, p.demoOperator.get(), &DemoOperator::takeEvents, Qt::DirectConnection);
    }
    p.deskWorker->run([&p] {
        p.desk->start();
        if (p.demoOperator)
            p.demoOperator->start();
    });
    p.router.emplace(p.latest);
    p.router->addReceiver([desk = p.desk.get()](const QList<Reading> &readings) { desk->takeReadings(readings); });
    return {};
}

QString Backend::startServer()
{
    Parts &p = *m_parts;
    p.serverWorker.emplace(QStringLiteral("server"));
    p.server = std::make_unique<ServerSide>(m_settings, p.latest, *p.router, *p.desk, *p.archive, *p.directory);
    QString error;
    p.serverWorker->run([&] { error = p.server->build(); });
    if (!error.isEmpty())
        return error;
    connect(p.server.get(), &ServerSide::stats, this, &Backend::serverStats, Qt::DirectConnection);
    return {};
}

QString Backend::startHardware()
{
    return {};
}

} // namespace tocsin
