// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One channel as a gauge; a press puts it into the trend.
ArcGauge {
    id: root

    required property string channel
    required property string ageText
    required property bool hasRange
    required property real warnLow
    required property real warnHigh
    /// It is the one drawn in the trend below.
    property bool charted: false
    property bool focused: false

    signal picked(string channel)

    age: root.ageText
    dial: root.hasRange
    warningLow: root.warnLow
    warningHigh: root.warnHigh
    border.width: root.charted || root.focused || Theme.scheme !== Theme.Dark ? 1 : 0
    border.color: root.focused ? Theme.accent : root.charted ? Theme.text3 : Theme.line
    Accessible.onPressAction: root.picked(root.channel)

    required criticalLow
    required criticalHigh
    required minimum
    required maximum
    required stale

    HoverHandler {
        id: hover
    }

    TapHandler {
        onTapped: root.picked(root.channel)
    }

    Tooltip {
        shown: hover.hovered && !root.charted
        y: -height - 4
        text: qsTr("Show in the trend")
    }
}
