// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Every incident: open ones first, then those that are closed, the oldest from the archive. Up and Down move, Enter opens.
Panel {
    id: root

    required property Console console

    readonly property IncidentDesk desk: root.console.incidents
    readonly property IncidentListModel incidents: root.desk.list

    /// Enter was pressed on the selected one.
    signal opened

    function focusList() {
        list.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("Incidents")
        detail: root.incidents.openCount > 0 ? qsTr("%1 open · %2 waiting").arg(root.incidents.openCount).arg(root.incidents.waitingCount) : qsTr("none open")
    }

    ListView {
        id: list

        anchors.top: header.bottom
        anchors.bottom: older.visible ? older.top : parent.bottom
        anchors.bottomMargin: older.visible ? 2 * Theme.grid : 0
        anchors.left: parent.left
        anchors.right: parent.right
        clip: true
        focus: true
        opacity: root.console.server.live ? 1 : 0.6
        model: root.incidents
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        currentIndex: root.desk.currentId.length > 0 && root.incidents.count > 0 ? root.incidents.rowOf(root.desk.currentId) : -1
        highlightFollowsCurrentItem: false
        keyNavigationEnabled: false
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Incidents")

        Keys.onReturnPressed: root.opened()
        Keys.onEnterPressed: root.opened()

        ScrollBar.vertical: ScrollBar {
        }

        section.property: "section"
        delegate: IncidentRow {
            width: list.width
            headed: ListView.section !== ListView.previousSection
            selected: alertId === root.desk.currentId
            onPicked: id => root.desk.open(id)
        }

        FocusRing {
            z: 2
            shown: list.activeFocus
            radius: 0
        }

        CursorKeys {
            target: list
            current: list.currentIndex
            count: list.count
            onMoved: (row, rows) => root.desk.move(rows)
        }
    }

    PushButton {
        id: older

        anchors.bottom: parent.bottom
        anchors.bottomMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        visible: root.incidents.more && root.console.server.live
        enabled: !root.incidents.loading
        text: root.incidents.loading ? qsTr("asking the archive …") : root.incidents.problem.length > 0 ? qsTr("Ask the archive again") : qsTr("Older incidents")
        description: root.incidents.problem.length > 0 ? root.incidents.problem : qsTr("Closed incidents of the archive, a page at a time")
        onClicked: root.incidents.loadMore()
    }

    EmptyState {
        anchors.fill: list
        anchors.bottomMargin: list.height / 2
        visible: list.count === 0
        trouble: !root.console.server.live
        title: root.console.server.live ? qsTr("Nobody calls for help") : root.console.server.absenceTitle
        detail: root.console.server.live ? qsTr("Calls appear here. Closed ones of earlier days are in the archive.") : root.console.server.absenceText
    }
}
