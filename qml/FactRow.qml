// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A word on the left, its value on the right; a long value takes more lines.
Item {
    id: root

    required property string label
    required property string value
    property real split: 0.36

    implicitHeight: valueLabel.height + 2 * Theme.grid
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1: %2").arg(root.label).arg(root.value)

    TextLabel {
        x: 3 * Theme.grid
        y: Theme.grid
        width: root.width * root.split - x
        text: root.label
        font.pixelSize: Theme.fontSmall
        color: Theme.text2
    }

    TextLabel {
        id: valueLabel

        x: root.width * root.split + 2 * Theme.grid
        y: Theme.grid
        width: root.width - x - 3 * Theme.grid
        text: root.value
        font.pixelSize: Theme.fontSmall
        wrapMode: Text.Wrap
        maximumLineCount: 6
    }
}
