// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Somebody to be told: name, relation, whether they were told, and ways to reach them. A press on a way opens the system's program for it.
Item {
    id: root

    required property string name
    required property string relation
    required property string phone
    required property string email
    required property url callUrl
    required property url textUrl
    required property url mailUrl
    required property string toldText
    required property bool reached
    required property ContactListModel contacts

    implicitHeight: 26 + ways.implicitHeight
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3").arg(root.name).arg(root.relation).arg(root.toldText.length > 0 ? root.toldText : qsTr("not told yet"))

    TextLabel {
        id: nameLabel

        y: 2
        width: Math.min(implicitWidth, told.x - 2 * Theme.grid)
        text: root.name
        font.weight: Font.DemiBold
    }

    TextLabel {
        anchors.left: nameLabel.right
        anchors.leftMargin: 2 * Theme.grid
        anchors.right: told.left
        anchors.rightMargin: Theme.grid
        anchors.baseline: nameLabel.baseline
        text: root.relation
        font.pixelSize: Theme.fontSmall
        color: Theme.text2
    }

    TextLabel {
        id: told

        anchors.right: parent.right
        anchors.baseline: nameLabel.baseline
        text: root.toldText.length > 0 ? root.toldText : qsTr("not told yet")
        font.pixelSize: Theme.fontTiny
        color: root.toldText.length > 0 && !root.reached ? Theme.warning : Theme.text2
    }

    Flow {
        id: ways

        y: 22
        width: parent.width
        spacing: Theme.grid

        Chip {
            visible: root.phone.length > 0
            text: qsTr("Call")
            Accessible.name: qsTr("Call %1, %2").arg(root.name).arg(root.phone)
            onClicked: root.contacts.open(root.callUrl)
        }

        Chip {
            visible: root.phone.length > 0
            text: qsTr("SMS")
            Accessible.name: qsTr("Write an SMS to %1").arg(root.name)
            onClicked: root.contacts.open(root.textUrl)
        }

        Chip {
            visible: root.email.length > 0
            text: qsTr("Mail")
            Accessible.name: qsTr("Write to %1, %2").arg(root.name).arg(root.email)
            onClicked: root.contacts.open(root.mailUrl)
        }

        Chip {
            text: root.phone.length > 0 ? root.phone : root.email
            Accessible.name: qsTr("Copy %1").arg(text)
            onClicked: root.contacts.copy(text)
        }
    }
}
