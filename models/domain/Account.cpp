// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Account.h"

namespace tocsin {

QString toString(Role role)
{
    switch (role) {
    case Role::Citizen:
        return QStringLiteral("citizen");
    case Role::Device:
        return QStringLiteral("device");
    case Role::Dispatcher:
        return QStringLiteral("dispatcher");
    case Role::Supervisor:
        return QStringLiteral("supervisor");
    case Role::Admin:
        break;
    }
    return QStringLiteral("admin");
}

std::optional<Role> roleFromString(QStringView text)
{
    for (Role role : {Role::Citizen, Role::Device, Role::Dispatcher, Role::Supervisor, Role::Admin}) {
        if (text == toString(role))
            return role;
    }
    return std::nullopt;
}

} // namespace tocsin
