// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

namespace tocsin {

/// Whether a clock that said `before` and says `now` was set back. Less than two seconds is no jump: readings that overtook each other, a clock that
/// is being adjusted.
[[nodiscard]] constexpr bool isSetBack(TimePoint before, TimePoint now)
{
    return now + std::chrono::seconds(2) < before;
}

} // namespace tocsin
