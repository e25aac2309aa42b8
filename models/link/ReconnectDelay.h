// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

namespace tocsin {

/// How long to wait before the next attempt: doubles from `first` to `longest`, and each is drawn from its upper half, so that
/// consoles that lost the server together do not come back together. Plain value logic; chance is an argument.
class ReconnectDelay
{
public:
    using Milliseconds = std::chrono::milliseconds;

    explicit ReconnectDelay(Milliseconds first = Milliseconds(250), Milliseconds longest = Milliseconds(30'000))
        : m_first(first)
        , m_longest(longest)
        , m_next(first)
    {
    }

    /// `chance` is from 0 up to 1. `atLeast`: the server said when to come back.
    [[nodiscard]] Milliseconds next(double chance, Milliseconds atLeast = {})
    {
        const auto whole = m_next;
        m_next = std::min(m_next * 2, m_longest);
        const auto drawn =
            Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(whole.count()) * (1 + chance) / 2));
        return std::max(drawn, atLeast);
    }
    /// It worked: the next loss begins anew.
    void reset() { m_next = m_first; }

private:
    Milliseconds m_first;
    Milliseconds m_longest;
    Milliseconds m_next;
};

} // namespace tocsin
