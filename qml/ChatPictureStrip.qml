// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The pictures of the line that is being written, before it goes and while they are on their way. No height without any.
Item {
    id: root

    required property ChatPictures pictures

    height: visible ? list.height + status.height + Theme.grid : 0
    visible: root.pictures.count > 0

    ListView {
        id: list

        width: parent.width
        height: 68
        clip: true
        orientation: ListView.Horizontal
        spacing: 2 * Theme.grid
        boundsBehavior: Flickable.StopAtBounds
        model: root.pictures
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Pictures to send")

        delegate: PictureChip {
            onRemoveAsked: index => root.pictures.remove(index)
        }
    }

    Item {
        id: status

        anchors.top: list.bottom
        anchors.topMargin: Theme.grid
        width: parent.width
        height: root.pictures.statusText.length > 0 ? 26 : 0
        visible: height > 0

        TextLabel {
            anchors.left: parent.left
            anchors.right: cancelButton.left
            anchors.verticalCenter: parent.verticalCenter
            text: root.pictures.statusText
            font.pixelSize: Theme.fontSmall
            color: root.pictures.busy ? Theme.text2 : Theme.critical
            Accessible.role: Accessible.StaticText
            Accessible.name: text
        }

        PushButton {
            id: cancelButton

            anchors.right: parent.right
            implicitHeight: 26
            width: visible ? implicitWidth : 0
            visible: root.pictures.busy
            text: qsTr("Cancel")
            description: qsTr("Stop sending the pictures")
            onClicked: root.pictures.cancel()
        }
    }
}
