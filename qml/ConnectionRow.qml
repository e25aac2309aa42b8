// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One connection in the table. Its columns have the widths of the head.
Item {
    id: root

    required property string clientId
    required property string dialect
    required property string path
    required property string userText
    required property string address
    required property string ageText
    required property int subscribed
    required property string inText
    required property string outText
    required property string roundTrip
    required property int quality
    required property string qualityText
    property bool selected: false
    property real unit: 0

    readonly property int level: root.quality === ConnectionListModel.Losing ? Theme.Critical : root.quality >= ConnectionListModel.Slow ? Theme.Warning : Theme.Normal

    signal picked(string id)

    implicitHeight: 44
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3 from %4, for %5, %6 in, %7 out, round trip %8, quality %9").arg(root.userText).arg(root.dialect).arg(root.path).arg(root.address).arg(root.ageText).arg(root.inText).arg(root.outText).arg(root.roundTrip).arg(root.qualityText)
    Accessible.selected: root.selected
    Accessible.onPressAction: root.picked(root.clientId)

    Rectangle {
        anchors.fill: parent
        color: root.selected ? Theme.accentTint : hover.hovered ? Theme.bg2 : "transparent"

        Rectangle {
            width: 3
            height: parent.height
            visible: root.selected
            color: Theme.accent
        }
    }

    HoverHandler {
        id: hover
    }

    TapHandler {
        onTapped: root.picked(root.clientId)
    }

    Row {
        x: 3 * Theme.grid
        height: root.height

        Item {
            width: root.unit * 20
            height: root.height

            Column {
                anchors.verticalCenter: parent.verticalCenter
                width: parent.width - 2 * Theme.grid

                TextLabel {
                    width: parent.width
                    text: root.dialect
                    font.weight: Font.DemiBold
                }

                TextLabel {
                    width: parent.width
                    text: root.path
                    font.pixelSize: Theme.fontTiny
                    elide: Text.ElideMiddle
                    color: Theme.text3
                }
            }
        }

        TableCell {
            width: root.unit * 15
            text: root.userText
            font.pixelSize: Theme.fontBase
            color: Theme.text
        }

        TableCell {
            width: root.unit * 15
            text: root.address
        }

        TableCell {
            width: root.unit * 8
            text: root.ageText
        }

        TableCell {
            width: root.unit * 6
            text: root.subscribed
        }

        TableCell {
            width: root.unit * 8
            text: root.inText
            color: Theme.text
        }

        TableCell {
            width: root.unit * 8
            text: root.outText
            color: Theme.text
        }

        TableCell {
            width: root.unit * 9
            text: root.roundTrip
        }

        Row {
            width: root.unit * 11
            height: root.height
            spacing: Theme.grid

            StateShape {
                anchors.verticalCenter: parent.verticalCenter
                width: 12
                height: 12
                visible: root.quality !== ConnectionListModel.Unknown
                level: root.level
                color: Theme.levelColor(root.level, Theme.scheme)
            }

            TableCell {
                width: Math.max(0, parent.width - 16)
                text: root.qualityText
                color: root.level === Theme.Normal ? Theme.text2 : Theme.levelColor(root.level, Theme.scheme)
            }
        }
    }

    HLine {
        anchors.bottom: parent.bottom
        width: parent.width
        opacity: 0.5
    }
}
