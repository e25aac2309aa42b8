// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"

#include <array>

// What dialect 3 answers and understands, each with its rule. Everything else is unknown to it.

namespace tocsin::hardware {

enum class Page { Socket, Metrics };

inline constexpr std::array routes{
    Route{Route::Method::WebSocket, "/ws/hardware[/]", Page::Socket, Rule::signedIn()},
    Route{Route::Method::WebSocket, "/", Page::Socket, Rule::signedIn()},
    Route{Route::Method::Get, "/api/hardware/metrics[/]", Page::Metrics, Rule::right(Act::ReadMetrics, Names::Nothing)},
};
static_assert(isSound(routes, Page::Metrics));

enum class Message { Ping, Subscribe, Unsubscribe, SetMode, Command, DeviceList, DeviceStatus, Relay };

/// Counted: for the rate limit.
enum class Counts { Yes, No };
enum class Everywhere { Yes };

using HardwareRule = MessageRule<Message, Everywhere, Counts>;

/// A stream is changed and ended by the connection that it belongs to alone; a list has what its reader may watch. A relayed event goes to
/// everybody and changes nothing: in the secure posture nobody may.
inline constexpr std::array messages{
    HardwareRule{"ping", Message::Ping, Rule::signedIn(), Everywhere::Yes, Counts::No},
    HardwareRule{"subscribe_telemetry", Message::Subscribe, Rule::right(Act::WatchVehicle, Names::Body),
                 Everywhere::Yes, Counts::Yes},
    HardwareRule{"unsubscribe_telemetry", Message::Unsubscribe, Rule::signedIn(), Everywhere::Yes, Counts::Yes},
    HardwareRule{"set_stream_mode", Message::SetMode, Rule::signedIn(), Everywhere::Yes, Counts::Yes},
    HardwareRule{"device_command", Message::Command, Rule::right(Act::CommandDevice, Names::Body), Everywhere::Yes,
                 Counts::Yes},
    HardwareRule{"get_device_list", Message::DeviceList, Rule::signedIn(), Everywhere::Yes, Counts::Yes},
    HardwareRule{"get_device_status", Message::DeviceStatus, Rule::right(Act::WatchVehicle, Names::Body),
                 Everywhere::Yes, Counts::Yes},
    HardwareRule{"device_connected", Message::Relay, Rule::signedIn(), Everywhere::Yes, Counts::Yes},
    HardwareRule{"device_disconnected", Message::Relay, Rule::signedIn(), Everywhere::Yes, Counts::Yes},
};
static_assert(isSound(messages, Message::Relay));

} // namespace tocsin::hardware
