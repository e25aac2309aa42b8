// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/ClusterGrid.h"
#include "qml/controls/map/LabelPlacer.h"
#include "qml/controls/map/MapCamera.h"
#include "qml/controls/map/MarkerTable.h"
#include "qml/controls/map/Scene.h"

namespace tocsin::map {

class MapPalette;

/// What a MarkerScene is built from.
struct MarkerInput
{
    const MapCamera &camera;
    const std::vector<Marker> &markers;
    const Clustering &groups; ///< numbers into `markers`
    const MapPalette &palette;
    int selected = -1; ///< numbers into `markers`; -1 none
    int hovered = -1;
    qint64 now = 0;
    bool showLabels = true;
};

/// Lays out the markers in sight: which symbol, in which order, with which label; and finds them again under the
/// pointer. GUI thread. A layout holds until the zoom changes, something moves, or the view leaves region().
class MarkerScene
{
public:
    /// Pixels beyond the window that a layout covers, so that panning does not need a new one at each step.
    static constexpr double Beyond = 200;
    static constexpr int MaxLabels = 400;

    struct Hit
    {
        int marker = -1;
        int cluster = -1;
        [[nodiscard]] bool any() const { return marker >= 0 || cluster >= 0; }
    };

    void build(const MarkerInput &input, Scene &scene, LabelPlacer &placer, LabelAtlas &atlas);
    /// True while the last layout can be shown as it is, merely moved.
    [[nodiscard]] bool covers(const MapCamera &camera) const;
    /// The uppermost marker or bubble whose middle lies within `reach` pixels beyond its symbol.
    [[nodiscard]] Hit hit(QPointF screen, const MapCamera &camera, double reach) const;

    /// The fastest marker in sight, pixels per second; 0 when all stand still.
    [[nodiscard]] double fastest() const { return m_fastest; }
    [[nodiscard]] bool pulses() const { return m_pulses; }
    /// Markers and bubbles in the layout.
    [[nodiscard]] int drawn() const { return int(m_items.size()); }

private:
    struct Item
    {
        QPointF world;
        int number = 0;
        int rank = 0; ///< drawing order, see rankOf()
        double radius = 9;
        bool cluster = false;
    };
    [[nodiscard]] QRectF region(const MapCamera &camera) const;
    void collect(const MarkerInput &input);
    /// Where a bubble may stand so that no selected or alerting marker covers its number.
    [[nodiscard]] QPointF beside(QPointF world, double radius, double scale) const;
    void drawGround(const MarkerInput &input, const Item &item, Scene &scene) const;
    void drawMarker(const MarkerInput &input, const Item &item, Scene &scene) const;
    static void drawState(const MarkerInput &input, const Item &item, Scene &scene);
    void drawCluster(const MarkerInput &input, const Item &item, Scene &scene, LabelAtlas &atlas) const;
    void placeLabel(const MarkerInput &input, const Item &item, Scene &scene, LabelPlacer &placer, LabelAtlas &atlas);

    std::vector<Item> m_items;
    std::vector<QPointF> m_prominent; ///< places of selected and alerting markers
    std::vector<quint8> m_sides;      ///< per marker: 1 + side its label had, 0 no label
    QRectF m_region;
    double m_zoom = -1;
    double m_fastest = 0;
    bool m_pulses = false;
};

} // namespace tocsin::map
