// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Dialect.h"
#include "server/net/ServerSettings.h"

#include <memory>
#include <vector>

namespace tocsin::net {

/// Finds the dialect for a path and says who is calling. Server thread; owned by the server. Dialects are asked in the
/// order in which they were added; the first that claims a path has it.
class Router
{
public:
    struct Entry
    {
        std::unique_ptr<Dialect> dialect;
        DialectCounters counters;
    };

    Router(std::shared_ptr<const Authorizer> authorizer, Posture posture)
        : m_authorizer(std::move(authorizer))
        , m_posture(posture)
    {
    }

    void add(std::unique_ptr<Dialect> dialect);
    [[nodiscard]] Entry *forUpgrade(const QString &path);
    [[nodiscard]] Entry *forHttp(const QByteArray &method, const QString &path);
    /// 404 in the words of the dialect whose path it would be.
    [[nodiscard]] HttpResponse notFound(const QString &path) const;
    /// The methods that some dialect takes at this path, for 405 and OPTIONS; empty: nobody knows the path.
    [[nodiscard]] QByteArrayList allowedMethods(const QString &path) const;

    /// Verifies the token once and notes in the request what it said. Secure posture: empty when there is no valid one. Open posture:
    /// an anonymous administrator instead, and an invalid token counts as none.
    [[nodiscard]] std::optional<Principal> authenticate(HttpRequest &request, TimePoint now) const;
    /// Why what let a caller in does so no longer; empty while it does, and for those who needed none.
    [[nodiscard]] QString objection(const std::optional<Credential> &credential, TimePoint now) const;
    /// Another value than before: credentials may have become void.
    [[nodiscard]] quint64 credentialRevision() const { return m_authorizer ? m_authorizer->revision() : 0; }

    [[nodiscard]] const std::vector<std::unique_ptr<Entry>> &entries() const { return m_entries; }

private:
    std::vector<std::unique_ptr<Entry>> m_entries; ///< at fixed addresses: sessions count in them
    std::shared_ptr<const Authorizer> m_authorizer;
    Posture m_posture;
};

} // namespace tocsin::net
