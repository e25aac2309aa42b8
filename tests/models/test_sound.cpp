// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Annunciator.h"
#include "models/Attention.h"
#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"
#include "tests/support/FakeSoundOutput.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <cmath>
#include <numbers>

using namespace tocsin;
using namespace tocsin::samples;

namespace {

Alert emergency(const char *id = "e")
{
    return panic(id, "dana");
}

Alert critical(const char *id = "c")
{
    return alert(id, "van-1", AlertLevel::Critical);
}

Alert warning(const char *id = "w")
{
    return alert(id, "van-2", AlertLevel::Warning);
}

Alert acked(Alert a)
{
    a.acked = true;
    ++a.revision;
    return a;
}

Alert again(Alert a)
{
    a.acked = false;
    a.cond = AlertCondition::Active;
    ++a.occurrence;
    ++a.revision;
    return a;
}

Alert cleared(Alert a)
{
    a.cond = AlertCondition::Clear;
    ++a.revision;
    return a;
}

Alert silencedFor(Alert a, TimePoint until)
{
    a.silencedUntil = until;
    ++a.revision;
    return a;
}

Alert lost(Alert a)
{
    IncidentFacts facts = a.incident.valueOr({});
    facts.contactLost = true;
    a.incident = Shared<IncidentFacts>(std::move(facts));
    ++a.revision;
    return a;
}

/// What a plan sounds over a time, by the millisecond at which it begins: "0 Emergency".
QStringList heardOver(SoundPlan &plan, TimePoint from, Duration span)
{
    static const QStringList names{s("None"),     s("TestTone"),    s("Returned"),  s("Warning"),
                                   s("Critical"), s("NobodyHears"), s("Emergency"), s("ContactLost")};
    QStringList heard;
    TimePoint now = from;
    int turns = 0;
    while (now <= from + span) {
        if (++turns > 10'000)
            return {s("the plan never rests")};
        if (const Sound sound = plan.take(now); sound != Sound::None)
            heard.append(QStringLiteral("%1 %2")
                             .arg(std::chrono::duration_cast<std::chrono::milliseconds>(now - from).count())
                             .arg(names.at(int(sound))));
        const auto next = plan.nextDue(now);
        if (!next)
            break;
        now = std::max(*next, now + Duration(1));
    }
    return heard;
}

std::vector<double> samplesOf(const QByteArray &pcm)
{
    std::vector<double> samples;
    for (qsizetype i = 0; i + 1 < pcm.size(); i += 2)
        samples.push_back(qFromLittleEndian<qint16>(pcm.constData() + i) / 32'768.0);
    return samples;
}

/// How much of one tone is in a stretch of samples (Goertzel), 0 to about 1.
double toneIn(const std::vector<double> &samples, std::size_t from, std::size_t count, double hz)
{
    const double w = 2 * std::numbers::pi * hz / SoundBank::rate;
    double a = 0;
    double b = 0;
    for (std::size_t i = 0; i < count; ++i) {
        a += samples.at(from + i) * std::cos(w * double(i));
        b += samples.at(from + i) * std::sin(w * double(i));
    }
    return 2 * std::hypot(a, b) / double(count);
}

/// A console's voice with a desk, a clock that stands, and loudspeakers.
struct Voice
{
    Voice()
    {
        annunciator.setOutput(&output);
        QObject::connect(&annunciator, &Annunciator::refused, &annunciator,
                         [this](const QString &text) { refusals.append(text); });
    }
    void start(const QList<Alert> &alerts = {})
    {
        DeskSnapshot snapshot;
        snapshot.alerts = alerts;
        link.open(snapshot);
    }
    void pass(Duration span)
    {
        now += span;
        annunciator.tick(now);
    }
    void tell(int consoles, int heard, bool nobody)
    {
        ServerStats stats;
        stats.hearing = {consoles, heard, nobody};
        Q_EMIT link.serverStats(stats);
    }
    TimePoint now = noon;
    FakeDeskLink link;
    FakeSoundOutput output;
    QStringList refusals;
    Annunciator annunciator{link, {[this] { return now; }, QTimeZone::utc()}};
};

} // namespace

class TestSound : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // --- what the sounds are made of

    void soundsAreClean_data()
    {
        QTest::addColumn<int>("sound");
        for (int sound = 1; sound < soundCount; ++sound)
            QTest::addRow("%d", sound) << sound;
    }

    void soundsAreClean()
    {
        QFETCH(int, sound);
        const auto which = static_cast<Sound>(sound);
        const std::vector<double> samples = samplesOf(SoundBank::pcmOf(which));
        QCOMPARE(qint64(samples.size()), SoundBank::lengthOf(which).count() * SoundBank::rate / 1000);
        double peak = 0;
        double jump = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            peak = std::max(peak, std::abs(samples[i]));
            jump = std::max(jump, i == 0 ? std::abs(samples[i]) : std::abs(samples[i] - samples[i - 1]));
        }
        QVERIFY2(peak > 0.75 && peak < 0.85, qPrintable(QString::number(peak))); // loud, nothing clipped
        QVERIFY2(jump < 0.35, qPrintable(QString::number(jump)));
        // No click at either end, and none where a pulse begins.
        for (const SoundBank::Pulse &pulse : SoundBank::pulsesOf(which)) {
            const std::size_t begin = std::size_t(pulse.atMs) * SoundBank::rate / 1000;
            const std::size_t end = begin + std::size_t(pulse.forMs) * SoundBank::rate / 1000;
            for (std::size_t i = 0; i < 10; ++i)
                QVERIFY(std::abs(samples.at(begin + i)) < 0.01 && std::abs(samples.at(end - 1 - i)) < 0.01);
            // Its tone is in it, with harmonics above, and not one that is between.
            const std::size_t margin = SoundBank::rate / 50;
            const std::size_t count = end - begin - 2 * margin;
            const double tone = toneIn(samples, begin + margin, count, pulse.hz);
            QVERIFY(tone > 0.15);
            for (int harmonic : {2, 3, 4, 5})
                QVERIFY(toneIn(samples, begin + margin, count, pulse.hz * harmonic) > tone * 0.08);
            QVERIFY(toneIn(samples, begin + margin, count, pulse.hz * 1.5) < tone * 0.15);
        }
    }

    void everySoundIsAnother()
    {
        QVERIFY(SoundBank::pcmOf(Sound::None).isEmpty());
        QSet<QByteArray> all;
        for (int sound = 1; sound < soundCount; ++sound)
            all.insert(SoundBank::pcmOf(static_cast<Sound>(sound)));
        QCOMPARE(all.size(), soundCount - 1);
        // The more urgent, the more pulses: one, two, three, ten.
        QCOMPARE(SoundBank::pulsesOf(Sound::Returned).size(), 1);
        QCOMPARE(SoundBank::pulsesOf(Sound::Warning).size(), 2);
        QCOMPARE(SoundBank::pulsesOf(Sound::Critical).size(), 3);
        QCOMPARE(SoundBank::pulsesOf(Sound::Emergency).size(), 10);
    }

    // --- what sounds when

    void anEmergencyLoopsWithAGapOfAtMostASecond()
    {
        SoundPlan plan;
        plan.see(emergency(), noon);
        const auto period = SoundBank::lengthOf(Sound::Emergency) + 800ms;
        const QStringList heard = heardOver(plan, noon, 3 * period);
        QCOMPARE(heard, (QStringList{s("0 Emergency"), QStringLiteral("%1 Emergency").arg(period.count()),
                                     QStringLiteral("%1 Emergency").arg(2 * period.count()),
                                     QStringLiteral("%1 Emergency").arg(3 * period.count())}));
        plan.see(acked(emergency()), noon + 4 * period);
        QCOMPARE(plan.take(noon + 5 * period), Sound::None);
        QVERIFY(!plan.nextDue(noon + 5 * period));
    }

    void aCriticalLoopsEveryThreeSeconds()
    {
        SoundPlan plan;
        plan.see(critical(), noon);
        QCOMPARE(heardOver(plan, noon, 7s), (QStringList{s("0 Critical"), s("3000 Critical"), s("6000 Critical")}));
    }

    void aWarningChirpsAndAgainAfterAQuarterOfAnHour()
    {
        SoundPlan plan;
        plan.see(warning(), noon);
        QCOMPARE(heardOver(plan, noon, 31min),
                 (QStringList{s("0 Warning"), s("900000 Warning"), s("1800000 Warning")}));
        plan.see(acked(warning()), noon + 32min);
        QVERIFY(!plan.nextDue(noon + 32min));
    }

    void anInfoMakesNoSound()
    {
        SoundPlan plan;
        plan.see(alert("i", "van", AlertLevel::Info), noon);
        QCOMPARE(heardOver(plan, noon, 1h), QStringList());
    }

    void whatIsOverBeforeAnybodyTookItChirpsOnce()
    {
        SoundPlan plan;
        plan.see(critical(), noon);
        (void)plan.take(noon);
        plan.see(cleared(critical()), noon + 5s);
        QCOMPARE(heardOver(plan, noon + 5s, 1h), QStringList{s("0 Returned")});
        // Once taken, nothing.
        SoundPlan taken;
        taken.see(acked(critical()), noon);
        taken.see(cleared(acked(critical())), noon + 1s);
        QCOMPARE(heardOver(taken, noon + 1s, 1h), QStringList());
    }

    void theMostUrgentSoundsAlone()
    {
        SoundPlan plan;
        plan.see(warning(), noon);
        plan.see(critical(), noon);
        QCOMPARE(heardOver(plan, noon, 2s), QStringList{s("0 Critical")});
        plan.see(emergency(), noon + 2s + 100ms); // at once, in the middle of whatever sounds
        QCOMPARE(heardOver(plan, noon + 2s + 100ms, 1s), QStringList{s("0 Emergency")});
        plan.see(warning("w2"), noon + 4s); // is not made up for
        QCOMPARE(plan.take(noon + 4s), Sound::None);
        plan.see(acked(emergency()), noon + 20s);
        QCOMPARE(plan.take(noon + 20s), Sound::Critical); // goes on with what is left
    }

    void aNewOccurrenceSoundsAtOnce()
    {
        SoundPlan plan;
        plan.see(critical(), noon);
        (void)plan.take(noon);
        plan.see(again(critical()), noon + 1s);
        QCOMPARE(plan.take(noon + 1s), Sound::Critical); // not only after the three seconds
        plan.see(critical("other"), noon + 2s);
        QCOMPARE(plan.take(noon + 2s), Sound::Critical);
        // A warning that rises.
        SoundPlan rising;
        rising.see(acked(warning("a")), noon);
        Alert risen = acked(warning("a"));
        risen.acked = false;
        risen.level = AlertLevel::Critical;
        ++risen.revision;
        rising.see(risen, noon + 1s);
        QCOMPARE(rising.take(noon + 1s), Sound::Critical);
    }

    void whatIsSilencedIsQuietUntilItsTime()
    {
        SoundPlan plan;
        plan.see(critical(), noon);
        (void)plan.take(noon);
        QCOMPARE(plan.audible(noon).size(), 1);
        plan.see(silencedFor(critical(), noon + 120s), noon + 1s);
        QVERIFY(plan.audible(noon + 1s).isEmpty());
        QCOMPARE(*plan.silentUntil(noon + 1s), noon + 120s);
        QCOMPARE(heardOver(plan, noon + 1s, 121s), (QStringList{s("119000 Critical")}));
        // A new occurrence is not silenced.
        plan.see(silencedFor(critical(), noon + 600s), noon + 130s);
        (void)plan.take(noon + 130s);
        Alert anew = again(silencedFor(critical(), noon + 600s));
        anew.silencedUntil.reset();
        plan.see(anew, noon + 131s);
        QCOMPARE(plan.take(noon + 131s), Sound::Critical);
    }

    void whatIsHeldIsQuiet()
    {
        for (const AlertHold hold : {AlertHold::Shelved, AlertHold::Suppressed, AlertHold::OutOfService}) {
            Alert held = critical();
            held.hold = hold;
            SoundPlan plan;
            plan.see(held, noon);
            QCOMPARE(heardOver(plan, noon, 1h), QStringList());
            Alert released = critical();
            released.revision = 2;
            plan.see(released, noon + 1h);
            QCOMPARE(plan.take(noon + 1h), Sound::Critical);
        }
    }

    void whatChattersSoundsOnce()
    {
        Alert flapping = critical();
        flapping.chattering = true;
        SoundPlan plan;
        plan.see(flapping, noon);
        QCOMPARE(heardOver(plan, noon, 1min), QStringList{s("0 Critical")});
        plan.see(cleared(flapping), noon + 1min);
        Alert back = again(cleared(flapping));
        plan.see(back, noon + 2min);
        QCOMPARE(heardOver(plan, noon + 2min, 1min), QStringList());
        QVERIFY(plan.audible(noon + 2min).isEmpty());
        // An emergency is never taken for a nuisance.
        Alert crash = emergency();
        crash.chattering = true;
        SoundPlan urgent;
        urgent.see(crash, noon);
        QCOMPARE(urgent.loop(noon + 1min), Sound::Emergency);
    }

    void aLostContactIsHeardThroughTheLoop()
    {
        SoundPlan plan;
        Alert panicked = emergency();
        panicked.incident = Shared<IncidentFacts>(IncidentFacts());
        plan.see(panicked, noon);
        (void)plan.take(noon);
        plan.see(lost(panicked), noon + 90s);
        QCOMPARE(plan.take(noon + 90s), Sound::ContactLost);
        const auto length = SoundBank::lengthOf(Sound::ContactLost);
        QCOMPARE(heardOver(plan, noon + 90s, 3s), QStringList{QStringLiteral("%1 Emergency").arg(length.count())});
        // Of an acknowledged one too: somebody handles it and has to know.
        SoundPlan taken;
        taken.see(acked(panicked), noon);
        taken.see(lost(acked(panicked)), noon + 90s);
        QCOMPARE(heardOver(taken, noon + 90s, 1h), QStringList{s("0 ContactLost")});
    }

    void thatNobodyHearsSoundsUnlessAnEmergencyDoes()
    {
        SoundPlan plan;
        plan.see(critical(), noon);
        plan.setNobodyHears(true);
        QCOMPARE(heardOver(plan, noon, 11s), (QStringList{s("0 NobodyHears"), s("10000 NobodyHears")}));
        plan.see(emergency(), noon + 12s);
        QCOMPARE(plan.take(noon + 12s), Sound::Emergency);
        plan.setNobodyHears(false);
        QCOMPARE(plan.loop(noon + 13s), Sound::Emergency);
    }

    void aConsoleThatOpensSoundsWhatWaitsOnce()
    {
        SoundPlan plan;
        plan.reset({cleared(critical()), warning()}, noon);
        QCOMPARE(heardOver(plan, noon, 1min), QStringList{s("0 Warning")}); // what is merely over does not call
        plan.reset({cleared(critical()), warning()}, noon + 2min);          // the connection came back
        QCOMPARE(heardOver(plan, noon + 2min, 1min), QStringList());
        plan.reset({}, noon + 4min);
        QVERIFY(!plan.nextDue(noon + 4min));
    }

    void aClockThatIsSetBackStopsNoLoop()
    {
        SoundPlan plan;
        plan.see(emergency(), noon);
        (void)plan.take(noon);
        QCOMPARE(plan.take(noon - 1h), Sound::Emergency);
        QVERIFY(*plan.nextDue(noon - 1h) < noon - 1h + 5s);
    }

    // --- settings

    void settingsAreKeptAndAnEmergencyStaysAudible()
    {
        const QTemporaryDir directory;
        const QString file = directory.filePath(s("console.ini"));
        FakeSoundOutput output;
        output.there = {{s("a"), s("Speakers")}, {s("b"), s("Headset")}};
        {
            SoundSettings settings;
            settings.keepIn(file);
            settings.setOutput(&output);
            settings.setEmergency(0);
            QCOMPARE(settings.emergency(), int(SoundSettings::EmergencyFloor));
            settings.setCritical(55);
            settings.setWarning(400);
            QCOMPARE(settings.warning(), 100);
            settings.setMuted(true);
            settings.setStartTone(false);
            settings.setDevice(2);
            settings.setDevice(7); // not there
            QCOMPARE(output.wanted, s("b"));
        }
        SoundSettings settings;
        settings.keepIn(file);
        settings.setOutput(&output);
        QCOMPARE(settings.critical(), 55);
        QVERIFY(settings.muted() && !settings.startTone() && !settings.speech());
        QCOMPARE(settings.device(), 2);
        QCOMPARE(settings.devices(), (QStringList{s("System default"), s("Speakers"), s("Headset")}));
        QCOMPARE(settings.volumeOf(Sound::Critical), 0.0);
        QCOMPARE(settings.volumeOf(Sound::Warning), 0.0);
        QVERIFY(settings.volumeOf(Sound::Emergency) >= 0.4); // muted or not
        QVERIFY(settings.volumeOf(Sound::ContactLost) >= 0.4);
        QSignalSpy changed(&settings, &SoundSettings::changed);
        output.plug({{s("a"), s("Speakers")}});
        QVERIFY(!changed.isEmpty());
        QCOMPARE(settings.devices().last(), s("Headset (not connected)"));
        QCOMPARE(settings.device(), 2);
    }

    // --- the voice

    void theTestToneSoundsWhenTheConsoleHasItsDesk()
    {
        Voice voice;
        QVERIFY(voice.output.played.isEmpty());
        voice.start();
        QCOMPARE(voice.output.taken(), QList{Sound::TestTone});
        voice.link.setState(DeskLink::State::Reconnecting);
        voice.link.setState(DeskLink::State::Open);
        QVERIFY(voice.output.taken().isEmpty());
    }

    void silenceIsAskedOfTheDeskAndComesBackAsAFact()
    {
        Voice voice;
        voice.start({emergency(), critical(), warning(), acked(critical("taken"))});
        (void)voice.output.taken();
        voice.pass(5s);
        QCOMPARE(voice.output.taken(), QList{Sound::Emergency});
        QVERIFY(voice.annunciator.canSilence());
        QCOMPARE(voice.annunciator.silenceText(), s("Silence"));
        voice.annunciator.silenceAll();
        QCOMPARE(voice.link.asked.size(), 2);
        const auto &first = std::get<HandleAlert>(voice.link.asked.first().body);
        QVERIFY(first.verb == AlertVerb::Silence);
        QCOMPARE(first.alertId, s("e"));
        QCOMPARE(first.occurrence, 1);
        QVERIFY(!first.until); // as long as may be
        QVERIFY(!voice.annunciator.canSilence());
        QCOMPARE(voice.output.stops, 0); // not before it is a fact
        voice.annunciator.silenceAll();  // pressed twice
        QCOMPARE(voice.link.asked.size(), 2);

        voice.link.publish(silencedFor(emergency(), voice.now + 30s), AlertVerb::Silence);
        QCOMPARE(voice.output.stops, 1); // in the middle of its burst
        voice.link.publish(silencedFor(critical(), voice.now + 120s), AlertVerb::Silence);
        for (int i = 0; i < 2; ++i)
            voice.link.replyTo(voice.link.stall(), Outcome::done({}));
        QVERIFY(voice.annunciator.silenced());
        QCOMPARE(voice.annunciator.silenceText(), s("Silent 30 s"));
        voice.pass(10s);
        QCOMPARE(voice.annunciator.silenceText(), s("Silent 20 s"));
        (void)voice.output.taken();
        voice.pass(20s);
        QCOMPARE(voice.output.taken(), QList{Sound::Emergency});
        QCOMPARE(voice.annunciator.silenceText(), s("Silence"));
    }

    void anotherConsolesSilenceIsThisOnesToo()
    {
        Voice voice;
        voice.start({critical()});
        voice.pass(4s);
        (void)voice.output.taken();
        voice.link.publish(silencedFor(critical(), voice.now + 120s), AlertVerb::Silence);
        voice.pass(10s);
        QVERIFY(voice.output.taken().isEmpty());
        QCOMPARE(voice.annunciator.silenceText(), s("Silent 110 s"));
        voice.link.publish(critical("new"));
        QCOMPARE(voice.output.taken(), QList{Sound::Critical});
    }

    void aRefusedSilenceSaysWhy()
    {
        Voice voice;
        voice.start({critical()});
        voice.annunciator.silenceAll();
        voice.link.refuse(s("forbidden"), s("You may not do this."));
        QCOMPARE(voice.refusals, QStringList{s("Silence was refused: You may not do this.")});
        QVERIFY(voice.annunciator.canSilence());
        voice.annunciator.silenceAll();
        voice.link.refuse(s("closed"), s("It is closed."));
        QCOMPARE(voice.refusals.size(), 1); // quiet all the same
    }

    void withoutItsServerAConsoleCanBeHushedHere()
    {
        Voice voice;
        voice.start({emergency()});
        voice.link.setState(DeskLink::State::Reconnecting);
        voice.pass(5s);
        QVERIFY(!voice.output.taken().isEmpty()); // the last that is known still calls
        voice.annunciator.silenceAll();
        QVERIFY(voice.link.asked.isEmpty());
        QCOMPARE(voice.annunciator.silenceText(), s("Silent 30 s"));
        voice.pass(29s);
        QVERIFY(voice.output.taken().isEmpty());
        voice.pass(5s);
        QCOMPARE(voice.output.taken(), QList{Sound::Emergency});
        voice.annunciator.silenceAll();
        voice.link.setState(DeskLink::State::Open); // the desk knows of no silence
        voice.pass(5s);
        QVERIFY(!voice.output.taken().isEmpty());
    }

    void aMutedConsoleStillSoundsEmergencies()
    {
        Voice voice;
        voice.annunciator.settings()->setMuted(true);
        voice.start({critical(), warning("w")});
        (void)voice.output.taken();
        voice.pass(10s);
        QVERIFY(voice.output.taken().isEmpty());
        voice.link.publish(emergency());
        QCOMPARE(voice.output.played.size(), 1);
        QVERIFY(voice.output.played.first().volume >= 0.4);
    }

    void theDeskIsToldWhetherThisConsoleIsHeard()
    {
        Voice voice;
        QVERIFY(voice.link.hearing.isEmpty()); // no desk yet
        voice.start();
        QCOMPARE(voice.link.hearing, QStringList{s("heard")});
        voice.pass(29s);
        QCOMPARE(voice.link.hearing.size(), 1);
        voice.pass(1s); // renewed
        QCOMPARE(voice.link.hearing, (QStringList{s("heard"), s("heard")}));
        voice.annunciator.settings()->setMuted(true); // at once
        QCOMPARE(voice.link.hearing.last(), s("muted"));
        voice.annunciator.settings()->setMuted(false);
        QCOMPARE(voice.link.hearing.last(), s("heard"));
        voice.annunciator.settings()->setCritical(5);
        QCOMPARE(voice.link.hearing.last(), s("volume too low"));
        voice.annunciator.settings()->setCritical(80);
        voice.output.fail(s("the output device does not take sound"));
        QCOMPARE(voice.link.hearing.last(), s("the output device does not take sound"));
        voice.output.fail({});
        voice.output.plug({});
        QCOMPARE(voice.link.hearing.last(), s("no output device"));
        const qsizetype before = voice.link.hearing.size();
        voice.link.setState(DeskLink::State::Reconnecting);
        voice.pass(60s);
        QCOMPARE(voice.link.hearing.size(), before);
        voice.link.setState(DeskLink::State::Open); // a new connection knows nothing
        QCOMPARE(voice.link.hearing.size(), before + 1);

        FakeDeskLink link;
        Annunciator mute(link, {[] { return noon; }, QTimeZone::utc()}); // no output at all
        link.open({});
        QCOMPARE(link.hearing, QStringList{s("no sound in this build")});
    }

    void soundHealthIsSaidInWords()
    {
        Voice voice;
        voice.start();
        QCOMPARE(voice.annunciator.healthText(), s("sound on"));
        QCOMPARE(voice.annunciator.healthDetail(), s("Alerts sound here, on Speakers."));
        voice.tell(3, 2, false);
        QCOMPARE(voice.annunciator.healthDetail(), s("Alerts sound here, on Speakers. 2 of 3 consoles can be heard."));
        voice.annunciator.settings()->setMuted(true);
        QCOMPARE(voice.annunciator.health(), Annunciator::Muted);
        QCOMPARE(voice.annunciator.healthText(), s("muted here"));
        voice.annunciator.settings()->setMuted(false);
        voice.output.plug({});
        QCOMPARE(voice.annunciator.healthText(), s("no sound here"));
        QSignalSpy changed(&voice.annunciator, &Annunciator::changed);
        (void)voice.output.taken();
        voice.tell(3, 0, true);
        QVERIFY(!changed.isEmpty());
        QCOMPARE(voice.annunciator.health(), Annunciator::Nobody);
        QCOMPARE(voice.annunciator.healthText(), s("nobody can hear"));
        QCOMPARE(voice.output.taken(), QList{Sound::NobodyHears}); // tried all the same
        voice.tell(3, 1, false);
        QCOMPARE(voice.annunciator.healthText(), s("no sound here"));
    }

    void whatWaitsIsSpokenAfterItsSoundWhereThatIsWanted()
    {
        Voice voice;
        voice.output.speaks = true;
        voice.start();
        voice.link.publish(critical());
        voice.pass(30s);
        QVERIFY(voice.output.spoken.isEmpty());
        voice.annunciator.settings()->setSpeech(true);
        Alert dana = emergency();
        dana.title = s("Call for help");
        voice.link.publish(dana);
        QVERIFY(voice.output.spoken.isEmpty()); // the sound first
        voice.pass(SoundBank::lengthOf(Sound::Emergency));
        QCOMPARE(voice.output.spoken, QStringList{s("1 emergency. 1 critical. Dana R., Call for help.")});
        for (int i = 0; i < 15; ++i)
            voice.pass(1s);
        QCOMPARE(voice.output.spoken.size(), 1);
        for (int i = 0; i < 10; ++i)
            voice.pass(1s);
        QCOMPARE(voice.output.spoken.size(), 2); // repeated
        voice.link.publish(acked(dana));
        voice.link.publish(acked(critical()));
        for (int i = 0; i < 60; ++i)
            voice.pass(1s);
        QCOMPARE(voice.output.spoken.size(), 2);
    }

    void aTestSoundsUnlessSomethingMoreUrgentDoes()
    {
        Voice voice;
        voice.annunciator.settings()->setMuted(true);
        voice.start();
        (void)voice.output.taken();
        voice.annunciator.test(Annunciator::TestWarning);
        QCOMPARE(voice.output.taken(), QList{Sound::Warning});
        voice.annunciator.test(99);
        voice.annunciator.test(-1);
        QVERIFY(voice.output.taken().isEmpty());
        voice.link.publish(emergency());
        (void)voice.output.taken();
        voice.annunciator.test(Annunciator::TestWarning);
        QVERIFY(voice.output.taken().isEmpty());
    }

    void itSoundsByItsOwnTimer()
    {
        FakeDeskLink link;
        FakeSoundOutput output;
        Annunciator annunciator(link, {systemNow, QTimeZone::utc()});
        annunciator.settings()->setStartTone(false);
        annunciator.setOutput(&output);
        link.open({});
        link.publish(critical());
        QTRY_VERIFY_WITH_TIMEOUT(output.played.size() >= 2, 20'000);
    }

    // --- a console that is not in sight

    void anOperatorWhoLooksElsewhereIsCalledOncePerOccurrence()
    {
        FakeDeskLink link;
        Attention attention(link);
        QList<Attention::Call> calls;
        QList<bool> flashes;
        connect(&attention, &Attention::called, this, [&](const Attention::Call &call) { calls.append(call); });
        connect(&attention, &Attention::flashing, this, [&](bool on) { flashes.append(on); });
        DeskSnapshot snapshot;
        snapshot.alerts = {critical("old")};
        attention.setInSight(false);
        link.open(snapshot);
        QVERIFY(calls.isEmpty()); // waited before this console was there
        Alert hot = critical();
        hot.title = s("Engine overheating");
        hot.message = s("118 °C, limit 115 °C");
        link.publish(hot);
        QCOMPARE(calls.size(), 1);
        QCOMPARE(calls.last().title, s("Critical: van-1"));
        QCOMPARE(calls.last().text, s("Engine overheating – 118 °C, limit 115 °C"));
        QCOMPARE(calls.last().alertId, s("c"));
        QCOMPARE(flashes, QList{true});
        Alert seen = hot;
        ++seen.revision;
        ++seen.count;
        link.publish(seen, AlertVerb::Repeat);
        link.publish(warning());
        QCOMPARE(calls.size(), 1);
        link.publish(again(seen));
        QCOMPARE(calls.size(), 2);
        link.publish(emergency());
        QCOMPARE(calls.last().title, s("EMERGENCY: Dana R."));
        attention.setInSight(true);
        QCOMPARE(flashes, (QList{true, false}));
        link.publish(critical("another")); // is seen
        QCOMPARE(calls.size(), 3);
        attention.setInSight(false);
        QCOMPARE(flashes.size(), 2); // nothing new was missed
    }

    void flashingEndsWhenSomebodyElseTookIt()
    {
        FakeDeskLink link;
        Attention attention(link);
        QList<bool> flashes;
        connect(&attention, &Attention::flashing, this, [&](bool on) { flashes.append(on); });
        link.open({});
        attention.setInSight(false);
        link.publish(critical());
        link.publish(acked(critical()), AlertVerb::Acknowledge);
        QCOMPARE(flashes, (QList{true, false}));
    }

    void whatAServerWantsShownIsShown()
    {
        FakeDeskLink link;
        Attention attention(link);
        QList<Attention::Call> calls;
        QList<bool> flashes;
        connect(&attention, &Attention::called, this, [&](const Attention::Call &call) { calls.append(call); });
        connect(&attention, &Attention::flashing, this, [&](bool on) { flashes.append(on); });
        // As the link hears it, over the network or not.
        Q_EMIT link.noticed({s("a-1"), 2, AlertLevel::Critical, s("Step 2"), QString(5'000, QLatin1Char('x')), {}});
        QCOMPARE(calls.size(), 1);
        QVERIFY(calls.first().urgent && calls.first().text.size() <= 400);
        QCOMPARE(calls.first().alertId, s("a-1")); // whoever clicks it sees that alert
        Q_EMIT link.noticed({s("a-2"), 1, AlertLevel::Warning, s("Step 1"), {}, {}});
        QVERIFY(!calls.last().urgent);
        QVERIFY(flashes.isEmpty());
        attention.setInSight(false);
        Q_EMIT link.noticed({s("a-1"), 3, AlertLevel::Emergency, s("Step 3"), s("Nobody answers"), {}});
        QCOMPARE(flashes, QList{true});
        attention.setInSight(true);
        QCOMPARE(flashes, (QList{true, false}));
    }
};

QTEST_GUILESS_MAIN(TestSound)
#include "test_sound.moc"
