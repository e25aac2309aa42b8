// SPDX-License-Identifier: GPL-3.0-or-later
// What a flood of alerts costs the console per frame: the real window behind a desk that raises them. Prints one JSON object.
//   QT_QPA_PLATFORM=offscreen build/tests/bin/bench_console --seconds 600
// Parts of the desk's day in one run, a frame each 16.7 ms: before, the flood, after, later; devices report once a
// second throughout, every tenth alert is acknowledged by somebody else. A frame's time is the processor time of the
// GUI thread from the first event it takes to the finished frame: models, bindings, layout, scene graph. On the
// platform "offscreen" nothing is rasterized, so that the figures do not depend on a graphics card; with a display
// (xvfb-run) "per_second" tells the frames that were really drawn, by software there.
#include "models/Console.h"
#include "qml/PictureProvider.h"
#include "tests/support/FakeDeskLink.h"
#include "tests/support/FakeSoundOutput.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QtQml/qqmlextensionplugin.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

Q_IMPORT_QML_PLUGIN(Tocsin_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_Controls_MapPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_ModelsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_UiPlugin)

namespace {

using namespace tocsin;
using namespace std::chrono_literals;

constexpr auto frameTime = 16'667us;

TimePoint now()
{
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

/// This thread's processor time: other programs' load does not count.
double cpuMs()
{
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return double(spent.tv_sec) * 1e3 + double(spent.tv_nsec) / 1e6;
}

QString unitId(int number)
{
    return QStringLiteral("unit-%1").arg(number, 4, 10, QLatin1Char('0'));
}

LatestReading readingOf(int number, int round)
{
    LatestReading reading;
    reading.deviceId = unitId(number);
    reading.source = QStringLiteral("dialect1");
    reading.lastSeen = now();
    reading.position =
        Position{37.05 + (number % 97) * 4e-4 + round * 1e-5, -6.62 + (number % 89) * 6e-4, {}, 5, 80, 42};
    reading.positionAt = reading.lastSeen;
    reading.channels = {{QStringLiteral("speed"), {40.0 + round % 20, reading.lastSeen}},
                        {QStringLiteral("engine.rpm"), {1500.0 + round % 900, reading.lastSeen}}};
    return reading;
}

/// Mostly warnings and information, one in fifty critical: a bad hour of a large fleet.
Alert alertOf(int number, int devices)
{
    Alert alert;
    alert.id = QStringLiteral("a%1").arg(number);
    alert.source = unitId(number % devices);
    alert.sourceName = alert.source;
    alert.instance = alert.id;
    alert.code = QStringLiteral("low_fuel");
    alert.title = QStringLiteral("Low fuel");
    alert.message = QStringLiteral("4.2 %, limit 5 %");
    alert.level = number % 50 == 0 ? AlertLevel::Critical : number % 3 == 0 ? AlertLevel::Info : AlertLevel::Warning;
    alert.peakLevel = alert.level;
    alert.raisedAt = now();
    alert.lastSeenAt = alert.raisedAt;
    return alert;
}

class Stage
{
public:
    Stage(FakeDeskLink &link, QQuickWindow &window, int devices) : m_link(link), m_window(window), m_devices(devices)
    {
        QObject::connect(&window, &QQuickWindow::frameSwapped, &window, [this] { m_swapped = true; });
    }

    /// Frames for that long, with so many alerts spread over them.
    QJsonObject play(Duration length, int alerts)
    {
        const auto frames = int(std::max<qint64>(1, length / frameTime));
        std::vector<double> times;
        times.reserve(std::size_t(frames));
        const int first = m_raised;
        QElapsedTimer whole;
        whole.start();
        for (int frame = 0; frame < frames; ++frame) {
            QElapsedTimer wall;
            wall.start();
            const double start = cpuMs();
            hear(m_frame++);
            raise(first + int(qint64(alerts) * (frame + 1) / frames));
            m_swapped = false;
            m_window.update();
            while (!m_swapped)
                QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
            times.push_back(cpuMs() - start);
            while (std::chrono::nanoseconds(wall.nsecsElapsed()) <
                   frameTime) // what is due by itself is part of the next frame's time
                QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents, 1);
        }
        const double seconds = double(whole.elapsed()) / 1000;
        std::ranges::sort(times);
        const auto at = [&times](double part) {
            return std::round(times[std::min(times.size() - 1, std::size_t(double(times.size()) * part))] * 100) / 100;
        };
        const auto late = std::ranges::count_if(times, [](double ms) { return ms > 16.667; });
        return {{QStringLiteral("frames"), frames},
                {QStringLiteral("alerts"), m_raised - first},
                {QStringLiteral("p50_ms"), at(0.5)},
                {QStringLiteral("p95_ms"), at(0.95)},
                {QStringLiteral("p99_ms"), at(0.99)},
                {QStringLiteral("max_ms"), at(1)},
                {QStringLiteral("over_16_7_ms"), qint64(late)},
                {QStringLiteral("per_second"), std::round(frames / seconds * 10) / 10}};
    }

private:
    void hear(int frame)
    {
        QList<LatestReading> readings;
        for (int number = frame % 60; number < m_devices; number += 60)
            readings.append(readingOf(number, frame / 60));
        m_link.hear(readings);
    }

    void raise(int total)
    {
        for (; m_raised < total; ++m_raised) {
            m_link.publish(alertOf(m_raised, m_devices));
            if (m_raised % 10 != 9)
                continue;
            Alert taken = m_link.alerts.value(QStringLiteral("a%1").arg(m_raised - 5));
            taken.acked = true;
            taken.ackedBy = QStringLiteral("M. Ortiz");
            taken.ackedAt = now();
            ++taken.revision;
            m_link.publish(taken, AlertVerb::Acknowledge);
        }
    }

    FakeDeskLink &m_link;
    QQuickWindow &m_window;
    int m_devices;
    int m_raised = 0;
    int m_frame = 0;
    bool m_swapped = false;
};

} // namespace

int main(int argc, char **argv)
{
    qputenv("QSG_RENDER_LOOP", "basic"); // a frame begins and ends on the GUI thread
    if (qEnvironmentVariable("QT_QPA_PLATFORM") == QLatin1String("offscreen"))
        QQuickWindow::setGraphicsApi(QSGRendererInterface::Null);
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const auto option = [&parser](const char *name, const char *what, const char *value) {
        const QCommandLineOption made(QString::fromLatin1(name), QString::fromLatin1(what),
                                      QString::fromLatin1("value"), QString::fromLatin1(value));
        parser.addOption(made);
        return made;
    };
    const auto alerts = option("alerts", "How many.", "10000");
    const auto seconds = option("seconds", "Over how long.", "600");
    const auto quiet = option("quiet", "Seconds before and after.", "20");
    const auto devices = option("devices", "How many report once a second.", "1000");
    const auto page = option("page", "Which page is looked at.", "desk");
    parser.process(app);

    FakeDeskLink link;
    FakeSoundOutput sound;
    Console console(link, now, nullptr, QTimeZone::utc());
    console.sound()->setOutput(&sound);
    QQmlApplicationEngine engine;
    engine.addImageProvider(PictureProvider::name(), new PictureProvider(console.pictureCache()));
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine.setInitialProperties({{QStringLiteral("console"), QVariant::fromValue(&console)},
                                 {QStringLiteral("page"), parser.value(page)},
                                 {QStringLiteral("reducedMotion"), true}});
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Tocsin/Ui/Main.qml")));
    if (engine.rootObjects().isEmpty())
        return 1;
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().constFirst());
    window->resize(1920, 1080);

    DeskSnapshot snapshot;
    for (int number = 0; number < parser.value(devices).toInt(); ++number) {
        Device device;
        device.id = unitId(number);
        device.name = device.id;
        device.kind = DeviceKind::Vehicle;
        device.deviceClass = QStringLiteral("Truck");
        snapshot.devices.append(device);
    }
    link.open(snapshot);

    Stage stage(link, *window, parser.value(devices).toInt());
    const std::chrono::seconds calm(parser.value(quiet).toInt());
    stage.play(2s, 0); // whatever is made once
    QJsonObject report{{QStringLiteral("bench"), QStringLiteral("console")},
                       {QStringLiteral("page"), parser.value(page)}};
    report[QStringLiteral("before")] = stage.play(calm, 0);
    report[QStringLiteral("flood")] = stage.play(
        std::chrono::milliseconds(qint64(parser.value(seconds).toDouble() * 1000)), parser.value(alerts).toInt());
    report[QStringLiteral("after")] = stage.play(calm, 0);
    // With all of them on the desk, as many a minute as ten thousand in ten minutes are.
    report[QStringLiteral("later")] = stage.play(calm, int(calm.count() * 1000 / 60));
    report[QStringLiteral("rows")] = console.alerts()->count();
    std::puts(QJsonDocument(report).toJson().constData());
    return 0;
}
