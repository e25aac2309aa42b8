// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MapNode.h"

#include "qml/controls/map/MapPalette.h"
#include "qml/controls/map/Mercator.h"

#include <QQuickWindow>

#include <algorithm>
#include <cmath>

namespace tocsin::map {

namespace {

using AreaKind = CityOverlay::AreaKind;
using StreetClass = CityOverlay::StreetClass;

/// Below this zoom the overlay is smaller than a thumb.
constexpr double OverlayFrom = 9;
constexpr double TrailWidth = 3.4;

QColor fenceColor(const MapPalette &palette, int level)
{
    return level < 0 ? palette.fence() : palette.levelColor(level);
}

void setLines(LayerNode &node, const LineMesh &mesh)
{
    node.set<LineVertex>(mesh.vertices(), mesh.indices());
}

} // namespace

MapNode::MapNode()
{
    m_water = append(*this, MapMaterial::Kind::Fill);
    m_water->set<FillVertex>(std::array{FillVertex{0, 0}, FillVertex{1, 0}, FillVertex{0, 1}, FillVertex{1, 1}},
                             std::array{0U, 1U, 2U, 2U, 1U, 3U});
    for (QSGNode *layer : {&m_land, &m_borders, &m_coasts, &m_overlay, &m_fences, &m_trailLayer, &m_marks}) {
        layer->setFlag(OwnedByParent, false);
        appendChildNode(layer);
    }
    m_areaFills[size_t(AreaKind::Park)] = append(m_overlay, MapMaterial::Kind::Fill);
    m_areaLines[size_t(AreaKind::Park)] = append(m_overlay, MapMaterial::Kind::Line);
    m_areaFills[size_t(AreaKind::Water)] = append(m_overlay, MapMaterial::Kind::Fill);
    m_areaLines[size_t(AreaKind::Water)] = append(m_overlay, MapMaterial::Kind::Line);
    for (LayerNode *&casing : m_casings)
        casing = append(m_overlay, MapMaterial::Kind::Line);
    for (LayerNode *&street : m_streets)
        street = append(m_overlay, MapMaterial::Kind::Line);
    m_areaFills[size_t(AreaKind::Zone)] = append(m_overlay, MapMaterial::Kind::Fill);
    m_areaLines[size_t(AreaKind::Zone)] = append(m_overlay, MapMaterial::Kind::Line);
    removeChildNode(&m_overlay);
    for (FenceNodes &nodes : m_fenceLayers) { // what is alerting over what is not
        nodes.fill = append(m_fences, MapMaterial::Kind::Fill);
        nodes.line = append(m_fences, MapMaterial::Kind::Line);
        nodes.course = append(m_fences, MapMaterial::Kind::Line);
    }
    m_trail = append(m_trailLayer, MapMaterial::Kind::Line);
    m_tip = append(m_trailLayer, MapMaterial::Kind::Line);
    m_places = append(m_marks, MapMaterial::Kind::Text);
    m_symbols = append(m_marks, MapMaterial::Kind::Shape);
    m_labels = append(m_marks, MapMaterial::Kind::Text);
}

MapNode::~MapNode()
{
    // The layers are members; only the water is a child of its own.
    for (QSGNode *layer : {&m_land, &m_borders, &m_coasts, &m_overlay, &m_fences, &m_trailLayer, &m_marks}) {
        if (layer->parent() != nullptr)
            removeChildNode(layer);
    }
}

LayerNode *MapNode::append(QSGNode &parent, MapMaterial::Kind kind)
{
    auto node = std::make_unique<LayerNode>(kind);
    node->setFlag(OwnedByParent, true);
    parent.appendChildNode(node.get());
    return node.release();
}

LayerLook MapNode::lookAt(const MapFrame &frame, QPointF origin)
{
    LayerLook look;
    look.halo = frame.palette.halo();
    look.offset = frame.camera.toScreen(origin);
    look.scale = frame.camera.scale();
    look.density = frame.density;
    return look;
}

void MapNode::sync(const MapFrame &frame)
{
    LayerLook water;
    water.color = frame.palette.water();
    water.scale = std::max(frame.camera.size().width(), frame.camera.size().height());
    m_water->show(water);
    syncBase(frame);
    syncOverlay(frame);
    syncFences(frame);
    syncTrail(frame);
    syncScene(frame);
}

// ---- Base map ----------------------------------------------------------------------------------------------

void MapNode::syncBase(const MapFrame &frame)
{
    if (frame.baseRevision != m_baseRevision) {
        for (const auto &[key, nodes] : m_cells)
            dropCell(nodes);
        m_cells.clear();
        m_baseRevision = frame.baseRevision;
    }
    const int number = frame.baseMap != nullptr ? frame.baseMap->levelFor(frame.camera.zoom()) : -1;
    if (number < 0)
        return;
    const BaseLevel &level = frame.baseMap->levels()[size_t(number)];
    const int side = 1 << level.gridBits;
    const QRectF sight = frame.camera.visibleWorld();
    const auto rangeOf = [&](double margin) {
        const double dx = sight.width() * margin;
        const double dy = sight.height() * margin;
        return QRect(
            QPoint(int(std::floor((sight.left() - dx) * side)), int(std::floor((sight.top() - dy) * side))),
            QPoint(int(std::floor((sight.right() + dx) * side)), int(std::floor((sight.bottom() + dy) * side))));
    };
    // What has just left the window is kept for a while: the operator may come back.
    const QRect kept = rangeOf(0.3);
    std::erase_if(m_cells, [&](const auto &entry) {
        const CellKey &key = entry.first;
        if (key.level == number && kept.contains(key.x + key.turn * side, key.y))
            return false;
        dropCell(entry.second);
        return true;
    });
    const QRect seen = rangeOf(0);
    for (int y = std::max(seen.top(), 0); y <= std::min(seen.bottom(), side - 1); ++y) {
        for (int column = seen.left(); column <= seen.right(); ++column) {
            const int turn = int(std::floor(double(column) / side));
            const int x = column - turn * side;
            const BaseCell *cell = level.cell(x, y);
            const CellKey key{number, y, x, turn};
            if (cell != nullptr && !m_cells.contains(key))
                m_cells.emplace(key, makeCell(*cell));
        }
    }
    for (const auto &[key, nodes] : m_cells)
        showCell(frame, key, nodes);
}

MapNode::CellNodes MapNode::makeCell(const BaseCell &cell)
{
    CellNodes nodes;
    nodes.fill = append(m_land, MapMaterial::Kind::Fill);
    std::vector<FillVertex> vertices;
    vertices.reserve(cell.corners.size());
    for (const BaseCell::Corner corner : cell.corners) {
        const QPointF point = BaseCell::point(corner);
        vertices.push_back({float(point.x()), float(point.y())});
    }
    const std::vector<quint32> indices(cell.triangles.begin(), cell.triangles.end());
    nodes.fill->set<FillVertex>(vertices, indices);

    const auto addLines = [](LayerNode &node, const std::vector<BaseCell::Line> &lines) {
        LineMesh mesh;
        std::vector<QPointF> points;
        for (const BaseCell::Line &line : lines) {
            points.clear();
            std::ranges::transform(line, std::back_inserter(points), &BaseCell::point);
            mesh.add(points, LineMesh::Ends::Flat);
        }
        setLines(node, mesh);
    };
    nodes.border = append(m_borders, MapMaterial::Kind::Line);
    addLines(*nodes.border, cell.borders);
    nodes.coast = append(m_coasts, MapMaterial::Kind::Line);
    addLines(*nodes.coast, cell.coasts);
    return nodes;
}

void MapNode::dropCell(const CellNodes &nodes)
{
    delete nodes.fill;
    delete nodes.border;
    delete nodes.coast;
}

void MapNode::showCell(const MapFrame &frame, const CellKey &key, const CellNodes &nodes) const
{
    const MapCamera &camera = frame.camera;
    const double side = std::exp2(frame.baseMap->levels()[size_t(key.level)].gridBits);
    const QPointF corner(key.x / side + key.turn, key.y / side);
    LayerLook look;
    look.density = frame.density;
    look.scale = camera.scale() / side;
    // Not toScreen(): this copy of the world is meant, not the nearest one.
    look.offset =
        QPointF(camera.size().width() / 2, camera.size().height() / 2) + (corner - camera.center()) * camera.scale();
    look.color = frame.palette.land();
    nodes.fill->show(look);
    look.color = frame.palette.border();
    look.halfWidth = camera.zoom() < 4 ? 0.4 : 0.55;
    nodes.border->show(look);
    look.color = frame.palette.coast();
    look.halfWidth = camera.zoom() < 4 ? 0.45 : 0.6;
    nodes.coast->show(look);
}

// ---- City overlay ------------------------------------------------------------------------------------------

void MapNode::uploadOverlay(const OverlayMesh &mesh)
{
    for (size_t kind = 0; kind < mesh.areas.size(); ++kind) {
        m_areaFills[kind]->set<FillVertex>(mesh.areas[kind].vertices, mesh.areas[kind].indices);
        setLines(*m_areaLines[kind], mesh.areas[kind].outline);
    }
    for (size_t kind = 0; kind < mesh.streets.size(); ++kind) {
        setLines(*m_casings[kind], mesh.streets[kind]);
        setLines(*m_streets[kind], mesh.streets[kind]);
    }
}

void MapNode::syncOverlay(const MapFrame &frame)
{
    if (frame.overlay != nullptr && frame.overlayRevision != m_overlayRevision) {
        m_overlayRevision = frame.overlayRevision;
        uploadOverlay(*frame.overlay);
    }
    QRectF sight = frame.camera.visibleWorld();
    bool shown = frame.overlay != nullptr && frame.camera.zoom() >= OverlayFrom;
    if (shown) {
        const double middle = mercator::nearestCopy(sight.center().x(), frame.overlay->bounds.center().x());
        sight.moveLeft(middle - sight.width() / 2);
        shown = sight.intersects(frame.overlay->bounds);
    }
    if (shown != m_overlayShown) {
        m_overlayShown = shown;
        if (shown)
            insertChildNodeBefore(&m_overlay, m_fencesShown ? &m_fences : &m_trailLayer);
        else
            removeChildNode(&m_overlay);
    }
    if (!shown)
        return;

    const MapPalette &palette = frame.palette;
    LayerLook look = lookAt(frame, frame.overlay->origin);
    const auto showArea = [&](AreaKind kind, const QColor &fill, const QColor &line, double halfWidth) {
        look.color = fill;
        m_areaFills[size_t(kind)]->show(look);
        look.color = line;
        look.halfWidth = halfWidth;
        m_areaLines[size_t(kind)]->show(look);
    };
    // Outlines in the fill's own colour: they smooth the edge, and where water meets the base map's there is no seam.
    showArea(AreaKind::Park, palette.park(), palette.park(), 0.5);
    showArea(AreaKind::Water, palette.water(), palette.water(), 0.5);
    showStreets(frame, look);
    QColor veil = palette.zone();
    veil.setAlphaF(veil.alphaF() * 0.09F);
    look.dashOn = 6;
    look.dashOff = 4;
    showArea(AreaKind::Zone, veil, palette.zone(), 0.75);
}

void MapNode::showStreets(const MapFrame &frame, const LayerLook &look)
{
    const MapPalette &palette = frame.palette;
    const double zoom = frame.camera.zoom();
    const QColor colors[3]{palette.streetMinor(), palette.streetMajor(), palette.streetMotorway()};
    const double from[3]{11.5, 9.5, 9};
    const double casingFrom[3]{15, 13, 12};
    for (size_t kind = 0; kind < 3; ++kind) {
        LayerLook street = look;
        street.halfWidth = streetWidth(StreetClass(kind), zoom) / 2;
        // Streets come out of the ground's colour rather than out of nothing.
        const double visible = std::clamp((zoom - from[kind]) / 1.2, 0.0, 1.0);
        street.color = mixed(palette.land(), colors[kind], visible);
        if (visible <= 0)
            street.color.setAlpha(0);
        m_streets[kind]->show(street);
        const double cased = std::clamp(zoom - casingFrom[kind], 0.0, 1.0);
        street.halfWidth += 1.2;
        street.color = palette.streetCasing();
        street.color.setAlphaF(float(cased));
        m_casings[kind]->show(street);
    }
}

// ---- Places on the ground ------------------------------------------------------------------------------------

void MapNode::syncFences(const MapFrame &frame)
{
    const bool shown = frame.fences != nullptr;
    if (shown != m_fencesShown) {
        m_fencesShown = shown;
        if (shown)
            insertChildNodeBefore(&m_fences, &m_trailLayer);
        else
            removeChildNode(&m_fences);
    }
    if (!shown)
        return;
    if (frame.fencesRevision != m_fencesRevision) {
        m_fencesRevision = frame.fencesRevision;
        for (size_t level = 0; level < m_fenceLayers.size(); ++level) {
            const FenceMesh::Layer &layer = frame.fences->layers[level];
            m_fenceLayers[level].fill->set<FillVertex>(layer.vertices, layer.indices);
            setLines(*m_fenceLayers[level].line, layer.lines);
            setLines(*m_fenceLayers[level].course, layer.courses);
        }
    }
    LayerLook look = lookAt(frame, frame.fences->origin);
    for (size_t level = 0; level < m_fenceLayers.size(); ++level) {
        const QColor color = fenceColor(frame.palette, int(level) - 1);
        look.color = color;
        look.color.setAlphaF(level == 0 ? 0.05F : 0.12F);
        m_fenceLayers[level].fill->show(look);
        look.color = color;
        look.color.setAlphaF(level == 0 ? 0.75F : 1.0F);
        look.halfWidth = level == 0 ? 0.7 : 1.1;
        m_fenceLayers[level].line->show(look);
        look.halfWidth = level == 0 ? 1.1 : 1.5; // a line alone has to stand out from streets
        m_fenceLayers[level].course->show(look);
    }
}

// ---- Trail, markers, labels ----------------------------------------------------------------------------------

void MapNode::syncTrail(const MapFrame &frame)
{
    if (frame.trail == nullptr)
        return;
    if (frame.trailRevision != m_trailRevision) {
        m_trailRevision = frame.trailRevision;
        setLines(*m_trail, frame.trail->body);
    }
    if (frame.tipRevision != m_tipRevision) {
        m_tipRevision = frame.tipRevision;
        setLines(*m_tip, frame.trail->tip);
    }
    LayerLook look = lookAt(frame, frame.trail->origin);
    look.color = frame.palette.accent();
    look.halfWidth = TrailWidth / 2;
    look.fadeFrom = 0.15;
    m_trail->show(look);
    m_tip->show(look);
}

void MapNode::syncScene(const MapFrame &frame)
{
    if (frame.scene == nullptr || frame.atlas == nullptr)
        return;
    if (frame.atlas->revision() != m_glyphsRevision && !frame.atlas->image().isNull()) {
        m_glyphsRevision = frame.atlas->revision();
        m_glyphs.reset(
            frame.window->createTextureFromImage(frame.atlas->image(), QQuickWindow::TextureHasAlphaChannel));
        m_glyphs->setFiltering(QSGTexture::Linear);
    }
    if (frame.sceneRevision != m_sceneRevision) {
        m_sceneRevision = frame.sceneRevision;
        m_symbols->setQuads<ShapeVertex>(frame.scene->symbols);
        m_places->setQuads<TextVertex>(frame.scene->places);
        m_labels->setQuads<TextVertex>(frame.scene->labels);
    }
    LayerLook look = lookAt(frame, frame.scene->origin());
    look.pulse = frame.pulse;
    look.texture = m_glyphs.get();
    m_places->show(look);
    m_symbols->show(look);
    m_labels->show(look);
}

} // namespace tocsin::map
