// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/Rights.h"

namespace tocsin {

Reach reachOf(Role role, Act act)
{
    const auto row = std::size_t(act);
    if (row >= rightsTable.size())
        return Reach::None;
    const Right &right = rightsTable[row];
    switch (role) {
    case Role::Citizen:
        return right.citizen;
    case Role::Device:
        return right.device;
    case Role::Dispatcher:
        return right.dispatcher;
    case Role::Supervisor:
        return right.supervisor;
    case Role::Admin:
        return right.admin;
    }
    return Reach::None;
}

bool isAllowed(Posture posture, const Principal &who, Act act, const Subject &object)
{
    if (posture == Posture::Open)
        return true;
    const bool self = !who.id.isEmpty() && who.id == object.id;
    switch (reachOf(who.role, act)) {
    case Reach::None:
        return false;
    case Reach::Self:
        return self;
    case Reach::Own:
        return self || (!who.id.isEmpty() && object.owners.contains(who.id));
    case Reach::Any:
        return true;
    }
    return false;
}

} // namespace tocsin
