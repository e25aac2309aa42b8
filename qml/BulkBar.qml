// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// What can be done about all marked rows at once. No height while none is marked.
AlertBar {
    id: root

    required property AlertDesk desk
    required property KeyRegistry keys

    readonly property int tab: root.desk.table.tab

    visible: root.desk.table.marked > 0
    height: visible ? 42 : 0
    text: qsTr("%1 marked").arg(root.desk.table.marked)

    PushButton {
        implicitHeight: 26
        visible: root.tab === AlertTable.Active
        text: qsTr("Acknowledge")
        shortcutHint: root.keys.keyText("acknowledge")
        onClicked: root.desk.act(AlertVerbs.Acknowledge)
    }

    PushButton {
        implicitHeight: 26
        visible: root.tab === AlertTable.Active
        text: qsTr("Claim")
        shortcutHint: root.keys.keyText("claim")
        onClicked: root.desk.act(AlertVerbs.Claim)
    }

    PushButton {
        implicitHeight: 26
        visible: root.tab === AlertTable.Active
        text: qsTr("Shelve")
        shortcutHint: root.keys.keyText("shelve")
        onClicked: root.desk.act(AlertVerbs.Shelve)
    }

    PushButton {
        implicitHeight: 26
        visible: root.tab === AlertTable.Shelved
        text: qsTr("Unshelve")
        shortcutHint: root.keys.keyText("unshelve")
        onClicked: root.desk.act(AlertVerbs.Unshelve)
    }

    PushButton {
        implicitHeight: 26
        visible: root.tab === AlertTable.OutOfService
        text: qsTr("Return to service")
        shortcutHint: root.keys.keyText("returnToService")
        onClicked: root.desk.act(AlertVerbs.ReturnToService)
    }

    PushButton {
        implicitHeight: 26
        visible: root.tab !== AlertTable.History
        text: qsTr("Comment")
        shortcutHint: root.keys.keyText("comment")
        onClicked: root.desk.act(AlertVerbs.Comment)
    }

    PushButton {
        implicitHeight: 26
        visible: root.tab !== AlertTable.History
        text: qsTr("Close")
        shortcutHint: root.keys.keyText("closeAlert")
        onClicked: root.desk.act(AlertVerbs.Close)
    }

    PushButton {
        implicitHeight: 26
        kind: PushButton.Quiet
        text: qsTr("None")
        description: qsTr("Mark none any more (Esc)")
        onClicked: root.desk.table.clearMarks()
    }
}
