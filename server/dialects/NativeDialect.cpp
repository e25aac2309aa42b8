// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/NativeDialect.h"

#include "server/dialects/AlertFigures.h"
#include "server/dialects/NativeEvents.h"
#include "server/dialects/NativePost.h"
#include "server/dialects/NativeRoutes.h"
#include "server/dialects/NativeServices.h"
#include "server/dialects/NativeSession.h"
#include "server/net/HttpText.h"

#include <QJsonDocument>
#include <QMap>
#include <QTimer>

#include <utility>

namespace tocsin {

namespace {
constexpr auto tickEvery = std::chrono::milliseconds(500);
constexpr int maxEventsPerCall = 1000;

/// A whole number of the query within its bounds; nothing when it is not one.
std::optional<qint64> numberOf(const QUrlQuery &query, const QString &name, qint64 otherwise, qint64 most)
{
    if (!query.hasQueryItem(name))
        return otherwise;
    bool ok = false;
    const qint64 number = query.queryItemValue(name).toLongLong(&ok);
    return ok && number >= 0 && number <= most ? std::optional<qint64>(number) : std::nullopt;
}
} // namespace

NativeDialect::NativeDialect(DialectOptions options, Parts parts, QObject *parent)
    : QObject(parent)
    , RuledDialect(options.posture)
    , m_options(std::move(options))
    , m_hub(parts.services.mirror)
    , m_snapshots(std::move(parts.askSnapshot), m_options.clock)
    , m_topics(std::make_unique<LiveTopics>(parts.services.mirror))
    , m_telemetry(std::make_unique<LiveTelemetry>(parts.services.latest, m_options.clock))
    , m_replies(std::make_unique<ReplyBox>())
    , m_figures(std::make_unique<AlertFigures>(parts.services.mirror, m_options.clock()))
    , m_services(new NativeServices{m_options, parts.services, std::move(parts.authorizer), m_hub, m_snapshots,
                                    *m_topics, *m_telemetry, *m_replies, parts.outlet, *m_figures, parts.clients,
                                    parts.rules, parts.hearing, parts.contacts, parts.window,
                                    AddressLimits(m_options.messagesPerAddress)})
    , m_post(std::make_unique<NativePost>(
          NativePost::Parts{m_options, m_services->common.desk, m_services->common.mirror, m_services->addresses}))
    , m_ticker(std::make_unique<QTimer>())
{
    connect(m_topics.get(), &LiveTopics::typed, this, &NativeDialect::typed);
    connect(m_topics.get(), &LiveTopics::peopleChanged, m_figures.get(),
            [this](const QList<OnlinePerson> &people) { m_figures->setPeople(people, m_options.clock()); });
    // Queued: what a batch of events brings is sent once, after all who follow the mirror have seen it.
    connect(&m_hub, &StreamHub::grown, this, &NativeDialect::pumpAll, Qt::QueuedConnection);
    connect(m_ticker.get(), &QTimer::timeout, this, &NativeDialect::tick);
}

NativeDialect::~NativeDialect()
{
    qDeleteAll(std::exchange(m_sessions, {}));
}

std::span<const Route> NativeDialect::routes() const
{
    return native::routes;
}

bool NativeDialect::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    if (rule.names() == Names::Nothing && rule.guard() == Rule::Guard::ByRight)
        return RuledDialect::permits(rule, object, who);
    return native::mayFollow({m_options.posture, who}, object, m_services->common.mirror);
}

QByteArrayList NativeDialect::subprotocols() const
{
    return {native::jsonSubprotocol, native::messagePackSubprotocol};
}

QStringList NativeDialect::topicsOf(net::Session *session) const
{
    const NativeSession *const found = m_bySession.value(session);
    return found == nullptr ? QStringList() : found->listens();
}

void NativeDialect::enter(const Place & /*place*/, net::Session *session)
{
    const bool known = m_options.posture == Posture::Open || !session->principal().id.isEmpty();
    auto *opened = new NativeSession(session, known ? std::optional<Principal>(session->principal()) : std::nullopt,
                                     *m_services, this);
    m_sessions.append(opened);
    m_bySession.insert(session, opened);
    connect(opened, &NativeSession::welcomed, this, &NativeDialect::tellPeople);
    connect(session, &net::Session::closed, this, [this, opened] { closed(opened); });
    if (!m_ticker->isActive())
        m_ticker->start(tickEvery);
}

void NativeDialect::closed(NativeSession *session)
{
    if (!m_sessions.removeOne(session))
        return;
    m_bySession.remove(session->session());
    m_topics->forget(session->session());
    m_telemetry->forget(session->session());
    if (m_services->clients != nullptr)
        m_services->clients->forget(session->session());
    session->disconnect(session->session());
    session->session()->disconnect(session);
    session->detach();
    session->deleteLater(); // one of its messages may just be handled
    if (m_sessions.isEmpty())
        m_ticker->stop();
    tellPeople();
}

void NativeDialect::pumpAll()
{
    const QList<NativeSession *> sessions = m_sessions;
    for (NativeSession *session : sessions) {
        if (m_sessions.contains(session))
            session->pump();
    }
}

void NativeDialect::tick()
{
    const TimePoint now = m_options.clock();
    const QList<NativeSession *> sessions = m_sessions;
    for (NativeSession *session : sessions) {
        if (m_sessions.contains(session))
            session->tick(now);
    }
}

void NativeDialect::tellPeople()
{
    QMap<QString, wire::OnlinePerson> people;
    for (const NativeSession *session : std::as_const(m_sessions)) {
        if (!session->isWelcome())
            continue;
        const Principal &who = session->reader().who;
        wire::OnlinePerson &person = people[who.id + QLatin1Char('/') + who.name];
        if (person.since == TimePoint() || session->since() < person.since)
            person = {who.id, who.name, who.role, session->since()};
    }
    m_topics->tellPeople(people.values());
}

void NativeDialect::serve(const Call &call, const net::Respond &respond)
{
    if (native::Page(call.route.id) == native::Page::Request)
        return m_post->answer(call.request, *call.caller, respond);
    if (native::Page(call.route.id) == native::Page::Figures) {
        net::HttpResponse response;
        response.body = QJsonDocument(m_figures->toJson(m_options.clock())).toJson(QJsonDocument::Compact);
        response.headers.emplaceBack("Cache-Control", "no-store");
        return respond(response);
    }
    if (native::Page(call.route.id) == native::Page::Rules)
        return answerRules(respond);
    const native::Reader reader{m_options.posture, *call.caller};
    const QString stream = call.object;
    const auto after = numberOf(call.request.query, QStringLiteral("after"), 0, std::numeric_limits<qint64>::max() - 1);
    const auto limit = numberOf(call.request.query, QStringLiteral("limit"), 256, maxEventsPerCall);
    if (!after || !limit || *limit < 1) {
        respond(net::errorResponse(422, after ? "limit must be 1 to 1000." : "after must be a whole number from 0."));
        return;
    }
    m_services->common.archive.events(
        {stream, *after, static_cast<int>(*limit)},
        m_replies->expect<EventsResult>([reader, stream, respond](const EventsResult &result) {
            if (!result.error.isEmpty()) {
                respond(net::errorResponse(503, result.error.toUtf8()));
                return;
            }
            net::HttpResponse response;
            response.body = QJsonDocument(native::eventsToJson(reader, stream, result)).toJson(QJsonDocument::Compact);
            respond(response);
        }));
}

/// The file as it is, comments and all; its revision is what apply_rules wants.
void NativeDialect::answerRules(const net::Respond &respond)
{
    if (m_services->rules == nullptr)
        return respond(net::errorResponse(404, "Rules are not told here."));
    m_services->rules->current(m_replies->expect<RulesAnswer>([respond](const RulesAnswer &answer) {
        if (!answer.outcome.ok)
            return respond(net::errorResponse(503, answer.outcome.message.toUtf8()));
        net::HttpResponse response;
        response.body = answer.text;
        response.headers.emplaceBack("Cache-Control", "no-store");
        response.headers.emplaceBack("ETag", '"' + answer.revision.toLatin1() + '"');
        respond(response);
    }));
}

void NativeDialect::publish(const QList<Reading> &readings)
{
    m_telemetry->note(readings);
}

void NativeDialect::setStats(const ServerStats &stats)
{
    m_topics->tellStats(stats);
}

void NativeDialect::setAdapters(const QList<AdapterStatus> &adapters)
{
    m_topics->tellAdapters(adapters);
}

void NativeDialect::tellTyping(const TypingNotice &notice)
{
    m_topics->tellTyping(notice, nullptr);
}

NativeDialect::Counters NativeDialect::counters() const
{
    QSet<QString> people;
    for (const NativeSession *session : m_sessions) {
        if (session->isWelcome())
            people.insert(session->reader().who.id);
    }
    return {static_cast<int>(m_sessions.size()), static_cast<int>(people.size()), m_services->received,
            m_services->sent, m_services->errors};
}

} // namespace tocsin
