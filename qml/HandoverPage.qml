// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The end of a shift: what others offer to who sits here, and what who sits here hands over, item by item. The alert queue stays on the right.
FocusScope {
    id: root

    required property Console console

    readonly property Handover handover: root.console.incidents.handover

    function act(actionId: string) {
        switch (actionId) {
        case "keySheet":
            sheet.open();
            break;
        case "clear":
            root.leave();
            break;
        }
    }

    function leave() {
        if (sheet.opened)
            sheet.close();
        else if (declining.opened)
            declining.close();
        else
            root.forceActiveFocus(Qt.OtherFocusReason);
    }

    Binding {
        target: root.handover
        property: "shown"
        value: root.visible
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
            T.SplitView.minimumWidth: 640

            PanelHeader {
                id: header

                width: parent.width
                title: qsTr("Shift hand-over")
                detail: root.handover.progressText.length > 0 ? root.handover.progressText : qsTr("%1 open items are yours or nobody’s").arg(root.handover.outgoing.count)

                PushButton {
                    implicitHeight: 30
                    text: qsTr("HTML…")
                    description: qsTr("The sheet as a page; the audit says so")
                    onClicked: root.handover.exportSheet("html")
                }

                PushButton {
                    implicitHeight: 30
                    text: qsTr("CSV…")
                    description: qsTr("The sheet as a table; the audit says so")
                    onClicked: root.handover.exportSheet("csv")
                }
            }

            Rectangle {
                id: incoming

                anchors.top: header.bottom
                width: parent.width
                height: visible ? Math.min(parent.height * 0.45, arrived.contentHeight + incomingHead.height + noteSpace.height + 2 * Theme.grid) : 0
                visible: root.handover.incoming.count > 0
                color: Theme.bg2

                PanelHeader {
                    id: incomingHead

                    width: parent.width
                    title: root.handover.incomingText
                    detail: qsTr("each stays theirs until you accept it")

                    PushButton {
                        implicitHeight: 30
                        kind: PushButton.Primary
                        text: qsTr("Accept all")
                        onClicked: root.handover.acceptAll()
                    }
                }

                Item {
                    id: noteSpace

                    anchors.top: incomingHead.bottom
                    width: parent.width
                    height: note.visible ? note.implicitHeight + 4 * Theme.grid : 0

                    TextLabel {
                        id: note

                        x: 3 * Theme.grid
                        y: 2 * Theme.grid
                        width: parent.width - 6 * Theme.grid
                        visible: text.length > 0
                        text: root.handover.incomingNote
                        wrapMode: Text.Wrap
                        maximumLineCount: 8
                        Accessible.role: Accessible.StaticText
                        Accessible.name: qsTr("Note of the shift: %1").arg(text)
                    }
                }

                ListView {
                    id: arrived

                    anchors.top: noteSpace.bottom
                    anchors.bottom: parent.bottom
                    width: parent.width
                    clip: true
                    model: root.handover.incoming
                    boundsBehavior: Flickable.StopAtBounds
                    activeFocusOnTab: true
                    keyNavigationEnabled: false
                    highlightFollowsCurrentItem: false
                    Accessible.role: Accessible.List
                    Accessible.name: qsTr("Offered to you")
                    Keys.onReturnPressed: (arrived.currentItem as IncomingRow)?.look()
                    Keys.onEnterPressed: (arrived.currentItem as IncomingRow)?.look()
                    onCurrentIndexChanged: arrived.positionViewAtIndex(arrived.currentIndex, ListView.Contain)

                    CursorKeys {
                        target: arrived
                        current: arrived.currentIndex
                        count: arrived.count
                        onMoved: row => arrived.currentIndex = row
                    }

                    ScrollBar.vertical: ScrollBar {
                    }

                    delegate: IncomingRow {
                        width: arrived.width
                        selected: arrived.activeFocus && ListView.isCurrentItem
                        onAcceptAsked: id => root.handover.accept(id)
                        onDeclineAsked: (id, title) => declining.begin(id, title)
                        onOpenAsked: id => root.console.selectAlert(id)
                    }
                }
            }

            ListView {
                id: list

                anchors.top: incoming.bottom
                anchors.bottom: foot.top
                width: parent.width
                clip: true
                model: root.handover.outgoing
                focus: true
                boundsBehavior: Flickable.StopAtBounds
                activeFocusOnTab: true
                keyNavigationEnabled: false
                highlightFollowsCurrentItem: false
                Accessible.role: Accessible.List
                Accessible.name: qsTr("Open items of your shift")
                Keys.onSpacePressed: (list.currentItem as HandoverRow)?.toggle()
                onCurrentIndexChanged: list.positionViewAtIndex(list.currentIndex, ListView.Contain)

                CursorKeys {
                    target: list
                    current: list.currentIndex
                    count: list.count
                    onMoved: row => list.currentIndex = row
                }

                ScrollBar.vertical: ScrollBar {
                }

                delegate: HandoverRow {
                    width: list.width
                    selected: list.activeFocus && ListView.isCurrentItem
                    items: root.handover.outgoing
                    onWithdrawAsked: id => root.handover.withdraw(id)
                }
            }

            EmptyState {
                anchors.fill: list
                visible: list.count === 0
                trouble: !root.console.server.live
                title: root.console.server.live ? qsTr("Nothing is open") : root.console.server.absenceTitle
                detail: root.console.server.live ? qsTr("A quiet shift has a note alone.") : root.console.server.absenceText
            }

            Panel {
                id: foot

                anchors.bottom: parent.bottom
                width: parent.width
                height: column.implicitHeight + 6 * Theme.grid
                color: Theme.bg2

                HLine {
                    anchors.left: parent.left
                    anchors.right: parent.right
                }

                Column {
                    id: column

                    x: 3 * Theme.grid
                    y: 3 * Theme.grid
                    width: parent.width - 6 * Theme.grid
                    spacing: 2 * Theme.grid

                    NoteArea {
                        id: shiftNote

                        width: parent.width
                        text: root.handover.shiftNote
                        placeholderText: qsTr("Note for the whole shift: what is closed, who is late, what to watch")
                        description: qsTr("Note of the shift")
                        onTextChanged: root.handover.shiftNote = shiftNote.text
                        onDismissed: root.forceActiveFocus(Qt.OtherFocusReason)
                    }

                    Item {
                        width: parent.width
                        height: Math.max(34, who.implicitHeight)

                        TextLabel {
                            id: whoLabel

                            height: 34
                            text: qsTr("Who takes over")
                            font.weight: Font.DemiBold
                        }

                        Flow {
                            id: who

                            anchors.left: whoLabel.right
                            anchors.leftMargin: 3 * Theme.grid
                            anchors.right: offerButton.left
                            anchors.rightMargin: 3 * Theme.grid
                            spacing: 2 * Theme.grid

                            Repeater {
                                model: root.handover.candidates.length

                                Chip {
                                    required property int index

                                    implicitHeight: 34
                                    text: root.handover.candidates[index] ?? ""
                                    checked: index === root.handover.candidate
                                    Accessible.checkable: true
                                    Accessible.checked: checked
                                    onClicked: root.handover.candidate = index
                                }
                            }

                            TextLabel {
                                height: 34
                                visible: root.handover.candidates.length === 0
                                text: qsTr("Nobody else is on shift.")
                                color: Theme.text2
                            }
                        }

                        PushButton {
                            id: offerButton

                            anchors.right: parent.right
                            implicitHeight: 34
                            kind: PushButton.Primary
                            enabled: root.console.server.live && root.handover.candidate >= 0 && (root.handover.offerable > 0 || root.handover.shiftNote.length > 0)
                            text: root.handover.offerable > 0 ? root.handover.offerable === 1 ? qsTr("Offer 1 item") : qsTr("Offer %1 items").arg(root.handover.offerable) : qsTr("Send the note")
                            description: qsTr("They stay yours until they are accepted")
                            onClicked: root.handover.offer()
                        }
                    }
                }
            }

            NoticeLine {
                anchors.horizontalCenter: parent.horizontalCenter
                anchors.bottom: foot.top
                anchors.bottomMargin: 3 * Theme.grid
                notices: root.console.notices
            }
        }

        AlertQueue {
            console: root.console
            T.SplitView.preferredWidth: Math.round(Math.max(376, Math.min(520, root.width * 0.23)))
            T.SplitView.minimumWidth: 300
            T.SplitView.maximumWidth: root.width * 0.5
        }
    }

    AskPopup {
        id: declining

        property string alertId: ""
        property string what: ""

        function begin(id: string, title: string) {
            declining.alertId = id;
            declining.what = title;
            declining.ask(-1);
        }

        parent: middle
        title: qsTr("Do not take over %1").arg(declining.what)
        wordsLabel: qsTr("Why")
        wordsNeeded: true
        doText: qsTr("Decline")
        onDone: (choice, words) => root.handover.decline(declining.alertId, words)
    }

    KeySheet {
        id: sheet

        parent: middle
        keys: root.console.keys
    }
}
