// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

namespace tocsin {

/// How long to wait before the next attempt: 0.5 s, doubled each time, at most 30 s. Plain value.
class BackOff
{
public:
    using Wait = std::chrono::milliseconds;
    explicit BackOff(Wait first = Wait{500}, Wait cap = Wait{30'000}) : m_first(first), m_cap(cap), m_next(first) {}

    [[nodiscard]] Wait next()
    {
        const Wait wait = m_next;
        m_next = std::min(m_next * 2, m_cap);
        return wait;
    }
    void reset() { m_next = m_first; }

private:
    Wait m_first;
    Wait m_cap;
    Wait m_next;
};

} // namespace tocsin
