// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Requests.h"
#include "models/wire/Json.h"

#include <optional>

// The `data` of dialect 3's messages, read: pure functions, any thread. An error names the field; a required field that is missing has the
// dialect's own words ("Missing device_id").

namespace tocsin::hardware {

enum class StreamMode { Full, Delta, Sampled, Custom };
[[nodiscard]] QString toString(StreamMode mode); ///< "full", "delta", "sampled", "custom"

constexpr qsizetype longestId = 128;
constexpr qsizetype mostFields = 256;
constexpr double slowestHz = 0.01; ///< whoever asks for less gets this

/// What a stream carries.
struct StreamSpec
{
    QString deviceId;
    double hz = 10;
    QStringList fields; ///< sorted; empty: all
    StreamMode mode = StreamMode::Full;
    bool binary = false;
    bool compress = false;
    bool operator==(const StreamSpec &) const = default;
};

struct Subscribe
{
    StreamSpec spec; ///< without a device: only what is to be resumed
    std::optional<bool> binary;
    std::optional<bool> compress;
    bool resume = false;
};
[[nodiscard]] std::variant<Subscribe, FieldError> readSubscribe(const QJsonObject &data);

/// Neither: all.
struct Unsubscribe
{
    QString streamId;
    QString deviceId;
};
[[nodiscard]] std::variant<Unsubscribe, FieldError> readUnsubscribe(const QJsonObject &data);

struct SetMode
{
    QString streamId;
    std::optional<StreamMode> mode;
    std::optional<double> hz;
    std::optional<QStringList> fields;
};
[[nodiscard]] std::variant<SetMode, FieldError> readSetMode(const QJsonObject &data);

/// Time-outs from 0.1 s to 10 min, retries from 0 to 10.
[[nodiscard]] std::variant<IssueCommand, FieldError> readCommand(const QJsonObject &data);

struct ListDevices
{
    QString protocol; ///< empty: any
    bool activeOnly = true;
};
[[nodiscard]] std::variant<ListDevices, FieldError> readListDevices(const QJsonObject &data);

[[nodiscard]] std::variant<QString, FieldError> readDeviceId(const QJsonObject &data);

} // namespace tocsin::hardware
