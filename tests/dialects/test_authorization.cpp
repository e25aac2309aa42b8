// SPDX-License-Identifier: GPL-3.0-or-later
// The authorization matrix, generated from the tables that the server uses and tried on the real server: role × route or message ×
// own, owned, foreign and unknown object. What is refused changes nothing, and a foreign object looks like one that is not there.
#include "server/dialects/AccountPages.h"
#include "server/dialects/AttachmentPages.h"
#include "server/dialects/NativeDialect.h"
#include "server/dialects/NativeOutlet.h"
#include "server/dialects/NotifyPages.h"
#include "server/dialects/RosterPages.h"
#include "server/dialects/StatusPages.h"
#include "server/dialects/VehicleRoutes.h"
#include "server/dialects/emergency/EmergencyDialect.h"
#include "server/dialects/hardware/HardwareDialect.h"
#include "server/dialects/iothub/HubDialect.h"
#include "server/dialects/monitor/MonitorDialect.h"
#include "server/net/Server.h"
#include "server/net/TokenAuthorizer.h"
#include "tests/dialects/RightsWorld.h"

#include <QDirIterator>
#include <QRegularExpression>
#include <QTcpSocket>
#include <QWebSocket>
#include <QtTest>

using namespace tocsin;
using namespace tocsin::world;
using namespace std::chrono_literals;

namespace {

const QByteArray key(32, 'k');

/// Counts what it is asked and grants everything.
class FakeAccounts final : public AccountsPort
{
public:
    void login(const LoginAttempt &, Reply reply) override { done(reply); }
    void registerAccount(const Registration &, Reply reply) override { done(reply); }
    void refresh(const QString &, Reply reply) override { done(reply); }
    void logout(const Logout &, Reply reply) override { done(reply); }
    void revoke(const RevokeTokens &, Reply reply) override { done(reply); }
    void profile(const QString &account, Reply reply) override
    {
        profiles.append(account);
        done(reply);
    }
    void done(const Reply &reply)
    {
        ++asked;
        AccountsAnswer answer;
        answer.code = AccountsAnswer::Code::Done;
        answer.grant.emplace();
        answer.profile.emplace();
        reply(answer);
    }
    int asked = 0;
    QStringList profiles;
};

/// Counts the tables that it is given.
class FakeUserImport final : public UserImportPort
{
public:
    void importUsers(const UserImport &, Done done) override
    {
        ++asked;
        done({});
    }
    int asked = 0;
};

/// Everybody has one contact, with the number 1.
class FakeContacts final : public ContactsPort
{
public:
    void contactsOf(const QString &account, Reply reply) override
    {
        EmergencyContact contact;
        contact.id = 1;
        contact.account = account;
        contact.name = QStringLiteral("Carl");
        contact.phone = QStringLiteral("112");
        reply({ContactsAnswer::Code::Done, {contact}});
    }
    void put(const EmergencyContact &contact, Reply reply) override
    {
        ++changes;
        reply({ContactsAnswer::Code::Done, {contact}});
    }
    void remove(const QString &, qint64, Reply reply) override
    {
        ++changes;
        reply({ContactsAnswer::Code::Done, {}});
    }
    int changes = 0;
};

/// Counts the messages that it is asked to send.
class FakeNotify final : public NotifyPort
{
public:
    void preview(const NotifyQuestion &, std::function<void(const NotifyPreview &)> reply) override { reply({}); }
    void channels(std::function<void(const QList<NotifyChannel> &)> reply) override { reply({}); }
    void test(const Actor &, const QString &, const QString &, std::function<void(const Outcome &)> reply) override
    {
        ++sent;
        reply(Outcome::done({}));
    }
    int sent = 0;
};

/// Has rules, and counts how often others are put in force.
class FakeRules final : public RulesPort
{
public:
    void current(Reply reply) override { reply(known()); }
    void check(const QByteArray &, Reply reply) override { reply(known()); }
    void apply(const Actor &, const QByteArray &, const QString &, Reply reply) override
    {
        ++applied;
        reply(known());
    }
    void tryRule(const RuleTrial &, TrialReply reply) override { reply({}); }
    int applied = 0;

private:
    [[nodiscard]] static RulesAnswer known()
    {
        RulesAnswer answer;
        answer.outcome = Outcome::done({}, false);
        answer.text = R"({"rules":[]})";
        answer.revision = QStringLiteral("r1");
        return answer;
    }
};

/// Has every picture.
class FakeAttachments final : public AttachmentPort
{
public:
    void put(const QByteArray &, Reply reply) override
    {
        ++sent;
        reply({{}, {}, {QStringLiteral("picture"), "image/png", {}}});
    }
    void get(const QString &id, Reply reply) override { reply({{}, {}, {id, "image/png", "pixels"}}); }
    int sent = 0;
};

/// Does whatever it is asked, at once.
class ReadyDesk final : public FakeDesk
{
public:
    void submit(const Request &request, Reply reply) override
    {
        FakeDesk::submit(request, nullptr);
        if (reply)
            reply(Outcome::done({}));
    }
};

/// The product's dialects behind the real listener, in the secure posture.
class Running
{
public:
    Running() : feed(mirror), board(latest, feed, systemNow())
    {
        mirror.setSnapshot(world::snapshot());

        AccountsSnapshot accountsNow;
        for (const Person &person : people)
            accountsNow.accounts.insert(QString::fromLatin1(person.id),
                                        {QString::fromLatin1(person.id), person.role, false, {}});
        const auto accountsBoard = std::make_shared<AccountsBoard>();
        accountsBoard->publish(std::make_shared<const AccountsSnapshot>(accountsNow));

        net::ServerSettings settings;
        settings.listen = {QStringLiteral("127.0.0.1:0")};
        server = std::make_unique<net::Server>(
            settings, std::make_shared<net::TokenAuthorizer>(net::TokenKeys{key, {}}, accountsBoard));
        DialectOptions options;
        options.messagesPerWindow = 100'000;
        options.messagesPerAddress = 100'000;
        const DialectServices services{mirror, latest, sink, desk, archive};
        add(std::make_unique<VehicleDialect>(options, services));
        add(std::make_unique<HubDialect>(options, HubDialect::Parts{services, nullptr, accountsBoard}));
        add(std::make_unique<MonitorDialect>(options, MonitorOptions(), services));
        add(std::make_unique<HardwareDialect>(options, HardwareDialect::Limits(), services));
        add(std::make_unique<NativeDialect>(
            options,
            NativeDialect::Parts{services,
                                 nullptr,
                                 [](const std::function<void(DeskSnapshot)> &reply) { reply(world::snapshot()); },
                                 outlet,
                                 {},
                                 nullptr,
                                 &rules}));
        add(std::make_unique<AttachmentPages>(
            Posture::Secure, AttachmentPages::Services{attachments, mirror, [](const QString &id, const auto &reply) {
                                                           reply(AttachmentPages::Threads(
                                                               QStringList{chatThreadOfUser(userOfPicture(id))}));
                                                       }}));
        add(std::make_unique<RosterPages>(
            Posture::Secure,
            RosterPages::Services{mirror, desk, userImport, PeopleDirectory(accountsBoard, Posture::Secure), {}}));
        add(std::make_unique<NotifyPages>(Posture::Secure, NotifyPages::Services{notify, {}}));
        add(std::make_unique<EmergencyDialect>(
            options, EmergencyDialect::Parts{services, nullptr, accountsBoard, contacts, attachments}));
        add(std::make_unique<AccountPages>(Posture::Secure, accounts, net::TokenIssuer{key}));
        add(std::make_unique<StatusPages>(Posture::Secure, board));
        authority = server->start().listening.value(0).section(QLatin1Char('/'), -1);
    }
    void add(std::unique_ptr<RuledDialect> dialect)
    {
        dialects.append(dialect.get());
        server->addDialect(std::move(dialect));
    }

    [[nodiscard]] static QByteArray tokenOf(const char *who)
    {
        return net::signToken({QString::fromLatin1(who), {}, {}, systemNow(), systemNow() + 1h, {}}, key);
    }
    /// What a request changed, whatever it was.
    [[nodiscard]] qsizetype effects() const
    {
        return sink.taken.size() + desk.requests.size() + accounts.asked + attachments.sent + userImport.asked +
               contacts.changes + notify.sent + rules.applied;
    }

    struct Answer
    {
        int status = 0;
        QByteArray body;
        bool operator==(const Answer &) const = default;
    };
    [[nodiscard]] Answer ask(const Route &route, const QByteArray &path, const QByteArray &token,
                             const QByteArray &body)
    {
        QTcpSocket socket;
        socket.connectToHost(QStringLiteral("127.0.0.1"), authority.section(QLatin1Char(':'), -1).toUShort());
        QByteArray request = toBytes(route.method) + ' ' + path + " HTTP/1.1\r\nHost: " + authority.toUtf8() + "\r\n";
        if (!token.isEmpty())
            request += "Authorization: Bearer " + token + "\r\n";
        if (route.method == Route::Method::WebSocket)
            request += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        else
            request += "Connection: close\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: " +
                       QByteArray::number(body.size()) + "\r\n\r\n" + body;
        socket.write(request);
        QByteArray got;
        const auto isWhole = [&got] {
            const qsizetype head = got.indexOf("\r\n\r\n");
            static const QRegularExpression length(QStringLiteral("\r\nContent-Length: (\\d+)\r\n"));
            const auto told = length.match(QString::fromLatin1(got.left(head + 2)));
            return head >= 0 && got.size() >= head + 4 + told.captured(1).toInt();
        };
        QEventLoop turns; // quicker than looking every few milliseconds
        QObject::connect(&socket, &QTcpSocket::readyRead, &turns, [&] {
            got += socket.readAll();
            if (isWhole())
                turns.quit();
        });
        QObject::connect(&socket, &QTcpSocket::disconnected, &turns, &QEventLoop::quit);
        QTimer::singleShot(20'000, &turns, &QEventLoop::quit);
        turns.exec();
        const bool whole = isWhole();
        return whole ? Answer{got.mid(9, 3).toInt(), got.mid(got.indexOf("\r\n\r\n") + 4)} : Answer{};
    }

    DeskMirror mirror;
    LatestValues latest;
    ServerFeed feed;
    FakeSink sink;
    ReadyDesk desk;
    NativeOutlet outlet;
    FakeArchive archive;
    FakeAccounts accounts;
    FakeAttachments attachments;
    FakeUserImport userImport;
    FakeContacts contacts;
    FakeNotify notify;
    FakeRules rules;
    StatusBoard board;
    std::unique_ptr<net::Server> server;
    QList<RuledDialect *> dialects;
    QString authority;
};

QByteArray pathOf(const Route &route, const char *object)
{
    QByteArray path(route.pattern.data(), qsizetype(route.pattern.size()));
    path.replace("[/]", "");
    const qsizetype open = path.indexOf('{');
    return open < 0 ? path : path.first(open) + object + path.mid(path.indexOf('}') + 1);
}

/// What is asked for: Engine.IO's path means nothing without its query.
QByteArray targetOf(const Route &route, const char *object)
{
    const QByteArray path = pathOf(route, object);
    if (path != "/socket.io")
        return path;
    return path + "?EIO=4&transport=" + (route.method == Route::Method::WebSocket ? "websocket" : "polling");
}

bool names(const Route &route, std::string_view what)
{
    return route.pattern.find(what) != std::string_view::npos;
}

/// A body that every route can make something of, naming the object.
QByteArray bodyOf(const Route &route, const char *object)
{
    if (route.pattern == "/api/import/devices[/]" || route.pattern == "/api/import/users[/]")
        return "id\nvan-9\n";
    if (names(route, "/api/notify/"))
        return R"({"source":"van-1","channel":"mail","recipient":"a@b"})";
    if (route.pattern == "/api/devices/{device}[/]" && route.method == Route::Method::Put)
        return R"({"name":"x"})";
    if (route.method == Route::Method::Get || route.method == Route::Method::WebSocket)
        return {};
    const QByteArray id(object);
    return R"({"kind":"raise_panic","event":"x","imei":")" + id + R"(","vehicle_id":")" + id +
           R"(","sensor_data":{"rpm":1},"telemetry_data":[{"rpm":1}],"user_id":")" + id +
           R"(","username":"x","password":"long enough","refresh_token":"x","device_id":"van-1","alert_type":"x",)"
           R"("message":"m","title":"t","type":"notification","data":{"speed":1},"metrics":{"cpu":1},"action_id":"a",)"
           R"("action_type":"x","status":"failed",)"
           R"("latitude":1,"longitude":2,"name":"x","phone":"112"})";
}

template<std::size_t N>
QList<const char *> listOf(const std::array<const char *, N> &objects)
{
    return QList<const char *>(objects.begin(), objects.end());
}

bool isPicture(const Route &route)
{
    return route.pattern == "/api/attachments/{id}";
}

/// Anna's panic: she and the desk follow it, she alone ends it or says where she is, the desk alone takes it. A socket of staff may wait for one
/// that is not there yet.
bool mayTouchIncident(const Person &who, const Route &route, const QString &object)
{
    const bool staff = somebody({}, who.role).isStaff();
    const bool own = QByteArray(who.id) == "anna" && object == QLatin1String("panic");
    if (route.method == Route::Method::WebSocket)
        return staff || own;
    if (route.rule.act() == Act::CallForHelp)
        return own;
    const bool there = object == QLatin1String("panic");
    return there && (staff || (own && route.rule.act() == Act::FollowIncident));
}

/// Own, owned, foreign and unknown ones of the kind that the route is about.
QList<const char *> objectsOf(const Route &route)
{
    if (route.rule.guard() == Rule::Guard::ByName)
        return {"desk",
                "alerts",
                "devices",
                "commands",
                "audit",
                "user/anna",
                "user/van-1",
                "user/ben",
                "user/unknown",
                "chat/user/anna",
                "chat/user/van-1",
                "chat/user/ben",
                "chat/incident/panic",
                "chat/incident/unknown",
                "chat/operators",
                "chat/broadcast",
                "device/van-1",
                "device/van-2",
                "device/unknown",
                "unknown",
                "desk/x",
                "audit/anna"};
    if (isPicture(route))
        return {"picture-of-anna", "picture-of-van-1", "picture-of-ben", "picture-of-unknown"};
    if (names(route, "{alert}"))
        return {"panic", "alert-1", "unknown"};
    if (names(route, "{contact}"))
        return {"1", "2", "unknown"};
    return isVehicles(route.rule) ? listOf(vehicles) : listOf(users);
}

bool isExpected(const Person &who, const Route &route, const QString &object)
{
    const Rule &rule = route.rule;
    if (rule.guard() == Rule::Guard::ByName)
        return mayFollowStream(who, object);
    if (rule.guard() != Rule::Guard::ByRight && rule.guard() != Rule::Guard::FirstFrameOrByRight)
        return true;
    if (names(route, "{alert}"))
        return mayTouchIncident(who, route, object);
    if (names(route, "{contact}"))
        return object == QLatin1String("1");
    if (isPicture(route))
        return mayReadThread(who, chatThreadOfUser(userOfPicture(object)));
    const QString subject = rule.names() == Names::Nothing  ? QString()
                            : rule.names() == Names::Caller ? QString::fromLatin1(who.id)
                                                            : object;
    return isRight(who, rule.act(), subject, isVehicles(rule));
}

} // namespace

class TestAuthorization : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noRouteLeaks_data();
    void noRouteLeaks();
    void noMessageLeaks_data();
    void noMessageLeaks();
    void thereIsNoOtherRoute();
    void thereIsNoOtherMessage();
    void thereIsNoOtherKindOfDialect();

private:
    int m_cases = 0;
};

void TestAuthorization::noRouteLeaks_data()
{
    QTest::addColumn<int>("dialect");
    QTest::addColumn<int>("index");
    const Running running;
    for (qsizetype d = 0; d < running.dialects.size(); ++d) {
        const std::span<const Route> routes = running.dialects.at(d)->routes();
        for (std::size_t i = 0; i < routes.size(); ++i) {
            const QByteArray name(routes[i].pattern.data(), qsizetype(routes[i].pattern.size()));
            const bool upgrade = routes[i].method == Route::Method::WebSocket;
            QTest::addRow("%s %s", upgrade ? "upgrade" : toBytes(routes[i].method).constData(), name.constData())
                << int(d) << int(i);
        }
    }
}

void TestAuthorization::noRouteLeaks()
{
    QFETCH(int, dialect);
    QFETCH(int, index);
    Running running;
    const Route &route = running.dialects.at(dialect)->routes()[std::size_t(index)];
    const Rule &rule = route.rule;
    const bool upgrade = route.method == Route::Method::WebSocket;
    const QList<const char *> objects = objectsOf(route);
    const auto isGood = [&](const Running::Answer &answer) {
        return upgrade ? answer.status == 101 : answer.status >= 200 && answer.status < 300;
    };
    // Without a token, and with one that is none: only what is for anybody, and the server's figures from beside it.
    const bool forAnybody = rule.guard() == Rule::Guard::Anybody || rule.guard() == Rule::Guard::NearOrByRight;
    const bool orByRight = rule.guard() == Rule::Guard::FirstFrameOrByRight;
    const bool mayComeWithout = rule.guard() == Rule::Guard::FirstFrame || orByRight;
    for (const char *object : objects) {
        for (const QByteArray &token : {QByteArray(), QByteArray("forged"), Running::tokenOf("mallory")}) {
            const qsizetype before = running.effects();
            const Running::Answer answer = running.ask(route, targetOf(route, object), token, bodyOf(route, object));
            ++m_cases;
            if (forAnybody)
                continue;
            if (mayComeWithout && token.isEmpty())
                QVERIFY(isGood(answer));
            else
                QCOMPARE(answer.status, orByRight ? 403 : 401);
            QCOMPARE(running.effects(), before);
        }
    }
    for (const Person &person : people) {
        const QByteArray token = Running::tokenOf(person.id);
        std::optional<Running::Answer> refusal;
        for (const char *object : objects) {
            const qsizetype before = running.effects();
            const Running::Answer answer = running.ask(route, targetOf(route, object), token, bodyOf(route, object));
            ++m_cases;
            const bool expected = isExpected(person, route, QString::fromLatin1(object));
            const QByteArray what =
                QByteArray(person.id) + " on " + object + ": " + QByteArray::number(answer.status) + ' ' + answer.body;
            if (rule.guard() == Rule::Guard::Anybody)
                continue; // what is asked of these decides: test_account_pages
            QVERIFY2(isGood(answer) == expected, what.constData());
            if (expected)
                continue;
            QVERIFY2(answer.status == 403 || answer.status == 404, what.constData());
            QCOMPARE(running.effects(), before);
            // Foreign and unknown: one answer. Staff know every panic anyway.
            const bool knowsAll = names(route, "{alert}") && somebody({}, person.role).isStaff();
            if (refusal && !knowsAll)
                QVERIFY2(answer == *refusal, what.constData());
            refusal = answer;
        }
    }
}

void TestAuthorization::noMessageLeaks_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<int>("kind");
    for (std::size_t i = 0; i < vehicleMessages.size(); ++i) {
        using Kind = VehicleSocket::Kind;
        for (const auto &[kind, name] : {std::pair{Kind::Telemetry, "telemetry"}, std::pair{Kind::Alerts, "alerts"},
                                         std::pair{Kind::Chat, "chat"}}) {
            const QByteArray type(vehicleMessages[i].type.data(), qsizetype(vehicleMessages[i].type.size()));
            QTest::addRow("%s on %s", type.constData(), name) << int(i) << int(kind);
        }
    }
}

void TestAuthorization::noMessageLeaks()
{
    QFETCH(int, index);
    QFETCH(int, kind);
    const VehicleMessageRule &message = vehicleMessages[std::size_t(index)];
    const bool understood = (message.sockets & bitOf(VehicleSocket::Kind(kind))) != 0;
    const bool onTelemetry = VehicleSocket::Kind(kind) == VehicleSocket::Kind::Telemetry;
    const QByteArray folder = onTelemetry                                                ? "telemetry"
                              : VehicleSocket::Kind(kind) == VehicleSocket::Kind::Alerts ? "alerts"
                                                                                         : "chat";
    Running running;
    for (const Person &person : people) {
        for (const char *subject : onTelemetry ? listOf(vehicles) : listOf(users)) {
            const Act opens = onTelemetry                                              ? Act::WatchVehicle
                              : VehicleSocket::Kind(kind) == VehicleSocket::Kind::Chat ? Act::Chat
                                                                                       : Act::WatchAlerts;
            const bool mayOpen = isRight(person, opens, QString::fromLatin1(subject), onTelemetry);
            const QByteArray path = "/ws/" + folder + '/' + subject;
            // A client class hides the status of a refusal.
            const int status = running.ask(vehicleRoutes[0], path, Running::tokenOf(person.id), {}).status;
            QCOMPARE(status, mayOpen ? 101 : 403);
            if (!mayOpen)
                continue;
            QWebSocket socket;
            QList<QJsonObject> heard;
            connect(&socket, &QWebSocket::textMessageReceived, &socket,
                    [&heard](const QString &text) { heard.append(objectOf(text.toUtf8())); });
            socket.open(QUrl(QStringLiteral("ws://%1%2?token=%3")
                                 .arg(running.authority, QString::fromLatin1(path),
                                      QString::fromLatin1(Running::tokenOf(person.id)))));
            QTRY_COMPARE(socket.state(), QAbstractSocket::ConnectedState);
            // The objects that a frame may name; for the others the socket's own is meant.
            QList<std::pair<QByteArray, bool>> frames; // data, whether the table allows it
            const auto right = [&](const QString &object, bool ofVehicle) {
                return isRight(person, message.rule.act(), object, ofVehicle);
            };
            switch (message.message) {
            case VehicleMessage::Telemetry:
                frames = {{R"("data":{"speed":1})", right(QString::fromLatin1(subject), true)}};
                break;
            case VehicleMessage::Chat:
                frames = {{R"("message":"hello")", right(QString::fromLatin1(subject), false)}};
                break;
            case VehicleMessage::Receipt:
                frames = {{R"("message_id":"m1","receipt":"read")", right(QString::fromLatin1(subject), false)}};
                break;
            case VehicleMessage::Alert:
                for (const char *vehicle : vehicles) {
                    const bool agrees = !onTelemetry || QByteArray(vehicle) == subject;
                    const bool user = onTelemetry || right(QString::fromLatin1(subject), false);
                    frames.append({R"("data":{"type":"x","vehicle_id":")" + QByteArray(vehicle) + "\"}",
                                   agrees && user && right(QString::fromLatin1(vehicle), true)});
                }
                break;
            case VehicleMessage::Acknowledge: {
                const bool staff = somebody({}, person.role).isStaff();
                frames = {{R"("data":{"alert_id":"alert-1"})", right(QStringLiteral("van-1"), true)},
                          {R"("data":{"alert_id":"alert-2"})", right(QStringLiteral("van-2"), true)},
                          {R"("data":{"alert_id":"panic"})", staff},
                          {R"("data":{"alert_id":"unknown"})", staff}}; // the desk says that there is none
                break;
            }
            case VehicleMessage::ClientInfo:
                frames = {{R"("data":{"client_type":"dashboard"})", false}};
                break;
            case VehicleMessage::Ping:
            case VehicleMessage::Silence:
                frames = {{R"("data":{})", false}}; // changes nothing for anybody
                break;
            }
            std::optional<QJsonObject> refusal;
            for (const auto &[data, allowed] : frames) {
                heard.clear();
                const qsizetype before = running.effects();
                socket.sendTextMessage(QStringLiteral(R"({"type":"%1",%2})")
                                           .arg(QLatin1String(message.type.data(), qsizetype(message.type.size())),
                                                QString::fromUtf8(data)));
                // The server answers in order: behind the pong of an unknown question everything has been said.
                socket.sendTextMessage(QStringLiteral(R"({"type":"that was all"})"));
                const auto isLast = [](const QJsonObject &frame) {
                    return QJsonDocument(frame).toJson().contains("that was all");
                };
                QTRY_VERIFY(!heard.isEmpty() && isLast(heard.last()));
                ++m_cases;
                const bool expected = allowed && understood;
                const QByteArray what = QByteArray(person.id) + " at " + subject + ": " + data;
                QVERIFY2(running.effects() - before == (expected ? 1 : 0), what.constData());
                const bool refused = !expected && (message.rule.goesByRight() || !understood);
                if (!refused)
                    continue;
                QVERIFY2(heard.size() == 2, what.constData());
                // The words may not tell a foreign object from one that is not there.
                QJsonObject words = heard.first();
                for (const char *varies : {"timestamp", "message_id"})
                    words.remove(QLatin1String(varies));
                QJsonObject inner = words.value(QLatin1String("data")).toObject();
                inner.remove(QLatin1String("timestamp"));
                words.insert(QStringLiteral("data"), inner);
                const bool ownVehicleNamed = onTelemetry && message.message == VehicleMessage::Alert;
                if (refusal && !ownVehicleNamed)
                    QVERIFY2(words == *refusal, what.constData());
                refusal = words;
            }
        }
    }
}

void TestAuthorization::thereIsNoOtherRoute()
{
    if (m_cases > 0) // not run alone
        QVERIFY2(m_cases > 1000, qPrintable(QString::number(m_cases)));
    // What no table has, no dialect claims: every path of every table under every method, and paths nearby.
    const Running running;
    QList<QByteArray> paths{"/",
                            "/ws",
                            "/ws/",
                            "/ws/hardware",
                            "/api",
                            "/api/",
                            "/api/auth",
                            "/api/auth/",
                            "/api/auth/users",
                            "/api/auth/login/admin",
                            "/api/v1",
                            "/api/v1/telemetry",
                            "/api/v1/telemetry/vehicle",
                            "/api/v2/auth/login",
                            "/debug",
                            "/health/",
                            "/metrics/",
                            "//health",
                            "/admin"};
    for (const RuledDialect *dialect : running.dialects) {
        for (const Route &route : dialect->routes()) {
            const QByteArray path = pathOf(route, "x");
            paths += {path, path + '/', path + "/x", path + "//", path.toUpper(), path.chopped(1)};
        }
    }
    for (RuledDialect *dialect : running.dialects) {
        for (const QByteArray &path : std::as_const(paths)) {
            const QString decoded = QString::fromUtf8(path);
            for (const char *method : {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get", ""}) {
                bool http = false;
                bool upgrade = false;
                for (const Route &route : dialect->routes()) {
                    QString object;
                    const bool fits =
                        toBytes(route.method) == method && matchesPattern(route.pattern, decoded, &object);
                    (route.method == Route::Method::WebSocket ? upgrade : http) |= fits;
                }
                QCOMPARE(dialect->claimsHttp(method, decoded), http);
                if (QByteArray(method) == "GET")
                    QCOMPARE(dialect->claimsUpgrade(decoded), upgrade);
            }
        }
    }
}

void TestAuthorization::thereIsNoOtherMessage()
{
    Stage stage(Posture::Open);
    for (const char *path : {"/ws/telemetry/van-1", "/ws/alerts/anna"}) {
        const auto session = stage.connect(QString::fromLatin1(path));
        for (const char *type : {"subscribe", "auth", "admin", "command", "device_command", "register_device",
                                 "get_stats", "cancel_alert", "resolve_alert", "PING", "ping ", "telemetry"}) {
            QVERIFY(findMessage(vehicleMessages, QString::fromLatin1(type)) == nullptr);
            session->say(
                {{QStringLiteral("type"), QString::fromLatin1(type)}, {QStringLiteral("data"), QJsonObject()}});
            QVERIFY(QJsonDocument(session->takeOne()).toJson().contains("unknown_type"));
        }
    }
    QVERIFY(stage.desk.requests.isEmpty());
    QVERIFY(stage.sink.taken.isEmpty());
}

/// The tables are the only way in because every dialect of the product goes through them, and the matrix above has them all.
void TestAuthorization::thereIsNoOtherKindOfDialect()
{
    static const QRegularExpression derived(QStringLiteral(R"(public\s+(net::)?Dialect\b)"));
    static const QRegularExpression ruled(QStringLiteral(R"(public\s+RuledDialect\b)"));
    QStringList found;
    qsizetype ruledOnes = 0;
    for (const char *folder : {"/server", "/app", "/models", "/hal"}) {
        QDirIterator files(QStringLiteral(TOCSIN_SOURCE_DIR) + QLatin1String(folder),
                           {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString text = QString::fromUtf8(file.readAll());
            ruledOnes += ruled.match(text).hasMatch() ? 1 : 0;
            if (derived.match(text).hasMatch())
                found.append(QFileInfo(file).fileName());
        }
    }
    QCOMPARE(found, QStringList{QStringLiteral("RuledDialect.h")});
    QCOMPARE(Running().dialects.size(), ruledOnes);
}

QTEST_GUILESS_MAIN(TestAuthorization)
#include "test_authorization.moc"
