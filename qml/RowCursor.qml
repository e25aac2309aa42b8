// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// Where the cursor of a list is, behind what the row shows.
Rectangle {
    id: root

    property bool shown: false

    anchors.fill: parent
    visible: root.shown
    color: Theme.accentTint

    Rectangle {
        width: 3
        height: parent.height
        color: Theme.accent
    }
}
