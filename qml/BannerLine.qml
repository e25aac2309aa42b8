// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// What must not be overlooked about an incident, with its shape.
Rectangle {
    id: root

    /// "emergency", "warning" or "info".
    required property string label
    required property string value

    readonly property int level: root.label === "emergency" ? Theme.Emergency : root.label === "warning" ? Theme.Warning : Theme.Info

    implicitHeight: text.height + 3 * Theme.grid
    color: root.level === Theme.Emergency ? Theme.emergencyTint : root.level === Theme.Warning ? Theme.warningTint : Theme.bg2
    radius: Theme.radius
    border.width: 1
    border.color: Theme.levelColor(root.level, Theme.scheme)
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.value

    StateShape {
        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 16
        height: 16
        level: root.level
        color: Theme.levelColor(root.level, Theme.scheme)
    }

    TextLabel {
        id: text

        x: 9 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width - x - 3 * Theme.grid
        text: root.value
        font.weight: root.level === Theme.Emergency ? Font.DemiBold : Font.Medium
        wrapMode: Text.Wrap
        maximumLineCount: 3
    }
}
