// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"

#include <QList>
#include <QLockFile>
#include <QString>

#include <memory>

namespace tocsin {

/// The actions that a server has not answered, on disk, so that they outlive the console. One file for each server and person (JSON, for
/// its owner alone); a second console of the same person on this computer has the next one, and whoever opens takes over what consoles that are gone have left.
/// Written whole each time, at most as many as the link holds. Blocking, milliseconds; one thread.
class PendingFile
{
public:
    struct Loaded
    {
        QList<PendingAction> actions; ///< oldest first
        QString person;               ///< as the server called them when they were made; empty: it had not yet
        QString trouble;              ///< a sentence for the operator; empty: all went well
    };

    /// Nothing is touched before open(). `directory` is made where it is missing.
    PendingFile(QString directory, const QString &server, const QString &person);
    ~PendingFile();
    PendingFile(const PendingFile &) = delete;
    PendingFile &operator=(const PendingFile &) = delete;

    /// Takes the first file that no other console has. One that cannot be read is renamed to end in ".unreadable", and said so.
    [[nodiscard]] Loaded open();
    /// A sentence when it is not on the disk. Without actions there is no file.
    [[nodiscard]] QString save(const QList<PendingAction> &actions, const QString &person);

private:
    static constexpr int mostConsoles = 8; ///< consoles of one person on one computer
    [[nodiscard]] QString pathOf(int slot) const;
    [[nodiscard]] static Loaded read(const QString &path);

    const QString m_directory;
    const QString m_name;
    QString m_path; ///< empty: not open, nothing is kept
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace tocsin
