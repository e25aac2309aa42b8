// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ContactsPort.h"
#include "models/domain/Streams.h"
#include "models/wire/ServerFrames.h"
#include "server/dialects/NativeDialect.h"
#include "server/dialects/NativeOutlet.h"
#include "tests/dialects/Fakes.h"
#include "tests/support/Events.h"

#include <QJsonArray>
#include <QtTest>

#include <map>

namespace tocsin {

/// A log in memory: gives events their places and answers as the store does.
class FakeLog : public FakeArchive
{
public:
    QString epoch = QStringLiteral("e1");
    QList<Event> events_;
    QHash<QString, qint64> heads;
    QList<EventsQuery> asked;
    bool refuses = false;
    bool waits = false; ///< answers when flush() is called
    std::vector<std::pair<EventsQuery, std::function<void(const EventsResult &)>>> waiting;

    Event append(EventBody body)
    {
        Event event{events_.size() + 1, test::timeAt(events_.size() + 1), {}, {}, std::move(body), {}};
        for (const QString &stream : streamsOf(event.body))
            event.streams.append({stream, ++heads[stream]});
        events_.append(event);
        return event;
    }
    void events(const EventsQuery &query, std::function<void(const EventsResult &)> reply) override
    {
        asked.append(query);
        if (waits)
            waiting.emplace_back(query, std::move(reply));
        else
            reply(answer(query));
    }
    void flush()
    {
        for (auto &[query, reply] : std::exchange(waiting, {}))
            reply(answer(query));
    }
    [[nodiscard]] EventsResult answer(const EventsQuery &query) const
    {
        EventsResult result;
        if (refuses) {
            result.error = QStringLiteral("Too many wait.");
            return result;
        }
        result.epoch = epoch;
        result.head = query.stream == deskStream() ? events_.size() : heads.value(query.stream);
        for (const Event &event : events_) {
            qint64 seq = query.stream == deskStream() ? event.seq : 0;
            for (const StreamPosition &position : event.streams)
                seq = position.stream == query.stream ? position.seq : seq;
            if (seq > query.after && result.events.size() < query.limit)
                result.events.append(event);
        }
        return result;
    }
    [[nodiscard]] DeskSnapshot snapshot() const
    {
        DeskSnapshot state;
        state.seq = events_.size();
        state.epoch = epoch;
        state.heads = heads;
        for (const Event &event : events_) {
            if (const auto *change = std::get_if<AlertChange>(&event.body))
                state.alerts.append(change->alert);
            else if (const auto *message = std::get_if<ChatMessage>(&event.body))
                state.messages.append(*message);
            else if (const auto *device = std::get_if<Device>(&event.body))
                state.devices.append(*device);
        }
        return state;
    }
};

/// Everybody has named one person; answers at once.
class FakeContactBook : public ContactsPort
{
public:
    QStringList asked;
    ContactsAnswer::Code code = ContactsAnswer::Code::Done;
    void contactsOf(const QString &account, Reply reply) override
    {
        asked.append(account);
        EmergencyContact contact;
        contact.id = 3;
        contact.account = account;
        contact.name = QStringLiteral("R. Varga");
        contact.phone = QStringLiteral("+00 555 0134");
        reply(
            {code, code == ContactsAnswer::Code::Done ? QList<EmergencyContact>{contact} : QList<EmergencyContact>()});
    }
    void put(const EmergencyContact & /*contact*/, Reply reply) override { reply({}); }
    void remove(const QString & /*account*/, qint64 /*id*/, Reply reply) override { reply({}); }
};

/// What sessions say of their sound.
class FakeHearing : public HearingPort
{
public:
    void report(const HearingReport &report) override { reports.append(report); }
    void leave(const QString &console) override { left.append(console); }
    QList<HearingReport> reports;
    QStringList left;
};

class FakeAuthorizer : public net::Authorizer
{
public:
    std::map<QByteArray, Principal> tokens;
    [[nodiscard]] net::AuthResult authenticate(const QByteArray &token, TimePoint /*now*/) const override
    {
        const auto found = tokens.find(token);
        net::AuthResult result;
        if (found != tokens.end())
            result.principal = found->second;
        return result;
    }
};

/// Knows one set of rules and takes any other text for good, unless it says "bad".
class FakeRules : public RulesPort
{
public:
    void current(Reply reply) override
    {
        RulesAnswer answer = said(Outcome::done({}, false));
        answer.fences = fences;
        reply(answer);
    }
    void check(const QByteArray &asked, Reply reply) override
    {
        RulesAnswer answer;
        answer.outcome = Outcome::done({}, false);
        if (asked.contains("bad")) {
            answer.outcome = Outcome::refused(QStringLiteral("invalid"), QStringLiteral("Bad."));
            answer.errors = {{3, 0, QStringLiteral("a"), QStringLiteral("limit"), QStringLiteral("must be a number")}};
        }
        reply(answer);
    }
    void apply(const Actor &by, const QByteArray &asked, const QString &revision, Reply reply) override
    {
        if (revision != revisionNow)
            return reply(said(Outcome::refused(QStringLiteral("superseded"), QStringLiteral("Changed."))));
        text = asked;
        revisionNow += QLatin1Char('+');
        appliedBy.append(by.id);
        reply(said(Outcome::done({})));
    }
    void tryRule(const RuleTrial &trial, TrialReply reply) override
    {
        RuleTrialAnswer answer;
        answer.outcome = Outcome::done(trial.deviceId, false);
        answer.readings = 7;
        answer.moments = {{trial.from, RuleTrialMoment::What::Raised, AlertLevel::Critical, 12.5, QStringLiteral("m")},
                          {trial.to, RuleTrialMoment::What::Cleared, AlertLevel::Critical, std::nullopt, {}}};
        answer.positions = 9;
        answer.drawn = {{trial.from, 0}, {trial.to, 1}};
        reply(answer);
    }
    [[nodiscard]] RulesAnswer said(const Outcome &outcome) const
    {
        return {outcome, text, revisionNow, QStringLiteral("built in"), 1, {}};
    }
    QByteArray text = "{\"rules\": []}";
    QString revisionNow = QStringLiteral("r1");
    QStringList appliedBy;
    /// One of each kind.
    QList<Geofence> fences{
        {QStringLiteral("c"), QStringLiteral("Depot"), Geofence::Shape::Circle, {{37.5, -6.25}}, {}, 200, 0, {}},
        {QStringLiteral("p"),
         QStringLiteral("Harbour"),
         Geofence::Shape::Polygon,
         {{0, 0}, {0, 3}, {3, 3}},
         {{{1, 1.5}, {1, 2}, {2, 2.5}}},
         0,
         0,
         {}},
        {QStringLiteral("l"), {}, Geofence::Shape::Line, {{1, 179.5}, {2, -179.5}}, {}, 0, 40, {}}};
};

/// The native dialect on a stage: everything around it is fake, the clock stands until it is moved.
class NativeStage
{
public:
    explicit NativeStage(Posture posture = Posture::Open, qint64 events = 0, FeedWindow window = {})
        : authorizer(std::make_shared<FakeAuthorizer>())
    {
        for (qint64 i = 0; i < events; ++i)
            log.append(line(i + 1));
        mirror.setSnapshot(log.snapshot());
        DialectOptions options;
        options.posture = posture;
        options.clock = [this] { return now; };
        dialect = std::make_unique<NativeDialect>(
            options, NativeDialect::Parts{{mirror, latest, sink, desk, log},
                                          authorizer,
                                          [this](const std::function<void(DeskSnapshot)> &reply) {
                                              ++snapshotsAsked;
                                              reply(log.snapshot());
                                          },
                                          outlet,
                                          window,
                                          nullptr,
                                          &rules,
                                          &hearing,
                                          &contacts});
    }

    [[nodiscard]] static ChatMessage line(qint64 number) { return std::get<ChatMessage>(test::chatEvent(number).body); }
    /// As the desk does: durable, then published.
    void publish(const QList<EventBody> &bodies)
    {
        QList<Event> batch;
        for (const EventBody &body : bodies)
            batch.append(log.append(body));
        mirror.apply(batch);
        settle();
    }
    std::unique_ptr<FakeSession> connect(const Principal &who)
    {
        auto session = std::make_unique<FakeSession>(QStringLiteral("/ws/v1"), who);
        dialect->opened(session.get());
        return session;
    }
    static void hello(FakeSession &session, const QStringList &streams = {QStringLiteral("desk")},
                      const wire::Cursors &cursors = {}, const QString &token = {})
    {
        wire::Hello hello;
        hello.token = token;
        hello.streams = streams;
        hello.cursors = cursors;
        say(session, hello);
        settle();
    }
    static void say(FakeSession &session, const wire::ClientFrame &frame) { session.say(wire::toJson(frame)); }
    static void acknowledge(FakeSession &session, const QString &stream, qint64 seq)
    {
        wire::Ack ack;
        ack.cursors.insert(stream, seq);
        say(session, ack);
        settle();
    }
    static void settle()
    {
        for (int i = 0; i < 5; ++i)
            QCoreApplication::processEvents();
    }
    void tick(std::chrono::seconds passed)
    {
        now += passed;
        dialect->tick();
        settle();
    }

    TimePoint now = test::timeAt(0);
    DeskMirror mirror;
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    FakeLog log;
    std::shared_ptr<FakeAuthorizer> authorizer;
    int snapshotsAsked = 0;
    NativeOutlet outlet;
    FakeContactBook contacts;
    FakeRules rules;
    FakeHearing hearing;
    std::unique_ptr<NativeDialect> dialect;
};

/// The frames of one type among those taken.
inline QList<QJsonObject> ofType(const QList<QJsonObject> &frames, const char *type)
{
    QList<QJsonObject> found;
    for (const QJsonObject &frame : frames) {
        if (frame.value(QLatin1String("type")).toString() == QLatin1String(type))
            found.append(frame);
    }
    return found;
}

/// The seqs of one stream in the order in which they came.
inline QList<qint64> seqsOf(const QList<QJsonObject> &frames, const QString &stream = QStringLiteral("desk"))
{
    QList<qint64> seqs;
    for (const QJsonObject &frame : ofType(frames, "events")) {
        if (frame.value(QLatin1String("stream")).toString() != stream)
            continue;
        for (const QJsonValueConstRef event : frame.value(QLatin1String("events")).toArray())
            seqs.append(event.toObject().value(QLatin1String("seq")).toInteger());
    }
    return seqs;
}

} // namespace tocsin
