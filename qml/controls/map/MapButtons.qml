// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls.Map

// Zoom in, zoom out, show everything: a column for the corner of a map.
Column {
    id: buttons

    required property MapView view

    /// The geofences are to be shown, or not any more.
    signal fencesToggled

    spacing: 6

    MapButton {
        view: buttons.view
        text: qsTr("Zoom in")
        enabled: buttons.view.zoomLevel < buttons.view.maximumZoom
        strokes: [Qt.rect(2, 7, 12, 2), Qt.rect(7, 2, 2, 12)]
        onClicked: buttons.view.zoomBy(1)
    }
    MapButton {
        view: buttons.view
        text: qsTr("Zoom out")
        strokes: [Qt.rect(2, 7, 12, 2)]
        onClicked: buttons.view.zoomBy(-1)
    }
    MapButton {
        view: buttons.view
        text: qsTr("Show all markers")
        enabled: buttons.view.markerCount > 0
        strokes: [Qt.rect(1, 1, 5, 2), Qt.rect(1, 1, 2, 5), Qt.rect(10, 1, 5, 2), Qt.rect(13, 1, 2, 5),
            Qt.rect(1, 13, 5, 2), Qt.rect(1, 10, 2, 5), Qt.rect(10, 13, 5, 2), Qt.rect(13, 10, 2, 5), Qt.rect(6, 6, 4, 4)]
        onClicked: buttons.view.fitMarkers()
    }
    MapButton {
        view: buttons.view
        text: buttons.view.showFences ? qsTr("Hide geofences") : qsTr("Show geofences")
        visible: buttons.view.fenceCount > 0
        checkable: true
        checked: buttons.view.showFences
        strokes: [Qt.rect(0, 5, 16, 2), Qt.rect(0, 10, 16, 2), Qt.rect(2, 2, 2, 12), Qt.rect(7, 2, 2, 12), Qt.rect(12, 2, 2, 12)]
        onClicked: buttons.fencesToggled()
    }
    MapButton {
        view: buttons.view
        text: qsTr("Back to the view before")
        visible: buttons.view.canGoBack
        strokes: [Qt.rect(2, 7, 12, 2), Qt.rect(2, 6, 2, 4), Qt.rect(4, 4, 2, 3), Qt.rect(4, 9, 2, 3)]
        onClicked: buttons.view.goBack()
    }
}
