// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// Somebody who could be there: how far, in which direction, doing what. Press: selected, on the map too.
T.AbstractButton {
    id: root

    required property string deviceId
    required property string name
    required property string distanceText
    required property string stateText
    required property string ageText
    required property bool stale
    required property bool simulated
    required property int alertLevel
    property bool selected: false

    signal picked(string id)

    implicitHeight: 40
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3, %4 ago").arg(root.name).arg(root.distanceText).arg(root.stateText).arg(root.ageText)
    onClicked: root.picked(root.deviceId)

    Item {
        anchors.fill: parent
        opacity: root.stale ? 0.6 : 1

        StateShape {
            id: shape

            width: 12
            height: 12
            y: 6
            level: root.alertLevel + 1
            filled: root.alertLevel >= 0
            strokeWidth: 2
            color: Theme.levelColor(root.alertLevel + 1, Theme.scheme)
        }

        TextLabel {
            id: nameLabel

            x: 20
            y: 2
            width: Math.min(implicitWidth, distance.x - x - Theme.grid)
            text: root.name
            font.weight: Font.DemiBold
        }

        TextLabel {
            id: distance

            anchors.right: parent.right
            anchors.baseline: nameLabel.baseline
            text: root.distanceText
            font.weight: Font.DemiBold
        }

        TextLabel {
            x: 20
            y: 19
            width: age.x - x - Theme.grid
            text: root.stateText
            font.pixelSize: Theme.fontTiny
            color: Theme.text2
        }

        TextLabel {
            id: age

            anchors.right: parent.right
            y: 19
            text: root.ageText
            font.pixelSize: Theme.fontTiny
            color: Theme.text2
        }
    }

    background: Rectangle {
        anchors.fill: parent
        anchors.leftMargin: -Theme.grid
        anchors.rightMargin: -Theme.grid
        radius: Theme.grid
        color: root.selected ? Theme.accentTint : root.hovered ? Theme.bg3 : "transparent"

        FocusRing {
            shown: root.visualFocus
            radius: Theme.grid
        }
    }
}
