// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/AccountStore.h"

#include "server/store/DataDirectory.h"
#include "server/store/Database.h"

#include <QFileInfo>
#include <QVariant>

namespace tocsin {

namespace {
QList<QStringList> migrations()
{
    return {{QStringLiteral("CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,"
                            " password_hash TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0)")}};
}

Account fromRow(const QSqlQuery &q)
{
    Account account;
    account.id = q.value(0).toString();
    account.name = q.value(1).toString();
    // A role that this version does not know must not open anything: the account is shut.
    const std::optional<Role> role = roleFromString(q.value(2).toString());
    account.role = role.value_or(Role::Citizen);
    account.passwordHash = q.value(3).toString();
    account.disabled = q.value(4).toBool() || !role;
    return account;
}
const QString columns = QStringLiteral("SELECT id, name, role, password_hash, disabled FROM accounts");
} // namespace

struct AccountStore::Private
{
    Database db;
    qint64 version = 0;
};

AccountStore::AccountStore() : d(std::make_unique<Private>())
{
}

AccountStore::~AccountStore() = default;

QString AccountStore::open(const QString &path)
{
    Database::Options options;
    options.durability = Database::Durability::Full;
    options.migrations = migrations();
    QString error = d->db.open(path, options).error;
    if (error.isEmpty())
        d->version = d->db.value(QStringLiteral("PRAGMA data_version")).toLongLong();
    else
        d->db.close();
    return error;
}

QString AccountStore::openIn(const QString &dataDirectory)
{
    DataDirectory directory(dataDirectory);
    QString error = directory.prepare();
    return error.isEmpty() ? open(directory.accountsFile()) : error;
}

AccountStore::Key AccountStore::tokenKey() const
{
    const DataDirectory::Key key = DataDirectory(QFileInfo(d->db.path()).path()).tokenKey();
    return {key.bytes, key.error};
}

void AccountStore::close()
{
    d->db.close();
}

AccountStore::Added AccountStore::insert(const Account &account)
{
    QSqlQuery q = d->db.prepare(QStringLiteral("INSERT INTO accounts (id, name, role, password_hash, disabled)"
                                               " VALUES (?,?,?,?,?) ON CONFLICT(id) DO NOTHING"));
    q.bindValue(0, account.id);
    q.bindValue(1, account.name);
    q.bindValue(2, toString(account.role));
    q.bindValue(3, account.passwordHash);
    q.bindValue(4, account.disabled);
    if (!d->db.run(q))
        return Added::Failed;
    return q.numRowsAffected() == 1 ? Added::Yes : Added::Duplicate;
}

bool AccountStore::setDisabled(const QString &id, bool disabled)
{
    QSqlQuery q = d->db.prepare(QStringLiteral("UPDATE accounts SET disabled=? WHERE id=?"));
    q.bindValue(0, disabled);
    q.bindValue(1, id);
    return d->db.run(q) && q.numRowsAffected() == 1;
}

std::optional<Account> AccountStore::find(const QString &id)
{
    QSqlQuery q = d->db.prepare(columns + QStringLiteral(" WHERE id=?"));
    q.bindValue(0, id);
    if (!d->db.run(q) || !d->db.next(q))
        return std::nullopt;
    return fromRow(q);
}

std::optional<QList<Account>> AccountStore::all()
{
    QSqlQuery q = d->db.prepare(columns + QStringLiteral(" ORDER BY id"));
    if (!d->db.run(q))
        return std::nullopt;
    QList<Account> accounts;
    while (d->db.next(q))
        accounts.append(fromRow(q));
    if (q.lastError().isValid())
        return std::nullopt;
    return accounts;
}

bool AccountStore::changedByOthers()
{
    const QVariant version = d->db.value(QStringLiteral("PRAGMA data_version"));
    if (!version.isValid() || version.toLongLong() == d->version)
        return false;
    d->version = version.toLongLong();
    return true;
}

QString AccountStore::lastError() const
{
    return d->db.lastError();
}

} // namespace tocsin
