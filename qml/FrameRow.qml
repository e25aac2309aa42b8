// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One frame: when, which way, whose, how long, what.
Item {
    id: root

    required property int index
    required property int way
    required property string wayText
    required property string frameTime
    required property string frameClient
    required property string sizeText
    required property string frameText

    signal picked(int index)

    implicitHeight: 24
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1 %2 %3: %4").arg(root.frameTime).arg(root.wayText).arg(root.frameClient).arg(root.frameText)
    Accessible.onPressAction: root.picked(root.index)

    Rectangle {
        anchors.fill: parent
        color: hover.hovered ? Theme.bg2 : "transparent"
    }

    HoverHandler {
        id: hover
    }

    TapHandler {
        onTapped: root.picked(root.index)
    }

    Tooltip {
        shown: hover.hovered
        x: 3 * Theme.grid
        text: qsTr("Press to copy")
    }

    Row {
        x: 3 * Theme.grid
        height: parent.height
        spacing: 2 * Theme.grid

        TextLabel {
            width: 86
            height: parent.height
            text: root.frameTime
            font.pixelSize: Theme.fontSmall
            color: Theme.text3
        }

        TextLabel {
            width: 28
            height: parent.height
            text: root.wayText
            font.pixelSize: Theme.fontSmall
            font.weight: Font.DemiBold
            color: root.way === FrameListModel.Out ? Theme.accent : Theme.text2
        }

        TextLabel {
            width: root.frameClient.length > 0 ? 56 : 0
            height: parent.height
            visible: root.frameClient.length > 0
            text: root.frameClient
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }

        TextLabel {
            width: 64
            height: parent.height
            horizontalAlignment: Text.AlignRight
            text: root.sizeText
            font.pixelSize: Theme.fontSmall
            color: Theme.text3
        }

        TextLabel {
            width: Math.max(0, root.width - x - 6 * Theme.grid)
            height: parent.height
            text: root.frameText
            font.pixelSize: Theme.fontSmall
            font.italic: root.way === FrameListModel.Note
            color: root.way === FrameListModel.Note ? Theme.text2 : Theme.text
        }
    }
}
