// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/AuditSpool.h"

#include "models/wire/EventCodec.h"
#include "server/store/DataDirectory.h"

#include <QDir>
#include <QUuid>

namespace tocsin {

namespace {
constexpr qint64 largestNote = 65'536;
const QString ending = QStringLiteral(".json");

/// "audit-1764028800123456-0b5e…": names sort by time, and the time can be read off them.
QString newId(TimePoint now)
{
    return QStringLiteral("audit-%1-%2")
        .arg(toEpochMicros(now), 16, 10, QLatin1Char('0'))
        .arg(QUuid::createUuid().toString(QUuid::Id128));
}

std::optional<AuditRecord> readNote(const QString &path, QString *error)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > largestNote) {
        *error = file.isOpen() ? QStringLiteral("it is too large") : file.errorString();
        return std::nullopt;
    }
    const auto body = decodeEvent(QStringLiteral("audit"), file.readAll(), error);
    const auto *record = body ? std::get_if<AuditRecord>(&*body) : nullptr;
    return record ? std::optional<AuditRecord>(*record) : std::nullopt;
}
} // namespace

AuditSpool::AuditSpool(const QString &dataDirectory) : m_directory(dataDirectory + QStringLiteral("/audit"))
{
}

QString AuditSpool::fileOf(const QString &id) const
{
    return m_directory + QLatin1Char('/') + id + ending;
}

QString AuditSpool::leave(const AuditRecord &record, TimePoint now) const
{
    QDir().mkpath(m_directory);
    QFile::setPermissions(m_directory, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const QString error = writePrivateFile(fileOf(newId(now)), encodeEvent(record).body);
    return error.isEmpty() ? QString()
                           : QStringLiteral("It was done, but could not be noted for the audit log in %1: %2.")
                                 .arg(m_directory, error);
}

QList<AuditSpool::Note> AuditSpool::waiting(QStringList *problems) const
{
    QList<Note> notes;
    const QStringList names = QDir(m_directory).entryList({QLatin1Char('*') + ending}, QDir::Files, QDir::Name);
    for (const QString &name : names.mid(0, mostAtOnce)) {
        const QString id = name.chopped(ending.size());
        QString error;
        const auto record = readNote(fileOf(id), &error);
        if (!record) {
            problems->append(QStringLiteral("The note %1 for the audit log is set aside: %2.").arg(fileOf(id), error));
            setAside(id);
            continue;
        }
        notes.append({id, fromEpochMicros(id.section(QLatin1Char('-'), 1, 1).toLongLong()), *record});
    }
    return notes;
}

void AuditSpool::done(const QString &id) const
{
    QFile::remove(fileOf(id));
}

void AuditSpool::setAside(const QString &id) const
{
    QFile::rename(fileOf(id), fileOf(id) + QStringLiteral(".bad"));
}

} // namespace tocsin
