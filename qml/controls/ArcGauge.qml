// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One number with its name, unit, range and age. Grey while it is normal; the colour of the limit it broke
/// otherwise. A stale number is dimmed and keeps its age; an unknown one is an en dash, never zero.
Card {
    id: root

    required property string label
    /// NaN: unknown.
    required property real value
    /// The number as it is to be read.
    required property string valueText
    required property string unit
    property real minimum: 0
    property real maximum: 100
    property string minimumText: Theme.figure(root.minimum)
    property string maximumText: Theme.figure(root.maximum)
    property real criticalLow: NaN
    property real warningLow: NaN
    property real warningHigh: NaN
    property real criticalHigh: NaN
    property string age: ""
    property bool stale: false
    /// Off for a number without a range: no arc, no ends of the scale.
    property bool dial: root.maximum > root.minimum

    readonly property alias level: arc.level
    readonly property bool abnormal: arc.level !== Theme.Normal
    readonly property color tone: root.stale ? Theme.text3 : root.abnormal ? Theme.levelColor(arc.level, Theme.scheme) : Theme.text2
    readonly property bool roomy: root.height >= 128
    readonly property bool wide: root.width >= 112

    implicitWidth: 176
    implicitHeight: 160
    Accessible.role: Accessible.Indicator
    Accessible.name: root.label
    Accessible.description: root.valueText + " " + root.unit + (root.age.length > 0 ? ", " + root.age : "")

    Row {
        id: heading

        anchors.top: parent.top
        anchors.topMargin: root.roomy ? 2 * Theme.grid : Theme.grid
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.grid + 2

        StateShape {
            anchors.verticalCenter: parent.verticalCenter
            width: 11
            height: 11
            visible: root.abnormal && !root.stale && root.wide
            level: arc.level
            color: Theme.levelColor(arc.level, Theme.scheme)
        }

        TextLabel {
            width: Math.min(implicitWidth, root.width - (root.wide ? 10 : 3) * Theme.grid)
            text: root.label
            font.pixelSize: root.wide ? Theme.fontSmall : Theme.fontTiny
            color: Theme.text2
        }
    }

    ArcDial {
        id: arc

        anchors.top: heading.bottom
        anchors.topMargin: root.roomy ? 6 : 3
        anchors.horizontalCenter: parent.horizontalCenter
        // The open quarter at the bottom takes no room: the age stands in it.
        width: Math.round(Math.min((root.height - y - (root.roomy ? 6 : 5) * Theme.grid) / 0.86, root.width - (root.wide ? 6 : 5) * Theme.grid))
        height: width
        visible: root.dial
        value: root.value
        minimum: root.minimum
        maximum: root.maximum
        criticalLow: root.criticalLow
        warningLow: root.warningLow
        warningHigh: root.warningHigh
        criticalHigh: root.criticalHigh
        thickness: Math.max(5, Math.round(width / 13))
        trackColor: Theme.bg3
        valueColor: root.tone
        warningColor: Theme.warning
        criticalColor: Theme.critical
        opacity: root.stale ? 0.55 : 1
    }

    TextLabel {
        id: number

        anchors.horizontalCenter: parent.horizontalCenter
        y: root.dial ? Math.round(arc.y + arc.height * 0.5 - height * 0.58) : Math.round(root.height * 0.5 - height * 0.6)
        width: Math.min(implicitWidth, root.dial ? arc.width * 0.74 : root.width - 4 * Theme.grid)
        text: root.valueText
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: Theme.fontBase
        font.pixelSize: Math.max(Theme.fontLarge, Math.min(1.3 * Theme.fontFigure, Math.round(arc.width * 0.19)))
        font.weight: Font.DemiBold
        elide: Text.ElideNone
        color: root.stale ? Theme.text3 : Theme.text
        horizontalAlignment: Text.AlignHCenter
    }

    TextLabel {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.top: number.bottom
        anchors.topMargin: root.roomy ? 0 : -3
        text: root.unit
        font.pixelSize: Theme.fontTiny
        color: Theme.text3
    }

    StateShape {
        anchors.left: parent.left
        anchors.leftMargin: 2 * Theme.grid
        anchors.verticalCenter: ageLabel.verticalCenter
        width: 11
        height: 11
        visible: root.abnormal && !root.stale && !root.wide
        level: arc.level
        color: Theme.levelColor(arc.level, Theme.scheme)
    }

    TextLabel {
        id: low

        anchors.left: parent.left
        anchors.leftMargin: 3 * Theme.grid
        anchors.baseline: ageLabel.baseline
        visible: root.dial && root.wide
        text: root.minimumText
        font.pixelSize: Theme.fontTiny
        color: Theme.text3
    }

    TextLabel {
        id: ageLabel

        anchors.bottom: parent.bottom
        anchors.bottomMargin: root.roomy ? 2 * Theme.grid : Theme.grid
        anchors.horizontalCenter: parent.horizontalCenter
        text: root.age
        font.pixelSize: Theme.fontTiny
        font.weight: root.stale ? Font.DemiBold : Font.Normal
        color: root.stale ? Theme.text2 : Theme.text3
    }

    TextLabel {
        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.baseline: ageLabel.baseline
        visible: root.dial && root.wide
        text: root.maximumText
        font.pixelSize: Theme.fontTiny
        color: Theme.text3
    }
}
