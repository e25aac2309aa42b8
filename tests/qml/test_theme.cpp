// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/ArcDial.h"
#include "qml/controls/SmoothGeometry.h"
#include "qml/controls/Theme.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QMetaProperty>
#include <QTest>

#include <cmath>
#include <limits>

using namespace tocsin;

namespace {

double channelLuminance(double value)
{
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &color)
{
    return 0.2126 * channelLuminance(color.redF()) + 0.7152 * channelLuminance(color.greenF()) +
           0.0722 * channelLuminance(color.blueF());
}

/// WCAG 2.1 contrast ratio, 1…21.
double contrast(const QColor &a, const QColor &b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor role(const Theme &theme, const char *name)
{
    return theme.property(name).value<QColor>();
}

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void every_text_can_be_read_on_every_surface_data();
    void every_text_can_be_read_on_every_surface();
    void level_colours_stand_out_and_differ_data();
    void level_colours_stand_out_and_differ();
    void figures_have_one_width();
    void a_dial_places_values_on_its_arc_data();
    void a_dial_places_values_on_its_arc();
    void shapes_without_size_draw_nothing();
    void numbers_are_written_for_people_data();
    void numbers_are_written_for_people();
};

void TestTheme::every_text_can_be_read_on_every_surface_data()
{
    QTest::addColumn<Theme::Scheme>("scheme");
    QTest::newRow("dark") << Theme::Scheme::Dark;
    QTest::newRow("light") << Theme::Scheme::Light;
    QTest::newRow("contrast") << Theme::Scheme::Contrast;
}

void TestTheme::every_text_can_be_read_on_every_surface()
{
    QFETCH(Theme::Scheme, scheme);
    Theme theme;
    theme.setScheme(scheme);
    for (const char *text : {"text", "text2", "text3"}) {
        for (const char *surface :
             {"bg0", "bg1", "bg2", "bg3", "accentTint", "emergencyTint", "criticalTint", "warningTint"}) {
            const double ratio = contrast(role(theme, text), role(theme, surface));
            QVERIFY2(
                ratio >= 4.5,
                qPrintable(QStringLiteral("%1 on %2: %3").arg(QLatin1String(text), QLatin1String(surface)).arg(ratio)));
        }
    }
}

void TestTheme::level_colours_stand_out_and_differ_data()
{
    every_text_can_be_read_on_every_surface_data();
}

void TestTheme::level_colours_stand_out_and_differ()
{
    QFETCH(Theme::Scheme, scheme);
    Theme theme;
    theme.setScheme(scheme);
    const QList<Theme::Level> levels = {Theme::Level::Info, Theme::Level::Warning, Theme::Level::Critical,
                                        Theme::Level::Emergency};
    for (const Theme::Level level : levels) {
        for (const char *surface : {"bg0", "bg1", "bg2", "emergencyTint", "criticalTint"})
            QVERIFY2(contrast(theme.levelColor(level, scheme), role(theme, surface)) >= 3, surface);
        for (const Theme::Level other : levels)
            QVERIFY(level == other || theme.levelColor(level, scheme) != theme.levelColor(other, scheme));
    }
    QCOMPARE(theme.levelColor(Theme::Level::Normal, scheme), role(theme, "ok"));
    QCOMPARE(theme.levelTint(Theme::Level::Warning, scheme).alpha(), 0);
    QVERIFY(theme.levelTint(Theme::Level::Emergency, scheme).alpha() == 255);
}

void TestTheme::figures_have_one_width()
{
    QFont font(Theme::fontFamily());
    font.setPixelSize(24);
    for (const QFont::Weight weight : {QFont::Normal, QFont::Medium, QFont::DemiBold}) {
        font.setWeight(weight);
        QCOMPARE(QFontInfo(font).family(), Theme::fontFamily());
        const QFontMetricsF metrics(font);
        for (int digit = 1; digit < 10; ++digit)
            QVERIFY(std::abs(metrics.horizontalAdvance(QString::number(digit)) -
                             metrics.horizontalAdvance(QStringLiteral("0"))) <
                    0.1); // the font's hints round to 1/64 pixel
        QVERIFY(std::abs(metrics.horizontalAdvance(QStringLiteral("11:11:11")) -
                         metrics.horizontalAdvance(QStringLiteral("08:46:59"))) < 0.5);
    }
}

void TestTheme::a_dial_places_values_on_its_arc_data()
{
    QTest::addColumn<double>("minimum");
    QTest::addColumn<double>("maximum");
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("fraction");
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    QTest::newRow("start") << 0.0 << 100.0 << 0.0 << 0.0;
    QTest::newRow("middle") << -20.0 << 20.0 << 0.0 << 0.5;
    QTest::newRow("end") << 0.0 << 100.0 << 100.0 << 1.0;
    QTest::newRow("below the scale") << 0.0 << 100.0 << -5.0 << 0.0;
    QTest::newRow("above the scale") << 0.0 << 100.0 << 500.0 << 1.0;
    QTest::newRow("unknown") << 0.0 << 100.0 << unknown << unknown;
    QTest::newRow("infinite") << 0.0 << 100.0 << std::numeric_limits<double>::infinity() << unknown;
    QTest::newRow("no range") << 5.0 << 5.0 << 5.0 << unknown;
    QTest::newRow("range upside down") << 9.0 << 5.0 << 5.0 << unknown;
}

void TestTheme::a_dial_places_values_on_its_arc()
{
    QFETCH(double, minimum);
    QFETCH(double, maximum);
    QFETCH(double, value);
    QFETCH(double, fraction);
    ArcDial dial;
    dial.setMinimum(minimum);
    dial.setMaximum(maximum);
    if (std::isnan(fraction))
        QVERIFY(std::isnan(dial.fractionOf(value)));
    else
        QCOMPARE(dial.fractionOf(value), fraction);
}

void TestTheme::shapes_without_size_draw_nothing()
{
    SmoothGeometry geometry(1);
    geometry.addArc({0, 0}, 0, 2, 0, 90, Qt::red);
    geometry.addArc({0, 0}, 10, 2, 0, 0, Qt::red);
    geometry.addArc({0, 0}, 10, 2, 0, std::numeric_limits<double>::quiet_NaN(), Qt::red);
    geometry.fillPolygon(std::vector<QPointF>{{0, 0}, {1, 1}}, Qt::red);
    geometry.strokePolygon({}, 1, Qt::red);
    QVERIFY(geometry.isEmpty());
    geometry.addArc({0, 0}, 10, 2, 0, 90, Qt::red);
    QVERIFY(!geometry.isEmpty());
}

void TestTheme::numbers_are_written_for_people_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("decimals");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << 0.0 << 0 << QStringLiteral("0");
    QTest::newRow("hundreds") << 999.0 << 0 << QStringLiteral("999");
    QTest::newRow("thousands") << 4180.0 << 0 << QStringLiteral("4\u202f180");
    QTest::newRow("millions") << 1234567.26 << 1 << QStringLiteral("1\u202f234\u202f567.3");
    QTest::newRow("below zero") << -10.0 << 0 << QStringLiteral("\u221210");
    QTest::newRow("minus thousands") << -1000.0 << 0 << QStringLiteral("\u22121\u202f000");
    QTest::newRow("rounds to zero") << -0.04 << 1 << QStringLiteral("0.0");
    QTest::newRow("unknown") << std::numeric_limits<double>::quiet_NaN() << 0 << QStringLiteral("\u2013");
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << 0 << QStringLiteral("\u2013");
}

void TestTheme::numbers_are_written_for_people()
{
    QFETCH(double, value);
    QFETCH(int, decimals);
    QFETCH(QString, text);
    QCOMPARE(Theme().figure(value, decimals), text);
}

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
