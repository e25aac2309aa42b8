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
        text: root.written(root.maximum)
    }

    TextMetrics {
        id: lowMetrics

        font.family: Theme.fontFamily
        font.pixelSize: Theme.fontTiny
        text: root.written(root.minimum)
    }

    Repeater {
        model: root.steps + 1

        TextLabel {
            required property int index

            width: root.width
            y: Math.round(root.height * index / root.steps - height / 2)
            text: root.written(root.maximum - (root.maximum - root.minimum) * index / root.steps)
            horizontalAlignment: root.alignment
            font.pixelSize: Theme.fontTiny
            color: Theme.text3
            elide: Text.ElideNone
        }
    }

    /// Thousands apart, a real minus: "4 180".
    function written(value: real): string {
        return value.toFixed(root.decimals).replace(/(\d)(?=(\d{3})+(?:\.|$))/g, "$1\u202f").replace("-", "\u2212");
    }
}
