// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Tabs, filter bar, a head to sort by, rows. Rows hold still while the pointer is over them.
FocusScope {
    id: root

    required property Console console

    readonly property AlertDesk desk: root.console.alertDesk
    readonly property AlertTable rows: root.desk.table
    readonly property AlertHistory history: root.desk.history
    readonly property ServerStatus server: root.console.server
    readonly property bool past: root.rows.tab === AlertTable.History
    /// A hundredth of the room that the columns share.
    readonly property real unit: Math.max(0, root.width - 28 - 6 * Theme.grid) / 100

    function focusSearch() {
        search.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    /// Esc: the nearest thing that can be taken back.
    function leave() {
        if (root.rows.marked > 0)
            root.rows.clearMarks();
        else if (root.rows.filtered)
            root.rows.clearFilter();
        list.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    SegmentedControl {
        id: tabs

        x: 3 * Theme.grid
        y: 2 * Theme.grid
        width: Math.min(parent.width - 6 * Theme.grid, 720)
        implicitHeight: 30
        description: qsTr("Which alerts")
        segments: [root.desk.tabTexts[0], root.desk.tabTexts[1], root.desk.tabTexts[2], root.desk.tabTexts[3], root.desk.tabTexts[4]]
        currentIndex: root.rows.tab
        onPicked: index => root.rows.tab = index
    }

    Flow {
        id: filters

        anchors.top: tabs.bottom
        anchors.topMargin: 2 * Theme.grid
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        spacing: Theme.grid

        TextInputField {
            id: search

            width: 216
            implicitHeight: 28
            iconName: "search"
            placeholderText: qsTr("Who, code, words /")
            description: qsTr("Search alerts")
            text: root.rows.text
            onTextEdited: root.rows.text = text
            onDismissed: list.forceActiveFocus(Qt.ShortcutFocusReason)
            Keys.onDownPressed: list.forceActiveFocus(Qt.ShortcutFocusReason)
        }

        Repeater {
            model: [qsTr("emergency"), qsTr("critical"), qsTr("warning"), qsTr("info")]

            Chip {
                required property string modelData
                required property int index

                readonly property int ownLevel: AlertListModel.Emergency - index

                implicitHeight: 28
                text: modelData
                checked: root.rows.level === ownLevel
                Accessible.name: qsTr("Only %1").arg(modelData)
                Accessible.checked: checked
                onClicked: root.rows.level = root.rows.level === ownLevel ? -1 : ownLevel
            }
        }

        Repeater {
            model: [qsTr("conditions"), qsTr("events"), qsTr("incidents")]

            Chip {
                required property string modelData
                required property int index

                implicitHeight: 28
                text: modelData
                checked: root.rows.kind === index
                Accessible.name: qsTr("Only %1").arg(modelData)
                Accessible.checked: checked
                onClicked: root.rows.kind = root.rows.kind === index ? -1 : index
            }
        }

        Chip {
            implicitHeight: 28
            text: qsTr("mine")
            checked: root.rows.mine
            Accessible.name: qsTr("Only those that you handle")
            Accessible.checked: checked
            onClicked: root.rows.mine = !root.rows.mine
        }

        Chip {
            implicitHeight: 28
            text: root.rows.simulated === 1 ? qsTr("only simulated") : root.rows.simulated === 0 ? qsTr("not simulated") : qsTr("simulated too")
            checked: root.rows.simulated >= 0
            Accessible.name: qsTr("Simulated alerts: %1").arg(text)
            onClicked: root.rows.simulated = root.rows.simulated === -1 ? 0 : root.rows.simulated === 0 ? 1 : -1
        }

        Chip {
            implicitHeight: 28
            visible: root.rows.source.length > 0
            text: qsTr("%1 ×").arg(root.rows.source)
            checked: true
            Accessible.name: qsTr("Show the alerts of all sources again")
            onClicked: root.rows.source = ""
        }

        PushButton {
            implicitHeight: 28
            visible: root.rows.filtered
            kind: PushButton.Quiet
            text: qsTr("Clear")
            description: qsTr("Show all alerts of this tab again (Esc)")
            onClicked: root.rows.clearFilter()
        }
    }

    Row {
        id: head

        anchors.top: filters.bottom
        anchors.topMargin: Theme.grid
        x: 3 * Theme.grid + 28
        height: 28

        AlertHead {
            width: root.unit * 17
            text: qsTr("State")
            rows: root.rows
            column: AlertTable.State
        }

        AlertHead {
            width: root.unit * 9
            text: qsTr("Level")
            rows: root.rows
            column: AlertTable.Level
        }

        AlertHead {
            width: root.unit * 24
            text: qsTr("What")
            rows: root.rows
            column: AlertTable.What
        }

        AlertHead {
            width: root.unit * 13
            text: qsTr("Who")
            rows: root.rows
            column: AlertTable.Who
        }

        AlertHead {
            width: root.unit * 13
            text: qsTr("Value")
            rows: root.rows
            column: AlertTable.Value
        }

        AlertHead {
            width: root.unit * 9
            text: root.past ? qsTr("Lasted") : qsTr("Age")
            rows: root.rows
            column: AlertTable.Age
        }

        AlertHead {
            width: root.unit * 6
            text: qsTr("No.")
            rows: root.rows
            column: AlertTable.Occurrences
        }

        AlertHead {
            width: root.unit * 9
            text: qsTr("Owner")
            rows: root.rows
            column: AlertTable.Owner
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
        anchors.bottom: older.top
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
        currentIndex: root.rows.rowOf(root.desk.detail.alertId)
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Alert table")

        Keys.onPressed: event => root.press(event)
        onCurrentIndexChanged: if (list.currentIndex >= 0)
            list.positionViewAtIndex(list.currentIndex, ListView.Contain)
        onAtYEndChanged: if (list.atYEnd && root.past && list.count > 0)
            root.history.more()

        ScrollBar.vertical: ScrollBar {
        }

        HoverHandler {
            onHoveredChanged: root.rows.held = hovered
        }

        delegate: AlertTableRow {
            width: list.width
            unit: root.unit
            selected: alertId === root.desk.detail.alertId
            onPicked: id => {
                list.forceActiveFocus(Qt.MouseFocusReason);
                root.rows.clearMarks();
                root.desk.pick(id);
            }
            onMarkAsked: id => root.rows.toggleMark(id)
            onMarkToAsked: id => root.rows.markTo(id)
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }

        CursorKeys {
            target: list
            current: list.currentIndex
            count: list.count
            onMoved: (row, rows, extend) => root.desk.move(rows, extend)
        }
    }

    Item {
        id: older

        anchors.bottom: parent.bottom
        width: parent.width
        height: visible ? 44 : 0
        visible: root.past && list.count > 0

        HLine {
            width: parent.width
        }

        TextLabel {
            anchors.centerIn: parent
            visible: root.history.loading || root.history.complete
            text: root.history.loading ? qsTr("Fetching older ones …") : qsTr("That is all that the archive has.")
            color: Theme.text2
        }

        PushButton {
            anchors.centerIn: parent
            implicitHeight: 28
            visible: !root.history.loading && !root.history.complete
            text: root.history.problem.length > 0 ? qsTr("%1 Try again").arg(root.history.problem) : qsTr("Older ones")
            onClicked: root.history.more()
        }
    }

    EmptyState {
        anchors.fill: list
        visible: list.count === 0
        trouble: !root.server.live || (root.past && root.history.problem.length > 0)
        title: !root.server.live && !root.server.pictured ? root.server.absenceTitle : root.past && root.history.loading ? qsTr("Fetching what was …") : root.past && root.history.problem.length > 0 ? qsTr("The history did not come") : root.rows.filtered ? qsTr("No alert here matches the filter") : [qsTr("Nothing is active"), qsTr("Nothing is shelved"), qsTr("Nothing is suppressed"), qsTr("Nothing is out of service"), qsTr("Nothing has been closed yet")][root.rows.tab]
        detail: !root.server.live ? root.server.absenceText : root.past && root.history.problem.length > 0 ? root.history.problem : root.rows.filtered ? "" : [qsTr("Every condition is normal, or set aside. New alerts appear here and in the queue."), qsTr("%1 shelves the selected alert for a while.").arg(root.console.keys.keyText("shelve")), qsTr("Alerts that another one explains stand here while it is open."), qsTr("Alerts of what is being worked on stand here until it is back."), qsTr("Closed alerts stand here, the newest on top.")][root.rows.tab]

        PushButton {
            visible: root.rows.filtered
            text: qsTr("Show all")
            onClicked: root.rows.clearFilter()
        }

        PushButton {
            visible: root.past && root.history.problem.length > 0
            text: qsTr("Try again")
            onClicked: root.history.more()
        }
    }

    function press(event) {
        event.accepted = true;
        if (event.key === Qt.Key_Space)
            root.rows.toggleMark(root.desk.detail.alertId);
        else if (event.key === Qt.Key_A && (event.modifiers & Qt.ControlModifier))
            root.rows.markAll();
        else
            event.accepted = false;
    }
}
