// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Console.h"
#include "tests/support/FakeDeskLink.h"

namespace tocsin::scene {

/// What the Alerts page is looked at with, on top of the scene: alerts of every state, guidance, a log, a history.
void openAlerts(FakeDeskLink &link);
/// Answers the queries that wait: values, logs, one page of closed alerts.
void answerAlerts(FakeDeskLink &link);
/// Fourteen more within a minute, three of them critical.
void flood(FakeDeskLink &link);
/// A state for a picture: "detail", "shelved", "history", "bulk", "question", "flood", "undo".
void stageAlerts(Console &console, FakeDeskLink &link, const QString &name);

} // namespace tocsin::scene
