// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Command.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

#include <QByteArrayView>
#include <QList>
#include <QStringList>

#include <memory>
#include <optional>

namespace tocsin {

/// Makes readings of what a device sends: one driver per protocol, one instance per connection.
/// No I/O and no clock: bytes and time come in, readings go out, so recordings and ports share it.
class Driver
{
public:
    Driver() = default;
    Driver(const Driver &) = delete;
    Driver &operator=(const Driver &) = delete;
    virtual ~Driver() = default;

    /// Bytes as they came, cut anywhere.
    [[nodiscard]] virtual QList<Reading> feed(QByteArrayView bytes, TimePoint now) = 0;
    /// Nothing came for a while (idleAfter()), or the input ended: give what is complete enough.
    [[nodiscard]] virtual QList<Reading> flush(TimePoint now) = 0;
    [[nodiscard]] virtual std::chrono::milliseconds idleAfter() const = 0;

    /// Understood and refused frames since the start.
    [[nodiscard]] virtual qint64 goodFrames() const = 0;
    [[nodiscard]] virtual qint64 badFrames() const = 0;
    /// The bytes that tell the device what `command` says; nullopt and a sentence in `error` when it cannot be told.
    [[nodiscard]] virtual std::optional<QByteArray> encode(const Command &command, QString *error) const = 0;
    /// What the desk should know of the device behind it.
    [[nodiscard]] virtual Device device() const = 0;
};

[[nodiscard]] QStringList knownDrivers(); ///< "nmea"
/// Null when nobody knows the name. `source` is stamped on readings and device.
[[nodiscard]] std::unique_ptr<Driver> makeDriver(const QString &name, const QString &deviceId, const QString &source);

} // namespace tocsin
