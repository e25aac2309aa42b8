// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/AccountService.h"

#include "models/domain/AccountsSnapshot.h"
#include "server/desk/UserImporter.h"

#include <QLoggingCategory>

#include <utility>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcAudit, "tocsin.audit", QtInfoMsg)

using Code = AccountsAnswer::Code;

AccountsAnswer answer(Code code, QString message = {}, std::chrono::seconds retryAfter = {})
{
    AccountsAnswer answer;
    answer.code = code;
    answer.message = std::move(message);
    answer.retryAfter = retryAfter;
    return answer;
}

/// Used pairing tokens are counted apart from what administrators revoke. No account has a name with a slash.
QString pairingAccount()
{
    return QStringLiteral("/pairing");
}

/// What failures are counted under: one key for all spellings of a name, existing or not.
QString backoffKey(const QString &name)
{
    constexpr qsizetype longest = 256;
    const QString id = accountIdOf(name).id;
    return id.isEmpty() ? name.left(longest).toLower() : id;
}
} // namespace

class AccountService::Ticket
{
public:
    Ticket(Reply reply, std::shared_ptr<std::atomic<int>> waiting)
        : m_reply(std::move(reply))
        , m_waiting(std::move(waiting))
    {
    }
    Ticket(const Ticket &) = delete;
    Ticket &operator=(const Ticket &) = delete;
    ~Ticket() { --*m_waiting; }

    void give(const AccountsAnswer &answer)
    {
        if (const Reply reply = std::exchange(m_reply, {}))
            reply(answer);
    }

private:
    Reply m_reply;
    std::shared_ptr<std::atomic<int>> m_waiting;
};

AccountService::AccountService(Accounts &accounts, const Options &options)
    : m_accounts(accounts)
    , m_options(options)
    , m_sessions(accounts.store(), options.lifetimes)
    , m_backoff(options.backoff)
{
    m_hashers.setMaxThreadCount(options.workers);
    m_hashers.setObjectName(QStringLiteral("passwords"));
}

AccountService::~AccountService()
{
    stop();
}

void AccountService::stop()
{
    m_stopped = true;
    m_hashers.clear();
    m_hashers.waitForDone();
}

void AccountService::onAccounts(std::function<void()> work)
{
    QMetaObject::invokeMethod(&m_accounts, std::move(work), Qt::QueuedConnection);
}

void AccountService::admit(Reply reply, Work work)
{
    constexpr std::chrono::seconds soon{2}; // what the hashers need for a full queue
    if (m_stopped || ++*m_waiting > m_options.maxWaiting) {
        if (!m_stopped)
            --*m_waiting;
        reply(answer(Code::Busy, QStringLiteral("Too many requests wait already."), soon));
        return;
    }
    auto ticket = std::make_shared<Ticket>(std::move(reply), m_waiting);
    onAccounts([this, ticket = std::move(ticket), work = std::move(work)] {
        if (!m_stopped)
            work(ticket);
    });
}

/// The board knows before the asker does.
void AccountService::published(const AccountsAnswer &given, const std::shared_ptr<Ticket> &ticket)
{
    m_accounts.publishChanges();
    ticket->give(given);
}

void AccountService::login(const LoginAttempt &attempt, Reply reply)
{
    admit(std::move(reply), [this, attempt](const std::shared_ptr<Ticket> &ticket) {
        const auto wait = m_backoff.waitFor(backoffKey(attempt.name), attempt.address, systemNow());
        if (wait > std::chrono::seconds::zero()) {
            ticket->give(answer(Code::TooOften, QStringLiteral("Too many failed attempts."), wait));
            return;
        }
        const AccountId id = accountIdOf(attempt.name);
        const QString key = id.error.isEmpty() ? id.id : emailOf(attempt.name);
        m_hashers.start([this, attempt, ticket, account = m_accounts.store().findByLogin(key)] {
            const bool right = passwordMatches(account, attempt.password);
            onAccounts([=, this] { finishLogin(attempt, account, right, ticket); });
        });
    });
}

void AccountService::finishLogin(const LoginAttempt &attempt, const std::optional<Account> &account, bool right,
                                 const std::shared_ptr<Ticket> &ticket)
{
    const TimePoint now = systemNow();
    if (!right) {
        // What was typed as a name may be a password: only names that exist are written down.
        m_backoff.failed(backoffKey(attempt.name), attempt.address, now);
        qCInfo(lcAudit).noquote() << "login refused for" << (account ? account->id : QStringLiteral("an unknown name"))
                                  << "from" << attempt.address;
        note(account ? account->id : QString(),
             {QStringLiteral("login_failed"), account ? account->id : QString(),
              account ? QString() : QStringLiteral("an unknown name"), false, attempt.address});
        ticket->give(answer(Code::Wrong));
        return;
    }
    m_backoff.succeeded(backoffKey(attempt.name));
    // While the password was being hashed the account may have been changed.
    const auto present = m_accounts.store().find(account->id);
    if (!present || present->disabled || present->passwordHash != account->passwordHash) {
        ticket->give(answer(Code::Wrong));
        return;
    }
    const AccountsAnswer opened = m_sessions.open(*present, QStringLiteral("login"), attempt.address, now);
    if (opened.code == Code::Done) {
        qCInfo(lcAudit).noquote() << "login of" << present->id << "from" << attempt.address;
        note(present->id, {QStringLiteral("login"), present->id, {}, true, attempt.address});
    }
    published(opened, ticket); // somebody who was added a moment ago is to be known when the token comes
}

void AccountService::registerAccount(const Registration &registration, Reply reply)
{
    admit(std::move(reply), [this, registration](const std::shared_ptr<Ticket> &ticket) {
        if (!registration.pairingId.isEmpty() &&
            m_accounts.store().isRevoked(revocationKey(Revocable::Token, registration.pairingId))) {
            ticket->give(answer(Code::Used, QStringLiteral("The pairing token was used already.")));
            return;
        }
        const NewAccount wanted{registration.name, registration.role, registration.email, registration.firstName,
                                registration.lastName};
        Prepared prepared = prepareAccount(m_accounts.store(), wanted, registration.password);
        if (!prepared.error.isEmpty()) {
            ticket->give(answer(prepared.exists ? Code::Exists : Code::Invalid, prepared.error));
            return;
        }
        m_hashers.start([this, registration, ticket, account = std::move(prepared.account)]() mutable {
            account.passwordHash = hashPassword(registration.password);
            onAccounts([=, this] { finishRegistration(registration, account, ticket); });
        });
    });
}

void AccountService::finishRegistration(const Registration &registration, const Account &account,
                                        const std::shared_ptr<Ticket> &ticket)
{
    AccountStore &store = m_accounts.store();
    const TimePoint now = systemNow();
    if (account.passwordHash.isEmpty()) {
        ticket->give(
            answer(Code::Busy, QStringLiteral("There is not enough memory just now."), std::chrono::seconds(5)));
        return;
    }
    const AuditRow audit{now, account.id, QStringLiteral("registration"), account.id,
                         QStringLiteral("%1 from %2").arg(toString(account.role), registration.address)};
    if (!registration.pairingId.isEmpty()) {
        // Used up first: two requests with one token must not both pass.
        const QByteArray key = revocationKey(Revocable::Token, registration.pairingId);
        if (store.isRevoked(key) || !store.revoke(key, pairingAccount(), registration.pairingExpires, audit)) {
            ticket->give(answer(Code::Used, QStringLiteral("The pairing token was used already.")));
            return;
        }
    }
    switch (store.insert(account, audit)) {
    case AccountStore::Written::Yes:
        break;
    case AccountStore::Written::Duplicate:
        ticket->give(answer(Code::Exists, QStringLiteral("The user exists already.")));
        return;
    case AccountStore::Written::Missing:
    case AccountStore::Written::Failed:
        ticket->give(
            answer(Code::Failed, QStringLiteral("The accounts cannot be written: %1.").arg(store.lastError())));
        return;
    }
    qCInfo(lcAudit).noquote() << "registration of" << account.id << "as" << toString(account.role) << "from"
                              << registration.address;
    note(account.id, {QStringLiteral("user_added"), account.id,
                      QStringLiteral("Registered as %1.").arg(toString(account.role)), true, registration.address});
    const auto stored = store.find(account.id);
    published(stored ? m_sessions.open(*stored, QStringLiteral("login"), registration.address, now)
                     : answer(Code::Failed),
              ticket);
}

void AccountService::refresh(const QString &refreshToken, Reply reply)
{
    admit(std::move(reply), [this, refreshToken](const std::shared_ptr<Ticket> &ticket) {
        const AccountsAnswer refreshed = m_sessions.refresh(refreshToken, systemNow());
        if (refreshed.code != Code::Done)
            qCInfo(lcAudit) << "a refresh token was refused";
        published(refreshed, ticket); // the session may have ended by it
    });
}

void AccountService::note(const QString &by, const AuditRecord &record) const
{
    if (m_options.audit && !m_stopped)
        m_options.audit(Actor{by.isEmpty() ? Actor::Kind::System : Actor::Kind::User, by, by, {}}, record);
}

void AccountService::logout(const Logout &logout, Reply reply)
{
    admit(std::move(reply), [this, logout](const std::shared_ptr<Ticket> &ticket) {
        const AccountsAnswer ended = m_sessions.end(logout, systemNow());
        qCInfo(lcAudit).noquote() << "logout of" << (logout.account.isEmpty() ? QStringLiteral("-") : logout.account);
        if (!logout.account.isEmpty())
            note(logout.account, {QStringLiteral("logout"), logout.account, {}, ended.code == Code::Done, {}});
        published(ended, ticket);
    });
}

void AccountService::revoke(const RevokeTokens &tokens, Reply reply)
{
    admit(std::move(reply), [this, tokens](const std::shared_ptr<Ticket> &ticket) {
        const AccountsAnswer revoked = m_sessions.revoke(tokens, systemNow());
        const QString what =
            tokens.tokenId.isEmpty() ? QStringLiteral("all tokens of a user") : QStringLiteral("a token");
        if (revoked.code == Code::Done)
            qCInfo(lcAudit).noquote() << tokens.by << "revoked" << what;
        note(tokens.by, {QStringLiteral("revoke"), tokens.account, what, revoked.code == Code::Done, {}});
        published(revoked, ticket);
    });
}

void AccountService::profile(const QString &account, Reply reply)
{
    admit(std::move(reply), [this, account](const std::shared_ptr<Ticket> &ticket) {
        const auto found = m_accounts.store().find(account);
        AccountsAnswer told = answer(found ? Code::Done : Code::NotFound);
        if (found)
            told.profile = profileOf(*found);
        ticket->give(told);
    });
}

void AccountService::importUsers(const UserImport &wanted, Done reply)
{
    const auto refuse = [&reply](const QString &why) {
        UserImportAnswer refused;
        refused.error = why;
        reply(refused);
    };
    if (m_stopped)
        return refuse(QStringLiteral("The server is stopping."));
    if (m_importing.exchange(true))
        return refuse(QStringLiteral("Another import is under way; try again when it is done."));
    const auto finish = [this, reply = std::move(reply)](const UserImportAnswer &answer) {
        m_importing = false;
        reply(answer);
    };
    onAccounts([this, wanted, finish] {
        auto importer = std::make_shared<UserImporter>();
        const UserImportAnswer planned = importer->plan(m_accounts.store(), wanted);
        if (!planned.ok() || wanted.check)
            return finish(planned);
        m_hashers.start([this, wanted, finish, importer] {
            const QString problem = importer->hash([this] { return !m_stopped; });
            onAccounts([this, wanted, finish, importer, problem] {
                UserImportAnswer answer;
                answer.error = problem;
                if (problem.isEmpty())
                    answer = importer->store(m_accounts.store(), systemNow());
                if (answer.ok()) {
                    note(wanted.by, importer->record());
                    m_accounts.publishChanges();
                }
                finish(answer);
            });
        });
    });
}

} // namespace tocsin
