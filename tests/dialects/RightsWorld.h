// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/dialects/Fakes.h"

#include <array>

// The people and things of the authorization matrices, and what the rights table says of them.

namespace tocsin::world {

struct Person
{
    const char *id;
    Role role;
};
/// One of each role; the device's account has the name of its vehicle.
inline constexpr std::array people{Person{"anna", Role::Citizen}, Person{"van-1", Role::Device},
                                   Person{"dora", Role::Dispatcher}, Person{"sam", Role::Supervisor},
                                   Person{"root", Role::Admin}};
/// van-1 is anna's, van-2 is ben's.
inline constexpr std::array vehicles{"van-1", "van-2", "unknown"};
inline constexpr std::array users{"anna", "van-1", "dora", "ben", "unknown"};

/// anna has raised a panic; each van has an alert.
inline DeskSnapshot snapshot()
{
    DeskSnapshot snapshot;
    snapshot.devices = {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("anna")}),
                        vehicleOf(QStringLiteral("van-2"), {QStringLiteral("ben")})};
    Alert panic = alertOf(QStringLiteral("panic"), QStringLiteral("anna"), AlertLevel::Emergency);
    panic.kind = AlertKind::Incident;
    panic.userId = QStringLiteral("anna");
    snapshot.alerts = {alertOf(QStringLiteral("alert-1"), QStringLiteral("van-1")),
                       alertOf(QStringLiteral("alert-2"), QStringLiteral("van-2")), panic};
    return snapshot;
}

inline bool isVehicles(const Rule &rule)
{
    return rule.act() == Act::WatchVehicle || rule.act() == Act::FeedVehicle;
}

inline Principal principalOf(const Person &who)
{
    return somebody(QString::fromLatin1(who.id), who.role);
}

inline QStringList ownersOf(const QString &vehicle)
{
    if (vehicle == QLatin1String("van-1"))
        return {QStringLiteral("anna")};
    return vehicle == QLatin1String("van-2") ? QStringList{QStringLiteral("ben")} : QStringList();
}

/// What the rights table says of a person and an object.
inline bool isRight(const Person &who, Act act, const QString &object, bool ofVehicle)
{
    const QStringList owners = ofVehicle ? ownersOf(object) : QStringList{object};
    return !owners.isEmpty() && isAllowed(Posture::Secure, principalOf(who), act, {object, owners});
}

/// Whose picture, in the conversation with whom: "picture-of-anna" in "user/anna".
inline QString userOfPicture(const QString &id)
{
    return id.mid(QLatin1String("picture-of-").size());
}

/// What somebody may read of the conversations: one's own, that of one's panic, and the broadcast.
inline bool mayReadThread(const Person &who, const QString &thread)
{
    if (thread == QLatin1String("broadcast"))
        return true;
    const QString user = thread == QLatin1String("incident/panic") ? QStringLiteral("anna") : userOfChatThread(thread);
    return isRight(who, Act::Chat, user, false);
}

/// What somebody may follow, for the streams of this world and for none.
inline bool mayFollowStream(const Person &who, const QString &stream)
{
    const QString rest = stream.section(QLatin1Char('/'), 1);
    if (stream.startsWith(QLatin1String("user/")))
        return isRight(who, Act::WatchAlerts, rest, false);
    if (stream.startsWith(QLatin1String("chat/")))
        return mayReadThread(who, rest);
    if (stream.startsWith(QLatin1String("device/")))
        return isAllowed(Posture::Secure, principalOf(who), Act::WatchVehicle, {rest, ownersOf(rest)});
    if (stream == QLatin1String("audit"))
        return isRight(who, Act::ReadAudit, {}, false);
    for (const char *one : {"desk", "alerts", "devices", "commands"}) {
        if (stream == QLatin1String(one))
            return isRight(who, Act::FollowDesk, {}, false);
    }
    return false;
}

} // namespace tocsin::world
