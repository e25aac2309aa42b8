// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Audit.h"
#include "models/domain/Time.h"

#include <QList>
#include <QString>

namespace tocsin {

/// What commands beside the server (`tocsin user …`, `token`, `backup`, …) have done, on its way into the audit log: only a running server
/// writes that, so each leaves a file in DATA/audit and the server, now or when it starts next, puts it into the log. A file goes when its
/// record is durable; its name is the request's id, so a record that was taken twice is in the log once.
/// Blocking; any thread, one at a time for each object.
class AuditSpool
{
public:
    struct Note
    {
        QString id; ///< of the request
        TimePoint at;
        AuditRecord record;
    };
    static constexpr int mostAtOnce = 100;

    explicit AuditSpool(const QString &dataDirectory);

    /// Durable when it answers; a sentence when it is not.
    [[nodiscard]] QString leave(const AuditRecord &record, TimePoint now) const;
    /// The oldest first, at most mostAtOnce. What cannot be read is renamed to end in ".bad" and told in `problems`, a sentence each.
    [[nodiscard]] QList<Note> waiting(QStringList *problems) const;
    /// It is in the log.
    void done(const QString &id) const;
    /// It will never be: kept as ".bad".
    void setAside(const QString &id) const;

private:
    [[nodiscard]] QString fileOf(const QString &id) const;
    QString m_directory;
};

} // namespace tocsin
