// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// What an action on alerts left to say: what changed under the hand, what became of many, what can still be taken back. No height while
/// there is nothing.
Column {
    id: root

    required property AlertActions actions
    required property KeyRegistry keys

    /// Rows of the results are shown.
    property bool opened: false

    AlertBar {
        width: root.width
        visible: root.actions.againText.length > 0
        tone: Theme.Warning
        text: root.actions.againText

        PushButton {
            implicitHeight: 26
            kind: PushButton.Primary
            text: qsTr("Do it for what it is now")
            onClicked: root.actions.repeat()
        }

        PushButton {
            implicitHeight: 26
            text: qsTr("Leave it")
            onClicked: root.actions.dropAgain()
        }
    }

    AlertBar {
        width: root.width
        visible: root.actions.undoText.length > 0
        text: qsTr("%1. It can be taken back for %2 s.").arg(root.actions.undoText).arg(root.actions.undoSeconds)

        PushButton {
            implicitHeight: 26
            kind: PushButton.Primary
            text: qsTr("Undo")
            shortcutHint: root.keys.keyText("undo")
            onClicked: root.actions.undo()
        }
    }

    ListView {
        id: list

        width: root.width
        height: root.opened && visible ? Math.min(contentHeight, 200) : 0
        visible: root.actions.resultsText.length > 0
        clip: true
        model: root.actions.results
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: root.opened
        Accessible.role: Accessible.List
        Accessible.name: qsTr("What was not done")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: FactRow {
            width: list.width
        }
    }

    AlertBar {
        width: root.width
        visible: root.actions.resultsText.length > 0
        tone: root.actions.results.count > 0 ? Theme.Warning : Theme.Normal
        text: root.actions.resultsText

        PushButton {
            implicitHeight: 26
            visible: root.actions.results.count > 0
            text: root.opened ? qsTr("Less") : qsTr("Which (%1)").arg(root.actions.results.count)
            onClicked: root.opened = !root.opened
        }

        PushButton {
            implicitHeight: 26
            implicitWidth: 26
            visible: !root.actions.working
            kind: PushButton.Quiet
            iconName: "close"
            description: qsTr("Close")
            onClicked: {
                root.opened = false;
                root.actions.dismissResults();
            }
        }
    }
}
