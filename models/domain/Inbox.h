// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace tocsin {

/// A bounded hand-over from many threads to one. Nothing is ever dropped here: when it is full, push()
/// answers false and takes nothing, and the sender decides (refuse, conflate, or ask for a snapshot).
/// `wake` runs on the pusher's thread, once per change from empty to not empty; it typically posts an
/// event to the consumer, which then calls drain().
template<class T>
class Inbox
{
public:
    Inbox(std::size_t capacity, std::function<void()> wake) : m_capacity(capacity), m_wake(std::move(wake)) {}
    Inbox(const Inbox &) = delete;
    Inbox &operator=(const Inbox &) = delete;

    /// `keptFree`: places that this item must leave to more urgent ones.
    [[nodiscard]] bool push(T item, std::size_t keptFree = 0)
    {
        bool first = false;
        {
            const std::scoped_lock lock(m_mutex);
            if (m_items.size() + keptFree >= m_capacity)
                return false;
            first = m_items.empty();
            m_items.push_back(std::move(item));
        }
        if (first && m_wake)
            m_wake();
        return true;
    }

    /// Everything that waits, oldest first.
    [[nodiscard]] std::vector<T> drain()
    {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_items, {});
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_items.size();
    }
    [[nodiscard]] std::size_t capacity() const { return m_capacity; }

private:
    mutable std::mutex m_mutex;
    std::vector<T> m_items;
    const std::size_t m_capacity;
    const std::function<void()> m_wake;
};

} // namespace tocsin
