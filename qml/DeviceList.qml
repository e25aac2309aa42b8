// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Every device: search, state filter, list. Enter or a press selects.
Panel {
    id: root

    required property Console console

    /// The operator wants to see the device on the map.
    signal showAsked(string deviceId)

    readonly property DeviceFilterModel devices: root.console.deviceList
    readonly property ServerStatus server: root.console.server

    readonly property bool searching: search.activeFocus || root.devices.search.length > 0

    /// The text first, then the keyboard.
    function leaveSearch() {
        root.devices.search = "";
        list.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    function focusSearch() {
        search.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("Devices")
        detail: root.devices.silentCount > 0 ? qsTr("%1 · %2 silent").arg(root.devices.allCount).arg(root.devices.silentCount) : root.devices.allCount
    }

    TextInputField {
        id: search

        anchors.top: header.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: 3 * Theme.grid
        iconName: "search"
        placeholderText: qsTr("Search name, IMEI, tag")
        description: qsTr("Search devices")
        text: root.devices.search
        onTextEdited: root.devices.search = text
        onDismissed: root.leaveSearch()
        Keys.onDownPressed: list.forceActiveFocus()
        onAccepted: root.console.selectDevice(root.devices.deviceIdAt(0))

        KeyHint {
            anchors.right: parent.right
            anchors.rightMargin: 2 * Theme.grid
            anchors.verticalCenter: parent.verticalCenter
            visible: !search.activeFocus && search.length === 0
            text: root.console.keys.keyText("search")
        }
    }

    SegmentedControl {
        id: filter

        anchors.top: search.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: 3 * Theme.grid
        anchors.topMargin: 2 * Theme.grid
        description: qsTr("Which devices")
        segments: [qsTr("All"), root.devices.alertingCount > 0 ? qsTr("Alerting %1").arg(root.devices.alertingCount) : qsTr("Alerting"), root.devices.silentCount > 0 ? qsTr("Silent %1").arg(root.devices.silentCount) : qsTr("Silent")]
        currentIndex: root.devices.filter
        onPicked: index => root.devices.filter = index
    }

    ListView {
        id: list

        anchors.top: filter.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        clip: true
        opacity: root.server.live ? 1 : 0.6
        model: root.devices
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        currentIndex: root.devices.rowOf(root.console.selectedDeviceId)
        highlightFollowsCurrentItem: false
        keyNavigationEnabled: false
        reuseItems: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Devices")

        Keys.onReturnPressed: root.showAsked(root.console.selectedDeviceId)
        Keys.onEnterPressed: root.showAsked(root.console.selectedDeviceId)
        onCurrentIndexChanged: root.showCurrent()
        onHeightChanged: root.showFromTop()

        ScrollBar.vertical: ScrollBar {
        }

        delegate: DeviceRow {
            width: list.width
            selected: deviceId === root.console.selectedDeviceId
            onPicked: id => root.console.selectDevice(id)
            onShowAsked: id => root.showAsked(id)
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }

        CursorKeys {
            target: list
            current: list.currentIndex
            count: list.count
            onMoved: row => root.console.selectDevice(root.devices.deviceIdAt(row))
        }
    }

    EmptyState {
        anchors.fill: list
        visible: list.count === 0 && root.console.devices.count === 0
        trouble: !root.server.live
        title: root.server.live ? qsTr("No device has reported yet") : root.server.absenceTitle
        detail: !root.server.live ? root.server.absenceText : root.server.addresses.length > 0 ? qsTr("Vehicles and phones connect to\nws://%1\n/ws/telemetry/ID\n\nA GPS receiver: --serial\nA living city: --demo").arg(root.server.addresses[0]) : qsTr("The server is not listening.\n\nFor vehicles and phones: --listen\nA GPS receiver: --serial\nA living city: --demo")
    }

    EmptyState {
        anchors.fill: list
        visible: list.count === 0 && root.console.devices.count > 0
        title: root.devices.search.length > 0 ? qsTr("No device matches “%1”").arg(root.devices.search) : root.devices.filter === DeviceFilterModel.Alerting ? qsTr("No device has an open alert") : qsTr("No device is silent")
        trouble: !root.server.live
        detail: root.devices.search.length > 0 && root.server.live ? qsTr("The search looks in names, ids, classes and tags.") : root.server.absenceText

        PushButton {
            text: qsTr("Show all devices")
            onClicked: root.showAll()
        }
    }

    function showAll() {
        root.devices.search = "";
        root.devices.filter = DeviceFilterModel.All;
    }

    /// The top is where it matters; the selected row stays in sight.
    function showFromTop() {
        list.positionViewAtBeginning();
        root.showCurrent();
    }

    /// Not before the list has its room: a list without height would scroll everything above away.
    function showCurrent() {
        if (list.height > 0)
            list.positionViewAtIndex(list.currentIndex, ListView.Contain);
    }
}
