// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace tocsin {

/// How much waits for the desk: its inboxes count, the server thread looks and stops reading sockets when it is too much
/// (RELIABILITY, Delivery: Inward). Thread-safe; nothing but two numbers cross.
class InwardGauge
{
public:
    /// Negative for what was taken out.
    void add(std::int64_t items, std::int64_t bytes)
    {
        m_items.fetch_add(items, std::memory_order_relaxed);
        m_bytes.fetch_add(bytes, std::memory_order_relaxed);
    }
    [[nodiscard]] std::int64_t items() const { return m_items.load(std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t bytes() const { return m_bytes.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> m_items{0}; ///< readings and requests
    std::atomic<std::int64_t> m_bytes{0};
};

} // namespace tocsin
