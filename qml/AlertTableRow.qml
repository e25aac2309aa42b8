// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// One alert in the table. Its columns have the widths of the head. A press selects, with Ctrl it marks, with Shift it marks up to here.
Item {
    id: root

    required property string alertId
    required property string sourceName
    required property string code
    required property string message
    required property string stateText
    required property string levelText
    required property string valueText
    required property string limitText
    required property string ageText
    required property string raisedText
    required property string ownerText
    required property string detailText
    required property string busyText
    required property int level
    required property int alertState
    required property int occurrence
    required property int violations
    required property int escalation
    required property bool own
    required property bool chattering
    required property bool simulated
    required property bool silenced
    required property bool open
    required property bool marked
    property bool selected: false
    property real unit: 0

    readonly property int themeLevel: root.level + 1
    readonly property bool waits: root.alertState === AlertListModel.Unacknowledged || root.alertState === AlertListModel.ReturnedUnacknowledged
    readonly property color tone: Theme.levelColor(root.themeLevel, Theme.scheme)

    signal picked(string id)
    signal markAsked(string id)
    signal markToAsked(string id)

    implicitHeight: 46
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3: %4, %5, %6, %7, %8").arg(root.sourceName).arg(root.levelText).arg(root.code).arg(root.message).arg(root.detailText).arg(root.valueText).arg(root.ageText).arg(root.ownerText)
    Accessible.selected: root.selected
    Accessible.checkable: true
    Accessible.checked: root.marked
    Accessible.onPressAction: root.picked(root.alertId)

    Rectangle {
        anchors.fill: parent
        color: root.marked ? Theme.accentTint : root.waits ? Theme.levelTint(root.themeLevel, Theme.scheme) : hover.hovered ? Theme.bg2 : "transparent"
    }

    Rectangle {
        anchors.fill: parent
        anchors.bottomMargin: 1
        visible: root.selected
        color: "transparent"
        border.width: 2
        border.color: Theme.accent
    }

    HoverHandler {
        id: hover
    }

    TapHandler {
        acceptedModifiers: Qt.NoModifier
        onTapped: root.picked(root.alertId)
    }

    TapHandler {
        acceptedModifiers: Qt.ControlModifier
        onTapped: root.markAsked(root.alertId)
    }

    TapHandler {
        acceptedModifiers: Qt.ShiftModifier
        onTapped: root.markToAsked(root.alertId)
    }

    Row {
        x: 3 * Theme.grid
        height: root.height
        opacity: root.open ? 1 : 0.75

        T.AbstractButton {
            width: 28
            height: root.height
            focusPolicy: Qt.NoFocus
            Accessible.role: Accessible.CheckBox
            Accessible.name: qsTr("Mark %1 %2").arg(root.sourceName).arg(root.code)
            Accessible.checked: root.marked
            onClicked: root.markAsked(root.alertId)

            Rectangle {
                anchors.verticalCenter: parent.verticalCenter
                width: 16
                height: 16
                radius: 3
                color: root.marked ? Theme.accent : "transparent"
                border.width: 1
                border.color: root.marked ? Theme.accent : hover.hovered ? Theme.text2 : Theme.line

                IconItem {
                    anchors.centerIn: parent
                    width: 12
                    height: 12
                    visible: root.marked
                    name: "check"
                    color: Theme.bg0
                }
            }
        }

        Item {
            width: root.unit * 17
            height: root.height

            StateShape {
                id: shape

                anchors.verticalCenter: parent.verticalCenter
                width: 16
                height: 16
                level: root.themeLevel
                filled: root.waits
                strokeWidth: 2
                color: root.open ? root.tone : Theme.text3
            }

            TextLabel {
                anchors.left: shape.right
                anchors.leftMargin: 2 * Theme.grid
                anchors.right: parent.right
                anchors.rightMargin: Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                text: root.busyText.length > 0 ? qsTr("%1 …").arg(root.busyText) : root.stateText
                font.pixelSize: Theme.fontSmall
                font.italic: root.busyText.length > 0
                font.weight: root.waits ? Font.DemiBold : Font.Normal
                color: root.waits ? Theme.text : Theme.text2
            }
        }

        TableCell {
            width: root.unit * 9
            text: root.levelText
            color: root.waits && root.themeLevel >= Theme.Warning ? root.tone : Theme.text2
            verticalAlignment: Text.AlignVCenter
        }

        Item {
            width: root.unit * 24
            height: root.height

            TextLabel {
                id: codeLabel

                y: 6
                width: Math.min(implicitWidth, parent.width - 2 * Theme.grid - (flags.visible ? flags.width + 6 : 0))
                text: root.code
                font.weight: root.waits ? Font.DemiBold : Font.Normal
            }

            Row {
                id: flags

                anchors.left: codeLabel.right
                anchors.leftMargin: 6
                anchors.verticalCenter: codeLabel.verticalCenter
                visible: root.open && (root.chattering || root.simulated || root.silenced || root.escalation > 0)
                spacing: Theme.grid

                MarkTag {
                    visible: root.chattering
                    text: qsTr("chattering")
                }

                MarkTag {
                    visible: root.escalation > 0
                    text: qsTr("step %1").arg(root.escalation)
                }

                MarkTag {
                    visible: root.silenced
                    text: qsTr("silent")
                }

                SimTag {
                    visible: root.simulated
                }
            }

            TextLabel {
                anchors.top: codeLabel.bottom
                width: parent.width - 2 * Theme.grid
                text: root.message
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }
        }

        TableCell {
            width: root.unit * 13
            text: root.sourceName
            font.pixelSize: Theme.fontBase
            color: Theme.text
            verticalAlignment: Text.AlignVCenter
        }

        Item {
            width: root.unit * 13
            height: root.height

            TextLabel {
                id: valueLabel

                y: root.limitText.length > 0 ? 6 : Math.round((parent.height - height) / 2)
                width: parent.width - 2 * Theme.grid
                text: root.valueText
            }

            TextLabel {
                anchors.top: valueLabel.bottom
                width: parent.width - 2 * Theme.grid
                text: root.limitText
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }
        }

        Item {
            width: root.unit * 9
            height: root.height

            TextLabel {
                id: ageLabel

                y: 6
                text: root.ageText
                font.weight: root.open ? Font.DemiBold : Font.Normal
            }

            TextLabel {
                anchors.top: ageLabel.bottom
                text: root.raisedText
                font.pixelSize: Theme.fontTiny
                color: Theme.text2
            }
        }

        TableCell {
            width: root.unit * 6
            text: root.violations > 1 ? qsTr("%1 ×%2").arg(root.occurrence).arg(root.violations) : root.occurrence
            verticalAlignment: Text.AlignVCenter
        }

        TableCell {
            width: root.unit * 9
            text: root.ownerText.length > 0 ? root.ownerText : "–"
            color: root.own ? Theme.accent : root.ownerText.length > 0 ? Theme.text : Theme.text3
            font.weight: root.own ? Font.DemiBold : Font.Normal
            verticalAlignment: Text.AlignVCenter
        }
    }

    HLine {
        anchors.bottom: parent.bottom
        width: parent.width
        opacity: 0.5
    }
}
