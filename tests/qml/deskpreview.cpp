// SPDX-License-Identifier: GPL-3.0-or-later
// Renders the console on the fixed scene into a picture: deskpreview --screenshot FILE [--size WxH]
// [--scheme dark|light|contrast] [--empty] [--lost] [--keys] [--select DEVICE] [--alert ALERT] [--commands] [--thread THREAD] [--typing] [--gallery FILE.qml] [--page NAME]
// [--client ID] [--inspect] [--tab N] [--tool N] [--sound on|muted|none|nobody] [--silenced] [--press NAME] [--alerts STATE]
// [--incident active|staged|lost|duress|canceled|closed|handover-out|handover-in] [--key ACTION] [--rules valid|wrong|trial|trying|fence|conflict].
// Needs OpenGL (Xvfb will do): the offscreen platform does not paint custom geometry.

#include "models/Console.h"
#include "qml/controls/Theme.h"
#include "tests/qml/AlertScene.h"
#include "tests/qml/DeskScene.h"
#include "tests/qml/IncidentScene.h"
#include "tests/support/FakeSoundOutput.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QQmlApplicationEngine>
#include <QQmlComponent>
#include <QQuickItem>
#include <QQuickView>
#include <QTimer>
#include <QtQml/qqmlextensionplugin.h>

#include <algorithm>

Q_IMPORT_QML_PLUGIN(Tocsin_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_Controls_MapPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_ModelsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_UiPlugin)

namespace {

using namespace tocsin;

QSize sizeFrom(const QString &text)
{
    const QStringList parts = text.split(QLatin1Char('x'));
    return parts.size() == 2 ? QSize(parts[0].toInt(), parts[1].toInt()) : QSize();
}

void showConnections(Console &console, FakeDeskLink &link, const QString &client, bool inspect)
{
    Q_EMIT link.connections(scene::connections());
    Q_EMIT link.adapters({{QStringLiteral("gps-1"),
                           QStringLiteral("nmea"),
                           QStringLiteral("/dev/ttyUSB0"),
                           AdapterStatus::State::Running,
                           {},
                           48'210,
                           3,
                           {}},
                          {QStringLiteral("rig"),
                           QStringLiteral("nmea"),
                           QStringLiteral("/dev/ttyUSB1"),
                           AdapterStatus::State::Failed,
                           QStringLiteral("No such file or directory"),
                           0,
                           0,
                           {}}});
    console.connections()->select(client);
    if (!inspect)
        return;
    console.connections()->inspector()->inspectWhere(QString());
    Q_EMIT link.replied(QStringLiteral("o%1").arg(link.orders.size()), Outcome::done({}));
    Q_EMIT link.framesSeen(scene::frames());
}

/// The first item below that has such a property.
bool setBelow(QQuickItem *item, const char *property, int value)
{
    if (item->metaObject()->indexOfProperty(property) >= 0)
        return item->setProperty(property, value);
    const QList<QQuickItem *> children = item->childItems();
    return std::any_of(children.cbegin(), children.cend(),
                       [&](QQuickItem *child) { return setBelow(child, property, value); });
}

/// Presses the first item below of such a type.
bool pressIn(QQuickItem *item, const QString &type)
{
    if (QString::fromLatin1(item->metaObject()->className()).startsWith(type + QLatin1String("_QML")) ||
        QString::fromLatin1(item->metaObject()->className()) == type)
        return QMetaObject::invokeMethod(item, "clicked");
    const QList<QQuickItem *> children = item->childItems();
    return std::any_of(children.cbegin(), children.cend(), [&type](QQuickItem *child) { return pressIn(child, type); });
}

void showSound(Console &console, FakeDeskLink &link, FakeSoundOutput &output, const QString &how, bool silenced)
{
    ServerStats stats = scene::stats();
    stats.hearing = {3, how == QLatin1String("nobody") ? 0 : 2, how == QLatin1String("nobody")};
    Q_EMIT link.serverStats(stats);
    output.plug({{QStringLiteral("a"), QStringLiteral("Built-in Audio Analogue Stereo")},
                 {QStringLiteral("b"), QStringLiteral("Headset")}});
    if (how == QLatin1String("muted") || how == QLatin1String("nobody"))
        console.sound()->settings()->setMuted(true);
    else if (how == QLatin1String("none"))
        output.plug({});
    for (int row = 0; silenced && row < console.alerts()->count(); ++row) {
        Alert alert = console.alerts()->at(row);
        if (!isWaiting(alert) || alert.level < AlertLevel::Critical)
            continue;
        alert.silencedUntil = scene::now() + std::chrono::seconds(alert.level == AlertLevel::Emergency ? 24 : 120);
        ++alert.revision;
        link.publish(alert, AlertVerb::Silence);
    }
}

void showRules(Console &console, FakeDeskLink &link, const QString &how)
{
    RuleEditor &editor = *console.rules();
    scene::answerRules(link);
    editor.setCurrent(1);
    if (how == QLatin1String("wrong")) {
        editor.setField(QStringLiteral("bands[1].limit"), QStringLiteral("105,5"));
        editor.setField(QStringLiteral("message"), QStringLiteral("{valeu} {unit}, limit {limit} {unit}"));
        QTimer::singleShot(600, &console, [&link] { scene::refuseRules(link); });
    } else if (how == QLatin1String("trial") || how == QLatin1String("trying")) {
        editor.setField(QStringLiteral("bands[1].limit"), QStringLiteral("100"));
        editor.trial()->setDevice(0);
        link.askedRules.clear();
        editor.trial()->run();
        if (how == QLatin1String("trial"))
            scene::answerTrial(link);
    } else if (how == QLatin1String("fence")) {
        editor.setJson(
            QStringLiteral("{\"id\": \"harbour-stay\", \"code\": \"HARBOUR_STAY\", "
                           "\"name\": \"Long stay in the harbour\", \"metric\": \"fence.harbour\", "
                           "\"condition\": \"==\", \"limit\": 1, \"level\": \"warning\", \"onDelay\": 180}"));
        editor.trial()->setDevice(0);
        link.askedRules.clear();
        editor.trial()->run();
        scene::answerFenceTrial(link);
    } else if (how == QLatin1String("conflict")) {
        editor.setField(QStringLiteral("name"), QStringLiteral("Coolant"));
        QTimer::singleShot(600, &console, [&editor, &link] {
            scene::answerRules(link); // the check
            editor.save();
            scene::supersedeRules(link);
        });
    }
}

/// Grabs after the layout has settled; leaves with 1 when nothing could be saved.
void grabLater(QQuickWindow *window, const QString &file, int afterMs)
{
    QTimer::singleShot(afterMs, window, [window, file] {
        const bool saved = window->grabWindow().save(file);
        if (!saved)
            qCritical("No picture could be written to %s", qPrintable(file));
        QCoreApplication::exit(saved ? 0 : 1);
    });
}

} // namespace

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Where to."),
                                        QStringLiteral("file"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Of the window."), QStringLiteral("WxH"),
                                  QStringLiteral("1440x900"));
    const QCommandLineOption scheme(QStringLiteral("scheme"), QStringLiteral("Colours."), QStringLiteral("name"),
                                    QStringLiteral("dark"));
    const QCommandLineOption empty(QStringLiteral("empty"), QStringLiteral("A desk without devices."));
    const QCommandLineOption lost(QStringLiteral("lost"), QStringLiteral("The connection is gone."));
    const QCommandLineOption keys(QStringLiteral("keys"), QStringLiteral("Show the sheet of keys."));
    const QCommandLineOption select(QStringLiteral("select"), QStringLiteral("Device."), QStringLiteral("id"),
                                    QStringLiteral("352647091234567"));
    const QCommandLineOption alert(QStringLiteral("alert"), QStringLiteral("Alert."), QStringLiteral("id"));
    const QCommandLineOption commands(QStringLiteral("commands"), QStringLiteral("Show the device's commands."));
    const QCommandLineOption thread(QStringLiteral("thread"), QStringLiteral("Conversation."), QStringLiteral("name"));
    const QCommandLineOption typing(QStringLiteral("typing"), QStringLiteral("The person writes."));
    const QCommandLineOption after(QStringLiteral("after"), QStringLiteral("Delay."), QStringLiteral("ms"),
                                   QStringLiteral("1500"));
    const QCommandLineOption gallery(QStringLiteral("gallery"), QStringLiteral("A page of controls."),
                                     QStringLiteral("file"));
    const QCommandLineOption page(QStringLiteral("page"), QStringLiteral("Page."), QStringLiteral("name"),
                                  QStringLiteral("desk"));
    const QCommandLineOption client(QStringLiteral("client"), QStringLiteral("Connection."), QStringLiteral("id"));
    const QCommandLineOption inspect(QStringLiteral("inspect"), QStringLiteral("Show frames."));
    const QCommandLineOption tab(QStringLiteral("tab"), QStringLiteral("Of the hardware page."), QStringLiteral("n"));
    const QCommandLineOption tool(QStringLiteral("tool"), QStringLiteral("Below it."), QStringLiteral("n"));
    const QCommandLineOption sound(QStringLiteral("sound"), QStringLiteral("How it stands."), QStringLiteral("word"),
                                   QStringLiteral("on"));
    const QCommandLineOption silenced(QStringLiteral("silenced"), QStringLiteral("Nothing sounds for a while."));
    const QCommandLineOption press(QStringLiteral("press"), QStringLiteral("A button, by the class of its item."),
                                   QStringLiteral("name"));
    const QCommandLineOption alerts(QStringLiteral("alerts"),
                                    QStringLiteral("detail, shelved, history, bulk, question, flood or undo."),
                                    QStringLiteral("state"));
    const QCommandLineOption incident(QStringLiteral("incident"), QStringLiteral("How Dana's call stands."),
                                      QStringLiteral("state"));
    const QCommandLineOption key(QStringLiteral("key"), QStringLiteral("Something that has a key."),
                                 QStringLiteral("action"));
    const QCommandLineOption rules(QStringLiteral("rules"), QStringLiteral("How they stand."), QStringLiteral("word"),
                                   QStringLiteral("valid"));
    parser.addHelpOption();
    parser.addOptions({screenshot, size,     scheme, empty,   lost,     keys,   select,  alert, commands,
                       thread,     typing,   after,  gallery, page,     client, inspect, tab,   tool,
                       sound,      silenced, press,  alerts,  incident, key,    rules});
    parser.process(app);

    // The engine goes first: bindings must not outlive what they read.
    FakeDeskLink link;
    FakeSoundOutput loudspeakers;
    Console console(link, scene::now, nullptr, QTimeZone(3600));
    console.sound()->setOutput(&loudspeakers);
    QQmlApplicationEngine engine;
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    const Theme::Scheme colours = parser.value(scheme) == QLatin1String("light")      ? Theme::Scheme::Light
                                  : parser.value(scheme) == QLatin1String("contrast") ? Theme::Scheme::Contrast
                                                                                      : Theme::Scheme::Dark;
    if (parser.isSet(gallery)) {
        QQuickView view(&engine, nullptr);
        view.setSource(QUrl::fromLocalFile(parser.value(gallery)));
        if (auto *theme = engine.singletonInstance<Theme *>(qmlTypeId("Tocsin.Controls", 1, 0, "Theme")))
            theme->setScheme(colours);
        view.show();
        grabLater(&view, parser.value(screenshot), parser.value(after).toInt());
        return QApplication::exec();
    }

    // Reduced motion: pictures do not depend on the phase of a flash.
    engine.setInitialProperties(
        {{QStringLiteral("console"), QVariant::fromValue(&console)},
         {QStringLiteral("scheme"), static_cast<int>(colours)},
         {QStringLiteral("reducedMotion"), true},
         {QStringLiteral("mapOverlay"),
          QUrl::fromLocalFile(QStringLiteral(TOCSIN_SOURCE_DIR "/resources/scenarios/city.json"))}});
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Tocsin/Ui/Main.qml")));
    if (engine.rootObjects().isEmpty())
        return 1;
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().constFirst());
    window->setPosition(0, 0);
    window->resize(sizeFrom(parser.value(size)));

    const auto how = scene::incidentFromString(parser.value(incident));
    if (parser.isSet(empty)) {
        scene::openEmpty(link);
    } else if (how) {
        scene::openIncident(link, *how);
        console.selectAlert(QStringLiteral("a-panic"));
        scene::answerIncident(link, *how);
    } else {
        scene::open(link);
        console.selectAlert(QStringLiteral("a-panic"));
        console.selectDevice(parser.value(select));
        if (parser.isSet(alert))
            console.selectAlert(parser.value(alert));
    }
    window->setProperty("page", parser.value(page));
    if (!parser.isSet(empty) && parser.value(page) == QLatin1String("hardware"))
        showConnections(console, link, parser.value(client), parser.isSet(inspect));
    for (const auto &[option, property] : {std::pair(&tab, "tab"), std::pair(&tool, "tool")}) {
        if (parser.isSet(*option))
            setBelow(window->contentItem(), property, parser.value(*option).toInt());
    }
    if (parser.isSet(alerts))
        scene::stageAlerts(console, link, parser.value(alerts));
    if (parser.isSet(lost))
        link.setState(DeskLink::State::Reconnecting);
    if (parser.isSet(keys))
        console.keys()->trigger(QStringLiteral("keySheet"));
    if (parser.isSet(commands))
        QTimer::singleShot(300, &console, [&console] { console.keys()->trigger(QStringLiteral("commands")); });
    if (parser.isSet(key))
        QTimer::singleShot(500, &console, [&] { console.keys()->trigger(parser.value(key)); });
    if (parser.isSet(thread))
        console.showThread(parser.value(thread));
    if (parser.isSet(typing))
        link.tell(TypingNotice{console.chat()->currentThread(), QStringLiteral("dana"), QStringLiteral("Dana R."),
                               scene::now()});
    if (parser.value(page) == QLatin1String("rules"))
        showRules(console, link, parser.value(rules));
    showSound(console, link, loudspeakers, parser.value(sound), parser.isSet(silenced));
    if (parser.isSet(press))
        QTimer::singleShot(300, window, [window, name = parser.value(press)] { pressIn(window->contentItem(), name); });
    scene::answerHistory(link);
    grabLater(window, parser.value(screenshot), parser.value(after).toInt());
    return QApplication::exec();
}
