// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MapMaterial.h"

#include "qml/controls/map/LineMesh.h"
#include "qml/controls/map/Scene.h"

#include <QSGMaterialShader>
#include <QSGTexture>

#include <cstring>

namespace tocsin::map {

namespace {

/// The uniform block all shaders share; std140.
struct Uniforms
{
    float matrix[16];
    float color[4];
    float halo[4];
    float offset[2];
    float scale;
    float opacity;
    float halfWidth;
    float dpr;
    float dashOn;
    float dashOff;
    float pulse;
    float fadeFrom;
    float fadeTo;
    float spare;
};
static_assert(sizeof(Uniforms) == 144);

void put(float (&into)[4], const QColor &color)
{
    into[0] = color.redF();
    into[1] = color.greenF();
    into[2] = color.blueF();
    into[3] = color.alphaF();
}

class MapShader : public QSGMaterialShader
{
public:
    explicit MapShader(MapMaterial::Kind kind)
    {
        constexpr const char *Names[]{"fill", "line", "shape", "text"};
        const QString base = QStringLiteral(":/tocsin/map/shaders/%1").arg(QLatin1String(Names[int(kind)]));
        setShaderFileName(VertexStage, base + QStringLiteral(".vert.qsb"));
        setShaderFileName(FragmentStage, base + QStringLiteral(".frag.qsb"));
    }

    bool updateUniformData(RenderState &state, QSGMaterial *newMaterial, QSGMaterial * /*old*/) override
    {
        const LayerLook &look = static_cast<MapMaterial *>(newMaterial)->look;
        Uniforms u{};
        const QMatrix4x4 matrix = state.combinedMatrix();
        std::memcpy(u.matrix, matrix.constData(), sizeof u.matrix);
        put(u.color, look.color);
        put(u.halo, look.halo);
        u.offset[0] = float(look.offset.x());
        u.offset[1] = float(look.offset.y());
        u.scale = float(look.scale);
        u.opacity = state.opacity();
        u.halfWidth = float(look.halfWidth);
        u.dpr = float(look.density);
        u.dashOn = float(look.dashOn);
        u.dashOff = float(look.dashOff);
        u.pulse = float(look.pulse);
        u.fadeFrom = float(look.fadeFrom);
        u.fadeTo = float(look.fadeTo);
        QByteArray *data = state.uniformData();
        Q_ASSERT(data->size() >= qsizetype(sizeof u));
        std::memcpy(data->data(), &u, sizeof u);
        return true;
    }

    void updateSampledImage(RenderState &state, int binding, QSGTexture **texture, QSGMaterial *newMaterial,
                            QSGMaterial * /*old*/) override
    {
        QSGTexture *own = static_cast<MapMaterial *>(newMaterial)->look.texture;
        if (binding != 1 || own == nullptr)
            return;
        own->commitTextureOperations(state.rhi(), state.resourceUpdateBatch());
        *texture = own;
    }
};

const QSGGeometry::AttributeSet &attributes(MapMaterial::Kind kind)
{
    using A = QSGGeometry::Attribute;
    using G = QSGGeometry;
    static const auto floats = [](int at, int size, bool position = false) {
        return A::createWithAttributeType(at, size, G::FloatType,
                                          position ? G::PositionAttribute : G::UnknownAttribute);
    };
    static const auto bytes = [](int at) {
        return A::createWithAttributeType(at, 4, G::UnsignedByteType, G::ColorAttribute);
    };
    static const A fill[]{floats(0, 2, true)};
    static const A line[]{floats(0, 2, true), floats(1, 3), floats(2, 2)};
    static const A shape[]{floats(0, 2, true), floats(1, 4), floats(2, 4), floats(3, 4), bytes(4), bytes(5)};
    static const A text[]{floats(0, 2, true), floats(1, 4), bytes(2)};
    static const G::AttributeSet sets[]{{1, sizeof(FillVertex), fill},
                                        {3, sizeof(LineVertex), line},
                                        {6, sizeof(ShapeVertex), shape},
                                        {3, sizeof(TextVertex), text}};
    return sets[int(kind)];
}

} // namespace

MapMaterial::MapMaterial(Kind kind) : m_kind(kind)
{
    setFlag(Blending);
    // Merging would move every vertex on the CPU each time the map moves.
    setFlag(NoBatching);
}

QSGMaterialType *MapMaterial::type() const
{
    static QSGMaterialType types[4];
    return &types[int(m_kind)];
}

QSGMaterialShader *MapMaterial::createShader(QSGRendererInterface::RenderMode /*mode*/) const
{
    return new MapShader(m_kind);
}

int MapMaterial::compare(const QSGMaterial *other) const
{
    return this < other ? -1 : this > other ? 1 : 0;
}

LayerNode::LayerNode(MapMaterial::Kind kind)
    : m_geometry(attributes(kind), 0, 0, QSGGeometry::UnsignedIntType)
    , m_material(kind)
{
    m_geometry.setDrawingMode(QSGGeometry::DrawTriangles);
    setGeometry(&m_geometry);
    setMaterial(&m_material);
}

void LayerNode::show(const LayerLook &look)
{
    m_material.look = look;
    markDirty(DirtyMaterial);
}

void LayerNode::copyVertices(const void *vertices, size_t vertexBytes, size_t count)
{
    Q_ASSERT(int(vertexBytes) == m_geometry.sizeOfVertex());
    if (count > 0)
        std::memcpy(m_geometry.vertexData(), vertices, vertexBytes * count);
    markDirty(DirtyGeometry);
}

void LayerNode::upload(const void *vertices, size_t vertexBytes, size_t count, std::span<const quint32> indices)
{
    m_geometry.allocate(int(count), int(indices.size()));
    if (!indices.empty())
        std::memcpy(m_geometry.indexDataAsUInt(), indices.data(), indices.size_bytes());
    copyVertices(vertices, vertexBytes, count);
}

void LayerNode::uploadQuads(const void *vertices, size_t vertexBytes, size_t count)
{
    const size_t quads = count / 4;
    if (int(count) != m_geometry.vertexCount()) {
        m_geometry.allocate(int(count), int(quads * 6));
        quint32 *index = m_geometry.indexDataAsUInt();
        for (quint32 first = 0; first < quint32(count); first += 4) {
            for (const quint32 corner : {0U, 1U, 2U, 2U, 1U, 3U})
                *index++ = first + corner;
        }
    }
    copyVertices(vertices, vertexBytes, count);
}

} // namespace tocsin::map
