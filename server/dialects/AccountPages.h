// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsPort.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/RuledDialect.h"
#include "server/net/TokenIssuer.h"

#include <QJsonObject>

namespace tocsin {

/// The shared login of all systems (PROTOCOL.md, "Shared login"): login, register, refresh, logout, profile under every spelling, with the
/// union bodies that their clients read, and an administrator's revocation. JSON or form bodies of at most 64 KiB. No WebSocket. Server
/// thread; passwords, sessions and files are behind the port and answer later; access tokens are signed here.
class AccountPages final : public RuledDialect
{
public:
    enum class Page { Login, Register, Refresh, Logout, Profile, Revoke };
    static constexpr qsizetype maxBody = 65'536;

    AccountPages(Posture posture, AccountsPort &accounts, net::TokenIssuer issuer,
                 std::function<TimePoint()> clock = systemNow);

    [[nodiscard]] static std::span<const Route> table();
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override { return QStringLiteral("accounts"); }

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;

private:
    void login(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond);
    void signUp(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond);
    void refresh(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond);
    void logout(const QJsonObject &body, const net::HttpRequest &request, const net::Respond &respond);
    void profile(const Principal &caller, const net::Respond &respond);
    void revoke(const QJsonObject &body, const Principal &caller, const net::Respond &respond);

    /// Asks `work` of the port; its answer comes home to `done`.
    [[nodiscard]] AccountsPort::Reply expect(const net::Respond &respond, int failed, const QByteArray &failure,
                                             std::function<net::HttpResponse(const AccountsAnswer &)> done);
    [[nodiscard]] net::HttpResponse granted(int status, const QString &message, const SessionGrant &grant) const;

    AccountsPort &m_accounts;
    const net::TokenIssuer m_issuer;
    const std::function<TimePoint()> m_clock;
    ReplyBox m_replies;
};

} // namespace tocsin
