// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertDesk.h"

#include "models/AlertWords.h"
#include "models/Format.h"
#include "models/TableExport.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr int rememberAfterMs = 1000;
constexpr qint64 largestMemory = 65'536;
} // namespace

AlertDesk::AlertDesk(DeskLink &link, AlertListModel &alerts, AlertQueueModel &queue, FilePicker &files,
                     ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_alerts(alerts)
    , m_queue(queue)
    , m_files(files)
    , m_clock(std::move(clock))
    , m_history(link, m_clock)
    , m_table(alerts, m_history.list(), link)
    , m_actions(link, alerts, m_history, m_clock)
    , m_detail(link, m_clock)
    , m_kpis(m_clock)
    , m_tabNews([this] { Q_EMIT tabTextsChanged(); })
{
    connect(&m_actions, &AlertActions::refused, this, &AlertDesk::refused);
    connect(&m_actions, &AlertActions::said, this, &AlertDesk::said);
    connect(&m_actions, &AlertActions::refusedByDesk, this, [this] { m_kpis.refused(); });
    connect(&alerts, &AlertListModel::refused, this, [this] { m_kpis.refused(); });
    connect(&alerts, &AlertListModel::dataChanged, this, [this](const QModelIndex &first, const QModelIndex &last) {
        if (const int row = m_alerts.rowOf(m_selected); row >= first.row() && row <= last.row())
            showDetail();
    });
    connect(&m_history, &AlertHistory::changed, this, &AlertDesk::renewTabs);
    m_remember.setSingleShot(true);
    m_remember.setInterval(rememberAfterMs);
    connect(&m_remember, &QTimer::timeout, this, &AlertDesk::remember);
    const auto soon = [this] {
        if (!m_memory.isEmpty())
            m_remember.start();
    };
    connect(&m_table, &AlertTable::filterChanged, this, soon);
    connect(&m_table, &AlertTable::sortChanged, this, soon);
    connect(&m_table, &AlertTable::tabChanged, this, soon);
    connect(&m_table, &AlertTable::tabChanged, this, [this] {
        if (m_table.tab() == AlertTable::History && !m_history.started())
            m_history.more();
    });
    renewTabs();
}

void AlertDesk::setShown(bool shown)
{
    if (shown == m_shown)
        return;
    m_shown = shown;
    Q_EMIT shownChanged();
}

// --- what the desk tells

void AlertDesk::reset(const QList<Alert> &alerts, TimePoint now)
{
    QList<Alert> open;
    std::copy_if(alerts.cbegin(), alerts.cend(), std::back_inserter(open),
                 [](const Alert &alert) { return isOpen(alert); });
    m_kpis.reset(open, now);
    m_history.reset(alerts, now);
    finish();
}

void AlertDesk::take(const Event &event, TimePoint now)
{
    m_detail.take(event);
    const auto *change = std::get_if<AlertChange>(&event.body);
    if (!change)
        return;
    m_kpis.take(*change, now);
    m_flood.take(*change, now);
    if (const Alert *known = m_alerts.find(change->alert.id))
        m_history.take(*known, now); // an overtaken change left the newer facts in place
}

void AlertDesk::finish()
{
    m_queue.setFlood(m_flood.facts().flooding);
    renewTabs();
    showDetail();
}

void AlertDesk::select(const QString &alertId)
{
    m_selected = alertId;
    m_actions.look(alertId);
    showDetail();
}

void AlertDesk::showDetail()
{
    const int row = m_alerts.rowOf(m_selected);
    if (row >= 0) {
        const QModelIndex index = m_alerts.index(row);
        m_detail.show(&m_alerts.at(row), index.data(AlertListModel::BusyTextRole).toString(),
                      index.data(AlertListModel::AgeTextRole).toString());
        return;
    }
    AlertListModel &past = m_history.list();
    const int pastRow = past.rowOf(m_selected);
    m_detail.show(past.find(m_selected), {},
                  pastRow < 0 ? QString() : past.index(pastRow).data(AlertListModel::AgeTextRole).toString());
}

void AlertDesk::setPeople(const QList<OnlinePerson> &people)
{
    m_actions.setPeople(people);
    const auto staff = std::count_if(people.cbegin(), people.cend(),
                                     [](const OnlinePerson &person) { return person.role >= Role::Dispatcher; });
    m_kpis.setOperators(int(staff), m_clock.now());
}

bool AlertDesk::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (!m_notes.remove(requestId))
        return m_actions.takeReply(requestId, outcome);
    if (!outcome.ok)
        Q_EMIT failed(tr("The export is not in the audit log: %1").arg(outcome.message));
    return true;
}

void AlertDesk::tick(TimePoint now)
{
    m_flood.tick(now);
    m_queue.setFlood(m_flood.facts().flooding);
    m_actions.tick(now);
    m_detail.tick(now);
    m_kpis.tick(now);
}

void AlertDesk::renewTabs()
{
    const AlertTally &tally = m_alerts.tally();
    const auto count = [](int n) { return format::number(n, 0); };
    const int past = m_history.list().tally().closed();
    const QStringList texts{tr("Active %1").arg(count(tally.active())),
                            tr("Shelved %1").arg(count(tally.held(AlertHold::Shelved))),
                            tr("Suppressed %1").arg(count(tally.held(AlertHold::Suppressed))),
                            tr("Out of service %1").arg(count(tally.held(AlertHold::OutOfService))),
                            m_history.complete() ? tr("History %1").arg(count(past))
                            : past > 0           ? tr("History %1+").arg(count(past))
                                                 : tr("History")};
    if (texts == m_tabTexts)
        return;
    m_tabTexts = texts;
    m_tabNews.say(m_flood.facts().flooding);
}

// --- what the operator does

QStringList AlertDesk::targets() const
{
    if (m_shown && m_table.marked() > 0)
        return m_table.markedIds();
    return m_selected.isEmpty() ? QStringList() : QStringList{m_selected};
}

void AlertDesk::move(int rows, bool mark)
{
    if (m_table.count() == 0)
        return;
    const QString from = m_selected;
    const QString to = m_table.alertIdAt(std::clamp(m_table.rowOf(from) + rows, 0, m_table.count() - 1));
    if (mark && m_table.marked() == 0)
        m_table.toggleMark(from); // where the range begins
    pick(to);
    if (mark)
        m_table.markTo(to);
}

void AlertDesk::pickSource(const QString &alertId)
{
    const Alert *alert = m_alerts.find(alertId);
    if (!alert)
        alert = m_history.list().find(alertId);
    if (alert)
        m_table.setSource(alert->source);
}

void AlertDesk::act(int verb)
{
    m_actions.start(static_cast<AlertVerbs::Verb>(verb), targets());
}

void AlertDesk::actOn(int verb, const QString &alertId)
{
    m_actions.start(static_cast<AlertVerbs::Verb>(verb), {alertId});
}

void AlertDesk::acknowledgeAllVisible()
{
    QStringList ids;
    const auto add = [this, &ids](const QString &id) {
        const Alert *alert = m_alerts.find(id);
        if (alert && isWaiting(*alert))
            ids.append(id);
    };
    if (m_shown) {
        for (int row = 0; row < m_table.count(); ++row)
            add(m_table.alertIdAt(row));
    } else {
        for (int row = 0; row < m_queue.count(); ++row)
            add(m_queue.alertIdAt(row));
    }
    if (ids.isEmpty())
        Q_EMIT said(tr("Nothing here waits for an acknowledge."));
    else
        m_actions.start(AlertVerbs::Acknowledge, ids);
}

bool AlertDesk::trigger(const QString &actionId)
{
    if (actionId == QLatin1String("acknowledgeAll"))
        acknowledgeAllVisible();
    else if (actionId == QLatin1String("undo"))
        m_actions.undo();
    else if (const AlertVerbs::Verb verb = AlertVerbs::verbOf(actionId); verb != AlertVerbs::None)
        act(verb);
    else
        return false;
    return true;
}

// --- files

void AlertDesk::exportTable()
{
    QList<QStringList> rows;
    const auto at = [](const std::optional<TimePoint> &t) { return t ? toIso8601(*t) : QString(); };
    const auto number = [](const std::optional<double> &value) {
        return value ? QString::number(*value, 'g', 10) : QString();
    };
    for (int row = 0; row < m_table.count(); ++row) {
        const Alert &alert = m_table.at(row);
        const AlertCare care = alert.care ? *alert.care : AlertCare();
        rows.append({alert.id,
                     toString(stateOf(alert)),
                     toString(alert.level),
                     toString(alert.kind),
                     alert.code,
                     alert.message.isEmpty() ? alert.title : alert.message,
                     alert.source,
                     AlertWords::who(alert),
                     number(alert.value),
                     number(alert.threshold),
                     alert.unit,
                     toIso8601(alert.raisedAt),
                     at(alert.ackedAt),
                     alert.ackedBy,
                     at(alert.clearedAt),
                     at(care.closedAt),
                     care.closedBy,
                     toString(care.disposition),
                     QString::number(alert.occurrence),
                     QString::number(alert.count),
                     care.ownerName,
                     toString(alert.hold),
                     at(care.heldUntil),
                     care.holdReason,
                     alert.simulated ? QStringLiteral("true") : QStringLiteral("false")});
    }
    const QStringList head{QStringLiteral("id"),
                           QStringLiteral("state"),
                           QStringLiteral("level"),
                           QStringLiteral("kind"),
                           QStringLiteral("code"),
                           QStringLiteral("message"),
                           QStringLiteral("source"),
                           QStringLiteral("source_name"),
                           QStringLiteral("value"),
                           QStringLiteral("limit"),
                           QStringLiteral("unit"),
                           QStringLiteral("raised_at"),
                           QStringLiteral("acknowledged_at"),
                           QStringLiteral("acknowledged_by"),
                           QStringLiteral("cleared_at"),
                           QStringLiteral("closed_at"),
                           QStringLiteral("closed_by"),
                           QStringLiteral("disposition"),
                           QStringLiteral("occurrence"),
                           QStringLiteral("count"),
                           QStringLiteral("owner"),
                           QStringLiteral("hold"),
                           QStringLiteral("held_until"),
                           QStringLiteral("hold_reason"),
                           QStringLiteral("simulated")};
    exportAs(tr("Export the alerts"), QStringLiteral("alerts"), head, rows,
             QStringLiteral("%1 alerts of the tab %2.").arg(rows.size()).arg(m_tabTexts.value(m_table.tab())));
}

void AlertDesk::exportKpis()
{
    exportAs(tr("Export the figures"), QStringLiteral("alert-figures"),
             {QStringLiteral("figure"), QStringLiteral("value")}, m_kpis.table(m_clock.now()),
             QStringLiteral("Figures of alerts."));
}

void AlertDesk::exportAs(const QString &title, const QString &name, const QStringList &head,
                         const QList<QStringList> &rows, const QString &detail)
{
    FilePicker::Question question;
    question.save = true;
    question.title = title;
    question.suggested = name + QStringLiteral(".csv");
    question.filters = {tr("Comma-separated values (*.csv)"), tr("JSON (*.json)")};
    m_files.ask(question, [this, head, rows, detail](const QList<QUrl> &files) {
        const QUrl &file = files.constFirst();
        const bool json = file.fileName().endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
        m_files.write(file, json ? tables::json(head, rows) : tables::csv(head, rows),
                      [this, file, detail, json](const QString &problem) {
                          if (!problem.isEmpty()) {
                              Q_EMIT failed(problem);
                              return;
                          }
                          Q_EMIT said(tr("Exported to %1.").arg(file.toLocalFile()));
                          // Data has left the desk: who took what out is in the audit.
                          AuditRecord record;
                          record.action = QStringLiteral("export");
                          record.object = file.fileName();
                          record.detail = detail + (json ? QStringLiteral(" JSON.") : QStringLiteral(" CSV."));
                          m_notes.insert(m_link.request(NoteAudit{record}));
                      });
    });
}

// --- what is remembered

void AlertDesk::rememberIn(const QString &file)
{
    m_memory.clear();
    QFile kept(file);
    if (kept.open(QIODevice::ReadOnly)) {
        const QJsonDocument document = QJsonDocument::fromJson(kept.read(largestMemory));
        m_table.restore(document.object().value(QLatin1String("alerts")).toObject());
    }
    m_memory = file;
}

void AlertDesk::remember()
{
    QDir().mkpath(QFileInfo(m_memory).absolutePath());
    QSaveFile file(m_memory);
    const QJsonObject all{{QStringLiteral("alerts"), m_table.remembered()}};
    // What cannot be kept is set anew by the operator: no reason to bother one in the middle of a shift.
    if (file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(all).toJson()) > 0)
        file.commit();
}

} // namespace tocsin
