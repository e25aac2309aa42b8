// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/PeopleDirectory.h"

#include "server/dialects/Route.h"

namespace tocsin {

QString PeopleDirectory::idOf(const QString &emailOrId) const
{
    constexpr qsizetype longest = 254; // RFC 5321
    const QString text = emailOrId.trimmed();
    if (text.isEmpty() || text.size() > longest)
        return {};
    QString lower = text.toLower();
    const auto accounts = m_accounts->current();
    if (const auto id = accounts->idByEmail.constFind(lower); id != accounts->idByEmail.cend())
        return *id;
    if (accounts->accounts.contains(lower))
        return lower;
    if (m_posture == Posture::Secure || !isPathId(text))
        return {};
    return text.contains(QLatin1Char('@')) ? lower : text;
}

} // namespace tocsin
