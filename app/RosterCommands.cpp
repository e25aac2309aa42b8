// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/RosterCommands.h"

#include "app/AuditSpool.h"
#include "app/ServerQuestion.h"
#include "models/domain/ImportSheets.h"
#include "server/desk/UserImporter.h"
#include "server/store/DataDirectory.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include <cstdio>

namespace tocsin {

namespace {
constexpr int userError = 2;

int fail(const QString &sentence)
{
    std::fputs((QStringLiteral("tocsin: ") + sentence + QLatin1Char('\n')).toUtf8().constData(), stderr);
    return userError;
}

int done(const QString &text)
{
    std::fputs((text + QLatin1Char('\n')).toUtf8().constData(), stdout);
    return 0;
}

QString listed(const QJsonValue &list)
{
    return list.toVariant().toStringList().join(QLatin1String(", "));
}

QString rowOf(const QJsonObject &device)
{
    const auto text = [&device](const char *name) { return device.value(QLatin1String(name)).toString(); };
    return QStringLiteral("%1  %2  %3  %4  %5")
        .arg(text("id"), -24)
        .arg(text("status"), -8)
        .arg(text("kind"), -8)
        .arg(text("name"), -24)
        .arg(listed(device.value(QLatin1String("owners"))));
}

int show(const QJsonObject &device)
{
    QStringList lines;
    for (const char *name :
         {"id", "name", "class", "kind", "source", "status", "last_seen", "owners", "tags", "actions"}) {
        const QJsonValue value = device.value(QLatin1String(name));
        lines.append(QStringLiteral("%1 %2")
                         .arg(QLatin1String(name), -10)
                         .arg(value.isArray() ? listed(value) : value.toString()));
    }
    return done(lines.join(QLatin1Char('\n')));
}

int tellProblems(const QString &file, const QList<ImportProblem> &problems)
{
    QString text;
    for (const ImportProblem &problem : problems)
        text += QStringLiteral("%1:%2: %3%4\n")
                    .arg(file)
                    .arg(problem.line)
                    .arg(problem.column.isEmpty() ? QString() : problem.column + QStringLiteral(": "), problem.message);
    std::fputs(text.toUtf8().constData(), stderr);
    return fail(QStringLiteral("nothing was imported: %1 problem(s) in the table").arg(problems.size()));
}

QString csvCell(QString text)
{
    return QLatin1Char('"') + text.replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
}

/// What was done, and the passwords that were made: to the file that was named, else to standard output.
int tellDone(const CommandLine &line, int added, int changed, int unchanged,
             const QList<UserImportAnswer::Password> &passwords)
{
    const QString summary = QStringLiteral("%1%2 added, %3 changed, %4 unchanged")
                                .arg(line.check ? QStringLiteral("would be: ") : QString())
                                .arg(added)
                                .arg(changed)
                                .arg(unchanged);
    if (passwords.isEmpty())
        return done(summary);
    QString table = QStringLiteral("name,password\n");
    for (const UserImportAnswer::Password &made : passwords)
        table += csvCell(made.name) + QLatin1Char(',') + made.password + QLatin1Char('\n');
    if (line.passwordFile.isEmpty())
        return done(summary + QLatin1Char('\n') + table.chopped(1));
    if (const QString problem = writePrivateFile(line.passwordFile, table.toUtf8()); !problem.isEmpty()) {
        std::fputs(table.toUtf8().constData(), stdout); // they are known nowhere else
        return fail(QStringLiteral("--passwords %1: %2").arg(line.passwordFile, problem));
    }
    return done(summary + QStringLiteral("; the passwords are in ") + line.passwordFile);
}

int importHere(const CommandLine &line, const Settings &settings, const QByteArray &csv)
{
    AccountStore store;
    if (const QString problem = store.openIn(settings.dataDir); !problem.isEmpty())
        return fail(problem);
    UserImporter importer;
    UserImportAnswer answer =
        importer.plan(store, {csv, line.check, line.update, QStringLiteral("command line"), QString()});
    if (answer.ok() && !line.check) {
        answer.error = importer.hash([] { return true; });
        if (answer.ok())
            answer = importer.store(store, systemNow());
    }
    if (!answer.problems.isEmpty())
        return tellProblems(line.importFile, answer.problems);
    if (!answer.error.isEmpty())
        return fail(answer.error);
    const QString unnoted = line.check ? QString() : AuditSpool(settings.dataDir).leave(importer.record(), systemNow());
    const int told = tellDone(line, answer.added, answer.changed, answer.unchanged, answer.passwords);
    return unnoted.isEmpty() ? told : fail(unnoted);
}

int importThere(const CommandLine &line, const ServerTarget &target, const QByteArray &csv)
{
    QUrlQuery query;
    if (line.check)
        query.addQueryItem(QStringLiteral("check"), QStringLiteral("1"));
    if (line.update)
        query.addQueryItem(QStringLiteral("update"), QStringLiteral("1"));
    const QString path = line.importUsers ? QStringLiteral("/api/import/users") : QStringLiteral("/api/import/devices");
    const ServerAnswer answer = askServer(target, "POST", path, csv, "text/csv", query);
    QList<ImportProblem> problems;
    const QJsonArray errors = answer.body.value(QLatin1String("errors")).toArray();
    for (const auto &entry : errors) {
        const QJsonObject problem = entry.toObject();
        problems.append({problem.value(QLatin1String("line")).toInt(),
                         problem.value(QLatin1String("column")).toString(),
                         problem.value(QLatin1String("message")).toString()});
    }
    if (!problems.isEmpty())
        return tellProblems(line.importFile, problems);
    if (!answer.error.isEmpty())
        return fail(answer.error);
    QList<UserImportAnswer::Password> passwords;
    const QJsonArray made = answer.body.value(QLatin1String("passwords")).toArray();
    for (const auto &entry : made)
        passwords.append({entry.toObject().value(QLatin1String("name")).toString(),
                          entry.toObject().value(QLatin1String("password")).toString()});
    const auto count = [&answer](const char *name) { return answer.body.value(QLatin1String(name)).toInt(); };
    return tellDone(line, count("added"), count("changed"), count("unchanged"), passwords);
}
} // namespace

int runDevice(const CommandLine &line, const Settings &settings)
{
    const ServerTarget target = ServerTarget::of(line, settings);
    if (!target.error.isEmpty())
        return fail(target.error);
    const QString page = QStringLiteral("/api/devices/") + line.device;
    ServerAnswer answer;
    switch (line.deviceAction) {
    case CommandLine::DeviceAction::List: {
        answer = askServer(target, "GET", QStringLiteral("/api/devices"));
        if (!answer.error.isEmpty())
            return fail(answer.error);
        QStringList rows;
        const QJsonArray devices = answer.body.value(QLatin1String("devices")).toArray();
        for (const auto &device : devices)
            rows.append(rowOf(device.toObject()));
        return rows.isEmpty() ? 0 : done(rows.join(QLatin1Char('\n')));
    }
    case CommandLine::DeviceAction::Show:
        answer = askServer(target, "GET", page);
        break;
    case CommandLine::DeviceAction::Add:
    case CommandLine::DeviceAction::Owner: {
        QJsonObject body;
        for (const auto &[name, text] : line.deviceTexts)
            body.insert(name, text);
        for (const auto &[name, list] : line.deviceLists)
            body.insert(name, QJsonArray::fromStringList(list));
        if (line.deviceAction == CommandLine::DeviceAction::Owner) {
            answer = askServer(target, "GET", page); // a wrong id must not make a device
            if (!answer.error.isEmpty())
                break;
        }
        answer = askServer(target, "PUT", page, QJsonDocument(body).toJson(QJsonDocument::Compact));
        break;
    }
    }
    return answer.error.isEmpty() ? show(answer.body) : fail(answer.error);
}

int runImport(const CommandLine &line, const Settings &settings)
{
    QFile file(line.importFile);
    if (!file.open(QIODevice::ReadOnly))
        return fail(QStringLiteral("%1: the file cannot be read: %2").arg(line.importFile, file.errorString()));
    const QByteArray csv = file.read(CsvLimits().bytes + 1);
    if (line.importUsers && line.connectTo.isEmpty())
        return importHere(line, settings, csv);
    const ServerTarget target = ServerTarget::of(line, settings);
    return target.error.isEmpty() ? importThere(line, target, csv) : fail(target.error);
}

} // namespace tocsin
