// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One item that somebody offers: what it is, their note, accept or decline.
Item {
    id: root

    required property string alertId
    required property string title
    required property string detail
    required property string note
    required property string from
    required property int level
    required property bool waits
    /// The list's cursor is here.
    property bool selected: false

    signal acceptAsked(string id)
    signal declineAsked(string id, string title)
    signal openAsked(string id)

    function look() {
        root.openAsked(root.alertId);
    }

    implicitHeight: Math.max(62, words.implicitHeight + 6 * Theme.grid)
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, from %3, %4").arg(root.title).arg(root.detail).arg(root.from).arg(root.note)

    RowCursor {
        shown: root.selected
    }

    StateShape {
        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 16
        height: 16
        level: root.level + 1
        filled: root.waits
        strokeWidth: 2
        color: Theme.levelColor(root.level + 1, Theme.scheme)
    }

    Column {
        id: words

        x: 10 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: buttons.x - x - 3 * Theme.grid
        spacing: 2

        TextLabel {
            width: parent.width
            text: root.title
            font.weight: Font.DemiBold
        }

        TextLabel {
            width: parent.width
            text: qsTr("%1 · from %2").arg(root.detail).arg(root.from)
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }

        TextLabel {
            width: parent.width
            visible: root.note.length > 0
            text: root.note
            wrapMode: Text.Wrap
            maximumLineCount: 6
        }
    }

    Row {
        id: buttons

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        spacing: 2 * Theme.grid

        PushButton {
            text: qsTr("Look")
            description: qsTr("Select %1 before deciding").arg(root.title)
            onClicked: root.look()
        }

        PushButton {
            kind: PushButton.Primary
            text: qsTr("Accept")
            description: qsTr("Accept %1: you handle it from now on").arg(root.title)
            onClicked: root.acceptAsked(root.alertId)
        }

        PushButton {
            text: qsTr("Decline…")
            description: qsTr("Decline %1; wants a reason").arg(root.title)
            onClicked: root.declineAsked(root.alertId, root.title)
        }
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
