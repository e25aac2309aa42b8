// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The conversation with the selected person. Enter sends; the line is pending until the desk has it.
Panel {
    id: root

    required property Console console

    readonly property ChatModel chat: root.console.chat
    readonly property ServerStatus server: root.console.server
    readonly property ChatPictures pictures: root.console.pictures
    readonly property bool some: root.chat.currentThread.length > 0
    /// The list stays at its end until the operator scrolls up.
    property bool atEnd: true
    property real lead: 2 * Theme.grid

    readonly property bool writing: input.activeFocus
    /// There are lines that the operator can see.
    readonly property bool inSight: root.visible && root.some

    /// Somebody wants to see a picture of a line large.
    signal pictureAsked(string messageId, int index, string who)

    Keys.onPressed: event => event.accepted = root.some && event.matches(StandardKey.Paste) && root.pictures.paste()

    function leaveInput() {
        list.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    function focusInput() {
        input.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    function sendDraft() {
        root.atEnd = true;
        if (root.chat.send(root.chat.draft))
            root.chat.draft = "";
    }

    PanelHeader {
        id: header

        width: parent.width
        title: root.some ? root.chat.title : qsTr("Chat")
        detail: root.some ? root.chat.subtitle : ""

        leading: StateShape {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.chat.isIncident
            level: Theme.Emergency
            color: Theme.emergency
        }
    }

    SegmentedControl {
        id: scopes

        anchors.top: header.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.rightMargin: 3 * Theme.grid
        height: 26
        description: qsTr("Whom to write to")
        segments: [root.chat.hasPerson ? qsTr("Person") : qsTr("Person –"), root.chat.hasIncident ? qsTr("Incident") : qsTr("Incident –"), qsTr("Operators"), qsTr("Everybody")]
        currentIndex: root.chat.scope
        onPicked: index => root.console.showThread(root.chat.threadOf(index))
    }

    ListView {
        id: threads

        anchors.top: scopes.bottom
        anchors.topMargin: 2
        anchors.left: parent.left
        anchors.right: parent.right
        height: root.console.threads.count > 1 || (root.console.threads.count === 1 && !root.some) ? 42 : 0
        visible: height > 0
        clip: true
        orientation: ListView.Horizontal
        leftMargin: 3 * Theme.grid
        rightMargin: 3 * Theme.grid
        spacing: 6
        model: root.console.threads
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Conversations")

        delegate: ThreadChip {
            y: 8
            checked: thread === root.chat.currentThread
            onPicked: thread => root.console.selectThread(thread)
        }

        HLine {
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
        }
    }

    Item {
        id: space

        anchors.top: threads.bottom
        anchors.bottom: typing.top
        anchors.left: parent.left
        anchors.right: parent.right
        visible: root.some

        ListView {
            id: list

            anchors.fill: parent
            anchors.bottomMargin: 2 * Theme.grid
            clip: true
            opacity: root.server.live ? 1 : 0.6
            model: root.chat
            spacing: 2 * Theme.grid
            // A short conversation stands at the bottom, next to where one writes.
            topMargin: root.lead
            boundsBehavior: Flickable.StopAtBounds
            activeFocusOnTab: true
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Messages")

            onMovementEnded: root.atEnd = list.atYEnd
            onContentHeightChanged: settle.restart()
            onHeightChanged: settle.restart()
            Keys.onShortcutOverride: event => event.accepted = event.key === Qt.Key_Up || event.key === Qt.Key_Down
            Keys.onUpPressed: list.flick(0, 600)
            Keys.onDownPressed: list.flick(0, -600)

            ScrollBar.vertical: ScrollBar {
            }

            delegate: ChatBubble {
                width: list.width
                onAcknowledgeAsked: id => root.chat.acknowledge(id)
                onRetryAsked: id => root.chat.retry(id)
                onDiscardAsked: id => root.chat.discard(id)
                live: root.server.live
                onPictureAsked: (id, index, who) => root.pictureAsked(id, index, who)
            }

            FocusRing {
                shown: list.activeFocus
                radius: 0
            }
        }

        EmptyState {
            anchors.fill: parent
            visible: list.count === 0
            trouble: !root.server.live
            title: root.server.live ? qsTr("Nothing has been said yet") : root.server.absenceTitle
            detail: !root.server.live ? qsTr("Messages do not arrive here. %1").arg(root.server.absenceText) : root.chat.scope === ChatModel.Operators ? qsTr("What you write here only operators read.") : root.chat.scope === ChatModel.Everybody ? qsTr("What you write here everybody reads: every phone, every operator.") : qsTr("What you write here appears on the person’s phone.")
        }
    }

    TextLabel {
        id: typing

        anchors.bottom: replies.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.rightMargin: 3 * Theme.grid
        height: visible ? 18 : 0
        visible: root.some && text.length > 0
        text: root.chat.typingText
        font.pixelSize: Theme.fontSmall
        color: Theme.text2
        Accessible.role: Accessible.StaticText
        Accessible.name: text
    }

    Flow {
        id: replies

        anchors.bottom: strip.top
        anchors.bottomMargin: 2 * Theme.grid
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.rightMargin: 3 * Theme.grid
        spacing: Theme.grid
        visible: root.some && root.height > 260 && !strip.visible && (root.chat.scope === ChatModel.Direct || root.chat.scope === ChatModel.Incident)
        height: visible ? implicitHeight : 0

        Repeater {
            // By number: a chip stays where it is while its text changes.
            model: root.chat.quickReplies.length

            Chip {
                required property int index

                text: root.chat.quickReplies[index] ?? ""
                width: Math.min(implicitWidth, replies.width)
                enabled: root.chat.canSend
                Accessible.description: qsTr("Sends at once")
                onClicked: root.chat.sendReply(index)
            }
        }
    }

    ChatPictureStrip {
        id: strip

        anchors.bottom: input.top
        anchors.bottomMargin: visible ? 2 * Theme.grid : 0
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.rightMargin: 3 * Theme.grid
        pictures: root.pictures
    }

    PushButton {
        id: pictureButton

        anchors.left: parent.left
        anchors.leftMargin: 3 * Theme.grid
        anchors.verticalCenter: input.verticalCenter
        width: 34
        height: 34
        visible: root.some
        enabled: root.chat.canSend && !root.pictures.busy
        iconName: "picture"
        description: qsTr("Send pictures: choose files, paste (Ctrl+V) or drop them here")
        onClicked: root.pictures.choose()
    }

    TextInputField {
        id: input

        anchors.bottom: parent.bottom
        anchors.left: pictureButton.right
        anchors.right: urgentButton.left
        anchors.margins: 3 * Theme.grid
        anchors.leftMargin: 2 * Theme.grid
        anchors.rightMargin: 2 * Theme.grid
        Keys.onPressed: event => event.accepted = event.matches(StandardKey.Paste) && root.pictures.paste()
        visible: root.some
        enabled: root.chat.canSend
        maximumLength: root.chat.maxLength
        placeholderText: root.chat.canSend ? qsTr("Message %1 …").arg(root.chat.title) : qsTr("No connection: nothing can be sent")
        description: qsTr("Message to %1").arg(root.chat.title)
        text: root.chat.draft
        onTextEdited: root.chat.draft = text
        onAccepted: root.sendDraft()
        onDismissed: root.leaveInput()
    }

    PushButton {
        id: urgentButton

        anchors.right: sendButton.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.verticalCenter: input.verticalCenter
        width: 34
        height: 34
        visible: root.some
        enabled: root.chat.canSend
        kind: root.chat.urgent ? PushButton.Danger : PushButton.Normal
        iconName: "alerts"
        description: root.chat.urgent ? qsTr("Urgent: everybody it is for is asked to acknowledge. Press to take back") : qsTr("Make the next message urgent: it asks for an acknowledge")
        onClicked: root.chat.urgent = !root.chat.urgent
    }

    PushButton {
        id: sendButton

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: input.verticalCenter
        width: 34
        height: 34
        visible: root.some
        enabled: root.chat.canSend && !root.pictures.busy && (input.text.trim().length > 0 || root.pictures.count > 0)
        iconName: "send"
        description: qsTr("Send (Enter)")
        onClicked: root.sendDraft()
    }

    EmptyState {
        anchors.top: threads.bottom
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        visible: !root.some
        trouble: !root.server.live
        title: root.server.live ? qsTr("No conversation is open") : root.server.absenceTitle
        detail: !root.server.live ? qsTr("Messages do not arrive here. %1").arg(root.server.absenceText) : qsTr("Select a phone or a person’s alert to talk to them.")
    }

    DropArea {
        id: drop

        anchors.top: scopes.bottom
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        enabled: root.some && root.chat.canSend
        onEntered: drag => drag.accepted = drag.hasUrls
        onDropped: drop => root.pictures.addFiles(drop.urls)

        Rectangle {
            anchors.fill: parent
            anchors.margins: 2 * Theme.grid
            visible: drop.containsDrag
            radius: Theme.radius
            color: Theme.accentTint
            opacity: 0.95
            border.width: 2
            border.color: Theme.accent

            TextLabel {
                anchors.fill: parent
                anchors.margins: 4 * Theme.grid
                text: qsTr("Drop pictures to send them to %1").arg(root.chat.title)
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.Wrap
                maximumLineCount: 3
                font.weight: Font.DemiBold
            }
        }
    }

    // Not a binding: the list's estimate of its content depends on where the content begins.
    Timer {
        id: settle

        interval: 0
        onTriggered: root.layOut()
    }

    function layOut() {
        root.lead = Math.max(2 * Theme.grid, list.height - list.contentHeight);
        if (root.atEnd)
            list.positionViewAtEnd();
    }
}
