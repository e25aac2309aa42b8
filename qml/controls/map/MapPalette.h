// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QObject>
#include <QtQml/qqmlregistration.h>

#include <array>
#include <optional>

namespace tocsin::map {

/// The map's colours by their role. GUI thread. Each role follows the scheme until it is set; so a theme binds the
/// roles it cares for and leaves the others to the scheme. Setting an invalid colour gives a role back to the scheme.
class MapPalette : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(tocsin::map::MapPalette::Scheme scheme READ scheme WRITE setScheme NOTIFY changed FINAL)
    Q_PROPERTY(QColor water READ water WRITE setWater NOTIFY changed FINAL)
    Q_PROPERTY(QColor land READ land WRITE setLand NOTIFY changed FINAL)
    Q_PROPERTY(QColor coast READ coast WRITE setCoast NOTIFY changed FINAL)
    Q_PROPERTY(QColor border READ border WRITE setBorder NOTIFY changed FINAL)
    Q_PROPERTY(QColor park READ park WRITE setPark NOTIFY changed FINAL)
    Q_PROPERTY(QColor streetMinor READ streetMinor WRITE setStreetMinor NOTIFY changed FINAL)
    Q_PROPERTY(QColor streetMajor READ streetMajor WRITE setStreetMajor NOTIFY changed FINAL)
    Q_PROPERTY(QColor streetMotorway READ streetMotorway WRITE setStreetMotorway NOTIFY changed FINAL)
    Q_PROPERTY(QColor streetCasing READ streetCasing WRITE setStreetCasing NOTIFY changed FINAL)
    Q_PROPERTY(QColor zone READ zone WRITE setZone NOTIFY changed FINAL)
    Q_PROPERTY(QColor fence READ fence WRITE setFence NOTIFY changed FINAL)
    Q_PROPERTY(QColor placeText READ placeText WRITE setPlaceText NOTIFY changed FINAL)
    Q_PROPERTY(QColor labelText READ labelText WRITE setLabelText NOTIFY changed FINAL)
    Q_PROPERTY(QColor halo READ halo WRITE setHalo NOTIFY changed FINAL)
    Q_PROPERTY(QColor marker READ marker WRITE setMarker NOTIFY changed FINAL)
    Q_PROPERTY(QColor markerStale READ markerStale WRITE setMarkerStale NOTIFY changed FINAL)
    Q_PROPERTY(QColor accent READ accent WRITE setAccent NOTIFY changed FINAL)
    Q_PROPERTY(QColor info READ info WRITE setInfo NOTIFY changed FINAL)
    Q_PROPERTY(QColor warning READ warning WRITE setWarning NOTIFY changed FINAL)
    Q_PROPERTY(QColor critical READ critical WRITE setCritical NOTIFY changed FINAL)
    Q_PROPERTY(QColor emergency READ emergency WRITE setEmergency NOTIFY changed FINAL)
    Q_PROPERTY(QColor clusterFill READ clusterFill WRITE setClusterFill NOTIFY changed FINAL)
    Q_PROPERTY(QColor clusterLine READ clusterLine WRITE setClusterLine NOTIFY changed FINAL)
    Q_PROPERTY(QColor panel READ panel WRITE setPanel NOTIFY changed FINAL)
    Q_PROPERTY(QColor panelLine READ panelLine WRITE setPanelLine NOTIFY changed FINAL)
    Q_PROPERTY(QColor panelHover READ panelHover WRITE setPanelHover NOTIFY changed FINAL)
    Q_PROPERTY(QColor panelText READ panelText WRITE setPanelText NOTIFY changed FINAL)
public:
    enum Scheme { Dark, Light };
    Q_ENUM(Scheme)
    enum Role {
        Water,
        Land,
        Coast,
        Border,
        Park,
        StreetMinor,
        StreetMajor,
        StreetMotorway,
        StreetCasing,
        Zone,
        PlaceText,
        LabelText,
        Halo,
        Marker,
        MarkerStale,
        Accent,
        Info,
        Warning,
        Critical,
        Emergency,
        ClusterFill,
        ClusterLine,
        Panel,
        PanelLine,
        PanelHover,
        PanelText,
        Fence,
        RoleCount
    };

    using QObject::QObject;

    [[nodiscard]] Scheme scheme() const { return m_scheme; }
    void setScheme(Scheme scheme);
    [[nodiscard]] QColor color(Role role) const;
    /// Of an alert: 0 info … 3 emergency, as markers have it.
    [[nodiscard]] QColor levelColor(int level) const;
    void setColor(Role role, const QColor &color);

    // clang-format off
    [[nodiscard]] QColor water() const { return color(Water); }
    [[nodiscard]] QColor land() const { return color(Land); }
    [[nodiscard]] QColor coast() const { return color(Coast); }
    [[nodiscard]] QColor border() const { return color(Border); }
    [[nodiscard]] QColor park() const { return color(Park); }
    [[nodiscard]] QColor streetMinor() const { return color(StreetMinor); }
    [[nodiscard]] QColor streetMajor() const { return color(StreetMajor); }
    [[nodiscard]] QColor streetMotorway() const { return color(StreetMotorway); }
    [[nodiscard]] QColor streetCasing() const { return color(StreetCasing); }
    [[nodiscard]] QColor zone() const { return color(Zone); }
    [[nodiscard]] QColor fence() const { return color(Fence); }
    [[nodiscard]] QColor placeText() const { return color(PlaceText); }
    [[nodiscard]] QColor labelText() const { return color(LabelText); }
    [[nodiscard]] QColor halo() const { return color(Halo); }
    [[nodiscard]] QColor marker() const { return color(Marker); }
    [[nodiscard]] QColor markerStale() const { return color(MarkerStale); }
    [[nodiscard]] QColor accent() const { return color(Accent); }
    [[nodiscard]] QColor info() const { return color(Info); }
    [[nodiscard]] QColor warning() const { return color(Warning); }
    [[nodiscard]] QColor critical() const { return color(Critical); }
    [[nodiscard]] QColor emergency() const { return color(Emergency); }
    [[nodiscard]] QColor clusterFill() const { return color(ClusterFill); }
    [[nodiscard]] QColor clusterLine() const { return color(ClusterLine); }
    [[nodiscard]] QColor panel() const { return color(Panel); }
    [[nodiscard]] QColor panelLine() const { return color(PanelLine); }
    [[nodiscard]] QColor panelHover() const { return color(PanelHover); }
    [[nodiscard]] QColor panelText() const { return color(PanelText); }
    void setWater(const QColor &c) { setColor(Water, c); }
    void setLand(const QColor &c) { setColor(Land, c); }
    void setCoast(const QColor &c) { setColor(Coast, c); }
    void setBorder(const QColor &c) { setColor(Border, c); }
    void setPark(const QColor &c) { setColor(Park, c); }
    void setStreetMinor(const QColor &c) { setColor(StreetMinor, c); }
    void setStreetMajor(const QColor &c) { setColor(StreetMajor, c); }
    void setStreetMotorway(const QColor &c) { setColor(StreetMotorway, c); }
    void setStreetCasing(const QColor &c) { setColor(StreetCasing, c); }
    void setZone(const QColor &c) { setColor(Zone, c); }
    void setFence(const QColor &c) { setColor(Fence, c); }
    void setPlaceText(const QColor &c) { setColor(PlaceText, c); }
    void setLabelText(const QColor &c) { setColor(LabelText, c); }
    void setHalo(const QColor &c) { setColor(Halo, c); }
    void setMarker(const QColor &c) { setColor(Marker, c); }
    void setMarkerStale(const QColor &c) { setColor(MarkerStale, c); }
    void setAccent(const QColor &c) { setColor(Accent, c); }
    void setInfo(const QColor &c) { setColor(Info, c); }
    void setWarning(const QColor &c) { setColor(Warning, c); }
    void setCritical(const QColor &c) { setColor(Critical, c); }
    void setEmergency(const QColor &c) { setColor(Emergency, c); }
    void setClusterFill(const QColor &c) { setColor(ClusterFill, c); }
    void setClusterLine(const QColor &c) { setColor(ClusterLine, c); }
    void setPanel(const QColor &c) { setColor(Panel, c); }
    void setPanelLine(const QColor &c) { setColor(PanelLine, c); }
    void setPanelHover(const QColor &c) { setColor(PanelHover, c); }
    void setPanelText(const QColor &c) { setColor(PanelText, c); }
    // clang-format on

Q_SIGNALS:
    void changed();

private:
    Scheme m_scheme = Dark;
    std::array<std::optional<QColor>, RoleCount> m_own;
};

} // namespace tocsin::map
