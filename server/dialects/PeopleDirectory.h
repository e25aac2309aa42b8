// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/AccountsSnapshot.h"

#include <QString>

#include <memory>

namespace tocsin {

/// Whom a dialect's client means by an e-mail address or a user id. The account is looked up each time, on the board that Accounts
/// feeds. Any thread, one at a time.
class PeopleDirectory
{
public:
    PeopleDirectory(std::shared_ptr<const AccountsBoard> accounts, Posture posture)
        : m_accounts(std::move(accounts))
        , m_posture(posture)
    {
    }

    /// The id of the account with that address, or of that id. Nobody's: in the open posture the text itself (addresses in
    /// lower case, anything that could stand in a path), in the secure one empty. More than 254 characters are nobody's.
    [[nodiscard]] QString idOf(const QString &emailOrId) const;

private:
    std::shared_ptr<const AccountsBoard> m_accounts;
    Posture m_posture;
};

} // namespace tocsin
