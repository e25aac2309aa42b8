// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The nearest units, vehicles first.
Card {
    id: root

    required property Console console

    signal picked(string id)

    TextLabel {
        id: title

        x: 3 * Theme.grid
        y: 3 * Theme.grid
        text: qsTr("Nearest units")
        font.weight: Font.DemiBold
    }

    ListView {
        id: list

        anchors.top: title.bottom
        anchors.topMargin: Theme.grid
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.rightMargin: 3 * Theme.grid
        clip: true
        model: root.console.incidents.units
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Nearest units")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: UnitRow {
            width: list.width - 3 * Theme.grid
            selected: deviceId === root.console.selectedDeviceId
            onPicked: id => root.picked(id)
        }
    }

    TextLabel {
        anchors.fill: list
        visible: list.count === 0
        text: root.console.incidents.card.valid ? qsTr("No unit with a place is known, or nobody knows where help is needed.") : ""
        color: Theme.text2
        font.pixelSize: Theme.fontSmall
        wrapMode: Text.Wrap
        maximumLineCount: 4
        verticalAlignment: Text.AlignTop
    }
}
