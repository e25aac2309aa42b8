// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A one-pixel line between rows.
Rectangle {
    implicitHeight: 1
    color: Theme.line
}
