// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// The line on top of a panel: what it is, how it stands, and room for buttons on the right.
Item {
    id: root

    required property string title
    property string detail: ""
    /// Put what belongs at the right end here.
    default property alias trailing: slot.data
    /// What belongs in front of the title (a shape).
    property alias leading: front.data

    implicitHeight: Theme.headerHeight
    Accessible.role: Accessible.Heading
    Accessible.name: root.title + " " + root.detail

    Row {
        id: front

        anchors.left: parent.left
        anchors.leftMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        spacing: 2 * Theme.grid
    }

    TextLabel {
        id: titleLabel

        anchors.left: front.right
        anchors.leftMargin: front.width > 0 ? 2 * Theme.grid : 0
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(implicitWidth, slot.x - x - 2 * Theme.grid)
        text: root.title
        font.weight: Font.DemiBold
    }

    TextLabel {
        anchors.left: titleLabel.right
        anchors.leftMargin: 2 * Theme.grid
        anchors.right: slot.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.baseline: titleLabel.baseline
        text: root.detail
        color: Theme.text2
    }

    Row {
        id: slot

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        spacing: 2 * Theme.grid
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
