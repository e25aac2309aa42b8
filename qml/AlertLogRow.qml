// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One durable fact of an alert: when, who, what, from which state to which, why.
Item {
    id: root

    required property string timeText
    required property string who
    required property string verbText
    required property string changeText
    required property string reason
    required property string comment
    required property int level

    readonly property string more: root.changeText.length > 0 && root.reason.length > 0 ? qsTr("%1 · %2").arg(root.changeText).arg(root.reason) : root.changeText + root.reason

    implicitHeight: words.height + 3 * Theme.grid
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2: %3. %4 %5").arg(root.timeText).arg(root.who).arg(root.verbText).arg(root.more).arg(root.comment)

    StateShape {
        x: 3 * Theme.grid
        y: 8
        width: 11
        height: 11
        level: root.level + 1
        filled: false
        color: Theme.levelColor(root.level + 1, Theme.scheme)
    }

    Column {
        id: words

        x: 8 * Theme.grid
        y: 5
        width: parent.width - x - 3 * Theme.grid
        spacing: 1

        Item {
            width: parent.width
            height: verbLabel.height

            TextLabel {
                id: verbLabel

                width: Math.min(implicitWidth, parent.width - timeLabel.width - 2 * Theme.grid)
                text: qsTr("%1 · %2").arg(root.verbText).arg(root.who)
                font.weight: Font.Medium
            }

            TextLabel {
                id: timeLabel

                anchors.right: parent.right
                anchors.baseline: verbLabel.baseline
                text: root.timeText
                font.pixelSize: Theme.fontSmall
                color: Theme.text2
            }
        }

        TextLabel {
            width: parent.width
            visible: root.more.length > 0
            text: root.more
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }

        TextLabel {
            width: parent.width
            visible: root.comment.length > 0
            text: qsTr("“%1”").arg(root.comment)
            wrapMode: Text.Wrap
            maximumLineCount: 8
        }
    }
}
