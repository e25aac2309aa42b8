// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// Why there is nothing here, and what to do about it.
Item {
    id: root

    required property string title
    property string detail: ""
    /// It is empty because something is wrong, not because there is nothing.
    property bool trouble: false
    default property alias actions: slot.data

    Accessible.role: Accessible.StaticText
    Accessible.name: root.title + ". " + root.detail

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width - 8 * Theme.grid, 420)
        spacing: 2 * Theme.grid

        StateShape {
            anchors.horizontalCenter: parent.horizontalCenter
            width: 20
            height: 20
            visible: root.trouble
            level: Theme.Warning
            color: Theme.warning
        }

        TextLabel {
            width: parent.width
            text: root.title
            font.weight: Font.DemiBold
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.WordWrap
            maximumLineCount: 3
        }

        TextLabel {
            width: parent.width
            visible: root.detail.length > 0
            text: root.detail
            color: Theme.text2
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            maximumLineCount: 12
            lineHeight: 1.25
        }

        Row {
            id: slot

            anchors.horizontalCenter: parent.horizontalCenter
            spacing: 2 * Theme.grid
        }
    }
}
