// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// The border between two panes: a line, easier to grab than it is wide.
Rectangle {
    id: root

    property bool vertical: false

    implicitWidth: 1
    implicitHeight: 1
    color: T.SplitHandle.pressed || T.SplitHandle.hovered ? Theme.accent : Theme.line

    containmentMask: Item {
        x: root.vertical ? 0 : -3
        y: root.vertical ? -3 : 0
        width: root.vertical ? root.width : 7
        height: root.vertical ? 7 : root.height
    }
}
