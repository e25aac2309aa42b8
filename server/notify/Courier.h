// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/notify/NotifyOutbox.h"

#include <functional>
#include <optional>

namespace tocsin {

/// What became of one attempt.
struct Receipt
{
    enum class Result {
        Delivered,
        Later,   ///< the channel failed; again later
        Refused, ///< this message or recipient is not wanted; not again
        Broken   ///< the channel will fail until somebody changes something: password, certificate
    };
    Result result = Result::Later;
    QString detail;                     ///< why, in a few words, without secrets and addresses
    std::optional<Duration> retryAfter; ///< as the other side asked
};

/// Carries messages out. Lives on the notify thread; never blocks. Each carry() is answered once, on that thread, later, except after stop().
class Courier
{
public:
    using Done = std::function<void(const Receipt &)>;
    Courier() = default;
    Courier(const Courier &) = delete;
    Courier &operator=(const Courier &) = delete;
    virtual ~Courier() = default;
    virtual void carry(const NotifyMessage &message, const NotifyChannelConfig &channel, Done done) = 0;
    /// Gives up what is under way: whether that arrived is not known.
    virtual void stop() = 0;
};

} // namespace tocsin
