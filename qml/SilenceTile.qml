// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// Silences all that sounds, on every console; then says how long it lasts.
T.AbstractButton {
    id: root

    required property AlertActions actions
    required property string keyText

    readonly property bool silenced: root.actions.sounding === 0 && root.actions.silencedText.length > 0

    implicitWidth: implicitContentWidth + 6 * Theme.grid
    implicitHeight: 34
    hoverEnabled: true
    enabled: root.actions.sounding > 0
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.silenced ? qsTr("Silenced for %1").arg(root.actions.silencedText) : qsTr("Silence, %1 sound").arg(root.actions.sounding)
    onClicked: root.actions.silenceAll()

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 2 * Theme.grid

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: root.silenced ? qsTr("silenced") : qsTr("Silence")
                font.weight: root.enabled ? Font.DemiBold : Font.Normal
                color: root.enabled ? Theme.text : Theme.text2
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.silenced
                text: root.actions.silencedText
                font.weight: Font.DemiBold
            }

            KeyHint {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.enabled
                text: root.keyText
            }
        }
    }

    background: Rectangle {
        radius: Theme.radius
        color: root.hovered && root.enabled ? Theme.bg3 : Theme.bg2
        border.width: 1
        border.color: Theme.line

        FocusRing {
            shown: root.visualFocus
        }
    }

    Tooltip {
        shown: root.hovered && root.enabled
        text: qsTr("Silence all that sounds, on every console; a new alert sounds at once")
    }
}
