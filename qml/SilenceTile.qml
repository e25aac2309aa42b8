// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// Silences what sounds, on every console, and counts down until it sounds again.
T.AbstractButton {
    id: root

    required property Annunciator sound
    property string shortcutHint: ""

    implicitWidth: Math.max(96, implicitContentWidth + 6 * Theme.grid)
    implicitHeight: 34
    hoverEnabled: true
    enabled: root.sound.canSilence
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.sound.silenceText
    Accessible.description: root.enabled ? qsTr("Silences what sounds, on every console") : ""
    onClicked: root.sound.silenceAll()

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 2 * Theme.grid

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: root.sound.silenceText
                color: root.enabled || root.sound.silenced ? Theme.text : Theme.text2
                font.weight: root.enabled || root.sound.silenced ? Font.DemiBold : Font.Normal
            }

            KeyHint {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.enabled && root.shortcutHint.length > 0
                text: root.shortcutHint
            }
        }
    }

    background: Rectangle {
        radius: Theme.radius
        color: root.sound.silenced ? Theme.accentTint : root.hovered && root.enabled ? Theme.bg3 : Theme.bg2
        border.width: 1
        border.color: root.enabled ? Theme.text2 : Theme.line

        FocusRing {
            shown: root.visualFocus
        }
    }

    Tooltip {
        shown: root.hovered && root.enabled
        text: qsTr("Silence what sounds, on every console: 30 s for an emergency, 2 min for what is critical")
    }
}
