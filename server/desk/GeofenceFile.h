// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Geofence.h"
#include "models/domain/RulesPort.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace tocsin {

/// All fences, or all that is wrong: with any error there are no fences.
struct GeofencesResult
{
    QList<Geofence> fences;
    QStringList errors; ///< "line 12: feature 3 (depot), radius_m: must be more than 0"
    [[nodiscard]] bool ok() const { return errors.isEmpty(); }
};

/// Reads geofences: a GeoJSON FeatureCollection (RFC 7946), as every map editor writes it. A feature's `properties`:
///
///   id        required (or the feature's own id): letters, digits, - and _; rules name it: "fence.ID"
///   name      what the operator reads; the id when there is none
///   radius_m  of a Point, required: more than 0, at most 1,000,000
///   width_m   of a LineString: it is a corridor that wide; without it a line to be crossed
///   match     {devices, kinds, classes, tags, sources}, lists of patterns as in the rules file: whose fence it is; none: everybody's
///
/// Others are for the editor and passed over. Geometries: Point, LineString, Polygon (the first ring is the outline, the others are holes); of
/// coordinates longitude and latitude count. At most 2,000 fences, 100,000 points in all.
[[nodiscard]] GeofencesResult readGeofences(const QByteArray &geoJson);
[[nodiscard]] GeofencesResult loadGeofences(const QString &path);

/// What is wrong with rules about fences that there are not.
[[nodiscard]] QList<RulesError> unknownFences(const QList<AlertRule> &rules, const QList<Geofence> &fences);

} // namespace tocsin
