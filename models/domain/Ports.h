// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertLog.h"
#include "models/domain/Desk.h"
#include "models/domain/Queries.h"
#include "models/domain/Reading.h"

#include <functional>

// The seams between the folders. `app` connects them; nobody else knows who is on the other side.
// Everything here is thread-safe: call from any thread. Callbacks run on the callee's thread (or on the
// caller's, when refused at once), exactly once: post to your own thread what you need there.

namespace tocsin {

/// Takes telemetry from adapters and sessions. Never blocks; conflates rather than queues without bound.
class ReadingSink
{
public:
    ReadingSink() = default;
    ReadingSink(const ReadingSink &) = delete;
    ReadingSink &operator=(const ReadingSink &) = delete;
    virtual ~ReadingSink() = default;
    virtual void take(const QList<Reading> &readings) = 0;
};

/// Asks the desk to change something. The reply comes after the change is durable, or with a refusal.
class DeskPort
{
public:
    using Reply = std::function<void(const Outcome &)>;
    DeskPort() = default;
    DeskPort(const DeskPort &) = delete;
    DeskPort &operator=(const DeskPort &) = delete;
    virtual ~DeskPort() = default;
    virtual void submit(const Request &request, Reply reply) = 0;
};

/// Asynchronous look-ups on the store's threads. Bounded: refused with an error when too many wait.
class ArchivePort
{
public:
    ArchivePort() = default;
    ArchivePort(const ArchivePort &) = delete;
    ArchivePort &operator=(const ArchivePort &) = delete;
    virtual ~ArchivePort() = default;
    virtual void history(const HistoryQuery &query, std::function<void(const HistoryResult &)> reply) = 0;
    virtual void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) = 0;
    virtual void alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply) = 0;
    virtual void events(const EventsQuery &query, std::function<void(const EventsResult &)> reply) = 0;
    virtual void messages(const ChatQuery &query, std::function<void(const ChatResult &)> reply) = 0;
    virtual void alertEvents(const AlertEventsQuery &query, std::function<void(const AlertEventsResult &)> reply) = 0;
    virtual void alertLog(const AlertLogQuery &query, std::function<void(const AlertLogResult &)> reply) = 0;
};

struct Attachment
{
    QString id;      ///< SHA-256 of the bytes, in hexadecimal: the same picture is kept once
    QByteArray type; ///< "image/png", "image/jpeg", "image/webp", "image/gif": by its content, whatever the sender said
    QByteArray bytes;
};

/// `code` when it failed: too_large, unsupported, full, not_found, overloaded, storage_failed; `message` is a sentence.
struct AttachmentResult
{
    QString code;
    QString message;
    Attachment attachment; ///< after put(): without its bytes
};

/// Keeps pictures that chat lines refer to. Any thread; bounded: refused `overloaded` when too much waits.
class AttachmentPort
{
public:
    using Reply = std::function<void(const AttachmentResult &)>;
    AttachmentPort() = default;
    AttachmentPort(const AttachmentPort &) = delete;
    AttachmentPort &operator=(const AttachmentPort &) = delete;
    virtual ~AttachmentPort() = default;
    virtual void put(const QByteArray &bytes, Reply reply) = 0; ///< answered when it is durable
    virtual void get(const QString &id, Reply reply) = 0;
};

/// Carries orders to devices: adapters, sessions. Never blocks. What becomes of an order comes back as ReportCommand
/// requests.
class DeviceOutlet
{
public:
    DeviceOutlet() = default;
    DeviceOutlet(const DeviceOutlet &) = delete;
    DeviceOutlet &operator=(const DeviceOutlet &) = delete;
    virtual ~DeviceOutlet() = default;
    /// Whether an order for this device could be handed over now.
    [[nodiscard]] virtual bool carries(const QString &deviceId) const = 0;
    virtual void deliver(const Command &command) = 0;
};

} // namespace tocsin
