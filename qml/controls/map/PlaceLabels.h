// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/BaseMap.h"
#include "qml/controls/map/CityOverlay.h"
#include "qml/controls/map/FenceTable.h"
#include "qml/controls/map/LabelPlacer.h"
#include "qml/controls/map/MapCamera.h"
#include "qml/controls/map/Scene.h"

#include <span>

namespace tocsin::map {

class MapPalette;

/// Writes the names of countries, cities, districts, zones and streets into the room that markers' labels left.
/// GUI thread; called for each new layout, after the markers.
class PlaceLabels
{
public:
    PlaceLabels(const MapCamera &camera, const MapPalette &palette, Scene &scene, LabelPlacer &placer,
                LabelAtlas &atlas);

    void add(std::span<const Fence> fences);
    void add(const CityOverlay &overlay);
    void add(const BaseMap &map);

private:
    /// Centred on the point; false when there was no room or it is out of sight.
    bool addCentered(QPointF world, const QString &text, LabelAtlas::Style style, const QColor &color, double opacity);
    void addFence(const Fence &fence);
    [[nodiscard]] bool holds(const Fence &fence, const QRectF &room) const;
    void addZone(const CityOverlay::Area &area);
    void addStreet(const CityOverlay::Street &street);
    [[nodiscard]] bool inSight(QPointF world) const { return m_sight.contains(world); }
    [[nodiscard]] QPointF nearest(QPointF world) const;

    const MapCamera &m_camera;
    const MapPalette &m_palette;
    Scene &m_scene;
    LabelPlacer &m_placer;
    LabelAtlas &m_atlas;
    QRectF m_sight; ///< world units, with the margin a layout covers
};

} // namespace tocsin::map
