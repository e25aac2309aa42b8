// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Frames of other connections, live.
Item {
    id: root

    required property FrameInspector inspector

    Row {
        id: bar

        x: 3 * Theme.grid
        width: parent.width - 6 * Theme.grid
        spacing: 2 * Theme.grid

        TextInputField {
            id: words

            width: Math.max(160, Math.min(360, bar.width - 560))
            height: Theme.controlHeight
            placeholderText: qsTr("dialect:1 user:anna text – empty: all")
            description: qsTr("Which connections to inspect")
            onAccepted: root.inspector.inspectWhere(text)
        }

        PushButton {
            text: root.inspector.running ? qsTr("Stop") : qsTr("Inspect")
            kind: root.inspector.running ? PushButton.Danger : PushButton.Primary
            onClicked: root.inspector.running ? root.inspector.stop() : root.inspector.inspectWhere(words.text)
        }

        FrameLogBar {
            frames: root.inspector.frames
            onSaveAsked: root.inspector.save()
        }

        TextLabel {
            width: Math.max(0, bar.width - x)
            height: Theme.controlHeight
            text: root.inspector.running ? root.inspector.runningText : qsTr("Off")
            font.pixelSize: Theme.fontSmall
            color: Theme.text2
        }
    }

    FrameLog {
        anchors.top: bar.bottom
        anchors.topMargin: 2 * Theme.grid
        anchors.bottom: parent.bottom
        width: parent.width
        frames: root.inspector.frames
        emptyTitle: root.inspector.running ? qsTr("No frame has passed yet") : qsTr("No frame is recorded while the inspector is off")
        emptyDetail: root.inspector.running ? "" : qsTr("For supervisors and administrators.\nTokens and passwords are never shown.")
    }
}
