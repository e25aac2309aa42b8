// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// A word of explanation for what the pointer rests on. Never holds what cannot be had another way.
T.ToolTip {
    id: root

    property bool shown: false

    visible: shown
    delay: 500
    x: parent ? Math.round((parent.width - implicitWidth) / 2) : 0
    y: parent ? parent.height + Theme.grid : 0
    margins: Theme.grid
    padding: 2 * Theme.grid
    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent | T.Popup.CloseOnReleaseOutsideParent

    contentItem: TextLabel {
        text: root.text
        font.pixelSize: Theme.fontSmall
        maximumLineCount: 8
    }

    background: Rectangle {
        color: Theme.bg3
        radius: Theme.grid
        border.width: 1
        border.color: Theme.line
    }
}
