// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// Whether alerts can be heard, here and anywhere. Press: volumes, output device, tests.
T.AbstractButton {
    id: root

    required property Annunciator sound
    /// Says "sound on" in words; what is wrong is always said.
    property bool worded: true

    readonly property bool well: root.sound.health === Annunciator.On
    readonly property bool alarm: root.sound.health === Annunciator.Nobody
    readonly property color tone: root.alarm ? Theme.critical : root.well ? Theme.text2 : Theme.warning

    implicitWidth: implicitContentWidth + 4 * Theme.grid
    implicitHeight: 34
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: root.alarm ? Accessible.AlertMessage : Accessible.Button
    Accessible.name: root.sound.healthText
    Accessible.description: root.sound.healthDetail
    onClicked: popup.opened ? popup.close() : popup.open()

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 2 * Theme.grid

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                width: 12
                height: 12
                visible: root.alarm
                level: Theme.Critical
                color: root.tone
            }

            IconItem {
                anchors.verticalCenter: parent.verticalCenter
                width: 18
                height: 18
                name: root.well ? "sound" : "sound-off"
                color: root.tone
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.worded || !root.well
                text: root.sound.healthText
                color: root.tone
                font.weight: root.well ? Font.Normal : Font.DemiBold
            }
        }
    }

    background: Rectangle {
        radius: Theme.radius
        color: root.alarm ? Theme.criticalTint : !root.well ? Theme.warningTint : root.hovered || popup.opened ? Theme.bg3 : Theme.bg2
        border.width: 1
        border.color: root.well ? Theme.line : root.tone

        FocusRing {
            shown: root.visualFocus
        }
    }

    Tooltip {
        shown: root.hovered && !popup.opened
        text: root.sound.healthDetail
    }

    SoundPopup {
        id: popup

        x: root.width - width
        y: root.height + 3 * Theme.grid
        sound: root.sound
    }
}
