// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// A pill to press: a quick reply, a filter that can be taken off.
T.AbstractButton {
    id: root

    implicitWidth: implicitContentWidth + 4 * Theme.grid
    implicitHeight: 26
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    opacity: enabled ? 1 : 0.45
    Accessible.role: Accessible.Button
    Accessible.name: root.text

    contentItem: TextLabel {
        text: root.text
        font.pixelSize: Theme.fontSmall
        horizontalAlignment: Text.AlignHCenter
    }

    background: Rectangle {
        radius: height / 2
        color: root.down || root.checked ? Theme.accentTint : root.hovered ? Theme.bg3 : "transparent"
        border.width: 1
        border.color: root.checked ? Theme.accent : Theme.line

        FocusRing {
            shown: root.visualFocus
            radius: height / 2
        }
    }
}
