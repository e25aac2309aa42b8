// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A horizontal line of dashes.
Item {
    id: root

    property color color: Theme.line

    implicitHeight: 1

    Row {
        spacing: 4

        Repeater {
            model: Math.max(0, Math.floor((root.width + 4) / 10))

            Rectangle {
                width: 6
                height: 1
                color: root.color
            }
        }
    }
}
