// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DeskMirror.h"
#include "server/dialects/monitor/MonitorRoutes.h"

#include <QString>

#include <optional>

namespace tocsin::monitor {

/// A topic that somebody may listen to. Plain value.
struct Topic
{
    const TopicRule *rule = nullptr;
    QString object; ///< the device of Device and Metrics, the name of Other

    /// As the fan-out knows it: a device called "status" has another topic than `device_status`.
    [[nodiscard]] QString key() const;
    /// As clients write it.
    [[nodiscard]] QString name() const;
};

/// nullopt: not a name that a topic can have (empty, longer than 256 characters, with something invisible).
[[nodiscard]] std::optional<Topic> topicNamed(const QString &name);
/// The topic of that kind that needs no object.
[[nodiscard]] Topic topicOf(TopicKind kind, const QString &object = {});
/// key() → name()
[[nodiscard]] QString nameOfKey(const QString &key);

/// Whether `who` may listen to it now.
[[nodiscard]] bool mayHear(Posture posture, const Principal &who, const Topic &topic, const DeskMirror &mirror);

} // namespace tocsin::monitor
