// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The alert rules: list, one of them as a form or as text, and a trial on recorded data before anything is saved.
FocusScope {
    id: root

    required property Console console
    property int tab: 0

    readonly property RuleEditor rules: root.console.rules

    function act(actionId: string) {
        switch (actionId) {
        case "keySheet":
            sheet.open();
            break;
        case "clear":
            sheet.opened ? sheet.close() : list.forceActiveFocus(Qt.OtherFocusReason);
            break;
        }
    }

    onVisibleChanged: if (visible)
        root.rules.open()

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
            T.SplitView.minimumWidth: 560

            PanelHeader {
                id: header

                width: parent.width
                title: qsTr("Alert rules")
                detail: root.rules.loaded ? qsTr("%1 · %2").arg(root.rules.count).arg(root.rules.origin) : ""

                PushButton {
                    text: qsTr("Undo")
                    implicitHeight: 30
                    enabled: root.rules.canUndo
                    onClicked: root.rules.undo()
                }

                PushButton {
                    text: qsTr("Discard")
                    implicitHeight: 30
                    description: qsTr("Back to the rules that are in force")
                    enabled: root.rules.dirty && !root.rules.conflict
                    onClicked: root.rules.discard()
                }

                PushButton {
                    kind: PushButton.Primary
                    implicitHeight: 30
                    text: qsTr("Save")
                    description: qsTr("Puts these rules in force, on every console, without a restart")
                    enabled: root.rules.canSave
                    onClicked: root.rules.save()
                }
            }

            Rectangle {
                id: state

                anchors.top: header.bottom
                width: parent.width
                height: conflict.visible ? 44 : 30
                color: root.rules.conflict ? Theme.warningTint : root.rules.wrong > 0 ? Theme.criticalTint : "transparent"

                TextLabel {
                    x: 3 * Theme.grid
                    width: (conflict.visible ? conflict.x : parent.width) - 6 * Theme.grid
                    anchors.verticalCenter: parent.verticalCenter
                    text: root.rules.status
                    color: root.rules.wrong > 0 || root.rules.conflict ? Theme.text : Theme.text2
                    Accessible.role: Accessible.StatusBar
                    Accessible.name: text
                }

                PushButton {
                    anchors.right: parent.right
                    anchors.rightMargin: 3 * Theme.grid
                    anchors.verticalCenter: parent.verticalCenter
                    implicitHeight: 26
                    visible: !root.rules.conflict && root.tab === 0 && root.rules.form.firstWrong >= 0
                    text: qsTr("Show")
                    description: qsTr("The first field that is wrong")
                    onClicked: fields.positionViewAtIndex(root.rules.form.firstWrong, ListView.Center)
                }

                Row {
                    id: conflict

                    anchors.right: parent.right
                    anchors.rightMargin: 3 * Theme.grid
                    anchors.verticalCenter: parent.verticalCenter
                    spacing: 2 * Theme.grid
                    visible: root.rules.conflict

                    PushButton {
                        implicitHeight: 30
                        text: qsTr("Take theirs")
                        description: qsTr("What you changed is dropped")
                        onClicked: root.rules.takeTheirs()
                    }

                    PushButton {
                        implicitHeight: 30
                        kind: PushButton.Primary
                        text: qsTr("Put mine on theirs")
                        description: qsTr("The rules you changed stay yours, all others are theirs; look, then save")
                        onClicked: root.rules.keepMine()
                    }
                }

                HLine {
                    anchors.bottom: parent.bottom
                    width: parent.width
                }
            }

            T.SplitView {
                anchors.top: state.bottom
                anchors.bottom: parent.bottom
                width: parent.width
                orientation: Qt.Horizontal
                handle: SplitHandle {
                }

                Item {
                    T.SplitView.preferredWidth: Math.round(Math.max(200, Math.min(280, middle.width * 0.24)))
                    T.SplitView.minimumWidth: 160

                    ListView {
                        id: list

                        anchors.top: parent.top
                        anchors.bottom: buttons.top
                        width: parent.width
                        clip: true
                        focus: true
                        activeFocusOnTab: true
                        model: root.rules
                        boundsBehavior: Flickable.StopAtBounds
                        Accessible.role: Accessible.List
                        Accessible.name: qsTr("Rules")
                        currentIndex: root.rules.current
                        highlightFollowsCurrentItem: false
                        keyNavigationEnabled: false
                        onCurrentIndexChanged: if (list.currentIndex >= 0)
                            list.positionViewAtIndex(list.currentIndex, ListView.Contain)

                        CursorKeys {
                            target: list
                            current: root.rules.current
                            count: list.count
                            onMoved: row => root.rules.current = row
                        }

                        ScrollBar.vertical: ScrollBar {
                        }

                        delegate: RuleRow {
                            width: list.width
                            selected: root.rules.current === index
                            onPicked: {
                                list.forceActiveFocus(Qt.MouseFocusReason); // what is being written is taken first
                                root.rules.current = index;
                            }
                        }
                    }

                    FocusRing {
                        anchors.fill: list
                        shown: list.activeFocus
                    }

                    Row {
                        id: buttons

                        anchors.bottom: parent.bottom
                        anchors.bottomMargin: 2 * Theme.grid
                        x: 2 * Theme.grid
                        spacing: Theme.grid

                        PushButton {
                            implicitHeight: 28
                            iconName: "plus"
                            description: qsTr("Add a rule")
                            enabled: root.rules.loaded
                            onClicked: root.rules.addRule()
                        }

                        PushButton {
                            implicitHeight: 28
                            iconName: "minus"
                            description: qsTr("Remove this rule (Undo brings it back)")
                            enabled: root.rules.current >= 0
                            onClicked: root.rules.removeRule()
                        }

                        PushButton {
                            implicitHeight: 28
                            text: qsTr("Copy")
                            description: qsTr("Another rule like this one")
                            enabled: root.rules.current >= 0
                            onClicked: root.rules.duplicateRule()
                        }
                    }
                }

                Item {
                    T.SplitView.fillWidth: true
                    T.SplitView.minimumWidth: 300

                    PanelHeader {
                        id: ruleHeader

                        width: parent.width
                        title: root.rules.title

                        SegmentedControl {
                            anchors.verticalCenter: parent.verticalCenter
                            implicitWidth: 140
                            description: qsTr("How to show the rule")
                            segments: [qsTr("Form"), qsTr("Text")]
                            currentIndex: root.tab
                            onPicked: index => root.tab = index
                        }
                    }

                    Column {
                        id: problems

                        anchors.top: ruleHeader.bottom
                        width: parent.width
                        topPadding: root.rules.problems.length > 0 ? 2 * Theme.grid : 0

                        Repeater {
                            model: root.rules.problems

                            TextLabel {
                                required property string modelData

                                x: 3 * Theme.grid
                                width: problems.width - 6 * Theme.grid
                                wrapMode: Text.Wrap
                                maximumLineCount: 2
                                text: modelData
                                color: Theme.critical
                                Accessible.role: Accessible.AlertMessage
                                Accessible.name: text
                            }
                        }
                    }

                    ListView {
                        id: fields

                        anchors.top: problems.bottom
                        anchors.bottom: parent.bottom
                        width: parent.width
                        visible: root.tab === 0 && root.rules.current >= 0
                        clip: true
                        model: root.rules.form
                        cacheBuffer: 2000
                        boundsBehavior: Flickable.StopAtBounds
                        Accessible.role: Accessible.Grouping
                        Accessible.name: qsTr("The rule's fields")

                        ScrollBar.vertical: ScrollBar {
                        }

                        delegate: RuleField {
                            width: fields.width
                            onEdited: text => root.rules.setField(fieldKey, text)
                            onActionAsked: root.rules.act(fieldKey)
                        }
                    }

                    Flickable {
                        id: frame

                        anchors.top: problems.bottom
                        anchors.bottom: textProblem.top
                        width: parent.width
                        visible: root.tab === 1 && root.rules.current >= 0
                        clip: true
                        contentHeight: editor.height
                        boundsBehavior: Flickable.StopAtBounds

                        T.TextArea {
                            id: editor

                            width: frame.width
                            height: Math.max(frame.height, contentHeight + 6 * Theme.grid)
                            padding: 3 * Theme.grid
                            wrapMode: TextEdit.Wrap
                            selectByMouse: true
                            color: Theme.text
                            selectionColor: Theme.accent
                            selectedTextColor: Theme.bg0
                            font.family: "monospace"
                            font.pixelSize: Theme.fontSmall
                            Accessible.name: qsTr("The rule as text")
                            onTextChanged: if (activeFocus)
                                root.rules.setJson(text)

                            Connections {
                                target: root.rules

                                function onJsonChanged() {
                                    if (!editor.activeFocus)
                                        editor.text = root.rules.json;
                                }
                            }

                            onActiveFocusChanged: if (!activeFocus && root.rules.jsonProblem.length === 0)
                                text = root.rules.json
                        }
                    }

                    TextLabel {
                        id: textProblem

                        anchors.bottom: parent.bottom
                        x: 3 * Theme.grid
                        width: parent.width - 6 * Theme.grid
                        height: visible ? 32 : 0
                        visible: root.tab === 1 && root.rules.jsonProblem.length > 0
                        text: root.rules.jsonProblem
                        color: Theme.critical
                        Accessible.role: Accessible.AlertMessage
                        Accessible.name: text
                    }

                    EmptyState {
                        anchors.fill: parent
                        visible: root.rules.current < 0
                        title: root.rules.loaded ? qsTr("There are no rules") : qsTr("No rules to show")
                        detail: root.rules.status
                    }
                }

                RuleTrialPanel {
                    trial: root.rules.trial
                    T.SplitView.preferredWidth: Math.round(Math.max(300, Math.min(560, middle.width * 0.38)))
                    T.SplitView.minimumWidth: 260
                }
            }
        }

        AlertQueue {
            console: root.console
            T.SplitView.preferredWidth: Math.round(Math.max(340, Math.min(520, root.width * 0.23)))
            T.SplitView.minimumWidth: 280
            T.SplitView.maximumWidth: root.width * 0.4
        }
    }

    KeySheet {
        id: sheet

        parent: middle
        keys: root.console.keys
    }
}
