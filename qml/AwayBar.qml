// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Says that the server is away, since when, why, and what waits for it. No height while it is there.
Rectangle {
    id: root

    required property ServerStatus server

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
        anchors.left: shape.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.right: parent.right
        anchors.rightMargin: 4 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        text: root.server.awayText
        font.weight: Font.DemiBold
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
