// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/emergency/EmergencyIncidents.h"
#include "server/dialects/emergency/EmergencyReader.h"

#include <functional>

namespace tocsin::emergency {

/// What clients of dialect 5 may ask of the desk, whichever way it comes: over a socket or HTTP. The caller has looked at the rights; what the
/// dialect's own words demand (only one's own panic is canceled, only an active one acknowledged) is looked at here. Server thread; `done` is
/// called on it, once what was asked is durable, or refused.
class DeskWork
{
public:
    using Done = std::function<void(const Outcome &)>;

    DeskWork(const DialectOptions &options, const DialectServices &services, Incidents &incidents, ReplyBox &replies)
        : m_options(options)
        , m_services(services)
        , m_incidents(incidents)
        , m_replies(replies)
    {
    }

    void raise(RaisePanic panic, const Actor &actor, const Done &done);
    /// Refused not_found, forbidden (somebody else's), closed, pin_invalid.
    void cancel(const QString &alertId, const QString &pin, const Actor &actor, const Done &done);
    /// Refused not_found, closed (it is not active).
    void acknowledge(const QString &alertId, const QString &comment, const Actor &actor, const Done &done);
    /// Refused not_found, closed.
    void resolve(const QString &alertId, const Closing &closing, const Actor &actor, const Done &done);
    void markSeen(const QString &alertId, const Actor &actor, const Done &done);
    void say(const QString &alertId, SendChat chat, const Actor &actor, const Done &done);
    /// Hands a phone's place on as a reading of the device that has its person's id.
    void place(const QString &person, const QString &name, Reading reading);

private:
    void submit(const Actor &actor, const RequestBody &body, const Done &done);
    void introduce(const QString &person, const QString &name);

    const DialectOptions &m_options;
    DialectServices m_services;
    Incidents &m_incidents;
    ReplyBox &m_replies;
    QHash<QString, TimePoint> m_introduced; ///< when the desk was asked to take up whom
};

} // namespace tocsin::emergency
