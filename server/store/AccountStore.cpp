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

Account fromRow(const Statement &q)
{
    Account account;
    account.id = q.text(0);
    account.name = q.text(1);
    // A role that this version does not know must not open anything: the account is shut.
    const std::optional<Role> role = roleFromString(q.text(2));
    account.role = role.value_or(Role::Citizen);
    account.passwordHash = q.text(3);
    account.disabled = q.integer(4) != 0 || !role;
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
    Statement q = d->db.prepare(QStringLiteral("INSERT INTO accounts (id, name, role, password_hash, disabled)"
                                               " VALUES (?,?,?,?,?) ON CONFLICT(id) DO NOTHING"));
    q.bind(0, account.id);
    q.bind(1, account.name);
    q.bind(2, toString(account.role));
    q.bind(3, account.passwordHash);
    q.bind(4, account.disabled);
    if (!d->db.run(q))
        return Added::Failed;
    return q.changes() == 1 ? Added::Yes : Added::Duplicate;
}

bool AccountStore::setDisabled(const QString &id, bool disabled)
{
    Statement q = d->db.prepare(QStringLiteral("UPDATE accounts SET disabled=? WHERE id=?"));
    q.bind(0, disabled);
    q.bind(1, id);
    return d->db.run(q) && q.changes() == 1;
}

std::optional<Account> AccountStore::find(const QString &id)
{
    Statement q = d->db.prepare(columns + QStringLiteral(" WHERE id=?"));
    q.bind(0, id);
    if (!d->db.run(q) || !d->db.next(q))
        return std::nullopt;
    return fromRow(q);
}

std::optional<QList<Account>> AccountStore::all()
{
    Statement q = d->db.prepare(columns + QStringLiteral(" ORDER BY id"));
    if (!d->db.run(q))
        return std::nullopt;
    QList<Account> accounts;
    while (d->db.next(q))
        accounts.append(fromRow(q));
    if (q.failed())
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
