// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// How loud one class of alerts is, with a test.
Item {
    id: root

    required property int level
    required property string word
    required property int volume
    /// The least that can be set.
    property int floor: 0

    signal moved(int volume)
    signal testAsked

    implicitHeight: 36

    StateShape {
        id: shape

        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        level: root.level
        color: Theme.levelColor(root.level, Theme.scheme)
    }

    TextLabel {
        id: label

        anchors.left: shape.right
        anchors.leftMargin: 2 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 84
        text: root.word
    }

    T.Slider {
        id: slider

        anchors.left: label.right
        anchors.right: figure.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        height: 28
        from: root.floor
        to: 100
        stepSize: 5
        value: root.volume
        focusPolicy: Qt.StrongFocus
        hoverEnabled: true
        Accessible.role: Accessible.Slider
        Accessible.name: qsTr("Volume of %1").arg(root.word)
        onMoved: root.moved(Math.round(value))

        background: Rectangle {
            x: slider.leftPadding
            y: (slider.height - height) / 2
            width: slider.availableWidth
            height: 4
            radius: 2
            color: Theme.bg3

            Rectangle {
                width: slider.visualPosition * parent.width
                height: parent.height
                radius: 2
                color: Theme.accent
            }
        }

        handle: Rectangle {
            x: slider.leftPadding + slider.visualPosition * (slider.availableWidth - width)
            y: (slider.height - height) / 2
            width: 16
            height: 16
            radius: 8
            color: slider.pressed ? Theme.accent : Theme.text
            border.width: 2
            border.color: Theme.bg1
        }

        FocusRing {
            shown: slider.visualFocus
        }
    }

    TextLabel {
        id: figure

        anchors.right: test.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 44
        horizontalAlignment: Text.AlignRight
        text: qsTr("%1 %").arg(root.volume)
        color: Theme.text2
    }

    PushButton {
        id: test

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        implicitHeight: 26
        text: qsTr("Test")
        description: qsTr("Sounds it once, as loud as it is set")
        Accessible.name: qsTr("Test the sound of %1").arg(root.word)
        onClicked: root.testAsked()
    }
}
