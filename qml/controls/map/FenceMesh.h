// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/FenceTable.h"
#include "qml/controls/map/LineMesh.h"
#include "qml/controls/map/MapMaterial.h"

#include <array>
#include <span>

namespace tocsin::map {

/// Places on the ground as triangles, by the level of the alert that is about them: 0 none, 1 info … 4 emergency. Made when one of them
/// changes, constant afterwards, so that the render thread may read it.
struct FenceMesh
{
    static constexpr int Levels = 5;
    struct Layer
    {
        std::vector<FillVertex> vertices;
        std::vector<quint32> indices;
        LineMesh lines;   ///< outlines
        LineMesh courses; ///< of lines
    };

    FenceMesh() = default;
    explicit FenceMesh(std::span<const Fence> fences);

    QPointF origin; ///< world units
    std::array<Layer, Levels> layers;
};

} // namespace tocsin::map
