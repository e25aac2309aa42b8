// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One line of a conversation: a message on its side, or a note across the middle.
Item {
    id: root

    required property string messageId
    required property int lineKind
    required property string messageText
    required property string timeText
    required property string senderName
    required property string dayHeader
    required property string failReason
    required property bool fromDesk
    required property bool mine
    required property bool automatic
    required property bool simulated
    required property bool pending
    required property bool failed
    required property bool urgent
    required property bool canAcknowledge
    required property int mark
    required property string markText
    required property string ackText
    required property list<string> attachments

    /// Whether the server is there, from which the pictures come.
    property bool live: true

    readonly property bool note: root.lineKind === ChatModel.Note
    readonly property string who: root.fromDesk && !root.mine ? (root.automatic ? qsTr("sent by the desk itself") : root.senderName) : ""

    signal acknowledgeAsked(string id)
    signal retryAsked(string id)
    signal discardAsked(string id)
    signal pictureAsked(string id, int index, string who)

    implicitHeight: day.height + (root.note ? noteLabel.height : bubble.height)
    Accessible.role: Accessible.ListItem
    Accessible.description: root.ackText
    Accessible.name: root.note ? root.messageText : qsTr("%1 at %2: %3").arg(root.mine ? qsTr("You") : root.senderName).arg(root.timeText).arg(root.messageText)

    TextLabel {
        id: day

        width: parent.width
        height: root.dayHeader.length > 0 ? 28 : 0
        visible: root.dayHeader.length > 0
        text: root.dayHeader
        horizontalAlignment: Text.AlignHCenter
        font.pixelSize: Theme.fontTiny
        font.weight: Font.DemiBold
        color: Theme.text3
    }

    TextLabel {
        id: noteLabel

        anchors.top: day.bottom
        x: 4 * Theme.grid
        width: parent.width - 8 * Theme.grid
        visible: root.note
        text: root.timeText.length > 0 ? qsTr("%1 %2").arg(root.timeText).arg(root.messageText) : root.messageText
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        maximumLineCount: 4
        font.pixelSize: Theme.fontSmall
        color: Theme.text2
    }

    Rectangle {
        id: bubble

        readonly property real widest: Math.max(120, (root.width - 6 * Theme.grid) * 0.8)

        anchors.top: day.bottom
        x: root.fromDesk ? root.width - width - 3 * Theme.grid : 3 * Theme.grid
        width: Math.min(widest, Math.max(words.implicitWidth, footer.implicitWidth, pictures.wanted, urgency.visible ? urgency.wanted : 0, fail.visible ? fail.implicitWidth : 0) + 6 * Theme.grid)
        height: fail.visible ? fail.y + fail.height + 2 * Theme.grid : urgency.visible ? urgency.y + urgency.height + 2 * Theme.grid : footer.y + footer.height + 6
        visible: !root.note
        radius: Theme.radius
        color: root.fromDesk ? Theme.accentTint : Theme.bg2
        border.width: root.failed || root.urgent || Theme.scheme === Theme.Contrast ? 1 : 0
        border.color: root.failed || root.urgent ? Theme.critical : Theme.line
        opacity: root.pending ? 0.7 : 1

        TextEdit {
            id: words

            x: 3 * Theme.grid
            y: 2 * Theme.grid
            width: bubble.widest - 6 * Theme.grid
            height: root.messageText.length > 0 ? implicitHeight : 0
            visible: height > 0
            text: root.messageText
            textFormat: TextEdit.PlainText
            wrapMode: TextEdit.Wrap
            readOnly: true
            selectByMouse: true
            activeFocusOnPress: false
            font.family: Theme.fontFamily
            font.pixelSize: Theme.fontBase
            color: Theme.text
            selectionColor: Theme.accent
            selectedTextColor: Theme.bg0
            renderType: Text.NativeRendering
        }

        Flow {
            id: pictures

            readonly property int count: root.attachments.length
            readonly property bool single: pictures.count === 1
            readonly property real tile: pictures.single ? Math.min(220, bubble.widest - 6 * Theme.grid) : 88
            readonly property real wanted: pictures.count === 0 ? 0 : Math.min(bubble.widest - 6 * Theme.grid, pictures.count * (pictures.tile + Theme.grid))

            x: 3 * Theme.grid
            y: words.visible ? words.y + words.height + Theme.grid : 3 * Theme.grid
            width: bubble.width - 6 * Theme.grid
            height: pictures.count > 0 ? implicitHeight + Theme.grid : 0
            spacing: Theme.grid
            visible: pictures.count > 0

            Repeater {
                model: root.attachments

                PictureThumb {
                    required property int index
                    required property string modelData

                    width: pictures.tile
                    height: pictures.single ? 150 : 88
                    pictureId: modelData
                    live: root.live
                    onOpened: root.pictureAsked(root.messageId, index, qsTr("%1 · %2").arg(root.mine ? qsTr("You") : root.senderName).arg(root.timeText))
                }
            }
        }

        Row {
            id: footer

            x: 3 * Theme.grid
            y: pictures.visible ? pictures.y + pictures.height : words.y + words.height + 2
            spacing: 6

            TextLabel {
                text: root.timeText
                font.pixelSize: Theme.fontTiny
                color: Theme.text2
            }

            TextLabel {
                visible: text.length > 0
                text: root.pending ? qsTr("sending …") : root.failed ? qsTr("not sent") : root.who
                font.pixelSize: Theme.fontTiny
                font.weight: root.failed ? Font.DemiBold : Font.Normal
                color: root.failed ? Theme.critical : Theme.text2
            }

            TextLabel {
                visible: !root.pending && !root.failed && root.markText.length > 0
                text: root.markText
                font.pixelSize: Theme.fontTiny
                font.weight: root.mark === ChatModel.Read ? Font.DemiBold : Font.Normal
                color: root.mark === ChatModel.Read ? Theme.text : Theme.text2
            }

            SimTag {
                visible: root.simulated
            }
        }

        Column {
            id: urgency

            readonly property real wanted: Math.max(urgentLabel.implicitWidth, acks.implicitWidth)

            x: 3 * Theme.grid
            y: footer.y + footer.height + 4
            width: bubble.widest - 6 * Theme.grid
            spacing: 4
            visible: root.urgent && !root.failed

            TextLabel {
                id: urgentLabel

                text: qsTr("URGENT")
                font.pixelSize: Theme.fontTiny
                font.weight: Font.DemiBold
                color: Theme.critical
            }

            TextLabel {
                id: acks

                width: parent.width
                visible: text.length > 0
                text: root.ackText
                wrapMode: Text.Wrap
                maximumLineCount: 4
                font.pixelSize: Theme.fontSmall
            }

            PushButton {
                implicitHeight: 26
                visible: root.canAcknowledge
                kind: PushButton.Primary
                text: qsTr("Acknowledge")
                onClicked: root.acknowledgeAsked(root.messageId)
            }
        }

        Column {
            id: fail

            x: 3 * Theme.grid
            y: footer.y + footer.height + 2
            width: bubble.width - 6 * Theme.grid
            spacing: 6
            visible: root.failed

            TextLabel {
                width: bubble.widest - 6 * Theme.grid
                text: root.failReason
                wrapMode: Text.Wrap
                maximumLineCount: 3
                font.pixelSize: Theme.fontSmall
                color: Theme.text
            }

            Row {
                spacing: 6

                PushButton {
                    implicitHeight: 26
                    text: qsTr("Send again")
                    onClicked: root.retryAsked(root.messageId)
                }

                PushButton {
                    implicitHeight: 26
                    text: qsTr("Discard")
                    onClicked: root.discardAsked(root.messageId)
                }
            }
        }
    }
}
