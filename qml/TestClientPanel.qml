// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// A client of one's own: dialect, where to and as whom on the left; messages, editor and log on the right.
Item {
    id: root

    required property TestClientModel tester

    property string path: root.tester.paths[0]

    Connections {
        target: root.tester

        function onDialectChanged() {
            root.path = root.tester.paths[0];
        }
    }

    Flickable {
        id: left

        anchors.top: parent.top
        anchors.bottom: parent.bottom
        width: Math.round(Math.min(360, parent.width * 0.36))
        clip: true
        contentHeight: form.height + 2 * Theme.grid
        boundsBehavior: Flickable.StopAtBounds

        ScrollBar.vertical: ScrollBar {
        }

        Column {
            id: form

            x: 3 * Theme.grid
            width: left.width - 6 * Theme.grid
            spacing: 2 * Theme.grid

            Flow {
                width: parent.width
                spacing: Theme.grid
                Accessible.role: Accessible.Grouping
                Accessible.name: qsTr("Dialect")

                Repeater {
                    model: root.tester.dialects

                    Chip {
                        required property int index
                        required property string modelData

                        text: modelData
                        checked: root.tester.dialect === index
                        enabled: !root.tester.busy
                        onClicked: root.tester.dialect = index
                    }
                }
            }

            TextInputField {
                width: parent.width
                height: Theme.controlHeight
                enabled: !root.tester.busy
                placeholderText: qsTr("Address, as ws://HOST:PORT")
                text: root.tester.address
                onTextEdited: root.tester.address = text
            }

            Flow {
                width: parent.width
                spacing: Theme.grid
                Accessible.role: Accessible.Grouping
                Accessible.name: qsTr("Path")

                Repeater {
                    model: root.tester.paths

                    Chip {
                        required property string modelData

                        text: modelData
                        checked: root.path === modelData
                        enabled: !root.tester.busy
                        onClicked: root.path = modelData
                    }
                }
            }

            Row {
                width: parent.width
                spacing: 2 * Theme.grid

                TextInputField {
                    id: idField

                    width: (parent.width - 2 * Theme.grid) / 2
                    height: Theme.controlHeight
                    enabled: !root.tester.busy
                    text: "test-client"
                    placeholderText: qsTr("Id")
                    description: qsTr("Id of the vehicle, device or user")
                }

                TextInputField {
                    id: tokenField

                    width: (parent.width - 2 * Theme.grid) / 2
                    height: Theme.controlHeight
                    enabled: !root.tester.busy
                    echoMode: TextInput.Password
                    placeholderText: qsTr("Token, if needed")
                    description: qsTr("Token")
                }
            }

            Row {
                spacing: 2 * Theme.grid

                PushButton {
                    kind: root.tester.busy ? PushButton.Danger : PushButton.Primary
                    text: root.tester.busy ? qsTr("Disconnect") : qsTr("Connect")
                    onClicked: root.tester.busy ? root.tester.close() : root.tester.open(root.path, idField.text, tokenField.text, trust.checked)
                }

                Chip {
                    id: trust

                    anchors.verticalCenter: parent.verticalCenter
                    checkable: true
                    text: qsTr("any certificate")
                }

                TextLabel {
                    height: Theme.controlHeight
                    text: root.tester.stateText
                    color: Theme.text2
                }
            }

            PushButton {
                text: root.tester.simulating ? qsTr("Stop: %1").arg(root.tester.simulation) : qsTr("Run: %1").arg(root.tester.simulation)
                enabled: root.tester.connected || root.tester.simulating
                onClicked: root.tester.simulate(!root.tester.simulating)
            }
        }
    }

    Rectangle {
        anchors.left: left.right
        width: 1
        height: parent.height
        color: Theme.line
    }

    Flow {
        id: templates

        anchors.left: left.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        spacing: Theme.grid
        Accessible.role: Accessible.Grouping
        Accessible.name: qsTr("Messages")

        Repeater {
            model: root.tester.messages

            Chip {
                required property int index
                required property string modelData

                text: modelData
                onClicked: editor.text = root.tester.templateAt(index)
            }
        }
    }

    Rectangle {
        id: frame

        anchors.top: templates.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.left: templates.left
        anchors.right: sendButton.left
        anchors.rightMargin: 2 * Theme.grid
        height: 64
        radius: Theme.radius
        color: Theme.bg0
        border.width: editor.activeFocus ? 2 : 1
        border.color: editor.activeFocus ? Theme.accent : Theme.line

        Flickable {
            anchors.fill: parent
            anchors.margins: Theme.grid
            clip: true
            contentHeight: editor.height
            boundsBehavior: Flickable.StopAtBounds

            T.TextArea {
                id: editor

                width: frame.width - 2 * Theme.grid
                height: Math.max(implicitHeight, frame.height - 2 * Theme.grid)
                implicitHeight: contentHeight + 2 * Theme.grid
                padding: Theme.grid
                wrapMode: TextEdit.Wrap
                selectByMouse: true
                color: Theme.text
                selectionColor: Theme.accent
                selectedTextColor: Theme.bg0
                font.family: Theme.fontFamily
                font.pixelSize: Theme.fontSmall
                KeyNavigation.priority: KeyNavigation.BeforeItem
                KeyNavigation.tab: sendButton
                Accessible.name: qsTr("Message")
            }

            TextLabel {
                x: Theme.grid
                y: Theme.grid
                visible: editor.length === 0
                text: qsTr("A message; {now}, {ms}, {n} and {id} are filled in")
                font.pixelSize: Theme.fontSmall
                color: Theme.text3
            }
        }
    }

    PushButton {
        id: sendButton

        anchors.top: frame.top
        anchors.right: templates.right
        kind: PushButton.Primary
        text: qsTr("Send")
        enabled: root.tester.connected && editor.length > 0
        onClicked: root.tester.send(editor.text)
    }

    FrameLogBar {
        id: bar

        anchors.top: frame.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.left: templates.left
        frames: root.tester.frames
        saves: false
    }

    FrameLog {
        anchors.top: bar.bottom
        anchors.topMargin: Theme.grid
        anchors.bottom: parent.bottom
        anchors.left: left.right
        anchors.leftMargin: 1
        anchors.right: parent.right
        frames: root.tester.frames
        emptyTitle: qsTr("Nothing was sent or received yet")
    }
}
