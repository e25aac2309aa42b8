// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/ContactsPort.h"

#include <QByteArray>
#include <QList>
#include <QSet>
#include <QString>

#include <memory>
#include <optional>

namespace tocsin {

/// What is written down of a login or an edit; never a secret.
struct AuditRow
{
    TimePoint at;
    QString actor;   ///< "ada", "command line", "server"
    QString action;  ///< "login", "logout", "refresh reused", "user added", …
    QString subject; ///< the account, or a token's id
    QString detail{};
    bool operator==(const AuditRow &) const = default;
};

/// One account of many that are written together.
struct AccountChange
{
    Account account; ///< of one that exists: an empty password hash leaves its own
    bool exists = false;
    bool renewed = false; ///< the role or the password is another: its tokens are void
};

/// A login that can be prolonged. Its refresh token has two parts, of which only hashes are kept: one stays as long as the session, the
/// other changes at each use; the first with a wrong second can only come from an earlier token.
struct StoredSession
{
    QByteArray family; ///< SHA-256
    QByteArray secret; ///< SHA-256
    QString id;
    QString account;
    TimePoint expires;
};

/// The accounts, their sessions and revocations as rows of accounts.db (write-ahead log, synchronous FULL). One thread: the one that
/// opened it. The rules (names, passwords, hashing) are server/desk/Accounts'. The file takes writers of several processes, so that
/// `tocsin user add` works while a server runs. Each call is one transaction, its audit row included. Errors are one
/// sentence; empty: all went well.
class AccountStore
{
public:
    static constexpr int maxSessions = 100;     ///< per account; the oldest makes room
    static constexpr int maxRevocations = 1000; ///< per account; beyond it everything of the account is revoked instead
    static constexpr int maxAuditRows = 10'000; ///< the newest

    AccountStore();
    ~AccountStore();
    AccountStore(const AccountStore &) = delete;
    AccountStore &operator=(const AccountStore &) = delete;

    [[nodiscard]] QString open(const QString &path);
    /// Makes the data directory where it is missing and opens accounts.db in it. Takes no lock: works beside a server.
    [[nodiscard]] QString openIn(const QString &dataDirectory);
    void close();

    struct Key
    {
        QByteArray bytes; ///< 32 bytes; never logged
        QString error;
    };
    /// The key that signs access tokens, from jwt.key beside the open file (DataDirectory::tokenKey).
    [[nodiscard]] Key tokenKey() const;

    enum class Written { Yes, Duplicate, Missing, Failed };
    /// Duplicate: the id or the e-mail address is another account's id or address.
    [[nodiscard]] Written insert(const Account &account, const AuditRow &audit);
    /// All of them or none, each with its audit row (`audit` with the account as the subject).
    [[nodiscard]] Written apply(const QList<AccountChange> &changes, const AuditRow &audit);
    /// These end every session of the account and make its tokens void.
    [[nodiscard]] Written remove(const QString &id, const AuditRow &audit);
    [[nodiscard]] Written setRole(const QString &id, Role role, const AuditRow &audit);
    [[nodiscard]] Written setPassword(const QString &id, const QString &hash, const AuditRow &audit);
    [[nodiscard]] Written setDisabled(const QString &id, bool disabled, const AuditRow &audit);
    [[nodiscard]] Written revokeAll(const QString &id, const AuditRow &audit);

    [[nodiscard]] std::optional<Account> find(const QString &id);
    /// By id or e-mail address, lower case.
    [[nodiscard]] std::optional<Account> findByLogin(const QString &text);
    /// nullopt when the file cannot be read: never mistaken for "no accounts".
    [[nodiscard]] std::optional<QList<Account>> all();

    [[nodiscard]] bool addSession(const StoredSession &session, const AuditRow &audit);
    [[nodiscard]] std::optional<StoredSession> session(const QByteArray &family);
    /// The next secret, if the present one is still `from`.
    [[nodiscard]] bool rotateSession(const QByteArray &family, const QByteArray &from, const QByteArray &to,
                                     TimePoint expires);
    /// Forgets the session; its access tokens stay void until `until`.
    [[nodiscard]] bool endSession(const QString &id, const QString &account, TimePoint until, const AuditRow &audit);
    /// `key` is revocationKey(); `account` may be empty.
    [[nodiscard]] bool revoke(const QByteArray &key, const QString &account, TimePoint until, const AuditRow &audit);
    [[nodiscard]] bool isRevoked(const QByteArray &key);
    /// Of what has not expired; nullopt when the file cannot be read.
    [[nodiscard]] std::optional<QSet<QByteArray>> revocations(TimePoint now);
    /// Forgets what has expired.
    void prune(TimePoint now);
    [[nodiscard]] QList<AuditRow> audit(int newest); ///< oldest first

    /// By priority, then as they were added; nullopt when the file cannot be read. They go with their account.
    [[nodiscard]] std::optional<QList<EmergencyContact>> contacts(const QString &account);
    /// Without an id it becomes a new one, which is set. Missing: not that account's, or no such account. Duplicate: it has `most` already.
    [[nodiscard]] Written putContact(EmergencyContact &contact, int most);
    [[nodiscard]] Written removeContact(const QString &account, qint64 id);

    /// True when an account or a revocation was written here since the last call: what the board shows has changed.
    [[nodiscard]] bool takeChanged();
    /// True when another connection has committed since the last call (PRAGMA data_version).
    [[nodiscard]] bool changedByOthers();
    [[nodiscard]] QString lastError() const;

private:
    struct Private;
    [[nodiscard]] std::optional<Account> findWhere(const QString &condition, const QString &text);
    std::unique_ptr<Private> d;
};

} // namespace tocsin
