// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The dispatcher's window: top bar, rail, page. Everything it shows comes from `console`.
T.ApplicationWindow {
    id: root

    required property Console console
    /// Lower-case name of the page: "desk", "alerts", "incidents", "hardware", "handover".
    property string page: "desk"
    /// A city to lay over the base map (CityOverlay's JSON, a local file or resource); empty for none.
    property url mapOverlay: ""
    /// Theme.Dark, Theme.Light or Theme.Contrast.
    property int scheme: Theme.Dark
    /// Nothing flashes or slides.
    property bool reducedMotion: false

    width: 1440
    height: 900
    minimumWidth: 1120
    minimumHeight: 640
    visible: true
    title: !root.console.server.live ? qsTr("Tocsin – not connected") : root.console.queue.waiting > 0 ? qsTr("(%1) Tocsin").arg(root.console.queue.waiting) : qsTr("Tocsin")
    color: Theme.bg0

    Binding {
        target: Theme
        property: "scheme"
        value: root.scheme
    }

    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.reducedMotion
    }

    TopBar {
        id: topBar

        anchors.left: parent.left
        anchors.right: parent.right
        console: root.console
        onHandoverAsked: root.page = "handover"
    }

    AwayBar {
        id: away

        anchors.top: topBar.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        server: root.console.server
        pending: root.console.pending
    }

    NavigationRail {
        id: rail

        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        page: root.page
        incidents: root.console.incidents.list.waitingCount
        handedOver: root.console.incidents.handover.incoming.count
        onPicked: page => root.page = page
        onHelpAsked: root.console.keys.trigger("keySheet")
    }

    DeskPage {
        id: desk

        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        anchors.right: parent.right
        console: root.console
        mapOverlay: root.mapOverlay
        visible: root.page === "desk"
        onAlertOpened: root.page = "alerts"
        focus: visible
    }

    HardwarePage {
        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        anchors.right: parent.right
        console: root.console
        visible: root.page === "hardware"
        onAlertOpened: root.page = "alerts"
        focus: visible
    }

    Loader {
        id: incidents

        readonly property bool chatInSight: (incidents.item as IncidentsPage)?.chatInSight ?? false

        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        anchors.right: parent.right
        active: root.page === "incidents"
        visible: active
        focus: active
        // By its file: Qt 6.4 cannot make a bound component in a Loader.
        Component.onCompleted: incidents.setSource("IncidentsPage.qml", {
            "console": root.console,
            "mapOverlay": root.mapOverlay,
            "focus": true
        })
    }

    RulesPage {
        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        anchors.right: parent.right
        console: root.console
        visible: root.page === "rules"
        focus: visible
    }

    HandoverPage {
        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        anchors.right: parent.right
        console: root.console
        visible: root.page === "handover"
        focus: visible
    }

    // One conversation, on whichever page it is.
    Binding {
        target: root.console.chat
        property: "shown"
        value: root.active && (desk.chatInSight || incidents.chatInSight)
    }

    // What cannot be seen was not shown: the desk tells the caller who has seen the call.
    Binding {
        target: root.console.incidents
        property: "showing"
        value: root.visible && root.visibility !== Window.Minimized
    }

    AlertsPage {
        anchors.top: away.bottom
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        anchors.right: parent.right
        console: root.console
        visible: root.page === "alerts"
        focus: visible
    }

    // Of whatever page: what an action on alerts asks, and what it left to say. Never over the queue.
    AlertQuestionPopup {
        parent: root.contentItem
        actions: root.console.alertDesk.actions
        x: rail.width + 6 * Theme.grid
        y: Math.round(Math.max(topBar.height, (root.height - height) / 2))
    }

    AlertBars {
        anchors.bottom: parent.bottom
        anchors.left: rail.right
        width: Math.round(root.width * 0.5)
        visible: root.page !== "alerts"
        actions: root.console.alertDesk.actions
        keys: root.console.keys
    }

    Binding {
        target: root.console.alertDesk.actions
        property: "attended"
        value: root.active
    }

    // The server tells of its connections only while they are looked at.
    Binding {
        target: root.console.connections
        property: "watching"
        value: root.page === "hardware"
    }

    Binding {
        target: root.console.keys
        property: "textFocus"
        value: root.activeFocusItem instanceof TextInput || root.activeFocusItem instanceof TextEdit
    }

    Connections {
        target: root.console.keys

        function onTriggered(actionId) {
            if (actionId === "deskPage")
                root.page = "desk";
            else if (actionId === "incidentsPage")
                root.page = "incidents";
            else if (actionId === "handoverPage")
                root.page = "handover";
            else if (actionId === "alertsPage")
                root.page = "alerts";
            else if (actionId === "hardwarePage")
                root.page = "hardware";
            else if (actionId === "rulesPage")
                root.page = "rules";
        }
    }

    Instantiator {
        model: root.console.keys

        Shortcut {
            id: shortcut

            required property string actionId
            required property bool actionEnabled
            required sequences

            enabled: shortcut.actionEnabled
            onActivated: root.console.keys.trigger(shortcut.actionId)
            onActivatedAmbiguously: root.console.keys.trigger(shortcut.actionId)
        }
    }
}
