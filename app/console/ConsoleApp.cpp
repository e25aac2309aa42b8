// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/ConsoleApp.h"

#include "app/Backend.h"
#include "app/console/LocalLink.h"
#include "models/Console.h"
#include "qml/controls/Theme.h"

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
    Backend &backend;
    Settings settings;
    CommandLine line;
    // In this order: the engine goes first, then what it shows.
    std::unique_ptr<LocalLink> link;
    std::unique_ptr<Console> console;
    std::unique_ptr<QQmlApplicationEngine> engine;
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
    : d(new Private{backend, settings, line, {}, {}, {}})
{
}

ConsoleApp::~ConsoleApp() = default;

QString ConsoleApp::show()
{
    Actor self{Actor::Kind::Operator, d->settings.operatorName.toLower(), d->settings.operatorName,
               QStringLiteral("console")};
    d->link = std::make_unique<LocalLink>(LocalLink::Parts{
        d->backend.desk(), d->backend.archive(), d->backend.latest(),
        [&backend = d->backend](std::function<void(DeskSnapshot)> reply) { backend.askSnapshot(std::move(reply)); },
        std::move(self), [&backend = d->backend](const TypingNotice &notice) { backend.tellTyping(notice); }});
    LocalLink &link = *d->link;
    QObject::connect(&d->backend, &Backend::published, &link, &LocalLink::offerEvents, Qt::DirectConnection);
    QObject::connect(&d->backend, &Backend::presenceChanged, &link, &DeskLink::presence, Qt::QueuedConnection);
    QObject::connect(&d->backend, &Backend::serverStats, &link, &DeskLink::serverStats, Qt::QueuedConnection);
    QObject::connect(&d->backend, &Backend::adapterStatus, &link, &DeskLink::adapters, Qt::QueuedConnection);

    QObject::connect(&d->backend, &Backend::typingSeen, &link, &DeskLink::typingSeen, Qt::QueuedConnection);

    const ChatRepliesResult replies = loadChatReplies(d->settings.repliesFile);
    if (!replies.error.isEmpty())
        return QStringLiteral("console.replies %1: %2").arg(d->settings.repliesFile, replies.error);
    d->console = std::make_unique<Console>(link, systemNow);
    d->console->chat()->setReplies(replies.replies);
    d->console->setBands(ChannelBands::fromRules(d->backend.rules()));
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

} // namespace tocsin
