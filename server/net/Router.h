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
    /// The methods that some dialect takes at this path, for 405 and OPTIONS; empty: nobody knows the path.
    [[nodiscard]] QByteArrayList allowedMethods(const QString &path) const;

    /// Verifies the token once. Secure posture: empty when there is no valid one. Open posture: an anonymous
    /// administrator instead, and an invalid token counts as none.
    [[nodiscard]] std::optional<Principal> authenticate(const HttpRequest &request, TimePoint now) const;

    [[nodiscard]] const std::vector<std::unique_ptr<Entry>> &entries() const { return m_entries; }

private:
    std::vector<std::unique_ptr<Entry>> m_entries; ///< at fixed addresses: sessions count in them
    std::shared_ptr<const Authorizer> m_authorizer;
    Posture m_posture;
};

} // namespace tocsin::net
