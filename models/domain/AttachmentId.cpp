// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AttachmentId.h"

#include <algorithm>

namespace tocsin {

bool isAttachmentId(const QString &id)
{
    constexpr qsizetype digits = 64;
    return id.size() == digits && std::all_of(id.cbegin(), id.cend(), [](QChar c) {
               return (c >= QLatin1Char('0') && c <= QLatin1Char('9')) ||
                      (c >= QLatin1Char('a') && c <= QLatin1Char('f'));
           });
}

} // namespace tocsin
