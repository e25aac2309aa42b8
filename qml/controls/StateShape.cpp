// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/StateShape.h"

#include "qml/controls/SmoothGeometry.h"

#include <QQuickWindow>

#include <vector>

namespace tocsin {

namespace {

/// `size`: the side of the box that the shape has to itself.
std::vector<QPointF> cornersOf(Theme::Level level, QPointF centre, qreal size)
{
    switch (level) {
    case Theme::Level::Emergency:
        return SmoothGeometry::regular(centre, size * 0.5, 4, 0);
    case Theme::Level::Critical:
        return SmoothGeometry::regular(centre + QPointF(0, size * 0.11), size * 0.54, 3, 0);
    case Theme::Level::Warning:
        return SmoothGeometry::regular(centre, size * 0.42 * M_SQRT2, 4, 45);
    case Theme::Level::Info:
    case Theme::Level::Normal:
        break;
    }
    return SmoothGeometry::regular(centre, size * 0.44, 40, 0);
}

} // namespace

StateShape::StateShape(QQuickItem *parent) : QQuickItem(parent)
{
    setFlag(ItemHasContents);
    setImplicitSize(14, 14);
}

void StateShape::setLevel(Theme::Level level)
{
    if (level == m_level)
        return;
    m_level = level;
    update();
    Q_EMIT levelChanged();
}

void StateShape::setFilled(bool filled)
{
    if (filled == m_filled)
        return;
    m_filled = filled;
    update();
    Q_EMIT filledChanged();
}

void StateShape::setColor(const QColor &color)
{
    if (color == m_color)
        return;
    m_color = color;
    update();
    Q_EMIT colorChanged();
}

void StateShape::setStrokeWidth(qreal width)
{
    if (qFuzzyCompare(width, m_strokeWidth))
        return;
    m_strokeWidth = width;
    update();
    Q_EMIT strokeWidthChanged();
}

QSGNode *StateShape::updatePaintNode(QSGNode *node, UpdatePaintNodeData *)
{
    const qreal size = std::min(width(), height());
    if (size <= 0) {
        delete node;
        return nullptr;
    }
    SmoothGeometry geometry(window()->effectiveDevicePixelRatio());
    const bool ring = m_level == Theme::Level::Normal;
    // The ring is the quiet one: smaller than the shapes that ask for something.
    const std::vector<QPointF> corners = cornersOf(m_level, {width() / 2, height() / 2}, ring ? size * 0.8 : size);
    if (m_filled && !ring)
        geometry.fillPolygon(corners, m_color);
    else
        geometry.strokePolygon(corners, m_strokeWidth, m_color);
    return geometry.update(node);
}

void StateShape::geometryChange(const QRectF &now, const QRectF &before)
{
    QQuickItem::geometryChange(now, before);
    if (now.size() != before.size())
        update();
}

void StateShape::itemChange(ItemChange change, const ItemChangeData &data)
{
    if (change == ItemDevicePixelRatioHasChanged)
        update();
    QQuickItem::itemChange(change, data);
}

} // namespace tocsin
