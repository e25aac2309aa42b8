// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

// Who is connected to the server, and what the frame inspector sees. Plain values; class B: nothing of it is in the log.

namespace tocsin {

/// What went one way over a connection since it opened.
struct ClientFlow
{
    qint64 messages = 0;
    qint64 bytes = 0;                ///< as on the wire
    std::optional<double> perSecond; ///< messages, over the last second that was looked at
    bool operator==(const ClientFlow &) const = default;
};

/// One open connection.
struct ClientInfo
{
    QString id;      ///< unique in the server's process: "ws-12"
    QString dialect; ///< "native", "dialect1", …
    QString path;    ///< without the query
    QString userId;  ///< empty: nobody yet, or anonymous
    QString userName;
    Role role = Role::Citizen;
    QString address;
    TimePoint since;
    TimePoint lastHeard;
    int subscriptions = 0;
    QStringList topics; ///< of the subscriptions, at most `mostTopics`
    ClientFlow in;      ///< from the client
    ClientFlow out;
    std::optional<double> roundTripMs; ///< of the last ping
    std::optional<double> roundTripMinMs;
    std::optional<double> roundTripP95Ms; ///< of the last 20
    qint64 waitingFrames = 0;
    qint64 waitingBytes = 0;
    qint64 conflated = 0; ///< telemetry frames that a newer one replaced
    qint64 lost = 0;      ///< frames of raw streams that left a gap
    bool operator==(const ClientInfo &) const = default;

    static constexpr qsizetype mostTopics = 16;
};

/// One that has gone.
struct ClosedClient
{
    QString id;
    QString dialect;
    QString userId;
    QString address;
    TimePoint since;
    TimePoint at;
    int code = 0; ///< of the WebSocket close; 1006: it broke off
    QString reason;
    bool operator==(const ClosedClient &) const = default;
};

/// What is new about the connections. `full`: this is the first part of a whole list, forget the one before.
struct ClientsUpdate
{
    bool full = false;
    int total = 0;              ///< connections there are; `mostClients` of them at most are listed
    QList<ClientInfo> clients;  ///< new or changed
    QStringList gone;           ///< ids
    QList<ClosedClient> closed; ///< the newest last
    bool operator==(const ClientsUpdate &) const = default;

    static constexpr int mostClients = 5000;
    static constexpr int mostClosed = 100;
};

/// Which frames the inspector is to show; empty: all. Text is looked for in what is shown, without regard to case.
struct TapFilter
{
    QString client; ///< id
    QString dialect;
    QString user;
    QString text;
    bool operator==(const TapFilter &) const = default;
};

/// One frame as the inspector shows it: no token and no password is in it.
struct TappedFrame
{
    QString client;
    TimePoint at;
    bool out = false; ///< to the client
    bool binary = false;
    qint64 size = 0; ///< bytes of the payload
    QString text;    ///< cut to `mostText` characters
    bool operator==(const TappedFrame &) const = default;

    static constexpr qsizetype mostText = 4096;
};

struct FrameReport
{
    QList<TappedFrame> frames; ///< oldest first
    qint64 skipped = 0;        ///< there were more than can be shown
    bool operator==(const FrameReport &) const = default;
};

/// What may be asked about them. Both are in the audit before they are done.
struct DisconnectClient
{
    QString client; ///< id
    QString reason; ///< for the one who is disconnected; may be empty
    bool operator==(const DisconnectClient &) const = default;
};

/// Frames that pass are shown from now on, instead of those of an earlier filter; without a filter none.
struct InspectFrames
{
    std::optional<TapFilter> filter;
    bool operator==(const InspectFrames &) const = default;
};

using ClientOrder = std::variant<DisconnectClient, InspectFrames>;

} // namespace tocsin
