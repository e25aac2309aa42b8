// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <memory>
#include <optional>

namespace tocsin {

/// The accounts as rows of accounts.db (write-ahead log, synchronous FULL). One thread: the one that opened it. The rules (names,
/// passwords, hashing) are server/desk/Accounts'. The file takes writers of several processes, so that
/// `tocsin user add` works while a server runs. Errors are one sentence; empty: all went well.
class AccountStore
{
public:
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

    enum class Added { Yes, Duplicate, Failed };
    [[nodiscard]] Added insert(const Account &account);
    [[nodiscard]] bool setDisabled(const QString &id, bool disabled); ///< false: no such account, or failed
    [[nodiscard]] std::optional<Account> find(const QString &id);
    /// nullopt when the file cannot be read: never mistaken for "no accounts".
    [[nodiscard]] std::optional<QList<Account>> all();
    /// True when another connection has committed since the last call (PRAGMA data_version).
    [[nodiscard]] bool changedByOthers();
    [[nodiscard]] QString lastError() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace tocsin
