// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QUrlQuery>

namespace tocsin::net {

/// A request target, taken apart strictly (RFC 9112 3.2, RFC 3986). `error` is empty when it is good.
struct Target
{
    QString path; ///< decoded, begins with '/', keeps a trailing slash; "*" for OPTIONS *
    QUrlQuery query;
    QByteArray authority; ///< of the absolute form, else empty
    QByteArray error;     ///< one sentence
};

/// Plain value logic. Refuses bad escapes, encoded NUL, other control characters, encoded slashes, `.` and `..`
/// segments, bytes that are not ASCII, fragments, and text that is not UTF-8 once decoded.
[[nodiscard]] Target parseTarget(QByteArrayView raw);

} // namespace tocsin::net
