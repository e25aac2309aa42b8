// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/map/MapWindow.h"

#include "qml/controls/map/Mercator.h"

#include <QFile>
#include <QPointingDevice>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

#include <memory>

using namespace tocsin::map;

namespace {

constexpr double Lat = 37.05;
constexpr double Lon = -6.62;

MarkerRows::Row rowAt(const QString &id, QGeoCoordinate at)
{
    return {.id = id, .latitude = at.latitude(), .longitude = at.longitude()};
}

bool near(QGeoCoordinate a, double latitude, double longitude, double degrees = 1e-6)
{
    return std::abs(a.latitude() - latitude) < degrees && std::abs(a.longitude() - longitude) < degrees;
}

} // namespace

/// The view's behaviour, without pictures: runs on the offscreen platform.
class TestMapView : public QObject
{
    Q_OBJECT

    std::unique_ptr<MapWindow> m_scene;

    [[nodiscard]] MapView &map() const { return *m_scene->map; }
    [[nodiscard]] MarkerRows &rows() const { return m_scene->rows; }
    void drag(QPoint from, QPoint to) const
    {
        QTest::mousePress(&m_scene->window, Qt::LeftButton, {}, from);
        QTest::mouseMove(&m_scene->window, (from + to) / 2);
        QTest::mouseMove(&m_scene->window, to);
        QTest::mouseRelease(&m_scene->window, Qt::LeftButton, {}, to);
    }
    void wheel(QPointF at, int notches) const
    {
        QWheelEvent event(at, m_scene->window.mapToGlobal(at), {}, {0, notches * 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&m_scene->window, &event);
    }

private Q_SLOTS:
    void init()
    {
        m_scene = std::make_unique<MapWindow>(800, 600);
        map().setView(Lat, Lon, 14);
        map().setGlide(false);
        rows().reset({rowAt(QStringLiteral("a"), map().toCoordinate({200, 150})),
                      rowAt(QStringLiteral("b"), map().toCoordinate({600, 450}))});
        map().setMarkers(&rows());
        m_scene->window.show();
    }
    void cleanup() { m_scene.reset(); }

    void theMapStartsWithItsBaseMap()
    {
        QCOMPARE(map().baseMapError(), QString());
        QCOMPARE(map().attribution(), QStringLiteral("Base map: Natural Earth"));
        QCOMPARE(map().markerCount(), 2);
        QVERIFY(!map().hasOverlay());
    }

    void aWrongBaseMapOrOverlayIsReported()
    {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("cannot be opened")));
        map().setBaseMapSource(QUrl::fromLocalFile(QStringLiteral("/nowhere/x.tbm")));
        QVERIFY(map().baseMapError().contains(QStringLiteral("x.tbm")));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("no local file")));
        map().setOverlaySource(QUrl(QStringLiteral("https://example.com/city.json")));
        QVERIFY(map().overlayError().contains(QStringLiteral("no local file")));
        map().setOverlaySource({});
        QVERIFY(map().overlayError().isEmpty());
    }

    void anOverlayCanBeShown()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("city.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            R"({"city":{"name":"T","center":[10,20],"streets":[{"class":"major","points":[[9.9,19.9],[10.1,20.1]]}]}})");
        file.close();
        QSignalSpy changed(&map(), &MapView::overlayChanged);
        map().setOverlaySource(QUrl::fromLocalFile(file.fileName()));
        QVERIFY(map().hasOverlay());
        QCOMPARE(map().overlayName(), QStringLiteral("T"));
        QVERIFY(near(map().overlayCenter(), 10, 20));
        QCOMPARE(changed.size(), 1);
        map().fitOverlay();
        QVERIFY(near(map().center(), 10, 20, 0.001));
        QVERIFY(map().toScreen({9.9, 19.9}).x() > 0);
        QVERIFY(!map().viewLocked());
    }

    void draggingMovesThePlaceUnderTheHandAndLocks()
    {
        QSignalSpy moved(&map(), &MapView::userMoved);
        QSignalSpy clicked(&map(), &MapView::markerClicked);
        const QGeoCoordinate held = map().toCoordinate({400, 300});
        drag({400, 300}, {500, 340});
        QVERIFY((map().toScreen(held) - QPointF(500, 340)).manhattanLength() < 0.01);
        QVERIFY(map().viewLocked());
        QVERIFY(!moved.isEmpty());
        QVERIFY(clicked.isEmpty());
        map().release();
        QVERIFY(!map().viewLocked());
    }

    void theWheelZoomsAboutTheCursor()
    {
        const QGeoCoordinate held = map().toCoordinate({120, 500});
        wheel({120, 500}, 2);
        QCOMPARE(map().zoomLevel(), 15.0);
        QVERIFY((map().toScreen(held) - QPointF(120, 500)).manhattanLength() < 0.01);
        wheel({120, 500}, -1);
        QCOMPARE(map().zoomLevel(), 14.5);
        QVERIFY(map().viewLocked());
    }

    void aDoubleClickZoomsInAndClicksOnce()
    {
        QSignalSpy clicked(&map(), &MapView::mapClicked);
        const QGeoCoordinate held = map().toCoordinate({300, 300});
        QTest::mouseDClick(&m_scene->window, Qt::LeftButton, {}, {300, 300});
        QCOMPARE(map().zoomLevel(), 15.0);
        QVERIFY((map().toScreen(held) - QPointF(300, 300)).manhattanLength() < 0.01);
        QCOMPARE(clicked.size(), 1);
    }

    void keysPanAndZoom_data()
    {
        QTest::addColumn<int>("key");
        QTest::addColumn<QPointF>("middleWas");
        QTest::addColumn<double>("zoom");
        QTest::newRow("left") << int(Qt::Key_Left) << QPointF(480, 300) << 14.0;
        QTest::newRow("right") << int(Qt::Key_Right) << QPointF(320, 300) << 14.0;
        QTest::newRow("up") << int(Qt::Key_Up) << QPointF(400, 380) << 14.0;
        QTest::newRow("down") << int(Qt::Key_Down) << QPointF(400, 220) << 14.0;
        QTest::newRow("plus") << int(Qt::Key_Plus) << QPointF(400, 300) << 14.5;
        QTest::newRow("minus") << int(Qt::Key_Minus) << QPointF(400, 300) << 13.5;
    }
    void keysPanAndZoom()
    {
        QFETCH(int, key);
        QFETCH(QPointF, middleWas);
        QFETCH(double, zoom);
        const QGeoCoordinate middle = map().center();
        QKeyEvent press(QEvent::KeyPress, key, {});
        QCoreApplication::sendEvent(&map(), &press);
        QVERIFY(press.isAccepted());
        QCOMPARE(map().zoomLevel(), zoom);
        QVERIFY((map().toScreen(middle) - middleWas).manhattanLength() < 0.01);
        QVERIFY(map().viewLocked());
    }

    void otherKeysAreLeftToTheProgram()
    {
        QKeyEvent press(QEvent::KeyPress, Qt::Key_A, {});
        QCoreApplication::sendEvent(&map(), &press);
        QVERIFY(!press.isAccepted());
    }

    void aClickTellsTheMarkerOrThePlace()
    {
        QSignalSpy marker(&map(), &MapView::markerClicked);
        QSignalSpy place(&map(), &MapView::mapClicked);
        QTest::mouseClick(&m_scene->window, Qt::LeftButton, {}, {203, 148});
        QCOMPARE(marker.size(), 1);
        QCOMPARE(marker.first().first().toString(), QStringLiteral("a"));
        QTest::mouseClick(&m_scene->window, Qt::LeftButton, {}, {400, 300});
        QCOMPARE(marker.size(), 1);
        QCOMPARE(place.size(), 1);
        QVERIFY(near(place.first().first().value<QGeoCoordinate>(), Lat, Lon, 1e-4));
        QVERIFY(!map().viewLocked());
    }

    void hitTestingFollowsTheModel()
    {
        QCOMPARE(map().markerAt({600, 450}), QStringLiteral("b"));
        rows().remove(0, 0);
        QCOMPARE(map().markerAt({600, 450}), QStringLiteral("b"));
        QCOMPARE(map().markerAt({200, 150}), QString());
        rows().change(0, rowAt(QStringLiteral("b"), map().toCoordinate({50, 60})));
        QCOMPARE(map().markerAt({50, 60}), QStringLiteral("b"));
        rows().reset({});
        QCOMPARE(map().markerAt({50, 60}), QString());
        map().setMarkers(nullptr);
        QCOMPARE(map().markerAt({50, 60}), QString());
    }

    void aClickOnABubbleZoomsIn()
    {
        QList<MarkerRows::Row> crowd;
        for (int i = 0; i < 8; ++i)
            crowd.append(rowAt(QString::number(i), map().toCoordinate({300.0 + i, 300})));
        rows().reset(crowd);
        QCOMPARE(map().markerAt({303, 300}), QString()); // a bubble is no marker
        const double before = map().zoomLevel();
        QTest::mouseClick(&m_scene->window, Qt::LeftButton, {}, {303, 300});
        QVERIFY(map().zoomLevel() >= before + 1);
        QVERIFY(map().viewLocked());
        map().setClusterBelowZoom(0);
        map().setView(Lat, Lon, 14);
        QVERIFY(!map().markerAt({303, 300}).isEmpty());
    }

    void followingKeepsTheMarkerInTheMiddleUntilTheOperatorMoves()
    {
        map().setFollow(QStringLiteral("a"));
        QVERIFY(near(map().center(), rows().row(0).latitude, rows().row(0).longitude));
        rows().change(0, rowAt(QStringLiteral("a"), {Lat + 0.01, Lon}));
        QTRY_VERIFY(near(map().center(), Lat + 0.01, Lon));
        drag({400, 300}, {300, 300});
        QVERIFY(map().viewLocked());
        const QGeoCoordinate held = map().center();
        rows().change(0, rowAt(QStringLiteral("a"), {Lat + 0.02, Lon}));
        (void)map().markerAt({0, 0}); // reads the model
        QVERIFY(near(map().center(), held.latitude(), held.longitude()));
        map().release();
        QVERIFY(near(map().center(), Lat + 0.02, Lon));
    }

    void theViewIsNotTakenFromUnderAPressedButton()
    {
        map().setFollow(QStringLiteral("a"));
        const QGeoCoordinate held = map().center();
        QTest::mousePress(&m_scene->window, Qt::LeftButton, {}, {700, 100});
        map().setView(0, 0, 5);
        map().setCenter({1, 1});
        rows().change(0, rowAt(QStringLiteral("a"), {Lat + 0.02, Lon}));
        map().release();
        QVERIFY(near(map().center(), held.latitude(), held.longitude()));
        QTest::mouseRelease(&m_scene->window, Qt::LeftButton, {}, {700, 100});
        QVERIFY(near(map().center(), Lat + 0.02, Lon));
    }

    void showingAMarkerTwiceGoesBack()
    {
        QSignalSpy guide(&map(), &MapView::guideChanged);
        map().showMarker(QStringLiteral("nobody"));
        QVERIFY(near(map().center(), Lat, Lon));
        map().showMarker(QStringLiteral("b"));
        QVERIFY(near(map().center(), rows().row(1).latitude, rows().row(1).longitude));
        QCOMPARE(map().zoomLevel(), 15.0);
        QVERIFY(map().canGoBack());
        QCOMPARE(guide.size(), 1);
        map().showMarker(QStringLiteral("b"));
        QVERIFY(near(map().center(), Lat, Lon));
        QCOMPARE(map().zoomLevel(), 14.0);
        QVERIFY(!map().canGoBack());
    }

    void fittingShowsAllMarkers()
    {
        map().setView(0, 0, 3);
        map().fitMarkers();
        for (int i = 0; i < 2; ++i) {
            const QPointF at = map().toScreen({rows().row(i).latitude, rows().row(i).longitude});
            QVERIFY(QRectF(60, 60, 680, 480).contains(at));
        }
        map().fitBounds(-10, 170, 10, -170);
        QVERIFY(std::abs(std::abs(map().center().longitude()) - 180) < 1e-6);
        map().fit({QGeoCoordinate(), {50, 8}});
        QVERIFY(near(map().center(), 50, 8));
    }

    void hoveringTellsTheMarker()
    {
        // Sent to the item itself: the platform reports its own cursor's place at any time.
        const auto hover = [this](QEvent::Type type, QPointF at) {
            QHoverEvent event(type, at, at, at);
            QCoreApplication::sendEvent(&map(), &event);
            return map().hoveredId();
        };
        QCOMPARE(hover(QEvent::HoverEnter, {200, 150}), QStringLiteral("a"));
        QCOMPARE(map().cursor().shape(), Qt::PointingHandCursor);
        QCOMPARE(hover(QEvent::HoverMove, {400, 300}), QString());
        QCOMPARE(hover(QEvent::HoverMove, {600, 451}), QStringLiteral("b"));
        QCOMPARE(hover(QEvent::HoverLeave, {-1, -1}), QString());
    }

    void twoFingersPinch()
    {
        const std::unique_ptr<QPointingDevice> device(QTest::createTouchDevice()); // nobody else deletes it
        QPointingDevice *screen = device.get();
        const QGeoCoordinate held = map().toCoordinate({400, 300});
        QTest::touchEvent(&m_scene->window, screen)
            .press(0, {350, 300}, &m_scene->window)
            .press(1, {450, 300}, &m_scene->window);
        QTest::touchEvent(&m_scene->window, screen)
            .move(0, {300, 300}, &m_scene->window)
            .move(1, {500, 300}, &m_scene->window);
        QTest::touchEvent(&m_scene->window, screen)
            .release(0, {300, 300}, &m_scene->window)
            .release(1, {500, 300}, &m_scene->window);
        QVERIFY(std::abs(map().zoomLevel() - 15) < 1e-6);
        QVERIFY((map().toScreen(held) - QPointF(400, 300)).manhattanLength() < 0.01);
        QVERIFY(map().viewLocked());
    }

    void paletteRolesFollowTheSchemeUntilSet()
    {
        MapPalette palette;
        QSignalSpy changed(&palette, &MapPalette::changed);
        const QColor dark = palette.land();
        palette.setScheme(MapPalette::Light);
        QVERIFY(palette.land() != dark);
        palette.setLand(Qt::red);
        palette.setScheme(MapPalette::Dark);
        QCOMPARE(palette.land(), QColor(Qt::red));
        palette.setLand({});
        QCOMPARE(palette.land(), dark);
        QCOMPARE(changed.size(), 4);
        palette.setLand({});
        QCOMPARE(changed.size(), 4);
        map().setColors(&palette);
        QCOMPARE(map().colors(), &palette);
        map().setColors(nullptr);
        QVERIFY(map().colors() != nullptr && map().colors() != &palette);
    }

    void aPaletteMayDieBeforeTheMap()
    {
        auto palette = std::make_unique<MapPalette>();
        map().setColors(palette.get());
        QSignalSpy changed(&map(), &MapView::colorsChanged);
        palette.reset();
        QVERIFY(map().colors() != nullptr);
        QCOMPARE(changed.size(), 1);
    }
};

QTEST_MAIN(TestMapView)
#include "test_map_view.moc"
