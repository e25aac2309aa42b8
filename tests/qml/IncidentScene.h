// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/qml/DeskScene.h"

namespace tocsin::scene {

/// Dana's call in the scene's minute, as it may stand; and a shift that ends.
enum class Incident { Active, Staged, Lost, Duress, Canceled, Closed, HandoverOut, HandoverIn };
[[nodiscard]] std::optional<Incident> incidentFromString(const QString &word); ///< "active" … "handover-in"

/// Opens the link with the scene in which Dana's call stands so; two other calls are open, three are closed.
void openIncident(FakeDeskLink &link, Incident incident);
/// Answers what is asked about an incident: its log, its contacts.
void answerIncident(FakeDeskLink &link, Incident incident);

} // namespace tocsin::scene
