// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

// How many decimals a number is shown with. Pure functions, any thread.

namespace tocsin {

inline constexpr int maximumDecimals = 6;

/// `decimals`: 0 to maximumDecimals.
[[nodiscard]] inline double rounded(double value, int decimals)
{
    constexpr std::array<double, maximumDecimals + 1> powers{1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    const double power = powers[static_cast<std::size_t>(decimals)];
    const double scaled = std::round(value * power);
    return std::isfinite(scaled) ? scaled / power : value;
}

/// As few decimals as show `value` without loss, at least `decimals`.
[[nodiscard]] inline int decimalsToShow(double value, int decimals = 0)
{
    while (decimals < maximumDecimals && std::abs(rounded(value, decimals) - value) > 1e-9)
        ++decimals;
    return decimals;
}

} // namespace tocsin
