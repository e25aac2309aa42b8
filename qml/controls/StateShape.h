// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/Theme.h"

#include <QQuickItem>

namespace tocsin {

/// The shape that says how far a thing is from normal, readable without its colour: diamond emergency, triangle
/// critical, square warning, disc info, ring normal. Filled: nobody took it yet; outline: taken.
/// 14 × 14 unless told; the shapes are drawn to look equally large. GUI thread. Needs a scene graph with
/// geometry (not the software back end).
class StateShape : public QQuickItem
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(tocsin::Theme::Level level READ level WRITE setLevel NOTIFY levelChanged FINAL)
    Q_PROPERTY(bool filled READ isFilled WRITE setFilled NOTIFY filledChanged FINAL) ///< default on; a ring never is
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged FINAL)
    Q_PROPERTY(qreal strokeWidth READ strokeWidth WRITE setStrokeWidth NOTIFY strokeWidthChanged FINAL) ///< default 2

public:
    explicit StateShape(QQuickItem *parent = nullptr);

    [[nodiscard]] Theme::Level level() const { return m_level; }
    void setLevel(Theme::Level level);
    [[nodiscard]] bool isFilled() const { return m_filled; }
    void setFilled(bool filled);
    [[nodiscard]] QColor color() const { return m_color; }
    void setColor(const QColor &color);
    [[nodiscard]] qreal strokeWidth() const { return m_strokeWidth; }
    void setStrokeWidth(qreal width);

Q_SIGNALS:
    void levelChanged();
    void filledChanged();
    void colorChanged();
    void strokeWidthChanged();

protected:
    QSGNode *updatePaintNode(QSGNode *node, UpdatePaintNodeData *data) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;
    void itemChange(ItemChange change, const ItemChangeData &data) override;

private:
    Theme::Level m_level = Theme::Level::Normal;
    bool m_filled = true;
    QColor m_color = Qt::gray;
    qreal m_strokeWidth = 2;
};

} // namespace tocsin
