// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Who it is, how it stands, who handles it, and what is done about it; below what must not be overlooked, and the stages.
Panel {
    id: root

    required property Console console

    readonly property IncidentDesk desk: root.console.incidents
    readonly property IncidentCard card: root.desk.card

    signal closeAsked
    signal transferAsked
    signal declineAsked
    signal exportAsked

    implicitHeight: column.implicitHeight + 3 * Theme.grid

    Column {
        id: column

        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        spacing: 2 * Theme.grid

        Item {
            width: parent.width
            height: 58

            StateShape {
                id: shape

                y: 12
                width: 20
                height: 20
                level: root.card.open ? root.card.level + 1 : Theme.Normal
                filled: root.card.waits
                strokeWidth: 2
                color: Theme.levelColor(level, Theme.scheme)
            }

            TextLabel {
                id: nameLabel

                anchors.left: shape.right
                anchors.leftMargin: 3 * Theme.grid
                y: 8
                width: Math.min(implicitWidth, (buttons.x - x) * 0.5)
                text: root.card.name
                font.pixelSize: Theme.fontHeading
                font.weight: Font.DemiBold
                Accessible.role: Accessible.Heading
                Accessible.name: qsTr("Incident of %1, %2").arg(root.card.name).arg(root.card.stateText)
            }

            TextLabel {
                anchors.left: nameLabel.right
                anchors.leftMargin: 3 * Theme.grid
                anchors.right: buttons.left
                anchors.rightMargin: 2 * Theme.grid
                anchors.baseline: nameLabel.baseline
                text: root.card.open ? qsTr("%1 · %2").arg(root.card.ageText).arg(root.card.sinceText) : root.card.sinceText
                font.weight: Font.DemiBold
                color: root.card.waits ? Theme.emergency : Theme.text
            }

            TextLabel {
                anchors.left: nameLabel.left
                anchors.right: buttons.left
                anchors.rightMargin: 2 * Theme.grid
                anchors.top: nameLabel.bottom
                anchors.topMargin: 3
                text: root.card.headline
                color: Theme.text2
                Accessible.role: Accessible.StaticText
                Accessible.name: text
            }

            Row {
                id: buttons

                anchors.right: parent.right
                y: 12
                spacing: 2 * Theme.grid

                PushButton {
                    visible: root.card.waits
                    kind: PushButton.Primary
                    text: qsTr("Acknowledge")
                    description: qsTr("Take notice of this call: all consoles go quiet")
                    shortcutHint: root.console.keys.keyText("acknowledge")
                    onClicked: root.desk.acknowledge()
                }

                PushButton {
                    visible: root.card.open && !root.card.mine
                    kind: root.card.waits ? PushButton.Normal : PushButton.Primary
                    text: root.card.offeredToMe ? qsTr("Accept") : root.card.owned ? qsTr("Take over") : qsTr("Take")
                    description: root.card.owned ? qsTr("You handle it from now on, instead of who does now") : qsTr("Others see that you handle it")
                    shortcutHint: root.console.keys.keyText("claim")
                    onClicked: root.desk.claim()
                }

                PushButton {
                    visible: root.card.offeredToMe
                    text: qsTr("Decline…")
                    onClicked: root.declineAsked()
                }

                PushButton {
                    visible: root.card.mine
                    text: qsTr("Let go")
                    description: qsTr("Nobody handles it then")
                    onClicked: root.desk.release()
                }

                PushButton {
                    visible: root.card.open && (root.card.mine || !root.card.owned)
                    text: qsTr("Hand over…")
                    description: qsTr("Offer it to somebody on shift; it stays yours until they accept")
                    onClicked: root.transferAsked()
                }

                PushButton {
                    text: qsTr("Export…")
                    description: qsTr("The log as a page or a table, the trail as GPX; the audit says so")
                    onClicked: root.exportAsked()
                }

                PushButton {
                    visible: root.card.open
                    kind: PushButton.Danger
                    text: qsTr("Close…")
                    description: qsTr("Close with a disposition")
                    onClicked: root.closeAsked()
                }
            }
        }

        Rectangle {
            width: parent.width
            height: visible ? undo.height + 3 * Theme.grid : 0
            visible: root.card.closedText.length > 0
            radius: Theme.radius
            color: Theme.bg2
            border.width: 1
            border.color: Theme.line
            Accessible.role: Accessible.StaticText
            Accessible.name: root.card.closedText

            TextLabel {
                x: 3 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                width: undo.x - x - 2 * Theme.grid
                text: root.card.closedText
                wrapMode: Text.Wrap
                maximumLineCount: 2
            }

            PushButton {
                id: undo

                anchors.right: parent.right
                anchors.rightMargin: 2 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                width: visible ? implicitWidth : 0
                visible: root.card.reopenable
                kind: PushButton.Primary
                text: qsTr("Undo, %1 left").arg(root.card.reopenText)
                description: qsTr("Open it again")
                onClicked: root.desk.reopen()
            }
        }

        Repeater {
            model: root.card.banners

            BannerLine {
                width: column.width
            }
        }

        Row {
            spacing: 2 * Theme.grid
            visible: root.card.confirmWanted

            PushButton {
                kind: PushButton.Primary
                text: qsTr("%1 is safe: close").arg(root.card.name)
                description: qsTr("Closes it as: canceled, safety confirmed")
                onClicked: root.desk.confirmCancel()
            }
        }

        Rectangle {
            width: parent.width
            height: visible ? Math.max(offerLabel.height, takeBack.visible ? takeBack.height : 0) + 3 * Theme.grid : 0
            visible: root.card.offerText.length > 0
            radius: Theme.radius
            color: Theme.accentTint
            border.width: 1
            border.color: Theme.accent

            TextLabel {
                id: offerLabel

                x: 3 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                width: (takeBack.visible ? takeBack.x : parent.width - 3 * Theme.grid) - x
                text: root.card.offerText
                wrapMode: Text.Wrap
                maximumLineCount: 3
                Accessible.role: Accessible.StaticText
                Accessible.name: text
            }

            PushButton {
                id: takeBack

                anchors.right: parent.right
                anchors.rightMargin: 2 * Theme.grid
                anchors.verticalCenter: parent.verticalCenter
                visible: root.card.offeredByMe
                text: qsTr("Withdraw")
                description: qsTr("Take the offer back; it stays with who handles it")
                onClicked: root.desk.withdraw()
            }
        }

        StageBar {
            width: parent.width
            card: root.card
            keys: root.console.keys
            onStagePicked: stage => root.desk.setStage(stage)
            onCloseAsked: root.closeAsked()
        }
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
