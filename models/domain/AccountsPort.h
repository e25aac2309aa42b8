// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/Time.h"

#include <QString>

#include <chrono>
#include <functional>
#include <optional>

// The seam between those who speak HTTP and those who keep the accounts: hashing a password takes a tenth of a second and storing a
// session waits for a disk, so all of it is asked for and answered later.

namespace tocsin {

/// An account as its owner and the desk may see it.
struct AccountProfile
{
    QString id;
    QString name; ///< as typed
    QString email;
    QString firstName;
    QString lastName;
    Role role = Role::Citizen;
    bool operator==(const AccountProfile &) const = default;
};

struct LoginAttempt
{
    QString name; ///< or e-mail address
    QString password;
    QString address; ///< of the peer; for an IPv6 one its /64
};

struct Registration
{
    QString name;
    QString email;
    QString firstName;
    QString lastName;
    QString password;
    Role role = Role::Citizen;
    QString address;
    QString pairingId; ///< of the pairing token, which is used up by this; empty: none was needed
    TimePoint pairingExpires{};
};

/// What is to end: the session with its access and refresh tokens, or a token that belongs to none.
struct Logout
{
    QString account;
    QString session;
    QString tokenId;
    TimePoint tokenExpires{};
    QString refreshToken; ///< its session ends as well
};

/// An administrator's: one token by its id, or everything of one account.
struct RevokeTokens
{
    QString by; ///< who asks, for the audit
    QString tokenId;
    std::optional<TimePoint> tokenExpires{}; ///< kept until then; unknown: as long as any token may live
    QString account;                         ///< name, id or e-mail address
};

/// A login, for whoever signs access tokens.
struct SessionGrant
{
    AccountProfile user;
    QString session;
    QString refreshToken; ///< random; only its hash is stored; never logged
    TimePoint generation; ///< AccountsSnapshot::Entry::validFrom
};

struct AccountsAnswer
{
    enum class Code {
        Done,
        Wrong,    ///< name, password or refresh token
        TooOften, ///< too many failures; see retryAfter
        Busy,     ///< too many wait already; see retryAfter
        Exists,
        Invalid, ///< `message` says what
        Used,    ///< the pairing token was
        NotFound,
        Failed ///< the file cannot be read or written
    };
    Code code = Code::Failed;
    QString message{}; ///< a sentence for people
    std::chrono::seconds retryAfter{0};
    std::optional<SessionGrant> grant{};
    std::optional<AccountProfile> profile{};
};

/// Thread-safe: call from any thread. Replies come once, on another thread or at once on the caller's; bounded: refused with Busy when too
/// many wait. A reply may be dropped when the program stops.
class AccountsPort
{
public:
    using Reply = std::function<void(const AccountsAnswer &)>;
    AccountsPort() = default;
    AccountsPort(const AccountsPort &) = delete;
    AccountsPort &operator=(const AccountsPort &) = delete;
    virtual ~AccountsPort() = default;
    virtual void login(const LoginAttempt &attempt, Reply reply) = 0;
    virtual void registerAccount(const Registration &registration, Reply reply) = 0;
    virtual void refresh(const QString &refreshToken, Reply reply) = 0;
    virtual void logout(const Logout &logout, Reply reply) = 0;
    virtual void revoke(const RevokeTokens &tokens, Reply reply) = 0;
    virtual void profile(const QString &account, Reply reply) = 0;
};

} // namespace tocsin
