// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"

#include <QString>
#include <QStringList>

#include <array>

namespace tocsin {

/// What somebody may want to do over a dialect.
enum class Act {
    WatchVehicle,     ///< live telemetry, history, status
    FeedVehicle,      ///< send telemetry as the vehicle
    WatchAlerts,      ///< the alerts of one user
    ReportAlert,      ///< raise an alert in a user's name
    AcknowledgeAlert, ///< take an alert; the object is what raised it
    HandleAlert,      ///< what operators do about an alert beyond taking it: stages, claims, shelves, comments
    CloseAlert,       ///< say that it is dealt with
    OverruleAlert,    ///< against what its source says; out of service
    Chat,             ///< the conversation of one user with the desk
    ReadMetrics,      ///< the server's own figures
    OwnAccount,       ///< one's profile
    FollowDesk,       ///< what the whole desk sees: all alerts, devices, commands, people, live values
    ReadAudit,        ///< who did what
    KeepDevices,      ///< add a device or change its record
    CommandDevice,    ///< order something of a device, or take the order back
    AnswerCommand,    ///< say what became of an order; whether this device got it, the desk knows
    CallForHelp,      ///< raise or end a panic in a person's name
    FollowIncident,   ///< the state, the places, the conversation and the pictures of a person's panic
    Broadcast,        ///< write to everybody
    NoteExport,       ///< tell the audit that something was taken out
    ManageAccounts,   ///< revoke what others hold
    Administer,       ///< what only an administrator does: dialect 4's pages, imports
    ControlClients,   ///< end others' connections and read what goes over them
    EditRules,        ///< put other alert rules in force
    SeeNotify,        ///< who is notified of what, and a test message
};
inline constexpr std::size_t actCount = std::size_t(Act::SeeNotify) + 1;

/// On whose objects. Self: the object's id is the caller's own. Own: also what lists the caller as owner.
enum class Reach { None, Self, Own, Any };

/// The object of an act. A user owns itself; a vehicle has the owners that an administrator set.
struct Subject
{
    QString id;
    QStringList owners;
};

struct Right
{
    Act act = Act::WatchVehicle;
    Reach citizen = Reach::None;
    Reach device = Reach::None;
    Reach dispatcher = Reach::None;
    Reach supervisor = Reach::None;
    Reach admin = Reach::None;
};

/// The authorization table of the secure posture. Every check of every dialect is made from it, and the tests
/// are generated from it. In the open posture everything is allowed to everybody.
/// An operator's acknowledge silences the desk, so a device never has it, and a panic is taken by staff alone
/// (its subject has no owners).
inline constexpr std::array<Right, actCount> rightsTable{{
    // act                  citizen      device       dispatcher   supervisor   admin
    {Act::WatchVehicle, Reach::Own, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::FeedVehicle, Reach::Own, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::WatchAlerts, Reach::Self, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::ReportAlert, Reach::Own, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::AcknowledgeAlert, Reach::Own, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::HandleAlert, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::CloseAlert, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::OverruleAlert, Reach::None, Reach::None, Reach::None, Reach::Any, Reach::Any},
    {Act::Chat, Reach::Self, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::ReadMetrics, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::OwnAccount, Reach::Self, Reach::Self, Reach::Self, Reach::Self, Reach::Self},
    {Act::FollowDesk, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::ReadAudit, Reach::None, Reach::None, Reach::None, Reach::Any, Reach::Any},
    {Act::KeepDevices, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::CommandDevice, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::AnswerCommand, Reach::None, Reach::Any, Reach::Any, Reach::Any, Reach::Any},
    {Act::CallForHelp, Reach::Self, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::FollowIncident, Reach::Self, Reach::Self, Reach::Any, Reach::Any, Reach::Any},
    {Act::Broadcast, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::NoteExport, Reach::None, Reach::None, Reach::Any, Reach::Any, Reach::Any},
    {Act::ManageAccounts, Reach::None, Reach::None, Reach::None, Reach::None, Reach::Any},
    {Act::Administer, Reach::None, Reach::None, Reach::None, Reach::None, Reach::Any},
    {Act::ControlClients, Reach::None, Reach::None, Reach::None, Reach::Any, Reach::Any},
    {Act::EditRules, Reach::None, Reach::None, Reach::None, Reach::Any, Reach::Any},
    {Act::SeeNotify, Reach::None, Reach::None, Reach::None, Reach::Any, Reach::Any},
}};

/// Each act has its row, at its place.
consteval bool everyActHasItsRight()
{
    for (std::size_t i = 0; i < rightsTable.size(); ++i) {
        if (rightsTable[i].act != Act(i))
            return false;
    }
    return true;
}
static_assert(everyActHasItsRight(), "an act without a row of its own in the rights table");

[[nodiscard]] Reach reachOf(Role role, Act act);
[[nodiscard]] bool isAllowed(Posture posture, const Principal &who, Act act, const Subject &object);

} // namespace tocsin
