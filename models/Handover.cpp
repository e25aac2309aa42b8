// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Handover.h"

#include "models/AlertWords.h"
#include "models/FilePicker.h"
#include "models/Format.h"
#include "models/IncidentLogText.h"
#include "models/SheetText.h"

#include <QUuid>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
using namespace std::chrono_literals;
constexpr auto shownFor = 12h; ///< a shift: an older line in the operators' room says nothing of this one
constexpr qsizetype longestNote = 4000;

/// The id under which the line in the operators' room is sent: to whom, how many items.
struct LineName
{
    QString toId;
    int items = 0;

    [[nodiscard]] QString make() const
    {
        return QStringLiteral("handover/%1/%2/%3")
            .arg(items)
            .arg(QUuid::createUuid().toString(QUuid::WithoutBraces).left(8), toId);
    }
    [[nodiscard]] static std::optional<LineName> read(const QString &name)
    {
        if (!name.startsWith(QLatin1String("handover/")))
            return std::nullopt;
        return LineName{name.section(QLatin1Char('/'), 3), name.section(QLatin1Char('/'), 1, 1).toInt()};
    }
};

QString itemsText(int items)
{
    return items == 1 ? Handover::tr("1 item") : Handover::tr("%1 items").arg(items);
}

QString nameOf(const Alert &alert)
{
    return alert.sourceName.isEmpty() ? alert.source : alert.sourceName;
}
} // namespace

Handover::Handover(const Parts &parts, QObject *parent)
    : QObject(parent)
    , m_parts(parts)
    , m_itemsNews([this] { refreshItems(); }, 1s)
{
    connect(&m_outgoing, &HandoverModel::includedChanged, this, &Handover::changed);
}

QStringList Handover::candidates() const
{
    QStringList names;
    for (const Person &person : m_candidates)
        names.append(person.name);
    return names;
}

std::optional<Handover::Person> Handover::personAt(int candidate) const
{
    return candidate >= 0 && candidate < m_candidates.size() ? std::optional<Person>(m_candidates[candidate])
                                                             : std::nullopt;
}

int Handover::candidate() const
{
    const auto it =
        std::find_if(m_candidates.cbegin(), m_candidates.cend(), [this](const Person &p) { return p.id == m_toId; });
    return it == m_candidates.cend() ? -1 : int(it - m_candidates.cbegin());
}

void Handover::setCandidate(int candidate)
{
    if (candidate == this->candidate() || candidate < 0 || candidate >= m_candidates.size())
        return;
    m_toId = m_candidates[candidate].id;
    Q_EMIT candidatesChanged();
}

void Handover::setShiftNote(const QString &note)
{
    const QString kept = note.left(longestNote);
    if (kept == m_shiftNote)
        return;
    m_shiftNote = kept;
    Q_EMIT shiftNoteChanged();
}

// --- what is asked

void Handover::ask(const RequestBody &body, const QString &what)
{
    m_asked.insert(m_parts.link.request(body), what);
}

void Handover::offer()
{
    const int to = candidate();
    if (to < 0) {
        Q_EMIT refused(tr("Choose who takes over."));
        return;
    }
    const Person person = m_candidates[to];
    QStringList lines;
    for (const HandoverModel::Item &item : m_outgoing.items()) {
        if (!m_outgoing.isIncluded(item))
            continue;
        HandleAlert request;
        request.verb = AlertVerb::Transfer;
        request.alertId = item.alertId;
        request.toId = person.id;
        request.toName = person.name;
        request.comment = m_outgoing.noteOf(item.alertId).trimmed();
        m_decided.remove(item.alertId);
        ask(request, tr("%1 was not offered").arg(item.title));
        lines.append(request.comment.isEmpty() ? item.title : tr("%1: %2").arg(item.title, request.comment));
    }
    if (lines.isEmpty() && m_shiftNote.trimmed().isEmpty()) {
        Q_EMIT refused(tr("There is nothing to hand over: tick an item, or write a note."));
        return;
    }
    SendChat line;
    line.thread = operatorsThread();
    line.fromDesk = true;
    line.clientMessageId = LineName{person.id, int(lines.size())}.make();
    line.text = tr("Shift hand-over to %1, %2.").arg(person.name, itemsText(int(lines.size())));
    if (!m_shiftNote.trimmed().isEmpty())
        line.text += QLatin1Char('\n') + m_shiftNote.trimmed();
    ask(line, tr("The note of the shift was not sent"));
    setShiftNote({});
    refresh();
}

void Handover::accept(const QString &alertId)
{
    HandleAlert request;
    request.verb = AlertVerb::Claim;
    request.alertId = alertId;
    ask(request, tr("%1 was not taken over").arg(titleOf(alertId)));
}

void Handover::acceptAll()
{
    const QList<HandoverModel::Item> items = m_incoming.items();
    for (const HandoverModel::Item &item : items)
        accept(item.alertId);
}

void Handover::withdraw(const QString &alertId)
{
    HandleAlert request;
    request.verb = AlertVerb::Transfer;
    request.alertId = alertId;
    request.toId = m_parts.link.self().id;
    ask(request, tr("The offer of %1 was not withdrawn").arg(titleOf(alertId)));
}

bool Handover::decline(const QString &alertId, const QString &reason)
{
    if (reason.trimmed().isEmpty()) {
        Q_EMIT refused(tr("Say why you do not take it over."));
        return false;
    }
    HandleAlert request;
    request.verb = AlertVerb::Release;
    request.alertId = alertId;
    request.comment = reason.trimmed();
    ask(request, tr("%1 was not declined").arg(titleOf(alertId)));
    return true;
}

bool Handover::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (!m_asked.contains(requestId))
        return false;
    const QString what = m_asked.take(requestId);
    if (!outcome.ok)
        Q_EMIT refused(tr("%1: %2").arg(what, outcome.message.isEmpty() ? outcome.code : outcome.message));
    return true;
}

// --- what comes back

QString Handover::titleOf(const QString &alertId) const
{
    const Alert *alert = m_parts.alerts.find(alertId);
    return alert ? tr("%1 · %2").arg(nameOf(*alert), alert->code) : alertId;
}

void Handover::take(const Event &event)
{
    const auto *change = std::get_if<AlertChange>(&event.body);
    if (!change)
        return;
    const AlertCare care = change->alert.care.valueOr({});
    const Offer before = m_offers.value(change->alert.id);
    if (before.own && change->verb == AlertVerb::Claim && change->reason == QLatin1String("accepted")) {
        m_decided.insert(change->alert.id, {true, tr("accepted by %1").arg(care.ownerName)});
        Q_EMIT said(tr("%1 took over %2.").arg(care.ownerName, titleOf(change->alert.id)));
    } else if (before.own && change->verb == AlertVerb::Release && change->reason == QLatin1String("declined")) {
        const QString why = change->comment.isEmpty() ? tr("no reason given") : change->comment;
        m_decided.insert(change->alert.id, {false, tr("declined by %1: %2").arg(before.toName, why)});
        Q_EMIT refused(tr("%1 does not take over %2: %3").arg(before.toName, titleOf(change->alert.id), why));
    } else if (change->verb == AlertVerb::Transfer && change->reason == QLatin1String("withdrawn") &&
               before.toId == m_parts.link.self().id && !before.toId.isEmpty()) {
        const QString who = event.actor.name.isEmpty() ? event.actor.id : event.actor.name;
        Q_EMIT said(tr("%1 does not hand over %2 any more.").arg(who, titleOf(change->alert.id)));
    }
    keepOffer(change->alert);
}

void Handover::keepOffer(const Alert &alert)
{
    const AlertCare care = alert.care.valueOr({});
    if (care.offeredToId.isEmpty())
        m_offers.remove(alert.id);
    else
        m_offers.insert(alert.id,
                        {AlertWords::isOfferedBy(care, m_parts.link.self()), care.offeredToId, care.offeredToName});
}

void Handover::setShown(bool shown)
{
    if (m_shown == shown)
        return;
    m_shown = shown;
    Q_EMIT shownChanged();
    if (shown)
        refreshItems();
}

void Handover::refresh()
{
    refreshCandidates();
    m_itemsNews.say(m_parts.alerts.count() > AlertListModel::Many);
}

void Handover::refreshCandidates()
{
    const Actor self = m_parts.link.self();
    QList<Person> candidates;
    for (int row = 0; row < m_parts.people.count(); ++row) {
        const QModelIndex at = m_parts.people.index(row);
        const QString id = m_parts.people.data(at, PeopleModel::PersonIdRole).toString();
        if (!id.isEmpty() && id != self.id)
            candidates.append({id, m_parts.people.data(at, PeopleModel::PersonNameRole).toString()});
    }
    if (candidates != m_candidates) {
        m_candidates = candidates;
        if (candidate() < 0)
            m_toId = m_candidates.size() == 1 ? m_candidates.constFirst().id : QString();
        Q_EMIT candidatesChanged();
    }
}

void Handover::refreshItems()
{
    const Actor self = m_parts.link.self();
    QList<const Alert *> open;
    m_offers.clear();
    for (int row = 0; row < m_parts.alerts.count(); ++row) {
        const Alert &alert = m_parts.alerts.at(row);
        if (!isOpen(alert))
            continue;
        const bool offered = alert.care && !alert.care->offeredToId.isEmpty();
        if (offered)
            keepOffer(alert);
        if (m_shown || offered || m_decided.contains(alert.id))
            open.append(&alert);
    }
    std::stable_sort(open.begin(), open.end(), [](const Alert *a, const Alert *b) {
        return a->level != b->level ? a->level > b->level : a->raisedAt < b->raisedAt;
    });
    QList<HandoverModel::Item> out;
    QList<HandoverModel::Item> in;
    for (const Alert *alert : std::as_const(open)) {
        const AlertCare care = alert->care.valueOr({});
        HandoverModel::Item item;
        item.alertId = alert->id;
        item.title = titleOf(alert->id);
        item.level = int(alert->level);
        item.waits = isWaiting(*alert);
        const QString stage = alert->incident && alert->acked ? stageText(alert->incident->stage).toLower()
                              : alert->acked                  ? tr("acknowledged")
                                                              : tr("not acknowledged");
        const QString owner = care.ownerId.isEmpty()    ? tr("nobody handles it")
                              : care.ownerId == self.id ? tr("you")
                                                        : care.ownerName;
        item.detail =
            tr("%1 · since %2 · %3").arg(stage, format::hourMinute(alert->raisedAt, m_parts.clock.zone), owner);
        item.note = care.offerNote;
        item.from = care.offeredBy;
        const bool offeredByMe = AlertWords::isOfferedBy(care, self);
        const bool mine = care.ownerId.isEmpty() || care.ownerId == self.id;
        const Decision decided = m_decided.value(alert->id);
        if (offeredByMe) {
            item.state = HandoverModel::Offered;
            item.stateText = tr("offered to %1").arg(care.offeredToName);
        } else if (!decided.text.isEmpty() && decided.accepted != mine) { // else it went on since
            item.state = decided.accepted ? HandoverModel::Accepted : HandoverModel::Declined;
            item.stateText = decided.text;
        }
        if (mine || offeredByMe || item.state == HandoverModel::Accepted)
            out.append(item);
        if (!care.offeredToId.isEmpty() && care.offeredToId == self.id)
            in.append(item);
    }
    for (HandoverModel::Item &item : in) {
        item.state = HandoverModel::Offered;
        item.stateText.clear();
    }
    m_outgoing.assign(out);
    m_incoming.assign(in);
    Q_EMIT changed();
}

const ChatMessage *Handover::newestLine(bool own, const QString &with) const
{
    const ChatLog::Thread *room = m_parts.chat.find(operatorsThread());
    if (room == nullptr)
        return nullptr;
    const Actor self = m_parts.link.self();
    const TimePoint since = m_parts.clock.now() - shownFor;
    for (auto it = room->messages.crbegin(); it != room->messages.crend() && it->at >= since; ++it) {
        const auto name = LineName::read(it->clientMessageId);
        if (!name)
            continue;
        const bool fits = own ? it->senderId == self.id && (with.isEmpty() || name->toId == with)
                              : name->toId == self.id && it->senderName == with;
        if (fits)
            return &*it;
    }
    return nullptr;
}

QString Handover::progressText() const
{
    int waiting = 0;
    int accepted = 0;
    int declined = 0;
    QString to;
    for (const HandoverModel::Item &item : m_outgoing.items()) {
        waiting += item.state == HandoverModel::Offered ? 1 : 0;
        accepted += item.state == HandoverModel::Accepted ? 1 : 0;
        declined += item.state == HandoverModel::Declined ? 1 : 0;
        if (item.state == HandoverModel::Offered)
            to = m_offers.value(item.alertId).toName;
    }
    const ChatMessage *line = newestLine(true, {});
    const int items = line ? LineName::read(line->clientMessageId).value_or(LineName()).items : 0;
    if (waiting + accepted + declined == 0)
        return {};
    QStringList parts;
    if (waiting > 0)
        parts.append(tr("%1 has %2 of %3 still to answer").arg(to).arg(waiting).arg(std::max(items, waiting)));
    if (accepted > 0)
        parts.append(tr("%1 accepted").arg(accepted));
    if (declined > 0)
        parts.append(tr("%1 declined").arg(declined));
    return parts.join(QStringLiteral(" · "));
}

QString Handover::incomingText() const
{
    QStringList from;
    for (const HandoverModel::Item &item : m_incoming.items())
        from.append(item.from);
    const int items = int(from.size());
    from.removeDuplicates();
    if (items == 0)
        return {};
    return from.size() == 1 ? tr("%1 hands over %2").arg(from.constFirst(), itemsText(items))
                            : tr("%1 hand over %2").arg(from.join(tr(" and ")), itemsText(items));
}

QString Handover::incomingNote() const
{
    QStringList notes;
    QStringList seen;
    for (const HandoverModel::Item &item : m_incoming.items()) {
        if (seen.contains(item.from))
            continue;
        seen.append(item.from);
        if (const ChatMessage *line = newestLine(false, item.from))
            notes.append(line->text.section(QLatin1Char('\n'), 1));
    }
    notes.removeAll(QString());
    return notes.join(QLatin1Char('\n'));
}

// --- the sheet

QByteArray Handover::sheetCsv() const
{
    QList<QStringList> rows{{tr("Item"), tr("State"), tr("Note"), tr("Hand-over")}};
    for (const HandoverModel::Item &item : m_outgoing.items())
        rows.append({item.title, item.detail,
                     item.state == HandoverModel::Offered ? item.note : m_outgoing.noteOf(item.alertId),
                     item.stateText});
    for (const HandoverModel::Item &item : m_incoming.items())
        rows.append({item.title, item.detail, item.note, tr("offered by %1").arg(item.from)});
    return sheet::csv(rows);
}

QByteArray Handover::sheetHtml() const
{
    const TimePoint now = m_parts.clock.now();
    sheet::Part head;
    head.sentences = {tr("%1, %2 %3")
                          .arg(m_parts.link.self().name, format::date(now, m_parts.clock.zone),
                               format::timeOfDay(now, m_parts.clock.zone))};
    for (const QString &line : {progressText(), incomingText(), m_shiftNote.trimmed(), incomingNote()}) {
        if (!line.isEmpty())
            head.sentences.append(line);
    }
    if (const ChatMessage *line = newestLine(true, {}))
        head.sentences.append(line->text);
    sheet::Part out;
    out.heading = tr("Open items");
    out.table = {{tr("Item"), tr("State"), tr("Note"), tr("Hand-over")}};
    for (const HandoverModel::Item &item : m_outgoing.items())
        out.table.append({item.title, item.detail,
                          item.state == HandoverModel::Offered ? item.note : m_outgoing.noteOf(item.alertId),
                          item.stateText});
    sheet::Part in;
    in.heading = m_incoming.count() > 0 ? tr("Offered to you") : QString();
    for (const HandoverModel::Item &item : m_incoming.items()) {
        if (in.table.isEmpty())
            in.table.append(QStringList{tr("Item"), tr("State"), tr("Note"), tr("From")});
        in.table.append({item.title, item.detail, item.note, item.from});
    }
    return sheet::html(tr("Shift hand-over"), {head, out, in});
}

void Handover::exportSheet(const QString &kind)
{
    const bool html = kind == QLatin1String("html");
    FilePicker::Question question;
    question.save = true;
    question.title = tr("Export the hand-over");
    question.suggested = html ? QStringLiteral("handover.html") : QStringLiteral("handover.csv");
    question.filters = {html ? tr("Web page (*.html)") : tr("Comma-separated values (*.csv)")};
    const QByteArray bytes = html ? sheetHtml() : sheetCsv();
    m_parts.files.ask(question, [this, bytes](const QList<QUrl> &files) {
        const QUrl &file = files.constFirst();
        m_parts.files.write(file, bytes, [this, file](const QString &failed) {
            if (!failed.isEmpty()) {
                Q_EMIT refused(failed);
                return;
            }
            Q_EMIT said(tr("Saved as %1.").arg(file.toLocalFile()));
            AuditRecord record;
            record.action = QStringLiteral("export");
            record.object = file.fileName();
            record.detail = QStringLiteral("The sheet of a shift hand-over.");
            ask(NoteAudit{record}, tr("The export was not noted in the audit"));
        });
    });
}

} // namespace tocsin
