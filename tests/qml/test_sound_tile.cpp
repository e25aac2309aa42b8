// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/DeskBench.h"
#include "tests/qml/SoundTileTest.h"

#include <QTest>

using namespace tocsin;

namespace {

void tellHearing(DeskBench &bench, const Audibility &hearing)
{
    ServerStats stats = scene::stats();
    stats.hearing = hearing;
    Q_EMIT bench.link().serverStats(stats);
}

bool open(DeskBench &bench)
{
    bench.window()->resize(1440, 900);
    return bench.click(QStringLiteral("sound on"));
}

} // namespace

void TestSoundTile::sound_health_is_said_in_words()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("sound on")));
    bench.console().sound()->settings()->setMuted(true);
    QTRY_VERIFY(bench.find(QStringLiteral("muted here")));
    bench.console().sound()->settings()->setMuted(false);
    bench.sound().plug({});
    QTRY_VERIFY(bench.find(QStringLiteral("no sound here")));
    tellHearing(bench, {2, 0, true});
    QTRY_VERIFY(bench.find(QStringLiteral("nobody can hear")));
    const QQuickItem *tile = bench.find(QStringLiteral("nobody can hear"));
    QVERIFY(tile->mapRectToScene(tile->boundingRect()).right() <= bench.window()->width());
    bench.window()->resize(1120, 640); // what is wrong is said on the smallest window, too
    QTRY_VERIFY(bench.find(QStringLiteral("nobody can hear")));
    tellHearing(bench, {2, 1, false});
    bench.sound().plug({{QStringLiteral("a"), QStringLiteral("Speakers")}});
    QTRY_VERIFY(bench.find(QStringLiteral("sound on")));
}

void TestSoundTile::the_key_silences_what_sounds_and_the_bar_counts_down()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QTRY_VERIFY(bench.find(QStringLiteral("Silence")));
    bench.key(Qt::Key_S);
    QVERIFY(!bench.link().asked.isEmpty());
    QTRY_VERIFY(bench.find(QStringLiteral("Silencing")));
    while (!bench.link().asked.isEmpty()) {
        const FakeDeskLink::Asked asked = bench.link().stall();
        const auto *silence = std::get_if<HandleAlert>(&asked.body);
        QVERIFY(silence && silence->verb == AlertVerb::Silence);
        Alert alert = *bench.console().alerts()->find(silence->alertId);
        QVERIFY(alert.level >= AlertLevel::Critical);
        alert.silencedUntil = scene::now() + std::chrono::seconds(alert.level == AlertLevel::Emergency ? 30 : 120);
        ++alert.revision;
        bench.link().publish(alert, AlertVerb::Silence);
        bench.link().replyTo(asked, Outcome::done({}));
    }
    QTRY_VERIFY(bench.find(QStringLiteral("Silent 30 s")));
    bench.link().publish(scene::freshAlert()); // sounds at once, and can be silenced as well
    QTRY_VERIFY(bench.find(QStringLiteral("Silence")));
    QVERIFY(bench.click(QStringLiteral("Silence")));
    QTRY_COMPARE(bench.link().asked.size(), 1);
}

void TestSoundTile::the_settings_mute_test_and_set_volumes()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QVERIFY(open(bench));
    QTRY_VERIFY(bench.find(QStringLiteral("Mute this console")));
    (void)bench.sound().taken();
    QVERIFY(bench.click(QStringLiteral("Test the sound of Emergency")));
    QList<Sound> heard;
    QTRY_VERIFY2((heard += bench.sound().taken()).contains(Sound::Emergency),
                 qPrintable(QString::number(heard.size())));

    const SoundSettings &settings = *bench.console().sound()->settings();
    QQuickItem *slider = bench.find(QStringLiteral("Volume of Emergency"));
    QVERIFY(slider);
    slider->forceActiveFocus();
    for (int i = 0; i < 40; ++i)
        bench.key(Qt::Key_Left);
    QTRY_COMPARE(settings.emergency(), int(SoundSettings::EmergencyFloor)); // and no lower
    slider = bench.find(QStringLiteral("Volume of Critical"));
    QVERIFY(slider);
    slider->forceActiveFocus();
    for (int i = 0; i < 40; ++i)
        bench.key(Qt::Key_Left);
    QTRY_COMPARE(settings.critical(), 0);
    QTRY_COMPARE(bench.link().hearing.constLast(), QStringLiteral("volume too low"));

    QVERIFY(bench.click(QStringLiteral("Mute this console")));
    QTRY_VERIFY(settings.muted());
    QTRY_COMPARE(bench.link().hearing.constLast(), QStringLiteral("muted"));
    bench.key(Qt::Key_Escape);
    QTRY_VERIFY(!bench.find(QStringLiteral("Mute this console")));
}

void TestSoundTile::the_output_device_is_chosen()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    bench.sound().plug(
        {{QStringLiteral("a"), QStringLiteral("Speakers")}, {QStringLiteral("b"), QStringLiteral("Headset")}});
    QVERIFY(open(bench));
    QTRY_VERIFY(bench.find(QStringLiteral("Headset")));
    QVERIFY(bench.click(QStringLiteral("Headset")));
    QTRY_COMPARE(bench.sound().wanted, QStringLiteral("b"));
    bench.sound().plug({{QStringLiteral("a"), QStringLiteral("Speakers")}});
    QTRY_VERIFY(bench.find(QStringLiteral("Headset (not connected)")));
}

void TestSoundTile::every_button_has_a_name()
{
    DeskBench bench;
    QVERIFY(bench.isReady());
    QVERIFY(open(bench));
    QTRY_VERIFY(bench.find(QStringLiteral("Mute this console")));
    int buttons = 0;
    const QList<QQuickItem *> all = bench.seenItems();
    for (QQuickItem *item : all) {
        if (!item->inherits("QQuickAbstractButton") && !item->inherits("QQuickSlider"))
            continue;
        ++buttons;
        QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(item);
        QVERIFY(interface);
        QVERIFY2(!interface->text(QAccessible::Name).isEmpty(), item->metaObject()->className());
    }
    QVERIFY(buttons > 20);
}
