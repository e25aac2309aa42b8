// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// What must be in sight on every page: what waits, how the server does, who sits here, what time it is.
Panel {
    id: root

    required property Console console

    readonly property AlertQueueModel queue: root.console.queue
    readonly property ServerStatus server: root.console.server
    readonly property bool wide: root.width >= 1400

    signal handoverAsked

    implicitHeight: 52

    IconItem {
        x: 17
        anchors.verticalCenter: parent.verticalCenter
        width: 22
        height: 22
        name: "alerts"
        color: Theme.text2
    }

    Row {
        id: counts

        anchors.verticalCenter: parent.verticalCenter
        x: 64
        spacing: 2 * Theme.grid
        opacity: root.server.live ? 1 : 0.6

        CountTile {
            level: Theme.Emergency
            count: root.queue.unackEmergency
            known: root.server.pictured
            word: qsTr("emergency")
            checked: root.queue.levelFilter === AlertListModel.Emergency
            onClicked: root.queue.toggleLevelFilter(AlertListModel.Emergency)
        }

        CountTile {
            level: Theme.Critical
            count: root.queue.unackCritical
            known: root.server.pictured
            word: qsTr("critical")
            checked: root.queue.levelFilter === AlertListModel.Critical
            onClicked: root.queue.toggleLevelFilter(AlertListModel.Critical)
        }

        CountTile {
            level: Theme.Warning
            count: root.queue.unackWarning
            known: root.server.pictured
            word: qsTr("warning")
            checked: root.queue.levelFilter === AlertListModel.Warning
            onClicked: root.queue.toggleLevelFilter(AlertListModel.Warning)
        }

        OldestTile {
            age: root.queue.oldestWaitingText
            known: root.server.live
            onClicked: root.console.selectAlert(root.queue.oldestWaitingId)
        }

        SilenceTile {
            sound: root.console.sound
            shortcutHint: root.wide ? root.console.keys.keyText("silence") : ""
        }
    }

    Row {
        id: right

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        spacing: 3 * Theme.grid

        ShiftTile {
            id: shift

            anchors.verticalCenter: parent.verticalCenter
            people: root.console.people
            live: root.server.live
            name: root.console.operatorName
            nameShown: root.wide
            handover: root.console.incidents.handover
            keyText: root.console.keys.keyText("handoverPage")
            onHandoverAsked: root.handoverAsked()
        }

        SoundTile {
            id: sound

            anchors.verticalCenter: parent.verticalCenter
            sound: root.console.sound
            worded: root.wide
        }

        ServerTile {
            anchors.verticalCenter: parent.verticalCenter
            server: root.server
            room: root.width - counts.x - counts.width - clock.width - shift.width - sound.width - 92
        }

        Column {
            id: clock

            anchors.verticalCenter: parent.verticalCenter

            TextLabel {
                anchors.right: parent.right
                text: root.console.clock.time
                font.pixelSize: Theme.fontHeading
                font.weight: Font.DemiBold
                Accessible.name: qsTr("Local time %1").arg(text)
            }

            TextLabel {
                anchors.right: parent.right
                text: root.console.clock.utc
                font.pixelSize: Theme.fontTiny
                color: Theme.text2
            }
        }
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
