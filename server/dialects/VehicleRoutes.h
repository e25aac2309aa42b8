// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"
#include "server/dialects/VehicleSockets.h"

#include <array>

// What dialect 1 answers and understands, each with its rule. Everything else is unknown to it: sockets, pages and messages are looked up
// here and nowhere else.

namespace tocsin {

enum class VehiclePage { Telemetry, Alerts, Chat, Ingest, BatchIngest, Records, RecordedAlerts, Stats, Status };

inline constexpr std::array vehicleRoutes{
    Route{Route::Method::WebSocket, "/ws/telemetry/{vehicle}", VehiclePage::Telemetry,
          Rule::right(Act::WatchVehicle, Names::Path)},
    Route{Route::Method::WebSocket, "/ws/alerts/{user}", VehiclePage::Alerts,
          Rule::right(Act::WatchAlerts, Names::Path)},
    Route{Route::Method::WebSocket, "/ws/chat/{user}", VehiclePage::Chat, Rule::right(Act::Chat, Names::Path)},
    Route{Route::Method::Post, "/api/v1/telemetry/ingest[/]", VehiclePage::Ingest,
          Rule::right(Act::FeedVehicle, Names::Body)},
    Route{Route::Method::Post, "/api/v1/telemetry/batch-ingest[/]", VehiclePage::BatchIngest,
          Rule::right(Act::FeedVehicle, Names::Body)},
    Route{Route::Method::Get, "/api/v1/telemetry/vehicle/{vehicle}[/]", VehiclePage::Records,
          Rule::right(Act::WatchVehicle, Names::Path)},
    Route{Route::Method::Get, "/api/v1/telemetry/vehicle/{vehicle}/alerts[/]", VehiclePage::RecordedAlerts,
          Rule::right(Act::WatchVehicle, Names::Path)},
    Route{Route::Method::Get, "/api/v1/telemetry/vehicle/{vehicle}/stats[/]", VehiclePage::Stats,
          Rule::right(Act::WatchVehicle, Names::Path)},
    Route{Route::Method::Get, "/api/v1/telemetry/vehicle/{vehicle}/status[/]", VehiclePage::Status,
          Rule::right(Act::WatchVehicle, Names::Path)},
};
static_assert(isSound(vehicleRoutes, VehiclePage::Status));

enum class VehicleMessage { ClientInfo, Telemetry, Alert, Acknowledge, Ping, Silence, Chat, Receipt };

/// On which sockets a message is understood.
enum VehicleSocketKinds : unsigned { OnTelemetry = 1, OnAlerts = 2, OnChat = 4, OnAny = 7 };
[[nodiscard]] constexpr unsigned bitOf(VehicleSocket::Kind kind)
{
    return 1U << unsigned(kind);
}
static_assert(bitOf(VehicleSocket::Kind::Telemetry) == OnTelemetry && bitOf(VehicleSocket::Kind::Alerts) == OnAlerts &&
              bitOf(VehicleSocket::Kind::Chat) == OnChat);

/// Counted: for the rate limit.
enum class Counts { Yes, No };

using VehicleMessageRule = MessageRule<VehicleMessage, unsigned, Counts>;

/// Names::Path is the vehicle or user of the socket's path. A client that introduces itself changes nothing but how it is
/// sent to; the vehicle it may thereby make known goes by the right to feed it.
inline constexpr std::array vehicleMessages{
    VehicleMessageRule{"client_info", VehicleMessage::ClientInfo, Rule::signedIn(), OnAny, Counts::Yes},
    VehicleMessageRule{"telemetry_data", VehicleMessage::Telemetry, Rule::right(Act::FeedVehicle, Names::Path),
                       OnTelemetry, Counts::No},
    VehicleMessageRule{"telemetry_update", VehicleMessage::Telemetry, Rule::right(Act::FeedVehicle, Names::Path),
                       OnTelemetry, Counts::No},
    VehicleMessageRule{"alert", VehicleMessage::Alert, Rule::right(Act::ReportAlert, Names::Body),
                       OnTelemetry | OnAlerts, Counts::Yes},
    VehicleMessageRule{"critical_alert", VehicleMessage::Alert, Rule::right(Act::ReportAlert, Names::Body),
                       OnTelemetry | OnAlerts, Counts::Yes},
    VehicleMessageRule{"acknowledge_alert", VehicleMessage::Acknowledge,
                       Rule::right(Act::AcknowledgeAlert, Names::Body), OnTelemetry | OnAlerts, Counts::No},
    VehicleMessageRule{"ping", VehicleMessage::Ping, Rule::signedIn(), OnAny, Counts::No},
    VehicleMessageRule{"pong", VehicleMessage::Silence, Rule::signedIn(), OnAny, Counts::No},
    VehicleMessageRule{"heartbeat", VehicleMessage::Silence, Rule::signedIn(), OnAny, Counts::No},
    VehicleMessageRule{"chat", VehicleMessage::Chat, Rule::right(Act::Chat, Names::Path), OnChat, Counts::Yes},
    VehicleMessageRule{"chat_message", VehicleMessage::Chat, Rule::right(Act::Chat, Names::Path), OnChat, Counts::Yes},
    VehicleMessageRule{"message", VehicleMessage::Chat, Rule::right(Act::Chat, Names::Path), OnChat, Counts::Yes},
    VehicleMessageRule{"receipt", VehicleMessage::Receipt, Rule::right(Act::Chat, Names::Path), OnChat, Counts::No},
};
static_assert(isSound(vehicleMessages, VehicleMessage::Receipt));

} // namespace tocsin
