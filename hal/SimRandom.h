// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cmath>
#include <random>

namespace tocsin {

/// Chance that is the same on every machine: the standard fixes the engine but not the distributions,
/// so these are made here. One per actor, so that one actor's needs do not change another's fate.
class SimRandom
{
public:
    SimRandom(quint64 seed, const QString &actor) : m_engine(seed ^ hashOf(actor)) {}

    [[nodiscard]] double uniform(double least, double most)
    {
        constexpr double steps = 9007199254740992.0; // 2^53
        return least + (most - least) * (double(m_engine() >> 11) / steps);
    }
    /// 0 … count − 1
    [[nodiscard]] int index(int count) { return std::min(count - 1, int(uniform(0, count))); }
    /// Roughly normal, never beyond 3 deviations.
    [[nodiscard]] double noise(double deviation)
    {
        double sum = 0;
        for (int i = 0; i < 3; ++i)
            sum += uniform(-1, 1);
        return sum * deviation;
    }

private:
    [[nodiscard]] static quint64 hashOf(const QString &text) // FNV-1a; qHash differs from run to run
    {
        quint64 hash = 14695981039346656037ULL;
        for (const char c : text.toUtf8())
            hash = (hash ^ quint8(c)) * 1099511628211ULL;
        return hash;
    }
    std::mt19937_64 m_engine;
};

/// Rounded, so that simulated numbers look like those of an instrument.
[[nodiscard]] inline double roundedTo(double value, double step)
{
    if (step >= 1)
        return std::round(value / step) * step;
    const double scale = std::round(1 / step); // dividing by 10 gives 55.8, multiplying by 0.1 gives 55.800000000000004
    return std::round(value * scale) / scale;
}

} // namespace tocsin
