// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Controls.Map
import Tocsin.Models

/// The map with what lies over it: who moves it, notices, the state of the connection.
Item {
    id: root

    required property Console console
    /// A city to lay over the base map; empty for none.
    property url overlay: ""

    /// The city, or else the first devices with a position, decide where the map looks, until the operator touches it.
    property bool touched: false
    property bool placed: false

    /// Centres on a device; asked again for the same one, goes back to the view before.
    function showDevice(deviceId: string) {
        root.touched = true;
        map.showMarker(deviceId);
    }

    function moved() {
        root.touched = true;
        root.console.mapView.lock();
    }

    function zoom(steps: real) {
        map.zoomBy(steps);
    }

    /// A new size shows the same places, as long as the operator has not chosen others.
    function replace() {
        root.placed = false;
        root.place();
    }

    function place() {
        if (root.placed || root.touched)
            return;
        if (map.hasOverlay)
            map.fitOverlay();
        else if (map.markerCount > 0)
            map.fitMarkers();
        root.placed = map.hasOverlay || map.markerCount > 0;
    }

    clip: true

    MapView {
        id: map

        anchors.fill: parent
        fontFamily: Theme.fontFamily
        overlaySource: root.overlay
        fences: root.console.mapView.fences
        showFences: root.console.mapView.fencesShown
        covered: [Qt.rect(scaleBar.x - Theme.grid, scaleBar.y - Theme.grid, scaleBar.width + 2 * Theme.grid, scaleBar.height + 2 * Theme.grid), Qt.rect(buttons.x, buttons.y, buttons.width, buttons.height)]
        markers: root.console.devices
        detailRole: "detail"
        selectedId: root.console.selectedDeviceId
        trail: root.console.trail.path
        follow: root.console.mapView.following ? root.console.selectedDeviceId : ""
        glide: !Theme.reducedMotion
        pulse: !Theme.reducedMotion
        opacity: root.console.server.live ? 1 : 0.55
        colors: MapPalette {
            scheme: Theme.scheme === Theme.Light ? MapPalette.Light : MapPalette.Dark
            accent: Theme.accent
            info: Theme.info
            fence: Theme.text2
            warning: Theme.warning
            critical: Theme.critical
            emergency: Theme.emergency
            labelText: Theme.text
            panel: Theme.bg1
            panelLine: Theme.line
            panelHover: Theme.bg3
            panelText: Theme.text2
        }
        Accessible.role: Accessible.Graphic
        Accessible.name: qsTr("Map with %n device(s)", "", map.markerCount)

        onMarkerClicked: id => root.console.selectDevice(id)
        onUserMoved: root.moved()
        onMarkerCountChanged: root.place()
        onOverlayChanged: root.replace()
        // Later: the map's camera learns its size after these signals.
        onWidthChanged: settle.restart()
        onHeightChanged: settle.restart()
        Component.onCompleted: root.place()
    }

    Timer {
        id: settle

        interval: 0
        onTriggered: root.replace()
    }

    Connections {
        target: root.console.mapView

        function onChanged() {
            if (!root.console.mapView.locked && map.viewLocked)
                map.release();
        }
    }

    MapButtons {
        id: buttons

        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: 3 * Theme.grid
        view: map
        onFencesToggled: root.console.mapView.toggleFences()
    }

    ScaleBar {
        id: scaleBar

        anchors.left: parent.left
        anchors.bottom: parent.bottom
        anchors.margins: 3 * Theme.grid
        view: map
        color: Theme.text2
    }

    MapAttribution {
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.margins: 2 * Theme.grid
        view: map
    }

    MapPill {
        id: pill

        x: 3 * Theme.grid
        y: 3 * Theme.grid
        visible: text.length > 0
        text: root.console.mapView.statusText
    }

    Rectangle {
        id: lost

        anchors.horizontalCenter: parent.horizontalCenter
        y: pill.visible ? 13 * Theme.grid : 3 * Theme.grid
        width: Math.min(parent.width - 32 * Theme.grid, lostText.implicitWidth + 14 * Theme.grid)
        height: 36
        visible: !root.console.server.live
        radius: Theme.radius
        color: Theme.warningTint
        border.width: 1
        border.color: Theme.warning
        Accessible.role: Accessible.AlertMessage
        Accessible.name: lostText.text

        IconItem {
            x: 3 * Theme.grid
            anchors.verticalCenter: parent.verticalCenter
            width: 18
            height: 18
            name: "signal-lost"
            color: Theme.warning
        }

        TextLabel {
            id: lostText

            x: 10 * Theme.grid
            width: parent.width - x - 3 * Theme.grid
            height: parent.height
            text: root.console.server.lastLiveText.length > 0 ? qsTr("Server %1. You see the picture of %2.").arg(root.console.server.connectionText).arg(root.console.server.lastLiveText) : qsTr("Server %1. Nothing has come yet.").arg(root.console.server.connectionText)
        }
    }

    NoticeLine {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 10 * Theme.grid
        notices: root.console.notices
    }
}
