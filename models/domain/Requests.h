// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRequests.h"
#include "models/domain/Audit.h"
#include "models/domain/Chat.h"
#include "models/domain/Command.h"
#include "models/domain/Device.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

// What may be asked of the desk, and its answer. Plain values; they cross threads by copy.

namespace tocsin {

struct SendChat
{
    QString thread;
    QString text;
    QString clientMessageId;
    bool fromDesk = false;
    bool simulated = false;
    bool urgent = false;          ///< see ChatMessage
    QStringList attachments = {}; ///< ids that the attachment store gave
    QString quickReply = {};
};

/// "I have got, read, or acknowledge this message" (Delivered and Read: and all before it). The person is the actor.
struct MarkChat
{
    QString thread;
    QString messageId;
    ChatReceipt::Kind kind = ChatReceipt::Kind::Delivered;
};

/// Adds a device or changes its record (name, class, owners, tags). firstSeen of a known device is kept.
struct PutDevice
{
    Device device;
};

/// An order to a device. Answered with the command's id as soon as it is durable, before it is sent; what becomes of it
/// follows as events.
struct IssueCommand
{
    QString deviceId;
    QString action;
    QByteArray parameters;                      ///< a JSON object; empty: none
    Duration timeout = std::chrono::seconds(5); ///< 0.1 s to 10 min
    int retries = 0;                            ///< 0 to 10
};

/// What the device, its adapter or its dialect says of a command: Accepted, Succeeded or Failed.
struct ReportCommand
{
    QString commandId;
    CommandState state = CommandState::Succeeded;
    QByteArray response; ///< JSON; empty: none
    QString error;
};

/// Takes an order back that has not been sent yet.
struct CancelCommand
{
    QString commandId;
};

/// Puts a fact into the audit log: a login, an edit, an export.
struct NoteAudit
{
    AuditRecord record;
};

using RequestBody = std::variant<Acknowledge, SendChat, ReportAlert, RaisePanic, CancelPanic, PutDevice, IssueCommand,
                                 ReportCommand, CancelCommand, MarkChat, NoteAudit, MarkSeen, SetStage, CloseAlert,
                                 HandleAlert, TakeOutOfService, ReturnToService>;

/// A request that a server which may be away has not answered.
struct PendingAction
{
    QString id;
    TimePoint at;          ///< when it was made
    bool everSent = false; ///< it may have arrived
    RequestBody body{};
};

struct Request
{
    QString id; ///< made by the asker; identifies retries and the answer. May be empty.
    Actor actor;
    RequestBody body;
};

/// The desk's answer, given only after the change is durable. Codes when !ok: forbidden, not_found,
/// superseded, still_active, comment_required, shelve_forbidden, shelve_too_long, pin_invalid, closed, invalid, id_conflict, offline, overloaded, storage_failed. `message` is a sentence for people.
struct Outcome
{
    bool ok = false;
    bool changed = false; ///< ok but nothing to do: false (a second acknowledge)
    QString code;
    QString message;
    QString ref;      ///< id of the alert, message, command or device concerned
    bool dup = false; ///< the same request came before; this is its answer again

    [[nodiscard]] static Outcome done(QString ref, bool changed = true)
    {
        return {true, changed, QString(), QString(), std::move(ref), false};
    }
    [[nodiscard]] static Outcome refused(QString code, QString message, QString ref = {})
    {
        return {false, false, std::move(code), std::move(message), std::move(ref), false};
    }
    bool operator==(const Outcome &) const = default;
};

} // namespace tocsin
