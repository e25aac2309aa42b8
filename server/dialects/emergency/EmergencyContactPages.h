// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ContactsPort.h"
#include "server/dialects/DialectServices.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/emergency/EmergencyIncidents.h"
#include "server/dialects/emergency/EmergencyPages.h"

namespace tocsin::emergency {

/// {name, phone | phone_number, email, relationship, priority}, over what is known already; its field is named when one is wrong. Plain
/// function, any thread.
[[nodiscard]] std::variant<EmergencyContact, FieldError> readContact(const QJsonObject &body, EmergencyContact known);

/// Whom to tell when somebody needs help: everybody keeps his own, and staff read those of a person whose panic they handle. Server thread.
class ContactPages
{
public:
    static constexpr qsizetype mostWaiting = 256;

    struct Parts
    {
        const DialectOptions &options;
        Incidents &incidents;
        ContactsPort &contacts;
        ReplyBox &replies;
    };
    explicit ContactPages(const Parts &parts) : m_parts(parts) {}

    void serve(const Visit &visit);

private:
    void list(const QString &account, const net::Respond &respond);
    void add(const Visit &visit);
    /// Looks the contact up among the caller's, then goes on with it.
    void find(const Visit &visit, const std::function<void(const EmergencyContact &)> &then);
    void put(const EmergencyContact &contact, int status, const net::Respond &respond);

    const Parts m_parts;
};

} // namespace tocsin::emergency
