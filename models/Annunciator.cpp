// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Annunciator.h"

#include "models/AlertListModel.h"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
constexpr auto renewEvery = 30s;
constexpr auto hushFor = 30s; ///< what an emergency's silence may last
constexpr auto speakEvery = 20s;
constexpr auto shortestWait = 10ms;

QString levelWord(AlertLevel level, qsizetype count)
{
    if (level == AlertLevel::Emergency)
        return count == 1 ? Annunciator::tr("1 emergency") : Annunciator::tr("%1 emergencies").arg(count);
    return Annunciator::tr("%1 critical").arg(count);
}
} // namespace

Annunciator::Annunciator(DeskLink &link, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_clock(std::move(clock))
    , m_settings(new SoundSettings(this))
    , m_news([this] { tick(m_clock.now()); })
    , m_silenceText(tr("Quiet"))
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] { tick(m_clock.now()); });
    connect(&link, &DeskLink::stateChanged, this, &Annunciator::takeState);
    connect(&link, &DeskLink::snapshot, this, [this](const DeskSnapshot &snapshot) {
        const TimePoint now = m_clock.now();
        m_plan.reset(snapshot.alerts, now);
        tick(now);
    });
    connect(&link, &DeskLink::events, this, &Annunciator::takeEvents);
    connect(&link, &DeskLink::replied, this, &Annunciator::takeReply);
    connect(&link, &DeskLink::serverStats, this, [this](const ServerStats &stats) {
        if (std::exchange(m_everywhere, stats.hearing) == stats.hearing)
            return;
        m_plan.setNobodyHears(stats.hearing.nobodyHears);
        tick(m_clock.now());
    });
    connect(m_settings, &SoundSettings::changed, this, [this] { tick(m_clock.now()); });
}

void Annunciator::setOutput(SoundOutput *output)
{
    m_output = output;
    m_toneOwed = m_settings->startTone();
    m_settings->setOutput(output); // told of its changes
}

// --- what happens

void Annunciator::takeState(DeskLink::State state)
{
    const TimePoint now = m_clock.now();
    if (state != DeskLink::State::Open) {
        m_reportedAt.reset(); // the next connection has to be told
        tick(now);
        return;
    }
    m_hushedUntil.reset(); // what was asked for meanwhile goes to the desk now
    report(now, true);
    if (std::exchange(m_toneOwed, false) && m_output != nullptr)
        sound(Sound::TestTone, now);
    tick(now);
}

void Annunciator::takeEvents(const QList<Event> &events)
{
    const TimePoint now = m_clock.now();
    for (const Event &event : events) {
        if (const auto *change = std::get_if<AlertChange>(&event.body))
            m_plan.see(change->alert, now);
    }
    m_news.say(m_plan.size() > AlertListModel::Many);
}

void Annunciator::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (!m_requests.remove(requestId))
        return;
    // Somebody else took or closed it meanwhile: it is quiet all the same.
    const bool over = outcome.code == QLatin1String("closed") || outcome.code == QLatin1String("superseded");
    if (!outcome.ok && !over)
        Q_EMIT refused(tr("Silence was refused: %1").arg(outcome.message));
    refresh(m_clock.now());
}

void Annunciator::silenceAll()
{
    const TimePoint now = m_clock.now();
    if (!canSilence())
        return;
    if (m_link.state() != DeskLink::State::Open) {
        m_hushedUntil = now + hushFor;
    } else {
        for (const Alert &alert : m_plan.audible(now)) {
            HandleAlert silence;
            silence.verb = AlertVerb::Silence;
            silence.alertId = alert.id;
            silence.occurrence = alert.occurrence;
            silence.seenLevel = alert.level;
            m_requests.insert(m_link.request(silence));
        }
    }
    tick(now);
}

void Annunciator::test(int value)
{
    const auto wanted = static_cast<Sound>(value);
    const TimePoint now = m_clock.now();
    if (value <= 0 || value >= soundCount || m_output == nullptr || m_plan.loop(now) > wanted)
        return;
    m_output->play(wanted, std::max(m_settings->volumeOf(wanted), int(SoundSettings::AudibleFloor) / 100.0));
}

// --- sounding

void Annunciator::tick(TimePoint now)
{
    if (m_hushedUntil && *m_hushedUntil <= now)
        m_hushedUntil.reset();
    quieten(now);
    if (const Sound due = m_plan.take(now); due != Sound::None && !hushed(now))
        sound(due, now);
    speakWhenDue(now);
    if (const auto next = m_plan.nextDue(now))
        m_timer.start(std::max(std::chrono::ceil<std::chrono::milliseconds>(*next - now),
                               std::chrono::milliseconds(shortestWait)));
    else
        m_timer.stop();
    report(now);
    refresh(now);
}

void Annunciator::sound(Sound sound, TimePoint now)
{
    const double volume = m_settings->volumeOf(sound);
    if (m_output == nullptr || volume <= 0)
        return;
    m_output->play(sound, volume);
    m_playing = sound;
    m_playingUntil = now + SoundBank::lengthOf(sound);
    if (sound >= Sound::Critical && m_settings->speech() && (m_spokenAt > now || now - m_spokenAt >= speakEvery))
        m_speakAt = m_playingUntil;
}

/// A loop that is acknowledged, silenced or held ends within its burst.
void Annunciator::quieten(TimePoint now)
{
    const bool loops = m_playing == Sound::Critical || m_playing == Sound::Emergency || m_playing == Sound::NobodyHears;
    if (loops && m_playingUntil > now && (m_plan.loop(now) < m_playing || hushed(now)) && m_output != nullptr) {
        m_output->stop();
        m_playing = Sound::None;
        m_speakAt.reset();
    }
}

void Annunciator::speakWhenDue(TimePoint now)
{
    if (!m_speakAt || *m_speakAt > now)
        return;
    m_speakAt.reset();
    const Sound loop = m_plan.loop(now);
    if (loop < Sound::Critical || !canSpeak() || hushed(now) || !m_settings->speech())
        return;
    m_spokenAt = now;
    m_output->speak(summary(), m_settings->volumeOf(loop));
}

QString Annunciator::summary() const
{
    const QList<Alert> waiting = m_plan.audible(m_clock.now());
    if (waiting.isEmpty())
        return m_everywhere.nobodyHears ? tr("Nobody can hear alerts.") : QString();
    QStringList parts;
    for (const AlertLevel level : {AlertLevel::Emergency, AlertLevel::Critical}) {
        const auto count = std::count_if(waiting.cbegin(), waiting.cend(),
                                         [level](const Alert &alert) { return alert.level == level; });
        if (count > 0)
            parts.append(levelWord(level, count) + QLatin1Char('.'));
    }
    const Alert &first = waiting.constFirst();
    parts.append(QStringLiteral("%1, %2.").arg(first.sourceName, first.title.isEmpty() ? first.code : first.title));
    return parts.join(QLatin1Char(' '));
}

// --- how it stands

QString Annunciator::whyNotHeard() const
{
    if (m_output == nullptr)
        return tr("no sound in this build");
    if (m_output->device().id.isEmpty())
        return tr("no output device");
    if (const QString problem = m_output->problem(); !problem.isEmpty())
        return problem;
    if (m_settings->muted())
        return tr("muted");
    return m_settings->critical() < SoundSettings::AudibleFloor ? tr("volume too low") : QString();
}

Annunciator::Health Annunciator::health() const
{
    if (m_everywhere.nobodyHears && m_link.state() == DeskLink::State::Open)
        return Nobody;
    if (isHeard())
        return On;
    const bool works = m_output != nullptr && !m_output->device().id.isEmpty() && m_output->problem().isEmpty();
    return works ? Muted : NoOutput;
}

QString Annunciator::healthText() const
{
    switch (health()) {
    case On:
        return tr("sound on");
    case Muted:
        return m_settings->muted() ? tr("muted here") : tr("too quiet here");
    case NoOutput:
        return tr("no sound here");
    case Nobody:
        break;
    }
    return tr("nobody can hear");
}

QString Annunciator::healthDetail() const
{
    QStringList sentences;
    if (health() == Nobody)
        sentences.append(tr("No console can be heard: critical alerts are escalated at once."));
    if (isHeard())
        sentences.append(tr("Alerts sound here, on %1.").arg(m_output->device().name));
    else if (m_output != nullptr && m_output->problem().isEmpty() && !m_output->device().id.isEmpty())
        sentences.append(tr("Only emergencies sound here: %1.").arg(whyNotHeard()));
    else
        sentences.append(tr("Alerts do not sound here: %1.").arg(whyNotHeard()));
    if (m_everywhere.consoles > 0 && m_link.state() == DeskLink::State::Open)
        sentences.append(tr("%1 of %2 consoles can be heard.").arg(m_everywhere.heard).arg(m_everywhere.consoles));
    return sentences.join(QLatin1Char(' '));
}

void Annunciator::refresh(TimePoint now)
{
    m_audible = m_plan.audible(now).size();
    m_silentUntil = hushed(now) ? m_hushedUntil : m_plan.silentUntil(now);
    if (!m_requests.isEmpty()) {
        m_silenceText = tr("Silencing …");
    } else if (hushed(now) || (m_silentUntil && m_audible == 0)) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(*m_silentUntil - now);
        m_silenceText = tr("Silent %1 s").arg(left.count());
    } else {
        m_silenceText = m_audible > 0 ? tr("Silence") : tr("Quiet");
    }
    Q_EMIT changed();
}

void Annunciator::report(TimePoint now, bool renew)
{
    if (m_link.state() != DeskLink::State::Open)
        return;
    const QString why = whyNotHeard();
    const bool due = !m_reportedAt || *m_reportedAt > now || now - *m_reportedAt >= renewEvery;
    if (!renew && !due && why == m_reportedWhy)
        return;
    m_reportedWhy = why;
    m_reportedAt = now;
    m_link.reportHearing(why.isEmpty(), why);
}

} // namespace tocsin
