// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/SoundBank.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace tocsin {

namespace {

constexpr double loudest = 0.8; ///< of full scale
/// Of the fundamental and its harmonics: several of them can still be heard through noise, or by who does not hear high ones.
constexpr std::array harmonics{1.0, 0.6, 0.4, 0.25, 0.15};

QList<SoundBank::Pulse> evenly(int everyMs, int forMs, const QList<double> &tones)
{
    QList<SoundBank::Pulse> pulses;
    for (qsizetype i = 0; i < tones.size(); ++i) {
        if (tones[i] > 0)
            pulses.append({static_cast<int>(i) * everyMs, forMs, tones[i]});
    }
    return pulses;
}

/// Rises and falls as a cosine does.
double envelope(int sample, int samples)
{
    constexpr int fade = SoundBank::rate * SoundBank::fadeMs / 1000;
    const int edge = std::min(sample, samples - 1 - sample);
    return edge >= fade ? 1.0 : 0.5 - 0.5 * std::cos(std::numbers::pi * edge / fade);
}

} // namespace

QList<SoundBank::Pulse> SoundBank::pulsesOf(Sound sound)
{
    switch (sound) {
    case Sound::None:
        break;
    case Sound::TestTone:
        return evenly(150, 130, {523.25, 659.25, 783.99});
    case Sound::Returned:
        return {{0, 140, 440.0}};
    case Sound::Warning:
        return evenly(260, 140, {587.33, 587.33});
    case Sound::Critical: // three pulses
        return evenly(240, 190, {523.25, 698.46, 523.25});
    case Sound::NobodyHears: // falls
        return evenly(230, 200, {783.99, 659.25, 523.25, 392.0});
    case Sound::Emergency: // three and two, twice
        return evenly(170, 120,
                      {739.99, 739.99, 987.77, 0, 739.99, 987.77, 0, 0, 739.99, 739.99, 987.77, 0, 739.99, 987.77});
    case Sound::ContactLost: // low, to and fro
        return evenly(280, 260, {329.63, 246.94, 329.63, 246.94, 329.63, 246.94});
    }
    return {};
}

std::chrono::milliseconds SoundBank::lengthOf(Sound sound)
{
    const QList<Pulse> pulses = pulsesOf(sound);
    return std::chrono::milliseconds(pulses.isEmpty() ? 0 : pulses.constLast().atMs + pulses.constLast().forMs);
}

QByteArray SoundBank::pcmOf(Sound sound)
{
    const auto length = static_cast<std::size_t>(lengthOf(sound).count() * rate / 1000);
    std::vector<double> wave(length);
    double peak = 0;
    for (const Pulse &pulse : pulsesOf(sound)) {
        const int samples = pulse.forMs * rate / 1000;
        const auto begin = static_cast<std::size_t>(pulse.atMs) * rate / 1000;
        for (int i = 0; i < samples && begin + static_cast<std::size_t>(i) < length; ++i) {
            const double phase = 2 * std::numbers::pi * pulse.hz * i / rate;
            double value = 0;
            for (std::size_t n = 0; n < harmonics.size(); ++n)
                value += harmonics.at(n) * std::sin(phase * static_cast<double>(n + 1));
            value *= envelope(i, samples);
            wave[begin + static_cast<std::size_t>(i)] = value;
            peak = std::max(peak, std::abs(value));
        }
    }
    QByteArray pcm(static_cast<qsizetype>(length * sizeof(qint16)), '\0');
    for (std::size_t i = 0; i < length; ++i) {
        const auto sample = static_cast<qint16>(std::lround(wave[i] / peak * loudest * 32'767));
        qToLittleEndian(sample, pcm.data() + i * sizeof(qint16));
    }
    return pcm;
}

} // namespace tocsin
