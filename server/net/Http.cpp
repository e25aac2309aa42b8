// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Http.h"

#include "server/net/UpgradeRules.h"

namespace tocsin::net {

QByteArray HttpRequest::header(const QByteArray &lowerCaseName) const
{
    for (const auto &[name, value] : headers) {
        if (name == lowerCaseName)
            return value;
    }
    return {};
}

QByteArray HttpRequest::token() const
{
    const QString inQuery = query.queryItemValue(QStringLiteral("token"), QUrl::FullyDecoded);
    if (!inQuery.isEmpty())
        return inQuery.toUtf8();

    const QByteArray authorization = header("authorization");
    constexpr qsizetype schemeLength = 7; // "Bearer "
    if (authorization.size() > schemeLength && authorization.left(schemeLength).toLower() == "bearer ")
        return authorization.mid(schemeLength).trimmed();

    return bearerTokenOf(offeredSubprotocols(*this));
}

} // namespace tocsin::net
