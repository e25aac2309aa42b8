// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConnectionDesk.h"

#include "models/Format.h"

#include <utility>

namespace tocsin {

namespace {
constexpr qsizetype shownClosed = 50;

QString milliseconds(const std::optional<double> &ms)
{
    return ms ? format::quantity(*ms, *ms < 10 ? 1 : 0, QStringLiteral("ms")) : format::unknown();
}

QString flowText(const ClientFlow &flow)
{
    constexpr double kibi = 1024;
    const double size = double(flow.bytes) / kibi;
    return ConnectionDesk::tr("%1 messages, %2 KiB")
        .arg(format::number(double(flow.messages), 0), format::number(size, size < 10 ? 1 : 0));
}
} // namespace

ConnectionDesk::ConnectionDesk(DeskLink &link, FilePicker &files, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_clock(std::move(clock))
    , m_clients(m_clock)
    , m_rows(m_clients)
    , m_inspector(link, files, m_clock)
    , m_tester(m_clock)
{
    connect(&link, &DeskLink::connections, this, &ConnectionDesk::take);
    connect(&link, &DeskLink::replied, this, &ConnectionDesk::takeReply);
    connect(&link, &DeskLink::serverStats, this, [this](const ServerStats &stats) {
        if (m_tester.address().isEmpty() && !stats.listeners.isEmpty())
            m_tester.setAddress(stats.listeners.constFirst());
    });
    connect(&m_inspector, &FrameInspector::said, this, &ConnectionDesk::said);
    connect(&m_inspector, &FrameInspector::refused, this, &ConnectionDesk::refused);
}

void ConnectionDesk::setWatching(bool watching)
{
    if (watching == m_watching)
        return;
    m_watching = watching;
    m_link.watchConnections(watching);
    if (!watching)
        m_inspector.stop();
    Q_EMIT watchingChanged();
}

QString ConnectionDesk::totalText() const
{
    if (!m_told)
        return format::unknown();
    const QString all = format::number(m_total, 0);
    return m_total > m_clients.count() ? tr("%1 of %2").arg(format::number(m_clients.count(), 0), all) : all;
}

void ConnectionDesk::take(const ClientsUpdate &update)
{
    m_clients.apply(update);
    if (update.full)
        m_gone.clear();
    for (const ClosedClient &client : update.closed)
        m_gone.prepend(client);
    m_gone = m_gone.mid(0, shownClosed);
    QList<Fact> gone;
    for (const ClosedClient &client : std::as_const(m_gone)) {
        const QString who = client.userId.isEmpty() ? client.address : client.userId;
        gone.append({tr("%1  %2, %3")
                         .arg(format::timeOfDay(client.at, m_clock.zone), who,
                              ConnectionListModel::dialectText(client.dialect)),
                     tr("%1 %2").arg(client.code).arg(client.reason).trimmed()});
    }
    m_closed.assign(gone);
    m_total = update.total;
    m_told = true;
    showSelected();
    Q_EMIT totalChanged();
}

void ConnectionDesk::select(const QString &clientId)
{
    if (clientId.isEmpty() || clientId == m_selected)
        return;
    m_selected = clientId;
    showSelected();
}

/// The last known figures stay when it has gone.
void ConnectionDesk::showSelected()
{
    const int row = m_clients.rowOf(m_selected);
    if (row >= 0) {
        const ClientInfo &client = m_clients.at(row);
        const TimePoint now = m_clock.now();
        const QString more = client.subscriptions > client.topics.size()
                                 ? tr(" and %1 more").arg(client.subscriptions - client.topics.size())
                                 : QString();
        m_title =
            tr("%1, %2").arg(ConnectionListModel::userText(client), ConnectionListModel::dialectText(client.dialect));
        m_facts.assign({
            {tr("Connection"), client.id},
            {tr("Path"), client.path},
            {tr("Role"), toString(client.role)},
            {tr("Address"), client.address},
            {tr("Connected"),
             tr("%1, %2 ago")
                 .arg(format::withDay(format::timeOfDay(client.since, m_clock.zone), client.since, now, m_clock.zone),
                      format::age(secondsBetween(client.since, now)))},
            {tr("Last heard"), tr("%1 ago").arg(format::age(secondsBetween(client.lastHeard, now)))},
            {tr("Received"), flowText(client.in)},
            {tr("Sent"), flowText(client.out)},
            {tr("Round trip"), tr("%1 · least %2 · p95 %3")
                                   .arg(milliseconds(client.roundTripMs), milliseconds(client.roundTripMinMs),
                                        milliseconds(client.roundTripP95Ms))},
            {tr("Waiting"),
             tr("%1 frames, %2 B")
                 .arg(format::number(double(client.waitingFrames), 0), format::number(double(client.waitingBytes), 0))},
            {tr("Conflated · lost"),
             tr("%1 · %2").arg(format::number(double(client.conflated), 0), format::number(double(client.lost), 0))},
            {tr("Subscriptions"), client.topics.isEmpty() ? format::unknown() : client.topics.join(tr(", ")) + more},
        });
    }
    Q_EMIT selectedChanged();
}

void ConnectionDesk::disconnectSelected(const QString &reason)
{
    if (selectedOpen())
        m_asked = m_link.orderConnections(DisconnectClient{m_selected, reason});
    else
        Q_EMIT refused(tr("This connection has ended already."));
}

void ConnectionDesk::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (m_asked.isEmpty() || requestId != m_asked)
        return;
    m_asked.clear();
    if (outcome.ok)
        Q_EMIT said(tr("%1 was disconnected.").arg(outcome.ref));
    else
        Q_EMIT refused(tr("The connection was not ended: %1").arg(outcome.message));
}

void ConnectionDesk::tick()
{
    if (!m_watching)
        return;
    m_clients.refreshAges();
    showSelected();
}

} // namespace tocsin
