// SPDX-License-Identifier: GPL-3.0-or-later
// What the map costs the GUI thread per frame, with many markers. Prints one JSON object.
//   QT_QPA_PLATFORM=offscreen build/tests/bin/bench_map
// "panning" moves the map by some pixels per frame; "live" moves a tenth of the markers per frame as fixes at 6 Hz
// would, all of them gliding; "zooming" changes the zoom with each frame. Times are milliseconds of polish (layout)
// and sync (hand-over to the scene graph) together: what the GUI thread spends or waits. Nothing is drawn (RHI's null
// back end), so the figures do not depend on the graphics card.
#include "tests/qml/map/MapWindow.h"

#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QQuickRenderControl>
#include <QRandomGenerator>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

using namespace tocsin::map;

namespace {

/// This thread's processor time where the system tells it: other programs' load does not count.
qint64 cpuNs()
{
#ifdef Q_OS_UNIX
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
#else
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
#endif
}

class TimedMap : public MapView
{
public:
    using MapView::MapView;
    void finish() { componentComplete(); }
    double takeMs() { return double(std::exchange(m_ns, 0)) / 1e6; }

protected:
    void updatePolish() override
    {
        const qint64 start = cpuNs();
        MapView::updatePolish();
        m_ns += cpuNs() - start;
    }
    QSGNode *updatePaintNode(QSGNode *old, UpdatePaintNodeData *data) override
    {
        const qint64 start = cpuNs();
        QSGNode *node = MapView::updatePaintNode(old, data);
        m_ns += cpuNs() - start;
        return node;
    }

private:
    qint64 m_ns = 0;
};

constexpr int Frames = 120;
constexpr double Lat = 37.05;
constexpr double Lon = -6.62;

template<typename Step>
QJsonObject measure(QQuickRenderControl &control, TimedMap &map, Step step)
{
    std::vector<double> times;
    for (int frame = -10; frame < Frames; ++frame) {
        step(frame);
        map.update();
        QCoreApplication::processEvents();
        control.polishItems();
        control.beginFrame();
        control.sync();
        control.endFrame();
        const double ms = map.takeMs();
        if (frame >= 0)
            times.push_back(ms);
    }
    std::ranges::sort(times);
    double sum = 0;
    for (const double time : times)
        sum += time;
    const auto rounded = [](double ms) { return std::round(ms * 1000) / 1000; };
    return {{QStringLiteral("mean_ms"), rounded(sum / double(times.size()))},
            {QStringLiteral("p50_ms"), rounded(times[times.size() / 2])},
            {QStringLiteral("p95_ms"), rounded(times[times.size() * 95 / 100])},
            {QStringLiteral("max_ms"), rounded(times.back())}};
}

QJsonObject measureMarkers(int count, bool clustered)
{
    QQuickRenderControl control;
    QQuickWindow window(&control);
    window.resize(1150, 590);
    if (!control.initialize())
        qFatal("no scene graph");
    auto *map = new TimedMap(window.contentItem());
    map->setSize({1150, 590});
    map->finish();
    map->setView(Lat, Lon, 13.5);
    if (!clustered)
        map->setClusterBelowZoom(0);

    MarkerRows rows;
    QRandomGenerator random(7);
    QList<MarkerRows::Row> list;
    for (int i = 0; i < count; ++i) {
        const int level = i % 50 == 0 ? i / 50 % 4 : -1;
        list.append({.id = QStringLiteral("u%1").arg(i),
                     .latitude = Lat + random.generateDouble() * 0.06 - 0.03,
                     .longitude = Lon + random.generateDouble() * 0.12 - 0.06,
                     .heading = random.generateDouble() * 360,
                     .alertLevel = level,
                     .alertState = level < 0 ? 0 : 1 + i % 2,
                     .name = QStringLiteral("Unit %1").arg(i)});
    }
    rows.reset(list);
    map->setMarkers(&rows);

    QJsonObject result{{QStringLiteral("markers"), count}, {QStringLiteral("clustered"), clustered}};
    result[QStringLiteral("panning")] =
        measure(control, *map, [&](int frame) { map->panBy(frame % 60 < 30 ? 9 : -9, frame % 40 < 20 ? 4 : -4); });
    result[QStringLiteral("live")] = measure(control, *map, [&](int frame) {
        const int first = std::abs(frame) % 10 * count / 10;
        for (int i = first; i < first + count / 10; ++i) {
            MarkerRows::Row row = rows.row(i);
            row.latitude += 2e-5;
            rows.change(i, row, {MarkerRows::Latitude, MarkerRows::Longitude, MarkerRows::Heading});
        }
    });
    result[QStringLiteral("zooming")] =
        measure(control, *map, [&](int frame) { map->zoomBy(frame % 40 < 20 ? 0.05 : -0.05); });
    return result;
}

} // namespace

int main(int argc, char **argv)
{
    QQuickWindow::setSceneGraphBackend(QStringLiteral("rhi"));
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Null);
    QGuiApplication app(argc, argv);
    QJsonArray results;
    for (const int count : {100, 1000, 10'000}) {
        for (const bool clustered : {true, false})
            results.append(measureMarkers(count, clustered));
    }
    const QJsonObject report{{QStringLiteral("bench"), QStringLiteral("map")},
                             {QStringLiteral("frames"), Frames},
                             {QStringLiteral("results"), results}};
    std::puts(QJsonDocument(report).toJson().constData());
    return 0;
}
