// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/Scene.h"
#include "tests/qml/map/MapWindow.h"

#include <QFile>
#include <QStandardItemModel>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace tocsin::map;

namespace {

constexpr double Lat = 37.05;
constexpr double Lon = -6.62;
/// Streets cross in the middle; a park in the north east, water in the south west, a zone in the south east.
constexpr auto City = R"({"city":{"name":"Testville","center":[37.05,-6.62],
 "streets":[{"name":"A","class":"motorway","points":[[37.05,-6.65],[37.05,-6.59]]},
            {"name":"B","class":"major","points":[[37.07,-6.62],[37.03,-6.62]]},
            {"name":"C","class":"minor","points":[[37.07,-6.63],[37.03,-6.63]]}],
 "areas":[{"kind":"park","points":[[37.055,-6.61],[37.06,-6.61],[37.06,-6.6],[37.055,-6.6]]},
          {"kind":"water","points":[[37.04,-6.65],[37.045,-6.65],[37.045,-6.64],[37.04,-6.64]]},
          {"kind":"zone","points":[[37.04,-6.61],[37.045,-6.61],[37.045,-6.6],[37.04,-6.6]]}]}})";

} // namespace

/// What reaches the screen. Needs a display with OpenGL.
class TestMapPicture : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MapWindow> m_scene;

    [[nodiscard]] MapView &map() const { return *m_scene->map; }
    /// The colour at a logical place, whatever the screen's density.
    static QColor at(const QImage &picture, QPointF point)
    {
        const double density = picture.devicePixelRatio();
        return picture.pixelColor((point * density).toPoint());
    }
    /// The colour nearest to `wanted` within some pixels: symbols have outlines.
    static int distance(const QImage &picture, QPointF point, const QColor &wanted, int around = 0)
    {
        int best = 1000;
        for (int dy = -around; dy <= around; ++dy) {
            for (int dx = -around; dx <= around; ++dx) {
                const QColor c = at(picture, point + QPointF(dx, dy));
                best = std::min(best, std::abs(c.red() - wanted.red()) + std::abs(c.green() - wanted.green()) +
                                          std::abs(c.blue() - wanted.blue()));
            }
        }
        return best;
    }
    [[nodiscard]] QPointF screen(double latitude, double longitude) const
    {
        return map().toScreen({latitude, longitude});
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        QFile file(m_folder.filePath(QStringLiteral("city.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(City);
    }
    void init()
    {
        m_scene = std::make_unique<MapWindow>(900, 600);
        map().setGlide(false);
        map().setPulse(false);
    }
    void cleanup() { m_scene.reset(); }

    void landAndSeaAreWhereTheyBelong_data()
    {
        QTest::addColumn<double>("zoom");
        QTest::newRow("world") << 2.0;
        QTest::newRow("continent") << 4.5;
        QTest::newRow("country") << 6.0;
    }
    void landAndSeaAreWhereTheyBelong()
    {
        QFETCH(double, zoom);
        map().setLabels(false);
        map().setView(44, 1, zoom);
        const QImage picture = m_scene->picture();
        QCOMPARE(distance(picture, screen(47.2, 2.5), map().colors()->land()), 0);        // France
        QCOMPARE(distance(picture, screen(45.5, -4.5), map().colors()->water()), 0);      // Bay of Biscay
        QVERIFY(distance(picture, screen(42.68, 0.7), map().colors()->border(), 6) < 30); // the Pyrenees
    }

    void theDateLineHasNoSeam()
    {
        map().setLabels(false);
        map().setView(67, 180, 4.5);
        const QImage picture = m_scene->picture();
        QCOMPARE(distance(picture, screen(67.5, 179), map().colors()->land()), 0);
        QCOMPARE(distance(picture, screen(67.5, 180), map().colors()->land()), 0);
        QCOMPARE(distance(picture, screen(67.0, -178.5), map().colors()->land()), 0);
        QCOMPARE(distance(picture, screen(60, 179.9), map().colors()->water()), 0);
        QCOMPARE(distance(picture, screen(60, -179.9), map().colors()->water()), 0);
    }

    void theCityIsDrawnOverTheBaseMap()
    {
        map().setLabels(false);
        map().setOverlaySource(QUrl::fromLocalFile(m_folder.filePath(QStringLiteral("city.json"))));
        QVERIFY2(map().hasOverlay(), qPrintable(map().overlayError()));
        map().setView(Lat, Lon, 14);
        const QImage picture = m_scene->picture();
        const MapPalette &colors = *map().colors();
        QCOMPARE(distance(picture, screen(37.05, -6.605), colors.streetMotorway()), 0);
        QCOMPARE(distance(picture, screen(37.06, -6.62), colors.streetMajor()), 0);
        QVERIFY(distance(picture, screen(37.06, -6.63), colors.streetMinor(), 1) < 12);
        QCOMPARE(distance(picture, screen(37.0575, -6.605), colors.park()), 0);
        QCOMPARE(distance(picture, screen(37.0425, -6.645), colors.water()), 0);
        QVERIFY(distance(picture, screen(37.0425, -6.61), colors.zone(), 7) < 40); // dashes: some way up or down
        // A wide street covers more pixels than a narrow one.
        const auto across = [&](double longitude, const QColor &color) {
            int count = 0;
            for (int dx = -12; dx <= 12; ++dx)
                count += distance(picture, screen(37.065, longitude) + QPointF(dx, 0), color) < 12 ? 1 : 0;
            return count;
        };
        QVERIFY(across(-6.62, colors.streetMajor()) >= 4);
        QVERIFY(across(-6.63, colors.streetMinor()) <= 3);
    }

    void markersShowTheirStateAndLabels()
    {
        map().setView(Lat, Lon, 14);
        const auto row = [&](const char *id, QPointF place, int level, int state) {
            const QGeoCoordinate where = map().toCoordinate(place);
            return MarkerRows::Row{.id = QString::fromLatin1(id),
                                   .latitude = where.latitude(),
                                   .longitude = where.longitude(),
                                   .heading = 0,
                                   .alertLevel = level,
                                   .alertState = state};
        };
        m_scene->rows.reset({row("Normal", {100, 100}, -1, 0), row("Warning", {300, 100}, 1, 1),
                             row("Done", {500, 100}, 2, 2), row("Panic", {700, 100}, 3, 1),
                             row("Chosen", {100, 300}, -1, 0)});
        map().setMarkers(&m_scene->rows);
        map().setSelectedId(QStringLiteral("Chosen"));
        const QImage picture = m_scene->picture();
        const MapPalette &colors = *map().colors();
        QCOMPARE(distance(picture, {100, 98}, colors.marker()), 0);
        QCOMPARE(distance(picture, {300, 98}, colors.warning()), 0);
        QCOMPARE(distance(picture, {312, 110}, colors.warning()), 0); // the filled square beside it
        QCOMPARE(distance(picture, {700, 100}, colors.emergency()), 0);
        QCOMPARE(distance(picture, {500, 98}, colors.critical()), 0);
        QVERIFY(distance(picture, {512, 111}, colors.critical()) > 100); // an outline has nothing inside
        QVERIFY(distance(picture, {512, 114}, colors.critical(), 2) < 60);
        QVERIFY(distance(picture, {100, 281}, colors.accent(), 1) < 30); // the ring of the selected one
        const auto written = [&](QRectF room) {
            int bright = 0;
            for (int y = int(room.top()); y < int(room.bottom()); ++y) {
                for (int x = int(room.left()); x < int(room.right()); ++x)
                    bright += at(picture, QPointF(x, y)).lightness() > 150 ? 1 : 0;
            }
            return bright;
        };
        QVERIFY(written({114, 92, 40, 16}) > 40);
        QVERIFY(written({722, 92, 40, 16}) > 40);
        QCOMPARE(written({200, 200, 40, 16}), 0);
    }

    void aChangeInTheModelReachesTheScreen()
    {
        map().setView(Lat, Lon, 14);
        const QGeoCoordinate where = map().toCoordinate({450, 200});
        MarkerRows::Row row{
            .id = QStringLiteral("u"), .latitude = where.latitude(), .longitude = where.longitude(), .heading = 0};
        m_scene->rows.reset({row});
        map().setMarkers(&m_scene->rows);
        QCOMPARE(distance(m_scene->picture(), {450, 198}, map().colors()->marker()), 0);
        row.alertLevel = 2;
        row.alertState = 1;
        m_scene->rows.change(0, row, {MarkerRows::AlertLevel, MarkerRows::AlertState});
        QCOMPARE(distance(m_scene->picture(), {450, 198}, map().colors()->critical()), 0);
        m_scene->rows.remove(0, 0);
        QCOMPARE(distance(m_scene->picture(), {450, 198}, map().colors()->land()), 0);
    }

    void placesOnTheGroundLieBelowMarkers()
    {
        map().setView(Lat, Lon, 14);
        map().setLabels(false);
        enum { Name = Qt::UserRole + 1, FenceShape, Outline, Holes, RadiusM, WidthM, AlertLevel };
        QStandardItemModel fences;
        fences.setItemRoleNames({{Name, "name"},
                                 {FenceShape, "fenceShape"},
                                 {Outline, "outline"},
                                 {Holes, "holes"},
                                 {RadiusM, "radiusM"},
                                 {WidthM, "widthM"},
                                 {AlertLevel, "alertLevel"}});
        const auto places = [&](const QList<QPointF> &points) {
            QList<QPointF> list;
            for (const QPointF &point : points) {
                const QGeoCoordinate where = map().toCoordinate(point);
                list.append({where.longitude(), where.latitude()});
            }
            return QVariant::fromValue(list);
        };
        const auto add = [&](int shape, const QList<QPointF> &points, double radius = 0, double width = 0) {
            auto *item = new QStandardItem;
            item->setData(shape, FenceShape);
            item->setData(places(points), Outline);
            item->setData(radius * map().metresPerPixel(), RadiusM);
            item->setData(width * map().metresPerPixel(), WidthM);
            item->setData(-1, AlertLevel);
            fences.appendRow(item);
            return item;
        };
        add(0, {{150, 300}}, 100);
        QStandardItem *square = add(1, {{350, 200}, {550, 200}, {550, 400}, {350, 400}});
        square->setData(QVariantList{places({{400, 250}, {450, 250}, {450, 350}, {400, 350}})}, Holes);
        add(2, {{600, 500}, {800, 500}});
        add(2, {{650, 200}, {850, 200}}, 0, 60);
        map().setFences(&fences);
        QCOMPARE(map().fenceCount(), 4);
        const QGeoCoordinate there = map().toCoordinate({500, 300});
        m_scene->rows.reset(
            {{.id = QStringLiteral("u"), .latitude = there.latitude(), .longitude = there.longitude(), .heading = 0}});
        map().setMarkers(&m_scene->rows);
        QImage picture = m_scene->picture();
        const MapPalette &colors = *map().colors();
        const QColor line = mixed(colors.land(), colors.fence(), 0.75);
        for (const QPointF border : {QPointF(250, 300), QPointF(150, 200), QPointF(350, 300), QPointF(450, 300),
                                     QPointF(700, 500), QPointF(700, 170), QPointF(700, 230), QPointF(880, 200)})
            QVERIFY2(distance(picture, border, line, 2) < 160,
                     qPrintable(QStringLiteral("%1 %2").arg(border.x()).arg(border.y())));
        QCOMPARE(distance(picture, {425, 300}, colors.land()), 0); // the hole
        QVERIFY(distance(picture, {530, 300}, colors.land()) > 3); // within the outline: a breath
        QVERIFY(distance(picture, {530, 300}, colors.land()) < 60);
        QCOMPARE(distance(picture, {500, 298}, colors.marker()), 0);
        // Nobody presses a place by mistake.
        QVERIFY(map().markerAt({530, 300}).isEmpty());
        QCOMPARE(map().markerAt({500, 300}), QStringLiteral("u"));
        square->setData(2, AlertLevel);
        picture = m_scene->picture();
        QVERIFY(distance(picture, {350, 300}, colors.critical(), 2) < 100);
        QVERIFY(distance(picture, {250, 300}, colors.critical(), 2) > 100);
        QCOMPARE(distance(picture, {500, 298}, colors.marker()), 0);
        map().setShowFences(false);
        picture = m_scene->picture();
        QCOMPARE(distance(picture, {350, 300}, colors.land()), 0);
        QCOMPARE(distance(picture, {700, 500}, colors.land()), 0);
        map().setShowFences(true);
        map().setView(Lat, Lon + 90, 14); // out of sight
        QCOMPARE(distance(m_scene->picture(), {350, 300}, colors.fence()) > 100, true);
        fences.clear();
        QCOMPARE(map().fenceCount(), 0);
    }

    void labelsKeepClearOfWhatLiesOverTheMap()
    {
        map().setView(Lat, Lon, 14);
        const QGeoCoordinate there = map().toCoordinate({100, 580});
        m_scene->rows.reset({{.id = QStringLiteral("Unit"),
                              .latitude = there.latitude(),
                              .longitude = there.longitude(),
                              .heading = 0}});
        map().setMarkers(&m_scene->rows);
        const auto written = [&](const QImage &picture, QRectF room) {
            int bright = 0;
            for (int y = int(room.top()); y < int(room.bottom()); ++y) {
                for (int x = int(room.left()); x < int(room.right()); ++x)
                    bright += at(picture, QPointF(x, y)).lightness() > 150 ? 1 : 0;
            }
            return bright;
        };
        const QRectF right(114, 572, 30, 16);
        QVERIFY(written(m_scene->picture(), right) > 20);
        map().setCovered({QRectF(110, 560, 120, 40)});
        const QImage picture = m_scene->picture();
        QCOMPARE(written(picture, right), 0);
        QVERIFY(written(picture, {50, 572, 40, 16}) > 20); // it stands on the left now
    }

    void theTrailFadesTowardsItsPast()
    {
        map().setView(Lat, Lon, 14);
        const QGeoCoordinate start = map().toCoordinate({100, 400});
        QList<QPointF> trail;
        for (int i = 0; i <= 20; ++i) {
            const QGeoCoordinate point = map().toCoordinate({100.0 + i * 35, 400});
            trail.append({point.longitude(), point.latitude()});
        }
        QVERIFY(start.isValid());
        map().setTrail(trail);
        const QImage picture = m_scene->picture();
        QVERIFY(distance(picture, {790, 400}, map().colors()->accent()) < 30);
        QVERIFY(distance(picture, {120, 400}, map().colors()->accent()) > 120);
        QVERIFY(distance(picture, {120, 400}, map().colors()->land()) > 15);
        map().setTrail({});
        QCOMPARE(distance(m_scene->picture(), {790, 400}, map().colors()->land()), 0);
    }

    void crowdsBecomeABubble()
    {
        map().setView(Lat, Lon, 13);
        QList<MarkerRows::Row> crowd;
        for (int i = 0; i < 9; ++i) {
            const QGeoCoordinate where = map().toCoordinate({440.0 + i, 300});
            crowd.append({.id = QString::number(i), .latitude = where.latitude(), .longitude = where.longitude()});
        }
        m_scene->rows.reset(crowd);
        map().setMarkers(&m_scene->rows);
        const QImage picture = m_scene->picture();
        QVERIFY(distance(picture, {444, 311}, map().colors()->clusterFill(), 1) < 20);
    }

    void coloursCanBeChangedAtAnyTime()
    {
        map().setLabels(false);
        map().setView(47, 2.5, 6);
        QCOMPARE(distance(m_scene->picture(), {450, 300}, map().colors()->land()), 0);
        map().colors()->setScheme(MapPalette::Light);
        QCOMPARE(distance(m_scene->picture(), {450, 300}, map().colors()->land()), 0);
        QVERIFY(map().colors()->land().lightness() > 200);
        map().colors()->setLand(Qt::red);
        QCOMPARE(distance(m_scene->picture(), {450, 300}, Qt::red), 0);
    }

    void theMapSurvivesBeingHiddenAndMovedToAnotherWindow()
    {
        map().setLabels(false);
        map().setView(47, 2.5, 6);
        QCOMPARE(distance(m_scene->picture(), {450, 300}, map().colors()->land()), 0);
        QQuickWindow other;
        other.resize(900, 600);
        map().setParentItem(other.contentItem());
        other.show();
        QVERIFY(QTest::qWaitForWindowExposed(&other));
        QTRY_COMPARE(distance(other.grabWindow(), {450, 300}, map().colors()->land()), 0);
        map().setParentItem(m_scene->window.contentItem());
        QCOMPARE(distance(m_scene->picture(), {450, 300}, map().colors()->land()), 0);
    }
};

QTEST_MAIN(TestMapPicture)
#include "test_map_picture.moc"
