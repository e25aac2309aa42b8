// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// A picture that is about to be sent: what it shows, how far it is, why it cannot go; a cross takes it out.
Rectangle {
    id: root

    required property int index
    required property string pictureId
    required property string nameText
    required property string sizeText
    required property int pictureState
    required property double progress
    required property string problem

    readonly property bool bad: root.problem.length > 0

    signal removeAsked(int index)

    implicitWidth: 84
    implicitHeight: 68
    radius: Theme.grid
    color: Theme.bg0
    border.width: 1
    border.color: root.bad ? Theme.critical : Theme.line
    clip: true
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2").arg(root.nameText).arg(root.sizeText)
    Accessible.description: root.problem

    Image {
        anchors.fill: parent
        anchors.margins: 1
        visible: !root.bad || root.pictureId.length > 0
        asynchronous: true
        cache: false
        fillMode: Image.PreserveAspectCrop
        sourceSize.width: 256
        sourceSize.height: 256
        source: root.pictureId.length > 0 ? "image://pictures/" + root.pictureId : ""
        opacity: root.pictureState === ChatPictures.Sending || root.bad ? 0.5 : 1
    }

    TextLabel {
        anchors.fill: parent
        anchors.margins: Theme.grid
        visible: root.pictureId.length === 0
        text: root.bad ? root.nameText : qsTr("reading …")
        wrapMode: Text.Wrap
        maximumLineCount: 3
        horizontalAlignment: Text.AlignHCenter
        font.pixelSize: Theme.fontTiny
        color: Theme.text2
    }

    Rectangle {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        height: 16
        color: Theme.bg1
        opacity: 0.85
        visible: sizeLabel.text.length > 0
    }

    TextLabel {
        id: sizeLabel

        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 1
        text: root.bad ? qsTr("not sent") : root.pictureState === ChatPictures.There ? qsTr("at the desk") : root.sizeText
        font.pixelSize: Theme.fontTiny
        font.weight: root.bad ? Font.DemiBold : Font.Normal
        color: root.bad ? Theme.critical : Theme.text
    }

    Rectangle {
        anchors.left: parent.left
        anchors.bottom: parent.bottom
        width: parent.width * root.progress
        height: 3
        color: Theme.accent
        visible: root.pictureState === ChatPictures.Sending
    }

    StateShape {
        x: Theme.grid
        y: Theme.grid
        visible: root.bad
        level: Theme.Critical
        color: Theme.critical
    }

    PushButton {
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: 2
        implicitWidth: 22
        implicitHeight: 22
        iconName: "close"
        description: qsTr("Take %1 out").arg(root.nameText)
        onClicked: root.removeAsked(root.index)
    }
}
