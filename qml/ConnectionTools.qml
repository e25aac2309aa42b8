// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Below the connections: what goes over them, a client of one's own, and which went last.
Item {
    id: root

    required property ConnectionDesk connections

    property int tool: 0

    Connections {
        target: root.connections.inspector

        function onRunningChanged() {
            root.tool = root.connections.inspector.running ? 0 : root.tool;
        }
    }

    SegmentedControl {
        id: tabs

        x: 3 * Theme.grid
        y: 2 * Theme.grid
        implicitWidth: 400
        description: qsTr("Tools")
        segments: [qsTr("Frame inspector"), qsTr("Test client"), qsTr("Last closed")]
        currentIndex: root.tool
        onPicked: index => root.tool = index
    }

    Item {
        anchors.top: tabs.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.bottom: parent.bottom
        width: parent.width

        InspectorPanel {
            anchors.fill: parent
            visible: root.tool === 0
            inspector: root.connections.inspector
        }

        TestClientPanel {
            anchors.fill: parent
            visible: root.tool === 1
            tester: root.connections.tester
        }

        ListView {
            id: closed

            anchors.fill: parent
            visible: root.tool === 2
            clip: true
            model: root.connections.closed
            boundsBehavior: Flickable.StopAtBounds
            activeFocusOnTab: true
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Connections that ended")

            ScrollBar.vertical: ScrollBar {
            }

            delegate: FactRow {
                width: closed.width
            }

            FocusRing {
                shown: closed.activeFocus
                radius: 0
            }
        }

        EmptyState {
            anchors.fill: parent
            visible: root.tool === 2 && closed.count === 0
            title: qsTr("No connection has ended yet")
        }
    }
}
