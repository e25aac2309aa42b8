// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <utility>

namespace tocsin {

/// A value that may be absent and is cheap to copy: copies share it, editing makes one of its own. Compares by value. Any thread,
/// like a QString.
template<class T>
class Shared
{
public:
    Shared() = default;
    explicit Shared(T value) : m_value(std::make_shared<const T>(std::move(value))) {}

    explicit operator bool() const { return m_value != nullptr; }
    [[nodiscard]] const T &operator*() const { return *m_value; }
    [[nodiscard]] const T *operator->() const { return m_value.get(); }
    [[nodiscard]] T valueOr(const T &other) const { return m_value ? *m_value : other; }
    void reset() { m_value.reset(); }
    /// `change` gets a copy (a default value when there is none), which takes this one's place.
    template<class Change>
    void edit(Change change)
    {
        T copy = valueOr(T());
        change(copy);
        m_value = std::make_shared<const T>(std::move(copy));
    }
    bool operator==(const Shared &other) const
    {
        return m_value == other.m_value || (m_value && other.m_value && *m_value == *other.m_value);
    }

private:
    std::shared_ptr<const T> m_value;
};

} // namespace tocsin
