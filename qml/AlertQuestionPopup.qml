// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// What is asked before something is done about alerts. Stands on the left half of a page: the queue is never covered.
T.Popup {
    id: root

    required property AlertActions actions

    readonly property AlertQuestion question: root.actions.question

    width: 460
    height: column.height
    padding: 0
    focus: true
    modal: false
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    onOpened: root.begin()
    onClosed: root.question.cancel()

    function begin() {
        comment.text = "";
        root.back();
    }

    function back() {
        if (root.question.commentAsked)
            comment.forceActiveFocus(Qt.PopupFocusReason);
        else
            sendButton.forceActiveFocus(Qt.PopupFocusReason);
    }

    Connections {
        target: root.question

        function onChanged() {
            if (root.question.open)
                root.open();
            else
                root.close();
        }
    }

    background: Rectangle {
        color: Theme.bg1
        radius: Theme.radius
        border.width: 1
        border.color: Theme.accent
    }

    Column {
        id: column

        width: root.width
        bottomPadding: 3 * Theme.grid

        PanelHeader {
            width: parent.width
            title: root.question.title

            PushButton {
                implicitHeight: 28
                implicitWidth: 28
                kind: PushButton.Quiet
                iconName: "close"
                description: qsTr("Do nothing (Esc)")
                onClicked: root.close()
            }
        }

        TextLabel {
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            topPadding: 3 * Theme.grid
            text: root.question.subject
            font.weight: Font.DemiBold
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }

        TextLabel {
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            topPadding: Theme.grid
            visible: root.question.hint.length > 0
            text: root.question.hint
            color: Theme.text2
            wrapMode: Text.Wrap
            maximumLineCount: 4
        }

        TextLabel {
            x: 3 * Theme.grid
            topPadding: 3 * Theme.grid
            bottomPadding: Theme.grid
            visible: root.question.choices.length > 0
            text: root.question.choicesTitle
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }

        Flow {
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            spacing: Theme.grid

            Repeater {
                model: root.question.choices

                Chip {
                    required property string modelData
                    required property int index

                    text: modelData
                    checked: root.question.choice === index
                    Accessible.role: Accessible.RadioButton
                    Accessible.checked: checked
                    onClicked: {
                        root.question.choice = index;
                        root.back(); // where letters are letters
                    }
                }
            }
        }

        TextLabel {
            x: 3 * Theme.grid
            topPadding: 3 * Theme.grid
            bottomPadding: Theme.grid
            visible: root.question.commentAsked
            text: root.question.commentTitle
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }

        TextInputField {
            id: comment

            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            visible: root.question.commentAsked
            maximumLength: 1000
            description: root.question.commentTitle
            onTextEdited: root.question.comment = text
            onDismissed: root.close()
            onAccepted: root.actions.confirm()
        }

        Row {
            x: 3 * Theme.grid
            topPadding: 3 * Theme.grid
            spacing: 2 * Theme.grid

            PushButton {
                id: sendButton

                kind: PushButton.Primary
                enabled: root.question.problem.length === 0
                text: root.question.buttonText
                description: root.question.problem
                onClicked: root.actions.confirm()
                Keys.onReturnPressed: root.actions.confirm()
            }

            PushButton {
                text: qsTr("Not now")
                onClicked: root.close()
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                anchors.verticalCenterOffset: Math.round(parent.topPadding / 2)
                text: root.question.problem
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }
        }
    }
}
