// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Backup.h"

#include "server/store/DataDirectory.h"
#include "server/store/Database.h"
#include "server/store/DeskFile.h"
#include "server/store/HeadCopies.h"
#include "server/store/LogVerifier.h"
#include "server/store/Logging.h"

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace tocsin::backup {

namespace {
constexpr QFile::Permissions directoryMode = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;
constexpr QFile::Permissions fileMode = QFile::ReadOwner | QFile::WriteOwner;
const QString manifestName = QStringLiteral("manifest.json");
const QString unfinished = QStringLiteral(".part");
const QString prefix = QStringLiteral("tocsin-");
const QString deskName = QStringLiteral("desk.db");

QString stamp(TimePoint now)
{
    QString text = toIso8601(now).left(19); // 2026-11-25T23:15:00
    return text.replace(QLatin1Char(':'), QLatin1Char('-')) + QLatin1Char('Z');
}

bool isDatabase(const QString &name)
{
    return name.endsWith(QLatin1String(".db"));
}

/// What is made anew or means nothing elsewhere.
bool isLeftOut(const QString &relative)
{
    static const QStringList suffixes{QStringLiteral(".db-wal"),     QStringLiteral(".db-shm"),
                                      QStringLiteral(".db-journal"), QStringLiteral(".lock"),
                                      QStringLiteral(".reserve"),    unfinished};
    // The copied heads are of the log that was; after a restore it is another.
    return relative.startsWith(QLatin1String("backups/")) || relative.startsWith(QLatin1String("heads/")) ||
           relative.startsWith(QLatin1String("probe-")) ||
           std::any_of(suffixes.cbegin(), suffixes.cend(), [&](const QString &s) { return relative.endsWith(s); });
}

/// Relative names, the log first.
QStringList filesOf(const QString &directory)
{
    QStringList names;
    const QDir root(directory);
    QDirIterator it(directory, QDir::Files | QDir::Hidden | QDir::NoSymLinks, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString name = root.relativeFilePath(it.next());
        if (!isLeftOut(name))
            names.append(name);
    }
    std::sort(names.begin(), names.end(), [](const QString &a, const QString &b) {
        return std::pair(a != deskName, a) < std::pair(b != deskName, b);
    });
    return names;
}

QString makeParent(const QString &path)
{
    const QString parent = QFileInfo(path).path();
    if (QFileInfo(parent).isDir())
        return {};
    if (!QDir().mkpath(parent))
        return QStringLiteral("The directory %1 cannot be created.").arg(parent);
    QFile::setPermissions(parent, directoryMode);
    return {};
}

QString copyFile(const QString &from, const QString &to)
{
    QFile source(from);
    QFile target(to);
    if (!source.open(QIODevice::ReadOnly))
        return QStringLiteral("The file %1 cannot be read: %2.").arg(from, source.errorString());
    if (!target.open(QIODevice::WriteOnly | QIODevice::NewOnly, fileMode))
        return QStringLiteral("The file %1 cannot be made: %2.").arg(to, target.errorString());
    for (QByteArray piece; !(piece = source.read(1 << 20)).isEmpty();) {
        if (target.write(piece) != piece.size())
            return QStringLiteral("The file %1 cannot be written: %2.").arg(to, target.errorString());
    }
    if (source.error() != QFileDevice::NoError)
        return QStringLiteral("The file %1 cannot be read: %2.").arg(from, source.errorString());
    if (!syncFile(target))
        return QStringLiteral("The file %1 cannot be written: %2.").arg(to, target.errorString());
    return {};
}

QString hashOf(const QString &path, QByteArray &hash)
{
    QFile file(path);
    QCryptographicHash sum(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !sum.addData(&file))
        return QStringLiteral("The file %1 cannot be read: %2.").arg(path, file.errorString());
    hash = sum.result().toHex();
    return {};
}

QString copyOne(const QString &from, const QString &to)
{
    if (const QString error = makeParent(to); !error.isEmpty())
        return error;
    return isDatabase(from) ? Database::copy(from, to) : copyFile(from, to);
}

/// The files into `part`, with their entry in the manifest.
QString copyAll(const QString &from, const QString &part, bool withHistory, QJsonArray &entries, qint64 &bytes)
{
    const QStringList names = filesOf(from);
    if (!names.contains(deskName))
        return QStringLiteral("There is no log in %1.").arg(from);
    for (const QString &name : names) {
        if (!withHistory && name == QLatin1String("history.db"))
            continue;
        const QString source = from + QLatin1Char('/') + name;
        const QString target = part + QLatin1Char('/') + name;
        QByteArray hash;
        QString error = copyOne(source, target);
        if (!error.isEmpty() && !isDatabase(name) && !QFile::exists(source)) {
            QFile::remove(target); // removed while we copied: no part of the state any more
            continue;
        }
        if (error.isEmpty())
            error = hashOf(target, hash);
        if (!error.isEmpty())
            return error;
        const qint64 size = QFileInfo(target).size();
        bytes += size;
        entries.append(QJsonObject{{QStringLiteral("name"), name},
                                   {QStringLiteral("bytes"), size},
                                   {QStringLiteral("sha256"), QString::fromLatin1(hash)}});
    }
    return {};
}

QString writeManifest(const QString &part, const QJsonArray &entries, TimePoint now)
{
    const QJsonObject manifest{{QStringLiteral("format"), 1},
                               {QStringLiteral("made_at"), toIso8601(now)},
                               {QStringLiteral("version"), QStringLiteral(TOCSIN_VERSION)},
                               {QStringLiteral("files"), entries}};
    QFile file(part + QLatin1Char('/') + manifestName);
    const QByteArray text = QJsonDocument(manifest).toJson();
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly, fileMode) || file.write(text) != text.size() ||
        !syncFile(file))
        return QStringLiteral("The file %1 cannot be written: %2.").arg(file.fileName(), file.errorString());
    return {};
}

struct Manifest
{
    QString error;
    QJsonArray files;
};

Manifest readManifest(const QString &path)
{
    QFile file(path + QLatin1Char('/') + manifestName);
    if (!file.open(QIODevice::ReadOnly))
        return {QStringLiteral("%1 is no backup: it has no readable %2.").arg(path, manifestName), {}};
    const QJsonObject manifest = QJsonDocument::fromJson(file.readAll()).object();
    const QJsonArray files = manifest.value(QLatin1String("files")).toArray();
    if (manifest.value(QLatin1String("format")).toInt() != 1 || files.isEmpty())
        return {QStringLiteral("The manifest of %1 is not one that this version knows.").arg(path), {}};
    return {{}, files};
}

/// A name in a manifest must not lead out of the backup.
bool isInside(const QString &name)
{
    return !name.isEmpty() && QDir::cleanPath(name) == name && !name.startsWith(QLatin1Char('/')) &&
           !name.startsWith(QLatin1String("..")) && !name.contains(QLatin1Char('\\')) &&
           !name.contains(QLatin1Char(':'));
}

/// Verifies the log of a directory that no server has yet, chain, head and tables, and gives it a new epoch; `head` is its new one.
QStringList takeOverLog(const DataDirectory &directory, SignedHead &head)
{
    const DataDirectory::Key key = directory.headKey();
    if (!key.error.isEmpty())
        return {key.error};
    const HeadKey headKey(key.bytes);
    const VerifyReport report = LogVerifier::verify({.path = directory.deskFile()});
    QStringList problems;
    if (!report.error.isEmpty())
        problems.append(report.error);
    for (const Damage &damage : report.found)
        problems.append(damage.text());
    if (!problems.isEmpty())
        return problems;
    DeskFile file;
    DeskFile::Options options;
    options.key = headKey;
    if (const QString error = file.open(directory.deskFile(), options); !error.isEmpty())
        return {error};
    if (!file.renewEpoch())
        return {QStringLiteral("The log's epoch cannot be changed: %1.").arg(file.error())};
    head = file.signedHead();
    return {};
}
} // namespace

Made make(const QString &dataDirectory, const QString &to, TimePoint now, bool withHistory)
{
    Made made;
    const QString from = QDir::cleanPath(QDir(dataDirectory).absolutePath());
    const QString target = QDir::cleanPath(QDir(to).absolutePath());
    made.path = target + QLatin1Char('/') + prefix + stamp(now);
    const QString part = made.path + unfinished;
    const auto failed = [&](const QString &error) {
        QDir(part).removeRecursively();
        return Made{error, {}, 0};
    };
    if (QFileInfo::exists(made.path))
        return {QStringLiteral("The backup %1 exists already.").arg(made.path), {}, 0};
    QDir(part).removeRecursively();
    if (!QDir().mkpath(part))
        return {QStringLiteral("The directory %1 cannot be created.").arg(part), {}, 0};
    QFile::setPermissions(part, directoryMode);
    QJsonArray entries;
    if (const QString error = copyAll(from, part, withHistory, entries, made.bytes); !error.isEmpty())
        return failed(error);
    if (const QString error = writeManifest(part, entries, now); !error.isEmpty())
        return failed(error);
    syncDirectory(part);
    if (!QDir().rename(part, made.path))
        return failed(QStringLiteral("The backup %1 cannot be given its name.").arg(made.path));
    syncDirectory(target);
    return made;
}

QStringList verify(const QString &path)
{
    const Manifest manifest = readManifest(path);
    if (!manifest.error.isEmpty())
        return {manifest.error};
    QStringList problems;
    bool log = false;
    for (const QJsonValueConstRef value : manifest.files) {
        const QJsonObject entry = value.toObject();
        const QString name = entry.value(QLatin1String("name")).toString();
        const QString file = path + QLatin1Char('/') + name;
        if (!isInside(name)) {
            problems.append(QStringLiteral("The manifest names \"%1\", which is no place in a backup.").arg(name));
            continue;
        }
        QByteArray hash;
        if (const QString error = hashOf(file, hash); !error.isEmpty())
            problems.append(error);
        else if (hash != entry.value(QLatin1String("sha256")).toString().toLatin1())
            problems.append(QStringLiteral("The file %1 is not the one that was backed up.").arg(file));
        else if (isDatabase(name))
            problems += Database::check(file);
        log = log || name == deskName;
    }
    if (!log)
        problems.append(QStringLiteral("There is no log in the backup %1.").arg(path));
    return problems;
}

Restored restore(const QString &from, const QString &dataDirectory, const QString &headCopies, TimePoint now)
{
    const QString source = QDir::cleanPath(QDir(from).absolutePath());
    const QString place = QDir::cleanPath(QDir(dataDirectory).absolutePath());
    const QString fresh = place + QStringLiteral(".restored-") + stamp(now) + unfinished;
    const QString aside = place + QStringLiteral(".before-restore-") + stamp(now);
    const bool existed = QFileInfo::exists(place);
    if (QFileInfo::exists(aside))
        return {QStringLiteral("%1 exists already.").arg(aside), {}, {}};
    DataDirectory old(place); // its lock keeps servers out until we are done
    if (existed) {
        if (const QString error = old.lock(); !error.isEmpty())
            return {error, {}, {}};
    }
    if (const QStringList problems = verify(source); !problems.isEmpty())
        return {QStringLiteral("Nothing was restored: ") + problems.join(QLatin1Char(' ')), {}, {}};

    QDir(fresh).removeRecursively();
    const auto failed = [&](const QString &error) {
        QDir(fresh).removeRecursively();
        return Restored{QStringLiteral("Nothing was restored: ") + error, {}, {}};
    };
    if (!QDir().mkpath(fresh))
        return failed(QStringLiteral("The directory %1 cannot be created.").arg(fresh));
    QFile::setPermissions(fresh, directoryMode);
    for (const QJsonValueConstRef value : readManifest(source).files) {
        const QString name = value.toObject().value(QLatin1String("name")).toString();
        const QString target = fresh + QLatin1Char('/') + name;
        QString error = makeParent(target);
        if (error.isEmpty())
            error = copyFile(source + QLatin1Char('/') + name, target);
        if (!error.isEmpty())
            return failed(error);
    }
    SignedHead head;
    if (const QStringList problems = takeOverLog(DataDirectory(fresh), head); !problems.isEmpty())
        return failed(problems.join(QLatin1Char(' ')));
    syncDirectory(fresh);
    if (existed && !QDir().rename(place, aside))
        return failed(QStringLiteral("%1 cannot be moved aside.").arg(place));
    if (!QDir().rename(fresh, place)) {
        if (existed && !QDir().rename(aside, place))
            return {QStringLiteral("The old data is in %1, the restored in %2; neither could be moved to %3.")
                        .arg(aside, fresh, place),
                    aside,
                    {}};
        return failed(QStringLiteral("%1 cannot be moved to %2.").arg(fresh, place));
    }
    syncDirectory(QFileInfo(place).path());
    return {{}, existed ? aside : QString(), HeadCopies(headCopies).write(head, toEpochMicros(now))};
}

QStringList list(const QString &directory)
{
    QStringList found;
    const QStringList names =
        QDir(directory).entryList({prefix + QLatin1Char('*')}, QDir::Dirs | QDir::NoSymLinks, QDir::Name);
    for (const QString &name : names) {
        const QString path = directory + QLatin1Char('/') + name;
        if (!name.endsWith(unfinished) && QFile::exists(path + QLatin1Char('/') + manifestName))
            found.append(path);
    }
    return found; // the time is in the name: oldest first
}

void prune(const QString &directory, int keep)
{
    const QStringList left =
        QDir(directory).entryList({prefix + QLatin1Char('*') + unfinished}, QDir::Dirs | QDir::NoSymLinks);
    for (const QString &name : left)
        QDir(directory + QLatin1Char('/') + name).removeRecursively();
    QStringList all = list(directory);
    while (all.size() > std::max(keep, 1)) {
        const QString oldest = all.takeFirst();
        // Without its manifest it is no backup any more, should we be interrupted.
        QFile::remove(oldest + QLatin1Char('/') + manifestName);
        if (!QDir(oldest).removeRecursively())
            qCWarning(lcStore).noquote() << "the old backup" << oldest << "cannot be removed";
    }
}

} // namespace tocsin::backup
