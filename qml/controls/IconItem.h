// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QColor>
#include <QQuickPaintedItem>
#include <QUrl>

namespace tocsin {

/// A one-colour drawing from a local SVG (file or resource) whose strokes and fills are `currentColor`.
/// Rendered at the screen's resolution, so it stays sharp at any scale. 20 × 20 unless told.
/// An unreadable source shows nothing and is logged once. GUI thread.
class IconItem : public QQuickPaintedItem
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QUrl source READ source WRITE setSource NOTIFY sourceChanged FINAL)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged FINAL)

public:
    explicit IconItem(QQuickItem *parent = nullptr);

    [[nodiscard]] QUrl source() const { return m_source; }
    void setSource(const QUrl &source);
    [[nodiscard]] QColor color() const { return m_color; }
    void setColor(const QColor &color);

    void paint(QPainter *painter) override;

Q_SIGNALS:
    void sourceChanged();
    void colorChanged();

private:
    QUrl m_source;
    QColor m_color = Qt::gray;
    QByteArray m_drawing;
};

} // namespace tocsin
