// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// What may be done with a log of frames.
Row {
    id: root

    required property FrameListModel frames
    property bool saves: true

    signal saveAsked

    spacing: 2 * Theme.grid

    TextInputField {
        width: 130
        height: Theme.controlHeight
        placeholderText: qsTr("Filter")
        description: qsTr("Show only frames with this text")
        text: root.frames.search
        onTextEdited: root.frames.search = text
        onDismissed: root.frames.search = ""
    }

    PushButton {
        text: root.frames.paused ? qsTr("Go on (%1)").arg(root.frames.waiting) : qsTr("Pause")
        onClicked: root.frames.paused = !root.frames.paused
    }

    PushButton {
        text: qsTr("Copy")
        description: qsTr("Copy all that is shown")
        enabled: root.frames.count > 0
        onClicked: root.frames.copyAll()
    }

    PushButton {
        visible: root.saves
        text: qsTr("Save …")
        enabled: root.frames.count > 0
        onClicked: root.saveAsked()
    }

    PushButton {
        text: qsTr("Clear")
        enabled: root.frames.count > 0 || root.frames.waiting > 0
        onClicked: root.frames.clear()
    }
}
