// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QHash>
#include <QString>

#include <chrono>

namespace tocsin {

/// How long somebody must wait who has failed to log in: nothing at first, then one second, doubled with each failure. Counted for each
/// name (whether there is such an account or not) and for each address. Plain value logic; bounded; time never comes from a
/// clock here.
class LoginBackoff
{
public:
    struct Limits
    {
        int freePerName = 5;
        int freePerAddress = 20;
        std::chrono::seconds longest{60};
        std::chrono::seconds forgotten{900}; ///< after so long without a failure
        qsizetype entries = 10'000;          ///< of each kind; the oldest give way
    };

    LoginBackoff() = default;
    explicit LoginBackoff(const Limits &limits) : m_limits(limits) {}

    /// Zero: go on.
    [[nodiscard]] std::chrono::seconds waitFor(const QString &name, const QString &address, TimePoint now) const;
    void failed(const QString &name, const QString &address, TimePoint now);
    /// Forgives the name; an address with one good account could otherwise try all others.
    void succeeded(const QString &name) { m_names.remove(name); }
    [[nodiscard]] qsizetype entries() const { return m_names.size() + m_addresses.size(); }

private:
    struct Entry
    {
        int failures = 0;
        TimePoint last;
        TimePoint until;
    };
    using Table = QHash<QString, Entry>;
    void count(Table &table, const QString &key, int free, TimePoint now);
    void makeRoom(Table &table, TimePoint now) const;

    Limits m_limits;
    Table m_names;
    Table m_addresses;
};

} // namespace tocsin
