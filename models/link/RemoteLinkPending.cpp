// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemoteLink.h"

#include <QUuid>

#include <utility>

using namespace std::chrono_literals;

// What of RemoteLink keeps the unanswered actions beyond this console; and the orders about connections, which nobody keeps.

namespace tocsin {

namespace {
constexpr auto saveAfter = 1000ms;
}

void RemoteLink::restorePending()
{
    if (m_options.pendingDirectory.isEmpty() || m_file)
        return;
    const QString server = m_target.url.toString(QUrl::RemoveQuery | QUrl::RemoveFragment);
    m_file = std::make_unique<PendingFile>(m_options.pendingDirectory, server,
                                           m_target.claimedPerson(m_options.operatorName));
    const PendingFile::Loaded loaded = m_file->open();
    if (!loaded.trouble.isEmpty())
        Q_EMIT trouble(loaded.trouble);
    for (const PendingAction &action : loaded.actions)
        (void)m_requests.restore(action); // there is room for a whole file
    m_restoredFor = loaded.person;
    if (loaded.actions.isEmpty())
        return;
    Q_EMIT restored(loaded.actions);
    Q_EMIT pendingChanged(m_requests.count());
}

/// Actions are their maker's: another account must not do them.
void RemoteLink::refuseStrangers()
{
    const QString maker = std::exchange(m_restoredFor, m_self.id);
    if (maker.isEmpty() || maker == m_self.id)
        return;
    const QList<PendingAction> given = m_requests.takeAll();
    for (const PendingAction &action : given)
        Q_EMIT replied(action.id,
                       Outcome::refused(QStringLiteral("forbidden"),
                                        tr("It was asked for by %1, and you are %2.").arg(maker, m_self.id)));
    Q_EMIT pendingChanged(m_requests.count());
}

void RemoteLink::expirePending()
{
    const QList<PendingAction> expired = m_requests.takeExpired(m_options.clock());
    for (const PendingAction &action : expired) {
        const QString said = action.everSent
                                 ? tr("It waited too long, and whether it was done before is not known.")
                                 : tr("It waited too long and was not sent: do it again if it still holds.");
        Q_EMIT replied(action.id, Outcome::refused(QStringLiteral("expired"), said));
    }
    if (!expired.isEmpty())
        Q_EMIT pendingChanged(m_requests.count());
}

/// At once while the server is away; with one that answers within a second nothing is written.
void RemoteLink::keepPending()
{
    if (!m_file || (m_save.isActive() && m_welcomed))
        return;
    m_save.start(m_welcomed ? saveAfter : 0ms);
}

void RemoteLink::savePending()
{
    m_save.stop();
    if (!m_file)
        return;
    if (const QString problem = m_file->save(m_requests.list(), m_self.id.isEmpty() ? m_restoredFor : m_self.id);
        !problem.isEmpty())
        Q_EMIT trouble(problem);
}

void RemoteLink::watchClients(bool watches)
{
    if (std::exchange(m_watchesClients, watches) == watches || !m_welcomed)
        return;
    const QStringList topics{QStringLiteral("connections")};
    if (watches)
        send(wire::Subscribe{QStringLiteral("clients"), topics});
    else
        send(wire::Unsubscribe{QStringLiteral("clients"), topics});
}

QString RemoteLink::orderClients(const ClientOrder &order)
{
    const QString id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    if (!m_welcomed) {
        refuseLater(id, Outcome::refused(QStringLiteral("offline"), tr("There is no connection to the server.")));
        return id;
    }
    m_orders.insert(id);
    if (const auto *client = std::get_if<DisconnectClient>(&order))
        send(wire::Disconnect{id, client->client, client->reason});
    else
        send(wire::Tap{id, std::get<InspectFrames>(order).filter});
    return id;
}

void RemoteLink::giveUpOrders()
{
    const QSet<QString> orders = std::exchange(m_orders, {});
    for (const QString &id : orders)
        refuseLater(id, Outcome::refused(QStringLiteral("offline"), tr("The connection to the server was lost.")));
}

} // namespace tocsin
