// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/IconItem.h"

#include <QFile>
#include <QLoggingCategory>
#include <QPainter>
#include <QSvgRenderer>

namespace tocsin {

namespace {

Q_LOGGING_CATEGORY(lcIcon, "tocsin.icon")

} // namespace

IconItem::IconItem(QQuickItem *parent) : QQuickPaintedItem(parent)
{
    setImplicitSize(20, 20);
    setAntialiasing(true);
}

void IconItem::setName(const QString &name)
{
    if (name == m_name)
        return;
    m_name = name;
    m_drawing.clear();
    if (!name.isEmpty()) {
        QFile file(QStringLiteral(":/tocsin/icons/%1.svg").arg(name));
        if (file.open(QIODevice::ReadOnly))
            m_drawing = file.readAll();
        else
            qCWarning(lcIcon) << "There is no icon named" << name;
    }
    update();
    Q_EMIT nameChanged();
}

void IconItem::setColor(const QColor &color)
{
    if (color == m_color)
        return;
    m_color = color;
    update();
    Q_EMIT colorChanged();
}

void IconItem::paint(QPainter *painter)
{
    if (m_drawing.isEmpty())
        return;
    QByteArray drawing = m_drawing;
    drawing.replace("currentColor", m_color.name(QColor::HexRgb).toLatin1());
    QSvgRenderer renderer(drawing);
    renderer.setAspectRatioMode(Qt::KeepAspectRatio);
    painter->setOpacity(m_color.alphaF());
    renderer.render(painter, QRectF(0, 0, width(), height()));
}

} // namespace tocsin
