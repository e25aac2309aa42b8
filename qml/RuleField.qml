// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// One field of the rule: label, what stands there, and below it what is meant or what is wrong.
Item {
    id: root

    required property string fieldKey
    required property string head
    required property string label
    required property int fieldKind
    required property string fieldText
    required property list<string> choices
    required property int chosen
    required property string hint
    required property string fieldError

    readonly property bool bad: root.fieldError.length > 0
    readonly property bool written: root.fieldKind === RuleForm.Paragraph || root.fieldKind === RuleForm.Json
    readonly property bool labelled: root.fieldKind !== RuleForm.Flag && root.fieldKind !== RuleForm.Action

    signal edited(string text)
    signal actionAsked

    implicitHeight: body.y + body.height + (below.visible ? below.implicitHeight : 0) + Theme.grid

    TextLabel {
        id: section

        x: 3 * Theme.grid
        y: 4 * Theme.grid
        visible: root.head.length > 0
        text: root.head
        font.weight: Font.DemiBold
        Accessible.role: Accessible.Heading
        Accessible.name: root.head
    }

    TextLabel {
        id: name

        x: 3 * Theme.grid
        y: body.y + 1.5 * Theme.grid
        width: 124
        visible: root.labelled
        text: root.label
        color: root.bad ? Theme.critical : Theme.text2
    }

    Item {
        id: body

        x: root.labelled || root.fieldKind === RuleForm.Action ? 3 * Theme.grid + 124 + 2 * Theme.grid : 0
        y: section.visible ? section.y + section.implicitHeight + 2 * Theme.grid : Theme.grid
        width: root.width - x - 3 * Theme.grid
        height: root.written ? area.height : root.fieldKind === RuleForm.Choice ? chips.height : root.fieldKind === RuleForm.Flag ? toggle.height : root.fieldKind === RuleForm.Action ? button.height : field.height

        TextInputField {
            id: field

            width: parent.width
            height: 30
            visible: root.fieldKind === RuleForm.Line || root.fieldKind === RuleForm.Number || root.fieldKind === RuleForm.List
            description: root.label
            onTextEdited: root.edited(text)

            // What is typed stays as it is typed: "5." is not 5 yet.
            Binding {
                target: field
                property: "text"
                value: root.fieldText
                when: !field.activeFocus
                restoreMode: Binding.RestoreNone
            }

            Rectangle {
                anchors.fill: parent
                radius: Theme.radius
                visible: root.bad
                color: "transparent"
                border.width: 2
                border.color: Theme.critical
            }
        }

        T.TextArea {
            id: area

            width: parent.width
            height: Math.max(30, contentHeight + 3 * Theme.grid)
            visible: root.written
            padding: 1.5 * Theme.grid
            leftPadding: 3 * Theme.grid
            wrapMode: TextEdit.Wrap
            selectByMouse: true
            color: Theme.text
            selectionColor: Theme.accent
            selectedTextColor: Theme.bg0
            font.family: Theme.fontFamily
            font.pixelSize: Theme.fontBase
            text: root.fieldText // changes only when this is done, or another rule is shown
            Accessible.name: root.label
            Keys.onTabPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
            Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
            onEditingFinished: if (text !== root.fieldText)
                root.edited(text)

            background: Rectangle {
                radius: Theme.radius
                color: Theme.bg0
                border.width: area.activeFocus || root.bad ? 2 : 1
                border.color: root.bad ? Theme.critical : area.activeFocus ? Theme.accent : Theme.line
            }
        }

        Flow {
            id: chips

            width: parent.width
            visible: root.fieldKind === RuleForm.Choice
            spacing: Theme.grid
            topPadding: 0.5 * Theme.grid
            Accessible.role: Accessible.Grouping
            Accessible.name: root.label

            Repeater {
                model: root.fieldKind === RuleForm.Choice ? root.choices : []

                Chip {
                    required property string modelData
                    required property int index

                    text: modelData.length > 0 ? modelData : qsTr("–")
                    checked: root.chosen === index || (root.chosen < 0 && modelData.length === 0)
                    Accessible.name: qsTr("%1: %2").arg(root.label).arg(modelData.length > 0 ? modelData : qsTr("not set"))
                    onClicked: root.edited(modelData)
                }
            }
        }

        ToggleRow {
            id: toggle

            width: parent.width
            visible: root.fieldKind === RuleForm.Flag
            text: root.label
            checked: root.chosen === 1
            onClicked: root.edited(root.chosen === 1 ? "" : "true")
        }

        PushButton {
            id: button

            height: 26
            visible: root.fieldKind === RuleForm.Action
            text: root.label
            iconName: root.fieldKey === "bands+" ? "plus" : "minus"
            onClicked: root.actionAsked()
        }
    }

    TextLabel {
        id: below

        anchors.left: body.left
        anchors.right: body.right
        anchors.top: body.bottom
        visible: root.bad || (root.hint.length > 0 && root.fieldText.length === 0 && root.fieldKind !== RuleForm.Action)
        text: root.bad ? root.fieldError : root.hint
        wrapMode: Text.Wrap
        maximumLineCount: 3
        font.pixelSize: Theme.fontSmall
        color: root.bad ? Theme.critical : Theme.text3
        Accessible.role: root.bad ? Accessible.AlertMessage : Accessible.StaticText
        Accessible.name: root.bad ? qsTr("%1: %2").arg(root.label).arg(root.fieldError) : root.hint
    }
}
