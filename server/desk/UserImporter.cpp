// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/UserImporter.h"

#include "models/domain/ImportSheets.h"
#include "server/desk/Accounts.h"

#include <QHash>
#include <QRandomGenerator>

#include <algorithm>

namespace tocsin {

namespace {

/// Four groups of five letters and digits that nobody confuses: 99 bits.
QString madePassword()
{
    constexpr char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    constexpr int count = int(sizeof letters) - 1;
    constexpr int groups = 4;
    constexpr int length = 5;
    QString password;
    for (int i = 0; i < groups * length; ++i) {
        if (i > 0 && i % length == 0)
            password.append(QLatin1Char('-'));
        password.append(QLatin1Char(letters[QRandomGenerator::system()->bounded(count)]));
    }
    return password;
}

/// Who has an id or an address already, in the file or in the accounts.
class Names
{
public:
    explicit Names(const QList<Account> &accounts)
    {
        for (const Account &account : accounts) {
            m_accounts.insert(account.id, account);
            if (!account.email.isEmpty())
                m_emails.insert(account.email, account.id);
        }
    }
    [[nodiscard]] std::optional<Account> find(const QString &id) const
    {
        const auto it = m_accounts.constFind(id);
        return it == m_accounts.cend() ? std::nullopt : std::optional<Account>(*it);
    }
    /// Whether an account other than this has the name as its id or its address.
    [[nodiscard]] bool isAnothers(const QString &name, const QString &id) const
    {
        const QString owner = m_emails.value(name, id);
        return owner != id || (name != id && m_accounts.contains(name));
    }
    void give(const QString &email, const QString &id)
    {
        if (!email.isEmpty())
            m_emails.insert(email, id);
    }

private:
    QHash<QString, Account> m_accounts;
    QHash<QString, QString> m_emails;
};

} // namespace

UserImportAnswer UserImporter::plan(AccountStore &store, const UserImport &wanted)
{
    m_wanted = wanted;
    m_items.clear();
    m_answer = {};
    const UserSheet sheet = UserSheet::read(wanted.csv);
    m_answer.problems = sheet.problems;
    const auto accounts = store.all();
    if (!accounts) {
        m_answer.error = QStringLiteral("The users cannot be read: %1.").arg(store.lastError());
        return m_answer;
    }
    Names names(*accounts);
    QHash<QString, int> lines; // of the ids: two spellings may be one name
    for (const UserRow &row : sheet.rows) {
        const auto wrong = [&](const char *column, const QString &message) {
            m_answer.problems.append({row.line, QLatin1String(column), message});
        };
        if (row.name.isEmpty())
            continue; // told by the sheet
        const AccountId id = accountIdOf(row.name);
        if (!id.error.isEmpty()) {
            wrong("name", id.error);
            continue;
        }
        const auto known = names.find(id.id);
        if (known && !wanted.update)
            wrong("name", QStringLiteral("the user \"%1\" exists already").arg(id.id));
        if (!known && names.isAnothers(id.id, id.id))
            wrong("name", QStringLiteral("\"%1\" is the address of another user").arg(id.id));
        if (lines.contains(id.id) && lines.value(id.id) != row.line)
            wrong("name", QStringLiteral("\"%1\" is on line %2 already").arg(id.id).arg(lines.value(id.id)));
        lines.insert(id.id, row.line);
        if (const QString problem = row.password.isEmpty() ? QString() : passwordProblem(row.password);
            !problem.isEmpty())
            wrong("password", problem);

        Account account = known.value_or(Account());
        if (!known) {
            account.id = id.id;
            account.name = row.name;
        }
        if (row.email) {
            account.email = emailOf(*row.email);
            if (account.email.isEmpty() && !row.email->isEmpty())
                wrong("email", QStringLiteral("\"%1\" is not an e-mail address").arg(*row.email));
            else if (!account.email.isEmpty() && names.isAnothers(account.email, account.id))
                wrong("email", QStringLiteral("\"%1\" is another user's").arg(account.email));
            names.give(account.email, account.id);
        }
        account.role = row.role.value_or(account.role);
        account.firstName = row.firstName ? shownName(*row.firstName) : account.firstName;
        account.lastName = row.lastName ? shownName(*row.lastName) : account.lastName;
        const bool same = known && row.password.isEmpty() && account.email == known->email &&
                          account.role == known->role && account.firstName == known->firstName &&
                          account.lastName == known->lastName;
        if (same) {
            ++m_answer.unchanged;
            continue;
        }
        ++(known ? m_answer.changed : m_answer.added);
        const bool renewed = known && (account.role != known->role || !row.password.isEmpty());
        m_items.append({{account, known.has_value(), renewed}, row.password});
    }
    std::stable_sort(m_answer.problems.begin(), m_answer.problems.end(),
                     [](const ImportProblem &a, const ImportProblem &b) { return a.line < b.line; });
    return m_answer;
}

QString UserImporter::hash(const std::function<bool()> &goesOn)
{
    for (Item &item : m_items) {
        if (item.password.isEmpty() && item.change.exists)
            continue;
        if (!goesOn())
            return QStringLiteral("The server is stopping; nothing was imported.");
        if (item.password.isEmpty()) {
            item.password = madePassword();
            m_answer.passwords.append({item.change.account.name, item.password});
        }
        item.change.account.passwordHash = hashPassword(item.password);
        if (item.change.account.passwordHash.isEmpty())
            return QStringLiteral("There is not enough memory to hash a password (64 MiB are needed).");
    }
    return {};
}

UserImportAnswer UserImporter::store(AccountStore &store, TimePoint now)
{
    QList<AccountChange> changes;
    for (const Item &item : m_items)
        changes.append(item.change);
    const AuditRow audit{now, m_wanted.by, QStringLiteral("user imported"), {}, {}};
    if (changes.isEmpty() || store.apply(changes, audit) == AccountStore::Written::Yes)
        return m_answer;
    UserImportAnswer failed;
    failed.error =
        QStringLiteral("Nothing was imported: %1.")
            .arg(store.lastError().isEmpty() ? QStringLiteral("the users have changed meanwhile") : store.lastError());
    return failed;
}

AuditRecord UserImporter::record() const
{
    constexpr int longest = 1900;
    QStringList added;
    QStringList changed;
    for (const Item &item : m_items)
        (item.change.exists ? changed : added).append(item.change.account.id);
    const QString detail = QStringLiteral("Added %1: %2; changed %3: %4")
                               .arg(added.size())
                               .arg(added.join(QLatin1String(", ")))
                               .arg(changed.size())
                               .arg(changed.join(QLatin1String(", ")));
    return {QStringLiteral("users_imported"), {}, detail.left(longest), true, m_wanted.address};
}

} // namespace tocsin
