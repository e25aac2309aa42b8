// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"

namespace tocsin::scene {

/// One busy minute at a desk, always the same: what pictures and page tests look at. Values only.
/// Fourteen devices (one silent, three with alerts that matter), seven alerts of every class and state, an incident
/// with its conversation.

[[nodiscard]] TimePoint now(); ///< 2026-01-31 13:06:21 UTC
[[nodiscard]] Actor dispatcher();
[[nodiscard]] DeskSnapshot snapshot();
[[nodiscard]] QList<LatestReading> latest();
[[nodiscard]] ServerStats stats();
/// What the archive knows of Unit 07 and every other device: smooth lines at two samples a second.
[[nodiscard]] HistoryResult history(const HistoryQuery &query);
/// `alert` acknowledged by the dispatcher now, as the desk would tell it.
[[nodiscard]] Event acknowledged(Alert alert, qint64 seq, const QString &requestId);
/// A new critical alert of Unit 12, raised now.
[[nodiscard]] Event raised(qint64 seq);

} // namespace tocsin::scene
