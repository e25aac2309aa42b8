// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One device: state shape, name, class and trouble, headline value and its age.
Item {
    id: root

    required property int index
    required property string deviceId
    required property string name
    required property string headline
    required property string detail
    required property string ageText
    required property bool stale
    required property bool simulated
    required property int alertLevel
    required property int alertState
    property bool selected: false

    signal picked(string id)
    /// Pressed twice: show it on the map; twice again: the view before.
    signal showAsked(string id)

    implicitHeight: 50
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3, %4 ago").arg(root.name).arg(root.detail).arg(root.headline).arg(root.ageText)
    Accessible.selected: root.selected
    Accessible.onPressAction: root.picked(root.deviceId)

    Rectangle {
        anchors.fill: parent
        color: root.selected ? Theme.accentTint : hover.hovered ? Theme.bg2 : "transparent"

        Rectangle {
            width: 3
            height: parent.height
            visible: root.selected
            color: Theme.accent
        }
    }

    HoverHandler {
        id: hover
    }

    TapHandler {
        onTapped: root.picked(root.deviceId)
        onDoubleTapped: root.showAsked(root.deviceId)
    }

    StateShape {
        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        level: root.alertLevel + 1
        filled: root.alertState !== AlertListModel.Acknowledged
        color: root.alertLevel < 0 ? Theme.ok : Theme.levelColor(root.alertLevel + 1, Theme.scheme)
        opacity: root.stale && root.alertLevel < 0 ? 0.5 : 1
    }

    TextLabel {
        id: nameLabel

        x: 9 * Theme.grid
        y: 8
        width: root.width - x - headlineLabel.width - (root.simulated ? simTag.width + 2 * Theme.grid : 0) - 5 * Theme.grid
        text: root.name
        font.weight: Font.DemiBold
        color: root.stale ? Theme.text3 : Theme.text
    }

    TextLabel {
        id: simTag

        anchors.right: headlineLabel.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.baseline: nameLabel.baseline
        visible: root.simulated
        text: qsTr("SIM")
        font.pixelSize: 10
        color: Theme.text3
        Accessible.name: qsTr("simulated")
    }

    TextLabel {
        anchors.left: nameLabel.left
        anchors.right: age.left
        anchors.rightMargin: 2 * Theme.grid
        anchors.top: nameLabel.bottom
        anchors.topMargin: 1
        text: root.detail
        font.pixelSize: Theme.fontSmall
        color: Theme.text3
    }

    TextLabel {
        id: headlineLabel

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.baseline: nameLabel.baseline
        text: root.headline
        font.weight: Font.DemiBold
        color: root.stale ? Theme.text3 : Theme.text
    }

    TextLabel {
        id: age

        anchors.right: headlineLabel.right
        anchors.top: nameLabel.bottom
        anchors.topMargin: 1
        text: root.ageText
        font.pixelSize: Theme.fontSmall
        color: Theme.text3
    }
}
