// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"
#include "server/dialects/emergency/EmergencySockets.h"

#include <array>

// What dialect 5 answers and understands, each with its rule: sockets, pages and messages are looked up here and nowhere else.

namespace tocsin::emergency {

enum class Page {
    UserSocket,
    AlertSocket,
    LocationSocket,
    ChatSocket,
    StaffSocket,
    DashboardSocket,
    Create,
    List,
    Stats,
    Dashboard,
    Detail,
    Cancel,
    Acknowledge,
    Resolve,
    Seen,
    Location,
    Messages,
    SendMessage,
    Media,
    SendMedia,
    ContactsOfIncident,
    Contacts,
    AddContact,
    Contact,
    ReplaceContact,
    ChangeContact,
    RemoveContact
};

using Method = Route::Method;

/// The {alert} of a path stands for the person whose panic it is. Whoever cancels or tells where he is has to be that
/// person: staff are let in as far as an answer that says so.
inline constexpr std::array routes{
    Route{Method::WebSocket, "/ws/user/{user}/", Page::UserSocket,
          Rule::firstFrameOrRight(Act::WatchAlerts, Names::Path)},
    Route{Method::WebSocket, "/ws/alerts/{alert}/", Page::AlertSocket,
          Rule::firstFrameOrRight(Act::FollowIncident, Names::Path)},
    Route{Method::WebSocket, "/ws/location/{alert}/", Page::LocationSocket,
          Rule::firstFrameOrRight(Act::FollowIncident, Names::Path)},
    Route{Method::WebSocket, "/ws/chat/{alert}/", Page::ChatSocket,
          Rule::firstFrameOrRight(Act::FollowIncident, Names::Path)},
    Route{Method::WebSocket, "/ws/alerts/", Page::StaffSocket,
          Rule::firstFrameOrRight(Act::FollowDesk, Names::Nothing)},
    Route{Method::WebSocket, "/ws/admin/dashboard/", Page::DashboardSocket,
          Rule::firstFrameOrRight(Act::FollowDesk, Names::Nothing)},

    Route{Method::Post, "/api/auth/alerts[/]", Page::Create, Rule::right(Act::CallForHelp, Names::Caller)},
    Route{Method::Post, "/api/alerts[/]", Page::Create, Rule::right(Act::CallForHelp, Names::Caller)},
    Route{Method::Post, "/api/auth/panic/create[/]", Page::Create, Rule::right(Act::CallForHelp, Names::Caller)},
    Route{Method::Get, "/api/auth/alerts[/]", Page::List, Rule::right(Act::WatchAlerts, Names::Caller)},
    Route{Method::Get, "/api/alerts[/]", Page::List, Rule::right(Act::WatchAlerts, Names::Caller)},
    Route{Method::Get, "/api/auth/alerts/stats[/]", Page::Stats, Rule::right(Act::WatchAlerts, Names::Caller)},
    Route{Method::Get, "/api/alerts/stats[/]", Page::Stats, Rule::right(Act::WatchAlerts, Names::Caller)},
    Route{Method::Get, "/api/auth/dashboard/stats[/]", Page::Dashboard, Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Method::Get, "/api/dashboard/stats[/]", Page::Dashboard, Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Method::Get, "/api/auth/alerts/{alert}[/]", Page::Detail, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/api/alerts/{alert}[/]", Page::Detail, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Post, "/api/auth/alerts/{alert}/cancel[/]", Page::Cancel, Rule::right(Act::CallForHelp, Names::Path)},
    Route{Method::Post, "/api/alerts/{alert}/cancel[/]", Page::Cancel, Rule::right(Act::CallForHelp, Names::Path)},
    Route{Method::Post, "/api/auth/alerts/{alert}/acknowledge[/]", Page::Acknowledge,
          Rule::right(Act::AcknowledgeAlert, Names::Path)},
    Route{Method::Post, "/api/alerts/{alert}/acknowledge[/]", Page::Acknowledge,
          Rule::right(Act::AcknowledgeAlert, Names::Path)},
    Route{Method::Post, "/api/auth/alerts/{alert}/resolve[/]", Page::Resolve,
          Rule::right(Act::CloseAlert, Names::Path)},
    Route{Method::Post, "/api/alerts/{alert}/resolve[/]", Page::Resolve, Rule::right(Act::CloseAlert, Names::Path)},
    Route{Method::Post, "/api/auth/alerts/{alert}/seen[/]", Page::Seen, Rule::right(Act::HandleAlert, Names::Path)},
    Route{Method::Post, "/api/alerts/{alert}/seen[/]", Page::Seen, Rule::right(Act::HandleAlert, Names::Path)},
    Route{Method::Post, "/api/auth/alerts/{alert}/location[/]", Page::Location,
          Rule::right(Act::CallForHelp, Names::Path)},
    Route{Method::Post, "/api/alerts/{alert}/location[/]", Page::Location, Rule::right(Act::CallForHelp, Names::Path)},

    Route{Method::Get, "/api/auth/chat/{alert}/messages[/]", Page::Messages,
          Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/api/chat/{alert}/messages[/]", Page::Messages, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/chat/{alert}/messages[/]", Page::Messages, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Post, "/api/auth/chat/{alert}/messages[/]", Page::SendMessage,
          Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Post, "/api/chat/{alert}/messages[/]", Page::SendMessage,
          Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Post, "/chat/{alert}/messages[/]", Page::SendMessage, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/api/auth/alerts/{alert}/media[/]", Page::Media, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/api/alerts/{alert}/media[/]", Page::Media, Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Post, "/api/auth/alerts/{alert}/media[/]", Page::SendMedia,
          Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Post, "/api/alerts/{alert}/media[/]", Page::SendMedia, Rule::right(Act::FollowIncident, Names::Path)},

    Route{Method::Get, "/api/auth/alerts/{alert}/emergency-contacts[/]", Page::ContactsOfIncident,
          Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/api/alerts/{alert}/emergency-contacts[/]", Page::ContactsOfIncident,
          Rule::right(Act::FollowIncident, Names::Path)},
    Route{Method::Get, "/api/auth/emergency-contacts[/]", Page::Contacts, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Get, "/api/emergency-contacts[/]", Page::Contacts, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Post, "/api/auth/emergency-contacts[/]", Page::AddContact,
          Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Post, "/api/emergency-contacts[/]", Page::AddContact, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Get, "/api/auth/emergency-contacts/{contact}[/]", Page::Contact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Get, "/api/emergency-contacts/{contact}[/]", Page::Contact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Put, "/api/auth/emergency-contacts/{contact}[/]", Page::ReplaceContact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Put, "/api/emergency-contacts/{contact}[/]", Page::ReplaceContact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Patch, "/api/auth/emergency-contacts/{contact}[/]", Page::ChangeContact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Patch, "/api/emergency-contacts/{contact}[/]", Page::ChangeContact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Delete, "/api/auth/emergency-contacts/{contact}[/]", Page::RemoveContact,
          Rule::right(Act::OwnAccount, Names::Path)},
    Route{Method::Delete, "/api/emergency-contacts/{contact}[/]", Page::RemoveContact,
          Rule::right(Act::OwnAccount, Names::Path)},
};
static_assert(isSound(routes, Page::RemoveContact));

enum class Message {
    Auth,
    Ping,
    Silence,
    GetStatus,
    Cancel,
    GetActive,
    Acknowledge,
    Resolve,
    Seen,
    Location,
    Chat,
    Typing,
    GetStats
};

/// On which sockets a message is understood.
enum On : unsigned { OnUser = 1, OnAlert = 2, OnLocation = 4, OnChat = 8, OnStaff = 16, OnDashboard = 32, OnAny = 63 };
[[nodiscard]] constexpr unsigned bitOf(Socket::Kind kind)
{
    return 1U << unsigned(kind);
}
static_assert(bitOf(Socket::Kind::User) == OnUser && bitOf(Socket::Kind::Dashboard) == OnDashboard);

/// Counted: for the rate limit. A person in need, and the operator who answers, are never held back.
enum class Counts { Yes, No };
using Rules = MessageRule<Message, unsigned, Counts>;

/// Names::Path is the person of the socket's path, or whose panic it names; Names::Body the panic that the frame names.
inline constexpr std::array messages{
    Rules{"auth", Message::Auth, Rule::anybody(), OnAny, Counts::No},
    Rules{"ping", Message::Ping, Rule::signedIn(), OnAny, Counts::No},
    Rules{"pong", Message::Silence, Rule::signedIn(), OnAny, Counts::No},
    Rules{"heartbeat", Message::Silence, Rule::signedIn(), OnAny, Counts::No},
    Rules{"get_status", Message::GetStatus, Rule::right(Act::FollowIncident, Names::Path), OnAlert, Counts::Yes},
    Rules{"cancel_alert", Message::Cancel, Rule::right(Act::CallForHelp, Names::Path), OnAlert, Counts::No},
    Rules{"get_active_alerts", Message::GetActive, Rule::right(Act::FollowDesk, Names::Nothing), OnStaff, Counts::Yes},
    Rules{"acknowledge_alert", Message::Acknowledge, Rule::right(Act::AcknowledgeAlert, Names::Body), OnStaff,
          Counts::No},
    Rules{"resolve_alert", Message::Resolve, Rule::right(Act::CloseAlert, Names::Body), OnStaff, Counts::No},
    Rules{"seen", Message::Seen, Rule::right(Act::HandleAlert, Names::Body), OnStaff | OnDashboard | OnAlert,
          Counts::No},
    Rules{"location_update", Message::Location, Rule::right(Act::CallForHelp, Names::Path), OnLocation, Counts::No},
    Rules{"chat_message", Message::Chat, Rule::right(Act::FollowIncident, Names::Path), OnChat, Counts::Yes},
    Rules{"typing", Message::Typing, Rule::right(Act::FollowIncident, Names::Path), OnChat, Counts::Yes},
    Rules{"get_stats", Message::GetStats, Rule::right(Act::FollowDesk, Names::Nothing), OnDashboard, Counts::Yes},
};
static_assert(isSound(messages, Message::GetStats));

} // namespace tocsin::emergency
