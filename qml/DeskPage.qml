// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Models

/// The start page: devices, map, alert queue and chat, the selected device's numbers. Every border can be moved.
FocusScope {
    id: root

    required property Console console
    /// A city to lay over the base map; empty for none.
    property url mapOverlay: ""
    readonly property bool chatInSight: chat.inSight

    /// Enter was pressed on an alert in the queue that is no person's: that one closer.
    signal alertOpened

    Connections {
        target: root.console.keys
        enabled: root.visible

        function onTriggered(actionId) {
            root.act(actionId);
        }
    }

    T.SplitView {
        id: columns

        anchors.fill: parent
        orientation: Qt.Horizontal
        handle: SplitHandle {
        }

        DeviceList {
            id: devices

            console: root.console
            onShowAsked: id => map.showDevice(id)
            T.SplitView.preferredWidth: Math.round(Math.max(236, Math.min(320, root.width * 0.16)))
            T.SplitView.minimumWidth: 200
            T.SplitView.maximumWidth: root.width * 0.4
        }

        T.SplitView {
            id: middle

            orientation: Qt.Vertical
            T.SplitView.fillWidth: true
            T.SplitView.minimumWidth: 360
            handle: SplitHandle {
                vertical: true
            }

            DeskMap {
                id: map

                console: root.console
                overlay: root.mapOverlay
                T.SplitView.fillHeight: true
                T.SplitView.minimumHeight: 180
            }

            DeviceStrip {
                id: strip

                console: root.console
                onShowAsked: id => map.showDevice(id)
                T.SplitView.preferredHeight: Math.round(Math.max(304, Math.min(560, root.height * 0.42)))
                T.SplitView.minimumHeight: 160
            }
        }

        T.SplitView {
            orientation: Qt.Vertical
            T.SplitView.preferredWidth: Math.round(Math.max(376, Math.min(520, root.width * 0.23)))
            T.SplitView.minimumWidth: 300
            T.SplitView.maximumWidth: root.width * 0.5
            handle: SplitHandle {
                vertical: true
            }

            AlertQueue {
                id: queue

                console: root.console
                onOpened: root.console.alertDesk.detail.incident ? chat.focusInput() : root.alertOpened()
                T.SplitView.fillHeight: true
                T.SplitView.minimumHeight: 150
            }

            ChatPanel {
                id: chat

                console: root.console
                onPictureAsked: (id, index, who) => viewer.show(id, index, who)
                T.SplitView.preferredHeight: Math.round(Math.max(280, root.height * 0.43))
                T.SplitView.minimumHeight: 150
            }
        }
    }

    PictureViewer {
        id: viewer

        parent: middle
        console: root.console
    }

    KeySheet {
        id: sheet

        parent: middle
        keys: root.console.keys
    }

    function act(actionId: string) {
        switch (actionId) {
        case "search":
            devices.focusSearch();
            break;
        case "follow":
            root.console.mapView.toggleFollow();
            break;
        case "unlockView":
            root.console.mapView.release();
            break;
        case "zoomIn":
            map.zoom(1);
            break;
        case "zoomOut":
            map.zoom(-1);
            break;
        case "chat":
            chat.focusInput();
            break;
        case "commands":
            strip.openCommands();
            break;
        case "keySheet":
            sheet.open();
            break;
        case "clear":
            root.leave();
            break;
        }
    }

    /// Esc: the nearest thing that can be closed or taken back.
    function leave() {
        if (viewer.opened)
            viewer.close();
        else if (sheet.opened)
            sheet.close();
        else if (devices.searching)
            devices.leaveSearch();
        else if (chat.writing)
            chat.leaveInput();
        else
            root.console.queue.levelFilter = -1;
    }
}
