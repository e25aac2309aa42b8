// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tocsin {

/// What names a picture: the SHA-256 of its bytes, 64 hexadecimal digits in lower case.
[[nodiscard]] bool isAttachmentId(const QString &id);

} // namespace tocsin
