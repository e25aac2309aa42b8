// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"

#include <optional>

namespace tocsin {

/// Asks the archive for one thing at a time: who moves the selection quickly asks only for the last. GUI thread.
/// An answer that does not come within 5 s is no longer waited for.
class HistoryRequest
{
public:
    enum class Taken { NotMine, Obsolete, Current };
    explicit HistoryRequest(DeskLink &link) : m_link(link) {}

    void ask(const HistoryQuery &query, TimePoint now);
    void cancel(); ///< the answer under way is no longer wanted
    [[nodiscard]] Taken take(quint64 id, TimePoint now);
    [[nodiscard]] bool waiting() const { return m_id && (m_next || !m_canceled); }

private:
    void send(const HistoryQuery &query, TimePoint now);
    DeskLink &m_link;
    std::optional<quint64> m_id;
    TimePoint m_askedAt;
    bool m_canceled = false;
    std::optional<HistoryQuery> m_next;
};

} // namespace tocsin
