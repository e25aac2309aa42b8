// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/Scene.h"

#include <algorithm>

#include <cmath>
#include <numbers>

namespace tocsin::map {

Ink ink(const QColor &color, double opacity)
{
    const QRgb rgb = color.rgba();
    return {quint8(qRed(rgb)), quint8(qGreen(rgb)), quint8(qBlue(rgb)), quint8(std::lround(qAlpha(rgb) * opacity))};
}

QColor mixed(const QColor &a, const QColor &b, double partOfB)
{
    const auto part = [partOfB](float from, float to) { return float(from + (to - from) * partOfB); };
    return QColor::fromRgbF(part(a.redF(), b.redF()), part(a.greenF(), b.greenF()), part(a.blueF(), b.blueF()),
                            part(a.alphaF(), b.alphaF()));
}

Symbol::Shape stateShape(int level)
{
    constexpr std::array shapes{Symbol::Disc, Symbol::Square, Symbol::Triangle, Symbol::Diamond};
    return shapes.at(size_t(std::clamp(level, 0, int(shapes.size()) - 1)));
}

void Scene::start(QPointF origin)
{
    m_origin = origin;
    symbols.clear();
    labels.clear();
    places.clear();
}

void Scene::add(QPointF world, const Symbol &symbol)
{
    const QPointF at = world - m_origin;
    const double turn = symbol.turn * std::numbers::pi / 180;
    ShapeVertex vertex{float(at.x()),
                       float(at.y()),
                       float(symbol.beside.x()),
                       float(symbol.beside.y()),
                       float(symbol.radius),
                       float(symbol.worldRadius),
                       0,
                       0,
                       float(std::cos(turn)),
                       float(std::sin(turn)),
                       float(symbol.shape),
                       float(symbol.stroke),
                       float(symbol.halo),
                       float(symbol.pulse),
                       symbol.fill,
                       symbol.line};
    for (const auto &[x, y] : {std::pair(-1, -1), std::pair(1, -1), std::pair(-1, 1), std::pair(1, 1)}) {
        vertex.cornerX = float(x);
        vertex.cornerY = float(y);
        symbols.push_back(vertex);
    }
}

void Scene::add(std::vector<TextVertex> &into, QPointF world, QPointF beside, const LabelAtlas::Label &label, Ink ink,
                double angle) const
{
    const QPointF at = world - m_origin;
    const QRectF quad(beside - label.textStart, label.size);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    for (const auto &[right, bottom] : {std::pair(0, 0), std::pair(1, 0), std::pair(0, 1), std::pair(1, 1)}) {
        const double x = right != 0 ? quad.right() : quad.left();
        const double y = bottom != 0 ? quad.bottom() : quad.top();
        into.push_back({float(at.x()), float(at.y()), float(x * c - y * s), float(x * s + y * c),
                        float(right != 0 ? label.texture.right() : label.texture.left()),
                        float(bottom != 0 ? label.texture.bottom() : label.texture.top()), ink});
    }
}

} // namespace tocsin::map
