// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "server/dialects/VehicleFrames.h"

#include <variant>

namespace tocsin {

/// An alert as dialect 1's client reported it: for the desk, and in its own words.
struct AlertReport
{
    ReportAlert request; ///< source is the named vehicle, or empty; userId is the caller's to set
    SentWords words;
};

/// Reads the data of an `alert` frame {id, type, severity|level|priority, title, message, category, timestamp, data{}, acknowledged,
/// vehicle_id, recommended_actions[]}. An id is made when none came. Plain function, any thread.
[[nodiscard]] std::variant<AlertReport, FieldError> readAlertReport(const QJsonObject &data);

} // namespace tocsin
