// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/FenceTable.h"
#include "qml/controls/map/LineMesh.h"
#include "qml/controls/map/MapCamera.h"
#include "qml/controls/map/MapScale.h"
#include "qml/controls/map/Mercator.h"
#include "qml/controls/map/OverlayMesh.h"
#include "qml/controls/map/Triangulate.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tocsin::map;

namespace {

constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

MapCamera cameraAt(double latitude, double longitude, double zoom, QSizeF size = {800, 600})
{
    MapCamera camera;
    camera.setSize(size);
    camera.setView({mercator::fromDegrees(latitude, longitude), zoom});
    return camera;
}

double areaOf(const QList<QPointF> &points, const std::vector<quint32> &triangles)
{
    double sum = 0;
    for (size_t i = 0; i + 2 < triangles.size(); i += 3) {
        const QPointF a = points[triangles[i]];
        const QPointF b = points[triangles[i + 1]] - a;
        const QPointF c = points[triangles[i + 2]] - a;
        sum += std::abs(b.x() * c.y() - b.y() * c.x()) / 2;
    }
    return sum;
}

} // namespace

class TestMapGeometry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void coordinatesSurviveTheProjection_data()
    {
        QTest::addColumn<double>("latitude");
        QTest::addColumn<double>("longitude");
        QTest::newRow("origin") << 0.0 << 0.0;
        QTest::newRow("north east") << 52.52 << 13.405;
        QTest::newRow("south west") << -33.449 << -70.669;
        QTest::newRow("far north") << 84.9 << 25.0;
        QTest::newRow("far south") << -84.9 << -179.9;
        QTest::newRow("just west of the date line") << 12.0 << 179.999;
    }
    void coordinatesSurviveTheProjection()
    {
        QFETCH(double, latitude);
        QFETCH(double, longitude);
        const QGeoCoordinate back = mercator::toCoordinate(mercator::fromDegrees(latitude, longitude));
        QVERIFY(std::abs(back.latitude() - latitude) < 1e-9);
        QVERIFY(std::abs(back.longitude() - longitude) < 1e-9);
    }

    void polesAreClampedToTheEdgeOfTheWorld()
    {
        QCOMPARE(mercator::fromDegrees(90, 0).y(), 0.0);
        QCOMPARE(mercator::fromDegrees(-90, 0).y(), 1.0);
        QVERIFY(std::abs(mercator::toCoordinate({0.5, -3}).latitude() - mercator::MaxLatitude) < 1e-6);
        QVERIFY(std::abs(mercator::toCoordinate({0.5, 4}).latitude() + mercator::MaxLatitude) < 1e-6);
    }

    void theWorldRepeatsEastAndWest()
    {
        QCOMPARE(mercator::wrapped(1.25), 0.25);
        QCOMPARE(mercator::wrapped(-0.25), 0.75);
        QCOMPARE(mercator::wrapped(1.0), 0.0);
        QCOMPARE(mercator::nearestCopy(0.02, 0.98), 1.02);
        QCOMPARE(mercator::nearestCopy(0.98, 0.02), -0.02);
        QVERIFY(std::abs(mercator::toCoordinate({1.25, 0.5}).longitude() + 90) < 1e-9);
    }

    void metresPerUnitShrinkTowardsThePoles()
    {
        QVERIFY(std::abs(mercator::metresPerUnit(0.5) - 40075016.6856) < 1);
        const double at60 = mercator::metresPerUnit(mercator::fromDegrees(60, 0).y());
        QVERIFY(std::abs(at60 / 40075016.6856 - 0.5) < 1e-6);
    }

    void screenAndWorldAreInverse()
    {
        const MapCamera camera = cameraAt(48, 11, 13.3);
        for (const QPointF point : {QPointF(0, 0), QPointF(799, 2), QPointF(400, 300), QPointF(-50, 700)}) {
            const QPointF back = camera.toScreen(camera.toWorld(point));
            QVERIFY((back - point).manhattanLength() < 1e-4);
        }
    }

    void zoomingKeepsThePlaceUnderTheCursor_data()
    {
        QTest::addColumn<QPointF>("cursor");
        QTest::addColumn<double>("zoom");
        QTest::newRow("in, corner") << QPointF(10, 20) << 14.0;
        QTest::newRow("in, middle") << QPointF(400, 300) << 18.0;
        QTest::newRow("out, side") << QPointF(780, 300) << 9.0;
    }
    void zoomingKeepsThePlaceUnderTheCursor()
    {
        QFETCH(QPointF, cursor);
        QFETCH(double, zoom);
        MapCamera camera = cameraAt(37, -6, 12);
        const QPointF held = camera.toWorld(cursor);
        camera.zoomAbout(cursor, zoom);
        QCOMPARE(camera.zoom(), zoom);
        QVERIFY((camera.toScreen(held) - cursor).manhattanLength() < 1e-3);
    }

    void zoomStaysWithinItsLimits()
    {
        MapCamera camera = cameraAt(0, 0, 10);
        camera.setZoomLimits(5, 12);
        camera.setZoom(30);
        QCOMPARE(camera.zoom(), 12.0);
        camera.setZoom(-4);
        QCOMPARE(camera.zoom(), 5.0);
        camera.setZoom(NaN);
        QCOMPARE(camera.zoom(), 5.0);
        camera.setZoomLimits(9, 3);
        QCOMPARE(camera.maximumZoom(), 9.0);
    }

    void theWorldAlwaysFillsTheWindowsHeight()
    {
        MapCamera camera = cameraAt(80, 0, 0);
        QVERIFY(256 * std::exp2(camera.zoom()) >= 600 - 1e-6);
        const QRectF seen = camera.visibleWorld();
        QVERIFY(seen.top() > -1e-9);
        QVERIFY(seen.bottom() < 1 + 1e-9);
        camera.pan({0, 5000});
        QVERIFY(camera.visibleWorld().top() > -1e-9);
    }

    void panningPastTheDateLineComesOutOnTheOtherSide()
    {
        MapCamera camera = cameraAt(0, 179.9, 8);
        camera.pan({-400, 0});
        const double longitude = mercator::toCoordinate(camera.center()).longitude();
        QVERIFY2(longitude < -170, qPrintable(QString::number(longitude)));
        // A place on the old side is still drawn beside the centre, not a world away.
        QVERIFY(std::abs(camera.toScreen(mercator::fromDegrees(0, 179.9)).x()) < 800);
    }

    void fittingShowsEveryPoint_data()
    {
        QTest::addColumn<QList<QPointF>>("points");
        QTest::newRow("two") << QList{mercator::fromDegrees(37, -6.7), mercator::fromDegrees(37.1, -6.5)};
        QTest::newRow("across the date line") << QList{
            mercator::fromDegrees(-17, 178), mercator::fromDegrees(-14, -172), mercator::fromDegrees(-20, 179)};
        QTest::newRow("many") << QList{mercator::fromDegrees(50, 2), mercator::fromDegrees(40, 20),
                                       mercator::fromDegrees(60, 10), mercator::fromDegrees(45, 5)};
        QTest::newRow("with one that is no number")
            << QList{mercator::fromDegrees(50, 2), QPointF(NaN, 0.4), mercator::fromDegrees(40, 20)};
    }
    void fittingShowsEveryPoint()
    {
        QFETCH(QList<QPointF>, points);
        MapCamera camera = cameraAt(0, 0, 3);
        camera.setView(camera.fitting(points, 40, 18));
        for (const QPointF &point : points) {
            if (std::isnan(point.x()))
                continue;
            QVERIFY(QRectF(39, 39, 722, 522).contains(camera.toScreen(point)));
        }
        QVERIFY(camera.zoom() > 3);
    }

    void fittingNothingStaysAndOnePointKeepsTheZoom()
    {
        const MapCamera camera = cameraAt(10, 20, 9);
        QVERIFY(camera.fitting({}, 40, 16) == camera.view());
        const QPointF one = mercator::fromDegrees(50, 8);
        const View view = camera.fitting({one}, 40, 16);
        QCOMPARE(view.zoom, 9.0);
        QVERIFY((view.center - one).manhattanLength() < 1e-9);
    }

    void outlinesAreCutIntoTrianglesOfTheSameArea_data()
    {
        QTest::addColumn<QList<QPointF>>("outline");
        QTest::addColumn<double>("area");
        QTest::newRow("triangle") << QList<QPointF>{{0, 0}, {1, 0}, {0, 1}} << 0.5;
        QTest::newRow("square") << QList<QPointF>{{0, 0}, {1, 0}, {1, 1}, {0, 1}} << 1.0;
        QTest::newRow("square, other way") << QList<QPointF>{{0, 1}, {1, 1}, {1, 0}, {0, 0}} << 1.0;
        QTest::newRow("square, closed") << QList<QPointF>{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} << 1.0;
        QTest::newRow("letter L") << QList<QPointF>{{0, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 2}, {0, 2}} << 3.0;
        QTest::newRow("letter L, other way") << QList<QPointF>{{0, 2}, {1, 2}, {1, 1}, {2, 1}, {2, 0}, {0, 0}} << 3.0;
        QTest::newRow("with points in line") << QList<QPointF>{{0, 0}, {1, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 1}} << 4.0;
        QTest::newRow("no area") << QList<QPointF>{{0, 0}, {1, 0}, {2, 0}} << 0.0;
        QTest::newRow("two points") << QList<QPointF>{{0, 0}, {1, 0}} << 0.0;
        QTest::newRow("none") << QList<QPointF>{} << 0.0;
    }
    void outlinesAreCutIntoTrianglesOfTheSameArea()
    {
        QFETCH(QList<QPointF>, outline);
        QFETCH(double, area);
        QVERIFY(std::abs(areaOf(outline, triangulate(outline)) - area) < 1e-9);
    }

    void aCrossingOutlineStillEnds()
    {
        const QList<QPointF> bow{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0.5, 3}, {0.2, -1}};
        QVERIFY(triangulate(bow).size() % 3 == 0);
    }

    void linesBecomeTrianglesThatNameExistingVertices_data()
    {
        QTest::addColumn<QList<QPointF>>("points");
        QTest::addColumn<bool>("empty");
        QTest::newRow("none") << QList<QPointF>{} << true;
        QTest::newRow("one") << QList<QPointF>{{0, 0}} << true;
        QTest::newRow("one repeated") << QList<QPointF>{{1, 1}, {1, 1}, {1, 1}} << true;
        QTest::newRow("two") << QList<QPointF>{{0, 0}, {1, 0}} << false;
        QTest::newRow("there and back") << QList<QPointF>{{0, 0}, {1, 0}, {0, 0}} << false;
        QTest::newRow("right angle") << QList<QPointF>{{0, 0}, {1, 0}, {1, 1}} << false;
        QTest::newRow("closed") << QList<QPointF>{{0, 0}, {1, 0}, {1, 1}, {0, 0}} << false;
        QTest::newRow("with no number") << QList<QPointF>{{0, 0}, {NaN, 0}, {1, 1}} << false;
    }
    void linesBecomeTrianglesThatNameExistingVertices()
    {
        QFETCH(QList<QPointF>, points);
        QFETCH(bool, empty);
        for (const auto ends : {LineMesh::Ends::Flat, LineMesh::Ends::Round}) {
            LineMesh mesh;
            mesh.add(points, ends);
            QCOMPARE(mesh.isEmpty(), empty);
            QVERIFY(mesh.indices().size() % 3 == 0);
            for (const quint32 index : mesh.indices())
                QVERIFY(index < mesh.vertices().size());
            for (const LineVertex &v : mesh.vertices()) {
                QVERIFY(std::isfinite(v.x) && std::isfinite(v.nx) && std::isfinite(v.ny));
                QVERIFY(std::hypot(v.nx, v.ny) < 1.8F); // no spikes at corners
            }
        }
    }

    void lineVerticesCarryTheirWayAndOpacity()
    {
        LineMesh mesh;
        const std::vector<float> fade{0.25F, 1.0F};
        mesh.add(QList<QPointF>{{0, 0}, {3, 4}}, LineMesh::Ends::Flat, fade);
        QCOMPARE(mesh.vertices().front().alpha, 0.25F);
        QCOMPARE(mesh.vertices().back().alpha, 1.0F);
        QCOMPARE(mesh.vertices().back().along, 5.0F);
    }

    void streetsWidenAsOneComesCloser()
    {
        using Kind = CityOverlay::StreetClass;
        for (const Kind kind : {Kind::Minor, Kind::Major, Kind::Motorway}) {
            for (double zoom = 5; zoom < 22; zoom += 0.5)
                QVERIFY(streetWidth(kind, zoom) <= streetWidth(kind, zoom + 0.5));
        }
        QVERIFY(streetWidth(Kind::Minor, 14) < streetWidth(Kind::Major, 14));
        QVERIFY(streetWidth(Kind::Major, 14) < streetWidth(Kind::Motorway, 14));
    }

    void theScaleBarShowsARoundDistance_data()
    {
        QTest::addColumn<double>("metresPerPixel");
        QTest::addColumn<int>("units");
        QTest::addColumn<QString>("text");
        QTest::newRow("500 m") << 5.2 << int(MapScale::Metric) << QStringLiteral("500 m");
        QTest::newRow("1 km exactly") << 10.0 << int(MapScale::Metric) << QStringLiteral("1 km");
        QTest::newRow("2,000 km") << 30000.0 << int(MapScale::Metric) << QStringLiteral("2,000 km");
        QTest::newRow("half a metre") << 0.006 << int(MapScale::Metric) << QStringLiteral("0.5 m");
        QTest::newRow("feet") << 5.2 << int(MapScale::Imperial) << QStringLiteral("1,000 ft");
        QTest::newRow("miles") << 50.0 << int(MapScale::Imperial) << QStringLiteral("2 mi");
        QTest::newRow("sea miles") << 50.0 << int(MapScale::Nautical) << QStringLiteral("2 nmi");
        QTest::newRow("metres at sea") << 5.2 << int(MapScale::Nautical) << QStringLiteral("500 m");
        QTest::newRow("unknown") << NaN << int(MapScale::Metric) << QString();
        QTest::newRow("zero") << 0.0 << int(MapScale::Metric) << QString();
    }
    void theScaleBarShowsARoundDistance()
    {
        QFETCH(double, metresPerPixel);
        QFETCH(int, units);
        QFETCH(QString, text);
        QLocale::setDefault(QLocale::c());
        QLocale::setDefault(QLocale(QLocale::English));
        MapScale scale;
        scale.setMaximumLength(100);
        scale.setUnits(MapScale::Units(units));
        scale.setMetresPerPixel(metresPerPixel);
        QCOMPARE(scale.text().replace(QChar(0x00A0), QLatin1Char(' ')), text);
        QVERIFY(scale.length() <= 100.000001);
        QCOMPARE(scale.length() > 39, !text.isEmpty());
    }

    void aCorridorIsAsWideAsItSays()
    {
        const QList<QPointF> straight = corridor({{0, 0}, {10, 0}}, 1);
        const double round = std::acos(-1.0);
        QVERIFY(std::abs(areaOf(straight, triangulate(straight)) - (20 + round)) < 0.1);
        const QList<QPointF> bent =
            corridor({{0, 0}, {10, 0}, {10, 10}, {20, 10}}, 1); // to the right, then to the left
        // Each bend gains a quarter disc outside and counts the square inside once.
        QVERIFY(std::abs(areaOf(bent, triangulate(bent)) - (60 + round + 2 * (round / 4 - 1))) < 0.15);
        for (const QPointF &point : bent)
            QVERIFY(point.x() > -1.01 && point.x() < 21.01 && point.y() > -1.01 && point.y() < 11.01);
        QVERIFY(corridor({{1, 1}, {1, 1}}, 1).isEmpty());
        QVERIFY(corridor({{1, 1}}, 1).isEmpty());
        QCOMPARE(corridor({{0, 0}, {0, 0}, {10, 0}}, 1), straight);
    }

    void holesAreCutOut_data()
    {
        QTest::addColumn<QList<QList<QPointF>>>("holes");
        QTest::addColumn<double>("area");
        const QList<QPointF> one{{2, 2}, {4, 2}, {4, 4}, {2, 4}};
        const QList<QPointF> other{{6, 1}, {6, 3}, {8, 3}, {8, 1}}; // the other way around
        const QList<QPointF> same{{6, 2.5}, {7, 2}, {8, 2.5}, {7, 5}};
        QTest::newRow("none") << QList<QList<QPointF>>{} << 100.0;
        QTest::newRow("one") << QList<QList<QPointF>>{one} << 96.0;
        QTest::newRow("two in a row") << QList<QList<QPointF>>{one, other} << 92.0;
        QTest::newRow("three, one behind the other")
            << QList<QList<QPointF>>{one, same, {{1, 7}, {9, 7}, {9, 9}}} << 85.0;
        QTest::newRow("of two points") << QList<QList<QPointF>>{{{1, 1}, {2, 2}}} << 100.0;
        QTest::newRow("beside it") << QList<QList<QPointF>>{{{20, 1}, {21, 1}, {21, 2}}} << 100.0;
    }
    void holesAreCutOut()
    {
        QFETCH(QList<QList<QPointF>>, holes);
        QFETCH(double, area);
        QList<QPointF> square{{0, 0}, {10, 0}, {10, 10}, {0, 10}};
        for (int way = 0; way < 2; ++way) {
            const QList<QPointF> ring = withoutHoles(square, holes);
            QVERIFY(std::abs(areaOf(ring, triangulate(ring)) - area) < 1e-9);
            std::reverse(square.begin(), square.end());
        }
    }
};

QTEST_GUILESS_MAIN(TestMapGeometry)
#include "test_map_geometry.moc"
