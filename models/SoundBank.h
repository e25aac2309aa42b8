// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QList>

namespace tocsin {

/// What the console can sound, more urgent ones later.
enum class Sound {
    None,
    TestTone,
    Returned, ///< one chirp: over before anybody took it
    Warning,  ///< two chirps
    Critical,
    NobodyHears, ///< no console can be heard
    Emergency,
    ContactLost, ///< the phone of somebody in trouble has fallen silent
};
inline constexpr int soundCount = int(Sound::ContactLost) + 1;

/// The console's own sounds, made of pulses with their harmonics after the manner of IEC 60601-1-8: the more urgent, the more pulses and
/// the faster. Pure functions, any thread. Mono, signed 16 bit, little-endian, at `rate`.
class SoundBank
{
public:
    static constexpr int rate = 48'000; ///< samples per second
    static constexpr int fadeMs = 10;   ///< of each pulse at both ends, so that nothing clicks

    struct Pulse
    {
        int atMs = 0;
        int forMs = 0;
        double hz = 0; ///< its fundamental
    };

    [[nodiscard]] static QList<Pulse> pulsesOf(Sound sound);
    [[nodiscard]] static std::chrono::milliseconds lengthOf(Sound sound);
    /// At full volume, with room above the peaks; empty for None.
    [[nodiscard]] static QByteArray pcmOf(Sound sound);
};

} // namespace tocsin
