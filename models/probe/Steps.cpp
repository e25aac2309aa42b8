// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/probe/Steps.h"

#include "models/domain/Time.h"

#include <QJsonDocument>

namespace tocsin::probe {

namespace {
constexpr int badRequest = 400;

QString shown(const Heard &heard)
{
    switch (heard.kind) {
    case Heard::Kind::Http:
        return heard.code == 0 ? heard.text : QStringLiteral("%1 %2").arg(heard.code).arg(heard.text);
    case Heard::Kind::Refused:
        return heard.code == 0 ? heard.text : QStringLiteral("HTTP %1").arg(heard.code);
    case Heard::Kind::Closed:
        return QStringLiteral("closed %1 %2").arg(heard.code).arg(heard.text);
    case Heard::Kind::Opened:
        return QStringLiteral("open");
    case Heard::Kind::Text:
        break;
    }
    return heard.text;
}

std::optional<Step::Verdict> verdict(bool ok, const Heard &heard)
{
    return Step::Verdict{ok, shown(heard)};
}

/// A login answers with one of these, whichever of the systems it is.
QString tokenIn(const QJsonObject &answer)
{
    const QJsonObject tokens = answer.value(QLatin1String("tokens")).toObject();
    const QJsonObject data = answer.value(QLatin1String("data")).toObject();
    for (const QString &token : {stringIn(answer, "access_token"), stringIn(tokens, "access"), stringIn(data, "token"),
                                 stringIn(answer, "token"), stringIn(answer, "access")}) {
        if (!token.isEmpty())
            return token;
    }
    return {};
}
} // namespace

bool isType(const Heard &heard, const char *type)
{
    return heard.json.value(QLatin1String("type")).toString() == QLatin1String(type);
}

QString stringIn(const QJsonObject &object, const char *key)
{
    return object.value(QLatin1String(key)).toString();
}

QString isoNow()
{
    return toIso8601(systemNow());
}

qint64 millisNow()
{
    return toEpochMillis(systemNow());
}

Step opens(const QString &path, const QUrlQuery &query, const QStringList &subprotocols)
{
    return {QStringLiteral("connect ") + path, QStringLiteral("101"),
            [=](Walker &walker) { walker.open(path, query, subprotocols); },
            [](Walker &, const Heard &heard) -> std::optional<Step::Verdict> {
                if (heard.kind == Heard::Kind::Opened)
                    return verdict(true, heard);
                return heard.kind == Heard::Kind::Refused ? verdict(false, heard) : std::nullopt;
            }};
}

Step refusesStrangers(const QString &path, const QUrlQuery &query)
{
    return {QStringLiteral("no token on ") + path, QStringLiteral("refused: HTTP 401 or 403, or close 4001 or 4003"),
            [=](Walker &walker) { walker.open(path, query, {}, false); },
            [](Walker &, const Heard &heard) -> std::optional<Step::Verdict> {
                constexpr int notAuthenticated = 4001;
                constexpr int forbidden = 4003;
                if (heard.kind == Heard::Kind::Refused)
                    return verdict(heard.code == 401 || heard.code == 403, heard);
                if (heard.kind == Heard::Kind::Closed)
                    return verdict(heard.code == notAuthenticated || heard.code == forbidden, heard);
                if (heard.kind == Heard::Kind::Text && !isType(heard, "error"))
                    return verdict(false, heard);
                return std::nullopt;
            }};
}

Step asksText(const QString &name, const QString &expected, const QString &frame, const Fits &fits)
{
    Step step = hears(name, expected, fits);
    step.act = [frame](Walker &walker) { walker.sayText(frame); };
    return step;
}

Step asks(const QString &name, const QString &expected, const QJsonObject &frame, const Fits &fits)
{
    return asksText(name, expected, QString::fromUtf8(QJsonDocument(frame).toJson(QJsonDocument::Compact)), fits);
}

Step hears(const QString &name, const QString &expected, const Fits &fits)
{
    Step step;
    step.name = name;
    step.expected = expected;
    step.judge = [fits](Walker &, const Heard &heard) -> std::optional<Step::Verdict> {
        return heard.kind == Heard::Kind::Text && fits(heard) ? verdict(true, heard) : std::nullopt;
    };
    step.needsSocket = true;
    return step;
}

Step calls(const QByteArray &method, const QString &path, const QJsonObject &body, int status, const QString &expected,
           const Fits &fits)
{
    return {QString::fromLatin1(method) + QLatin1Char(' ') + path,
            QStringLiteral("%1 %2").arg(status).arg(expected).trimmed(),
            [=](Walker &walker) { walker.call(method, path, body); },
            [=](Walker &, const Heard &heard) -> std::optional<Step::Verdict> {
                if (heard.kind != Heard::Kind::Http)
                    return std::nullopt;
                return verdict(heard.code == status && fits(heard), heard);
            }};
}

Step gets(const QString &path, const QString &expected, const Fits &fits)
{
    return calls("GET", path, {}, 200, expected, fits);
}

Step closes()
{
    Step step;
    step.name = QStringLiteral("disconnect");
    step.expected = QStringLiteral("closed 1000");
    step.act = [](Walker &walker) { walker.closeSocket(); };
    step.judge = [](Walker &, const Heard &heard) -> std::optional<Step::Verdict> {
        return heard.kind == Heard::Kind::Closed ? verdict(heard.code == 1000, heard) : std::nullopt;
    };
    step.needsSocket = true;
    return step;
}

Step logsIn()
{
    Step step;
    step.name = QStringLiteral("POST /api/auth/login/");
    step.expected = QStringLiteral("200 with a token");
    step.skip = [](const Walker &walker) {
        if (!walker.target().token.isEmpty())
            return QStringLiteral("there is a token");
        return walker.options().user.isEmpty() ? QStringLiteral("no --user") : QString();
    };
    step.act = [](Walker &walker) {
        const QString &user = walker.options().user;
        walker.remember(QStringLiteral("login"), QStringLiteral("1"));
        walker.call("POST", QStringLiteral("/api/auth/login/"),
                    {{QStringLiteral("username"), user},
                     {QStringLiteral("email"), user},
                     {QStringLiteral("password"), walker.options().password}});
    };
    step.judge = [](Walker &walker, const Heard &heard) -> std::optional<Step::Verdict> {
        if (heard.kind != Heard::Kind::Http)
            return std::nullopt;
        const QString token = heard.code < badRequest ? tokenIn(heard.json) : QString();
        if (token.isEmpty())
            return verdict(false, heard);
        walker.becomes(token);
        const QJsonObject user = heard.json.value(QLatin1String("user")).toObject();
        walker.remember(QStringLiteral("user"), user.value(QLatin1String("id")).toVariant().toString());
        walker.remember(QStringLiteral("role"), stringIn(user, "role"));
        walker.remember(QStringLiteral("email"), stringIn(user, "email"));
        return Step::Verdict{true, QStringLiteral("%1, a token").arg(heard.code)};
    };
    return step;
}

Step optional(Step step)
{
    step.mandatory = false;
    return step;
}

Step unless(Step step, const Skip &skip)
{
    step.skip = [before = step.skip, skip](const Walker &walker) {
        const QString why = before ? before(walker) : QString();
        return why.isEmpty() ? skip(walker) : why;
    };
    return step;
}

QString needsToken(const Walker &walker)
{
    return walker.target().token.isEmpty() ? QStringLiteral("needs a token") : QString();
}

QString needsDevice(const Walker &walker)
{
    return walker.options().device.isEmpty() ? QStringLiteral("sends telemetry only with --device ID") : QString();
}

QString needsChat(const Walker &walker)
{
    return walker.options().chat ? QString() : QStringLiteral("writes to the desk only with --allow-chat");
}

} // namespace tocsin::probe
