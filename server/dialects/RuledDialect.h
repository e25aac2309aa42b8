// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/Route.h"
#include "server/net/Dialect.h"

#include <span>

namespace tocsin {

/// A dialect whose every path comes from a table, each with its rule: what the table does not have is not there, and what it has is not
/// reached by whom the rule leaves out. All dialects of the product are of this kind; the tests of the authorization are made
/// from the same tables. Server thread.
class RuledDialect : public net::Dialect
{
public:
    /// Secure: nobody without a token of an account, even where the server is open.
    explicit RuledDialect(Posture posture) : m_posture(posture) {}

    [[nodiscard]] virtual std::span<const Route> routes() const = 0;

    [[nodiscard]] bool claimsUpgrade(const QString &path) const final;
    [[nodiscard]] bool claimsHttp(const QByteArray &method, const QString &path) const final;
    [[nodiscard]] net::Verdict authorizeUpgrade(const net::HttpRequest &request,
                                                const std::optional<Principal> &caller) const final;
    void opened(net::Session *session) final;
    void http(const net::HttpRequest &request, const std::optional<Principal> &caller,
              const net::Respond &respond) final;

protected:
    /// A route that was found, and what stands for its {…}.
    struct Place
    {
        const Route *route = nullptr;
        QString object;
        bool withToken = false; ///< the request brought one, good or not
    };
    struct Call
    {
        const Route &route;
        const QString &object;
        const net::HttpRequest &request;
        const std::optional<Principal> &caller; ///< there, unless the rule is for anybody
    };

    /// The rule has been kept, except for what is named in the body.
    virtual void serve(const Call &call, const net::Respond &respond) = 0;
    /// A WebSocket that the rule lets in.
    virtual void enter(const Place &place, net::Session *session) = 0;
    /// Whether the rights table lets `who` act on the object. A dialect may say more of what an object is, or be stricter.
    [[nodiscard]] virtual bool permits(const Rule &rule, const QString &object, const Principal &who) const;
    /// What else is wrong with an upgrade that the rule lets in; nothing: it may be opened.
    [[nodiscard]] virtual std::optional<net::Verdict> objection(const net::HttpRequest &request) const;
    /// 401 or 403, in the dialect's own words: {"detail": …} unless it has others. The response's status is what is sent.
    [[nodiscard]] virtual net::HttpResponse refusal(const Place &place, int status) const;

    [[nodiscard]] Posture posture() const { return m_posture; }

private:
    [[nodiscard]] Place find(bool upgrade, const QByteArray &method, const QString &path) const;
    /// 0: the rule lets the caller in; else the status of the refusal.
    [[nodiscard]] int judge(const Place &place, const net::HttpRequest &request,
                            const std::optional<Principal> &caller) const;
    /// In the open posture whoever comes without a token is an anonymous administrator.
    [[nodiscard]] std::optional<Principal> known(const std::optional<Principal> &caller) const;

    Posture m_posture;
};

} // namespace tocsin
