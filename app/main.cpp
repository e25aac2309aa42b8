// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Accounting.h"
#include "app/Backend.h"
#include "app/BackupCommands.h"
#include "app/CommandLine.h"
#include "app/Config.h"
#include "app/LogCommands.h"
#include "app/NotifyCommand.h"
#include "app/ProbeCommand.h"
#include "app/RosterCommands.h"
#include "app/RulesCommand.h"
#include "app/StopSignals.h"
#include "app/Tls.h"
#include "hal/AdapterConfig.h"
#ifdef TOCSIN_WITH_CONSOLE
#include "app/console/ConsoleApp.h"
#endif

#include <QCoreApplication>
#include <QFile>
#include <QLoggingCategory>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>

using namespace tocsin;

namespace {

constexpr int userError = 2;

void writeLine(std::FILE *to, const QString &text)
{
    std::fputs(qPrintable(text + QLatin1Char('\n')), to);
    std::fflush(to);
}

int fail(const QString &sentence)
{
    writeLine(stderr, QStringLiteral("tocsin: ") + sentence);
    return userError;
}

QStringList argumentList(int argc, char **argv)
{
    QStringList list;
    for (int i = 0; i < argc; ++i)
        list.append(QString::fromLocal8Bit(argv[i]));
    return list;
}

Config readConfig(const CommandLine &line)
{
    Config config;
    const bool named = !line.configFile.isEmpty();
    config.readFile(named ? line.configFile
                          : QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
                                QStringLiteral("/tocsin/tocsin.toml"),
                    named);
    config.readEnvironment(QProcessEnvironment::systemEnvironment());
    for (const auto &[flag, values] : line.settings)
        config.setFlag(flag, values);
    const QStringList notices = config.readOldNames(QProcessEnvironment::systemEnvironment());
    for (const QString &notice : notices)
        writeLine(stderr, QStringLiteral("tocsin: ") + notice);
    return config;
}

/// The demo changes defaults only: whatever the user set stays.
void applyDemo(Config &config, const QString &dataDir)
{
    const QString origin = QStringLiteral("demo");
    config.setFallback(QStringLiteral("server.open"), true, origin);
    config.setFallback(QStringLiteral("data.dir"), dataDir, origin);
    config.setFallback(QStringLiteral("hardware.simulate"), QStringList{demoScenario}, origin);
    config.setFallback(QStringLiteral("alerts.fences"), demoFences, origin);
}

#ifdef TOCSIN_WITH_CONSOLE
bool hasDisplay()
{
#if defined(Q_OS_LINUX)
    return qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY") ||
           qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
#else
    return true;
#endif
}
#endif

/// Starts the server, runs the event loop until a stop is asked for, and stops everything in order.
int serve(QCoreApplication &app, Backend &backend, const std::function<QString()> &whenServing)
{
    StopSignals signals_;
    QObject::connect(&signals_, &StopSignals::stopRequested, &app, &QCoreApplication::quit);
    const Backend::Started started = backend.start();
    if (!started.error.isEmpty())
        return fail(started.error);
    for (const QString &address : started.listeners)
        writeLine(stdout, QStringLiteral("listening ") + address);
    for (const QString &note : started.notes)
        writeLine(stdout, note);
    const QString problem = whenServing();
    const int code = problem.isEmpty() ? QCoreApplication::exec() : fail(problem);
    backend.stop();
    return code;
}

#ifdef TOCSIN_WITH_CONSOLE
/// Where --connect leads; a sentence in `error` when a flag is wrong.
LinkTarget linkTarget(const CommandLine &line, QString *error)
{
    LinkTarget target;
    target.url = LinkTarget::parseUrl(line.connectTo, error);
    if (!error->isEmpty()) {
        *error = QStringLiteral("--connect: ") + *error;
        return target;
    }
    target.caFile = line.caFile;
    if (!line.caFile.isEmpty() && !QFile::exists(line.caFile))
        *error = QStringLiteral("--ca %1: there is no such file").arg(line.caFile);
    if (!line.fingerprint.isEmpty()) {
        target.fingerprint = LinkTarget::parseFingerprint(line.fingerprint, error);
        if (!error->isEmpty())
            *error = QStringLiteral("--fingerprint: ") + *error;
    }
    target.token = line.token.isEmpty() ? qEnvironmentVariable("TOCSIN_TOKEN") : line.token;
    if (!line.tokenFile.isEmpty()) {
        QFile file(line.tokenFile);
        if (file.open(QIODevice::ReadOnly))
            target.token = QString::fromUtf8(file.readAll()).trimmed();
        else
            *error =
                QStringLiteral("--token-file %1: the file cannot be read: %2").arg(line.tokenFile, file.errorString());
    }
    return target;
}

/// The console alone, until a stop is asked for.
int showRemote(QCoreApplication &app, const LinkTarget &target, const Settings &settings, const CommandLine &line)
{
    StopSignals signals_;
    QObject::connect(&signals_, &StopSignals::stopRequested, &app, &QCoreApplication::quit);
    ConsoleApp console(target, settings, line);
    const QString problem = console.show();
    const int code = problem.isEmpty() ? QCoreApplication::exec() : fail(problem);
    console.close();
    return code;
}
#endif

int run(int argc, char **argv, const CommandLine &line, const Settings &settings)
{
    if (line.headless) {
        QCoreApplication app(argc, argv);
        Backend backend(settings, line.demo);
        return serve(app, backend, [] { return QString(); });
    }
#ifdef TOCSIN_WITH_CONSOLE
    if (!hasDisplay())
        return fail(QStringLiteral("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): start with "
                                   "--headless, or under xvfb-run"));
    if (!line.page.isEmpty() && !ConsoleApp::pages().contains(line.page))
        return fail(QStringLiteral("--page %1: there is no such page; known: %2")
                        .arg(line.page, ConsoleApp::pages().join(QLatin1String(", "))));
    QString error;
    const LinkTarget target = line.connectTo.isEmpty() ? LinkTarget() : linkTarget(line, &error);
    if (!error.isEmpty())
        return fail(error);
    const std::unique_ptr<QCoreApplication> app = ConsoleApp::createApplication(argc, argv);
    if (!line.connectTo.isEmpty())
        return showRemote(*app, target, settings, line);
    Backend backend(settings, line.demo);
    ConsoleApp console(backend, settings, line);
    return serve(*app, backend, [&console] { return console.show(); });
#else
    return fail(QStringLiteral("this is a headless build: start with --headless"));
#endif
}

int runProbe(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const ProbeCommand command = ProbeCommand::parse(argumentList(argc, argv));
    if (!command.error.isEmpty())
        return fail(command.error + QStringLiteral(" (tocsin probe --help lists what there is)"));
    if (!command.help)
        return command.run();
    std::fputs(ProbeCommand::helpText().toUtf8().constData(), stdout);
    return 0;
}

int runNotify(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const NotifyCommand command = NotifyCommand::parse(argumentList(argc, argv));
    if (!command.error.isEmpty())
        return fail(command.error + QStringLiteral(" (tocsin notify --help lists what there is)"));
    if (command.help) {
        std::fputs(NotifyCommand::helpText().toUtf8().constData(), stdout);
        return 0;
    }
    const Config config = readConfig(command.server);
    return config.errors().isEmpty() ? command.run(config.settings()) : fail(config.errors().join(QLatin1Char('\n')));
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication::setApplicationName(QStringLiteral("tocsin"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TOCSIN_VERSION));

    if (argumentList(argc, argv).value(1) == QLatin1String("probe"))
        return runProbe(argc, argv);
    if (argumentList(argc, argv).value(1) == QLatin1String("notify"))
        return runNotify(argc, argv);
    const CommandLine line = CommandLine::parse(argumentList(argc, argv));
    switch (line.action) {
    case CommandLine::Action::Wrong:
        return fail(line.error + QStringLiteral(" (tocsin --help lists what there is)"));
    case CommandLine::Action::Help:
        std::fputs((line.user.isEmpty()                    ? CommandLine::help()
                    : line.user == QLatin1String("roster") ? CommandLine::rosterHelp()
                                                           : CommandLine::accountsHelp())
                       .toUtf8()
                       .constData(),
                   stdout);
        return 0;
    case CommandLine::Action::Version:
        writeLine(stdout, QStringLiteral("tocsin " TOCSIN_VERSION));
        return 0;
    case CommandLine::Action::Backup:
    case CommandLine::Action::Restore:
    case CommandLine::Action::User:
    case CommandLine::Action::Certificate:
    case CommandLine::Action::Verify:
    case CommandLine::Action::Rebuild:
    case CommandLine::Action::Device:
    case CommandLine::Action::Import:
    case CommandLine::Action::Token: {
        const QCoreApplication app(argc, argv);
        Config config = readConfig(line);
        if (!line.dataDir.isEmpty())
            config.setFlag(QStringLiteral("data"), {line.dataDir});
        if (!config.errors().isEmpty())
            return fail(config.errors().join(QLatin1Char('\n')));
        if (line.action == CommandLine::Action::Backup)
            return runBackup(line, config.settings().dataDir);
        if (line.action == CommandLine::Action::Restore)
            return runRestore(line, config.settings().dataDir, config.settings().headCopyDir());
        if (line.action == CommandLine::Action::Device)
            return runDevice(line, config.settings());
        if (line.action == CommandLine::Action::Import)
            return runImport(line, config.settings());
        if (line.action == CommandLine::Action::Certificate)
            return runCertificate(config.settings());
        if (line.action == CommandLine::Action::Verify)
            return runVerify(line, config.settings().dataDir, config.settings().headCopyDir());
        if (line.action == CommandLine::Action::Rebuild)
            return runRebuild(config.settings().dataDir);
        return line.action == CommandLine::Action::User ? runUser(line, config.settings())
                                                        : runToken(line, config.settings());
    }
    case CommandLine::Action::Rules:
        return runRules(line);
    case CommandLine::Action::PrintConfig:
    case CommandLine::Action::Run:
        break;
    }

    Config config = readConfig(line);
    // Without --data the demo keeps nothing: it lives in a directory that goes with it.
    std::optional<QTemporaryDir> demoDir;
    if (line.demo) {
        if (line.action == CommandLine::Action::Run)
            demoDir.emplace();
        applyDemo(config, demoDir ? demoDir->path() : QStringLiteral("(a temporary directory)"));
    }
    if (!config.errors().isEmpty())
        return fail(config.errors().join(QLatin1Char('\n')));
    if (line.action == CommandLine::Action::PrintConfig) {
        std::fputs(qPrintable(config.print()), stdout);
        return 0;
    }
    const Settings settings = config.settings();
    if (!settings.logRules.isEmpty()) {
        QString rules = settings.logRules;
        rules.replace(QLatin1Char(';'), QLatin1Char('\n'));
        QLoggingCategory::setFilterRules(rules);
    }
    return run(argc, argv, line, settings);
}
