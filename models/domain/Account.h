// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QString>

#include <optional>

namespace tocsin {

/// Least to most. Staff are dispatcher and above.
enum class Role { Citizen, Device, Dispatcher, Supervisor, Admin };

/// Who is asking. In open posture a caller without a valid token is an anonymous administrator.
struct Principal
{
    QString id;
    QString name;
    Role role = Role::Citizen;
    bool anonymous = false;
    [[nodiscard]] bool isStaff() const { return role >= Role::Dispatcher; }
    bool operator==(const Principal &) const = default;
};

/// Somebody at a console, or with another native connection. One entry per person, however many of them.
struct OnlinePerson
{
    QString id;
    QString name;
    Role role = Role::Citizen;
    TimePoint since;
    bool operator==(const OnlinePerson &) const = default;
};

struct Account
{
    QString id;   ///< the login name, lower case
    QString name; ///< as typed
    Role role = Role::Citizen;
    QString passwordHash; ///< Argon2id, as libsodium writes it; never logged
    bool disabled = false;
    QString email{}; ///< lower case; another name to log in with; may be empty
    QString firstName{};
    QString lastName{};
    TimePoint validFrom{}; ///< tokens of an earlier generation are void (AccountsSnapshot)
};

enum class Posture { Secure, Open };

[[nodiscard]] QString toString(Role role); ///< "citizen", "device", "dispatcher", "supervisor", "admin"
[[nodiscard]] std::optional<Role> roleFromString(QStringView text);

} // namespace tocsin
