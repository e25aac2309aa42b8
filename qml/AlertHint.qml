// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A sentence in a detail, with one thing to do about it. No height while there is nothing to say.
Item {
    id: root

    required property bool shown
    required property string text
    property string buttonText: ""

    signal pressed

    visible: root.shown
    height: root.shown ? words.height + 5 * Theme.grid : 0
    Accessible.role: Accessible.StaticText
    Accessible.name: root.text

    Rectangle {
        x: 3 * Theme.grid
        y: 2 * Theme.grid
        width: parent.width - 6 * Theme.grid
        height: words.height + 3 * Theme.grid
        radius: Theme.radius
        color: Theme.warningTint
        border.width: 1
        border.color: Theme.warning

        TextLabel {
            id: words

            x: 2 * Theme.grid
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width - x - (button.visible ? button.width + 4 * Theme.grid : 2 * Theme.grid)
            height: Math.max(implicitHeight, 20)
            text: root.text
            verticalAlignment: Text.AlignVCenter
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }

        PushButton {
            id: button

            anchors.right: parent.right
            anchors.rightMargin: Theme.grid
            anchors.verticalCenter: parent.verticalCenter
            implicitHeight: 24
            visible: root.buttonText.length > 0
            text: root.buttonText
            onClicked: root.pressed()
        }
    }
}
