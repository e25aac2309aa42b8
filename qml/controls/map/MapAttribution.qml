// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls.Map

// Whose map it is, for the corner of a map.
Text {
    id: label

    required property MapView view

    text: label.view.attribution
    color: label.view.colors.placeText
    style: Text.Outline
    styleColor: Qt.alpha(label.view.colors.halo, 0.6)
    font.family: label.view.fontFamily
    font.pixelSize: 11
}
