// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"

#include <array>

// What dialect 4 answers and understands, each with its rule. Everything else is unknown to it: the socket, pages, messages and topics are
// looked up here and nowhere else.

namespace tocsin::monitor {

enum class Page {
    Socket,
    Stats,
    Broadcast,
    SendToUser,
    DeviceAlert,
    LiveMetrics,
    Notification,
    PerformanceData,
    DeviceAction,
    StartMonitoring
};

inline constexpr std::array routes{
    Route{Route::Method::WebSocket, "/ws", Page::Socket, Rule::signedIn()},
    Route{Route::Method::Get, "/ws/stats[/]", Page::Stats, Rule::right(Act::Administer, Names::Nothing)},
    Route{Route::Method::Post, "/ws/broadcast[/]", Page::Broadcast, Rule::right(Act::Administer, Names::Nothing)},
    Route{Route::Method::Post, "/ws/send-to-user/{user}[/]", Page::SendToUser,
          Rule::right(Act::Administer, Names::Path)},
    Route{Route::Method::Post, "/ws/device-alert[/]", Page::DeviceAlert, Rule::right(Act::Administer, Names::Nothing)},
    Route{Route::Method::Post, "/ws/live-metrics[/]", Page::LiveMetrics, Rule::right(Act::Administer, Names::Nothing)},
    Route{Route::Method::Post, "/ws/notification[/]", Page::Notification, Rule::right(Act::Administer, Names::Nothing)},
    Route{Route::Method::Post, "/ws/performance-data[/]", Page::PerformanceData,
          Rule::right(Act::Administer, Names::Nothing)},
    Route{Route::Method::Post, "/ws/device-action/{device}[/]", Page::DeviceAction,
          Rule::right(Act::Administer, Names::Path)},
    Route{Route::Method::Post, "/ws/start-monitoring/{device}[/]", Page::StartMonitoring,
          Rule::right(Act::Administer, Names::Path)},
};
static_assert(isSound(routes, Page::StartMonitoring));

enum class Message { Heartbeat, Pong, Subscription, Unsubscription, SubscribeDevice, UnsubscribeDevice };

/// For the rate limit.
enum class Counts { Yes, No };

using MonitorMessageRule = MessageRule<Message, std::monostate, Counts>;

/// ByName: as the table of topics says. Leaving a topic is anybody's right.
inline constexpr std::array messages{
    MonitorMessageRule{"heartbeat", Message::Heartbeat, Rule::signedIn(), {}, Counts::No},
    MonitorMessageRule{"pong", Message::Pong, Rule::signedIn(), {}, Counts::No},
    MonitorMessageRule{"subscription", Message::Subscription, Rule::byName(), {}, Counts::Yes},
    MonitorMessageRule{"unsubscription", Message::Unsubscription, Rule::signedIn(), {}, Counts::Yes},
    MonitorMessageRule{"subscribe_device", Message::SubscribeDevice, Rule::byName(), {}, Counts::Yes},
    MonitorMessageRule{"unsubscribe_device", Message::UnsubscribeDevice, Rule::signedIn(), {}, Counts::Yes},
};
static_assert(isSound(messages, Message::UnsubscribeDevice));

enum class TopicKind { DeviceStatus, Notifications, Security, Performance, Analytics, Device, Metrics, Other };

/// A topic, by the pattern of its name (matchesPattern); the first that fits has it.
struct TopicRule
{
    std::string_view pattern;
    TopicKind kind;
    Rule rule;
};

/// On `notifications` everybody hears what is for all, staff everything, others besides what is about themselves or their devices. Any other name is
/// one for broadcasts that give it as their subscription_filter.
inline constexpr std::array topics{
    TopicRule{"device_status", TopicKind::DeviceStatus, Rule::right(Act::FollowDesk, Names::Nothing)},
    TopicRule{"notifications", TopicKind::Notifications, Rule::signedIn()},
    TopicRule{"security", TopicKind::Security, Rule::right(Act::FollowDesk, Names::Nothing)},
    TopicRule{"performance", TopicKind::Performance, Rule::right(Act::FollowDesk, Names::Nothing)},
    TopicRule{"analytics", TopicKind::Analytics, Rule::right(Act::FollowDesk, Names::Nothing)},
    TopicRule{"device_{device...}", TopicKind::Device, Rule::right(Act::WatchVehicle, Names::Path)},
    TopicRule{"metrics_{device...}", TopicKind::Metrics, Rule::right(Act::WatchVehicle, Names::Path)},
    TopicRule{"{name...}", TopicKind::Other, Rule::right(Act::FollowDesk, Names::Nothing)},
};

} // namespace tocsin::monitor
