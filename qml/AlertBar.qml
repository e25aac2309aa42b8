// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A sentence at the foot of a page, with what can be done about it.
Rectangle {
    id: root

    required property string text
    property int tone: Theme.Normal
    default property alias actions: slot.data

    height: 42
    color: Theme.bg3
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.text

    HLine {
        width: parent.width
    }

    StateShape {
        id: shape

        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 14
        height: 14
        visible: root.tone !== Theme.Normal
        level: root.tone
        color: Theme.levelColor(root.tone, Theme.scheme)
    }

    TextLabel {
        anchors.left: parent.left
        anchors.leftMargin: shape.visible ? 9 * Theme.grid : 3 * Theme.grid
        anchors.right: slot.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        text: root.text
        wrapMode: Text.Wrap
        maximumLineCount: 2
    }

    Row {
        id: slot

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        spacing: 2 * Theme.grid
    }
}
