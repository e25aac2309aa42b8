// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/CsvTable.h"

#include <functional>

namespace tocsin {

/// A table of users (UserSheet, ImportSheets.h) that is to become accounts: all of it or nothing.
struct UserImport
{
    QByteArray csv;
    bool check = false;  ///< look only
    bool update = false; ///< users that exist are changed; else they are problems
    QString by;          ///< who asks, for the audit
    QString address;     ///< of the peer; may be empty
};

struct UserImportAnswer
{
    /// A password that was made for a new user, to be handed out once; kept nowhere, never logged.
    struct Password
    {
        QString name;
        QString password;
        bool operator==(const Password &) const = default;
    };
    QString error; ///< a sentence: it could not be tried, or not be stored
    QList<ImportProblem> problems;
    int added = 0; ///< or, when only checked, would be
    int changed = 0;
    int unchanged = 0;
    QList<Password> passwords;
    [[nodiscard]] bool ok() const { return error.isEmpty() && problems.isEmpty(); }
};

/// Thread-safe: call from any thread. Answers come once, on another thread or at once on the caller's.
class UserImportPort
{
public:
    using Done = std::function<void(const UserImportAnswer &)>;
    UserImportPort() = default;
    UserImportPort(const UserImportPort &) = delete;
    UserImportPort &operator=(const UserImportPort &) = delete;
    virtual ~UserImportPort() = default;
    virtual void importUsers(const UserImport &wanted, Done done) = 0;
};

} // namespace tocsin
