// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// A picture of a conversation, small. Press: the large view; one that did not come is asked for again.
T.AbstractButton {
    id: root

    required property string pictureId
    /// Of the server: one that could not be had while it was away is asked for again.
    required property bool live

    property int attempt: 0
    readonly property bool failed: image.status === Image.Error

    signal opened

    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.failed ? qsTr("A picture that did not come: try again") : qsTr("Picture: show it large")
    onLiveChanged: root.again()
    onClicked: root.failed ? root.again() : root.opened()

    function again() {
        root.attempt += root.failed ? 1 : 0;
    }

    background: Rectangle {
        radius: Theme.grid
        color: Theme.bg0
        border.width: 1
        border.color: root.hovered ? Theme.text2 : Theme.line
    }

    Image {
        id: image

        anchors.fill: parent
        anchors.margins: 1
        asynchronous: true
        cache: false
        fillMode: Image.PreserveAspectCrop
        sourceSize.width: 480
        sourceSize.height: 480
        source: "image://pictures/" + root.pictureId + "?" + root.attempt
    }

    TextLabel {
        anchors.fill: parent
        anchors.margins: 2 * Theme.grid
        visible: image.status !== Image.Ready
        text: root.failed ? qsTr("The picture did not come. Press to try again.") : qsTr("loading …")
        wrapMode: Text.Wrap
        maximumLineCount: 4
        horizontalAlignment: Text.AlignHCenter
        font.pixelSize: Theme.fontTiny
        color: Theme.text2
    }

    FocusRing {
        shown: root.visualFocus
    }
}
