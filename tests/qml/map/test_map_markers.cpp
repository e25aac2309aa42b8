// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/ClusterGrid.h"
#include "qml/controls/map/LabelAtlas.h"
#include "qml/controls/map/LabelPlacer.h"
#include "qml/controls/map/MapPalette.h"
#include "qml/controls/map/MarkerScene.h"
#include "qml/controls/map/MarkerTable.h"
#include "qml/controls/map/Mercator.h"
#include "tests/qml/map/MarkerRows.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <numeric>

using namespace tocsin::map;

namespace {

MarkerRows::Row row(const char *id, double latitude, double longitude)
{
    return {.id = QString::fromLatin1(id), .latitude = latitude, .longitude = longitude};
}

struct Fixture
{
    qint64 now = 1000;
    MarkerRows rows;
    MarkerTable table{[this] { return now; }};

    Fixture() { table.setModel(&rows); }
    const Marker &marker(const char *id)
    {
        table.refresh();
        return table.markers()[size_t(table.indexOf(QString::fromLatin1(id)))];
    }
};

/// A layout as MapView makes it.
struct Layout
{
    MapCamera camera;
    MapPalette palette;
    Scene scene;
    LabelPlacer placer;
    LabelAtlas atlas;
    MarkerScene markers;
    Clustering groups;
    int selected = -1;
    int hovered = -1;

    Layout()
    {
        camera.setSize({800, 600});
        camera.setView({mercator::fromDegrees(37, -6), 15});
    }
    QPointF world(double x, double y) const { return camera.toWorld({x, y}); }
    void build(const std::vector<Marker> &list, qint64 now = 0)
    {
        groups.singles.resize(list.size());
        std::iota(groups.singles.begin(), groups.singles.end(), 0);
        scene.start(camera.center());
        placer.clear();
        atlas.setBudget(100'000);
        markers.build({.camera = camera,
                       .markers = list,
                       .groups = groups,
                       .palette = palette,
                       .selected = selected,
                       .hovered = hovered,
                       .now = now},
                      scene, placer, atlas);
    }
    Marker marker(double x, double y, int level = -1, int state = 0) const
    {
        Marker m;
        m.id = m.name = QStringLiteral("Unit %1").arg(int(x));
        m.from = m.to = world(x, y);
        m.alertLevel = level;
        m.alertState = state;
        m.placed = true;
        return m;
    }
};

std::vector<ClusterPoint> pointsAt(const QList<QPointF> &at)
{
    std::vector<ClusterPoint> points;
    for (const QPointF &point : at)
        points.push_back({point});
    return points;
}

} // namespace

class TestMapMarkers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTestModelIsSound()
    {
        MarkerRows rows;
        const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
        rows.reset({row("a", 1, 2), row("b", 3, 4)});
        rows.insert(1, {row("c", 5, 6)});
        rows.moveToFront(2);
        rows.remove(0, 1);
        QCOMPARE(rows.rowCount(), 1);
    }

    void rowsBecomeMarkersByRoleName()
    {
        Fixture f;
        f.rows.reset({{.id = QStringLiteral("u1"),
                       .latitude = 37,
                       .longitude = -6,
                       .heading = 90,
                       .alertLevel = 2,
                       .alertState = 1,
                       .stale = true,
                       .accuracyM = 12,
                       .name = QStringLiteral("Unit 1")}});
        const Marker &marker = f.marker("u1");
        QCOMPARE(marker.name, QStringLiteral("Unit 1"));
        QVERIFY((marker.to - mercator::fromDegrees(37, -6)).manhattanLength() < 1e-12);
        QCOMPARE(marker.heading, 90.0);
        QCOMPARE(marker.alertLevel, 2);
        QCOMPARE(marker.alertState, 1);
        QVERIFY(marker.stale && marker.placed && marker.alerting());
        QCOMPARE(marker.accuracyM, 12.0);
        QVERIFY(marker.detail.isEmpty());
        f.table.setDetailRole(QStringLiteral("name"));
        QCOMPARE(f.marker("u1").detail, QStringLiteral("Unit 1"));
    }

    void aMarkerWithoutAPositionIsNotPlaced_data()
    {
        QTest::addColumn<double>("latitude");
        QTest::addColumn<double>("longitude");
        QTest::addColumn<bool>("has");
        QTest::newRow("told so") << 1.0 << 1.0 << false;
        QTest::newRow("latitude unknown") << MarkerRows::Unknown << 1.0 << true;
        QTest::newRow("longitude unknown") << 1.0 << MarkerRows::Unknown << true;
        QTest::newRow("out of range") << 91.0 << 1.0 << true;
    }
    void aMarkerWithoutAPositionIsNotPlaced()
    {
        QFETCH(double, latitude);
        QFETCH(double, longitude);
        QFETCH(bool, has);
        Fixture f;
        MarkerRows::Row value = row("u", latitude, longitude);
        value.hasPosition = has;
        value.alertLevel = 3;
        value.alertState = 1;
        f.rows.reset({value});
        QVERIFY(!f.marker("u").placed);
        QVERIFY(!f.marker("u").alerting());
    }

    void rowsThatComeAndGoAreReflected()
    {
        Fixture f;
        QSignalSpy counted(&f.table, &MarkerTable::countChanged);
        f.rows.reset({row("a", 1, 1), row("b", 2, 2)});
        QCOMPARE(counted.size(), 1);
        QVERIFY(f.table.refresh());
        QVERIFY(!f.table.refresh());
        f.rows.insert(1, {row("c", 3, 3), row("d", 4, 4)});
        f.table.refresh();
        QCOMPARE(f.table.markers().size(), size_t(4));
        QCOMPARE(f.table.indexOf(QStringLiteral("b")), 3);
        f.rows.moveToFront(3);
        f.table.refresh();
        QCOMPARE(f.table.indexOf(QStringLiteral("b")), 0);
        f.rows.remove(1, 2);
        f.table.refresh();
        QCOMPARE(f.table.markers().size(), size_t(2));
        QCOMPARE(f.table.indexOf(QStringLiteral("a")), -1);
        QCOMPARE(f.table.indexOf(QStringLiteral("d")), 1);
        f.rows.reset({});
        f.table.refresh();
        QVERIFY(f.table.markers().empty());
        QCOMPARE(counted.size(), 4);
    }

    void changesBeforeARefreshSurviveOtherRowsComingAndGoing()
    {
        Fixture f;
        f.rows.reset({row("a", 1, 1), row("b", 2, 2), row("c", 3, 3)});
        f.table.refresh();
        MarkerRows::Row changed = row("c", 3, 3);
        changed.alertLevel = 1;
        changed.alertState = 1;
        f.rows.change(2, changed, {MarkerRows::AlertLevel, MarkerRows::AlertState});
        f.rows.remove(0, 0);
        f.rows.insert(0, {row("x", 9, 9), row("y", 8, 8)});
        QCOMPARE(f.marker("c").alertLevel, 1);
        QCOMPARE(f.marker("b").alertLevel, -1);
        QCOMPARE(f.table.indexOf(QStringLiteral("c")), 3);
        // The last row was changed and then taken away: nothing is left to be read.
        f.rows.change(3, changed);
        f.rows.remove(3, 3);
        f.table.refresh();
        QCOMPARE(f.table.indexOf(QStringLiteral("c")), -1);
    }

    void onlyTheRolesThatChangedAreRead()
    {
        Fixture f;
        f.rows.reset({row("a", 1, 1)});
        f.table.refresh();
        f.rows.reads = 0;
        for (int i = 0; i < 50; ++i)
            f.rows.change(0, row("a", 1 + i * 1e-6, 1), {MarkerRows::Latitude, MarkerRows::Longitude});
        QCOMPARE(f.rows.reads, 0);
        f.table.refresh();
        QVERIFY2(f.rows.reads <= 4, qPrintable(QString::number(f.rows.reads)));
        f.rows.change(0, row("a", 1, 1), {Qt::ToolTipRole});
        QVERIFY(!f.table.refresh());
    }

    void aModelThatIsDestroyedLeavesNoMarkers()
    {
        Fixture f;
        auto model = std::make_unique<MarkerRows>();
        model->append(row("a", 1, 1));
        f.table.setModel(model.get());
        f.table.refresh();
        QCOMPARE(f.table.markers().size(), size_t(1));
        QSignalSpy spy(&f.table, &MarkerTable::modelChanged);
        model.reset();
        f.table.refresh();
        QVERIFY(f.table.markers().empty());
        QVERIFY(f.table.model() == nullptr);
        QCOMPARE(spy.size(), 1);
    }

    void markersGlideToANewFixWithinASecond()
    {
        Fixture f;
        f.rows.reset({row("a", 37, -6)});
        f.table.refresh();
        f.now += 5000;
        f.rows.change(0, row("a", 37.001, -6), {MarkerRows::Latitude});
        const QPointF from = mercator::fromDegrees(37, -6);
        const QPointF to = mercator::fromDegrees(37.001, -6);
        const Marker &marker = f.marker("a");
        QVERIFY(marker.gliding(f.now));
        QVERIFY((marker.at(f.now) - from).manhattanLength() < 1e-12);
        QVERIFY((marker.at(f.now + 500) - (from + to) / 2).manhattanLength() < 1e-9);
        QVERIFY((marker.at(f.now + MarkerTable::MaxGlideMs) - to).manhattanLength() < 1e-12);
        QVERIFY(!marker.gliding(f.now + MarkerTable::MaxGlideMs));
    }

    void aFixDuringAGlideStartsWhereTheMarkerIs()
    {
        Fixture f;
        f.rows.reset({row("a", 37, -6)});
        f.table.refresh();
        f.now += 1000;
        f.rows.change(0, row("a", 37.001, -6));
        f.table.refresh();
        f.now += 400;
        const QPointF here = f.marker("a").at(f.now);
        f.rows.change(0, row("a", 37.002, -6));
        QVERIFY((f.marker("a").at(f.now) - here).manhattanLength() < 1e-12);
        QCOMPARE(f.marker("a").glideMs, 400); // as fast as the fixes come
    }

    void jumpsAndSwitchedOffGlidesAreImmediate_data()
    {
        QTest::addColumn<double>("latitude");
        QTest::addColumn<bool>("glide");
        QTest::newRow("far away") << 38.0 << true;
        QTest::newRow("switched off") << 37.001 << false;
    }
    void jumpsAndSwitchedOffGlidesAreImmediate()
    {
        QFETCH(double, latitude);
        QFETCH(bool, glide);
        Fixture f;
        f.table.setGlide(glide);
        f.rows.reset({row("a", 37, -6)});
        f.table.refresh();
        f.now += 1000;
        f.rows.change(0, row("a", latitude, -6));
        QVERIFY(!f.marker("a").gliding(f.now));
        QVERIFY((f.marker("a").at(f.now) - mercator::fromDegrees(latitude, -6)).manhattanLength() < 1e-12);
    }

    void headingsTurnTheShortWay()
    {
        Fixture f;
        MarkerRows::Row value = row("a", 37, -6);
        value.heading = 350;
        f.rows.reset({value});
        f.table.refresh();
        f.now += 1000;
        value.heading = 10;
        value.latitude = 37.0005;
        f.rows.change(0, value);
        QCOMPARE(f.marker("a").headingAt(f.now + 150), 360.0);
        QCOMPARE(f.marker("a").headingAt(f.now + 2000), 10.0);
        value.heading = MarkerRows::Unknown;
        f.rows.change(0, value);
        QVERIFY(std::isnan(f.marker("a").headingAt(f.now)));
    }

    void glidingCrossesTheDateLineTheShortWay()
    {
        Fixture f;
        f.rows.reset({row("a", 0, 179.999)});
        f.table.refresh();
        f.now += 1000;
        f.rows.change(0, row("a", 0, -179.999));
        const Marker &marker = f.marker("a");
        QVERIFY(marker.gliding(f.now));
        QVERIFY(std::abs(marker.to.x() - marker.from.x()) < 1e-4);
    }

    void fewPointsAreNotGrouped_data()
    {
        QTest::addColumn<QList<QPointF>>("points");
        QTest::newRow("none") << QList<QPointF>{};
        QTest::newRow("one") << QList<QPointF>{{0.5, 0.5}};
        QTest::newRow("two together") << QList<QPointF>{{0.5, 0.5}, {0.5, 0.5}};
        QTest::newRow("three apart") << QList<QPointF>{{0.1, 0.5}, {0.5, 0.5}, {0.9, 0.5}};
    }
    void fewPointsAreNotGrouped()
    {
        QFETCH(QList<QPointF>, points);
        const Clustering result = cluster(pointsAt(points), 0.01);
        QVERIFY(result.clusters.empty());
        QCOMPARE(qsizetype(result.singles.size()), points.size());
    }

    void crowdsAreGroupedAndNobodyIsLost()
    {
        std::vector<ClusterPoint> points;
        for (int i = 0; i < 300; ++i)
            points.push_back({QPointF(0.2 + (i % 3) * 0.3 + (i / 3) * 1e-6, 0.5)});
        points[4].alone = true; // alerting: stays visible by itself
        const Clustering result = cluster(points, 0.01);
        QCOMPARE(result.clusters.size(), size_t(3));
        QVERIFY((result.singles == std::vector<int>{4}));
        size_t members = 0;
        for (const Cluster &group : result.clusters) {
            members += group.members.size();
            QVERIFY(std::ranges::is_sorted(group.members));
            QVERIFY(std::abs(group.center.y() - 0.5) < 1e-9);
        }
        QCOMPARE(members, size_t(299));
    }

    void groupsReachAcrossCellEdges()
    {
        // Radius 0.1: the points lie in four different cells around (0.1, 0.1).
        const Clustering result =
            cluster(pointsAt({{0.099, 0.099}, {0.101, 0.099}, {0.099, 0.101}, {0.101, 0.101}}), 0.1);
        QCOMPARE(result.clusters.size(), size_t(1));
        QCOMPARE(result.clusters.front().members.size(), size_t(4));
    }

    void labelsTakeTurnsAroundAMarkerAndNeverOverlap()
    {
        LabelPlacer placer;
        const QSizeF size(60, 16);
        QList<QRectF> rooms;
        for (int i = 0; i < LabelPlacer::SideCount; ++i) {
            const auto placement = placer.place({200, 200}, 20, size);
            QVERIFY(placement.has_value());
            QCOMPARE(int(placement->side), i);
            rooms.append({placement->topLeft, size});
        }
        QVERIFY(!placer.place({200, 200}, 20, size).has_value());
        for (qsizetype i = 0; i < rooms.size(); ++i) {
            for (qsizetype j = 0; j < i; ++j)
                QVERIFY(!rooms[i].intersects(rooms[j]));
        }
        QVERIFY(placer.place({200, 200}, 20, size, LabelPlacer::Left, true).has_value()); // forced
    }

    void aLabelKeepsItsSideWhenItCan()
    {
        LabelPlacer placer;
        QVERIFY(placer.place({200, 200}, 10, {50, 16}, LabelPlacer::Above)->side == LabelPlacer::Above);
        placer.block({0, 0, 1000, 190});
        QVERIFY(placer.place({200, 200}, 10, {50, 16}, LabelPlacer::Above)->side == LabelPlacer::Right);
    }

    void centredLabelsNeedFreeRoom()
    {
        LabelPlacer placer;
        QVERIFY(placer.placeCentered({-300, -300}, {100, 20}));
        QVERIFY(!placer.placeCentered({-280, -310}, {100, 20}));
        QVERIFY(placer.placeCentered({-280, -279}, {100, 20}));
        placer.clear();
        QVERIFY(placer.placeCentered({-280, -310}, {100, 20}));
    }

    void labelsAreDrawnOnceAndAtTheScreensDensity()
    {
        LabelAtlas atlas;
        const auto first = *atlas.find(QStringLiteral("Unit 7"), LabelAtlas::Style::Marker);
        const quint64 revision = atlas.revision();
        QVERIFY(atlas.find(QStringLiteral("Unit 7"), LabelAtlas::Style::Marker) != nullptr);
        QCOMPARE(atlas.revision(), revision);
        QVERIFY(first.text.width() > 10 && first.text.height() > 8);
        atlas.setDensity(2);
        const auto dense = *atlas.find(QStringLiteral("Unit 7"), LabelAtlas::Style::Marker);
        QCOMPARE(dense.text, first.text);
        QCOMPARE(atlas.image().width(), 2 * LabelAtlas::Side);
        const double texels = dense.texture.width() * atlas.image().width();
        QVERIFY(std::abs(texels - dense.size.width() * 2) < 1.01);
        QVERIFY(atlas.find({}, LabelAtlas::Style::Marker) == nullptr);
    }

    void aSpentBudgetPutsLabelsOff()
    {
        LabelAtlas atlas;
        atlas.setBudget(1);
        QVERIFY(atlas.find(QStringLiteral("a"), LabelAtlas::Style::Marker) != nullptr);
        QVERIFY(!atlas.takePostponed());
        QVERIFY(atlas.find(QStringLiteral("b"), LabelAtlas::Style::Marker) == nullptr);
        QVERIFY(atlas.takePostponed());
        QVERIFY(!atlas.takePostponed());
        atlas.setBudget(1);
        QVERIFY(atlas.find(QStringLiteral("b"), LabelAtlas::Style::Marker) != nullptr);
    }

    void aFullAtlasStartsAnew()
    {
        LabelAtlas atlas;
        atlas.setBudget(1'000'000);
        int drawn = 0;
        while (drawn < 100'000 && atlas.find(QStringLiteral("label %1").arg(drawn), LabelAtlas::Style::Marker))
            ++drawn;
        QVERIFY(drawn > MarkerScene::MaxLabels / 2);
        QVERIFY(drawn < 100'000);
        QVERIFY(atlas.takePostponed());
        QVERIFY(atlas.find(QStringLiteral("label %1").arg(drawn), LabelAtlas::Style::Marker) != nullptr);
    }

    void theMarkerUnderThePointerIsFound()
    {
        Layout l;
        const std::vector<Marker> list{l.marker(100, 100), l.marker(300, 200), l.marker(310, 200, 2, 1)};
        l.build(list);
        QCOMPARE(l.markers.hit({101, 98}, l.camera, 6).marker, 0);
        QCOMPARE(l.markers.hit({299, 200}, l.camera, 6).marker, 1);
        QCOMPARE(l.markers.hit({305, 200}, l.camera, 6).marker, 2); // between two: the alerting one
        QVERIFY(!l.markers.hit({500, 500}, l.camera, 6).any());
        MapCamera moved = l.camera;
        moved.pan({40, 10});
        QCOMPARE(l.markers.hit({140, 110}, moved, 6).marker, 0);
    }

    void bubblesAreHitAndStandClearOfAlerts()
    {
        Layout l;
        std::vector<Marker> list{l.marker(400, 300, 3, 1)};
        for (int i = 0; i < 5; ++i)
            list.push_back(l.marker(400, 301));
        l.groups = Clustering{{Cluster{l.world(400, 301), {1, 2, 3, 4, 5}}}, {0}};
        l.scene.start(l.camera.center());
        l.markers.build({.camera = l.camera, .markers = list, .groups = l.groups, .palette = l.palette}, l.scene,
                        l.placer, l.atlas);
        QCOMPARE(l.markers.hit({400, 300}, l.camera, 2).marker, 0);
        bool found = false;
        for (int y = 310; y < 360; ++y)
            found = found || l.markers.hit({400, double(y)}, l.camera, 0).cluster == 0;
        QVERIFY(found);
        QVERIFY(l.markers.hit({400, 312}, l.camera, 0).cluster < 0);
    }

    void collidingLabelsGoToTheMoreImportantMarker()
    {
        Layout l;
        // So close together and so hemmed in that not every one can have a label.
        std::vector<Marker> list;
        for (int i = 0; i < 40; ++i)
            list.push_back(l.marker(60 + i % 8 * 90, 200 + i / 8 * 12));
        list[20].alertLevel = 2;
        list[20].alertState = 1;
        l.selected = 11;
        l.build(list);
        const auto labelled = [&](size_t number) {
            // Labels are placed relative to their marker: look for its position.
            const QPointF at = list[number].to - l.scene.origin();
            return std::ranges::any_of(
                l.scene.labels, [&](const TextVertex &v) { return v.x == float(at.x()) && v.y == float(at.y()); });
        };
        QVERIFY(labelled(11));
        QVERIFY(labelled(20));
        QVERIFY(l.scene.labels.size() / 4 < list.size());
    }

    void markersOutOfSightAndUnplacedOnesAreNotDrawn()
    {
        Layout l;
        std::vector<Marker> list{l.marker(100, 100), l.marker(5000, 100), l.marker(200, 100)};
        list[2].placed = false;
        l.build(list);
        QCOMPARE(l.markers.drawn(), 1);
        QVERIFY(l.markers.covers(l.camera));
        MapCamera moved = l.camera;
        moved.pan({MarkerScene::Beyond - 20, 0});
        QVERIFY(l.markers.covers(moved));
        moved.pan({40, 0});
        QVERIFY(!l.markers.covers(moved));
        moved = l.camera;
        moved.setZoom(14.5);
        QVERIFY(!l.markers.covers(moved));
    }

    void nothingHidesAnEmergency()
    {
        Layout l;
        std::vector<Marker> list{l.marker(300, 300, 3, 1), l.marker(301, 300, 1, 1), l.marker(299, 300)};
        l.selected = 2;
        l.build(list);
        QVERIFY(l.markers.pulses());
        const auto diamond = [](const ShapeVertex &v) { return int(v.shape) == Symbol::Diamond; };
        const auto last = std::ranges::find_if(l.scene.symbols.rbegin(), l.scene.symbols.rend(), diamond);
        QVERIFY(last != l.scene.symbols.rend());
        QCOMPARE(last - l.scene.symbols.rbegin(), 0); // drawn last
        list[0].alertState = 2;
        l.build(list);
        QVERIFY(!l.markers.pulses());
    }

    void shapesTellTheClassAndTheState_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("shape");
        QTest::addColumn<bool>("filled");
        QTest::newRow("info") << 0 << 1 << int(Symbol::Disc) << true;
        QTest::newRow("warning") << 1 << 1 << int(Symbol::Square) << true;
        QTest::newRow("warning, acknowledged") << 1 << 2 << int(Symbol::Square) << false;
        QTest::newRow("warning, returned") << 1 << 3 << int(Symbol::Square) << true;
        QTest::newRow("critical") << 2 << 1 << int(Symbol::Triangle) << true;
        QTest::newRow("critical, acknowledged") << 2 << 2 << int(Symbol::Triangle) << false;
        QTest::newRow("emergency") << 3 << 1 << int(Symbol::Diamond) << true;
        QTest::newRow("emergency, acknowledged") << 3 << 2 << int(Symbol::Diamond) << false;
    }
    void shapesTellTheClassAndTheState()
    {
        QFETCH(int, level);
        QFETCH(int, state);
        QFETCH(int, shape);
        QFETCH(bool, filled);
        Layout l;
        l.build({l.marker(300, 300, level, state)});
        const ShapeVertex &last = l.scene.symbols.back();
        QCOMPARE(int(last.shape), shape);
        QCOMPARE(last.stroke == 0.0F, filled);
    }
};

QTEST_MAIN(TestMapMarkers)
#include "test_map_markers.moc"
