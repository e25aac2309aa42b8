// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The pictures of one line, large. Lies over the map, never over the queue. Esc closes, the arrows go on.
T.Popup {
    id: root

    required property Console console

    property string messageId: ""
    property int index: 0
    property string who: ""

    readonly property int count: root.console.chat.pictureCount(root.messageId)
    readonly property string pictureId: root.console.chat.pictureAt(root.messageId, root.index)

    function show(messageId: string, index: int, who: string) {
        root.messageId = messageId;
        root.index = index;
        root.who = who;
        root.open();
    }

    function step(by: int) {
        root.index = Math.max(0, Math.min(root.count - 1, root.index + by));
    }

    width: parent.width - 6 * Theme.grid
    height: parent.height - 6 * Theme.grid
    x: 3 * Theme.grid
    y: 3 * Theme.grid
    padding: 0
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent

    background: Rectangle {
        color: Theme.bg0
        radius: Theme.radius
        border.width: 1
        border.color: Theme.line
    }

    FocusScope {
        anchors.fill: parent
        focus: true
        Keys.onLeftPressed: root.step(-1)
        Keys.onRightPressed: root.step(1)
        Keys.onShortcutOverride: event => event.accepted = event.key === Qt.Key_Left || event.key === Qt.Key_Right

        PanelHeader {
            id: header

            width: parent.width
            title: root.count > 1 ? qsTr("Picture %1 of %2").arg(root.index + 1).arg(root.count) : qsTr("Picture")
            detail: root.who

            PushButton {
                implicitHeight: 28
                visible: root.index > 0
                kind: PushButton.Quiet
                text: qsTr("Previous")
                onClicked: root.step(-1)
            }

            PushButton {
                implicitHeight: 28
                visible: root.index + 1 < root.count
                kind: PushButton.Quiet
                text: qsTr("Next")
                onClicked: root.step(1)
            }

            PushButton {
                implicitHeight: 28
                enabled: picture.status === Image.Ready
                text: qsTr("Save as …")
                description: qsTr("Save the picture as it was sent")
                onClicked: root.console.savePicture(root.pictureId)
            }

            PushButton {
                implicitHeight: 28
                implicitWidth: 28
                kind: PushButton.Quiet
                iconName: "close"
                focus: true
                description: qsTr("Close the picture (Esc)")
                onClicked: root.close()
            }
        }

        Image {
            id: picture

            anchors.top: header.bottom
            anchors.bottom: parent.bottom
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.margins: 2 * Theme.grid
            asynchronous: true
            cache: false
            fillMode: Image.PreserveAspectFit
            // As large as a screen, whatever the popup's size is just now: a window that is resized decodes nothing anew.
            sourceSize.width: 2560
            sourceSize.height: 1600
            source: root.opened && root.pictureId.length > 0 ? "image://pictures/" + root.pictureId : ""
            Accessible.role: Accessible.Graphic
            Accessible.name: qsTr("Picture by %1").arg(root.who)
        }

        EmptyState {
            anchors.fill: picture
            visible: picture.status !== Image.Ready
            trouble: picture.status === Image.Error
            title: picture.status === Image.Error ? qsTr("The picture did not come") : qsTr("Loading …")
            detail: picture.status === Image.Error ? root.console.server.absenceText : ""
        }
    }
}
