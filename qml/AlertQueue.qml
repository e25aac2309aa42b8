// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// What needs somebody, most urgent first. A press selects; `A` or the row's button acknowledges.
/// Rows hold still while the pointer moves over them or keys move the cursor; new ones are counted in a
/// bar in the header, so that nothing shifts. The hold ends by itself when neither moved for five seconds.
Panel {
    id: root

    required property Console console

    readonly property AlertQueueModel queue: root.console.queue
    readonly property ServerStatus server: root.console.server
    readonly property string asOf: !root.server.live && root.server.pictured ? qsTr(" · as of %1").arg(root.server.lastLiveText) : ""
    readonly property string aside: root.queue.setAside > 0 ? qsTr(" · %1 set aside").arg(root.queue.setAside) : ""
    /// One phase for all rows, so that they flash together: once a second, well below three (WCAG 2.3.1).
    property int phase: 0
    readonly property bool flashOn: root.phase % 2 === 0
    readonly property bool slowFlashOn: root.phase < 2
    /// The pointer moved over the rows or a key moved the cursor a moment ago. Not the timer's `running`: a restart
    /// drops that for an instant, and the rows would jump.
    property bool held: false

    function touch() {
        hold.restart();
        root.held = true;
    }

    /// Enter was pressed on the selected row.
    signal opened

    onHeldChanged: root.queue.held = root.held

    Timer {
        id: hold

        interval: 5000
        onTriggered: root.held = false
    }

    Timer {
        id: flash

        interval: 500
        repeat: true
        running: root.visible && root.queue.waiting > 0 && !Theme.reducedMotion
        onTriggered: root.phase = (root.phase + 1) % 4
        onRunningChanged: root.phase = 0
    }

    Timer {
        id: settle

        interval: 0
        onTriggered: root.showFromTop()
    }

    Connections {
        target: root.queue

        // Rows go or come in one piece: what is urgent stands above them. Later, when the view has laid them out.
        function onFloodChanged() {
            settle.restart();
        }
    }

    Connections {
        target: root.console.keys

        function onTriggered(actionId) {
            if (actionId === "next" || actionId === "previous" || actionId === "acknowledge")
                root.touch();
        }
    }

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("Alerts")
        detail: root.queue.waiting + root.queue.acknowledged > 0 ? qsTr("%1 waiting · %2 acknowledged").arg(root.queue.waiting).arg(root.queue.acknowledged) + root.aside + root.asOf : root.aside.length > 0 ? root.aside.slice(3) + root.asOf : ""

        HeldBackBar {
            count: root.queue.heldBack
            level: root.queue.heldBackLevel + 1
            lit: root.flashOn
            onClicked: root.queue.showHeldBack()
        }

        Chip {
            visible: root.queue.levelFilter >= 0
            checked: true
            text: [qsTr("info only ×"), qsTr("warning only ×"), qsTr("critical only ×"), qsTr("emergency only ×")][Math.max(0, root.queue.levelFilter)]
            Accessible.name: qsTr("Show all levels again")
            onClicked: root.queue.levelFilter = -1
        }
    }

    ListView {
        id: list

        anchors.top: header.bottom
        anchors.bottom: flood.top
        anchors.left: parent.left
        anchors.right: parent.right
        clip: true
        opacity: root.server.live ? 1 : 0.6
        model: root.queue
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        currentIndex: root.queue.rowOf(root.console.selectedAlertId)
        highlightFollowsCurrentItem: false
        keyNavigationEnabled: false
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Alerts")

        Keys.onPressed: event => {
            root.touch();
            event.accepted = false;
        }
        Keys.onReturnPressed: root.opened()
        Keys.onEnterPressed: root.opened()
        onCurrentIndexChanged: root.showCurrent()
        onHeightChanged: root.showFromTop()
        onCountChanged: if (!root.held && root.queue.rowOf(root.console.selectedAlertId) < 0)
            settle.restart()

        ScrollBar.vertical: ScrollBar {
        }

        delegate: AlertRow {
            width: list.width
            selected: alertId === root.console.selectedAlertId
            lit: root.flashOn
            slowLit: root.slowFlashOn
            keyText: root.console.keys.keyText("acknowledge")
            onPicked: id => root.console.selectAlert(id)
            onAcknowledgeAsked: id => root.console.acknowledge(id)
        }

        HoverHandler {
            id: pointer

            onPointChanged: root.touch()
            onHoveredChanged: root.held = pointer.hovered
        }

        FocusRing {
            z: 2
            shown: list.activeFocus
            radius: 0
        }
    }

    FloodBar {
        id: flood

        anchors.bottom: parent.bottom
        width: parent.width
        queue: root.queue
    }

    EmptyState {
        anchors.fill: list
        visible: list.count === 0
        // An empty list says that nothing is wrong: never while nothing could come.
        trouble: !root.server.live
        title: !root.server.live ? root.server.absenceTitle : root.queue.levelFilter >= 0 ? qsTr("Nothing of this level is open") : qsTr("Nothing needs you")
        detail: !root.server.live ? qsTr("New alerts do not arrive here. %1").arg(root.server.absenceText) : root.queue.levelFilter >= 0 ? "" : qsTr("New alerts appear here, the most urgent on top. %1 acknowledges the selected one.").arg(root.console.keys.keyText("acknowledge"))

        PushButton {
            visible: root.queue.levelFilter >= 0
            text: qsTr("Show all levels")
            onClicked: root.queue.levelFilter = -1
        }
    }

    /// The top is where it matters; the selected row stays in sight.
    function showFromTop() {
        list.positionViewAtBeginning();
        root.showCurrent();
    }

    /// Not before the list has its room: a list without height would scroll everything above away.
    function showCurrent() {
        // Not currentIndex: when the selected row goes, the list puts that on another one.
        if (list.height > 0 && root.queue.rowOf(root.console.selectedAlertId) >= 0)
            list.positionViewAtIndex(root.queue.rowOf(root.console.selectedAlertId), ListView.Contain);
    }
}
