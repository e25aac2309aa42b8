// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/Walk.h"

// What the walks are made of. Internal to models/probe.

namespace tocsin::probe {

using Fits = std::function<bool(const Heard &)>;
using Skip = std::function<QString(const Walker &)>;

/// The id under which the probe appears where the path wants one.
inline QString probeId()
{
    return QStringLiteral("tocsin-probe");
}

/// Opens a WebSocket; ok when the server says 101.
[[nodiscard]] Step opens(const QString &path, const QUrlQuery &query = {}, const QStringList &subprotocols = {});
/// Opens one without the token; ok when the server refuses, or closes before it said anything of use.
[[nodiscard]] Step refusesStrangers(const QString &path, const QUrlQuery &query = {});
/// Says a frame; ok when one comes for which `fits` is true. Others are passed over.
[[nodiscard]] Step asks(const QString &name, const QString &expected, const QJsonObject &frame, const Fits &fits);
[[nodiscard]] Step asksText(const QString &name, const QString &expected, const QString &frame, const Fits &fits);
/// Says nothing; ok when such a frame comes.
[[nodiscard]] Step hears(const QString &name, const QString &expected, const Fits &fits);
/// Calls; ok when the answer has this status and fits.
[[nodiscard]] Step calls(const QByteArray &method, const QString &path, const QJsonObject &body, int status,
                         const QString &expected, const Fits &fits);
[[nodiscard]] Step gets(const QString &path, const QString &expected, const Fits &fits);
/// Closes with 1000; ok when the connection ends in order.
[[nodiscard]] Step closes();
/// A login by name and password, when they were given.
[[nodiscard]] Step logsIn();

[[nodiscard]] Step optional(Step step);
[[nodiscard]] Step unless(Step step, const Skip &skip);

[[nodiscard]] QString needsToken(const Walker &walker);
[[nodiscard]] QString needsDevice(const Walker &walker);
[[nodiscard]] QString needsChat(const Walker &walker);

[[nodiscard]] QString isoNow();
[[nodiscard]] qint64 millisNow();

[[nodiscard]] bool isType(const Heard &heard, const char *type);
[[nodiscard]] QString stringIn(const QJsonObject &object, const char *key);

} // namespace tocsin::probe
