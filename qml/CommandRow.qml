// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One order and what became of it.
Item {
    id: root

    required property string commandId
    required property string action
    required property string parametersText
    required property string stateText
    required property string detail
    required property string issuedText
    required property int tone
    required property bool cancelable

    signal cancelAsked(string id)

    readonly property color toneColor: root.tone === CommandModel.Bad ? Theme.critical : root.tone === CommandModel.Good ? Theme.ok : Theme.text2

    implicitHeight: words.height + 4 * Theme.grid
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1: %2. %3").arg(root.action).arg(root.stateText).arg(root.detail)

    Column {
        id: words

        x: 3 * Theme.grid
        y: 2 * Theme.grid
        width: parent.width - 6 * Theme.grid - (cancel.visible ? cancel.width + 2 * Theme.grid : 0)
        spacing: 2

        Row {
            width: parent.width
            spacing: 2 * Theme.grid

            TextLabel {
                width: Math.min(implicitWidth, parent.width * 0.6)
                text: root.parametersText.length > 0 ? qsTr("%1 (%2)").arg(root.action).arg(root.parametersText) : root.action
                font.weight: Font.DemiBold
            }

            TextLabel {
                text: root.stateText
                color: root.toneColor
                font.weight: root.tone === CommandModel.Bad ? Font.DemiBold : Font.Normal
            }
        }

        TextLabel {
            width: parent.width
            visible: root.detail.length > 0
            text: root.detail
            wrapMode: Text.Wrap
            maximumLineCount: 3
            font.pixelSize: Theme.fontSmall
            color: root.tone === CommandModel.Bad ? Theme.text : Theme.text2
        }

        TextLabel {
            width: parent.width
            text: root.issuedText
            font.pixelSize: Theme.fontTiny
            color: Theme.text2
        }
    }

    PushButton {
        id: cancel

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        implicitHeight: 26
        visible: root.cancelable
        text: qsTr("Cancel")
        onClicked: root.cancelAsked(root.commandId)
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
