// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// Gives the selected device an order: what it offers, or anything else with parameters. Every order is asked for once more
/// before it goes; below stands what became of the earlier ones.
T.Popup {
    id: root

    required property CommandModel commands

    /// The action that waits for its confirmation; empty: none.
    property string asked: ""
    property bool other: false

    readonly property string problem: root.other ? root.commands.problemOf(actionField.text, parametersField.text) : ""

    width: Math.min(420, parent.width - 4 * Theme.grid)
    height: Math.min(column.height + 2 * Theme.grid, parent.height - 2 * Theme.grid)
    focus: true
    padding: 0
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent
    onOpened: root.reset()

    function reset() {
        root.asked = "";
        root.other = false;
        if (chips.count > 0)
            chips.itemAt(0).forceActiveFocus(Qt.PopupFocusReason);
        else
            otherChip.forceActiveFocus(Qt.PopupFocusReason);
    }

    function confirm() {
        if (root.other ? root.commands.send(actionField.text, parametersField.text) : root.commands.send(root.asked))
            root.reset();
    }

    background: Rectangle {
        color: Theme.bg1
        radius: Theme.radius
        border.width: 1
        border.color: Theme.line
    }

    Column {
        id: column

        width: root.width

        PanelHeader {
            width: parent.width
            title: qsTr("Commands")
            detail: root.commands.deviceName

            PushButton {
                implicitHeight: 28
                implicitWidth: 28
                kind: PushButton.Quiet
                iconName: "close"
                description: qsTr("Close the commands (Esc)")
                onClicked: root.close()
            }
        }

        Flow {
            id: offers

            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            topPadding: 3 * Theme.grid
            spacing: Theme.grid

            Repeater {
                id: chips

                model: root.commands.actions

                Chip {
                    required property string modelData

                    text: modelData
                    checked: !root.other && root.asked === modelData
                    enabled: root.commands.canSend
                    onClicked: {
                        root.other = false;
                        root.asked = modelData;
                        sendButton.forceActiveFocus(Qt.OtherFocusReason);
                    }
                }
            }

            Chip {
                id: otherChip

                text: qsTr("other …")
                checked: root.other
                enabled: root.commands.canSend
                onClicked: {
                    root.asked = "";
                    root.other = true;
                    actionField.forceActiveFocus(Qt.OtherFocusReason);
                }
            }
        }

        Column {
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            topPadding: 2 * Theme.grid
            spacing: 2 * Theme.grid
            visible: root.other

            TextInputField {
                id: actionField

                width: parent.width
                maximumLength: 128
                placeholderText: qsTr("Action")
                onDismissed: root.close()
                onAccepted: parametersField.forceActiveFocus(Qt.TabFocusReason)
            }

            TextInputField {
                id: parametersField

                width: parent.width
                maximumLength: 16000
                placeholderText: qsTr("Parameters, as {\"rpm\": 600}")
                onDismissed: root.close()
                onAccepted: root.confirm()
            }

            TextLabel {
                width: parent.width
                visible: actionField.text.length > 0 && root.problem.length > 0
                text: root.problem
                wrapMode: Text.Wrap
                maximumLineCount: 2
                font.pixelSize: Theme.fontSmall
                color: Theme.critical
            }
        }

        Row {
            x: 3 * Theme.grid
            topPadding: 3 * Theme.grid
            spacing: 2 * Theme.grid
            visible: root.other || root.asked.length > 0

            PushButton {
                id: sendButton

                kind: PushButton.Primary
                text: root.other ? qsTr("Send to %1").arg(root.commands.deviceName) : qsTr("Send “%1” to %2").arg(root.asked).arg(root.commands.deviceName)
                enabled: root.commands.canSend && root.problem.length === 0
                onClicked: root.confirm()
                Keys.onReturnPressed: root.confirm()
            }

            PushButton {
                text: qsTr("Not now")
                onClicked: root.reset()
            }
        }

        Item {
            width: parent.width
            height: 3 * Theme.grid
        }

        HLine {
            width: parent.width
        }

        ListView {
            id: list

            width: parent.width
            height: Math.min(contentHeight, 260)
            clip: true
            visible: count > 0
            model: root.commands
            boundsBehavior: Flickable.StopAtBounds
            activeFocusOnTab: true
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Commands of %1").arg(root.commands.deviceName)

            ScrollBar.vertical: ScrollBar {
            }

            delegate: CommandRow {
                width: list.width
                onCancelAsked: id => root.commands.cancel(id)
            }
        }

        TextLabel {
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            height: 40
            visible: list.count === 0
            text: root.commands.canSend ? qsTr("Nothing has been sent to this device.") : qsTr("No connection: nothing can be sent.")
            verticalAlignment: Text.AlignVCenter
            color: Theme.text2
        }
    }
}
