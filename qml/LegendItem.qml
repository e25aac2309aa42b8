// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// What a line in a chart is.
Row {
    id: root

    required property color color
    required property string text
    /// The widest it may become.
    property real room: 400
    /// The width at which nothing is cut.
    readonly property real wanted: label.implicitWidth + 21

    spacing: 6

    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        width: 14
        height: 2
        color: root.color
    }

    TextLabel {
        id: label

        width: Math.min(implicitWidth, Math.max(0, root.room - 20))
        text: root.text
        font.pixelSize: Theme.fontSmall
        color: Theme.text2
    }
}
