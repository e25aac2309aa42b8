// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/CommandLine.h"

#include "app/Config.h"
#include "models/domain/Account.h"

#include <QCommandLineParser>

#include <algorithm>
#include <array>

namespace tocsin {

namespace {
CommandLine wrong(const QString &error)
{
    CommandLine line;
    line.action = CommandLine::Action::Wrong;
    line.error = error;
    return line;
}

/// The parser's own words end in a full stop or not, and begin in upper case: made one style.
QString parserError(const QCommandLineParser &parser)
{
    QString text = parser.errorText();
    if (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    return text;
}

CommandLine parseLogCommand(CommandLine::Action action, const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    if (action == CommandLine::Action::Verify)
        parser.addOption({QStringLiteral("head"), QString(), QStringLiteral("FILE")});
    if (!parser.parse(arguments.mid(1))) // the command stands where the parser expects the program's name
        return wrong(parserError(parser));
    if (!parser.positionalArguments().isEmpty())
        return wrong(QStringLiteral("Unknown argument '%1'").arg(parser.positionalArguments().constFirst()));
    CommandLine line;
    line.action = action;
    line.dataDir = parser.value(QStringLiteral("data"));
    if (action == CommandLine::Action::Verify)
        line.headFile = parser.value(QStringLiteral("head"));
    return line;
}

QString knownRoles()
{
    return QStringLiteral("citizen, device, dispatcher, supervisor, admin");
}

/// One of `tocsin user …`.
struct UserCommand
{
    const char *word;
    CommandLine::UserAction action;
    int names; ///< how many arguments it takes
    const char *usage;
};
constexpr std::array userCommands{
    UserCommand{"add", CommandLine::UserAction::Add, 1, "NAME --role ROLE --password-stdin [--email ADDRESS]"},
    UserCommand{"list", CommandLine::UserAction::List, 0, ""},
    UserCommand{"remove", CommandLine::UserAction::Remove, 1, "NAME"},
    UserCommand{"role", CommandLine::UserAction::Role, 2, "NAME ROLE"},
    UserCommand{"password", CommandLine::UserAction::Password, 1, "NAME --password-stdin"},
    UserCommand{"disable", CommandLine::UserAction::Disable, 1, "NAME"},
    UserCommand{"enable", CommandLine::UserAction::Enable, 1, "NAME"},
    UserCommand{"revoke", CommandLine::UserAction::Revoke, 1, "NAME"},
    UserCommand{"log", CommandLine::UserAction::Log, 0, ""},
};

CommandLine wrongUsage(const QString &command, const QString &usage)
{
    return wrong(QStringLiteral("usage: tocsin %1 %2").arg(command, usage).trimmed());
}

bool wantsHelp(const QStringList &arguments)
{
    return arguments.contains(QStringLiteral("--help")) || arguments.contains(QStringLiteral("-h"));
}

CommandLine accountsHelpAsked()
{
    CommandLine line;
    line.action = CommandLine::Action::Help;
    line.user = QStringLiteral("accounts");
    return line;
}

CommandLine parseUser(const QStringList &arguments)
{
    if (wantsHelp(arguments))
        return accountsHelpAsked();
    const QString word = arguments.value(2);
    const auto *const command = std::find_if(userCommands.begin(), userCommands.end(),
                                             [&](const UserCommand &c) { return word == QLatin1String(c.word); });
    if (command == userCommands.end()) {
        QStringList words;
        for (const UserCommand &known : userCommands)
            words.append(QString::fromLatin1(known.word));
        return wrong(QStringLiteral("user knows these commands: %1").arg(words.join(QLatin1String(", "))));
    }
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    using UserAction = CommandLine::UserAction;
    const bool takesPassword = command->action == UserAction::Add || command->action == UserAction::Password;
    if (command->action == UserAction::Add) {
        parser.addOption({QStringLiteral("role"), QString(), QStringLiteral("ROLE")});
        parser.addOption({QStringLiteral("email"), QString(), QStringLiteral("ADDRESS")});
    }
    if (takesPassword)
        parser.addOption({QStringLiteral("password-stdin"), QString()});
    QStringList rest = arguments;
    rest.remove(1, 2);
    if (!parser.parse(rest))
        return wrong(parserError(parser));
    const QStringList names = parser.positionalArguments();
    const QString called = QStringLiteral("user ") + word;
    if (names.size() != command->names)
        return wrongUsage(called, QString::fromLatin1(command->usage));
    CommandLine line;
    line.action = CommandLine::Action::User;
    line.userAction = command->action;
    line.user = names.value(0);
    line.dataDir = parser.value(QStringLiteral("data"));
    if (command->action == UserAction::Add) {
        line.role = parser.value(QStringLiteral("role"));
        line.email = parser.value(QStringLiteral("email"));
        if (line.role.isEmpty())
            return wrong(QStringLiteral("user add needs --role, one of: %1").arg(knownRoles()));
    } else if (command->action == UserAction::Role) {
        line.role = names.value(1);
    }
    if (!line.role.isEmpty() && !roleFromString(line.role))
        return wrong(QStringLiteral("%1: there is no such role; known: %2").arg(line.role, knownRoles()));
    if (takesPassword && !parser.isSet(QStringLiteral("password-stdin")))
        return wrong(QStringLiteral("%1 needs --password-stdin: the password is read from standard input").arg(called));
    return line;
}

CommandLine parseBackup(CommandLine::Action action, const QStringList &arguments)
{
    const QString place = action == CommandLine::Action::Backup ? QStringLiteral("to") : QStringLiteral("from");
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    parser.addOption({place, QString(), QStringLiteral("DIR")});
    if (!parser.parse(arguments.mid(1))) // the command stands where the parser expects the program's name
        return wrong(parserError(parser));
    if (!parser.positionalArguments().isEmpty())
        return wrong(QStringLiteral("Unknown argument '%1'").arg(parser.positionalArguments().constFirst()));
    CommandLine line;
    line.action = action;
    line.dataDir = parser.value(QStringLiteral("data"));
    line.backupDir = parser.value(place);
    if (line.backupDir.isEmpty())
        return wrong(QStringLiteral("%1 needs --%2 DIR").arg(arguments.at(1), place));
    return line;
}

CommandLine parseToken(const QStringList &arguments)
{
    if (wantsHelp(arguments))
        return accountsHelpAsked();
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("ttl"), QString(), QStringLiteral("TIME")});
    parser.addOption({QStringLiteral("pairing"), QString()});
    parser.addOption({QStringLiteral("role"), QString(), QStringLiteral("ROLE")});
    parser.addOption({QStringLiteral("revoke"), QString(), QStringLiteral("JTI")});
    parser.addOption({QStringLiteral("revoke-stdin"), QString()});
    QStringList rest = arguments;
    rest.remove(1, 1);
    if (!parser.parse(rest))
        return wrong(parserError(parser));
    const auto isSet = [&parser](const char *name) { return parser.isSet(QString::fromLatin1(name)); };
    CommandLine line;
    line.action = CommandLine::Action::Token;
    line.dataDir = parser.value(QStringLiteral("data"));
    line.user = parser.positionalArguments().value(0);
    line.ttl = parser.value(QStringLiteral("ttl"));
    const bool revokes = isSet("revoke") || isSet("revoke-stdin");
    const bool pairs = isSet("pairing");
    const int names = revokes || pairs ? 0 : 1;
    if (parser.positionalArguments().size() != names || (revokes && (pairs || isSet("ttl"))) ||
        (isSet("role") && !pairs) || (isSet("revoke") && isSet("revoke-stdin")))
        return wrong(
            QStringLiteral("token takes exactly one of: NAME [--ttl TIME], --pairing [--role ROLE] [--ttl TIME], "
                           "--revoke JTI, --revoke-stdin"));
    if (revokes) {
        line.tokenAction = CommandLine::TokenAction::Revoke;
        line.tokenId = parser.value(QStringLiteral("revoke"));
        if (isSet("revoke") && line.tokenId.isEmpty())
            return wrong(QStringLiteral("token --revoke needs the jti of a token"));
    } else if (pairs) {
        line.tokenAction = CommandLine::TokenAction::Pairing;
        line.role = isSet("role") ? parser.value(QStringLiteral("role")) : QStringLiteral("device");
        if (line.role != QLatin1String("device") && line.role != QLatin1String("citizen"))
            return wrong(QStringLiteral("token --pairing is for --role device or citizen"));
    }
    if (line.ttl.isEmpty())
        line.ttl = pairs ? QStringLiteral("10m") : QStringLiteral("1h");
    return line;
}

constexpr std::array deviceCommands{
    std::pair{"list", CommandLine::DeviceAction::List}, std::pair{"show", CommandLine::DeviceAction::Show},
    std::pair{"add", CommandLine::DeviceAction::Add}, std::pair{"owner", CommandLine::DeviceAction::Owner}};

CommandLine rosterHelpAsked()
{
    CommandLine line;
    line.action = CommandLine::Action::Help;
    line.user = QStringLiteral("roster");
    return line;
}

/// Which server, and with what right.
void addServerOptions(QCommandLineParser &parser)
{
    parser.addOption({QStringLiteral("url"), QString(), QStringLiteral("URL")});
    parser.addOption({QStringLiteral("token-file"), QString(), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("ca"), QString(), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("config"), QString(), QStringLiteral("FILE")});
}

void takeServerOptions(const QCommandLineParser &parser, CommandLine &line)
{
    line.connectTo = parser.value(QStringLiteral("url"));
    line.tokenFile = parser.value(QStringLiteral("token-file"));
    line.caFile = parser.value(QStringLiteral("ca"));
    line.dataDir = parser.value(QStringLiteral("data"));
    line.configFile = parser.value(QStringLiteral("config"));
}

CommandLine parseDevice(const QStringList &arguments)
{
    if (wantsHelp(arguments))
        return rosterHelpAsked();
    const QString word = arguments.value(2);
    const auto *const command = std::find_if(deviceCommands.begin(), deviceCommands.end(),
                                             [&](const auto &c) { return word == QLatin1String(c.first); });
    if (command == deviceCommands.end())
        return wrong(QStringLiteral("device knows these commands: list, show, add, owner"));
    QCommandLineParser parser;
    addServerOptions(parser);
    const std::array texts{QStringLiteral("name"), QStringLiteral("class"), QStringLiteral("kind")};
    const std::array lists{std::pair{QStringLiteral("owner"), QStringLiteral("owners")},
                           std::pair{QStringLiteral("tag"), QStringLiteral("tags")}};
    CommandLine line;
    line.action = CommandLine::Action::Device;
    line.deviceAction = command->second;
    const bool adds = line.deviceAction == CommandLine::DeviceAction::Add;
    if (adds) {
        for (const QString &text : texts)
            parser.addOption({text, QString(), QStringLiteral("TEXT")});
        for (const auto &[option, name] : lists)
            parser.addOption({option, QString(), QStringLiteral("TEXT")});
    }
    QStringList rest = arguments;
    rest.remove(1, 2);
    if (!parser.parse(rest))
        return wrong(parserError(parser));
    takeServerOptions(parser, line);
    QStringList names = parser.positionalArguments();
    if (line.deviceAction == CommandLine::DeviceAction::List)
        return names.isEmpty() ? line : wrongUsage(QStringLiteral("device list"), {});
    if (names.isEmpty() || (line.deviceAction != CommandLine::DeviceAction::Owner && names.size() > 1))
        return wrongUsage(QStringLiteral("device ") + word, QStringLiteral("ID …"));
    line.device = names.takeFirst();
    if (line.deviceAction == CommandLine::DeviceAction::Owner)
        line.deviceLists = {{QStringLiteral("owners"), names}};
    for (const QString &text : texts) {
        if (adds && parser.isSet(text))
            line.deviceTexts.append({text, parser.value(text)});
    }
    for (const auto &[option, name] : lists) {
        if (adds && parser.isSet(option))
            line.deviceLists.append({name, parser.values(option)});
    }
    return line;
}

CommandLine parseImport(const QStringList &arguments)
{
    if (wantsHelp(arguments))
        return rosterHelpAsked();
    QCommandLineParser parser;
    addServerOptions(parser);
    parser.addOption({QStringLiteral("check"), QString()});
    parser.addOption({QStringLiteral("update"), QString()});
    parser.addOption({QStringLiteral("passwords"), QString(), QStringLiteral("FILE")});
    if (!parser.parse(arguments.mid(1)))
        return wrong(parserError(parser));
    const QStringList names = parser.positionalArguments();
    const QString what = names.value(0);
    if (names.size() != 2 || (what != QLatin1String("devices") && what != QLatin1String("users")))
        return wrongUsage(QStringLiteral("import"), QStringLiteral("devices|users FILE [--check] [--update]"));
    CommandLine line;
    line.action = CommandLine::Action::Import;
    takeServerOptions(parser, line);
    line.importUsers = what == QLatin1String("users");
    line.importFile = names.at(1);
    line.check = parser.isSet(QStringLiteral("check"));
    line.update = parser.isSet(QStringLiteral("update"));
    line.passwordFile = parser.value(QStringLiteral("passwords"));
    if (!line.importUsers && !line.passwordFile.isEmpty())
        return wrong(QStringLiteral("--passwords belongs to import users"));
    return line;
}

CommandLine parseRules(const QStringList &arguments)
{
    const QString word = arguments.value(2);
    CommandLine line;
    line.action = CommandLine::Action::Rules;
    line.rulesFile = arguments.value(3);
    const bool knowsFences = arguments.size() == 6 && arguments.at(4) == QLatin1String("--fences");
    line.fencesFile = knowsFences ? arguments.at(5) : QString();
    const bool whole = arguments.size() == 4 || (knowsFences && !line.fencesFile.isEmpty());
    const bool checks = word == QLatin1String("check") && whole && !line.rulesFile.isEmpty();
    const bool prints = word == QLatin1String("print") && arguments.size() == 3;
    return checks || prints ? line
                            : wrongUsage(QStringLiteral("rules"), QStringLiteral("check FILE [--fences FILE] | print"));
}

/// Takes what bears on the certificate: where the data is, or the configuration that names another one.
CommandLine parseCertificate(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("config"), QString(), QStringLiteral("FILE")});
    if (!parser.parse(arguments.mid(1)))
        return wrong(parserError(parser));
    if (!parser.positionalArguments().isEmpty())
        return wrong(
            QStringLiteral("certificate takes no argument '%1'").arg(parser.positionalArguments().constFirst()));
    CommandLine line;
    line.action = CommandLine::Action::Certificate;
    line.dataDir = parser.value(QStringLiteral("data"));
    line.configFile = parser.value(QStringLiteral("config"));
    return line;
}
} // namespace

CommandLine CommandLine::parse(const QStringList &arguments)
{
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("user"))
        return parseUser(arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("device"))
        return parseDevice(arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("import"))
        return parseImport(arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("backup"))
        return parseBackup(Action::Backup, arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("restore"))
        return parseBackup(Action::Restore, arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("token"))
        return parseToken(arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("verify"))
        return parseLogCommand(Action::Verify, arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("rebuild"))
        return parseLogCommand(Action::Rebuild, arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("rules"))
        return parseRules(arguments);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("certificate"))
        return parseCertificate(arguments);

    QCommandLineParser parser;
    parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, QString()});
    parser.addOption({{QStringLiteral("v"), QStringLiteral("version")}, QString()});
    parser.addOption({QStringLiteral("print-config"), QString()});
    parser.addOption({QStringLiteral("headless"), QString()});
    parser.addOption({QStringLiteral("demo"), QString()});
    parser.addOption({QStringLiteral("config"), QString(), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("connect"), QString(), QStringLiteral("URL")});
    parser.addOption({QStringLiteral("token"), QString(), QStringLiteral("TOKEN")});
    parser.addOption({QStringLiteral("token-file"), QString(), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("ca"), QString(), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("fingerprint"), QString(), QStringLiteral("sha256:HEX")});
    parser.addOption({QStringLiteral("page"), QString(), QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("screenshot"), QString(), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("after"), QString(), QStringLiteral("MS")});
    parser.addOption({QStringLiteral("size"), QString(), QStringLiteral("WxH")});
    for (const ConfigKey &key : Config::keys()) {
        if (key.flag.isEmpty())
            continue;
        if (key.kind == ConfigKey::Kind::Flag)
            parser.addOption({key.flag, QString()});
        else
            parser.addOption({key.flag, QString(), key.valueName});
    }
    if (!parser.parse(arguments))
        return wrong(parserError(parser));
    if (!parser.positionalArguments().isEmpty())
        return wrong(QStringLiteral("Unknown argument '%1'").arg(parser.positionalArguments().constFirst()));

    CommandLine line;
    if (parser.isSet(QStringLiteral("help")))
        line.action = Action::Help;
    else if (parser.isSet(QStringLiteral("version")))
        line.action = Action::Version;
    else if (parser.isSet(QStringLiteral("print-config")))
        line.action = Action::PrintConfig;
    line.headless = parser.isSet(QStringLiteral("headless"));
    line.demo = parser.isSet(QStringLiteral("demo"));
    line.configFile = parser.value(QStringLiteral("config"));
    for (const ConfigKey &key : Config::keys()) {
        if (!key.flag.isEmpty() && parser.isSet(key.flag))
            line.settings.append({key.flag, parser.values(key.flag)});
    }

    line.connectTo = parser.value(QStringLiteral("connect"));
    line.token = parser.value(QStringLiteral("token"));
    line.tokenFile = parser.value(QStringLiteral("token-file"));
    line.caFile = parser.value(QStringLiteral("ca"));
    line.fingerprint = parser.value(QStringLiteral("fingerprint"));
    if (parser.isSet(QStringLiteral("connect")) && line.connectTo.isEmpty())
        return wrong(QStringLiteral("--connect takes an address: ws://HOST:PORT or wss://HOST:PORT"));
    if (!line.connectTo.isEmpty() && (line.headless || line.demo))
        return wrong(QStringLiteral("--connect is the console alone: leave out --headless and --demo"));
    for (const char *flag : {"token", "token-file", "ca", "fingerprint"}) {
        if (line.connectTo.isEmpty() && parser.isSet(QString::fromLatin1(flag)))
            return wrong(QStringLiteral("--%1 belongs to --connect").arg(QString::fromLatin1(flag)));
    }
    if (!line.token.isEmpty() && !line.tokenFile.isEmpty())
        return wrong(QStringLiteral("--token and --token-file exclude each other"));

    line.page = parser.value(QStringLiteral("page"));
    line.screenshot = parser.value(QStringLiteral("screenshot"));
    if (parser.isSet(QStringLiteral("after"))) {
        bool ok = false;
        line.afterMs = parser.value(QStringLiteral("after")).toInt(&ok);
        if (!ok || line.afterMs < 0 || line.afterMs > 600000)
            return wrong(QStringLiteral("--after takes milliseconds, 0 to 600000"));
    }
    if (parser.isSet(QStringLiteral("size"))) {
        const QStringList sides = parser.value(QStringLiteral("size")).split(QLatin1Char('x'));
        line.width = sides.constFirst().toInt();
        line.height = sides.constLast().toInt();
        if (sides.size() != 2 || line.width < 320 || line.height < 240 || line.width > 7680 || line.height > 4320)
            return wrong(QStringLiteral("--size takes WIDTHxHEIGHT, 320x240 to 7680x4320"));
    }
    if (line.headless && (!line.screenshot.isEmpty() || !line.page.isEmpty()))
        return wrong(QStringLiteral("--headless has no pages: leave out --page and --screenshot"));
    if (!line.screenshot.isEmpty() && line.page.isEmpty())
        line.page = QStringLiteral("desk");
    return line;
}

QString CommandLine::accountsHelp()
{
    QString text =
        QStringLiteral("Who may come in. These work beside a running server, which follows within two seconds.\n\n"
                       "Usage:\n");
    for (const UserCommand &command : userCommands)
        text += QStringLiteral("  tocsin user %1 %2\n").arg(QLatin1String(command.word), QLatin1String(command.usage));
    text += QStringLiteral("  tocsin token NAME [--ttl 1h]\n"
                           "  tocsin token --pairing [--role device|citizen] [--ttl 10m]\n"
                           "  tocsin token --revoke JTI | --revoke-stdin\n\n"
                           "Each takes --data DIR. Roles: %1.\n\n"
                           "user add, user password   read the password from standard input\n"
                           "user remove, role, password, disable, revoke\n"
                           "                          end every token and session of that user\n"
                           "user log                  the last logins and changes\n"
                           "token NAME                an access token: Authorization: Bearer …, or ?token=…\n"
                           "token --pairing           lets one phone or device register itself, once\n"
                           "token --revoke            takes a token's jti, or with --revoke-stdin the token itself\n")
                .arg(knownRoles());
    return text;
}

QString CommandLine::rosterHelp()
{
    return QStringLiteral(
        "Which devices there are and whose they are, asked of a running server; and tables of devices and users.\n\n"
        "Usage:\n"
        "  tocsin device list\n"
        "  tocsin device show ID\n"
        "  tocsin device add ID [--name TEXT] [--class TEXT] [--kind vehicle|phone|hardware|receiver|other]\n"
        "                       [--owner USER …] [--tag TEXT …]       also changes a device that exists\n"
        "  tocsin device owner ID [USER …]                            these and no others; none: nobody's\n"
        "  tocsin import devices FILE.csv [--check] [--update]\n"
        "  tocsin import users FILE.csv [--check] [--update] [--passwords FILE]\n\n"
        "Each takes --url URL (else the first address of server.listen on this machine), --token-file FILE (or\n"
        "TOCSIN_TOKEN) of an administrator, and --ca FILE for https. import users without --url works on --data DIR\n"
        "itself, beside a running server, as tocsin user does.\n\n"
        "--check    look only: says what would be done, or what is wrong\n"
        "--update   change what exists; without it a known id or name is a mistake\n\n"
        "A table is UTF-8, separated by commas or semicolons, with the names of its columns in the first line:\n"
        "  devices  id, name, class, kind, owners, tags     (several owners or tags in one cell: a;b in quotes, or "
        "a|b)\n"
        "  users    name, email, role, first_name, last_name, password\n"
        "Only id and name are needed. A column that is not there stays as it is, an empty cell empties. A new user\n"
        "without a password gets one, which is written once: to --passwords FILE, or to standard output. One bad "
        "line,\n"
        "and nothing is imported; each is named with its line, its column and the reason.\n");
}

QString CommandLine::help()
{
    const auto row = [](const QString &left, const QString &right) {
        return QStringLiteral("  %1 %2\n").arg(left, -36).arg(right);
    };
    QString text = QStringLiteral(
        "Tocsin: a dispatcher's console with the real-time server inside.\n\n"
        "Usage:\n"
        "  tocsin [options]\n"
        "  tocsin --connect URL [--token-file FILE] [options]\n"
        "  tocsin user add|list|remove|role|password|disable|enable|revoke|log …\n"
        "  tocsin token NAME | --pairing | --revoke JTI\n"
        "  tocsin user --help tells more of these two\n"
        "  tocsin device list|show|add|owner …       devices and their owners, of a running server\n"
        "  tocsin import devices|users FILE.csv [--check] [--update]; --help tells more\n"
        "  tocsin notify channels|preview|test|check …   who is notified of what; --help tells more\n"
        "  tocsin backup --to DIR [--data DIR]      also while a server runs\n"
        "  tocsin restore --from DIR [--data DIR]   keeps the old data aside\n"
        "  tocsin certificate [--data DIR] [--config FILE]\n"
        "  tocsin verify [--data DIR] [--head FILE]   is the log what the server wrote?\n"
        "  tocsin rebuild [--data DIR]                make the tables anew from the log\n"
        "  tocsin rules check FILE [--fences FILE]    is a rules file right, also about these geofences?\n"
        "  tocsin rules print                         the built-in rules\n"
        "  tocsin probe URL [options]   walk every dialect of a server; probe --help tells more\n\n"
        "Options:\n");
    text += row(QStringLiteral("--demo"), QStringLiteral("A living, simulated city. Implies --open on loopback."));
    text += row(QStringLiteral("--headless"), QStringLiteral("The server alone; needs no display."));
    text += row(QStringLiteral("--connect URL"),
                QStringLiteral("The console of a server elsewhere: ws://HOST:PORT or wss://HOST:PORT."));
    text += row(QStringLiteral("--token-file FILE"),
                QStringLiteral("Its token (tocsin token NAME), or in TOCSIN_TOKEN. --token TOKEN is seen by others."));
    text += row(QStringLiteral("--ca FILE"), QStringLiteral("Trust this authority (PEM) for wss."));
    text += row(QStringLiteral("--fingerprint sha256:HEX"),
                QStringLiteral("Trust the server with this certificate and no other."));
    for (const ConfigKey &key : Config::keys()) {
        if (!key.flag.isEmpty())
            text += row(QStringLiteral("--") + key.flag +
                            (key.valueName.isEmpty() ? QString() : QLatin1Char(' ') + key.valueName),
                        key.help);
    }
    text += row(QStringLiteral("--config FILE"), QStringLiteral("Read this configuration file (TOML)."));
    text += row(QStringLiteral("--print-config"), QStringLiteral("Show every setting with where it came from."));
    text += row(QStringLiteral("--page NAME"), QStringLiteral("Open this page: desk, incidents, hardware, handover."));
    text += row(QStringLiteral("--screenshot FILE"),
                QStringLiteral("Save the page, with the most urgent alert selected, as PNG; then end."));
    text += row(QStringLiteral("--after MS"), QStringLiteral("Take the screenshot after so long (3000)."));
    text += row(QStringLiteral("--size WxH"), QStringLiteral("Size of the window."));
    text += row(QStringLiteral("--version, --help"), QStringLiteral("Say which version this is; this text."));
    text += QStringLiteral("\nEvery setting can also stand in the configuration file or in the environment:\n");
    for (const ConfigKey &key : Config::keys())
        text += row(key.name, key.variable());
    text += QStringLiteral(
        "\nA flag wins over the environment, the environment over the file. Lists in the environment\n"
        "are separated by semicolons. PORT, FRONTEND_URL and DEBUG=socket.io of the IoT hub are understood too.\n");
    return text;
}

} // namespace tocsin
