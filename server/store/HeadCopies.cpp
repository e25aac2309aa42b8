// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/HeadCopies.h"

#include "models/domain/Time.h"
#include "server/store/DataDirectory.h"

#include <QDir>

namespace tocsin {

QString HeadCopies::write(const SignedHead &head, qint64 nowMicros) const
{
    if (!QDir().mkpath(m_directory))
        return QStringLiteral("The directory %1 for copies of the log's head cannot be made.").arg(m_directory);
    const QString day = toIso8601(fromEpochMicros(nowMicros)).left(10);
    for (const QString &path : {QStringLiteral("%1/head-%2.txt").arg(m_directory, day), latest()}) {
        if (const QString error = writePrivateFile(path, head.text()); !error.isEmpty())
            return QStringLiteral("The copy %1 of the log's head cannot be written: %2.").arg(path, error);
    }
    return {};
}

} // namespace tocsin
