// SPDX-License-Identifier: GPL-3.0-or-later
// Renders the desk with OpenGL and looks at the pixels: is everything painted, in its colour, in its place?
// Runs under Xvfb: the offscreen platform does not paint custom geometry.

#include "qml/controls/Theme.h"
#include "tests/qml/AlertScene.h"
#include "tests/qml/DeskBench.h"
#include "tests/qml/IncidentScene.h"
#include "tests/support/Pictures.h"

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
    void pictures_are_painted_small_and_large_data();
    void pictures_are_painted_small_and_large();
    void the_hardware_page_is_painted_data();
    void the_hardware_page_is_painted();
    void the_alerts_page_is_painted_data();
    void the_alerts_page_is_painted();
    void an_incident_is_painted_data();
    void an_incident_is_painted();
    void a_lost_server_greys_the_picture_and_not_the_words_data();
    void a_lost_server_greys_the_picture_and_not_the_words();

private:
    void grab(const QString &name);
    static void themes();
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

void TestDeskPicture::grab(const QString &name)
{
    m_picture = m_bench->window()->grabWindow();
    QVERIFY(m_picture.save(
        QStringLiteral(TOCSIN_BINARY_DIR "/%1-%2.png").arg(name, QLatin1String(QTest::currentDataTag()))));
}

void TestDeskPicture::themes()
{
    QTest::addColumn<Theme::Scheme>("scheme");
    QTest::newRow("dark") << Theme::Scheme::Dark;
    QTest::newRow("light") << Theme::Scheme::Light;
    QTest::newRow("contrast") << Theme::Scheme::Contrast;
}

void TestDeskPicture::pictures_are_painted_small_and_large_data()
{
    themes();
}

void TestDeskPicture::pictures_are_painted_small_and_large()
{
    QFETCH(Theme::Scheme, scheme);
    const QColor paint(200, 40, 160); // no theme has it
    const QImage image = test::painted(640, 400, paint);
    const QByteArray bytes = test::encoded(image);
    const QString id = test::idOf(bytes);
    m_bench->window()->setProperty("scheme", int(scheme));
    Console &console = m_bench->console();
    console.selectThread(QStringLiteral("user/dana"));
    ChatMessage line;
    line.id = QStringLiteral("m-%1").arg(QLatin1String(QTest::currentDataTag()));
    line.thread = QStringLiteral("user/dana");
    line.senderId = QStringLiteral("dana");
    line.senderName = QStringLiteral("Dana R.");
    line.text = QStringLiteral("this is where I am");
    line.attachments = {id};
    line.at = scene::now() + std::chrono::seconds(int(scheme));
    m_bench->link().publish(line);
    const auto isHere = [&] { return !m_bench->link().transfers.isEmpty() || scheme != Theme::Scheme::Dark; };
    QTRY_VERIFY(isHere()); // fetched once, for all themes
    if (!m_bench->link().transfers.isEmpty())
        m_bench->link().finishTransfer(bytes);
    const auto paints = [&](const QString &name, int most) {
        m_picture = m_bench->window()->grabWindow();
        return count(part(name), paint) > most;
    };
    const QString where =
        QStringLiteral("Dana R. at ") + (scheme == Theme::Scheme::Dark    ? QStringLiteral("14:06:21")
                                         : scheme == Theme::Scheme::Light ? QStringLiteral("14:06:22")
                                                                          : QStringLiteral("14:06:23"));
    QTRY_VERIFY(paints(where, 10'000));
    console.pictures()->addImage(image, QStringLiteral("quay.png"));
    console.pictures()->addImage(QImage(), QStringLiteral("nothing.png")); // says what is wrong with it
    QTRY_VERIFY(paints(QStringLiteral("quay.png"), 2'000));
    QTRY_VERIFY(m_bench->find(QStringLiteral("nothing.png: ")));
    grab(QStringLiteral("chat"));
    while (console.pictures()->count() > 0)
        console.pictures()->remove(0);
    QQuickItem *bubble = m_bench->find(where);
    QVERIFY(bubble);
    QQuickItem *thumb = DeskBench::findIn(bubble, QStringLiteral("Picture: show it large"));
    QVERIFY(thumb);
    const QPointF middle = thumb->mapToScene({thumb->width() / 2, thumb->height() / 2});
    QTest::mouseClick(m_bench->window(), Qt::LeftButton, Qt::NoModifier, middle.toPoint());
    QTRY_VERIFY(paints(QStringLiteral("Picture by Dana R."), 200'000));
    grab(QStringLiteral("viewer"));
    m_bench->key(Qt::Key_Escape);
    QTRY_VERIFY(!m_bench->find(QStringLiteral("Picture by Dana R.")));
    m_bench->window()->setProperty("scheme", int(Theme::Scheme::Dark));
}

void TestDeskPicture::the_hardware_page_is_painted_data()
{
    themes();
}

void TestDeskPicture::the_hardware_page_is_painted()
{
    QFETCH(Theme::Scheme, scheme);
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.window()->resize(1440, 900);
    bench.window()->setProperty("scheme", int(scheme));
    bench.window()->setProperty("page", QStringLiteral("hardware"));
    Q_EMIT bench.link().connections(scene::connections());
    bench.console().connections()->select(QStringLiteral("ws-12"));
    const QQuickItem *row = nullptr;
    const auto isThere = [&] {
        row = bench.find(QStringLiteral("bench, Hardware"));
        return row != nullptr;
    };
    QTRY_VERIFY(isThere());
    // It falls behind: said by a shape and its colour.
    const auto amber = [&] {
        const QRectF place = row->mapRectToScene(row->boundingRect());
        m_picture = bench.window()->grabWindow();
        return count(m_picture.copy(place.toRect()), m_theme.levelColor(Theme::Level::Warning, scheme));
    };
    QTRY_VERIFY(amber() > 60);
    QVERIFY(m_picture.save(
        QStringLiteral(TOCSIN_BINARY_DIR "/hardware-%1.png").arg(QLatin1String(QTest::currentDataTag()))));
}

void TestDeskPicture::the_alerts_page_is_painted_data()
{
    QTest::addColumn<Theme::Scheme>("scheme");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QSize>("size");
    QTest::newRow("detail-dark") << Theme::Scheme::Dark << QStringLiteral("detail") << QSize(1920, 1080);
    QTest::newRow("detail-light") << Theme::Scheme::Light << QStringLiteral("detail") << QSize(1440, 900);
    QTest::newRow("bulk-contrast") << Theme::Scheme::Contrast << QStringLiteral("bulk") << QSize(1440, 900);
}

void TestDeskPicture::the_alerts_page_is_painted()
{
    QFETCH(Theme::Scheme, scheme);
    QFETCH(QString, state);
    QFETCH(QSize, size);
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.window()->resize(size);
    bench.window()->setProperty("scheme", int(scheme));
    bench.window()->setProperty("page", QStringLiteral("alerts"));
    scene::stageAlerts(bench.console(), bench.link(), state);
    const QString chart = QStringLiteral("Engine speed, rpm around the violation");
    const auto partOf = [&](const QString &name) {
        const QQuickItem *item = bench.find(name);
        const QRectF place = item ? item->mapRectToScene(item->boundingRect()) : QRectF();
        return m_picture.copy(place.toRect());
    };
    // The value, its limit in the colour of the level, and where it was raised.
    const auto drawn = [&] {
        m_picture = bench.window()->grabWindow();
        const QImage image = partOf(chart);
        return count(image, m_theme.levelColor(Theme::Level::Warning, scheme), 40) > 100 && colours(image) > 20;
    };
    QTRY_VERIFY(drawn());
    const QImage row = partOf(QStringLiteral("Unit 04, critical, CRASH_DETECTED"));
    QVERIFY(!row.isNull());
    if (state == QLatin1String("detail"))
        QVERIFY(count(row, m_theme.levelTint(Theme::Level::Critical, scheme)) > 5000);
    QVERIFY(
        m_picture.save(QStringLiteral(TOCSIN_BINARY_DIR "/alerts-%1.png").arg(QLatin1String(QTest::currentDataTag()))));
}

void TestDeskPicture::an_incident_is_painted_data()
{
    QTest::addColumn<Theme::Scheme>("scheme");
    QTest::addColumn<scene::Incident>("incident");
    QTest::addColumn<QSize>("size");
    QTest::newRow("lost-dark") << Theme::Scheme::Dark << scene::Incident::Lost << QSize(1920, 1080);
    QTest::newRow("duress-light") << Theme::Scheme::Light << scene::Incident::Duress << QSize(1440, 900);
}

void TestDeskPicture::an_incident_is_painted()
{
    QFETCH(Theme::Scheme, scheme);
    QFETCH(scene::Incident, incident);
    QFETCH(QSize, size);
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.window()->resize(size);
    bench.window()->setProperty("scheme", int(scheme));
    scene::openIncident(bench.link(), incident);
    bench.console().selectAlert(QStringLiteral("a-panic"));
    scene::answerIncident(bench.link(), incident);
    bench.window()->setProperty("page", QStringLiteral("incidents"));
    const auto painted = [&](const QString &name, const QColor &color) {
        const QQuickItem *item = bench.find(name);
        if (!item)
            return 0;
        m_picture = bench.window()->grabWindow();
        return count(m_picture.copy(item->mapRectToScene(item->boundingRect()).toRect()), color);
    };
    // Where the person is, and what must not be overlooked, in the colour of an emergency.
    const QColor emergency = m_theme.levelColor(Theme::Level::Emergency, scheme);
    QTRY_VERIFY(painted(QStringLiteral("Map"), emergency) > 60);
    const QString banner =
        incident == scene::Incident::Lost ? QStringLiteral("Contact lost:") : QStringLiteral("Duress:");
    QTRY_VERIFY(painted(banner, emergency) > 100);
    QVERIFY(m_picture.save(
        QStringLiteral(TOCSIN_BINARY_DIR "/incident-%1.png").arg(QLatin1String(QTest::currentDataTag()))));
}

void TestDeskPicture::a_lost_server_greys_the_picture_and_not_the_words_data()
{
    themes();
}

void TestDeskPicture::a_lost_server_greys_the_picture_and_not_the_words()
{
    QFETCH(Theme::Scheme, scheme);
    DeskBench bench(DeskBench::Start::Empty);
    QVERIFY(bench.isReady());
    bench.window()->resize(1440, 900);
    bench.window()->setProperty("scheme", int(scheme));
    bench.link().setTarget(QStringLiteral("harbour:8000"));
    bench.link().setState(DeskLink::State::Failed);
    Q_EMIT bench.link().people({{scene::dispatcher().id, scene::dispatcher().name, Role::Dispatcher, scene::now()},
                                {QStringLiteral("lee"), QStringLiteral("Lee Wong"), Role::Supervisor, scene::now()}});
    bench.link().pending = {
        {QStringLiteral("1"), scene::now(), true, Acknowledge{QStringLiteral("a-1"), 1, AlertLevel::Critical, {}}}};
    Q_EMIT bench.link().pendingRequestsChanged();
    const QQuickItem *said = nullptr;
    const auto isSaid = [&] {
        said = bench.find(QStringLiteral("Not connected to harbour:8000. New alerts do not arrive here."));
        return said != nullptr;
    };
    QTRY_VERIFY(isSaid());
    const auto shapes = [&] {
        const QRectF place = said->mapRectToScene(said->boundingRect());
        m_picture = bench.window()->grabWindow();
        return count(m_picture.copy(place.toRect()), m_theme.levelColor(Theme::Level::Warning, scheme));
    };
    QTRY_VERIFY(shapes() > 100);
    QVERIFY(
        m_picture.save(QStringLiteral(TOCSIN_BINARY_DIR "/away-%1.png").arg(QLatin1String(QTest::currentDataTag()))));
    QVERIFY(bench.click(QStringLiteral("Show what waits")));
    QTRY_VERIFY(bench.find(QStringLiteral("Acknowledge an alert at")));
    QVERIFY(bench.window()->grabWindow().save(
        QStringLiteral(TOCSIN_BINARY_DIR "/waits-%1.png").arg(QLatin1String(QTest::currentDataTag()))));
    bench.key(Qt::Key_Escape);
    QVERIFY(bench.click(QStringLiteral("2 on shift")));
    QTRY_VERIFY(bench.find(QStringLiteral("Lee Wong, supervisor")));
    QVERIFY(bench.window()->grabWindow().save(
        QStringLiteral(TOCSIN_BINARY_DIR "/shift-%1.png").arg(QLatin1String(QTest::currentDataTag()))));
}

int main(int argc, char *argv[])
{
    const QApplication app(argc, argv);
    TestDeskPicture test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_desk_picture.moc"
