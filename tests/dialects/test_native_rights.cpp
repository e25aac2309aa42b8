// SPDX-License-Identifier: GPL-3.0-or-later
// The authorization matrix of the native protocol, generated from the tables that the server uses: role × frame, request, stream or topic
// × own, owned, foreign and unknown object. What is refused changes nothing, and a foreign object looks like one that is not there.
#include "models/wire/RequestCodec.h"
#include "models/wire/RulesCodec.h"
#include "server/dialects/NativeRoutes.h"
#include "tests/dialects/NativeStage.h"
#include "tests/dialects/RightsWorld.h"

using namespace tocsin;
using namespace tocsin::native;
using namespace tocsin::world;

namespace {

struct Case
{
    RequestBody body;
    bool expected = false;
    bool foreign = true; ///< a refusal must look like that of an unknown object
};

template<class T>
Case make(bool expected, const std::function<void(T &)> &fill, bool foreign = true)
{
    T body;
    fill(body);
    return {body, expected, foreign};
}

constexpr std::array threads{"user/anna",        "user/van-1", "user/ben", "incident/panic",
                             "incident/unknown", "operators",  "broadcast"};

/// What `who` may ask of each object, as the rule of the request has it.
QList<Case> casesOf(RequestKind kind, const Person &who)
{
    const Act act = requestRules.at(std::size_t(kind)).rule.act();
    const bool onAny = isAllowed(Posture::Secure, principalOf(who), act, {});
    const auto right = [&](const char *object, bool ofVehicle) {
        return isRight(who, act, QString::fromLatin1(object), ofVehicle);
    };
    QList<Case> cases;
    switch (kind) {
    case RequestKind::Acknowledge:
        for (const auto &[alert, allowed] :
             {std::pair{"alert-1", right("van-1", true)}, std::pair{"alert-2", right("van-2", true)},
              std::pair{"panic", onAny}, std::pair{"unknown", onAny}})
            cases.append(make<Acknowledge>(allowed, [&](Acknowledge &b) { b.alertId = QLatin1String(alert); }));
        break;
    case RequestKind::SendChat:
        for (const char *thread : threads) {
            const QString name = QString::fromLatin1(thread);
            const bool allowed = name == broadcastThread()
                                     ? isAllowed(Posture::Secure, principalOf(who), Act::Broadcast, {})
                                     : mayReadThread(who, name);
            cases.append(make<SendChat>(allowed, [&](SendChat &b) {
                b.thread = name;
                b.text = QStringLiteral("hello");
            }));
        }
        break;
    case RequestKind::MarkChat:
        for (const char *thread : threads) {
            const QString name = QString::fromLatin1(thread);
            cases.append(make<MarkChat>(mayReadThread(who, name), [&](MarkChat &b) {
                b.thread = name;
                b.messageId = QStringLiteral("m1");
            }));
        }
        break;
    case RequestKind::ReportAlert:
        for (const char *vehicle : vehicles) {
            const bool unknown = QByteArray(vehicle) == "unknown";
            cases.append(make<ReportAlert>(unknown ? onAny : right(vehicle, true),
                                           [&](ReportAlert &b) { b.source = QLatin1String(vehicle); }));
        }
        for (const char *user : users)
            cases.append(
                make<ReportAlert>(right(user, false), [&](ReportAlert &b) { b.userId = QLatin1String(user); }));
        break;
    case RequestKind::RaisePanic:
        for (const char *user : users) // never refused, but in whose name is not the client's to say
            cases.append(make<RaisePanic>(true, [&](RaisePanic &b) { b.userId = QLatin1String(user); }));
        break;
    case RequestKind::CancelPanic:
        for (const auto &[alert, allowed] : {std::pair{"panic", right("anna", false)}, std::pair{"alert-2", onAny},
                                             std::pair{"unknown", onAny}, std::pair{"", true}})
            cases.append(make<CancelPanic>(allowed, [&](CancelPanic &b) { b.alertId = QLatin1String(alert); }));
        break;
    case RequestKind::MarkSeen:
        cases.append(make<MarkSeen>(onAny, [](MarkSeen &b) { b.alertId = QStringLiteral("panic"); }));
        break;
    case RequestKind::SetStage:
        cases.append(make<SetStage>(onAny, [](SetStage &b) { b.alertId = QStringLiteral("panic"); }));
        break;
    case RequestKind::HandleAlert:
        for (int verb = 0; verb < alertVerbCount; ++verb) {
            cases.append(make<HandleAlert>(onAny, [verb](HandleAlert &b) {
                b.verb = AlertVerb(verb);
                b.alertId = QStringLiteral("alert-1");
            }));
        }
        break;
    case RequestKind::TakeOutOfService:
        cases.append(make<TakeOutOfService>(onAny, [](TakeOutOfService &b) { b.alertId = QStringLiteral("alert-1"); }));
        break;
    case RequestKind::ReturnToService:
        cases.append(make<ReturnToService>(onAny, [](ReturnToService &b) { b.alertId = QStringLiteral("alert-1"); }));
        break;
    case RequestKind::CloseAlert:
        for (const char *alert : {"alert-1", "alert-2", "panic", "unknown"})
            cases.append(make<CloseAlert>(onAny, [&](CloseAlert &b) { b.alertId = QLatin1String(alert); }));
        break;
    case RequestKind::PutDevice:
        for (const char *vehicle : vehicles)
            cases.append(make<PutDevice>(onAny, [&](PutDevice &b) { b.device = vehicleOf(QLatin1String(vehicle)); }));
        break;
    case RequestKind::IssueCommand:
        for (const char *vehicle : vehicles)
            cases.append(make<IssueCommand>(onAny, [&](IssueCommand &b) {
                b.deviceId = QLatin1String(vehicle);
                b.action = QStringLiteral("stop");
            }));
        break;
    case RequestKind::ReportCommand:
        cases.append(make<ReportCommand>(onAny, [](ReportCommand &b) { b.commandId = QStringLiteral("c1"); }));
        break;
    case RequestKind::CancelCommand:
        cases.append(make<CancelCommand>(onAny, [](CancelCommand &b) { b.commandId = QStringLiteral("c1"); }));
        break;
    case RequestKind::NoteAudit:
        for (const char *action : {"export", "login"}) {
            cases.append(make<NoteAudit>(onAny && QByteArray(action) == "export",
                                         [&](NoteAudit &b) { b.record.action = QLatin1String(action); }));
        }
        break;
    }
    return cases;
}

wire::Ask ask(const RequestBody &body)
{
    return {QStringLiteral("c-1"), body};
}

/// The names of a table, its {…} filled with each object of this world.
template<std::size_t N>
QStringList namesOf(const std::array<NameRule, N> &rules)
{
    QStringList names{QStringLiteral("unknown"), QStringLiteral("desk/x"), QStringLiteral("user"), QString()};
    for (const NameRule &one : rules) {
        const QString pattern = QString::fromLatin1(one.pattern.data(), qsizetype(one.pattern.size()));
        const QString start = pattern.section(QLatin1Char('{'), 0, 0);
        if (one.named == Named::Nothing)
            names.append(pattern);
        else if (one.named == Named::User)
            for (const char *user : users)
                names.append(start + QLatin1String(user));
        else if (one.named == Named::Device)
            for (const char *vehicle : vehicles)
                names.append(start + QLatin1String(vehicle));
        else
            for (const char *thread : threads)
                names.append(start + QLatin1String(thread));
    }
    return names;
}

bool mayHearTopic(const Person &who, const QString &topic)
{
    if (topic == QLatin1String("typing"))
        return true;
    const QString device = topic.section(QLatin1Char('/'), 1);
    if (topic.startsWith(QLatin1String("telemetry/")))
        return isAllowed(Posture::Secure, principalOf(who), Act::WatchVehicle, {device, ownersOf(device)});
    for (const char *one : {"telemetry", "presence", "stats", "adapters", "notices"}) {
        if (topic == QLatin1String(one))
            return isAllowed(Posture::Secure, principalOf(who), Act::FollowDesk, {});
    }
    return false;
}

/// Somebody connected, with the world in the mirror.
struct Scene
{
    explicit Scene(const Person &who) : stage(Posture::Secure)
    {
        stage.mirror.setSnapshot(world::snapshot());
        session = stage.connect(principalOf(who));
        stage.hello(*session, {});
        (void)session->take();
    }
    NativeStage stage;
    std::unique_ptr<FakeSession> session;
};
} // namespace

class TestNativeRights : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTablesAreThoseOfTheWire();
    void noRequestLeaks_data();
    void noRequestLeaks();
    void aPanicIsItsSendersOwn();
    void noStreamLeaks();
    void noTopicLeaks();
    void nobodyElsesContactsAndLogsLeak();
    void whoWasToldOfAnAlertIsForStaffAndTheRestOfTheAuditForSupervisors();
    void staffReadTheRulesAndSupervisorsChangeThem_data();
    void staffReadTheRulesAndSupervisorsChangeThem();
    void beforeTheHelloNothingIsDone();

private:
    int m_cases = 0;
};

void TestNativeRights::theTablesAreThoseOfTheWire()
{
    const Person dora{"dora", Role::Dispatcher};
    for (const RequestRule &rule : requestRules) {
        const RequestBody body = casesOf(rule.message, dora).constFirst().body;
        QCOMPARE(body.index(), std::size_t(rule.message));
        QCOMPARE(wire::kindOf(body), QString::fromLatin1(rule.type.data(), qsizetype(rule.type.size())));
        QVERIFY(rule.rule.goesByRight());
    }
    const std::array<wire::ClientFrame, frameRules.size()> frames{
        wire::Hello{},    wire::Subscribe{},  wire::Unsubscribe{}, wire::Ask{{}, Acknowledge{}}, wire::Query{},
        wire::Ack{},      wire::Typing{},     wire::Ping{},        wire::Disconnect{},           wire::Tap{},
        wire::AskRules{}, wire::ApplyRules{}, wire::Hearing{}};
    for (std::size_t i = 0; i < frames.size(); ++i) {
        QCOMPARE(frames.at(i).index(), i);
        QCOMPARE(wire::toJson(frames.at(i)).value(QStringLiteral("type")).toString(),
                 QString::fromLatin1(frameRules.at(i).type.data(), qsizetype(frameRules.at(i).type.size())));
    }
}

void TestNativeRights::noRequestLeaks_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < requestRules.size(); ++i)
        QTest::newRow(QByteArray(requestRules[i].type.data(), qsizetype(requestRules[i].type.size()))) << int(i);
}

void TestNativeRights::noRequestLeaks()
{
    QFETCH(int, index);
    for (const Person &person : people) {
        Scene scene(person);
        std::optional<QJsonObject> refusal;
        for (const Case &one : casesOf(RequestKind(index), person)) {
            const qsizetype before = scene.stage.desk.requests.size();
            NativeStage::say(*scene.session, ask(one.body));
            ++m_cases;
            const QByteArray what =
                QByteArray(person.id) + ": " + QJsonDocument(wire::toJson(one.body)).toJson(QJsonDocument::Compact);
            QVERIFY2((scene.stage.desk.requests.size() > before) == one.expected, what.constData());
            if (one.expected) {
                QCOMPARE(scene.stage.desk.requests.last().actor.id, QString::fromLatin1(person.id));
                (void)scene.session->take();
                continue;
            }
            const QJsonObject answer = scene.session->takeOne();
            QVERIFY2(answer.value(QStringLiteral("error")).toObject().value(QStringLiteral("code")) ==
                         QLatin1String("forbidden"),
                     what.constData());
            if (refusal)
                QVERIFY2(answer == *refusal, what.constData());
            refusal = answer;
        }
    }
}

void TestNativeRights::aPanicIsItsSendersOwn()
{
    for (const Person &person : people) {
        Scene scene(person);
        RaisePanic panic;
        panic.userId = QStringLiteral("ben");
        NativeStage::say(*scene.session, ask(panic));
        const bool others = isRight(person, Act::CallForHelp, QStringLiteral("ben"), false);
        QCOMPARE(scene.stage.desk.asked<RaisePanic>().constLast().userId,
                 others ? QStringLiteral("ben") : QString::fromLatin1(person.id));
    }
}

void TestNativeRights::noStreamLeaks()
{
    for (const Person &person : people) {
        for (const QString &stream : namesOf(streamRules)) {
            Scene scene(person);
            const bool expected = mayFollowStream(person, stream);
            const auto session = scene.stage.connect(principalOf(person));
            scene.stage.hello(*session, {stream});
            ++m_cases;
            const QJsonObject grants = session->take().constFirst().value(QStringLiteral("streams")).toObject();
            const QString state = grants.value(stream).toObject().value(QStringLiteral("state")).toString();
            QVERIFY2(
                (state != QLatin1String("denied")) == expected,
                qPrintable(QLatin1String(person.id) + QStringLiteral(" on ") + stream + QStringLiteral(": ") + state));
            // The same by its two queries.
            if (stream.isEmpty())
                continue;
            const qsizetype asked = scene.stage.log.asked.size();
            NativeStage::say(*session, wire::Query{QStringLiteral("q"), EventsQuery{stream, 0, 1}});
            NativeStage::say(*session, wire::Query{QStringLiteral("s"), wire::SnapshotQuery{stream}});
            NativeStage::settle();
            QCOMPARE(scene.stage.log.asked.size() > asked, expected);
            for (const QJsonObject &reply : ofType(session->take(), "reply"))
                QCOMPARE(reply.value(QStringLiteral("ok")).toBool(), expected);
        }
    }
}

void TestNativeRights::noTopicLeaks()
{
    for (const Person &person : people) {
        Scene scene(person);
        for (const QString &topic : namesOf(topicRules)) {
            NativeStage::say(*scene.session, wire::Subscribe{QStringLiteral("s"), {topic}, 0});
            ++m_cases;
            const QJsonObject result = scene.session->take().constFirst().value(QStringLiteral("result")).toObject();
            QVERIFY2(result.value(QStringLiteral("topics")).toArray().contains(topic) == mayHearTopic(person, topic),
                     qPrintable(QLatin1String(person.id) + QStringLiteral(" on ") + topic));
        }
    }
}

void TestNativeRights::nobodyElsesContactsAndLogsLeak()
{
    for (const Person &person : people) {
        Scene scene(person);
        const bool staff = principalOf(person).isStaff();
        for (const char *user : users) {
            const QString whose = QString::fromLatin1(user);
            NativeStage::say(*scene.session, wire::Query{QStringLiteral("c"), wire::ContactsQuery{whose}});
            NativeStage::say(*scene.session,
                             wire::Query{QStringLiteral("l"), AlertLogQuery{QStringLiteral("panic"), 0, 9}});
            NativeStage::settle();
            m_cases += 2;
            const QList<QJsonObject> replies = ofType(scene.session->take(), "reply");
            QCOMPARE(replies.size(), 2);
            for (const QJsonObject &reply : replies)
                QVERIFY2(reply.value(QStringLiteral("ok")).toBool() == staff, person.id);
            const QJsonArray told = replies.constFirst()
                                        .value(QStringLiteral("result"))
                                        .toObject()
                                        .value(QStringLiteral("contacts"))
                                        .toArray();
            QCOMPARE(told.size(), staff ? 1 : 0);
        }
        QCOMPARE(scene.stage.contacts.asked.isEmpty(), !staff);
        QCOMPARE(scene.stage.log.alertLogsAsked.isEmpty(), !staff);
        scene.stage.contacts.code = ContactsAnswer::Code::Busy;
        NativeStage::say(*scene.session, wire::Query{QStringLiteral("c"), wire::ContactsQuery{QStringLiteral("anna")}});
        NativeStage::settle();
        const QJsonObject busy = scene.session->takeOne().value(QStringLiteral("error")).toObject();
        QCOMPARE(busy.value(QStringLiteral("code")).toString(),
                 staff ? QStringLiteral("overloaded") : QStringLiteral("forbidden"));
    }
}

void TestNativeRights::whoWasToldOfAnAlertIsForStaffAndTheRestOfTheAuditForSupervisors()
{
    const auto record = [](const char *action, const char *object) {
        return AuditRecord{
            QString::fromLatin1(action), QString::fromLatin1(object), QStringLiteral("what became of it"), true, {}};
    };
    const QList<EventBody> bodies{record("notify", "alert-1"), record("notify", ""), record("notify_test", "alert-1"),
                                  record("login", "alert-1"), record("export", "panic")};
    for (const Person &person : people) {
        Scene scene(person);
        const bool staff = principalOf(person).isStaff();
        const bool audits = isRight(person, Act::ReadAudit, {}, false);
        const QStringList expected =
            audits  ? QStringList{QStringLiteral("notify"), QStringLiteral("notify"), QStringLiteral("notify_test"),
                                 QStringLiteral("login"), QStringLiteral("export")}
            : staff ? QStringList{QStringLiteral("notify")}
                    : QStringList();
        const auto actionsOf = [](const QJsonArray &events) {
            QStringList actions;
            for (const QJsonValueConstRef event : events) {
                if (event.toObject().value(QStringLiteral("kind")) == QLatin1String("audit"))
                    actions.append(event.toObject()
                                       .value(QStringLiteral("body"))
                                       .toObject()
                                       .value(QStringLiteral("action"))
                                       .toString());
            }
            return actions;
        };
        // As it happens.
        const auto session = scene.stage.connect(principalOf(person));
        NativeStage::hello(*session, {QStringLiteral("desk")});
        (void)session->take();
        scene.stage.publish(bodies);
        QStringList seen;
        for (const QJsonObject &frame : ofType(session->take(), "events"))
            seen += actionsOf(frame.value(QStringLiteral("events")).toArray());
        QVERIFY2(seen == expected,
                 qPrintable(QLatin1String(person.id) + QLatin1Char(' ') + seen.join(QLatin1Char(' '))));
        // And when it is asked for.
        scene.stage.log.alertEventsResult = {{}, scene.stage.log.events_, 0};
        NativeStage::say(*session, wire::Query{QStringLiteral("e"), AlertEventsQuery{QStringLiteral("alert-1"), 0, 9}});
        NativeStage::say(*session, wire::Query{QStringLiteral("d"), EventsQuery{QStringLiteral("desk"), 0, 100}});
        NativeStage::settle();
        m_cases += 3;
        const QList<QJsonObject> replies = ofType(session->take(), "reply");
        QCOMPARE(replies.size(), 2);
        for (const QJsonObject &reply : replies) {
            QCOMPARE(reply.value(QStringLiteral("ok")).toBool(), staff);
            const QJsonObject result = reply.value(QStringLiteral("result")).toObject();
            QCOMPARE(actionsOf(result.value(QStringLiteral("events")).toArray()), expected);
        }
    }
}

void TestNativeRights::staffReadTheRulesAndSupervisorsChangeThem_data()
{
    QTest::addColumn<int>("role");
    for (int role = int(Role::Citizen); role <= int(Role::Admin); ++role)
        QTest::newRow(qPrintable(toString(Role(role)))) << role;
}

void TestNativeRights::staffReadTheRulesAndSupervisorsChangeThem()
{
    QFETCH(int, role);
    const Person who{"anna", Role(role)};
    const bool reads = isAllowed(Posture::Secure, principalOf(who), Act::FollowDesk, {});
    const bool changes = isAllowed(Posture::Secure, principalOf(who), Act::EditRules, {});
    QCOMPARE(reads, Role(role) >= Role::Dispatcher);
    QCOMPARE(changes, Role(role) >= Role::Supervisor);
    NativeStage stage(Posture::Secure);
    const auto session = stage.connect(principalOf(who));
    NativeStage::hello(*session, {});
    (void)session->take();
    const QByteArray text("{\"rules\": [1]}");
    NativeStage::say(*session, wire::AskRules{QStringLiteral("c"), {}});
    NativeStage::say(*session, wire::AskRules{QStringLiteral("k"), QByteArray("bad")});
    NativeStage::say(*session, wire::AskRules{QStringLiteral("t"), RuleTrial{text, QStringLiteral("van-1"),
                                                                             test::timeAt(1), test::timeAt(2)}});
    NativeStage::settle();
    // The same as a page: the file as it is.
    net::HttpRequest page;
    page.method = "GET";
    page.path = QStringLiteral("/api/rules");
    std::optional<net::HttpResponse> file;
    stage.dialect->http(page, principalOf(who), [&file](const net::HttpResponse &response) { file = response; });
    NativeStage::settle();
    QVERIFY(file);
    QCOMPARE(file->status, reads ? 200 : 403);
    if (reads) {
        QCOMPARE(file->body, QByteArray("{\"rules\": []}"));
        QVERIFY(file->headers.contains(std::pair(QByteArray("ETag"), QByteArray("\"r1\""))));
    }
    NativeStage::say(*session, wire::ApplyRules{QStringLiteral("a"), text, QStringLiteral("old")});
    NativeStage::settle();
    NativeStage::say(*session, wire::ApplyRules{QStringLiteral("b"), text, QStringLiteral("r1")});
    NativeStage::settle();
    QHash<QString, QJsonObject> answers;
    for (const QJsonObject &answer : ofType(session->take(), "reply"))
        answers.insert(answer.value(QStringLiteral("id")).toString(), answer);
    QCOMPARE(answers.size(), 5);
    const auto result = [&answers](const char *id) {
        return answers.value(QString::fromLatin1(id)).value(QStringLiteral("result")).toObject();
    };
    const auto refused = [&answers](const char *id) {
        return answers.value(QString::fromLatin1(id))
                   .value(QStringLiteral("error"))
                   .toObject()
                   .value(QStringLiteral("code")) == QLatin1String("forbidden");
    };
    for (const char *id : {"c", "k", "t"})
        QCOMPARE(refused(id), !reads);
    for (const char *id : {"a", "b"})
        QCOMPARE(refused(id), !changes);
    QCOMPARE(stage.rules.appliedBy, changes ? QStringList{QStringLiteral("anna")} : QStringList());
    if (!reads)
        return;
    QString error;
    const auto current = wire::rulesAnswerFromJson(result("c"), &error);
    QVERIFY2(current, qPrintable(error));
    QCOMPARE(current->text, QByteArray("{\"rules\": []}"));
    QCOMPARE(current->revision, QStringLiteral("r1"));
    QVERIFY(current->fences == stage.rules.fences); // what the maps of consoles show
    const auto checked = wire::rulesAnswerFromJson(result("k"), &error);
    QVERIFY2(checked, qPrintable(error));
    QCOMPARE(checked->outcome.code, QStringLiteral("invalid"));
    QCOMPARE(checked->errors.size(), 1);
    QCOMPARE(checked->errors.first().reason, QStringLiteral("must be a number"));
    const auto tried = wire::ruleTrialAnswerFromJson(result("t"), &error);
    QVERIFY2(tried, qPrintable(error));
    QCOMPARE(tried->readings, 7);
    QCOMPARE(tried->positions, 9);
    QVERIFY(tried->drawn == QList<HistoryPoint>({{test::timeAt(1), 0}, {test::timeAt(2), 1}}));
    QCOMPARE(tried->moments.size(), 2);
    QVERIFY(tried->moments.first().level == AlertLevel::Critical);
    QVERIFY(tried->moments.first().value == 12.5);
    QVERIFY(tried->moments.last().what == RuleTrialMoment::What::Cleared);
    if (!changes)
        return;
    const auto superseded = wire::rulesAnswerFromJson(result("a"), &error);
    QVERIFY2(superseded, qPrintable(error));
    QCOMPARE(superseded->outcome.code, QStringLiteral("superseded"));
    QVERIFY(wire::rulesAnswerFromJson(result("b"), &error)->outcome.ok);
    QCOMPARE(stage.rules.text, text);
}

void TestNativeRights::beforeTheHelloNothingIsDone()
{
    const Person root{"root", Role::Admin};
    NativeStage stage(Posture::Secure);
    stage.mirror.setSnapshot(world::snapshot());
    const auto session = stage.connect(principalOf(root));
    for (const RequestRule &rule : requestRules)
        NativeStage::say(*session, ask(casesOf(rule.message, root).constFirst().body));
    NativeStage::say(*session, wire::Query{QStringLiteral("q"), EventsQuery{QStringLiteral("desk"), 0, 1}});
    NativeStage::say(*session, wire::Subscribe{QStringLiteral("s"), {QStringLiteral("telemetry")}, 0});
    QVERIFY(stage.desk.requests.isEmpty());
    QVERIFY(stage.log.asked.isEmpty());
    for (const QJsonObject &answer : session->take())
        QCOMPARE(answer.value(QStringLiteral("ok")).toBool(true), false);
    // Enough cases for one run of the whole.
    if (m_cases > 0)
        QVERIFY2(m_cases > 300, qPrintable(QString::number(m_cases)));
}

QTEST_GUILESS_MAIN(TestNativeRights)
#include "test_native_rights.moc"
