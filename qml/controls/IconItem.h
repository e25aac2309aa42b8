// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QColor>
#include <QQuickPaintedItem>
#include <QString>

namespace tocsin {

/// One of the built-in one-colour drawings (resources/icons), by its file name without ".svg": SVG whose strokes and
/// fills are `currentColor`. Rendered at the screen's resolution, so it stays sharp at any scale. 20 × 20 unless told.
/// An empty name shows nothing; an unknown one too, and is logged. GUI thread.
class IconItem : public QQuickPaintedItem
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged FINAL)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged FINAL)

public:
    explicit IconItem(QQuickItem *parent = nullptr);

    [[nodiscard]] QString name() const { return m_name; }
    void setName(const QString &name);
    [[nodiscard]] QColor color() const { return m_color; }
    void setColor(const QColor &color);

    void paint(QPainter *painter) override;

Q_SIGNALS:
    void nameChanged();
    void colorChanged();

private:
    QString m_name;
    QColor m_color = Qt::gray;
    QByteArray m_drawing;
};

} // namespace tocsin
