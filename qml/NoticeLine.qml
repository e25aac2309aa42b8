// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The newest thing the operator has to be told about an own action; goes by itself, or with its cross.
Rectangle {
    id: root

    required property NoticeModel notices

    readonly property bool some: root.notices.count > 0
    readonly property bool bad: root.notices.latestSeverity !== NoticeModel.Information

    visible: root.some
    implicitHeight: 36
    width: Math.min(parent.width - 8 * Theme.grid, words.implicitWidth + 24 * Theme.grid)
    radius: Theme.radius
    color: Theme.bg3
    border.width: 1
    border.color: root.bad ? Theme.warning : Theme.line
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.notices.latestText

    Repeater {
        model: root.notices

        NoticeItem {
            newest: index === 0
            width: root.width
            height: root.height
            bad: root.bad
            onDismissed: id => root.notices.dismiss(id)
        }
    }

    TextLabel {
        id: words

        visible: false
        text: root.notices.latestText
    }
}
