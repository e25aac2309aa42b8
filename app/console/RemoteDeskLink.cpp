// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/RemoteDeskLink.h"

namespace tocsin {

static_assert(int(RemoteLink::State::Connecting) == int(DeskLink::State::Connecting));
static_assert(int(RemoteLink::State::Open) == int(DeskLink::State::Open));
static_assert(int(RemoteLink::State::Closing) == int(DeskLink::State::Closing));
static_assert(int(RemoteLink::State::Closed) == int(DeskLink::State::Closed));
static_assert(int(RemoteLink::State::Reconnecting) == int(DeskLink::State::Reconnecting));
static_assert(int(RemoteLink::State::Failed) == int(DeskLink::State::Failed));

RemoteDeskLink::RemoteDeskLink(const LinkTarget &target, const RemoteLink::Options &options, QObject *parent)
    : DeskLink(parent)
    , m_target(target.url.authority())
    , m_link(target, options)
    , m_pictures(target)
{
    connect(&m_link, &RemoteLink::stateChanged, this, &RemoteDeskLink::takeState);
    connect(&m_link, &RemoteLink::pendingChanged, this, &DeskLink::pendingRequestsChanged);
    connect(&m_link, &RemoteLink::restored, this, &DeskLink::restored);
    connect(&m_link, &RemoteLink::trouble, this, &DeskLink::trouble);
    connect(&m_link, &RemoteLink::snapshot, this, &DeskLink::snapshot);
    connect(&m_link, &RemoteLink::events, this, &DeskLink::events);
    connect(&m_link, &RemoteLink::presence, this, &DeskLink::presence);
    connect(&m_link, &RemoteLink::latest, this, &DeskLink::latest);
    connect(&m_link, &RemoteLink::serverStats, this, &DeskLink::serverStats);
    connect(&m_link, &RemoteLink::adapters, this, &DeskLink::adapters);
    connect(&m_link, &RemoteLink::people, this, &DeskLink::people);
    connect(&m_link, &RemoteLink::limits, this, &DeskLink::limits);
    connect(&m_link, &RemoteLink::typing, this, &DeskLink::typingSeen);
    connect(&m_link, &RemoteLink::noticed, this, &DeskLink::noticed);
    connect(&m_link, &RemoteLink::clientsChanged, this, &DeskLink::connections);
    connect(&m_link, &RemoteLink::framesSeen, this, &DeskLink::framesSeen);
    connect(&m_link, &RemoteLink::replied, this, &DeskLink::replied);
    connect(&m_pictures, &RemotePictures::progress, this, &DeskLink::pictureProgress);
    connect(&m_pictures, &RemotePictures::stored, this, &DeskLink::pictureStored);
    connect(&m_pictures, &RemotePictures::fetched, this, &DeskLink::pictureFetched);
    connect(&m_link, &RemoteLink::historyReady, this, &DeskLink::historyReady);
    connect(&m_link, &RemoteLink::rulesAnswered, this, &RemoteDeskLink::takeRules);
    connect(&m_link, &RemoteLink::ruleTried, this, &DeskLink::ruleTried);
    connect(&m_link, &RemoteLink::alertsReady, this, &DeskLink::alertsReady);
    connect(&m_link, &RemoteLink::alertEventsReady, this, &DeskLink::alertEventsReady);
    connect(&m_link, &RemoteLink::alertLogReady, this, &DeskLink::alertLogReady);
    connect(&m_link, &RemoteLink::contactsReady, this, &DeskLink::contactsReady);
}

void RemoteDeskLink::takeState()
{
    m_fencesAsked.reset();
    if (state() == State::Open)
        m_fencesAsked = m_link.askRules({});
    Q_EMIT stateChanged(state());
}

void RemoteDeskLink::takeRules(quint64 query, const RulesAnswer &answer)
{
    if (m_fencesAsked != query) {
        Q_EMIT rulesAnswered(query, answer);
        return;
    }
    m_fencesAsked.reset();
    if (answer.outcome.ok) // else: not for who sits here, or the server went
        Q_EMIT fences(answer.fences);
}

} // namespace tocsin
