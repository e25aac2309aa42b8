// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/Theme.h"

#include <QQuickItem>

#include <limits>

namespace tocsin {

/// The drawn part of a gauge: a 270° arc from lower left to lower right, filled from its start to the value,
/// with the warning and critical ranges as thin bands outside it. Draws no text. GUI thread.
///
/// Limits are NaN where there is none. Unknown values are NaN: the arc stays empty. Values outside the range
/// fill or empty the arc; `level` still tells which limit they broke (a value equal to a limit does not).
class ArcDial : public QQuickItem
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qreal value READ value WRITE setValue NOTIFY valueChanged FINAL)
    Q_PROPERTY(qreal minimum READ minimum WRITE setMinimum NOTIFY rangeChanged FINAL)
    Q_PROPERTY(qreal maximum READ maximum WRITE setMaximum NOTIFY rangeChanged FINAL)
    Q_PROPERTY(qreal criticalLow READ criticalLow WRITE setCriticalLow NOTIFY rangeChanged FINAL)
    Q_PROPERTY(qreal warningLow READ warningLow WRITE setWarningLow NOTIFY rangeChanged FINAL)
    Q_PROPERTY(qreal warningHigh READ warningHigh WRITE setWarningHigh NOTIFY rangeChanged FINAL)
    Q_PROPERTY(qreal criticalHigh READ criticalHigh WRITE setCriticalHigh NOTIFY rangeChanged FINAL)
    Q_PROPERTY(QColor trackColor READ trackColor WRITE setTrackColor NOTIFY styleChanged FINAL)
    Q_PROPERTY(QColor valueColor READ valueColor WRITE setValueColor NOTIFY styleChanged FINAL)
    Q_PROPERTY(QColor warningColor READ warningColor WRITE setWarningColor NOTIFY styleChanged FINAL)
    Q_PROPERTY(QColor criticalColor READ criticalColor WRITE setCriticalColor NOTIFY styleChanged FINAL)
    Q_PROPERTY(qreal thickness READ thickness WRITE setThickness NOTIFY styleChanged FINAL)
    /// Which limit the value is past: Normal, Warning or Critical.
    Q_PROPERTY(tocsin::Theme::Level level READ level NOTIFY levelChanged FINAL)

public:
    explicit ArcDial(QQuickItem *parent = nullptr);

    [[nodiscard]] qreal value() const { return m_value; }
    void setValue(qreal value);
    [[nodiscard]] qreal minimum() const { return m_minimum; }
    void setMinimum(qreal value) { setRange(m_minimum, value); }
    [[nodiscard]] qreal maximum() const { return m_maximum; }
    void setMaximum(qreal value) { setRange(m_maximum, value); }
    [[nodiscard]] qreal criticalLow() const { return m_criticalLow; }
    void setCriticalLow(qreal value) { setRange(m_criticalLow, value); }
    [[nodiscard]] qreal warningLow() const { return m_warningLow; }
    void setWarningLow(qreal value) { setRange(m_warningLow, value); }
    [[nodiscard]] qreal warningHigh() const { return m_warningHigh; }
    void setWarningHigh(qreal value) { setRange(m_warningHigh, value); }
    [[nodiscard]] qreal criticalHigh() const { return m_criticalHigh; }
    void setCriticalHigh(qreal value) { setRange(m_criticalHigh, value); }
    [[nodiscard]] QColor trackColor() const { return m_trackColor; }
    void setTrackColor(const QColor &color) { setStyle(m_trackColor, color); }
    [[nodiscard]] QColor valueColor() const { return m_valueColor; }
    void setValueColor(const QColor &color) { setStyle(m_valueColor, color); }
    [[nodiscard]] QColor warningColor() const { return m_warningColor; }
    void setWarningColor(const QColor &color) { setStyle(m_warningColor, color); }
    [[nodiscard]] QColor criticalColor() const { return m_criticalColor; }
    void setCriticalColor(const QColor &color) { setStyle(m_criticalColor, color); }
    [[nodiscard]] qreal thickness() const { return m_thickness; }
    void setThickness(qreal thickness);
    [[nodiscard]] Theme::Level level() const { return m_level; }

    /// Where a value lies on the arc, 0…1; NaN for an unknown value or an empty range.
    [[nodiscard]] qreal fractionOf(qreal value) const;

Q_SIGNALS:
    void valueChanged();
    void rangeChanged();
    void styleChanged();
    void levelChanged();

protected:
    QSGNode *updatePaintNode(QSGNode *node, UpdatePaintNodeData *data) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;
    void itemChange(ItemChange change, const ItemChangeData &data) override;

private:
    static constexpr qreal NoLimit = std::numeric_limits<qreal>::quiet_NaN();

    void setRange(qreal &member, qreal value);
    void setStyle(QColor &member, const QColor &color);
    void refreshLevel();

    qreal m_value = NoLimit;
    qreal m_minimum = 0;
    qreal m_maximum = 100;
    qreal m_criticalLow = NoLimit;
    qreal m_warningLow = NoLimit;
    qreal m_warningHigh = NoLimit;
    qreal m_criticalHigh = NoLimit;
    QColor m_trackColor = Qt::darkGray;
    QColor m_valueColor = Qt::lightGray;
    QColor m_warningColor = Qt::yellow;
    QColor m_criticalColor = Qt::red;
    qreal m_thickness = 8;
    Theme::Level m_level = Theme::Level::Normal;
};

} // namespace tocsin
