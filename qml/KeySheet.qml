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

        section.property: "group"
        section.delegate: TextLabel {
            required property string section

            x: 4 * Theme.grid
            height: 28
            text: section
            font.pixelSize: Theme.fontSmall
            color: Theme.text3
        }

        delegate: Item {
            id: row

            required property string actionTitle
            required property string keyText

            width: list.width
            height: 30

            TextLabel {
                x: 4 * Theme.grid
                width: hint.x - 8 * Theme.grid
                height: parent.height
                text: row.actionTitle
            }

            KeyHint {
                id: hint

                anchors.right: parent.right
                anchors.rightMargin: 4 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                text: row.keyText
            }
        }
    }
}
