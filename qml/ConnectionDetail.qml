// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The selected connection: all that is known of it, and what may be done. Disconnecting is asked for once more.
Item {
    id: root

    required property ConnectionDesk connections

    property bool asked: false
    readonly property string selectedId: root.connections.selectedId

    onSelectedIdChanged: root.asked = false

    PanelHeader {
        id: header

        width: parent.width
        visible: root.selectedId.length > 0
        title: root.connections.selectedTitle
        detail: root.connections.selectedOpen ? "" : qsTr("has gone")
    }

    ListView {
        id: list

        anchors.top: header.bottom
        anchors.bottom: actions.top
        anchors.bottomMargin: 2 * Theme.grid
        width: parent.width
        visible: root.selectedId.length > 0
        clip: true
        opacity: root.connections.selectedOpen ? 1 : 0.6
        model: root.connections.facts
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        topMargin: Theme.grid
        Accessible.role: Accessible.List
        Accessible.name: qsTr("About the selected connection")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: FactRow {
            width: list.width
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }
    }

    Flow {
        id: actions

        anchors.bottom: parent.bottom
        anchors.bottomMargin: 3 * Theme.grid
        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        visible: root.selectedId.length > 0
        spacing: 2 * Theme.grid

        TextInputField {
            id: reason

            width: parent.width
            visible: root.asked
            maximumLength: 100
            placeholderText: qsTr("Why (the client is told)")
            onDismissed: root.asked = false
            onAccepted: confirm.clicked()
        }

        PushButton {
            id: confirm

            visible: root.asked
            kind: PushButton.Danger
            text: qsTr("Disconnect %1").arg(root.selectedId)
            onClicked: {
                root.connections.disconnectSelected(reason.text);
                root.asked = false;
            }
        }

        PushButton {
            visible: root.asked
            text: qsTr("Not now")
            onClicked: root.asked = false
        }

        PushButton {
            visible: !root.asked
            enabled: root.connections.selectedOpen
            text: qsTr("Inspect its frames")
            onClicked: root.connections.inspector.inspect(root.selectedId)
        }

        PushButton {
            visible: !root.asked
            enabled: root.connections.selectedOpen
            text: qsTr("Disconnect …")
            onClicked: {
                reason.clear();
                root.asked = true;
                reason.forceActiveFocus(Qt.OtherFocusReason);
            }
        }
    }

    EmptyState {
        anchors.fill: parent
        visible: root.selectedId.length === 0
        title: qsTr("No connection is selected")
        detail: qsTr("Rates, quality and subscriptions of one\nstand here.")
    }
}
