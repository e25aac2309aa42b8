// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// The numbers along a vertical axis, one per grid line, top to bottom.
Item {
    id: root

    required property int steps
    required property real minimum
    required property real maximum
    required property int alignment

    readonly property int decimals: (root.maximum - root.minimum) / root.steps >= 5 ? 0 : (root.maximum - root.minimum) / root.steps >= 0.5 ? 1 : 2
    readonly property real widest: Math.max(metrics.advanceWidth, lowMetrics.advanceWidth)

    width: root.widest

    TextMetrics {
        id: metrics

        font.family: Theme.fontFamily
        font.pixelSize: Theme.fontTiny
        text: Theme.figure(root.maximum, root.decimals)
    }

    TextMetrics {
        id: lowMetrics

        font.family: Theme.fontFamily
        font.pixelSize: Theme.fontTiny
        text: Theme.figure(root.minimum, root.decimals)
    }

    Repeater {
        model: root.steps + 1

        TextLabel {
            required property int index

            width: root.width
            y: Math.round(root.height * index / root.steps - height / 2)
            text: Theme.figure(root.maximum - (root.maximum - root.minimum) * index / root.steps, root.decimals)
            horizontalAlignment: root.alignment
            font.pixelSize: Theme.fontTiny
            color: Theme.text3
            elide: Text.ElideNone
        }
    }
}
