// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/wire/ClientFrames.h"
#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"

#include <array>
#include <variant>

// What the native protocol answers and understands, each with its rule: pages, frames, requests, streams and topics are looked up here
// and nowhere else. The tables of frames and requests are as long as the variants that they are about: a new frame or request without
// a row does not compile.

namespace tocsin::native {

enum class Page { Socket, Request, Stream, Figures, Rules };

inline constexpr std::array routes{
    Route{Route::Method::WebSocket, "/ws/v1", Page::Socket, Rule::firstFrame()},
    Route{Route::Method::Post, "/api/requests", Page::Request, Rule::signedIn()}, // then by requestRules
    Route{Route::Method::Get, "/api/streams/{stream...}", Page::Stream, Rule::byName()},
    Route{Route::Method::Get, "/api/alerts/figures", Page::Figures, Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Route::Method::Get, "/api/rules", Page::Rules, Rule::right(Act::FollowDesk, Names::Nothing)},
};
static_assert(isSound(routes, Page::Rules));

/// When a frame may come.
enum class Phase { First, Later, Any };
/// Counted: for the rate limit. A person in need, and the operator who answers, are never held back.
enum class Counts { Yes, No };

/// In the order of wire::ClientFrame.
enum class FrameKind {
    Hello,
    Subscribe,
    Unsubscribe,
    Request,
    Query,
    Ack,
    Typing,
    Ping,
    Disconnect,
    Tap,
    Rules,
    ApplyRules,
    Hearing
};
using FrameRule = MessageRule<FrameKind, Phase, Counts>;

/// Hello brings the token. Subscriptions go by topicRules, requests by requestRules, queries and typing by the stream, device or
/// conversation that they name; the others are about the connection itself.
inline constexpr std::array<FrameRule, std::variant_size_v<wire::ClientFrame>> frameRules{
    FrameRule{"hello", FrameKind::Hello, Rule::anybody(), Phase::First, Counts::No},
    FrameRule{"subscribe", FrameKind::Subscribe, Rule::byName(), Phase::Later, Counts::No},
    FrameRule{"unsubscribe", FrameKind::Unsubscribe, Rule::signedIn(), Phase::Later, Counts::No},
    FrameRule{"request", FrameKind::Request, Rule::byName(), Phase::Later, Counts::No},
    FrameRule{"query", FrameKind::Query, Rule::byName(), Phase::Later, Counts::Yes},
    FrameRule{"ack", FrameKind::Ack, Rule::signedIn(), Phase::Later, Counts::No},
    FrameRule{"typing", FrameKind::Typing, Rule::byName(), Phase::Later, Counts::No},
    FrameRule{"ping", FrameKind::Ping, Rule::anybody(), Phase::Any, Counts::No},
    FrameRule{"disconnect", FrameKind::Disconnect, Rule::right(Act::ControlClients, Names::Nothing), Phase::Later,
              Counts::Yes},
    FrameRule{"tap", FrameKind::Tap, Rule::right(Act::ControlClients, Names::Nothing), Phase::Later, Counts::Yes},
    FrameRule{"rules", FrameKind::Rules, Rule::right(Act::FollowDesk, Names::Nothing), Phase::Later, Counts::Yes},
    FrameRule{"apply_rules", FrameKind::ApplyRules, Rule::right(Act::EditRules, Names::Nothing), Phase::Later,
              Counts::Yes},
    FrameRule{"hearing", FrameKind::Hearing, Rule::right(Act::FollowDesk, Names::Nothing), Phase::Later, Counts::Yes},
};
static_assert(isSound(frameRules, FrameKind::Hearing) && isInOrder(frameRules));

/// In the order of RequestBody.
enum class RequestKind {
    Acknowledge,
    SendChat,
    ReportAlert,
    RaisePanic,
    CancelPanic,
    PutDevice,
    IssueCommand,
    ReportCommand,
    CancelCommand,
    MarkChat,
    NoteAudit,
    MarkSeen,
    SetStage,
    CloseAlert,
    HandleAlert,
    TakeOutOfService,
    ReturnToService
};
using RequestRule = MessageRule<RequestKind, std::monostate, Counts>;

inline constexpr std::array<RequestRule, std::variant_size_v<RequestBody>> requestRules{
    RequestRule{
        "acknowledge", RequestKind::Acknowledge, Rule::right(Act::AcknowledgeAlert, Names::Body), {}, Counts::No},
    RequestRule{"send_chat", RequestKind::SendChat, Rule::right(Act::Chat, Names::Body), {}, Counts::Yes},
    RequestRule{"report_alert", RequestKind::ReportAlert, Rule::right(Act::ReportAlert, Names::Body), {}, Counts::Yes},
    RequestRule{"raise_panic", RequestKind::RaisePanic, Rule::right(Act::CallForHelp, Names::Body), {}, Counts::No},
    RequestRule{"cancel_panic", RequestKind::CancelPanic, Rule::right(Act::CallForHelp, Names::Body), {}, Counts::No},
    RequestRule{"put_device", RequestKind::PutDevice, Rule::right(Act::KeepDevices, Names::Body), {}, Counts::Yes},
    RequestRule{
        "issue_command", RequestKind::IssueCommand, Rule::right(Act::CommandDevice, Names::Body), {}, Counts::Yes},
    RequestRule{
        "report_command", RequestKind::ReportCommand, Rule::right(Act::AnswerCommand, Names::Body), {}, Counts::Yes},
    RequestRule{
        "cancel_command", RequestKind::CancelCommand, Rule::right(Act::CommandDevice, Names::Body), {}, Counts::Yes},
    RequestRule{"mark_chat", RequestKind::MarkChat, Rule::right(Act::Chat, Names::Body), {}, Counts::Yes},
    RequestRule{"note_audit", RequestKind::NoteAudit, Rule::right(Act::NoteExport, Names::Nothing), {}, Counts::Yes},
    RequestRule{"mark_seen", RequestKind::MarkSeen, Rule::right(Act::HandleAlert, Names::Body), {}, Counts::No},
    RequestRule{"set_stage", RequestKind::SetStage, Rule::right(Act::HandleAlert, Names::Body), {}, Counts::No},
    RequestRule{"close_alert", RequestKind::CloseAlert, Rule::right(Act::CloseAlert, Names::Body), {}, Counts::No},
    RequestRule{"handle_alert", RequestKind::HandleAlert, Rule::right(Act::HandleAlert, Names::Body), {}, Counts::No},
    RequestRule{
        "out_of_service", RequestKind::TakeOutOfService, Rule::right(Act::OverruleAlert, Names::Body), {}, Counts::No},
    RequestRule{"return_to_service",
                RequestKind::ReturnToService,
                Rule::right(Act::OverruleAlert, Names::Body),
                {},
                Counts::No},
};
static_assert(isSound(requestRules, RequestKind::ReturnToService) && isInOrder(requestRules));

[[nodiscard]] inline const RequestRule &ruleOf(const RequestBody &body)
{
    return requestRules.at(body.index());
}

/// What operators ask about alerts, for the figures.
[[nodiscard]] inline bool isAboutAlerts(const RequestBody &body)
{
    switch (ruleOf(body).message) {
    case RequestKind::Acknowledge:
    case RequestKind::SetStage:
    case RequestKind::CloseAlert:
    case RequestKind::HandleAlert:
    case RequestKind::TakeOutOfService:
    case RequestKind::ReturnToService:
        return true;
    default:
        return false;
    }
}

/// What a name stands for, which the mirror of the desk knows more of.
enum class Named { Nothing, User, Device, Thread };

/// A stream or a topic, by the pattern of its name (matchesPattern).
struct NameRule
{
    std::string_view pattern;
    Named named;
    Rule rule;
};

inline constexpr std::array streamRules{
    NameRule{"desk", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"alerts", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"devices", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"commands", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"audit", Named::Nothing, Rule::right(Act::ReadAudit, Names::Nothing)},
    NameRule{"user/{user...}", Named::User, Rule::right(Act::WatchAlerts, Names::Path)},
    NameRule{"chat/{thread...}", Named::Thread, Rule::right(Act::Chat, Names::Path)},
    NameRule{"device/{device...}", Named::Device, Rule::right(Act::WatchVehicle, Names::Path)},
};

/// Typing is told of the conversations that the listener may read.
inline constexpr std::array topicRules{
    NameRule{"telemetry", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"presence", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"stats", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"adapters", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"notices", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"connections", Named::Nothing, Rule::right(Act::FollowDesk, Names::Nothing)},
    NameRule{"typing", Named::Nothing, Rule::signedIn()},
    NameRule{"telemetry/{device...}", Named::Device, Rule::right(Act::WatchVehicle, Names::Path)},
};

} // namespace tocsin::native
