// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A person as a circle with the initials. Who sits here has the accent's edge and "You".
Rectangle {
    id: root

    required property string initials
    required property bool you

    width: 30
    height: 30
    radius: 15
    color: root.you ? Theme.accentTint : Theme.bg3
    border.width: root.you ? 2 : 1
    border.color: root.you ? Theme.accent : Theme.line

    TextLabel {
        anchors.centerIn: parent
        text: root.you ? qsTr("You") : root.initials
        font.pixelSize: Theme.fontTiny
        font.weight: Font.DemiBold
    }
}
