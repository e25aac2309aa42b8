// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// One workspace per call for help: who and how it stands, where on the map, what is due, whom to tell, who is near, the log and the conversation.
/// The alert queue is a strip on the right. Narrow windows show log and conversation in turn.
FocusScope {
    id: root

    required property Console console
    /// A city to lay over the base map; empty for none.
    property url mapOverlay: ""

    readonly property IncidentDesk desk: root.console.incidents
    readonly property IncidentCard card: root.desk.card
    /// Room for the log and the conversation side by side.
    readonly property bool wide: root.width >= 1640
    readonly property bool chatInSight: chat.inSight
    property int tab: 0
    property string shownDevice: ""

    Component.onCompleted: root.begin()

    /// The first one that wants somebody, unless one is shown.
    function begin() {
        if (!root.card.valid && root.desk.list.openCount > 0)
            root.desk.open(root.desk.list.alertIdAt(0));
        list.focusList();
        look.restart();
    }

    function showOnMap() {
        if (!root.card.valid || root.console.selectedDeviceId.length === 0 || root.shownDevice === root.console.selectedDeviceId)
            return;
        root.shownDevice = root.console.selectedDeviceId;
        map.showDevice(root.shownDevice);
    }

    function act(actionId: string) {
        if (closing.opened || offering.opened || declining.opened || exporting.opened) {
            if (actionId === "clear")
                root.leave();
            return;
        }
        switch (actionId) {
        case "stage1":
            root.desk.setStage(1);
            break;
        case "stage2":
            root.desk.setStage(2);
            break;
        case "stage3":
            root.desk.setStage(3);
            break;
        case "stage4":
            root.desk.setStage(4);
            break;
        case "closeIncident":
            root.askClosing();
            break;
        case "personWell":
            root.desk.confirmWell();
            break;
        case "logEntry":
            root.tab = 0;
            log.focusInput();
            break;
        case "chat":
            root.tab = 1;
            chat.focusInput();
            break;
        case "queueStrip":
            strip.open = !strip.open;
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
        case "keySheet":
            sheet.open();
            break;
        case "clear":
            root.leave();
            break;
        }
    }

    function askClosing() {
        if (root.card.open)
            closing.ask(-1);
    }

    /// Esc: the nearest thing that can be closed or left.
    function leave() {
        if (viewer.opened)
            viewer.close();
        else if (sheet.opened)
            sheet.close();
        else if (closing.opened)
            closing.close();
        else if (offering.opened)
            offering.close();
        else if (declining.opened)
            declining.close();
        else if (exporting.opened)
            exporting.close();
        else if (log.writing)
            log.leaveInput();
        else if (chat.writing)
            chat.leaveInput();
        else
            list.focusList();
    }

    Connections {
        target: root.console.keys
        enabled: root.visible

        function onTriggered(actionId) {
            root.act(actionId);
        }
    }

    Connections {
        target: root.desk

        function onCurrentIdChanged() {
            look.restart();
        }
    }

    // Later: the map's camera learns its size after this page.
    Timer {
        id: look

        interval: 0
        onTriggered: root.showOnMap()
    }

    T.SplitView {
        anchors.left: parent.left
        anchors.right: strip.left
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        orientation: Qt.Horizontal
        handle: SplitHandle {
        }

        IncidentList {
            id: list

            console: root.console
            focus: true
            // The open queue has the open incidents, too; a narrow window has no room for both.
            visible: root.wide || !strip.open
            onOpened: log.focusInput()
            T.SplitView.preferredWidth: Math.round(Math.max(220, Math.min(300, root.width * 0.16)))
            T.SplitView.minimumWidth: 180
            T.SplitView.maximumWidth: root.width * 0.3
        }

        Item {
            id: middle

            T.SplitView.fillWidth: true
            T.SplitView.minimumWidth: 560

            IncidentHead {
                id: head

                width: parent.width
                visible: root.card.valid
                console: root.console
                onCloseAsked: root.askClosing()
                onTransferAsked: offering.ask(root.desk.handover.candidate)
                onDeclineAsked: declining.ask(-1)
                onExportAsked: exporting.ask(0)
            }

            T.SplitView {
                anchors.top: head.bottom
                anchors.bottom: parent.bottom
                width: parent.width
                visible: root.card.valid
                orientation: Qt.Horizontal
                handle: SplitHandle {
                }

                Item {
                    T.SplitView.fillWidth: true
                    T.SplitView.minimumWidth: 360

                    DeskMap {
                        id: map

                        anchors.top: parent.top
                        anchors.bottom: tiles.top
                        width: parent.width
                        console: root.console
                        overlay: root.mapOverlay

                        MapPill {
                            x: 3 * Theme.grid
                            anchors.bottom: parent.bottom
                            anchors.bottomMargin: 12 * Theme.grid
                            text: root.card.fixOld ? qsTr("Old: %1").arg(root.card.fixText) : root.card.fixText
                            border.color: root.card.fixOld ? Theme.warning : Theme.line
                        }
                    }

                    Panel {
                        id: tiles

                        anchors.bottom: media.top
                        width: parent.width
                        height: 51

                        HLine {
                            anchors.left: parent.left
                            anchors.right: parent.right
                        }

                        Row {
                            y: 1
                            width: parent.width

                            Repeater {
                                model: root.card.readings

                                FactTile {
                                    required property int index

                                    width: tiles.width / Math.max(1, root.card.readings.count)
                                    warn: index === 0 && root.card.fixOld
                                }
                            }
                        }

                        HLine {
                            anchors.left: parent.left
                            anchors.right: parent.right
                            anchors.bottom: parent.bottom
                        }
                    }

                    Panel {
                        id: media

                        anchors.bottom: cards.top
                        width: parent.width
                        height: pictures.implicitHeight
                        visible: height > 0

                        MediaStrip {
                            id: pictures

                            width: parent.width
                            height: implicitHeight
                            console: root.console
                            onPictureAsked: (thread, id, place, who) => {
                                root.console.showThread(thread);
                                viewer.show(id, place, who);
                            }
                        }
                    }

                    Panel {
                        id: cards

                        anchors.bottom: parent.bottom
                        width: parent.width
                        height: Math.round(Math.max(164, Math.min(260, root.height * 0.23)))

                        Row {
                            x: 3 * Theme.grid
                            y: 3 * Theme.grid
                            spacing: 3 * Theme.grid

                            WelfareCard {
                                width: (cards.width - 12 * Theme.grid) / 3
                                height: cards.height - 6 * Theme.grid
                                console: root.console
                            }

                            UnitsCard {
                                width: (cards.width - 12 * Theme.grid) / 3
                                height: cards.height - 6 * Theme.grid
                                console: root.console
                                onPicked: id => {
                                    root.console.selectDevice(id);
                                    root.shownDevice = id;
                                    map.showDevice(id);
                                }
                            }

                            ContactsCard {
                                width: (cards.width - 12 * Theme.grid) / 3
                                height: cards.height - 6 * Theme.grid
                                console: root.console
                            }
                        }
                    }
                }

                Panel {
                    T.SplitView.preferredWidth: root.wide ? 660 : Math.round(Math.max(320, root.width * 0.25))
                    T.SplitView.minimumWidth: 280
                    T.SplitView.maximumWidth: root.width * 0.5

                    SegmentedControl {
                        id: tabs

                        x: 3 * Theme.grid
                        y: 2 * Theme.grid
                        width: parent.width - 6 * Theme.grid
                        height: visible ? 28 : 0
                        visible: !root.wide
                        description: qsTr("Log or conversation")
                        segments: [qsTr("Log"), root.console.threads.totalUnread > 0 ? qsTr("Chat %1").arg(root.console.threads.totalUnread) : qsTr("Chat")]
                        currentIndex: root.tab
                        onPicked: index => root.tab = index
                    }

                    IncidentLog {
                        id: log

                        anchors.top: tabs.visible ? tabs.bottom : parent.top
                        anchors.bottom: parent.bottom
                        width: root.wide ? Math.round(parent.width / 2) : parent.width
                        visible: root.wide || root.tab === 0
                        console: root.console
                    }

                    ChatPanel {
                        id: chat

                        anchors.top: tabs.visible ? tabs.bottom : parent.top
                        anchors.bottom: parent.bottom
                        anchors.right: parent.right
                        width: root.wide ? parent.width - log.width : parent.width
                        visible: root.wide || root.tab === 1
                        console: root.console
                        onPictureAsked: (id, index, who) => viewer.show(id, index, who)
                    }

                    Rectangle {
                        x: log.width
                        width: 1
                        height: parent.height
                        visible: root.wide
                        color: Theme.line
                    }
                }
            }

            EmptyState {
                anchors.fill: parent
                visible: !root.card.valid
                trouble: !root.console.server.live
                title: !root.console.server.live ? root.console.server.absenceTitle : root.desk.list.openCount > 0 ? qsTr("Choose an incident") : qsTr("Nobody needs help")
                detail: !root.console.server.live ? root.console.server.absenceText : root.desk.list.openCount > 0 ? qsTr("Up and Down move in the list, Enter opens.") : qsTr("A call for help opens here: where the person is, how to reach them, who is near, and what has been done.")
            }

            // With an incident the map has it.
            Item {
                anchors.fill: parent
                visible: !root.card.valid

                NoticeLine {
                    anchors.horizontalCenter: parent.horizontalCenter
                    anchors.bottom: parent.bottom
                    anchors.bottomMargin: 10 * Theme.grid
                    notices: root.console.notices
                }
            }
        }
    }

    AlertStrip {
        id: strip

        anchors.right: parent.right
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        console: root.console
        onOpened: log.focusInput()
    }

    AskPopup {
        id: closing

        parent: middle
        title: qsTr("Close the incident of %1").arg(root.card.name)
        explanation: qsTr("How did it end? You can take it back for 60 seconds.")
        choices: root.desk.dispositions
        wordsLabel: qsTr("Comment")
        doText: qsTr("Close")
        danger: true
        onDone: (choice, words) => root.desk.close(choice, words)
    }

    AskPopup {
        id: offering

        parent: middle
        title: qsTr("Hand over %1").arg(root.card.name)
        explanation: qsTr("It stays yours until they accept.")
        choices: root.desk.handover.candidates
        noChoice: qsTr("Nobody else is on shift.")
        wordsLabel: qsTr("Note for who takes over")
        doText: qsTr("Offer")
        onDone: (choice, words) => root.desk.transfer(choice, words)
    }

    AskPopup {
        id: declining

        parent: middle
        title: qsTr("Do not take over %1").arg(root.card.name)
        wordsLabel: qsTr("Why")
        wordsNeeded: true
        doText: qsTr("Decline")
        onDone: (choice, words) => root.desk.decline(words)
    }

    AskPopup {
        id: exporting

        readonly property list<string> kinds: ["html", "csv", "gpx"]

        parent: middle
        title: qsTr("Export the incident of %1").arg(root.card.name)
        explanation: qsTr("The audit will say that it was exported.")
        choices: [qsTr("Report, HTML"), qsTr("Log, CSV"), qsTr("Trail, GPX")]
        doText: qsTr("Export")
        onDone: (choice, words) => root.desk.exportAs(exporting.kinds[choice])
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
}
