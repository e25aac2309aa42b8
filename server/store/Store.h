// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Reading.h"

#include <functional>
#include <optional>

namespace tocsin {

struct CommitResult
{
    bool ok = false;
    QString error; ///< a sentence, when !ok
};

/// A request that was decided: what it asked for and what it was answered, so that its retry is answered alike.
struct RememberedRequest
{
    QString sender; ///< requestSender() of its actor
    QString id;
    QByteArray bodyHash; ///< fingerprint() of its body
    Outcome outcome;
    qint64 seq = 0; ///< the last event before its answer; that and all before are stored with it
    TimePoint at;
};

/// What is stored together or not at all.
struct Batch
{
    QList<Event>
        events; ///< seq and streams are given already: the desk is the only writer and counts on from what was loaded
    QList<RememberedRequest> requests;
};

/// The requests that the desk begins with: the newest ones, oldest first.
struct RequestHistory
{
    QList<RememberedRequest> newest;
    bool complete = true; ///< there are no others
};

struct RememberedResult
{
    QString error; ///< a sentence; empty: looked up
    std::optional<RememberedRequest> request;
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
    virtual void append(const Batch &batch, Done done) = 0;
    /// Looks for a durable request. The reply runs on a thread of the store, or at once on the caller's when refused.
    virtual void remembered(const QString &sender, const QString &id,
                            std::function<void(const RememberedResult &)> reply) = 0;
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
