// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/AccountPages.h"
#include "tests/dialects/Fakes.h"

#include <QtTest>

#include <thread>

using namespace tocsin;
using namespace std::chrono_literals;
using Code = AccountsAnswer::Code;

namespace {
const TimePoint now{1'700'000'000s};
const QByteArray key(32, 'k');

/// Keeps what it is asked; gives one answer, from another thread.
class FakeAccounts final : public AccountsPort
{
public:
    FakeAccounts()
    {
        next.code = Code::Done;
        next.grant = SessionGrant{{QStringLiteral("ada"), QStringLiteral("Ada"), QStringLiteral("ada@example.org"),
                                   QStringLiteral("Ada"), QStringLiteral("Byron"), Role::Dispatcher},
                                  QStringLiteral("s1"),
                                  QStringLiteral("r1"),
                                  now - 5h};
        next.profile = next.grant->user;
    }
    void login(const LoginAttempt &attempt, Reply reply) override
    {
        logins.append(attempt);
        give(reply);
    }
    void registerAccount(const Registration &registration, Reply reply) override
    {
        registrations.append(registration);
        give(reply);
    }
    void refresh(const QString &refreshToken, Reply reply) override
    {
        refreshed.append(refreshToken);
        give(reply);
    }
    void logout(const Logout &logout, Reply reply) override
    {
        logouts.append(logout);
        give(reply);
    }
    void revoke(const RevokeTokens &tokens, Reply reply) override
    {
        revoked.append(tokens);
        give(reply);
    }
    void profile(const QString &account, Reply reply) override
    {
        profiles.append(account);
        give(reply);
    }
    void give(const Reply &reply)
    {
        std::thread([&] { reply(next); }).join();
    }

    AccountsAnswer next;
    QList<LoginAttempt> logins;
    QList<Registration> registrations;
    QStringList refreshed;
    QList<Logout> logouts;
    QList<RevokeTokens> revoked;
    QStringList profiles;
};

struct Desk
{
    explicit Desk(Posture posture = Posture::Secure, net::TokenIssuer issuer = net::TokenIssuer{key})
        : pages(posture, accounts, std::move(issuer), [] { return now; })
    {
    }
    net::HttpResponse call(const QByteArray &method, const char *path, const QByteArray &body = {},
                           const std::optional<Principal> &who = {})
    {
        request.method = method;
        request.path = QString::fromLatin1(path);
        request.body = body;
        request.peerAddress = QStringLiteral("192.0.2.7");
        net::HttpResponse answer;
        answer.status = 0;
        pages.http(request, who, [&answer](net::HttpResponse response) { answer = std::move(response); });
        for (int i = 0; i < 3 && answer.status == 0; ++i)
            QCoreApplication::processEvents();
        return answer;
    }
    FakeAccounts accounts;
    AccountPages pages;
    net::HttpRequest request;
};

QByteArray headerOf(const net::HttpResponse &response, const char *name)
{
    for (const auto &[header, value] : response.headers) {
        if (header == name)
            return value;
    }
    return {};
}
} // namespace

class TestAccountPages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everySpellingIsAnswered_data();
    void everySpellingIsAnswered();
    void aLoginReadsWhatClientsSend_data();
    void aLoginReadsWhatClientsSend();
    void theAnswerIsTheUnion();
    void whatWentWrongIsSaid_data();
    void whatWentWrongIsSaid();
    void brokenBodiesAreRefused_data();
    void brokenBodiesAreRefused();
    void aBodyHasALimit();
    void registrationNeedsAPairingToken_data();
    void registrationNeedsAPairingToken();
    void theOpenPostureMakesNoStaff();
    void aLogoutEndsWhatItIsGiven();
    void refreshTokensComeUnderThreeNames();
    void anAdministratorRevokesOneOrAll();
    void whoOnlyVerifiesIssuesNothing();
    void anAnswerForACallerThatIsGoneIsDropped();
};

void TestAccountPages::everySpellingIsAnswered_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QString>("path");
    for (const char *page : {"login", "register", "refresh", "logout"}) {
        for (const char *form : {"/api/auth/%1", "/api/auth/%1/", "/api/v1/auth/%1", "/api/v1/auth/%1/"}) {
            const QString path = QString::fromLatin1(form).arg(QLatin1String(page));
            QTest::newRow(qPrintable(path)) << QByteArray("POST") << path;
        }
    }
    QTest::newRow("SimpleJWT's") << QByteArray("POST") << QStringLiteral("/api/token/refresh/");
    for (const char *path : {"/api/auth/me", "/api/auth/profile/", "/api/auth/user", "/api/v1/auth/me"})
        QTest::newRow(path) << QByteArray("GET") << QString::fromLatin1(path);
}

void TestAccountPages::everySpellingIsAnswered()
{
    QFETCH(QByteArray, method);
    QFETCH(QString, path);
    const Desk desk;
    QVERIFY(desk.pages.claimsHttp(method, path));
    QVERIFY(!desk.pages.claimsHttp(method == "GET" ? "POST" : "GET", path));
    QVERIFY(!desk.pages.claimsUpgrade(path));
    QVERIFY(!desk.pages.claimsHttp(method, path + QStringLiteral("//")));
}

void TestAccountPages::aLoginReadsWhatClientsSend_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("name");
    const QByteArray json = "application/json";
    const QByteArray form = "application/x-www-form-urlencoded";
    const QString ada = QStringLiteral("ada");
    QTest::newRow("username") << json << QByteArray(R"({"username":"ada","password":"a b&c"})") << ada;
    QTest::newRow("email") << json << QByteArray(R"({"email":"a@b","password":"a b&c"})") << QStringLiteral("a@b");
    QTest::newRow("both") << json << QByteArray(R"({"email":"a@b","username":"ada","password":"a b&c"})") << ada;
    QTest::newRow("username empty") << json << QByteArray(R"({"username":"","email":"a@b","password":"a b&c"})")
                                    << QStringLiteral("a@b");
    QTest::newRow("no type") << QByteArray() << QByteArray(R"({"username":"ada","password":"a b&c"})") << ada;
    QTest::newRow("a form") << form << QByteArray("username=ada&password=a+b%26c&scope=") << ada;
    QTest::newRow("a form with a character set") << QByteArray("Application/X-WWW-Form-Urlencoded; charset=utf-8")
                                                 << QByteArray("password=a%20b%26c&username=ada") << ada;
    QTest::newRow("JSON called a form") << form << QByteArray(R"({"username":"ada","password":"a b&c"})") << ada;
    QTest::newRow("accents in a form") << form << QByteArray("username=zo%C3%AB&password=a+b%26c")
                                       << QStringLiteral("zoë");
}

void TestAccountPages::aLoginReadsWhatClientsSend()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, body);
    QFETCH(QString, name);
    Desk desk;
    if (!type.isEmpty())
        desk.request.headers = {{"content-type", type}};
    QCOMPARE(desk.call("POST", "/api/auth/login", body).status, 200);
    QCOMPARE(desk.accounts.logins.size(), 1);
    QCOMPARE(desk.accounts.logins.first().name, name);
    QCOMPARE(desk.accounts.logins.first().password, QStringLiteral("a b&c"));
    QCOMPARE(desk.accounts.logins.first().address, QStringLiteral("192.0.2.7"));
}

void TestAccountPages::theAnswerIsTheUnion()
{
    Desk desk;
    const auto answer = desk.call("POST", "/api/v1/auth/login", R"({"username":"ada","password":"secret"})");
    QCOMPARE(headerOf(answer, "Cache-Control"), QByteArray("no-store"));
    const QJsonObject body = objectOf(answer.body);
    const QString access = body.value(QLatin1String("access_token")).toString();
    net::TokenKeys keys;
    keys.key = key;
    const net::TokenCheck check = net::checkToken(access.toLatin1(), keys, now);
    QVERIFY2(check.claims, qPrintable(check.error));
    QCOMPARE(check.claims->subject, QStringLiteral("ada"));
    QCOMPARE(check.claims->session, QStringLiteral("s1"));
    QVERIFY(check.claims->generation == now - 5h && check.claims->expiresAt == now + 1h);
    QCOMPARE(body.value(QLatin1String("expires_in")).toInt(), 3600);
    QCOMPARE(body.value(QLatin1String("refresh_token")).toString(), QStringLiteral("r1"));
    QCOMPARE(body.value(QLatin1String("session_id")).toString(), QStringLiteral("s1"));
    const QJsonObject user = body.value(QLatin1String("user")).toObject();
    QCOMPARE(user.value(QLatin1String("username")).toString(), QStringLiteral("Ada"));
    QCOMPARE(user.value(QLatin1String("name")).toString(), QStringLiteral("Ada Byron"));
    QCOMPARE(user.value(QLatin1String("is_staff")).toBool(), true);
    QCOMPARE(body.value(QLatin1String("profile")).toObject(), user);
    QCOMPARE(body.value(QLatin1String("data")).toObject().value(QLatin1String("user")).toObject(), user);
}

void TestAccountPages::whatWentWrongIsSaid_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("login");
    QTest::addColumn<int>("signUp");
    QTest::addColumn<int>("oldSignUp");
    const auto row = [](const char *name, Code code, int login, int signUp, int oldSignUp) {
        QTest::newRow(name) << int(code) << login << signUp << oldSignUp;
    };
    row("wrong", Code::Wrong, 401, 401, 401);
    row("too often", Code::TooOften, 429, 429, 429);
    row("busy", Code::Busy, 503, 503, 503);
    row("exists", Code::Exists, 409, 409, 400);
    row("invalid", Code::Invalid, 400, 400, 400);
    row("used", Code::Used, 401, 401, 401);
    row("not found", Code::NotFound, 404, 404, 404);
    row("failed", Code::Failed, 503, 503, 503);
}

void TestAccountPages::whatWentWrongIsSaid()
{
    QFETCH(int, code);
    QFETCH(int, login);
    QFETCH(int, signUp);
    QFETCH(int, oldSignUp);
    Desk desk(Posture::Open);
    desk.accounts.next = {};
    desk.accounts.next.code = Code(code);
    desk.accounts.next.retryAfter = 7s;
    const QByteArray body = R"({"username":"ada","password":"secret words"})";
    const auto answer = desk.call("POST", "/api/auth/login", body);
    QCOMPARE(answer.status, login);
    QCOMPARE(headerOf(answer, "Retry-After"),
             login == 429 || Code(code) == Code::Busy ? QByteArray("7") : QByteArray());
    QVERIFY(!answer.body.contains("secret words"));
    QVERIFY(objectOf(answer.body).contains(QLatin1String("detail")));
    QCOMPARE(desk.call("POST", "/api/auth/register", body).status, signUp);
    QCOMPARE(desk.call("POST", "/api/v1/auth/register", body).status, oldSignUp);
}

void TestAccountPages::brokenBodiesAreRefused_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("{");
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("no password") << QByteArray(R"({"username":"ada"})");
    QTest::newRow("no name") << QByteArray(R"({"password":"x"})");
    QTest::newRow("numbers") << QByteArray(R"({"username":1,"password":2})");
    QTest::newRow("objects") << QByteArray(R"({"username":{"$ne":null},"password":{"$ne":null}})");
    QTest::newRow("a name twice") << QByteArray(R"({"username":"ada","username":"eve","password":"x"})");
    QTest::newRow("deep") << QByteArray(R"({"username":"ada","password":"x","y":)") + QByteArray(100, '[') +
                                 QByteArray(100, ']') + '}';
}

void TestAccountPages::brokenBodiesAreRefused()
{
    QFETCH(QByteArray, body);
    Desk desk;
    QCOMPARE(desk.call("POST", "/api/auth/login", body).status, 400);
    QCOMPARE(desk.call("POST", "/api/v1/auth/login", body).status, 422);
    QVERIFY(desk.accounts.logins.isEmpty());
}

void TestAccountPages::aBodyHasALimit()
{
    Desk desk(Posture::Open);
    const QByteArray rest = R"(","username":"ada","password":"x"})";
    const QByteArray start = R"({"y":")";
    const qsizetype room = AccountPages::maxBody - rest.size() - start.size();
    QCOMPARE(desk.call("POST", "/api/auth/login", start + QByteArray(room, 'y') + rest).status, 200);
    QCOMPARE(desk.call("POST", "/api/auth/login", start + QByteArray(room + 1, 'y') + rest).status, 413);
}

void TestAccountPages::registrationNeedsAPairingToken_data()
{
    QTest::addColumn<QString>("role");
    QTest::addColumn<QString>("type");
    QTest::addColumn<int>("status");
    QTest::newRow("a device's") << QStringLiteral("device") << QStringLiteral("pairing") << 201;
    QTest::newRow("a citizen's") << QStringLiteral("citizen") << QStringLiteral("pairing") << 201;
    QTest::newRow("for more than that") << QStringLiteral("dispatcher") << QStringLiteral("pairing") << 401;
    QTest::newRow("for no role") << QStringLiteral("emperor") << QStringLiteral("pairing") << 401;
    QTest::newRow("an access token") << QStringLiteral("device") << QStringLiteral("access") << 401;
}

void TestAccountPages::registrationNeedsAPairingToken()
{
    QFETCH(QString, role);
    QFETCH(QString, type);
    QFETCH(int, status);
    net::TokenClaims claims{QStringLiteral("pairing"), {}, role, now, now + 10min, QStringLiteral("p1")};
    claims.type = type;
    const QByteArray token = net::signToken(claims, key);
    const QByteArray person = R"({"username":"van-1","password":"secret","role":"admin")";
    for (const bool inBody : {true, false}) {
        Desk desk;
        if (!inBody)
            desk.request.headers = {{"authorization", "Bearer " + token}};
        const auto answer = desk.call("POST", "/api/auth/register",
                                      inBody ? person + R"(,"pairing_token":")" + token + "\"}" : person + '}');
        QCOMPARE(answer.status, status);
        QCOMPARE(desk.accounts.registrations.size(), status == 201 ? 1 : 0);
        if (status != 201)
            continue;
        QCOMPARE(toString(desk.accounts.registrations.first().role), role);
        QCOMPARE(desk.accounts.registrations.first().pairingId, QStringLiteral("p1"));
    }
    Desk none;
    QCOMPARE(none.call("POST", "/api/auth/register", person + '}').status, 401);
}

void TestAccountPages::theOpenPostureMakesNoStaff()
{
    for (const char *role : {"admin", "supervisor", "dispatcher", "citizen", "device", "", "x"}) {
        Desk desk(Posture::Open);
        const QByteArray body = R"({"email":"ada@example.org","password":"secret","role":")" + QByteArray(role) + "\"}";
        QCOMPARE(desk.call("POST", "/api/auth/register/", body).status, 201);
        const Registration &made = desk.accounts.registrations.first();
        QVERIFY(made.role == (QByteArray(role) == "device" ? Role::Device : Role::Citizen));
        QCOMPARE(made.name, QStringLiteral("ada@example.org"));
    }
}

void TestAccountPages::aLogoutEndsWhatItIsGiven()
{
    Desk desk;
    QCOMPARE(desk.call("POST", "/api/auth/logout").status, 401);
    desk.request.credential =
        net::Credential{QStringLiteral("ada"), QStringLiteral("t1"), QStringLiteral("s1"), {}, now, now + 1h};
    QCOMPARE(desk.call("POST", "/api/auth/logout", R"({"refresh":"r1"})").status, 200);
    const Logout &ended = desk.accounts.logouts.first();
    QCOMPARE(ended.account, QStringLiteral("ada"));
    QCOMPARE(ended.session, QStringLiteral("s1"));
    QCOMPARE(ended.tokenId, QStringLiteral("t1"));
    QCOMPARE(ended.refreshToken, QStringLiteral("r1"));
    desk.request.credential.reset(); // the access token has expired: the refresh token will do
    QCOMPARE(desk.call("POST", "/api/v1/auth/logout", R"({"refresh_token":"r1"})").status, 200);
    Desk open(Posture::Open);
    QCOMPARE(open.call("POST", "/api/auth/logout/").status, 200);
}

void TestAccountPages::refreshTokensComeUnderThreeNames()
{
    Desk desk;
    for (const char *body : {R"({"refresh":"r1"})", R"({"refresh_token":"r1"})", R"({"refreshToken":"r1"})"})
        QCOMPARE(desk.call("POST", "/api/token/refresh/", body).status, 200);
    QCOMPARE(desk.accounts.refreshed, QStringList(3, QStringLiteral("r1")));
    QCOMPARE(desk.call("POST", "/api/auth/refresh", "{}").status, 400);
    desk.accounts.next.code = Code::Wrong;
    const auto answer = desk.call("POST", "/api/token/refresh/", R"({"refresh":"r1"})");
    QCOMPARE(answer.status, 401);
    QCOMPARE(objectOf(answer.body).value(QLatin1String("code")).toString(), QStringLiteral("token_not_valid"));
}

void TestAccountPages::anAdministratorRevokesOneOrAll()
{
    Desk desk;
    const auto chief = somebody(QStringLiteral("chief"), Role::Admin);
    QCOMPARE(desk.call("POST", "/api/auth/revoke", R"({"jti":"t1"})", chief).status, 200);
    QCOMPARE(desk.call("POST", "/api/auth/revoke/", R"({"user_id":"ada"})", chief).status, 200);
    QCOMPARE(desk.accounts.revoked.at(0).tokenId, QStringLiteral("t1"));
    QCOMPARE(desk.accounts.revoked.at(0).by, QStringLiteral("chief"));
    QCOMPARE(desk.accounts.revoked.at(1).account, QStringLiteral("ada"));
    for (const char *body : {"{}", R"({"jti":"t1","user_id":"ada"})", R"({"jti":5})"})
        QCOMPARE(desk.call("POST", "/api/auth/revoke", body, chief).status, 400);
    QCOMPARE(desk.accounts.revoked.size(), 2);
}

void TestAccountPages::whoOnlyVerifiesIssuesNothing()
{
    net::TokenIssuer elsewhere{key};
    elsewhere.algorithm = net::TokenAlgorithm::RS256;
    Desk desk(Posture::Open, elsewhere);
    const QByteArray body = R"({"username":"ada","password":"secret","refresh":"r"})";
    for (const char *path : {"/api/auth/login", "/api/auth/register", "/api/auth/refresh"})
        QCOMPARE(desk.call("POST", path, body).status, 403);
    QVERIFY(desk.accounts.logins.isEmpty() && desk.accounts.registrations.isEmpty() &&
            desk.accounts.refreshed.isEmpty());
}

void TestAccountPages::anAnswerForACallerThatIsGoneIsDropped()
{
    auto desk = std::make_unique<Desk>();
    int answers = 0;
    net::HttpRequest request;
    request.method = "POST";
    request.path = QStringLiteral("/api/auth/login");
    request.body = R"({"username":"ada","password":"secret"})";
    desk->pages.http(request, {}, [&answers](const net::HttpResponse &) { ++answers; });
    desk.reset();
    QCoreApplication::processEvents();
    QCOMPARE(answers, 0);
}

QTEST_GUILESS_MAIN(TestAccountPages)
#include "test_account_pages.moc"
