// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One notice; only the newest shows.
Item {
    id: root

    required property int index
    required property int noticeId
    required property string noticeText
    required property int repeats
    property bool newest: false
    property bool bad: false

    signal dismissed(int id)

    visible: root.newest

    StateShape {
        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        level: root.bad ? Theme.Warning : Theme.Info
        color: root.bad ? Theme.warning : Theme.info
    }

    TextLabel {
        anchors.left: parent.left
        anchors.leftMargin: 9 * Theme.grid
        anchors.right: closeButton.left
        anchors.verticalCenter: parent.verticalCenter
        text: root.repeats > 1 ? qsTr("%1 (×%2)").arg(root.noticeText).arg(root.repeats) : root.noticeText
    }

    PushButton {
        id: closeButton

        anchors.right: parent.right
        anchors.rightMargin: Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        implicitWidth: 28
        implicitHeight: 28
        kind: PushButton.Quiet
        iconName: "close"
        description: qsTr("Dismiss")
        onClicked: root.dismissed(root.noticeId)
    }
}
