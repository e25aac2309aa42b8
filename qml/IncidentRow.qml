// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One incident in the list: who, how it stands, who handles it, how long.
Item {
    id: root

    required property string alertId
    required property string name
    required property string detailText
    required property string ageText
    required property string alarm
    required property string section
    required property int level
    required property bool open
    required property bool waits
    required property bool simulated
    property bool selected: false
    /// The first of its section says which.
    property bool headed: false

    readonly property int themeLevel: root.open ? root.level + 1 : Theme.Normal

    signal picked(string id)

    implicitHeight: 54 + body.y
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3").arg(root.name).arg(root.detailText).arg(root.open ? root.ageText : qsTr("closed"))
    Accessible.selected: root.selected
    Accessible.onPressAction: root.picked(root.alertId)

    Item {
        width: parent.width
        height: root.headed ? 32 : 0
        visible: root.headed

        TextLabel {
            x: 3 * Theme.grid
            anchors.verticalCenter: parent.verticalCenter
            text: root.section
            font.pixelSize: Theme.fontSmall
            font.weight: Font.DemiBold
            color: Theme.text2
        }

        HLine {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
        }
    }

    Item {
        id: body

        y: root.headed ? 32 : 0
        width: parent.width
        height: 54

        Rectangle {
            anchors.fill: parent
            anchors.bottomMargin: 1
            color: root.selected ? Theme.accentTint : root.waits ? Theme.levelTint(root.themeLevel, Theme.scheme) : hover.hovered ? Theme.bg2 : "transparent"
        }

        Rectangle {
            width: 3
            height: parent.height - 1
            visible: root.selected
            color: Theme.accent
        }

        HLine {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
        }

        HoverHandler {
            id: hover
        }

        TapHandler {
            onTapped: root.picked(root.alertId)
        }

        StateShape {
            x: 3 * Theme.grid + 1
            width: 16
            height: 16
            anchors.verticalCenter: nameLabel.verticalCenter
            level: root.themeLevel
            filled: root.waits
            strokeWidth: 2
            color: Theme.levelColor(root.themeLevel, Theme.scheme)
        }

        TextLabel {
            id: nameLabel

            x: 9 * Theme.grid
            y: 8
            width: (simTag.visible ? simTag.x : age.x) - x - 2 * Theme.grid
            text: root.name
            font.weight: root.open ? Font.DemiBold : Font.Normal
            color: root.open ? Theme.text : Theme.text2
        }

        SimTag {
            id: simTag

            anchors.right: age.left
            anchors.rightMargin: 2 * Theme.grid
            anchors.verticalCenter: nameLabel.verticalCenter
            visible: root.simulated
        }

        TextLabel {
            id: age

            anchors.right: parent.right
            anchors.rightMargin: 3 * Theme.grid
            anchors.baseline: nameLabel.baseline
            text: root.ageText
            font.weight: Font.DemiBold
        }

        TextLabel {
            anchors.left: nameLabel.left
            anchors.right: alarmLabel.left
            anchors.rightMargin: 2 * Theme.grid
            anchors.top: nameLabel.bottom
            anchors.topMargin: 3
            text: root.detailText
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }

        TextLabel {
            id: alarmLabel

            anchors.right: parent.right
            anchors.rightMargin: 3 * Theme.grid
            anchors.top: nameLabel.bottom
            anchors.topMargin: 3
            text: root.alarm
            font.pixelSize: Theme.fontSmall
            font.weight: Font.DemiBold
            color: Theme.emergency
        }
    }
}
