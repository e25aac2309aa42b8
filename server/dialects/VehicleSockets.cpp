// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleSockets.h"

namespace tocsin {

Actor actorOf(const VehicleSocket &socket)
{
    const Principal &who = socket.session->principal();
    const QString name = who.name.isEmpty() ? who.id : who.name;
    const bool anonymous = who.anonymous || who.id.isEmpty();
    const bool self = !anonymous && who.id == socket.subject;
    if (socket.kind == VehicleSocket::Kind::Telemetry && (anonymous || who.role == Role::Device))
        return {Actor::Kind::Device, socket.subject, socket.subject, socket.session->id()};
    if (!anonymous && who.isStaff() && !(self && socket.kind == VehicleSocket::Kind::Chat))
        return {Actor::Kind::Operator, who.id, name, socket.session->id()};
    if (socket.kind == VehicleSocket::Kind::Telemetry)
        return {Actor::Kind::User, who.id, name, socket.session->id()};
    // In the open posture whoever uses a user's socket is that user.
    return {Actor::Kind::User, socket.subject, self ? name : socket.subject, socket.session->id()};
}

} // namespace tocsin
