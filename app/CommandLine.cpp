// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/CommandLine.h"

#include "app/Config.h"

#include <QCommandLineParser>

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

CommandLine parseSubCommand(CommandLine::Action action, const QStringList &arguments, int nameIndex)
{
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("data"), QString(), QStringLiteral("DIR")});
    if (action == CommandLine::Action::UserAdd) {
        parser.addOption({QStringLiteral("role"), QString(), QStringLiteral("ROLE")});
        parser.addOption({QStringLiteral("password-stdin"), QString()});
    } else {
        parser.addOption({QStringLiteral("ttl"), QString(), QStringLiteral("TIME")});
    }
    QStringList rest = arguments;
    rest.remove(1, nameIndex - 1);
    if (!parser.parse(rest))
        return wrong(parserError(parser));
    const QStringList names = parser.positionalArguments();
    const QString command =
        action == CommandLine::Action::UserAdd ? QStringLiteral("user add") : QStringLiteral("token");
    if (names.size() != 1)
        return wrong(QStringLiteral("%1 takes exactly one NAME").arg(command));
    CommandLine line;
    line.action = action;
    line.user = names.constFirst();
    line.dataDir = parser.value(QStringLiteral("data"));
    if (action == CommandLine::Action::UserAdd) {
        line.role = parser.value(QStringLiteral("role"));
        if (line.role.isEmpty())
            return wrong(QStringLiteral("user add needs --role citizen, device, dispatcher, supervisor or admin"));
        if (!parser.isSet(QStringLiteral("password-stdin")))
            return wrong(QStringLiteral("user add needs --password-stdin: the password is read from standard input"));
    } else {
        line.ttl = parser.isSet(QStringLiteral("ttl")) ? parser.value(QStringLiteral("ttl")) : QStringLiteral("1h");
    }
    return line;
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
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("user")) {
        if (arguments.size() < 3 || arguments.at(2) != QLatin1String("add"))
            return wrong(QStringLiteral("user knows one command: user add NAME --role ROLE --password-stdin"));
        return parseSubCommand(Action::UserAdd, arguments, 3);
    }
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("token"))
        return parseSubCommand(Action::Token, arguments, 2);
    if (arguments.size() > 1 && arguments.at(1) == QLatin1String("certificate"))
        return parseCertificate(arguments);

    QCommandLineParser parser;
    parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, QString()});
    parser.addOption({{QStringLiteral("v"), QStringLiteral("version")}, QString()});
    parser.addOption({QStringLiteral("print-config"), QString()});
    parser.addOption({QStringLiteral("headless"), QString()});
    parser.addOption({QStringLiteral("demo"), QString()});
    parser.addOption({QStringLiteral("config"), QString(), QStringLiteral("FILE")});
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

QString CommandLine::help()
{
    const auto row = [](const QString &left, const QString &right) {
        return QStringLiteral("  %1 %2\n").arg(left, -36).arg(right);
    };
    QString text = QStringLiteral("Tocsin: a dispatcher's console with the real-time server inside.\n\n"
                                  "Usage:\n"
                                  "  tocsin [options]\n"
                                  "  tocsin user add NAME --role ROLE --password-stdin [--data DIR]\n"
                                  "  tocsin token NAME [--ttl 1h] [--data DIR]\n"
                                  "  tocsin certificate [--data DIR] [--config FILE]\n\n"
                                  "Options:\n");
    text += row(QStringLiteral("--demo"), QStringLiteral("A living, simulated city. Implies --open on loopback."));
    text += row(QStringLiteral("--headless"), QStringLiteral("The server alone; needs no display."));
    for (const ConfigKey &key : Config::keys()) {
        if (!key.flag.isEmpty())
            text += row(QStringLiteral("--") + key.flag +
                            (key.valueName.isEmpty() ? QString() : QLatin1Char(' ') + key.valueName),
                        key.help);
    }
    text += row(QStringLiteral("--config FILE"), QStringLiteral("Read this configuration file (TOML)."));
    text += row(QStringLiteral("--print-config"), QStringLiteral("Show every setting with where it came from."));
    text += row(QStringLiteral("--page NAME"), QStringLiteral("Open this page: desk."));
    text += row(QStringLiteral("--screenshot FILE"),
                QStringLiteral("Save the page, with the most urgent alert selected, as PNG; then end."));
    text += row(QStringLiteral("--after MS"), QStringLiteral("Take the screenshot after so long (3000)."));
    text += row(QStringLiteral("--size WxH"), QStringLiteral("Size of the window."));
    text += row(QStringLiteral("--version, --help"), QStringLiteral("Say which version this is; this text."));
    text += QStringLiteral("\nEvery setting can also stand in the configuration file or in the environment:\n");
    for (const ConfigKey &key : Config::keys())
        text += row(key.name, key.variable());
    text +=
        QStringLiteral("\nA flag wins over the environment, the environment over the file. Lists in the environment\n"
                       "are separated by semicolons.\n");
    return text;
}

} // namespace tocsin
