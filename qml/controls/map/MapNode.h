// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/BaseMap.h"
#include "qml/controls/map/FenceMesh.h"
#include "qml/controls/map/MapCamera.h"
#include "qml/controls/map/MapMaterial.h"
#include "qml/controls/map/OverlayMesh.h"
#include "qml/controls/map/Scene.h"

#include <QSGTexture>

#include <map>

class QQuickWindow;

namespace tocsin::map {

class MapPalette;

/// The trail's fixed part and the piece up to the marker that is on its way.
struct TrailMesh
{
    QPointF origin;
    LineMesh body;
    LineMesh tip;
};

/// All that the render thread reads while the GUI thread waits. A revision that stayed the same means that the geometry
/// it stands for need not be uploaded again.
struct MapFrame
{
    const MapCamera &camera;
    const MapPalette &palette;
    const BaseMap *baseMap = nullptr;
    quint64 baseRevision = 0;
    const OverlayMesh *overlay = nullptr;
    quint64 overlayRevision = 0;
    const FenceMesh *fences = nullptr; ///< null: not shown
    quint64 fencesRevision = 0;
    const TrailMesh *trail = nullptr;
    quint64 trailRevision = 0;
    quint64 tipRevision = 0;
    const Scene *scene = nullptr;
    quint64 sceneRevision = 0;
    const LabelAtlas *atlas = nullptr;
    QQuickWindow *window = nullptr;
    double density = 1;
    double pulse = 1;
};

/// The map in the scene graph: one node per layer, from the water up. Render thread; owned by the scene graph.
class MapNode : public QSGNode
{
public:
    MapNode();
    ~MapNode() override;

    void sync(const MapFrame &frame);

private:
    /// Level, row, column and how many worlds to the east.
    struct CellKey
    {
        int level;
        int y;
        int x;
        int turn;
        friend auto operator<=>(const CellKey &, const CellKey &) = default;
    };
    struct CellNodes
    {
        LayerNode *fill = nullptr;
        LayerNode *border = nullptr;
        LayerNode *coast = nullptr;
    };

    void syncBase(const MapFrame &frame);
    CellNodes makeCell(const BaseCell &cell);
    void dropCell(const CellNodes &nodes);
    void showCell(const MapFrame &frame, const CellKey &key, const CellNodes &nodes) const;
    void syncOverlay(const MapFrame &frame);
    void uploadOverlay(const OverlayMesh &mesh);
    void showStreets(const MapFrame &frame, const LayerLook &look);
    void syncFences(const MapFrame &frame);
    void syncTrail(const MapFrame &frame);
    void syncScene(const MapFrame &frame);
    [[nodiscard]] static LayerLook lookAt(const MapFrame &frame, QPointF origin);
    LayerNode *append(QSGNode &parent, MapMaterial::Kind kind);

    LayerNode *m_water = nullptr;
    QSGNode m_land;
    QSGNode m_borders;
    QSGNode m_coasts;
    QSGNode m_overlay;
    QSGNode m_fences;
    QSGNode m_trailLayer;
    QSGNode m_marks;
    std::map<CellKey, CellNodes> m_cells;
    std::array<LayerNode *, 3> m_areaFills{};
    std::array<LayerNode *, 3> m_areaLines{};
    std::array<LayerNode *, 3> m_casings{};
    std::array<LayerNode *, 3> m_streets{};
    struct FenceNodes
    {
        LayerNode *fill = nullptr;
        LayerNode *line = nullptr;
        LayerNode *course = nullptr;
    };
    std::array<FenceNodes, FenceMesh::Levels> m_fenceLayers{};
    LayerNode *m_trail = nullptr;
    LayerNode *m_tip = nullptr;
    LayerNode *m_places = nullptr;
    LayerNode *m_symbols = nullptr;
    LayerNode *m_labels = nullptr;
    std::unique_ptr<QSGTexture> m_glyphs;
    quint64 m_glyphsRevision = 0;
    quint64 m_baseRevision = 0;
    quint64 m_overlayRevision = 0;
    quint64 m_fencesRevision = 0;
    quint64 m_trailRevision = 0;
    quint64 m_tipRevision = 0;
    quint64 m_sceneRevision = 0;
    bool m_overlayShown = false;
    bool m_fencesShown = true;
};

} // namespace tocsin::map
