// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// A surface that holds a part of a page.
Rectangle {
    color: Theme.bg1
}
