// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ProbeCommand.h"

#include "models/domain/Time.h"
#include "models/link/LinkTarget.h"
#include "models/probe/TestClient.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

#include <algorithm>
#include <cstdio>

namespace tocsin {

namespace {
constexpr int lastDialect = 5;
constexpr double longestSeconds = 600;

ProbeCommand wrong(const QString &error)
{
    ProbeCommand command;
    command.error = error;
    return command;
}

/// The first line of a file, or a sentence in `error`.
QString firstLineOf(const QString &flag, const QString &path, QString *error)
{
    QFile file(path);
    if (file.open(QIODevice::ReadOnly))
        return QString::fromUtf8(file.readAll()).section(QLatin1Char('\n'), 0, 0).trimmed();
    *error = QStringLiteral("--%1 %2: the file cannot be read: %3").arg(flag, path, file.errorString());
    return {};
}

/// "0", "1,3", given once or more.
QList<int> dialectsIn(const QStringList &values, QString *error)
{
    QList<int> dialects;
    for (const QString &value : values) {
        for (const QString &word : value.split(QLatin1Char(','))) {
            bool ok = false;
            const int dialect = word.toInt(&ok);
            if (!ok || dialect < 0 || dialect > lastDialect)
                *error = QStringLiteral("--dialect %1: dialects are 0 to %2").arg(word).arg(lastDialect);
            else if (!dialects.contains(dialect))
                dialects.append(dialect);
        }
    }
    return dialects;
}

/// Seconds, or a sentence in `error`.
std::chrono::milliseconds secondsOf(const QString &flag, const QString &value, QString *error)
{
    constexpr int perSecond = 1000;
    const double seconds = value.toDouble();
    if (!(seconds > 0 && seconds <= longestSeconds))
        *error = QStringLiteral("--%1 takes seconds, more than 0, at most %2").arg(flag).arg(longestSeconds);
    return std::chrono::milliseconds(qint64(seconds * perSecond));
}

void print(const QString &text)
{
    std::fputs(text.toUtf8().constData(), stdout);
    std::fflush(stdout);
}

void printRow(const probe::WalkRow &row)
{
    const bool plain = row.result == probe::WalkRow::Result::Ok;
    const QString took =
        row.result == probe::WalkRow::Result::Skipped ? QStringLiteral("-") : QString::number(row.ms, 'f', 1);
    QString text =
        QStringLiteral("%1  %2 %3 %4").arg(row.dialect).arg(row.step, -46).arg(toString(row.result), -8).arg(took, 8);
    if (row.result == probe::WalkRow::Result::Failed)
        text += QStringLiteral("  %1; expected %2%3")
                    .arg(row.got, row.expected, row.mandatory ? QString() : QStringLiteral(" (not mandatory)"));
    else if (!plain)
        text += QStringLiteral("  ") + row.got;
    print(text + QLatin1Char('\n'));
}

QJsonObject toJson(const probe::WalkRow &row)
{
    return {{QStringLiteral("dialect"), row.dialect},     {QStringLiteral("name"), probe::nameOf(row.dialect)},
            {QStringLiteral("step"), row.step},           {QStringLiteral("result"), toString(row.result)},
            {QStringLiteral("mandatory"), row.mandatory}, {QStringLiteral("ms"), row.ms},
            {QStringLiteral("expected"), row.expected},   {QStringLiteral("got"), row.got}};
}
} // namespace

ProbeCommand ProbeCommand::parse(const QStringList &arguments)
{
    const auto text = [](const char *name) { return QString::fromLatin1(name); };
    QCommandLineParser parser;
    for (const char *flag : {"json", "insecure", "allow-chat", "allow-panic"})
        parser.addOption({text(flag), QString()});
    for (const char *option : {"token", "token-file", "user", "password-file", "dialect", "timeout", "ca",
                               "fingerprint", "device", "play", "id", "seconds"})
        parser.addOption({text(option), QString(), QStringLiteral("VALUE")});
    parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, QString()});
    if (!parser.parse(arguments.mid(1))) // the command stands where the parser expects the program's name
        return wrong(parser.errorText());
    ProbeCommand command;
    command.help = parser.isSet(text("help"));
    if (command.help)
        return command;
    if (parser.positionalArguments().size() != 1)
        return wrong(QStringLiteral("usage: tocsin probe URL [options]"));

    QString &error = command.error;
    command.target.base = probe::ProbeTarget::parseBase(parser.positionalArguments().constFirst(), &error);
    command.json = parser.isSet(text("json"));
    command.target.insecure = parser.isSet(text("insecure"));
    command.target.caFile = parser.value(text("ca"));
    if (!command.target.caFile.isEmpty() && !QFile::exists(command.target.caFile))
        error = QStringLiteral("--ca %1: there is no such file").arg(command.target.caFile);
    if (parser.isSet(text("fingerprint"))) {
        QString problem;
        command.target.fingerprint = LinkTarget::parseFingerprint(parser.value(text("fingerprint")), &problem);
        if (!problem.isEmpty())
            error = QStringLiteral("--fingerprint: ") + problem;
    }
    command.target.token =
        parser.isSet(text("token")) ? parser.value(text("token")) : qEnvironmentVariable("TOCSIN_TOKEN");
    if (parser.isSet(text("token-file")))
        command.target.token = firstLineOf(text("token-file"), parser.value(text("token-file")), &error);
    probe::WalkOptions &options = command.options;
    options.user = parser.value(text("user"));
    if (parser.isSet(text("user")) != parser.isSet(text("password-file")))
        return wrong(QStringLiteral("--user and --password-file go together"));
    if (parser.isSet(text("password-file")))
        options.password = firstLineOf(text("password-file"), parser.value(text("password-file")), &error);
    if (parser.isSet(text("dialect")))
        options.dialects = dialectsIn(parser.values(text("dialect")), &error);
    options.device = parser.value(text("device"));
    options.chat = parser.isSet(text("allow-chat"));
    options.panic = parser.isSet(text("allow-panic"));
    if (parser.isSet(text("timeout")))
        options.patience = secondsOf(text("timeout"), parser.value(text("timeout")), &error);
    if (parser.isSet(text("play"))) {
        const QList<int> dialects = dialectsIn({parser.value(text("play"))}, &error);
        if (error.isEmpty() && dialects.size() != 1)
            error = QStringLiteral("--play takes one dialect");
        command.play = dialects.value(0);
    }
    if (!command.play && (parser.isSet(text("id")) || parser.isSet(text("seconds"))))
        return wrong(QStringLiteral("--id and --seconds go with --play"));
    command.playAs = parser.isSet(text("id")) ? parser.value(text("id")) : QStringLiteral("test-client");
    const QString seconds = parser.isSet(text("seconds")) ? parser.value(text("seconds")) : QStringLiteral("60");
    command.playFor = secondsOf(text("seconds"), seconds, &error);
    return command;
}

QString ProbeCommand::helpText()
{
    return QStringLiteral(
        "Walks every dialect against a server, Tocsin's or another's, and says what it answered.\n\n"
        "Usage:\n"
        "  tocsin probe URL [options]        http://, https://, ws:// or wss://HOST:PORT\n\n"
        "  --dialect N          this one alone (0 native, 1 vehicle telemetry, 2 IoT hub, 3 hardware,\n"
        "                       4 device monitoring, 5 emergency response); repeatable, or 1,3\n"
        "  --token-file FILE    an access token, or in TOCSIN_TOKEN; --token TOKEN is seen by others\n"
        "  --user NAME --password-file FILE   log in for one\n"
        "  --ca FILE            trust this authority (PEM)\n"
        "  --fingerprint sha256:HEX   trust this certificate and no other\n"
        "  --insecure           trust any certificate\n"
        "  --timeout S          how long each step may take (5)\n"
        "  --json               one JSON object instead of a table\n\n"
        "It only looks, unless it may do more:\n"
        "  --device ID          send one reading (speed 0) as this device, in each dialect that has telemetry\n"
        "  --allow-chat         write one line to the desk\n"
        "  --allow-panic        raise a silent panic and take it back\n\n"
        "Or it plays a client and prints what is said (> sent, < received):\n"
        "  --play N             what a client of this dialect does: a van, a tracker, a bench that reads\n"
        "                       streams, a dashboard, a phone that raises a panic (not a drill: say so first)\n"
        "  --id ID              as this vehicle, device or person (test-client)\n"
        "  --seconds S          for so long (60)\n\n"
        "Ends with 0 when every mandatory step passed, 1 when one failed, 2 when the command is wrong.\n");
}

int ProbeCommand::run() const
{
    return play ? runSimulation() : walk();
}

int ProbeCommand::runSimulation() const
{
    using probe::TestClient;
    const probe::DialectEntry entry = probe::catalog().at(*play);
    TestClient client([] { return toEpochMillis(systemNow()); });
    bool begun = false;
    QObject::connect(&client, &TestClient::logged, &client, [this](TestClient::Way way, const QString &text) {
        const QString mark = way == TestClient::Way::Out  ? QStringLiteral("> ")
                             : way == TestClient::Way::In ? QStringLiteral("< ")
                                                          : QStringLiteral("- ");
        if (json)
            print(QString::fromUtf8(
                      QJsonDocument(QJsonObject{{QStringLiteral("way"), mark.left(1)}, {QStringLiteral("text"), text}})
                          .toJson(QJsonDocument::Compact)) +
                  QLatin1Char('\n'));
        else
            print(mark + text + QLatin1Char('\n'));
    });
    QObject::connect(&client, &TestClient::stateChanged, &client, [&] {
        if (client.state() == TestClient::State::Open && !begun) {
            begun = true;
            // What is said first has to be understood before what follows from it.
            QTimer::singleShot(std::chrono::milliseconds(500), &client, [&client] { client.simulate(true); });
        } else if (client.state() == TestClient::State::Closed) {
            QCoreApplication::exit(1);
        }
    });
    QTimer::singleShot(playFor, &client, [&] { QCoreApplication::exit(client.isSimulating() ? 0 : 1); });
    client.open(target, *play, entry.simulatedPath.isEmpty() ? entry.paths.at(0) : entry.simulatedPath, playAs);
    return QCoreApplication::exec();
}

int ProbeCommand::walk() const
{
    probe::Walker walker(target, options);
    bool failed = false;
    int ok = 0;
    int bad = 0;
    int skipped = 0;
    QJsonArray rows;
    QObject::connect(&walker, &probe::Walker::row, &walker, [&](const probe::WalkRow &row) {
        failed = failed || (row.mandatory && row.result == probe::WalkRow::Result::Failed);
        ok += row.result == probe::WalkRow::Result::Ok ? 1 : 0;
        bad += row.result == probe::WalkRow::Result::Failed ? 1 : 0;
        skipped += row.result == probe::WalkRow::Result::Skipped ? 1 : 0;
        if (json)
            rows.append(toJson(row));
        else
            printRow(row);
    });
    QObject::connect(&walker, &probe::Walker::finished, qApp, &QCoreApplication::quit);
    walker.start();
    QCoreApplication::exec();
    const QString server = target.base.toString();
    if (json)
        print(QString::fromUtf8(QJsonDocument(QJsonObject{{QStringLiteral("server"), server},
                                                          {QStringLiteral("ok"), !failed},
                                                          {QStringLiteral("rows"), rows}})
                                    .toJson()));
    else
        print(QStringLiteral("%1: %2 ok, %3 failed, %4 skipped\n").arg(server).arg(ok).arg(bad).arg(skipped));
    return failed ? 1 : 0;
}

} // namespace tocsin
