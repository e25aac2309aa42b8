// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AccountsSnapshot.h"

#include <QCryptographicHash>

namespace tocsin {

QByteArray revocationKey(Revocable kind, const QString &id)
{
    const QByteArray prefix = kind == Revocable::Token ? "token:" : "session:";
    return QCryptographicHash::hash(prefix + id.toUtf8(), QCryptographicHash::Sha256);
}

} // namespace tocsin
