// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// One value in a row of a table; as high as the row.
TextLabel {
    height: parent ? parent.height : implicitHeight
    rightPadding: 2 * Theme.grid
    font.pixelSize: Theme.fontSmall
    color: Theme.text2
}
