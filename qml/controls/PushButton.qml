// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// A button with a text, an icon, or both. Its text is its accessible name; an icon alone needs `description`.
T.Button {
    id: root

    enum Kind { Normal, Primary, Danger, Quiet }

    property int kind: PushButton.Normal
    property string iconName: ""
    /// Shown as a tool tip, and read aloud where there is no text.
    property string description: ""
    property string shortcutHint: ""

    readonly property color faceColor: root.kind === PushButton.Primary ? Theme.accentTint : root.kind === PushButton.Quiet ? "transparent" : Theme.bg3
    readonly property color edgeColor: root.kind === PushButton.Primary ? Theme.accent : root.kind === PushButton.Danger ? Theme.critical : root.kind === PushButton.Quiet ? "transparent" : Theme.line

    implicitWidth: Math.max(implicitHeight, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Theme.controlHeight
    leftPadding: root.text.length > 0 ? 3 * Theme.grid : 0
    rightPadding: leftPadding
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    opacity: enabled ? 1 : 0.45
    Accessible.name: root.text.length > 0 ? root.text : root.description
    Accessible.description: root.text.length > 0 ? root.description : ""

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 2 * Theme.grid

            IconItem {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.iconName.length > 0
                width: 18
                height: 18
                name: root.iconName
                color: root.hovered ? Theme.text : Theme.text2
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.text.length > 0
                text: root.text
                font.weight: Font.Medium
            }

            KeyHint {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.shortcutHint.length > 0
                text: root.shortcutHint
            }
        }
    }

    background: Rectangle {
        radius: Theme.radius
        color: root.down ? Theme.accentTint : root.hovered ? Qt.tint(root.faceColor, Qt.rgba(Theme.text.r, Theme.text.g, Theme.text.b, 0.08)) : root.faceColor
        border.width: 1
        border.color: root.edgeColor

        FocusRing {
            shown: root.visualFocus
        }
    }

    Tooltip {
        shown: root.hovered && root.description.length > 0
        text: root.description
    }
}
