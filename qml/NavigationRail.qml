// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// The pages there are, and the sheet of keys.
Panel {
    id: root

    required property string page
    /// Calls that nobody has acknowledged, and items that somebody hands over.
    property int incidents: 0
    property int handedOver: 0

    signal picked(string page)
    signal helpAsked

    implicitWidth: 64

    Column {
        anchors.top: parent.top
        anchors.topMargin: 2 * Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right

        RailButton {
            width: root.width
            iconName: "desk"
            text: qsTr("Desk")
            keyText: "Ctrl+1"
            checked: root.page === "desk"
            onClicked: root.picked("desk")
        }

        RailButton {
            width: root.width
            iconName: "alerts"
            text: qsTr("Alerts")
            keyText: "Ctrl+4"
            checked: root.page === "alerts"
            onClicked: root.picked("alerts")
        }

        RailButton {
            width: root.width
            iconName: "incidents"
            text: qsTr("Incidents")
            keyText: "Ctrl+5"
            count: root.incidents
            checked: root.page === "incidents"
            onClicked: root.picked("incidents")
        }

        RailButton {
            width: root.width
            iconName: "hardware"
            text: qsTr("Hardware")
            keyText: "Ctrl+7"
            checked: root.page === "hardware"
            onClicked: root.picked("hardware")
        }

        RailButton {
            width: root.width
            iconName: "reports"
            text: qsTr("Handover")
            keyText: "Ctrl+9"
            count: root.handedOver
            checked: root.page === "handover"
            onClicked: root.picked("handover")
        }

        RailButton {
            width: root.width
            iconName: "rules"
            text: qsTr("Rules")
            keyText: "Ctrl+Shift+R"
            checked: root.page === "rules"
            onClicked: root.picked("rules")
        }
    }

    RailButton {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 2 * Theme.grid
        width: root.width
        iconName: "keyboard"
        text: qsTr("Keys")
        keyText: "?"
        onClicked: root.helpAsked()
    }

    Rectangle {
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: 1
        color: Theme.line
    }
}
