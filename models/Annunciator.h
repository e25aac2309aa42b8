// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"
#include "models/Paced.h"
#include "models/SoundOutput.h"
#include "models/SoundPlan.h"
#include "models/SoundSettings.h"

#include <QObject>
#include <QSet>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace tocsin {

/// The console's voice: sounds what SoundPlan decides, silences it everywhere, and tells the desk whether this console can be heard.
/// GUI thread; owned by Console. Without an output it decides all the same, and says that nobody hears it here.
///
/// Silence is a fact of the desk: silenceAll() asks for it, and the sound stops when the event comes back, on every console. While the server
/// is away it is quiet here alone, for as long as a silence of an emergency may last.
class Annunciator : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.sound")
    Q_PROPERTY(tocsin::SoundSettings *settings READ settings CONSTANT FINAL)
    Q_PROPERTY(tocsin::Annunciator::Health health READ health NOTIFY changed FINAL)
    Q_PROPERTY(QString healthText READ healthText NOTIFY changed FINAL) ///< "sound on", "muted here", "nobody can hear"
    Q_PROPERTY(QString healthDetail READ healthDetail NOTIFY changed FINAL) ///< a sentence or two
    Q_PROPERTY(bool canSpeak READ canSpeak NOTIFY changed FINAL)
    Q_PROPERTY(bool canSilence READ canSilence NOTIFY changed FINAL)      ///< something sounds, or is about to
    Q_PROPERTY(bool silenced READ silenced NOTIFY changed FINAL)          ///< what waits is silent for a while
    Q_PROPERTY(QString silenceText READ silenceText NOTIFY changed FINAL) ///< "Silence", "Silent 24 s", "Quiet"
public:
    enum Health { On, Muted, NoOutput, Nobody };
    Q_ENUM(Health)
    enum Test {
        TestTone = int(Sound::TestTone),
        TestWarning = int(Sound::Warning),
        TestCritical = int(Sound::Critical),
        TestEmergency = int(Sound::Emergency)
    };
    Q_ENUM(Test)

    Annunciator(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    /// Once; it outlives this. The test tone sounds at the first connection after it.
    void setOutput(SoundOutput *output);
    [[nodiscard]] SoundSettings *settings() const { return m_settings; }
    [[nodiscard]] Health health() const;
    [[nodiscard]] QString healthText() const;
    [[nodiscard]] QString healthDetail() const;
    [[nodiscard]] bool canSpeak() const { return m_output != nullptr && m_output->canSpeak(); }
    [[nodiscard]] bool canSilence() const { return m_audible > 0 && m_requests.isEmpty() && !m_hushedUntil; }
    [[nodiscard]] bool silenced() const { return m_silentUntil.has_value(); }
    [[nodiscard]] QString silenceText() const { return m_silenceText; }

    /// Asks the desk to silence everything that sounds, for as long as its level allows.
    Q_INVOKABLE void silenceAll();
    /// Sounds one of the Test values, whatever is muted.
    Q_INVOKABLE void test(int sound);

    /// Whether this console can be heard; if not, why, in words for whoever reads it elsewhere.
    [[nodiscard]] bool isHeard() const { return whyNotHeard().isEmpty(); }
    [[nodiscard]] QString whyNotHeard() const;
    /// What would be said of what sounds: "Emergency. Dana R., panic. 2 critical."
    [[nodiscard]] QString summary() const;
    /// Runs what is due. By itself, by a timer; once a second by Console.
    void tick(TimePoint now);

Q_SIGNALS:
    void changed();
    /// The desk said no: a sentence for the operator.
    void refused(const QString &text);

private:
    void takeState(DeskLink::State state);
    void takeEvents(const QList<Event> &events);
    void takeReply(const QString &requestId, const Outcome &outcome);
    void sound(Sound sound, TimePoint now);
    void quieten(TimePoint now);
    void speakWhenDue(TimePoint now);
    void refresh(TimePoint now);
    void report(TimePoint now, bool renew = false);
    [[nodiscard]] bool hushed(TimePoint now) const { return m_hushedUntil && *m_hushedUntil > now; }

    DeskLink &m_link;
    ModelClock m_clock;
    SoundSettings *m_settings;
    SoundOutput *m_output = nullptr;
    SoundPlan m_plan;
    QTimer m_timer;
    Paced m_news; ///< of the desk's alerts
    Audibility m_everywhere;
    QSet<QString> m_requests; ///< for silence, unanswered
    std::optional<TimePoint> m_hushedUntil;
    std::optional<TimePoint> m_silentUntil;
    QString m_silenceText;
    qsizetype m_audible = 0;
    Sound m_playing = Sound::None;
    TimePoint m_playingUntil;
    TimePoint m_spokenAt;
    std::optional<TimePoint> m_speakAt;
    QString m_reportedWhy;
    std::optional<TimePoint> m_reportedAt;
    bool m_toneOwed = false;
};

} // namespace tocsin
