// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One adapter: shape and word of its state, where it reads, figures, and what is wrong.
Item {
    id: root

    required property string adapterId
    required property string driver
    required property string target
    required property int adapterState
    required property string stateText
    required property string errorText
    required property double readings
    required property double badFrames

    readonly property int level: root.adapterState === AdapterListModel.Failed ? Theme.Critical : root.errorText.length > 0 ? Theme.Warning : Theme.Normal

    implicitHeight: 56
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3, %4 readings, %5 unreadable. %6").arg(root.adapterId).arg(root.driver).arg(root.stateText).arg(root.readings).arg(root.badFrames).arg(root.errorText)

    StateShape {
        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        level: root.level
        color: Theme.levelColor(root.level, Theme.scheme)
    }

    Column {
        x: 9 * Theme.grid
        width: Math.max(0, figures.x - x - 2 * Theme.grid)
        anchors.verticalCenter: parent.verticalCenter

        TextLabel {
            width: parent.width
            text: qsTr("%1 · %2").arg(root.adapterId).arg(root.stateText)
            font.weight: Font.DemiBold
        }

        TextLabel {
            width: parent.width
            text: root.errorText.length > 0 ? root.errorText : qsTr("%1 from %2").arg(root.driver).arg(root.target)
            font.pixelSize: Theme.fontSmall
            color: root.errorText.length > 0 ? Theme.levelColor(root.level, Theme.scheme) : Theme.text2
        }
    }

    Column {
        id: figures

        anchors.right: parent.right
        anchors.rightMargin: 4 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 160

        TextLabel {
            width: parent.width
            horizontalAlignment: Text.AlignRight
            text: qsTr("%1 readings").arg(Theme.figure(root.readings))
        }

        TextLabel {
            width: parent.width
            horizontalAlignment: Text.AlignRight
            text: qsTr("%1 unreadable").arg(Theme.figure(root.badFrames))
            font.pixelSize: Theme.fontSmall
            color: root.badFrames > 0 ? Theme.text : Theme.text3
        }
    }

    HLine {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
