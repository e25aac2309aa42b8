// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/PeopleDirectory.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/VehicleDirectory.h"

#include <functional>

namespace tocsin {

/// What can be done over dialect 2 by an event and by HTTP alike: register a device, take telemetry, find a person's devices. Asks what a rule
/// leaves open because the body names the object. Server thread.
class HubDoings
{
public:
    HubDoings(const DialectOptions &options, const DialectServices &services, VehicleDirectory &directory,
              PeopleDirectory people, ReplyBox &replies);

    struct Refusal
    {
        FieldError why;
        bool forbidden = false; ///< or not there; else the message is wrong
    };
    /// `imei` and `userEmail` of a message; the answer comes when the desk has the device, in this call or later.
    struct Registration
    {
        QString imei;
        QString userEmail;
    };
    [[nodiscard]] std::variant<Registration, Refusal> readRegistration(const QJsonObject &message,
                                                                       const Principal &who) const;
    void enroll(const Registration &wanted, const Principal &who, const QString &session,
                std::function<void(const Outcome &)> done);

    /// The device's IMEI and the id of what was taken in.
    struct Taken
    {
        QString imei;
        QString id;
    };
    [[nodiscard]] std::variant<Taken, Refusal> takeTelemetry(const QJsonObject &message, const Principal &who,
                                                             const QString &session);
    /// The device that a heartbeat is of.
    [[nodiscard]] std::variant<QString, Refusal> readHeartbeat(const QJsonObject &message, const Principal &who) const;

    /// Whom a subscription is about: the id of the user.
    struct Person
    {
        QString email; ///< as it was written
        QString userId;
    };
    [[nodiscard]] std::variant<Person, Refusal> readPerson(const QJsonObject &message, const Principal &who) const;
    [[nodiscard]] QStringList devicesOf(const QString &userId) const; ///< sorted

    /// Puts into the audit what staff are about to do; `then` when it is there, or was refused.
    void note(const AuditRecord &record, const Principal &who, std::function<void(const Outcome &)> then);

    [[nodiscard]] const PeopleDirectory &people() const { return m_people; }

private:
    const DialectOptions &m_options;
    DialectServices m_services;
    VehicleDirectory &m_directory;
    const PeopleDirectory m_people;
    ReplyBox &m_replies;
};

} // namespace tocsin
