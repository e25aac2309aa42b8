// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// How many of one level wait. Press: show only these; again: all.
T.AbstractButton {
    id: root

    required property int level
    required property int count
    required property string word
    /// Whether the count is known at all: what has never come is not 0.
    property bool known: true

    readonly property bool some: root.known && root.count > 0
    readonly property color tone: Theme.levelColor(root.level, Theme.scheme)

    implicitWidth: implicitContentWidth + 6 * Theme.grid
    implicitHeight: 34
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.known ? qsTr("%1 %2 unacknowledged").arg(root.count).arg(root.word) : qsTr("How many %1 wait is not known").arg(root.word)
    Accessible.description: root.checked ? qsTr("The queue shows only these") : qsTr("Show only these in the queue")
    Accessible.checked: root.checked

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 2 * Theme.grid

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                level: root.level
                filled: root.some
                color: root.some ? root.tone : Theme.text3
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: root.known ? root.count : "–"
                font.weight: Font.DemiBold
                color: root.some ? Theme.text : Theme.text2
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: root.word
                color: root.some ? Theme.text : Theme.text2
            }
        }
    }

    background: Rectangle {
        radius: Theme.radius
        color: root.some && root.level >= Theme.Critical ? Theme.levelTint(root.level, Theme.scheme) : root.checked ? Theme.accentTint : root.hovered ? Theme.bg3 : Theme.bg2
        border.width: root.checked ? 2 : 1
        border.color: root.checked ? Theme.accent : root.some && root.level >= Theme.Critical ? root.tone : Theme.line

        FocusRing {
            shown: root.visualFocus
        }
    }

    Tooltip {
        shown: root.hovered
        text: root.checked ? qsTr("Show all levels again") : qsTr("Show only these in the queue")
    }
}
