// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/AccountPages.h"

#include "models/wire/Json.h"
#include "server/dialects/RestQuery.h"
#include "server/net/AddressKey.h"

#include <QHostAddress>
#include <QUrlQuery>

#include <utility>

namespace tocsin {

namespace {
using Page = AccountPages::Page;
using Method = Route::Method;
using Code = AccountsAnswer::Code;

constexpr std::array pages{
    Route{Method::Post, "/api/auth/login[/]", Page::Login, Rule::anybody()},
    Route{Method::Post, "/api/v1/auth/login[/]", Page::Login, Rule::anybody()},
    Route{Method::Post, "/api/auth/register[/]", Page::Register, Rule::anybody()}, // by a pairing token, see signUp()
    Route{Method::Post, "/api/v1/auth/register[/]", Page::Register, Rule::anybody()},
    Route{Method::Post, "/api/auth/refresh[/]", Page::Refresh, Rule::anybody()},
    Route{Method::Post, "/api/v1/auth/refresh[/]", Page::Refresh, Rule::anybody()},
    Route{Method::Post, "/api/token/refresh[/]", Page::Refresh, Rule::anybody()},
    Route{Method::Post, "/api/auth/logout[/]", Page::Logout, Rule::anybody()}, // what it is given is what it ends
    Route{Method::Post, "/api/v1/auth/logout[/]", Page::Logout, Rule::anybody()},
    Route{Method::Get, "/api/auth/me[/]", Page::Profile, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Get, "/api/auth/profile[/]", Page::Profile, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Get, "/api/auth/user[/]", Page::Profile, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Get, "/api/v1/auth/me[/]", Page::Profile, Rule::right(Act::OwnAccount, Names::Caller)},
    Route{Method::Post, "/api/auth/revoke[/]", Page::Revoke, Rule::right(Act::ManageAccounts, Names::Nothing)},
};
static_assert(isSound(pages, Page::Revoke));

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

/// The first of the names that is there and not empty; anything but text counts as absent.
QString field(const QJsonObject &body, std::initializer_list<const char *> names)
{
    for (const char *name : names) {
        const QString value = body.value(QLatin1String(name)).toString();
        if (!value.isEmpty())
            return value;
    }
    return {};
}

bool isVersioned(const net::HttpRequest &request)
{
    return request.path.startsWith(QLatin1String("/api/v1/"));
}

/// What clients read of a failure: some `error`, some `detail`.
net::HttpResponse failed(int status, const QString &error, const QString &detail)
{
    net::HttpResponse response =
        jsonResponse(status, QJsonObject{{text("success"), false}, {text("error"), error}, {text("detail"), detail}});
    if (status == 401)
        response.headers.emplaceBack("WWW-Authenticate", "Bearer");
    response.headers.emplaceBack("Cache-Control", "no-store");
    return response;
}

net::HttpResponse laterAgain(int status, const QString &error, std::chrono::seconds wait)
{
    const QString detail = QStringLiteral("%1, try again in %2 s").arg(error).arg(wait.count());
    net::HttpResponse response =
        jsonResponse(status, QJsonObject{{text("success"), false},
                                         {text("error"), error},
                                         {text("detail"), detail},
                                         {text("retry_after_ms"), qint64(wait.count()) * 1000}});
    response.headers.emplaceBack("Retry-After", QByteArray::number(qint64(wait.count())));
    return response;
}

/// As a FastAPI server says it under /api/v1, as the others do elsewhere.
net::HttpResponse missing(const net::HttpRequest &request, const QString &name)
{
    if (isVersioned(request))
        return unprocessable(
            {validationError({text("body"), name}, text("field required"), text("value_error.missing"))});
    return failed(400, QStringLiteral("%1 is required").arg(name), QStringLiteral("%1 is required").arg(name));
}

QJsonObject userObject(const AccountProfile &user)
{
    const QString email = user.email.isEmpty() && user.name.contains(QLatin1Char('@')) ? user.name : user.email;
    const QString full = QStringLiteral("%1 %2").arg(user.firstName, user.lastName).trimmed();
    return {{text("id"), user.id},
            {text("username"), user.name},
            {text("email"), email},
            {text("role"), toString(user.role)},
            {text("first_name"), user.firstName},
            {text("last_name"), user.lastName},
            {text("name"), full.isEmpty() ? user.name : full},
            {text("is_active"), true},
            {text("is_staff"), user.role >= Role::Dispatcher},
            {text("is_superuser"), user.role == Role::Admin}};
}

/// JSON, or a form as OAuth 2.0's password grant sends it; `error` is set when it is neither.
QJsonObject bodyOf(const net::HttpRequest &request, std::optional<FieldError> *error)
{
    const QByteArray type = request.header("content-type").split(';').first().trimmed().toLower();
    // (Some clients send JSON under the name that their library gives a body by default.)
    if (type == "application/x-www-form-urlencoded" && !request.body.trimmed().startsWith('{')) {
        QByteArray form = request.body;
        const QUrlQuery query(QString::fromLatin1(form.replace('+', "%20")));
        QJsonObject body;
        const auto items = query.queryItems(QUrl::FullyDecoded);
        for (const auto &[name, value] : items)
            body.insert(name, value);
        return body;
    }
    if (request.body.trimmed().isEmpty())
        return {};
    auto parsed = parseJsonObject(request.body, {AccountPages::maxBody, JsonLimits().maxDepth});
    if (auto *wrong = std::get_if<FieldError>(&parsed)) {
        *error = std::move(*wrong);
        return {};
    }
    return std::get<QJsonObject>(parsed);
}

QString elsewhere()
{
    return text("Tokens are issued elsewhere");
}
} // namespace

AccountPages::AccountPages(Posture posture, AccountsPort &accounts, net::TokenIssuer issuer,
                           std::function<TimePoint()> clock)
    : RuledDialect(posture)
    , m_accounts(accounts)
    , m_issuer(std::move(issuer))
    , m_clock(std::move(clock))
{
}

std::span<const Route> AccountPages::table()
{
    return pages;
}

void AccountPages::enter(const Place & /*place*/, net::Session *session)
{
    session->close(1008, text("No WebSocket here"));
}

void AccountPages::serve(const Call &call, const net::Respond &respond)
{
    if (call.request.body.size() > maxBody) {
        respond(failed(413, text("Request too large"), text("The body is too large.")));
        return;
    }
    std::optional<FieldError> error;
    const QJsonObject body = bodyOf(call.request, &error);
    if (error) {
        respond(isVersioned(call.request)
                    ? unprocessable({validationError({text("body")}, error->message, text("value_error.jsondecode"))})
                    : failed(400, text("Invalid request"), error->message));
        return;
    }
    switch (Page(call.route.id)) {
    case Page::Login:
        login(body, call.request, respond);
        break;
    case Page::Register:
        signUp(body, call.request, respond);
        break;
    case Page::Refresh:
        refresh(body, call.request, respond);
        break;
    case Page::Logout:
        logout(body, call.request, respond);
        break;
    case Page::Profile:
        profile(*call.caller, respond);
        break;
    case Page::Revoke:
        revoke(body, *call.caller, respond);
        break;
    }
}

net::HttpResponse AccountPages::granted(int status, const QString &message, const SessionGrant &grant) const
{
    net::TokenClaims claims;
    claims.subject = grant.user.id;
    claims.email = grant.user.email;
    claims.role = toString(grant.user.role);
    claims.session = grant.session;
    claims.generation = grant.generation;
    const QString access = QString::fromLatin1(m_issuer.issue(claims, m_clock()));
    const QJsonObject user = userObject(grant.user);
    net::HttpResponse response = jsonResponse(
        status,
        QJsonObject{
            {text("success"), true},
            {text("message"), message},
            {text("access_token"), access},
            {text("refresh_token"), grant.refreshToken},
            {text("token_type"), text("bearer")},
            {text("expires_in"), qint64(m_issuer.lifetime.count())},
            {text("session_id"), grant.session},
            {text("user"), user},
            {text("profile"), user},
            {text("access"), access},
            {text("refresh"), grant.refreshToken},
            {text("tokens"), QJsonObject{{text("access"), access}, {text("refresh"), grant.refreshToken}}},
            {text("data"),
             QJsonObject{{text("token"), access}, {text("refreshToken"), grant.refreshToken}, {text("user"), user}}},
        });
    response.headers.emplaceBack("Cache-Control", "no-store");
    return response;
}

AccountsPort::Reply AccountPages::expect(const net::Respond &respond, int wrong, const QByteArray &failure,
                                         std::function<net::HttpResponse(const AccountsAnswer &)> done)
{
    const std::function<void(const AccountsAnswer &)> handler = [respond, wrong, failure,
                                                                 done = std::move(done)](const AccountsAnswer &answer) {
        switch (answer.code) {
        case Code::Done:
            respond(done(answer));
            break;
        case Code::Wrong: {
            net::HttpResponse response;
            response.status = wrong;
            response.body = failure;
            response.headers.emplaceBack("WWW-Authenticate", "Bearer");
            response.headers.emplaceBack("Cache-Control", "no-store");
            respond(response);
            break;
        }
        case Code::TooOften:
            respond(laterAgain(429, text("Too many failed attempts"), answer.retryAfter));
            break;
        case Code::Busy:
            respond(laterAgain(503, text("Too busy"), answer.retryAfter));
            break;
        case Code::Exists:
            respond(failed(409, text("User already exists"), text("User already exists")));
            break;
        case Code::Invalid:
            respond(failed(400, answer.message, answer.message));
            break;
        case Code::Used:
            respond(failed(401, text("Invalid pairing token"), answer.message));
            break;
        case Code::NotFound:
            respond(failed(404, text("Not found"), answer.message));
            break;
        case Code::Failed:
            respond(failed(503, text("Accounts are not available"), text("The accounts cannot be written just now")));
            break;
        }
    };
    return m_replies.expect<AccountsAnswer>(handler);
}

void AccountPages::login(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond)
{
    LoginAttempt attempt;
    attempt.name = field(body, {"username", "email", "user", "login"});
    attempt.password = field(body, {"password"});
    attempt.address = net::addressKey(QHostAddress(request.peerAddress));
    if (attempt.name.isEmpty() || attempt.password.isEmpty()) {
        respond(missing(request, attempt.name.isEmpty() ? text("username") : text("password")));
        return;
    }
    if (!m_issuer.canIssue()) {
        respond(failed(403, elsewhere(), elsewhere()));
        return;
    }
    m_accounts.login(attempt, expect(respond, 401,
                                     R"({"success":false,"error":"Invalid credentials",)"
                                     R"("detail":"Incorrect email or password"})",
                                     [this](const AccountsAnswer &answer) {
                                         return granted(200, text("Login successful"), *answer.grant);
                                     }));
}

void AccountPages::signUp(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond)
{
    Registration wanted;
    wanted.email = field(body, {"email"});
    wanted.name = field(body, {"username", "user", "login"});
    if (wanted.name.isEmpty())
        wanted.name = wanted.email;
    wanted.password = field(body, {"password", "password1"});
    wanted.firstName = field(body, {"first_name", "firstName"});
    wanted.lastName = field(body, {"last_name", "lastName"});
    wanted.address = net::addressKey(QHostAddress(request.peerAddress));
    if (!m_issuer.canIssue()) {
        respond(failed(403, elsewhere(), elsewhere()));
        return;
    }
    // Whoever may register decides no role above a device's: the account outlives the posture.
    wanted.role = field(body, {"role"}) == QLatin1String("device") ? Role::Device : Role::Citizen;
    if (posture() == Posture::Secure) {
        const QString given = field(body, {"pairing_token", "pairingToken"});
        const TimePoint now = m_clock();
        const net::TokenCheck pairing = m_issuer.checkPairing(given.isEmpty() ? request.token() : given.toUtf8(), now);
        const auto role = pairing.claims ? roleFromString(pairing.claims->role) : std::nullopt;
        if (!role || *role > Role::Device || pairing.claims->id.isEmpty()) {
            respond(failed(401, text("Invalid pairing token"), text("Registration needs a valid pairing token")));
            return;
        }
        wanted.role = *role;
        wanted.pairingId = pairing.claims->id;
        wanted.pairingExpires = pairing.claims->expiresAt;
    }
    if (wanted.name.isEmpty() || wanted.password.isEmpty()) {
        respond(missing(request, wanted.name.isEmpty() ? text("username") : text("password")));
        return;
    }
    const auto versioned = [respond, old = isVersioned(request)](net::HttpResponse response) {
        if (old && response.status == 409)
            response.status = 400; // as the clients of /api/v1 know it
        respond(std::move(response));
    };
    m_accounts.registerAccount(wanted, expect(versioned, 401, {}, [this](const AccountsAnswer &answer) {
                                   return granted(201, text("User registered successfully"), *answer.grant);
                               }));
}

void AccountPages::refresh(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond)
{
    const QString token = field(body, {"refresh_token", "refreshToken", "refresh"});
    if (token.isEmpty()) {
        respond(missing(request, text("refresh_token")));
        return;
    }
    if (!m_issuer.canIssue()) {
        respond(failed(403, elsewhere(), elsewhere()));
        return;
    }
    m_accounts.refresh(token, expect(respond, 401,
                                     R"({"success":false,"error":"Invalid refresh token",)"
                                     R"("detail":"Token is invalid or expired","code":"token_not_valid"})",
                                     [this](const AccountsAnswer &answer) {
                                         return granted(200, text("Token refreshed successfully"), *answer.grant);
                                     }));
}

void AccountPages::logout(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond)
{
    Logout ends;
    ends.refreshToken = field(body, {"refresh_token", "refreshToken", "refresh"});
    if (const auto &credential = request.credential) {
        ends.account = credential->account;
        ends.session = credential->session;
        ends.tokenId = credential->tokenId;
        ends.tokenExpires = credential->expiresAt;
    }
    if (!request.credential && ends.refreshToken.isEmpty() && posture() == Posture::Secure) {
        respond(failed(401, text("Not authenticated"), text("Not authenticated")));
        return;
    }
    m_accounts.logout(ends, expect(respond, 401, {}, [](const AccountsAnswer &) {
                          return jsonResponse(200, QJsonObject{{text("success"), true},
                                                               {text("message"), text("Logged out successfully")}});
                      }));
}

void AccountPages::profile(const Principal &caller, const net::Respond &respond)
{
    const auto tell = [](const AccountProfile &who) {
        const QJsonObject user = userObject(who);
        QJsonObject body = user;
        body.insert(text("success"), true);
        body.insert(text("user"), user);
        body.insert(text("profile"), user);
        body.insert(text("data"), QJsonObject{{text("user"), user}});
        net::HttpResponse response = jsonResponse(200, body);
        response.headers.emplaceBack("Cache-Control", "no-store");
        return response;
    };
    if (caller.anonymous) {
        respond(tell({caller.id, caller.name, {}, {}, {}, caller.role}));
        return;
    }
    m_accounts.profile(
        caller.id, expect(respond, 401, {}, [tell](const AccountsAnswer &answer) { return tell(*answer.profile); }));
}

void AccountPages::revoke(const QJsonObject &body, const Principal &caller, const net::Respond &respond)
{
    RevokeTokens tokens;
    tokens.by = caller.id;
    tokens.tokenId = field(body, {"jti", "token_id"});
    tokens.account = field(body, {"user_id", "username", "email", "user"});
    if (tokens.tokenId.isEmpty() == tokens.account.isEmpty()) {
        respond(failed(400, text("jti or user_id is required"), text("Name either a token's jti or a user_id")));
        return;
    }
    m_accounts.revoke(tokens, expect(respond, 401, {}, [](const AccountsAnswer &) {
                          return jsonResponse(200, QJsonObject{{text("success"), true},
                                                               {text("message"), text("Revoked successfully")}});
                      }));
}

} // namespace tocsin
