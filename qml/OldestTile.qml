// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// Age of what waits longest. Press: select it.
T.AbstractButton {
    id: root

    /// Empty: nothing waits.
    required property string age
    /// Whether it is known what waits.
    property bool known: true

    implicitWidth: implicitContentWidth + 6 * Theme.grid
    implicitHeight: 34
    hoverEnabled: true
    enabled: root.age.length > 0
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.enabled ? qsTr("Oldest waiting %1").arg(root.age) : root.known ? qsTr("Nothing waits") : qsTr("What waits is not known")

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.centerIn: parent
            spacing: 2 * Theme.grid

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                text: root.enabled ? qsTr("oldest waiting") : root.known ? qsTr("nothing waits") : qsTr("not known")
                color: Theme.text2
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.enabled
                text: root.age
                font.weight: Font.DemiBold
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
        text: qsTr("Select the alert that has waited longest")
    }
}
