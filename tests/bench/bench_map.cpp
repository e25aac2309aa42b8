// SPDX-License-Identifier: GPL-3.0-or-later
// What the map costs the GUI thread per frame, with many markers. Prints one JSON object.
//   QT_QPA_PLATFORM=xcb LIBGL_ALWAYS_SOFTWARE=1 QSG_RHI_BACKEND=opengl xvfb-run -a build/tests/bin/bench_map
// "panning" moves the map by some pixels per frame; "live" moves a tenth of the markers per frame as fixes at 6 Hz
// would, all of them gliding; "zooming" changes the zoom with each frame. Times are milliseconds of polish (layout)
// and sync (upload to the scene graph) together: what the GUI thread spends or waits, drawing apart.
#include "tests/qml/map/MapWindow.h"

#include <QElapsedTimer>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace tocsin::map;

namespace {

class TimedMap : public MapView
{
public:
    using MapView::MapView;
    void finish() { componentComplete(); }
    double takeMs() { return double(std::exchange(m_ns, 0)) / 1e6; }

protected:
    void updatePolish() override
    {
        QElapsedTimer timer;
        timer.start();
        MapView::updatePolish();
        m_ns += timer.nsecsElapsed();
    }
    QSGNode *updatePaintNode(QSGNode *old, UpdatePaintNodeData *data) override
    {
        QElapsedTimer timer;
        timer.start();
        QSGNode *node = MapView::updatePaintNode(old, data);
        m_ns += timer.nsecsElapsed();
        return node;
    }

private:
    qint64 m_ns = 0;
};

constexpr int Frames = 120;
constexpr double Lat = 37.05;
constexpr double Lon = -6.62;

template<typename Step>
QJsonObject measure(QQuickWindow &window, TimedMap &map, Step step)
{
    std::vector<double> times;
    for (int frame = -10; frame < Frames; ++frame) {
        step(frame);
        map.update();
        (void)window.grabWindow();
        QCoreApplication::processEvents();
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
    QQuickWindow window;
    window.resize(1150, 590);
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
    window.show();
    (void)QTest::qWaitForWindowExposed(&window);

    QJsonObject result{{QStringLiteral("markers"), count}, {QStringLiteral("clustered"), clustered}};
    result[QStringLiteral("panning")] =
        measure(window, *map, [&](int frame) { map->panBy(frame % 60 < 30 ? 9 : -9, frame % 40 < 20 ? 4 : -4); });
    result[QStringLiteral("live")] = measure(window, *map, [&](int frame) {
        const int first = std::abs(frame) % 10 * count / 10;
        for (int i = first; i < first + count / 10; ++i) {
            MarkerRows::Row row = rows.row(i);
            row.latitude += 2e-5;
            rows.change(i, row, {MarkerRows::Latitude, MarkerRows::Longitude, MarkerRows::Heading});
        }
    });
    result[QStringLiteral("zooming")] =
        measure(window, *map, [&](int frame) { map->zoomBy(frame % 40 < 20 ? 0.05 : -0.05); });
    return result;
}

} // namespace

int main(int argc, char **argv)
{
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
