// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/IconItem.h"

#include <QFile>
#include <QLoggingCategory>
#include <QPainter>
#include <QSvgRenderer>

namespace tocsin {

namespace {

Q_LOGGING_CATEGORY(lcIcon, "tocsin.icon")

QString localPath(const QUrl &source)
{
    return source.scheme() == QLatin1String("qrc") ? QLatin1Char(':') + source.path() : source.toLocalFile();
}

} // namespace

IconItem::IconItem(QQuickItem *parent) : QQuickPaintedItem(parent)
{
    setImplicitSize(20, 20);
    setAntialiasing(true);
}

void IconItem::setSource(const QUrl &source)
{
    if (source == m_source)
        return;
    m_source = source;
    m_drawing.clear();
    if (!source.isEmpty()) {
        QFile file(localPath(source));
        if (file.open(QIODevice::ReadOnly))
            m_drawing = file.readAll();
        else
            qCWarning(lcIcon) << "No icon at" << source;
    }
    update();
    Q_EMIT sourceChanged();
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
