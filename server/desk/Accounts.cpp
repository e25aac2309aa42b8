// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/Accounts.h"

#include <QLoggingCategory>
#include <QTimer>

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcAccounts, "tocsin.accounts", QtInfoMsg)

constexpr int maxName = 64;
constexpr int minPassword = 8;
constexpr qsizetype maxPassword = 1024;
constexpr unsigned long long passes = 2;
constexpr std::size_t memoryBytes = std::size_t{64} * 1024 * 1024;

/// The hash of a password that nobody knows, of the same cost as ours: checked for names that do not exist.
constexpr char nobodysHash[] =
    "$argon2id$v=19$m=65536,t=2,p=1$YjYQf/b0Niiz2/1Twr+Ycg$+PlSDFTaQbM2lIRJoOAI8vHnkjxUZrKTTTuzmeOiJzs";

/// The same bytes however a keyboard composes its accents.
QByteArray passwordBytes(const QString &password)
{
    return password.normalized(QString::NormalizationForm_C).toUtf8();
}

bool isVisible(uint character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // bidirectional overrides and the like
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return true;
    }
}
} // namespace

AccountId accountIdOf(const QString &name)
{
    const QString composed = name.normalized(QString::NormalizationForm_C);
    const auto characters = composed.toUcs4();
    if (characters.isEmpty() || characters.size() > maxName)
        return {{}, QStringLiteral("A name has 1 to %1 characters.").arg(maxName)};
    if (composed.trimmed() != composed)
        return {{}, QStringLiteral("A name has no spaces at its ends.")};
    if (!composed.isValidUtf16() || composed.contains(QLatin1Char('/')) ||
        !std::all_of(characters.cbegin(), characters.cend(), isVisible))
        return {{}, QStringLiteral("A name has no slash and no control characters.")};
    return {composed.toLower(), {}};
}

QString passwordProblem(const QString &password)
{
    const qsizetype length = password.toUcs4().size();
    if (length < minPassword)
        return QStringLiteral("A password has at least %1 characters.").arg(minPassword);
    if (length > maxPassword)
        return QStringLiteral("A password has at most %1 characters.").arg(maxPassword);
    return {};
}

QString hashPassword(const QString &password)
{
    char hash[crypto_pwhash_STRBYTES];
    const QByteArray bytes = passwordBytes(password);
    if (sodium_init() < 0 ||
        crypto_pwhash_str_alg(hash, bytes.constData(), static_cast<unsigned long long>(bytes.size()), passes,
                              memoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return {};
    return QString::fromLatin1(hash);
}

bool passwordMatches(const std::optional<Account> &account, const QString &password)
{
    if (sodium_init() < 0 || password.size() > 2 * maxPassword)
        return false;
    const QByteArray hash = account ? account->passwordHash.toLatin1() : QByteArray(nobodysHash);
    const QByteArray bytes = passwordBytes(password);
    const bool right = crypto_pwhash_str_verify(hash.constData(), bytes.constData(),
                                                static_cast<unsigned long long>(bytes.size())) == 0;
    return right && account && !account->disabled;
}

QString emailOf(const QString &text)
{
    constexpr qsizetype longest = 254;
    const QString email = text.normalized(QString::NormalizationForm_C).toLower();
    const auto characters = email.toUcs4();
    const qsizetype at = email.lastIndexOf(QLatin1Char('@'));
    const bool fits = email.size() <= longest && at > 0 && at < email.size() - 1 && email.isValidUtf16() &&
                      std::none_of(
                          email.cbegin(), email.cend(), [](QChar c) { return c.isSpace() || c == u'/'; }) &&
                      std::all_of(characters.cbegin(), characters.cend(), isVisible);
    return fits ? email : QString();
}

QString shownName(const QString &text)
{
    constexpr qsizetype longest = 64;
    QString shown;
    for (const QChar c : text.normalized(QString::NormalizationForm_C)) {
        if (c.isSurrogate() || isVisible(c.unicode()))
            shown.append(c);
    }
    return shown.trimmed().left(longest);
}

Prepared prepareAccount(AccountStore &store, const NewAccount &wanted, const QString &password)
{
    Prepared prepared;
    const AccountId id = accountIdOf(wanted.name);
    prepared.error = id.error;
    if (prepared.error.isEmpty())
        prepared.error = passwordProblem(password);
    Account &account = prepared.account;
    account.id = id.id;
    account.name = wanted.name;
    account.role = wanted.role;
    account.email = emailOf(wanted.email);
    account.firstName = shownName(wanted.firstName);
    account.lastName = shownName(wanted.lastName);
    if (prepared.error.isEmpty() && account.email.isEmpty() && !wanted.email.isEmpty())
        prepared.error = QStringLiteral("This is not an e-mail address.");
    if (!prepared.error.isEmpty())
        return prepared;
    // Before the expensive part; the insert decides.
    prepared.exists = store.findByLogin(account.id) || store.findByLogin(account.email);
    if (prepared.exists)
        prepared.error = QStringLiteral("The user \"%1\" exists already.").arg(account.id);
    return prepared;
}

QString addAccount(AccountStore &store, const NewAccount &wanted, const QString &password, const AuditRow &audit)
{
    Prepared prepared = prepareAccount(store, wanted, password);
    if (!prepared.error.isEmpty())
        return prepared.error;
    prepared.account.passwordHash = hashPassword(password);
    if (prepared.account.passwordHash.isEmpty())
        return QStringLiteral("There is not enough memory to hash the password (64 MiB are needed).");
    switch (store.insert(prepared.account, audit)) {
    case AccountStore::Written::Yes:
        return {};
    case AccountStore::Written::Duplicate:
        return QStringLiteral("The user \"%1\" exists already.").arg(prepared.account.id);
    case AccountStore::Written::Missing:
    case AccountStore::Written::Failed:
        break;
    }
    return QStringLiteral("The user was not stored: %1.").arg(store.lastError());
}

Accounts::Accounts(QString path, std::shared_ptr<AccountsBoard> board, std::chrono::milliseconds pollInterval,
                   QObject *parent)
    : QObject(parent)
    , m_path(std::move(path))
    , m_board(std::move(board))
    , m_pollInterval(pollInterval)
{
}

Accounts::~Accounts()
{
    stop();
}

QString Accounts::start()
{
    if (QString error = m_store.open(m_path); !error.isEmpty())
        return error;
    if (!publish())
        return QStringLiteral("The file %1 cannot be read: %2.").arg(m_path, m_store.lastError());
    m_timer = new QTimer(this);
    connect(m_timer, &QTimer::timeout, this, &Accounts::poll);
    m_timer->start(m_pollInterval);
    return {};
}

void Accounts::stop()
{
    delete std::exchange(m_timer, nullptr);
    m_store.close();
}

void Accounts::poll()
{
    constexpr std::chrono::minutes pruneEvery{1};
    const TimePoint now = systemNow();
    if (now - m_pruned >= pruneEvery || now < m_pruned) {
        m_pruned = now;
        m_store.prune(now);
    }
    publishChanges();
}

void Accounts::publishChanges()
{
    const bool changedHere = m_store.takeChanged();
    if (m_store.changedByOthers() || changedHere || m_stale)
        publish();
}

bool Accounts::publish()
{
    const auto accounts = m_store.all();
    auto revoked = accounts ? m_store.revocations(systemNow()) : std::nullopt;
    if (!revoked) {
        if (!std::exchange(m_stale, true))
            qCWarning(lcAccounts).noquote() << "the accounts cannot be read:" << m_store.lastError();
        return false;
    }
    m_stale = false;
    auto snapshot = std::make_shared<AccountsSnapshot>();
    for (const Account &account : *accounts) {
        snapshot->accounts.insert(account.id, {account.name, account.role, account.disabled, account.validFrom,
                                               account.email, account.firstName, account.lastName});
        if (!account.email.isEmpty())
            snapshot->idByEmail.insert(account.email, account.id);
    }
    snapshot->revoked = std::move(*revoked);
    m_board->publish(std::move(snapshot));
    Q_EMIT changed();
    return true;
}

} // namespace tocsin
