// SPDX-License-Identifier: GPL-3.0-or-later
// MapView, third part: the operator's hand.
#include "qml/controls/map/MapView.h"

#include "qml/controls/map/MapViewPrivate.h"
#include "qml/controls/map/Mercator.h"

#include <QGuiApplication>
#include <QStyleHints>

#include <algorithm>
#include <cmath>

namespace tocsin::map {

namespace {

constexpr double Reach = 6;        ///< pixels beyond a symbol
constexpr double WheelSteps = 0.5; ///< zoom per notch
constexpr double KeyPan = 80;
constexpr double KeyZoom = 0.5;

} // namespace

MarkerScene::Hit MapView::Private::hit(QPointF at, double reach)
{
    // The layout counts by the model's rows: it must be as new as they are.
    refreshTable();
    if (layoutStale)
        layout();
    return markerScene.hit(at, camera, reach);
}

void MapView::Private::setHovered(const QString &id)
{
    if (id == hoveredId)
        return;
    hoveredId = id;
    relayout();
    Q_EMIT q->hoveredIdChanged();
}

void MapView::Private::press(QPointF at)
{
    handDown = true;
    dragging = false;
    pressedAt = lastAt = at;
    guide.setHandDown(true);
}

void MapView::Private::drag(QPointF to)
{
    if (!dragging) {
        if ((to - pressedAt).manhattanLength() < QGuiApplication::styleHints()->startDragDistance())
            return;
        dragging = true;
        q->setCursor(Qt::ClosedHandCursor);
        setHovered({});
    }
    const View before = camera.view();
    camera.pan(to - lastAt);
    lastAt = to;
    userMoved(before != camera.view());
}

void MapView::Private::lift(QPointF at, bool clicks)
{
    const bool clicked = clicks && handDown && !dragging;
    letGo();
    if (clicked)
        click(at);
}

void MapView::Private::letGo()
{
    handDown = dragging = pinching = false;
    guide.setHandDown(false);
    q->unsetCursor();
    followNow();
}

void MapView::Private::click(QPointF at)
{
    const MarkerScene::Hit target = hit(at, Reach);
    if (target.marker >= 0) {
        Q_EMIT q->markerClicked(table.markers()[size_t(target.marker)].id);
    } else if (target.cluster >= 0) {
        QList<QPointF> points;
        for (const int member : groups.clusters[size_t(target.cluster)].members)
            points.append(table.markers()[size_t(member)].to);
        const View before = camera.view();
        View view = camera.fitting(points, 80, camera.maximumZoom());
        // At least far enough for the bubble to change, and not so far that one loses one's bearings.
        view.zoom = std::clamp(view.zoom, before.zoom + 1, before.zoom + 4);
        camera.setView(view);
        userMoved(before != camera.view());
    } else {
        Q_EMIT q->mapClicked(mercator::toCoordinate(camera.toWorld(at)));
    }
}

void MapView::Private::pinch(QPointF middle, double distance)
{
    const View before = camera.view();
    if (pinching) {
        camera.pan(middle - lastAt);
        if (lastDistance > 1 && distance > 1)
            camera.zoomAbout(middle, camera.zoom() + std::log2(distance / lastDistance));
    }
    pinching = handDown = dragging = true;
    guide.setHandDown(true);
    lastAt = middle;
    lastDistance = distance;
    userMoved(before != camera.view());
}

void MapView::mousePressEvent(QMouseEvent *event)
{
    forceActiveFocus(Qt::MouseFocusReason);
    d->ignoreClick = false;
    d->press(event->position());
}

void MapView::mouseMoveEvent(QMouseEvent *event)
{
    d->drag(event->position());
}

void MapView::mouseReleaseEvent(QMouseEvent *event)
{
    d->lift(event->position(), !d->ignoreClick);
    d->ignoreClick = false;
}

void MapView::mouseDoubleClickEvent(QMouseEvent *event)
{
    // The first click has already done what a click does; the second only zooms.
    d->ignoreClick = true;
    d->press(event->position());
    zoomBy(event->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1, event->position());
}

void MapView::mouseUngrabEvent()
{
    d->letGo();
}

void MapView::wheelEvent(QWheelEvent *event)
{
    if (event->angleDelta().y() != 0)
        zoomBy(event->angleDelta().y() / 120.0 * WheelSteps, event->position());
    event->accept();
}

void MapView::hoverEnterEvent(QHoverEvent *event)
{
    hoverMoveEvent(event);
}

void MapView::hoverMoveEvent(QHoverEvent *event)
{
    if (d->handDown)
        return;
    const MarkerScene::Hit target = d->hit(event->position(), Reach);
    d->setHovered(target.marker >= 0 ? d->table.markers()[size_t(target.marker)].id : QString());
    if (target.any())
        setCursor(Qt::PointingHandCursor);
    else
        unsetCursor();
}

void MapView::hoverLeaveEvent(QHoverEvent * /*event*/)
{
    d->setHovered({});
}

void MapView::touchEvent(QTouchEvent *event)
{
    QList<QPointF> points;
    for (const QEventPoint &point : event->points()) {
        if (point.state() != QEventPoint::Released)
            points.append(point.position());
    }
    if (event->type() == QEvent::TouchCancel) {
        d->letGo();
    } else if (points.size() >= 2) {
        const QPointF way = points[1] - points[0];
        d->pinch((points[0] + points[1]) / 2, std::hypot(way.x(), way.y()));
    } else if (points.size() == 1) {
        if (!d->handDown) {
            d->press(points[0]);
        } else if (d->pinching) {
            // One finger of two was lifted: the other goes on panning from where it is.
            d->pinching = false;
            d->lastAt = points[0];
        } else {
            d->drag(points[0]);
        }
    } else if (!event->points().isEmpty()) {
        d->lift(event->points().first().position(), true);
    }
    event->accept();
}

void MapView::touchUngrabEvent()
{
    d->letGo();
}

void MapView::keyPressEvent(QKeyEvent *event)
{
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? KeyPan * 3 : KeyPan;
    switch (event->key()) {
    case Qt::Key_Left:
        panBy(-step, 0);
        break;
    case Qt::Key_Right:
        panBy(step, 0);
        break;
    case Qt::Key_Up:
        panBy(0, -step);
        break;
    case Qt::Key_Down:
        panBy(0, step);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomBy(KeyZoom);
        break;
    case Qt::Key_Minus:
        zoomBy(-KeyZoom);
        break;
    default:
        event->ignore();
        return;
    }
    event->accept();
}

bool MapView::event(QEvent *event)
{
    if (event->type() == QEvent::NativeGesture) {
        const auto *gesture = static_cast<QNativeGestureEvent *>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture && gesture->value() > -0.9) {
            zoomBy(std::log2(1 + gesture->value()), gesture->position());
            event->accept();
            return true;
        }
    }
    return QQuickItem::event(event);
}

} // namespace tocsin::map
