// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "models/wire/Json.h"
#include "models/wire/ServerFrames.h"
#include "server/dialects/DeskMirror.h"
#include "server/dialects/Rights.h"

#include <optional>

// Who may do what over the native protocol: every check is made from rightsTable. Server thread. In open posture everybody
// may do everything.

namespace tocsin::native {

struct Reader
{
    Posture posture = Posture::Secure;
    Principal who;
};

/// Whether a stream may be followed. Unknown and forbidden streams get the same answer.
[[nodiscard]] bool mayFollow(const Reader &reader, const QString &stream, const DeskMirror &mirror);
/// Whether an event of a stream that may be followed may be seen; else it is withheld.
[[nodiscard]] bool maySee(const Reader &reader, const EventBody &body);
/// Alerts as they are; everybody else sees a panic as its originator may.
[[nodiscard]] bool seesWhole(const Reader &reader);
[[nodiscard]] bool mayHear(const Reader &reader, const QString &topic, const DeskMirror &mirror);
/// A conversation: "user/…", "incident/…", "operators", "broadcast".
[[nodiscard]] bool mayRead(const Reader &reader, const QString &thread, const DeskMirror &mirror);
[[nodiscard]] bool mayWatch(const Reader &reader, const QString &deviceId, const DeskMirror &mirror);

/// Whether the orders for a device may be taken.
[[nodiscard]] bool mayServe(const Reader &reader, const QString &deviceId, const DeskMirror &mirror);

/// In the open posture: somebody without an account, by the name they give. The same name is the same person, with an id that no
/// account can have ("name/dana": accounts have no slash), so that what they do is told apart from what is proven.
[[nodiscard]] Principal namedAs(Principal who, const QString &name);

[[nodiscard]] Actor actorOf(const Reader &reader, const QString &session);

/// The request as this reader may make it (who writes for the desk, and what is simulated, is not the client's to say), or
/// a refusal.
[[nodiscard]] std::variant<RequestBody, Outcome> permitted(const Reader &reader, const RequestBody &body,
                                                           const DeskMirror &mirror);

/// The desk's answer; one that is superseded brings the alert as it is now.
[[nodiscard]] wire::Reply replyTo(const Reader &reader, const QString &id, const Outcome &outcome,
                                  const DeskMirror &mirror);

} // namespace tocsin::native
