// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The map with what lies over it: who moves it, notices, the state of the connection.
Item {
    id: root

    required property Console console

    clip: true

    Rectangle {
        id: map

        anchors.fill: parent
        color: Theme.bg0
    }

    MapPill {
        x: 3 * Theme.grid
        y: 3 * Theme.grid
        visible: text.length > 0
        text: root.console.mapView.statusText
    }

    Rectangle {
        id: lost

        anchors.horizontalCenter: parent.horizontalCenter
        y: 3 * Theme.grid
        width: Math.min(parent.width - 8 * Theme.grid, lostText.implicitWidth + 14 * Theme.grid)
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
