// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// How the desk copes with its alerts, in a line of figures; what does not fit can be scrolled to.
Item {
    id: root

    required property AlertDesk desk

    implicitHeight: 58

    ListView {
        id: list

        anchors.left: parent.left
        anchors.leftMargin: 3 * Theme.grid
        anchors.right: more.left
        anchors.rightMargin: 2 * Theme.grid
        height: parent.height - 1
        clip: true
        orientation: ListView.Horizontal
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        spacing: (root.width > 1000 ? 6 : 5) * Theme.grid
        model: root.desk.kpis
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Figures")

        ScrollBar.horizontal: ScrollBar {
        }

        delegate: Item {
            id: cell

            required property string label
            required property string value
            required property string detail
            required property bool bad

            width: Math.max(valueLabel.implicitWidth + (mark.visible ? 16 : 0), nameLabel.implicitWidth)
            height: list.height
            Accessible.role: Accessible.ListItem
            Accessible.name: qsTr("%1: %2. %3").arg(cell.label).arg(cell.value).arg(cell.detail)

            StateShape {
                id: mark

                anchors.verticalCenter: valueLabel.verticalCenter
                width: 11
                height: 11
                visible: cell.bad
                level: Theme.Warning
                color: Theme.warning
            }

            TextLabel {
                id: valueLabel

                x: mark.visible ? 16 : 0
                y: 9
                text: cell.value
                font.pixelSize: Theme.fontLarge
                font.weight: Font.DemiBold
            }

            TextLabel {
                id: nameLabel

                anchors.top: valueLabel.bottom
                text: cell.label
                font.pixelSize: Theme.fontTiny
                color: Theme.text2
            }

            HoverHandler {
                id: hover
            }

            Tooltip {
                shown: hover.hovered
                text: cell.detail
            }
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }
    }

    Row {
        id: more

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        spacing: 3 * Theme.grid

        Column {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.width > 1000

            TextLabel {
                anchors.right: parent.right
                width: Math.min(implicitWidth, root.width * 0.24)
                text: root.desk.kpis.sourcesText.length > 0 ? qsTr("most: %1").arg(root.desk.kpis.sourcesText) : qsTr("no source stands out")
                font.pixelSize: Theme.fontSmall
            }

            TextLabel {
                anchors.right: parent.right
                text: root.desk.kpis.sinceText
                font.pixelSize: Theme.fontTiny
                color: Theme.text2
            }
        }
    }

    HLine {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
