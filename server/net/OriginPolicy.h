// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"

#include <QByteArray>
#include <QByteArrayList>

namespace tocsin::net {

/// Which web pages may talk to us (RFC 6454; against cross-site WebSocket hijacking and DNS rebinding). Plain value logic.
class OriginPolicy
{
public:
    OriginPolicy(QByteArrayList allowed, Posture posture) : m_allowed(std::move(allowed)), m_posture(posture) {}

    /// `origin` is the header's value (empty: not a browser, allowed); `host` the request's Host. A page of the same
    /// origin is allowed, and every origin on the list, compared exactly. In open posture, where no token stands behind
    /// it, a same origin counts only for an address or localhost: any name can be made to point at us.
    [[nodiscard]] bool allows(const QByteArray &origin, const QByteArray &host, bool encrypted) const;

private:
    QByteArrayList m_allowed;
    Posture m_posture;
};

} // namespace tocsin::net
