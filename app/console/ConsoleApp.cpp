// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/ConsoleApp.h"

#include "app/Backend.h"
#include "app/console/LocalLink.h"
#include "app/console/RemoteDeskLink.h"
#include "app/console/SoundPlayer.h"
#include "app/console/Summons.h"
#include "models/Attention.h"
#include "models/Console.h"
#include "qml/PictureProvider.h"
#include "qml/controls/Theme.h"
#include "server/desk/RulesFile.h"

#include <QApplication>
#include <QFileDialog>
#include <QIcon>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QStandardPaths>
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
    std::unique_ptr<SoundPlayer> player;
    std::unique_ptr<Console> console;
    std::unique_ptr<Attention> attention;
    std::unique_ptr<QQmlApplicationEngine> engine;
    std::unique_ptr<Summons> summons;

    void makeLocalLink();
    void makeRemoteLink();
    void giveVoice();
    void watchWindow(QQuickWindow &window);
    void answerFiles(QQuickWindow &window) const;
};

const QStringList &ConsoleApp::pages()
{
    static const QStringList names{QStringLiteral("desk"),     QStringLiteral("alerts"),   QStringLiteral("incidents"),
                                   QStringLiteral("hardware"), QStringLiteral("handover"), QStringLiteral("rules")};
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
    : d(new Private{&backend, {}, settings, line, {}, {}, {}, {}, {}, {}})
{
}

ConsoleApp::ConsoleApp(const LinkTarget &target, const Settings &settings, const CommandLine &line)
    : d(new Private{nullptr, target, settings, line, {}, {}, {}, {}, {}, {}})
{
}

ConsoleApp::~ConsoleApp() = default;

void ConsoleApp::Private::makeLocalLink()
{
    const Actor self{Actor::Kind::Operator, settings.operatorName.toLower(), settings.operatorName,
                     QStringLiteral("console")};
    auto local = std::make_unique<LocalLink>(LocalLink::Parts{
        backend->desk(), backend->archive(), backend->latest(),
        [from = backend](std::function<void(DeskSnapshot)> reply) { from->askSnapshot(std::move(reply)); }, self,
        [from = backend](const TypingNotice &notice) { from->tellTyping(notice); }, &backend->pictures(),
        [from = backend](bool watches) { from->watchClients(watches); },
        [from = backend](const Actor &by, const ClientOrder &order, const auto &answer) {
            from->orderClients(by, order, answer);
        },
        &backend->rules(), &backend->hearing(), &backend->contacts(), backend->fences()});
    QObject::connect(backend, &Backend::limitsChanged, local.get(), &DeskLink::limits, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::clientsChanged, local.get(), &DeskLink::connections, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::framesSeen, local.get(), &DeskLink::framesSeen, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::typingSeen, local.get(), &DeskLink::typingSeen, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::published, local.get(), &LocalLink::offerEvents, Qt::DirectConnection);
    QObject::connect(backend, &Backend::presenceChanged, local.get(), &DeskLink::presence, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::serverStats, local.get(), &DeskLink::serverStats, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::adapterStatus, local.get(), &DeskLink::adapters, Qt::QueuedConnection);
    QObject::connect(backend, &Backend::peopleChanged, local.get(), &DeskLink::people, Qt::QueuedConnection);
    const auto notice = [link = local.get(), me = self.id](const DesktopNotice &told) {
        if (told.people.contains(me))
            Q_EMIT link->noticed(told);
    };
    QObject::connect(backend, &Backend::desktopNotice, local.get(), notice, Qt::QueuedConnection);
    backend->seat({self.id, self.name, Role::Admin, systemNow()});
    link = std::move(local);
}

void ConsoleApp::Private::makeRemoteLink()
{
    RemoteLink::Options options;
    options.client = QStringLiteral("tocsin-console/" TOCSIN_VERSION);
    options.operatorName = settings.operatorName;
    options.pendingDirectory =
        QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/pending");
    link = std::make_unique<RemoteDeskLink>(target, options);
}

void ConsoleApp::Private::giveVoice()
{
    player = std::make_unique<SoundPlayer>();
    Annunciator &annunciator = *console->sound();
    if (line.screenshot.isEmpty()) // a picture does not depend on who made it
        annunciator.settings()->keepIn(QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) +
                                       QStringLiteral("/console.ini"));
    annunciator.setOutput(player.get());
}

void ConsoleApp::Private::watchWindow(QQuickWindow &window)
{
    attention = std::make_unique<Attention>(*link);
    summons = std::make_unique<Summons>(*attention, window);
    QObject::connect(summons.get(), &Summons::picked, console.get(), &Console::selectAlert);
}

/// Shows the dialogs for which the models ask.
void ConsoleApp::Private::answerFiles(QQuickWindow &window) const
{
    FilePicker &files = console->files();
    QObject::connect(&files, &FilePicker::asked, &window, [&files, &window](const FilePicker::Question &question) {
        auto *dialog = new QFileDialog(nullptr, question.title);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(question.save ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
        dialog->setFileMode(question.save ? QFileDialog::AnyFile : QFileDialog::ExistingFiles);
        dialog->setNameFilters(question.filters);
        dialog->selectFile(question.suggested);
        QObject::connect(dialog, &QFileDialog::finished, &files, [&files, dialog, id = question.id](int code) {
            files.answer(id, code == QDialog::Accepted ? dialog->selectedUrls() : QList<QUrl>());
        });
        QObject::connect(&window, &QObject::destroyed, dialog, &QObject::deleteLater);
        dialog->open();
        if (dialog->windowHandle() != nullptr)
            dialog->windowHandle()->setTransientParent(&window);
    });
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
    d->giveVoice();
    d->console->alertDesk()->rememberIn(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                                        QStringLiteral("/console.json"));
    if (!link.target().isEmpty())
        d->console->connections()->tester()->setAddress(d->target.url.scheme() + QStringLiteral("://") + link.target());
    // A server elsewhere tells its own.
    d->console->setBands(d->backend != nullptr ? d->backend->limits() : ChannelBands::fromRules(builtInRules()));
    d->engine = std::make_unique<QQmlApplicationEngine>();
    d->engine->addImageProvider(PictureProvider::name(), new PictureProvider(d->console->pictureCache()));
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
    d->watchWindow(*window);
    d->answerFiles(*window);
    link.start();
    return {};
}

void ConsoleApp::close()
{
    if (auto *remote = qobject_cast<RemoteDeskLink *>(d->link.get()))
        remote->stop();
}

} // namespace tocsin
