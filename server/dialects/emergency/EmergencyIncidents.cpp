// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyIncidents.h"

#include "models/domain/Channels.h"
#include "server/dialects/emergency/EmergencyReader.h"

#include <algorithm>
#include <utility>

namespace tocsin::emergency {

Incidents::Incidents(const DialectOptions &options, const DialectServices &services,
                     std::shared_ptr<const AccountsBoard> accounts, ReplyBox &replies, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_services(services)
    , m_accounts(std::move(accounts))
    , m_replies(replies)
    , m_startedAt(options.clock())
{
    const auto indexAll = [this] {
        m_openById.clear();
        const QList<Alert> open = m_services.mirror.openAlerts();
        for (const Alert &alert : open)
            index(alert);
    };
    indexAll();
    connect(&m_services.mirror, &DeskMirror::snapshotApplied, this, indexAll);
    connect(&m_services.mirror, &DeskMirror::alertChanged, this,
            [this](const AlertChange &change) { index(change.alert); });
    connect(&m_services.mirror, &DeskMirror::chatAdded, this, &Incidents::countPictures);
}

void Incidents::index(const Alert &alert)
{
    if (alert.kind != AlertKind::Incident)
        return;
    if (isOpen(alert)) {
        QStringList &ids = m_openById[alert.source];
        if (!ids.contains(alert.id))
            ids.append(alert.id);
    } else if (const auto ids = m_openById.find(alert.source); ids != m_openById.end()) {
        ids->removeOne(alert.id);
        if (ids->isEmpty())
            m_openById.erase(ids);
    }
}

const Alert *Incidents::find(const QString &alertId) const
{
    const Alert *alert = m_services.mirror.alert(alertId);
    if (alert == nullptr) {
        const auto earlier = m_earlier.constFind(alertId);
        alert = earlier == m_earlier.cend() ? nullptr : &*earlier;
    }
    return alert != nullptr && alert->kind == AlertKind::Incident ? alert : nullptr;
}

void Incidents::lookUp(const QString &alertId, std::function<void()> then)
{
    AlertsQuery wanted;
    wanted.alertId = alertId;
    wanted.incidentsOnly = true;
    wanted.limit = 1;
    const std::function<void(const AlertsResult &)> found = [this, then = std::move(then)](const AlertsResult &result) {
        for (const Alert &alert : result.alerts) {
            if (!m_earlier.contains(alert.id))
                m_lookedUp.push_back(alert.id);
            m_earlier.insert(alert.id, alert);
        }
        while (qsizetype(m_lookedUp.size()) > maxEarlier) {
            m_earlier.remove(m_lookedUp.front());
            m_lookedUp.pop_front();
        }
        then();
    };
    m_services.archive.alerts(wanted, m_replies.expect<AlertsResult>(found));
}

QString Incidents::personOf(const QString &alertId) const
{
    const Alert *alert = find(alertId);
    if (alert == nullptr)
        return {};
    return alert->userId.isEmpty() ? alert->source : alert->userId;
}

QList<Alert> Incidents::active() const
{
    QList<Alert> found;
    for (const QStringList &ids : m_openById) {
        for (const QString &id : ids) {
            const Alert *alert = find(id);
            if (alert != nullptr && alert->cond != AlertCondition::Canceled && alert->cond != AlertCondition::Clear)
                found.append(*alert);
        }
    }
    std::sort(found.begin(), found.end(), [](const Alert &a, const Alert &b) {
        return a.raisedAt != b.raisedAt ? a.raisedAt > b.raisedAt : a.id < b.id;
    });
    return found;
}

Incidents::Known &Incidents::known(const Alert &alert)
{
    const auto there = m_known.find(alert.id);
    if (there != m_known.end())
        return *there;
    if (m_known.size() >= maxKnown)
        makeRoom();
    Known &added = m_known[alert.id];
    const QList<ChatMessage> lines = m_services.mirror.lines(chatThreadOfIncident(alert.id));
    for (const ChatMessage &line : lines)
        added.tally.media += int(line.attachments.size());
    if (alert.raisedAt < m_startedAt)
        countEarlier(alert.id, alert.source, alert.raisedAt, m_startedAt);
    return added;
}

void Incidents::makeRoom()
{
    m_known.removeIf([this](std::pair<const QString &, Known &> entry) {
        const Alert *alert = find(entry.first);
        return alert == nullptr || !isOpen(*alert);
    });
    if (m_known.size() >= maxKnown)
        m_known.clear(); // counted anew where it is asked for
}

/// A part after the other, backwards from `to`.
void Incidents::countEarlier(const QString &alertId, const QString &phone, TimePoint from, TimePoint to)
{
    ReadingsQuery wanted;
    wanted.deviceId = phone;
    wanted.from = from;
    wanted.to = to;
    wanted.limit = countedAtOnce;
    m_services.archive.readings(
        wanted, m_replies.expect<ReadingsResult>([this, alertId, phone, from](const ReadingsResult &result) {
            const auto entry = m_known.find(alertId);
            if (entry == m_known.end())
                return;
            std::optional<Place> newest;
            for (const Reading &reading : result.readings) { // newest first
                const auto place = placeOf(reading);
                if (!place)
                    continue;
                ++entry->tally.locations;
                if (!newest)
                    newest = place;
            }
            if (!entry->last)
                entry->last = newest;
            if (result.readings.size() >= countedAtOnce && entry->tally.locations < maxCounted)
                countEarlier(alertId, phone, from, result.readings.constLast().receivedAt - Duration(1));
        }));
}

std::optional<Place> Incidents::lastPlace(const QString &alertId)
{
    const Alert *alert = find(alertId);
    if (alert == nullptr)
        return std::nullopt;
    if (const auto &last = known(*alert).last)
        return last;
    return alert->position ? std::optional<Place>(Place{*alert->position, alert->raisedAt, {}, {}, {}}) : std::nullopt;
}

QJsonObject Incidents::object(const Alert &alert, View view)
{
    return alertObject(alert, view, *accounts(), known(alert).tally, m_options.clock());
}

void Incidents::take(const QList<Reading> &readings)
{
    if (m_openById.isEmpty())
        return;
    for (const Reading &reading : readings) {
        const auto ids = m_openById.constFind(reading.deviceId);
        if (ids == m_openById.cend())
            continue;
        const auto place = placeOf(reading);
        if (!place)
            continue;
        for (const QString &id : *ids) {
            const Alert *alert = find(id);
            if (alert == nullptr)
                continue;
            Known &entry = known(*alert);
            ++entry.tally.locations;
            entry.last = place;
            Q_EMIT placed(id, *place);
        }
    }
}

void Incidents::countPictures(const ChatMessage &message)
{
    const QString id = incidentOfChatThread(message.thread);
    if (id.isEmpty() || message.attachments.isEmpty())
        return;
    // An entry that is made later finds the line in the mirror.
    if (const auto entry = m_known.find(id); entry != m_known.end())
        entry->tally.media += int(message.attachments.size());
}

} // namespace tocsin::emergency
