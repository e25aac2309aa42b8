// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// Shown only where there is more than fits; lies over the margin, not over text.
T.ScrollBar {
    id: root

    implicitWidth: orientation === Qt.Vertical ? 10 : 100
    implicitHeight: orientation === Qt.Vertical ? 100 : 10
    padding: 2
    minimumSize: 0.08
    visible: size < 1.0 && policy !== T.ScrollBar.AlwaysOff

    contentItem: Rectangle {
        radius: 3
        color: root.pressed || root.hovered ? Theme.text3 : Theme.bg3
        border.width: Theme.scheme === Theme.Contrast ? 1 : 0
        border.color: Theme.text
    }
}
