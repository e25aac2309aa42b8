// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls

/// One line to write in. `description` is its accessible name; Esc gives the keyboard back.
T.TextField {
    id: root

    property string description: root.placeholderText
    property string iconName: ""
    /// Esc was pressed: whoever owns the page takes the keyboard.
    signal dismissed

    implicitWidth: 240
    implicitHeight: 34
    leftPadding: icon.visible ? 8 * Theme.grid : 3 * Theme.grid
    rightPadding: 3 * Theme.grid
    verticalAlignment: TextInput.AlignVCenter
    font.family: Theme.fontFamily
    font.pixelSize: Theme.fontBase
    color: Theme.text
    selectionColor: Theme.accent
    selectedTextColor: Theme.bg0
    selectByMouse: true
    renderType: Text.NativeRendering
    placeholderTextColor: Theme.text3
    Accessible.name: root.description

    background: Rectangle {
        radius: Theme.radius
        color: Theme.bg0
        border.width: root.activeFocus ? 2 : 1
        border.color: root.activeFocus ? Theme.accent : Theme.line
    }

    IconItem {
        id: icon

        x: 2 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 18
        height: 18
        visible: root.iconName.length > 0
        name: root.iconName
        color: Theme.text3
    }

    TextLabel {
        x: root.leftPadding
        width: root.width - root.leftPadding - root.rightPadding
        height: root.height
        visible: root.length === 0 && root.preeditText.length === 0
        text: root.placeholderText
        color: root.placeholderTextColor
    }

    Keys.onEscapePressed: root.dismissed()
}
