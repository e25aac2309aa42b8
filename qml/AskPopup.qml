// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// Asks for one of a few and for some words, then does one thing: how an incident ended, who takes it over. Lies over the page's middle, never over the
/// queue. A digit chooses, Enter does it, Esc leaves it.
T.Popup {
    id: root

    required property string title
    property string explanation: ""
    property list<string> choices
    property string wordsLabel: ""
    property string doText: ""
    property bool danger: false
    /// Nothing is done without a choice, or without words.
    property bool wordsNeeded: false
    /// Said instead of the choices when there are none.
    property string noChoice: ""

    property int choice: -1
    readonly property bool choosing: root.choices.length > 0 || root.noChoice.length > 0
    readonly property bool complete: (!root.choosing || root.choice >= 0) && (!root.wordsNeeded || words.text.trim().length > 0)

    /// The operator wants it done.
    signal done(int choice, string words)

    function ask(choice: int) {
        root.choice = choice;
        words.clear();
        root.open();
    }

    function finish() {
        if (!root.complete)
            return;
        root.done(root.choice, words.text);
        root.close();
    }

    function choose(key: int) {
        if (key >= Qt.Key_1 && key < Qt.Key_1 + root.choices.length)
            root.choice = key - Qt.Key_1;
    }

    width: Math.min(parent.width - 6 * Theme.grid, 560)
    height: column.implicitHeight + 4 * Theme.grid
    x: Math.round((parent.width - width) / 2)
    y: Math.round(Math.max(3 * Theme.grid, (parent.height - height) / 3))
    padding: 0
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent
    onOpened: root.choosing ? scope.forceActiveFocus(Qt.PopupFocusReason) : words.forceActiveFocus(Qt.PopupFocusReason)

    background: Rectangle {
        color: Theme.bg1
        radius: Theme.radius
        border.width: 1
        border.color: root.danger ? Theme.critical : Theme.accent
    }

    FocusScope {
        id: scope

        anchors.fill: parent
        focus: true
        Accessible.role: Accessible.Dialog
        Accessible.name: root.title
        // The digits are this dialog's while it is open and nobody writes.
        Keys.onShortcutOverride: event => event.accepted = !words.activeFocus && event.key >= Qt.Key_1 && event.key <= Qt.Key_9
        Keys.onPressed: event => root.choose(event.key)
        Keys.onReturnPressed: root.finish()
        Keys.onEnterPressed: root.finish()

        Column {
            id: column

            width: parent.width
            spacing: 3 * Theme.grid

            PanelHeader {
                width: parent.width
                title: root.title

                PushButton {
                    implicitHeight: 28
                    implicitWidth: 28
                    kind: PushButton.Quiet
                    iconName: "close"
                    description: qsTr("Leave it as it is (Esc)")
                    onClicked: root.close()
                }
            }

            TextLabel {
                x: 4 * Theme.grid
                width: parent.width - 8 * Theme.grid
                visible: root.explanation.length > 0
                text: root.explanation
                color: Theme.text2
                wrapMode: Text.Wrap
                maximumLineCount: 4
            }

            Flow {
                x: 4 * Theme.grid
                width: parent.width - 8 * Theme.grid
                spacing: 2 * Theme.grid
                visible: root.choices.length > 0

                Repeater {
                    model: root.choices.length

                    Chip {
                        required property int index

                        implicitHeight: 32
                        text: qsTr("%1 %2").arg(index + 1).arg(root.choices[index] ?? "")
                        checked: index === root.choice
                        Accessible.checkable: true
                        Accessible.checked: checked
                        Accessible.name: root.choices[index] ?? ""
                        onClicked: root.choice = index
                    }
                }
            }

            TextLabel {
                x: 4 * Theme.grid
                width: parent.width - 8 * Theme.grid
                visible: root.choices.length === 0 && root.noChoice.length > 0
                text: root.noChoice
                wrapMode: Text.Wrap
                maximumLineCount: 3
            }

            TextInputField {
                id: words

                x: 4 * Theme.grid
                width: parent.width - 8 * Theme.grid
                visible: root.wordsLabel.length > 0
                maximumLength: 1000
                placeholderText: root.wordsLabel
                // Enter goes on to the dialog, which finishes once.
                onDismissed: root.close()
            }

            Row {
                anchors.right: parent.right
                anchors.rightMargin: 4 * Theme.grid
                spacing: 2 * Theme.grid

                PushButton {
                    text: qsTr("Cancel")
                    onClicked: root.close()
                }

                PushButton {
                    enabled: root.complete
                    kind: root.danger ? PushButton.Danger : PushButton.Primary
                    text: root.doText
                    shortcutHint: enabled ? qsTr("Enter") : ""
                    onClicked: root.finish()
                }
            }
        }
    }
}
