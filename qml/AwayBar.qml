// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Says that the server is away, since when, why, and what waits for it. No height while it is there.
Rectangle {
    id: root

    required property ServerStatus server
    required property PendingModel pending

    readonly property bool failed: root.server.connection === ServerStatus.Failed

    height: root.visible ? 34 : 0
    visible: root.server.awayText !== ""
    color: root.failed ? Theme.levelTint(Theme.Critical, Theme.scheme) : Theme.warningTint
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.server.awayText

    StateShape {
        id: shape

        x: 4 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 14
        height: 14
        level: root.failed ? Theme.Critical : Theme.Warning
        color: Theme.levelColor(level, Theme.scheme)
    }

    TextLabel {
        id: words

        anchors.left: shape.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(implicitWidth, root.width - x - showButton.width - 8 * Theme.grid)
        text: root.server.awayText
        font.weight: Font.DemiBold
    }

    PushButton {
        id: showButton

        anchors.left: words.right
        anchors.leftMargin: 4 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        implicitHeight: 26
        width: visible ? implicitWidth : 0
        visible: root.pending.count > 0
        text: qsTr("Show what waits")
        onClicked: popup.opened ? popup.close() : popup.open()

        PendingPopup {
            id: popup

            // Never over the queue, which has the right quarter.
            x: Math.min(0, root.width * 0.7 - showButton.x - width)
            y: showButton.height + Theme.grid
            pending: root.pending
        }
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
