// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyAlertPages.h"

#include <QJsonArray>

namespace tocsin::emergency {

namespace {
constexpr int mostListed = 1000;
constexpr int usuallyListed = 100;

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

bool isActive(const QString &status)
{
    return status == QLatin1String("active") || status == QLatin1String("acknowledged") ||
           status == QLatin1String("responding");
}

/// What a list is narrowed to.
struct Filter
{
    QString status;
    bool activeOnly = false;
    std::optional<TimePoint> from;
    std::optional<TimePoint> before;

    [[nodiscard]] bool takes(const Alert &alert, View view) const
    {
        const QString is = statusOf(alert, view);
        return (status.isEmpty() || is == status) && (!activeOnly || isActive(is)) &&
               (!from || alert.raisedAt >= *from) && (!before || alert.raisedAt < *before);
    }
};

/// An ISO time; a date alone is its midnight (UTC), or the next one where the whole day is meant.
std::optional<TimePoint> timeOf(QString text, bool wholeDay)
{
    constexpr int dateLength = 10;
    // A '+' of the zone that was not escaped arrives as a blank.
    auto time = timeFromIso8601(text.replace(QLatin1Char(' '), QLatin1Char('+')));
    if (time && wholeDay && text.size() == dateLength)
        *time += std::chrono::days(1);
    return time;
}

std::variant<Filter, FieldError> filterOf(const QUrlQuery &query)
{
    static const QStringList statuses{text("active"),   text("acknowledged"), text("responding"),
                                      text("resolved"), text("false_alarm"),  text("canceled")};
    Filter filter;
    filter.status = query.queryItemValue(text("status"));
    if (filter.status == QLatin1String("cancelled"))
        filter.status = text("canceled");
    if (!filter.status.isEmpty() && !statuses.contains(filter.status))
        return FieldError{text("status"), text("status must be one of ") + statuses.join(QLatin1String(", "))};
    const QString active = query.queryItemValue(text("active_only")).toLower();
    filter.activeOnly = active == QLatin1String("true") || active == QLatin1String("1");
    const QString from = query.queryItemValue(text("date_from"), QUrl::FullyDecoded);
    const QString to = query.queryItemValue(text("date_to"), QUrl::FullyDecoded);
    filter.from = timeOf(from, false);
    filter.before = timeOf(to, true);
    if (!from.isEmpty() && !filter.from)
        return FieldError{text("date_from"), text("date_from must be a date or a time")};
    if (!to.isEmpty() && !filter.before)
        return FieldError{text("date_to"), text("date_to must be a date or a time")};
    return filter;
}
} // namespace

void AlertPages::serve(const Visit &visit)
{
    switch (visit.page) {
    case Page::List:
        return list(visit);
    case Page::Stats:
        return stats(visit);
    case Page::Dashboard: {
        QJsonObject body = m_parts.stats.figures();
        body.insert(text("stats"), m_parts.stats.figures());
        return visit.respond(done(200, body));
    }
    case Page::Detail:
        return detail(visit);
    default:
        break;
    }
    const auto read = bodyOf(visit.request);
    if (const auto *wrong = std::get_if<FieldError>(&read))
        return visit.respond(refused(400, wrong->message));
    const auto &body = std::get<QJsonObject>(read);
    if (visit.page == Page::Create)
        create(visit, body);
    else if (visit.page == Page::Location)
        place(visit, body);
    else
        change(visit, body);
}

QJsonObject AlertPages::objectOf(const QString &alertId, const Principal &caller)
{
    const Alert *alert = m_parts.incidents.find(alertId);
    return alert != nullptr ? m_parts.incidents.object(*alert, viewFor(caller, *alert))
                            : QJsonObject{{text("id"), alertId}}; // the mirror is being filled anew
}

void AlertPages::create(const Visit &visit, const QJsonObject &body)
{
    const auto read = readPanic(body);
    if (const auto *wrong = std::get_if<FieldError>(&read))
        return visit.respond(refused(400, wrong->message));
    const Actor actor = actorOf(visit.caller, visit.caller.id, {});
    m_parts.desk.raise(std::get<RaisePanic>(read), actor,
                       [this, caller = visit.caller, respond = visit.respond](const Outcome &outcome) {
                           if (!outcome.ok)
                               return respond(refused(outcome, outcome.message));
                           respond(done(201, {{text("id"), outcome.ref},
                                              {text("alert_id"), outcome.ref},
                                              {text("message"), text("Panic alert created successfully")},
                                              {text("alert"), objectOf(outcome.ref, caller)}}));
                       });
}

void AlertPages::list(const Visit &visit)
{
    const auto limit = limitOf(visit.request, usuallyListed, mostListed);
    if (!limit)
        return visit.respond(refused(400, text("limit must be 1 to 1000")));
    const auto filter = filterOf(visit.request.query);
    if (const auto *wrong = std::get_if<FieldError>(&filter))
        return visit.respond(refused(400, wrong->message));
    AlertsQuery wanted;
    wanted.source = visit.caller.isStaff() ? QString() : visit.caller.id;
    wanted.incidentsOnly = true;
    wanted.limit = mostListed;
    m_parts.services.archive.alerts(
        wanted,
        m_parts.replies.expect<AlertsResult>([this, limit, filter = std::get<Filter>(filter), caller = visit.caller,
                                              respond = visit.respond](const AlertsResult &result) {
            if (!result.error.isEmpty())
                return respond(refused(503, text("The alerts cannot be read at the moment")));
            QJsonArray alerts;
            for (const Alert &alert : result.alerts) {
                const View view = viewFor(caller, alert);
                if (alerts.size() < *limit && filter.takes(alert, view))
                    alerts.append(m_parts.incidents.object(alert, view));
            }
            respond(done(200, {{text("count"), alerts.size()}, {text("results"), alerts}, {text("alerts"), alerts}}));
        }));
}

void AlertPages::stats(const Visit &visit)
{
    AlertsQuery wanted;
    wanted.source = visit.caller.isStaff() ? QString() : visit.caller.id;
    wanted.incidentsOnly = true;
    wanted.countAll = true;
    wanted.limit = mostListed;
    m_parts.services.archive.alerts(
        wanted, m_parts.replies.expect<AlertsResult>(
                    [this, caller = visit.caller, respond = visit.respond](const AlertsResult &result) {
                        if (!result.error.isEmpty())
                            return respond(refused(503, text("The alerts cannot be read at the moment")));
                        const auto today = std::chrono::floor<std::chrono::days>(m_parts.options.clock());
                        QHash<QString, int> of;
                        int active = 0;
                        int ofToday = 0;
                        for (const Alert &alert : result.alerts) {
                            const QString status = statusOf(alert, viewFor(caller, alert));
                            ++of[status];
                            active += isActive(status) ? 1 : 0;
                            ofToday += std::chrono::floor<std::chrono::days>(alert.raisedAt) == today ? 1 : 0;
                        }
                        const QJsonObject figures{{text("total_alerts"), result.total},
                                                  {text("active_alerts"), active},
                                                  {text("alerts_today"), ofToday},
                                                  {text("acknowledged_alerts"), of.value(text("acknowledged"))},
                                                  {text("responding_alerts"), of.value(text("responding"))},
                                                  {text("resolved_alerts"), of.value(text("resolved"))},
                                                  {text("false_alarms"), of.value(text("false_alarm"))},
                                                  {text("canceled_alerts"), of.value(text("canceled"))}};
                        QJsonObject body = figures;
                        body.insert(text("stats"), figures);
                        respond(done(200, body));
                    }));
}

void AlertPages::detail(const Visit &visit)
{
    const Alert *alert = m_parts.incidents.find(visit.object);
    if (alert == nullptr)
        return visit.respond(refused(404, text("Alert not found")));
    QJsonObject body = m_parts.incidents.object(*alert, viewFor(visit.caller, *alert));
    body.insert(text("alert"), body);
    visit.respond(done(200, body));
}

void AlertPages::change(const Visit &visit, const QJsonObject &body)
{
    const QString id = visit.object;
    const Actor actor = actorOf(visit.caller, m_parts.incidents.personOf(id), {});
    const auto answered = [&](const char *word, const char *closedText) {
        return [this, id, word, closedText, caller = visit.caller, respond = visit.respond](const Outcome &outcome) {
            if (!outcome.ok)
                return respond(refused(outcome, QLatin1String(closedText)));
            respond(done(200, {{text("message"), QStringLiteral("Alert %1 successfully").arg(QLatin1String(word))},
                               {text("alert_id"), id},
                               {text("alert"), objectOf(id, caller)}}));
        };
    };
    constexpr const char *over = "Alert is already resolved or cancelled";
    switch (visit.page) {
    case Page::Cancel:
        return m_parts.desk.cancel(id, readId(body.value(QLatin1String("pin"))), actor, answered("canceled", over));
    case Page::Acknowledge:
        return m_parts.desk.acknowledge(id, body.value(QLatin1String("comment")).toString(), actor,
                                        answered("acknowledged", "Alert can only be acknowledged if it is active"));
    case Page::Seen:
        return m_parts.desk.markSeen(id, actor, answered("seen", over));
    default:
        break;
    }
    const auto closing = readClosing(body);
    if (const auto *wrong = std::get_if<FieldError>(&closing))
        return visit.respond(refused(400, wrong->message));
    m_parts.desk.resolve(id, std::get<Closing>(closing), actor, answered("resolved", over));
}

void AlertPages::place(const Visit &visit, const QJsonObject &body)
{
    const Alert *alert = m_parts.incidents.find(visit.object);
    if (alert == nullptr)
        return visit.respond(refused(404, text("Alert not found")));
    if (m_parts.incidents.personOf(visit.object) != visit.caller.id)
        return visit.respond(refused(403, text("Access denied")));
    auto read = readLocation(body);
    if (const auto *wrong = std::get_if<FieldError>(&read))
        return visit.respond(refused(400, wrong->message));
    Reading reading = std::get<Reading>(std::move(read));
    reading.receivedAt = m_parts.options.clock();
    const QJsonObject told = placeObject(*placeOf(reading));
    m_parts.desk.place(visit.caller.id, visit.caller.name, std::move(reading));
    visit.respond(done(200, {{text("message"), text("Location updated successfully")}, {text("location"), told}}));
}

} // namespace tocsin::emergency
