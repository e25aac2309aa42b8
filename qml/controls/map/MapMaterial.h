// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>
#include <QSGGeometryNode>
#include <QSGMaterial>

#include <memory>
#include <span>

class QSGTexture;

namespace tocsin::map {

/// How one layer's geometry comes onto the screen. Panning and zooming change `offset` and `scale` alone; they stand
/// in the place of a transform so that the shaders can widen lines and place symbols in pixels. Render thread.
struct LayerLook
{
    QColor color;
    QColor halo;
    QPointF offset;   ///< of the geometry's origin, logical pixels
    double scale = 1; ///< pixels per unit of the geometry
    double density = 1;
    double halfWidth = 0; ///< lines: pixels
    double dashOn = 0;    ///< lines: pixels, 0 for a whole line
    double dashOff = 0;
    double pulse = 1;
    double fadeFrom = 0; ///< lines: opacity where a vertex says 0
    double fadeTo = 1;   ///< lines: opacity where a vertex says 1
    QSGTexture *texture = nullptr;
};

class MapMaterial : public QSGMaterial
{
public:
    enum class Kind { Fill, Line, Shape, Text };
    explicit MapMaterial(Kind kind);

    [[nodiscard]] QSGMaterialType *type() const override;
    [[nodiscard]] QSGMaterialShader *createShader(QSGRendererInterface::RenderMode mode) const override;
    [[nodiscard]] int compare(const QSGMaterial *other) const override;

    LayerLook look;

private:
    Kind m_kind;
};

/// A geometry node with its own material. Render thread; owned by its parent node.
class LayerNode : public QSGGeometryNode
{
public:
    explicit LayerNode(MapMaterial::Kind kind);

    [[nodiscard]] MapMaterial &mapMaterial() { return m_material; }
    void show(const LayerLook &look);
    /// Replaces the geometry. Vertex is the struct that belongs to the kind (for fills QPointF's float pair).
    template<typename Vertex>
    void set(std::span<const Vertex> vertices, std::span<const quint32> indices)
    {
        upload(vertices.data(), sizeof(Vertex), vertices.size(), indices);
    }
    /// Four vertices per quad: left top, right top, left bottom, right bottom.
    template<typename Vertex>
    void setQuads(std::span<const Vertex> vertices)
    {
        uploadQuads(vertices.data(), sizeof(Vertex), vertices.size());
    }

private:
    void upload(const void *vertices, size_t vertexBytes, size_t count, std::span<const quint32> indices);
    void uploadQuads(const void *vertices, size_t vertexBytes, size_t count);
    void copyVertices(const void *vertices, size_t vertexBytes, size_t count);

    QSGGeometry m_geometry;
    MapMaterial m_material;
};

/// As shaders/fill.vert reads it.
struct FillVertex
{
    float x, y;
};

} // namespace tocsin::map
