// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/LatestValues.h"
#include "models/domain/Ports.h"
#include "models/wire/Json.h"
#include "server/dialects/DeskMirror.h"

#include <chrono>
#include <functional>

namespace tocsin {

/// What a dialect works with. Made by app; everything outlives the dialects.
struct DialectServices
{
    DeskMirror &mirror;
    const LatestValues &latest;
    ReadingSink &sink;
    DeskPort &desk;
    ArchivePort &archive;
};

/// What is the same for every dialect.
struct DialectOptions
{
    Posture posture = Posture::Secure;
    std::chrono::milliseconds heartbeat{30000};
    int messagesPerWindow = 200;            ///< per connection and 60 s
    int messagesPerAddress = 2000;          ///< per address and 60 s
    std::chrono::seconds onlineWithin{300}; ///< heard so recently is online
    JsonLimits json;
    std::function<TimePoint()> clock = systemNow;
};

} // namespace tocsin
