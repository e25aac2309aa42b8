// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/ContactsPort.h"
#include "server/notify/NotifyConfig.h"

#include <QHash>

#include <functional>
#include <optional>

namespace tocsin {

/// One message to one recipient that a plan considered.
struct NotifyDecision
{
    QString route;
    QString channel;
    NotifyMeans means = NotifyMeans::Webhook;
    NotifyAddress to;     ///< empty for a webhook
    bool contact = false; ///< an emergency contact: told as one
    bool duress = false;  ///< may be told of it
    bool over = true;     ///< is told when it is over
    NotifyVerdict verdict = NotifyVerdict::Sent;
    bool reaches = true; ///< the recipient is likely to have it soon: not over a paused channel
    QString why;
    bool absent = false; ///< nobody of them is at a console; no other reason speaks against it

    /// What makes two of them the same recipient.
    [[nodiscard]] QString key() const { return channel + QLatin1Char(' ') + to.address.toLower(); }
    [[nodiscard]] QString label() const; ///< for logs: masked
};

/// What a plan looks at besides the alert and the configuration.
struct NotifyFacts
{
    TimePoint now;
    std::optional<Device> device; ///< of the alert's source, if it is one
    QList<OnlinePerson> people;   ///< at consoles
    QString ownAddress;           ///< of the person whose panic it is: nothing goes there
    /// Why a message over this channel to this recipient would have to wait; nothing: it would not. `paused`: because of the channel.
    std::function<QString(const QString &channel, const QString &address, bool *paused)> wait;
};

/// Decides who gets what, for sending and for previews alike. Plain value logic; any thread.
class NotifyPlan
{
public:
    explicit NotifyPlan(const NotifyConfig &config) : m_config(config) {}

    /// Why nobody at all is told of this alert now; empty: somebody may be. An acknowledge is no reason not to tell the contacts.
    [[nodiscard]] QString withheld(const Alert &alert, bool contacts = false) const;
    /// The recipients of the routes for the steps `from` to `to`, in their order, each once; those withheld with the reason.
    [[nodiscard]] QList<NotifyDecision> routes(const Alert &alert, int from, int to, const NotifyFacts &facts) const;
    /// Whether the emergency contacts are told at one of these steps.
    [[nodiscard]] bool asksContacts(const Alert &alert, int from, int to) const;
    /// The emergency contacts, by priority.
    [[nodiscard]] QList<NotifyDecision> contacts(const Alert &alert, QList<EmergencyContact> contacts,
                                                 const NotifyFacts &facts) const;
    /// Whether a later step would reach somebody: only then a step that reached nobody is worth skipping.
    [[nodiscard]] bool reachesLater(const Alert &alert, int step, const NotifyFacts &facts) const;

private:
    [[nodiscard]] QString mismatch(const NotifyRoute &route, const Alert &alert, int from, int to,
                                   const NotifyFacts &facts) const;
    [[nodiscard]] QString schedule(const NotifyRoute &route, const Alert &alert, TimePoint now) const;
    void settle(NotifyDecision &decision, const NotifyFacts &facts) const;

    const NotifyConfig &m_config;
};

} // namespace tocsin
