// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// How far the help is, as buttons: what is reached says when and by whom; the last one closes. Left and Right move between them.
Row {
    id: root

    required property IncidentCard card
    required property KeyRegistry keys

    signal stagePicked(int stage)
    signal closeAsked

    readonly property int last: root.card.stages.length - 1

    height: 42
    Accessible.role: Accessible.PageTabList
    Accessible.name: qsTr("Stages of the help")

    Repeater {
        model: root.card.stages.length

        T.AbstractButton {
            id: step

            required property int index

            readonly property bool closes: step.index === root.last
            readonly property bool current: step.index === root.card.stage
            readonly property string time: root.card.stageTimes[step.index] ?? ""
            readonly property bool reached: step.time.length > 0
            readonly property string keyText: step.index === 0 ? "" : root.keys.keyText(step.closes ? "closeIncident" : "stage" + step.index)

            width: root.width / root.card.stages.length
            height: root.height
            hoverEnabled: true
            focusPolicy: Qt.StrongFocus
            enabled: step.closes ? root.card.open : root.card.open && step.index > 0
            text: step.closes && root.card.open ? qsTr("Close…") : root.card.stages[step.index]
            Accessible.role: Accessible.PageTab
            Accessible.name: step.reached ? qsTr("Stage %1, %2").arg(step.text).arg(step.time) : qsTr("Stage %1").arg(step.text)
            Accessible.selected: step.current
            Keys.onLeftPressed: step.nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
            Keys.onRightPressed: step.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
            onClicked: step.closes ? root.closeAsked() : root.stagePicked(step.index)

            contentItem: Item {
                Column {
                    anchors.centerIn: parent
                    width: parent.width - 2 * Theme.grid

                    TextLabel {
                        width: parent.width
                        text: step.text
                        horizontalAlignment: Text.AlignHCenter
                        font.weight: step.current ? Font.DemiBold : Font.Medium
                        color: step.current || step.reached ? Theme.text : Theme.text2
                    }

                    TextLabel {
                        width: parent.width
                        visible: text.length > 0
                        text: step.reached ? step.time : step.keyText.length > 0 && root.card.open ? qsTr("key %1").arg(step.keyText) : ""
                        horizontalAlignment: Text.AlignHCenter
                        font.pixelSize: Theme.fontTiny
                        color: step.reached ? Theme.text2 : Theme.text3
                    }
                }
            }

            background: Rectangle {
                color: step.current ? Theme.accentTint : step.down ? Theme.bg3 : step.hovered && step.enabled ? Theme.bg3 : step.reached ? Theme.bg2 : Theme.bg1
                border.width: 1
                border.color: step.current ? Theme.accent : Theme.line

                FocusRing {
                    shown: step.visualFocus
                    radius: 0
                }
            }
        }
    }
}
