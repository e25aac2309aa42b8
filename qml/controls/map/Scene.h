// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/LabelAtlas.h"

#include <QColor>
#include <QPointF>

#include <array>
#include <vector>

namespace tocsin::map {

using Ink = std::array<quint8, 4>;
[[nodiscard]] Ink ink(const QColor &color, double opacity = 1);
[[nodiscard]] QColor mixed(const QColor &a, const QColor &b, double partOfB);

/// As shaders/shape.vert reads it.
struct ShapeVertex
{
    float x, y; ///< world units from the scene's origin
    float dx, dy, radius, worldRadius;
    float cornerX, cornerY, cosine, sine;
    float shape, stroke, halo, pulse;
    Ink fill, line;
};

/// As shaders/text.vert reads it.
struct TextVertex
{
    float x, y; ///< world units from the scene's origin
    float dx, dy, u, v;
    Ink ink;
};

/// One symbol, drawn as a quad.
struct Symbol
{
    enum Shape : quint8 { Disc, Arrow, Triangle, Square, Diamond, DashedCircle };
    Shape shape = Disc;
    double radius = 6;      ///< pixels
    double worldRadius = 0; ///< added, world units
    QPointF beside = {};    ///< pixels
    double turn = 0;        ///< degrees clockwise
    double stroke = 0;      ///< pixels, inside the outline; 0: none
    double halo = 0;        ///< pixels outside the outline
    double pulse = 0;       ///< part of the fill that pulses
    Ink fill{};
    Ink line{};
};

/// What says a level without its colour: 0 info … 3 emergency.
[[nodiscard]] Symbol::Shape stateShape(int level);

/// Collects a frame's symbols and labels around one origin, four vertices per quad. Plain value.
class Scene
{
public:
    void start(QPointF origin);
    [[nodiscard]] QPointF origin() const { return m_origin; }
    void add(QPointF world, const Symbol &symbol);
    /// `beside` is where the text's (not the quad's) top left corner goes, in pixels from the point; `angle` turns the
    /// label about the point, in radians clockwise.
    void add(std::vector<TextVertex> &into, QPointF world, QPointF beside, const LabelAtlas::Label &label, Ink ink,
             double angle = 0) const;

    std::vector<ShapeVertex> symbols;
    std::vector<TextVertex> labels; ///< over the symbols
    std::vector<TextVertex> places; ///< under them

private:
    QPointF m_origin;
};

} // namespace tocsin::map
