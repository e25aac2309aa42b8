// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QString>
#include <QStringList>

namespace tocsin {

/// Copies of a data directory, and the way back. Plain functions without state; each blocks, on any one thread.
/// Errors are one sentence for people; empty: all went well.
///
/// A backup is a directory: every database as one consistent file, every other file as it is (keys, certificates, attachments),
/// and manifest.json, which is written last and names each file with size and SHA-256. Without it the directory is no backup.
namespace backup {

struct Made
{
    QString error;
    QString path; ///< the backup's own directory
    qint64 bytes = 0;
};
/// Works beside a running server: each database is copied through SQLite's backup interface in one read transaction, the log
/// first, so that whatever its events name is there as well. Below `to`, in a new directory named by the time; complete or
/// not there. `withHistory` false leaves out history.db (class B).
[[nodiscard]] Made make(const QString &dataDirectory, const QString &to, TimePoint now, bool withHistory = true);

/// Reads the whole backup: every file is there with its size and hash, each database is whole, the log's tables agree with its
/// replay. One sentence per problem.
[[nodiscard]] QStringList verify(const QString &path);

struct Restored
{
    QString error;
    QString keptAside;     ///< where the old data directory went; empty: there was none
    QString headNotCopied; ///< a sentence: restored, but its head could not be copied out
};
/// Verifies `from`, makes a new data directory of it with a new epoch (clients that hold positions of the old log are told
/// to begin anew) and puts it in the place of the old one, which is kept beside it. Refused while a server runs there.
/// Whatever happens on the way, one of the two stands in its place, or both are named in the error. The new log's head is
/// copied to `headCopies` (see HeadCopies), where there was one of the log before.
[[nodiscard]] Restored restore(const QString &from, const QString &dataDirectory, const QString &headCopies,
                               TimePoint now);

/// The complete backups in a directory, oldest first.
[[nodiscard]] QStringList list(const QString &directory);
/// Removes all but the newest `keep` backups, and what is left of unfinished ones. Touches nothing else.
void prune(const QString &directory, int keep);

} // namespace backup
} // namespace tocsin
