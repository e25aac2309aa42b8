// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One line of an incident's log, on the line of time.
Item {
    id: root

    required property int index
    required property string title
    required property string detail
    required property int tone
    property bool last: false

    readonly property color dotColor: root.tone === IncidentLogModel.Emergency ? Theme.emergency : root.tone === IncidentLogModel.Warning ? Theme.warning : root.tone === IncidentLogModel.Deed ? Theme.accent : Theme.text2

    implicitHeight: words.height + 3 * Theme.grid
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2").arg(root.title).arg(root.detail)

    Rectangle {
        x: 5 * Theme.grid - 1
        y: root.index === 0 ? 12 : 0
        width: 1
        height: root.last ? 12 : parent.height - y
        color: Theme.line
    }

    StateShape {
        x: 5 * Theme.grid - width / 2
        y: 12 - height / 2
        width: root.tone === IncidentLogModel.Emergency ? 12 : 9
        height: width
        level: root.tone === IncidentLogModel.Emergency ? Theme.Emergency : root.tone === IncidentLogModel.Warning ? Theme.Warning : Theme.Info
        filled: root.tone !== IncidentLogModel.Plain
        strokeWidth: 2
        color: root.dotColor
    }

    Column {
        id: words

        x: 9 * Theme.grid
        y: 4
        width: parent.width - x - 3 * Theme.grid

        TextLabel {
            width: parent.width
            text: root.title
            wrapMode: Text.Wrap
            maximumLineCount: 4
        }

        TextLabel {
            width: parent.width
            text: root.detail
            font.pixelSize: Theme.fontTiny
            color: Theme.text2
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }
    }
}
