// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A raised surface inside a panel.
Rectangle {
    color: Theme.bg2
    radius: Theme.radius
    border.width: Theme.scheme === Theme.Dark ? 0 : 1
    border.color: Theme.line
}
