// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls.Map
import QtQuick.Templates as T

// One of the square buttons on a map, with a sign made of strokes.
T.AbstractButton {
    id: button

    required property MapView view
    // Strokes as "x1 y1 x2 y2", in units of the 16-pixel sign, one per line of the list.
    property list<rect> strokes

    implicitWidth: 32
    implicitHeight: 32
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    opacity: button.enabled ? 1 : 0.45

    Accessible.role: Accessible.Button
    Accessible.name: button.text

    background: Rectangle {
        radius: 6
        color: button.down || button.hovered || button.checked ? button.view.colors.panelHover : button.view.colors.panel
        border.width: button.visualFocus ? 2 : 1
        border.color: button.visualFocus ? button.view.colors.accent : button.view.colors.panelLine
    }
    contentItem: Item {
        Repeater {
            model: button.strokes
            delegate: Rectangle {
                required property rect modelData
                x: 8 + modelData.x
                y: 8 + modelData.y
                width: modelData.width
                height: modelData.height
                radius: 1
                color: button.view.colors.panelText
            }
        }
    }
}
