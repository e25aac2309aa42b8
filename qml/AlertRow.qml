// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One alert: level as shape and colour, who, what, how long, how it stands; its acknowledge button while it waits.
Item {
    id: root

    required property int index
    required property string alertId
    required property string sourceName
    required property string code
    required property string message
    required property string ageText
    required property string detailText
    required property int level
    required property int alertState
    required property bool pending
    required property bool simulated
    required property bool open
    required property string busyText
    required property string ownerText
    required property bool own
    required property bool offered
    required property bool chattering
    required property bool silenced
    required property int escalation
    property bool selected: false
    /// The phase in which a flashing row is bright.
    property bool lit: true
    /// The same for one that has returned before anybody took it: half as fast.
    property bool slowLit: true
    property string keyText: ""

    readonly property int themeLevel: root.level + 1
    readonly property bool waits: root.alertState === AlertListModel.Unacknowledged || root.alertState === AlertListModel.ReturnedUnacknowledged
    /// Off in the dark half of a flash. What was taken, asked for, or is mere information stays steady.
    readonly property bool bright: !root.waits || root.pending || root.level < AlertListModel.Warning || (root.alertState === AlertListModel.Unacknowledged ? root.lit : root.slowLit)
    readonly property bool buttonShown: root.waits && !root.pending && (root.selected || hover.hovered)

    signal picked(string id)
    signal acknowledgeAsked(string id)

    implicitHeight: 73
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1: %2, %3, %4, %5").arg(root.sourceName).arg(root.code).arg(root.message).arg(root.detailText).arg(root.ageText)
    Accessible.selected: root.selected
    Accessible.onPressAction: root.picked(root.alertId)

    Rectangle {
        anchors.fill: parent
        anchors.bottomMargin: 1
        color: root.waits ? Theme.levelTint(root.themeLevel, Theme.scheme) : "transparent"
        opacity: root.bright ? 1 : 0.45
    }

    Rectangle {
        anchors.fill: parent
        anchors.bottomMargin: 1
        visible: hover.hovered && !root.selected
        color: Theme.text
        opacity: 0.04
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
        id: shape

        x: 3 * Theme.grid + 1
        width: 18
        height: 18
        anchors.verticalCenter: nameLabel.verticalCenter
        level: root.themeLevel
        filled: root.waits
        strokeWidth: 2
        color: Theme.levelColor(root.themeLevel, Theme.scheme)
        opacity: !root.open ? 0.5 : root.bright ? 1 : 0.4
    }

    TextLabel {
        id: nameLabel

        anchors.left: parent.left
        anchors.leftMargin: 10 * Theme.grid
        y: 9
        width: Math.min(implicitWidth, root.width * 0.5)
        text: root.sourceName
        font.pixelSize: 14
        font.weight: root.waits ? Font.DemiBold : Font.Normal
        color: root.open ? Theme.text : Theme.text3
    }

    TextLabel {
        id: codeLabel

        anchors.left: nameLabel.right
        anchors.leftMargin: 2 * Theme.grid
        anchors.baseline: nameLabel.baseline
        width: Math.min(implicitWidth, (marks.width > 0 ? marks.x - 6 : age.x - 8) - x)
        text: root.code
        font.pixelSize: Theme.fontTiny
        color: Theme.text2
    }

    Row {
        id: marks

        anchors.right: age.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.verticalCenter: nameLabel.verticalCenter
        spacing: Theme.grid

        MarkTag {
            visible: root.offered
            text: qsTr("offered to you")
            tone: Theme.accent
        }

        MarkTag {
            visible: root.ownerText.length > 0 && !root.offered
            text: root.own ? qsTr("yours") : root.ownerText
            tone: root.own ? Theme.accent : Theme.text2
        }

        MarkTag {
            visible: root.escalation > 0
            text: qsTr("step %1").arg(root.escalation)
            tone: Theme.levelColor(root.themeLevel, Theme.scheme)
        }

        MarkTag {
            visible: root.chattering
            text: qsTr("chattering")
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
        id: age

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.baseline: nameLabel.baseline
        text: root.ageText
        font.weight: Font.DemiBold
        color: root.open ? Theme.text : Theme.text3
    }

    TextLabel {
        id: messageLabel

        anchors.left: nameLabel.left
        anchors.right: parent.right
        anchors.rightMargin: 4 * Theme.grid
        anchors.top: nameLabel.bottom
        anchors.topMargin: 2
        text: root.message
        color: root.waits ? Theme.text : Theme.text2
    }

    TextLabel {
        anchors.left: nameLabel.left
        anchors.right: button.visible ? button.left : parent.right
        anchors.rightMargin: button.visible ? 2 * Theme.grid : 4 * Theme.grid
        anchors.top: messageLabel.bottom
        anchors.topMargin: 2
        text: root.pending ? qsTr("%1, waiting for the desk …").arg(root.busyText) : root.detailText
        font.pixelSize: Theme.fontSmall
        font.italic: root.pending
        color: Theme.text2
    }

    Rectangle {
        anchors.fill: parent
        anchors.bottomMargin: 1
        visible: root.selected
        color: "transparent"
        border.width: 2
        border.color: Theme.accent
    }

    PushButton {
        id: button

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 5
        implicitHeight: 24
        visible: root.buttonShown
        focusPolicy: Qt.NoFocus
        text: qsTr("Acknowledge")
        description: qsTr("Acknowledge %1, %2").arg(root.sourceName).arg(root.code)
        shortcutHint: root.selected ? root.keyText : ""
        onClicked: root.acknowledgeAsked(root.alertId)
    }
}
