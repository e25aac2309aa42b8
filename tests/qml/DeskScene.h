// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"
#include "tests/support/FakeDeskLink.h"

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
/// A critical alert of Unit 12 that is not in the snapshot, raised now.
[[nodiscard]] Alert freshAlert();

/// Six clients of five dialects, one of which falls behind; one has gone.
[[nodiscard]] ClientsUpdate connections();
[[nodiscard]] FrameReport frames();

/// Opens the link with the scene.
void open(FakeDeskLink &link);
/// Opens it with a desk that nobody has reported to.
void openEmpty(FakeDeskLink &link);
/// The built-in rules, revision "r1": for what was asked about rules and is not a trial.
void answerRules(FakeDeskLink &link);
/// Two things are wrong with the second rule.
void refuseRules(FakeDeskLink &link);
/// Somebody else has changed the fuel rule.
void supersedeRules(FakeDeskLink &link);
/// Raised three times in a day.
void answerTrial(FakeDeskLink &link);
/// Of a rule about a geofence.
void answerFenceTrial(FakeDeskLink &link);
/// Answers every history query that waits.
void answerHistory(FakeDeskLink &link);

} // namespace tocsin::scene
