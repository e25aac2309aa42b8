// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One rule in the list: how urgent, what it is called, what it looks at, and whether it was changed or is wrong.
Item {
    id: root

    required property int index
    required property string ruleName
    required property string ruleDetail
    required property int ruleLevel
    required property int ruleWrong
    required property bool ruleChanged
    property bool selected: false

    signal picked

    implicitHeight: 48
    Accessible.role: Accessible.ListItem
    Accessible.name: root.ruleWrong > 0 ? qsTr("%1, %2, %3 wrong").arg(root.ruleName).arg(root.ruleDetail).arg(root.ruleWrong) : root.ruleChanged ? qsTr("%1, %2, changed").arg(root.ruleName).arg(root.ruleDetail) : qsTr("%1, %2").arg(root.ruleName).arg(root.ruleDetail)
    Accessible.selected: root.selected
    Accessible.onPressAction: root.picked()

    Rectangle {
        anchors.fill: parent
        color: root.selected ? Theme.accentTint : hover.hovered ? Theme.bg2 : "transparent"

        Rectangle {
            width: 3
            height: parent.height
            visible: root.selected
            color: Theme.accent
        }
    }

    HoverHandler {
        id: hover
    }

    TapHandler {
        onTapped: root.picked()
    }

    StateShape {
        id: shape

        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        level: root.ruleLevel < 0 ? Theme.Normal : root.ruleLevel + Theme.Info
        color: Theme.levelColor(level, Theme.scheme)
    }

    Column {
        anchors.left: shape.right
        anchors.leftMargin: 2 * Theme.grid
        anchors.right: mark.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter

        TextLabel {
            width: parent.width
            text: root.ruleName
            font.weight: Font.Medium
        }

        TextLabel {
            width: parent.width
            text: root.ruleDetail
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }
    }

    TextLabel {
        id: mark

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        text: root.ruleWrong > 0 ? qsTr("%1 wrong").arg(root.ruleWrong) : root.ruleChanged ? qsTr("changed") : ""
        font.pixelSize: Theme.fontSmall
        font.weight: root.ruleWrong > 0 ? Font.DemiBold : Font.Normal
        color: root.ruleWrong > 0 ? Theme.critical : Theme.accent
    }
}
