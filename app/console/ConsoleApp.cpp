// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/ConsoleApp.h"

#include "app/Backend.h"
#include "app/console/LocalLink.h"
#include "app/console/RemoteDeskLink.h"
#include "models/Console.h"
#include "qml/controls/Theme.h"
#include "server/desk/RulesFile.h"

#include <QApplication>
#include <QIcon>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QTimer>
#include <QUrl>
#include <QtQml/qqmlextensionplugin.h>

#include <algorithm>
#include <cstdio>

Q_IMPORT_QML_PLUGIN(Tocsin_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_Controls_MapPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_ModelsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_UiPlugin)

namespace tocsin {

namespace {
Theme::Scheme schemeFrom(const QString &name)
{
    if (name == QLatin1String("light"))
        return Theme::Scheme::Light;
    return name == QLatin1String("contrast") ? Theme::Scheme::Contrast : Theme::Scheme::Dark;
}

QUrl urlOf(const QString &file)
{
    return file.startsWith(QLatin1Char(':')) ? QUrl(QStringLiteral("qrc") + file) : QUrl::fromLocalFile(file);
}

void takePicture(QQuickWindow &window, const QString &file)
{
    const bool saved = window.grabWindow().save(file);
    if (!saved)
        std::fputs(qPrintable(QStringLiteral("tocsin: --screenshot %1: the file cannot be written\n").arg(file)),
                   stderr);
    QCoreApplication::exit(saved ? 0 : 2);
}
} // namespace

struct ConsoleApp::Private
{
    Backend *backend = nullptr; ///< null: the server is elsewhere
    LinkTarget target;
    Settings settings;
    CommandLine line;
    // In this order: the engine goes first, then what it shows.
    std::unique_ptr<DeskLink> link;
    std::unique_ptr<Console> console;
    std::unique_ptr<QQmlApplicationEngine> engine;

    void makeLocalLink();
    void makeRemoteLink();
    [[nodiscard]] QList<AlertRule> rules() const;
};

const QStringList &ConsoleApp::pages()
{
    static const QStringList names{QStringLiteral("desk")};
    return names;
}

std::unique_ptr<QCoreApplication> ConsoleApp::createApplication(int &argc, char **argv)
{
    auto app = std::make_unique<QApplication>(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Tocsin"));
    QApplication::setDesktopFileName(QStringLiteral("tocsin"));
    return app;
}

ConsoleApp::ConsoleApp(Backend &backend, const Settings &settings, const CommandLine &line)
    : d(new Private{&backend, {}, settings, line, {}, {}, {}})
{
}

ConsoleApp::ConsoleApp(const LinkTarget &target, const Settings &settings, const CommandLine &line)
    : d(new Private{nullptr, target, settings, line, {}, {}, {}})
{
}

ConsoleApp::~ConsoleApp() = default;

void ConsoleApp::Private::makeLocalLink()
{
    Actor self{Actor::Kind::Operator, settings.operatorName.toLower(), settings.operatorName,
               QStringLiteral("console")};
    auto local = std::make_unique<LocalLink>(LocalLink::Parts{
        backend->desk(), backend->archive(), backend->latest(),
        [from = backend](std::function<void(DeskSnapshot)> reply) { from->askSnapshot(std::move(reply)); },
        std::move(self), [from = backend](const TypingNotice &notice) { from->tellTyping(notice); }});
    QObject::connect(backend, &Backend::typingSeen, local.get(), &DeskLink::typingSeen, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::published, local.get(), &LocalLink::offerEvents, Qt::DirectConnection);
    QObject::connect(backend, &Backend::presenceChanged, local.get(), &DeskLink::presence, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::serverStats, local.get(), &DeskLink::serverStats, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::adapterStatus, local.get(), &DeskLink::adapters, Qt::QueuedConnection);
    link = std::move(local);
}

void ConsoleApp::Private::makeRemoteLink()
{
    RemoteLink::Options options;
    options.client = QStringLiteral("tocsin-console/" TOCSIN_VERSION);
    options.operatorName = settings.operatorName;
    link = std::make_unique<RemoteDeskLink>(target, options);
}

/// The limits that gauges draw. Those of a server elsewhere are not told: its file may be given with --rules.
QList<AlertRule> ConsoleApp::Private::rules() const
{
    if (backend != nullptr)
        return backend->rules();
    const RulesResult result = settings.rulesFile.isEmpty() ? RulesResult() : loadRulesFile(settings.rulesFile);
    return settings.rulesFile.isEmpty() || !result.ok() ? builtInRules() : result.rules;
}

QString ConsoleApp::show()
{
    if (d->backend != nullptr)
        d->makeLocalLink();
    else
        d->makeRemoteLink();
    DeskLink &link = *d->link;
    const ChatRepliesResult replies = loadChatReplies(d->settings.repliesFile);
    if (!replies.error.isEmpty())
        return QStringLiteral("console.replies %1: %2").arg(d->settings.repliesFile, replies.error);
    d->console = std::make_unique<Console>(link, systemNow);
    d->console->chat()->setReplies(replies.replies);
    d->console->setBands(ChannelBands::fromRules(d->rules()));
    d->engine = std::make_unique<QQmlApplicationEngine>();
    d->engine->addImportPath(QStringLiteral("qrc:/qt/qml"));
    QVariantMap properties{{QStringLiteral("console"), QVariant::fromValue(d->console.get())},
                           {QStringLiteral("scheme"), static_cast<int>(schemeFrom(d->settings.theme))}};
    if (!d->settings.simulate.isEmpty()) // the scenario's streets, for the map
        properties.insert(QStringLiteral("mapOverlay"), urlOf(d->settings.simulate.constFirst()));
    if (!d->line.page.isEmpty())
        properties.insert(QStringLiteral("page"), d->line.page);
    d->engine->setInitialProperties(properties);
    d->engine->load(QUrl(QStringLiteral("qrc:/qt/qml/Tocsin/Ui/Main.qml")));
    auto *window = d->engine->rootObjects().isEmpty()
                       ? nullptr
                       : qobject_cast<QQuickWindow *>(d->engine->rootObjects().constFirst());
    if (window == nullptr)
        return QStringLiteral("the console's window cannot be made; the messages above say why");
    if (d->line.width > 0)
        window->resize(d->line.width, d->line.height);
    if (!d->line.screenshot.isEmpty()) {
        // The picture shows what a dispatcher would look at: the most urgent alert.
        Console *console = d->console.get();
        const int settleMs = std::min(d->line.afterMs, 2000);
        QTimer::singleShot(d->line.afterMs - settleMs, window,
                           [console] { console->selectAlert(console->queue()->alertIdAt(0)); });
        const QString file = d->line.screenshot;
        QTimer::singleShot(d->line.afterMs, window, [window, file] { takePicture(*window, file); });
    }
    link.start();
    return {};
}

void ConsoleApp::close()
{
    if (auto *remote = qobject_cast<RemoteDeskLink *>(d->link.get()))
        remote->stop();
}

} // namespace tocsin
