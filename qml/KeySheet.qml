// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// All keys, from the same registry that makes them work. Lies over the map, never over the queue.
T.Popup {
    id: root

    required property KeyRegistry keys

    width: Math.min(480, parent.width - 8 * Theme.grid)
    height: Math.min(header.height + list.contentHeight + 6 * Theme.grid, parent.height - 4 * Theme.grid)
    x: Math.round((parent.width - width) / 2)
    y: Math.round(Math.max(2 * Theme.grid, (parent.height - height) / 2))
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent

    background: Rectangle {
        color: Theme.bg1
        radius: Theme.radius
        border.width: 1
        border.color: Theme.line
    }

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("Keys")
        detail: qsTr("single letters rest while you write")

        PushButton {
            implicitHeight: 28
            implicitWidth: 28
            kind: PushButton.Quiet
            iconName: "close"
            focus: true
            description: qsTr("Close (Esc)")
            onClicked: root.close()
        }
    }

    ListView {
        id: list

        anchors.top: header.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 2 * Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right
        clip: true
        model: root.keys
        boundsBehavior: Flickable.StopAtBounds

        ScrollBar.vertical: ScrollBar {
        }

        // Not a section delegate: Qt 6.4 cannot make one out of a bound component.
        section.property: "group"

        delegate: KeyRow {
            width: list.width
            headed: ListView.section !== ListView.previousSection
        }
    }
}
