// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models
import Tocsin.Models

/// The head of a column of alerts: a press sorts by it, another the other way round.
T.AbstractButton {
    id: root

    required property AlertTable rows
    required property int column

    readonly property bool current: root.rows.sortColumn === root.column

    implicitHeight: 28
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.ColumnHeader
    Accessible.name: !root.current ? qsTr("Sort by %1").arg(root.text) : root.rows.descending ? qsTr("%1, sorted, last first").arg(root.text) : qsTr("%1, sorted").arg(root.text)
    onClicked: root.rows.sortBy(root.column)

    contentItem: TextLabel {
        text: !root.current ? root.text : root.rows.descending ? qsTr("%1 ↑").arg(root.text) : qsTr("%1 ↓").arg(root.text)
        font.pixelSize: Theme.fontSmall
        font.weight: root.current ? Font.DemiBold : Font.Normal
        color: root.current || root.hovered ? Theme.text : Theme.text2
    }

    background: FocusRing {
        shown: root.visualFocus
        radius: 0
    }
}
