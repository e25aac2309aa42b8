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

    width: 320
    height: Math.min(header.height + list.contentHeight + 2 * Theme.grid, 420)
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
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 2 * Theme.grid
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
}
