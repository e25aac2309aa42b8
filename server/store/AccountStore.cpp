// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/AccountStore.h"

#include "models/domain/AccountsSnapshot.h"
#include "server/store/DataDirectory.h"
#include "server/store/Database.h"

#include <QFileInfo>
#include <QVariant>

#include <functional>
#include <utility>

namespace tocsin {

namespace {
QList<QStringList> migrations()
{
    return {
        {QStringLiteral("CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,"
                        " password_hash TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0)")},
        {QStringLiteral("ALTER TABLE accounts ADD COLUMN email TEXT NOT NULL DEFAULT ''"),
         QStringLiteral("ALTER TABLE accounts ADD COLUMN first_name TEXT NOT NULL DEFAULT ''"),
         QStringLiteral("ALTER TABLE accounts ADD COLUMN last_name TEXT NOT NULL DEFAULT ''"),
         QStringLiteral("ALTER TABLE accounts ADD COLUMN valid_from INTEGER NOT NULL DEFAULT 0"),
         QStringLiteral("CREATE UNIQUE INDEX accounts_by_email ON accounts(email) WHERE email <> ''"),
         QStringLiteral("CREATE TABLE sessions (family BLOB PRIMARY KEY, secret BLOB NOT NULL, id TEXT NOT NULL,"
                        " account TEXT NOT NULL, expires INTEGER NOT NULL)"),
         QStringLiteral("CREATE INDEX sessions_by_account ON sessions(account, expires)"),
         QStringLiteral("CREATE INDEX sessions_by_id ON sessions(id)"),
         QStringLiteral("CREATE TABLE revocations (key BLOB PRIMARY KEY, account TEXT NOT NULL,"
                        " expires INTEGER NOT NULL) WITHOUT ROWID"),
         QStringLiteral("CREATE INDEX revocations_by_account ON revocations(account)"),
         QStringLiteral("CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
                        " actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL)")},
        {QStringLiteral("CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,"
                        " name TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL, relationship TEXT NOT NULL,"
                        " priority INTEGER NOT NULL, created INTEGER NOT NULL)"),
         QStringLiteral("CREATE INDEX contacts_by_account ON contacts(account, priority)"),
         QStringLiteral("CREATE TRIGGER contacts_go_with_their_account AFTER DELETE ON accounts BEGIN"
                        " DELETE FROM contacts WHERE account = OLD.id; END")},
    };
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
    account.email = q.text(5);
    account.firstName = q.text(6);
    account.lastName = q.text(7);
    account.validFrom = fromEpochMicros(q.integer(8));
    return account;
}
const QString columns = QStringLiteral(
    "SELECT id, name, role, password_hash, disabled, email, first_name, last_name, valid_from FROM accounts");
} // namespace

struct AccountStore::Private
{
    Database db;
    qint64 version = 0;
    bool changed = false; ///< an account or a revocation

    /// Rows changed; -1 when it failed.
    int write(const QString &sql, const QVariantList &values)
    {
        Statement q = db.prepare(sql);
        for (int i = 0; i < values.size(); ++i) {
            const QVariant &value = values.at(i);
            if (value.metaType() == QMetaType::fromType<QString>())
                q.bind(i, value.toString());
            else if (value.metaType() == QMetaType::fromType<QByteArray>())
                q.bindBlob(i, value.toByteArray());
            else
                q.bind(i, value.toLongLong());
        }
        return db.run(q) ? q.changes() : -1;
    }

    bool note(const AuditRow &row)
    {
        return write(QStringLiteral("INSERT INTO audit (at, actor, action, subject, detail) VALUES (?,?,?,?,?)"),
                     {toEpochMicros(row.at), row.actor, row.action, row.subject, row.detail}) == 1 &&
               write(QStringLiteral("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?"), {maxAuditRows}) >=
                   0;
    }

    /// Runs the steps and the audit in one transaction; nothing of it stays unless all went well.
    Written all(const AuditRow &audit, const std::function<Written()> &steps)
    {
        if (!db.begin())
            return Written::Failed;
        Written written = steps();
        if (written == Written::Yes && (!note(audit) || !db.commit()))
            written = Written::Failed;
        if (written != Written::Yes)
            db.rollback();
        return written;
    }

    /// A new generation of tokens, later than the last one whatever the clock says; no session outlives it.
    Written renew(const QString &account, TimePoint now)
    {
        changed = true;
        const int rows = write(QStringLiteral("UPDATE accounts SET valid_from = max(valid_from + 1, ?) WHERE id = ?"),
                               {toEpochMicros(now), account});
        const bool cleared = write(QStringLiteral("DELETE FROM sessions WHERE account = ?"), {account}) >= 0 &&
                             write(QStringLiteral("DELETE FROM revocations WHERE account = ?"), {account}) >= 0;
        if (rows < 0 || !cleared)
            return Written::Failed;
        return rows == 1 ? Written::Yes : Written::Missing;
    }

    /// Inside a transaction. Duplicate: the id or the address is another account's.
    Written add(const Account &account, TimePoint now)
    {
        changed = true;
        const QString email = account.email.isEmpty() ? account.id : account.email;
        const int rows = write(
            QStringLiteral(
                "INSERT INTO accounts (id, name, role, password_hash, disabled, email, first_name, last_name,"
                " valid_from) SELECT ?,?,?,?,?,?,?,?,? WHERE NOT EXISTS"
                " (SELECT 1 FROM accounts WHERE id IN (?,?) OR email IN (?,?))"),
            {account.id, account.name, toString(account.role), account.passwordHash, account.disabled, account.email,
             account.firstName, account.lastName, toEpochMicros(now), account.id, email, account.id, email});
        if (rows < 0)
            return Written::Failed;
        return rows == 1 ? Written::Yes : Written::Duplicate;
    }

    Written update(const AccountChange &change, TimePoint now)
    {
        changed = true;
        const Account &account = change.account;
        if (change.renewed) {
            if (const Written renewed = renew(account.id, now); renewed != Written::Yes)
                return renewed;
        }
        const int rows =
            write(QStringLiteral("UPDATE accounts SET role = ?, email = ?, first_name = ?, last_name = ?,"
                                 " password_hash = CASE ? WHEN '' THEN password_hash ELSE ? END"
                                 " WHERE id = ? AND NOT EXISTS (SELECT 1 FROM accounts WHERE id <> ? AND"
                                 " ? <> '' AND (id = ? OR email = ?))"),
                  {toString(account.role), account.email, account.firstName, account.lastName, account.passwordHash,
                   account.passwordHash, account.id, account.id, account.email, account.email, account.email});
        if (rows < 0)
            return Written::Failed;
        return rows == 1 ? Written::Yes : Written::Duplicate;
    }

    /// Changes one account, which makes all of its tokens void.
    Written change(const QString &sql, const QVariantList &values, const QString &account, const AuditRow &audit)
    {
        return all(audit, [&] {
            if (const Written renewed = renew(account, audit.at); renewed != Written::Yes)
                return renewed;
            return sql.isEmpty() || write(sql, values) == 1 ? Written::Yes : Written::Failed;
        });
    }

    bool keepRevoked(const QByteArray &key, const QString &account, TimePoint until, TimePoint now)
    {
        changed = true;
        if (write(QStringLiteral("INSERT INTO revocations (key, account, expires) VALUES (?,?,?) ON CONFLICT(key) DO"
                                 " UPDATE SET expires = max(expires, excluded.expires)"),
                  {key, account, toEpochMicros(until)}) < 0)
            return false;
        Statement q = db.prepare(QStringLiteral("SELECT count(*) FROM revocations WHERE account = ?"));
        q.bind(0, account);
        if (!db.run(q) || !db.next(q))
            return false;
        const qint64 kept = q.integer(0);
        q.finish();
        if (kept <= maxRevocations)
            return true;
        return renew(account, now) == Written::Yes; // for an account that does not exist there is no more room
    }
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

AccountStore::Written AccountStore::insert(const Account &account, const AuditRow &audit)
{
    return d->all(audit, [&] { return d->add(account, audit.at); });
}

AccountStore::Written AccountStore::apply(const QList<AccountChange> &changes, const AuditRow &audit)
{
    if (changes.isEmpty())
        return Written::Yes;
    const auto rowOf = [&audit](const AccountChange &change) {
        AuditRow row = audit;
        row.subject = change.account.id;
        row.detail = toString(change.account.role);
        return row;
    };
    // The last one's audit row is written by all().
    return d->all(rowOf(changes.constLast()), [&] {
        for (qsizetype i = 0; i < changes.size(); ++i) {
            const AccountChange &change = changes.at(i);
            const Written written = change.exists ? d->update(change, audit.at) : d->add(change.account, audit.at);
            if (written != Written::Yes)
                return written;
            if (i + 1 < changes.size() && !d->note(rowOf(change)))
                return Written::Failed;
        }
        return Written::Yes;
    });
}

AccountStore::Written AccountStore::remove(const QString &id, const AuditRow &audit)
{
    return d->change(QStringLiteral("DELETE FROM accounts WHERE id = ?"), {id}, id, audit);
}

AccountStore::Written AccountStore::setRole(const QString &id, Role role, const AuditRow &audit)
{
    return d->change(QStringLiteral("UPDATE accounts SET role = ? WHERE id = ?"), {toString(role), id}, id, audit);
}

AccountStore::Written AccountStore::setPassword(const QString &id, const QString &hash, const AuditRow &audit)
{
    return d->change(QStringLiteral("UPDATE accounts SET password_hash = ? WHERE id = ?"), {hash, id}, id, audit);
}

AccountStore::Written AccountStore::setDisabled(const QString &id, bool disabled, const AuditRow &audit)
{
    return d->change(QStringLiteral("UPDATE accounts SET disabled = ? WHERE id = ?"), {disabled, id}, id, audit);
}

AccountStore::Written AccountStore::revokeAll(const QString &id, const AuditRow &audit)
{
    return d->change(QString(), {}, id, audit);
}

std::optional<Account> AccountStore::findWhere(const QString &condition, const QString &text)
{
    Statement q = d->db.prepare(columns + condition);
    q.bind(0, text);
    if (!d->db.run(q) || !d->db.next(q))
        return std::nullopt;
    return fromRow(q);
}

std::optional<Account> AccountStore::find(const QString &id)
{
    return findWhere(QStringLiteral(" WHERE id = ?"), id);
}

std::optional<Account> AccountStore::findByLogin(const QString &text)
{
    if (text.isEmpty())
        return std::nullopt;
    auto account = find(text);
    return account ? account : findWhere(QStringLiteral(" WHERE email = ?"), text);
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

bool AccountStore::addSession(const StoredSession &session, const AuditRow &audit)
{
    return d->all(audit, [&] {
        const bool ok =
            d->write(QStringLiteral("INSERT INTO sessions (family, secret, id, account, expires) VALUES (?,?,?,?,?)"),
                     {session.family, session.secret, session.id, session.account, toEpochMicros(session.expires)}) ==
                1 &&
            d->write(QStringLiteral("DELETE FROM sessions WHERE account = ? AND family NOT IN (SELECT family FROM"
                                    " sessions WHERE account = ? ORDER BY expires DESC, rowid DESC LIMIT ?)"),
                     {session.account, session.account, maxSessions}) >= 0;
        return ok ? Written::Yes : Written::Failed;
    }) == Written::Yes;
}

std::optional<StoredSession> AccountStore::session(const QByteArray &family)
{
    Statement q =
        d->db.prepare(QStringLiteral("SELECT family, secret, id, account, expires FROM sessions WHERE family = ?"));
    q.bindBlob(0, family);
    if (!d->db.run(q) || !d->db.next(q))
        return std::nullopt;
    return StoredSession{q.bytes(0), q.bytes(1), q.text(2), q.text(3), fromEpochMicros(q.integer(4))};
}

bool AccountStore::rotateSession(const QByteArray &family, const QByteArray &from, const QByteArray &to,
                                 TimePoint expires)
{
    return d->write(QStringLiteral("UPDATE sessions SET secret = ?, expires = ? WHERE family = ? AND secret = ?"),
                    {to, toEpochMicros(expires), family, from}) == 1;
}

bool AccountStore::endSession(const QString &id, const QString &account, TimePoint until, const AuditRow &audit)
{
    return d->all(audit, [&] {
        const bool ok = d->write(QStringLiteral("DELETE FROM sessions WHERE id = ?"), {id}) >= 0 &&
                        d->keepRevoked(revocationKey(Revocable::Session, id), account, until, audit.at);
        return ok ? Written::Yes : Written::Failed;
    }) == Written::Yes;
}

bool AccountStore::revoke(const QByteArray &key, const QString &account, TimePoint until, const AuditRow &audit)
{
    return d->all(audit, [&] {
        return d->keepRevoked(key, account, until, audit.at) ? Written::Yes : Written::Failed;
    }) == Written::Yes;
}

bool AccountStore::isRevoked(const QByteArray &key)
{
    Statement q = d->db.prepare(QStringLiteral("SELECT 1 FROM revocations WHERE key = ?"));
    q.bindBlob(0, key);
    // What cannot be read counts as revoked.
    return !d->db.run(q) || d->db.next(q) || q.failed();
}

std::optional<QSet<QByteArray>> AccountStore::revocations(TimePoint now)
{
    Statement q = d->db.prepare(QStringLiteral("SELECT key FROM revocations WHERE expires > ?"));
    q.bind(0, toEpochMicros(now));
    if (!d->db.run(q))
        return std::nullopt;
    QSet<QByteArray> keys;
    while (d->db.next(q))
        keys.insert(q.bytes(0));
    if (q.failed())
        return std::nullopt;
    return keys;
}

void AccountStore::prune(TimePoint now)
{
    d->write(QStringLiteral("DELETE FROM revocations WHERE expires <= ?"), {toEpochMicros(now)});
    d->write(QStringLiteral("DELETE FROM sessions WHERE expires <= ?"), {toEpochMicros(now)});
}

QList<AuditRow> AccountStore::audit(int newest)
{
    QList<AuditRow> rows;
    Statement q =
        d->db.prepare(QStringLiteral("SELECT at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT ?"));
    q.bind(0, newest);
    if (!d->db.run(q))
        return rows;
    while (d->db.next(q))
        rows.prepend({fromEpochMicros(q.integer(0)), q.text(1), q.text(2), q.text(3), q.text(4)});
    return rows;
}

bool AccountStore::takeChanged()
{
    return std::exchange(d->changed, false);
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

std::optional<QList<EmergencyContact>> AccountStore::contacts(const QString &account)
{
    Statement q = d->db.prepare(QStringLiteral("SELECT id, account, name, phone, email, relationship, priority, created"
                                               " FROM contacts WHERE account = ? ORDER BY priority, id"));
    q.bind(0, account);
    if (!d->db.run(q))
        return std::nullopt;
    QList<EmergencyContact> found;
    while (d->db.next(q)) {
        found.append({q.integer(0), q.text(1), q.text(2), q.text(3), q.text(4), q.text(5), int(q.integer(6)),
                      fromEpochMicros(q.integer(7))});
    }
    return q.failed() ? std::nullopt : std::optional<QList<EmergencyContact>>(found);
}

AccountStore::Written AccountStore::putContact(EmergencyContact &contact, int most)
{
    if (contact.id != 0) {
        const int rows = d->write(QStringLiteral("UPDATE contacts SET name = ?, phone = ?, email = ?, relationship = ?,"
                                                 " priority = ? WHERE id = ? AND account = ?"),
                                  {contact.name, contact.phone, contact.email, contact.relationship, contact.priority,
                                   contact.id, contact.account});
        if (rows < 0)
            return Written::Failed;
        return rows == 1 ? Written::Yes : Written::Missing;
    }
    const auto known = contacts(contact.account);
    if (!known)
        return Written::Failed;
    if (known->size() >= most)
        return Written::Duplicate;
    const int rows = d->write(QStringLiteral("INSERT INTO contacts (account, name, phone, email, relationship,"
                                             " priority, created) SELECT ?,?,?,?,?,?,? WHERE EXISTS"
                                             " (SELECT 1 FROM accounts WHERE id = ?)"),
                              {contact.account, contact.name, contact.phone, contact.email, contact.relationship,
                               contact.priority, toEpochMicros(contact.createdAt), contact.account});
    if (rows < 0)
        return Written::Failed;
    if (rows == 0)
        return Written::Missing;
    contact.id = d->db.value(QStringLiteral("SELECT last_insert_rowid()")).toLongLong();
    return Written::Yes;
}

AccountStore::Written AccountStore::removeContact(const QString &account, qint64 id)
{
    const int rows = d->write(QStringLiteral("DELETE FROM contacts WHERE id = ? AND account = ?"), {id, account});
    if (rows < 0)
        return Written::Failed;
    return rows == 1 ? Written::Yes : Written::Missing;
}

} // namespace tocsin
