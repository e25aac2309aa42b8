// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// Some lines to write in. Esc gives the keyboard back.
T.TextArea {
    id: root

    property string description: root.placeholderText
    signal dismissed

    implicitHeight: 90
    padding: 3 * Theme.grid
    wrapMode: TextEdit.Wrap
    font.family: Theme.fontFamily
    font.pixelSize: Theme.fontBase
    color: Theme.text
    selectionColor: Theme.accent
    selectedTextColor: Theme.bg0
    selectByMouse: true
    renderType: Text.NativeRendering
    placeholderTextColor: Theme.text3
    KeyNavigation.priority: KeyNavigation.BeforeItem
    Accessible.name: root.description

    background: Rectangle {
        radius: Theme.radius
        color: Theme.bg0
        border.width: root.activeFocus ? 2 : 1
        border.color: root.activeFocus ? Theme.accent : Theme.line
    }

    TextLabel {
        x: root.leftPadding
        y: root.topPadding
        width: root.width - root.leftPadding - root.rightPadding
        visible: root.length === 0 && root.preeditText.length === 0
        text: root.placeholderText
        color: root.placeholderTextColor
    }

    Keys.onEscapePressed: root.dismissed()
    Keys.onTabPressed: root.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
    Keys.onBacktabPressed: root.nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
}
