// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/IncidentDesk.h"

#include "models/FilePicker.h"
#include "models/Format.h"
#include "models/SheetText.h"
#include "models/TrackFile.h"
#include "models/domain/Channels.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr int trailPoints = 10'000;
constexpr int dispositionCount = int(Disposition::CanceledConfirmed);

/// False: an alert that is no incident.
bool mayConcernIncidents(const Event &event)
{
    const auto *change = std::get_if<AlertChange>(&event.body);
    return !change || change->alert.kind == AlertKind::Incident || change->alert.incident;
}
} // namespace

IncidentDesk::IncidentDesk(const Parts &parts, QObject *parent)
    : QObject(parent)
    , m_parts(parts)
    , m_list(parts.link, parts.alerts, parts.clock)
    , m_card(parts.clock)
    , m_log(parts.link, parts.clock)
    , m_contacts(parts.link, parts.clock)
    , m_units(parts.devices)
    , m_media(parts.chat, parts.clock)
    , m_handover({parts.link, parts.alerts, parts.people, parts.chat, parts.files, parts.clock})
{
    connect(&m_log, &IncidentLogModel::changed, this, [this] {
        m_contacts.setLog(m_log.events());
        showCard();
    });
    connect(&m_list, &IncidentListModel::countChanged, this, &IncidentDesk::showCard);
    connect(&m_handover, &Handover::said, this, &IncidentDesk::said);
    connect(&m_handover, &Handover::refused, this, &IncidentDesk::refused);
    connect(&parts.people, &PeopleModel::summaryChanged, &m_handover, &Handover::refresh);
    connect(&parts.link, &DeskLink::historyReady, this, &IncidentDesk::takeHistory);
    connect(&parts.link, &DeskLink::stateChanged, this, &IncidentDesk::showCard);
}

QStringList IncidentDesk::dispositions() const
{
    QStringList words;
    for (int one = 1; one <= dispositionCount; ++one)
        words.append(dispositionText(Disposition(one)));
    return words;
}

void IncidentDesk::setShowing(bool showing)
{
    if (showing == m_showing)
        return;
    m_showing = showing;
    Q_EMIT showingChanged();
    markSeen();
}

// --- which one

QString IncidentDesk::userOf(const Alert &alert) const
{
    return alert.userId.isEmpty() ? alert.source : alert.userId;
}

void IncidentDesk::setCurrent(const QString &alertId)
{
    if (alertId == m_currentId)
        return;
    m_currentId = alertId;
    const Alert *alert = current();
    m_log.show(alertId);
    m_contacts.show(alert ? userOf(*alert) : QString());
    showCard();
    Q_EMIT currentIdChanged();
    markSeen();
}

void IncidentDesk::open(const QString &alertId)
{
    if (!m_list.find(alertId))
        return;
    setCurrent(alertId);
    Q_EMIT selectAsked(alertId);
}

void IncidentDesk::move(int rows)
{
    if (m_list.count() == 0)
        return;
    const int from = m_list.rowOf(m_currentId);
    const int to = from < 0 ? (rows > 0 ? 0 : m_list.count() - 1) : std::clamp(from + rows, 0, m_list.count() - 1);
    open(m_list.alertIdAt(to));
}

void IncidentDesk::leave()
{
    setCurrent({});
}

void IncidentDesk::follow(const QString &alertId)
{
    if (m_list.find(alertId))
        setCurrent(alertId);
}

// --- what is asked

void IncidentDesk::ask(const RequestBody &body, const QString &what)
{
    const bool was = busy();
    m_asked.insert(m_parts.link.request(body), what);
    if (!was)
        Q_EMIT busyChanged();
}

bool IncidentDesk::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (m_quiet.remove(requestId) || m_handover.takeReply(requestId, outcome))
        return true;
    if (!m_asked.contains(requestId))
        return false;
    const QString what = m_asked.take(requestId);
    if (!busy())
        Q_EMIT busyChanged();
    if (!outcome.ok)
        Q_EMIT refused(tr("%1: %2").arg(what, outcome.message.isEmpty() ? outcome.code : outcome.message));
    return true;
}

void IncidentDesk::acknowledge()
{
    const Alert *alert = current();
    if (!alert || !isWaiting(*alert))
        return;
    ask(Acknowledge{alert->id, alert->occurrence, alert->level}, tr("It was not acknowledged"));
}

void IncidentDesk::setStage(int stage)
{
    const Alert *alert = current();
    const bool known = stage >= int(IncidentStage::Received) && stage < int(IncidentStage::Closed);
    if (!alert || !isOpen(*alert) || !known || stage == m_card.stage())
        return;
    acknowledge();
    if (!alert->care || alert->care->ownerId.isEmpty())
        claim();
    ask(SetStage{alert->id, IncidentStage(stage)}, tr("The stage was not changed"));
}

void IncidentDesk::askVerb(AlertVerb verb, const QString &what, const QString &comment)
{
    const Alert *alert = current();
    if (!alert)
        return;
    HandleAlert request;
    request.verb = verb;
    request.alertId = alert->id;
    request.comment = comment;
    ask(request, what);
}

void IncidentDesk::confirmWell()
{
    askVerb(AlertVerb::Welfare, tr("The welfare check was not confirmed"));
}

void IncidentDesk::confirmCancel()
{
    (void)close(int(Disposition::CanceledConfirmed) - 1, {});
}

bool IncidentDesk::comment(const QString &text)
{
    if (text.trimmed().isEmpty() || !current())
        return false;
    askVerb(AlertVerb::Comment, tr("The entry was not taken"), text.trimmed());
    return true;
}

void IncidentDesk::claim()
{
    askVerb(AlertVerb::Claim, tr("It was not taken"));
}

void IncidentDesk::release()
{
    askVerb(AlertVerb::Release, tr("It was not let go"));
}

void IncidentDesk::withdraw()
{
    if (current() != nullptr)
        m_handover.withdraw(m_currentId);
}

bool IncidentDesk::decline(const QString &reason)
{
    return current() != nullptr && m_handover.decline(m_currentId, reason);
}

bool IncidentDesk::transfer(int candidate, const QString &note)
{
    const Alert *alert = current();
    if (!alert)
        return false;
    const auto to = m_handover.personAt(candidate);
    if (!to) {
        Q_EMIT refused(tr("Choose who takes over."));
        return false;
    }
    HandleAlert request;
    request.verb = AlertVerb::Transfer;
    request.alertId = alert->id;
    request.toId = to->id;
    request.toName = to->name;
    request.comment = note.trimmed();
    ask(request, tr("It was not offered"));
    return true;
}

bool IncidentDesk::close(int disposition, const QString &text)
{
    const Alert *alert = current();
    if (!alert || !isOpen(*alert))
        return false;
    if (disposition < 0 || disposition >= dispositionCount) {
        Q_EMIT refused(tr("Choose how it ended."));
        return false;
    }
    CloseAlert request;
    request.alertId = alert->id;
    request.occurrence = alert->occurrence;
    request.disposition = Disposition(disposition + 1);
    request.comment = text.trimmed();
    ask(request, tr("It was not closed"));
    return true;
}

void IncidentDesk::reopen()
{
    askVerb(AlertVerb::Reopen, tr("It was not opened again"));
}

// --- what comes

void IncidentDesk::takeEvents(const QList<Event> &events)
{
    const Alert *alert = current();
    const QString user = alert ? userOf(*alert) : QString();
    for (const Event &event : events) {
        m_handover.take(event);
        if (const auto *message = std::get_if<ChatMessage>(&event.body)) {
            const bool own = message->thread == chatThreadOfIncident(m_currentId);
            const bool person = alert && isOpen(*alert) && message->thread == chatThreadOfUser(user);
            if (!own && !person)
                continue;
        }
        m_log.take(event);
    }
    if (std::any_of(events.cbegin(), events.cend(), mayConcernIncidents))
        return refresh();
    m_handover.refresh();
    showCard();
}

void IncidentDesk::reset()
{
    m_seen.clear();
    m_list.reset();
    m_log.reload();
    m_contacts.reload();
    refresh();
}

void IncidentDesk::refresh()
{
    m_list.refresh();
    m_handover.refresh();
    showCard();
    markSeen();
}

void IncidentDesk::tick()
{
    m_list.refresh();
    showCard();
    markSeen();
}

void IncidentDesk::showCard()
{
    const Alert *alert = current();
    const DeviceFacts *phone = alert ? m_parts.devices.facts(m_parts.devices.deviceOf(*alert)) : nullptr;
    m_card.show({alert, phone, &m_log.events(), m_parts.link.self(), m_parts.link.state() == DeskLink::State::Open});
    std::optional<Position> place = alert ? alert->position : std::nullopt;
    if (phone && phone->latest && phone->latest->position)
        place = phone->latest->position;
    m_units.show(place, phone ? phone->device.id : QString(), m_parts.clock.now());
    m_media.show(alert ? QStringList{chatThreadOfUser(userOf(*alert)), chatThreadOfIncident(alert->id)}
                       : QStringList());
}

/// ALERTS.md: the first console that showed it. Whoever comes second changes nothing, so it is asked once per snapshot.
void IncidentDesk::markSeen()
{
    if (!m_showing || m_parts.link.state() != DeskLink::State::Open)
        return;
    for (int row = 0; row < m_parts.alerts.count(); ++row) {
        const Alert &alert = m_parts.alerts.at(row);
        const bool unseen = alert.incident && !alert.incident->seenAt && isOpen(alert) && !m_seen.contains(alert.id);
        if (!unseen || (m_parts.queue.rowOf(alert.id) < 0 && alert.id != m_currentId))
            continue;
        m_seen.insert(alert.id);
        m_quiet.insert(m_parts.link.request(MarkSeen{alert.id}));
    }
}

// --- what goes out

void IncidentDesk::exportAs(const QString &kind)
{
    const Alert *alert = current();
    if (!alert)
        return;
    if (kind != QLatin1String("gpx")) {
        save(kind, kind == QLatin1String("html") ? reportHtml() : reportCsv());
        return;
    }
    HistoryQuery query;
    query.deviceId = m_parts.devices.deviceOf(*alert);
    if (query.deviceId.isEmpty()) {
        Q_EMIT refused(tr("No phone of %1 is known, so there is no trail.").arg(alert->sourceName));
        return;
    }
    query.channels = {channel::Latitude, channel::Longitude};
    query.from = alert->raisedAt;
    query.to = isOpen(*alert) ? m_parts.clock.now() : alert->clearedAt.value_or(m_parts.clock.now());
    query.maxPoints = trailPoints;
    m_trailQuery = m_parts.link.requestHistory(query);
}

void IncidentDesk::takeHistory(quint64 queryId, const HistoryResult &result)
{
    if (m_trailQuery == 0 || queryId != m_trailQuery)
        return;
    m_trailQuery = 0;
    const Alert *alert = current();
    if (!result.error.isEmpty() || !alert) {
        Q_EMIT refused(tr("The trail was not exported: %1").arg(result.error));
        return;
    }
    save(QStringLiteral("gpx"), gpxOf(alert->sourceName, result));
}

void IncidentDesk::save(const QString &kind, const QByteArray &bytes)
{
    const Alert *alert = current();
    if (!alert)
        return;
    FilePicker::Question question;
    question.save = true;
    question.title = tr("Export the incident");
    question.suggested = QStringLiteral("incident-%1.%2").arg(alert->id.left(8), kind);
    question.filters = {QStringLiteral("%1 (*.%2)").arg(kind.toUpper(), kind)};
    m_parts.files.ask(question, [this, bytes, id = alert->id, kind](const QList<QUrl> &files) {
        const QUrl &file = files.constFirst();
        m_parts.files.write(file, bytes, [this, file, id, kind](const QString &failed) {
            if (!failed.isEmpty()) {
                Q_EMIT refused(failed);
                return;
            }
            Q_EMIT said(tr("Saved as %1.").arg(file.toLocalFile()));
            AuditRecord record;
            record.action = QStringLiteral("export");
            record.object = id;
            record.detail = QStringLiteral("The incident as %1, file %2.").arg(kind, file.fileName());
            ask(NoteAudit{record}, tr("The export was not noted in the audit"));
        });
    });
}

QByteArray IncidentDesk::reportCsv() const
{
    QList<QStringList> rows{{tr("Time (UTC)"), tr("What"), tr("Who"), tr("Detail")}};
    for (const IncidentLogEntry &entry : m_log.entries())
        rows.append({toIso8601(entry.at), entry.title, entry.who, entry.detail});
    return sheet::csv(rows);
}

QByteArray IncidentDesk::reportHtml() const
{
    const Alert *alert = current();
    sheet::Part head;
    for (const char *name : {"name", "subtitle", "stateText", "sinceText", "message", "ownerText", "closedText"}) {
        const QString text = m_card.property(name).toString();
        if (!text.isEmpty())
            head.sentences.append(text);
    }
    head.sentences.append(
        tr("Incident %1, as of %2 UTC").arg(alert ? alert->id : QString(), toIso8601(m_parts.clock.now())));
    sheet::Part stages;
    stages.heading = tr("Stages");
    stages.table = {{tr("Stage"), tr("Reached")}};
    const QStringList times = m_card.property("stageTimes").toStringList();
    const QStringList names = m_card.property("stages").toStringList();
    for (qsizetype stage = 0; stage < names.size(); ++stage)
        stages.table.append({names[stage], times.value(stage, format::unknown())});
    sheet::Part log;
    log.heading = tr("Log");
    log.table = {{tr("Time (UTC)"), tr("What"), tr("Who"), tr("Detail")}};
    for (const IncidentLogEntry &entry : m_log.entries())
        log.table.append({toIso8601(entry.at), entry.title, entry.who, entry.detail});
    return sheet::html(tr("Incident of %1").arg(alert ? alert->sourceName : QString()), {head, stages, log});
}

} // namespace tocsin
