// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tocsin {

/// Something that somebody did and that is not an alert, a chat line or a command of its own. Who and when say the
/// event's actor and time.
struct AuditRecord
{
    QString action; ///< "login", "logout", "login_failed", "export", "edit_rules", "user_added", "revoke", "backup", …
    QString object; ///< what it was done to: an account, a file; may be empty
    QString detail; ///< a sentence; never a password, a token or chat text
    bool ok = true;
    QString address; ///< the peer's, when it came over the network
    bool operator==(const AuditRecord &) const = default;
};

/// What became of one attempt to tell somebody of an alert, which is the object.
[[nodiscard]] inline bool isNotification(const AuditRecord &record)
{
    return record.action == QLatin1String("notify") && !record.object.isEmpty();
}

/// Whether it was one of the emergency contacts of the person who called.
[[nodiscard]] inline bool tellsContact(const AuditRecord &record)
{
    return isNotification(record) && record.detail.contains(QLatin1String(" to contact "));
}

} // namespace tocsin
