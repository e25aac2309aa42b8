// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// One item of the shift that ends: ticked to be offered, with a note; then how the offer stands.
Item {
    id: root

    required property string alertId
    required property string title
    required property string detail
    required property string note
    required property string stateText
    required property int level
    required property int handoverState
    required property bool waits
    required property bool included
    required property HandoverModel items
    /// The list's cursor is here.
    property bool selected: false

    readonly property bool writable: root.handoverState === HandoverModel.Kept || root.handoverState === HandoverModel.Declined

    signal withdrawAsked(string id)

    function toggle() {
        if (root.writable)
            root.items.setIncluded(root.alertId, !root.included);
    }

    implicitHeight: 62
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3").arg(root.title).arg(root.detail).arg(root.stateText.length > 0 ? root.stateText : root.included ? qsTr("will be offered") : qsTr("stays"))

    RowCursor {
        shown: root.selected
    }

    T.AbstractButton {
        id: tick

        x: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        width: 22
        height: 22
        enabled: root.writable
        opacity: enabled ? 1 : 0.4
        checkable: false
        hoverEnabled: true
        focusPolicy: Qt.StrongFocus
        Accessible.role: Accessible.CheckBox
        Accessible.name: qsTr("Hand over %1").arg(root.title)
        Accessible.checked: root.included
        onClicked: root.toggle()

        contentItem: IconItem {
            visible: root.included
            name: "check"
            color: Theme.text
        }

        background: Rectangle {
            radius: Theme.grid
            color: root.included ? Theme.accentTint : "transparent"
            border.width: 1
            border.color: root.included ? Theme.accent : Theme.text2

            FocusRing {
                shown: tick.visualFocus
                radius: Theme.grid
            }
        }
    }

    StateShape {
        id: shape

        x: 12 * Theme.grid
        y: 14
        width: 16
        height: 16
        level: root.level + 1
        filled: root.waits
        strokeWidth: 2
        color: Theme.levelColor(root.level + 1, Theme.scheme)
    }

    TextLabel {
        id: titleLabel

        x: 18 * Theme.grid
        y: 12
        width: parent.width * 0.38 - x
        text: root.title
        font.weight: Font.DemiBold
    }

    TextLabel {
        anchors.left: titleLabel.left
        anchors.top: titleLabel.bottom
        anchors.topMargin: 3
        width: titleLabel.width
        text: root.detail
        font.pixelSize: Theme.fontSmall
        color: Theme.text2
    }

    TextInputField {
        id: input

        anchors.verticalCenter: parent.verticalCenter
        x: parent.width * 0.4
        width: parent.width * 0.36
        enabled: root.writable && root.included
        opacity: enabled ? 1 : 0.6
        maximumLength: 500
        text: root.note
        placeholderText: root.writable ? qsTr("What has to be known of it") : ""
        description: qsTr("Note about %1").arg(root.title)
        onTextEdited: root.items.setNote(root.alertId, input.text)
        onDismissed: tick.forceActiveFocus(Qt.OtherFocusReason)
    }

    TextLabel {
        anchors.left: input.right
        anchors.leftMargin: 3 * Theme.grid
        anchors.right: back.visible ? back.left : parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        text: root.stateText.length > 0 ? root.stateText : root.included ? qsTr("will be offered") : qsTr("stays with you")
        color: root.handoverState === HandoverModel.Declined ? Theme.warning : root.handoverState === HandoverModel.Accepted ? Theme.good : root.handoverState === HandoverModel.Offered ? Theme.text : Theme.text2
        wrapMode: Text.Wrap
        maximumLineCount: 3
    }

    PushButton {
        id: back

        anchors.right: parent.right
        anchors.rightMargin: 3 * Theme.grid
        anchors.verticalCenter: parent.verticalCenter
        visible: root.handoverState === HandoverModel.Offered
        text: qsTr("Withdraw")
        description: qsTr("Take the offer of %1 back").arg(root.title)
        onClicked: root.withdrawAsked(root.alertId)
    }

    HLine {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
    }
}
