// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The server in one line: connection in words, what it carries, where it listens.
Rectangle {
    id: root

    required property ServerStatus server
    /// The widest it may become.
    required property real room

    readonly property bool addressShown: row.baseWidth + address.implicitWidth + 9 * Theme.grid <= root.room

    implicitWidth: Math.min(root.room, row.implicitWidth + 6 * Theme.grid)
    implicitHeight: 34
    radius: Theme.radius
    color: root.server.live ? Theme.bg2 : Theme.warningTint
    border.width: 1
    border.color: root.server.live ? Theme.line : Theme.warning
    clip: true
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Server %1, %2, %3").arg(root.server.connectionText).arg(root.server.summary).arg(root.server.addressText)

    HoverHandler {
        id: hover
    }

    Tooltip {
        shown: hover.hovered
        text: qsTr("Connection: %1\nListening: %2\nConnections: %3").arg(root.server.connectionText).arg(root.server.addressText).arg(root.server.connections)
    }

    Row {
        id: row

        readonly property real baseWidth: state.width + summary.implicitWidth + 2 * Theme.grid

        x: 3 * Theme.grid
        height: parent.height
        spacing: 2 * Theme.grid

        Row {
            id: state

            height: parent.height
            spacing: 2 * Theme.grid

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                width: 12
                height: 12
                visible: !root.server.live
                level: Theme.Warning
                color: Theme.warning
            }

            TextLabel {
                height: parent.height
                text: root.server.live ? qsTr("server %1").arg(root.server.connectionText) : root.server.connectionText
                color: root.server.live ? Theme.text2 : Theme.warning
                font.weight: root.server.live ? Font.Normal : Font.DemiBold
            }
        }

        TextLabel {
            id: summary

            height: parent.height
            width: Math.min(implicitWidth, root.room - state.width - 8 * Theme.grid)
            text: root.server.summary
            font.weight: Font.DemiBold
        }

        TextLabel {
            id: address

            height: parent.height
            visible: root.addressShown
            text: root.server.addressText
            color: Theme.text2
        }
    }
}
