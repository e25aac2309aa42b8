// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"

#include <array>

// What dialect 2 answers and understands, each with its rule. Everything else is unknown to it: pages and events are looked up here and
// nowhere else.

namespace tocsin {

enum class HubPage {
    Socket,
    Poll,
    Post,
    Connections,
    Devices,
    Users,
    Status,
    Broadcast,
    ToDevice,
    ToUser,
    Register,
    Ingest
};

/// The handshake needs no token, because the connect packet may bring one. Whoever posts names a session by its secret id. The lists and what
/// is said to many are the staff's; what is said to one device is an order.
inline constexpr std::array hubRoutes{
    Route{Route::Method::WebSocket, "/socket.io[/]", HubPage::Socket, Rule::firstFrame()},
    Route{Route::Method::Get, "/socket.io[/]", HubPage::Poll, Rule::firstFrame()},
    Route{Route::Method::Post, "/socket.io[/]", HubPage::Post, Rule::anybody()},
    Route{Route::Method::Get, "/api/realtime/connections[/]", HubPage::Connections,
          Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Route::Method::Get, "/api/realtime/devices[/]", HubPage::Devices,
          Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Route::Method::Get, "/api/realtime/users[/]", HubPage::Users, Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Route::Method::Get, "/api/realtime/status[/]", HubPage::Status, Rule::anybody()},
    Route{Route::Method::Post, "/api/realtime/broadcast[/]", HubPage::Broadcast,
          Rule::right(Act::Broadcast, Names::Nothing)},
    Route{Route::Method::Post, "/api/realtime/device/{imei}[/]", HubPage::ToDevice,
          Rule::right(Act::CommandDevice, Names::Path)},
    Route{Route::Method::Post, "/api/realtime/user/{email}[/]", HubPage::ToUser,
          Rule::right(Act::Broadcast, Names::Path)},
    Route{Route::Method::Post, "/api/devices/register[/]", HubPage::Register,
          Rule::right(Act::FeedVehicle, Names::Body)},
    Route{Route::Method::Post, "/api/telemetry/ingest[/]", HubPage::Ingest, Rule::right(Act::FeedVehicle, Names::Body)},
};
static_assert(isSound(hubRoutes, HubPage::Ingest));

enum class HubEvent { Register, Telemetry, Heartbeat, Subscribe };

/// What else is to be known of an event.
struct HubEventWords
{
    std::string_view failure; ///< `message` of the error event
    bool counted = true;      ///< for the rate limit
};

using HubEventRule = MessageRule<HubEvent, unsigned, HubEventWords>;

/// There is one kind of socket.
inline constexpr std::array hubEvents{
    HubEventRule{"register_device", HubEvent::Register, Rule::right(Act::FeedVehicle, Names::Body), 1,
                 HubEventWords{"Failed to register device", true}},
    HubEventRule{"telemetry_data", HubEvent::Telemetry, Rule::right(Act::FeedVehicle, Names::Body), 1,
                 HubEventWords{"Failed to process telemetry data", false}},
    HubEventRule{"heartbeat", HubEvent::Heartbeat, Rule::right(Act::FeedVehicle, Names::Body), 1,
                 HubEventWords{"Failed to process heartbeat", false}},
    HubEventRule{"subscribe_user", HubEvent::Subscribe, Rule::right(Act::WatchAlerts, Names::Body), 1,
                 HubEventWords{"Failed to subscribe user", true}},
};
static_assert(isSound(hubEvents, HubEvent::Subscribe) && isInOrder(hubEvents));

} // namespace tocsin
