// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/NotifyCommand.h"

#include "app/Notifications.h"
#include "app/ServerQuestion.h"

#include <QCommandLineParser>
#include <QJsonArray>
#include <QJsonDocument>

#include <array>
#include <cstdio>

namespace tocsin {

namespace {
constexpr int userError = 2;

int fail(const QString &sentence, int code = userError)
{
    std::fputs((QStringLiteral("tocsin: ") + sentence + QLatin1Char('\n')).toUtf8().constData(), stderr);
    return code;
}

void print(const QString &text)
{
    std::fputs((text + QLatin1Char('\n')).toUtf8().constData(), stdout);
}

QString wordOf(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString();
}

int tellChannels(const QJsonObject &answer)
{
    const QJsonArray channels = answer.value(QLatin1String("channels")).toArray();
    if (channels.isEmpty())
        print(QStringLiteral("no channels: notify.file is not set"));
    for (const auto &entry : channels) {
        const QJsonObject channel = entry.toObject();
        const auto count = [&channel](const char *name) { return channel.value(QLatin1String(name)).toInteger(); };
        const bool paused = channel.value(QLatin1String("paused")).toBool();
        QString line = QStringLiteral("%1  %2  %3  sent %4, failed %5, dropped %6, waiting %7")
                           .arg(wordOf(channel, "name"), -16)
                           .arg(wordOf(channel, "kind"), -8)
                           .arg(paused ? QStringLiteral("PAUSED") : QStringLiteral("ok"), -6)
                           .arg(count("sent"))
                           .arg(count("failed"))
                           .arg(count("dropped"))
                           .arg(count("queued"));
        if (!wordOf(channel, "problem").isEmpty())
            line += QStringLiteral("; ") + wordOf(channel, "problem");
        print(line);
    }
    return 0;
}

int tellPreview(const QJsonObject &answer, bool full)
{
    const QJsonArray rows = answer.value(QLatin1String("rows")).toArray();
    bool anybody = false;
    for (const auto &entry : rows) {
        const QJsonObject row = entry.toObject();
        const bool withheld = wordOf(row, "verdict") == QLatin1String("withheld");
        anybody = anybody || !withheld;
        QString line = QStringLiteral("%1  %2  %3  %4")
                           .arg(wordOf(row, "verdict"), -8)
                           .arg(wordOf(row, "channel"), -12)
                           .arg(wordOf(row, "route"), -16)
                           .arg(wordOf(row, "recipient"));
        if (!wordOf(row, "why").isEmpty())
            line += QStringLiteral(": ") + wordOf(row, "why");
        print(line);
        if (full && !withheld)
            print(QStringLiteral("    %1\n    %2")
                      .arg(wordOf(row, "subject"),
                           wordOf(row, "text").trimmed().replace(QLatin1Char('\n'), QLatin1String("\n    "))));
    }
    if (answer.value(QLatin1String("unreached")).toBool())
        print(QStringLiteral("nobody is reached at this step: the next one would run at once"));
    else if (!anybody)
        print(QStringLiteral("nobody is told"));
    return anybody ? 0 : 1;
}

NotifyCommand wrong(const QString &sentence)
{
    NotifyCommand command;
    command.error = sentence;
    return command;
}
} // namespace

NotifyCommand NotifyCommand::parse(const QStringList &arguments)
{
    NotifyCommand command;
    if (arguments.contains(QStringLiteral("--help")) || arguments.contains(QStringLiteral("-h"))) {
        command.help = true;
        return command;
    }
    const QString word = arguments.value(2);
    constexpr std::array words{std::pair{"channels", What::Channels}, std::pair{"preview", What::Preview},
                               std::pair{"test", What::Test}, std::pair{"check", What::Check}};
    bool known = false;
    for (const auto &[name, what] : words) {
        if (word != QLatin1String(name))
            continue;
        command.what = what;
        known = true;
    }
    if (!known)
        return wrong(QStringLiteral("notify knows these commands: channels, preview, test, check"));
    QCommandLineParser parser;
    for (const char *name : {"url", "token-file", "ca", "data", "config"})
        parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("VALUE")});
    constexpr std::array texts{"source", "code", "category", "level", "person", "at"};
    if (command.what == What::Preview) {
        for (const char *name : texts)
            parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("TEXT")});
        parser.addOption({QStringLiteral("step"), QString(), QStringLiteral("N")});
        for (const char *name : {"panic", "simulated", "full"})
            parser.addOption({QString::fromLatin1(name), QString()});
    }
    QStringList rest = arguments;
    rest.remove(1, 2);
    if (!parser.parse(rest))
        return wrong(parser.errorText());
    const QStringList names = parser.positionalArguments();
    command.server.connectTo = parser.value(QStringLiteral("url"));
    command.server.tokenFile = parser.value(QStringLiteral("token-file"));
    command.server.caFile = parser.value(QStringLiteral("ca"));
    command.server.dataDir = parser.value(QStringLiteral("data"));
    command.server.configFile = parser.value(QStringLiteral("config"));
    switch (command.what) {
    case What::Channels:
        return names.isEmpty() ? command : wrong(QStringLiteral("usage: tocsin notify channels"));
    case What::Check:
        command.file = names.value(0);
        return names.size() == 1 ? command : wrong(QStringLiteral("usage: tocsin notify check FILE"));
    case What::Test:
        if (names.isEmpty() || names.size() > 2)
            return wrong(QStringLiteral("usage: tocsin notify test CHANNEL [RECIPIENT]"));
        command.question = {{QStringLiteral("channel"), names.at(0)}, {QStringLiteral("recipient"), names.value(1)}};
        return command;
    case What::Preview:
        break;
    }
    if (names.size() > 1)
        return wrong(QStringLiteral("usage: tocsin notify preview [ALERT] [--step N] …"));
    if (!names.isEmpty())
        command.question.insert(QStringLiteral("alert_id"), names.constFirst());
    for (const char *name : texts) {
        if (parser.isSet(QLatin1String(name)))
            command.question.insert(QLatin1String(name), parser.value(QLatin1String(name)));
    }
    for (const char *name : {"panic", "simulated"}) {
        if (parser.isSet(QLatin1String(name)))
            command.question.insert(QLatin1String(name), true);
    }
    command.full = parser.isSet(QStringLiteral("full"));
    if (parser.isSet(QStringLiteral("step"))) {
        bool ok = false;
        const int step = parser.value(QStringLiteral("step")).toInt(&ok);
        if (!ok)
            return wrong(QStringLiteral("--step %1: a number is needed").arg(parser.value(QStringLiteral("step"))));
        command.question.insert(QStringLiteral("step"), step);
    }
    return command;
}

QString NotifyCommand::helpText()
{
    return QStringLiteral(
        "Who is notified of what, asked of a running server; nothing is sent but by test.\n\n"
        "Usage:\n"
        "  tocsin notify channels                       how each channel is\n"
        "  tocsin notify preview ALERT [--step N]       who hears of an open alert, by which channel, and who not and "
        "why\n"
        "  tocsin notify preview --source DEVICE [--code C] [--category C] [--level L] [--simulated] …\n"
        "  tocsin notify preview --panic --person USER …\n"
        "                                               the same of an alert that is described; --at TIME as if it "
        "were\n"
        "                                               then (2026-01-31T23:30:00Z), --full with the words\n"
        "  tocsin notify test CHANNEL [RECIPIENT]       sends a test message; a webhook needs no recipient\n"
        "  tocsin notify check FILE                     is the configuration right? Asks no server\n\n"
        "Steps: 0 is when an alert is raised, 1 and above are those of its ladder while nobody acknowledges it.\n"
        "All but check take --url URL (else the first address of server.listen on this machine), --token-file FILE "
        "(or\n"
        "TOCSIN_TOKEN) of a supervisor or administrator, and --ca FILE for https. The end is 0 when somebody is "
        "reached,\n"
        "1 when nobody is or the test failed, 2 when it could not be asked.\n");
}

int NotifyCommand::run(const Settings &settings) const
{
    if (what == What::Check) {
        Settings named;
        named.notifyFile = file;
        QString problems;
        const NotifyConfig config = Notifications::read(named, &problems);
        if (!problems.isEmpty())
            return fail(problems, 1);
        print(QStringLiteral("%1 channels, %2 routes, emergency contacts %3")
                  .arg(config.channels.size())
                  .arg(config.routes.size())
                  .arg(config.contacts.enabled() ? QStringLiteral("are told") : QStringLiteral("are not told")));
        return 0;
    }
    const ServerTarget target = ServerTarget::of(server, settings);
    if (!target.error.isEmpty())
        return fail(target.error);
    if (what == What::Channels) {
        const ServerAnswer answer = askServer(target, "GET", QStringLiteral("/api/notify/channels"));
        return answer.error.isEmpty() ? tellChannels(answer.body) : fail(answer.error);
    }
    const QByteArray body = QJsonDocument(question).toJson(QJsonDocument::Compact);
    const bool tests = what == What::Test;
    const ServerAnswer answer = askServer(
        target, "POST", tests ? QStringLiteral("/api/notify/test") : QStringLiteral("/api/notify/preview"), body);
    constexpr int badGateway = 502;
    if (!answer.error.isEmpty())
        return fail(answer.error, answer.status == badGateway ? 1 : userError);
    if (!tests)
        return tellPreview(answer.body, full);
    print(QStringLiteral("delivered to the next server"));
    return 0;
}

} // namespace tocsin
