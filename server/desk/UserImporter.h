// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Audit.h"
#include "models/domain/UserImportPort.h"
#include "server/store/AccountStore.h"

#include <functional>

namespace tocsin {

/// A table of users on its way into accounts.db, in three steps, because the middle one takes a tenth of a second for each password:
/// plan() reads the table and names everything that is wrong, hash() touches no file and may run on a thread of its own, store() writes all in one
/// transaction. Plain value.
class UserImporter
{
public:
    /// Looks at the accounts as they are; answers what would be done, without passwords.
    [[nodiscard]] UserImportAnswer plan(AccountStore &store, const UserImport &wanted);
    /// A sentence when it could not, or when `goesOn` said no between two passwords.
    [[nodiscard]] QString hash(const std::function<bool()> &goesOn);
    /// What has been done. Somebody may have been added since plan(): then nothing is.
    [[nodiscard]] UserImportAnswer store(AccountStore &store, TimePoint now);

    /// For the audit log: whom, never with what password.
    [[nodiscard]] AuditRecord record() const;

private:
    struct Item
    {
        AccountChange change;
        QString password; ///< as typed or made; empty: stays
    };
    UserImport m_wanted;
    QList<Item> m_items;
    UserImportAnswer m_answer;
};

} // namespace tocsin
