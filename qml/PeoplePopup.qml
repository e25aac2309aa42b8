// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// Who is on shift and what each handles.
T.Popup {
    id: root

    required property PeopleModel people
    required property bool live
    /// How an own hand-over stands; empty: there is none.
    property string progressText: ""
    property string keyText: ""

    signal handoverAsked

    width: 320
    height: Math.min(header.height + list.contentHeight + foot.height + 2 * Theme.grid, 460)
    padding: 0
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent

    background: Rectangle {
        color: Theme.bg1
        radius: Theme.radius
        border.width: 1
        border.color: Theme.line
    }

    PanelHeader {
        id: header

        width: parent.width
        title: qsTr("On shift")
        detail: root.live ? root.people.count : qsTr("as last known")

        PushButton {
            implicitHeight: 28
            implicitWidth: 28
            kind: PushButton.Quiet
            iconName: "close"
            focus: true
            description: qsTr("Close who is on shift (Esc)")
            onClicked: root.close()
        }
    }

    ListView {
        id: list

        anchors.top: header.bottom
        anchors.bottom: foot.top
        anchors.left: parent.left
        anchors.right: parent.right
        clip: true
        model: root.people
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: qsTr("On shift")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: PersonRow {
            width: list.width
        }
    }

    Item {
        id: foot

        anchors.bottom: parent.bottom
        width: parent.width
        height: (progress.visible ? progress.implicitHeight : 0) + handoverButton.height + 5 * Theme.grid

        TextLabel {
            id: progress

            x: 3 * Theme.grid
            y: 2 * Theme.grid
            width: parent.width - 6 * Theme.grid
            visible: text.length > 0
            text: root.progressText
            font.pixelSize: Theme.fontSmall
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }

        PushButton {
            id: handoverButton

            anchors.bottom: parent.bottom
            anchors.bottomMargin: 2 * Theme.grid
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            text: qsTr("Hand over the shift…")
            shortcutHint: root.keyText
            onClicked: root.handoverAsked()
        }
    }
}
