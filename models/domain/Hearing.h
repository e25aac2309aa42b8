// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

// Whether an alert's sound reaches anybody: what consoles say of themselves, and what the desk makes of it. Plain values.

namespace tocsin {

/// What one console says of its own sound. It holds for the desk's lease and is renewed well within it.
struct HearingReport
{
    QString console; ///< one connection, or the console of the server's own process
    QString person;  ///< who sits there; what the operator reads
    bool heard = false;
    QString why; ///< why not, in words: "muted", "no output device"; at most 200 characters
    bool operator==(const HearingReport &) const = default;

    static constexpr qsizetype longestWhy = 200;
};

/// What the desk makes of them all.
struct Audibility
{
    int consoles = 0; ///< that told of their sound lately
    int heard = 0;    ///< of these: can be heard
    /// Somebody should be able to hear, and nobody can: what is critical is escalated at once.
    bool nobodyHears = false;
    bool operator==(const Audibility &) const = default;
};

/// Takes what consoles say. Any thread, never blocks; of each console the newest word counts.
class HearingPort
{
public:
    HearingPort() = default;
    HearingPort(const HearingPort &) = delete;
    HearingPort &operator=(const HearingPort &) = delete;
    virtual ~HearingPort() = default;
    virtual void report(const HearingReport &report) = 0;
    /// Its connection is gone, and so is its sound.
    virtual void leave(const QString &console) = 0;
};

} // namespace tocsin
