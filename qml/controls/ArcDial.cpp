// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/ArcDial.h"

#include "qml/controls/SmoothGeometry.h"

#include <QQuickWindow>

#include <algorithm>
#include <cmath>

namespace tocsin {

namespace {

constexpr qreal StartDeg = -135;
constexpr qreal SweepDeg = 270;
constexpr qreal BandWidth = 2;
constexpr qreal BandGap = 3;

bool same(qreal a, qreal b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}

} // namespace

ArcDial::ArcDial(QQuickItem *parent) : QQuickItem(parent)
{
    setFlag(ItemHasContents);
    setImplicitSize(120, 120);
}

void ArcDial::setValue(qreal value)
{
    if (same(value, m_value))
        return;
    m_value = value;
    refreshLevel();
    update();
    Q_EMIT valueChanged();
}

void ArcDial::setThickness(qreal thickness)
{
    if (same(thickness, m_thickness))
        return;
    m_thickness = thickness;
    update();
    Q_EMIT styleChanged();
}

qreal ArcDial::fractionOf(qreal value) const
{
    if (!std::isfinite(value) || !(m_maximum > m_minimum))
        return NoLimit;
    return std::clamp((value - m_minimum) / (m_maximum - m_minimum), 0.0, 1.0);
}

QSGNode *ArcDial::updatePaintNode(QSGNode *node, UpdatePaintNodeData *)
{
    const qreal outer = std::min(width(), height()) / 2;
    const qreal radius = outer - BandWidth - BandGap;
    if (radius <= m_thickness) {
        delete node;
        return nullptr;
    }
    const QPointF centre(width() / 2, height() / 2);
    SmoothGeometry geometry(window()->effectiveDevicePixelRatio());

    const auto band = [&](qreal from, qreal to, const QColor &color) {
        const qreal start = fractionOf(from);
        const qreal end = fractionOf(to);
        if (end > start)
            geometry.addArc(centre, outer, BandWidth, StartDeg + SweepDeg * start, SweepDeg * (end - start), color);
    };
    // A critical range ends the warning range; without one the warning range goes on to the end of the scale.
    band(m_minimum, m_criticalLow, m_criticalColor);
    band(std::isnan(m_criticalLow) ? m_minimum : m_criticalLow, m_warningLow, m_warningColor);
    band(m_warningHigh, std::isnan(m_criticalHigh) ? m_maximum : m_criticalHigh, m_warningColor);
    band(m_criticalHigh, m_maximum, m_criticalColor);

    geometry.addArc(centre, radius, m_thickness, StartDeg, SweepDeg, m_trackColor);
    const qreal fraction = fractionOf(m_value);
    if (!std::isnan(fraction))
        geometry.addArc(centre, radius, m_thickness, StartDeg, SweepDeg * fraction, m_valueColor);
    return geometry.update(node);
}

void ArcDial::geometryChange(const QRectF &now, const QRectF &before)
{
    QQuickItem::geometryChange(now, before);
    if (now.size() != before.size())
        update();
}

void ArcDial::itemChange(ItemChange change, const ItemChangeData &data)
{
    if (change == ItemDevicePixelRatioHasChanged)
        update();
    QQuickItem::itemChange(change, data);
}

void ArcDial::setRange(qreal &member, qreal value)
{
    if (same(member, value))
        return;
    member = value;
    refreshLevel();
    update();
    Q_EMIT rangeChanged();
}

void ArcDial::setStyle(QColor &member, const QColor &color)
{
    if (member == color)
        return;
    member = color;
    update();
    Q_EMIT styleChanged();
}

void ArcDial::refreshLevel()
{
    // Comparisons with NaN are false: a missing limit is never broken, an unknown value breaks none.
    Theme::Level level = Theme::Level::Normal;
    if (m_value < m_criticalLow || m_value > m_criticalHigh)
        level = Theme::Level::Critical;
    else if (m_value < m_warningLow || m_value > m_warningHigh)
        level = Theme::Level::Warning;
    if (level == m_level)
        return;
    m_level = level;
    Q_EMIT levelChanged();
}

} // namespace tocsin
