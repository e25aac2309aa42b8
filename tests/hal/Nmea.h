// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/NmeaSplitter.h"

#include <QByteArray>
#include <QString>

namespace tocsin::fake {

/// `$` body `*` checksum and line end.
[[nodiscard]] inline QByteArray sentence(const QByteArray &body, const QByteArray &lineEnd = "\r\n")
{
    return '$' + body + '*' + QByteArray(1, char(NmeaSplitter::checksum(body))).toHex().toUpper() + lineEnd;
}

/// A recording of a real receiver, from the data beside the checkout; the file need not be there.
[[nodiscard]] inline QString sharedRecording(const QString &name)
{
    return qEnvironmentVariable("TOCSIN_SHARED_DATA", QStringLiteral(TOCSIN_SOURCE_DIR "/../shared/data")) +
           QStringLiteral("/nmea/") + name;
}

} // namespace tocsin::fake
