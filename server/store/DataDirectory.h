// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <memory>

class QFile;

namespace tocsin {

/// The one directory that holds everything Tocsin keeps: desk.db, history.db, accounts.db, notify.db, jwt.key,
/// head.key and, unless configured elsewhere, heads/.
/// Only its owner may read it (directory 0700 when we make it, files 0600). Plain class, one thread at a time.
/// A server takes lock(), so that two never write the same log; `tocsin user add` only calls prepare() and works beside it.
/// All errors are one sentence for people; an empty string means that it went well.
class DataDirectory
{
public:
    explicit DataDirectory(const QString &path);
    ~DataDirectory();
    DataDirectory(const DataDirectory &) = delete;
    DataDirectory &operator=(const DataDirectory &) = delete;

    /// Makes the directory with its parents where missing and proves that files can be made in it.
    [[nodiscard]] QString prepare();
    /// prepare(), then the exclusive lock. The kernel gives it back when the process ends, however it ends.
    [[nodiscard]] QString lock();

    [[nodiscard]] QString path() const { return m_path; }
    [[nodiscard]] QString file(const QString &name) const;
    [[nodiscard]] QString deskFile() const { return file(QStringLiteral("desk.db")); }
    [[nodiscard]] QString historyFile() const { return file(QStringLiteral("history.db")); }
    [[nodiscard]] QString attachmentsDirectory() const { return file(QStringLiteral("attachments")); }
    [[nodiscard]] QString accountsFile() const { return file(QStringLiteral("accounts.db")); }

    struct Key
    {
        QByteArray bytes; ///< 32 bytes; never logged
        QString error;
    };
    /// The key that signs access tokens, from jwt.key; made on first demand. Two processes that ask at once get the same one.
    [[nodiscard]] Key tokenKey() const;
    /// The seed of the key that signs the log's head (HeadKey), from head.key; made on first demand.
    [[nodiscard]] Key headKey() const;
    /// The same, but an absent one is not made: no bytes and no error.
    [[nodiscard]] Key existingHeadKey() const;

private:
    [[nodiscard]] static Key readKey(const QString &path, const QString &what);
    [[nodiscard]] Key keyNamed(const QString &name, const QString &what) const;

    struct Lock;
    QString m_path;
    std::unique_ptr<Lock> m_lock;
};

/// Writes a file that only its owner may read, aside, synced and renamed: never half of it. What went wrong, in the system's words.
[[nodiscard]] QString writePrivateFile(const QString &path, const QByteArray &bytes);
/// Makes an empty file that only its owner may read, unless it exists; true when it is there afterwards.
[[nodiscard]] bool makePrivateFile(const QString &path);

/// Waits until the content of an open file is on the disk; false: it may not be.
[[nodiscard]] bool syncFile(QFile &file);
/// The same for the names in a directory, as far as the system knows that.
void syncDirectory(const QString &path);
/// Makes a file whose blocks are really taken, for its owner alone; false: there was no room, or it cannot be.
[[nodiscard]] bool allocateFile(const QString &path, qint64 bytes);

} // namespace tocsin
