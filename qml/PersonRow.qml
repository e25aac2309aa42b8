// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One of those on shift: who, as what, since when, and what that person handles.
Item {
    id: root

    required property string personName
    required property string initials
    required property string roleText
    required property string sinceText
    required property string handlesText
    required property bool you

    implicitHeight: 52
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2 since %3, %4").arg(root.personName).arg(root.roleText).arg(root.sinceText).arg(root.handlesText.length > 0 ? qsTr("handles %1").arg(root.handlesText) : qsTr("handles nothing"))

    PersonCircle {
        id: circle

        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        initials: root.initials
        you: root.you
    }

    Column {
        anchors.left: circle.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter

        TextLabel {
            width: parent.width
            text: qsTr("%1 · %2 since %3").arg(root.personName).arg(root.roleText).arg(root.sinceText)
        }

        TextLabel {
            width: parent.width
            text: root.handlesText.length > 0 ? qsTr("handles %1").arg(root.handlesText) : qsTr("handles nothing")
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }
    }
}
