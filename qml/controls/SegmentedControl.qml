// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// One of a few. Left and Right move; every segment is a button of its own for a screen reader.
FocusScope {
    id: root

    required property list<string> segments
    property int currentIndex: 0
    property string description: ""

    /// The operator picked another one. Whoever owns the choice changes currentIndex.
    signal picked(int index)

    implicitWidth: 240
    implicitHeight: 28
    activeFocusOnTab: true
    Accessible.role: Accessible.PageTabList
    Accessible.name: root.description
    Keys.onLeftPressed: root.picked(Math.max(0, root.currentIndex - 1))
    Keys.onRightPressed: root.picked(Math.min(root.segments.length - 1, root.currentIndex + 1))

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        color: Theme.bg1
        border.width: 1
        border.color: Theme.line
    }

    Row {
        anchors.fill: parent
        anchors.margins: 1

        Repeater {
            model: root.segments.length

            T.AbstractButton {
                id: segment

                required property int index

                width: (root.width - 2) / root.segments.length
                height: root.height - 2
                hoverEnabled: true
                focusPolicy: Qt.NoFocus
                text: root.segments[segment.index]
                checked: segment.index === root.currentIndex
                Accessible.role: Accessible.PageTab
                Accessible.name: segment.text
                Accessible.selected: segment.checked
                onClicked: root.picked(segment.index)

                contentItem: TextLabel {
                    text: segment.text
                    horizontalAlignment: Text.AlignHCenter
                    font.pixelSize: Theme.fontSmall
                    font.weight: segment.checked ? Font.DemiBold : Font.Normal
                    color: segment.checked ? Theme.text : Theme.text2
                }

                background: Rectangle {
                    radius: Theme.radius - 1
                    color: segment.checked ? Theme.bg3 : segment.hovered ? Theme.bg2 : "transparent"
                }
            }
        }
    }

    FocusRing {
        shown: root.activeFocus
    }
}
