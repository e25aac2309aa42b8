// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The pictures of the person's conversation, newest first. No height without any.
Item {
    id: root

    required property Console console

    signal pictureAsked(string thread, string messageId, int place, string who)

    implicitHeight: visible ? 88 : 0
    visible: list.count > 0

    ListView {
        id: list

        anchors.fill: parent
        anchors.margins: 2 * Theme.grid
        clip: true
        orientation: ListView.Horizontal
        spacing: 2 * Theme.grid
        boundsBehavior: Flickable.StopAtBounds
        model: root.console.incidents.media
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Pictures of the incident")

        delegate: PictureThumb {
            id: thumb

            required property string messageId
            required property string thread
            required property string who
            required property int place

            width: 96
            height: list.height
            live: root.console.server.live
            onOpened: root.pictureAsked(thumb.thread, thumb.messageId, thumb.place, thumb.who)
        }
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
