// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Whom the person wants told, and who was.
Card {
    id: root

    required property Console console

    readonly property ContactListModel contacts: root.console.incidents.contacts

    TextLabel {
        id: title

        x: 3 * Theme.grid
        y: 3 * Theme.grid
        text: qsTr("Emergency contacts")
        font.weight: Font.DemiBold
    }

    ListView {
        id: list

        anchors.top: title.bottom
        anchors.topMargin: Theme.grid
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.rightMargin: 3 * Theme.grid
        clip: true
        model: root.contacts
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Emergency contacts")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: ContactRow {
            width: list.width - 2 * Theme.grid
            contacts: root.contacts
        }
    }

    TextLabel {
        anchors.fill: list
        visible: list.count === 0
        text: root.contacts.loading ? qsTr("asking …") : root.contacts.problem.length > 0 ? root.contacts.problem : root.console.incidents.card.valid ? qsTr("%1 has named nobody.").arg(root.console.incidents.card.name) : ""
        color: root.contacts.problem.length > 0 ? Theme.warning : Theme.text2
        font.pixelSize: Theme.fontSmall
        wrapMode: Text.Wrap
        maximumLineCount: 4
        verticalAlignment: Text.AlignTop
    }
}
