// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The next welfare check: how long until it is asked, or how long is left to answer, and what was missed.
Card {
    id: root

    required property Console console

    readonly property IncidentCard card: root.console.incidents.card

    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Welfare check: %1 %2").arg(root.card.welfareText).arg(root.card.welfareDetail)

    TextLabel {
        id: title

        x: 3 * Theme.grid
        y: 3 * Theme.grid
        text: qsTr("Welfare check")
        font.weight: Font.DemiBold
    }

    ArcDial {
        id: ring

        x: 3 * Theme.grid
        anchors.top: title.bottom
        anchors.topMargin: 2 * Theme.grid
        width: 64
        height: 64
        visible: root.card.welfareActive
        thickness: 5
        minimum: 0
        maximum: 1
        value: root.card.welfareShare
        trackColor: Theme.bg3
        valueColor: root.card.welfareAsked ? root.card.welfareMisses > 0 ? Theme.critical : Theme.warning : Theme.accent

        TextLabel {
            anchors.centerIn: parent
            text: root.card.welfareClock
            font.weight: Font.DemiBold
        }
    }

    Column {
        anchors.left: root.card.welfareActive ? ring.right : parent.left
        anchors.leftMargin: 3 * Theme.grid
        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.top: title.bottom
        anchors.topMargin: 2 * Theme.grid
        spacing: Theme.grid

        TextLabel {
            width: parent.width
            text: root.card.welfareText
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }

        TextLabel {
            width: parent.width
            visible: text.length > 0
            text: root.card.welfareDetail
            font.pixelSize: Theme.fontSmall
            color: root.card.welfareMisses > 0 ? Theme.warning : Theme.text2
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }

        PushButton {
            visible: root.card.welfareActive
            implicitHeight: 28
            kind: root.card.welfareAsked ? PushButton.Primary : PushButton.Normal
            text: qsTr("Person is well")
            description: qsTr("You have heard from %1: the next check is in five minutes").arg(root.card.name)
            shortcutHint: root.width > 230 ? root.console.keys.keyText("personWell") : ""
            onClicked: root.console.incidents.confirmWell()
        }
    }
}
