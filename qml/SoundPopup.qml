// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// The console's sound: how loud, where it comes out, and a test of each.
T.Popup {
    id: root

    required property Annunciator sound

    readonly property SoundSettings settings: root.sound.settings
    readonly property bool well: root.sound.health === Annunciator.On

    width: 400
    height: column.height
    padding: 0
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent
    onOpened: muted.forceActiveFocus(Qt.PopupFocusReason)

    background: Rectangle {
        color: Theme.bg1
        radius: Theme.radius
        border.width: 1
        border.color: Theme.line
    }

    Column {
        id: column

        width: root.width
        bottomPadding: 2 * Theme.grid

        PanelHeader {
            width: parent.width
            title: qsTr("Sound")
            detail: root.sound.healthText

            PushButton {
                implicitHeight: 28
                implicitWidth: 28
                kind: PushButton.Quiet
                iconName: "close"
                description: qsTr("Close the sound settings (Esc)")
                onClicked: root.close()
            }
        }

        TextLabel {
            x: 3 * Theme.grid
            width: parent.width - 6 * Theme.grid
            topPadding: 2 * Theme.grid
            bottomPadding: 2 * Theme.grid
            text: root.sound.healthDetail
            wrapMode: Text.Wrap
            maximumLineCount: 4
            color: root.well ? Theme.text2 : Theme.text
        }

        ToggleRow {
            id: muted

            width: parent.width
            text: qsTr("Mute this console")
            detail: qsTr("Emergencies still sound; they can be silenced for a while")
            checked: root.settings.muted
            onClicked: root.settings.muted = !root.settings.muted
        }

        HLine {
            width: parent.width
        }

        VolumeRow {
            width: parent.width
            level: Theme.Emergency
            word: qsTr("Emergency")
            floor: SoundSettings.EmergencyFloor
            volume: root.settings.emergency
            onMoved: volume => root.settings.emergency = volume
            onTestAsked: root.sound.test(Annunciator.TestEmergency)
        }

        VolumeRow {
            width: parent.width
            level: Theme.Critical
            word: qsTr("Critical")
            volume: root.settings.critical
            onMoved: volume => root.settings.critical = volume
            onTestAsked: root.sound.test(Annunciator.TestCritical)
        }

        VolumeRow {
            width: parent.width
            level: Theme.Warning
            word: qsTr("Warning")
            volume: root.settings.warning
            onMoved: volume => root.settings.warning = volume
            onTestAsked: root.sound.test(Annunciator.TestWarning)
        }

        HLine {
            width: parent.width
        }

        TextLabel {
            x: 3 * Theme.grid
            topPadding: 2 * Theme.grid
            bottomPadding: Theme.grid
            text: qsTr("Output device")
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }

        Repeater {
            model: root.settings.devices

            ToggleRow {
                required property string modelData
                required property int index

                width: column.width
                single: true
                text: modelData
                checked: root.settings.device === index
                onClicked: root.settings.device = index
            }
        }

        HLine {
            width: parent.width
        }

        ToggleRow {
            width: parent.width
            text: qsTr("Speak what waits")
            detail: root.sound.canSpeak ? qsTr("After the sound, every 20 s while something critical waits") : qsTr("There is no speech on this machine")
            enabled: root.sound.canSpeak
            checked: root.settings.speech
            onClicked: root.settings.speech = !root.settings.speech
        }

        ToggleRow {
            width: parent.width
            text: qsTr("Test tone when the console starts")
            checked: root.settings.startTone
            onClicked: root.settings.startTone = !root.settings.startTone
        }
    }
}
