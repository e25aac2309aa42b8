// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/MapPalette.h"

#include <QAbstractItemModel>
#include <QGeoCoordinate>
#include <QQuickItem>
#include <QUrl>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace tocsin::map {

/// A map with a vector base map, a city overlay, markers from an item model and a trail. North is up. GUI thread, except
/// that updatePaintNode runs on the render thread while the GUI thread waits. Coordinates are WGS 84, lengths in
/// logical pixels. Needs a scene graph with shaders: the software renderer and the offscreen platform show nothing.
///
/// The view never moves under the operator's hand: panning or zooming locks it (viewLocked) and following waits for
/// release(). Markers come from any item model by role name, see MarkerTable.
class MapView : public QQuickItem
{
    Q_OBJECT
    QML_ELEMENT
    /// Where the view looks. Setting it does nothing while the operator drags the map.
    Q_PROPERTY(QGeoCoordinate center READ center WRITE setCenter NOTIFY viewChanged FINAL)
    /// The world is 256 × 2^zoomLevel pixels wide; kept within the limits and high enough to fill the item's height.
    Q_PROPERTY(double zoomLevel READ zoomLevel WRITE setZoomLevel NOTIFY viewChanged FINAL)
    Q_PROPERTY(double minimumZoom READ minimumZoom WRITE setMinimumZoom NOTIFY limitsChanged FINAL)
    Q_PROPERTY(double maximumZoom READ maximumZoom WRITE setMaximumZoom NOTIFY limitsChanged FINAL)
    /// Ground metres per pixel at the centre.
    Q_PROPERTY(double metresPerPixel READ metresPerPixel NOTIFY viewChanged FINAL)
    /// The colours; the map's own dark ones unless set. Setting null goes back to those.
    Q_PROPERTY(tocsin::map::MapPalette *colors READ colors WRITE setColors NOTIFY colorsChanged FINAL)
    Q_PROPERTY(QString fontFamily READ fontFamily WRITE setFontFamily NOTIFY fontFamilyChanged FINAL)
    /// A TBM1 file; the embedded map unless set. Only local files and resources.
    Q_PROPERTY(QUrl baseMapSource READ baseMapSource WRITE setBaseMapSource NOTIFY baseMapChanged FINAL)
    Q_PROPERTY(QString baseMapError READ baseMapError NOTIFY baseMapChanged FINAL)
    /// The base map's source, to be shown with it.
    Q_PROPERTY(QString attribution READ attribution CONSTANT FINAL)
    /// JSON with a city, see CityOverlay; empty for none. Only local files and resources.
    Q_PROPERTY(QUrl overlaySource READ overlaySource WRITE setOverlaySource NOTIFY overlayChanged FINAL)
    Q_PROPERTY(QString overlayError READ overlayError NOTIFY overlayChanged FINAL)
    Q_PROPERTY(bool hasOverlay READ hasOverlay NOTIFY overlayChanged FINAL)
    Q_PROPERTY(QString overlayName READ overlayName NOTIFY overlayChanged FINAL)
    Q_PROPERTY(QGeoCoordinate overlayCenter READ overlayCenter NOTIFY overlayChanged FINAL)
    /// Places on the ground, drawn below everything that moves; see FenceTable. They take no part in clicks.
    Q_PROPERTY(QAbstractItemModel *fences READ fences WRITE setFences NOTIFY fencesChanged FINAL)
    Q_PROPERTY(int fenceCount READ fenceCount NOTIFY fencesChanged FINAL)
    Q_PROPERTY(bool showFences READ showFences WRITE setShowFences NOTIFY behaviourChanged FINAL)
    Q_PROPERTY(QList<QRectF> covered READ covered WRITE setCovered NOTIFY coveredChanged FINAL) ///< clear of labels
    Q_PROPERTY(QAbstractItemModel *markers READ markers WRITE setMarkers NOTIFY markersChanged FINAL)
    Q_PROPERTY(int markerCount READ markerCount NOTIFY markerCountChanged FINAL)
    /// Name of the role whose text stands below the name of the selected marker and of emergencies; none unless set.
    Q_PROPERTY(QString detailRole READ detailRole WRITE setDetailRole NOTIFY markersChanged FINAL)
    Q_PROPERTY(QString selectedId READ selectedId WRITE setSelectedId NOTIFY selectedIdChanged FINAL)
    /// The marker under the pointer, or empty.
    Q_PROPERTY(QString hoveredId READ hoveredId NOTIFY hoveredIdChanged FINAL)
    /// The way the selected marker came: x longitude, y latitude, oldest first.
    Q_PROPERTY(QList<QPointF> trail READ trail WRITE setTrail NOTIFY trailChanged FINAL)
    /// Id of the marker kept in the centre, or empty.
    Q_PROPERTY(QString follow READ follow WRITE setFollow NOTIFY followChanged FINAL)
    Q_PROPERTY(bool viewLocked READ viewLocked NOTIFY guideChanged FINAL)
    Q_PROPERTY(bool canGoBack READ canGoBack NOTIFY guideChanged FINAL)
    /// Markers glide to a new fix for up to a second; off: they jump.
    Q_PROPERTY(bool glide READ glide WRITE setGlide NOTIFY behaviourChanged FINAL)
    /// Markers that are neither selected nor alerting are grouped below this zoom; 0 never.
    Q_PROPERTY(double clusterBelowZoom READ clusterBelowZoom WRITE setClusterBelowZoom NOTIFY behaviourChanged FINAL)
    Q_PROPERTY(bool labels READ labels WRITE setLabels NOTIFY behaviourChanged FINAL)
    /// Emergencies that wait for an acknowledge pulse; off for people who want nothing to move.
    Q_PROPERTY(bool pulse READ pulse WRITE setPulse NOTIFY behaviourChanged FINAL)
public:
    explicit MapView(QQuickItem *parent = nullptr);
    ~MapView() override;

    [[nodiscard]] QGeoCoordinate center() const;
    void setCenter(const QGeoCoordinate &center);
    [[nodiscard]] double zoomLevel() const;
    void setZoomLevel(double zoom);
    [[nodiscard]] double minimumZoom() const;
    void setMinimumZoom(double zoom);
    [[nodiscard]] double maximumZoom() const;
    void setMaximumZoom(double zoom);
    [[nodiscard]] double metresPerPixel() const;
    [[nodiscard]] MapPalette *colors() const;
    void setColors(MapPalette *palette);
    [[nodiscard]] QString fontFamily() const;
    void setFontFamily(const QString &family);
    [[nodiscard]] QUrl baseMapSource() const;
    void setBaseMapSource(const QUrl &source);
    [[nodiscard]] QString baseMapError() const;
    [[nodiscard]] QString attribution() const;
    [[nodiscard]] QUrl overlaySource() const;
    void setOverlaySource(const QUrl &source);
    [[nodiscard]] QString overlayError() const;
    [[nodiscard]] bool hasOverlay() const;
    [[nodiscard]] QString overlayName() const;
    [[nodiscard]] QGeoCoordinate overlayCenter() const;
    [[nodiscard]] QAbstractItemModel *fences() const;
    void setFences(QAbstractItemModel *model);
    [[nodiscard]] int fenceCount() const;
    [[nodiscard]] bool showFences() const;
    void setShowFences(bool on);
    [[nodiscard]] QList<QRectF> covered() const;
    void setCovered(const QList<QRectF> &covered);
    [[nodiscard]] QAbstractItemModel *markers() const;
    void setMarkers(QAbstractItemModel *model);
    [[nodiscard]] int markerCount() const;
    [[nodiscard]] QString detailRole() const;
    void setDetailRole(const QString &role);
    [[nodiscard]] QString selectedId() const;
    void setSelectedId(const QString &id);
    [[nodiscard]] QString hoveredId() const;
    [[nodiscard]] QList<QPointF> trail() const;
    void setTrail(const QList<QPointF> &trail);
    [[nodiscard]] QString follow() const;
    void setFollow(const QString &id);
    [[nodiscard]] bool viewLocked() const;
    [[nodiscard]] bool canGoBack() const;
    [[nodiscard]] bool glide() const;
    void setGlide(bool on);
    [[nodiscard]] double clusterBelowZoom() const;
    void setClusterBelowZoom(double zoom);
    [[nodiscard]] bool labels() const;
    void setLabels(bool on);
    [[nodiscard]] bool pulse() const;
    void setPulse(bool on);

    /// For QML that does not import QtPositioning.
    Q_INVOKABLE [[nodiscard]] static QGeoCoordinate coordinate(double latitude, double longitude);
    Q_INVOKABLE [[nodiscard]] QPointF toScreen(const QGeoCoordinate &coordinate) const;
    Q_INVOKABLE [[nodiscard]] QGeoCoordinate toCoordinate(QPointF point) const;
    /// What the operator does: both lock the view. Zoom steps are doublings; the place under `point` stays.
    Q_INVOKABLE void zoomBy(double steps, QPointF point);
    Q_INVOKABLE void zoomBy(double steps);
    Q_INVOKABLE void panBy(double dx, double dy);
    /// What the program does, on the operator's request: shows all of it, without locking.
    Q_INVOKABLE void setView(double latitude, double longitude, double zoom);
    Q_INVOKABLE void fit(const QList<QGeoCoordinate> &coordinates, double margin = 48);
    Q_INVOKABLE void fitBounds(double south, double west, double north, double east, double margin = 48);
    Q_INVOKABLE void fitMarkers(double margin = 64);
    Q_INVOKABLE void fitOverlay(double margin = 24);
    /// Lets following move the view again.
    Q_INVOKABLE void release();
    /// Centres on a marker and remembers the view; asked again for the same marker, goes back to it.
    Q_INVOKABLE void showMarker(const QString &id);
    Q_INVOKABLE void goBack();
    /// The marker drawn at this point, or empty.
    Q_INVOKABLE [[nodiscard]] QString markerAt(QPointF point);

Q_SIGNALS:
    void viewChanged();
    void limitsChanged();
    void colorsChanged();
    void fontFamilyChanged();
    void baseMapChanged();
    void overlayChanged();
    void fencesChanged();
    void coveredChanged();
    void markersChanged();
    void markerCountChanged();
    void selectedIdChanged();
    void hoveredIdChanged();
    void trailChanged();
    void followChanged();
    void guideChanged();
    void behaviourChanged();
    /// The operator panned or zoomed, by whatever means.
    void userMoved();
    void markerClicked(const QString &id);
    /// A click on nothing.
    void mapClicked(const QGeoCoordinate &coordinate);

protected:
    void componentComplete() override;
    void itemChange(ItemChange change, const ItemChangeData &data) override;
    void geometryChange(const QRectF &newGeometry, const QRectF &oldGeometry) override;
    void updatePolish() override;
    QSGNode *updatePaintNode(QSGNode *old, UpdatePaintNodeData *data) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void mouseUngrabEvent() override;
    void wheelEvent(QWheelEvent *event) override;
    void hoverEnterEvent(QHoverEvent *event) override;
    void hoverMoveEvent(QHoverEvent *event) override;
    void hoverLeaveEvent(QHoverEvent *event) override;
    void touchEvent(QTouchEvent *event) override;
    void touchUngrabEvent() override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace tocsin::map
