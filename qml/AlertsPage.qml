// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// All alerts, also those that were set aside or are over; one of them closer; the queue as a strip that opens.
FocusScope {
    id: root

    required property Console console

    readonly property AlertDesk desk: root.console.alertDesk

    function act(actionId: string) {
        switch (actionId) {
        case "keySheet":
            sheet.open();
            break;
        case "search":
            table.focusSearch();
            break;
        case "queueStrip":
            strip.open = !strip.open;
            break;
        case "clear":
            sheet.opened ? sheet.close() : table.leave();
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

    Binding {
        target: root.desk
        property: "shown"
        value: root.visible
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
                title: qsTr("Alerts")
                detail: root.console.server.live ? "" : qsTr("as of %1").arg(root.console.server.lastLiveText)

                PushButton {
                    implicitHeight: 28
                    kind: PushButton.Quiet
                    text: qsTr("Export figures …")
                    description: qsTr("Save all figures as CSV or JSON; noted in the audit")
                    onClicked: root.desk.exportKpis()
                }

                PushButton {
                    implicitHeight: 28
                    kind: PushButton.Quiet
                    text: qsTr("Export …")
                    description: qsTr("Save what the table shows as CSV or JSON; noted in the audit")
                    onClicked: root.desk.exportTable()
                }
            }

            KpiStrip {
                id: kpis

                anchors.top: header.bottom
                width: parent.width
                desk: root.desk
                opacity: root.console.server.live ? 1 : 0.6
            }

            AlertTablePanel {
                id: table

                anchors.top: kpis.bottom
                anchors.bottom: bulk.top
                width: parent.width
                focus: true
                console: root.console
            }

            BulkBar {
                id: bulk

                anchors.bottom: bars.top
                width: parent.width
                desk: root.desk
                keys: root.console.keys
            }

            AlertBars {
                id: bars

                anchors.bottom: parent.bottom
                width: parent.width
                actions: root.desk.actions
                keys: root.console.keys
            }

            NoticeLine {
                anchors.horizontalCenter: parent.horizontalCenter
                anchors.bottom: bulk.top
                anchors.bottomMargin: 4 * Theme.grid
                notices: root.console.notices
            }
        }

        AlertDetailPanel {
            console: root.console
            T.SplitView.preferredWidth: Math.round(Math.max(380, Math.min(520, root.width * 0.29)))
            T.SplitView.minimumWidth: 320
            T.SplitView.maximumWidth: root.width * 0.5
        }

        AlertStrip {
            id: strip

            console: root.console
            T.SplitView.preferredWidth: strip.implicitWidth
            T.SplitView.minimumWidth: strip.open ? 280 : strip.implicitWidth
            T.SplitView.maximumWidth: strip.open ? root.width * 0.4 : strip.implicitWidth
        }
    }

    KeySheet {
        id: sheet

        parent: middle
        keys: root.console.keys
    }
}
