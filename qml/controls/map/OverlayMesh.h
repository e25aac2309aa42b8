// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/CityOverlay.h"
#include "qml/controls/map/LineMesh.h"
#include "qml/controls/map/MapMaterial.h"

#include <array>

namespace tocsin::map {

/// A city overlay as triangles around the city's centre, made once when it is loaded. Constant afterwards, so that the
/// render thread may read it.
struct OverlayMesh
{
    struct Fill
    {
        std::vector<FillVertex> vertices;
        std::vector<quint32> indices;
        LineMesh outline;
    };

    OverlayMesh() = default;
    explicit OverlayMesh(const CityOverlay &overlay);

    QPointF origin;                  ///< world units
    QRectF bounds;                   ///< of everything, world units
    std::array<Fill, 3> areas;       ///< by CityOverlay::AreaKind
    std::array<LineMesh, 3> streets; ///< by CityOverlay::StreetClass
};

/// Pixels across, at this zoom.
[[nodiscard]] double streetWidth(CityOverlay::StreetClass kind, double zoom);

} // namespace tocsin::map
