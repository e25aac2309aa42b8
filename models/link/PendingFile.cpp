// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/PendingFile.h"

#include "models/wire/JsonFields.h"
#include "models/wire/RequestCodec.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <utility>

namespace tocsin {

namespace {
constexpr qint64 largestFile = 33'554'432;
constexpr qsizetype mostActions = 1000;
constexpr QFile::Permissions ownersFile = QFile::ReadOwner | QFile::WriteOwner;

QString say(const char *text)
{
    return QCoreApplication::translate("tocsin::PendingFile", text);
}

template<class Io, class A>
void actionFields(Io &io, A &action)
{
    fieldOf(io, "cmd_id", action.id);
    fieldOf(io, "at", action.at);
    fieldOf(io, "sent", action.everSent);
}

/// A sentence about what is wrong with the file's text; empty: `into` has all of it.
QString parse(const QByteArray &text, PendingFile::Loaded &into)
{
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (error.error != QJsonParseError::NoError)
        return error.errorString();
    const QJsonObject object = document.object();
    const QJsonArray actions = object.value(QLatin1String("actions")).toArray();
    if (object.value(QLatin1String("v")) != QJsonValue(1) || actions.size() > mostActions)
        return say("it is of another kind or version");
    into.person = object.value(QLatin1String("person")).toString();
    for (const QJsonValueConstRef item : actions) {
        JsonReader in(item.toObject());
        PendingAction action;
        actionFields(in, action);
        const auto body = wire::requestFromJson(in.value(QLatin1String("body")).toObject());
        if (const auto *field = std::get_if<FieldError>(&body))
            return field->message;
        if (!in.error().isEmpty() || action.id.isEmpty())
            return action.id.isEmpty() ? say("an action has no id") : in.error();
        action.body = std::get<RequestBody>(body);
        into.actions.append(action);
    }
    return {};
}
} // namespace

PendingFile::PendingFile(QString directory, const QString &server, const QString &person)
    : m_directory(std::move(directory))
    , m_name(QString::fromLatin1(
          QCryptographicHash::hash((server + QLatin1Char('\n') + person).toUtf8(), QCryptographicHash::Sha256)
              .toHex()
              .left(32)))
{
}

PendingFile::~PendingFile() = default;

QString PendingFile::pathOf(int slot) const
{
    return QStringLiteral("%1/%2-%3.json").arg(m_directory, m_name).arg(slot);
}

PendingFile::Loaded PendingFile::open()
{
    Loaded loaded;
    if (!QDir().mkpath(m_directory) || !QFileInfo(m_directory).isWritable()) {
        loaded.trouble = say("Actions that wait for the server cannot be kept: %1 cannot be written. They end with "
                             "this console.")
                             .arg(m_directory);
        return loaded;
    }
    QFile::setPermissions(m_directory, ownersFile | QFile::ExeOwner);
    for (int slot = 1; slot <= mostConsoles; ++slot) {
        auto lock = std::make_unique<QLockFile>(pathOf(slot) + QStringLiteral(".lock"));
        lock->setStaleLockTime(0); // only the end of its process frees it
        if (!lock->tryLock(0))
            continue;
        const Loaded found = read(pathOf(slot));
        if (!found.trouble.isEmpty())
            loaded.trouble = found.trouble;
        // What the console before this one left comes along, if it is one person's.
        const bool same = loaded.actions.isEmpty() || found.actions.isEmpty() || loaded.person == found.person;
        if (same && loaded.actions.size() + found.actions.size() <= mostActions) {
            loaded.actions += found.actions;
            if (!found.actions.isEmpty())
                loaded.person = found.person;
            if (m_lock && !found.actions.isEmpty() && save(loaded.actions, loaded.person).isEmpty())
                QFile::remove(pathOf(slot));
        }
        if (!m_lock) {
            m_path = pathOf(slot);
            m_lock = std::move(lock);
        }
    }
    if (!m_lock)
        loaded.trouble =
            say("%1 consoles of yours are open: what waits for the server in this one ends with it.").arg(mostConsoles);
    return loaded;
}

PendingFile::Loaded PendingFile::read(const QString &path)
{
    Loaded loaded;
    QFile file(path);
    if (!file.exists())
        return loaded;
    QString problem;
    if (!file.open(QIODevice::ReadOnly))
        problem = file.errorString();
    else
        problem = file.size() > largestFile ? say("it is too large") : parse(file.readAll(), loaded);
    if (problem.isEmpty())
        return loaded;
    file.close();
    QString aside = path + QStringLiteral(".unreadable");
    for (int i = 2; QFile::exists(aside); ++i)
        aside = path + QStringLiteral(".unreadable-%1").arg(i);
    const bool moved = QFile::rename(path, aside);
    return {{},
            {},
            say("The actions that waited for the server cannot be read (%1): they were not sent. The file is kept as "
                "%2.")
                .arg(problem, moved ? aside : path)};
}

QString PendingFile::save(const QList<PendingAction> &actions, const QString &person)
{
    if (m_path.isEmpty())
        return {};
    if (actions.isEmpty()) {
        const bool gone = QFile::remove(m_path) || !QFile::exists(m_path);
        return gone ? QString() : say("%1 cannot be removed.").arg(m_path);
    }
    QJsonArray list;
    for (const PendingAction &action : actions) {
        JsonWriter out;
        actionFields(out, action);
        QJsonObject body = wire::toJson(action.body);
        body.remove(QLatin1String("pin")); // no PIN is kept on a disk
        body.remove(QLatin1String("duress_pin"));
        out.put(QLatin1String("body"), body);
        list.append(out.object());
    }
    const QJsonObject whole{
        {QLatin1String("v"), 1}, {QLatin1String("person"), person}, {QLatin1String("actions"), list}};
    QSaveFile file(m_path);
    const bool open = file.open(QIODevice::WriteOnly);
    if (open)
        file.setPermissions(ownersFile);
    if (!open || file.write(QJsonDocument(whole).toJson(QJsonDocument::Compact)) < 0 || !file.commit())
        return say("What waits for the server could not be kept in %1: %2. It ends with this console.")
            .arg(m_path, file.errorString());
    return {};
}

} // namespace tocsin
