// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// What happened, append-only; Enter in the field below adds an entry of one's own.
Panel {
    id: root

    required property Console console

    readonly property IncidentLogModel log: root.console.incidents.log
    readonly property bool writing: input.activeFocus
    property bool atEnd: true

    function focusInput() {
        input.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    function leaveInput() {
        list.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    function submit() {
        if (root.console.incidents.comment(input.text))
            input.clear();
    }

    function follow() {
        if (root.atEnd)
            list.positionViewAtEnd();
    }

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("Log")
        detail: root.log.loading ? qsTr("asking the archive …") : root.log.problem.length > 0 ? root.log.problem : qsTr("append-only · %1 entries").arg(root.log.count)
    }

    ListView {
        id: list

        anchors.top: header.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.bottom: input.top
        anchors.bottomMargin: 2 * Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right
        clip: true
        model: root.log
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Log of the incident")

        Keys.onShortcutOverride: event => event.accepted = event.key === Qt.Key_Up || event.key === Qt.Key_Down
        Keys.onUpPressed: list.flick(0, 600)
        Keys.onDownPressed: list.flick(0, -600)
        onMovementEnded: root.atEnd = list.atYEnd
        onCountChanged: settle.restart()
        onContentHeightChanged: settle.restart()
        onHeightChanged: settle.restart()

        ScrollBar.vertical: ScrollBar {
        }

        delegate: LogLine {
            width: list.width
            last: index === list.count - 1
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }
    }

    Timer {
        id: settle

        interval: 0
        onTriggered: root.follow()
    }

    Connections {
        target: root.console.incidents

        function onCurrentIdChanged() {
            root.atEnd = true;
            input.clear();
        }
    }

    TextInputField {
        id: input

        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: 3 * Theme.grid
        enabled: root.console.incidents.card.open && root.console.server.live
        maximumLength: 2000
        placeholderText: root.console.incidents.card.open ? qsTr("Add an entry … (%1)").arg(root.console.keys.keyText("logEntry")) : qsTr("Closed: nothing can be added")
        description: qsTr("Entry for the log")
        onAccepted: root.submit()
        onDismissed: root.leaveInput()
    }
}
