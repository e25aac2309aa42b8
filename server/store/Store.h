// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Reading.h"

#include <functional>

namespace tocsin {

struct CommitResult
{
    bool ok = false;
    QString error; ///< a sentence, when !ok
};

/// The desk's durable log, as the desk sees it. Any thread; `done` runs on the store's thread, once, after
/// COMMIT (or after the failure: then nothing of the batch is stored). Batches are committed in the order in which they were
/// appended; several may share one transaction (group commit).
class Store
{
public:
    using Done = std::function<void(const CommitResult &)>;
    Store() = default;
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;
    virtual ~Store() = default;
    /// `events` carry their seq already: the desk is the only writer and counts on from the loaded snapshot.
    virtual void append(const QList<Event> &events, Done done) = 0;
};

/// Takes telemetry for the history. Any thread; bounded: beyond the bound the oldest unsaved readings are dropped and
/// counted (class B), never the log's.
class ReadingArchive
{
public:
    ReadingArchive() = default;
    ReadingArchive(const ReadingArchive &) = delete;
    ReadingArchive &operator=(const ReadingArchive &) = delete;
    virtual ~ReadingArchive() = default;
    virtual void record(const QList<Reading> &readings) = 0;
};

} // namespace tocsin
