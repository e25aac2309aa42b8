// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Hearing.h"

#include <QHash>

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace tocsin {

/// Hands what consoles say of their sound to the desk: of each console the last word. Any thread; `wake` is called on the caller's
/// when it was empty. Bounded: what does not fit is said again with the console's next report.
class HearingInbox : public HearingPort
{
public:
    /// Nothing as value: it has left.
    using Said = QHash<QString, std::optional<HearingReport>>;

    HearingInbox(qsizetype consoles, std::function<void()> wake) : m_most(consoles), m_wake(std::move(wake)) {}

    void report(const HearingReport &report) override { put(report.console, report); }
    void leave(const QString &console) override { put(console, std::nullopt); }

    [[nodiscard]] Said drain()
    {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_said, {});
    }

private:
    void put(const QString &console, const std::optional<HearingReport> &said)
    {
        bool first = false;
        {
            const std::scoped_lock lock(m_mutex);
            if (m_said.size() >= m_most && !m_said.contains(console))
                return;
            first = m_said.isEmpty();
            m_said.insert(console, said);
        }
        if (first)
            m_wake();
    }

    const qsizetype m_most;
    const std::function<void()> m_wake;
    std::mutex m_mutex;
    Said m_said;
};

} // namespace tocsin
