// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

#include <QList>

#include <limits>
#include <optional>

namespace tocsin {

/// What is known of one device. Plain values; GUI thread by use.
struct DeviceFacts
{
    Device device;
    Presence presence = Presence::Unknown;
    std::optional<TimePoint> lastSeen;
    std::optional<LatestReading> latest;
    QList<Alert> openAlerts;
};

/// The same as the operator sees it, ready to be read by data().
struct DeviceView
{
    static constexpr double Unknown = std::numeric_limits<double>::quiet_NaN();
    QString headline; ///< "52 km/h", "on foot", "–" when silent
    QString detail;   ///< "Delivery van · HIGH_RPM"
    QString ageText;  ///< "0.2 s"; "–" when never heard
    double ageSeconds = Unknown;
    bool stale = true; ///< silent, or never heard
    bool hasPosition = false;
    double latitude = Unknown;
    double longitude = Unknown;
    double heading = Unknown; ///< degrees true
    double accuracyM = Unknown;
    double speedKmh = Unknown;
    int alertLevel = -1; ///< AlertLevel of the worst open alert; −1: none
    int alertState = 0;  ///< AlertState of the same
    QString alertText;   ///< its code
    QString alertAge;    ///< "00:42"
};

/// The parts that readings, presence and time change.
void refreshLive(DeviceView &view, const DeviceFacts &facts, TimePoint now);
/// The parts that alerts, presence and the record change.
void refreshWords(DeviceView &view, const DeviceFacts &facts, TimePoint now);
/// The alert that decides how a device is shown: the worst, unacknowledged before taken, then the newest.
[[nodiscard]] const Alert *leadingAlert(const QList<Alert> &openAlerts);

} // namespace tocsin
