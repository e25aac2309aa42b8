// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Chat.h"

#include <QHash>
#include <QStringList>

namespace tocsin {

/// Who writes where, and how often the own writing is told. Plain logic, GUI thread by use. Bounded: 100 people.
class TypingWatch
{
public:
    static constexpr Duration shownFor = std::chrono::seconds(5);
    static constexpr Duration toldEvery = std::chrono::seconds(3);
    static constexpr int MostPeople = 100;

    /// Somebody writes; `now` counts, not the notice's own time.
    void see(const TypingNotice &notice, TimePoint now);
    /// The person's line has come, or the thread is left.
    void forget(const QString &thread, const QString &personId);
    /// True when somebody was forgotten.
    bool expire(TimePoint now);
    [[nodiscard]] QStringList namesIn(const QString &thread) const; ///< in the order of the alphabet
    /// Whether the own writing in `thread` is to be told now; if so, it counts as told.
    [[nodiscard]] bool tell(const QString &thread, TimePoint now);

private:
    struct Seen
    {
        TypingNotice notice;
        TimePoint at;
    };
    QHash<QString, Seen> m_seen; ///< by thread and person
    QHash<QString, TimePoint> m_told;
};

} // namespace tocsin
