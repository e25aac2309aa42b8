// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/RowsFile.h"

#include "server/store/DataDirectory.h"
#include "server/store/Logging.h"

#include <QFile>

namespace tocsin {

KeptRows::Loaded RowsFile::load()
{
    Loaded loaded;
    if (!m_database.isOpen()) {
        if (!makePrivateFile(m_path)) {
            loaded.error = QStringLiteral("%1 cannot be made").arg(m_path);
            return loaded;
        }
        Database::Options options;
        options.migrations = {
            {QStringLiteral("CREATE TABLE rows (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")}};
        Database::OpenResult opened = m_database.open(m_path, options);
        if (opened.failure == Database::Failure::Corrupt) {
            const QString aside = m_path + QStringLiteral(".damaged");
            qCWarning(lcStore).noquote() << opened.error << "It is kept as" << aside << "and begun anew.";
            for (const char *part : {"", "-wal", "-shm"}) {
                QFile::remove(aside + QLatin1String(part));
                QFile::rename(m_path + QLatin1String(part), aside + QLatin1String(part));
            }
            opened = makePrivateFile(m_path) ? m_database.open(m_path, options) : opened;
        }
        loaded.error = opened.error;
        if (!loaded.error.isEmpty())
            return loaded;
    }
    Statement query = m_database.prepare(QStringLiteral("SELECT name, value FROM rows"));
    (void)m_database.run(query);
    while (m_database.next(query))
        loaded.rows.insert(query.text(0), query.bytes(1));
    if (query.failed())
        loaded.error = QStringLiteral("%1 cannot be read: %2").arg(m_path, m_database.lastError());
    return loaded;
}

QString RowsFile::apply(const Change &change)
{
    const auto failed = [this] {
        const QString problem = QStringLiteral("%1: %2").arg(m_path, m_database.lastError());
        m_database.rollback();
        return problem;
    };
    if (!m_database.begin())
        return failed();
    {
        Statement remove = m_database.prepare(QStringLiteral("DELETE FROM rows WHERE name = ?1"));
        for (const QString &name : change.removed) {
            remove.bind(0, name);
            if (!m_database.run(remove))
                return failed();
        }
        Statement put = m_database.prepare(QStringLiteral("INSERT OR REPLACE INTO rows (name, value) VALUES (?1, ?2)"));
        for (auto row = change.put.cbegin(); row != change.put.cend(); ++row) {
            put.bind(0, row.key());
            put.bindBlob(1, *row);
            if (!m_database.run(put))
                return failed();
        }
    }
    return m_database.commit() ? QString() : failed();
}

} // namespace tocsin
