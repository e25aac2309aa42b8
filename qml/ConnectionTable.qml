// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Every connection: search, a head to sort by, rows. Rows hold still while the pointer is over them.
FocusScope {
    id: root

    required property ServerStatus server
    required property ConnectionDesk connections

    readonly property ConnectionFilterModel rows: root.connections.rows
    /// Where the columns begin, by the width there is.
    readonly property real unit: Math.max(0, root.width - 6 * Theme.grid) / 100

    function focusSearch() {
        search.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    function leaveSearch() {
        root.rows.search = "";
        list.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    TextInputField {
        id: search

        anchors.top: parent.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: 3 * Theme.grid
        iconName: "search"
        placeholderText: qsTr("Search dialect, user, address, path")
        description: qsTr("Search connections")
        text: root.rows.search
        onTextEdited: root.rows.search = text
        onDismissed: root.leaveSearch()
        Keys.onDownPressed: list.forceActiveFocus()
    }

    Row {
        id: head

        anchors.top: search.bottom
        anchors.topMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        height: 28

        SortHead {
            width: root.unit * 20
            text: qsTr("Dialect")
            rows: root.rows
            column: ConnectionFilterModel.Dialect
        }

        SortHead {
            width: root.unit * 15
            text: qsTr("User")
            rows: root.rows
            column: ConnectionFilterModel.User
        }

        SortHead {
            width: root.unit * 15
            text: qsTr("Address")
            rows: root.rows
            column: ConnectionFilterModel.Address
        }

        SortHead {
            width: root.unit * 8
            text: qsTr("Age")
            rows: root.rows
            column: ConnectionFilterModel.Age
        }

        SortHead {
            width: root.unit * 6
            text: qsTr("Subs")
            rows: root.rows
            column: ConnectionFilterModel.Subscriptions
        }

        SortHead {
            width: root.unit * 8
            text: qsTr("In")
            rows: root.rows
            column: ConnectionFilterModel.In
        }

        SortHead {
            width: root.unit * 8
            text: qsTr("Out")
            rows: root.rows
            column: ConnectionFilterModel.Out
        }

        SortHead {
            width: root.unit * 9
            text: qsTr("Trip")
            rows: root.rows
            column: ConnectionFilterModel.RoundTrip
        }

        SortHead {
            width: root.unit * 11
            text: qsTr("Quality")
            rows: root.rows
            column: ConnectionFilterModel.Quality
        }
    }

    HLine {
        anchors.top: head.bottom
        width: parent.width
    }

    ListView {
        id: list

        anchors.top: head.bottom
        anchors.topMargin: 1
        anchors.bottom: parent.bottom
        width: parent.width
        clip: true
        focus: true
        opacity: root.server.live ? 1 : 0.6
        model: root.rows
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        reuseItems: true
        keyNavigationEnabled: false
        highlightFollowsCurrentItem: false
        currentIndex: root.rows.rowOf(root.connections.selectedId)
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Connections")

        ScrollBar.vertical: ScrollBar {
        }

        HoverHandler {
            onHoveredChanged: root.rows.held = hovered
        }

        delegate: ConnectionRow {
            width: list.width
            unit: root.unit
            selected: clientId === root.connections.selectedId
            onPicked: id => root.connections.select(id)
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }

        CursorKeys {
            target: list
            current: list.currentIndex
            count: list.count
            onMoved: row => root.connections.select(root.rows.clientIdAt(row))
        }
    }

    EmptyState {
        anchors.fill: list
        visible: list.count === 0
        trouble: !root.server.live
        title: !root.server.live ? root.server.absenceTitle : root.rows.search.length > 0 ? qsTr("No connection matches “%1”").arg(root.rows.search) : root.connections.told ? qsTr("Nobody is connected") : qsTr("Asking the server …")
        detail: !root.server.live ? root.server.absenceText : root.rows.search.length === 0 && root.connections.told ? qsTr("Vehicles, phones, devices and consoles\nconnect to %1").arg(root.server.addressText) : ""
    }
}
