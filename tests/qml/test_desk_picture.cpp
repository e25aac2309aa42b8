// SPDX-License-Identifier: GPL-3.0-or-later
// Renders the desk with OpenGL and looks at the pixels: is everything painted, in its colour, in its place?
// Runs under Xvfb: the offscreen platform does not paint custom geometry.

#include "qml/controls/Theme.h"
#include "tests/qml/DeskBench.h"

#include <QApplication>
#include <QSet>
#include <QTest>

using namespace tocsin;

namespace {

bool near(QRgb a, const QColor &b, int tolerance)
{
    return std::abs(qRed(a) - b.red()) <= tolerance && std::abs(qGreen(a) - b.green()) <= tolerance &&
           std::abs(qBlue(a) - b.blue()) <= tolerance;
}

int count(const QImage &image, const QColor &color, int tolerance = 8)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            found += near(image.pixel(x, y), color, tolerance) ? 1 : 0;
    }
    return found;
}

qsizetype colours(const QImage &image)
{
    QSet<QRgb> seen;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            seen.insert(image.pixel(x, y));
    }
    return seen.size();
}

} // namespace

class TestDeskPicture : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void the_map_shows_land_water_streets_and_the_emergency();
    void gauges_are_grey_and_amber_where_a_limit_is_broken();
    void the_trend_draws_both_lines_and_the_limit();
    void the_queue_says_the_level_by_shape_and_colour();
    void nothing_is_blank();

private:
    [[nodiscard]] QImage part(const QString &name) const;

    std::unique_ptr<DeskBench> m_bench;
    QImage m_picture;
    Theme m_theme;
};

void TestDeskPicture::initTestCase()
{
    m_bench = std::make_unique<DeskBench>();
    QVERIFY(m_bench->isReady());
    QCOMPARE(QQuickWindow::graphicsApi(), QSGRendererInterface::OpenGL);
    m_bench->window()->resize(1440, 900);
    m_bench->console().selectAlert(QStringLiteral("a-panic"));
    m_bench->console().selectDevice(QStringLiteral("352647091234567"));
    scene::answerHistory(m_bench->link());
    // The trend draws at most four times a second: wait until it has.
    QTRY_VERIFY(m_bench->console().trend()->first()->hasData());
    const int revision = m_bench->console().trend()->revision();
    m_bench->link().hear(scene::latest());
    QTRY_VERIFY(m_bench->console().trend()->revision() != revision);
    const auto mapIsPainted = [this] {
        m_picture = m_bench->window()->grabWindow();
        return !m_picture.isNull() && colours(part(QStringLiteral("Map"))) > 50;
    };
    QTRY_VERIFY(mapIsPainted());
    m_picture = m_bench->window()->grabWindow();
    QVERIFY(m_picture.save(QStringLiteral(TOCSIN_BINARY_DIR "/desk.png")));
}

QImage TestDeskPicture::part(const QString &name) const
{
    const QQuickItem *item = m_bench->find(name);
    if (!item)
        return {};
    const qreal ratio = m_picture.devicePixelRatio();
    const QRectF place = item->mapRectToScene(QRectF(0, 0, item->width(), item->height()));
    return m_picture.copy(QRectF(place.topLeft() * ratio, place.size() * ratio).toRect());
}

void TestDeskPicture::the_map_shows_land_water_streets_and_the_emergency()
{
    const QImage map = part(QStringLiteral("Map"));
    QVERIFY(map.width() > 400 && map.height() > 300);
    QVERIFY(colours(map) > 50);
    QVERIFY(count(map, m_theme.levelColor(Theme::Level::Emergency, Theme::Scheme::Dark)) > 60);
    QVERIFY(count(map, m_theme.levelColor(Theme::Level::Warning, Theme::Scheme::Dark)) > 60);
    QVERIFY(count(map, m_theme.property("accent").value<QColor>(), 24) > 40); // the ring and the trail
}

void TestDeskPicture::gauges_are_grey_and_amber_where_a_limit_is_broken()
{
    const QColor amber = m_theme.levelColor(Theme::Level::Warning, Theme::Scheme::Dark);
    const QImage engine = part(QStringLiteral("Engine speed"));
    const QImage speed = part(QStringLiteral("Speed"));
    QVERIFY(!engine.isNull() && !speed.isNull());
    QVERIFY(count(engine, amber) > 400);
    QCOMPARE(count(speed, amber), 0);
    QVERIFY(count(speed, m_theme.property("text2").value<QColor>()) > 300);
}

void TestDeskPicture::the_trend_draws_both_lines_and_the_limit()
{
    const QImage trend = part(QStringLiteral("Engine speed, rpm and"));
    QVERIFY(!trend.isNull());
    QVERIFY(count(trend, m_theme.property("text").value<QColor>(), 40) > 200);
    QVERIFY(count(trend, m_theme.property("text3").value<QColor>(), 24) > 200);
    QVERIFY(count(trend, m_theme.levelColor(Theme::Level::Warning, Theme::Scheme::Dark), 40) > 100);
}

void TestDeskPicture::the_queue_says_the_level_by_shape_and_colour()
{
    const auto shape = [this](const QString &row, Theme::Level level) {
        return count(part(row).copy(0, 0, 40, 40), m_theme.levelColor(level, Theme::Scheme::Dark));
    };
    // 18 × 18: a diamond fills half of its box, a triangle under half, a square most of it.
    const int diamond = shape(QStringLiteral("Dana R.: PANIC"), Theme::Level::Emergency);
    const int triangle = shape(QStringLiteral("Unit 04: CRASH"), Theme::Level::Critical);
    const int square = shape(QStringLiteral("Unit 07: HIGH_RPM"), Theme::Level::Warning);
    QVERIFY2(diamond > 110 && diamond < 200, qPrintable(QString::number(diamond)));
    QVERIFY2(triangle > 60 && triangle < 160, qPrintable(QString::number(triangle)));
    QVERIFY2(square > 190 && square < 260, qPrintable(QString::number(square)));
    QVERIFY(count(part(QStringLiteral("Dana R.: PANIC")),
                  m_theme.levelTint(Theme::Level::Emergency, Theme::Scheme::Dark)) > 5000);
}

void TestDeskPicture::nothing_is_blank()
{
    for (const char *name : {"Map", "Engine speed", "Coolant", "Dana R.: PANIC", "Unit 07, ", "Messages", "Desk"}) {
        const QImage image = part(QString::fromLatin1(name));
        QVERIFY2(!image.isNull() && colours(image) > 5, name);
    }
}

int main(int argc, char *argv[])
{
    const QApplication app(argc, argv);
    TestDeskPicture test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_desk_picture.moc"
