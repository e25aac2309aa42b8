// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls.Map

// A bar with a round distance, for the corner of a map.
Item {
    id: bar

    required property MapView view
    property int units: MapScale.Metric
    property alias maximumLength: scale.maximumLength
    property color color: bar.view.colors.placeText

    implicitWidth: Math.max(scale.length, label.implicitWidth)
    implicitHeight: label.implicitHeight + 9

    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Scale: %1").arg(scale.text)

    MapScale {
        id: scale
        metresPerPixel: bar.view.metresPerPixel
        units: bar.units
    }

    Rectangle {
        y: 5
        width: Math.round(scale.length)
        height: 1
        color: bar.color
    }
    Rectangle {
        width: 1
        height: 6
        color: bar.color
    }
    Rectangle {
        x: Math.round(scale.length) - 1
        width: 1
        height: 6
        color: bar.color
    }
    Text {
        id: label
        y: 9
        text: scale.text
        color: bar.color
        style: Text.Outline
        styleColor: Qt.alpha(bar.view.colors.halo, 0.6)
        font.family: bar.view.fontFamily
        font.pixelSize: 11
    }
}
