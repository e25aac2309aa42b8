// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsSnapshot.h"
#include "server/store/AccountStore.h"

#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

class QTimer;

namespace tocsin {

// The rules of accounts; plain functions, any thread.

/// The id of an account: the name in lower case (and Unicode's composed form). Names have 1–64 characters and neither control or
/// invisible formatting characters nor a slash, nor spaces at an end.
struct AccountId
{
    QString id;
    QString error; ///< a sentence; empty: the name will do
};
[[nodiscard]] AccountId accountIdOf(const QString &name);

/// A sentence when it is shorter than 8 or longer than 1,024 characters.
[[nodiscard]] QString passwordProblem(const QString &password);
/// Argon2id, 2 passes over 64 MiB (about a tenth of a second): not on a thread that others wait for. Empty when there is no memory.
[[nodiscard]] QString hashPassword(const QString &password);
/// Does the same work whether there is an account or not, so that time tells nothing. False for a disabled one.
[[nodiscard]] bool passwordMatches(const std::optional<Account> &account, const QString &password);

/// Checks and stores a new account; a sentence when it was not. Takes as long as hashPassword().
[[nodiscard]] QString addAccount(AccountStore &store, const QString &name, Role role, const QString &password);

/// The accounts of a running server. Lives on one thread of app's choice that may wait for a disk (not the desk's, not the
/// server's): start(), stop() and all calls there. Publishes an immutable snapshot on the board at the start and whenever accounts
/// changed, by itself or by another process (looked for once a second).
class Accounts : public QObject
{
    Q_OBJECT
public:
    Accounts(QString path, std::shared_ptr<AccountsBoard> board,
             std::chrono::milliseconds pollInterval = std::chrono::seconds(1), QObject *parent = nullptr);
    ~Accounts() override;

    /// Opens or makes accounts.db; a sentence when that fails.
    [[nodiscard]] QString start();
    void stop();

    [[nodiscard]] QString add(const QString &name, Role role, const QString &password);
    /// False when there is no such account, or the file cannot be written.
    [[nodiscard]] bool setDisabled(const QString &name, bool disabled);
    [[nodiscard]] std::optional<Account> find(const QString &name);
    [[nodiscard]] QList<Account> list();
    /// The caller when name and password are right; takes as long as hashPassword(), right or wrong.
    [[nodiscard]] std::optional<Principal> verifyPassword(const QString &name, const QString &password);

Q_SIGNALS:
    /// A new snapshot is on the board: somebody may have lost a right.
    void changed();

private:
    void poll();
    bool publish();

    const QString m_path;
    const std::shared_ptr<AccountsBoard> m_board;
    const std::chrono::milliseconds m_pollInterval;
    AccountStore m_store;
    QTimer *m_timer = nullptr;
    bool m_stale = false; ///< the last look at the file failed
};

} // namespace tocsin
