// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// What the server is connected to: its own adapters, and everybody who is connected to it. The alert queue stays on the right.
FocusScope {
    id: root

    required property Console console
    property int tab: 1

    /// Enter was pressed on an alert in the queue: that one closer.
    signal alertOpened

    function act(actionId: string) {
        switch (actionId) {
        case "keySheet":
            sheet.open();
            break;
        case "search":
            root.tab = 1;
            table.focusSearch();
            break;
        case "clear":
            sheet.opened ? sheet.close() : table.leaveSearch();
            break;
        }
    }

    Connections {
        target: root.console.keys
        enabled: root.visible

        function onTriggered(actionId) {
            root.act(actionId);
        }
    }

    T.SplitView {
        anchors.fill: parent
        orientation: Qt.Horizontal
        handle: SplitHandle {
        }

        Panel {
            id: middle

            T.SplitView.fillWidth: true
            T.SplitView.minimumWidth: 560

            PanelHeader {
                id: header

                width: parent.width
                title: qsTr("Hardware")
                detail: root.tab === 0 ? qsTr("%1 adapters").arg(root.console.server.adapters.count) : qsTr("%1 connections").arg(root.console.connections.totalText)

                SegmentedControl {
                    anchors.verticalCenter: parent.verticalCenter
                    implicitWidth: 260
                    description: qsTr("What to show")
                    segments: [qsTr("Adapters"), qsTr("Connections")]
                    currentIndex: root.tab
                    onPicked: index => root.tab = index
                }
            }

            AdapterTable {
                anchors.top: header.bottom
                anchors.bottom: parent.bottom
                width: parent.width
                visible: root.tab === 0
                server: root.console.server
            }

            T.SplitView {
                anchors.top: header.bottom
                anchors.bottom: parent.bottom
                width: parent.width
                visible: root.tab === 1
                orientation: Qt.Vertical
                handle: SplitHandle {
                    vertical: true
                }

                T.SplitView {
                    orientation: Qt.Horizontal
                    T.SplitView.fillHeight: true
                    T.SplitView.minimumHeight: 180
                    handle: SplitHandle {
                    }

                    ConnectionTable {
                        id: table

                        focus: true
                        server: root.console.server
                        connections: root.console.connections
                        T.SplitView.fillWidth: true
                        T.SplitView.minimumWidth: 360
                    }

                    ConnectionDetail {
                        connections: root.console.connections
                        T.SplitView.preferredWidth: Math.round(Math.max(280, Math.min(380, root.width * 0.22)))
                        T.SplitView.minimumWidth: 240
                    }
                }

                ConnectionTools {
                    connections: root.console.connections
                    T.SplitView.preferredHeight: Math.round(Math.max(260, root.height * 0.44))
                    T.SplitView.minimumHeight: 160
                }
            }
        }

        AlertQueue {
            console: root.console
            onOpened: root.alertOpened()
            T.SplitView.preferredWidth: Math.round(Math.max(340, Math.min(520, root.width * 0.23)))
            T.SplitView.minimumWidth: 280
            T.SplitView.maximumWidth: root.width * 0.4
        }
    }

    KeySheet {
        id: sheet

        parent: middle
        keys: root.console.keys
    }
}
