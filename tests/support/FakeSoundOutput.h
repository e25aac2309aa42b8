// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/SoundOutput.h"

#include <QStringList>

namespace tocsin {

/// Loudspeakers for tests: devices come, go and fail as the test says; what was played is remembered.
class FakeSoundOutput : public SoundOutput
{
    Q_OBJECT
public:
    struct Played
    {
        Sound sound = Sound::None;
        double volume = 0;
    };

    using SoundOutput::SoundOutput;

    [[nodiscard]] QList<Device> devices() const override { return there; }
    void useDevice(const QString &id) override { wanted = id; }
    [[nodiscard]] Device device() const override
    {
        for (const Device &one : there) {
            if (one.id == wanted)
                return one;
        }
        return there.value(0);
    }
    [[nodiscard]] QString problem() const override { return trouble; }
    void play(Sound sound, double volume) override { played.append({sound, volume}); }
    void stop() override { ++stops; }
    [[nodiscard]] bool canSpeak() const override { return speaks; }
    void speak(const QString &text, double /*volume*/) override { spoken.append(text); }

    void plug(const QList<Device> &devices)
    {
        there = devices;
        Q_EMIT changed();
    }
    void fail(const QString &why)
    {
        trouble = why;
        Q_EMIT changed();
    }
    [[nodiscard]] QList<Sound> taken()
    {
        QList<Sound> sounds;
        for (const Played &one : std::exchange(played, {}))
            sounds.append(one.sound);
        return sounds;
    }

    QList<Device> there{{QStringLiteral("speakers"), QStringLiteral("Speakers")}};
    QString wanted;
    QString trouble;
    QList<Played> played;
    QStringList spoken;
    int stops = 0;
    bool speaks = false;
};

} // namespace tocsin
